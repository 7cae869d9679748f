"""Messages as lists: what a person reads, what the office sees, slips to be printed, numbers for the hall. No changes here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.civic.reaching.calls import list_number, seen_by
from core.civic.reaching.contact import NONE, PAPER, PHONE, ContactPreference
from core.civic.reaching.message_records import Message
from core.civic.reaching.messages import SEND, of_reader
from core.clock import local_day, today
from core.errors import Invalid
from core.ics import Appointment, calendar_text
from core.people.areas import Area, Home
from core.people.directory import VIEW
from core.people.person import Person, PersonHome
from core.store.db import rows
from core.store.ref import Ref
from core.text import Label, _

MOST_ON_SCREEN = 12
_UNREAD = "SELECT count(*) FROM message WHERE community = ? AND {whose} AND state = 'delivered' AND read_at IS NULL"

# What the page of the office offers, with the condition of each.
SHOWN: Mapping[str, Label] = {
    "open": _("Not told yet"),
    "waiting": _("To be delivered later"),
    "done": _("Told or over"),
}


# --------------------------------------------------------------------------- the person's own


def unread(actor: Actor) -> int:
    """How many messages somebody has not read, for the navigation: one look into an index."""
    if not actor.is_signed_in or actor.community is None:
        return 0
    found = rows(_UNREAD.format(whose="account_id = ?"), actor.community, actor.account)[0][0]
    if actor.person is not None:
        found += rows(_UNREAD.format(whose="person_id = ?"), actor.community, actor.person)[0][0]
    return int(found)


def read_by(actor: Actor, after: int | None = None, limit: int = 20) -> list[Message]:
    """Somebody's messages, the latest first, behind the one with the number `after`; none without person and account."""
    if not actor.is_signed_in:
        return []
    query = of_reader(actor)
    if after is not None:
        query = query.where(Message.id < after)
    return list(query.order_by(Message.id.desc()).limit(limit))


def appointment_of(message: Message) -> str:
    """The message as a text for a calendar; raises `Invalid` when it has no time."""
    if message.start_min is None or message.end_min is None:
        raise Invalid(message=_("This message has no time."))
    status = "CANCELLED" if message.state == "withdrawn" else "CONFIRMED"
    event = Appointment(
        f"message-{message.id}", message.start_min, message.end_min, message.title, message.place, message.text, status
    )
    return calendar_text([event])


# --------------------------------------------------------------------------- the office's


def messages_of(actor: Actor, shown: str = "open", after: str | None = None, limit: int = 50) -> list[Message]:
    """Messages as the office sees them, those first that are due first (`done`: the latest first); none of `only_here`.

    `after` is the `key_of` the last one shown. Needs `core.messages.send`; raises `Invalid` for another `after`.
    """
    actor.require(SEND)
    ours = Message.only_here == False  # noqa: E712
    query = Message.of(community_of(actor)).where(ours, seen_by(actor, Message), _which(shown))
    backwards = shown == "done"
    if after:
        moment, _dot, number = after.partition(".")
        try:
            at, key = list_number(moment), list_number(number)
        except ValueError as error:
            raise Invalid(message=_("This list cannot be continued there.")) from error
        same = (Message.due_at == at) & ((Message.id < key) if backwards else (Message.id > key))
        query = query.where(((Message.due_at < at) if backwards else (Message.due_at > at)) | same)
    order = (Message.due_at.desc(), Message.id.desc()) if backwards else (Message.due_at, Message.id)
    return list(query.order_by(*order).limit(limit))


def resident_of(actor: Actor, message: Message) -> str:
    """The public id of the resident a message is for; empty for a guest or an account, and where the actor sees no residents."""
    if message.person_id is None or not actor.can(VIEW):
        return ""
    return str(Ref.parse(message.recipient, message.community).id)


def key_of(message: Message) -> str:
    """What to give as `after` for the rows that follow."""
    return f"{message.due_at}.{message.id}"


def _which(shown: str) -> Any:
    told = Message.told_at.is_null(False) | Message.read_at.is_null(False)
    if shown == "waiting":
        return Message.state == "waiting"
    if shown == "done":
        return Message.state.in_(("silent", "withdrawn")) | ((Message.state == "delivered") & told)
    return (Message.state == "delivered") & ~told


@dataclass(frozen=True)
class Slip:
    """A notice on paper for one person. `home` is where it is to be brought, empty where nobody knows."""

    message: Message
    home: str
    day: datetime.date


def slips_to_print(actor: Actor, ids: list[int] | None = None, limit: int = 200) -> list[Slip]:
    """The slips of people who are to be told on paper and were not yet: who asked for it, and who has no telephone here.

    With `ids` exactly those messages, whatever their people prefer. By door, so that they can be carried round.
    """
    actor.require(SEND)
    community = community_of(actor)
    preferred = (ContactPreference.community == Message.community) & (ContactPreference.person_id == Message.person_id)
    query = (
        Message.of(community)
        .join(ContactPreference, peewee.JOIN.LEFT_OUTER, on=preferred)
        .join(
            Person,
            peewee.JOIN.LEFT_OUTER,
            on=((Person.community == Message.community) & (Person.id == Message.person_id)),
        )
        .where(
            Message.state == "delivered",
            Message.only_here == False,  # noqa: E712
            Message.account_id.is_null(),
            seen_by(actor, Message),
        )
    )
    if ids is not None:
        query = query.where(Message.id.in_(ids))
    else:
        way = peewee.fn.COALESCE(ContactPreference.way, PHONE)
        nobody_to_call = (way == PHONE) & (Message.phone == "") & (peewee.fn.COALESCE(Person.phone, "") == "")
        asked = (way == PAPER) | nobody_to_call | ((way == NONE) & (Message.required == True))  # noqa: E712
        query = query.where(asked, Message.printed_at.is_null(), Message.told_at.is_null(), Message.read_at.is_null())
    found = list(query.order_by(Message.id).limit(limit))
    homes = _homes(community, [each.person_id for each in found if each.person_id is not None])
    slips = [Slip(each, homes.get(each.person_id, ""), local_day(each.delivered_at)) for each in found]
    return sorted(slips, key=lambda slip: (slip.home == "", slip.home, slip.message.id))


def _homes(community: str, person_ids: list[int]) -> dict[int, str]:
    """The first present home of each, as “estate door”."""
    stays = (
        PersonHome.select(PersonHome.person_id, Area.name, Home.door)
        .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
        .join(Area, on=((Area.community == Home.community) & (Area.id == Home.estate_id)))
        .where(PersonHome.community == community, PersonHome.until_day.is_null(), PersonHome.person_id.in_(person_ids))
        .order_by(PersonHome.id.desc())
    )
    return {person: f"{estate} {door}" for person, estate, door in stays.tuples()}


def hall_numbers(community: str) -> list[int]:
    """The numbers of today whose people are to come to the counter, in order: nothing else may stand on a screen."""
    found = (
        Message.of(community, Message.hall_number)
        .where(
            Message.hall_day == today(),
            Message.state == "delivered",
            Message.told_at.is_null(),
            Message.read_at.is_null(),
        )
        .order_by(Message.hall_number)
        .limit(MOST_ON_SCREEN)
    )
    return [number for (number,) in found.tuples()]
