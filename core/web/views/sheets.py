"""A4 forms of any record: giving one its number, and the sheet to print."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.civic import sheets
from core.lan import reachable_url
from core.web import ui
from core.web.forms import submit_once
from core.web.gate import current_actor, current_community, view

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


@pages.app_template_global()
def form_number(name: str, key: int) -> str | None:
    """The number of a record's form, empty while it has none; None for whoever may not print it (`ui.record_form` asks)."""
    actor = current_actor()
    kind = sheets.find_sheet(current_community().code, name)
    if kind is None or not actor.can(kind.permission):
        return None
    return sheets.number_of(actor, kind, key)
