"""Reads the cells of a workbook in a process of its own: `python -m core.workbook_reader [SHEET]`, bytes in, JSON out.

The reading library aborts the whole process on some damaged files (it allots what a wrong number in them says), so it
never runs inside the server. Only `core.spreadsheet` starts this; the limits it keeps are set here.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from core.child import limit_memory

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MAX_ROWS = 100_000
MAX_COLUMNS = 200
# Enough for the largest table within the limits; a wrong number asks for far more.
_MAX_MEMORY = 3 * 1024**3
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
# A locked .xlsx is a container of this part, a locked .xls begins with FILEPASS; the library calls both damaged.
_LOCKED = re.compile(
    b"^\xd0\xcf\x11\xe0.*?(?:%s|\x09\x08\x10\x00.{16}\x2f\x00)" % "EncryptedPackage".encode("utf-16-le"), re.DOTALL
)


def clean(text: str) -> str:
    """The text without what nobody can see or no database can store (NUL, zero-width marks, lone surrogates)."""
    return _INVISIBLE.sub("", text).strip()


def read(data: bytes, wanted: str | None) -> dict[str, Any]:
    """`names` of the visible filled sheets and the `rows` of the first (or the wanted) one; or `refused` and why:
    locked, damaged, rows, columns, sheet."""
    if _LOCKED.search(data):
        return {"refused": "locked"}
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [name for name in _visible(book) if book.get_sheet_by_name(name).end is not None]
        if wanted is not None and wanted not in names:
            return {"refused": "sheet"}
        chosen = wanted if wanted is not None else next(iter(names), None)
        if chosen is None:
            return {"names": [], "rows": []}
        sheet = book.get_sheet_by_name(chosen)
        last_row, last_column = sheet.end or (0, 0)
        if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS:
            return {"refused": "rows" if last_row >= MAX_ROWS else "columns"}
        return {"names": names, "rows": _rows(sheet)}
    except (CalamineError, OSError, ValueError):
        return {"refused": "damaged"}


def _visible(book: CalamineWorkbook) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        meta.name
        for meta in book.sheets_metadata
        if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
    ]


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    table = [[_cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        # Only downwards: a title merged across a sheet must not become the title of every column.
        if bottom > top and top < len(table) and left < len(table[top]):
            for row in table[top + 1 : bottom + 1]:
                row[left] = row[left] or table[top][left]
    return table


def _cell_text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # 15 digits are what Excel itself keeps; more would show the tail of the binary fraction.
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    return str(value)


def main() -> None:
    """Read a workbook from standard input and write the answer of `read` to standard output."""
    limit_memory(_MAX_MEMORY)
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    answer = read(sys.stdin.buffer.read(), wanted)
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
