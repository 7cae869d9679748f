"""Free now, walk in: which rooms can be taken this minute without asking anybody, and the booking that takes them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from core import Actor, get_setting, local_now, utc_minute
from plugins.rooms.booking.rules import may_book
from plugins.rooms.booking.slots import Interval, rows, without
from plugins.rooms.clock import day_bounds, hhmm, local_span
from plugins.rooms.finding.find import LOOK_AHEAD_DAYS, RoomDay, day
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan

WALK_IN_MINUTES = 60
SHORTEST_VISIT = 15
_CLOSED = """
    SELECT room_id, start_min, end_min FROM rooms_closure
    WHERE community=? AND lifted_at IS NULL AND end_min>? AND start_min<?
"""


class FreeNow(NamedTuple):
    """A room that can be walked into now, until when it stays free, and the booking to offer (`HH:MM` on `date`)."""

    room_id: int
    room: str
    venue: str
    floor: str
    until: str
    date: datetime.date
    start: str
    end: str


def free_now(
    actor: Actor, days: Iterable[RoomDay] | None = None, moment: datetime.datetime | None = None
) -> list[FreeNow]:
    """The rooms that the actor can walk into at a local moment (now unless told), among `days` (all of that day unless
    told).

    A room counts when the rest of its free time is at least its shortest booking and a quarter of an hour, and when this
    actor may book it and nobody has to be asked. Which organisation somebody is of is known only once they book: a room
    for organisations is offered to whoever is signed in. The booking starts with the running step of the grid, or with
    the next one where the room was still taken then; it is an hour long, less where the free time or the room's longest
    booking ends before, more where its shortest booking is longer.
    """
    moment = moment or local_now()
    minute, step = moment.hour * 60 + moment.minute, get_setting("rooms.step", actor.community)
    if days is None:
        days = day(actor, moment.date())
    offered = [each for each in days if _is_offered(each.room, actor)]
    return [found for each in offered if (found := _walk_in(each, minute, step)) is not None]


def _is_offered(room: RoomFacts, actor: Actor) -> bool:
    if room.needs_approval or not may_book(room, actor):
        return False
    return room.bookable_by != "organisations" or actor.is_signed_in


def _walk_in(each: RoomDay, minute: int, step: int) -> FreeNow | None:
    room, begun = each.room, minute - minute % step
    taken = [(part.start - room.buffer_after, part.end + room.buffer_before) for part in each.taken]
    for first, last in without(each.open, taken):
        if first <= minute < last:
            start = begun if first <= begun else begun + step
            if last - max(start, minute) < max(room.min_minutes, SHORTEST_VISIT):
                return None
            end = min(last, start + room.max_minutes, start + max(WALK_IN_MINUTES, room.min_minutes))
            return FreeNow(room.id, room.name, room.venue, room.floor, hhmm(last), each.day, hhmm(start), hhmm(end))
    return None


def opens_next(
    community: str, moment: datetime.datetime | None = None, venue_id: int | None = None
) -> tuple[datetime.date, str] | None:
    """While every room (of one venue) is shut at a local moment (now unless told): the day and hour (`HH:MM`) at which the
    first opens, closures considered. None while one is open, and where none opens within `LOOK_AHEAD_DAYS`.
    """
    moment = moment or local_now()
    first = moment.date()
    minute, last = utc_minute(first, moment.hour * 60 + moment.minute), first + datetime.timedelta(days=LOOK_AHEAD_DAYS)
    plan = load_plan(community, first, last)
    closed = _closed(community, plan, minute, day_bounds(last)[1])
    theirs = [room.id for room in plan.rooms.values() if venue_id in (None, room.venue_id)]
    for offset in range(LOOK_AHEAD_DAYS + 1):
        date = first + datetime.timedelta(days=offset)
        hours = [span for room in theirs for span in without(plan.open_minutes(room, date), closed.get(room, ()))]
        if any(start <= minute < end for start, end in hours):
            return None
        starts = [start for start, _end in hours if start > minute]
        if starts:
            return date, hhmm(local_span(min(starts), min(starts))[1])
    return None


def _closed(community: str, plan: Plan, first: int, last: int) -> dict[int, list[Interval]]:
    """When rooms are out of use between two UTC minutes: with a hall its parts, and with any part the hall."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for key, start, end in rows(_CLOSED, community, first, last):
        hall = plan.rooms[key].part_of if key in plan.rooms else None
        for room in {key, *plan.resources(key), *([hall] if hall is not None else [])}:
            found[room].append((start, end))
    return found
