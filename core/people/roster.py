"""Importing registers of residents: upload → preview → correct the columns → import → take back, and its history.

What a file says is read in `roster_file`, what it would change worked out in `roster_plan`, and written in `roster_store`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.actor import Actor, community_of
from core.cells import plain
from core.errors import Invalid
from core.people import roster_file, roster_store
from core.people.columns import FIELD_LABELS, Columns
from core.people.directory import IMPORT
from core.people.person import TAKE_BACK_BLOCKERS
from core.people.roster_file import RosterFile, RosterRow, read_roster
from core.people.roster_plan import Plan, compare, estate_name
from core.people.roster_records import ROSTER, RosterChange, RosterImport
from core.people.roster_undo import take_back
from core.spreadsheet import Table, read_table
from core.store import audit, import_batches
from core.store.db import now, transactional
from core.store.import_batches import (
    DISCARDED,
    IMPORTED,
    PREVIEWED,
    TAKEN_BACK,
    ImportRow,
    content_of,
    require_previewed,
)
from core.text import Label, _, is_storable, ngettext
from core.titles import BadRow, Question, signature

__all__ = [
    "DISCARDED", "IMPORTED", "PREVIEWED", "TAKEN_BACK", "TAKE_BACK_BLOCKERS", "ImportRow", "Preview", "RosterChange",
    "RosterImport", "correct", "discard", "error_workbook", "history", "import_file", "preview", "reopen", "run",
    "take_back",
]  # fmt: skip

_FIRST_ROWS = 8

Leave = Literal["keep", "mark_moved"]
Changed = Literal["take", "keep"]
ColumnMap = Columns | Mapping[str, object] | None


@dataclass(frozen=True)
class Preview:
    """A file as it was understood, before anything of it is imported.

    While `questions` is not empty the columns must be corrected first, and `difference` is empty. `first_rows` are raw
    cells from the titles on; `rows` what was read of the good ones. `imported_before` is the import of the very same file.
    """

    batch: int
    state: str
    filename: str
    estate: str
    columns: Columns
    titles: tuple[str, ...]
    header_row: int | None
    sure: Mapping[str, str]
    questions: tuple[Question, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: tuple[RosterRow, ...]
    bad: tuple[BadRow, ...]
    summary: dict[str, Any]
    difference: Plan
    imported_before: int | None


@dataclass(frozen=True)
class _Read:
    """A file, read."""

    filename: str
    content: bytes
    estate: str
    table: Table
    file: RosterFile
    questions: tuple[Question, ...]


# --- preview ---------------------------------------------------------------------------------------------------------


def preview(
    actor: Actor, filename: str, content: bytes, estate: str | None = None, columns: ColumnMap = None
) -> Preview:
    """Keep an upload and show what it would do; nothing is imported.

    Without `columns` those remembered for these titles are used, else they are guessed. `estate` is that of rows which
    name none. Raises `SpreadsheetError` for a file that is no table, `Forbidden`.
    """
    actor.require(IMPORT)
    read = _read(community_of(actor), filename, content, estate, columns)
    return _show(_keep(actor, read), read)


def correct(actor: Actor, batch: int, columns: ColumnMap, estate: str | None = None) -> Preview:
    """Read an upload again with these columns, which are remembered for files with the same titles.

    Raises `NotFound`, `Refused` when it is no longer a preview.
    """
    actor.require(IMPORT)
    community = community_of(actor)
    record = _previewed(community, batch)
    read = _read(community, record.filename, content_of(record), estate, columns)
    return _show(_correct(actor, batch, read, remember=columns is not None), read)


def reopen(actor: Actor, batch: int) -> Preview:
    """Show an upload again. Raises `NotFound`, and `Refused` when its file is no longer kept."""
    actor.require(IMPORT)
    record: RosterImport = RosterImport.get_of(community_of(actor), batch)
    return _show(record, _read_again(record))


def error_workbook(actor: Actor, batch: int) -> bytes:
    """The rows that cannot be imported as .xlsx, with the reason in a last column. Raises like `reopen`."""
    actor.require(IMPORT)
    read = _read_again(RosterImport.get_of(community_of(actor), batch))
    return roster_file.error_workbook(read.file, read.table)


@transactional
def discard(actor: Actor, batch: int) -> None:
    """Throw an upload away that was not imported, with its file."""
    actor.require(IMPORT)
    import_batches.throw_away(RosterImport.get_of(community_of(actor), batch))


def history(actor: Actor, limit: int = 50) -> list[ImportRow]:
    """The latest uploads of the community, newest first, without those that were discarded."""
    actor.require(IMPORT)
    return import_batches.history(community_of(actor), [ROSTER], limit)


def _read(community: str, filename: str, content: bytes, estate: str | None, columns: ColumnMap) -> _Read:
    table = read_table(content, filename)
    named = estate_name(estate or "")
    if not is_storable(filename) or not is_storable(named):
        raise Invalid({"estate": [_("The name holds characters that cannot be stored.")]})
    wanted = columns if columns is None or isinstance(columns, Columns) else Columns.from_dict(columns)
    file = read_roster(table, wanted, named or None)
    if wanted is None:
        remembered = import_batches.remembered(community, ROSTER, signature(file.titles))
        if remembered is not None:
            file = read_roster(table, Columns.from_dict(remembered), named or None)
    return _Read(filename, content, named, table, file, _questions(file))


def _questions(file: RosterFile) -> tuple[Question, ...]:
    """What must be answered before anything is imported: also the estate of rows whose own cell is empty."""
    homeless = [row.line for row in file.rows if not estate_name(row.estate)]
    if file.questions or not homeless:
        return file.questions
    message = ngettext(
        "Row %(line)d names no estate. Which estate is it in?",
        "%(num)d rows name no estate, the first is row %(line)d. Which estate are they in?",
        len(homeless),
        line=homeless[0],
    )
    return (Question("estate", (), message),)


def _show(record: RosterImport, read: _Read) -> Preview:
    file = read.file
    start = (file.header_row or 1) - 1
    return Preview(
        batch=record.id,
        state=record.state,
        filename=record.filename,
        estate=read.estate,
        columns=file.columns,
        titles=file.titles,
        header_row=file.header_row,
        sure=file.sure,
        questions=read.questions,
        first_rows=tuple(tuple(row) for row in read.table[start : start + _FIRST_ROWS + 1]),
        rows=file.rows,
        bad=file.bad,
        summary=file.summary,
        difference=Plan() if read.questions else compare(record.community, file),
        imported_before=import_batches.imported_before(record),
    )


@transactional
def _keep(actor: Actor, read: _Read) -> RosterImport:
    community = community_of(actor)
    import_batches.drop_old_files(community)
    return _store(actor, community, read)


def _store(actor: Actor, community: str, read: _Read) -> RosterImport:
    batch = import_batches.keep(
        actor,
        ROSTER,
        read.filename,
        read.content,
        given=_given(read),
        columns=read.file.columns.as_dict(),
        signature=signature(read.file.titles),
        summary=read.file.summary,
    )
    found: RosterImport = RosterImport.get_of(community, batch.id)
    return found


def _given(read: _Read) -> dict[str, str]:
    return {"estate": read.estate} if read.estate else {}


@transactional
def _correct(actor: Actor, batch: int, read: _Read, *, remember: bool) -> RosterImport:
    community = community_of(actor)
    record = _previewed(community, batch)
    record.given, record.columns, record.summary = _given(read), read.file.columns.as_dict(), read.file.summary
    record.save()
    if remember:
        import_batches.remember(record)
    return record


def _previewed(community: str, batch: int) -> RosterImport:
    record: RosterImport = RosterImport.get_of(community, batch)
    require_previewed(record)
    return record


def _read_again(record: RosterImport) -> _Read:
    """An upload as it was last shown: by a guess if that still gives its columns, else by the corrected ones."""
    columns, content = Columns.from_dict(record.columns), content_of(record)
    read = _read(record.community, record.filename, content, record.estate, None)
    return (
        read
        if read.file.columns == columns
        else _read(record.community, record.filename, content, record.estate, columns)
    )


# --- import ----------------------------------------------------------------------------------------------------------


def run(
    actor: Actor,
    batch: int,
    leave: Leave = "keep",
    changed: Changed = "take",
    only: Collection[int] | None = None,
) -> Plan:
    """Import a previewed file, all its good rows or nothing; returns what was done.

    `leave="mark_moved"` ends the stays of who is missing in the file, or of those just the ones in `only` (ids as in
    `Plan.left`); `changed="keep"` keeps stored phones, sexes and years of birth. Raises `Invalid` while columns are
    unknown, `Refused` when it is no longer a preview.
    """
    actor.require(IMPORT)
    community = community_of(actor)
    record = _previewed(community, batch)
    read = _read_again(record)
    _require_answers(read)
    choice = roster_store.Choice(leave == "mark_moved", only, changed == "take")
    return _run(actor, batch, read, _texts(community, read.file), choice)


def import_file(
    actor: Actor, filename: str, content: bytes, estate: str | None = None, *, dry_run: bool = False
) -> dict[str, Any]:
    """Read a file and import it at once, in one transaction; returns its counts as `RosterFile.summary` has them.

    `dry_run` stores nothing. Raises `Invalid` naming the columns that cannot be guessed, or asking for the estate.
    """
    actor.require(IMPORT)
    community = community_of(actor)
    read = _read(community, filename, content, estate, None)
    _require_answers(read)
    if not dry_run:
        _store_and_run(actor, read, _texts(community, read.file))
    return read.file.summary


def _texts(community: str, file: RosterFile) -> roster_store.Texts:
    """Pinyin of everybody who will be new, before the transaction begins."""
    texts = roster_store.Texts()
    for person in compare(community, file).new:
        texts.of(person)
    return texts


@transactional
def _store_and_run(actor: Actor, read: _Read, texts: roster_store.Texts) -> None:
    record = _store(actor, community_of(actor), read)
    _run(actor, record.id, read, texts, roster_store.Choice())


@transactional
def _run(actor: Actor, batch: int, read: _Read, texts: roster_store.Texts, choice: roster_store.Choice) -> Plan:
    community = community_of(actor)
    record = _previewed(community, batch)
    plan = compare(community, read.file)
    moment = now()
    ended = roster_store.write(community, batch, plan, texts, moment, choice)
    laid = plan.grids.by_grid
    done = {
        **plan.counts,
        "ended_stays": ended,
        "details_taken": choice.take_details,
        "grids_made": list(plan.grids.new),
        "areas_laid": len(plan.grids.laid),
    }
    record.state, record.imported_at = IMPORTED, moment
    record.summary = {**read.file.summary, "estates": list(plan.estates), "done": done}
    record.save()
    audit.record(
        actor,
        "core.roster.imported",
        record.ref,
        after={
            "file": record.filename,
            "sha256": record.sha256,
            **record.summary,
            "laid": {grid: [area.text for area in areas] for grid, areas in laid.items()},
        },
        permission=IMPORT,
    )
    return plan


def _require_answers(read: _Read) -> None:
    if not read.questions:
        return
    errors: dict[str, list[Label]] = {question.field: [question.message] for question in read.questions}
    unknown = [str(FIELD_LABELS[question.field]) for question in read.questions if question.field != "estate"]
    if not unknown:
        raise Invalid(errors, _("%(question)s Please name the estate.", question=read.questions[0].message))
    titles = "、".join(plain(title) for title in read.file.titles if title.strip()) or str(_("none"))
    raise Invalid(
        errors,
        _(
            "These columns cannot be recognised: %(fields)s. The titles in the file are: %(titles)s.",
            fields="、".join(unknown),
            titles=titles,
        ),
    )
