"""What organisers change about their bookings: move, cancel, withdraw. Staff do the same for others.

Coming, leaving and finishing early are in `attendance`.
"""

from __future__ import annotations

from core import Actor, Invalid, Refused, advance, record, tell_followers, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.companions import companions
from plugins.rooms.booking.decisions import approve
from plugins.rooms.booking.holds import answer_offer, lapse_holds
from plugins.rooms.booking.making import APPROVE, add_occurrence
from plugins.rooms.booking.occurrences import (
    Booked,
    booked,
    change_rooms,
    check_free,
    decided,
    load,
    need,
    or_alternatives,
    require_own,
    resources_of,
    room_name,
    take_slots,
    tell_cancelled,
    tell_moved,
)
from plugins.rooms.booking.rules import (
    Wish,
    check_bookable,
    check_people,
    check_quota,
    check_time,
    check_title,
    organiser_as_booked,
    read_time,
)
from plugins.rooms.booking.telling import (
    CANCELLED,
    DECIDED,
    DISPLACED,
    MOVED,
    REMINDER,
    no_longer_true,
    place_and_time,
    tell_organiser,
    this_move,
)
from plugins.rooms.clock import now_minute
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan
from plugins.rooms.states import AHEAD
from plugins.rooms.texts import _

CANCEL = "rooms.booking.cancel"


# --------------------------------------------------------------------------- moving


def move(
    actor: Actor,
    occurrence_id: int,
    *,
    date: str,
    start: str,
    end: str,
    room_id: int | None = None,
    code: str = "",
    told: bool = False,
) -> Booked:
    """Give a booking another time or room: its organiser, a guest with `code`, or staff (`rooms.desk`).

    Shortening is always confirmed at once. In a room that needs approval anything else gives a new request (the result's
    `state` is `requested`), and the confirmed booking stays until that is approved. Moved by staff, the organiser is put
    on the list of calls unless they know already (`told`). Raises like `book`.
    """
    return move_wish(actor, occurrence_id, read_time(date, start, end), room_id=room_id, code=code, told=told)


def move_wish(
    actor: Actor,
    occurrence_id: int,
    wish: Wish,
    *,
    room_id: int | None = None,
    code: str = "",
    told: bool = False,
) -> Booked:
    """Like `move`, with the time read already."""
    occurrence, booking = load(actor, occurrence_id)
    return or_alternatives(
        actor,
        room_id or occurrence.room_id,
        wish,
        lambda: _move(actor, occurrence_id, wish, room_id, code, told),
        whose=lambda: organiser_as_booked(booking),
        people=booking.people or 0,
        leaving_out=occurrence_id,
    )


@transactional
def _move(actor: Actor, occurrence_id: int, wish: Wish, room_id: int | None, code: str, told: bool) -> Booked:
    """Move an occurrence, and what was booked together with it to the same time."""
    occurrence, booking = load(actor, occurrence_id)
    same_time = (wish.start_min, wish.end_min) == (occurrence.start_min, occurrence.end_min)
    others = [] if same_time else companions(occurrence, booking)
    moved = move_one(actor, occurrence_id, wish, room_id=room_id, code=code, told=told)
    also = [move_one(actor, other.id, wish, told=told) for other, _booking in others]
    if also and "requested" in {each.state for each in (moved, *also)}:
        # A request moves one room; what goes with it would stay behind.
        raise Refused(
            _("Several rooms are booked together here."),
            advice=_("Whoever may approve bookings moves them; or give them up and book again."),
        )
    return moved


