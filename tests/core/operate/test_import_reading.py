"""What cells of a table mean, and which column is which: without a store."""

import pytest

from core.errors import Invalid
from core.operate.import_reading import compare, guess, read_list
from core.plugin.declarations.imports import (
    ChoiceCell,
    Import,
    ImportColumn,
    NumberCell,
    Stored,
    TextCell,
    WordsCell,
    YesNoCell,
)
from core.store.ref import Ref

WHO = ChoiceCell(choices={"all": "任何人", "staff": "仅限工作人员"}, also={"是": "all", "否": "staff"})
BEDS = Import(
    "garden.beds", "菜地", "garden.edit",
    (
        ImportColumn("name", "菜地", TextCell(10), ("地块", "名称"), key=True, example="1 号地"),
        ImportColumn("size", "面积", NumberCell(least=1, most=500), ("大小",)),
        ImportColumn("tags", "用途", WordsCell()),
        ImportColumn("planted", "已种", YesNoCell()),
    ),
    lambda actor: (), lambda actor, values: (), lambda actor, ref, values: None, lambda actor, refs: None,
)  # fmt: skip


@pytest.mark.parametrize(
    "cell, text, value",
    [
        (NumberCell(least=1, most=500), "３０ 人", 30), (NumberCell(most=5000), "1,200", 1200),
        (NumberCell(most=99), "45m²", 45), (NumberCell(most=99), "45.0", 45), (YesNoCell(), "√", True),
        (YesNoCell(), "不需要", False), (WHO, "任何人", "all"), (WHO, "否", "staff"), (WHO, "STAFF", "staff"),
        (WordsCell(), "会议，排练、会议", ["会议", "排练"]),
    ],
)  # fmt: skip
def test_what_offices_write_is_understood(cell, text, value):
    assert cell.read(text) == value


@pytest.mark.parametrize(
    "cell, text",
    [
        (NumberCell(least=1, most=500), "0"), (NumberCell(), "30 5"), (NumberCell(), "三十"), (NumberCell(), "-3"),
        (NumberCell(), "1.5"), (NumberCell(), "9" * 400), (YesNoCell(), "也许"), (WHO, "张三"), (TextCell(3), "四个字呢"),
        (WordsCell(longest=3), "四个字呢"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cell, text):
    with pytest.raises(Invalid):
        cell.read(text)


def test_titles_are_recognised_wherever_and_however_they_stand():
    table = [
        ["2026 年菜地清单"],
        [],
        ["序号", "* 地块名称：", "大小（㎡）", "Tags"],
        ["1", "甲", "5", "菜"],
        ["合计", "", "5"],
    ]
    found = read_list(BEDS, table, None, {})
    assert (found.header_row, found.columns) == (3, {"name": 1, "size": 2, "tags": 3, "planted": None})
    assert [(row.line, row.values) for row in found.rows] == [(4, {"name": "甲", "size": 5, "tags": ["菜"]})]


def test_a_title_that_two_columns_could_be_is_not_guessed():
    assert guess(BEDS, ["地块甲", "地块乙"])["name"] is None
    assert [each.field for each in read_list(BEDS, [["地块甲", "地块乙"], ["1", "2"]], None, {}).questions] == ["name"]


def test_an_empty_cell_says_nothing_and_a_word_for_nothing_clears():
    stored = [Stored(Ref("garden.bed", None, 1), {"name": "甲", "size": 5, "tags": ["菜"], "planted": True})]
    rows = read_list(BEDS, [["菜地", "面积", "用途", "已种"], ["甲 ", "", "无", "是"]], None, {}).rows
    (changed,) = compare(BEDS, rows, stored).changed
    assert (changed.before, changed.values) == ({"tags": ["菜"]}, {"tags": []})
