"""Bringing lists in from tables: which there are → upload → preview with the columns to correct → import → take back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.errors import Invalid, Refused
from core.operate import import_lists, imports
from core.operate.import_lists import IMPORT
from core.operate.imports import Preview
from core.people.directory import IMPORT as IMPORT_ROSTER
from core.people.roster_records import ROSTER
from core.plugin import registry as kernel
from core.plugin.declarations.imports import Import
from core.plugin.registry import Registry
from core.spreadsheet import XLSX, SpreadsheetError
from core.store.import_batches import DISCARDED, IMPORTED, PREVIEWED, ImportBatch
from core.text import LazyText, _
from core.web import ui
from core.web.forms import FileField, Form, asked_text, status_of
from core.web.gate import current_actor, view
from core.web.upload_pages import UPLOAD_STATES, column_names, column_options

pages = Blueprint("imports", __name__)
REASON_LABELS: dict[str, LazyText] = {
    "missing": _("Something is missing"),
    "unreadable": _("Not understood"),
    "duplicate": _("Twice in the file"),
    "refused": _("Not possible"),
}
# Of each list of differences so many are shown; all of them are counted.
MOST_SHOWN = 200


class UploadForm(Form):
    """A table."""

    file = FileField(_("Table (.xlsx, .xls, .csv or .json)"))


def _registry() -> Registry:
    return kernel.active()


@pages.app_template_global()
def import_address(name: str) -> str:
    """Where this actor brings in the list `name`; empty for whom it is not."""
    found = [item for item in import_lists.imports_for(_registry(), current_actor()) if item.name == name]
    return ui.url("c.imports.new", import_name=name) if found else ""


@pages.get("/imports")
@view(IMPORT)
def index() -> Response:
    """Every list that can be brought in, and what was brought in so far."""
    actor = current_actor()
    with_roster = actor.can(IMPORT_ROSTER)
    lists = import_lists.imports_for(_registry(), actor)
    return ui.page(
        "desk/imports/index.html",
        lists=lists,
        with_roster=with_roster,
        labels={ROSTER: _("Residents"), **{item.name: item.label for item in lists}},
        homes={ROSTER: "c.roster"},
        history=imports.history(_registry(), actor, [ROSTER] if with_roster else []),
        states=UPLOAD_STATES,
    )


@pages.route("/imports/new/<import_name>", methods=["GET", "POST"])
@view(IMPORT)
def new(import_name: str) -> Response:
    """Upload a table of one list."""
    actor, form = current_actor(), UploadForm.from_request()
    imported = import_lists.find_import(_registry(), actor, import_name)
    if request.method == "POST":
        made = _upload(form, imported)
        if made is not None:
            return ui.after_post(ui.url(".show", upload_id=made))
    return ui.page("desk/imports/upload.html", form=form, imported=imported, status=status_of(form))


def _upload(form: UploadForm, imported: Import) -> int | None:
    """The number of the kept upload; None when the form says what is wrong."""
    sent = request.files.get("file")
    if not form.validate():
        return None
    if sent is None or not sent.filename:
        form.accept(Invalid({"file": [_("Choose a file.")]}))
        return None
    try:
        return imports.upload(_registry(), current_actor(), imported.name, sent.filename, sent.read())
    except SpreadsheetError as error:
        form.accept(Invalid({"file": [error.message]}))
    except Invalid as error:
        form.accept(error)
    return None


@pages.get("/imports/new/<import_name>/template.xlsx")
@view(IMPORT)
def template(import_name: str) -> Response:
    """The empty table of a list, with an example row and explanations."""
    imported = import_lists.find_import(_registry(), current_actor(), import_name)
    content = import_lists.template(_registry(), current_actor(), import_name)
    return ui.download(content, XLSX, f"{imported.label}-{_('empty table')}.xlsx")


# --------------------------------------------------------------------------- preview


@pages.get("/imports/<int:upload_id>")
@view(IMPORT, kind=ImportBatch, key="upload_id")
def show(upload: ImportBatch) -> Response:
    """An upload: what it would do, or what it did."""
    if upload.state == DISCARDED:
        return ui.after_post(ui.url(".index"))
    if upload.state != PREVIEWED:
        return _result(upload)
    return _preview(upload)


def _preview(upload: ImportBatch, error: Invalid | Refused | None = None) -> Response:
    found = imports.reopen(_registry(), current_actor(), upload.id)
    return ui.page(
        "desk/imports/preview.html",
        found=found,
        asked={question.field: question for question in found.questions},
        options=column_options(found),
        column_names=column_names(found),
        reasons=REASON_LABELS,
        error=error,
        most=MOST_SHOWN,
        too_many=imports.TooManyRows() if len(found.plan.to_write) > imports.MOST_WRITTEN else None,
        status=error.status if error else 200,
    )


@pages.post("/imports/<int:upload_id>/columns")
@view(IMPORT, kind=ImportBatch, key="upload_id")
def columns(upload: ImportBatch) -> Response:
    """Read the file again with the columns as chosen; they are remembered for files with these titles."""
    imported = import_lists.find_import(_registry(), current_actor(), upload.import_name)
    chosen = {column.field: request.form.get(f"column-{column.field}") for column in imported.columns}
    given = {column.field: asked_text(f"all-{column.field}") for column in imported.columns if column.for_all}
    try:
        imports.correct(_registry(), current_actor(), upload.id, chosen, given)
    except Invalid as error:
        return _preview(upload, error)
    return ui.after_post(ui.url(".show", upload_id=upload.id))


@pages.post("/imports/<int:upload_id>/discard")
@view(IMPORT, kind=ImportBatch, key="upload_id")
def discard(upload: ImportBatch) -> Response:
    """Throw an upload away that was not imported."""
    imports.discard(current_actor(), _registry(), upload.id)
    ui.toast(_("The upload is thrown away. Nothing was imported."))
    return ui.after_post(ui.url(".index"))


# --------------------------------------------------------------------------- import


@pages.post("/imports/<int:upload_id>/run")
@view(IMPORT, kind=ImportBatch, key="upload_id")
def run(upload: ImportBatch) -> Response:
    """Import the good rows, all of them or nothing. Sent twice, the second finds it done."""
    import_lists.find_import(_registry(), current_actor(), upload.import_name)
    if upload.state == PREVIEWED:
        try:
            imports.run(_registry(), current_actor(), upload.id, asked_text("seen"))
        except (imports.Changed, imports.RowsRefused, imports.TooManyRows, Invalid) as error:
            return _preview(upload, error)
        except Refused:
            if ImportBatch.get_of(upload.community, upload.id).state != IMPORTED:
                raise
        else:
            ui.toast(
                _("“%(file)s” is imported.", file=upload.filename),
                undo_url=ui.url(".take_back", upload_id=upload.id),
                undo_label=_("Take the whole import back"),
            )
    return ui.after_post(ui.url(".show", upload_id=upload.id))


def _result(upload: ImportBatch) -> Response:
    """What an import did; the bad rows as long as its file is kept."""
    imported = import_lists.find_import(_registry(), current_actor(), upload.import_name)
    bad: Preview | None = None
    if upload.content is not None:
        try:
            bad = imports.reopen(_registry(), current_actor(), upload.id)
        except Refused:
            bad = None
    return ui.page(
        "desk/imports/result.html",
        batch=upload,
        imported=imported,
        found=bad,
        column_names=column_names(bad) if bad else [],
        states=UPLOAD_STATES,
        reasons=REASON_LABELS,
        most=MOST_SHOWN,
    )


@pages.get("/imports/<int:upload_id>/errors.xlsx")
@view(IMPORT, kind=ImportBatch, key="upload_id")
def errors(upload: ImportBatch) -> Response:
    """The rows that were not imported, as the same table with the reason behind."""
    content = imports.bad_rows(_registry(), current_actor(), upload.id)
    name = upload.filename.rpartition(".")[0] or upload.filename
    return ui.download(content, XLSX, f"{name}-{_('Rows to correct')}.xlsx")


@pages.route("/imports/<int:upload_id>/take-back", methods=["GET", "POST"])
@view(IMPORT, kind=ImportBatch, key="upload_id")
def take_back(upload: ImportBatch) -> Response:
    """Take a whole import back: what it added goes, what it changed is as before."""
    imported = import_lists.find_import(_registry(), current_actor(), upload.import_name)
    if upload.state != IMPORTED:
        return ui.after_post(ui.url(".show", upload_id=upload.id))
    if request.method == "POST":
        imports.take_back(current_actor(), _registry(), upload.id)
        ui.toast(_("The import of “%(file)s” is taken back. Everything is as it was before.", file=upload.filename))
        return ui.after_post(ui.url(".show", upload_id=upload.id))
    return ui.page("desk/imports/take_back.html", batch=upload, imported=imported)
