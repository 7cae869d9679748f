"""When rooms are open, and were: weekly hours, dates with hours of their own, statutory holidays. Closures are in `closures`.

`Plan` holds what pages ask again and again about the rooms of one community, read with two queries. How hours are changed
is in `set_hours`: weekly hours are not overwritten but end, so that what was offered in a past month stays what it was.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core import NotFound, is_holiday, utc_minute
from plugins.rooms.booking.slots import Interval, rows, union
from plugins.rooms.clock import span


class RoomFacts(NamedTuple):
    """A room as far as finding and booking need to know it; minutes are minutes."""

    id: int
    venue_id: int
    venue: str
    open_on_holidays: int
    part_of: int | None
    name: str
    floor: str
    seats: int | None
    features: str
    tags: str
    bookable_by: str
    needs_approval: int
    confidential: int
    buffer_before: int
    buffer_after: int
    min_minutes: int
    max_minutes: int
    ahead_days: int
    removed_at: int | None = None


class Weekly(NamedTuple):
    """Opening hours of a weekday in minutes of the day, on the days (ISO) from `first` until before `last`."""

    weekday: int
    start: int
    end: int
    first: str
    last: str
    on_holidays: bool


class Opened(NamedTuple):
    """Opening hours of one date, in minutes of the local day and in UTC minutes."""

    local: tuple[Interval, ...]
    utc: tuple[Interval, ...]


_ROOMS = """
    SELECT r.id, r.venue_id, v.name, v.open_on_holidays, r.part_of, r.name, r.floor, r.seats, r.features, r.tags, r.bookable_by,
        r.needs_approval, r.confidential, r.buffer_before, r.buffer_after, r.min_minutes, r.max_minutes, r.ahead_days,
        r.removed_at
    FROM rooms_room r JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE r.community=? AND (r.removed_at IS NULL OR r.removed_at>?)
    ORDER BY v.id, COALESCE(r.part_of, r.id), r.part_of IS NOT NULL, r.id
"""
_OPENINGS = """
    SELECT venue_id, room_id, weekday, day, start_min, end_min, from_day, until_day, on_holidays FROM rooms_opening
    WHERE community=? AND (day IS NULL OR day BETWEEN ? AND ?)
