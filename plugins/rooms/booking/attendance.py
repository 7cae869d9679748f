"""Coming and leaving: check-in, finishing, nobody came, and what time decides at the end of a booking.

A booking that nobody checked in to is not given away: it counts as used, unconfirmed, unless staff say that nobody came or
the community wants the room released by itself (`rooms.release_after`, off by default).
"""

from __future__ import annotations

from core import Actor, Invalid, Refused, advance, get_setting, now, record, transactional
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import withdraw_changes
from plugins.rooms.booking.occurrences import (
    Booked,
    booked,
    load,
    require_own,
    room_name,
    take_slots,
    tell_moved,
    until,
)
from plugins.rooms.booking.reminding import reminded_in_vain
from plugins.rooms.booking.telling import RELEASED, no_longer_true, place_and_time, tell_organiser
from plugins.rooms.clock import DAY_END, hhmm, local_span, now_minute
from plugins.rooms.finding.lists import Line
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.texts import _

DESK = "rooms.desk"
OVERRUN = 15
"""Minutes after the booked end in which whoever is checked in may still say when they left; then it ends by itself."""
MOST_PEOPLE = 9999
_AT_ONCE = 500


# --------------------------------------------------------------------------- coming


@transactional
def check_in(actor: Actor, occurrence_id: int, *, code: str = "") -> Booked:
    """签到: its organiser, a guest with `code`, or staff (`rooms.desk`), from some minutes before the start until the end.

    Whoever is checked in already stays so: two taps, or two people at once, are one check-in. Raises `Refused` too early,
    too late and for what is not confirmed; `Forbidden`, `NotFound`.
    """
    occurrence, booking = load(actor, occurrence_id)
    require_own(actor, booking, DESK, code)
    if occurrence.state == "checked_in":
        return booked(occurrence)
    if occurrence.state == "confirmed":
        _check_when(occurrence, opens_at(occurrence.community, occurrence.start_min))
    occurrence = advance(actor, occurrence, "check_in", checked_in_at=now())
    reminded_in_vain(actor, occurrence)
    withdraw_changes(actor, occurrence)
    return booked(occurrence)


def opens_at(community: str, start_min: int) -> int:
    """The UTC minute from which a booking that starts at `start_min` can be checked in to."""
    return start_min - int(get_setting("rooms.check_in_before", community))


def may_check_in(actor: Actor, line: Line) -> bool:
    """Whether a booking can be checked in to now."""
    return line.state == "confirmed" and opens_at(str(actor.community), line.start_min) <= now_minute() < line.end_min


def _check_when(occurrence: Occurrence, opens: int) -> None:
    if occurrence.end_min <= now_minute():
        raise Refused(_("This booking is over."), advice=_("If you were there, please tell the staff."))
    if now_minute() < opens:
        _day, minute, _end = local_span(opens, opens)
        raise Refused(
            _("It is too early to check in."), advice=_("You can check in from %(time)s on.", time=hhmm(minute))
        )


@transactional
def undo_check_in(actor: Actor, occurrence_id: int) -> None:
    """Take back a check-in that was tapped by mistake (`rooms.desk`). Raises `Refused` once it is over."""
    occurrence, _booking = load(actor, occurrence_id)
    advance(actor, occurrence, "undo_check_in", checked_in_at=None)


# --------------------------------------------------------------------------- leaving


