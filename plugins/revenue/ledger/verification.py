"""Verification: everything is computed anew from its first row, and the first entry that is not as it was written is named.

It trusts no trigger and no stored sum, and it reads the columns as they are stored. See CHAIN.md.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core import canonical, rows
from plugins.revenue.ledger.canonical import (
    GENESIS,
    RECORD_FIELDS,
    RECORD_TABLES,
    Frontier,
    content_digest,
    entry_digest,
    head_digest,
    register_digest,
    sha,
    short_code,
)

_BATCH = 500
_ENTRY = (
    "seq, day, purpose, record, key, content, evidence, approvals, reverses, replaces, reason, at, by_label, salt, total, lines, "
    "records, register, previous, digest"
)
_NAMES = tuple(name.strip() for name in _ENTRY.split(","))


@dataclass(frozen=True)
class Break:
    """The first entry from which the books are not as they were written, and what is wrong with them.

    `problem`: `missing`, `changed`, `movements`, `register`, `balance`, `head`.
    """

    seq: int
    problem: str


@dataclass
class _Books:
    """What has been counted while walking: the digests of entries and of the register, and what must stand where."""

    register: list[str] = field(default_factory=list)
    last: str = GENESIS
    seq: int = 0
    total: int = 0
    tree: Frontier = field(default_factory=Frontier)
    # By number of entries: (total, last digest, root), for the heads that were published then.
    heads: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    balances: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    flows: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def verify(community: str, code: str = "") -> Break | None:
    """Recompute the books of a community: register, chain, movements, heads and all derived sums; None when all is whole.

    With `code`, one must be that of a published head as well.
    """
    books = _Books()
    wrong_row = _check_register(community, books)
    wanted = {seq for (seq,) in rows("SELECT seq FROM revenue_head WHERE community = ?", community)}
    books.heads[0] = (0, GENESIS, books.tree.root())
    for number, found in _walk(community):
        problem = _entry_problem(community, books, number, found, wrong_row)
        if problem:
            return Break(number, problem)
        if books.seq in wanted:
            books.heads[books.seq] = (books.total, books.last, books.tree.root())
    if wrong_row:
        return Break(books.seq + 1, "register")
    return (
        _unsealed(community, books)
        or _check_heads(community, books, code)
        or _check_derived(community, books)
        or _check_locks(community)
    )


# --------------------------------------------------------------------------- the register


def _check_register(community: str, books: _Books) -> int:
    """The number of the first row of the register that is not as it was written, 0 where all are."""
    records: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for kind, table in RECORD_TABLES.items():
        names = RECORD_FIELDS[kind]
        for number, at, by, *values in rows(
            f"SELECT id, at, by_label, {', '.join(names)} FROM {table} WHERE community = ?", community
        ):
            records[number].append((kind, {**dict(zip(names, values, strict=True)), "at": at, "by": by}))
    found = rows(
        "SELECT number, kind, content, previous, digest FROM revenue_register WHERE community = ? ORDER BY number",
        community,
    )
    previous = GENESIS
    for expected, (number, kind, content, before, digest) in enumerate(found, 1):
        said = records.pop(number, [])
        whole = (
            number == expected
            and before == previous
            and [each[0] for each in said] == [kind]
            and sha(said[0][1]) == content
            and register_digest(community, number, kind, content, before) == digest
        )
        if not whole:
            return expected
        books.register.append(digest)
        previous = digest
    return min(records) if records else 0


# --------------------------------------------------------------------------- the entries


def _walk(community: str) -> Iterator[tuple[int, tuple[dict[str, Any], list[tuple[Any, ...]]]]]:
    """The entries with their movements in order, under the number each should have."""
    after, expected = -(2**62), 1
    while True:
        batch = rows(
            f"SELECT {_ENTRY} FROM revenue_entry WHERE community = ? AND seq > ? ORDER BY seq LIMIT ?",
            community,
            after,
            _BATCH,
        )
        if not batch:
            return
        moved: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for seq, *movement in rows(
            "SELECT entry, line, day, amount, source, source_fund, destination, destination_fund FROM revenue_movement "
            "WHERE community = ? AND entry >= ? AND entry <= ? ORDER BY entry, line",
            community,
            batch[0][0],
            batch[-1][0],
        ):
            moved[seq].append(tuple(movement))
        for row in batch:
            yield expected, (dict(zip(_NAMES, row, strict=True)), moved[row[0]])
            expected += 1
        after = batch[-1][0]


def _entry_problem(
    community: str, books: _Books, number: int, found: tuple[dict[str, Any], list[tuple[Any, ...]]], wrong_row: int
) -> str:
    stored, moved = found
    if stored["seq"] != number:
        return "missing"
    written = _as_written(stored)
    if written is None or stored["previous"] != books.last:
        return "changed"
    said = {**written, "lines": [list(movement[2:]) for movement in moved]}
    if content_digest(said) != stored["content"]:
        return "changed"
    sums = {name: said.pop(name) for name in ("content", "digest", "total")}
    said["by"] = said.pop("by_label")
    if entry_digest({**said, "community": community}) != sums["digest"]:
        return "changed"
    amounts = [movement[2] for movement in moved]
    if (
        [movement[0] for movement in moved] != list(range(1, len(moved) + 1))
        or stored["lines"] != len(moved)
        or sums["total"] != sum(amounts)
        or any(movement[1] != stored["day"] for movement in moved)
    ):
        return "movements"
    records = stored["records"]
    if (wrong_row and records >= wrong_row) or not 1 <= records <= len(books.register):
        return "register"
    if books.register[records - 1] != stored["register"]:
        return "register"
    _count(books, stored, moved)
    return ""


def _as_written(stored: dict[str, Any]) -> dict[str, Any] | None:
    """The entry with its lists read; None where their text is not the canonical one or the day is none."""
    lists: dict[str, Any] = {}
    try:
        datetime.date.fromisoformat(stored["day"])
        for name in ("evidence", "approvals"):
            lists[name] = json.loads(stored[name])
            if canonical(lists[name]) != stored[name]:
                return None
    except ValueError:
        return None
    return {name: value for name, value in {**stored, **lists}.items() if name != "lines"}


def _count(books: _Books, stored: dict[str, Any], moved: list[tuple[Any, ...]]) -> None:
    books.seq, books.last = stored["seq"], stored["digest"]
    books.total += stored["total"]
    books.tree.add(stored["digest"])
    month = stored["day"][:7]
    for _line, _day, amount, source, source_fund, destination, destination_fund in moved:
        for where, fen in (((destination, destination_fund), amount), ((source, source_fund), -amount)):
            books.balances[where][0] += fen
            books.balances[where][1] = books.seq
        flow = books.flows[month, source, source_fund, destination, destination_fund]
        flow[0] += amount
        flow[1] = books.seq


def _unsealed(community: str, books: _Books) -> Break | None:
    """A movement without its entry: of a number that does not exist."""
    found = rows(
        "SELECT min(m.entry) FROM revenue_movement m WHERE m.community = ? AND NOT EXISTS (SELECT 1 FROM revenue_entry e "
        "WHERE e.community = m.community AND e.seq = m.entry)",
        community,
    )
    return None if found[0][0] is None else Break(min(max(found[0][0], 1), books.seq + 1), "movements")


# --------------------------------------------------------------------------- heads, sums, locks


def _check_heads(community: str, books: _Books, code: str) -> Break | None:
    """Every published head must be the head of the entries it counted; one of more entries than there are proves a cut tail."""
    found = rows(
        "SELECT seq, total, last, root, records, register, digest, code FROM revenue_head WHERE community = ? ORDER BY id",
        community,
    )
    for seq, total, last, root, records, register, digest, printed in found:
        if seq > books.seq:
            return Break(books.seq + 1, "missing")
        standing = books.heads.get(seq)
        known = records == 0 or (records <= len(books.register) and books.register[records - 1] == register)
        if (
            standing != (total, last, root)
            or not known
            or head_digest(community, seq, total, last, root, records, register) != digest
            or short_code(digest) != printed
        ):
            return Break(max(seq, 1), "head")
    if code and code not in (row[-1] for row in found):
        return Break(books.seq + 1, "head")
    return None


def _check_derived(community: str, books: _Books) -> Break | None:
    """Balances, flows, totals of funds and what is held, against what was counted."""
    assets = {
        code for (code,) in rows("SELECT code FROM revenue_account WHERE community = ? AND kind = 'asset'", community)
    }
    totals: dict[tuple[str, ...], list[int]] = {}
    for (account, fund), (fen, entry) in books.balances.items():
        if account in assets:
            total = totals.setdefault((fund,), [0, 0])
            totals[fund,] = [total[0] + fen, max(total[1], entry)]
    held: dict[str, int] = defaultdict(int)
    for fund, amount in rows("SELECT fund, amount FROM revenue_hold WHERE community = ?", community):
        held[fund] += amount
    for fund, amount in rows(
        "SELECT h.fund, r.amount FROM revenue_hold_release r JOIN revenue_hold h ON h.community = r.community "
        "AND h.id = r.hold WHERE r.community = ?",
        community,
    ):
        held[fund] -= amount
    expected: dict[tuple[str, str], set[tuple[Any, ...]]] = {
        ("account, fund, fen, entry", "revenue_balance"): {(*where, *sums) for where, sums in books.balances.items()},
        (
            "month, source, source_fund, destination, destination_fund, fen, entry",
            "revenue_flow",
        ): {(*where, *sums) for where, sums in books.flows.items()},
        ("fund, fen, entry, held", "revenue_fund_total"): {
            (*where, *sums, held[where[0]]) for where, sums in totals.items()
        },
    }
    for (names, table), wanted in expected.items():
        stored = set(rows(f"SELECT {names} FROM {table} WHERE community = ?", community))
        wrong = stored ^ wanted
        if wrong:
            at = -2 if table == "revenue_fund_total" else -1
            return Break(min(max(min(row[at] for row in wrong), 1), books.seq + 1), "balance")
    return None


def _check_locks(community: str) -> Break | None:
    """An entry that was sealed after a month was locked does not lie in it; the register says which came first."""
    found: Any = rows(
        "SELECT min(e.seq) FROM revenue_entry e JOIN revenue_period p ON p.community = e.community AND p.id <= e.records "
        "AND p.month >= substr(e.day, 1, 7) WHERE e.community = ?",
        community,
    )
    return None if found[0][0] is None else Break(found[0][0], "changed")
