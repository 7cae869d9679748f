"""Calls received (来电登记) and the calls to be made (今日要打的电话) with what came of every try."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Self

from flask import Blueprint, Response, request

from core.civic import intake
from core.civic.inbox import deputies
from core.civic.intake import INTAKE, CallIntake
from core.civic.privacy import care_notes
from core.civic.reaching import calls, contact
from core.civic.reaching.calls import OUTCOMES, TAKE, WORK, CallTask
from core.civic.workflow import engine as workflow
from core.clock import today
from core.errors import Conflict, Invalid
from core.people import directory, staff
from core.people.disclosure import masked_view
from core.plugin.current import active
from core.text import _
from core.web import ui
from core.web.forms import (
    BooleanField,
    DayField,
    Form,
    PhoneField,
    SelectField,
    StringField,
    TextAreaField,
    asked_text,
    status_of,
    submit_once,
)
from core.web.gate import current_actor, current_community, view

pages = Blueprint("calls", __name__)
PAGE = 50
_SAID = {
    "told": _("%(name)s was told."),
    "told_in_person": _("%(name)s was told in person."),
    "no_answer": _("%(name)s did not answer. The call comes back tomorrow."),
    "wrong_number": _("The number of %(name)s is wrong. The call stays on the list until it is corrected."),
}


# --------------------------------------------------------------------------- calls received


class CallForm(Form):
    """A call in four fields, and its day."""

    who = StringField(_("Who is calling"), required=True, longest=100)
    what = TextAreaField(_("What is it about"), required=True)
    where = StringField(_("Where is it"), longest=200)
    call_back = BooleanField(_("Call back"))
    phone = PhoneField(_("Number to call back"))
    requested_on = DayField(_("Day of the call"), required=True)


@pages.route("/calls/new", methods=["GET", "POST"])
@view(TAKE)
def new() -> Response:
    """Write down a call while it is going on."""
    key = asked_text("person")
    person = directory.person_page(masked_view(current_actor()), key) if key else None
    home = next((f"{stay.estate} {stay.door}" for stay in person.homes if not stay.until_day), "") if person else ""
    form = CallForm.from_request(requested_on=today(), who=person.name if person else "", where=home)
    if request.method == "POST" and form.validate():
        try:
            submit_once(lambda: _take(form, person.id if person else None))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("The call of %(who)s is written down.", who=form.who.data))
            return ui.after_post(ui.url(".index"))
    return ui.page("desk/calls/new.html", form=form, person=person, uses=_uses(), status=status_of(form))


def _uses() -> list[SimpleNamespace]:
    """What else a call can become here: buttons of the modules that are on."""
    registry, actor, community = active(), current_actor(), current_community().code
    return [
        SimpleNamespace(label=item.label, icon=item.icon, href=ui.url(f"c.{plugin}.{item.endpoint}"))
        for plugin, item in registry.declared("calls")
        if actor.can(item.permission) and registry.is_enabled(community, plugin)
    ]


def _take(form: CallForm, person_id: int | None) -> int:
    given = {**form.data, "where": form.where.data or "", "phone": form.phone.data or ""}
    return int(intake.take_call(current_actor(), person_id=person_id, **given).id)


@pages.get("/calls")
@view(TAKE)
def index() -> Response:
    """Open calls, the oldest first; or those that were answered, the latest first."""
    actor, after = current_actor(), asked_text("after") or None
    finished = asked_text("show") == "finished"
    if finished:
        rows = intake.finished_intakes(actor, after, PAGE + 1)
        key = intake.finished_key
    else:
        rows = intake.open_intakes(actor, after, PAGE + 1)
        key = intake.key_of
    more = key(rows[PAGE - 1]) if len(rows) > PAGE else None
    return ui.page(
        "desk/calls/list.html",
        rows=rows[:PAGE],
        finished=finished,
        states=_states(),
        today=today(),
        next_url=ui.url(".index", show="finished" if finished else None, after=more) if more else None,
    )


def _states() -> dict[str, object]:
    return {state.name: state for state in INTAKE.states}


class AnswerForm(Form):
    """What was answered, or why nothing will be."""

    note = TextAreaField(_("Answer or reason"), required=True)


@pages.route("/calls/<int:call_id>", methods=["GET", "POST"])
@view(TAKE, kind=CallIntake, key="call_id")
def detail(call: CallIntake) -> Response:
    """One call: what was asked, what became of it; answering it."""
    actor = current_actor()
    calls.require_seen(actor, call)
    form = AnswerForm.from_request()
    if request.method == "POST":
        actor.require(WORK)
        if form.validate():
            verb = "close" if request.form.get("verb") == "close" else "answer"
            try:
                submit_once(lambda: intake.finish_intake(actor, call.id, verb, form.note.data or "").state)
            except Invalid as error:
                form.accept(error)
            else:
                ui.toast(_("The call of %(who)s is done.", who=call.caller))
                return ui.after_post(ui.url(".index"))
    return ui.page(
        "desk/calls/call.html",
        call=call,
        form=form,
        states=_states(),
        uses=_uses() if call.state == "open" else [],
        steps=workflow.history(call),
        status=status_of(form),
    )


# --------------------------------------------------------------------------- calls to make


@pages.get("/calls/today")
@view(WORK)
def todays() -> Response:
    """Whom to call today, the latest overdue first."""
    rows = calls.todays_calls(current_actor(), asked_text("after") or None, PAGE + 1)
    more = rows[PAGE - 1].key if len(rows) > PAGE else None
    return ui.page(
        "desk/calls/today.html",
        rows=rows[:PAGE],
        outcomes=OUTCOMES,
        ways=contact.WAYS,
        resting=contact.resting_until(current_community().code),
        today=today(),
        next_url=ui.url(".todays", after=more) if more else None,
    )


class AttemptForm(Form):
    """What came of a try; the button says the outcome."""

    note = StringField(_("Remark"), longest=500)
    next_day = DayField(_("Try again on"))


@pages.route("/calls/today/<int:task_id>", methods=["GET", "POST"])
@view(WORK, kind=CallTask, key="task_id")
def task(task: CallTask) -> Response:
    """One call to make: every try, another number, setting it aside; posting the result of a try."""
    form = AttemptForm.from_request()
    if request.method == "POST" and form.validate():
        outcome, note, again = request.form.get("outcome", ""), form.note.data or "", form.next_day.data
        try:
            submit_once(
                lambda: calls.record_attempt(current_actor(), task.id, outcome, note=note, next_day=again).state
            )
        except Conflict as error:
            ui.toast(error.message, kind="warn")
            return ui.after_post(ui.url(".todays"))
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_SAID[outcome] % {"name": task.name})
            return ui.after_post(ui.url(".todays"))
    return _show_task(task, form, NumberForm(), AsideForm())


class NumberForm(Form):
    """Another number for a call."""

    phone = PhoneField(_("Right number"), required=True)


class AsideForm(Form):
    """Why a call is not made."""

    reason = StringField(_("Why the call is not made"), required=True, longest=500)


@pages.post("/calls/today/<int:task_id>/number")
@view(WORK, kind=CallTask, key="task_id")
def number(task: CallTask) -> Response:
    """Give a call another number; the person's own entry stays as it is."""
    form = NumberForm.from_request()
    if form.validate():
        try:
            submit_once(lambda: calls.correct_phone(current_actor(), task.id, form.phone.data or "").phone)
        except Invalid as error:
            form.accept(error)
        else:
            ui.toast(_("The number is corrected."))
            return ui.after_post(ui.url(".todays"))
    return _show_task(task, AttemptForm(), form, AsideForm())


