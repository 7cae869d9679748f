"""Who of the waiting list is offered a time that became free. One person at a time: an offer is a hold, and a time is held once.

In turn comes first whoever got rooms least often lately (bookings of the last 28 days and to come, counted as quotas
count: per organisation, resident, or guest by telephone), among equals whoever entered first; the office's own wishes come
last. So a family that asks once is not behind a club that meets every week, and nobody can get in front by entering early
for everything. Staff may decide otherwise (`waiting.offer_waiting`). Rooms that need approval are offered by staff only.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from core import Actor, Label, Refused, advance, get_setting, now, system, today, transaction
from plugins.rooms.booking import slots
from plugins.rooms.booking.changes import organiser_as_booked
from plugins.rooms.booking.holds import ANSWER_MINUTES
from plugins.rooms.booking.making import add_occurrence
from plugins.rooms.booking.occurrences import block, need
from plugins.rooms.booking.rules import Organiser, Wish, check_quota, holder_of, is_open_to
from plugins.rooms.booking.telling import OFFERED, place_and_time, tell_organiser
from plugins.rooms.clock import local_span, now_minute
from plugins.rooms.finding.find import USE_DAYS, WIDEST_BUFFER, starts_of
from plugins.rooms.models import Booking, Occurrence, Waiting
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan
from plugins.rooms.texts import _

_HAD = """
    SELECT count(*) FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
    WHERE o.community=? AND o.start_min>=? AND o.state IN ('confirmed', 'checked_in', 'finished', 'unattended') AND
