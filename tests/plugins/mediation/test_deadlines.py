"""The month and the thirty days against the calendar: day 0 is not counted, ends of months, leap years, holidays, make-up workdays."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.civic.calendar.days import add_months, deadline, is_working_day

DAYS = st.dates(datetime.date(2019, 1, 1), datetime.date(2032, 12, 31))


@settings(deadline=None)
@given(DAYS, st.integers(1, 30))
def test_a_period_of_months_ends_on_the_day_of_the_same_number_or_the_last_of_a_shorter_month(day, months):
    last = add_months(day, months, roll_over=False)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == min(day.day, calendar.monthrange(last.year, last.month)[1])


@settings(deadline=None)
@given(DAYS)
def test_a_last_day_off_work_gives_way_to_the_next_working_day(day):
    for plain, rolled in (
        (add_months(day, 1, roll_over=False), add_months(day, 1)),
        (day + datetime.timedelta(days=30), deadline(day, 30, working=False, roll_over=True)),
    ):
        assert rolled >= plain and is_working_day(rolled)
        between = [plain + datetime.timedelta(days=n) for n in range((rolled - plain).days)]
        assert not any(is_working_day(each) for each in between)


@pytest.mark.parametrize(
    ("effective", "last"),
    [
        # 30 days after 2 September 2025 is 2 October, a holiday until the 8th.
        ("2025-09-02", "2025-10-09"),
        # 26 January + 30 is 25 February 2026, an ordinary Wednesday.
        ("2026-01-26", "2026-02-25"),
        # 28 January + 30 = 27 February 2024; 30 January + 30 = 29 February of a leap year.
        ("2024-01-30", "2024-02-29"),
        # 29 August + 30 = Sunday 28 September 2025, a make-up workday: it is worked, so it is the last day.
        ("2025-08-29", "2025-09-28"),
        # A Sunday that is not worked gives way to Monday.
        ("2025-10-17", "2025-11-17"),
    ],
)
def test_the_last_day_for_the_court(effective, last):
    found = deadline(datetime.date.fromisoformat(effective), 30, working=False, roll_over=True)
    assert found == datetime.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("accepted", "last"),
    [
        ("2026-01-31", "2026-02-28"),  # the last of a shorter month: a Saturday, but worked that year
        ("2024-01-31", "2024-02-29"),
        ("2025-09-01", "2025-10-09"),  # 1 October is a holiday until the 8th
        ("2025-12-01", "2026-01-04"),  # 1 to 3 January are off, Sunday the 4th is worked
    ],
)
def test_the_month_after_acceptance(accepted, last):
    assert add_months(datetime.date.fromisoformat(accepted), 1) == datetime.date.fromisoformat(last)
