"""A4 forms of any record: giving one its number, the sheet to print, and the scans of it as it was signed."""

from __future__ import annotations

from flask import Blueprint, Response

from core.civic import sheets
from core.text import _
from core.web import ui
from core.web.forms import Form, status_of, submit_once
from core.web.gate import current_actor, current_community, view
from core.web.uploads import UploadField

pages = Blueprint("sheets", __name__)


@pages.post("/forms/<form_name>/<int:record_id>")
@view("core.desk")
def number(form_name: str, record_id: int) -> Response:
    """Give a record's form its number and go on to the sheet."""
    submit_once(lambda: sheets.number_form(current_actor(), form_name, record_id))
    return ui.after_post(ui.url(".sheet", form_name=form_name, record_id=record_id))


@pages.get("/forms/<form_name>/<int:record_id>")
@view("core.desk")
def sheet(form_name: str, record_id: int) -> Response:
    """The form on A4: facts, blanks for handwriting, who signs, and the code that leads back to the record."""
    form = sheets.form_of(current_actor(), form_name, record_id)
    return ui.page(
        "print/form.html",
        form=form,
        content=form.content,
        address=form.path,
        matrix=ui.qr_svg(ui.absolute_url(form.path)),
    )


class SignedForm(Form):
    """Scans or photos of the signed sheet."""

    files = UploadField(_("Choose the scan or photo"), takes=("picture", "document"), required=True, captions=False)


@pages.route("/forms/<form_name>/<int:record_id>/signed", methods=["GET", "POST"])
@view("core.desk", uploads=True)
def signed(form_name: str, record_id: int) -> Response:
    """The sheet as it was signed: what was added, and adding a scan or a photo of it."""
    actor = current_actor()
    printed = sheets.form_of(actor, form_name, record_id)
    files = printed.signed
    form = SignedForm.from_request()
    form.files.most = sheets.MOST_SCANS - len(files)
    if form.act_on_submit(lambda: sheets.add_signed(actor, form_name, record_id, form.files.data)):
        ui.toast(_("The signed sheet is added."))
        return ui.after_post(ui.url(".signed", form_name=form_name, record_id=record_id))
    return ui.page(
        "desk/signed.html", form=form, printed=printed, files=files, record=printed.path, status=status_of(form)
    )


@pages.post("/forms/<form_name>/<int:record_id>/signed/<int:use_id>/remove")
@view("core.desk")
def remove_signed(form_name: str, record_id: int, use_id: int) -> Response:
    """Take away a scan that was added by mistake."""
    submit_once(lambda: sheets.remove_signed(current_actor(), form_name, record_id, use_id))
    ui.toast(_("The scan is no longer shown."))
    return ui.after_post(ui.url(".signed", form_name=form_name, record_id=record_id))


@pages.app_template_global()
def form_number(name: str, key: int) -> str | None:
    """The number of a record's form, empty while it has none; None for whoever may not print it (`ui.record_form` asks)."""
    actor = current_actor()
    kind = sheets.find_sheet(current_community().code, name)
    if kind is None or not actor.can(kind.permission):
        return None
    return sheets.number_of(actor, kind, key)
