"""The community needs a room that is booked: the director takes it back and holds another time for whoever loses it.

Both happen together or not at all. Who is put out is told, reads the reason, and answers on the page of the offer.
"""

from __future__ import annotations

from core import Actor, Forbidden, Invalid, Refused, advance, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import withdraw_changes
from plugins.rooms.booking.companions import companions
from plugins.rooms.booking.making import Extras, add_occurrence, book_wish
from plugins.rooms.booking.occurrences import (
    Booked,
    block,
    booked,
    change_rooms,
    decided,
    load,
    need,
    or_alternatives,
    resources_of,
    room_name,
    tell_cancelled,
)
from plugins.rooms.booking.rules import (
    Organiser,
    Wish,
    check_people,
    check_time,
    check_title,
    organiser_as_booked,
    read_time,
)
from plugins.rooms.booking.telling import (
    DECIDED,
    DISPLACED,
    MOVED,
    REMINDER,
    no_longer_true,
    place_and_time,
    tell_organiser,
)
from plugins.rooms.clock import hhmm, local_span, now_minute
from plugins.rooms.finding.find import FreeTime, alternatives
from plugins.rooms.finding.lists import Line
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.places.closures import close
from plugins.rooms.places.hours import load_plan
from plugins.rooms.places.units import decider, require_decider
from plugins.rooms.texts import _

DISPLACE = "rooms.booking.displace"


def displace(
    actor: Actor, occurrence_id: int, *, reason: str, room_id: int, date: str, start: str, end: str, title: str = ""
) -> Booked:
    """Take a confirmed booking's time back (`rooms.booking.displace`, or the steward of the room's venue, who offers a room
    of theirs) and hold another time for its organiser.

    `room_id`, `date`, `start` and `end` are the offer; it is held until it would begin, and whoever lost the room takes it
    or not. `title` is what the community needs the room for: the time is booked for it at once; without one the room is
    closed for that time. Nobody comes between. Returns the offer. Raises `Invalid` (reason, title, date, start, end,
    people), `Conflict` when the offered time is taken, `Refused` for what has begun or is not confirmed, `Forbidden`,
    `NotFound`.
    """
    require_decider(actor, DISPLACE)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    title, wish = check_title(title), read_time(date, start, end)
    occurrence, booking = load(actor, occurrence_id)
    acting = decider(actor, occurrence.room_id, DISPLACE)
    decider(actor, room_id, DISPLACE)
    _refuse_others_rooms(actor, occurrence, booking)
    return or_alternatives(
        actor,
        room_id,
        wish,
        lambda: _displace(acting, occurrence_id, reason.strip(), room_id, wish, title),
        whose=lambda: organiser_as_booked(booking),
        people=booking.people or 0,
    )


def _refuse_others_rooms(actor: Actor, occurrence: Occurrence, booking: Booking) -> None:
    """What is booked together is taken back together: a steward does so only where all of the rooms are theirs."""
    try:
        for other, _booking in companions(occurrence, booking):
            decider(actor, other.room_id, DISPLACE)
    except Forbidden:
        raise Refused(
            _("Several rooms are booked together here."), advice=_("Please agree on another time with the office.")
        ) from None


def offers_instead(actor: Actor, line: Line) -> list[FreeTime]:
    """What could be offered to whoever loses this time: a free room at the same time first, then other times."""
    wish = Wish(*local_span(line.start_min, line.end_min))
    found = alternatives(actor, line.room_id, wish, organiser=_organiser(line), people=line.people or 0)
    return [*([found.elsewhere] if found.elsewhere else []), *found.times]


def _organiser(line: Line) -> Organiser:
    return Organiser(
        line.organiser_kind, line.organiser, line.person, line.account, line.organisation, line.guest_phone
    )


@transactional
def _displace(actor: Actor, occurrence_id: int, reason: str, room_id: int, wish: Wish, title: str) -> Booked:
    occurrence, booking = load(actor, occurrence_id)
    if occurrence.state == "confirmed" and occurrence.start_min <= now_minute():
        raise Refused(_("This booking has begun already."), advice=_("Please talk to the people in the room."))
    others = companions(occurrence, booking)
    for each in (occurrence, *(other for other, _booking in others)):
        slots.release(each.id)
        advance(actor, each, "displace", reason=reason, **decided(actor))
        withdraw_changes(actor, each)
    needed = Wish(*local_span(occurrence.start_min, occurrence.end_min))
    if title:
        book_wish(actor, occurrence.room_id, needed, Extras(title))
    else:
        times = {"date": needed.day.isoformat(), "start": hhmm(needed.start), "end": hhmm(needed.end)}
        # Why is for the organiser; what stands on the room's page is for everybody.
        close(actor, occurrence.room_id, reason=str(_("Needed by the community")), **times)
    offer = _hold_instead(actor, occurrence, booking, room_id, wish)
    _tell(actor, occurrence, booking, offer)
    tell_cancelled(occurrence, booking, reason)
    for other, its_booking in others:
        # What was booked together is offered together: the other room at the new time.
        _hold_instead(actor, other, its_booking, other.room_id, wish)
        tell_cancelled(other, its_booking, reason)
    return booked(offer)


def _hold_instead(actor: Actor, lost: Occurrence, booking: Booking, room_id: int, wish: Wish) -> Occurrence:
    plan = load_plan(lost.community, wish.day)
    room = plan.room(room_id)
    check_people(booking.people, room.seats)
    check_time(actor, plan, room, wish)
    offer = add_occurrence(actor, booking, room, wish, replaces=lost.id)
    need(offer, resources_of(lost))
    change_rooms(offer, plan, lost.room_id)
    # Nothing lapses before its time has come: whoever was put out is not put out twice.
    return block(actor, offer, "hold", held_until=wish.start_min * 60_000)


def _tell(actor: Actor, lost: Occurrence, booking: Booking, offer: Occurrence) -> None:
    no_longer_true(actor, lost, DECIDED, MOVED, REMINDER)
    why = _(
        "We are sorry: the community needs the room itself, %(what)s. Reason: %(reason)s. Held for you instead: %(offer)s. "
        "Please say whether you take it.",
        what=place_and_time(room_name(actor, lost.room_id), lost),
        reason=lost.reason,
        offer=place_and_time(room_name(actor, offer.room_id), offer),
    )
    tell_organiser(actor, offer, booking, DISPLACED, why)
    tell_followers(actor, lost.ref, DISPLACED, why)
