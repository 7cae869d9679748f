"""Working days: which days are off, which weekends are worked, and how periods are counted by them.

A year is as the list that was loaded for it says (`holiday_list`), else as it is built in (`holidays_built_in`). Where
neither has the government's notice for a year, that is never guessed: weekends and the days that the law itself names are
off, nothing is moved, and `is_known` says so, for pages to tell.

Sources: 《全国年节及纪念日放假办法》; 国务院办公厅关于某年部分节假日安排的通知, one for each year; 《民法典》 §201 (the day on
which a period begins is not counted) and §203 (a period whose last day is no working day ends on the next one).
"""

from __future__ import annotations

import datetime
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.civic.calendar.holidays_built_in import FIRST_YEAR, built_in, periods, title_of
from core.store.db import database, rows
from core.text import _

# Another process may load a list: so long its lists may be believed without a look, of one row, at the table.
RECHECK_SECONDS = 1.0
BUILT_IN, LOADED, LAW_ONLY = "built_in", "loaded", "law_only"

# Lists are only ever added, so the newest row tells whether anything changed (its moment: an id can be given again when
# a transaction was rolled back).
_NEWEST = "SELECT id, at FROM holiday_list ORDER BY id DESC LIMIT 1"
_CURRENT = """
    SELECT l.year, d.day, d.kind, d.name FROM holiday_list l JOIN holiday_day d ON d.list_id = l.id
    WHERE l.id IN (SELECT MAX(id) FROM holiday_list GROUP BY year)
"""


@dataclass(frozen=True)
class Year:
    """A year as it is counted. `source`: `loaded`, `built_in`, or `law_only` where its notice is not known yet.

    `off` are its days off with their names (weekends only within a holiday), `work` the weekend days that are worked, and
    `working` the ordinals of all its working days.
    """

    year: int
    source: str
    off: Mapping[datetime.date, str]
    work: Mapping[datetime.date, str]
    working: tuple[int, ...]


@dataclass(frozen=True)
class Period:
    """Days on end of one kind (`off` or `work`), with the name of the holiday; `first` and `last` are included."""

    first: datetime.date
    last: datetime.date
    kind: str
    name: str

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[datetime.date]:
        return (self.first + datetime.timedelta(days=index) for index in range(self.days))


_Day = tuple[datetime.date, str, str]


@dataclass
class _Lists:
    """The loaded lists of one store as they were when `newest` was its newest row, and the years made of them."""

    engine: object
    newest: tuple[object, ...] | None
    by_year: Mapping[int, list[_Day]]
    checked: float
    years: dict[int, Year] = field(default_factory=dict)

    def year(self, year: int) -> Year:
        """A year, made at its first use."""
        found = self.years.get(year)
        if found is None:
            found = self.years[year] = self._make(year)
        return found

    def _make(self, year: int) -> Year:
        own = self.by_year.get(year)
        if own is None:
            known = built_in(year)
            source = BUILT_IN if known.noticed else LAW_ONLY
            off, work = dict(known.off), dict(known.work)
        else:
            source, off, work = LOADED, {}, {}
        # A notice may move the last days of the year before (2011-12-31 was worked by that of 2012).
        for day, kind, name in [*(own or ()), *self.by_year.get(year + 1, ())]:
            if day.year == year:
                here, there = (off, work) if kind == "off" else (work, off)
                here[day] = name
                there.pop(day, None)
        return Year(year, source, dict(sorted(off.items())), dict(sorted(work.items())), _working(year, off, work))


def _working(year: int, off: Mapping[datetime.date, str], work: Mapping[datetime.date, str]) -> tuple[int, ...]:
    first, last = datetime.date(year, 1, 1).toordinal(), datetime.date(year, 12, 31).toordinal()
    closed, opened = {day.toordinal() for day in off}, {day.toordinal() for day in work}
    # Ordinal 1 was a Monday.
    usual = (each for each in range(first, last + 1) if (each - 1) % 7 < 5 and each not in closed)
    return tuple(sorted({*usual, *opened}))


_NO_STORE = _Lists(None, None, {}, 0.0)
_lists = _NO_STORE


def _current() -> _Lists:
    """The lists of the store that is open, read again only when another list was loaded."""
    global _lists
    engine, moment = database.obj, time.monotonic()
    if engine is None:
        return _NO_STORE
    kept = _lists
    if kept.engine is engine and moment - kept.checked < RECHECK_SECONDS:
        return kept
    newest = next(iter(rows(_NEWEST)), None)
    if kept.engine is engine and kept.newest == newest:
        kept.checked = moment
        return kept
    by_year: dict[int, list[_Day]] = defaultdict(list)
    for year, day, kind, name in rows(_CURRENT) if newest else ():
        by_year[year].append((datetime.date.fromisoformat(day), kind, name))
    _lists = _Lists(engine, newest, by_year, moment)
    return _lists


