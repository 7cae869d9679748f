"""Objections for those who object: the form, the slip with the code, the state and the answer, adding a word, taking it back;
and the A4 sheet of all objections to a notice. What the office does is in `desk_objections`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session

from core.civic import guest_codes
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices.records import Notice
from core.civic.notices.wording import number_text
from core.civic.objections import filing as objections
from core.civic.objections import lists as objection_lists
from core.civic.objections.records import CHANNELS, ENTER, MOST_WORDS, OBJECTION, OUTCOMES
from core.clock import today
from core.errors import Invalid, NotFound
from core.people import throttle
from core.plugin.declarations import State
from core.text import _
from core.web import ui
from core.web.forms import (
    Form,
    PhoneField,
    StringField,
    TextAreaField,
    status_of,
    submit_once,
    was_submitted,
)
from core.web.gate import current_actor, view

pages = Blueprint("objections", __name__)
_CODES, _RECEIPTS = "objection_codes", "objection_receipts"
_MOST_CODES = 10
_STATES = {state.name: state for state in OBJECTION.states}
# A whole building may stand behind one address; whoever writes without end has to wait.
FILING = throttle.Limits(
    here=throttle.Limit(free=40, first=60, longest=1800, window=3600),
    everywhere=throttle.Limit(free=200, first=5, longest=60, window=3600),
    address=throttle.Limit(free=40, first=30, longest=600, window=3600),
)


# --------------------------------------------------------------------------- what this browser knows


def _keep(place: str, objection_id: int, code: str) -> None:
    """Keep a code until the browser is closed: the phone may be somebody else's."""
    codes = {**session.get(place, {}), str(objection_id): code}
    session[place] = dict(list(codes.items())[-_MOST_CODES:])


def remember_receipt(objection_id: int, code: str) -> None:
    """Let the office print the slip of an objection it has just entered; the code opens nothing for the office."""
    _keep(_RECEIPTS, objection_id, code)


def _code_of(objection_id: int) -> str:
    return str(session.get(_CODES, {}).get(str(objection_id), ""))


# --------------------------------------------------------------------------- filing


class ObjectForm(Form):
    """What a resident with an account writes."""

    words = TextAreaField(_("What do you object to, and why?"), required=True, longest=MOST_WORDS)


class GuestForm(ObjectForm):
    """The same for somebody without an account."""

    name = StringField(_("Your name"), required=True, longest=100)
    phone = PhoneField(_("Your phone number"))


@pages.route("/notices/<int:notice_id>/object", methods=["GET", "POST"])
@view(public=True, kind=Notice, key="notice_id")
def file(notice: Notice) -> Response:
    """Object to a notice."""
    actor = current_actor()
    if not notices.may_see(actor, notice) or notice.published_at is None:
        raise NotFound
    as_resident = actor.person is not None and actor.account is not None
    kind = ObjectForm if as_resident else GuestForm
    form = kind.from_request(words=objections.draft_of(actor, notice.id))
    if request.method == "POST" and as_resident and request.form.get("do") == "draft":
        if form.act_on_submit(lambda: objections.save_draft(actor, notice.id, form.words.data or "")):
            ui.toast(_("Kept. Nobody but you can see it; send it before the last day."))
            return ui.after_post(ui.url(".mine"))
    elif request.method == "POST" and form.validate():
        try:
            filed = _file_once(notice, form, as_resident)
        except Invalid as error:
            form.accept(error)
        else:
            if filed["code"]:
                _keep(_CODES, filed["objection_id"], filed["code"])
            return ui.after_post(ui.url(".thanks", objection_id=filed["objection_id"]))
    closed = objections.why_closed(notice, today())
    return ui.page(
        "objections/file.html", form=form, notice=notice, closed=closed, as_resident=as_resident, status=status_of(form)
    )


def _file_once(notice: Notice, form: Form, as_resident: bool) -> dict[str, Any]:
    given: dict[str, Any] = {name: value or "" for name, value in form.data.items()}
    if not as_resident and not was_submitted():
        address = request.remote_addr or ""
        throttle.begin(throttle.claim_key("core.objection.file", notice.id), address, FILING)
    filed: dict[str, Any] = submit_once(
        lambda: objections.file_objection(current_actor(), notice.id, **given).as_json()
    )
    return filed


@pages.get("/objections/<int:objection_id>/thanks")
@view(public=True)
def thanks(objection_id: int) -> Response:
    """It was received: its number, the code, and by when the answer comes."""
    return ui.page("objections/thanks.html", **_own(objection_id))


@pages.get("/objections/<int:objection_id>/slip")
@view(public=True)
def slip(objection_id: int) -> Response:
    """The receipt on paper with the code: for whoever objected, or for the office that has just entered it."""
    actor, code = current_actor(), _code_of(objection_id)
    if not code and actor.can(ENTER):
        code = str(session.get(_RECEIPTS, {}).get(str(objection_id), ""))
        own = objection_lists.receipt_of(actor, objection_id)
    else:
        own = objection_lists.read_own(actor, objection_id, code)
    address = ui.absolute_url(ui.url(".code"))
    shown = guest_codes.grouped(code) if code else ""
    return ui.page("print/objection_slip.html", own=own, code=shown, matrix=ui.qr_svg(address), address=address)


