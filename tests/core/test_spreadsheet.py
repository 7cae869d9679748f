"""Files are read for what they are, refused in plain words, and written so that nothing changes in Excel."""

import datetime
import io
import json
import struct
import zipfile

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from core import spreadsheet, workbook_reader
from core.json_table import read_objects
from core.spreadsheet import Sheet, SpreadsheetError, read_table, sheet_names, write_csv, write_workbook


def workbook(*rows, **merged):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged.get("merge", ()):
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def old_workbook():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名册")
    for column, value in enumerate(["3-2-501", "张三", 13800138000, datetime.date(2026, 10, 8)]):
        style = xlwt.easyxf(num_format_str="yyyy-mm-dd") if column == 3 else xlwt.Style.default_style
        sheet.write(0, column, value, style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def package(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in {"xl/workbook.xml": b"<workbook/>", **parts}.items():
            target.writestr(name, content)
    return out.getvalue()


def refusal(data, filename="名册.xlsx", **options):
    with pytest.raises(SpreadsheetError) as caught:
        read_table(data, filename, **options)
    return str(caught.value)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_numbers_and_days_come_as_people_see_them():
    moment = datetime.datetime(2026, 10, 8, 9, 14)
    table = read_table(
        workbook(
            ["a", 13800138000.0, 0.1 + 0.2, 3, datetime.date(2026, 10, 8), moment, datetime.time(9, 5), True, None, "b"]
        ),
        "x.xlsx",
    )
    assert table == [["a", "13800138000", "0.3", "3", "2026-10-08", "2026-10-08 09:14:00", "09:05:00", "TRUE", "", "b"]]


def test_rows_keep_the_line_of_the_file():
    assert read_table(workbook([], [], ["x"], [], ["y"], [None], []), "x.xlsx") == [[""], [""], ["x"], [""], ["y"]]


def test_a_cell_merged_downwards_counts_for_every_row_but_a_merged_title_does_not_spread():
    table = read_table(workbook(["标题", None], [3, "x"], [None, "y"], merge=["A1:B1", "A2:A3"]), "x.xlsx")
    assert table == [["标题", ""], ["3", "x"], ["3", "y"]]


def test_an_old_workbook_is_read_whatever_its_name():
    for name in ("a.xls", "a.xlsx", "a.csv"):
        assert read_table(old_workbook(), name) == [["3-2-501", "张三", "13800138000", "2026-10-08"]]


def test_a_new_workbook_or_text_is_read_whatever_its_name():
    assert read_table(workbook(["x"]), "a.xls") == [["x"]]
    assert read_table(b"x,y", "a.xlsx") == [["x", "y"]]


def test_the_sheets_with_content_are_listed_and_can_be_chosen():
    book = openpyxl.Workbook()
    book.active.title = "空"
    book.create_sheet("一")["A1"] = "first"
    book.create_sheet("二")["A1"] = "second"
    hidden = book.create_sheet("藏")
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    assert sheet_names(data, "x.xlsx") == ["一", "二"]
    assert read_table(data, "x.xlsx") == [["first"]]
    assert read_table(data, "x.xlsx", sheet="二") == [["second"]]
    assert "三" in refusal(data, sheet="三")
    assert sheet_names(b"a,b", "x.csv") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_is_read_in_every_usual_encoding(encoding):
    assert read_table("房号,姓名\n3-2-501,张三".encode(encoding), "x.csv") == [["房号", "姓名"], ["3-2-501", "张三"]]


def test_utf_16_of_both_byte_orders_is_read():
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert read_table(mark + "姓名\t电话".encode(encoding), "x.csv") == [["姓名", "电话"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_even_when_cells_hold_the_others(delimiter):
    rows = [["房号", "姓名", "电话"], ["3-2-501", "张三", "1;2"], ["3-2-502", '"李,四"', "3"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert read_table(text.encode(), "x.csv")[2][:2] == ["3-2-502", "李,四"]


def test_a_stated_delimiter_is_obeyed_and_is_no_row():
    assert read_table(b"sep=;\r\na,1;b\r\n", "x.csv") == [["a,1", "b"]]


def test_what_nobody_sees_is_dropped():
    assert read_table("张\u200b三,\ufeff李四 ".encode(), "x.csv") == [["张三", "李四"]]


def test_the_reader_gives_the_same_in_this_process_as_in_its_own():
    book = workbook(
        ["标题", None, True], [3.0, 0.5, datetime.time(9, 5)], [None, "y", datetime.date(2026, 10, 8)], merge=["A2:A3"]
    )
    for data in (book, old_workbook()):
        answer = workbook_reader.read(data, None)
        assert read_table(data, "x") == answer["rows"] and sheet_names(data, "x") == answer["names"]
    assert workbook_reader.read(workbook(), None) == {"names": [], "rows": []}
    assert workbook_reader.read(workbook([None] * 200 + ["x"]), None) == {"refused": "columns"}
    assert workbook_reader.read(b"no workbook", None) == {"refused": "damaged"}
    assert workbook_reader.read(book, "no such sheet") == {"refused": "sheet"}
    moment = workbook([datetime.datetime(2026, 10, 8, 9, 14), datetime.datetime(2026, 10, 8)])
    assert workbook_reader.read(moment, "Sheet")["rows"] == [["2026-10-08 09:14:00", "2026-10-08"]]


# --- refusing --------------------------------------------------------------------------------------------------------


def test_empty_files_are_refused():
    assert refusal(b"") and refusal(b" \n\r\n") and refusal(b",,\n,,", "x.csv") and refusal(workbook())


@pytest.mark.parametrize(
    "data", [b"<html><table><tr><td>1", b"\n<!DOCTYPE html>", b'<?xml version="1.0"?><Workbook/>', b"<table>"]
)
def test_a_web_page_named_like_a_workbook_is_refused(data):
    assert "名册.xls" in refusal(data, "名册.xls")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 abc",
        b"{\\rtf1",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"PK\x03\x04 no zip at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook",
        b"\xff\xfe\x00",
        b"abc\xff\xff\xff",
        package(),
    ],
)
def test_what_is_no_table_is_refused(data):
    assert "名册.xlsx" in refusal(data)


def test_another_kind_of_package_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("word/document.xml", "x")
    assert "名册.docx" in refusal(out.getvalue(), "名册.docx")


def test_damaged_workbooks_are_refused_and_never_end_the_process():
    whole, old = write_workbook([Sheet("a", ["x"], [["y"]] * 50)]), old_workbook()
    for cut in (0.3, 0.6, 0.9):
        refusal(whole[: int(len(whole) * cut)])
    refusal(old[:600] + b"\xff" * 900 + old[1500:])


def test_a_row_number_that_would_take_all_memory_is_refused():
    # The reading library aborts its process on this one.
    source = zipfile.ZipFile(io.BytesIO(workbook(["x", "y"], ["z"])))
    parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<row r="2"', b'<row r="4294967290"').replace(
        b'<c r="A2"', b"<c"
    )
    assert parts["xl/worksheets/sheet1.xml"] != sheet
    refusal(package(**parts))


def test_a_locked_workbook_is_refused_for_its_password():
    # The record after the beginning of an old workbook becomes FILEPASS; a locked new one is a container of this part.
    old = bytearray(old_workbook())
    start = old.index(b"\x09\x08\x10\x00") + 20
    old[start : start + 2] = b"\x2f\x00"
    new = bytearray(old_workbook())
    start = new.index("Workbook".encode("utf-16-le"))
    new[start : start + 32] = "EncryptedPackage".encode("utf-16-le")
    locked = {refusal(bytes(old)), refusal(bytes(new))}
    assert len(locked) == 1 and "名册.xlsx" not in locked.pop()


def test_a_bomb_is_refused_before_it_is_opened():
    assert refusal(package(**{"xl/worksheets/sheet1.xml": b"0" * 50_000_000}))


def test_a_bomb_that_lies_about_its_size_is_refused():
    data = bytearray(package(**{"xl/worksheets/sheet1.xml": b"0" * 50_000_000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert refusal(bytes(data))


def test_too_many_parts_are_refused():
    assert refusal(package(**{f"xl/p{number}": b"" for number in range(spreadsheet.MAX_PARTS)}))


def test_too_many_bytes_are_refused():
    assert "10" in refusal(b"a" * (spreadsheet.MAX_BYTES + 1))


def test_too_many_rows_or_columns_are_refused():
    assert str(spreadsheet.MAX_ROWS) in refusal(b"a\n" * (spreadsheet.MAX_ROWS + 1), "x.csv")
    assert str(spreadsheet.MAX_COLUMNS) in refusal(b"a," * spreadsheet.MAX_COLUMNS + b"a", "x.csv")
    assert str(spreadsheet.MAX_COLUMNS) in refusal(workbook(["x"] * (spreadsheet.MAX_COLUMNS + 1)))


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "XFD1"])
def test_a_lonely_cell_far_out_is_refused_without_making_room_for_it(address):
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active[address] = "y"
    out = io.BytesIO()
    book.save(out)
    assert refusal(out.getvalue())


def test_an_old_workbook_that_is_too_wide_is_refused():
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 255, "x")
    out = io.BytesIO()
    book.save(out)
    assert str(spreadsheet.MAX_COLUMNS) in refusal(out.getvalue())


def test_an_unclosed_quotation_mark_that_swallows_the_file_is_refused_with_its_row():
    text = 'a,b\nc,"d\n' + "e,f\n" * 20_000
    assert "2" in refusal(text.encode(), "x.csv")


@settings(max_examples=300)
@given(st.binary(max_size=200).filter(lambda data: not data.startswith((b"PK", b"\xd0\xcf"))))
def test_any_bytes_are_read_or_refused(data):
    try:
        table = read_table(data, "x.csv")
    except SpreadsheetError as error:
        assert str(error)
    else:
        assert table and all(isinstance(cell, str) for row in table for cell in row)


# --- writing ---------------------------------------------------------------------------------------------------------

AWKWARD = [
    "330481001009123456",
    "0012",
    "=1+1",
    "+86",
    "-5",
    "@x",
    "'=1",
    "'quoted",
    "张三",
    "https://x",
    "1e5",
    "x" * 40_000,
]


def test_text_stays_text_in_a_workbook():
    data = write_workbook([Sheet("名册", ["一"], [[text] for text in AWKWARD])])
    sheet = openpyxl.load_workbook(io.BytesIO(data))["名册"]
    written = [sheet.cell(row, 1) for row in range(2, len(AWKWARD) + 2)]
    assert [cell.value for cell in written] == [text[:32_767] for text in AWKWARD]
    assert {cell.data_type for cell in written} == {"s"}
    assert [cell.quotePrefix for cell in written[:6]] == [False, False, True, True, True, True]
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.b


def test_numbers_days_and_blanks_keep_their_kind():
    row = [1, 2.5, datetime.date(2026, 10, 8), datetime.datetime(2026, 10, 8, 9, 14), True, None, 10**17]
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("a", [], [row])]))).active
    values = [cell.value for cell in sheet[1]]
    assert values[:2] == [1, 2.5] and values[4:] == [True, None, str(10**17)]
    assert values[2] == datetime.datetime(2026, 10, 8) and values[3] == row[3]


