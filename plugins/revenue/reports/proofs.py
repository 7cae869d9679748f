"""Merkle proofs of RFC 6962 §2.1 over the digests of the entries: that one is among them, that an earlier head is a prefix.

Pure functions; which digests there are the caller says with `SubtreeHash` (ledger/tree.py reads them). How leaves and nodes are
hashed stands in ledger/CHAIN.md. The phone (static/verify.js) and the stand-alone verifier check these proofs with code of their own.
"""

from __future__ import annotations

from plugins.revenue.ledger.tree import SubtreeHash


def split_of(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2): how many leaves lie to the left."""
    return 1 << ((size - 1).bit_length() - 1)


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
