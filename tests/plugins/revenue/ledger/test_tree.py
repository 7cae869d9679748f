"""The tree of which this process remembers nodes: the same roots and proofs as counted from the rows, and every edit is found."""

import pytest

from core.errors import NotFound
from core.store.db import rows, transaction
from plugins.revenue.ledger import tree
from plugins.revenue.ledger.canonical import merkle_root, node_hash
from plugins.revenue.ledger.heads import head
from plugins.revenue.reports import verification
from tests.plugins.revenue.ledger.conftest import received
from tests.plugins.revenue.ledger.tampering import run, without_guards
from tests.plugins.revenue.reports.test_proofs import is_consistent, is_included, leaf_hash


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of four entries, remembered from the first one on."""
    monkeypatch.setattr(tree, "BLOCK", 4)
    monkeypatch.setattr(tree, "MANY", 0)
    monkeypatch.setattr(tree, "_AT_ONCE", 8)


@pytest.fixture
def reads(monkeypatch):
    """How many entries' digests were read, question by question."""
    counted = []
    plain = tree._rows
    monkeypatch.setattr(
        tree, "_rows", lambda community, after, until: counted.append(until - after) or plain(community, after, until)
    )
    return counted


def fill(books, number):
    for each in range(number):
        books.post(received(100 + each))


def digests(books, size=2**40):
    found = rows(
        "SELECT digest FROM revenue_entry WHERE community = ? AND seq <= ? ORDER BY seq", books.community, size
    )
    return [digest for (digest,) in found]


def counted_anew(books, size=2**40):
    return merkle_root(digests(books, size))


def holds(books, seq, present):
    """Whether the phone accepts the entry under the head it has."""
    told = verification.proven_entry(books.community, seq, present.seq)
    path = [bytes.fromhex(step) for step in told["path"]]
    leaf = leaf_hash(bytes.fromhex(told["digest"]))
    return is_included(leaf, seq - 1, present.seq, path, bytes.fromhex(present.root))


def continues(books, before, present):
    """Whether the phone that saw `before` accepts the head of now."""
    path = [bytes.fromhex(step) for step in verification.consistency(books.community, before.seq, present.seq)]
    return is_consistent(before.seq, bytes.fromhex(before.root), present.seq, bytes.fromhex(present.root), path)


def test_heads_and_proofs_of_every_size_are_those_of_the_rows(books):
    seen = [head(books.community)]
    for number in range(1, 38):
        fill(books, 1)
        present = head(books.community)
        assert (present.seq, present.root) == (number, counted_anew(books))
        assert present.total == 100 * number
        seen.append(present)
    for earlier in seen[1:]:
        assert holds(books, earlier.seq, seen[-1])
        assert continues(books, earlier, seen[-1])
        assert tree.root_and_total(books.community, earlier.seq) == (earlier.root, earlier.total)
        assert all(holds(books, seq, earlier) for seq in range(1, earlier.seq + 1, 5))


def test_a_question_reads_its_block_and_what_follows_the_last_complete_one(books, reads):
    fill(books, 39)
    head(books.community)
    reads.clear()
    present = head(books.community)
    assert holds(books, 6, present) and max(reads) <= tree.BLOCK and sum(reads) <= 4 * tree.BLOCK


def test_each_community_and_each_store_has_nodes_of_its_own(books):
    fill(books, 9)
    head(books.community)
    assert head(books.other).seq == 0
    with pytest.raises(NotFound):
        tree.over_entries(books.other, 8, lambda subtree: subtree(0, 8))
    with pytest.raises(NotFound):
        tree.over_entries(books.community, 10, lambda subtree: subtree(0, 10))


def test_what_was_rolled_back_is_not_remembered(books):
    fill(books, 6)
    with pytest.raises(ZeroDivisionError), transaction(books.community):
        fill(books, 3)
        assert head(books.community).seq == 9
        raise ZeroDivisionError
    fill(books, 1)
    assert head(books.community).root == counted_anew(books, 7)
    fill(books, 2)
    assert head(books.community).root == counted_anew(books, 9)


def rechained(books, first):
    """The digests from an entry on become others, as when somebody writes the chain anew from there."""
    for seq in range(first, len(digests(books)) + 1):
        run("UPDATE revenue_entry SET digest = ? WHERE community = ? AND seq = ?", f"{seq:064x}", books.community, seq)


@pytest.mark.parametrize("first", [1, 6, 12, 14])
def test_a_chain_written_anew_is_found_at_the_next_question(books, first):
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        rechained(books, first)
        present = head(books.community)
        assert present.root == counted_anew(books) != before.root
        assert not continues(books, before, present)


@pytest.mark.parametrize("seq", [1, 6, 12, 13])
def test_one_digest_that_was_changed_is_found_by_whoever_asks_for_the_entry(books, seq):
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        run("UPDATE revenue_entry SET digest = ? WHERE community = ? AND seq = ?", "f" * 64, books.community, seq)
        assert not holds(books, seq, before)
        present = head(books.community)
        assert present.root == counted_anew(books) != before.root
        assert not continues(books, before, present)


def test_one_digest_that_was_changed_is_found_by_a_proof_that_reads_its_block(books):
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        run("UPDATE revenue_entry SET digest = ? WHERE community = ? AND seq = 6", "f" * 64, books.community)
        assert not holds(books, 7, before)


def test_nothing_is_remembered_for_longer_than_its_time(books, monkeypatch):
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        run("UPDATE revenue_entry SET digest = ? WHERE community = ? AND seq = 2", "f" * 64, books.community)
        monkeypatch.setattr(tree, "KEPT_SECONDS", -1.0)
        monkeypatch.setattr(tree, "KEPT_TIMES", 0.0)
        present = head(books.community)
        assert present.root == counted_anew(books) != before.root


def test_entries_taken_out_or_cut_off_are_not_in_the_head(books):
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        for table, number in (("revenue_movement", "entry"), ("revenue_entry", "seq")):
            run(f"DELETE FROM {table} WHERE community = ? AND {number} > 10", books.community)
        cut = head(books.community)
        assert (cut.seq, cut.root) == (10, counted_anew(books)) and cut.seq < before.seq
        run("DELETE FROM revenue_movement WHERE community = ? AND entry = 3", books.community)
        run("DELETE FROM revenue_entry WHERE community = ? AND seq = 3", books.community)
        tree.forget(books.community)
        gone = head(books.community)
        assert (gone.seq, gone.root) == (9, counted_anew(books))
        with pytest.raises(NotFound):
            verification.proven_entry(books.community, 3, 10)


def test_fewer_entries_are_counted_from_their_rows_every_time(books, monkeypatch):
    monkeypatch.setattr(tree, "MANY", 20)
    fill(books, 14)
    before = head(books.community)
    with without_guards():
        run("UPDATE revenue_entry SET digest = ? WHERE community = ? AND seq = 2", "f" * 64, books.community)
        assert head(books.community).root == counted_anew(books) != before.root


def test_a_node_stands_over_two_of_the_level_below(books):
    fill(books, 16)
    subtree = tree.over_entries(books.community, 16, lambda subtree: subtree)
    assert subtree(0, 16) == node_hash(subtree(0, 8), subtree(8, 16)) == bytes.fromhex(counted_anew(books))
