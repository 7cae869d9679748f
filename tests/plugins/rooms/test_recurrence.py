"""Rules agree with the examples of RFC 5545 §3.8.5.3 that our form can express, and with python-dateutil on any rule."""

from __future__ import annotations

import datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from plugins.rooms.booking.recurrence import LONGEST_DAYS, Rule, days_of, read_rule, rule_text, split_rule
from plugins.rooms.booking.rule_words import rule_words

D = datetime.date


def days(year, *months):
    """`(month, day, day, …)` of one year."""
    return [D(year, month, day) for month, *found in months for day in found]


# The rule, the day it starts on, and the days the RFC lists. Rules without an end are cut off where its list is.
EXAMPLES = [
    ("FREQ=DAILY;COUNT=10", D(1997, 9, 2), days(1997, (9, *range(2, 12)))),
    (
        "FREQ=DAILY;UNTIL=19971223",
        D(1997, 9, 2),
        days(1997, (9, *range(2, 31)), (10, *range(1, 32)), (11, *range(1, 31)), (12, *range(1, 24))),
    ),
    (
        "FREQ=DAILY;INTERVAL=2;UNTIL=19971203",
        D(1997, 9, 2),
        days(1997, (9, *range(2, 31, 2)), (10, *range(2, 31, 2)), (11, *range(1, 30, 2)), (12, 1, 3)),
    ),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", D(1997, 9, 2), days(1997, (9, 2, 12, 22), (10, 2, 12))),
    (
        "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR,SA,SU;UNTIL=19990131",
        D(1998, 1, 1),
        [D(year, 1, day) for year in (1998, 1999) for day in range(1, 32)],
    ),
    (
        "FREQ=WEEKLY;COUNT=10",
        D(1997, 9, 2),
        days(1997, (9, 2, 9, 16, 23, 30), (10, 7, 14, 21, 28), (11, 4)),
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971223",
        D(1997, 9, 2),
        days(1997, (9, 2, 9, 16, 23, 30), (10, 7, 14, 21, 28), (11, 4, 11, 18, 25), (12, 2, 9, 16, 23)),
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19980217",
        D(1997, 9, 2),
        days(1997, (9, 2, 16, 30), (10, 14, 28), (11, 11, 25), (12, 9, 23)) + days(1998, (1, 6, 20), (2, 3, 17)),
    ),
    (
        "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=19971006",
        D(1997, 9, 2),
        days(1997, (9, 2, 4, 9, 11, 16, 18, 23, 25, 30), (10, 2)),
    ),
    (
        "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10",
        D(1997, 9, 2),
        days(1997, (9, 2, 4, 9, 11, 16, 18, 23, 25, 30), (10, 2)),
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;UNTIL=19971223",
        D(1997, 9, 1),
        days(
            1997,
            (9, 1, 3, 5, 15, 17, 19, 29),
            (10, 1, 3, 13, 15, 17, 27, 29, 31),
            (11, 10, 12, 14, 24, 26, 28),
            (12, 8, 10, 12, 22),
        ),
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8",
        D(1997, 9, 2),
        days(1997, (9, 2, 4, 16, 18, 30), (10, 2, 14, 16)),
    ),
    (
        "FREQ=MONTHLY;BYDAY=1FR;COUNT=10",
        D(1997, 9, 5),
        days(1997, (9, 5), (10, 3), (11, 7), (12, 5)) + days(1998, (1, 2), (2, 6), (3, 6), (4, 3), (5, 1), (6, 5)),
    ),
    (
        "FREQ=MONTHLY;BYDAY=1FR;UNTIL=19971224",
        D(1997, 9, 5),
        days(1997, (9, 5), (10, 3), (11, 7), (12, 5)),
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU;COUNT=10",
        D(1997, 9, 7),
        days(1997, (9, 7, 28), (11, 2, 30)) + days(1998, (1, 4, 25), (3, 1, 29), (5, 3, 31)),
    ),
    (
        "FREQ=MONTHLY;BYDAY=-2MO;COUNT=6",
        D(1997, 9, 22),
        days(1997, (9, 22), (10, 20), (11, 17), (12, 22)) + days(1998, (1, 19), (2, 16)),
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=6",
        D(1997, 9, 28),
        days(1997, (9, 28), (10, 29), (11, 28), (12, 29)) + days(1998, (1, 29), (2, 26)),
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=2,15;COUNT=10",
        D(1997, 9, 2),
        days(1997, (9, 2, 15), (10, 2, 15), (11, 2, 15), (12, 2, 15)) + days(1998, (1, 2, 15)),
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=10",
        D(1997, 9, 30),
        days(1997, (9, 30), (10, 1, 31), (11, 1, 30), (12, 1, 31)) + days(1998, (1, 1, 31), (2, 1)),
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15;COUNT=10",
        D(1997, 9, 10),
        days(1997, (9, *range(10, 16))) + days(1999, (3, *range(10, 14))),
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;UNTIL=19980331",
        D(1997, 9, 2),
        days(1997, (9, 2, 9, 16, 23, 30), (11, 4, 11, 18, 25)) + days(1998, (1, 6, 13, 20, 27), (3, 3, 10, 17, 24, 31)),
    ),
    (
        "FREQ=YEARLY;BYMONTH=6,7;COUNT=4",
        D(1997, 6, 10),
        days(1997, (6, 10), (7, 10)) + days(1998, (6, 10), (7, 10)),
    ),
    (
        "FREQ=YEARLY;BYDAY=20MO;COUNT=2",
        D(1997, 5, 19),
        [D(1997, 5, 19), D(1998, 5, 18)],
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;UNTIL=19981231",
        D(1997, 9, 2),
        days(1998, (2, 13), (3, 13), (11, 13)),
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=10",
        D(1997, 9, 13),
        days(1997, (9, 13), (10, 11), (11, 8), (12, 13))
        + days(1998, (1, 10), (2, 7), (3, 7), (4, 11), (5, 9), (6, 13)),
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", D(2007, 1, 15), days(2007, (1, 15, 30), (2, 15), (3, 15, 30))),
    ("RDATE:20261203,20261125", D(2026, 11, 25), [D(2026, 11, 25), D(2026, 12, 3)]),
]


@pytest.mark.parametrize(("text", "first", "listed"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_the_examples_of_the_rfc(text, first, listed):
    assert list(days_of(read_rule(text), first).days) == listed


NUMBERS = st.integers(1, 6)
ENDS = st.one_of(
    st.builds(lambda number: {"count": number}, st.integers(1, 20)),
    st.builds(lambda number: {"until": number}, st.integers(0, 300)),
)
DAILY = st.just({"freq": "DAILY"})
WEEKLY = st.builds(
    lambda days: {"freq": "WEEKLY", "weekdays": tuple((day, 0) for day in sorted(days))}, st.sets(st.integers(0, 6))
)
BY_DAY = st.builds(
    lambda days: {"freq": "MONTHLY", "month_days": tuple(days)},
    st.lists(st.sampled_from([*range(1, 32), -1, -2]), min_size=1, max_size=3, unique=True),
)
NTH = st.builds(
    lambda days: {"freq": "MONTHLY", "weekdays": tuple(days)},
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from([1, 2, 3, 4, 5, -1])), min_size=1, max_size=2, unique=True),
)
YEARLY = st.just({"freq": "YEARLY"})


@given(st.one_of(DAILY, WEEKLY, BY_DAY, NTH, YEARLY), NUMBERS, ENDS, st.dates(D(2024, 1, 1), D(2028, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_any_rule_is_what_dateutil_makes_of_its_text(parts, interval, end, first):
    ends = {"until": first + datetime.timedelta(days=end["until"])} if "until" in end else end
    rule = Rule(interval=interval, **parts, **ends)
    text = rule_text(rule)
    assert read_rule(text) == rule
    start = datetime.datetime.combine(first, datetime.time())
    expected = [moment.date() for moment in rrulestr(text, dtstart=start)]
    beyond = first + datetime.timedelta(days=LONGEST_DAYS)
    try:
        found = list(days_of(rule, first).days)
    except Invalid:
        assert not expected or expected[-1] > beyond
    else:
        assert found == expected


@pytest.mark.parametrize(("text", "first", "listed"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_a_rule_that_is_split_keeps_its_days(text, first, listed):
    rule = read_rule(text)
    for since in listed[1:]:
        before, after, begins = split_rule(rule, first, since)
        assert begins == since
        assert [*days_of(before, first).days, *days_of(after, begins).days] == listed


def test_a_month_without_a_31st_is_a_gap_and_not_the_30th():
    found = days_of(read_rule("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4"), D(2027, 1, 31))
    assert [str(day) for day in found.days] == ["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31"]
    assert found.gaps == ((2027, 2), (2027, 4), (2027, 6))


def test_a_fifth_friday_and_the_29th_of_february_leave_gaps_too():
    fridays = days_of(read_rule("FREQ=MONTHLY;BYDAY=5FR;UNTIL=20270531"), D(2027, 1, 1))
    assert [str(day) for day in fridays.days] == ["2027-01-29", "2027-04-30"]
    assert fridays.gaps == ((2027, 2), (2027, 3), (2027, 5))
    leap = days_of(read_rule("FREQ=YEARLY;UNTIL=20300101"), D(2028, 2, 29))
    assert leap.days == (D(2028, 2, 29),) and leap.gaps == ((2029, 0),)


def test_the_last_day_of_each_month_leaves_none():
    found = days_of(read_rule("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"), D(2027, 1, 31))
    assert [str(day) for day in found.days] == ["2027-01-31", "2027-02-28", "2027-03-31"]
    assert found.gaps == ()


def test_a_month_that_is_cut_off_is_no_gap():
    assert days_of(read_rule("FREQ=MONTHLY;BYMONTHDAY=20;UNTIL=20270310"), D(2027, 1, 25)).gaps == ()


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(), "until"),
        (Rule(until=D(2026, 1, 1)), "until"),
        (Rule(until=D(2029, 1, 1)), "until"),
        (Rule(count=200), "times"),
        (Rule(count=2, interval=0), "interval"),
        (Rule(freq="YEARLY", until=D(2026, 12, 20), month_days=(3,), months=(2,)), "every"),
        (Rule(dates=(D(2026, 12, 1), D(2030, 1, 1))), "dates"),
    ],
)
def test_says_what_cannot_be_a_series(rule, field):
    with pytest.raises(Invalid) as refused:
        days_of(rule, D(2026, 11, 25))
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("text", ["", "FREQ=HOURLY;COUNT=2", "FREQ=DAILY;BYSETPOS=1;COUNT=2", "RDATE:x"])
def test_reads_only_rules_of_its_own(text):
    with pytest.raises(ValueError):
        read_rule(text)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(count=5), "每周六，共 5 次"),
        (Rule(weekdays=((1, 0), (3, 0)), count=8), "每周二、周四，共 8 次"),
        (Rule(interval=2, count=3), "每 2 周的周六，共 3 次"),
        (Rule(freq="DAILY", interval=3, count=4), "每 3 天，共 4 次"),
        (Rule(freq="MONTHLY", count=3), "每月 28 日，共 3 次"),
        (Rule(freq="MONTHLY", month_days=(-1,), count=3), "每月最后一天，共 3 次"),
        (Rule(freq="MONTHLY", weekdays=((5, -1),), interval=2, count=3), "每 2 个月最后一个周六，共 3 次"),
        (Rule(freq="YEARLY", count=2), "每年 11 月 28 日，共 2 次"),
    ],
)
def test_a_rule_reads_as_people_say_it(plugins, rule, words):
    assert rule_words(rule, datetime.date(2026, 11, 28)) == words
