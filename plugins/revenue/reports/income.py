"""收支表 of a month, quarter or year: income by source, expense by use, what came and went besides, the funds at both ends.

The terms are those of 《民间非营利组织会计制度》 and of the community's 台账: deposits, money in advance and the owners' money in
custody are no income, so they stand apart; with them the money at the beginning leads to the money at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import balances
from plugins.revenue.reports.period import Period
from plugins.revenue.reports.statements import FundMoney, money_of_funds

INCOME, EXPENSE, BESIDES = "income", "expense", "besides"
_PART_OF = {"income": INCOME, "expense": EXPENSE, "liability": BESIDES, "net_assets": BESIDES}


@dataclass(frozen=True)
class Item:
    """An account in the period and beside it (the year until then, for a year the year before), 分: what it brought, of
    expenses what it cost."""

    code: str
    name: str
    fen: int
    beside: int


@dataclass(frozen=True)
class IncomeStatement:
    """The 收支表 of a period; `opening` and `closing` are the money of all funds."""

    period: Period
    income: Sequence[Item]
    expense: Sequence[Item]
    besides: Sequence[Item]
    funds: Sequence[FundMoney]

    @property
    def surplus(self) -> tuple[int, int]:
        """Income less expense, in the period and beside it."""
        came, went = totals(self.income), totals(self.expense)
        return came[0] - went[0], came[1] - went[1]

    @property
    def opening(self) -> int:
        """The money of all funds at the beginning."""
        return sum(fund.opening for fund in self.funds)

    @property
    def closing(self) -> int:
        """The money of all funds at the end."""
        return sum(fund.closing for fund in self.funds)

    @property
    def is_whole(self) -> bool:
        """Whether the beginning, income, expense and the rest lead to the end; if not, the ledger is broken."""
        return self.opening + self.surplus[0] + totals(self.besides)[0] == self.closing


def totals(items: Sequence[Item]) -> tuple[int, int]:
    """The sums of both columns."""
    return sum(item.fen for item in items), sum(item.beside for item in items)


def income_statement(community: str, period: Period) -> IncomeStatement:
    """The statement of a period, from the month flows."""
    beside = period.before.months if period.code == str(period.year) else period.until_end()
    now, then = _brought(community, period.months), _brought(community, beside)
    parts: dict[str, list[Item]] = defaultdict(list)
    for account in chart.accounts(community):
        sums = now.get(account.code, 0), then.get(account.code, 0)
        if account.kind == "asset" or not any(sums):
            continue
        part = _PART_OF[account.kind]
        parts[part].append(
            Item(
                account.code, own_name(account.code, account.name), *(-fen if part == EXPENSE else fen for fen in sums)
            )
        )
    funds = [fund for fund in money_of_funds(community, period) if fund.opening or fund.came or fund.went]
    return IncomeStatement(period, parts[INCOME], parts[EXPENSE], parts[BESIDES], funds)


def own_name(code: str, name: str) -> str:
    """Of a sub-account only what it has of its own, as residents call it: “社区食堂”, not “提供服务收入—社区食堂”."""
    return name.rpartition("—")[2] if "." in code else name


def _brought(community: str, months: tuple[str, str]) -> Mapping[str, int]:
    """What went out of each account less what went into it: of income what it brought."""
    sums: dict[str, int] = defaultdict(int)
    for _month, source, _fund, target, _target_fund, fen in balances.flows(community, *months):
        sums[source] += fen
        sums[target] -= fen
    return sums
