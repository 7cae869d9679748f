"""Every proof for every ledger of 1 to 70 entries, against a tree built another way (RFC 6962 in its recursive words) and
against the checks of RFC 9162, which work from the bits of the index."""

import hashlib

import pytest

from plugins.revenue.reports import proofs

MOST = 70


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(MOST)]


def over(leaves):
    """The subtrees in the recursive words of RFC 6962 §2.1."""

    def subtree(first, last):
        if last - first == 1:
            return leaves[first]
        middle = first + proofs.split_of(last - first)
        return hashlib.sha256(b"\x01" + subtree(first, middle) + subtree(middle, last)).digest()

    return subtree


def root(leaves):
    """The root by levels: pairs are joined, a lonely last one goes up as it is."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def is_included(leaf, index, size, path, expected):
    """RFC 9162 §2.1.3.2."""
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == expected


def is_consistent(earlier, earlier_root, size, present_root, path):
    """RFC 9162 §2.1.4.2."""
    if earlier == size:
        return not path and earlier_root == present_root
    steps = [earlier_root, *path] if earlier & (earlier - 1) == 0 else list(path)
    fn, sn = earlier - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first = hashlib.sha256(b"\x01" + step + first).digest()
            second = hashlib.sha256(b"\x01" + step + second).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = hashlib.sha256(b"\x01" + second + step).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first == earlier_root and second == present_root


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_entry_of_a_ledger_has_a_proof_that_holds_for_it_alone(size):
    subtree = over(LEAVES[:size])
    present = root(LEAVES[:size])
    assert subtree(0, size) == present
    for index in range(size):
        path = proofs.inclusion_proof(subtree, index, size)
        assert is_included(LEAVES[index], index, size, path, present)
        assert not is_included(leaf_hash(b"another"), index, size, path, present)
        for place in range(len(path)):
            broken = [*path[:place], bytes(32), *path[place + 1 :]]
            assert not is_included(LEAVES[index], index, size, broken, present)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_earlier_head_is_shown_to_be_the_beginning_of_this_one(size):
    subtree = over(LEAVES[:size])
    present = root(LEAVES[:size])
    for earlier in range(1, size + 1):
        before = root(LEAVES[:earlier])
        path = proofs.consistency_proof(subtree, earlier, size)
        assert is_consistent(earlier, before, size, present, path)
        changed = root([*LEAVES[: earlier - 1], leaf_hash(b"changed")])
        assert not is_consistent(earlier, changed, size, present, path)


@pytest.mark.parametrize("index, size", [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_an_entry_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        proofs.inclusion_proof(over(LEAVES), index, size)


@pytest.mark.parametrize("earlier, size", [(0, 3), (4, 3)])
def test_there_is_no_proof_for_a_head_that_was_not(earlier, size):
    with pytest.raises(ValueError, match="no head"):
        proofs.consistency_proof(over(LEAVES), earlier, size)
