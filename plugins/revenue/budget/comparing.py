"""Budget against actual 预算执行: each line of a budget beside what really came in or was spent, from the month flows.

A line stands for its account and the sub-accounts below it, unless one of them has a line of its own in the same fund. What came
or went without being planned is shown as lines of its own, so that the sums are those of all movements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plugins.revenue.budget.models import Budget
from plugins.revenue.budget.versions import lines_of
from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import balances
from plugins.revenue.ledger import funds as fund_list

SIDES = ("income", "expense")


@dataclass(frozen=True)
class Compared:
    """A line: `planned` and `actual` in 分. `planned` 0 is what nobody planned."""

    account: str
    name: str
    fund: str
    fund_name: str
    purpose: str
    planned: int
    actual: int

    @property
    def rest(self) -> int:
        """What is still expected, or may still be spent; below nothing when it is more than planned."""
        return self.planned - self.actual

    @property
    def percent(self) -> str:
        """How much of the plan it is, one decimal, cut off and never rounded up to 100; empty without a plan."""
        return percent(self.actual, self.planned)


@dataclass(frozen=True)
class Comparison:
    """A budget beside a year: lines of income and of expense, each in the order of account and fund."""

    budget: Budget
    income: Sequence[Compared]
    expense: Sequence[Compared]

    @property
    def parts(self) -> list[tuple[str, Sequence[Compared], Compared]]:
        """(`income` or `expense`, its lines, their sum)."""
        return [(side, found, _sum(found)) for side, found in zip(SIDES, (self.income, self.expense), strict=True)]


def percent(actual: int, planned: int) -> str:
    """`actual` of `planned` as `62.5%`: towards nothing, so that 100.0% is reached only when it is."""
    if not planned:
        return ""
    tenths = int(Fraction(actual * 1000, planned))
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def comparison(budget: Budget) -> Comparison:
    """A version of the budget beside the movements of its year."""
    community = budget.community
    known = {each.code: each for each in chart.accounts(community)}
    names = {each.code: each.name for each in fund_list.funds(community)}
    kept = {each.code for each in fund_list.funds(community) if each.owner != "owners"}
    planned = {(line.account, line.fund): line for line in lines_of(budget)}
    actual: dict[tuple[str, str], int] = defaultdict(int)
    for (account, fund), fen in brought(community, budget.year).items():
        if known[account].kind in SIDES and fund in kept:
            sign = 1 if known[account].kind == "income" else -1
            actual[home(account, fund, planned), fund] += sign * fen
    parts: dict[str, list[Compared]] = {side: [] for side in SIDES}
    for account, fund in sorted({*planned, *(place for place, fen in actual.items() if fen)}):
        line = planned.get((account, fund))
        parts[known[account].kind].append(
            Compared(
                account, known[account].name, fund, names[fund], line.purpose if line else "", line.amount if line else 0,
                actual.get((account, fund), 0),
            )
        )  # fmt: skip
    return Comparison(budget, parts["income"], parts["expense"])


def home(account: str, fund: str, planned: Iterable[tuple[str, str]]) -> str:
    """The account of the line a movement counts for: itself, else the nearest account above it that is planned in the fund."""
    places, above = set(planned), account
    while (above, fund) not in places:
        above, point, _last = above.rpartition(".")
        if not point:
            return account
    return above


def brought(community: str, year: int) -> Mapping[tuple[str, str], int]:
    """What went out of each account and fund less what went into it, in the months of a year."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for _month, source, source_fund, target, target_fund, fen in balances.flows(community, f"{year}-01", f"{year}-12"):
        sums[source, source_fund] += fen
        sums[target, target_fund] -= fen
    return sums


def _sum(found: Sequence[Compared]) -> Compared:
    return Compared("", "", "", "", "", sum(each.planned for each in found), sum(each.actual for each in found))
