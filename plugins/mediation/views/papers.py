"""Papers of a case that are finished later: a record that is signed, evidence given back, a notice handed over, a room held."""

from __future__ import annotations

from flask import Response

from core import NotFound, current_actor, page, status_of, submit_once, toast, today, view
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.texts import _
from plugins.mediation.views.base import back_to, base, blueprint
from plugins.mediation.views.forms import GiveBackForm


@blueprint.post("/desk/cases/<int:case_id>/interviews/<int:interview_id>/sign")
@view(WORK)
def sign_interview(case_id: int, interview_id: int) -> Response:
    """Whoever was asked has signed the record."""
    submit_once(lambda: service.sign_interview(current_actor(), case_id, interview_id))
    toast(_("Noted."))
    return back_to(case_id)


@blueprint.route("/desk/cases/<int:case_id>/evidence/<int:evidence_id>/back", methods=["GET", "POST"])
@view(WORK)
def evidence_back(case_id: int, evidence_id: int) -> Response:
    """A piece of evidence is given back: to whom and when."""
    actor = current_actor()
    case = service.look_at(actor, case_id, "evidence")
    found = service.own_evidence(actor, case_id, evidence_id)
    form = GiveBackForm.from_request(on=today(), returned_to=found.given_by)
    if form.act_on_submit(
        lambda: service.give_back(actor, case_id, evidence_id, form.returned_to.data or "", form.on.data)
    ):
        toast(_("Noted."))
        return back_to(case_id)
    return page(
        "mediation/desk/step.html", form=form, case=case, number=service.register_text(case), base=base(),
        title=_("Give back: %(item)s", item=found.item), advice=_("Whoever gets it signs on the list of evidence."),
        button=_("It is given back"), icon="undo-2", kind="primary", status=status_of(form),
    )  # fmt: skip


@blueprint.post("/desk/cases/<int:case_id>/arrivals/<int:arrival_id>/told")
@view(WORK)
def arrival_told(case_id: int, arrival_id: int) -> Response:
    """A party was told when and where to come."""
    submit_once(lambda: service.mark_told(current_actor(), case_id, arrival_id))
    toast(_("Noted."))
    return back_to(case_id)


@blueprint.post("/desk/cases/<int:case_id>/held/<answer>")
@view(WORK)
def held(case_id: int, answer: str) -> Response:
    """Take the time that is held in place of the room that was taken back, or leave it."""
    if answer not in ("take", "leave"):
        raise NotFound
    if answer == "take":
        submit_once(lambda: int(service.take_held(current_actor(), case_id).id))
        toast(_("Arranged. Tell both sides when and where."))
    else:
        submit_once(lambda: service.leave_held(current_actor(), case_id))
        toast(_("The room is free for others. Arrange another time."))
    return back_to(case_id)
