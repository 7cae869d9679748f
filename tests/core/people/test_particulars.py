"""Sex, year of birth and grid as registers write them, and everything else as nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import today
from core.people.particulars import FIRST_YEAR, is_grid, read_birth_year, read_grid, read_sex


@pytest.mark.parametrize("text", ["男", " 男 ", "男性", "M", "m", "male", "Male", "Ｍ"])
def test_a_man_is_read(text):
    assert read_sex(text) == "male"


@pytest.mark.parametrize("text", ["女", "女性", "F", "f", "female"])
def test_a_woman_is_read(text):
    assert read_sex(text) == "female"


@pytest.mark.parametrize("text", ["", "无", "1", "2", "男女", "未知", "女儿", "mm"])
def test_no_sex_is_guessed(text):
    assert read_sex(text) == ""


@pytest.mark.parametrize(
    "text",
    ["1977", "1977.0", "1977年", "1977年5月3日", "1977-05-03", "1977-5", "1977/5/3", "1977.05", "1977.5.3", "197705",
     "19770503", "1977-05-03 00:00:00", "1977年生", "１９７７", "1977 年"],
)  # fmt: skip
def test_the_year_is_read_from_every_way_of_writing_a_day(text):
    assert read_birth_year(text) == 1977


@pytest.mark.parametrize(
    "text",
    ["", "77", "77年", "1899", "1977-2001", "19771", "197713", "19770532", "1977053", "28248", "13800138000", "48岁",
     "05/03/1977", "330481197705031234", "一九七七", "-1977", "0"],
)  # fmt: skip
def test_no_year_is_guessed(text):
    assert read_birth_year(text) is None


def test_nobody_is_born_after_this_year():
    assert read_birth_year(str(today().year)) == today().year
    assert read_birth_year(str(today().year + 1)) is None


@given(st.text(max_size=30))
def test_whatever_is_written_can_be_stored(text):
    assert read_sex(text) in ("", "male", "female")
    assert read_birth_year(text) in (None, *range(FIRST_YEAR, today().year + 1))
    assert len(read_grid(text)) <= 60


@given(st.dates())
def test_every_day_that_somebody_was_born_on_gives_its_year(day):
    expected = day.year if FIRST_YEAR <= day.year <= today().year else None
    for written in (day.isoformat(), f"{day.year:04d}年{day.month}月{day.day}日", f"{day.year:04d}{day:%m%d}"):
        assert read_birth_year(written) == expected


def test_a_grid_is_a_name_that_is_not_too_long_and_no_number_to_call():
    assert [read_grid(text) for text in ("第2网格", " 第 2 网格 ", "2", "无", "/", "", "网" * 61, "13800138000")] == [
        "第2网格", "第2网格", "2", "", "", "", "", "",
    ]  # fmt: skip
    assert [is_grid(text) for text in ("第2网格", "第一网格", "3号网格", "东山微网格", "网格员", "2", "张三")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip
