"""Days and moments as people read them, in the language of the reader."""

import datetime

import pytest

from core import clock
from core.text import in_language

TUESDAY = datetime.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def in_2026(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: datetime.date(2026, 3, 1))


@pytest.mark.parametrize(
    "language, day, short, moment",
    [
        ("zh_Hans", "11月24日 周二", "11-24 周二", "11月24日 周二 13:05"),
        ("en", "Tue 24 Nov", "11-24 Tue", "Tue 24 Nov 13:05"),
    ],
)
def test_a_day_and_a_moment_have_their_weekday(language, day, short, moment):
    at = int(datetime.datetime(2026, 11, 24, 13, 5, tzinfo=clock.local_zone()).timestamp() * 1000)
    with in_language(language):
        assert (clock.day_text(TUESDAY), clock.short_day_text(TUESDAY), clock.moment_text(at)) == (day, short, moment)


def test_only_another_year_is_named():
    assert clock.day_text("2027-01-02") == "2027年1月2日 周六"


def test_no_day_is_no_text():
    assert (clock.day_text(None), clock.day_text(""), clock.short_day_text(None), clock.moment_text(None)) == ("",) * 4


def test_paper_names_the_year_always():
    this_year = clock.today().replace(month=3, day=5)
    assert str(this_year.year) not in clock.day_text(this_year)
    assert clock.day_text(this_year, with_year=True).startswith(f"{this_year.year}年3月5日")
