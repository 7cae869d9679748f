"""Working days are counted as a person with the official list would count them, day by day."""

from __future__ import annotations

import datetime
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.civic.calendar import days as calendar
from core.civic.calendar import holiday_list
from core.civic.calendar.days import Period
from core.civic.calendar.holidays_built_in import built_in, law_days
from core.store import db
from core.text import in_language

DAY = datetime.timedelta(days=1)


def day(text):
    """`2026-10-01` as a date."""
    return datetime.date.fromisoformat(text)


# --------------------------------------------------------------------------- against counting one by one


@st.composite
def lists(draw):
    """Lists of some years around 2026, with days off and worked weekends anywhere, also in the December before."""
    found = {}
    for year in draw(st.sets(st.integers(2023, 2030), max_size=4)):
        first = datetime.date(year - 1, 12, 1)
        starts = draw(st.lists(st.integers(0, (datetime.date(year, 12, 21) - first).days), min_size=1, max_size=8))
        kinds = {}
        for start in starts:
            for index in range(draw(st.integers(1, 10))):
                kinds[first + DAY * (start + index)] = "off"
        for start in draw(st.lists(st.integers(0, 385), max_size=8)):
            worked = first + DAY * start
            worked += DAY * max(0, 5 - worked.weekday())
            if worked.year <= year:
                kinds.setdefault(worked, "work")
        found[year] = kinds
    return found


def by_hand(loaded):
    """Whether a day is worked, looked up in the lists as somebody with paper would."""

    def worked(each):
        for year in (each.year + 1, each.year):
            kind = loaded.get(year, {}).get(each)
            if kind is not None:
                return kind == "work"
        if each.year not in loaded:
            known = built_in(each.year)
            if each in known.off or each in known.work:
                return each in known.work
        return each.weekday() < 5

    return worked


def laid_out(monkeypatch, loaded):
    """Let the calendar go by these lists as if they had been read from the table."""
    by_year = {year: [(each, kind, "节日") for each, kind in kinds.items()] for year, kinds in loaded.items()}
    made = calendar._Lists(None, None, by_year, 0.0)
    monkeypatch.setattr(calendar, "_current", lambda: made)


STARTS = st.dates(datetime.date(2023, 1, 1), datetime.date(2029, 12, 31))


@settings(max_examples=150, deadline=None)
@given(loaded=lists(), start=STARTS, n=st.integers(-400, 400))
def test_adding_is_counting_one_by_one(loaded, start, n):
    worked = by_hand(loaded)
    step, left, wanted = DAY if n > 0 else -DAY, abs(n), start
    while left:
        wanted += step
        left -= worked(wanted)
    with pytest.MonkeyPatch.context() as monkeypatch:
        laid_out(monkeypatch, loaded)
        assert calendar.add_working_days(start, n) == wanted
        if n >= 0:
            assert calendar.working_days_between(start, wanted) == n


@settings(max_examples=150, deadline=None)
@given(loaded=lists(), first=STARTS, length=st.integers(-600, 600))
def test_between_is_counting_one_by_one(loaded, first, length):
    worked, last = by_hand(loaded), first + DAY * length
    early, late = min(first, last), max(first, last)
    count = sum(worked(early + DAY * index) for index in range(1, (late - early).days + 1))
    with pytest.MonkeyPatch.context() as monkeypatch:
        laid_out(monkeypatch, loaded)
        assert calendar.working_days_between(first, last) == (count if length >= 0 else -count)
        assert all(calendar.is_working_day(early + DAY * index) == worked(early + DAY * index) for index in range(40))


@settings(max_examples=150, deadline=None)
@given(loaded=lists(), start=STARTS, days=st.integers(0, 400), working=st.booleans(), roll_over=st.booleans())
def test_a_deadline_ends_on_the_day_the_code_says(loaded, start, days, working, roll_over):
    worked, wanted, left = by_hand(loaded), start, days
    while left:
        wanted += DAY
        left -= worked(wanted) if working else 1
    while roll_over and not worked(wanted):
        wanted += DAY
    with pytest.MonkeyPatch.context() as monkeypatch:
        laid_out(monkeypatch, loaded)
        assert calendar.deadline(start, days, working=working, roll_over=roll_over) == wanted


