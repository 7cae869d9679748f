"""What everybody sees of proposals: projects and allocations, one of them with its publications and payments; rating a project."""

from __future__ import annotations

from flask import Response

from core import (
    NotFound,
    ScoreForm,
    after_post,
    asked_number,
    current_actor,
    current_community,
    notices_about,
    page,
    scores,
    status_of,
    toast,
    today,
    url,
    view,
)
from plugins.revenue.spending import lists, public
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.notice_words import fund_names, vote_told
from plugins.revenue.spending.words import BODIES
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint


@blueprint.get("/projects")
@view(public=True)
def projects() -> Response:
    """Projects and emergency repairs, or allocations to the funds: where each stands, both publications, what is late."""
    code, money = current_community().code, asked_number("allocations") == 1
    kinds = ("allocation",) if money else ("project", "emergency")
    found = lists.page_of(code, kinds=kinds, public=True, before=asked_number("before"), limit=20)
    more = url(".projects", allocations=1 if money else 0, before=found.older) if found.older else None
    rows = [public.shown(each) for each in found.rows]
    return page("revenue/projects.html", rows=rows, money=money, more=more, funds=fund_names(code))


def _public(proposal: Proposal) -> Proposal:
    if not lists.is_public(proposal):
        raise NotFound
    return proposal


@blueprint.get("/projects/<int:proposal_id>")
@view(public=True, kind=Proposal, key="proposal_id")
def project(proposal: Proposal) -> Response:
    """One of them: what for, how much, both publications, payments, photos, what residents say."""
    actor = current_actor()
    shown = public.shown(_public(proposal), whole=True)
    decisions = lists.decisions(proposal)
    return page(
        "revenue/project.html", each=shown, proposal=proposal, paid=public.paid(proposal), by_fund=lists.by_fund(proposal),
        funds=fund_names(proposal.community), notices=notices_about(actor, proposal.ref), decision=decisions[0] if decisions else None,
        bodies=BODIES, vote_told=vote_told, entries=public.entries(proposal), accepted=lists.acceptance_of(proposal),
        may_rate=actor.person is not None and scores.may_rate(actor, proposal.ref), until=proposal.score_until, today=today(),
    )  # fmt: skip


@blueprint.route("/projects/<int:proposal_id>/rate", methods=["GET", "POST"])
@view(signed_in=True, kind=Proposal, key="proposal_id")
def project_rate(proposal: Proposal) -> Response:
    """Rate a finished project for one's household, or change what was given."""
    actor, ref = current_actor(), _public(proposal).ref
    if actor.person is None or scores.last_day(ref, actor.person) is None:
        raise NotFound  # who does not live here, and as long as nothing is finished
    before = scores.given(ref, actor.person)
    form = ScoreForm.from_request(**({"value": before.value, "words": before.words} if before else {}))
    if form.act_on_submit(lambda: scores.rate(actor, ref, form.value.data, form.words.data or "")):
        toast(_("Thank you. You can change it until the last day."))
        return after_post(url(".project", proposal_id=proposal.id))
    return page(
        "revenue/project_rate.html", form=form, proposal=proposal, question=scores.question_of(ref),
        may_rate=scores.may_rate(actor, ref), until=proposal.score_until, status=status_of(form),
    )  # fmt: skip
