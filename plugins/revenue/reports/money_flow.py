"""Where each yuan came from and where it went: the flows of some months as four layers of nodes, exact to the 分.

Sources → the fund it was booked to → the fund it was allotted to → what it was spent on or what is left. Pure arithmetic; what
is asked of the database is in `book_reading.py`, how it is drawn in `sankey.py`.

Only money counts: a movement between an asset account and another kind of account brings or takes it, one between two funds
passes it on. A movement back (a reversal, a refund) is taken off, so each link is what remained. What is taken out of a deposit, an
advance or 待查款项 as income came from whoever paid: as in 收支表, it is income, and less of the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SOURCE, BOOKED, FUND, USE = range(4)
"""The layers, from left to right."""
BEFORE, LEFT = "before", "left"
"""Instead of an account: money that was there before, and money still there."""


@dataclass(frozen=True, order=True)
class Node:
    """`layer` and the code of an account (`SOURCE`, `USE`; or `BEFORE`, `LEFT`) or of a fund."""

    layer: int
    code: str


@dataclass(frozen=True)
class Flow:
    """Movements of one kind added up, 分: from an account and its fund to another."""

    source: str
    source_fund: str
    destination: str
    destination_fund: str
    amount: int


@dataclass(frozen=True)
class MoneyFlow:
    """Links between neighbouring layers, each > 0 分. Into every fund goes what comes out of it."""

    links: Mapping[tuple[Node, Node], int]

    @property
    def total(self) -> int:
        """What came in and was there before, which is what was spent and is left."""
        return sum(amount for (source, _target), amount in self.links.items() if source.layer == SOURCE)

    def of(self, node: Node) -> int:
        """What passes through a node."""
        incoming = sum(amount for (_source, target), amount in self.links.items() if target == node)
        return incoming or sum(amount for (source, _target), amount in self.links.items() if source == node)

    def between(self, layer: int) -> list[tuple[Node, Node, int]]:
        """The links from `layer` to the next, the largest first."""
        found = [(source, target, amount) for (source, target), amount in self.links.items() if source.layer == layer]
        return sorted(found, key=lambda link: (-link[2], link[0], link[1]))

    @property
    def passes_on(self) -> bool:
        """Whether money went from fund to fund: without that both layers of funds are the same."""
        return any(source.code != target.code for source, target, _amount in self.between(BOOKED))


def money_flow(
    flows: Iterable[Flow], assets: Iterable[str], before: Mapping[str, int], costs: Iterable[str] = ()
) -> MoneyFlow:
    """The layers of `flows`. `assets` are the codes of asset accounts, `before` the money of each fund at the beginning.

    `costs` are the expense accounts: what an allocation hands to the owners is a cost in 收支表 and here money passed to their fund.
    """
    held, spent = frozenset(assets), frozenset(costs)
    came: dict[tuple[str, str], int] = defaultdict(int)  # (account, fund) -> what it brought less what it took
    passed: dict[tuple[str, str], int] = defaultdict(int)  # (fund, fund)
    for flow in flows:
        into, out_of = flow.destination in held, flow.source in held
        if into and not out_of:
            came[flow.source, flow.destination_fund] += flow.amount
        elif out_of and not into:
            came[flow.destination, flow.source_fund] -= flow.amount
        elif into and out_of:
            passed[flow.source_fund, flow.destination_fund] += flow.amount
        elif not spent & {flow.source, flow.destination}:
            came[flow.source, flow.source_fund] += flow.amount
            came[flow.destination, flow.destination_fund] -= flow.amount
            passed[flow.source_fund, flow.destination_fund] += flow.amount
    for fund, money in before.items():
        came[BEFORE, fund] += money
    return MoneyFlow(_layers(came, _settled(came, passed)))


def _settled(came: Mapping[tuple[str, str], int], passed: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """From each fund that money was booked to, how much in the end stood in which fund; what stays counts as passed to itself.

    A fund that passed on what another gave it gets no more than it was booked itself: the giver passed it to the last.
    """
    booked: dict[str, int] = defaultdict(int)
    for (_account, fund), amount in came.items():
        booked[fund] += max(0, amount)
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (giver, taker), there in sorted(passed.items()):
        amount = there - passed.get((taker, giver), 0)
        if amount <= 0:  # as much came back, or nothing left the fund
            continue
        table[giver][taker] += amount
        table[giver][giver] -= amount
    for fund, amount in booked.items():
        table[fund][fund] += amount
    while short := next((fund for fund in sorted(table) if table[fund][fund] < 0), ""):
        _shortcut(table, short)
    return {(giver, taker): amount for giver, row in table.items() for taker, amount in row.items() if amount}


def _shortcut(table: dict[str, dict[str, int]], fund: str) -> None:
    """Some giver of `fund` passes to one of its takers directly; each step settles one link for good."""
    giver = next((other for other in sorted(table) if other != fund and table[other][fund] > 0), "")
    taker = next(other for other in sorted(table[fund]) if other != fund and table[fund][other] > 0)
    if not giver:  # more was passed on than there was: the ledger refuses that, so it must show
        raise ValueError(f"fund {fund} passed on more than it had")
    amount = min(table[giver][fund], table[fund][taker], -table[fund][fund])
    table[giver][fund] -= amount
    table[giver][taker] += amount
    table[fund][taker] -= amount
    table[fund][fund] += amount


def _layers(
    came: Mapping[tuple[str, str], int], settled: Mapping[tuple[str, str], int]
) -> dict[tuple[Node, Node], int]:
    links: dict[tuple[Node, Node], int] = {}
    rest: dict[str, int] = defaultdict(int)
    for (account, fund), amount in came.items():
        if amount > 0:
            links[Node(SOURCE, account), Node(BOOKED, fund)] = amount
        elif amount < 0:
            links[Node(FUND, fund), Node(USE, account)] = -amount
            rest[fund] += amount
    for (giver, taker), amount in settled.items():
        links[Node(BOOKED, giver), Node(FUND, taker)] = amount
        rest[taker] += amount
    for fund, money in rest.items():
        if money:
            links[Node(FUND, fund), Node(USE, LEFT)] = money
    return links
