"""A register as rows of homes and people: what can be imported, what cannot and why, and the workbook of the latter.

Nothing is stored here and no person is matched with another; that is the business of `core.people.roster`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.cells import is_nothing, join_notes, plain, split_remarks
from core.people.columns import FIELD_LABELS, PARTICULARS, Columns
from core.people.door import Door, door_prefix, join_door, parse_address
from core.people.guess import guess
from core.people.names import PersonName, split_names
from core.people.particulars import read_birth_year, read_grid, read_sex
from core.people.phone import Phone, parse_phones
from core.text import Label, LazyText, _
from core.titles import BadRow, Question, data_lines
from core.titles import error_workbook as write_error_workbook

Reason = Literal["door", "name", "phone", "duplicate"]
REASONS: tuple[Reason, ...] = ("door", "name", "phone", "duplicate")
# A number with its blanks, dashes and remark, in a cell that also holds the name.
_NUMBER_IN_NAME = re.compile(r"\+?(?:\(0\d{2,3}\))?\d[\d \-]{5,}(?:转\d+)?(?:\([^()\d]*\))?")


@dataclass(frozen=True)
class RosterRow:
    """One good row: at least one person of one home. `line` is the line of the file; `note` gathers remarks.

    `sex` (`male`, `female` or empty) and `birth_year` are those of the first person; `grid` is the home's, or empty.
    """

    line: int
    estate: str
    door: Door
    people: tuple[PersonName, ...]
    phones: tuple[Phone, ...]
    note: str
    sex: str = ""
    birth_year: int | None = None
    grid: str = ""


@dataclass(frozen=True)
class RosterFile:
    """A table read as a register. With `questions` about columns open, `rows` and `bad` may be empty.

    `header_row` is the line of the titles (1-based), None without. `sure` says by what each field was found: `title`,
    `content` or `given`.
    """

    columns: Columns
    header_row: int | None
    titles: tuple[str, ...]
    sure: Mapping[str, str]
    questions: tuple[Question, ...]
    rows: tuple[RosterRow, ...]
    bad: tuple[BadRow, ...]
    lines: int

    @property
    def summary(self) -> dict[str, Any]:
        """Counts: data `rows`, `households`, `people` and households with `phones` found good, rows `bad` by reason."""
        homes = {(row.estate, row.door) for row in self.rows}
        reached = {(row.estate, row.door) for row in self.rows if row.phones}
        reasons = Counter(row.reason for row in self.bad)
        return {
            "rows": self.lines,
            "households": len(homes),
            "people": sum(len(row.people) for row in self.rows),
            "phones": len(reached),
            "bad": {reason: reasons[reason] for reason in REASONS},
        }


def read_roster(
    table: Sequence[Sequence[str]], columns: Columns | None = None, estate: str | None = None
) -> RosterFile:
    """Read a table as a register, by `columns` or, without them, by a guess whose `questions` must be empty first.

    `estate` is the estate of the rows that name none. A row is refused for its first fault in this order: incomplete
    door, no name, unusable phone, same door and names as an earlier good row. Empty rows, repeated titles and the
    total are no data. Never raises.
    """
    guessed = guess(table, columns, estate=estate)
    reader = _Reader(guessed.columns, plain(estate or ""))
    lines = list(_data_lines(table, guessed.header_row, guessed.columns))
    if not guessed.columns.missing():
        for line, row in lines:
            reader.read(line, row)
    return RosterFile(
        guessed.columns,
        guessed.header_row,
        guessed.titles,
        guessed.sure,
        guessed.questions,
        tuple(reader.rows),
        tuple(reader.bad),
        len(lines),
    )


def _data_lines(
    table: Sequence[Sequence[str]], header: int | None, columns: Columns
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines that say something of a home or its people."""
    silent = ("estate", "note", *PARTICULARS)
    telling = [column for field, column in columns.as_dict().items() if column is not None and field not in silent]
    for line, cells in data_lines(table, header):
        if not telling or any(_cell(cells, column) for column in telling):
            yield line, cells


def _cell(row: Sequence[str], column: int | None) -> str:
    return plain(row[column]) if column is not None and 0 <= column < len(row) else ""


