"""The holidays of China that the package `holidays` knows: of law in every year, of the government's notice in most.

A list that the office loads comes before this; see `days`. The package is imported at first use: it takes longer to
load than a whole page.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# The notices of the General Office of the State Council that the package was compared with begin here.
FIRST_YEAR = 2001
# Beyond, the package computes no lunar days.
_LAST_YEAR = 2099
_EVE, _SPRING_FESTIVAL = "除夕", "春节"
_REMARK = re.compile(r"（[^）]*）")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class BuiltIn:
    """One year: days off and make-up workdays with their names. `noticed`: with what that year's notice moved."""

    noticed: bool
    off: Mapping[datetime.date, str]
    work: Mapping[datetime.date, str]


@lru_cache(maxsize=128)
def built_in(year: int) -> BuiltIn:
    """What is known of a year without any list.

    With a notice (国务院办公厅关于某年部分节假日安排的通知): its days off, moved days and make-up workdays. Without one only
    the days that 《全国年节及纪念日放假办法》 §2 itself names: which days are moved is not known before the notice.
    """
    if not FIRST_YEAR <= year <= _LAST_YEAR:
        return BuiltIn(False, {}, {})
    from holidays import country_holidays

    found = country_holidays("CN", years=year, language="zh_CN")
    work = {day: "" for day in sorted(getattr(found, "weekend_workdays", ())) if day.year == year}
    # Every notice so far moved at least one weekend; where none is moved, there is no notice yet.
    if not work:
        return BuiltIn(False, law_days(year), {})
    named = {day: _name(text) for day, text in sorted(found.items()) if day.year == year}
    return BuiltIn(True, _as_periods(named, frozenset(work)), work)


@lru_cache(maxsize=128)
def law_days(year: int) -> Mapping[datetime.date, str]:
    """The days that are off for everybody by 《全国年节及纪念日放假办法》 §2, whatever a notice moves."""
    if not FIRST_YEAR <= year <= _LAST_YEAR:
        return {}
    from holidays import country_holidays

    found = country_holidays("CN", years=year, language="zh_CN", observed=False)
    named = ((day, _name(text)) for day, text in sorted(found.items()) if day.year == year)
    return {day: name for day, name in named if name}


def _name(text: str) -> str:
    """`农历除夕` → `除夕`, `中秋节; 国庆节` → `中秋节、国庆节`; empty for a day that is off because another was worked."""
    names = (_REMARK.sub("", part).strip().removeprefix("农历") for part in text.split(";"))
    return "、".join(name for name in names if name and name != "休息日")


def _as_periods(named: Mapping[datetime.date, str], work: frozenset[datetime.date]) -> dict[datetime.date, str]:
    """Days off with the weekends they touch, as notices count them; a day without a name has its period's."""
    days = set(named)
    for start in named:
        for step in (-_DAY, _DAY):
            day = start + step
            while day not in days and day.weekday() >= 5 and day not in work and day.year == start.year:
                days.add(day)
                day += step
    off: dict[datetime.date, str] = {}
    for period in periods(sorted(days)):
        title = title_of(named.get(day, "") for day in period)
        off.update((day, named.get(day) or title) for day in period)
    return off


def periods(days: Iterable[datetime.date]) -> list[list[datetime.date]]:
    """Sorted days in runs without a gap."""
    found: list[list[datetime.date]] = []
    for day in days:
        if found and found[-1][-1] + _DAY == day:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def title_of(names: Iterable[str]) -> str:
    """What a period of several days is called: each holiday in it once; the eve belongs to the Spring Festival."""
    parts = dict.fromkeys(part for name in names for part in name.split("、") if part)
    if _SPRING_FESTIVAL in parts:
        parts.pop(_EVE, None)
    return "、".join(parts)