# --------------------------------------------------------------------------- the years that are built in


def test_the_notice_of_2026_is_known():
    """国务院办公厅关于2026年部分节假日安排的通知."""
    found = [(f"{each.first:%m-%d}", each.days, each.kind, each.name) for each in calendar.periods_of(2026)]
    assert found == [
        ("01-01", 3, "off", "元旦"),
        ("01-04", 1, "work", ""),
        ("02-14", 1, "work", ""),
        ("02-15", 9, "off", "春节"),
        ("02-28", 1, "work", ""),
        ("04-04", 3, "off", "清明节"),
        ("05-01", 5, "off", "劳动节"),
        ("05-09", 1, "work", ""),
        ("06-19", 3, "off", "端午节"),
        ("09-20", 1, "work", ""),
        ("09-25", 3, "off", "中秋节"),
        ("10-01", 7, "off", "国庆节"),
        ("10-10", 1, "work", ""),
    ]


@pytest.mark.parametrize(
    "start, days, working, last",
    [
        ("2026-09-18", 5, True, "2026-09-24"),  # the make-up workday of Sunday the 20th counts
        ("2026-09-29", 3, True, "2026-10-09"),  # seven days off between
        ("2026-09-29", 3, False, "2026-10-08"),  # the last of three calendar days is National Day
        ("2026-10-08", 2, False, "2026-10-10"),  # a Saturday that is worked is a last day
        ("2024-02-28", 1, False, "2024-02-29"),
        ("2025-12-31", 1, True, "2026-01-04"),  # over the year's end to a Sunday that is worked
        ("2026-10-01", 0, True, "2026-10-08"),
    ],
)
def test_deadlines_around_holidays(start, days, working, last):
    assert calendar.deadline(day(start), days, working=working) == day(last)


def test_a_period_may_end_on_any_day_and_has_no_negative_days():
    assert calendar.deadline(day("2026-09-29"), 3, working=False, roll_over=False) == day("2026-10-02")
    with pytest.raises(ValueError, match="negative"):
        calendar.deadline(day("2026-09-29"), -1, working=True)
    assert calendar.add_working_days(day("2026-10-03"), 0) == day("2026-10-03")


def test_days_are_named():
    with in_language("zh_Hans"):
        named = [calendar.day_name(day(text)) for text in ("2026-10-07", "2026-10-10", "2026-10-12", "2026-02-16")]
    assert named == ["国庆节", "调休上班", "", "除夕"]
    assert calendar.day_name(day("2025-10-07")) == "国庆节、中秋节"
    assert calendar.is_holiday(day("2026-02-21"))  # a Saturday within the Spring Festival
    assert not calendar.is_holiday(day("2026-03-07"))


def test_a_year_without_a_notice_is_not_guessed():
    assert not calendar.is_known(2045)
    year = calendar.year_of(2045)
    assert (year.source, year.work) == ("law_only", {})
    assert year.off == law_days(2045)
    assert len(year.off) == 13  # 《全国年节及纪念日放假办法》 §2 of 2024
    assert calendar.is_holiday(day("2045-10-01"))
    assert not calendar.is_working_day(day("2045-10-02"))
    # Who knows nothing of a year still counts weekends.
    assert calendar.year_of(2150).off == law_days(2150) == {}
    assert calendar.add_working_days(day("2150-01-01"), 5).weekday() < 5


def test_the_known_years_have_no_gap():
    years = calendar.known_years()
    assert years == list(range(2001, years[-1] + 1))
    assert years[-1] >= 2026


# --------------------------------------------------------------------------- loaded lists


NEW_YEAR = [
    Period(day("2044-12-31"), day("2045-01-02"), "off", "元旦"),
    Period(day("2045-01-07"), day("2045-01-07"), "work", ""),
]


