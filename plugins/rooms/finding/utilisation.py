"""利用率: how much of the time that rooms are offered they are used. Only counting; the words about it are in
`utilisation_words`.

*Offered* are the opening hours without closures, as far as they are past. *Used* are the minutes of bookings that somebody
checked in to or that were finished, from their booked start to when they left, as far as the room was offered then: the
union, so that no minute counts twice. A booking that nobody checked in to is used, *unconfirmed*, and counted apart, unless
staff said that nobody came.

A hall has no time of its own: it counts through its parts. Its figures are the sums of theirs, so that a hall of two parts
offers two minutes a minute, a booking of the hall uses both, and one of a part uses one. A venue is the sum of its rooms,
its halls left out, because their parts are in it.

All of it as it was then: hours that have changed since, closures that were lifted later and rooms taken out of use count
as long as they held.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from core import utc_minute
from plugins.rooms.booking.attendance import OVERRUN
from plugins.rooms.booking.slots import Interval, rows, union, without
from plugins.rooms.clock import DAY_END, day_bounds, now_minute
from plugins.rooms.places.hours import Plan, RoomFacts, load_plan

Cell = tuple[int, int]
"""Weekday (0 = Monday) and hour of the day."""


class Minutes(NamedTuple):
    """Minutes offered, used, and used unconfirmed."""

    offered: int = 0
    used: int = 0
    unconfirmed: int = 0

    def plus(self, other: Minutes) -> Minutes:
        """Both together."""
        return Minutes(*(mine + its for mine, its in zip(self, other, strict=True)))

    @property
    def rate(self) -> float | None:
        """Used ÷ offered; None where nothing was offered."""
        return self.used / self.offered if self.offered else None

    @property
    def percent(self) -> int | None:
        """The rate in whole percent."""
        return None if self.rate is None else round(self.rate * 100)


NONE = Minutes()


@dataclass
class Utilisation:
    """The figures of a span of days: of every room by weekday and hour. `cells` of halls are the sums of their parts."""

    first: datetime.date
    last: datetime.date
    plan: Plan
    cells: dict[int, dict[Cell, Minutes]] = field(default_factory=dict)

    def of_room(self, room_id: int) -> Minutes:
        """A room or hall."""
        return _sum(self.cells.get(room_id, {}).values())

    def of_venue(self, venue_id: int | None = None) -> Minutes:
        """A venue, or all of them."""
        return _sum(self.of_room(room.id) for room in self.counted(venue_id))

    def heat(self, venue_id: int | None = None, room_id: int | None = None) -> dict[Cell, Minutes]:
        """By weekday and hour: of a room, a venue, or all of them."""
        if room_id is not None:
            return self.cells.get(room_id, {})
        found: dict[Cell, Minutes] = defaultdict(Minutes)
        for room in self.counted(venue_id):
            for cell, minutes in self.cells.get(room.id, {}).items():
                found[cell] = found[cell].plus(minutes)
        return dict(found)

    def counted(self, venue_id: int | None = None) -> list[RoomFacts]:
        """The rooms that have time of their own: all but halls."""
        return [
            room
            for room in self.plan.rooms.values()
            if room.id not in self.plan.parts and venue_id in (None, room.venue_id)
        ]


def _sum(found: Iterable[Minutes]) -> Minutes:
    total = NONE
    for each in found:
        total = total.plus(each)
    return total


def measure(community: str, first: datetime.date, last: datetime.date) -> Utilisation:
    """The figures of the local days `first`…`last`; what is still to come counts for nothing."""
    plan = load_plan(community, first, last, with_removed=True)
    result = Utilisation(first, last, plan)
    counted: dict[int, dict[Cell, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for room_id, day, figures in _by_day(community, plan, first, last):
        cells, weekday, edges = counted[room_id], day.weekday(), _edges(day)
        for kind, part in enumerate(figures):
            for start, end in part:
                hour = bisect_right(edges, start) - 1
                while hour < 24 and edges[hour] < end:
                    cells[weekday, hour][kind] += min(end, edges[hour + 1]) - max(start, edges[hour])
                    hour += 1
    for room_id, cells in counted.items():
        result.cells[room_id] = {cell: Minutes(*minutes) for cell, minutes in cells.items()}
    for hall, parts in plan.parts.items():
        result.cells[hall] = _together([result.cells.get(part, {}) for part in parts])
    return result


def by_month(
    community: str, first: datetime.date, last: datetime.date, venue_id: int | None = None
) -> dict[str, Minutes]:
    """The figures of each month (`YYYY-MM`) of the days `first`…`last`, of all rooms or of one venue."""
    plan = load_plan(community, first, last, with_removed=True)
    found: dict[str, Minutes] = {}
    for room_id, day, figures in _by_day(community, plan, first, last):
        if venue_id in (None, plan.rooms[room_id].venue_id):
            month = day.isoformat()[:7]
            minutes = Minutes(*(sum(end - start for start, end in part) for part in figures))
            found[month] = found.get(month, NONE).plus(minutes)
    return dict(sorted(found.items()))


def _together(found: Sequence[Mapping[Cell, Minutes]]) -> dict[Cell, Minutes]:
    total: dict[Cell, Minutes] = {}
    for cells in found:
        for cell, minutes in cells.items():
            total[cell] = total.get(cell, NONE).plus(minutes)
    return total


# --------------------------------------------------------------------------- days

_TAKEN = """
    SELECT n.resource_id, o.start_min, o.end_min, o.finished_at, o.state
    FROM rooms_occurrence o CROSS JOIN rooms_occurrence_resource n
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND n.occurrence_id=o.id AND o.missed_at IS NULL
        AND o.state IN ('confirmed', 'checked_in', 'finished', 'unattended')
