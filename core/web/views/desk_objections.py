"""The office's side of objections: the list, entering what came on paper or by telephone, and the public answer."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Blueprint, Response, request

from core.civic.attachments import files_of
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.objections import lists as objection_lists
from core.civic.objections.records import (
    ANSWER,
    BY_STAFF,
    CHANNELS,
    ENTER,
    MOST_ANSWER,
    MOST_WORDS,
    OUTCOMES,
    Objection,
)
from core.clock import today
from core.errors import Invalid
from core.people import directory
from core.people.disclosure import masked_view
from core.text import _
from core.web import ui
from core.web.forms import (
    DayField,
    Form,
    PhoneField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    asked_number,
    asked_text,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, view
from core.web.uploads import UploadField
from core.web.views.objections import remember_receipt

pages = Blueprint("desk_objections", __name__)
PAGE = 50
# Paper that was handed in on time may be entered so long after the last day.
LATE_ENTRY_DAYS = 60


@pages.get("/objections")
@view(ENTER)
def index() -> Response:
    """Objections that wait for their answer, those longest overdue first; or the finished ones, the latest first."""
    finished = asked_text("show") == "finished"
    after = asked_text("after") or None
    found = objection_lists.desk_list(masked_view(current_actor()), finished, after, PAGE + 1)
    shown = {"show": "finished"} if finished else {}
    more = found[PAGE - 1].key if len(found) > PAGE else None
    return ui.page(
        "desk/objections/list.html",
        rows=found[:PAGE],
        finished=finished,
        today=today(),
        next_url=ui.url(".index", after=more, **shown) if more else None,
    )


# --------------------------------------------------------------------------- entering


class EnterForm(Form):
    """An objection brought forward on paper, by telephone or at the counter."""

    notice = SelectField(_("Objection to which notice"), required=True, coerce=int)
    channel = RadioField(_("How it came in"), required=True, choices=[(name, CHANNELS[name]) for name in BY_STAFF])
    asked_on = DayField(_("Day on which it was brought forward"), required=True)
    words = TextAreaField(_("Their words"), required=True, longest=MOST_WORDS)
    name = StringField(_("Who objects"), longest=100)
    phone = PhoneField(_("Phone number"))
    scans = UploadField(_("Scan or photo of the paper"), takes=("picture", "document"), most=5, captions=False)


@pages.route("/objections/new", methods=["GET", "POST"])
@view(ENTER, uploads=True)
def new() -> Response:
    """Enter an objection for somebody else, with the day it was brought forward and a scan of the paper."""
    actor, key = current_actor(), asked_text("for")
    person = directory.person_of(actor, key) if key and actor.can("core.people.view") else None
    form = EnterForm.from_request(
        notice=asked_number("notice"), channel="paper", asked_on=today(), name=person.name if person else ""
    )
    known = objection_lists.open_notices(actor, today() - datetime.timedelta(days=LATE_ENTRY_DAYS))
    form.notice.choices = [(key, title) for key, title, _until in known]
    if request.method == "POST" and form.validate():
        try:
            filed = submit_once(lambda: _enter(form, person))
        except Invalid as error:
            form.accept(error)
        else:
            remember_receipt(filed["objection_id"], filed["code"])
            ui.toast(
                _("Objection no. %(number)d is entered. You can print the slip for them now.", number=filed["serial"])
            )
            return ui.after_post(ui.url(".answer", objection_id=filed["objection_id"]))
    return ui.page("desk/objections/new.html", form=form, person=person, notices=known, status=status_of(form))


def _enter(form: EnterForm, person: Any) -> dict[str, Any]:
    return objections.enter_objection(
        current_actor(),
        form.notice.data,
        form.words.data or "",
        channel=form.channel.data,
        asked_on=form.asked_on.data,
        name=form.name.data or "",
        phone=form.phone.data or "",
        person_id=person.id if person else None,
        scans=form.scans.data or (),
    ).as_json()


# --------------------------------------------------------------------------- answering


class AnswerForm(Form):
    """The public answer to an objection."""

    wording = TextAreaField(
        _("What everybody will read of the objection"), required=True, longest=MOST_WORDS,
        description=_("Leave out only what tells who somebody is, and write … there. The objector sees both wordings."),
    )  # fmt: skip
    outcome = RadioField(_("What follows from it for the notice"), required=True, choices=list(OUTCOMES.items()))
    answer = TextAreaField(
        _("Answer, for everybody to read"), required=True, longest=MOST_ANSWER,
        description=_("It stands under your name and can never be changed, only explained further."),
    )  # fmt: skip


class ExplainForm(Form):
    """A further word to an answer."""

    words = TextAreaField(_("Further explanation, for everybody to read"), required=True, longest=MOST_WORDS)


@pages.route("/objections/<int:objection_id>/answer", methods=["GET", "POST"])
@view(ENTER, kind=Objection, key="objection_id")
def answer(objection: Objection) -> Response:
    """One objection for the office: who it is from, its words, its papers; and the form of the answer."""
    actor = current_actor()
    found = objection_lists.desk_objection(masked_view(actor), objection.id)
    form = AnswerForm.from_request(wording=found.words)
    if request.method == "POST":
        actor.require(ANSWER)
    if form.act_on_submit(lambda: _answer(objection.id, form)):
        ui.toast(_("Answered. Everybody can read it, and the objector is on the list of calls."))
        return ui.after_post(ui.url(".answer", objection_id=objection.id))
    return _page(found, form, ExplainForm())


def _answer(objection_id: int, form: AnswerForm) -> str:
    given: dict[str, Any] = {name: value or "" for name, value in form.data.items()}
    return str(objection_answers.answer_objection(current_actor(), objection_id, **given).state)


@pages.post("/objections/<int:objection_id>/explain")
@view(ANSWER, kind=Objection, key="objection_id")
def explain(objection: Objection) -> Response:
    """Add a public explanation to an answer."""
    form = ExplainForm.from_request()
    if form.act_on_submit(lambda: objection_answers.explain(current_actor(), objection.id, form.words.data or "")):
        ui.toast(_("Added. The answer itself stays as it was."))
        return ui.after_post(ui.url(".answer", objection_id=objection.id))
    return _page(objection_lists.desk_objection(masked_view(current_actor()), objection.id), AnswerForm(), form)


def _page(found: objection_lists.DeskObjection, form: Form, further: Form) -> Response:
    return ui.page(
        "desk/objections/answer.html",
        found=found,
        form=form,
        further=further,
        scans=files_of(objection_lists.ref_of(found.public), "scan"),
        today=today(),
        status=max(status_of(form), status_of(further)),
    )
