"""试算表 and the statements of funds and accounts over a period: what was there, what came and went, what is there.

Months and years are added up from the flows, which triggers keep; single lines are read by keyset from covering indexes.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core import NotFound, rows
from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import balances
from plugins.revenue.ledger import funds as fund_list
from plugins.revenue.reports.period import Period

KINDS = ("asset", "liability", "net_assets", "income", "expense")


@dataclass(frozen=True)
class Turnover:
    """An account (of one fund, where `fund` is not empty) in a period, 分. Balances are debit-positive; `debit` and `credit`
    are what was moved in and out."""

    account: str
    name: str
    kind: str
    fund: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        """The balance at the end."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True)
class TrialBalance:
    """All accounts that were used; debits and credits of the totals are equal, or the ledger is broken."""

    lines: Sequence[Turnover]

    @property
    def totals(self) -> tuple[int, int, int, int, int, int]:
        """Debit and credit of the openings, of what was moved, and of the closings."""
        opening, closing = [line.opening for line in self.lines], [line.closing for line in self.lines]
        return (
            *_sides(opening),
            sum(line.debit for line in self.lines),
            sum(line.credit for line in self.lines),
            *_sides(closing),
        )

    @property
    def is_balanced(self) -> bool:
        """Whether each pair of totals is equal."""
        first, second, third, fourth, fifth, sixth = self.totals
        return (first, third, fifth) == (second, fourth, sixth)


def _sides(amounts: Sequence[int]) -> tuple[int, int]:
    return sum(each for each in amounts if each > 0), -sum(each for each in amounts if each < 0)


_SIDES = """
    SELECT account, fund, sum(before), sum(debit), sum(credit) FROM (
        SELECT destination AS account, destination_fund AS fund,
            CASE WHEN month < ? THEN fen ELSE 0 END AS before, CASE WHEN month >= ? THEN fen ELSE 0 END AS debit, 0 AS credit
        FROM revenue_flow WHERE community = ? AND month <= ?
        UNION ALL
        SELECT source, source_fund,
            CASE WHEN month < ? THEN -fen ELSE 0 END, 0, CASE WHEN month >= ? THEN fen ELSE 0 END
        FROM revenue_flow WHERE community = ? AND month <= ?
    ) AS sides GROUP BY account, fund ORDER BY account, fund
"""


def trial_balance(community: str, period: Period, *, by_fund: bool = False) -> TrialBalance:
    """The trial balance of a month or year, one line for each account, or for each account and fund."""
    first, last = period.months
    found = rows(_SIDES, *[first, first, community, last] * 2)
    summed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for account, fund, before, debit, credit in found:
        for place, amount in enumerate((before, debit, credit)):
            summed[account, fund if by_fund else ""][place] += int(amount)
    return TrialBalance(_lines(community, summed))


def balances_on(community: str, day: datetime.date, *, by_fund: bool = False) -> TrialBalance:
    """The balances at the end of a day, as openings without movements."""
    summed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for account, fund, fen in balances.trial_balance(community, day):
        summed[account, fund if by_fund else ""][0] += fen
    return TrialBalance(_lines(community, summed))


def _lines(community: str, summed: dict[tuple[str, str], list[int]]) -> list[Turnover]:
    named = {account.code: account for account in chart.accounts(community)}
    return [
        Turnover(account, named[account].name, named[account].kind, fund, *amounts)
        for (account, fund), amounts in sorted(summed.items())
        if any(amounts)
    ]


# --------------------------------------------------------------------------- funds


@dataclass(frozen=True)
class FundMoney:
    """The money of a fund in a period, 分: its asset accounts together."""

    code: str
    name: str
    owner: str
    is_restricted: bool
    opening: int
    came: int
    went: int

    @property
    def closing(self) -> int:
        """What is there at the end."""
        return self.opening + self.came - self.went


def money_of_funds(community: str, period: Period) -> list[FundMoney]:
    """Every fund that is open or was moved; what went from one asset account to another inside a fund does not count."""
    assets = {account.code for account in chart.accounts(community) if account.kind == "asset"}
    first, last = period.months
    moved: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for month, source, source_fund, destination, destination_fund, fen in balances.flows(community, "0000-00", last):
        if source in assets and destination in assets and source_fund == destination_fund:
            continue
        for is_money, fund, sign in ((destination in assets, destination_fund, 1), (source in assets, source_fund, -1)):
            if is_money and month < first:
                moved[fund][0] += sign * fen
            elif is_money:
                moved[fund][1 if sign > 0 else 2] += fen
    return [
        FundMoney(fund.code, fund.name, fund.owner, fund.is_restricted, *moved[fund.code])
        for fund in fund_list.funds(community)
        if fund.is_open or any(moved[fund.code])
    ]


# --------------------------------------------------------------------------- lines


@dataclass(frozen=True)
class StatementLine:
    """A movement into (`fen` > 0) or out of what the statement is about, and the balance after it, 分."""

    seq: int
    line: int
    day: datetime.date
    purpose: str
    other: str
    fen: int
    balance: int


@dataclass(frozen=True)
class Statement:
    """A fund's money or an account over a period: `lines` from the first to the last day."""

    title: str
    period: Period
    opening: int
    lines: Sequence[StatementLine]

    @property
    def closing(self) -> int:
        """The balance at the end."""
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def came(self) -> int:
        """Everything in."""
        return sum(line.fen for line in self.lines if line.fen > 0)

    @property
    def went(self) -> int:
        """Everything out."""
        return -sum(line.fen for line in self.lines if line.fen < 0)


_OF_ACCOUNT = """
    SELECT m.day, m.entry, m.line, m.fen, e.purpose, m.other FROM (
        SELECT community, day, entry, line, amount AS fen, source AS other FROM revenue_movement
        WHERE community = ? AND destination = ? AND day BETWEEN ? AND ?
        UNION ALL
        SELECT community, day, entry, line, -amount, destination FROM revenue_movement
        WHERE community = ? AND source = ? AND day BETWEEN ? AND ?
    ) AS m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry ORDER BY m.day, m.entry, m.line, m.fen
"""
_OF_FUND = """
    SELECT m.day, m.entry, m.line, m.fen, e.purpose, m.other FROM (
        SELECT v.community, v.day, v.entry, v.line, v.amount AS fen, v.source AS other FROM revenue_movement v
            JOIN revenue_account a ON a.community = v.community AND a.code = v.destination AND a.kind = 'asset'
        WHERE v.community = ? AND v.destination_fund = ? AND v.day BETWEEN ? AND ?
        UNION ALL
        SELECT v.community, v.day, v.entry, v.line, -v.amount, v.destination FROM revenue_movement v
            JOIN revenue_account a ON a.community = v.community AND a.code = v.source AND a.kind = 'asset'
        WHERE v.community = ? AND v.source_fund = ? AND v.day BETWEEN ? AND ?
    ) AS m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry ORDER BY m.day, m.entry, m.line, m.fen
"""


def account_statement(community: str, code: str, period: Period) -> Statement:
    """Every movement of an account in a period. Raises `NotFound`."""
    account = chart.account(community, code)
    opening = balances.balance(community, account=code, as_of=_day_before(period))
    return Statement(account.name, period, opening, list(_running(community, _OF_ACCOUNT, code, period, opening)))


def fund_statement(community: str, code: str, period: Period) -> Statement:
    """Every movement of a fund's money in a period. Raises `NotFound`."""
    fund = fund_list.fund(community, code)
    opening = balances.balance(community, fund=code, as_of=_day_before(period))
    return Statement(fund.name, period, opening, list(_running(community, _OF_FUND, code, period, opening)))


def statement_of(community: str, what: str, code: str, period: Period) -> Statement:
    """The statement of an `account` or a `fund`. Raises `NotFound` for either that is not there."""
    if what not in ("account", "fund"):
        raise NotFound
    return (account_statement if what == "account" else fund_statement)(community, code, period)


def _day_before(period: Period) -> datetime.date:
    return period.first - datetime.timedelta(days=1)


def _running(community: str, statement: str, code: str, period: Period, opening: int) -> Iterator[StatementLine]:
    names = {account.code: account.name for account in chart.accounts(community)}
    balance = opening
    given = [community, code, period.first.isoformat(), period.last.isoformat()] * 2
    for day, seq, line, fen, purpose, other in rows(statement, *given):
        balance += fen
        yield StatementLine(seq, line, datetime.date.fromisoformat(day), purpose, names.get(other, other), fen, balance)
