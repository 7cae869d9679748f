"""A table read as one of the lists that can be brought in: its columns, the values of its rows, and what they would do.

Reads only; the upload is kept and written in `imports`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.cells import is_nothing, plain
from core.errors import Invalid
from core.plugin.declarations.imports import Import, ImportColumn, Stored
from core.spreadsheet import Table
from core.store.db import canonical
from core.text import LazyText, _
from core.titles import BadRow, Question, best_line, data_lines, is_error_title, title_key, titles_of
from core.workbook_reader import clean

Columns = Mapping[str, int | None]
REASONS = ("missing", "unreadable", "duplicate", "refused")


@dataclass(frozen=True)
class ReadRow:
    """One row that can be understood: the values of its filled cells by field, and the cells as they stand there."""

    line: int
    values: Mapping[str, Any]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ListFile:
    """A table read as a list. While `questions` are open, `rows` and `bad` are empty. `header_row` counts from 1."""

    columns: Columns
    header_row: int
    titles: tuple[str, ...]
    questions: tuple[Question, ...]
    rows: tuple[ReadRow, ...]
    bad: tuple[BadRow, ...]
    lines: int

    def summary(self, bad: Sequence[BadRow]) -> dict[str, Any]:
        """Counts: data `rows`, and those that are `bad` by reason."""
        counted = Counter(row.reason for row in bad)
        return {"rows": self.lines, "bad": {reason: counted[reason] for reason in REASONS}}


@dataclass(frozen=True)
class Planned:
    """What one good row would do: `stored` is the record it is about (None: a new one), `values` what would be written.

    `before` are the values they would replace; both are empty where nothing changes.
    """

    line: int
    name: str
    values: Mapping[str, Any]
    cells: tuple[str, ...]
    stored: Stored | None = None
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What the good rows of a file would do."""

    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    same: list[Planned] = field(default_factory=list)

    @property
    def to_write(self) -> list[Planned]:
        """The rows that do something, in the order of the file."""
        return sorted([*self.new, *self.changed], key=lambda row: row.line)

    @property
    def digest(self) -> str:
        """A short key of what would be written: equal plans, equal key."""
        told = [(row.line, row.stored and str(row.stored.ref), row.before, row.values) for row in self.to_write]
        return hashlib.sha256(canonical(told).encode("utf-8", "replace")).hexdigest()[:16]


# --- columns ---------------------------------------------------------------------------------------------------------


def known_titles(column: ImportColumn) -> set[str]:
    """Every title that names a column, as titles are compared."""
    label = column.label
    source = label.message if isinstance(label, LazyText) else label
    return {title_key(title) for title in (str(label), source, column.field, *column.titles)}


def columns_from(imported: Import, mapping: Mapping[str, object]) -> dict[str, int | None]:
    """Columns from stored or posted values; what is no column number counts as not in the file."""
    found: dict[str, int | None] = {}
    for column in imported.columns:
        value = mapping.get(column.field)
        is_number = isinstance(value, (int, str)) and re.fullmatch(r"[0-9]{1,4}", str(value)) is not None
        found[column.field] = int(str(value)) if is_number else None
    return found


def header_and_titles(imported: Import, table: Table) -> tuple[int, tuple[str, ...]]:
    """The line of the titles (the first filled one, when none is known) and the titles, as wide as the table."""
    known = [known_titles(column) for column in imported.columns]

    def count(row: Sequence[str]) -> int:
        keys = {title_key(cell) for cell in row if 0 < len(cell) < 60}
        return sum(1 for titles in known if titles & keys)

    line = best_line(table, count) or best_line(table, count, 1)
    line = line or next((number for number, row in enumerate(table, 1) if any(row)), 1)
    width = max((len(row) for row in table), default=0)
    return line, titles_of(table[line - 1], width)


def guess(imported: Import, titles: Sequence[str]) -> dict[str, int | None]:
    """The column of each field by its title: the same word first, else the only title that contains one."""
    keys = {column: title_key(title) for column, title in enumerate(titles) if title and not is_error_title(title)}
    found: dict[str, int | None] = {column.field: None for column in imported.columns}
    for column in imported.columns:
        words = known_titles(column)
        same = [at for at, key in keys.items() if key in words]
        if same:
            found[column.field] = same[0]
            keys.pop(same[0])
    for column in imported.columns:
        if found[column.field] is None:
            words = {word for word in known_titles(column) if len(word) > 1}
            like = [at for at, key in keys.items() if any(word in key for word in words)]
            if len(like) == 1:
                found[column.field] = like[0]
                keys.pop(like[0])
    return found


# --- rows ------------------------------------------------------------------------------------------------------------


