"""Tables in and out: .xlsx, .xls, .csv and .json bytes become rows of text, and rows become .xlsx or .csv bytes.

What a column means is not decided here (see `core.titles`); nothing here touches disk or database.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core import workbook_reader
from core.child import ChildFailed, ask
from core.errors import Refused
from core.json_table import NotAList, looks_like_json, read_objects
from core.text import LazyText, _
from core.workbook_reader import MAX_COLUMNS, MAX_ROWS, clean

Table = list[list[str]]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# Real registers of repeated words reach about 40; the smallest deflate bombs start near 1,000.
MAX_RATIO = 200
MAX_PARTS = 2_000
_MAX_SECONDS = 120
# Longer than what Excel can hold in a cell: only an unclosed quotation mark makes such a cell in a .csv.
MAX_CELL_CHARACTERS = 32_767

# What `zipfile` raises for a package that is none, is damaged or locked.
DAMAGED_PACKAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC = b"PK\x03\x04"
_FORMULA_START = re.compile(r"'*[=+\-@\t\r]")
_BINARY = re.compile("[\x00-\x08\x0e-\x19]")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*?(/?)>")
# A cell's opening tag may lie across two chunks of the unpacked sheet; it is never longer than this.
_TAG_BYTES = 512


class SpreadsheetError(Refused):
    """A file cannot be read as a table; the message says why in plain words."""

    status = 422


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: `title` on its tab, `header` in row 1 (may be empty), then `rows`.

    Cells may be text, int, float, Decimal (money, with two decimals), date, datetime, bool or None. `widths` are in characters; guessed where absent.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Sequence[float] | None = None


def read_table(data: bytes, filename: str, *, sheet: str | None = None) -> Table:
    """Read the first filled sheet (or the one named `sheet`) as rows of text; row n is line n of the file.

    The content decides what the file is, whatever `filename` ends with. Whole numbers come without decimals, days as
    2026-10-08, a vertically merged cell repeats its text in every row. Rows may differ in length; trailing empty
    rows are dropped. Raises `SpreadsheetError` when the file is too large, damaged, locked or not a table.
    """
    _check_size(data)
    if not data.startswith((_ZIP_MAGIC, _OLE_MAGIC)):
        return _read_csv(data, filename)
    table = _without_empty_end(_read_workbook(data, filename, sheet)["rows"])
    if not table:
        raise SpreadsheetError(_("There is nothing in the file “%(filename)s”.", filename=filename))
    return table


def sheet_names(data: bytes, filename: str) -> list[str]:
    """The visible, filled sheets of a workbook in their order; empty for a .csv. Raises like `read_table`."""
    _check_size(data)
    if not data.startswith((_ZIP_MAGIC, _OLE_MAGIC)):
        return []
    return list(_read_workbook(data, filename, None)["names"])


def _check_size(data: bytes) -> None:
    if not data.strip():
        raise SpreadsheetError(_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise SpreadsheetError(
            _("The file is larger than %(limit)d MB. Split it and import the parts.", limit=MAX_BYTES // 1024 // 1024)
        )


# --- workbooks -------------------------------------------------------------------------------------------------------


def _read_workbook(data: bytes, filename: str, sheet: str | None) -> dict[str, Any]:
    """The answer of `core.workbook_reader.read`, asked in a process that a damaged file may break."""
    if data.startswith(_ZIP_MAGIC):
        _check_package(data, filename)
    try:
        chosen = (sheet,) if sheet is not None else ()
        answer: dict[str, Any] = json.loads(ask(workbook_reader.__name__, data, *chosen, seconds=_MAX_SECONDS))
    except (ChildFailed, ValueError) as error:
        raise _damaged(filename) from error
    refused = answer.get("refused")
    if refused == "locked":
        raise SpreadsheetError(_("The file is locked with a password. Save it without one and try again."))
    if refused == "sheet":
        raise SpreadsheetError(_("There is no sheet named “%(sheet)s” in this file.", sheet=sheet))
    if refused in ("rows", "columns"):
        _check_shape(MAX_ROWS + (refused == "rows"), MAX_COLUMNS + (refused == "columns"))
    if refused:
        raise _damaged(filename)
    return answer


def _damaged(filename: str) -> SpreadsheetError:
    return SpreadsheetError(
        _(
            "The file “%(filename)s” is damaged or not a table. Open it in Excel or WPS and save it as .xlsx.",
            filename=filename,
        )
    )


def _check_shape(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise SpreadsheetError(_("The table has more than %(limit)d rows. Split it.", limit=MAX_ROWS))
    if columns > MAX_COLUMNS:
        raise SpreadsheetError(_("The table has more than %(limit)d columns.", limit=MAX_COLUMNS))


def _without_empty_end(table: Table) -> Table:
    while table and not any(table[-1]):
        table.pop()
    return table


def _check_package(data: bytes, filename: str) -> None:
    """Refuse what is no workbook, and bombs: the parts are unpacked and counted here, never trusted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise SpreadsheetError(
                    _("“%(filename)s” is not an Excel workbook. Save it as .xlsx and try again.", filename=filename)
                )
            check_unpacked(package)
    except DAMAGED_PACKAGE as error:
        raise _damaged(filename) from error


