"""Who worked on the books of a period, and therefore neither draws, looks, enters nor publishes.

The database refuses it by account, person and name as they were (view `revenue_worked`); here also by who an account belongs to today.
"""

from __future__ import annotations

import datetime

from core import Actor, Label, colleagues, rows
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _

# Who keeps the books, pays or approves postings does not draw what of them is looked at.
KEEPERS = (
    "revenue.post", "revenue.approve", "revenue.pay", "revenue.close", "revenue.receive", "revenue.give", "revenue.petty",
)  # fmt: skip
_WORKED = (
    "SELECT DISTINCT account, person, name FROM revenue_worked WHERE community = ? AND first_day <= ? AND last_day >= ?"
)


def workers(community: str, first: datetime.date, last: datetime.date) -> list[tuple[int | None, int | None, str]]:
    """Account, person and name of everybody who entered, declared, reviewed, approved, paid, held or counted between two days."""
    found = rows(_WORKED, community, last.isoformat(), first.isoformat())
    return [(account, person, name) for account, person, name in found]


def why_not(actor: Actor) -> Label | None:
    """Why this actor has no part in any spot check, None if they may."""
    if actor.account is None or actor.kind in ("command", "system"):
        return _("Only somebody who has signed in with an account of their own can do this.")
    if any(actor.can(name) for name in KEEPERS):
        return _("Whoever keeps the books, approves postings or pays does not draw: the supervision committee does.")
    return None


def why_not_here(actor: Actor, first: datetime.date, last: datetime.date) -> Label | None:
    """Why this actor has no part in the spot check of these days, None if they may."""
    reason = why_not(actor)
    if reason is not None:
        return reason
    if any(is_written(actor, *each) for each in workers(str(actor.community), first, last)):
        return _("You have entered, approved, paid or signed something in this period: somebody else takes over.")
    return None


def is_written(actor: Actor, account: int | None, person: int | None, name: str) -> bool:
    """Whether the actor is who was written down with this account, person and name: as `is_same` says, and as the database does.

    Two of one name are two people where both were known residents when it was written; joined with a resident later is too late.
    """
    unknown = person is None or actor.person is None
    return is_same(actor, account, person, name) or (unknown and plain(name) == plain(actor.label))


def is_worker(community: str, name: str, first: datetime.date, last: datetime.date) -> bool:
    """Whether somebody of this name worked on the books of these days, under any name their account had or has."""
    found = workers(community, first, last)
    accounts, persons = {each[0] for each in found}, {each[1] for each in found if each[1] is not None}
    names = {plain(each[2]) for each in found}
    names |= {plain(each.label) for each in colleagues(community) if each.account in accounts or each.person in persons}
    return plain(name) in names


def plain(name: str) -> str:
    """A name without blanks and without whom somebody stands in for."""
    return "".join(name.partition("（代")[0].split())
