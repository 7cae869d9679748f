"""Finding a free time: rooms that are free, what to take instead of a taken time, and the day and week grids.

Only reading, in few fixed queries: the day grid is the most-opened page of the module.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core import Actor, get_setting, today
from plugins.rooms.booking.rules import Organiser, Wish, check_people, is_open_to, may_book, read_time
from plugins.rooms.booking.slots import Busy, Interval, busy_of, busy_rooms, is_free, rows, without
from plugins.rooms.clock import DAY_END, day_bounds, hhmm, local_span, now_minute
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan

LOOK_AHEAD_DAYS = 7
USE_DAYS = 28
WIDEST_BUFFER = 240


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time that can be booked, ready to be put into a link: room, `date` (YYYY-MM-DD), `start` and `end` (HH:MM)."""

    room_id: int
    room: str
    date: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What to take instead of a taken time: the nearest free times of the room (at most 3) and a free room at that time.

    `equipment` names what was taken where it was not the room.
    """

    times: tuple[FreeTime, ...]
    elsewhere: FreeTime | None
    equipment: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A room that is free for the whole time asked for. `used` is how many minutes it was booked in the last 28 days."""

    room: RoomFacts
    features: tuple[str, ...]
    used: int


class Taken(NamedTuple):
    """A part of a day that cannot be booked, in minutes of that day. `kind`: booked, mine or closed.

    `occurrence_id` is given only for the actor's own bookings: to everybody else a booking is just 已占用.
    """

    start: int
    end: int
    kind: str
    occurrence_id: int | None = None


class RoomDay(NamedTuple):
    """One room on one day: opening hours, what is taken, and what can still be booked, in minutes of that day."""

    room: RoomFacts
    day: datetime.date
    open: tuple[Interval, ...]
    taken: tuple[Taken, ...]
    free: tuple[Interval, ...]


# --------------------------------------------------------------------------- free rooms

_USED = """
    SELECT s.resource_id, sum(s.end_min - s.start_min) FROM rooms_room r JOIN rooms_slot s ON s.resource_id=r.id
    WHERE r.community=? AND s.start_min>=? AND s.start_min<? AND s.occurrence_id IS NOT NULL GROUP BY s.resource_id
"""


def find_free(
    actor: Actor, date: str, start: str, end: str, people: int | None = None, features: Sequence[str] = ()
) -> list[Found]:
    """The rooms the actor may book that are free for the whole time, the least-used suitable one first.

    Suitable: enough seats and all `features`. Between equally used rooms the smaller one comes first. Raises `Invalid`
    (date, start, end, people).
    """
    wish = read_time(date, start, end)
    check_people(people)
    plan = load_plan(str(actor.community), wish.day)
    rooms = [room for room in plan.rooms.values() if may_book(room, actor)]
    return free_rooms(str(actor.community), plan, rooms, wish, people or 0, features)


def free_rooms(
    community: str, plan: Plan, rooms: Iterable[RoomFacts], wish: Wish, people: int, features: Sequence[str]
) -> list[Found]:
    """Which of `rooms` are open and free for the wish, least used first."""
    start, end = wish.start_min, wish.end_min
    busy = _by_resource(busy_rooms(community, start - WIDEST_BUFFER, end + WIDEST_BUFFER))
    found = []
    for room in rooms:
        equipment = tuple(json.loads(room.features))
        suits = (room.seats is None or people <= room.seats) and set(features) <= set(equipment)
        if suits and _in_reach(room, wish) and _offers(plan, room, busy, wish.day, (start, end)):
            found.append((room, equipment))
    now = now_minute()
    used = dict(rows(_USED, community, now - USE_DAYS * DAY_END, now)) if found else {}
    ranked = [
        Found(room, equipment, sum(int(used.get(part, 0)) for part in plan.resources(room.id)))
        for room, equipment in found
    ]
    return sorted(ranked, key=lambda item: (item.used, item.room.seats or 0, item.room.id))


def _in_reach(room: RoomFacts, wish: Wish) -> bool:
    """Whether the room is booked for that long and that far ahead."""
    last = today() + datetime.timedelta(days=room.ahead_days)
    return room.min_minutes <= wish.minutes <= room.max_minutes and wish.day <= last