class AssignForm(Form):
    """Which colleague makes a call."""

    account = SelectField(_("Who makes this call"), coerce=lambda value: int(value) if value else None)

    @classmethod
    def offered(cls, task: CallTask, *given: Any) -> Self:
        """The form with those who make calls here."""
        form = cls(*given, account=task.assigned_to)
        makers = set(calls.callers(task.community))
        named = [(each.account, each.label) for each in staff.colleagues(task.community) if each.account in makers]
        form.account.choices = [("", str(_("whoever works through the list"))), *named]
        return form


@pages.post("/calls/today/<int:task_id>/assign")
@view(WORK, kind=CallTask, key="task_id")
def assign(task: CallTask) -> Response:
    """Give a call to a colleague, or to everybody again."""
    form = AssignForm.offered(task, request.form)
    if form.validate():
        submit_once(lambda: calls.assign_call(current_actor(), task.id, form.account.data).assigned_to)
        ui.toast(_("Saved."))
        return ui.after_post(ui.url(".task", task_id=task.id))
    return _show_task(task, AttemptForm(), NumberForm(), AsideForm(), form)


@pages.post("/calls/today/<int:task_id>/aside")
@view(WORK, kind=CallTask, key="task_id")
def aside(task: CallTask) -> Response:
    """Decide that a call is not made, and say why."""
    form = AsideForm.from_request()
    if form.validate():
        submit_once(lambda: calls.set_aside(current_actor(), task.id, form.reason.data or "").state)
        ui.toast(_("The call to %(name)s is not made.", name=task.name))
        return ui.after_post(ui.url(".todays"))
    return _show_task(task, AttemptForm(), NumberForm(), form)


def _show_task(
    task: CallTask, attempt: Form, number: Form, aside: Form, assigned: AssignForm | None = None
) -> Response:
    tries = calls.attempts(current_actor(), task.id)
    assigned = assigned or AssignForm.offered(task)
    return ui.page(
        "desk/calls/task.html",
        task=task,
        care=care_notes.care_of(current_actor(), task.person_id),
        tries=tries,
        outcomes=OUTCOMES,
        form=attempt,
        number=number,
        aside=aside,
        assigned=assigned,
        today=today(),
        instead_of=deputies.on_behalf(current_actor(), task.assigned_to).stands_in_for,
        status=max(map(status_of, (attempt, number, aside, assigned))),
    )
