"""The statement of one fund or one account over a period: what was there, every movement in and out, what is there, what is held.

The sums come from the month flows; a page on the screen walks back from the end by keyset; paper and files go forward in days.
What only changes places inside (from the bank to the cash box of the same fund) neither comes in nor goes out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core import NotFound, rows
from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import balances, holds
from plugins.revenue.ledger import funds as fund_list
from plugins.revenue.reports.period import Period

WHAT = ("fund", "account")
PAGE = 50


@dataclass(frozen=True)
class Statement:
    """A fund's money (`what` is `fund`) or an account over a period, 分; `held` is promised today, of a fund only."""

    community: str
    what: str
    code: str
    title: str
    period: Period
    opening: int
    came: int
    went: int
    held: int

    @property
    def closing(self) -> int:
        """What is there at the end."""
        return self.opening + self.came - self.went


@dataclass(frozen=True)
class StatementLine:
    """A movement in (`fen` > 0) or out, 分, and the balance after it; `other` names the other side."""

    seq: int
    line: int
    day: datetime.date
    purpose: str
    other: str
    fen: int
    balance: int


def statement(community: str, what: str, code: str, period: Period) -> Statement:
    """The sums of a statement. Raises `NotFound` for a fund or account that is not there."""
    title, held = _named(community, what, code)
    assets = _assets(community)

    def inside(account: str, fund: str) -> bool:
        return account == code if what == "account" else fund == code and account in assets

    first, last = period.months
    opening = came = went = 0
    for month, source, source_fund, target, target_fund, fen in balances.flows(community, "0000-00", last):
        into = inside(target, target_fund)
        if into == inside(source, source_fund):
            continue
        if month < first:
            opening += fen if into else -fen
        elif into:
            came += fen
        else:
            went += fen
    return Statement(community, what, code, title, period, opening, came, went, held)


def _named(community: str, what: str, code: str) -> tuple[str, int]:
    if what not in WHAT:
        raise NotFound
    if what == "fund":
        return fund_list.fund(community, code).name, holds.held(community, code)
    account = chart.account(community, code)
    return f"{account.code} {account.name}", 0


def _assets(community: str) -> set[str]:
    return {account.code for account in chart.accounts(community) if account.kind == "asset"}


# --------------------------------------------------------------------------- lines

_OF_ACCOUNT = """
    SELECT m.day, m.entry, m.line, m.fen, e.purpose, m.account, m.fund FROM (
        SELECT community, day, entry, line, amount AS fen, source AS account, source_fund AS fund FROM revenue_movement
        WHERE community = ? AND destination = ? AND day BETWEEN ? AND ? AND source <> destination
        UNION ALL
        SELECT community, day, entry, line, -amount, destination, destination_fund FROM revenue_movement
        WHERE community = ? AND source = ? AND day BETWEEN ? AND ? AND source <> destination
    ) AS m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry ORDER BY m.day, m.entry, m.line
"""
_SIDE = """
        SELECT v.community, v.day, v.entry, v.line, {sign}v.amount AS fen, v.{far} AS account, v.{far}_fund AS fund
        FROM revenue_account a JOIN revenue_movement v ON v.community = a.community AND v.{near} = a.code
            JOIN revenue_account b ON b.community = v.community AND b.code = v.{far}
        WHERE a.community = ? AND a.kind = 'asset' AND v.{near}_fund = ? AND v.day BETWEEN ? AND ?
            AND NOT (b.kind = 'asset' AND v.source_fund = v.destination_fund)
"""
_OF_FUND = f"""
    SELECT m.day, m.entry, m.line, m.fen, e.purpose, m.account, m.fund FROM (
        {_SIDE.format(sign="", near="destination", far="source")}
        UNION ALL
        {_SIDE.format(sign="-", near="source", far="destination")}
    ) AS m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry ORDER BY m.day, m.entry, m.line
"""


def lines(found: Statement) -> Iterator[StatementLine]:
    """Every movement from the first day to the last, with the balance it leaves."""
    given = [found.community, found.code, found.period.first.isoformat(), found.period.last.isoformat()] * 2
    told, balance = _Sides(found), found.opening
    for day, seq, line, fen, purpose, account, fund in rows(_OF_FUND if found.what == "fund" else _OF_ACCOUNT, *given):
        balance += fen
        yield StatementLine(
            seq, line, datetime.date.fromisoformat(day), purpose, told.words(account, fund), fen, balance
        )


def newest(found: Statement, before: str | None = None) -> tuple[list[StatementLine], str | None]:
    """A page of movements, the newest first, walking back from the end of the period; and the cursor of the older ones.

    Raises `Invalid` for a cursor that is none.
    """
    start = before or f"{found.period.after.first}_0_0"
    narrowed: dict[str, Any] = {found.what: found.code}
    page = balances.statement(found.community, before=start, limit=PAGE, **narrowed)
    told = _Sides(found)
    shown = [each for each in page.lines if each.day >= found.period.first]
    listed = [
        StatementLine(
            each.seq, each.line, each.day, each.purpose,
            told.words(each.source, each.source_fund) if each.fen > 0 else told.words(each.destination, each.destination_fund),
            each.fen, each.balance,
        )
        for each in shown
    ]  # fmt: skip
    goes_on = len(shown) == len(page.lines) and page.older is not None and page.older[:10] >= str(found.period.first)
    return listed, page.older if goes_on else None


class _Sides:
    """How the other side is named: the account; between funds the fund; both where the account is in another fund."""

    def __init__(self, found: Statement) -> None:
        self.found = found
        self.accounts = {each.code: each for each in chart.accounts(found.community)}
        self.funds = {each.code: each.name for each in fund_list.funds(found.community)}

    def words(self, account: str, fund: str) -> str:
        """The other side of a movement."""
        known = self.accounts[account]
        if self.found.what == "account":
            return f"{known.name}（{self.funds[fund]}）"
        if fund == self.found.code:
            return known.name
        return self.funds[fund] if known.kind == "asset" else f"{known.name}（{self.funds[fund]}）"