@pytest.fixture
def leader(store):
    """Who may load lists."""
    return store.actor(holiday_list.EDIT)


def test_a_loaded_list_comes_before_everything_else(leader):
    assert calendar.is_working_day(day("2045-01-02"))
    holiday_list.load_list(leader, 2045, NEW_YEAR, "国办发明电〔2044〕1号")
    assert not calendar.is_working_day(day("2045-01-02"))
    assert calendar.is_working_day(day("2045-01-07"))
    assert calendar.day_name(day("2044-12-31")) == "元旦"
    assert not calendar.is_holiday(day("2045-10-01"))  # the list says nothing of it
    assert 2045 in calendar.known_years()
    assert calendar.year_of(2045).source == "loaded"
    assert calendar.deadline(day("2044-12-30"), 1, working=False) == day("2045-01-03")


def test_the_newest_list_holds_until_it_is_taken_back(leader):
    holiday_list.load_list(leader, 2026, NEW_YEAR_OF_2026)
    holiday_list.load_list(leader, 2026, [Period(day("2026-03-03"), day("2026-03-03"), "off", "校庆")])
    assert calendar.day_name(day("2026-03-03")) == "校庆"
    assert calendar.is_working_day(day("2026-01-02"))
    holiday_list.use_built_in(leader, 2026)
    assert calendar.is_working_day(day("2026-03-03"))
    assert calendar.day_name(day("2026-10-01")) == "国庆节"


NEW_YEAR_OF_2026 = [Period(day("2026-01-01"), day("2026-01-03"), "off", "元旦")]


def test_another_process_sees_a_new_list(leader, monkeypatch):
    assert calendar.is_working_day(day("2045-01-02"))
    # What another process writes is there without this one being told.
    monkeypatch.setattr(calendar, "forget", lambda: None)
    holiday_list.load_list(leader, 2045, NEW_YEAR)
    moment = time.monotonic()
    monkeypatch.setattr(calendar.time, "monotonic", lambda: moment + calendar.RECHECK_SECONDS)
    assert not calendar.is_working_day(day("2045-01-02"))


def test_asking_a_thousand_days_asks_the_table_once(leader, monkeypatch):
    asked = []
    monkeypatch.setattr(calendar, "rows", lambda *args: asked.append(args) or db.rows(*args))
    moment = time.monotonic()
    monkeypatch.setattr(calendar.time, "monotonic", lambda: moment)
    calendar.forget()
    for index in range(1000):
        calendar.is_working_day(day("2026-01-01") + DAY * index)
    assert len(asked) == 1


def test_what_did_not_change_is_not_read_again(leader, monkeypatch):
    holiday_list.load_list(leader, 2045, NEW_YEAR)
    before = calendar.year_of(2045)
    moment = time.monotonic()
    monkeypatch.setattr(calendar.time, "monotonic", lambda: moment + calendar.RECHECK_SECONDS)
    assert calendar.year_of(2045) is before


def test_a_list_that_was_rolled_back_never_held(leader):
    with pytest.raises(KeyError), db.transaction(leader.community):
        holiday_list.load_list(leader, 2045, NEW_YEAR)
        assert calendar.year_of(2045)
        raise KeyError
    calendar.forget()
    assert calendar.year_of(2045).source == "law_only"


# --------------------------------------------------------------------------- a lean start


def test_the_package_of_holidays_is_not_loaded_at_the_start():
    code = "import core.app, core.web.views.admin_calendar, sys; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "asked, wanted",
    [("2026-03-01", None), ("2044-03-01", 2044)],
)
def test_the_year_whose_list_is_wanted(asked, wanted):
    assert calendar.missing_year(day(asked)) == wanted


def test_the_next_year_is_wanted_once_notices_are_out():
    last = calendar.known_years()[-1]
    assert calendar.missing_year(datetime.date(last, 11, 14)) is None
    assert calendar.missing_year(datetime.date(last, 11, 15)) == last + 1
