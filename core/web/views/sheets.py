"""A4 forms of any record: giving one its number, the sheet to print, and the scans of it as it was signed."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.civic import sheets
from core.lan import reachable_url
from core.text import _
from core.web import ui
from core.web.forms import Form, status_of, submit_once
from core.web.gate import current_actor, current_community, view
from core.web.uploads import UploadField

pages = Blueprint("sheets", __name__)


@pages.post("/forms/<name>/<int:key>")
@view("core.desk")
def number(name: str, key: int) -> Response:
    """Give a record's form its number and go on to the sheet."""
    submit_once(lambda: sheets.number_form(current_actor(), name, key))
    return ui.after_post(ui.url(".sheet", name=name, key=key))


@pages.get("/forms/<name>/<int:key>")
@view("core.desk")
def sheet(name: str, key: int) -> Response:
    """The form on A4: facts, blanks for handwriting, who signs, and the code that leads back to the record."""
    form = sheets.form_of(current_actor(), name, key)
    address = f"{ui.url('c.portal.home')}{form.path}"
    return ui.page(
        "print/form.html",
        form=form,
        content=form.content,
        address=address,
        matrix=ui.qr_svg(reachable_url(request.host_url).rstrip("/") + address),
    )


class SignedForm(Form):
    """Scans or photos of the signed sheet."""

    files = UploadField(_("Choose the scan or photo"), takes=("picture", "document"), required=True, captions=False)


@pages.route("/forms/<name>/<int:key>/signed", methods=["GET", "POST"])
@view("core.desk", uploads=True)
def signed(name: str, key: int) -> Response:
    """The sheet as it was signed: what was added, and adding a scan or a photo of it."""
    actor = current_actor()
    printed = sheets.form_of(actor, name, key)
    files = printed.signed
    form = SignedForm.from_request()
    form.files.most = sheets.MOST_SCANS - len(files)
    if form.act_on_submit(lambda: sheets.add_signed(actor, name, key, form.files.data)):
        ui.toast(_("The signed sheet is added."))
        return ui.after_post(ui.url(".signed", name=name, key=key))
    record = f"{ui.url('c.portal.home')}{printed.path}"
    return ui.page("desk/signed.html", form=form, printed=printed, files=files, record=record, status=status_of(form))


@pages.post("/forms/<name>/<int:key>/signed/<int:use_id>/remove")
@view("core.desk")
def remove_signed(name: str, key: int, use_id: int) -> Response:
    """Take away a scan that was added by mistake."""
    submit_once(lambda: sheets.remove_signed(current_actor(), name, key, use_id))
    ui.toast(_("The scan is no longer shown."))
    return ui.after_post(ui.url(".signed", name=name, key=key))


@pages.app_template_global()
def form_number(name: str, key: int) -> str | None:
    """The number of a record's form, empty while it has none; None for whoever may not print it (`ui.record_form` asks)."""
    actor = current_actor()
    kind = sheets.find_sheet(current_community().code, name)
    if kind is None or not actor.can(kind.permission):
        return None
    return sheets.number_of(actor, kind, key)
