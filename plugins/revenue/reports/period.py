"""The month, quarter or year of a statement, as addresses name it: `2026-11`, `2026-Q4`, `2026`."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from core import Label, today
from plugins.revenue.texts import _

_CODE = re.compile(r"^(20\d\d)(?:-(0[1-9]|1[0-2])|-Q([1-4]))?$", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A month, a `quarter`, or a whole year where both are 0."""

    year: int
    month: int = 0
    quarter: int = 0

    @property
    def code(self) -> str:
        """As addresses and exports name it."""
        if self.quarter:
            return f"{self.year}-Q{self.quarter}"
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return datetime.date(self.year, self._ends[0], 1)

    @property
    def last(self) -> datetime.date:
        """The last day."""
        return self.after.first - datetime.timedelta(days=1)

    @property
    def months(self) -> tuple[str, str]:
        """Its first and last month, `YYYY-MM`."""
        first, last = self._ends
        return f"{self.year}-{first:02d}", f"{self.year}-{last:02d}"

    @property
    def _ends(self) -> tuple[int, int]:
        if self.quarter:
            return self.quarter * 3 - 2, self.quarter * 3
        return self.month or 1, self.month or 12

    @property
    def after(self) -> Period:
        """The next one of the same length."""
        return self._shifted(1)

    @property
    def before(self) -> Period:
        """The one before."""
        return self._shifted(-1)

    @property
    def whole_year(self) -> Period:
        """The year it lies in."""
        return Period(self.year)

    @property
    def choices(self) -> tuple[Period, Period, Period]:
        """A month, a quarter and a year around its end, none of them still to come."""
        month = min(Period(self.year, self._ends[1]), this_month(), key=lambda each: each.first)
        return month, Period(month.year, quarter=(month.month + 2) // 3), Period(month.year)

    @property
    def earlier(self) -> Period | None:
        """The one before, as far as there are books at all."""
        return self.before if self.before.year >= 2000 else None

    @property
    def later(self) -> Period | None:
        """The next one, unless it is still to come."""
        return self.after if self.after.first <= today() else None

    def until_end(self) -> tuple[str, str]:
        """The months from the beginning of its year to its end: 本年累计."""
        return f"{self.year}-01", self.months[1]

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return self.last < today()

    @property
    def label(self) -> Label:
        """2026年11月, 2026年."""
        if self.quarter:
            return _("quarter %(quarter)s of %(year)s", quarter=self.quarter, year=self.year)
        if self.month:
            return _("%(month)s/%(year)s", month=self.month, year=self.year)
        return _("the year %(year)s", year=self.year)

    @property
    def span(self) -> str:
        """`2026-11-01 – 2026-11-30`, as it stands on every page of a statement."""
        return f"{self.first} – {self.last}"

    def _shifted(self, by: int) -> Period:
        if self.quarter:
            number = self.year * 4 + self.quarter - 1 + by
            return Period(number // 4, quarter=number % 4 + 1)
        if not self.month:
            return Period(self.year + by)
        number = self.year * 12 + self.month - 1 + by
        return Period(number // 12, number % 12 + 1)


def period_of(text: str) -> Period | None:
    """The period of an address; None for anything else and for what has not begun."""
    found = _CODE.match(text)
    if found is None:
        return None
    period = Period(int(found[1]), int(found[2] or 0), int(found[3] or 0))
    return period if period.first <= today() else None


def this_month() -> Period:
    """The month that runs."""
    return Period(today().year, today().month)


def this_year() -> Period:
    """The year that runs."""
    return Period(today().year)


def day_of(text: str) -> datetime.date | None:
    """The day of an address, `YYYY-MM-DD`, between 2000 and today; None for anything else."""
    try:
        day = datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day is not None and datetime.date(2000, 1, 1) <= day <= today() else None