# --------------------------------------------------------------------------- one's own


class WordForm(Form):
    """Something to be added."""

    words = TextAreaField(_("What would you like to add?"), required=True, longest=MOST_WORDS)


class CodeForm(Form):
    """The code from the slip."""

    code = StringField(
        _("Your objection code"), required=True, longest=40, description=_("Eight letters and digits, on your slip")
    )


def _own(objection_id: int) -> dict[str, Any]:
    """What a page about one's own objection shows; raises `NotFound` for everybody else's."""
    code = _code_of(objection_id)
    return {
        "own": objection_lists.read_own(current_actor(), objection_id, code),
        "code": guest_codes.grouped(code) if code else "",
    }


@pages.get("/objections/<int:objection_id>")
@view(public=True)
def status(objection_id: int) -> Response:
    """How it stands with one's own objection, and its answer."""
    return ui.page("objections/status.html", **_own(objection_id), form=WordForm())


@pages.post("/objections/<int:objection_id>/word")
@view(public=True)
def word(objection_id: int) -> Response:
    """Add something for the office."""
    own, form = _own(objection_id), WordForm.from_request()
    code = _code_of(objection_id)
    if form.act_on_submit(lambda: objections.add_word(current_actor(), objection_id, form.words.data or "", code=code)):
        ui.toast(_("Added. The office sees it with your objection."))
        return ui.after_post(ui.url(".status", objection_id=objection_id))
    return ui.page("objections/status.html", **own, form=form, status=status_of(form))


@pages.route("/objections/<int:objection_id>/take-back", methods=["GET", "POST"])
@view(public=True)
def take_back(objection_id: int) -> Response:
    """Take one's objection back, after one question."""
    own = _own(objection_id)
    if request.method == "POST":
        submit_once(lambda: objections.take_back(current_actor(), objection_id, code=_code_of(objection_id)).state)
        ui.toast(_("Your objection is taken back."))
        return ui.after_post(ui.url(".status", objection_id=objection_id))
    return ui.page("objections/take_back.html", **own)


@pages.route("/objections/code", methods=["GET", "POST"])
@view(public=True)
def code() -> Response:
    """A guest types the code from the slip."""
    form = CodeForm.from_request()
    if request.method == "POST" and form.validate():
        typed = guest_codes.normalised(form.code.data)
        attempt = throttle.begin(throttle.claim_key("core.objection.code", typed), request.remote_addr or "")
        try:
            found = objection_lists.objection_by_code(current_actor(), typed)
        except NotFound:
            missing = str(_("No objection has this code. Please compare it with your slip, letter by letter."))
            form.code.errors = [*form.code.errors, missing]
        else:
            throttle.succeeded(attempt)
            _keep(_CODES, found, typed)
            return ui.after_post(ui.url(".status", objection_id=found))
    return ui.page("objections/code.html", form=form, status=status_of(form))


@pages.get("/objections/mine")
@view(public=True)
def mine() -> Response:
    """The objections of a resident, and what is begun but not sent; for guests those this browser has codes for."""
    actor = current_actor()
    found = objection_lists.my_objections(actor)
    known = {each.public.id for each in found}
    for key, typed in session.get(_CODES, {}).items():
        if int(key) not in known:
            try:
                found.append(objection_lists.read_own(actor, int(key), typed))
            except NotFound:
                continue
    return ui.page("objections/mine.html", found=found, drafts=objection_lists.my_drafts(actor))


# --------------------------------------------------------------------------- everybody


@pages.get("/notices/<int:notice_id>/objections/sheet")
@view(public=True, kind=Notice, key="notice_id")
def sheet(notice: Notice) -> Response:
    """公示期间异议及答复汇总: every objection to a notice with its answer, on A4."""
    if not notices.may_see(current_actor(), notice) or notice.published_at is None:
        raise NotFound
    address = ui.absolute_url(ui.url("c.notices.show", notice_id=notice.id))
    return ui.page(
        "print/objections.html",
        notice=notice,
        number=number_text(notice.year, notice.serial),
        found=objection_lists.objections_of(notice.ref),
        made_on=today(),
        matrix=ui.qr_svg(address),
    )


@pages.app_template_global()
def objections_to(notice: Notice) -> dict[str, Any]:
    """What the page of a notice shows of its objections: all of them, and why none can be made (None: they can).

    For the second notice of a pair also the first one, which has them.
    """
    return {
        "found": objection_lists.objections_of(notice.ref),
        "closed": objections.why_closed(notice, today()),
        "first": notice_pairs.first_of(notice),
    }


@pages.app_template_global()
def objection_state(name: str) -> State:
    """A state of objections with its word, icon and tint."""
    return _STATES[name]


@pages.app_template_filter()
def outcome_words(name: str) -> object:
    """What follows from an objection, in words."""
    return OUTCOMES[name]


@pages.app_template_filter()
def channel_words(name: str) -> object:
    """How an objection came in, in words."""
    return CHANNELS[name]