@transactional
def finish(actor: Actor, occurrence_id: int, *, people: int | None = None, code: str = "") -> Booked:
    """They have left: the booking is finished now, and the rest of its time is free for others.

    Its organiser, a guest with `code`, or staff. `people` is how many came. Who ends a booking has been there, checked in
    or not. Raises `Refused` before it has begun and when it is over, `Invalid` (people).
    """
    check_came(people)
    occurrence, booking = load(actor, occurrence_id)
    require_own(actor, booking, DESK, code)
    this_minute = -(-now() // 60_000)
    if occurrence.state != "checked_in":
        if occurrence.state != "confirmed" or occurrence.end_min <= this_minute:
            raise Refused(_("This booking is over."))
        if occurrence.start_min > this_minute:
            raise Refused(_("This booking has not begun yet."), advice=_("You can cancel it instead."))
    before = (occurrence.room_id, occurrence.start_min, occurrence.end_min)
    # After that the computer was off and nobody knows: the booked end is believed.
    left = this_minute if this_minute <= occurrence.end_min + OVERRUN else occurrence.end_min
    occurrence = advance(actor, occurrence, "finish", finished_at=left * 60_000, people_came=people)
    reminded_in_vain(actor, occurrence)
    _free_the_rest(actor, occurrence, booking, before)
    return booked(occurrence)


@transactional
def note_people(actor: Actor, occurrence_id: int, people: int | None) -> None:
    """How many came, entered or corrected after the end (`rooms.desk`). Raises `Invalid` (people), `Refused`."""
    actor.require(DESK)
    check_came(people)
    occurrence, _booking = load(actor, occurrence_id)
    if occurrence.state != "finished":
        raise Refused(_("This is entered when the booking is finished."))
    before = {"people_came": occurrence.people_came}
    occurrence.people_came = people
    occurrence.save()
    record(actor, "rooms.booking.people_noted", occurrence.ref, before=before, after={"people_came": people})


def check_came(people: int | None) -> None:
    """Raise `Invalid` (people) for a number of people that cannot have come."""
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise Invalid({"people": [_("Please give the number of people, at least 1.")]})


def _free_the_rest(actor: Actor, occurrence: Occurrence, booking: Booking, before: tuple[int, int, int]) -> None:
    """After an earlier end: only the time until then stays taken."""
    withdraw_changes(actor, occurrence)
    if until(occurrence) < before[2]:
        slots.release(occurrence.id)
        take_slots(occurrence)
        tell_moved(before, occurrence, booking)


# --------------------------------------------------------------------------- nobody came


@transactional
def mark_missed(actor: Actor, occurrence_id: int) -> Booked:
    """没来: staff (`rooms.desk`) saw that nobody came. The rest of its time is free; it does not count as used.

    Possible from the start on, and of a booking that is over without a check-in. Raises `Refused`.
    """
    actor.require(DESK)
    occurrence, booking = load(actor, occurrence_id)
    if occurrence.state == "unattended" and occurrence.missed_at is None:
        return _note_missed(actor, occurrence, now())
    if occurrence.state == "confirmed" and occurrence.start_min > now_minute():
        raise Refused(_("This booking has not begun yet."), advice=_("You can cancel it instead."))
    return _give_away(actor, occurrence, booking)


def _give_away(actor: Actor, occurrence: Occurrence, booking: Booking) -> Booked:
    before = (occurrence.room_id, occurrence.start_min, occurrence.end_min)
    ended = now() if occurrence.end_min > now_minute() else None
    occurrence = advance(actor, occurrence, "miss", missed_at=now(), finished_at=ended)
    reminded_in_vain(actor, occurrence)
    _free_the_rest(actor, occurrence, booking, before)
    return booked(occurrence)


def _note_missed(actor: Actor, occurrence: Occurrence, missed_at: int | None) -> Booked:
    before = {"missed_at": occurrence.missed_at}
    occurrence.missed_at = missed_at
    occurrence.save()
    record(actor, "rooms.booking.missed", occurrence.ref, before=before, after={"missed_at": missed_at})
    return booked(occurrence)


@transactional
def undo_missed(actor: Actor, occurrence_id: int) -> Booked:
    """They may have come after all (`rooms.desk`): its whole time is its own again.

    Before its end it waits for a check-in as before; afterwards it counts as used, unconfirmed. Raises `Refused` when the
    time was given to others meanwhile, or when nobody had said that they did not come.
    """
    actor.require(DESK)
    occurrence, booking = load(actor, occurrence_id)
    if occurrence.state != "unattended" or occurrence.missed_at is None:
        raise Refused(_("Nobody said that they did not come."))
    before = (occurrence.room_id, occurrence.start_min, until(occurrence))
    no_longer_true(actor, occurrence, RELEASED)
    if occurrence.end_min > now_minute():
        occurrence = advance(actor, occurrence, "expect_again", missed_at=None, finished_at=None)
    else:
        occurrence.finished_at = None
        _note_missed(actor, occurrence, None)
    slots.release(occurrence.id)
    try:
        take_slots(occurrence)
    except slots.Taken:
        raise Refused(
            _("The rest of the time has been given to others."),
            advice=_("If they came, please find another room for them."),
        ) from None
    if before[2] < occurrence.end_min:
        tell_moved(before, occurrence, booking)
    return booked(occurrence)


@transactional
def attest(actor: Actor, occurrence_id: int, *, people: int | None = None) -> Booked:
    """They were there and forgot to check in (`rooms.desk`): counts as used. Raises `Refused`, `Invalid` (people)."""
    actor.require(DESK)
    check_came(people)
    occurrence, _booking = load(actor, occurrence_id)
    if occurrence.missed_at is not None:
        raise Refused(_("It says that nobody came."), advice=_("Take that back first."))
    ended = occurrence.end_min * 60_000
    return booked(advance(actor, occurrence, "attest", finished_at=ended, people_came=people))


# --------------------------------------------------------------------------- what time decides

_DUE = "SELECT id FROM rooms_occurrence WHERE community=? AND state=? AND end_min<=? ORDER BY end_min, id LIMIT ?"
_LATE = """
    SELECT id FROM rooms_occurrence WHERE community=? AND state='confirmed' AND end_min>? AND start_min<=? AND start_min>?
    ORDER BY end_min, id LIMIT ?
"""


@transactional
def finish_due(actor: Actor) -> int:
    """The job `rooms.finish`: what is over ends by itself, checked in or not; a room nobody came to is released where the
    community wants that. Returns how many bookings changed.
    """
    community, minute = str(actor.community), now_minute()
    left = _due(community, "checked_in", minute - OVERRUN)
    missed = _due(community, "confirmed", minute)
    for occurrence in left:
        advance(actor, occurrence, "finish", finished_at=occurrence.end_min * 60_000)
    for occurrence in missed:
        withdraw_changes(actor, advance(actor, occurrence, "miss"))
        reminded_in_vain(actor, occurrence)
    return len(left) + len(missed) + _release(actor)


def _due(community: str, state: str, minute: int) -> list[Occurrence]:
    found = slots.rows(_DUE, community, state, minute, _AT_ONCE)
    return [Occurrence.get_of(community, key) for (key,) in found]


def _release(actor: Actor) -> int:
    """Give the rest of bookings that nobody came to back to everybody, and tell the organisers."""
    community, minute = str(actor.community), now_minute()
    wait = int(get_setting("rooms.release_after", community))
    late = slots.rows(_LATE, community, minute, minute - wait, minute - DAY_END, _AT_ONCE) if wait else []
    for (key,) in late:
        occurrence, booking = load(actor, key)
        _give_away(actor, occurrence, booking)
        what = place_and_time(room_name(actor, occurrence.room_id), occurrence)
        tell_organiser(
            actor, occurrence, booking, RELEASED,
            _("Nobody had checked in, so the room was given to others: %(what)s.", what=what),
        )  # fmt: skip
    return len(late)
