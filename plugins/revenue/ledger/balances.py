"""What stands where: balances, trial balance, month flows and statements, read with fixed statements from what triggers keep.

Debit is positive: a balance is what came into an account less what went out of it, in 分. Earlier days are reached over the
month flows, so that only one month of movements is read.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from core import Invalid, rows
from plugins.revenue.texts import _

_WORTH = "SELECT COALESCE(sum(b.fen), 0) FROM revenue_balance b"
_ASSETS = " JOIN revenue_account a ON a.community = b.community AND a.code = b.account AND a.kind = 'asset'"


def balance(
    community: str, account: str | None = None, fund: str | None = None, as_of: datetime.date | None = None
) -> int:
    """The balance of an account, of an account in a fund, or (fund alone) the money of a fund, at the end of a day."""
    if as_of is not None:
        return _stood(community, account, fund, _end_of(as_of))
    if account is None and fund is not None:
        found = rows("SELECT fen FROM revenue_fund_total WHERE community = ? AND fund = ?", community, fund)
        return found[0][0] if found else 0
    where, values = _narrowed(account, fund)
    return int(rows(f"{_WORTH} WHERE b.community = ?{where}", community, *values)[0][0])


def available(community: str, fund: str) -> int:
    """The money of a fund less what is held."""
    found = rows("SELECT fen - held FROM revenue_fund_total WHERE community = ? AND fund = ?", community, fund)
    return found[0][0] if found else 0


def trial_balance(community: str, as_of: datetime.date | None = None) -> list[tuple[str, str, int]]:
    """(account, fund, 分) of every account and fund in which anything moved, by code; their sum is zero."""
    if as_of is None:
        found = rows("SELECT account, fund, fen FROM revenue_balance WHERE community = ?", community)
        return sorted(found)
    standing = _standing(community, _end_of(as_of))
    return sorted((account, fund, fen) for (account, fund), fen in standing.items())


def flows(community: str, first: str, last: str) -> list[tuple[str, str, str, str, str, int]]:
    """(month, source, source fund, destination, destination fund, 分) of the months `first` to `last` (YYYY-MM)."""
    return sorted(
        rows(
            "SELECT month, source, source_fund, destination, destination_fund, fen FROM revenue_flow "
            "WHERE community = ? AND month >= ? AND month <= ?",
            community,
            first,
            last,
        )
    )


def _narrowed(account: str | None, fund: str | None) -> tuple[str, list[str]]:
    where, values = "", []
    if account is not None:
        where, values = " AND b.account = ?", [account]
    if fund is not None:
        where, values = where + " AND b.fund = ?", [*values, fund]
    return where, values


def _end_of(day: datetime.date) -> tuple[str, int, int]:
    return day.isoformat(), 2**62, 0


def _standing(community: str, before: tuple[str, int, int]) -> dict[tuple[str, str], int]:
    """What stood in each account and fund before a movement (day, entry, line): whole months from the flows, then the movements
    of its month.
    """
    month = before[0][:7]
    standing: dict[tuple[str, str], int] = defaultdict(int)
    for side, sign in (("destination", 1), ("source", -1)):
        flow = f"SELECT {side}, {side}_fund, sum(fen) FROM revenue_flow WHERE community = ? AND month < ? GROUP BY {side}, {side}_fund"
        days = f"SELECT b.account, b.fund, ({_moved(side)}) FROM revenue_balance b WHERE b.community = ?"
        for code, of_fund, fen in rows(flow, community, month) + rows(days, *_within(before), community):
            if fen is not None:
                standing[code, of_fund] += sign * int(fen)
    return dict(standing)


def _stood(community: str, account: str | None, fund: str | None, before: tuple[str, int, int]) -> int:
    """What stood in an account, in an account of a fund, or (fund alone) in the money of a fund before a movement.

    The same as the sum over `_standing`, with one look at the flows and no grouping: a page far back costs little more than
    the newest.
    """
    of_fund_alone = account is None and fund is not None
    asked = [code for code in (account, fund, community if of_fund_alone else None) if code is not None]

    def here(side: str) -> str:
        wanted = [f"{side} = ?"] * (account is not None) + [f"{side}_fund = ?"] * (fund is not None)
        return " AND ".join(wanted + [f"{side} IN ({_ASSET_CODES})"] * of_fund_alone) or "1 = 1"

    narrowed, values = _narrowed(account, fund)
    flow = (
        f"SELECT sum(CASE WHEN {here('destination')} THEN fen ELSE 0 END - CASE WHEN {here('source')} THEN fen ELSE 0 END) "
        "FROM revenue_flow WHERE community = ? AND month < ?"
    )
    days = (
        f"SELECT sum(COALESCE(({_moved('destination')}), 0) - COALESCE(({_moved('source')}), 0)) "
        f"FROM revenue_balance b{_ASSETS if of_fund_alone else ''} WHERE b.community = ?{narrowed}"
    )
    found = rows(flow, *asked, *asked, community, before[0][:7]) + rows(
        days, *_within(before), *_within(before), community, *values
    )
    return sum(int(fen or 0) for (fen,) in found)


def _moved(side: str) -> str:
    # As a value of each place, so that the index is entered at its first day; joined, SQLite reads every day of the account.
    return (
        f"SELECT sum(m.amount) FROM revenue_movement m WHERE m.community = b.community AND m.{side} = b.account "
        f"AND m.{side}_fund = b.fund AND m.day >= ? AND m.day <= ? AND (m.day, m.entry, m.line) < (?, ?, ?)"
    )


def _within(before: tuple[str, int, int]) -> tuple[str, str, str, int, int]:
    return (f"{before[0][:7]}-01", before[0], *before)


_ASSET_CODES = "SELECT code FROM revenue_account WHERE community = ? AND kind = 'asset'"

# --------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class StatementLine:
    """A movement as an account or fund sees it: `fen` more (or less) and the balance after it; `at` ms UTC."""

    seq: int
    line: int
    day: datetime.date
    purpose: str
    fen: int
    balance: int
    source: str
    source_fund: str
    destination: str
    destination_fund: str
    record: str
    at: int


@dataclass(frozen=True)
class StatementPage:
    """Movements newest first; `older` is the cursor of the next page, None on the last."""

    lines: list[StatementLine]
    older: str | None
    closing: int


def statement(
    community: str, *, account: str | None = None, fund: str | None = None, before: str | None = None, limit: int = 50
) -> StatementPage:
    """A page of an account, of an account in a fund, or of a fund's money, newest day first, with the running balance.

    `before` is the cursor of the page above; raises `Invalid` for what is none. Movements inside (from one place of the
    statement to another) are left out.
    """
    cursor = _cursor(before) if before else None
    places = _places(community, account, fund)
    running = _stood(community, account, fund, cursor) if cursor else balance(community, account, fund)
    found: dict[tuple[str, int, int], tuple[Any, ...]] = {}
    for place in places:
        for row in _newest(community, place, cursor, limit + 1):
            found[row[0], row[1], row[2]] = row
    lines, closing = [], running
    order = sorted(found, reverse=True)
    for key in order[:limit]:
        _day, seq, line, amount, source, source_fund, destination, destination_fund = found[key]
        fen = amount * (((destination, destination_fund) in places) - ((source, source_fund) in places))
        if fen:
            lines.append((seq, line, fen, running, source, source_fund, destination, destination_fund))
            running -= fen
    older = "_".join(map(str, order[limit - 1])) if len(order) > limit else None
    return StatementPage(_with_words(community, lines), older, closing)


def _places(community: str, account: str | None, fund: str | None) -> set[tuple[str, str]]:
    where, values = _narrowed(account, fund)
    assets = _ASSETS if account is None and fund is not None else ""
    return set(
        rows(
            f"SELECT b.account, b.fund FROM revenue_balance b{assets} WHERE b.community = ?{where}", community, *values
        )
    )


def _newest(
    community: str, place: tuple[str, str], cursor: tuple[str, int, int] | None, limit: int
) -> list[tuple[Any, ...]]:
    older = " AND day <= ? AND (day, entry, line) < (?, ?, ?)" if cursor else ""
    values = [cursor[0], *cursor] if cursor else []
    return [
        row
        for side in ("source", "destination")
        for row in rows(
            "SELECT day, entry, line, amount, source, source_fund, destination, destination_fund FROM revenue_movement "
            f"WHERE community = ? AND {side} = ? AND {side}_fund = ?{older} ORDER BY day DESC, entry DESC, line DESC LIMIT ?",
            community,
            *place,
            *values,
            limit,
        )
    ]


def _cursor(text: str) -> tuple[str, int, int]:
    try:
        day, seq, line = text.split("_")
        found = datetime.date.fromisoformat(day).isoformat(), int(seq), int(line)
    except ValueError:
        found = None
    if found is None or max(found[1:]) >= 2**63 or found[0] <= "0002" or min(found[1:]) < 0:
        raise Invalid({"before": [_("This page does not exist any more. Open the statement anew.")]})
    return found


def _with_words(community: str, lines: list[tuple[Any, ...]]) -> list[StatementLine]:
    numbers = sorted({line[0] for line in lines})
    marks = ", ".join("?" * len(numbers))
    said = {
        row[0]: row[1:]
        for row in (
            rows(
                f"SELECT seq, day, purpose, record, at FROM revenue_entry WHERE community = ? AND seq IN ({marks})",
                community,
                *numbers,
            )
            if numbers
            else []
        )
    }
    return [
        StatementLine(
            seq=seq,
            line=line,
            day=datetime.date.fromisoformat(said[seq][0]),
            purpose=said[seq][1],
            fen=fen,
            balance=after,
            source=source,
            source_fund=source_fund,
            destination=destination,
            destination_fund=destination_fund,
            record=said[seq][2],
            at=said[seq][3],
        )
        for seq, line, fen, after, source, source_fund, destination, destination_fund in lines
    ]
