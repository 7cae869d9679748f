"""What the pages of every upload show: its state, its columns by letter and title, and the choices of the selects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.store.import_batches import IMPORTED, PREVIEWED, TAKEN_BACK
from core.text import LazyText, _

# By state: kind of the mark, its word, its icon.
UPLOAD_STATES: dict[str, tuple[str, LazyText, str]] = {
    PREVIEWED: ("warn", _("Not imported yet"), "hourglass"),
    IMPORTED: ("ok", _("Imported"), "circle-check"),
    TAKEN_BACK: ("off", _("Taken back"), "undo-2"),
}


class Shown(Protocol):
    """An upload as it was understood."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles, as wide as the table."""

    @property
    def header_row(self) -> int | None:
        """The line of the titles."""

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """Raw cells, from the titles on."""


def letters(column: int) -> str:
    """The name Excel gives a zero-based column: 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_names(found: Shown) -> list[str]:
    """By column: its letter and title, such as “C 房号”."""
    width = max([len(found.titles), *(len(row) for row in found.first_rows)], default=0)
    titles = [*found.titles, *[""] * (width - len(found.titles))]
    return [f"{letters(column)} {' '.join(title.split())[:60]}".strip() for column, title in enumerate(titles)]


def column_options(found: Shown) -> list[tuple[int, str]]:
    """For the selects: every column with its letter, title and first values."""
    rows: Sequence[Sequence[str]] = found.first_rows[1:] if found.header_row else found.first_rows
    options = []
    for column, name in enumerate(column_names(found)):
        values = [" ".join(row[column].split())[:14] for row in rows if column < len(row) and row[column].strip()]
        if values or name[len(letters(column)) :].strip():
            options.append((column, f"{name}：{'，'.join(values[:3])}" if values else name))
    return options