@transactional
def move_one(
    actor: Actor, occurrence_id: int, wish: Wish, *, room_id: int | None = None, code: str = "", told: bool = False
) -> Booked:
    """Move one occurrence in the caller's transaction: raises `slots.Taken` for what is not free."""
    occurrence, booking = load(actor, occurrence_id)
    knows = require_own(actor, booking, "rooms.desk", code) or told
    _check_changeable(occurrence, wish)
    plan = load_plan(occurrence.community, wish.day)
    room = plan.room(room_id or occurrence.room_id)
    organiser = organiser_as_booked(booking)
    if room.id != occurrence.room_id:
        check_bookable(room, actor, organiser)
        check_people(booking.people, room.seats)
    running_since = occurrence.start_min if occurrence.start_min <= now_minute() else None
    check_time(actor, plan, room, wish, running_since=running_since)
    lapse_holds(occurrence.community)
    check_quota(occurrence.community, room, organiser, wish, leaving_out=occurrence.id)
    withdraw_changes(actor, occurrence)
    taken = occurrence.state in ("confirmed", "checked_in")
    asks = taken and room.needs_approval and not actor.can(APPROVE)
    if asks and not _is_shorter(occurrence, room, wish):
        _refuse_while_running(occurrence)
        return _ask_for_change(actor, occurrence, booking, plan, room, wish)
    no_longer_true(actor, occurrence, DECIDED, MOVED, REMINDER)
    moved = _move_now(actor, occurrence, booking, plan, room, wish)
    why, key = _("Booking moved to: %(what)s.", what=place_and_time(room.name, occurrence)), this_move()
    if taken and not knows:
        tell_organiser(actor, occurrence, booking, key, why)
    tell_followers(actor, occurrence.ref, key, why)
    return moved


@transactional
def approve_at(actor: Actor, occurrence_id: int, *, room_id: int, date: str, start: str, end: str) -> Booked:
    """Approve a request at another time or in another room, as agreed with the organiser. Raises like `move`."""
    actor.require(APPROVE)
    move(actor, occurrence_id, room_id=room_id, date=date, start=start, end=end)
    return approve(actor, occurrence_id)


def _check_changeable(occurrence: Occurrence, wish: Wish) -> None:
    if occurrence.state not in AHEAD:
        raise Refused(_("This booking is closed and cannot be changed."), advice=_("Please make a new booking."))
    if occurrence.end_min <= now_minute():
        raise Refused(_("This booking is over."), advice=_("Please make a new booking."))
    has_begun = occurrence.state == "checked_in" or occurrence.start_min <= now_minute()
    if has_begun and wish.start_min != occurrence.start_min:
        raise Refused(
            _("This booking has begun: only its end can be changed."),
            advice=_("Keep the start as it is and choose another end."),
        )


def _is_shorter(occurrence: Occurrence, room: RoomFacts, wish: Wish) -> bool:
    same_room = room.id == occurrence.room_id
    return same_room and occurrence.start_min <= wish.start_min and wish.end_min <= occurrence.end_min


def _refuse_while_running(occurrence: Occurrence) -> None:
    """A request would be decided when the meeting is over; staff can do it at once."""
    if occurrence.state == "checked_in" or occurrence.start_min <= now_minute():
        raise Refused(
            _("This booking has begun: in this room only the staff can make it longer."),
            advice=_("Please ask at the service hall, or call the duty phone."),
        )


def _ask_for_change(
    actor: Actor, occurrence: Occurrence, booking: Booking, plan: Plan, room: RoomFacts, wish: Wish
) -> Booked:
    """A request that would replace the confirmed occurrence, which stays until then."""
    request = add_occurrence(actor, booking, room, wish, replaces=occurrence.id, series_day=occurrence.series_day)
    need(request, resources_of(occurrence))
    change_rooms(request, plan, occurrence.room_id)
    check_free(request, leaving_out=occurrence.id)
    return booked(request)


def _move_now(
    actor: Actor, occurrence: Occurrence, booking: Booking, plan: Plan, room: RoomFacts, wish: Wish
) -> Booked:
    """Delete and insert the slots in this transaction: all of them move, or none."""
    before = (occurrence.room_id, occurrence.start_min, occurrence.end_min)
    slots.release(occurrence.id)
    occurrence.room_id, occurrence.start_min, occurrence.end_min = room.id, wish.start_min, wish.end_min
    occurrence.buffer_before, occurrence.buffer_after = room.buffer_before, room.buffer_after
    occurrence.save()
    change_rooms(occurrence, plan, before[0])
    if occurrence.state == "requested":
        check_free(occurrence, leaving_out=occurrence.replaces)
    else:
        take_slots(occurrence)
    after = (occurrence.room_id, occurrence.start_min, occurrence.end_min)
    names = ("room_id", "start_min", "end_min")
    told = {"before": dict(zip(names, before, strict=True)), "after": dict(zip(names, after, strict=True))}
    record(actor, "rooms.booking.moved", occurrence.ref, **told)
    if occurrence.state in ("confirmed", "checked_in"):
        tell_moved(before, occurrence, booking)
    return booked(occurrence)


