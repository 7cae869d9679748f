"""Merkle proofs of RFC 6962 §2.1 over the digests of the entries: that one is among them, that an earlier head is a prefix.

Pure functions; which digests there are the caller says with `SubtreeHash`. How leaves and nodes are hashed stands in
ledger/CHAIN.md. The phone (static/verify.js) and the stand-alone verifier check these proofs with code of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

SubtreeHash = Callable[[int, int], bytes]
"""The Merkle tree hash of the leaves `first <= i < last` (RFC 6962 §2.1: MTH(D[first:last]))."""


def leaf_hash(content: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf's bytes."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_of(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2): how many leaves lie to the left."""
    return 1 << ((size - 1).bit_length() - 1)


def over(hashes: Sequence[bytes]) -> SubtreeHash:
    """The subtrees over leaf hashes that are all at hand."""

    def subtree(first: int, last: int) -> bytes:
        if last - first == 1:
            return hashes[first]
        if last == first:
            return hashlib.sha256(b"").digest()
        middle = first + split_of(last - first)
        return node_hash(subtree(first, middle), subtree(middle, last))

    return subtree


def inclusion_proof(subtree: SubtreeHash, index: int, size: int) -> list[bytes]:
    """The path from leaf `index` (from 0) to the root of the first `size` leaves, from below: PATH(index, D[size]).

    Raises `ValueError` for an index beyond.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + split_of(last - first)
        if index < middle:
            path.append(subtree(middle, last))
            last = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    return path[::-1]


def consistency_proof(subtree: SubtreeHash, earlier: int, size: int) -> list[bytes]:
    """That the first `earlier` of `size` leaves are what they were: PROOF(earlier, D[size]); empty where nothing was added.

    Raises `ValueError` unless 0 < earlier <= size.
    """
    if not 0 < earlier <= size:
        raise ValueError(f"no head of {earlier} among {size}")
    path: list[bytes] = []
    first, last, whole = 0, size, True
    while last - first > earlier - first:
        middle = first + split_of(last - first)
        if earlier <= middle:
            path.append(subtree(middle, last))
            last = middle
        else:
            path.append(subtree(first, middle))
            first, whole = middle, False
    if not whole:
        path.append(subtree(first, last))
    return path[::-1]
