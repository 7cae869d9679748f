"""The official holiday lists that were loaded: who loaded which notice when, and taking one back. Counting is in `days`.

They hold for the whole installation. Each loading adds a list and nothing is ever overwritten: the newest of a year
holds, and taking one back adds an empty one that says "as built in".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import peewee

from core.actor import Actor
from core.civic.calendar import days as calendar
from core.civic.calendar.days import Period
from core.civic.calendar.holidays_built_in import FIRST_YEAR, law_days
from core.errors import Invalid, Refused
from core.store import audit
from core.store.db import BaseModel, Day, Flag, Integer, Text, Utc, after_commit, now, transactional
from core.store.ref import Ref
from core.text import LazyText, _, is_storable

EDIT = "core.calendar.edit"
LAST_YEAR = 2199
LONGEST_NAME = 40
LONGEST_NOTICE = 100
LONGEST_LIST = 20_000  # characters of a list as text


class HolidayList(BaseModel):
    """One loading of one year's list, or (`built_in`) the decision to go by the built-in list again."""

    if TYPE_CHECKING:
        id: Any  # peewee adds it

    year = Integer()
    built_in = Flag()
    notice = Text(default="")
    by_account = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "holiday_list"


class HolidayDay(BaseModel):
    """A day of a list: `off`, or `work` for a weekend day that is worked. It may lie in the December before `year`."""

    list_id = Integer()
    year = Integer()
    day = Day()
    kind = Text()
    name = Text()

    class Meta:
        table_name = "holiday_day"
        primary_key = peewee.CompositeKey("list_id", "day")


def lists_of(year: int) -> list[HolidayList]:
    """Every loading of a year's list and every taking back, the newest first."""
    return list(HolidayList.select().where(HolidayList.year == year).order_by(HolidayList.id.desc()))


def loaded_list(year: int) -> HolidayList | None:
    """The list that holds for a year, None where the built-in one does."""
    newest = next(iter(lists_of(year)), None)
    return newest if newest is not None and not newest.built_in else None


@transactional
def load_list(actor: Actor, year: int, periods: Sequence[Period], notice: str = "") -> int:
    """Replace the list of a year for every community; returns the number of the new list.

    `notice` names the notice it is from. Needs `core.calendar.edit`. Raises `Invalid` for days that lie outside the year
    (December before included), for a day that is both off and worked, for one worked that is no weekend day, for holidays
    without a name, and for a list without any day off.
    """
    actor.require(EDIT)
    notice = notice.strip()
    days = _checked(year, periods, notice)
    before = _told(year)
    made: int = HolidayList.insert(
        year=year, built_in=False, notice=notice, by_account=actor.account, by_label=actor.signature
    ).execute()
    HolidayDay.insert_many(
        [{"list_id": made, "year": year, "day": day, "kind": kind, "name": name} for day, (kind, name) in days.items()]
    ).execute()
    _finish(actor, "core.calendar.loaded", year, before)
    return made


@transactional
def use_built_in(actor: Actor, year: int) -> None:
    """Go by the built-in list of a year again, for every community. Raises `Refused` when no other one holds."""
    actor.require(EDIT)
    if loaded_list(year) is None:
        raise Refused(_("No list is loaded for %(year)s.", year=year))
    before = _told(year)
    HolidayList.insert(year=year, built_in=True, by_account=actor.account, by_label=actor.signature).execute()
    _finish(actor, "core.calendar.taken_back", year, before)


def _finish(actor: Actor, action: str, year: int, before: dict[str, object]) -> None:
    subject = Ref("core.calendar", None, year)
    audit.record(actor, action, subject, before=before, after=_told(year), permission=EDIT)
    after_commit(calendar.forget)


def _told(year: int) -> dict[str, object]:
    """The list that holds for a year, as the audit log keeps it."""
    found = loaded_list(year)
    if found is None:
        return {"document": "", "days_off": [], "workdays": []}
    days = HolidayDay.select().where(HolidayDay.list_id == found.id).order_by(HolidayDay.day)
    by_kind = {kind: [each.day.isoformat() for each in days if each.kind == kind] for kind in ("off", "work")}
    return {"document": found.notice, "days_off": by_kind["off"], "workdays": by_kind["work"]}


def _checked(year: int, periods: Sequence[Period], notice: str) -> dict[datetime.date, tuple[str, str]]:
    """The days of the list with kind and name; raises `Invalid`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid({"year": [_("The year lies between %(first)d and %(last)d.", first=FIRST_YEAR, last=LAST_YEAR)]})
    if len(notice) > LONGEST_NOTICE or not is_storable(notice):
        raise Invalid({"notice": [_("At most %(longest)d characters fit here.", longest=LONGEST_NOTICE)]})
    days: dict[datetime.date, tuple[str, str]] = {}
    for period in periods:
        problem = problem_of(year, period)
        if problem is not None:
            raise Invalid({"lines": [problem]})
        for day in period:
            if days.setdefault(day, (period.kind, period.name))[0] != period.kind:
                raise Invalid({"lines": [_("%(day)s cannot be both off and worked.", day=day.isoformat())]})
    if not any(kind == "off" for kind, _name in days.values()):
        raise Invalid({"lines": [_("There is no day off in this list.")]})
    return days


def problem_of(year: int, period: Period) -> LazyText | None:
    """Why a period cannot stand in the list of a year, as a text; None when it can."""
    if period.last < period.first:
        return _("The last day lies before the first one.")
    if period.days > 31:
        return _("More than a month on end cannot be meant.")
    for day in (period.first, period.last):
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            return _("%(day)s does not belong to the list of %(year)s.", day=day.isoformat(), year=year)
    if len(period.name) > LONGEST_NAME or not is_storable(period.name):
        return _("The name is too long: at most %(longest)d characters.", longest=LONGEST_NAME)
    if period.kind == "off":
        return None if period.name else _("Which holiday is it? Write its name too, for example 春节.")
    for day in period:
        if day.weekday() < 5:
            return _("%(day)s is a weekday. Only Saturdays and Sundays are make-up workdays.", day=day.isoformat())
    return None


def left_out(year: int, periods: Iterable[Period]) -> list[Period]:
    """The days that the law itself makes days off and that the list does not name: it may be incomplete."""
    off = {day for period in periods if period.kind == "off" for day in period}
    return [Period(day, day, "off", name) for day, name in law_days(year).items() if day not in off]
