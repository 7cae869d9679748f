"""Dues at the desk: the list, one period with its review, and what came on paper."""

from __future__ import annotations

from flask import Response, request

from core import (
    after_post,
    asked_number,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
)
from plugins.revenue.dues import computing, declaring, lists, opening, returning, reviewing
from plugins.revenue.dues.access import BOOKS, CONTRACTS, RECEIVE, REVIEW
from plugins.revenue.dues.acts import deposit
from plugins.revenue.dues.models import Contract, Due
from plugins.revenue.dues.operators import operators
from plugins.revenue.dues.states import DUE, IN_FORCE, OPEN, by_somebody_else
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.dues_forms import ReasonForm
from plugins.revenue.views.dues_portal import declare_page


@blueprint.get("/desk/dues")
@view(BOOKS)
def dues() -> Response:
    """Dues of all contracts by state, operator and year."""
    code = current_community().code
    states = {
        "open": _("Still to be paid"),
        "late": _("Late: not declared or not paid"),
        **{state.name: state.label for state in DUE.states},
    }
    state = request.args.get("state", "")
    state = state if state in states else ""
    operator_id, year = asked_number("operator"), asked_number("year")
    year = year if year and 1900 <= year < 2200 else None
    found = lists.dues(
        code, state=state, operator_id=operator_id, year=year, before=asked_number("before"), limit=lists.PAGE + 1
    )
    shown = found[: lists.PAGE]
    older = (
        url(".dues", state=state, operator=operator_id or "", year=year or "", before=shown[-1].id)
        if len(found) > len(shown)
        else None
    )
    return page(
        "revenue/desk/dues.html", dues=shown, states=states, state=state, operators=operators(code), operator_id=operator_id, year=year,
        older=older, totals=lists.totals(shown), tint=lists.tint,
    )  # fmt: skip


@blueprint.get("/desk/dues/<int:due_id>")
@view(BOOKS, kind=Due, key="due_id")
def due(due: Due) -> Response:
    """One period: figures, evidence, steps of the share, review, receipts, corrections."""
    return _due_page(due, ReasonForm())


def _due_page(due: Due, form: ReasonForm) -> Response:
    actor = current_actor()
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    return page(
        "revenue/desk/due.html", due=due, line=lists.due_line(due, contract), shares=lists.shares_of(due), parts=lists.parts_of(due),
        corrections=lists.corrections_of(due), returns=returning.returns_of(due), steps=lists.steps_of(due, inside=True), form=form,
        tint=lists.tint, coming_back=returning.waiting(due), is_stale=due.state in IN_FORCE and computing.is_stale(due),
        may_review=actor.can(REVIEW) and due.state == "computed", obstacle=by_somebody_else(actor, due, {}),
        may_declare=actor.can(CONTRACTS) and declaring.why_not(actor, due) is None, may_receive=actor.can(RECEIVE),
        is_open=due.state in OPEN, held=deposit(due.community, contract.id), before=opening.unassigned(due.community), status=status_of(form),
    )  # fmt: skip


@blueprint.post("/desk/dues/<int:due_id>/approve")
@view(REVIEW, kind=Due, key="due_id")
def due_approve(due: Due) -> Response:
    """It is right."""
    seen = asked_number("declaration")
    submit_once(lambda: int(reviewing.approve(current_actor(), due.id, seen).id))
    if returning.waiting(due) is not None:
        toast(_("Not yet: money has to come back from the funds first. A second person approves that."))
    else:
        toast(_("Reviewed. The share holds now."))
    return after_post(url(".due", due_id=due.id))


@blueprint.post("/desk/dues/<int:due_id>/return")
@view(REVIEW, kind=Due, key="due_id")
def due_return(due: Due) -> Response:
    """It is not right, and why."""
    form = ReasonForm.from_request()
    seen = asked_number("declaration")
    if form.act_on_submit(lambda: reviewing.give_back(current_actor(), due.id, form.reason.data, seen) and None):
        toast(_("Returned. The operator reads why."))
        return after_post(url(".due", due_id=due.id))
    return _due_page(due, form)


@blueprint.route("/desk/dues/<int:due_id>/declare", methods=["GET", "POST"])
@view(CONTRACTS, kind=Due, key="due_id", uploads=True)
def due_declare(due: Due) -> Response:
    """Enter what an operator brought on paper."""
    return declare_page(due, on_paper=True)
