"""Bringing lists in from tables: upload → preview → correct the columns → import → take back, for every declared `Import`.

What a file says and would do is worked out in `import_reading`. Registers of residents have an importer of their own
(`core.people.roster`); the uploads of both are kept in `core.store.import_batches`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, community_of
from core.errors import Invalid, LinliError, Refused
from core.operate.import_lists import find_import, imports_for
from core.operate.import_reading import (
    Columns,
    ListFile,
    Plan,
    Planned,
    columns_from,
    compare,
    header_and_titles,
    read_list,
)
from core.plugin.import_declarations import Import
from core.plugin.registry import Registry
from core.spreadsheet import Table, read_table
from core.store import audit, import_batches
from core.store.db import now, run_in_transaction, transaction, transactional
from core.store.import_batches import IMPORTED, TAKEN_BACK, ImportBatch, content_of, require_previewed
from core.store.ref import Ref
from core.text import LazyText, _, is_storable, ngettext
from core.titles import BadRow, Question, error_workbook, signature

# Larger files are only tried when they are imported: a trial holds the write lock as long as the import itself.
MOST_TRIED = 200
# What is written while everybody else's writes wait, a few milliseconds a row. Rows that are stored already do not count.
MOST_WRITTEN = 2_000
_FIRST_ROWS = 8
_NAMES_SHOWN = 5


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


class Changed(Refused):
    """What is stored is no longer what the preview compared the file with."""

    message = _("What is stored has changed since you looked at this page.")
    advice = _("Look at the differences again, then import.")


class TooManyRows(Refused):
    """More rows would be written at once than others can wait for."""

    message = _("At most %(most)d rows can be imported at once.", most=MOST_WRITTEN)
    advice = _("Split the table and import the parts.")


class RowsRefused(Refused):
    """Rows that looked good were refused when they were written; nothing was imported. `rows` are (field, why) by line."""

    def __init__(self, rows: Mapping[int, tuple[str, str]]) -> None:
        super().__init__(
            ngettext(
                "%(num)d row was refused, so nothing was imported.",
                "%(num)d rows were refused, so nothing was imported.",
                len(rows),
            ),
            advice=_("It is marked below. Import the other rows, or correct the file."),
        )
        self.rows = rows


class _Undone(Exception):
    """Ends a trial, so that nothing of it is stored; carries what it was for."""

    def __init__(self, refused: Mapping[int, tuple[str, str]]) -> None:
        super().__init__()
        self.refused = refused


# --- preview ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """A file, read."""

    imported: Import
    filename: str
    content: bytes
    given: Mapping[str, str]
    table: Table
    file: ListFile


def upload(registry: Registry, actor: Actor, name: str, filename: str, content: bytes) -> int:
    """Keep a file of the list `name` and try what it would do; returns the number of the upload. Nothing is imported.

    The columns remembered for these titles are used, else they are guessed. Raises `SpreadsheetError` for a file that is no
    table, and like `find_import`.
    """
    imported = find_import(registry, actor, name, writing=True)
    read = _read(community_of(actor), imported, filename, content, None, {})
    return _keep(actor, read, _try(registry, actor, read)).id


def correct(
    registry: Registry, actor: Actor, batch: int, columns: Mapping[str, object], given: Mapping[str, str]
) -> None:
    """Read an upload again with these columns, which are remembered for files of the list with the same titles.

    `given` are texts for all rows, by field. Raises `NotFound`, `Refused` when it is no longer a preview, `Invalid`.
    """
    record, imported = _find(registry, actor, batch, writing=True)
    require_previewed(record)
    kept = {column.field: given.get(column.field, "").strip() for column in imported.columns if column.for_all}
    for name, text in kept.items():
        if len(text) > imported.column(name).cell.longest or not is_storable(text):
            raise Invalid({name: [_("“%(field)s” is too long.", field=imported.column(name).label)]})
    kept = {name: text for name, text in kept.items() if text}
    chosen = columns_from(imported, columns)
    read = _read(record.community, imported, record.filename, content_of(record), chosen, kept)
    _correct(actor, batch, read, _try(registry, actor, read))


def reopen(registry: Registry, actor: Actor, batch: int) -> Preview:
    """Show an upload; of an imported one what could not be imported. Raises `NotFound`, `Refused` without its file."""
    record, imported = _find(registry, actor, batch)
    read = _read_again(record, imported)
    file, bad = read.file, _all_bad(read.file, _refused(record))
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
        plan=_plan(registry, actor, read, _refused(record)),
        imported_before=import_batches.imported_before(record),
    )


def bad_rows(registry: Registry, actor: Actor, batch: int) -> bytes:
    """The rows that cannot be imported as .xlsx, with the reason in a last column. Raises like `reopen`."""
    record, imported = _find(registry, actor, batch)
    read = _read_again(record, imported)
    return error_workbook(read.table, read.file.titles, _all_bad(read.file, _refused(record)))


@transactional
def discard(actor: Actor, registry: Registry, batch: int) -> None:
    """Throw an upload away that was not imported, with its file."""
    record, _imported = _find(registry, actor, batch)
    import_batches.throw_away(record)


def history(registry: Registry, actor: Actor, also: Sequence[str] = ()) -> list[import_batches.ImportRow]:
    """The latest uploads of the lists the actor may bring in, and of those in `also`, newest first."""
    names = [item.name for item in imports_for(registry, actor)]
    return import_batches.history(community_of(actor), [*names, *also])


def _find(registry: Registry, actor: Actor, batch: int, *, writing: bool = False) -> tuple[ImportBatch, Import]:
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    return record, find_import(registry, actor, record.import_name, writing=writing)


def _read(
    community: str,
    imported: Import,
    filename: str,
    content: bytes,
    columns: Columns | None,
    given: Mapping[str, str],
) -> _Read:
    if not is_storable(filename):
        raise Invalid({"file": [_("The name holds characters that cannot be stored.")]})
    table = read_table(content, filename)
    if columns is None:
        _header, titles = header_and_titles(imported, table)
        known = import_batches.remembered(community, imported.name, signature(titles))
        columns = columns_from(imported, known) if known is not None else None
    return _Read(imported, filename, content, given, table, read_list(imported, table, columns, given))


def _read_again(record: ImportBatch, imported: Import) -> _Read:
    """An upload as it was last shown."""
    columns = columns_from(imported, record.columns)
    return _read(record.community, imported, record.filename, content_of(record), columns, record.given)


@transactional
def _keep(actor: Actor, read: _Read, refused: Mapping[int, tuple[str, str]]) -> ImportBatch:
    import_batches.drop_old_files(community_of(actor))
    record = _store(actor, read)
    _note_refused(record, read, refused)
    return record


def _store(actor: Actor, read: _Read) -> ImportBatch:
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


@transactional
def _correct(actor: Actor, batch: int, read: _Read, refused: Mapping[int, tuple[str, str]]) -> None:
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    require_previewed(record)
    record.given, record.columns = read.given, read.file.columns
    _note_refused(record, read, refused)
    import_batches.remember(record)


def _note_refused(record: ImportBatch, read: _Read, refused: Mapping[int, tuple[str, str]]) -> None:
    """Keep which rows were refused when they were tried."""
    record.written = {"refused": {str(line): list(why) for line, why in refused.items()}}
    record.summary = read.file.summary(_all_bad(read.file, refused))
    record.save()


def _refused(record: ImportBatch) -> dict[int, tuple[str, str]]:
    kept = (record.written or {}).get("refused", {})
    return {int(line): (field, message) for line, (field, message) in kept.items()}


def _all_bad(file: ListFile, refused: Mapping[int, tuple[str, str]]) -> tuple[BadRow, ...]:
    """The rows that cannot be understood and those that were refused, in the order of the file."""
    found = [
        BadRow(row.line, field, file.columns.get(field), "refused", message, row.cells)
        for row in file.rows
        for field, message in [refused.get(row.line, ("", ""))]
        if message
    ]
    return tuple(sorted([*file.bad, *found], key=lambda row: row.line))


def _plan(registry: Registry, actor: Actor, read: _Read, refused: Mapping[int, tuple[str, str]]) -> Plan:
    if read.file.questions:
        return Plan()
    rows = [row for row in read.file.rows if row.line not in refused]
    with _faults(registry, actor, read.imported):
        return compare(read.imported, rows, read.imported.stored(actor))


@contextmanager
def _faults(registry: Registry, actor: Actor, imported: Import) -> Iterator[None]:
    """An error in a plugin's function is shown to the administrator as the plugin's."""
    try:
        yield
    except (LinliError, _Undone):
        raise
    except Exception as error:
        registry.record_failure(imported.name.partition(".")[0], actor.community, f"import {imported.name}", error)
        raise


# --- import ----------------------------------------------------------------------------------------------------------


def run(registry: Registry, actor: Actor, batch: int, seen: str | None = None) -> None:
    """Import a previewed file, all its good rows or nothing.

    `seen` is the digest of the plan as it was shown. Raises `Invalid` while columns are unknown, `Changed` when the plan is
    another by now, `RowsRefused` when a row cannot be written after all (it then counts as bad), `Refused` when nothing is to
    be done or it is no longer a preview.
    """
    record, imported = _find(registry, actor, batch, writing=True)
    require_previewed(record)
    read = _read_again(record, imported)
    _require_answers(read)
    try:
        _run(actor, registry, batch, read, seen)
    except RowsRefused as error:
        _add_refused(actor, batch, read, error.rows)
        raise


def import_file(
    registry: Registry, actor: Actor, name: str, filename: str, content: bytes, *, dry_run: bool = False
) -> tuple[dict[str, int], tuple[BadRow, ...]]:
    """Read a file of the list `name` and import it at once; returns what was (or would be) done, and the bad rows.

    `dry_run` stores nothing, and neither is anything stored when a row is bad. Raises like `upload` and `run`.
    """
    imported = find_import(registry, actor, name, writing=True)
    read = _read(community_of(actor), imported, filename, content, None, {})
    _require_answers(read)
    plan = _plan(registry, actor, read, {})
    if len(plan.to_write) > MOST_WRITTEN:
        raise TooManyRows
    bad = _all_bad(read.file, _try(registry, actor, read, most=None))
    if not bad and not dry_run and plan.to_write:
        _store_and_run(actor, registry, read)
    return _counts(plan), bad


@transactional
def _store_and_run(actor: Actor, registry: Registry, read: _Read) -> None:
    _run(actor, registry, _store(actor, read).id, read, None)


@transactional
def _run(actor: Actor, registry: Registry, batch: int, read: _Read, seen: str | None) -> None:
    record, imported = _find(registry, actor, batch, writing=True)
    require_previewed(record)
    plan = _plan(registry, actor, read, _refused(record))
    if seen is not None and seen != plan.digest:
        raise Changed
    if not plan.to_write:
        raise Refused(_("There is nothing to import in this file."), advice=_("Everything in it is stored already."))
    if len(plan.to_write) > MOST_WRITTEN:
        raise TooManyRows
    with _faults(registry, actor, imported):
        refs, refused = _write(actor, imported, plan.to_write)
        if refused:
            raise RowsRefused(refused)
        stored = {str(each.ref): each.values for each in imported.stored(actor)}
    rows = [_undo_of(imported, row, refs[row.line], stored) for row in plan.to_write]
    bad = _all_bad(read.file, _refused(record))
    record.state, record.imported_at = IMPORTED, now()
    record.summary = {**read.file.summary(bad), "done": _counts(plan)}
    record.written = {**(record.written or {}), "rows": rows}
    record.save()
    told = {"list": imported.name, "file": record.filename, "sha256": record.sha256, **_counts(plan)}
    audit.record(actor, "core.import.done", record.ref, after=told, permission=imported.permission)


def _write(
    actor: Actor, imported: Import, rows: Sequence[Planned]
) -> tuple[dict[int, list[Ref]], dict[int, tuple[str, str]]]:
    """Write row after row; returns what each made or changed, and why some were refused, both by line."""
    refs: dict[int, list[Ref]] = {}
    refused: dict[int, tuple[str, str]] = {}
    for row in rows:
        try:
            with transaction(actor.community):
                if row.stored is None:
                    refs[row.line] = list(imported.add(actor, row.values))
                else:
                    imported.change(actor, row.stored.ref, row.values)
                    refs[row.line] = [row.stored.ref]
        except Invalid as error:
            field = next(iter(error.errors), "")
            refused[row.line] = (field, _sentence(error))
        except Refused as error:
            refused[row.line] = ("", _sentence(error))
    return refs, refused


def _sentence(error: LinliError) -> str:
    said = [str(text) for texts in getattr(error, "errors", {}).values() for text in texts]
    return " ".join(said) or str(error.message)


def _undo_of(
    imported: Import, row: Planned, refs: Sequence[Ref], stored: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What is needed to take a row back: `before` is None for a new record; `after` is the whole record as it is now."""
    compared = [column.field for column in imported.columns if not column.only_new]
    after = {name: value for name, value in stored[str(refs[0])].items() if name in compared}
    before = None if row.stored is None else dict(row.before)
    return {"name": row.name, "refs": [str(ref) for ref in refs], "before": before, "after": after}