def check_unpacked(package: zipfile.ZipFile) -> None:
    """Refuse a package that is a bomb: its parts are unpacked and counted, whatever sizes it states.

    Raises `SpreadsheetError`, and what `zipfile` raises for a damaged one.
    """
    parts = package.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise _too_large_inside()
    budget = MAX_UNPACKED_BYTES
    for part in parts:
        budget -= _unpacked_size(package, part, budget)


def _too_large_inside() -> SpreadsheetError:
    return SpreadsheetError(_("The file is far larger inside than it looks. It is not read, to protect this computer."))


def _unpacked_size(package: zipfile.ZipFile, part: zipfile.ZipInfo, budget: int) -> int:
    """Unpack one part in pieces; the sizes a package states may be lies, so they are replaced by the budget."""
    limit = min(budget, max(1024 * 1024, part.compress_size * MAX_RATIO))
    # Beyond the limit by more than one piece, so that the check below comes before the reader's own end.
    part.file_size = limit + (2 << 20)
    size = 0
    tail = b""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    with package.open(part) as stream:
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > limit:
                raise _too_large_inside()
            if is_sheet:
                _check_addresses(tail + chunk)
                tail = chunk[-_TAG_BYTES:]
    return size


def _check_addresses(xml: bytes) -> None:
    """Refuse a filled cell beyond the limits: the reader allots the whole rectangle up to the farthest cell."""
    for letters, row, empty in _FILLED_CELL.findall(xml):
        if not empty:
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            if column > MAX_COLUMNS or int(row) > MAX_ROWS:
                _check_shape(int(row), column)


# --- comma-separated values ------------------------------------------------------------------------------------------


def _read_csv(data: bytes, filename: str) -> Table:
    text = read_text(data, filename)
    if looks_like_json(text):
        return _read_json(text, filename)
    first = text.lstrip()[:200].lower()
    if first.startswith(("<!doctype", "<html", "<table", "<head", "<meta", "<?xml", "<style")):
        raise SpreadsheetError(
            _(
                "“%(filename)s” is a web page with the name of a workbook. Open it in Excel or WPS, "
                "save it as .xlsx and try again.",
                filename=filename,
            )
        )
    delimiter = None
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        delimiter, text = stated[1], text[stated.end() :]
    return _split_rows(text, delimiter or _guess_delimiter(text))


def _read_json(text: str, filename: str) -> Table:
    try:
        table = read_objects(text)
    except NotAList as error:
        message = _("“%(filename)s” is JSON, but no list of objects with a name for each value.", filename=filename)
        raise SpreadsheetError(message) from error
    _check_shape(len(table), len(table[0]))
    if not table[0]:
        raise SpreadsheetError(_("The file is empty."))
    return table


def read_text(data: bytes, filename: str) -> str:
    """Text in UTF-8, UTF-16 with a mark, or GB18030 (which contains GBK), tried in this order.

    Anything else raises `SpreadsheetError`.
    """
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text) and not re.match(r"%PDF|\{\\rtf", text):
            return text
    raise _damaged(filename)


def _guess_delimiter(text: str) -> str:
    """Of comma, semicolon and tab, the one that cuts the first rows most often (outside quotation marks)."""
    sample = "".join(text.splitlines(keepends=True)[:50])[:100_000]
    cuts = {}
    for delimiter in ",;\t":
        try:
            cuts[delimiter] = sum(
                len(row) - 1 for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row
            )
        except csv.Error:
            cuts[delimiter] = 0
    return max(cuts, key=lambda delimiter: cuts[delimiter])


