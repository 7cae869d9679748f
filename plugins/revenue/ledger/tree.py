"""The Merkle tree over all entries of a community without reading all of them for every question.

Of each complete block of `BLOCK` entries this process remembers the node, and the nodes above. A question reads the block it is
about, which must still lead to its node, and what follows the last complete block. What is remembered is given up and counted
anew from the rows when the entry at its end has another digest (a chain written anew changes that one, wherever it begins), when
a block that is read is not as it was, and after some time anyway. `verify` and the nightly check remember nothing.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core import NotFound, database, rows
from plugins.revenue.ledger.canonical import GENESIS, merkle_root, node_hash

R = TypeVar("R")

BLOCK = 256  # a power of two
MANY = 4096
"""With fewer entries nothing is remembered: they are counted in a hundredth of a second."""
KEPT_SECONDS, KEPT_TIMES = 60.0, 100.0
"""How long nodes are remembered: a minute, or a hundred times as long as it took to count them."""

_AT_ONCE = 16_384
_BETWEEN = "SELECT digest, total FROM revenue_entry WHERE community = ? AND seq > ? AND seq <= ? ORDER BY seq"
_DIGEST = "SELECT digest FROM revenue_entry WHERE community = ? AND seq = ?"

SubtreeHash = Callable[[int, int], bytes]
"""The Merkle tree hash of the leaves `first <= i < last` (RFC 6962 §2.1: MTH(D[first:last]))."""


class Rewritten(Exception):
    """The rows of a block are no longer those whose node is remembered."""


@dataclass
class _Nodes:
    """What is known of the first `size` entries, in complete blocks: `levels[k][i]` is the node over the blocks i·2ᵏ … (i + 1)·2ᵏ − 1,
    `totals[i]` 分 the sum of all entries before block i, `last` the digest of the newest one.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=lambda: [[]])
    totals: list[int] = field(default_factory=lambda: [0])
    last: str = GENESIS
    counted: float = field(default_factory=time.monotonic)
    took: float = 0.0

    def node(self, first: int, last: int) -> bytes | None:
        """The node over the leaves `first <= i < last`, None where it is not one of those remembered."""
        size = last - first
        if size < BLOCK or size & (size - 1) or first % size or last > self.size:
            return None
        return self.levels[(size // BLOCK).bit_length() - 1][first // size]

    def add(self, block: list[tuple[str, int]]) -> None:
        """Take in the next complete block, (digest, 分) of each entry. `size` grows last: others read meanwhile."""
        level, node = 0, bytes.fromhex(merkle_root(digest for digest, _total in block))
        self.levels[0].append(node)
        while len(self.levels[level]) % 2 == 0:
            node = node_hash(*self.levels[level][-2:])
            level += 1
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(node)
        self.totals.append(self.totals[-1] + sum(total for _digest, total in block))
        self.last = block[-1][0]
        self.size += BLOCK

    def is_still_of(self, community: str) -> bool:
        """Whether the last entry covered is the one it was, and the time is not over."""
        if time.monotonic() - self.counted > max(KEPT_SECONDS, KEPT_TIMES * self.took):
            return False
        return not self.size or rows(_DIGEST, community, self.size) == [(self.last,)]


_lock = threading.Lock()
# By store and community: a store that is opened anew begins with nothing.
_remembered: weakref.WeakKeyDictionary[Any, dict[str, _Nodes]] = weakref.WeakKeyDictionary()


def root_and_total(community: str, size: int) -> tuple[str, int]:
    """The root of the tree over the first `size` entries, which are all there are, and the sum of their amounts in 分.

    Raises `NotFound` where a number among them is missing.
    """
    nodes, blocks = _nodes(community, size), size // BLOCK
    tail = _rows(community, blocks * BLOCK, size)
    root = _Tree(community, size, nodes).subtree(0, size)
    return root.hex(), nodes.totals[blocks] + sum(total for _digest, total in tail)


def over_entries(community: str, size: int, prove: Callable[[SubtreeHash], R]) -> R:
    """What `prove` makes of the tree over the first `size` entries. Raises `NotFound` where there are not so many."""
    try:
        return prove(_Tree(community, size, _nodes(community, size)).subtree)
    except Rewritten:
        forget(community)
        return prove(_Tree(community, size, _nodes(community, size)).subtree)


def forget(community: str) -> None:
    """Count anew from the rows at the next question."""
    with _lock:
        _remembered.get(database.obj, {}).pop(community, None)


class _Tree:
    """The subtrees over the first `size` entries: nodes that are remembered, and rows, each block read once."""

    def __init__(self, community: str, size: int, nodes: _Nodes) -> None:
        self._community, self._size, self._nodes = community, size, nodes
        self._blocks: dict[int, list[str]] = {}

    def subtree(self, first: int, last: int) -> bytes:
        """See `SubtreeHash`; `first` and `last` as RFC 6962 splits the tree, so that up to `BLOCK` leaves lie in one block."""
        node = self._nodes.node(first, last)
        if node is not None:
            return node
        if last - first <= BLOCK:
            block = first // BLOCK
            digests = self._block(block)[first - block * BLOCK : last - block * BLOCK]
            return bytes.fromhex(merkle_root(digests))
        middle = first + (1 << ((last - first - 1).bit_length() - 1))
        return node_hash(self.subtree(first, middle), self.subtree(middle, last))

    def _block(self, block: int) -> list[str]:
        if block not in self._blocks:
            begin = block * BLOCK
            is_known = begin + BLOCK <= self._nodes.size
            found = _rows(self._community, begin, begin + BLOCK if is_known else min(begin + BLOCK, self._size))
            digests = [digest for digest, _total in found]
            if is_known and bytes.fromhex(merkle_root(digests)) != self._nodes.levels[0][block]:
                raise Rewritten
            self._blocks[block] = digests
        return self._blocks[block]


def _nodes(community: str, size: int) -> _Nodes:
    """What is remembered, after every complete block among the first `size` entries was taken in."""
    with _lock:
        of_store = _remembered.setdefault(database.obj, {})
        nodes = of_store.get(community) if size >= MANY else _Nodes()
        if nodes is None or not nodes.is_still_of(community):
            nodes = of_store[community] = _Nodes()
        begun = time.monotonic()
        until = size // BLOCK * BLOCK
        while nodes.size < until:
            found = _rows(community, nodes.size, min(nodes.size + _AT_ONCE, until))
            for begin in range(0, len(found), BLOCK):
                nodes.add(found[begin : begin + BLOCK])
        nodes.took += time.monotonic() - begun
        return nodes


def _rows(community: str, after: int, until: int) -> list[tuple[str, int]]:
    found = rows(_BETWEEN, community, after, until)
    if len(found) != until - after:
        raise NotFound
    return found