def _counts(plan: Plan) -> dict[str, int]:
    return {"new": len(plan.new), "changed": len(plan.changed), "same": len(plan.same)}


def _try(registry: Registry, actor: Actor, read: _Read, most: int | None = MOST_TRIED) -> Mapping[int, tuple[str, str]]:
    """Write the rows and undo them at once: why some would be refused, by line. More than `most` are not tried."""
    rows = _plan(registry, actor, read, {}).to_write
    if most is not None and len(rows) > most:
        return {}

    def trial() -> None:
        raise _Undone(_write(actor, read.imported, rows)[1])

    try:
        with _faults(registry, actor, read.imported):
            run_in_transaction(actor.community, trial)
    except _Undone as undone:
        return undone.refused
    raise AssertionError("unreachable")


@transactional
def _add_refused(actor: Actor, batch: int, read: _Read, rows: Mapping[int, tuple[str, str]]) -> None:
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    require_previewed(record)
    _note_refused(record, read, {**_refused(record), **rows})


def _require_answers(read: _Read) -> None:
    if read.file.questions:
        errors: dict[str, list[LazyText | str]] = {each.field: [each.message] for each in read.file.questions}
        raise Invalid(errors, _("Some columns are not assigned yet."))


# --- taking back -----------------------------------------------------------------------------------------------------


