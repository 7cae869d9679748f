"""Registers are read whatever their titles, order and encoding; what cannot be guessed is asked."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.people.columns import FIELDS, Columns
from core.people.door import Door
from core.people.guess import guess
from core.people.names import PersonName
from core.people.phone import Phone
from core.people.roster_file import error_workbook, read_roster
from core.spreadsheet import Sheet, read_table, write_csv, write_workbook
from core.text import LANGUAGES, in_language
from core.titles import signature

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "roster-expected.json").read_text("utf-8"))
ESTATES = {"roster-property.xlsx": "海城名家"}


def load(name):
    return read_table((DATA / name).read_bytes(), name)


def read(*rows, columns=None, estate="海城名家"):
    return read_roster([list(row) for row in rows], columns, estate)


def fields_of(file):
    return {field: column for field, column in file.columns.as_dict().items() if column is not None}


def reasons(file):
    return [bad.reason for bad in file.bad]


# --- the three sample files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_finds_exactly_what_the_sample_files_hold(name):
    file = read_roster(load(name), estate=ESTATES.get(name))
    assert file.questions == ()
    assert file.summary == EXPECTED[name]
    assert len(file.rows) + len(file.bad) == file.summary["rows"]


def test_reads_titles_below_a_merged_title_and_small_print():
    file = read_roster(load("roster-property.xlsx"), estate="海城名家")
    assert file.header_row == 3
    assert fields_of(file) == {"door": 1, "name": 2, "phone": 3, "note": 6}
    assert file.rows[0].line == 4 and file.rows[0].estate == "海城名家"
    assert file.rows[1].note == "空关"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_error_workbook_holds_the_bad_rows_and_reads_back_with_the_same_columns(name):
    table = load(name)
    file = read_roster(table, estate=ESTATES.get(name))
    again = read_table(error_workbook(file, table), "errors.xlsx")
    second = read_roster(again, estate=ESTATES.get(name))
    assert len(again) == len(file.bad) + 1
    assert second.columns == file.columns and second.questions == ()
    wrong = {reason: count for reason, count in EXPECTED[name]["bad"].items() if reason != "duplicate"}
    assert {reason: second.summary["bad"][reason] for reason in wrong} == wrong
    assert signature(second.titles) == signature(file.titles)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_encoding_and_delimiter_of_a_file_change_nothing(encoding, delimiter):
    text = (DATA / "roster-gbk.csv").read_bytes().decode("gb18030").replace(",", delimiter)
    assert read_roster(read_table(text.encode(encoding), "r.csv")).summary == EXPECTED["roster-gbk.csv"]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(10)))
def test_the_order_of_columns_changes_nothing(order):
    table = [[row[column] if column < len(row) else "" for column in order] for row in load_community()]
    assert read_roster(table).summary["bad"] == read_roster(load_community()).summary["bad"]


def load_community(_cache=[]):  # noqa: B006 - read the file once for all examples
    if not _cache:
        _cache.extend(load("roster-community.xlsx")[:200])
    return _cache


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["姓名", "业主", "户主", "住户", "业主姓名", "产权人", "业主姓名（必填）", "姓 名", "*姓名"]
)
@pytest.mark.parametrize("phone", ["电话", "手机", "联系方式", "联系电话", "手机号码", "业主电话", "手机或座机"])
@pytest.mark.parametrize("door", ["房号", "门牌", "房屋", "地址", "室号", "房屋地址"])
def test_knows_the_titles_offices_use(name, phone, door):
    file = read(["序号", phone, door, name, "备注"], ["1", "13800138000", "3-2-501", "张三", "出租"])
    assert fields_of(file) == {"phone": 1, "door": 2, "name": 3, "note": 4}
    assert file.rows[0].people == (PersonName("张三"),)
    assert file.rows[0].note == "出租"


@pytest.mark.parametrize("building", ["幢", "楼", "楼栋", "栋号", "楼号"])
@pytest.mark.parametrize("room", ["室", "户号", "房号", "门牌号"])
@pytest.mark.parametrize("estate", ["小区", "苑", "楼盘", "小区名称"])
def test_knows_separate_columns(building, room, estate):
    file = read_roster([[estate, building, "单元", room, "户主"], ["海城名家", "3", "2", "501", "张三"]])
    assert fields_of(file) == {"estate": 0, "building": 1, "unit": 2, "room": 3, "name": 4}
    assert file.rows[0].door == Door("3", "2", "501") and file.rows[0].estate == "海城名家"


def test_titles_about_something_else_are_left_alone():
    file = read(
        [
            "网格员",
            "配偶性别",
            "房屋面积",
            "家庭人口",
            "身份证号码",
            "户籍地址",
            "姓名",
            "房号",
            "紧急联系人电话",
            "建成年份",
        ],
        ["李四", "男", "90", "3", "330481", "外地", "张三", "3-2-501", "13900139000", "1958"],
    )
    assert fields_of(file) == {"name": 6, "door": 7}


@pytest.mark.parametrize("grid", ["网格", "所属网格", "微网格", "网格名称", "Grid"])
@pytest.mark.parametrize("sex", ["性别", "性 别", "户主性别", "Sex"])
@pytest.mark.parametrize("year", ["出生年份", "出生年", "出生年月", "出生日期", "生日", "Year of birth"])
def test_knows_the_titles_of_sex_year_of_birth_and_grid(grid, sex, year):
    file = read([year, grid, "姓名", sex, "房号"], ["1977-05-03", "第2网格", "张三、李四", "女", "3-2-501"])
    assert fields_of(file) == {"birth_year": 0, "grid": 1, "name": 2, "sex": 3, "door": 4}
    row = file.rows[0]
    assert (row.sex, row.birth_year, row.grid) == ("female", 1977, "第2网格")


def test_finds_sex_year_of_birth_and_grid_by_contents():
    rows = [["第1网格", "张三", "男", "1950", "3-2-501"], ["第2网格", "李四", "女", "1998", "3-2-502"]]
    assert fields_of(read(*rows)) == {"grid": 0, "name": 1, "sex": 2, "birth_year": 3, "door": 4}
    # Two columns of either are no question: both are left alone.
    file = read(*(["男", "女", *row] for row in rows))
    assert file.questions == () and file.columns.sex is None
    # Years nobody was born in so long ago may be anything, such as when the house was built.
    assert read(["张三", "1995", "3-2-501"], ["李四", "2004", "3-2-502"]).columns.birth_year is None


def test_no_grid_is_made_of_the_officer():
    file = read(["网格", "姓名", "房号"], ["王晓明", "张三", "3-2-501"], ["李建国", "李四", "3-2-502"])
    assert file.columns.grid is None and file.questions == () and len(file.rows) == 2


def test_what_says_nothing_of_sex_year_and_grid_makes_no_row_bad():
    titles = ["网格", "性别", "出生年份", "姓名", "房号"]
    file = read(titles, ["无", "保密", "77", "张三", "3-2-501"], ["13800138000", "1", "去年", "李四", "3-2-502"])
    assert file.bad == () and [(row.sex, row.birth_year, row.grid) for row in file.rows] == [("", None, "")] * 2
    assert read(titles, ["第1网格", "男", "1977", "", ""]).lines == 0


def test_finds_columns_by_contents_where_titles_say_nothing():
    file = read(["编码", "谁", "在哪", "怎么找"], ["1", "张三", "3-2-501", "13800138000"], ["2", "李四", "3-2-502", ""])
    assert fields_of(file) == {"name": 1, "door": 2, "phone": 3}
    assert file.header_row == 1 and set(file.sure.values()) == {"content"} and len(file.rows) == 2


def test_finds_columns_of_a_file_without_titles():
    file = read(["3-2-501", "张三", "13800138000"], ["3-2-502", "李四", ""])
    assert file.header_row is None and file.questions == ()
    assert [row.line for row in file.rows] == [1, 2]


def test_takes_the_estate_out_of_the_address():
    file = read_roster([["地址", "姓名"], ["海城名家3幢2单元501室", "张三"], ["南苑一里3-2-502", "李四"]])
    assert file.questions == () and [row.estate for row in file.rows] == ["海城名家", "南苑一里"]


def test_reads_name_and_phone_from_one_column():
    file = read(
        ["姓名/电话", "房号"],
        ["张三 13800138000", "3-2-501"],
        ["李四13900139000（儿子）、王五", "3-2-502"],
        ["赵六", "3-2-503"],
    )
    assert [[person.name for person in row.people] for row in file.rows] == [["张三"], ["李四", "王五"], ["赵六"]]
    assert [row.phones for row in file.rows] == [
        (Phone("13800138000", "mobile"),),
        (Phone("13900139000", "mobile", "儿子"),),
        (),
    ]


def test_reads_a_second_column_of_phones():
    file = read(
        ["房号", "姓名", "手机", "座机"],
        ["3-2-501", "张三", "13800138000", "0573-82385872"],
        ["3-2-502", "李四", "", "82385872"],
    )
    assert [[phone.number for phone in row.phones] for row in file.rows] == [
        ["13800138000", "0573-82385872"],
        ["82385872"],
    ]


def test_reads_building_and_unit_from_one_column():
    file = read(["楼栋", "室", "姓名"], ["3幢2单元", "501室", "张三"])
    assert file.rows[0].door == Door("3", "2", "501")


def test_prefers_whole_doors_or_separate_columns_whichever_are_complete():
    whole = read(["楼栋", "房号", "姓名"], ["", "3-2-501", "张三"], ["", "4-1-101", "李四"])
    assert [str(row.door) for row in whole.rows] == ["3-2-501", "4-1-101"]
    beside = read(["楼栋", "单元", "房号", "姓名"], ["3", "2", "3-2-501", "张三"])
    assert [str(row.door) for row in beside.rows] == ["3-2-501"]


@pytest.mark.parametrize(
    ("table", "field", "candidates"),
    [
        ([["房号", "电话"], ["3-2-501", "13800138000"]], "name", ()),
        ([["姓名", "电话"], ["张三", "13800138000"]], "door", ()),
        ([["房号", "姓名"], ["501", "张三"], ["502", "李四"]], "building", ()),
        ([["楼栋", "姓名"], ["3", "张三"]], "room", ()),
        ([["房号", "业主", "住户"], ["3-2-501", "张三", "李四"]], "name", (1, 2)),
        ([["房号", "姓名"], ["3-2-501", "1"], ["3-2-502", "2"], ["3-2-503", "3"]], "name", (1,)),
        ([["3", "2", "501", "张三"], ["3", "2", "502", "李四"]], "door", ()),
    ],
)
def test_asks_for_what_it_cannot_know(table, field, candidates):
    file = read_roster(table, estate="海城名家")
    question = next(question for question in file.questions if question.field == field)
    assert question.candidates == candidates and str(question.message)
    assert file.rows == () and file.bad == ()


def test_asks_for_the_estate_only_when_nobody_knows_it():
    table = [["房号", "姓名"], ["3-2-501", "张三"]]
    assert [question.field for question in read_roster(table).questions] == ["estate"]
    assert read_roster(table, estate="海城名家").questions == ()


def test_a_given_mapping_is_used_as_it_is():
    file = read(["甲", "乙", "丙"], ["张三", "李四", "3-2-501"], columns=Columns(name=1, door=2))
    assert file.questions == () and file.sure == {"name": "given", "door": "given"}
    assert file.rows[0].people == (PersonName("李四"),)


def test_a_given_mapping_that_lacks_something_is_asked_about():
    file = read(["甲", "乙"], ["张三", "3"], columns=Columns(name=0, building=1))
    assert [question.field for question in file.questions] == ["room"]


def test_columns_survive_storing_and_foolish_values():
    columns = Columns(name=1, door=2, note=0)
    assert Columns.from_dict(columns.as_dict()) == columns
    assert Columns.from_dict({"name": "3", "door": -1, "phone": "x", "room": None, "odd": 1}) == Columns(name=3)


def test_a_layout_is_recognised_by_its_titles():
    assert signature(["房号", "姓 名", ""]) == signature(["房号", "姓名"])
    assert signature(["房号", "姓名"]) != signature(["姓名", "房号"])
    assert signature(["房号", "姓名", "错误原因"]) == signature(["房号", "姓名"])
    assert signature(["", ""]) != signature(["", "", ""])


# --- rows ------------------------------------------------------------------------------------------------------------

HEAD = ["房号", "姓名", "电话", "备注"]


def test_empty_rows_repeated_titles_totals_and_footers_are_no_data():
    file = read(
        HEAD,
        ["3-2-501", "张三", "", ""],
        ["", "", "", ""],
        [],
        HEAD,
        ["", "", "", "只有备注"],
        ["合计", "", "1户", ""],
        ["总 计：1 户", "", "", ""],
        ["制表人：李四", "", "", ""],
    )
    assert file.summary["rows"] == 1 and file.bad == ()


def test_a_row_has_one_reason_in_the_order_of_door_name_phone_duplicate():
    file = read(
        HEAD,
        ["3幢2单元", "", "123", ""],
        ["3-2-501", "", "123", ""],
        ["3-2-501", "张三", "123", ""],
        ["3-2-501", "张三", "", ""],
        ["3幢2单元501室", "张三", "13800138000", ""],
    )
    assert reasons(file) == ["door", "name", "phone", "duplicate"]
    assert [bad.line for bad in file.bad] == [2, 3, 4, 6]
    assert [bad.column for bad in file.bad] == [0, 1, 2, 1]
    assert all(str(bad.message) for bad in file.bad)
    assert file.bad[0].cells == ("3幢2单元", "", "123", "")


def test_the_same_names_in_another_order_are_a_duplicate_but_other_names_are_not():
    file = read(HEAD, ["3-2-501", "张三、李四", "", ""], ["3-2-501", "李四/张三", "", ""], ["3-2-501", "王五", "", ""])
    assert reasons(file) == ["duplicate"]
    assert file.summary["households"] == 1 and file.summary["people"] == 3


def test_the_same_door_and_name_in_another_estate_is_no_duplicate():
    table = [["小区", *HEAD], ["甲苑", "3-2-501", "张三", "", ""], ["乙苑", "3-2-501", "张三", "", ""]]
    assert read_roster(table).summary["households"] == 2


def test_a_door_of_another_estate_than_the_row_says_is_refused():
    file = read_roster(
        [["小区", "地址", "姓名"], ["海城名家", "南苑3-2-501", "张三"], ["海城名家", "海城名家3-2-502", "李四"]]
    )
    assert reasons(file) == ["door"] and len(file.rows) == 1


def test_remarks_from_every_cell_are_kept():
    file = read(HEAD, ["3-2-501（复式）", "张三（已故）、李四", "12345/13800138000（儿子）", "出租"])
    row = file.rows[0]
    assert row.people == (PersonName("张三", "已故"), PersonName("李四"))
    assert row.phones == (Phone("13800138000", "mobile", "儿子"),)
    assert row.note == "出租；复式；12345"


def test_a_corrected_error_workbook_can_be_imported():
    table = [
        HEAD,
        ["3幢2单元", "张三", "13800138000", ""],
        ["3-2-502", "李四", "1380013800", ""],
        ["3-2-503", "王五", "", ""],
    ]
    file = read_roster(table, estate="海城名家")
    errors = read_table(error_workbook(file, table), "errors.xlsx")
    assert errors[0][:4] == HEAD and all(row[4] for row in errors)
    errors[1][0], errors[2][2] = "3幢2单元501", "13800138001"
    corrected = read_table(write_workbook([Sheet("x", errors[0], errors[1:])]), "errors.xlsx")
    again = read_roster(corrected, estate="海城名家")
    assert again.summary["bad"] == {"door": 0, "name": 0, "phone": 0, "duplicate": 0}
    assert [str(row.door) for row in again.rows] == ["3-2-501", "3-2-502"]
    assert all(row.note == "" for row in again.rows)


def test_errors_left_after_a_correction_come_back_in_one_column():
    table = [HEAD, ["3幢2单元", "张三", "", ""]]
    once = read_table(error_workbook(read_roster(table, estate="甲"), table), "e.xlsx")
    twice = read_table(error_workbook(read_roster(once, estate="甲"), once), "e.xlsx")
    assert twice == once


def test_the_error_workbook_of_a_file_without_titles_gets_titles():
    table = [["3-2-501", "张三", "13800138000"], ["3-2-502", "李四", "13800138001"], ["3-2-503", "王五", "123"]]
    file = read_roster(table, estate="甲")
    again = read_table(error_workbook(file, table), "e.xlsx")
    assert len(again) == 2 and all(again[0])
    assert read_roster(again, estate="甲").columns == file.columns


# --- anything at all -------------------------------------------------------------------------------------------------

cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "姓名",
            "房号",
            "电话",
            "小区",
            "幢",
            "室",
            "合计",
            "3-2-501",
            "张三",
            "13800138000",
            "",
            "无",
            "海城名家",
            "501",
            "性别",
            "出生年份",
            "网格",
            "男",
            "1950",
            "第1网格",
        ]
    ),
)
tables = st.lists(st.lists(cells, max_size=6), max_size=12)


@settings(deadline=None)
@given(tables, st.one_of(st.none(), st.text(max_size=5)))
def test_reading_never_fails_and_counts_every_row_once(table, estate):
    file = read_roster(table, estate=estate)
    summary = file.summary
    assert set(summary) == {"rows", "households", "people", "phones", "bad"}
    if not file.columns.missing():
        assert len(file.rows) + len(file.bad) == summary["rows"]
    assert summary["phones"] <= summary["households"] <= summary["people"] or not file.rows


@settings(deadline=None)
@given(tables, st.fixed_dictionaries({field: st.one_of(st.none(), st.integers(0, 9)) for field in FIELDS}))
def test_reading_by_any_mapping_never_fails(table, mapping):
    file = read_roster(table, Columns.from_dict(mapping), "甲")
    assert {question.field for question in file.questions} == set(file.columns.missing())


good_rows = st.lists(
    st.tuples(
        st.integers(1, 30), st.integers(1, 4), st.integers(101, 1802), st.sampled_from(["张三", "李四", "欧阳晓东"])
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:3],
)
notations = st.sampled_from(["{}-{}-{}", "{}幢{}单元{}室", "{}#{}-{}", "{}号楼{}单元{}"])


@settings(deadline=None)
@given(good_rows, st.permutations(["房号", "姓名", "电话", "备注"]), st.data())
def test_good_rows_come_in_whole_through_any_layout(rows, order, data):
    table = [order]
    for building, unit, room, name in rows:
        door = data.draw(notations).format(building, unit, room)
        cells = {"房号": door, "姓名": name, "电话": "13800138000", "备注": ""}
        table.append([cells[title] for title in order])
    file = read_roster(read_table(write_csv(table), "r.csv"), estate="甲")
    assert file.bad == () and file.questions == ()
    assert {str(row.door) for row in file.rows} == {"-".join(map(str, row[:3])) for row in rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_titles_of_an_error_workbook_are_understood_in_every_language(language):
    columns = Columns(**{field: column for column, field in enumerate(FIELDS) if field != "door"})
    table = [["甲苑", "3", "2", "501", "", "张三", "1", "2", "x", "男", "1977", "第1网格"]]
    with in_language(language):
        file = read_roster(table, columns)
        again = read_roster(read_table(error_workbook(file, table), "e.xlsx"))
    assert again.columns == columns and again.summary["bad"]["phone"] == 1


def test_a_guess_of_nothing_asks_for_everything():
    assert [question.field for question in guess([]).questions] == ["name", "door", "estate"]
