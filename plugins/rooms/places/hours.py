"""When rooms are open: weekly hours, dates with hours of their own and statutory holidays. Closures are in `closures`.

`Plan` holds what pages ask again and again about the rooms of one community, read with two queries.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core import Actor, Invalid, NotFound, Refused, is_holiday, record, transactional, utc_minute
from plugins.rooms.booking.slots import Interval, rows, union
from plugins.rooms.clock import span
from plugins.rooms.models import Opening, Room, Venue
from plugins.rooms.texts import _


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
    bookable_by: str
    needs_approval: int
    confidential: int
    buffer_before: int
    buffer_after: int
    min_minutes: int
    max_minutes: int
    ahead_days: int


class Opened(NamedTuple):
    """Opening hours of one date, in minutes of the local day and in UTC minutes."""

    local: tuple[Interval, ...]
    utc: tuple[Interval, ...]


_ROOMS = """
    SELECT r.id, r.venue_id, v.name, v.open_on_holidays, r.part_of, r.name, r.floor, r.seats, r.features, r.bookable_by,
        r.needs_approval, r.confidential, r.buffer_before, r.buffer_after, r.min_minutes, r.max_minutes, r.ahead_days
    FROM rooms_room r JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
    WHERE r.community=? AND r.removed_at IS NULL ORDER BY v.id, COALESCE(r.part_of, r.id), r.part_of IS NOT NULL, r.id
"""
_OPENINGS = """
    SELECT venue_id, room_id, weekday, day, start_min, end_min FROM rooms_opening
    WHERE community=? AND (day IS NULL OR day BETWEEN ? AND ?)
