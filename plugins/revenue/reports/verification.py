"""What a phone or the stand-alone verifier gets to check: heads, entries as the words their digests cover, and proofs.

Every entry is written out anew from its rows, so that a row somebody edited no longer fits the digest stored for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core import NotFound
from plugins.revenue.ledger import chain
from plugins.revenue.ledger.tree import over_entries
from plugins.revenue.reports.proofs import consistency_proof, inclusion_proof
from plugins.revenue.spot.drawing import draws_told

FORMAT = "linli-ledger/1"
HEAD_FIELDS = ("seq", "total", "last", "root", "records", "register", "digest", "code")


def present_head(community: str) -> dict[str, Any]:
    """The head of everything posted so far, as the phone recomputes it."""
    return _told(community, chain.head(community))


def _told(community: str, head: chain.Head) -> dict[str, Any]:
    return {"community": community, **{name: getattr(head, name) for name in HEAD_FIELDS}}


def published_head(community: str, code: str) -> dict[str, Any] | None:
    """The published head with a code as somebody typed it, None if there is none."""
    found = chain.published(community, chain.typed_code(code))
    return _told(community, found) if found is not None else None


def consistency(community: str, earlier: int, size: int) -> list[str] | None:
    """The proof that the head of `earlier` entries is the beginning of that of `size`; None where it cannot be."""
    if not 0 < earlier <= size:
        return None
    path = over_entries(community, size, lambda subtree: consistency_proof(subtree, earlier, size))
    return [step.hex() for step in path]


def proven_entry(community: str, seq: int, size: int) -> dict[str, Any]:
    """An entry with its path to the root of the first `size` entries. Raises `NotFound`."""
    if not 0 < seq <= size < 2**63:
        raise NotFound
    path = over_entries(community, size, lambda subtree: inclusion_proof(subtree, seq - 1, size))
    found = next(entries(community, seq, seq), None)
    if found is None:
        raise NotFound
    return {**found, "path": [step.hex() for step in path]}


def entries(community: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """The entries from `first` to `last` as `seq`, `digest` and `entry`: the text the digest is of (CHAIN.md)."""
    for document in chain.entry_documents(community, first=first, last=last):
        digest = document.pop("digest")
        yield {"seq": document["seq"], "digest": digest, "entry": chain.canonical_entry(document).decode()}


def ledger_file(community: str, name: str) -> Iterator[str]:
    """The whole ledger as lines of JSON, however long: what it is and its heads, then one line for each entry."""
    head = present_head(community)
    published = [_told(community, each) for each in chain.heads(community)]
    first = {
        "format": FORMAT, "community": community, "name": name, "head": head, "published": published,
        "spot_checks": draws_told(community),
    }  # fmt: skip
    yield json.dumps(first, ensure_ascii=False) + "\n"
    for row in entries(community, 1, head["seq"]):
        yield json.dumps({"digest": row["digest"], "entry": row["entry"]}, ensure_ascii=False) + "\n"
