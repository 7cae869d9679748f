"""Entries as they stand in the books: one, those about a record, and the list page by page. Nothing is written here."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core import NotFound, Ref, rows

_COLUMNS = (
    "e.seq, e.day, e.purpose, e.record, e.evidence, e.approvals, e.reverses, e.replaces, e.reason, e.at, e.by_label, e.total, "
    "e.previous, e.digest, e.key, r.seq, p.seq"
)
_FROM = (
    "FROM revenue_entry e LEFT JOIN revenue_entry r ON r.community = e.community AND r.reverses = e.seq "
    "LEFT JOIN revenue_entry p ON p.community = e.community AND p.replaces = e.seq WHERE e.community = ?"
)
_MOVEMENTS = (
    "SELECT entry, amount, source, destination, source_fund, destination_fund FROM revenue_movement WHERE community = ? "
    "AND entry IN ({marks}) ORDER BY entry, line"
)


class Line(NamedTuple):
    """One movement: `amount` 分 > 0 out of the account `source` into `destination`, with the fund on either side.

    A tuple, because an entry may have one for each of 50,000 households.
    """

    amount: int
    source: str
    destination: str
    source_fund: str
    destination_fund: str


@dataclass(frozen=True)
class EntryLine:
    """A sealed entry. `at` is ms UTC, `by` the signature of who posted it, `total` 分.

    `reverses` is the entry it mirrors, `replaces` the one it stands in the place of; `reversed_by` and `replaced_by` are the
    other ends of these.
    """

    seq: int
    day: datetime.date
    purpose: str
    lines: tuple[Line, ...]
    record: Ref | None
    evidence: tuple[str, ...]
    approvals: tuple[str, ...]
    reverses: int | None
    replaces: int | None
    reversed_by: int | None
    replaced_by: int | None
    reason: str
    at: int
    by: str
    total: int
    previous: str
    digest: str
    key: str


def entry(community: str, seq: int) -> EntryLine:
    """One entry with its movements; raises `NotFound`."""
    found = rows(f"SELECT {_COLUMNS} {_FROM} AND e.seq = ?", community, seq) if 0 < seq < 2**63 else []
    if not found:
        raise NotFound
    return _entries(community, found)[0]


def entries_about(community: str, ref: Ref) -> list[EntryLine]:
    """The entries about a record, the first one first."""
    return _entries(community, rows(f"SELECT {_COLUMNS} {_FROM} AND e.record = ? ORDER BY e.seq", community, str(ref)))


@dataclass(frozen=True)
class EntryFilter:
    """What a list of entries is narrowed by: days, the account and the fund on either side of any movement."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    account: str = ""
    fund: str = ""


def entries(
    community: str, wanted: EntryFilter | None = None, *, before: int | None = None, limit: int = 50
) -> list[EntryLine]:
    """Entries newest first, those numbered below `before`."""
    wanted = wanted or EntryFilter()
    where = ""
    values: list[Any] = [community]
    if before is not None:
        where, values = where + " AND e.seq < ?", [*values, before]
    if wanted.first:
        where, values = where + " AND e.day >= ?", [*values, wanted.first.isoformat()]
    if wanted.last:
        where, values = where + " AND e.day <= ?", [*values, wanted.last.isoformat()]
    movement = "EXISTS (SELECT 1 FROM revenue_movement m WHERE m.community = e.community AND m.entry = e.seq AND ? IN "
    if wanted.account:
        where, values = where + f" AND {movement} (m.source, m.destination))", [*values, wanted.account]
    if wanted.fund:
        where, values = where + f" AND {movement} (m.source_fund, m.destination_fund))", [*values, wanted.fund]
    found = rows(f"SELECT {_COLUMNS} {_FROM}{where} ORDER BY e.seq DESC LIMIT ?", *values, limit)
    return _entries(community, found)


def _entries(community: str, found: Sequence[tuple[Any, ...]]) -> list[EntryLine]:
    lines: dict[int, list[Line]] = {row[0]: [] for row in found}
    numbers = list(lines)
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        for seq, *values in rows(_MOVEMENTS.format(marks=", ".join("?" * len(some))), community, *some):
            lines[seq].append(Line(*values))
    return [
        EntryLine(
            seq=row[0],
            day=datetime.date.fromisoformat(row[1]),
            purpose=row[2],
            lines=tuple(lines[row[0]]),
            record=Ref.parse(row[3], community) if row[3] else None,
            evidence=tuple(json.loads(row[4])),
            approvals=tuple(json.loads(row[5])),
            reverses=row[6],
            replaces=row[7],
            reason=row[8],
            at=row[9],
            by=row[10],
            total=row[11],
            previous=row[12],
            digest=row[13],
            key=row[14],
            reversed_by=row[15],
            replaced_by=row[16],
        )
        for row in found
    ]
