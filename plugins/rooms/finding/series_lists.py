"""One series as a page shows it: its rule in words, its dates, and those it leaves out. Nothing is changed here."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import Actor, today
from plugins.rooms.booking.occurrences import room_name
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rule_words import rule_words
from plugins.rooms.booking.series import LIVE
from plugins.rooms.booking.series_dates import WHY, lent_out
from plugins.rooms.booking.slots import rows
from plugins.rooms.booking.weekdays import weekday_of
from plugins.rooms.clock import local_span, now_minute, span
from plugins.rooms.finding.lists import Line, booking_lines, lines_of
from plugins.rooms.models import Booking, Room, Series, Skipped
from plugins.rooms.texts import _


@dataclass(frozen=True)
class LeftOut:
    """A day of the rule on which the series does not take place, and why in words."""

    day: datetime.date
    why: Any


@dataclass(frozen=True)
class SeriesPage:
    """A series for its organiser or the desk. `usual` is its time of day, `first` its earliest occurrence, `title` what
    the whole series is for.

    `weekday` (0 = Monday) is the one it falls on where it could be another; `asked_for` are the changes of its dates that
    wait for a decision, while those dates stay in `ahead`.
    """

    booking_id: int
    room_id: int
    room: str
    rule: str
    usual: str
    weekday: int | None
    title: str
    first: Line
    ahead: Sequence[Line]
    asked_for: Sequence[Line]
    past: Sequence[Line]
    left_out: Sequence[LeftOut]
    asked: bool
    follows: int | None
    followed_by: int | None

    @property
    def waits(self) -> bool:
        """Whether dates or changes of dates wait for a decision."""
        return any(line.state == "requested" for line in [*self.ahead, *self.asked_for])

    @property
    def can_change(self) -> bool:
        """Whether dates of the series are still to come."""
        return any(line.is_ahead and line.series_day for line in self.ahead)


@dataclass(frozen=True)
class RunningSeries:
    """A series with dates to come: one of them as a line, how many there are, and the day of the last."""

    line: Line
    rule: str
    usual: str
    ahead: int
    last: datetime.date
    asked: bool


def series_page(actor: Actor, booking_id: int, code: str = "") -> SeriesPage:
    """A series with its dates; raises `NotFound` and `Forbidden` like `booking_lines`."""
    lines = booking_lines(actor, booking_id, code)
    series: Series = Series.get_of(actor.community, booking_id)
    room: Room = Room.get_of(actor.community, series.room_id)
    booking: Booking = Booking.get_of(actor.community, booking_id)
    live = [line for line in lines if line.state in LIVE and not line.is_change_request]
    rule = read_rule(lines[0].rule)
    next_part = Series.of(actor.community, Series.booking_id).where(Series.follows == booking_id).tuples().first()
    return SeriesPage(
        booking_id,
        room.id,
        room.name,
        rule_words(rule, series.first_day),
        span(series.start_minute, series.end_minute),
        weekday_of(rule, series.first_day),
        booking.title,
        lines[0],
        [line for line in live if not line.is_over],
        [line for line in lines if line.is_change_request],
        [line for line in live if line.is_over],
        _left_out(actor, booking_id, lines),
        series.asked_at is not None,
        series.follows,
        next_part[0] if next_part else None,
    )


def _left_out(actor: Actor, booking_id: int, lines: Sequence[Line]) -> list[LeftOut]:
    """Days to come that were skipped, and those given up later; none of a series that has ended."""
    skipped = Skipped.of(actor.community).where(Skipped.booking_id == booking_id, Skipped.day >= today())
    found: dict[datetime.date, Any] = {
        row.day: WHY[row.state] if row.resource_id is None else lent_out(room_name(actor, row.resource_id))
        for row in skipped
    }
    if not any(line.state in LIVE and not line.is_over for line in lines):
        return []
    live = {line.series_day for line in lines if line.state in LIVE and not line.is_change_request}
    for line in lines:
        day = datetime.date.fromisoformat(line.series_day) if line.series_day else None
        if day is not None and day >= today() and line.series_day not in live:
            found.setdefault(day, _("cancelled"))
    return [LeftOut(day, found[day]) for day in sorted(found)]


_RUNNING = """
    SELECT s.booking_id, s.first_day, s.start_minute, s.end_minute, s.asked_at, count(o.id), max(o.start_min), min(o.id)
    FROM rooms_series s JOIN rooms_occurrence o ON o.community=s.community AND o.booking_id=s.booking_id
    WHERE s.community=? AND s.booking_id>? AND o.end_min>? AND (o.replaces IS NULL OR o.state<>'requested')
        AND o.state IN ('requested', 'confirmed', 'checked_in')
    GROUP BY s.booking_id, s.first_day, s.start_minute, s.end_minute, s.asked_at ORDER BY s.booking_id LIMIT ?
"""


def running_series(actor: Actor, after: int = 0, limit: int = 200) -> list[RunningSeries]:
    """The series with dates to come, in the order they were booked, behind the booking `after` (`rooms.desk`)."""
    actor.require("rooms.desk")
    found = rows(_RUNNING, actor.community, after, now_minute(), limit)
    lines = lines_of(actor, [row[-1] for row in found])
    return [
        RunningSeries(
            line,
            rule_words(read_rule(line.rule), datetime.date.fromisoformat(first)),
            span(start, end),
            ahead,
            local_span(last, last)[0],
            asked is not None,
        )
        for line, (_key, first, start, end, asked, ahead, last, _one) in zip(lines, found, strict=True)
    ]