def test_awkward_sheet_titles_are_made_acceptable_and_unique():
    titles = ["a/b:c", "a/b:c", "", "History", "x" * 40, "x" * 40, "'q'"]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet(title, ["h"], []) for title in titles])))
    assert len(set(book.sheetnames)) == len(titles) and all(0 < len(name) <= 31 for name in book.sheetnames)


def test_no_sheet_at_all_is_still_a_workbook():
    assert openpyxl.load_workbook(io.BytesIO(write_workbook([]))).sheetnames


def test_columns_are_as_wide_as_their_text_or_as_told():
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("a", ["h"], [["张三李四王五赵六"]])]))).active
    assert 17 < sheet.column_dimensions["A"].width < 20
    told = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("a", ["h"], [], widths=[30])]))).active
    assert 30 <= told.column_dimensions["A"].width < 31


def test_csv_opens_in_excel_and_holds_no_formula():
    data = write_csv([["=1+1", "+86", "-5", "@x", "0012", "张三", 5, None]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "'=1+1,'+86,'-5,'@x,0012,张三,5,\r\n"


printable = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Co", "Cn")), min_size=1
)


@given(st.lists(st.lists(printable, min_size=2, max_size=4), min_size=1, max_size=5))
def test_csv_reads_back_what_it_wrote(rows):
    assert read_table(write_csv([["题", "名", "三", "四"], *rows]), "x.csv")[1:] == rows


def test_a_workbook_reads_back_what_it_wrote():
    rows = [["330481001009123456", "0012", "=1+1", "张三"], ["", "x", "", "y"]]
    assert read_table(write_workbook([Sheet("a", ["一", "二", "三", "四"], rows)]), "x.xlsx")[1:] == rows


def test_json_with_too_many_names_is_refused_before_it_fills_the_memory():
    many = [{f"列{number}": 1 for number in range(workbook_reader.MAX_COLUMNS * 20)}, *({} for _row in range(20_000))]
    content = json.dumps(many)
    assert [len(row) for row in read_objects(content)] == [workbook_reader.MAX_COLUMNS + 1]
    with pytest.raises(SpreadsheetError):
        read_table(content.encode(), "list.json")
