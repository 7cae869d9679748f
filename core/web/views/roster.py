"""Importing a register of residents: upload → preview (the dry run) with the columns to correct → import → take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core.errors import Invalid, Refused
from core.people import areas, roster
from core.people.columns import FIELD_LABELS, FIELDS
from core.people.roster import DISCARDED, IMPORT, IMPORTED, PREVIEWED, Preview, RosterImport
from core.spreadsheet import XLSX, SpreadsheetError
from core.text import LazyText, _
from core.web import ui
from core.web.forms import FileField, Form, StringField, asked_numbers, asked_text, status_of
from core.web.gate import current_actor, current_community, view
from core.web.upload_pages import UPLOAD_STATES, column_names, column_options

pages = Blueprint("roster", __name__)
REASON_LABELS: dict[str, LazyText] = {
    "door": _("Door incomplete"),
    "name": _("No name"),
    "phone": _("Phone unusable"),
    "duplicate": _("Twice in the file"),
}
# Of each list of differences so many are shown; all of them are counted.
MOST_SHOWN = 200
MOST_CHOICES = 300


class UploadForm(Form):
    """A register, and the estate of its rows where it names none."""

    file = FileField(_("Register of residents (.xlsx, .xls or .csv)"))
    estate = StringField(_("Estate"), longest=areas.LONGEST)


@pages.route("/roster", methods=["GET", "POST"])
@view(IMPORT)
def index() -> Response:
    """Upload a register; the imports so far."""
    form = UploadForm.from_request()
    if request.method == "POST":
        batch = _upload(form)
        if batch is not None:
            return ui.after_post(ui.url(".show", batch_id=batch))
    return ui.page(
        "desk/roster/upload.html",
        form=form,
        history=roster.history(current_actor()),
        states=UPLOAD_STATES,
        estates=_estates(),
        status=status_of(form),
    )


def _upload(form: UploadForm) -> int | None:
    """The number of the kept upload; None when the form says what is wrong."""
    upload = request.files.get("file")
    if not form.validate():
        return None
    if upload is None or not upload.filename:
        form.accept(Invalid({"file": [_("Choose a file.")]}))
        return None
    try:
        return roster.preview(current_actor(), upload.filename, upload.read(), form.estate.data or None).batch
    except SpreadsheetError as error:
        form.accept(Invalid({"file": [error.message]}))
    except Invalid as error:
        form.accept(error)
    return None


def _estates() -> list[str]:
    return [row[1] for row in areas.estates(current_community().code)]


# --------------------------------------------------------------------------- preview


@pages.get("/roster/<int:batch_id>")
@view(IMPORT, kind=RosterImport, key="batch_id")
def show(batch: RosterImport) -> Response:
    """An upload: what it would do, or what it did."""
    if batch.state == DISCARDED:
        return ui.after_post(ui.url(".index"))
    if batch.state != PREVIEWED:
        return _result(batch)
    return _preview(roster.reopen(current_actor(), batch.id))


def _preview(found: Preview, errors: Invalid | None = None) -> Response:
    return ui.page(
        "desk/roster/preview.html",
        found=found,
        fields=FIELD_LABELS,
        asked={question.field: question for question in found.questions},
        options=column_options(found),
        column_names=column_names(found),
        reasons=REASON_LABELS,
        estates=_estates(),
        errors=errors,
        most=MOST_SHOWN,
        most_choices=MOST_CHOICES,
        status=422 if errors else 200,
    )


@pages.post("/roster/<int:batch_id>/columns")
@view(IMPORT, kind=RosterImport, key="batch_id")
def columns(batch: RosterImport) -> Response:
    """Read the file again with the columns as chosen; they are remembered for files with these titles."""
    chosen = {field: request.form.get(field) for field in FIELDS}
    estate = asked_text("estate_name") or None
    try:
        roster.correct(current_actor(), batch.id, chosen, estate)
    except Invalid as error:
        return _preview(roster.reopen(current_actor(), batch.id), error)
    return ui.after_post(ui.url(".show", batch_id=batch.id))


@pages.post("/roster/<int:batch_id>/discard")
@view(IMPORT, kind=RosterImport, key="batch_id")
def discard(batch: RosterImport) -> Response:
    """Throw an upload away that was not imported."""
    roster.discard(current_actor(), batch.id)
    ui.toast(_("The upload is thrown away. Nothing was imported."))
    return ui.after_post(ui.url(".index"))


# --------------------------------------------------------------------------- import


@pages.post("/roster/<int:batch_id>/import")
@view(IMPORT, kind=RosterImport, key="batch_id")
def run(batch: RosterImport) -> Response:
    """Import the good rows, all of them or nothing. Sent twice, the second finds it done."""
    if batch.state == PREVIEWED:
        try:
            roster.run(current_actor(), batch.id, **_choices())
        except Invalid as error:
            return _preview(roster.reopen(current_actor(), batch.id), error)
        ui.toast(
            _("“%(file)s” is imported.", file=batch.filename),
            undo_url=ui.url(".take_back", batch_id=batch.id),
            undo_label=_("Take the whole import back"),
        )
    return ui.after_post(ui.url(".show", batch_id=batch.id))


def _choices() -> dict[str, Any]:
    """What staff decided about those who are missing in the file, and about other phones."""
    values = request.form
    leave = "mark_moved" if values.get("leave") in ("mark_moved", "some") else "keep"
    return {
        "leave": leave,
        "only": asked_numbers("left") if values.get("leave") == "some" else None,
        "changed": "keep" if values.get("changed") == "keep" else "take",
    }


def _result(batch: RosterImport) -> Response:
    """What an import did; the bad rows as long as its file is kept."""
    bad: Preview | None = None
    if batch.content is not None:
        try:
            bad = roster.reopen(current_actor(), batch.id)
        except Refused:
            bad = None
    return ui.page(
        "desk/roster/result.html",
        batch=batch,
        found=bad,
        column_names=column_names(bad) if bad else [],
        states=UPLOAD_STATES,
        reasons=REASON_LABELS,
        most=MOST_SHOWN,
    )


@pages.get("/roster/<int:batch_id>/errors.xlsx")
@view(IMPORT, kind=RosterImport, key="batch_id")
def errors(batch: RosterImport) -> Response:
    """The rows that were not imported, as the same table with the reason behind."""
    name = batch.filename.rpartition(".")[0] or batch.filename
    return ui.download(roster.error_workbook(current_actor(), batch.id), XLSX, f"{name}-{_('Rows to correct')}.xlsx")


@pages.route("/roster/<int:batch_id>/take-back", methods=["GET", "POST"])
@view(IMPORT, kind=RosterImport, key="batch_id")
def take_back(batch: RosterImport) -> Response:
    """Take a whole import back: what it added goes, what it changed is as before."""
    if batch.state != IMPORTED:
        return ui.after_post(ui.url(".show", batch_id=batch.id))
    if request.method == "POST":
        roster.take_back(current_actor(), batch.id)
        ui.toast(_("The import of “%(file)s” is taken back. Everything is as it was before.", file=batch.filename))
        return ui.after_post(ui.url(".show", batch_id=batch.id))
    return ui.page("desk/roster/take_back.html", batch=batch)
