"""How people want to be reached, and when the office lets them rest. Messages themselves are in `messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.civic.reaching.message_records import ContactPreference
from core.clock import local_now
from core.errors import Forbidden, Invalid
from core.people.person import LIVING_HERE, Person
from core.people.reach import require_person
from core.plugin.declarations import Setting
from core.plugin.settings import add_core_settings, get_setting, set_setting
from core.store import audit
from core.store.db import now, rows, transactional
from core.text import Label, _

ASK = "core.messages.send"

PHONE, PAPER, IN_APP, NONE = "phone", "paper", "in_app", "none"
WAYS: Mapping[str, Label] = {
    PHONE: _("Call me"),
    PAPER: _("A notice on paper"),
    IN_APP: _("Messages on this website"),
    NONE: _("Only what the law requires"),
}
HOURS = ("core.calls.from", "core.calls.noon_from", "core.calls.noon_until", "core.calls.until")

add_core_settings(
    *(
        Setting(name, label, int, minute, minimum=0, maximum=1440)
        for name, label, minute in zip(
            HOURS,
            (_("Calls from"), _("Rest at noon from"), _("Rest at noon until"), _("Calls until")),
            (9 * 60, 12 * 60, 14 * 60, 20 * 60),
            strict=True,
        )
    )
)


# --------------------------------------------------------------------------- whether and how


def way_of(community: str, person_id: int | None) -> str:
    """How a person wants to be reached; a call unless they said otherwise."""
    if person_id is None:
        return PHONE
    found = rows("SELECT way FROM contact_preference WHERE community = ? AND person_id = ?", community, person_id)
    return str(found[0][0]) if found else PHONE


def may_be_told(community: str, person_id: int) -> bool:
    """Whether messages may go to this person: nobody who has died or moved away is contacted, nor by a second record."""
    kept = Person.alias()
    found = (
        Person.of(community, Person.status, kept.status)
        .join(kept, peewee.JOIN.LEFT_OUTER, on=((kept.community == Person.community) & (kept.id == Person.same_as)))
        .where(Person.id == person_id)
        .tuples()
        .first()
    )
    return found is not None and (found[1] or found[0]) == LIVING_HERE


@transactional
def prefer(actor: Actor, person_id: int, way: str) -> None:
    """Enter how a person wants to be reached: they themselves, or the office that asked them at the counter.

    Raises `Invalid` for an unknown way, `NotFound`, `Forbidden`, `OutOfReach`.
    """
    person = Person.get_of(community_of(actor), person_id)
    own = actor.person == person.id
    if not own:
        actor.require(ASK)
        require_person(actor, person.id)
    elif not actor.is_signed_in:
        raise Forbidden
    if way not in WAYS:
        raise Invalid({"way": [_("Please choose one of the given answers.")]})
    before = way_of(person.community, person.id)
    values: dict[str, Any] = {
        "way": way, "asked_how": "self" if own else "counter", "by_account": actor.account,
        "by_label": actor.signature, "at": now(),
    }  # fmt: skip
    same = (ContactPreference.community == person.community) & (ContactPreference.person_id == person.id)
    if not ContactPreference.update(values).where(same).execute():
        ContactPreference.insert(community=person.community, person_id=person.id, **values).execute()
    if before != way:
        audit.record(
            actor, "core.contact.preferred", person.ref, before={"contact": before}, after={"contact": way},
            permission="" if own else ASK,
        )  # fmt: skip


# --------------------------------------------------------------------------- quiet hours


def call_hours(community: str) -> tuple[int, int, int, int]:
    """From when until when calls are made, and the rest at noon between: (from, noon from, noon until, until), in minutes."""
    first, noon, after, last = (int(get_setting(name, community)) for name in HOURS)
    return first, noon, after, last


@transactional
def set_call_hours(actor: Actor, first: int, noon: int, after: int, last: int) -> None:
    """Set them all (minutes of the day); raises `Invalid` unless they follow one another."""
    if not first <= noon <= after <= last or first == last:
        raise Invalid(message=_("These times must follow one another."))
    for name, minute in zip(HOURS, (first, noon, after, last), strict=True):
        set_setting(actor, name, minute)


def hours_text(community: str) -> str:
    """When calls are made: `09:00–12:00、14:00–20:00`."""
    first, noon, after, last = call_hours(community)
    spans = [(first, last)] if noon == after else [(first, noon), (after, last)]
    return "、".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans if start < end)


def resting_until(community: str) -> str:
    """`14:00` while people rest, so that nobody is called; empty at other times."""
    first, noon, after, last = call_hours(community)
    moment = local_now()
    minute = moment.hour * 60 + moment.minute
    if minute < first or minute >= last:
        return _clock(first)
    return _clock(after) if noon <= minute < after else ""


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
