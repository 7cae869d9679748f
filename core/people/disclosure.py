"""What leaves the masked view of residents: one person's whole numbers, each look audited; and the words for a record.

Looking people up with masked numbers is in `directory`.
"""

from __future__ import annotations

from dataclasses import replace

from core.actor import Actor
from core.people import phone as phones
from core.people.directory import PHONE, person_of
from core.people.person import DECEASED, LIVING_HERE, MOVED_AWAY
from core.store import audit
from core.store.db import transactional
from core.text import LazyText, _

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
    """The same actor without the right to whole numbers: lists and pages are masked until somebody asks to see one."""
    return replace(actor, permissions=actor.permissions - {PHONE})


@transactional
def show_phones(actor: Actor, public_id: str) -> tuple[str, ...]:
    """The whole numbers of one person, grouped for reading; the look is audited. Raises `Forbidden`, `NotFound`."""
    actor.require(PHONE)
    person = person_of(actor, public_id)
    audit.record(actor, "core.person.phone_shown", person.ref, permission=PHONE)
    return tuple(phones.grouped(number) for number in (person.phone, person.phone_2) if number)
