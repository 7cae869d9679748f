"""What is done with bookings: book, hold, move, end early, cancel, approve, refuse. Each act is one transaction.

Nothing here checks a time and then trusts the answer: the slot table refuses what overlaps, and that refusal becomes a
`Conflict` with alternatives. Lists are in `lists.py`, grids and free rooms in `find.py`, rooms and hours in `places.py`
and `hours.py`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from core import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    LazyText,
    Ref,
    Refused,
    advance,
    begin,
    emit,
    now,
    record,
    today,
    transactional,
)
from plugins.rooms import codes, slots
from plugins.rooms.clock import now_minute, parse_day
from plugins.rooms.contracts import BookingCancelled, BookingConfirmed, BookingMoved
from plugins.rooms.find import alternatives
from plugins.rooms.hours import Plan, RoomFacts, load_plan
from plugins.rooms.models import Booking, Occurrence, OccurrenceResource
from plugins.rooms.rules import (
    Wish,
    check_bookable,
    check_people,
    check_quota,
    check_time,
    check_title,
    organiser_of,
    read_time,
    time_text,
)
from plugins.rooms.texts import _

R = TypeVar("R")
APPROVE = "rooms.booking.approve"


@dataclass(frozen=True)
class Booked:
    """What came of a booking or a move. `state` is confirmed, requested or held; `code` a guest's, shown only now."""

    booking_id: int
    occurrence_id: int
    room_id: int
    start_min: int
    end_min: int
    state: str
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values for `request_key.once`; the code is left out, because it is shown once and stored nowhere."""
        return {**asdict(self), "code": ""}


@dataclass(frozen=True)
class Extras:
    """What a booking carries besides room and time: title, people, the linked record and whatever else it takes."""

    title: str = ""
    purpose: str = ""
    people: int | None = None
    resources: tuple[int, ...] = ()
    subject: Ref | None = None
    confidential: bool = False
    requested_on: datetime.date | None = None


# --------------------------------------------------------------------------- booking


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
    subject: Ref | None = None,
    resources: Sequence[int] = (),
    confidential: bool = False,
) -> Booked:
    """Book a room on one local day: `date` YYYY-MM-DD, `start` and `end` HH:MM.

    A room that needs approval gives a request, which blocks nothing, unless the actor may approve. `organiser` is the name
    shown to staff (for a booking on behalf of `actor.on_behalf_of`); `requested_on` (YYYY-MM-DD) is the day it was asked
    for, today unless told. `resources` are people and equipment that must be free too.

    Raises `Invalid` (date, start, end, title, people, guest_name, guest_phone, requested_on), `Conflict` with
    `Alternatives` when the time is taken, `Refused` for a quota or a room that is not for this organiser, `Forbidden`,
    `NotFound`.
    """
    wish = read_time(date, start, end)
    extras = Extras(
        check_title(title), purpose.strip(), people, tuple(resources), subject, confidential, _asked_on(requested_on)
    )
    return book_wish(actor, room_id, wish, extras, (guest_name, guest_phone, organisation, organiser))


def book_wish(
    actor: Actor,
    room_id: int,
    wish: Wish,
    extras: Extras,
    who: tuple[str, str, str, str] = ("", "", "", ""),
    held_until: int | None = None,
) -> Booked:
    """Like `book`, with the time read already; with `held_until` (milliseconds UTC) the time is only held until then.

    `who` is guest name, guest phone, organisation and the organiser's name as shown.
    """
    return _or_alternatives(
        actor,
        lambda: (room_id, wish, extras.people or 0, None),
        lambda: _book(actor, room_id, wish, extras, who, held_until),
    )


@transactional
def _book(
    actor: Actor,
    room_id: int,
    wish: Wish,
    extras: Extras,
    who: tuple[str, str, str, str],
    held_until: int | None,
) -> Booked:
    plan = load_plan(str(actor.community), wish.day)
    room = plan.room(room_id)
    organiser = organiser_of(actor, *who)
    check_bookable(room, actor, organiser)
    check_people(extras.people, room.seats)
    check_time(actor, plan, room, wish)
    lapse_holds(actor)
    check_quota(str(actor.community), room, organiser, wish)
    code = codes.new_code() if organiser.kind == "guest" else ""
    booking = Booking.create(
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
        code_digest=codes.digest(str(actor.community), code) if code else None,
        subject=str(extras.subject) if extras.subject else None,
        confidential=extras.confidential or bool(room.confidential),
        requested_on=extras.requested_on or today(),
        entered_by=actor.account,
    )
    record(
        actor,
        "rooms.booking.made",
        booking.ref,
        after={"title": extras.title, "organiser": organiser.name, "phone": organiser.phone, "people": extras.people},
    )
    occurrence = _add_occurrence(actor, booking, plan, room, wish, extras.resources)
    if held_until is not None:
        occurrence = _block(actor, occurrence, "hold", held_until=held_until)
    elif room.needs_approval and not actor.can(APPROVE):
        _check_free(occurrence)
    else:
        occurrence = _block(actor, occurrence, "book")
        _tell_confirmed(occurrence, booking)
    return _booked(occurrence, code)


def _add_occurrence(
    actor: Actor,
    booking: Booking,
    plan: Plan,
    room: RoomFacts,
    wish: Wish,
    resources: Sequence[int],
    replaces: int | None = None,
) -> Occurrence:
    """A requested occurrence with the resources it needs; the database refuses resources of another community."""
    occurrence = begin(
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
        ),
    )
    _need(occurrence, [*plan.resources(room.id), *resources])
    return occurrence  # type: ignore[no-any-return]
