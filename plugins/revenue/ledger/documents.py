"""Entries and records of the register as the objects of CHAIN.md, read in order and in batches: for verification and for downloads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core import rows
from plugins.revenue.ledger.canonical import RECORD_FIELDS, RECORD_TABLES

_BATCH = 500
_ENTRY = "seq, day, purpose, record, key, evidence, approvals, reverses, replaces, reason, at, by_label, salt, records, register, previous"


def entry_documents(community: str, *, first: int = 1, last: int | None = None) -> Iterator[dict[str, Any]]:
    """The objects whose digests make the chain, in order, each with its stored `digest`, which is not part of the object's own."""
    after, until = first - 1, 2**63 - 1 if last is None else last
    while True:
        found = rows(
            f"SELECT {_ENTRY}, digest FROM revenue_entry WHERE community = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            community,
            after,
            until,
            _BATCH,
        )
        if not found:
            return
        lines = _lines(community, found[0][0], found[-1][0])
        for row in found:
            yield {**_entry(community, row[:-1]), "lines": lines.get(row[0], []), "digest": row[-1]}
        after = found[-1][0]


def _entry(community: str, row: tuple[Any, ...]) -> dict[str, Any]:
    names = [name.strip() for name in _ENTRY.split(",")]
    fields = dict(zip(names, row, strict=True))
    fields["by"] = fields.pop("by_label")
    fields["evidence"], fields["approvals"] = json.loads(fields["evidence"]), json.loads(fields["approvals"])
    return {**fields, "community": community, "v": 1}


def _lines(community: str, first: int, last: int) -> dict[int, list[list[Any]]]:
    lines: dict[int, list[list[Any]]] = {}
    for seq, *moved in rows(
        "SELECT entry, amount, source, source_fund, destination, destination_fund FROM revenue_movement "
        "WHERE community = ? AND entry >= ? AND entry <= ? ORDER BY entry, line",
        community,
        first,
        last,
    ):
        lines.setdefault(seq, []).append(moved)
    return lines


def register_documents(community: str) -> list[dict[str, Any]]:
    """The rows of the register in order: `number`, `kind`, `content`, `previous`, `digest`, and the `record` they are about."""
    records: dict[int, dict[str, Any]] = {}
    for kind, table in RECORD_TABLES.items():
        names = RECORD_FIELDS[kind]
        for number, at, by, *values in rows(
            f"SELECT id, at, by_label, {', '.join(names)} FROM {table} WHERE community = ?", community
        ):
            records[number] = {**dict(zip(names, values, strict=True)), "at": at, "by": by}
    found = rows(
        "SELECT number, kind, content, previous, digest FROM revenue_register WHERE community = ? ORDER BY number",
        community,
    )
    return [
        {
            "number": number,
            "kind": kind,
            "content": content,
            "previous": previous,
            "digest": digest,
            "record": records.get(number),
        }
        for number, kind, content, previous, digest in found
    ]
