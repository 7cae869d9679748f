"""Uploads of the lists that are declared: read as they were last shown, with the rows that were refused.

What people do with them is in `imports`, what they write in `import_writing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from core.actor import Actor, community_of
from core.errors import Invalid, LinliError
from core.operate.import_lists import find_import
from core.operate.import_reading import (
    Columns,
    ListFile,
    Plan,
    columns_from,
    compare,
    header_and_titles,
    read_list,
)
from core.plugin.declarations.imports import Import
from core.plugin.registry import Registry
from core.spreadsheet import Table, read_table
from core.store import import_batches
from core.store.import_batches import ImportBatch, content_of
from core.text import Label, _, is_storable
from core.titles import BadRow, signature


@dataclass(frozen=True)
class Read:
    """A file, read."""

    imported: Import
    filename: str
    content: bytes
    given: Mapping[str, str]
    table: Table
    file: ListFile


def find_upload(registry: Registry, actor: Actor, batch: int, *, writing: bool = False) -> tuple[ImportBatch, Import]:
    """An upload of the actor's community and its list; raises like `find_import`."""
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    return record, find_import(registry, actor, record.import_name, writing=writing)


def read_file(
    community: str,
    imported: Import,
    filename: str,
    content: bytes,
    columns: Columns | None,
    given: Mapping[str, str],
) -> Read:
    """A file of a list by these columns, by those remembered for its titles, or by a guess."""
    if not is_storable(filename):
        raise Invalid({"file": [_("The name holds characters that cannot be stored.")]})
    table = read_table(content, filename)
    if columns is None:
        _header, titles = header_and_titles(imported, table)
        known = import_batches.remembered(community, imported.name, signature(titles))
        columns = columns_from(imported, known) if known is not None else None
    return Read(imported, filename, content, given, table, read_list(imported, table, columns, given))


def read_again(record: ImportBatch, imported: Import) -> Read:
    """An upload as it was last shown."""
    columns = columns_from(imported, record.columns)
    return read_file(record.community, imported, record.filename, content_of(record), columns, record.given)


def store(actor: Actor, read: Read) -> ImportBatch:
    """Keep what was read as a preview."""
    return import_batches.keep(
        actor,
        read.imported.name,
        read.filename,
        read.content,
        given=read.given,
        columns=read.file.columns,
        signature=signature(read.file.titles),
        summary=read.file.summary(read.file.bad),
    )


def note_refused(record: ImportBatch, read: Read, refused: Mapping[int, tuple[str, str]]) -> None:
    """Keep which rows were refused when they were tried."""
    record.written = {"refused": {str(line): list(why) for line, why in refused.items()}}
    record.summary = read.file.summary(all_bad(read.file, refused))
    record.save()


def refused_rows(record: ImportBatch) -> dict[int, tuple[str, str]]:
    """By line, which rows were refused when they were tried: the field and why."""
    kept = (record.written or {}).get("refused", {})
    return {int(line): (field, message) for line, (field, message) in kept.items()}


def all_bad(file: ListFile, refused: Mapping[int, tuple[str, str]]) -> tuple[BadRow, ...]:
    """The rows that cannot be understood and those that were refused, in the order of the file."""
    found = [
        BadRow(row.line, field, file.columns.get(field), "refused", message, row.cells)
        for row in file.rows
        for field, message in [refused.get(row.line, ("", ""))]
        if message
    ]
    return tuple(sorted([*file.bad, *found], key=lambda row: row.line))


def plan_of(registry: Registry, actor: Actor, read: Read, refused: Mapping[int, tuple[str, str]]) -> Plan:
    """What the rows that were not refused would do now."""
    if read.file.questions:
        return Plan()
    rows = [row for row in read.file.rows if row.line not in refused]
    with faults(registry, actor, read.imported):
        return compare(read.imported, rows, read.imported.stored(actor))


@contextmanager
def faults(registry: Registry, actor: Actor, imported: Import) -> Iterator[None]:
    """An error in a plugin's function is shown to the administrator as the plugin's."""
    try:
        yield
    except LinliError:
        raise
    except Exception as error:
        registry.record_failure(imported.name.partition(".")[0], actor.community, f"import {imported.name}", error)
        raise


def require_answers(read: Read) -> None:
    """Raise `Invalid` while columns are not assigned."""
    if read.file.questions:
        errors: dict[str, list[Label]] = {each.field: [each.message] for each in read.file.questions}
        raise Invalid(errors, _("Some columns are not assigned yet."))
