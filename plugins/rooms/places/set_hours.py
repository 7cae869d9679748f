"""Changing when rooms are open (`rooms.manage`): the week, single dates, statutory holidays; and the hours as they were entered.

Weekly hours are never overwritten: they end on the day others take their place (`Opening.until_day`), so that the use of
past months is measured against the hours of that time. What `Plan` makes of them is in `hours`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from core import Actor, Invalid, Refused, record, today, transactional
from plugins.rooms.booking.slots import Interval
from plugins.rooms.models import Opening, Room, Venue
from plugins.rooms.places.hours import hours_text
from plugins.rooms.texts import _


@transactional
def set_week(
    actor: Actor, venue_id: int, week: Mapping[int, Sequence[Interval]], *, room_id: int | None = None
) -> None:
    """Give a venue, or one room of it, other weekly hours from today on.

    `week` maps weekdays (0 = Monday) to intervals in minutes of the day. An empty week of a room means the venue's hours
    hold for it. Raises `Invalid` (field `week`) for intervals that overlap or do not lie in a day.
    """
    actor.require("rooms.manage")
    venue = _scope(actor, venue_id, room_id)
    for intervals in week.values():
        _check(intervals, "week")
    wanted = {weekday: sorted(week.get(weekday, ())) for weekday in range(7)}
    if wanted == weekly_hours(venue.community, venue_id, room_id):
        return
    before = _told(room_id, _current(venue).where(_same(venue_id, room_id)))
    _end(venue, _same(venue_id, room_id))
    for weekday, intervals in wanted.items():
        for start, end in intervals:
            enter_week_hours(venue, weekday, start, end, room_id=room_id)
    after = _told(room_id, _current(venue).where(_same(venue_id, room_id)))
    record(actor, "rooms.hours.changed", venue.ref, before=before, after=after, permission="rooms.manage")


def enter_week_hours(venue: Venue, weekday: int, start: int, end: int, *, room_id: int | None = None) -> None:
    """One interval of every week (minutes of the day), from today on; of a new venue it also stands for the time before."""
    Opening.insert(
        community=venue.community, venue_id=venue.id, room_id=room_id, weekday=weekday, start_min=start, end_min=end,
        from_day=today(),
    ).execute()  # fmt: skip


def keep_holidays(venue: Venue, were_open: bool) -> None:
    """Before the venue's switch for holidays is turned: until today the hours held as it stood, from today on as it says."""
    held = list(
        _current(venue).where(Opening.venue_id == venue.id, Opening.from_day.is_null() | (Opening.from_day < today()))
    )
    for each in held:
        enter_week_hours(venue, each.weekday, each.start_min, each.end_min, room_id=each.room_id)
    ended = Opening.id.in_([each.id for each in held])
    Opening.update(until_day=today(), on_holidays=were_open).where(
        Opening.community == venue.community, ended
    ).execute()


def _current(venue: Venue) -> Any:
    """The weekly hours of a venue and its rooms that still hold."""
    return Opening.of(venue.community).where(Opening.weekday.is_null(False), Opening.until_day.is_null())


def _end(venue: Venue, same: Any) -> None:
    """Let weekly hours end with yesterday; what was entered today and never held is taken out."""
    held = (Opening.community == venue.community) & same & Opening.weekday.is_null(False) & Opening.until_day.is_null()
    Opening.delete().where(held, Opening.from_day == today()).execute()
    Opening.update(until_day=today(), on_holidays=venue.open_on_holidays).where(held).execute()


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
    held = query.where(_same(venue_id, room_id), Opening.weekday.is_null(False), Opening.until_day.is_null())
    for weekday, start, end in held.tuples():
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
