"""Personal data as the office looks after it: what people ask of their data, and who looked at whose record."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.civic.privacy import erasure, retention
from core.civic.privacy import requests as privacy_requests
from core.civic.privacy.requests import ASKS, REQUEST, WAYS, PrivacyRequest
from core.civic.workflow import engine as workflow
from core.clock import today
from core.errors import Invalid, Refused
from core.people import directory, view_report
from core.people.disclosure import masked_view
from core.people.permissions import PRIVACY
from core.people.person import Person
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import (
    DayField,
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    asked_number,
    asked_text,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, current_community, view
from core.web.reauth import ConfirmedForm
from core.web.views import my_data

pages = Blueprint("admin_privacy", __name__)
PAGE = 50


# --------------------------------------------------------------------------- what people ask


@pages.get("/admin/privacy")
@view(PRIVACY)
def index() -> Response:
    """What waits for an answer, the next due first, and the latest answers."""
    actor = current_actor()
    return ui.page(
        "desk/admin/privacy.html",
        waiting=privacy_requests.open_requests(actor),
        answered=privacy_requests.answered_requests(actor),
        asks=ASKS,
        states=_states(),
        today=today(),
    )


def _states() -> dict[str, object]:
    return {state.name: state for state in REQUEST.states}


class EnterForm(Form):
    """What somebody asked who has no account, and on which day."""

    ask = RadioField(_("What is asked"), choices=list(ASKS.items()), required=True)
    wish = TextAreaField(_("In the person's words"), longest=privacy_requests.LONGEST)
    way = SelectField(_("How it was asked"), choices=list(WAYS.items()), default="in_person")
    requested_on = DayField(_("Asked for on"), required=True)


@pages.route("/people/<key>/data-request", methods=["GET", "POST"])
@view("core.people.edit")
def enter(key: str) -> Response:
    """Enter what somebody asked on paper, by telephone or at the office."""
    actor = current_actor()
    person = directory.person_page(masked_view(actor), key)
    form = EnterForm.from_request(requested_on=today())
    if form.act_on_submit(lambda: _enter(form, key)):
        ui.toast(_("The request of %(name)s is entered.", name=person.name))
        return ui.after_post(ui.url("c.people.detail", key=key))
    return ui.page("desk/admin/privacy_enter.html", form=form, person=person, status=status_of(form))


def _enter(form: EnterForm, key: str) -> int:
    given = form.data
    return int(
        privacy_requests.enter(
            current_actor(), key, given["ask"], given["wish"] or "", given["way"], given["requested_on"]
        ).id
    )


class AnswerForm(Form):
    """What was done, or why it cannot be done; the person reads it."""

    answer = TextAreaField(_("Answer, as the person will read it"), required=True, longest=privacy_requests.LONGEST)


@pages.route("/admin/privacy/requests/<int:request_id>", methods=["GET", "POST"])
@view(PRIVACY, kind=PrivacyRequest, key="request_id")
def asked(request: PrivacyRequest) -> Response:
    """One request; answering it."""
    return _answer(request)


def _answer(record: PrivacyRequest) -> Response:
    actor = current_actor()
    form = AnswerForm.from_request()
    if request.method == "POST" and form.validate():
        verb = "refuse" if request.form.get("verb") == "refuse" else "fulfil"
        try:
            submit_once(lambda: privacy_requests.answer(actor, record.id, verb, form.answer.data or "").state)
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("The answer is written down; the person reads it in “Mine”."))
            return ui.after_post(ui.url(".index"))
    return ui.page(
        "desk/admin/privacy_request.html",
        record=record,
        person=Person.get_of(current_community().code, record.person_id),
        form=form,
        asks=ASKS,
        ways={**WAYS, privacy_requests.BY_ACCOUNT: _("with the own account")},
        states=_states(),
        steps=workflow.history(record),
        status=status_of(form),
    )


@pages.post("/admin/privacy/requests/<int:request_id>/copy.<any(xlsx, json):form>")
@view(PRIVACY, kind=PrivacyRequest, key="request_id")
def copy(request: PrivacyRequest, form: str) -> Response:
    """The copy that was asked for, to be printed or handed over."""
    return my_data.copy_of(request.person_id, form)


class EraseForm(ConfirmedForm):
    """The name once more, and the password."""

    name = StringField(_("The name of the person, once more"), required=True, longest=60)


@pages.route("/admin/privacy/requests/<int:request_id>/erase", methods=["GET", "POST"])
@view(PRIVACY, kind=PrivacyRequest, key="request_id")
def erase(request: PrivacyRequest) -> Response:
    """What goes and what stays; then, after a second thought, the erasure."""
    return _erase(request)


def _erase(record: PrivacyRequest) -> Response:
    if record.ask != privacy_requests.ERASE or record.state != "open":
        raise Refused(_("Erasure was not asked for, or it was answered already."))
    actor, code, registry = current_actor(), current_community().code, kernel.active()
    form = EraseForm.from_request()
    if request.method == "POST" and form.validate() and form.confirmed():
        try:
            submit_once(lambda: erasure.erase(actor, registry, record.id, form.name.data or ""))
        except Refused as error:
            form.accept(Invalid({"name": [error.message]}))
        else:
            ui.toast(_("The data are erased."))
            return ui.after_post(ui.url(".index"))
    return ui.page(
        "desk/admin/privacy_erase.html",
        record=record,
        person=Person.get_of(code, record.person_id),
        preview=erasure.preview(registry, code, record.person_id),
        form=form,
        status=status_of(form),
    )


# --------------------------------------------------------------------------- what is over its time


@pages.route("/admin/privacy/retention", methods=["GET", "POST"])
@view(PRIVACY)
def over() -> Response:
    """What the daily job would clear next; saying that the date is right after the clock jumped."""
    actor = current_actor()
    if request.method == "POST":
        submit_once(lambda: retention.trust_date(actor))
        ui.toast(_("The daily clearing goes on."))
        return ui.after_post(ui.url(".over"))
    return ui.page(
        "desk/admin/retention.html",
        due=retention.dry_run(actor),
        rests=retention.rests(current_community().code),
        today=today(),
    )


# --------------------------------------------------------------------------- who looked at whom


@pages.get("/admin/privacy/views")
@view(PRIVACY)
def views() -> Response:
    """What every account looked at in a time, what stands out first; below, look by look."""
    actor, account, after = current_actor(), asked_number("account"), asked_text("after") or None
    days = asked_number("days")
    days = days if days in view_report.DAYS else 30
    found = view_report.looks(actor, days, account=account, after=after, limit=PAGE + 1)
    more = found[PAGE - 1].key if len(found) > PAGE else None
    return ui.page(
        "desk/admin/views.html",
        habits=[] if account or after else view_report.habits(actor, days),
        looks=found[:PAGE],
        days=days,
        choices=view_report.DAYS,
        account=account,
        next_url=ui.url(".views", days=days, account=account, after=more) if more else None,
    )
