"""Guessing the columns of a register from titles and contents, and asking wherever a guess would be a bet.

The words of the titles are kept in `columns`; the rows are read in `roster_file`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.cells import is_nothing
from core.people.columns import PARTICULARS, Columns, field_of, find_header, is_about_something_else
from core.people.door import door_prefix, join_door, parse_address
from core.people.names import looks_like_name, split_names
from core.people.particulars import is_grid, is_sex, read_birth_year
from core.people.phone import parse_phones
from core.text import LazyText, _
from core.titles import Question, titles_of

_SAMPLE = 300
_ESTATE_END = re.compile("(小区|花园|公寓|家园|新村|名家|[苑里园城府湾郡庭庄坊弄期])$")
_ASK: dict[str, LazyText] = {
    "estate": _("Which estate is this register of?"),
    "building": _("Which column holds the building?"),
    "unit": _("Which column holds the unit?"),
    "room": _("Which column holds the room number?"),
    "door": _("Which column holds the door, or which ones the building and the room number?"),
    "name": _("Which column holds the names?"),
    "phone": _("Which column holds the phone?"),
}


@dataclass(frozen=True)
class Guess:
    """The guessed columns. `header_row` is the line of the titles (1-based), None without; `sure` says by what each
    field was found: `title`, `content` or `given`; `questions` must be answered before anything is imported."""

    columns: Columns
    header_row: int | None
    titles: tuple[str, ...]
    sure: dict[str, str]
    questions: tuple[Question, ...]


def guess(table: Sequence[Sequence[str]], columns: Columns | None = None, *, estate: str | None = None) -> Guess:
    """Find the titles and assign the columns of a table; with `columns` given, only find the titles and what is open.

    A field that several columns claim equally, that its contents contradict, or that is needed and not found becomes a
    question. `estate` is known from elsewhere, so it is not asked for.
    """
    header = find_header(table)
    body = [row for row in table[(header or 0) :] if any(row)][:_SAMPLE]
    width = max((len(row) for row in [*table[:20], *body]), default=0)
    titles = titles_of(table[header - 1], width) if header else ("",) * width
    work = _Guesser(body, titles)
    if columns is None:
        work.by_title()
        work.homes()
        work.contradicted()
        work.by_content()
    else:
        for field, column in columns.as_dict().items():
            if column is not None:
                work.take(field, column, "given")
    work.ask(estate)
    return Guess(work.columns, header, titles, work.sure, tuple(work.questions.values()))


class _Guesser:
    """One guess at work: the sampled cells, the titles, and what has been decided so far."""

    def __init__(self, body: Sequence[Sequence[str]], titles: Sequence[str]) -> None:
        self.body = body
        self.cells = [
            [row[column] for row in body if column < len(row) and not is_nothing(row[column])]
            for column in range(len(titles))
        ]
        self.titles = titles
        self.named: dict[str, list[tuple[int, int]]] = {}
        for column, title in enumerate(titles):
            if title and (found := field_of(title)):
                self.named.setdefault(found[0], []).append((found[1], column))
        self.foreign = {column for column, title in enumerate(titles) if title and is_about_something_else(title)}
        self.columns = Columns()
        self.sure: dict[str, str] = {}
        self.questions: dict[str, Question] = {}

    def take(self, field: str, column: int, by: str) -> None:
        self.columns = replace(self.columns, **{field: column})
        self.sure[field] = by
        self.questions.pop(field, None)

    def drop(self, field: str) -> None:
        self.columns = replace(self.columns, **{field: None})
        self.sure.pop(field, None)

    def question(self, field: str, candidates: Sequence[int]) -> None:
        self.questions.setdefault(field, Question(field, tuple(candidates), _ASK[field]))

    def share(self, column: int, test: Callable[[str], bool]) -> float:
        """The part of the filled cells of a column that pass a test; 0 when none is filled."""
        cells = self.cells[column] if column < len(self.cells) else []
        return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0

    def strongest(self, field: str) -> list[int]:
        """The columns whose titles name a field most plainly; those without any content only when all are empty."""
        claims = self.named.get(field, [])
        filled = [claim for claim in claims if self.cells[claim[1]]] or claims
        return [column for strength, column in filled if strength == max(filled)[0]] if filled else []

    def by_title(self) -> None:
        for field in ("estate", "building", "unit", "name", "phone", "note"):
            found = self.strongest(field)
            if len(found) == 1 or (found and field in ("phone", "note")):
                self.take(field, found[0], "title")
            elif found:
                self.question(field, found)
        for field in PARTICULARS:
            for column in self.strongest(field)[:1]:
                self.take(field, column, "title")
        others = [column for _strength, column in self.named.get("phone", []) if column != self.columns.phone]
        if others:
            self.take("phone2", others[0], "title")
        for column in self.strongest("name+phone")[:1]:
            for field in ("name", "phone"):
                if getattr(self.columns, field) is None and field not in self.questions:
                    self.take(field, column, "title")

    def homes(self) -> None:
        """Decide whether the columns titled like 房号 hold whole doors or only rooms beside a building."""
        claims = [
            column for strength, column in sorted(self.named.get("home", []), key=lambda claim: (-claim[0], claim[1]))
        ]
        if not claims:
            return
        doors = max(claims, key=lambda column: self.share(column, _is_door))
        rooms = max(claims, key=lambda column: self.share(column, _is_room))
        whole = self.share(doors, _is_door)
        beside = self.columns.building is not None or "building" in self.questions
        if beside and self._joined_share(rooms) >= whole:
            self.take("room", rooms, "title")
        elif whole > 0 or not self.cells[doors]:
            self.take("door", doors, "title")
            for field in ("building", "unit"):
                self.drop(field)
                self.questions.pop(field, None)
        else:
            self.take("room", rooms, "title")

    def _joined_share(self, room: int) -> float:
        building, unit = self.columns.building, self.columns.unit
        if building is None:
            return self.share(room, _is_room)
        rows = [row for row in self.body if room < len(row) and row[room]]
        joined = [
            join_door(
                row[building] if building < len(row) else "",
                row[unit] if unit is not None and unit < len(row) else "",
                row[room],
            )
            for row in rows
        ]
        return sum(1 for door in joined if door) / len(rows) if rows else 1.0

    def contradicted(self) -> None:
        """Give up a titled column whose contents say otherwise, and ask."""
        tests: dict[str, Callable[[str], bool]] = {
            "name": lambda cell: bool(split_names(cell)),
            "phone": lambda cell: bool(re.search(r"\d{5}", re.sub(r"[\s-]", "", cell))),
        }
        for field, test in tests.items():
            column = getattr(self.columns, field)
            if column is not None and len(self.cells[column]) >= 3 and self.share(column, test) < 0.2:
                self.drop(field)
                self.question(field, [column])
        grid = self.columns.grid
        # Some registers have the officer's name under 网格: no grid is made of a person.
        if grid is not None and self.share(grid, lambda cell: looks_like_name(cell) and not is_grid(cell)) >= 0.5:
            self.drop("grid")

    def by_content(self) -> None:
        """Assign what no title named, where exactly one column looks like it."""
        if "door" in self.columns.missing():
            self._find("door", lambda column: self.share(column, _is_whole_door) >= 0.8)
        if self.columns.phone is None and "phone" not in self.questions:
            self._find("phone", lambda column: self.share(column, _is_certain_phone) >= 0.5)
        if self.columns.name is None and "name" not in self.questions:
            self._find("name", lambda column: self.share(column, looks_like_name) >= 0.7 and self._varied(column, 0.4))
        if self.columns.estate is None and "estate" not in self.questions:
            self._find("estate", lambda column: self.share(column, _is_estate) >= 0.8 and not self._varied(column, 0.5))
        self._find_particular("sex", lambda column: self.share(column, is_sex) >= 0.9)
        self._find_particular("birth_year", self._is_birth_years)
        self._find_particular("grid", lambda column: self.share(column, is_grid) >= 0.8)

    def _find(self, field: str, looks_right: Callable[[int], bool]) -> None:
        used = {column for column in self.columns.as_dict().values() if column is not None} | self.foreign
        found = [column for column in range(len(self.cells)) if column not in used and looks_right(column)]
        if len(found) == 1:
            self.take(field, found[0], "content")
        elif found:
            self.question(field, found)

    def _find_particular(self, field: str, looks_right: Callable[[int], bool]) -> None:
        """Like `_find`, but several columns are no question: then the field is left out."""
        used = {column for column in self.columns.as_dict().values() if column is not None} | self.foreign
        found = [column for column in range(len(self.cells)) if column not in used and looks_right(column)]
        if getattr(self.columns, field) is None and len(found) == 1:
            self.take(field, found[0], "content")

    def _is_birth_years(self, column: int) -> bool:
        """Years without a title that go back to people born before there were estates: houses are built later."""
        if self.titles[column] or self.share(column, lambda cell: read_birth_year(cell) is not None) < 0.9:
            return False
        years = [year for cell in self.cells[column] if (year := read_birth_year(cell))]
        return min(years) < 1960 and max(years) - min(years) >= 30

    def _varied(self, column: int, least: float) -> bool:
        cells = self.cells[column]
        return len(cells) < 5 or len(set(cells)) / len(cells) >= least

    def ask(self, estate: str | None) -> None:
        for field in self.columns.missing():
            self.question(field, ())
        door = self.columns.door
        placed = door is not None and self.share(door, lambda cell: bool(parse_address(cell)[0])) >= 0.5
        if estate:
            self.questions.pop("estate", None)
        elif self.columns.estate is None and not placed:
            self.question("estate", ())


def _is_whole_door(cell: str) -> bool:
    return parse_address(cell)[1] is not None and not parse_phones(cell).phones


def _is_door(cell: str) -> bool:
    return parse_address(cell)[1] is not None or door_prefix(cell) is not None


def _is_room(cell: str) -> bool:
    return re.fullmatch(r"[A-Za-z]?\d{1,5}[A-Za-z]?\s?(室|户|号)?", cell) is not None


def _is_certain_phone(cell: str) -> bool:
    """A mobile or a number with its area code: seven digits alone may be anything."""
    return any(phone.kind == "mobile" or phone.number.startswith("0") for phone in parse_phones(cell).phones)


def _is_estate(cell: str) -> bool:
    return len(cell) >= 3 and _ESTATE_END.search(cell) is not None and not re.search(r"\d", cell)
