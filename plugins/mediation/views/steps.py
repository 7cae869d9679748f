"""The steps of a case, one page each at `/do/<step>`: as data, what each asks for and which act it is."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import Actor, Form, NotFound, Refused, current_actor, page, status_of, toast, today, utc_minute, view
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.models import Case
from plugins.mediation.service import Person
from plugins.mediation.texts import _
from plugins.mediation.views import forms
from plugins.mediation.views.base import back_to, base, blueprint
from plugins.mediation.views.paper_steps import PAPERS
from plugins.mediation.views.step import Step
from plugins.mediation.words import WARNINGS


def _plain(actor: Actor, case: Case) -> Form:
    return forms.ConfirmForm.from_request()


def _day(actor: Actor, case: Case) -> Form:
    return forms.DayForm.from_request(on=today())


def _words(actor: Actor, case: Case) -> Form:
    return forms.WordsForm.from_request()


def _describe(actor: Actor, case: Case) -> Form:
    matter = service.matter_of(case)
    return forms.DescribeForm.from_request(
        facts=matter.facts, request=matter.request, dispute=matter.dispute, answer=matter.answer,
        wished_time=matter.wished_time, is_public=matter.is_public, sensitive=matter.sensitive, requested_on=case.requested_on,
    )  # fmt: skip


def _described(actor: Actor, case_id: int, form: Any) -> None:
    service.describe(
        actor, case_id, facts=form.facts.data, request=form.request.data or "", dispute=form.dispute.data or "",
        answer=form.answer.data or "", wished_time=form.wished_time.data or "", is_public=bool(form.is_public.data),
        sensitive=bool(form.sensitive.data), requested_on=form.requested_on.data,
    )  # fmt: skip


def _new_party(actor: Actor, case: Case) -> Form:
    return forms.NewPartyForm.from_request(side="respondent")


def _party_named(actor: Actor, case_id: int, form: Any) -> None:
    service.name_party(
        actor, case_id, form.side.data, Person(form.name.data, form.phone.data or "", form.address.data or ""),
        both_agree=bool(form.both_agree.data),
    )  # fmt: skip


def _assign(actor: Actor, case: Case) -> Form:
    """Each mediator with what speaks against it, so that it is seen before anybody is chosen."""
    form = forms.AssignForm.from_request(chosen_by="committee")
    form.mediator_id.choices = [
        (
            mediator.id,
            f"{mediator.name}（{'、'.join(str(WARNINGS[code]) for code in found)}）" if found else mediator.name,
        )
        for mediator, found in service.free_mediators(case)
    ]
    if not form.mediator_id.choices:
        raise Refused(_("Nobody else is on the roster."), advice=_("The director enters mediators on the roster."))
    return form


def _assigned(actor: Actor, case_id: int, form: Any) -> None:
    service.assign(
        actor, case_id, form.mediator_id.data, form.chosen_by.data, bool(form.declared.data),
        in_spite=bool(form.in_spite.data),
    )  # fmt: skip


def _note(actor: Actor, case: Case) -> Form:
    return forms.NoteForm.from_request(kind="contact", on=today())


def _prevent(actor: Actor, case: Case) -> Form:
    known = service.prevention_of(case)
    if known is None:
        return forms.PreventForm.from_request(what="crime", on=today())
    return forms.PreventForm.from_request(what=known.what, people=known.people, on=known.prevented_on)


def _extend(actor: Actor, case: Case) -> Form:
    return forms.ExtendForm.from_request(until=case.complete_by)


def _elsewhere(actor: Actor, case: Case) -> Form:
    return forms.ElsewhereForm.from_request(
        day=today(), start=9 * 60, end=10 * 60, court_invited=case.source == "court"
    )


def _met(actor: Actor, case_id: int, form: Any) -> None:
    start, end = (utc_minute(form.day.data, minute) for minute in (form.start.data, form.end.data))
    service.meet_elsewhere(actor, case_id, start, end, form.place.data, court_invited=bool(form.court_invited.data))


def _follow_up(actor: Actor, case: Case) -> Form:
    return forms.FollowUpForm.from_request(on=today(), performance="whole", satisfaction="satisfied")


def _followed_up(actor: Actor, case_id: int, form: Any) -> None:
    service.follow_up(
        actor, case_id, performance=form.performance.data, satisfaction=form.satisfaction.data,
        hidden_risk=bool(form.hidden_risk.data), words=form.words.data or "", on=form.on.data,
    )  # fmt: skip


STEPS: dict[str, Step] = {
    "apply": Step(
        _("Somebody applies"), _("Take the application"), _day,
        lambda actor, case, form: service.apply_now(actor, case, form.on.data),
        _("From that day limitation is interrupted: the day on the paper, or of the call."),
    ),
    "settle": Step(
        _("Settled on the spot"), _("It is settled"), _words,
        lambda actor, case, form: service.settle(actor, case, form.words.data), _("How did they settle it?"),
    ),
    "transfer": Step(
        _("Hand it on"), _("Hand it on"), lambda _a, _c: forms.TransferForm.from_request(),
        lambda actor, case, form: service.transfer(
            actor, case, form.to.data, form.told_to.data, form.words.data
        ),
        _("To whom does it go, and what was its source told?"), "arrow-right",
    ),
    "contact": Step(
        _("Ask the other side"), _("Begin"), _plain, lambda actor, case, _form: service.contact(actor, case),
        _("Call or visit the other side, and enter under each person what they say."), "phone",
    ),
    "accept": Step(
        _("Accept the case"), _("Accept the case"), _day,
        lambda actor, case, form: service.accept(actor, case, form.on.data),
        _("It should be settled within a month from that day."), "clipboard-check",
    ),
    "not_accept": Step(
        _("Do not accept the case"), _("Do not accept"), lambda _a, _c: forms.NotAcceptForm.from_request(),
        lambda actor, case, form: service.not_accept(actor, case, form.why.data, form.words.data),
        _("Cases that court or police entrust to the committee may be accepted."), "circle-x", "danger",
    ),
    "withdraw": Step(
        _("The application is taken back"), _("It is taken back"), _plain,
        lambda actor, case, _form: service.withdraw(actor, case), _("Then the case is over. They may apply again."), "undo-2",
        "danger",
    ),
    "assign": Step(
        _("Assign a mediator"), _("Assign"), _assign, _assigned,
        _("Whom the parties know and trust. What speaks against somebody stands behind the name."), "user-round-check",
    ),
    "unschedule": Step(
        _("Call the meeting off"), _("Call it off"), _plain, lambda actor, case, _form: service.call_off(actor, case),
        _("Room and mediators are free at once. Tell both sides."), "calendar-x", "danger",
    ),
    "refuse_to_sign": Step(
        _("Somebody will not sign"), _("It will not be signed"), _plain,
        lambda actor, case, _form: service.refuse_to_sign(actor, case),
        _("The paper is kept as refused, and you can meet again."), "circle-x", "danger",
    ),
    "mediate_again": Step(
        _("Mediate again"), _("Mediate again"), _plain, lambda actor, case, _form: service.mediate_again(actor, case),
        _("The court did not confirm the agreement. Talk again; until they agree otherwise it stands."),
        "messages-square",
    ),
    "keep": Step(
        _("The earlier agreement stands"), _("It stands"), _plain,
        lambda actor, case, _form: service.keep_agreement(actor, case),
        _("Talking again brought nothing new. What was agreed before binds both sides."), "handshake",
    ),
    "sue": Step(
        _("They go to court"), _("They go to court"), _words,
        lambda actor, case, form: service.go_to_court(actor, case, form.words.data),
        _("The court did not confirm the agreement; who sues over what? Then the committee's part is over."), "scale", "danger",
    ),
    "fulfil": Step(
        _("The agreement is kept"), _("All of it is kept"), _plain,
        lambda actor, case, _form: service.fulfil_all(actor, case), _("Everything that was agreed has been done."),
        "circle-check",
    ),
    "terminate": Step(
        _("End without agreement"), _("End mediation"), lambda _a, _c: forms.TerminateForm.from_request(),
        lambda actor, case, form: service.terminate(actor, case, form.why.data, form.words.data),
        _("Both sides are told of arbitration, the office concerned and the court."), "circle-minus", "danger",
    ),
    "close": Step(
        _("Close the case"), _("Close the case"), _plain, lambda actor, case, _form: service.close(actor, case),
        _("Then the file is put together."), "archive",
    ),
    "archive": Step(
        _("File the case"), _("File the case"), _plain, lambda actor, case, _form: service.archive(actor, case),
        _("It gets the next number of the year and is not changed any more."), "archive",
    ),
    "reopen": Step(
        _("Open the case again"), _("Open it again"), _words,
        lambda actor, case, form: service.reopen(actor, case, form.words.data), _("Why?"), "undo-2",
    ),
    "describe": Step(_("What the case is about"), _("Save"), _describe, _described, done=_("Saved.")),
    "party": Step(
        _("Another person"), _("Enter"), _new_party, _party_named,
        _("A further party, or somebody the parties agree to invite: kin, a neighbour, an expert."), "user-plus",
    ),
    "note": Step(
        _("Write down what was done"), _("Write it down"), _note,
        lambda actor, case, form: service.note(actor, case, form.kind.data, form.words.data, form.on.data),
        _("It stays as it is. What was reported to the police has a page of its own."), "pencil",
    ),
    "prevent": Step(
        _("May intensify: prevention"), _("Write it down"), _prevent,
        lambda actor, case, form: service.prevent(
            actor, case, form.what.data, form.people.data, form.words.data, form.on.data
        ),
        _("What you kept the quarrel from becoming: the gravest thing, once per case. Entered again, it is put right."),
        "shield-check",
    ),
    **PAPERS,
    "extend": Step(
        _("More time"), _("Extend"), _extend,
        lambda actor, case, form: service.extend(
            actor, case, form.until.data, form.words.data, bool(form.both_agree.data)
        ),
        _("When both sides agree, mediation may go on after the month."), "calendar-plus",
    ),
    "elsewhere": Step(
        _("A meeting without a booked room"), _("Enter"), _elsewhere, _met,
        _("At once, at somebody's home, or one that took place already. Then write the record."), "house",
    ),
    "follow_up": Step(
        _("Follow-up visit"), _("Write it down"), _follow_up, _followed_up,
        _("Is the agreement kept, are they satisfied, is trouble left?"), "house",
    ),
}  # fmt: skip


@blueprint.route("/desk/cases/<int:case_id>/do/<step>", methods=["GET", "POST"])
@view(WORK)
def do(case_id: int, step: str) -> Response:
    """One step of one case."""
    actor, wanted = current_actor(), STEPS.get(step)
    case = service.look_at(actor, case_id, "step")
    if wanted is None:
        raise NotFound
    form = wanted.form(actor, case)
    if form.act_on_submit(lambda: _act(wanted, actor, case_id, form)):
        toast(wanted.done)
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=wanted.title, advice=wanted.advice, button=wanted.button, icon=wanted.icon, kind=wanted.kind,
        status=status_of(form),
    )  # fmt: skip


def _act(step: Step, actor: Actor, case_id: int, form: Form) -> None:
    step.act(actor, case_id, form)


@blueprint.route("/desk/cases/<int:case_id>/mediators/<int:assignment_id>/replace", methods=["GET", "POST"])
@view(WORK)
def replace(case_id: int, assignment_id: int) -> Response:
    """A mediator gives the case up: kin, an interest, or because a party asks for it."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "step")
    known = [each.name for assignment, each in service.assigned_to(case) if assignment.id == assignment_id]
    if not known:
        raise NotFound
    form = forms.ReplaceForm.from_request(why="kin")
    if form.act_on_submit(
        lambda: service.replace_mediator(actor, case_id, assignment_id, form.why.data, form.words.data)
    ):
        toast(_("Written down. Assign somebody else."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("%(name)s gives the case up", name=known[0]),
        advice=_("Kin, an own interest, another relation, or a party asks for it. The mediator does not see the case any more."),
        button=_("Take the case from them"), icon="user-x", kind="danger", status=status_of(form),
    )  # fmt: skip
