"""What leaves the masked view of residents: one person's whole numbers and year of birth, for a purpose, each look audited;
and the words for a record.

Looking people up with masked numbers is in `directory`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from core.actor import Actor
from core.errors import Invalid
from core.people import phone as phones
from core.people.directory import FIND_BY_PHONE, PHONE, person_of
from core.people.person import DECEASED, LIVING_HERE, MOVED_AWAY
from core.store import audit
from core.store.db import transactional
from core.text import LazyText, _

SHOWN = "core.person.phone_shown"
STATUS_LABELS: dict[str, LazyText] = {
    LIVING_HERE: _("Living here"),
    MOVED_AWAY: _("Moved away"),
    DECEASED: _("Deceased"),
}
RELATION_LABELS: dict[str, LazyText] = {
    "owner": _("Owner of the home"),
    "tenant": _("Tenant"),
    "family": _("Family"),
    "unknown": _("Not known"),
}


def masked_view(actor: Actor) -> Actor:
    """The same actor without the right to what is masked: so are lists and pages, until somebody asks to see one.

    Whoever holds that right still finds people by the end of their number.
    """
    if not actor.can(PHONE):
        return actor
    return replace(actor, permissions=actor.permissions - {PHONE} | {FIND_BY_PHONE})


# Why somebody asks for what is masked; these stand as buttons, so that saying so costs no further step.
PURPOSES: dict[str, LazyText] = {
    "contact": _("To reach the person"),
    "check": _("To check the register"),
    "service": _("To do what the person asked for"),
    "urgent": _("In an emergency"),
}
CORRECTING = _("To correct the register")


class Shown(NamedTuple):
    """What was masked of a person: numbers grouped for reading, and the year of birth."""

    phones: tuple[str, ...]
    birth_year: int | None


@transactional
def unmask(actor: Actor, public_id: str, purpose: str) -> Shown:
    """What is masked of one person, for a purpose out of `PURPOSES`; the look is audited with it.

    Raises `Invalid` (purpose), `Forbidden`, `NotFound`, `OutOfReach`.
    """
    if purpose not in PURPOSES:
        raise Invalid({"purpose": [_("Please say what you need it for.")]})
    return _shown(actor, public_id, PURPOSES[purpose])


@transactional
def unmask_to_correct(actor: Actor, public_id: str) -> Shown:
    """The same for the form in which the register is corrected."""
    return _shown(actor, public_id, CORRECTING)


def _shown(actor: Actor, public_id: str, why: LazyText) -> Shown:
    actor.require(PHONE)
    person = person_of(actor, public_id)
    audit.record(actor, SHOWN, person.ref, reason=str(why), permission=PHONE)
    numbers = tuple(phones.grouped(number) for number in (person.phone, person.phone_2) if number)
    return Shown(numbers, person.birth_year)