"""
_HOLDERS = {
    "organisation": _HAD + "b.organisation=?",
    "person": _HAD + "b.person=?",
    "phone": _HAD + "b.organiser_kind='guest' AND b.guest_phone=?",
    "guest": _HAD + "b.organiser_kind='guest' AND b.guest_phone='' AND b.organiser=?",
}


class Free(NamedTuple):
    """A free time that suits an entry."""

    room: RoomFacts
    wish: Wish


def in_turn(community: str, entries: Iterable[Waiting]) -> list[tuple[Waiting, Booking]]:
    """Entries with their bookings, whose turn comes first in front."""
    since = now_minute() - USE_DAYS * 1440

    @cache
    def had(kind: str, key: str | int) -> int:
        return int(slots.rows(_HOLDERS[kind], community, since, key)[0][0])

    pairs = [(entry, Booking.get_of(community, entry.booking_id)) for entry in entries]
    return sorted(
        pairs,
        key=lambda pair: (
            pair[1].organiser_kind == "staff",
            had(*holder_of(organiser_as_booked(pair[1]))),
            pair[0].entered_at,
            pair[0].id,
        ),
    )


def offer_freed(community: str, start: int, end: int) -> int:
    """Offer what became free in `start`…`end` (UTC minutes) to whoever is in turn; returns how many were offered a time.

    Runs at the end of the transaction that freed it: a booking that is given up and the hold of the next one are stored
    together, so nobody can come between.
    """
    query = Waiting.of(community).where(
        Waiting.state == "waiting",
        Waiting.skipped_at.is_null(),
        Waiting.from_min < end + WIDEST_BUFFER,
        Waiting.until_min > max(start - WIDEST_BUFFER, now_minute()),
    )
    entries = list(query)
    if not entries:
        return 0
    clock, plan_of = system(community, "rooms.waiting"), plans(community)
    found = 0
    for entry, booking in in_turn(community, entries):
        found += offer(clock, entry, booking, plan_of(day_of(entry))) is not None
    return found


slots.when_freed(offer_freed)


def plans(community: str) -> Callable[[datetime.date], Plan]:
    """The plan of each day, read once."""
    return cache(lambda day: load_plan(community, day))


def day_of(entry: Waiting) -> datetime.date:
    """The local day an entry is about."""
    return local_span(entry.from_min, entry.until_min)[0]


def offer(actor: Actor, entry: Waiting, booking: Booking, plan: Plan, *, approved: bool = False) -> Occurrence | None:
    """Hold the first time that suits the entry and tell its person; None when nothing suits it now.

    `approved`: the actor may approve and does, so rooms that need approval count too.
    """
    for free in free_for(entry, booking, plan, approved=approved):
        try:
            with transaction(entry.community):
                return _hold(actor, entry, booking, plan, free)
        except (slots.Taken, Refused):
            # Taken by somebody who came between, or over a quota: the next time or the next one in turn.
            continue
    return None


def free_for(entry: Waiting, booking: Booking, plan: Plan, *, approved: bool) -> Iterable[Free]:
    """The earliest free time that suits an entry, room by room."""
    organiser, day = organiser_as_booked(booking), day_of(entry)
    step = get_setting("rooms.step", entry.community)
    for room in _rooms_for(entry, booking, organiser, plan):
        fits = room.min_minutes <= entry.minutes <= room.max_minutes
        late = day > today() + datetime.timedelta(days=room.ahead_days)
        if not fits or late or (room.needs_approval and not approved):
            continue
        busy = slots.busy_of(plan.resources(room.id), entry.from_min - WIDEST_BUFFER, entry.until_min + WIDEST_BUFFER)
        taken = [(start, end) for _resource, start, end, _occurrence in busy]
        starts = starts_of(plan, room, taken, day, entry.minutes, step)
        start = next((at for at in starts if entry.from_min <= at <= entry.until_min - entry.minutes), None)
        if start is not None:
            yield Free(room, Wish(*local_span(start, start + entry.minutes)))


def _rooms_for(entry: Waiting, booking: Booking, organiser: Organiser, plan: Plan) -> Sequence[RoomFacts]:
    """The room that was named, or every room that suits, the smallest first."""
    if entry.room_id is not None:
        return [plan.rooms[entry.room_id]] if entry.room_id in plan.rooms else []
    suiting = [room for room in plan.rooms.values() if suits(room, organiser, booking.people, entry.features)]
    return sorted(suiting, key=lambda room: (room.seats or 0, room.id))


def suits(room: RoomFacts, organiser: Organiser, people: int | None, features: Sequence[str]) -> bool:
    """Whether “any suitable room” may be this one."""
    enough = room.seats is None or (people or 0) <= room.seats
    fits = enough and set(features) <= set(json.loads(room.features))
    # A confidential room (for mediation) is not just any room: it is waited for by its name.
    return fits and not room.confidential and is_open_to(room, organiser)


def _hold(actor: Actor, entry: Waiting, booking: Booking, plan: Plan, free: Free) -> Occurrence:
    check_quota(entry.community, free.room, organiser_as_booked(booking), free.wish)
    if free.room.confidential and not booking.confidential:
        Booking.update(confidential=True).where(
            Booking.id == booking.id, Booking.community == booking.community
        ).execute()
    occurrence = add_occurrence(actor, booking, free.room, free.wish)
    need(occurrence, plan.resources(free.room.id))
    # Until the person is known to know, only the end of the time itself ends the hold (see `holds`).
    occurrence = block(actor, occurrence, "hold", held_until=occurrence.end_min * 60_000)
    advance(actor, entry, "offer", occurrence_id=occurrence.id, offered_at=now(), contacted_at=None)
    tell_organiser(actor, occurrence, booking, OFFERED, _offer_text(entry, free.room.name, occurrence))
    return occurrence


def _offer_text(entry: Waiting, room: str, occurrence: Occurrence) -> Label:
    hours, minutes = divmod(get_setting(ANSWER_MINUTES, entry.community), 60)
    what = place_and_time(room, occurrence)
    if minutes:
        return _("Waiting list no. %(number)d: %(what)s is held for you. Please answer within %(minutes)d minutes of "
                 "hearing this, or the next one is asked.", number=entry.number, what=what, minutes=minutes + hours * 60)  # fmt: skip
    return _("Waiting list no. %(number)d: %(what)s is held for you. Please answer within %(hours)d hours of hearing "
             "this, or the next one is asked.", number=entry.number, what=what, hours=hours)  # fmt: skip
