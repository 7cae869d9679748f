"""Booking and holding a room. Each act is one transaction.

Nothing here checks a time and then trusts the answer: the slot table refuses what overlaps, and that refusal becomes a
`Conflict` with alternatives.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from core import Actor, Invalid, Ref, Refused, advance, begin, guest_codes, record, today, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.holds import answer_offer, lapse_holds
from plugins.rooms.booking.occurrences import (
    Booked,
    block,
    booked,
    load,
    need,
    or_alternatives,
    require_own,
    tell_confirmed,
)
from plugins.rooms.booking.rules import (
    Errors,
    Organiser,
    Wish,
    check_bookable,
    check_people,
    check_quota,
    check_time,
    check_title,
    collect,
    organiser_of,
    read_time,
)
from plugins.rooms.booking.telling import DISPLACED, no_longer_true
from plugins.rooms.clock import parse_day
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.places.equipment import check_equipment
from plugins.rooms.places.hours import RoomFacts, load_plan
from plugins.rooms.texts import _

APPROVE = "rooms.booking.approve"


@dataclass(frozen=True)
class Extras:
    """What a booking carries besides room, time and organiser; `resources` are people and equipment it also takes."""

    title: str = ""
    purpose: str = ""
    people: int | None = None
    resources: tuple[int, ...] = ()
    subject: Ref | None = None
    confidential: bool = False
    requested_on: datetime.date | None = None


@dataclass(frozen=True)
class Who:
    """Whose booking it is, as typed; empty texts mean the actor's own. `organiser` is the name shown to staff."""

    guest_name: str = ""
    guest_phone: str = ""
    organisation: str = ""
    organiser: str = ""


OWN = Who()


def book(
    actor: Actor,
    room_id: int,
    *,
    date: str,
    start: str,
    end: str,
    title: str = "",
    people: int | None = None,
    purpose: str = "",
    guest_name: str = "",
    guest_phone: str = "",
    organisation: str = "",
    organiser: str = "",
    requested_on: str = "",
    equipment: Sequence[int] = (),
) -> Booked:
    """Book a room on one local day: `date` YYYY-MM-DD, `start` and `end` HH:MM.

    A room that needs approval gives a request, which blocks nothing, unless the actor may approve. `organiser` is the name
    shown to staff (for a booking on behalf of `actor.on_behalf_of`); `requested_on` (YYYY-MM-DD) is the day it was asked
    for, today unless told. `equipment` are the keys of what is taken together with the room, or none of it.

    Raises `Invalid` (equipment, date, start, end, title, people, guest_name, guest_phone, requested_on), `Conflict` with
    `Alternatives` when the time is taken, `Refused` for a quota or a room that is not for this organiser, `Forbidden`,
    `NotFound`.
    """
    who = Who(guest_name, guest_phone, organisation, organiser)
    try:
        chosen = check_equipment(actor, equipment)
        extras = Extras(check_title(title), purpose.strip(), people, chosen, requested_on=asked_on(requested_on))
        return book_wish(actor, room_id, read_time(date, start, end), extras, who)
    except Invalid:
        # The first thing that is wrong ended it; whoever typed it is told of all at once.
        check_booking(
            actor, room_id, date=date, start=start, end=end, title=title, people=people, requested_on=requested_on,
            guest_name=guest_name, guest_phone=guest_phone, organisation=organisation, organiser=organiser,
        )  # fmt: skip
        raise


def check_booking(
    actor: Actor,
    room_id: int,
    *,
    date: str,
    start: str,
    end: str,
    title: str = "",
    people: int | None = None,
    guest_name: str = "",
    guest_phone: str = "",
    organisation: str = "",
    organiser: str = "",
    requested_on: str = "",
) -> None:
    """Raise one `Invalid` with everything that must be corrected before this can be booked; writes nothing.

    Takes what `book` takes, as far as it was typed and can be read, and raises `Refused`, `Forbidden` and `NotFound` like
    it. Whether the time is free and quotas allow it is not asked.
    """
    errors: Errors = {}
    room = load_plan(str(actor.community), today()).room(room_id)
    collect(errors, lambda: check_title(title))
    collect(errors, lambda: asked_on(requested_on))
    collect(errors, lambda: check_people(people, room.seats))
    who = collect(errors, lambda: organiser_of(actor, guest_name, guest_phone, organisation, organiser))
    if who is not None:
        collect(errors, lambda: check_bookable(room, actor, who))
    wish = collect(errors, lambda: read_time(date, start, end))
    if wish is not None:
        plan = load_plan(str(actor.community), wish.day)
        collect(errors, lambda: check_time(actor, plan, room, wish))
    if errors:
        raise Invalid(errors)