class _Reader:
    """Reads row after row and remembers the homes and names seen, for duplicates."""

    def __init__(self, columns: Columns, estate: str) -> None:
        self.columns = columns
        self.estate = estate
        self.rows: list[RosterRow] = []
        self.bad: list[BadRow] = []
        self.seen: dict[tuple[str, Door, tuple[str, ...]], int] = {}

    def read(self, line: int, row: tuple[str, ...]) -> None:
        """Judge one row and keep it among the good or the bad ones."""
        estate, door, message = self._home(row)
        field = "door" if self.columns.door is not None else "room"
        if door is None:
            self._refuse(line, row, field, "door", message)
            return
        people, phone_text = self._people(row)
        if not people:
            self._refuse(line, row, "name", "name", _("The name is missing."))
            return
        first, second = (parse_phones(phone_text), parse_phones(_raw(row, self.columns.phone2)))
        phones = {phone.number: phone for phone in (*second.phones, *first.phones)}
        if not phones and not (first.ok and second.ok):
            self._refuse(line, row, "phone", "phone", _phone_message((*first.rejected, *second.rejected)[0]))
            return
        key = (estate, door, tuple(sorted(person.name for person in people)))
        if key in self.seen:
            self._refuse(
                line,
                row,
                "name",
                "duplicate",
                _("The same door and names are already in row %(line)d.", line=self.seen[key]),
            )
            return
        self.seen[key] = line
        unusable = join_notes(*first.rejected, *second.rejected)
        note = join_notes(_cell(row, self.columns.note), first.note, second.note, self._door_remark(row), unusable)
        ordered = dict.fromkeys(phone.number for phone in (*first.phones, *second.phones))
        self.rows.append(
            RosterRow(
                line,
                estate,
                door,
                people,
                tuple(phones[number] for number in ordered),
                note,
                read_sex(_raw(row, self.columns.sex)),
                read_birth_year(_raw(row, self.columns.birth_year)),
                read_grid(_raw(row, self.columns.grid)),
            )
        )

    def _refuse(self, line: int, row: tuple[str, ...], field: str, reason: Reason, message: LazyText) -> None:
        self.bad.append(BadRow(line, field, getattr(self.columns, field), reason, message, row))

    def _home(self, row: tuple[str, ...]) -> tuple[str, Door | None, LazyText]:
        """The estate and door of a row; without a door, the message says what is wrong with it."""
        columns = self.columns
        estate = _cell(row, columns.estate) or self.estate
        typed = _cell(row, columns.door)
        if columns.door is not None and typed:
            place, door = parse_address(typed)
            if place and estate and not place.endswith(estate):
                return (
                    estate,
                    None,
                    _("The door “%(door)s” is of another estate than %(estate)s.", door=typed, estate=estate),
                )
            return estate or place, door, _door_message(typed)
        parts = [_cell(row, column) for column in (columns.building, columns.unit, columns.room)]
        return (estate, join_door(*parts), _door_message("-".join(part for part in parts if part), bool(parts[2])))

    def _people(self, row: tuple[str, ...]) -> tuple[tuple[PersonName, ...], str]:
        """The people of a row and the text of its phone, which may stand in the same cell."""
        columns = self.columns
        names = _raw(row, columns.name)
        if columns.name != columns.phone:
            return split_names(names), _raw(row, columns.phone)
        names = "\n".join(plain(line) for line in names.splitlines())
        return split_names(_NUMBER_IN_NAME.sub("\n", names)), "/".join(_NUMBER_IN_NAME.findall(names))

    def _door_remark(self, row: tuple[str, ...]) -> str:
        return split_remarks(_cell(row, self.columns.door))[1]


def _raw(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and 0 <= column < len(row) else ""


def _door_message(typed: str, has_room: bool = True) -> LazyText:
    if is_nothing(typed):
        return _("The door is missing.")
    if not has_room or door_prefix(typed):
        return _("The door “%(door)s” is incomplete: the room number is missing.", door=typed)
    return _("The door “%(door)s” cannot be read. Write it like 3-2-501.", door=typed)


def _phone_message(rejected: str) -> LazyText:
    digits = len(re.sub(r"\D", "", rejected))
    if re.match(r"1[3-9]", rejected) and digits != 11:
        return _("The phone “%(phone)s” has %(digits)d digits; a mobile number has 11.", phone=rejected, digits=digits)
    return _("The phone “%(phone)s” is neither a mobile nor a landline number.", phone=rejected)


def error_workbook(file: RosterFile, table: Sequence[Sequence[str]]) -> bytes:
    """The bad rows as .xlsx with their reasons; without titles it gets the names of the assigned fields."""
    untitled: dict[int, Label] = {}
    if file.header_row is None:
        assigned = file.columns.as_dict().items()
        untitled = {column: FIELD_LABELS[field] for field, column in assigned if column is not None}
    return write_error_workbook(table, file.titles, file.bad, untitled)