def withdraw_changes(actor: Actor, occurrence: Occurrence) -> None:
    """A booking has at most one change waiting for approval; an older one is withdrawn."""
    waiting = Occurrence.of(occurrence.community).where(
        Occurrence.replaces == occurrence.id, Occurrence.state == "requested"
    )
    for request in list(waiting):
        advance(actor, request, "withdraw")


# --------------------------------------------------------------------------- other words


@transactional
def rename(actor: Actor, occurrence_id: int, title: str, *, code: str = "") -> None:
    """Say what a booking is for: of a series, this date only (`series_changes` renames all of them).

    Its organiser, a guest with `code`, or staff (`rooms.desk`), but of what is confidential only its organiser. Raises
    `Invalid` (title), `Refused` for what is over or given up, `Forbidden`, `NotFound`.
    """
    occurrence, booking = load(actor, occurrence_id)
    own = require_own(actor, booking, "rooms.desk", code)
    if booking.confidential and not own:
        raise Refused(_("What this booking is for is confidential."))
    if occurrence.state not in AHEAD or occurrence.end_min <= now_minute():
        raise Refused(_("This booking is closed and cannot be changed."), advice=_("Please make a new booking."))
    title, before = check_title(title), occurrence.title or booking.title
    if title == before:
        return
    if booking.rule:
        occurrence.title = title if title != booking.title else None
        occurrence.save()
    else:
        booking.title = title
        booking.save()
        occurrence.sequence += 1
        occurrence.save()
    record(actor, "rooms.booking.renamed", occurrence.ref, before={"title": before}, after={"title": title})


# --------------------------------------------------------------------------- giving up


@transactional
def cancel(actor: Actor, occurrence_id: int, *, reason: str = "", code: str = "", told: bool = False) -> None:
    """Give up a booking (its slots are free at once), or withdraw a request.

    The organiser and a guest with `code` need no reason; staff cancelling somebody else's (`rooms.booking.cancel`) give
    one, and the organiser is put on the list of calls unless they know already (`told`). Raises `Invalid` (reason),
    `Forbidden`, and `Refused` for a booking that has begun or is closed.
    """
    occurrence, booking = load(actor, occurrence_id)
    own = require_own(actor, booking, CANCEL, code)
    reason = reason.strip()
    if not own and not reason:
        raise Invalid({"reason": [_("Please say why, so that the organiser understands.")]})
    if occurrence.state == "requested":
        occurrence = advance(actor, occurrence, "withdraw", reason=reason, **decided(actor))
        _call_cancelled(actor, occurrence, booking, own or told)
        return
    begun = occurrence.state == "confirmed" and occurrence.start_min <= now_minute()
    if begun or occurrence.state == "checked_in":
        raise Refused(_("This booking has begun already."), advice=_("You can end it early instead."))
    for each, its_booking in ((occurrence, booking), *companions(occurrence, booking)):
        give_up(actor, each, its_booking, reason, knows=own or told)


def give_up(actor: Actor, occurrence: Occurrence, booking: Booking, reason: str = "", *, knows: bool = True) -> None:
    """Free what a confirmed or held occurrence takes, in the caller's transaction; what goes with it stays."""
    was_confirmed = occurrence.state == "confirmed"
    slots.release(occurrence.id)
    occurrence = advance(actor, occurrence, "cancel", reason=reason, **decided(actor))
    answer_offer(actor, occurrence, "decline")
    withdraw_changes(actor, occurrence)
    _call_cancelled(actor, occurrence, booking, knows)
    if was_confirmed:
        tell_cancelled(occurrence, booking, reason)


def _call_cancelled(actor: Actor, occurrence: Occurrence, booking: Booking, knows: bool) -> None:
    no_longer_true(actor, occurrence, DECIDED, MOVED, DISPLACED, REMINDER)
    what = place_and_time(room_name(actor, occurrence.room_id), occurrence)
    why = _("Booking cancelled: %(what)s. Reason: %(reason)s", what=what, reason=occurrence.reason or "—")
    if not knows:
        tell_organiser(actor, occurrence, booking, CANCELLED, why)
    tell_followers(actor, occurrence.ref, CANCELLED, why)
