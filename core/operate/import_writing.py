"""Writing what an upload would do, all of it or nothing; trying it; taking it back. The pages start from `imports`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.actor import Actor, community_of
from core.errors import Invalid, LinliError, Refused
from core.operate.import_lists import find_import
from core.operate.import_reading import (
    Plan,
    Planned,
)
from core.operate.import_uploads import (
    Read,
    all_bad,
    faults,
    find_upload,
    note_refused,
    plan_of,
    read_again,
    read_file,
    refused_rows,
    require_answers,
    store,
)
from core.plugin.declarations.imports import Import
from core.plugin.registry import Registry
from core.store import audit
from core.store.db import now, run_in_transaction, transaction, transactional
from core.store.import_batches import IMPORTED, TAKEN_BACK, ImportBatch, require_previewed
from core.store.ref import Ref
from core.text import _, ngettext
from core.titles import BadRow

# Larger files are only tried when they are imported: a trial holds the write lock as long as the import itself.
MOST_TRIED = 200
# What is written while everybody else's writes wait, a few milliseconds a row. Rows that are stored already do not count.
MOST_WRITTEN = 2_000
_NAMES_SHOWN = 5


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


# --- import ----------------------------------------------------------------------------------------------------------


def run(registry: Registry, actor: Actor, batch: int, seen: str | None = None) -> None:
    """Import a previewed file, all its good rows or nothing.

    `seen` is the digest of the plan as it was shown. Raises `Invalid` while columns are unknown, `Changed` when the plan is
    another by now, `RowsRefused` when a row cannot be written after all (it then counts as bad), `Refused` when nothing is to
    be done or it is no longer a preview.
    """
    record, imported = find_upload(registry, actor, batch, writing=True)
    require_previewed(record)
    read = read_again(record, imported)
    require_answers(read)
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
    read = read_file(community_of(actor), imported, filename, content, None, {})
    require_answers(read)
    plan = plan_of(registry, actor, read, {})
    if len(plan.to_write) > MOST_WRITTEN:
        raise TooManyRows
    bad = all_bad(read.file, try_rows(registry, actor, read, most=None))
    if not bad and not dry_run and plan.to_write:
        _store_and_run(actor, registry, read)
    return _counts(plan), bad


@transactional
def _store_and_run(actor: Actor, registry: Registry, read: Read) -> None:
    _run(actor, registry, store(actor, read).id, read, None)


@transactional
def _run(actor: Actor, registry: Registry, batch: int, read: Read, seen: str | None) -> None:
    record, imported = find_upload(registry, actor, batch, writing=True)
    require_previewed(record)
    plan = plan_of(registry, actor, read, refused_rows(record))
    if seen is not None and seen != plan.digest:
        raise Changed
    if not plan.to_write:
        raise Refused(_("There is nothing to import in this file."), advice=_("Everything in it is stored already."))
    if len(plan.to_write) > MOST_WRITTEN:
        raise TooManyRows
    with faults(registry, actor, imported):
        refs, refused = _write(actor, imported, plan.to_write)
        if refused:
            raise RowsRefused(refused)
        stored = {str(each.ref): each.values for each in imported.stored(actor)}
    rows = [_undo_of(imported, row, refs[row.line], stored) for row in plan.to_write]
    bad = all_bad(read.file, refused_rows(record))
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


def try_rows(
    registry: Registry, actor: Actor, read: Read, most: int | None = MOST_TRIED
) -> Mapping[int, tuple[str, str]]:
    """Write the rows and undo them at once: why some would be refused, by line. More than `most` are not tried."""
    rows = plan_of(registry, actor, read, {}).to_write
    if most is not None and len(rows) > most:
        return {}

    def trial() -> None:
        with faults(registry, actor, read.imported):
            refused = _write(actor, read.imported, rows)[1]
        raise _Undone(refused)

    try:
        run_in_transaction(actor.community, trial)
    except _Undone as undone:
        return undone.refused
    raise AssertionError("unreachable")


@transactional
def _add_refused(actor: Actor, batch: int, read: Read, rows: Mapping[int, tuple[str, str]]) -> None:
    record: ImportBatch = ImportBatch.get_of(community_of(actor), batch)
    require_previewed(record)
    note_refused(record, read, {**refused_rows(record), **rows})


# --- taking back -----------------------------------------------------------------------------------------------------


@transactional
def take_back(actor: Actor, registry: Registry, batch: int) -> None:
    """Undo a whole import: what it added goes, what it changed is as before.

    Raises `Refused` saying what, when something was changed since or the list itself says that something was built on it.
    """
    record, imported = find_upload(registry, actor, batch, writing=True)
    if record.state != IMPORTED:
        raise Refused(_("This file is not imported, so there is nothing to take back."))
    rows = (record.written or {}).get("rows")
    if rows is None:
        raise Refused(
            _("What is needed to take this import back is no longer kept."), advice=_("Correct single records instead.")
        )
    with faults(registry, actor, imported):
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
