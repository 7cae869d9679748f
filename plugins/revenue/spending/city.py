"""What the city's rules keep of the estate owners' income for the maintenance fund: computed here, and kept from being spent.

What operators on the owners' space pay, and what an allocation gives to the owners, is their income from the day it stands in
their custody (2601). Until as much of it as the city asks has gone into the maintenance fund, that much of their other money
waits for it. Opening balances are no income; what was mirrored or went back counts as if it had never been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core import Actor, Community, Label, Setting, Todo, get_setting, rows, yuan
from plugins.revenue.ledger.balances import available, balance
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.deadlines import city
from plugins.revenue.shares.packs import Pack, least_for_maintenance
from plugins.revenue.spending.models import Proposal
from plugins.revenue.texts import _

MAINTENANCE, POST = "maintenance", "revenue.post"
SINCE, FIRST_PAID = "revenue.maintenance_since", "revenue.maintenance_first_paid"
SETTINGS = (
    Setting(
        SINCE, _("Year from which the owners' income counts for the maintenance fund"), int, 2026, minimum=2000, maximum=2199,
        hint=_("Counts only where the city's rules ask for a share of the maintenance fund."),
    ),
    Setting(
        FIRST_PAID, _("What was first paid into the maintenance fund, in yuan"), int, 0, minimum=0, maximum=10**10,
        hint=_("Some cities ask for a share only while the fund holds less than a part of it. 0 means that it is not known."),
    ),
)  # fmt: skip

# A mirrored entry counts as if it had never been, and so does what two people gave back (`revenue.act`: money paid too much, a payout,
# what came back from the funds after a correction). What is spent on a project stays income.
_COUNTED = """
SELECT COALESCE(sum(CASE WHEN {into} THEN m.amount ELSE -m.amount END), 0)
FROM revenue_movement m JOIN revenue_entry e ON e.community = m.community AND e.seq = m.entry
WHERE m.community = ? AND m.day >= ? AND substr(e.record, 1, 16) <> 'revenue.opening:' AND ({into}) <> ({out})
AND ((e.reverses IS NULL AND {into}) OR (e.reverses IS NOT NULL AND {out}) OR substr(e.record, 1, 12) = 'revenue.act:')
"""
# Custody grows from an account that is no custody: money that arrives, or the cost of an allocation.
_INCOME = _COUNTED.format(into="substr(m.source, 1, 4) = '2601'", out="substr(m.destination, 1, 4) = '2601'")
# Into the maintenance fund from outside it, or as its own income.
_GIVEN = _COUNTED.format(
    into="substr(m.destination, 1, 4) = '1901' AND m.destination_fund = 'maintenance'",
    out="substr(m.source, 1, 4) = '1901' AND m.source_fund = 'maintenance'",
)


ADVICE = _("First move what waits into the maintenance fund, or propose less.")


@dataclass(frozen=True)
class Kept:
    """What the city asks of the owners' income: `least` 分 of `income` for the maintenance fund, which has been `given` so much."""

    pack: Pack
    income: int
    least: int
    given: int

    @property
    def missing(self) -> int:
        """What still waits for the maintenance fund, in 分."""
        return max(self.least - self.given, 0)

    @property
    def source(self) -> Label:
        """Where the rule stands and what it says, and whether somebody compared it with the text in force."""
        said = {"city": self.pack.name, "document": self.pack.document, "says": self.pack.said}
        if self.pack.is_confirmed:
            return _("%(city)s, %(document)s: %(says)s.", **said)
        return _("%(city)s, %(document)s: %(says)s. Not yet compared with the text in force.", **said)


def kept(community: str, more: Mapping[str, int] | None = None) -> Kept | None:
    """What the city asks of the owners' income, None where its rules ask nothing.

    `more` are 分 by fund that an allocation would give on top of what is in the books.
    """
    chosen = city(community)
    if chosen is None or chosen.share is None:
        return None
    since = f"{int(get_setting(SINCE, community))}-01-01"
    income, given = (int(rows(query, community, since)[0][0]) for query in (_INCOME, _GIVEN))
    theirs = {each.code for each in funds(community) if each.owner == "owners"}
    income += sum(fen for code, fen in (more or {}).items() if code in theirs)
    least = least_for_maintenance(
        chosen, max(income, 0), fund=balance(community, fund=MAINTENANCE),
        first_paid=int(get_setting(FIRST_PAID, community)) * 100,
    )  # fmt: skip
    return Kept(chosen, income, least, given + (more or {}).get(MAINTENANCE, 0))


def against_spending(community: str, fund_code: str, amount: int) -> Label | None:
    """Why so much of a fund cannot be spent or held; None where the rest covers what waits for the maintenance fund.

    The maintenance fund itself is spent on what it is for.
    """
    theirs = {each.code for each in funds(community) if each.owner == "owners" and each.code != MAINTENANCE}
    asked = kept(community) if fund_code in theirs else None
    if asked is None or not asked.missing:
        return None
    free = sum(available(community, code) for code in theirs) - asked.missing
    if amount <= free:
        return None
    return _(
        "Of the owners' income %(least)s yuan belong to the maintenance fund, %(missing)s of them still wait; %(free)s yuan are free. %(source)s",
        least=yuan(asked.least), missing=yuan(asked.missing), free=yuan(max(free, 0)), source=asked.source,
    )  # fmt: skip


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """What of the owners' income waits for the maintenance fund, for whoever enters postings."""
    asked = kept(community.code) if actor.can(POST) else None
    if asked is not None and asked.missing:
        yield Todo(
            _("Move %(sum)s yuan of the owners' income into the maintenance fund", sum=yuan(asked.missing)),
            f"/c/{community.code}/revenue/desk/journal/new", icon="landmark", permission=POST, detail=str(asked.source),
        )  # fmt: skip


def about(proposal: Proposal, by_fund: Mapping[str, int]) -> Kept | None:
    """What the city asks as this proposal leaves it: for one that gives to the owners, or spends their money; else None."""
    theirs = {each.code for each in funds(proposal.community) if each.owner == "owners"}
    if proposal.proposal_kind != "allocation":
        return kept(proposal.community) if proposal.fund in theirs else None
    if not theirs & set(by_fund):
        return None
    is_done = proposal.state in ("allocated", "post_published", "locked")
    return kept(proposal.community, None if is_done else by_fund)
