"""My data: what is held about me, a copy to take along, and asking for a correction or for erasure."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.civic.privacy import person_data
from core.civic.privacy import requests as privacy_requests
from core.civic.privacy.requests import ASKS, CORRECT, ERASE, REQUEST
from core.clock import today
from core.errors import NotFound
from core.plugin import registry as kernel
from core.spreadsheet import XLSX
from core.text import _
from core.web import ui
from core.web.forms import Form, TextAreaField, status_of
from core.web.gate import current_actor, current_community, view

pages = Blueprint("my_data", __name__)
FORMS = {"xlsx": (person_data.as_workbook, XLSX), "json": (person_data.as_json, "application/json")}


@pages.get("/mine/data")
@view(signed_in=True)
def index() -> Response:
    """Everything about me, from core and every module."""
    actor = current_actor()
    return ui.page(
        "portal/my_data.html",
        gathered=person_data.gather(kernel.active(), current_community().code, _me()),
        requests=privacy_requests.own_requests(actor),
        asks=ASKS,
        states={state.name: state for state in REQUEST.states},
    )


def _me() -> int:
    """The resident behind the account; somebody of the office without one has no data of this kind here."""
    person = current_actor().person
    if person is None:
        raise NotFound(_("No resident is behind this account."))
    return person


@pages.post("/mine/data/copy.<any(xlsx, json):form>")
@view(signed_in=True)
def copy(form: str) -> Response:
    """All of it as a file; the copy is noted."""
    return copy_of(_me(), form)


def copy_of(person_id: int, form: str) -> Response:
    """A person's data as a file, for the person or for whoever answers a request; noted before it is handed over."""
    gathered = person_data.gather(kernel.active(), current_community().code, person_id)
    privacy_requests.note_copy(current_actor(), person_id, form)
    write, mimetype = FORMS[form]
    named = _("My data")
    return ui.download(write(gathered), mimetype, f"{named}-{today().isoformat()}.{form}")


class CorrectForm(Form):
    """What is wrong and how it should be."""

    wish = TextAreaField(_("What is wrong, and how should it be?"), required=True, longest=privacy_requests.LONGEST)


class EraseForm(Form):
    """Why, if the person wants to say so."""

    wish = TextAreaField(_("Is there something we should know?"), longest=privacy_requests.LONGEST)


@pages.route("/mine/data/correct", methods=["GET", "POST"])
@view(signed_in=True)
def correct() -> Response:
    """Ask for a correction."""
    return _ask(CorrectForm.from_request(), CORRECT, "portal/my_data_correct.html")


@pages.route("/mine/data/erase", methods=["GET", "POST"])
@view(signed_in=True)
def erase() -> Response:
    """Ask for erasure, knowing what it means."""
    return _ask(EraseForm.from_request(), ERASE, "portal/my_data_erase.html")


def _ask(form: Any, what: str, template: str) -> Response:
    _me()
    actor = current_actor()
    if form.act_on_submit(lambda: privacy_requests.ask(actor, what, form.wish.data or "").id):
        ui.toast(_("The office has your request. The answer will stand here."))
        return ui.after_post(ui.url(".index"))
    return ui.page(template, form=form, days=privacy_requests.CLOCK.days, status=status_of(form))
