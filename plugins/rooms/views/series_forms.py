"""The forms of series: how a repetition is typed, and the rule it makes. What may be booked is decided by the services."""

from __future__ import annotations

import datetime
import re
from typing import Any

from core import DayField, IntegerField, Invalid, SelectField, SelectMultipleField, TextAreaField
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.texts import _
from plugins.rooms.views.desk_forms import WEEKDAYS
from plugins.rooms.views.forms import BookForm, StaffBookForm

EVERY = (
    ("week", _("Every week")),
    ("fortnight", _("Every two weeks")),
    ("month_weekday", _("Every month, the same weekday (such as the second Wednesday)")),
    ("month_last", _("Every month, the last such weekday")),
    ("month_day", _("Every month, the same day (such as the 8th)")),
    ("month_end", _("Every month, the last day")),
    ("day", _("Every day")),
    ("year", _("Every year")),
    ("dates", _("Only on the days I write down below")),
)
_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")


class RepeatFields:
    """What is asked besides the first day and the time; the fields below `interval` are for few and lie folded."""

    every = SelectField(_("Repeat"), choices=list(EVERY))
    until = DayField(_("Until which day"), description=_("The last day on which it may be."))
    times = IntegerField(
        _("Or how many times"),
        minimum=1,
        maximum=731,
        description=_("When this is filled in, the last day does not count."),
    )
    weekdays = SelectMultipleField(
        _("On several days of the week"),
        coerce=int,
        choices=[(day, name) for day, name in enumerate(WEEKDAYS)],
        description=_("For “every week”. Nothing ticked means the weekday of the first day."),
    )
    interval = IntegerField(
        _("Every how many"),
        minimum=1,
        maximum=366,
        description=_("For example 3 with “every month” for every quarter."),
    )
    dates = TextAreaField(
        _("Days, one per line"), description=_("For example 2026-12-08 or 12月8日. The first day above counts as well.")
    )


class SeriesForm(RepeatFields, BookForm):
    """A series as a resident or guest books it."""


class StaffSeriesForm(RepeatFields, StaffBookForm):
    """The same typed in by staff."""


def rule_of(form: Any) -> Rule:
    """The rule that a valid form asks for; raises `Invalid` (dates) for days that cannot be read."""
    first: datetime.date = form.date.data
    ends: dict[str, Any] = {"count": form.times.data} if form.times.data else {"until": form.until.data}
    ends["interval"] = form.interval.data or 1
    every = form.every.data
    if every == "dates":
        return Rule(dates=(first, *read_dates(form.dates.data or "", first)))
    if every in ("week", "fortnight"):
        ends["interval"] = form.interval.data or (2 if every == "fortnight" else 1)
        return Rule(weekdays=tuple((day, 0) for day in sorted(form.weekdays.data or ())), **ends)
    if every == "day":
        return Rule(freq="DAILY", **ends)
    if every == "year":
        return Rule(freq="YEARLY", **ends)
    if every == "month_weekday":
        return Rule(freq="MONTHLY", weekdays=((first.weekday(), (first.day - 1) // 7 + 1),), **ends)
    if every == "month_last":
        return Rule(freq="MONTHLY", weekdays=((first.weekday(), -1),), **ends)
    return Rule(freq="MONTHLY", month_days=(-1 if every == "month_end" else first.day,), **ends)


def read_dates(text: str, first: datetime.date) -> list[datetime.date]:
    """The days in a text, one per line or between commas; a day without a year is the next such day from `first` on.

    Raises `Invalid` (dates).
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[\n,，、;；]+", text))):
        match = _DATE.fullmatch(part)
        day = _date_of(match, first) if match else None
        if day is None:
            raise Invalid({"dates": [_("“%(text)s” is no day. Please write 2026-12-08 or 12月8日.", text=part[:30])]})
        found.append(day)
    if not found:
        raise Invalid({"dates": [_("Please write down the other days.")]})
    return found


def _date_of(match: re.Match[str], first: datetime.date) -> datetime.date | None:
    month, day = int(match[2]), int(match[3])
    years = [int(match[1])] if match[1] else [first.year, first.year + 1]
    for year in years:
        try:
            found = datetime.date(year, month, day)
        except ValueError:
            continue
        if match[1] or found >= first:
            return found if 2000 <= found.year <= 2199 else None
    return None
