"""Reads the books of a span of days from the ledger for other programs, and the money of a year for the Sankey."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from core import find_community, rows
from plugins.revenue.ledger import accounts as chart
from plugins.revenue.ledger import balances
from plugins.revenue.ledger import funds as fund_list
from plugins.revenue.reports.books import Account, Book, Entry, Movement
from plugins.revenue.reports.money_flow import Flow, MoneyFlow, money_flow
from plugins.revenue.reports.period import Period

_AT_ONCE = 500
_ENTRIES = """
    SELECT day, seq, purpose, digest, reverses FROM revenue_entry
    WHERE community = ? AND day <= ? AND (day, seq) > (?, ?) ORDER BY day, seq LIMIT ?
"""
_MOVEMENTS = """
    SELECT entry, amount, source, source_fund, destination, destination_fund FROM revenue_movement
    WHERE community = ? AND entry IN ({marks}) ORDER BY entry, line
"""


def book_of(community: str, first: datetime.date, last: datetime.date) -> Book:
    """The books from `first` to `last` with the balances at both ends; entries are read as they are asked for, by day."""
    before = first - datetime.timedelta(days=1)
    used = [(account, fund) for account, fund, _fen in balances.trial_balance(community)]
    opening = {(account, fund): fen for account, fund, fen in balances.trial_balance(community, before) if fen}
    closing = dict.fromkeys(used, 0)
    closing.update({(account, fund): fen for account, fund, fen in balances.trial_balance(community, last)})
    return Book(
        community,
        f"{find_community(community).name} {first} – {last}",
        first,
        last,
        [Account(line.code, line.name, line.kind) for line in chart.accounts(community)],
        {line.code: line.name for line in fund_list.funds(community)},
        opening,
        closing,
        _entries(community, first, last),
    )


def whole_book(community: str) -> Book:
    """The books from the first entry to the last."""
    first, last = rows("SELECT min(day), max(day) FROM revenue_entry WHERE community = ?", community)[0]
    today = datetime.date(2026, 1, 1)
    return book_of(
        community,
        datetime.date.fromisoformat(first) if first else today,
        datetime.date.fromisoformat(last) if last else today,
    )


def _entries(community: str, first: datetime.date, last: datetime.date) -> Iterator[Entry]:
    after: tuple[str, int] = (first.isoformat(), 0)
    while found := rows(_ENTRIES, community, last.isoformat(), *after, _AT_ONCE):
        moved: dict[int, list[Movement]] = defaultdict(list)
        numbers = [row[1] for row in found]
        marks = ", ".join("?" * len(numbers))
        for seq, amount, source, source_fund, target, target_fund in rows(
            _MOVEMENTS.format(marks=marks), community, *numbers
        ):
            moved[seq].append(Movement(amount, (source, source_fund), (target, target_fund)))
        for day, seq, purpose, digest, reverses in found:
            yield Entry(seq, datetime.date.fromisoformat(day), purpose, moved[seq], digest, reverses or 0)
        after = (found[-1][0], found[-1][1])


def money_of_year(community: str, year: int) -> MoneyFlow:
    """Where the money of a year came from and went, from the month flows."""
    period = Period(year)
    kinds = {line.code: line.kind for line in chart.accounts(community)}
    assets = {code for code, kind in kinds.items() if kind == "asset"}
    costs = {code for code, kind in kinds.items() if kind == "expense"}
    first, last = period.months
    before: dict[str, int] = defaultdict(int)
    flows: list[Flow] = []
    for month, source, source_fund, target, target_fund, fen in balances.flows(community, "0000-00", last):
        if month >= first:
            flows.append(Flow(source, source_fund, target, target_fund, fen))
            continue
        before[target_fund] += fen * (target in assets)
        before[source_fund] -= fen * (source in assets)
    return money_flow(flows, assets, {fund: fen for fund, fen in before.items() if fen}, costs)
