"""Lists are loaded whole or not at all, for the whole installation, by whom that is entrusted to; none is ever lost."""

from __future__ import annotations

import datetime
import json

import peewee
import pytest

from core.civic.calendar import days as calendar
from core.civic.calendar import holiday_list
from core.civic.calendar.days import Period
from core.civic.calendar.holiday_list import HolidayDay, HolidayList
from core.errors import Forbidden, Invalid, Refused
from core.store import audit, db, violations


def period(first, last=None, kind="off", name="春节"):
    """Days on end, given as ISO texts."""
    last = last or first
    return Period(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last), kind, name)


SPRING = [period("2027-02-05", "2027-02-11"), period("2027-01-30", kind="work", name="")]


@pytest.fixture
def leader(store):
    """Who may load lists."""
    return store.actor(holiday_list.EDIT, account=None)


def test_a_list_is_stored_with_who_when_and_which_notice(leader):
    made = holiday_list.load_list(leader, 2027, SPRING, " 国办发明电〔2026〕8号 ")
    found = holiday_list.loaded_list(2027)
    assert (found.id, found.notice, found.by_label) == (made, "国办发明电〔2026〕8号", "测试员")
    assert HolidayDay.select().where(HolidayDay.list_id == made).count() == 8


def test_loading_and_taking_back_stand_in_the_chain_of_the_site(leader):
    holiday_list.load_list(leader, 2027, SPRING, "8号")
    holiday_list.use_built_in(leader, 2027)
    entries = list(audit.AuditEntry.select().where(audit.AuditEntry.chain == audit.SITE).order_by(audit.AuditEntry.seq))
    assert [(each.action, each.subject) for each in entries] == [
        ("core.calendar.loaded", "core.calendar:2027"),
        ("core.calendar.taken_back", "core.calendar:2027"),
    ]
    last = json.loads(audit.AuditDetail.get(audit.AuditDetail.chain == audit.SITE, audit.AuditDetail.seq == 2).payload)
    assert last["before"]["workdays"] == ["2027-01-30"]
    assert last["after"] == {"document": "", "days_off": [], "workdays": []}
    assert audit.verify(audit.SITE) is None
    assert [each.built_in for each in holiday_list.lists_of(2027)] == [True, False]


def test_taking_back_needs_a_loaded_list(leader):
    with pytest.raises(Refused):
        holiday_list.use_built_in(leader, 2027)


def test_only_those_it_is_entrusted_to(store):
    clerk = store.actor("core.settings.edit")
    for act in (lambda: holiday_list.load_list(clerk, 2027, SPRING), lambda: holiday_list.use_built_in(clerk, 2027)):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize(
    "year, periods, field",
    [
        (1999, SPRING, "year"),
        (2200, SPRING, "year"),
        (2027, [], "lines"),
        (2027, [period("2027-01-30", kind="work")], "lines"),
        (2027, [period("2026-11-30")], "lines"),
        (2027, [period("2027-12-31", "2028-01-02")], "lines"),
        (2027, [period("2027-02-11", "2027-02-05")], "lines"),
        (2027, [period("2027-02-01", "2027-03-10")], "lines"),
        (2027, [period("2027-02-05", name="")], "lines"),
        (2027, [period("2027-02-05", name="长" * 41)], "lines"),
        (2027, [*SPRING, period("2027-02-03", kind="work")], "lines"),
        (2027, [*SPRING, period("2027-02-06", kind="work")], "lines"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_whole(leader, year, periods, field):
    with pytest.raises(Invalid) as refused:
        holiday_list.load_list(leader, year, periods)
    assert list(refused.value.errors) == [field]
    assert HolidayList.select().count() == HolidayDay.select().count() == 0


def test_the_number_of_the_notice_fits_its_column(leader):
    with pytest.raises(Invalid):
        holiday_list.load_list(leader, 2027, SPRING, "长" * 101)


@pytest.mark.parametrize(
    "values, guard",
    [
        ({"day": "2025-12-31"}, "holiday_day_in_year"),
        ({"day": "2028-01-01"}, "holiday_day_in_year"),
        ({"day": "2026-11-30"}, "holiday_day_in_year"),
        ({"kind": "half"}, "holiday_day_kind_known"),
        ({"name": ""}, "holiday_day_name_given"),
        ({"day": "2027-02-05"}, "holiday_day_append_only"),
        ({"list_id": 99}, "foreign_key"),
    ],
)
def test_the_database_keeps_the_rules_too(leader, values, guard):
    made = holiday_list.load_list(leader, 2027, SPRING)
    row = {"list_id": made, "year": 2027, "day": "2027-05-01", "kind": "off", "name": "劳动节", **values}
    with pytest.raises(peewee.PeeweeException) as refused, db.transaction():
        HolidayDay.insert(**row).execute()
    told = violations.violated(refused.value)
    assert told == guard or (guard.endswith("append_only") and told == "holiday_day_list_id_day_unique")


def test_lists_are_never_changed_or_deleted(leader):
    holiday_list.load_list(leader, 2027, SPRING)
    for act in (HolidayList.update(year=2028), HolidayList.delete(), HolidayDay.update(name="x"), HolidayDay.delete()):
        with pytest.raises(peewee.PeeweeException) as refused, db.transaction():
            act.execute()
        assert violations.violated(refused.value).endswith("_append_only")


def test_what_the_law_names_and_the_list_does_not(leader):
    assert {each.name for each in holiday_list.left_out(2027, SPRING)} == {
        "元旦", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
    }  # fmt: skip
    assert holiday_list.left_out(2026, calendar.periods_of(2026)) == []
