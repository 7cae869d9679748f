"""Where a series is: its dates to come, and its usual room, time and weekday, which follow what becomes of most of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from core import Actor, advance_all
from plugins.rooms.booking.recurrence import read_rule, rule_text
from plugins.rooms.booking.rules import Wish
from plugins.rooms.booking.weekdays import on_weekday, weekday_of, with_weekday
from plugins.rooms.clock import local_span, now_minute
from plugins.rooms.models import Booking, Occurrence, Series, Skipped


def to_come(booking: Booking, since: datetime.date | None = None) -> list[Occurrence]:
    """The dates that can still be changed (from `since` on), without changes that wait for approval."""
    query = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id,
        Occurrence.series_day.is_null(False),
        Occurrence.replaces.is_null() | (Occurrence.state != "requested"),
        Occurrence.state.in_(("requested", "confirmed")),
        Occurrence.start_min > now_minute(),
    )
    if since is not None:
        query = query.where(Occurrence.series_day >= since)
    return list(query.order_by(Occurrence.series_day, Occurrence.id))


def changes_asked_for(booking: Booking) -> list[Occurrence]:
    """The changes of single dates or of many that wait for a decision, in order of the dates they would move."""
    query = Occurrence.of(booking.community).where(
        Occurrence.booking_id == booking.id, Occurrence.replaces.is_null(False), Occurrence.state == "requested"
    )
    return list(query.order_by(Occurrence.series_day, Occurrence.id))


def day_of(occurrence: Occurrence) -> datetime.date:
    """The day of the rule that an occurrence of a series stands for."""
    day: datetime.date = occurrence.series_day
    return day


def is_moved(occurrence: Occurrence, series: Series) -> bool:
    """Whether the date lies elsewhere than the series usually does."""
    usual = Wish(day_of(occurrence), series.start_minute, series.end_minute)
    return (occurrence.room_id, occurrence.start_min, occurrence.end_min) != (
        series.room_id,
        usual.start_min,
        usual.end_min,
    )


def follow(booking: Booking, series: Series, moved: Sequence[Occurrence]) -> None:
    """Let the series follow dates that were moved to one room and time, when they are more than half of those to come.

    Fewer are dates moved singly. On another weekday the days of its rule move too, so that each date still stands for one.
    """
    rule = read_rule(booking.rule)
    weekday = weekday_of(rule, series.first_day)
    places = set()
    for each in moved:
        day, start, end = local_span(each.start_min, each.end_min)
        places.add((each.room_id, start, end, None if weekday is None else day.weekday()))
    if len(places) != 1 or 2 * len(moved) <= len(to_come(booking)):
        return
    [(room_id, start, end, new)] = places
    of_series = Series.booking_id == booking.id
    Series.update(room_id=room_id, start_minute=start, end_minute=end).where(of_series).execute()
    lies_there = all(
        on_weekday(rule, day_of(each), new) == local_span(each.start_min, each.end_min)[0]
        for each in moved
        if new is not None
    )
    if new is None or new == weekday or not lies_there:
        return
    _to_weekday(booking, series, new)


def _to_weekday(booking: Booking, series: Series, weekday: int) -> None:
    """The rule, and the days its dates to come stand for, also of those left out or given up. The past keeps its own."""
    rule = read_rule(booking.rule)
    begins = day_of(to_come(booking)[0])
    later, first = with_weekday(rule, series.first_day, weekday)
    booking.rule = rule_text(later)
    booking.save()
    Series.update(first_day=first).where(Series.booking_id == booking.id).execute()
    for model, column in ((Occurrence, Occurrence.series_day), (Skipped, Skipped.day)):
        of_days = (model.community == booking.community) & (model.booking_id == booking.id)
        for (day,) in list(model.select(column).where(of_days, column >= begins).distinct().tuples()):
            model.update({column: on_weekday(rule, day, weekday)}).where(of_days, column == day).execute()


def days_before(booking: Booking, since: datetime.date) -> bool:
    """Whether the rule has days before a date: else a change from there on is one of all."""
    query = Occurrence.of(booking.community).where(Occurrence.booking_id == booking.id, Occurrence.series_day < since)
    skipped = Skipped.of(booking.community).where(Skipped.booking_id == booking.id, Skipped.day < since)
    return bool(query.exists() or skipped.exists())


def withdraw_all_changes(actor: Actor, booking: Booking, keys: Sequence[int]) -> None:
    """A change that waits for approval is overtaken by what happens to the date it would move."""
    for first in range(0, len(keys), 200):
        waiting = Occurrence.of(booking.community).where(
            Occurrence.replaces.in_(keys[first : first + 200]), Occurrence.state == "requested"
        )
        advance_all(actor, list(waiting), "withdraw", booking.ref)
