"""Different people: who asked for something never decides it, with no role, no second account and at no address.

The database refuses it by account and person as they were; here also by who an account belongs to today, and by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Actor, Label, Refused, colleagues
from plugins.revenue.texts import _


def asker(actor: Actor) -> dict[str, Any]:
    """Who asks, for a record; raises `Refused` for a command or job, behind which nobody stands with a name."""
    return {"asked_by": account_of(actor), "asked_person": actor.person, "asked_label": actor.signature}


def decider(actor: Actor) -> dict[str, Any]:
    """Who decides, for a record; raises `Refused` like `asker`."""
    return {"decided_by": account_of(actor), "decided_person": actor.person, "decided_label": actor.signature}


def account_of(actor: Actor) -> int:
    """The account of whoever acts with money. Raises `Refused` where there is none."""
    if actor.account is None:
        raise Refused(
            _("Money is only moved by somebody with a name."),
            advice=_("Sign in with your own account and do it there."),
        )
    return actor.account


def is_same(actor: Actor, account: int | None, person: int | None, name: str = "") -> bool:
    """Whether the actor is whoever acted with this account, as this person and under this name, whatever account is used now.

    Where a resident is not known behind one of the two accounts, the same name is the same person.
    """
    if account is not None and actor.account == account:
        return True
    # An account may have been joined with its resident only after it was used.
    known = {each for each in (person, _person_today(str(actor.community), account)) if each is not None}
    if actor.person is not None and known:
        return actor.person in known
    return bool(actor.label) and actor.label == name.partition("（代")[0]


def _person_today(community: str, account: int | None) -> int | None:
    if account is None:
        return None
    return next((each.person for each in colleagues(community) if each.account == account), None)


def not_the_asker(actor: Actor, record: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: nobody decides what they asked for."""
    if is_same(actor, record.asked_by, record.asked_person, record.asked_label):
        return _("You entered this yourself. Somebody else has to decide it.")
    return None
