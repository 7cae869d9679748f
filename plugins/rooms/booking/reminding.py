"""Reminders of bookings, the day before: who is reminded of what, and by which way. Delivering and calling are core's.

What is due is worked out of the bookings themselves, each time anew, and told once per booking and version (its
`sequence`): whatever is killed and started again, no reminder is lost and none comes twice. A booking that was given up or
moved meanwhile is not in the answer any more; what was told of it before is withdrawn by the act (`telling.no_longer_true`).

Whoever booked or moved on the day of the reminder itself knows, and so does the office of its own bookings; other plugins
tell the people of their bookings themselves. Dates of a regular booking stand in the messages on the website only: nobody
is called every week.
"""

from __future__ import annotations

import datetime
from typing import Any

from core import Actor, LazyText, Ref, get_setting, local_now, now, tell, today, told_at, transactional, utc_minute
from plugins.rooms.booking.rules import time_text
from plugins.rooms.booking.slots import rows
from plugins.rooms.booking.telling import REMINDER, no_longer_true
from plugins.rooms.clock import day_bounds, now_minute
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.texts import _

REMIND = "rooms.remind"
NOBODY, HERE, EVERYBODY = 0, 1, 2
_A_DAY = datetime.timedelta(days=1)

_DUE = """
    SELECT o.id, o.sequence, o.start_min, o.end_min, v.name, r.floor, r.name, b.id, b.person, b.organiser, b.guest_phone,
        b.rule
    FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
        JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND o.state='confirmed' AND o.changed_at<?
        AND b.organiser_kind<>'staff' AND b.subject IS NULL
    ORDER BY o.start_min, o.id
"""


def remind(actor: Actor) -> str:
    """The job `rooms.remind`: tell the organisers of tomorrow's bookings, from the hour on in which people may be called,
    and of today's, where this computer was off yesterday. Returns how many were told, in words for the page of jobs.

    Each is told in a transaction of its own; one that is told already is found, and nothing happens.
    """
    community = str(actor.community)
    how = get_setting(REMIND, community)
    if how == NOBODY:
        return ""
    since, moment = now(), local_now()
    days = [today()]
    if moment.hour * 60 + moment.minute >= get_setting("core.calls.from", community):
        days.append(today() + _A_DAY)
    told = sum(_remind_of(actor, day, how, since) for day in days)
    return str(told) if told else ""


def _remind_of(actor: Actor, day: datetime.date, how: int, since: int) -> int:
    """Remind of the bookings of one day; returns how many were told since a moment (ms), not before."""
    community, eve = str(actor.community), day - _A_DAY
    first, last = day_bounds(day)
    found = rows(_DUE, community, max(first, now_minute() + 1), last, utc_minute(eve, 0) * 60_000)
    due_at = utc_minute(eve, get_setting("core.calls.from", community)) * 60_000
    told = 0
    for key, version, start, end, venue, floor, room, booking, person, name, phone, rule in found:
        only_here = how == HERE or bool(rule)
        if only_here and person is None:
            continue  # nobody would ever read it
        told += since <= _tell_unless_changed(
            actor,
            Ref(Booking.kind, community, booking) if person is None else person,
            Ref(Occurrence.kind, community, key),
            version,
            _(
                "You have booked %(room)s: %(time)s. If you cannot come, please cancel, so that others can have the room.",
                room=room, time=time_text(start, end),
            ),
            title=_("Reminder of your booking"), name=name, phone=phone, due_at=due_at, start_min=start, end_min=end,
            know_by=day if day == today() else None, place=" ".join(each for each in (venue, floor, room) if each),
            only_here=only_here,
        )  # fmt: skip
    return told


@transactional
def _tell_unless_changed(
    actor: Actor, to: Ref | int, occurrence: Ref, version: int, text: LazyText, **about: Any
) -> int:
    """Tell, in one transaction with a look whether it still holds: others go on booking while many are told.

    Returns when it was told (ms), 0 where the booking was given up or moved meanwhile.
    """
    still = "SELECT 1 FROM rooms_occurrence WHERE community=? AND id=? AND state='confirmed' AND sequence=?"
    if not rows(still, actor.community, occurrence.id, version):
        return 0
    return int(tell(actor, to, occurrence, f"{REMINDER}.{version}", text, **about).created_at)


def reminded_in_vain(actor: Actor, occurrence: Occurrence) -> None:
    """They are here, or it is over: whoever was not reached until now is not called any more."""
    if told_at(occurrence.ref, f"{REMINDER}.{occurrence.sequence}") is None:
        no_longer_true(actor, occurrence, REMINDER)