def _by_resource(busy: Iterable[Busy]) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    for resource, start, end, _occurrence in busy:
        found[resource].append((start, end))
    return found


def _offers(
    plan: Plan, room: RoomFacts, busy: Mapping[int, Sequence[Interval]], day: datetime.date, wanted: Interval
) -> bool:
    """Whether the room is open for the whole of `wanted` (UTC minutes) and free with its buffers."""
    if not any(first <= wanted[0] and wanted[1] <= last for first, last in plan.open_minutes(room.id, day)):
        return False
    start, end = wanted[0] - room.buffer_before, wanted[1] + room.buffer_after
    return not any(
        taken[0] < end and taken[1] > start for part in plan.resources(room.id) for taken in busy.get(part, ())
    )


# --------------------------------------------------------------------------- alternatives


def alternatives(
    actor: Actor,
    room_id: int,
    wish: Wish,
    *,
    organiser: Organiser,
    people: int = 0,
    leaving_out: int | None = None,
    also: Sequence[int] = (),
) -> Alternatives:
    """What to offer to somebody whose wish is taken.

    The three nearest times of the same length in this room, on that day or within a week after it, none overlapping
    another, and the best room that is free at the wished time, that is open to the `organiser` and
    serves the same. `leaving_out` is the occurrence that is being moved; `also` what has to be free besides the room.
    """
    community = str(actor.community)
    plan = load_plan(community, wish.day, wish.day + datetime.timedelta(days=LOOK_AHEAD_DAYS))
    room = plan.room(room_id)
    others = [
        other
        for other in plan.rooms.values()
        if other.id != room_id and serves_the_same(other, room) and is_open_to(other, organiser)
    ]
    has_all = all(is_free(each, wish.start_min, wish.end_min) for each in also)
    best = free_rooms(community, plan, others, wish, people, ()) if has_all and wish.start_min > now_minute() else []
    elsewhere = (
        FreeTime(best[0].room.id, best[0].room.name, wish.day.isoformat(), hhmm(wish.start), hhmm(wish.end))
        if best
        else None
    )
    return Alternatives(_nearest(plan, room, wish, get_setting("rooms.step", community), leaving_out, also), elsewhere)


def serves_the_same(other: RoomFacts, room: RoomFacts) -> bool:
    """Whether `other` may be offered to somebody who wants `room`.

    A confidential room (for mediation) only instead of another one, and a room of which is said what it is good for (用途)
    only where one of its purposes is also one of the room that is wanted. What nothing is said of serves everything.
    """
    purposes = set(json.loads(other.tags))
    return other.confidential <= room.confidential and (not purposes or bool(purposes & set(json.loads(room.tags))))


def _nearest(
    plan: Plan, room: RoomFacts, wish: Wish, step: int, leaving_out: int | None, also: Sequence[int]
) -> tuple[FreeTime, ...]:
    first, last = day_bounds(wish.day)[0], day_bounds(wish.day + datetime.timedelta(days=LOOK_AHEAD_DAYS))[1]
    busy = [
        (start, end)
        for _resource, start, end, occurrence in busy_of([*plan.resources(room.id), *also], first - WIDEST_BUFFER, last)
        if occurrence is None or occurrence != leaving_out
    ]
    chosen: list[Interval] = []
    for offset in range(LOOK_AHEAD_DAYS + 1):
        day = wish.day + datetime.timedelta(days=offset)
        if day > today() + datetime.timedelta(days=room.ahead_days):
            break
        starts = sorted(starts_of(plan, room, busy, day, wish.minutes, step), key=lambda at: abs(at - wish.start_min))
        for start in starts:
            if all(start + wish.minutes <= other[0] or start >= other[1] for other in chosen):
                chosen.append((start, start + wish.minutes))
            if len(chosen) == 3:
                return tuple(_free_time(room, *interval) for interval in chosen)
    return tuple(_free_time(room, *interval) for interval in chosen)