def read_list(imported: Import, table: Table, columns: Columns | None, given: Mapping[str, str]) -> ListFile:
    """Read a table as a list, by `columns` or by a guess; `given` are texts for the rows whose own cell says nothing.

    A row is refused for its first fault: a cell that is needed and empty, one that cannot be understood, the same key as an
    earlier good row. The example row of the template is no data.
    """
    header, titles = header_and_titles(imported, table)
    found = dict(columns) if columns is not None else guess(imported, titles)
    questions = tuple(_questions(imported, found, given))
    reader = _Reader(imported, found, given)
    lines = [(line, cells) for line, cells in data_lines(table, header) if not reader.is_example(cells)]
    for line, cells in () if questions else lines:
        reader.read(line, cells)
    return ListFile(found, header, titles, questions, tuple(reader.rows), tuple(reader.bad), len(lines))


def _questions(imported: Import, found: Columns, given: Mapping[str, str]) -> Iterable[Question]:
    for column in imported.columns:
        if column.is_needed and found.get(column.field) is None and not given.get(column.field):
            yield Question(column.field, (), _("Which column holds “%(field)s”?", field=column.label))


class _Reader:
    """Reads row after row and remembers the keys seen, for duplicates."""

    def __init__(self, imported: Import, columns: Columns, given: Mapping[str, str]) -> None:
        self.imported = imported
        self.columns = columns
        self.given = given
        self.rows: list[ReadRow] = []
        self.bad: list[BadRow] = []
        self.seen: dict[tuple[str, ...], int] = {}

    def text(self, column: ImportColumn, cells: Sequence[str]) -> str:
        """What a row says in a column, or what was typed for all rows."""
        at = self.columns.get(column.field)
        own = cells[at].strip() if at is not None and at < len(cells) else ""
        return own or self.given.get(column.field, "").strip()

    def is_example(self, cells: Sequence[str]) -> bool:
        """Whether this is the example row of the template, word for word."""
        told = [(self.text(column, cells), column.example) for column in self.imported.columns if column.example]
        return bool(told) and all(text == example for text, example in told)

    def read(self, line: int, cells: tuple[str, ...]) -> None:
        """Judge one row and keep it among the good or the bad ones."""
        values: dict[str, Any] = {}
        for column in self.imported.columns:
            text = self.text(column, cells)
            if column.is_needed and is_nothing(text):
                self._refuse(line, cells, column, "missing", _("“%(field)s” is missing.", field=column.label))
                return
            if not text:
                continue
            try:
                values[column.field] = column.cell.empty if is_nothing(text) else column.cell.read(text)
            except Invalid as error:
                message = _("%(field)s “%(text)s”: %(why)s", field=column.label, text=text[:40], why=error.message)
                self._refuse(line, cells, column, "unreadable", message)
                return
        key = key_of(self.imported, values)
        if key in self.seen:
            first = next(column for column in self.imported.columns if column.key)
            message = _("The same stands in row %(line)d already.", line=self.seen[key])
            self._refuse(line, cells, first, "duplicate", message)
            return
        self.seen[key] = line
        self.rows.append(ReadRow(line, values, cells))

    def _refuse(self, line: int, cells: tuple[str, ...], column: ImportColumn, reason: str, message: LazyText) -> None:
        self.bad.append(BadRow(line, column.field, self.columns.get(column.field), reason, message, cells))


# --- comparing -------------------------------------------------------------------------------------------------------


def key_of(imported: Import, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a record from the others, without differences of width, case and blanks."""
    parts = (column.cell.show(values[column.field]) for column in imported.columns if column.key)
    return tuple(plain(part).casefold() for part in parts)


def name_in(imported: Import, values: Mapping[str, Any]) -> str:
    """What a record is called in messages: its key."""
    return " ".join(column.cell.show(values[column.field]) for column in imported.columns if column.key)


def compare(imported: Import, rows: Iterable[ReadRow], stored: Iterable[Stored]) -> Plan:
    """What the rows would do to the records there are."""
    known: dict[tuple[str, ...], Stored] = {}
    for each in stored:
        known.setdefault(key_of(imported, each.values), each)
    compared = [column for column in imported.columns if not column.key and not column.only_new]
    plan = Plan()
    for row in rows:
        name = name_in(imported, row.values)
        found = known.get(key_of(imported, row.values))
        if found is None:
            plan.new.append(Planned(row.line, name, row.values, row.cells))
            continue
        told = [column.field for column in compared if _differs(column, found.values[column.field], row.values)]
        values = {each: row.values[each] for each in told}
        before = {each: found.values[each] for each in told}
        planned = Planned(row.line, name, values, row.cells, found, before)
        (plan.changed if values else plan.same).append(planned)
    return plan


def _differs(column: ImportColumn, stored: Any, values: Mapping[str, Any]) -> bool:
    """Whether a row says something else than what is stored. What a file cannot hold (kinds of blanks, marks nobody sees, 无
    where it means nothing) is no difference, so that an exported list is the same when it comes back.
    """
    if column.field not in values or values[column.field] == stored:
        return False
    was, told = (" ".join(clean(column.cell.show(value)).split()) for value in (stored, values[column.field]))
    return was != told and not (is_nothing(was) and is_nothing(told))