"""


@dataclass(frozen=True)
class Plan:
    """The rooms of a community by key, the parts of each hall, and the hours that hold in `first`…`last`.

    `special` are the rooms with hours of their own; the others have their venue's, which are worked out once for all.
    """

    rooms: Mapping[int, RoomFacts]
    parts: Mapping[int, Sequence[int]]
    weekly: Mapping[tuple[int, int | None], Sequence[tuple[int, int, int]]]
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
        if not room.open_on_holidays and is_holiday(day):
            return []
        weekly = self.weekly.get((room.venue_id, room.id)) or self.weekly.get((room.venue_id, None), ())
        return union((start, end) for weekday, start, end in weekly if weekday == day.weekday())


def load_plan(community: str, first: datetime.date, last: datetime.date | None = None) -> Plan:
    """Read the rooms of a community and the hours that hold from `first` to `last` (that day alone unless told)."""
    facts = [RoomFacts._make(row) for row in rows(_ROOMS, community)]
    parts: dict[int, list[int]] = defaultdict(list)
    for room in facts:
        if room.part_of is not None:
            parts[room.part_of].append(room.id)
    weekly: dict[tuple[int, int | None], list[tuple[int, int, int]]] = defaultdict(list)
    dated: dict[tuple[int, int | None, str], list[Interval]] = defaultdict(list)
    special = set()
    for venue, room_id, weekday, day, start, end in rows(
        _OPENINGS, community, first.isoformat(), (last or first).isoformat()
    ):
        if room_id is not None:
            special.add(room_id)
        if day is None:
            weekly[venue, room_id].append((weekday, start, end))
        else:
            dated[venue, room_id, day].append((start, end))
    return Plan({room.id: room for room in facts}, dict(parts), dict(weekly), dict(dated), frozenset(special))


def hours_text(intervals: Sequence[Interval]) -> str:
    """Opening hours of one day as people read them: `08:30–12:00、14:00–18:00`."""
    return "、".join(span(start, end) for start, end in intervals)


# --------------------------------------------------------------------------- editing


@transactional
def set_week(
    actor: Actor, venue_id: int, week: Mapping[int, Sequence[Interval]], *, room_id: int | None = None
) -> None:
    """Replace the weekly hours of a venue, or of one room of it.

    `week` maps weekdays (0 = Monday) to intervals in minutes of the day. An empty week of a room means the venue's hours
    hold for it. Raises `Invalid` (field `week`) for intervals that overlap or do not lie in a day.
    """
    actor.require("rooms.manage")
    venue = _scope(actor, venue_id, room_id)
    for intervals in week.values():
        _check(intervals, "week")
    same = _same(venue_id, room_id) & Opening.weekday.is_null(False)
    before = _told(room_id, Opening.of(venue.community).where(same))
    Opening.delete().where(Opening.community == venue.community, same).execute()
    for weekday, intervals in sorted(week.items()):
        for start, end in intervals:
            Opening.insert(
                community=venue.community,
                venue_id=venue_id,
                room_id=room_id,
                weekday=weekday,
                start_min=start,
                end_min=end,
            ).execute()
    after = _told(room_id, Opening.of(venue.community).where(same))
    record(actor, "rooms.hours.changed", venue.ref, before=before, after=after, permission="rooms.manage")


@transactional
def set_day(
    actor: Actor,
    venue_id: int,
    day: datetime.date,
    intervals: Sequence[Interval] | None,
    *,
    room_id: int | None = None,
    reason: str = "",
) -> None:
    """Give one date hours of its own: intervals in minutes of the day, none for closed, `None` for the usual hours.

    Bookings already made stay; the caller shows them. Raises `Invalid` (field `day`).
    """
    actor.require("rooms.manage")
    venue = _scope(actor, venue_id, room_id)
    _check(intervals or (), "day")
    same = _same(venue_id, room_id) & (Opening.day == day)
    before = _told(room_id, Opening.of(venue.community).where(same))
    Opening.delete().where(Opening.community == venue.community, same).execute()
    for start, end in [] if intervals is None else intervals or [(0, 0)]:
        Opening.insert(
            community=venue.community,
            venue_id=venue_id,
            room_id=room_id,
            day=day,
            start_min=start,
            end_min=end,
            reason=reason,
        ).execute()
    after = _told(room_id, Opening.of(venue.community).where(same))
    record(
        actor, "rooms.hours.changed", venue.ref, before=before, after=after, reason=reason, permission="rooms.manage"
    )


def dated_hours(community: str, venue_id: int, since: datetime.date) -> list[Opening]:
    """The dates with hours of their own, from `since` on, for a venue and its rooms."""
    query = Opening.of(community).where(Opening.venue_id == venue_id, Opening.day >= since)
    return list(query.order_by(Opening.day, Opening.room_id, Opening.start_min))


def weekly_hours(community: str, venue_id: int, room_id: int | None = None) -> dict[int, list[Interval]]:
    """The weekly hours as entered for a venue (or one room): intervals by weekday, 0 = Monday."""
    found: dict[int, list[Interval]] = {weekday: [] for weekday in range(7)}
    query = Opening.of(community, Opening.weekday, Opening.start_min, Opening.end_min)
    for weekday, start, end in query.where(_same(venue_id, room_id), Opening.weekday.is_null(False)).tuples():
        found[weekday].append((start, end))
    return {weekday: sorted(intervals) for weekday, intervals in found.items()}


def _same(venue_id: int, room_id: int | None):  # type: ignore[no-untyped-def]
    room = Opening.room_id.is_null() if room_id is None else Opening.room_id == room_id
    return (Opening.venue_id == venue_id) & room


def _scope(actor: Actor, venue_id: int, room_id: int | None) -> Venue:
    venue: Venue = Venue.get_of(actor.community, venue_id)
    if room_id is not None and Room.get_of(actor.community, room_id).venue_id != venue_id:
        raise Refused(_("This room belongs to another venue."))
    return venue


def _check(intervals: Sequence[Interval], name: str) -> None:
    previous = 0
    for start, end in sorted(intervals):
        if not 0 <= start < end <= 1440:
            raise Invalid({name: [_("Hours go from an earlier to a later time of the same day.")]})
        if start < previous:
            raise Invalid({name: [_("The hours overlap: %(hours)s.", hours=hours_text(sorted(intervals)))]})
        previous = end


def _told(room_id: int | None, query) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """The hours as the audit log keeps them: [weekday, day, start, end] each, in minutes of the day."""
    found = query.order_by(Opening.day, Opening.weekday, Opening.start_min)
    hours = [[item.weekday, item.day and item.day.isoformat(), item.start_min, item.end_min] for item in found]
    return {"room_id": room_id, "hours": hours}
