"""Whatever form the list comes in, the days are the same; what is not understood is said, never guessed."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.civic.calendar import days as calendar
from core.civic.calendar.holiday_lines import lines_of_table, read_lines
from core.errors import Invalid
from core.text import in_language

NOTICE = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""


def read(text, year=2026):
    """What a text says: (first, days, kind, name) of each period."""
    return [(f"{each.first:%m-%d}", each.days, each.kind, each.name) for each in read_lines(text, year).periods]


def test_the_notice_itself_can_be_pasted():
    reading = read_lines(NOTICE, 2026)
    assert reading.refused == []
    assert {day for each in reading.periods if each.kind == "off" for day in each} == set(calendar.year_of(2026).off)
    assert {each.first for each in reading.periods if each.kind == "work"} == set(calendar.year_of(2026).work)
    assert ("02-15", 9, "off", "春节") in read(NOTICE)
    assert ("02-14", 1, "work", "春节") in read(NOTICE)


@pytest.mark.parametrize(
    "line",
    [
        "2026-02-15..2026-02-23 春节 放假",
        "2026-02-15..2026-02-23 放假 春节",
        "春节 2026/2/15～2026/2/23 放假",
        "春节：2026年2月15日至2月23日放假",
        "2026.2.15-2026.2.23 春节 OFF",
        "20260215-20260223 春节 放假",
        "２月１５日－２３日 春节 放假",
        "2-15 — 2-23 休息 春节",
    ],
)
def test_a_period_may_be_written_in_many_ways(line):
    assert read(line) == [("02-15", 9, "off", "春节")]


@pytest.mark.parametrize("line", ["2026-02-14 上班", "2月14日（周六）调休上班", "2.14 补班", "20260214 工作日"])
def test_so_may_a_workday(line):
    assert read(line) == [("02-14", 1, "work", "")]


def test_one_line_may_say_both():
    assert read("端午节 6月19日至21日放假，6月27日上班") == [
        ("06-19", 3, "off", "端午节"),
        ("06-27", 1, "work", "端午节"),
    ]


@pytest.mark.parametrize(
    "line, told",
    [
        ("春节 放假", "没有日期"),
        ("（2026-02-15 春节 放假）", "没有日期"),
        ("你好", "没有日期"),
        ("2026-02-15 春节", "放假还是上班"),
        ("2月30日 春节 放假", "没有这一天"),
        ("30日 春节 放假", "没有写月份"),
        ("2026-02-15 放假", "什么节日"),
        ("2025-11-30 春节 放假", "不属于"),
        ("2026-03-03 上班", "不是周末"),
        ("2026-02-23..2026-02-15 春节 放假", "早于"),
        ("2026-02-01..2026-04-15 春节 放假", "连续超过"),
        ("2026-02-15 春节 放假\n2026-02-15 上班", "既放假又上班"),
    ],
)
def test_what_is_not_understood_is_said(line, told):
    with in_language("zh_Hans"):
        assert told in str(read_lines(line, 2026).refused[-1].problem)


def test_empty_lines_are_none_and_numbers_are_those_of_the_text():
    assert [(line.number, line.problem is None) for line in read_lines("\n1.1 元旦 放假\n\n?", 2026).lines] == [
        (2, True),
        (4, False),
    ]


def test_a_text_that_is_no_list_is_refused():
    for text in ("\n".join(["x"] * 401), "长" * 20_001):
        with pytest.raises(Invalid):
            read_lines(text, 2026)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("0123456789-./年月日至~放假上班春节周六（）。，;\n １月.."), max_size=60))
def test_no_text_breaks_the_reader(text):
    for line in read_lines(text, 2026).lines:
        assert (line.problem is None) == bool(line.periods)


@given(first=st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)), length=st.integers(0, 30))
def test_every_period_of_a_year_is_read_as_it_is_written(first, length):
    last = min(first + datetime.timedelta(days=length), datetime.date(2026, 12, 31))
    written = f"{first}..{last} 国庆节 放假"
    assert read(written) == [(f"{first:%m-%d}", (last - first).days + 1, "off", "国庆节")]


# --------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    "table",
    [
        [["日期", "星期", "类型", "名称"], ["2026-01-01", "周四", "休", "元旦"], ["2026-01-04", "周日", "班", ""]],
        [["节日", "开始日期", "结束日期", "类型"], ["元旦", "2026-01-01", "", "放假"], ["", "2026-01-04", "", "上班"]],
        [["2026年安排"], ["节日", "放假时间", "调休上班日期", "天数"], ["元旦", "1月1日", "1月4日", "1天"]],
        [["2026-01-01", "元旦", "放假"], ["2026-01-04", "上班"]],
        [["日期", "节日", "补班"], ["2026-01-01", "元旦", "2026-01-04"]],
    ],
)
def test_the_columns_of_a_table_are_guessed(table):
    found = read(lines_of_table(table))
    assert [each[:3] for each in found] == [("01-01", 1, "off"), ("01-04", 1, "work")]
    assert found[0][3] == "元旦"


def test_from_and_to_are_one_period():
    titled = [["起", "止", "名称", "类型"], ["2026-02-15", "2026-02-23", "春节", "放假"]]
    assert read(lines_of_table(titled)) == read(lines_of_table(titled[1:])) == [("02-15", 9, "off", "春节")]


def test_rows_that_say_no_day_are_kept_for_the_reader_to_correct():
    table = [["日期", "类型", "名称"], ["2026-01-01", "放假", "元旦"], ["待定", "放假", "春节"]]
    assert [line.number for line in read_lines(lines_of_table(table), 2026).refused] == [2]
