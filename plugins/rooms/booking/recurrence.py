"""The rule of a series: the days on which it falls. Which of them are free, and what is booked, lies in `series`.

A rule is stored as RFC 5545 text (`FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10`, or `RDATE:20261125,20261203` for free dates) and
expanded by python-dateutil. Days are local days: a meeting at 9:00 stays at 9:00 whatever the clocks do. `UNTIL` is a local
day as well, the last on which the series may fall.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dateutil import rrule

from core import Invalid
from plugins.rooms.texts import _

LONGEST_DAYS = 731
MOST_DATES = 731
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = {
    "DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Every `interval` days, weeks, months or years (`freq`), or the free `dates`.

    `weekdays` are pairs of a weekday (0 = Monday) and which of the month it is: 0 every one, 1 the first, -1 the last.
    `month_days` count from the first (1) or from the last (-1) day of the month; `months` from 1. It ends with the day
    `until` or after `count` dates; free dates end by themselves.
    """

    freq: str = "WEEKLY"
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    until: datetime.date | None = None
    count: int | None = None
    dates: tuple[datetime.date, ...] = ()


@dataclass(frozen=True)
class Days:
    """The days of a rule, in order. `gaps` are the months or years (year, month or 0) in which it has none: no 31st."""

    days: tuple[datetime.date, ...]
    gaps: tuple[tuple[int, int], ...] = field(default=())


# --------------------------------------------------------------------------- as text


def rule_text(rule: Rule) -> str:
    """The rule as RFC 5545 text; `read_rule` reads it again."""
    if rule.dates:
        return "RDATE:" + ",".join(f"{day:%Y%m%d}" for day in sorted(set(rule.dates)))
    parts = [f"FREQ={rule.freq}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.months:
        parts.append("BYMONTH=" + ",".join(map(str, rule.months)))
    if rule.month_days:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.month_days)))
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{_CODES[weekday]}" for weekday, nth in rule.weekdays))
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    elif rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)


def read_rule(text: str) -> Rule:
    """The rule in a text that `rule_text` wrote; raises `ValueError` for anything else."""
    if text.startswith("RDATE:"):
        return Rule(dates=tuple(_day(part) for part in text[6:].split(",")))
    given: dict[str, Any] = dict(part.split("=", 1) for part in text.split(";"))
    known = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "COUNT", "UNTIL"}
    if given.get("FREQ") not in _FREQUENCIES or set(given) - known:
        raise ValueError(f"no rule of ours: {text!r}")
    return Rule(
        freq=given["FREQ"],
        interval=int(given.get("INTERVAL", 1)),
        weekdays=tuple(_weekday(part) for part in _list(given, "BYDAY")),
        month_days=tuple(int(part) for part in _list(given, "BYMONTHDAY")),
        months=tuple(int(part) for part in _list(given, "BYMONTH")),
        until=_day(given["UNTIL"]) if "UNTIL" in given else None,
        count=int(given["COUNT"]) if "COUNT" in given else None,
    )


def _list(given: dict[str, Any], name: str) -> list[str]:
    return str(given[name]).split(",") if name in given else []


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")


def _weekday(text: str) -> tuple[int, int]:
    return _CODES.index(text[-2:]), int(text[:-2] or 0)


# --------------------------------------------------------------------------- as days


def days_of(rule: Rule, first: datetime.date) -> Days:
    """The days of a rule that starts on `first`, which is the first of them when it fits the rule.

    Raises `Invalid` (until, times, dates, every) for a rule without an end or a day, and for one that goes on for longer
    than two years.
    """
    if rule.dates:
        return Days(_free_dates(rule.dates, first))
    if rule.until is None and rule.count is None:
        raise Invalid({"until": [_("Please say until when, or how many times.")]})
    last = first + datetime.timedelta(days=LONGEST_DAYS)
    if rule.until is not None and rule.until < first:
        raise Invalid({"until": [_("The last day lies before the first.")]})
    if rule.until is not None and rule.until > last:
        raise Invalid({"until": [_("A series goes on for at most two years.")]})
    if not 1 <= rule.interval <= LONGEST_DAYS:
        raise Invalid({"interval": [_("Please give a whole number, at least 1.")]})
    found = _expanded(rule, first, last)
    if not found:
        raise Invalid({"every": [_("No date fits this. Please choose another repetition or a later last day.")]})
    if rule.count is not None and len(found) < rule.count:
        raise Invalid(
            {"times": [_("A series goes on for at most two years: that would be %(num)d dates.", num=len(found))]}
        )
    return Days(tuple(found), _gaps(rule, first, rule.until or found[-1], found))


def split_rule(rule: Rule, first: datetime.date, since: datetime.date) -> tuple[Rule, Rule, datetime.date]:
    """The rule up to the day before `since`, and the one that goes on from there with the day it starts on.

    Together they have the days of the rule that starts on `first`, which has some before and some from `since` on.
    """
    days = days_of(rule, first).days
    earlier = [day for day in days if day < since]
    later = [day for day in days if day >= since]
    if rule.dates:
        return replace(rule, dates=tuple(earlier)), replace(rule, dates=tuple(later)), later[0]
    before = replace(rule, count=None, until=since - datetime.timedelta(days=1))
    left = rule if rule.count is None else replace(rule, count=rule.count - len(earlier))
    return before, left, later[0]


def _free_dates(dates: Sequence[datetime.date], first: datetime.date) -> tuple[datetime.date, ...]:
    found = sorted(set(dates))
    if len(found) > MOST_DATES or (found[-1] - min(first, found[0])).days > LONGEST_DAYS:
        raise Invalid({"dates": [_("A series goes on for at most two years.")]})
    return tuple(found)


def _expanded(rule: Rule, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    weekdays = [rrule.weekday(weekday, nth or None) for weekday, nth in rule.weekdays]
    end = min(last, rule.until) if rule.until is not None else last
    rules = rrule.rrule(
        _FREQUENCIES[rule.freq],
        dtstart=_midnight(first),
        interval=rule.interval,
        until=_midnight(end),
        byweekday=weekdays or None,
        bymonthday=rule.month_days or None,
        bymonth=rule.months or None,
    )
    found: list[datetime.date] = []
    for moment in rules:
        if rule.count is not None and len(found) == rule.count:
            break
        found.append(moment.date())
    return found


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


def _gaps(
    rule: Rule, first: datetime.date, last: datetime.date, found: Sequence[datetime.date]
) -> tuple[tuple[int, int], ...]:
    """The months or years whose turn it is and that have no such day. What lies before the first day is no gap."""
    if rule.freq == "YEARLY":
        years = {day.year for day in found}
        return tuple(
            (year, 0)
            for year in range(first.year, last.year + 1, rule.interval)
            if year not in years and (year, 12, 31) <= (last.year, last.month, last.day)
        )
    if rule.freq != "MONTHLY" or rule.months:
        return ()
    months = {(day.year, day.month) for day in found}
    begin, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    turns = [(month // 12, month % 12 + 1) for month in range(begin, end + 1, rule.interval)]
    return tuple(turn for turn in turns if turn not in months and _is_whole(turn, first, last))


def _is_whole(turn: tuple[int, int], first: datetime.date, last: datetime.date) -> bool:
    """Whether the whole month lies between the days: a month that is cut off has no gap."""
    year, month = turn
    return (
        datetime.date(year, month, 1) >= first
        and datetime.date(year, month, calendar.monthrange(year, month)[1]) <= last
    )
