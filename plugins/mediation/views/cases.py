"""The cases one may see, and one case: what is to be done next and why other steps are not possible, all of it on one page."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import actions, asked_number, current_actor, page, submit_once, toast, today, url, view
from plugins.mediation import service
from plugins.mediation.access import WORK
from plugins.mediation.models import Agreement, Case
from plugins.mediation.rules import SIDES
from plugins.mediation.states import CONFIRMATION, OBLIGATION
from plugins.mediation.texts import _
from plugins.mediation.views.base import back_to, base, blueprint
from plugins.mediation.words import (
    CHOSEN_BY,
    DANGERS,
    DISPUTES,
    MANNERS,
    NOTES,
    PERFORMANCE,
    PREVENTED,
    SATISFACTION,
    SOURCES,
    WARNINGS,
)
from plugins.mediation.words import SIDES as SIDE_WORDS

PAGE = 50
# Shown only when the court did not confirm an agreement.
AFTER_REFUSAL = ("mediate_again", "amend", "sue", "keep")


@blueprint.get("/desk")
@view(WORK)
def desk() -> Response:
    """The own cases; of those with something left to do, or of those that are over."""
    actor, over = current_actor(), request.args.get("over") == "1"
    lines = service.cases(actor, over=over, after=asked_number("after"), limit=PAGE + 1)
    more = {"over": "1"} if over else {}
    return page(
        "mediation/desk/cases.html",
        lines=lines[:PAGE],
        over=over,
        next_url=url(".desk", after=lines[PAGE - 1].id, **more) if len(lines) > PAGE else None,
        me=service.member(actor),
        base=base(),
    )


@blueprint.get("/desk/cases/<int:case_id>")
@view(WORK)
def case(case_id: int) -> Response:
    """One case."""
    actor = current_actor()
    found = service.look_at(actor, case_id, "case")
    papers = service.checklist(found)
    steps = actions(actor, found)
    first = service.next_action(actor, found)
    return page(
        "mediation/desk/case.html",
        case=found,
        number=service.register_text(found),
        file_number=service.file_text(found),
        state=service.state_of(found),
        matter=service.matter_of(found),
        prevention=service.prevention_of(found),
        next=first,
        others=[each for each in steps if each != first and (each.possible or each.verb not in AFTER_REFUSAL)],
        dues=service.dues(found),
        papers=papers,
        complete=service.completeness(papers),
        people=service.parties_of(found, *SIDES, "invitee"),
        mediators=service.assigned_to(found),
        sessions=[(each, service.own_times(found, each)) for each in service.sessions_of(found)],
        held=service.held_for(found),
        place_held=service.place_held(found) if service.held_for(found) else "",
        interviews=service.interviews_of(found),
        evidence=service.evidence_of(found),
        reports=service.office_reports_of(found),
        replies=service.replies_of(found),
        notes=service.notes_of(found),
        followups=service.followups_of(found),
        is_open=found.state not in ("archived", "settled_on_the_spot", "transferred", "not_accepted", "withdrawn"),
        is_lead=service.is_lead(actor),
        base=base(),
        today=today(),
        words={
            "dispute": DISPUTES, "source": SOURCES, "side": SIDE_WORDS, "note": NOTES, "chosen": CHOSEN_BY,
            "warning": WARNINGS, "danger": DANGERS, "performance": PERFORMANCE, "satisfaction": SATISFACTION, "manner": MANNERS,
            "prevented": PREVENTED,
        },
        **_outcome(actor, found),
    )  # fmt: skip


def _earlier(found: Case) -> list[Agreement]:
    """The other versions of the agreement; the one in force as well, while a changed one is to be signed."""
    standing = service.in_force(found) if service.draft_of(found) is not None else None
    return [*([standing] if standing is not None else []), *service.earlier_agreements(found)]


def _outcome(actor: Any, found: Case) -> dict[str, Any]:
    """The agreement with its signatures, duties and confirmation."""
    agreement, confirmation = service.agreement_of(found), service.confirmation_of(found)
    states = {state.name: state for state in OBLIGATION.states}
    duties = service.duty_words(found)
    return {
        "agreement": agreement,
        "agreement_number": service.agreement_text(agreement) if agreement else "",
        "rejected": service.is_rejected(found),
        "earlier": [(each, service.agreement_text(each)) for each in _earlier(found)],
        "signatures": service.signatures_of(agreement) if agreement else [],
        "obligations": [
            (each, duties[each.duty_id], states[each.state], [step for step in actions(actor, each) if step.possible])
            for each in service.obligations_of(found)
        ],
        "confirmation": confirmation,
        "confirmation_state": {state.name: state for state in CONFIRMATION.states}.get(
            confirmation.state if confirmation else ""
        ),
        "confirmation_steps": [step for step in actions(actor, confirmation) if step.possible] if confirmation else [],
    }


@blueprint.post("/desk/cases/<int:case_id>/papers/<item>")
@view(WORK)
def paper(case_id: int, item: str) -> Response:
    """Say that a paper lies in the file, or that it does not."""
    wanted = request.form.get("wanted") == "1"
    submit_once(lambda: service.tick(current_actor(), case_id, item, wanted))
    toast(_("Noted."))
    return back_to(case_id)
