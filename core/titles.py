"""The titles of a table's columns and the lines beneath them: what every import of a file needs, whatever the columns mean.

Which fields there are is said by `core.people.columns` for registers of residents, by an `Import` for everything else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.cells import plain, split_remarks
from core.spreadsheet import Sheet, write_workbook
from core.text import Label, LazyText, _

ERROR_TITLE = _("Reason for the error")
# Titles are searched for in this many rows from the top.
DEEPEST_HEADER = 10
_TOTAL = re.compile("(合计|总计|小计|共计|累计|总数|本页计)")
_FOOT = re.compile("(制表|填表|审核|复核|打印|导出|统计|登记|说明|备注|注)(人|员|单位|日期|时间|部门)?:")


@dataclass(frozen=True)
class Question:
    """A field that must be asked for: `candidates` are the columns that may hold it (none: no idea)."""

    field: str
    candidates: tuple[int, ...]
    message: LazyText


@dataclass(frozen=True)
class BadRow:
    """One row that is not imported, with one reason (a short word) and what to tell people.

    `field` and `column` (zero-based) say where to look; `line` is the line of the file.
    """

    line: int
    field: str
    column: int | None
    reason: str
    message: Label
    cells: tuple[str, ...]


# --- titles ----------------------------------------------------------------------------------------------------------


def title_key(text: str) -> str:
    """A title as it is compared: half width, lower case, without blanks, stars, colons and what stands in brackets."""
    bare = split_remarks(plain(text))[0] or plain(text)
    return re.sub(r"[\s*:.、_#\d]+", "", bare.lower())


def is_error_title(title: str) -> bool:
    """Whether a column holds the reasons that an error workbook added, in whichever language it was made."""
    return title_key(title) in {title_key(known) for known in (str(ERROR_TITLE), ERROR_TITLE.message, "错误原因")}


def titles_of(row: Sequence[str], width: int) -> tuple[str, ...]:
    """The cells of a header row, as many as the table is wide."""
    cells = [cell.strip() for cell in row]
    return tuple(cells + [""] * (width - len(cells)))


def best_line(table: Sequence[Sequence[str]], count: Callable[[Sequence[str]], int], least: int = 2) -> int | None:
    """The line (1-based) among the first ones whose cells name the most fields by `count`, `least` of them at least."""
    scores = [count(row) for row in table[:DEEPEST_HEADER]]
    return scores.index(max(scores)) + 1 if scores and max(scores) >= least else None


def signature(titles: Sequence[str]) -> str:
    """A short key of a file layout, under which a corrected mapping is remembered: equal titles, equal key.

    The column of reasons that an error workbook adds does not change it.
    """
    known = [title_key(title) for title in titles if not is_error_title(title)]
    while known and not known[-1]:
        known.pop()
    layout = "\x1f".join(known) if any(known) else f"untitled {len([t for t in titles if not is_error_title(t)])}"
    return hashlib.sha256(layout.encode("utf-8", "replace")).hexdigest()[:16]


# --- lines -----------------------------------------------------------------------------------------------------------


def data_lines(table: Sequence[Sequence[str]], header: int | None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines below the titles with their numbers: without empty ones, repeated titles, totals and the office's foot."""
    titles = [plain(cell) for cell in table[header - 1]] if header else None
    for line, row in enumerate(table[(header or 0) :], (header or 0) + 1):
        cells = tuple(row)
        filled = [plain(cell) for cell in cells if cell.strip()]
        if not filled or _is_total(filled) or (titles and [plain(cell) for cell in cells] == titles):
            continue
        yield line, cells


def _is_total(filled: Sequence[str]) -> bool:
    first = filled[0].replace(" ", "")
    if _TOTAL.match(first) and len(first) <= 12:
        return True
    return len(filled) <= 3 and _FOOT.match(first) is not None


def error_workbook(
    table: Sequence[Sequence[str]],
    titles: Sequence[str],
    bad: Sequence[BadRow],
    untitled: Mapping[int, Label] | None = None,
) -> bytes:
    """The bad rows as .xlsx: the columns of `table` as they were, with the reason in a column behind them.

    Corrected, the same file can be imported: a column of reasons from an earlier import is replaced. `untitled` are the
    titles, by column, of a file that has none.
    """
    width = max((len(row) for row in table), default=0)
    header = list(titles[:width]) + [""] * (width - len(titles))
    for column, label in (untitled or {}).items():
        if column < width:
            header[column] = str(label)
    kept = [column for column in range(width) if not is_error_title(header[column])]
    rows = [
        [*(each.cells[column] if column < len(each.cells) else "" for column in kept), str(each.message)]
        for each in bad
    ]
    return write_workbook([Sheet(str(_("Rows to correct")), [*(header[c] for c in kept), str(ERROR_TITLE)], rows)])
