"""The accounting periods of a contract: calendar months, quarters, half-years or years, cut where the contract begins or ends.

The accounting year is the calendar year (《会计法》第十一条).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from plugins.revenue.texts import _

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def span_around(day: datetime.date, period: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of the calendar period that holds `day`."""
    months = MONTHS[period]
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _after(first, months) - datetime.timedelta(days=1)


def _after(first: datetime.date, months: int) -> datetime.date:
    number = first.month - 1 + months
    return datetime.date(first.year + number // 12, number % 12 + 1, 1)


def spans(
    starts: datetime.date, ends: datetime.date, period: str, until: datetime.date
) -> Iterator[tuple[datetime.date, datetime.date]]:
    """The periods of a term that have begun by `until`, in order, both days included."""
    first = starts
    while first <= min(ends, until):
        _begin, last = span_around(first, period)
        yield first, min(last, ends)
        first = last + datetime.timedelta(days=1)


def span_text(first: datetime.date, last: datetime.date) -> str:
    """A period as people call it: the month, the quarter, the half-year, the year, or from day to day."""
    names = {
        "month": _("%(month)s/%(year)s, the month", month=first.month, year=first.year),
        "quarter": _("quarter %(quarter)s of %(year)s, a period", quarter=(first.month + 2) // 3, year=first.year),
        "half": _("first half of %(year)s", year=first.year) if first.month < 7 else _("second half of %(year)s", year=first.year),
        "year": _("the whole year %(year)s", year=first.year),
    }  # fmt: skip
    for period, name in names.items():
        if (first, last) == span_around(first, period):
            return str(name)
    return str(_("%(first)s to %(last)s, a period", first=first.isoformat(), last=last.isoformat()))