def book_wish(
    actor: Actor, room_id: int, wish: Wish, extras: Extras, who: Who = OWN, *, held_until: int | None = None
) -> Booked:
    """Like `book`, with the time read already; with `held_until` (milliseconds UTC) the time is only held until then."""
    return or_alternatives(
        actor,
        room_id,
        wish,
        lambda: _book(actor, room_id, wish, extras, who, held_until),
        people=extras.people or 0,
        also=extras.resources,
    )


@transactional
def _book(actor: Actor, room_id: int, wish: Wish, extras: Extras, who: Who, held_until: int | None) -> Booked:
    community = str(actor.community)
    plan = load_plan(community, wish.day)
    room = plan.room(room_id)
    organiser = organiser_of(actor, who.guest_name, who.guest_phone, who.organisation, who.organiser)
    check_bookable(room, actor, organiser)
    check_people(extras.people, room.seats)
    check_time(actor, plan, room, wish)
    lapse_holds(community)
    # Whoever comes second is told before anything is written; what decides is the guard, when the slots are taken.
    resources = [*plan.resources(room.id), *extras.resources]
    slots.refuse_taken(resources, wish.start_min - room.buffer_before, wish.end_min + room.buffer_after)
    check_quota(community, room, organiser, wish)
    code = guest_codes.new_code() if organiser.kind == "guest" else ""
    booking = add_booking(actor, organiser, extras, code, confidential=bool(room.confidential))
    occurrence = add_occurrence(actor, booking, room, wish)
    need(occurrence, resources)
    if held_until is not None:
        _check_hold(room, actor)
        return booked(block(actor, occurrence, "hold", held_until=held_until), code)
    if room.needs_approval and not actor.can(APPROVE):
        return booked(occurrence, code)
    occurrence = block(actor, occurrence, "book")
    tell_confirmed(occurrence, booking)
    return booked(occurrence, code)


def add_booking(
    actor: Actor, organiser: Organiser, extras: Extras, code: str, *, confidential: bool, rule: str = ""
) -> Booking:
    """Enter who wants a room and what for; `code` is the new code of a guest, else empty, `rule` that of a series."""
    booking: Booking = Booking.create(
        community=actor.community,
        title=extras.title,
        purpose=extras.purpose,
        people=extras.people,
        organiser_kind=organiser.kind,
        organiser=organiser.name,
        organisation=organiser.organisation,
        person=organiser.person,
        account=organiser.account,
        guest_phone=organiser.phone,
        code_digest=guest_codes.digest("rooms", str(actor.community), code) if code else None,
        subject=str(extras.subject) if extras.subject else None,
        confidential=extras.confidential or confidential,
        rule=rule,
        requested_on=extras.requested_on or today(),
        entered_by=actor.account,
    )
    after = {"title": extras.title, "organiser": organiser.name, "phone": organiser.phone, "people": extras.people}
    if rule:
        after["rule"] = rule
    record(actor, "rooms.booking.made", booking.ref, after=after)
    return booking


def add_occurrence(
    actor: Actor,
    booking: Booking,
    room: RoomFacts,
    wish: Wish,
    replaces: int | None = None,
    series_day: datetime.date | None = None,
) -> Occurrence:
    """A new occurrence in the state `requested`, with the buffers the room has today.

    One that would replace an occurrence of a series stands for the same `series_day`.
    """
    return begin(
        actor,
        Occurrence(
            community=actor.community,
            booking_id=booking.id,
            room_id=room.id,
            start_min=wish.start_min,
            end_min=wish.end_min,
            buffer_before=room.buffer_before,
            buffer_after=room.buffer_after,
            replaces=replaces,
            series_day=series_day,
        ),
    )


def _check_hold(room: RoomFacts, actor: Actor) -> None:
    if room.needs_approval and not actor.can(APPROVE):
        raise Refused(
            _("This room needs approval and cannot be held."), advice=_("Please book it: that asks for approval.")
        )


def asked_on(text: str) -> datetime.date | None:
    """The day a booking was asked for, as typed; raises `Invalid` (requested_on)."""
    if not text.strip():
        return None
    day = parse_day(text)
    if day is None or day > today():
        raise Invalid({"requested_on": [_("Please give the day it was asked for, today at the latest.")]})
    return day


@transactional
def take_hold(actor: Actor, occurrence_id: int, *, code: str = "") -> Booked:
    """Turn a hold into a booking, by whoever it is held for, a guest with `code` or staff (`rooms.desk`); its slots stay.

    Raises `Refused` when it has lapsed.
    """
    lapse_holds(str(actor.community))
    occurrence, booking = load(actor, occurrence_id)
    if occurrence.state == "lapsed":
        raise Refused(
            _("This time was held for you, but the hold has run out."), advice=_("Please look for a free time again.")
        )
    require_own(actor, booking, "rooms.desk", code)
    occurrence = advance(actor, occurrence, "take")
    no_longer_true(actor, occurrence, DISPLACED)
    answer_offer(actor, occurrence, "take")
    tell_confirmed(occurrence, booking)
    return booked(occurrence)