def forget() -> None:
    """Look at the table at the next question: a list has just been loaded or taken back in this process."""
    global _lists
    _lists = _NO_STORE


# --------------------------------------------------------------------------- one day


def is_working_day(day: datetime.date) -> bool:
    """Whether offices work on a day: Monday to Friday without days off, and make-up workdays."""
    year = _current().year(day.year)
    return day in year.work or (day.weekday() < 5 and day not in year.off)


def is_holiday(day: datetime.date) -> bool:
    """Whether a day is a statutory day off, or lies in such a holiday (moved days and the weekends within it).

    An ordinary weekend is none.
    """
    return day in _current().year(day.year).off


def day_name(day: datetime.date) -> str:
    """What is special about a day: the holiday it belongs to (`国庆节`), that it is a make-up workday (`调休上班`), or empty."""
    year = _current().year(day.year)
    return str(_("make-up workday")) if day in year.work else year.off.get(day, "")


# --------------------------------------------------------------------------- counting


def add_working_days(day: datetime.date, n: int) -> datetime.date:
    """The `n`-th working day after `day`, which itself is not counted (《民法典》 §201); before it, where `n` is negative.

    With 0 it is `day`, whatever day that is.
    """
    if n == 0:
        return day
    lists, year = _current(), day.year
    working = lists.year(year).working
    at = bisect_right(working, day.toordinal()) + n - 1 if n > 0 else bisect_left(working, day.toordinal()) + n
    while at >= len(working):
        at -= len(working)
        year += 1
        working = lists.year(year).working
    while at < 0:
        year -= 1
        working = lists.year(year).working
        at += len(working)
    return datetime.date.fromordinal(working[at])


def add_months(day: datetime.date, months: int, *, roll_over: bool = True) -> datetime.date:
    """The last day of a period of months that begins on `day`: the day of the same number, or the last of a shorter month
    (《民法典》 §202). `roll_over`: one that is no working day gives way to the next one (§203).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    longest = (datetime.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - datetime.timedelta(days=1)).day
    last = datetime.date(year, month + 1, min(day.day, longest))
    return last if not roll_over or is_working_day(last) else add_working_days(last, 1)


def working_days_between(first: datetime.date, last: datetime.date) -> int:
    """How many working days come after `first` up to and including `last`; negative where `last` is the earlier one."""
    lists, start = _current(), min(first.year, last.year)

    def counted(day: datetime.date) -> int:
        whole = sum(len(lists.year(year).working) for year in range(start, day.year))
        return whole + bisect_right(lists.year(day.year).working, day.toordinal())

    return counted(last) - counted(first)


def deadline(day: datetime.date, days: int, *, working: bool, roll_over: bool = True) -> datetime.date:
    """The last day of a period of `days` that begins on `day`, which is not counted (《民法典》 §201).

    `working` counts working days, else calendar days. `roll_over`: a last day that is no working day gives way to the next
    one (《民法典》 §203); without it the period ends on whatever day it falls. Raises `ValueError` for negative days.
    """
    if days < 0:
        raise ValueError("a period has no negative days")
    last = add_working_days(day, days) if working else day + datetime.timedelta(days=days)
    return last if not roll_over or is_working_day(last) else add_working_days(last, 1)


# --------------------------------------------------------------------------- what is known


def known_years() -> list[int]:
    """The years whose notice is known, built in or loaded, in order."""
    years, last = set(_current().by_year), FIRST_YEAR
    while built_in(last).noticed:
        years.add(last)
        last += 1
    return sorted(years)


def is_known(year: int) -> bool:
    """Whether the days off and make-up workdays of a year are known; if not, counting by it may change with its list."""
    return _current().year(year).source != LAW_ONLY


def year_of(year: int) -> Year:
    """A whole year, as it is counted now."""
    return _current().year(year)


def periods_of(year: int) -> list[Period]:
    """The holidays and make-up workdays of a year in order, days on end as one."""
    found = _current().year(year)
    off = [Period(run[0], run[-1], "off", title_of(found.off[day] for day in run)) for run in periods(found.off)]
    return sorted([*off, *(Period(day, day, "work", name) for day, name in found.work.items())], key=_first_day)


def _first_day(period: Period) -> datetime.date:
    return period.first


def missing_year(day: datetime.date) -> int | None:
    """The year whose list is wanted on a day: this one, or from mid-November, when notices have come out, the next."""
    if not is_known(day.year):
        return day.year
    return day.year + 1 if (day.month, day.day) >= (11, 15) and not is_known(day.year + 1) else None
