"""Doors are read from every notation people use, and never from half a door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.door import Door, door_prefix, join_door, parse_address, parse_door

numbers = st.integers(1, 199).map(str)
buildings = st.one_of(numbers, st.sampled_from(["A", "B", "A1", "12A", "东", "甲"]))
units = st.one_of(st.just(""), st.integers(1, 30).map(str), st.sampled_from(["A", "1A", "东"]))
rooms = st.one_of(
    st.integers(1, 9999).map(str),
    st.sampled_from(["12A", "501B", "A501", "B101", "附1", "501附1", "501东", "1202附12"]),
)


@pytest.mark.parametrize(
    "typed",
    [
        "3-2-501",
        "3幢2单元501室",
        "3#2-501",
        "3号楼2单元501",
        "3栋2单元501",
        "3座2梯501",
        "3楼2单元501",
        "3号楼2门501户",
        "3幢2-501",
        "3-2单元501",
        "3#楼2单元501室",
        "3/2/501",
        "3_2_501",
        "3 2 501",
        " 3 幢 2 单元 501 室 ",
        "３－２－５０１",
        "３幢２单元５０１室",
        "3—2—501",
        "03-02-0501",
        "三幢二单元501",
        "三幢二单元五〇一室",
        "第3幢第2单元501室",
        "3幢2单元5层501室",
        "3-2-501（出租）",
    ],
)
def test_reads_one_door_from_many_notations(typed):
    assert parse_door(typed) == Door("3", "2", "501")


@pytest.mark.parametrize(
    ("typed", "door"),
    [
        ("A幢2单元12A", Door("A", "2", "12A")),
        ("a-1-501b", Door("A", "1", "501B")),
        ("十二幢一单元1001", Door("12", "1", "1001")),
        ("二十三幢一百零一室", Door("23", "", "101")),
        ("东幢101室", Door("东", "", "101")),
        ("3-501", Door("3", "", "501")),
        ("3幢501室", Door("3", "", "501")),
        ("3幢12室", Door("3", "", "12")),
        ("3-0-501", Door("3", "", "501")),
        ("3号501室", Door("3", "", "501")),
        ("3幢附1室", Door("3", "", "附1")),
        ("3-2-501附1", Door("3", "2", "501附1")),
        ("3-2-501-1", Door("3", "2", "501附1")),
    ],
)
def test_reads_doors_of_other_shapes(typed, door):
    assert parse_door(typed) == door


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3",
        "501",
        "3幢",
        "3幢2单元",
        "3幢3单元",
        "3-2",
        "3-12",
        "3幢0室",
        "0-1-501",
        "别墅12号",
        "3-2-501、3-2-502",
        "3-2-501-502",
        "3-2-5-02",
        "2026-10-08",
        "138-0013-8000",
        "13800138000",
        "海城名家3-2-501",
        "3-2-501" * 40,
    ],
)
def test_refuses_what_is_no_complete_door(typed):
    assert parse_door(typed) is None


@given(buildings, units, rooms)
def test_reads_back_the_form_it_writes(building, unit, room):
    door = Door(building, unit, room)
    assert parse_door(str(door)) == door


@given(buildings, units, rooms)
def test_reads_the_same_door_in_words(building, unit, room):
    words = f"{building}幢{unit + '单元' if unit else ''}{room}室"
    assert parse_door(words) == Door(building, unit, room)


@given(st.text())
def test_never_fails_on_any_text(text):
    door = parse_door(text)
    assert door is None or parse_door(str(door)) == door
    parse_address(text)
    door_prefix(text)


@given(st.text(alphabet="0123456789AB-#/ .幢号楼单元室附一二十百零东层海城()", max_size=20))
def test_what_looks_like_a_door_reads_back(text):
    door = parse_door(text)
    assert door is None or (parse_door(str(door)) == door and door.building and door.room)
    place, found = parse_address(text)
    assert found is None or parse_door(str(found)) == found
    assert not place or found is not None


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("海城名家3幢2单元501室", "海城名家"),
        ("海城名家 3-2-501", "海城名家"),
        ("南苑一里三幢二单元501", "南苑一里"),
        ("西山路128号海城名家3-2-501", "西山路128号海城名家"),
        ("海城名家(二期)3-2-501", "海城名家(二期)"),
        ("128弄3号2单元501室", "128弄"),
        ("3-2-501", ""),
    ],
)
def test_parts_an_address_into_place_and_door(typed, place):
    assert parse_address(typed) == (place, Door("3", "2", "501"))


@pytest.mark.parametrize("typed", ["海城名家", "西山路12号", "3幢2幢501室", "海城名家3幢2单元"])
def test_finds_no_door_in_an_address_without_one(typed):
    assert parse_address(typed) == ("", None)


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("3", "2", "501"), "3-2-501"),
        (("3幢", "2单元", "501室"), "3-2-501"),
        (("3幢2单元", "", "501"), "3-2-501"),
        (("3", "", "2-501"), "3-2-501"),
        (("3", "2", "3-2-501"), "3-2-501"),
        (("", "", "3-2-501"), "3-2-501"),
        (("3", "无", "501"), "3-501"),
        (("3", "0", "12"), "3-12室"),
        (("A", "", "12A"), "A-12A室"),
    ],
)
def test_joins_separate_cells(cells, text):
    assert str(join_door(*cells)) == text


@pytest.mark.parametrize(
    "cells", [("1", "3", ""), ("", "2", "501"), ("", "", ""), ("2", "1", "3-1-501"), ("x", "y", "z")]
)
def test_joins_nothing_incomplete_or_contradictory(cells):
    assert join_door(*cells) is None


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [("3幢", "3-"), ("3幢2单元", "3-2-"), ("3#2-", "3-2-"), ("3-2", "3-2-"), ("张三", None), ("501", None)],
)
def test_knows_the_beginning_of_a_door(typed, prefix):
    assert door_prefix(typed) == prefix


def test_sorts_doors_as_people_walk():
    doors = [
        Door("10", "1", "101"),
        Door("2", "1", "1201"),
        Door("2", "1", "501"),
        Door("2", "", "101"),
        Door("A", "1", "101"),
    ]
    in_order = ["2-101", "2-1-501", "2-1-1201", "10-1-101", "A-1-101"]
    assert [str(door) for door in sorted(doors, key=lambda door: door.sort_key)] == in_order
