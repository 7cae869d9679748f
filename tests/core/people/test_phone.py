"""Phones are read from every way of typing them, and what is no phone is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.phone import Phone, grouped, masked, parse_phone, parse_phones, tail


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "１３８００１３８０００",
        "+86 138 0013 8000",
        "+8613800138000",
        "0086-13800138000",
        "8613800138000",
        "013800138000",
        "13800138000.0",
        "138\u200b00138000",
    ],
)
def test_reads_one_mobile_from_many_ways_of_typing(typed):
    assert parse_phone(typed) == Phone("13800138000", "mobile")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0573-82385872", "0573-82385872"),
        ("057382385872", "0573-82385872"),
        ("(0573)82385872", "0573-82385872"),
        ("（0573） 8238 5872", "0573-82385872"),
        ("010-66668888", "010-66668888"),
        ("0573-8238587", "0573-8238587"),
        ("82385872", "82385872"),
        ("8238587", "8238587"),
        ("0573-82385872-803", "0573-82385872-803"),
        ("0573-82385872转803", "0573-82385872-803"),
        ("82385872 分机 12", "82385872-12"),
        ("+86-573-82385872", None),
    ],
)
def test_reads_landlines(typed, number):
    assert parse_phone(typed) == (Phone(number, "landline") if number else None)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1593925517",
        "12800138000",
        "138001380001",
        "1.38E+10",
        "12345",
        "4001234567",
        "330481001009123456",
        "空号",
        "张三",
    ],
)
def test_refuses_what_is_no_phone(typed):
    assert parse_phone(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000/0573-82385872",
        "13800138000、0573-82385872",
        "13800138000，0573-82385872",
        "13800138000;0573-82385872",
        "13800138000 0573-82385872",
        "138 0013 8000 0573 82385872",
        "13800138000\n0573-82385872",
        "13800138000 或 0573-82385872",
    ],
)
def test_finds_two_phones_in_one_cell_in_their_order(typed):
    cell = parse_phones(typed)
    assert [phone.number for phone in cell.phones] == ["13800138000", "0573-82385872"]
    assert cell.ok and not cell.rejected


def test_keeps_brackets_and_words_as_the_note_of_their_phone():
    cell = parse_phones("13800138000（儿子）/女儿 139-0013-9000")
    assert cell.phones == (Phone("13800138000", "mobile", "儿子"), Phone("13900139000", "mobile", "女儿"))


@pytest.mark.parametrize("typed", ["", " ", "无", "-", "/", "暂无", "（不愿提供）"])
def test_an_empty_phone_is_fine(typed):
    cell = parse_phones(typed)
    assert cell.ok and cell.phones == ()


def test_a_remark_without_a_phone_is_kept():
    assert parse_phones("（不愿提供）").note == "不愿提供"


@pytest.mark.parametrize("typed", ["1593925517", "空号", "123/456", "13800138000139"])
def test_a_cell_without_a_usable_phone_says_so(typed):
    cell = parse_phones(typed)
    assert not cell.ok and cell.rejected


def test_an_unusable_phone_beside_a_usable_one_is_kept_apart():
    cell = parse_phones("12345/13800138000")
    assert cell.ok and cell.rejected == ("12345",) and cell.phones[0].number == "13800138000"
    assert parse_phones("13800138000 123").rejected == ("123",)


def test_the_same_phone_twice_is_one():
    assert len(parse_phones("13800138000/138 0013 8000").phones) == 1


@given(st.text())
def test_never_fails_and_what_it_reads_is_read_again(text):
    for phone in parse_phones(text).phones:
        assert parse_phone(phone.number) == Phone(phone.number, phone.kind)
        assert grouped(phone.number) and masked(phone.number) and tail(phone.number)


@given(st.text(alphabet="0123456789 -/+()转、.86", max_size=40))
def test_digits_in_any_disorder_never_fail(text):
    cell = parse_phones(text)
    for phone in cell.phones:
        assert parse_phone(phone.number) == Phone(phone.number, phone.kind)


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", " ", "-", "  "]),
    st.sampled_from(["", "+86", "0086 "]),
)
def test_grouping_does_not_change_a_mobile(number, gap, country):
    typed = country + gap.join([number[:3], number[3:7], number[7:]])
    assert [phone.number for phone in parse_phones(typed).phones] == [number]


def test_shows_numbers_grouped_and_masked():
    assert grouped("13800138000") == "138 0013 8000"
    assert masked("13800138000") == "138****8000"
    assert grouped("0573-82385872") == "0573-82385872"
    assert masked("0573-82385872-803") == "0573-****5872"
    assert masked("82385872") == "****5872"


def test_the_tail_is_of_the_number_without_its_extension():
    assert tail("13800138000") == "8000"
    assert tail("0573-82385872-803") == "5872"
    assert tail("82385872", 2) == "72"
    assert tail("13800138000", 0) == ""
