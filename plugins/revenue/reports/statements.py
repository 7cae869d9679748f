"""试算表 and the money of all funds over a period: what was there, what came and went, what is there.

Months, quarters and years are added up from the flows, which triggers keep. One fund with its lines: `movements.py`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core import rows
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
    """The trial balance of a period, one line for each account, or for each account and fund."""
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
