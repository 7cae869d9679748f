"""Messages in the hands of the person they were for: read as their data, and erased at their request."""

from __future__ import annotations

from typing import Any

from core.actor import Actor, community_of
from core.civic.reaching.contact import WAYS, way_of
from core.civic.reaching.message_records import STATES, ContactPreference, Message
from core.people.person_data import moment
from core.plugin.declarations import CLEARED, DataSubject, DataTable
from core.store.ref import Ref
from core.text import _


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """What somebody was told, and how they want to be reached."""
    told = tuple(
        (
            moment(each.delivered_at or each.due_at),
            each.title,
            each.text,
            each.place,
            each.phone,
            str(STATES[each.state].label),
        )
        for each in _messages_of(community, person).order_by(Message.id)
    )
    chosen = ContactPreference.select().where(
        (ContactPreference.community == community) & (ContactPreference.person_id == person.id)
    )
    ways = ((str(WAYS[way_of(community, person.id)]),),) if chosen.exists() else ()
    columns = (_("When"), _("Heading"), _("Text"), _("Place"), _("Phone"), _("State"))
    return [
        DataTable(_("Messages from the office"), columns, told),
        DataTable(_("How to reach the person"), (_("How to reach the person"),), ways),
    ]


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Take the words out of every message and forget the preference; what still waits is not delivered."""
    community = community_of(actor)
    found = list(_messages_of(community, person))
    for each in found:
        label = person.pseudonym if each.by_label in person.names else each.by_label
        over: dict[str, Any] = {"state": "withdrawn"} if each.state == "waiting" else {}
        note = CLEARED if each.note or over else ""
        Message.update(
            name=person.pseudonym, phone="", title=CLEARED, text=CLEARED, place="", note=note, by_label=label, **over
        ).where(Message.id == each.id).execute()  # fmt: skip
    ContactPreference.delete().where(
        ContactPreference.community == community, ContactPreference.person_id == person.id
    ).execute()
    return [each.ref for each in found]


def _messages_of(community: str, person: DataSubject) -> Any:
    """Those of a person; also those to guests under the same name and number."""
    guest = Message.person_id.is_null() & Message.name.in_(person.names) & Message.phone.in_(person.phones or ("—",))
    return Message.of(community).where((Message.person_id == person.id) | guest)