"""
_NEVER = 2**62
_EVER, _STILL = "", "9999-12-31"


@dataclass(frozen=True)
class Plan:
    """The rooms of a community by key, the parts of each hall, and the hours that hold in `first`…`last`.

    `special` are the rooms with hours of their own; the others have their venue's, which are worked out once for all.
    """

    rooms: Mapping[int, RoomFacts]
    parts: Mapping[int, Sequence[int]]
    weekly: Mapping[tuple[int, int | None], Sequence[Weekly]]
    dated: Mapping[tuple[int, int | None, str], Sequence[Interval]]
    special: frozenset[int]
    _known: dict[tuple[int, int | None, datetime.date], Opened] = field(default_factory=dict, repr=False, compare=False)

    def room(self, room_id: int) -> RoomFacts:
        """A room of this community; raises `NotFound`."""
        found = self.rooms.get(room_id)
        if found is None:
            raise NotFound
        return found

    def resources(self, room_id: int) -> list[int]:
        """What booking the room takes: its parts, or itself when it has none."""
        return sorted(self.parts.get(room_id, ())) or [room_id]

    def hours(self, room_id: int, day: datetime.date) -> list[Interval]:
        """The opening hours of a room on a date, in minutes of that local day.

        A date's own hours come before the weekly ones, and a room's before its venue's. On a statutory holiday only a
        date's own hours hold, unless the venue opens on holidays.
        """
        return list(self.opened(room_id, day).local)

    def open_minutes(self, room_id: int, day: datetime.date) -> tuple[Interval, ...]:
        """The opening hours of a room on a date, in UTC minutes."""
        return self.opened(room_id, day).utc

    def opened(self, room_id: int, day: datetime.date) -> Opened:
        """Both."""
        room = self.room(room_id)
        key = (room.venue_id, room_id if room_id in self.special else None, day)
        found = self._known.get(key)
        if found is None:
            hours = self._hours(room, day)
            minutes = tuple((utc_minute(day, start), utc_minute(day, end)) for start, end in hours)
            found = Opened(tuple(hours), minutes)
            self._known[key] = found
        return found

    def _hours(self, room: RoomFacts, day: datetime.date) -> list[Interval]:
        for owner in ((room.venue_id, room.id), (room.venue_id, None)):
            found = self.dated.get((*owner, day.isoformat()))
            if found is not None:
                return union(interval for interval in found if interval[1] > interval[0])
        held = self._held((room.venue_id, room.id), day) or self._held((room.venue_id, None), day)
        if not all(each.on_holidays for each in held) and is_holiday(day):
            held = [each for each in held if each.on_holidays]
        return union((each.start, each.end) for each in held if each.weekday == day.weekday())

    def _held(self, owner: tuple[int, int | None], day: datetime.date) -> list[Weekly]:
        """The week that held on a day for a room or its venue."""
        text = day.isoformat()
        return [each for each in self.weekly.get(owner, ()) if each.first <= text < each.last]


def load_plan(
    community: str, first: datetime.date, last: datetime.date | None = None, *, with_removed: bool = False
) -> Plan:
    """Read the rooms of a community and the hours that hold from `first` to `last` (that day alone unless told).

    `with_removed`: also rooms that were taken out of use since `first` began.
    """
    known_since = utc_minute(first, 0) * 60_000 if with_removed else _NEVER
    facts = [RoomFacts._make(row) for row in rows(_ROOMS, community, known_since)]
    parts: dict[int, list[int]] = defaultdict(list)
    for room in facts:
        if room.part_of is not None:
            parts[room.part_of].append(room.id)
    return Plan(
        {room.id: room for room in facts},
        dict(parts),
        *_openings(community, facts, first.isoformat(), (last or first).isoformat()),
    )


def _openings(
    community: str, rooms: Sequence[RoomFacts], first: str, last: str
) -> tuple[
    dict[tuple[int, int | None], list[Weekly]], dict[tuple[int, int | None, str], list[Interval]], frozenset[int]
]:
    """Weekly hours, those of single dates, and the rooms that have their own, as `Plan` holds them."""
    on_holidays = {room.venue_id: bool(room.open_on_holidays) for room in rooms}
    weekly: dict[tuple[int, int | None], list[Weekly]] = defaultdict(list)
    dated: dict[tuple[int, int | None, str], list[Interval]] = defaultdict(list)
    for venue, room_id, weekday, day, start, end, since, until, holidays in rows(_OPENINGS, community, first, last):
        if day is None:
            then = on_holidays.get(venue, True) if holidays is None else bool(holidays)
            weekly[venue, room_id].append(Weekly(weekday, start, end, since or _EVER, until or _STILL, then))
        else:
            dated[venue, room_id, day].append((start, end))
    held = {owner: _in_range(owner[1], found, first, last) for owner, found in weekly.items()}
    special = {room_id for _venue, room_id in held} | {room_id for _venue, room_id, _day in dated}
    return held, dict(dated), frozenset(room_id for room_id in special if room_id is not None)


def _in_range(room_id: int | None, found: Sequence[Weekly], first: str, last: str) -> list[Weekly]:
    """The hours that hold on a day of `first`…`last`. A venue's first week also stands for the time before it was entered,
    for what was used then and is entered afterwards.
    """
    if room_id is None:
        begun = min(each.first for each in found)
        found = [each._replace(first=_EVER) if each.first == begun else each for each in found]
    return [each for each in found if each.first <= last and each.last > first]


def hours_text(intervals: Sequence[Interval]) -> str:
    """Opening hours of one day as people read them: `08:30–12:00、14:00–18:00`."""
    return "、".join(span(start, end) for start, end in intervals)