def _split_rows(text: str, delimiter: str) -> Table:
    table: Table = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(len(cell) > MAX_CELL_CHARACTERS for cell in row):
                raise _unclosed(len(table) + 1)
            table.append([clean(_unescape(cell)) for cell in row])
            if len(table) > MAX_ROWS or len(row) > MAX_COLUMNS:
                _check_shape(len(table), len(row))
    except csv.Error as error:
        raise _unclosed(len(table) + 1) from error
    table = _without_empty_end(table)
    if not table:
        raise SpreadsheetError(_("The file is empty."))
    return table


def _unclosed(line: int) -> SpreadsheetError:
    return SpreadsheetError(_("Row %(line)d cannot be read: a quotation mark is not closed.", line=line))


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA_START.match(cell) else cell


# --- writing ---------------------------------------------------------------------------------------------------------


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as UTF-8 with BOM, so that Excel shows Chinese; text that looks like a formula gets a leading apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _csv_cell(value: object) -> object:
    if isinstance(value, (str, LazyText)):
        text = str(value)
        return "'" + text if _FORMULA_START.match(text) else text
    return value


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Sheets as .xlsx bytes: bold frozen header, text stays text (18-digit numbers, leading zeros, never a formula)."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {
        "header": book.add_format(
            {"bold": True, "bg_color": "#F3EDE2", "bottom": 1, "text_wrap": True, "num_format": "@"}
        ),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        # What Excel stores for a cell typed with a leading apostrophe: it stays text even when someone edits it.
        "guarded": book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
    }
    taken: set[str] = set()
    for sheet in sheets:
        _write_sheet(book.add_worksheet(_tab(sheet.title, taken)), sheet, formats)
    if not taken:
        book.add_worksheet()
    book.close()
    return out.getvalue()


def _tab(title: str, taken: set[str]) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at the ends, unique."""
    name = re.sub(r"[\[\]:*?/\\]", " ", clean(str(title))).strip("' ")[:31] or "Sheet"
    if name.lower() == "history":
        name = "History 1"
    wished, number = name, 1
    while name.lower() in taken:
        number += 1
        name = f"{wished[:27]} {number}"
    taken.add(name.lower())
    return name


def _write_sheet(target: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    widths: list[float] = []
    first = 0
    if sheet.header:
        for column, title in enumerate(sheet.header):
            target.write_string(0, column, _fit(str(title)), formats["header"])
            _widen(widths, column, str(title))
        target.freeze_panes(1, 0)
        first = 1
    last = first
    for line, row in enumerate(sheet.rows, first):
        for column, value in enumerate(row):
            _write_cell(target, line, column, value, formats)
            _widen(widths, column, value)
        last = line
    target.set_paper(9)
    target.set_landscape()
    target.fit_to_pages(1, 0)
    target.set_footer("&C&P / &N")
    if sheet.header:
        target.repeat_rows(0)
    if sheet.header and last > 0:
        target.autofilter(0, 0, last, len(sheet.header) - 1)
    for column, width in enumerate(sheet.widths or widths):
        target.set_column(column, column, width)


def _write_cell(target: Any, line: int, column: int, value: object, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        target.write_boolean(line, column, value)
    elif isinstance(value, (int, float)) and abs(value) < 10**15:
        target.write_number(line, column, value)
    elif isinstance(value, Decimal) and abs(value) < 10**13:
        # Excel keeps 15 digits: with two of them behind the point, the 分 is exact.
        target.write_number(line, column, value, formats["money"])
    elif isinstance(value, datetime.datetime):
        target.write_datetime(line, column, value.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, datetime.date):
        target.write_datetime(line, column, value, formats["day"])
    else:
        text = _fit(str(value))
        target.write_string(line, column, text, formats["guarded" if _FORMULA_START.match(text) else "text"])


def _fit(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "", text)[:MAX_CELL_CHARACTERS]


def _widen(widths: list[float], column: int, value: object) -> None:
    """Let the column be as wide as its widest text, a Chinese character counting two, within 6 to 50."""
    while len(widths) <= column:
        widths.append(6)
    if value is not None and widths[column] < 50:
        width = 2 + sum(2 if character > "\u2e7f" else 1 for character in str(value)[:60])
        widths[column] = min(50, max(widths[column], width))