@transactional
def take_back(actor: Actor, registry: Registry, batch: int) -> None:
    """Undo a whole import: what it added goes, what it changed is as before.

    Raises `Refused` saying what, when something was changed since or the list itself says that something was built on it.
    """
    record, imported = _find(registry, actor, batch, writing=True)
    if record.state != IMPORTED:
        raise Refused(_("This file is not imported, so there is nothing to take back."))
    rows = (record.written or {}).get("rows")
    if rows is None:
        raise Refused(
            _("What is needed to take this import back is no longer kept."), advice=_("Correct single records instead.")
        )
    with _faults(registry, actor, imported):
        _refuse_if_changed(imported, rows, {str(each.ref): each.values for each in imported.stored(actor)})
        for row in reversed(rows):
            _naming(row["name"], lambda row=row: _undo(actor, imported, row))  # type: ignore[misc]
    record.state, record.taken_back_at, record.written = TAKEN_BACK, now(), None
    record.save()
    told = {"list": imported.name, "file": record.filename, **record.summary["done"]}
    audit.record(actor, "core.import.taken_back", record.ref, before=told, permission=imported.permission)


def _refuse_if_changed(
    imported: Import, rows: Sequence[Mapping[str, Any]], stored: Mapping[str, Mapping[str, Any]]
) -> None:
    changed = []
    for row in rows:
        now_stored = stored.get(row["refs"][0], {})
        if any(name not in now_stored or now_stored[name] != value for name, value in row["after"].items()):
            changed.append(row["name"])
    if changed:
        names = "、".join(changed[:_NAMES_SHOWN]) + (" …" if len(changed) > _NAMES_SHOWN else "")
        raise Refused(
            ngettext(
                "%(num)d record of this import was changed since: %(names)s.",
                "%(num)d records of this import were changed since: %(names)s.",
                len(changed),
                names=names,
            ),
            advice=_("Correct single records instead."),
        )


def _undo(actor: Actor, imported: Import, row: Mapping[str, Any]) -> None:
    refs = [Ref.parse(text, actor.community) for text in row["refs"]]
    if row["before"] is None:
        imported.remove(actor, refs)
    else:
        imported.change(actor, refs[0], row["before"])


def _naming(name: str, act: Callable[[], None]) -> None:
    """Say of which record it is that something cannot be taken back."""
    try:
        act()
    except (Refused, Invalid) as error:
        raise Refused(
            _("“%(name)s” cannot be taken back: %(why)s", name=name, why=error.message),
            advice=error.advice or _("Correct single records instead."),
        ) from error