def starts_of(
    plan: Plan, room: RoomFacts, busy: Sequence[Interval], day: datetime.date, minutes: int, step: int
) -> list[int]:
    """Where a booking of that length can start on a day: UTC minutes on the grid of `step` minutes from midnight."""
    midnight, now = day_bounds(day)[0], now_minute()
    blocked = [(start - room.buffer_after, end + room.buffer_before) for start, end in busy]
    found: list[int] = []
    for first, last in without(plan.open_minutes(room.id, day), blocked):
        start = midnight + -(-(max(first, now) - midnight) // step) * step
        found.extend(range(start, last - minutes + 1, step))
    return found


def _free_time(room: RoomFacts, start: int, end: int) -> FreeTime:
    day, first, last = local_span(start, end)
    return FreeTime(room.id, room.name, day.isoformat(), hhmm(first), hhmm(last))


# --------------------------------------------------------------------------- grids

_MINE = """
    SELECT o.id FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND (b.person=? OR b.account=?)
"""


def day(actor: Actor, date: datetime.date) -> list[RoomDay]:
    """Every room of the community on one day, venue by venue, each hall before its parts; at most four queries."""
    community = str(actor.community)
    plan = load_plan(community, date)
    window = _window(date)
    mine = _mine(actor, window.first, window.last)
    by_resource: dict[int, list[Busy]] = defaultdict(list)
    for row in busy_rooms(community, window.first, window.last):
        by_resource[row[0]].append(row)
    return [_room_day(plan, room, window, by_resource, mine) for room in plan.rooms.values()]


def week(actor: Actor, room_id: int, date: datetime.date) -> list[RoomDay]:
    """One room on the seven days from `date` on; raises `NotFound`."""
    days = [date + datetime.timedelta(days=offset) for offset in range(7)]
    plan = load_plan(str(actor.community), days[0], days[-1])
    room = plan.room(room_id)
    windows = [_window(each) for each in days]
    first, last = windows[0].first, windows[-1].last
    by_resource: dict[int, list[Busy]] = defaultdict(list)
    for row in busy_of(plan.resources(room_id), first, last):
        by_resource[row[0]].append(row)
    mine = _mine(actor, first, last)
    return [_room_day(plan, room, each, by_resource, mine) for each in windows]


def _mine(actor: Actor, first: int, last: int) -> frozenset[int]:
    if not actor.is_signed_in and actor.person is None:
        return frozenset()
    found = rows(_MINE, actor.community, first, last, actor.person, actor.account)
    return frozenset(row[0] for row in found)


class Window(NamedTuple):
    """A local day with the UTC minutes at which it starts and ends; what lies before `now` is over."""

    date: datetime.date
    first: int
    last: int
    now: int


def _window(date: datetime.date) -> Window:
    first, last = day_bounds(date)
    return Window(date, first, last, max(first, min(last, now_minute())))


def _room_day(
    plan: Plan, room: RoomFacts, window: Window, by_resource: Mapping[int, Sequence[Busy]], mine: frozenset[int]
) -> RoomDay:
    opened = plan.opened(room.id, window.date)
    taken = {
        (max(start, window.first), min(end, window.last), occurrence)
        for part in plan.resources(room.id)
        for _resource, start, end, occurrence in by_resource.get(part, ())
        if start < window.last and end > window.first
    }
    free = _free(window, opened.utc, tuple(sorted((start, end) for start, end, _occurrence in taken)))
    return RoomDay(room, window.date, opened.local, _marked(window, taken, mine) if taken else (), free)


def _marked(window: Window, taken: Iterable[tuple[int, int, int | None]], mine: frozenset[int]) -> tuple[Taken, ...]:
    return tuple(
        Taken(
            _minute(window, start),
            _minute(window, end),
            _kind(occurrence, mine),
            occurrence if occurrence in mine else None,
        )
        for start, end, occurrence in sorted(taken, key=lambda row: row[:2])
    )


@lru_cache(maxsize=256)
def _free(window: Window, opened: tuple[Interval, ...], busy: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """What of the opening hours is left; rooms that nobody has booked share one answer."""
    left = without(opened, ((window.first, window.now), *busy))
    return tuple((_minute(window, start), _minute(window, end)) for start, end in left)


def _kind(occurrence: int | None, mine: frozenset[int]) -> str:
    if occurrence is None:
        return "closed"
    return "mine" if occurrence in mine else "booked"


def _minute(window: Window, at: int) -> int:
    """A UTC minute as minute of the local day; its end is 1440."""
    if window.last - window.first == DAY_END:
        return at - window.first
    day, minute, _end = local_span(at, at)
    return DAY_END if day > window.date else minute
