"""A series on another weekday: which rules fall on one weekday, and what they become on another. Nothing is stored here."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import replace

from plugins.rooms.booking.recurrence import Rule, days_of


def weekday_of(rule: Rule, first: datetime.date) -> int | None:
    """The one weekday (0 = Monday) of a rule that starts on `first`, where another could stand: every week or some weeks,
    or a certain one of the month. None for every other rule.
    """
    if rule.dates or rule.month_days or rule.months or len(rule.weekdays) > 1:
        return None
    if rule.freq == "WEEKLY":
        return rule.weekdays[0][0] if rule.weekdays else first.weekday()
    if rule.freq == "MONTHLY" and rule.weekdays and rule.weekdays[0][1] in (-1, 1, 2, 3, 4):
        return rule.weekdays[0][0]
    return None


def on_weekday(rule: Rule, day: datetime.date, weekday: int) -> datetime.date:
    """Where a `day` of such a rule lies on another weekday: in the same week from Monday, or the same month."""
    if rule.freq == "WEEKLY":
        return day + datetime.timedelta(days=weekday - day.weekday())
    nth = rule.weekdays[0][1]
    if nth > 0:
        first = day.replace(day=1)
        return first + datetime.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return last - datetime.timedelta(days=(last.weekday() - weekday) % 7)


def with_weekday(rule: Rule, first: datetime.date, weekday: int) -> tuple[Rule, datetime.date]:
    """The rule on another weekday with as many days, and the day it then starts on."""
    days = days_of(rule, first).days
    until = on_weekday(rule, days[-1], weekday) if rule.until is not None else None
    weekdays = tuple((weekday, nth) for _weekday, nth in rule.weekdays)
    return replace(rule, weekdays=weekdays, until=until), on_weekday(rule, days[0], weekday)
