"""Months, quarters and years of the reports, as addresses name them: `2026-11`, `2026-q4`, `2026`. Days are local days."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from core import Label, today
from plugins.mediation.texts import _

_CODE = re.compile(r"^(20\d\d)(?:-(0[1-9]|1[0-2])|-q([1-4]))?$", re.ASCII)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """So many `months` (1, 3 or 12) from the first day of `month` on."""

    year: int
    month: int
    months: int = 1

    @property
    def kind(self) -> str:
        """`month`, `quarter` or `year`."""
        return next(kind for kind, months in MONTHS.items() if months == self.months)

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return datetime.date(self.year, self.month, 1)

    @property
    def last(self) -> datetime.date:
        """The last day."""
        return self.after.first - datetime.timedelta(days=1)

    @property
    def after(self) -> Period:
        """The next one of the same length."""
        return self.shifted(self.months)

    @property
    def before(self) -> Period:
        """The one before, for 环比."""
        return self.shifted(-self.months)

    @property
    def year_before(self) -> Period:
        """The same one a year earlier, for 同比."""
        return self.shifted(-12)

    def shifted(self, months: int) -> Period:
        """So many months later, or earlier."""
        number = self.year * 12 + self.month - 1 + months
        return Period(number // 12, number % 12 + 1, self.months)

    @property
    def code(self) -> str:
        """As addresses, claims and exports name it."""
        if self.months == 12:
            return f"{self.year}"
        return f"{self.year}-q{(self.month + 2) // 3}" if self.months == 3 else f"{self.year}-{self.month:02d}"

    @property
    def label(self) -> Label:
        """2026年11月, 2026年第4季度, 2026年."""
        if self.months == 12:
            return _("the year %(year)s", year=self.year)
        if self.months == 3:
            return _("quarter %(quarter)s of %(year)s", quarter=(self.month + 2) // 3, year=self.year)
        return _("%(month)s/%(year)s", month=self.month, year=self.year)

    @property
    def runs(self) -> bool:
        """Whether it is not over yet."""
        return self.last >= today()


def period_with(day: datetime.date, kind: str = "month") -> Period:
    """The month, quarter or year in which a day lies."""
    months = MONTHS[kind]
    return Period(day.year, (day.month - 1) // months * months + 1, months)


def period_of(text: str) -> Period | None:
    """The period of an address; None for anything else and for what has not begun."""
    found = _CODE.match(text)
    if found is None:
        return None
    year, month, quarter = int(found[1]), found[2], found[3]
    period = (
        Period(year, int(month)) if month else Period(year, int(quarter) * 3 - 2, 3) if quarter else Period(year, 1, 12)
    )
    return period if period.first <= today() else None
