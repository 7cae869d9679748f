"""The people of a case: who they are, what they answered and were shown, and the slip with the code to their own page."""

from __future__ import annotations

from flask import Response

from core import absolute_url, current_actor, guest_codes, page, qr_svg, status_of, submit_once, toast, today, url, view
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.service import Person
from plugins.mediation.texts import _
from plugins.mediation.views.base import back_to, base, blueprint
from plugins.mediation.views.forms import AnswerForm, PartyForm


@blueprint.route("/desk/cases/<int:case_id>/parties/<int:party_id>", methods=["GET", "POST"])
@view(WORK)
def party(case_id: int, party_id: int) -> Response:
    """Who a party is."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "party")
    found = service.own_party(actor, case_id, party_id)[1]
    form = PartyForm.from_request(
        name=found.name, phone=found.phone, address=found.address, sex=found.sex, ethnicity=found.ethnicity, age=found.age,
        occupation=found.occupation, guardian=found.guardian,
    )  # fmt: skip
    if form.act_on_submit(lambda: _save(case_id, party_id, form)):
        toast(_("Saved."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("Who is it?"), advice=_("As the official form asks; what is not needed stays empty. No identity number."),
        button=_("Save"), icon="check", kind="primary", status=status_of(form),
    )  # fmt: skip


def _save(case_id: int, party_id: int, form: PartyForm) -> None:
    service.edit_party(
        current_actor(), case_id, party_id, Person(form.name.data, form.phone.data or "", form.address.data or ""),
        sex=form.sex.data or "", ethnicity=form.ethnicity.data or "", age=form.age.data,
        occupation=form.occupation.data or "", guardian=form.guardian.data or "",
    )  # fmt: skip


@blueprint.route("/desk/cases/<int:case_id>/parties/<int:party_id>/answer", methods=["GET", "POST"])
@view(WORK)
def answer(case_id: int, party_id: int) -> Response:
    """What a party answered, and what they were shown."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "party")
    found = service.own_party(actor, case_id, party_id)[1]
    said = "yes" if found.consented_on else "no" if found.refused_on else ""
    form = AnswerForm.from_request(
        consents=said, on=today(), rights_told=found.rights_told_on is not None,
        identity_seen=found.identity_seen_on is not None, separate_consent=found.separate_consent_on is not None,
    )  # fmt: skip
    if form.act_on_submit(lambda: _answer(case_id, party_id, form)):
        toast(_("Saved."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("What does %(name)s say?", name=found.name),
        advice=_("Mediation is voluntary: without the word of both sides it does not begin."), button=_("Save"), icon="check",
        kind="primary", status=status_of(form),
    )  # fmt: skip


def _answer(case_id: int, party_id: int, form: AnswerForm) -> None:
    service.answer_of(
        current_actor(), case_id, party_id, consents={"yes": True, "no": False}.get(form.consents.data or ""),
        rights_told=bool(form.rights_told.data), identity_seen=bool(form.identity_seen.data),
        separate_consent=bool(form.separate_consent.data), on=form.on.data,
    )  # fmt: skip


@blueprint.post("/desk/cases/<int:case_id>/parties/<int:party_id>/remove")
@view(WORK)
def party_remove(case_id: int, party_id: int) -> Response:
    """Take out somebody entered by mistake."""
    submit_once(lambda: service.remove_party(current_actor(), case_id, party_id))
    toast(_("Taken out."))
    return back_to(case_id)


@blueprint.post("/desk/cases/<int:case_id>/parties/<int:party_id>/slip")
@view(WORK)
def party_slip(case_id: int, party_id: int) -> Response:
    """A new code on a slip to hand over. It is shown this once, so the answer is the sheet itself and nothing keeps it."""
    actor = current_actor()
    service.look_at(actor, case_id, "party")
    code = service.issue_code(actor, case_id, party_id)
    case, found = service.own_party(actor, case_id, party_id)
    planned = service.planned_session(case)
    return page(
        "mediation/slip.html", own=service.own_of(planned, found) if planned is not None else None, bring=service.bring(case), code=guest_codes.grouped(code), party=found, number=service.register_text(case),
        matrix=qr_svg(absolute_url(url(".own_case"))), back=url(".case", case_id=case_id),
    )  # fmt: skip
