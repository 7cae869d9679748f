"""Booking and holding a room. Each act is one transaction.

Nothing here checks a time and then trusts the answer: the slot table refuses what overlaps, and that refusal becomes a
`Conflict` with alternatives.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import Actor, Invalid, Ref, Refused, advance, begin, guest_codes, record, today, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.companions import companions
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
    OWN,
    BookingRequest,
    Errors,
    Organiser,
    Who,
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


def book(actor: Actor, room_id: int, asked: BookingRequest) -> Booked:
    """Book a room on one local day.

    A room that needs approval gives a request, which blocks nothing, unless the actor may approve.

    Raises `Invalid` (equipment, date, start, end, title, people, guest_name, guest_phone, requested_on), `Conflict` with
    `Alternatives` when the time is taken, `Refused` for a quota or a room that is not for this organiser, `Forbidden`,
    `NotFound`.
    """
    try:
        extras = read_extras(actor, asked)
        return book_wish(actor, room_id, read_time(asked.date, asked.start, asked.end), extras, asked)
    except Invalid:
        # The first thing that is wrong ended it; whoever typed it is told of all at once.
        check_booking(actor, room_id, asked)
        raise


def read_extras(actor: Actor, asked: BookingRequest) -> Extras:
    """What a request carries besides room, time and organiser; raises `Invalid` (equipment, title, requested_on)."""
    chosen = check_equipment(actor, asked.equipment)
    on = asked_on(asked.requested_on)
    return Extras(check_title(asked.title), asked.purpose.strip(), asked.people, chosen, requested_on=on)


def check_booking(actor: Actor, room_id: int, asked: BookingRequest) -> None:
    """Raise one `Invalid` with everything that must be corrected before this can be booked; writes nothing.

    What was typed but cannot be read is empty. Raises `Refused`, `Forbidden` and `NotFound` like `book`. Whether the time
    is free and quotas allow it is not asked.
    """
    errors: Errors = {}
    room = load_plan(str(actor.community), today()).room(room_id)
    collect(errors, lambda: check_title(asked.title))
    collect(errors, lambda: asked_on(asked.requested_on))
    collect(errors, lambda: check_equipment(actor, asked.equipment))
    collect(errors, lambda: check_people(asked.people, room.seats))
    organiser = collect(errors, lambda: organiser_of(actor, asked))
    if organiser is not None:
        collect(errors, lambda: check_bookable(room, actor, organiser))
    wish = collect(errors, lambda: read_time(asked.date, asked.start, asked.end))
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
        lambda: book_one(actor, room_id, wish, extras, who, held_until),
        whose=lambda: organiser_of(actor, who),
        people=extras.people or 0,
        also=extras.resources,
    )


@transactional
def book_one(
    actor: Actor, room_id: int, wish: Wish, extras: Extras, who: Who = OWN, held_until: int | None = None
) -> Booked:
    """Like `book_wish`, in the caller's transaction: raises `slots.Taken` for what is not free."""
    community = str(actor.community)
    plan = load_plan(community, wish.day)
    room = plan.room(room_id)
    organiser = organiser_of(actor, who)
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
    others = companions(occurrence, booking)
    for each, its_booking in ((occurrence, booking), *others):
        advance(actor, each, "take")
        no_longer_true(actor, each, DISPLACED)
        answer_offer(actor, each, "take")
        tell_confirmed(each, its_booking)
    return booked(occurrence)