"""
_CLOSED = """
    SELECT room_id, start_min, end_min FROM rooms_closure
    WHERE community=? AND lifted_at IS NULL AND start_min<? AND end_min>?
"""
Figures = tuple[list[Interval], list[Interval], list[Interval]]


def _by_day(
    community: str, plan: Plan, first: datetime.date, last: datetime.date
) -> Iterator[tuple[int, datetime.date, Figures]]:
    """Offered, used and unconfirmed intervals of each room on each day, in UTC minutes."""
    begin, end = day_bounds(first)[0], min(day_bounds(last)[1], now_minute())
    days = [first + datetime.timedelta(days=offset) for offset in range((last - first).days + 1)]
    if not days:
        return
    closed, used, unconfirmed = _Buckets(days), _Buckets(days), _Buckets(days)
    for closed_room, start, until in rows(_CLOSED, community, end, begin):
        for resource in plan.resources(closed_room):
            closed.add(resource, max(start, begin), min(until, end))
    # Who stayed longer on the day before reaches into the first.
    for resource, start, booked, finished_at, state in rows(_TAKEN, community, begin - DAY_END, end):
        bucket = used if state in ("checked_in", "finished") else unconfirmed
        bucket.add(resource, start, _left(start, booked, finished_at, state))
    for room_id, room in plan.rooms.items():
        if room_id in plan.parts:
            continue
        last_of = end if room.removed_at is None else min(end, room.removed_at // 60_000)
        for day in days:
            past = [(start, min(until, last_of)) for start, until in plan.open_minutes(room_id, day) if start < last_of]
            offered = without(past, closed.of(room_id, day))
            if offered:
                sure = union(used.of(room_id, day))
                yield room_id, day, (
                    offered,
                    _within(offered, sure),
                    _within(offered, without(union(unconfirmed.of(room_id, day)), sure)),
                )  # fmt: skip


def _left(start: int, booked_end: int, finished_at: int | None, state: str) -> int:
    """Until when it was used; its start for what is booked and not over."""
    if state == "checked_in":
        return min(now_minute(), booked_end + OVERRUN)
    if state == "finished":
        return -(-(finished_at or 0) // 60_000)
    return booked_end if booked_end <= now_minute() else start


class _Buckets:
    """Intervals of resources by local day, of the days named; one that reaches over midnight stands in each of its days."""

    def __init__(self, days: Sequence[datetime.date]) -> None:
        self._days = days
        self._edges = [*(day_bounds(day)[0] for day in days), day_bounds(days[-1])[1]]
        self._found: dict[tuple[int, datetime.date], list[Interval]] = defaultdict(list)

    def add(self, resource: int, start: int, end: int) -> None:
        if start >= end:
            return
        at = max(0, bisect_right(self._edges, start) - 1)
        while at < len(self._days) and self._edges[at] < end:
            self._found[resource, self._days[at]].append((start, end))
            at += 1

    def of(self, resource: int, day: datetime.date) -> list[Interval]:
        return self._found.get((resource, day), [])


def _within(whole: Sequence[Interval], parts: Sequence[Interval]) -> list[Interval]:
    """The minutes of `parts` that lie in `whole`; both are disjoint and in order."""
    found = [
        (max(start, first), min(end, last))
        for first, last in whole
        for start, end in parts
        if start < last and end > first
    ]
    return sorted(found)


@lru_cache(maxsize=800)
def _edges(day: datetime.date) -> list[int]:
    """Where the 24 hours of a local day begin, and where the last ends, in UTC minutes."""
    return [utc_minute(day, hour * 60) for hour in range(25)]
