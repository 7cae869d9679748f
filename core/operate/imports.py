"""Bringing lists in from tables: upload → preview → correct the columns → import → take back, for every declared `Import`.

What a file says and would do is worked out in `import_reading`. Registers of residents have an importer of their own
(`core.people.roster`); the uploads of both are kept in `core.store.import_batches`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, community_of
from core.errors import Invalid
from core.operate.import_lists import find_import, imports_for
from core.operate.import_reading import (
    Columns,
    Plan,
    columns_from,
)
from core.operate.import_uploads import (
    Read,
    all_bad,
    find_upload,
    note_refused,
    plan_of,
    read_again,
    read_file,
    refused_rows,
    store,
)
from core.operate.import_writing import (
    MOST_WRITTEN,
    Changed,
    RowsRefused,
    TooManyRows,
    import_file,
    run,
    take_back,
    try_rows,
)
from core.plugin.declarations.imports import Import
from core.plugin.registry import Registry
from core.store import import_batches
from core.store.db import transactional
from core.store.import_batches import ImportBatch, content_of, require_previewed
from core.text import _, is_storable
from core.titles import BadRow, Question, error_workbook

__all__ = [
    "MOST_WRITTEN", "Changed", "Preview", "RowsRefused", "TooManyRows", "bad_rows", "correct", "discard", "history",
    "import_file", "reopen", "run", "take_back", "upload",
]  # fmt: skip

_FIRST_ROWS = 8


@dataclass(frozen=True)
class Preview:
    """A file as it was understood, before anything of it is imported.

    While `questions` is not empty the columns must be corrected first, and `plan` is empty. `first_rows` are raw cells from
    the titles on. `imported_before` is the import of the very same file.
    """

    batch: int
    imported: Import
    filename: str
    given: Mapping[str, str]
    columns: Columns
    titles: tuple[str, ...]
    header_row: int
    questions: tuple[Question, ...]
    first_rows: tuple[tuple[str, ...], ...]
    bad: tuple[BadRow, ...]
    summary: dict[str, Any]
    plan: Plan
    imported_before: int | None


# --- preview ---------------------------------------------------------------------------------------------------------


def upload(registry: Registry, actor: Actor, name: str, filename: str, content: bytes) -> int:
    """Keep a file of the list `name` and try what it would do; returns the number of the upload. Nothing is imported.

    The columns remembered for these titles are used, else they are guessed. Raises `SpreadsheetError` for a file that is no
    table, and like `find_import`.
    """
    imported = find_import(registry, actor, name, writing=True)
    read = read_file(community_of(actor), imported, filename, content, None, {})
    return _keep(actor, read, try_rows(registry, actor, read)).id


def correct(
    registry: Registry, actor: Actor, batch: int, columns: Mapping[str, object], given: Mapping[str, str]
) -> None:
    """Read an upload again with these columns, which are remembered for files of the list with the same titles.

    `given` are texts for all rows, by field. Raises `NotFound`, `Refused` when it is no longer a preview, `Invalid`.
    """
    record, imported = find_upload(registry, actor, batch, writing=True)
    require_previewed(record)
    kept = {column.field: given.get(column.field, "").strip() for column in imported.columns if column.for_all}
    for name, text in kept.items():
        if len(text) > imported.column(name).cell.longest or not is_storable(text):
            raise Invalid({name: [_("“%(field)s” is too long.", field=imported.column(name).label)]})
    kept = {name: text for name, text in kept.items() if text}
    chosen = columns_from(imported, columns)
    read = read_file(record.community, imported, record.filename, content_of(record), chosen, kept)
    _correct(actor, batch, read, try_rows(registry, actor, read))


def reopen(registry: Registry, actor: Actor, batch: int) -> Preview:
    """Show an upload; of an imported one what could not be imported. Raises `NotFound`, `Refused` without its file."""
    record, imported = find_upload(registry, actor, batch)
    read = read_again(record, imported)
    file, bad = read.file, all_bad(read.file, refused_rows(record))
    start = file.header_row - 1
    return Preview(
        batch=record.id,
        imported=imported,
        filename=record.filename,
        given=record.given,
        columns=file.columns,
        titles=file.titles,
        header_row=file.header_row,
        questions=file.questions,
        first_rows=tuple(tuple(row) for row in read.table[start : start + _FIRST_ROWS + 1]),
        bad=bad,
        summary=file.summary(bad),
        plan=plan_of(registry, actor, read, refused_rows(record)),
        imported_before=import_batches.imported_before(record),
    )


def bad_rows(registry: Registry, actor: Actor, batch: int) -> bytes:
    """The rows that cannot be imported as .xlsx, with the reason in a last column. Raises like `reopen`."""
    record, imported = find_upload(registry, actor, batch)
    read = read_again(record, imported)
    return error_workbook(read.table, read.file.titles, all_bad(read.file, refused_rows(record)))


@transactional
def discard(actor: Actor, registry: Registry, batch: int) -> None:
    """Throw an upload away that was not imported, with its file."""
    record, _imported = find_upload(registry, actor, batch)
    import_batches.throw_away(record)


def history(registry: Registry, actor: Actor, also: Sequence[str] = ()) -> list[import_batches.ImportRow]:
    """The latest uploads of the lists the actor may bring in, and of those in `also`, newest first."""
    names = [item.name for item in imports_for(registry, actor)]
    return import_batches.history(community_of(actor), [*names, *also])


@transactional
def _keep(actor: Actor, read: Read, refused: Mapping[int, tuple[str, str]]) -> ImportBatch:
    import_batches.drop_old_files(community_of(actor))
    record = store(actor, read)
    note_refused(record, read, refused)
    return record


@transactional
def _correct(actor: Actor, batch: int, read: Read, refused: Mapping[int, tuple[str, str]]) -> None:
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    require_previewed(record)
    record.given, record.columns = read.given, read.file.columns
    note_refused(record, read, refused)
    import_batches.remember(record)
