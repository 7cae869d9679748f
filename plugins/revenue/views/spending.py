"""Proposals on money at the desk: the list, a new one, one of them with all that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response

from core import (
    Actor,
    Form,
    Invalid,
    Label,
    NotFound,
    actions,
    after_post,
    asked_number,
    current_actor,
    current_community,
    files_of,
    notices_about,
    page,
    scores,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.revenue.ledger.balances import available
from plugins.revenue.ledger.funds import funds
from plugins.revenue.spending import city, funding, limits, lists, people, proposing, public, publishing, waiting
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.notice_words import fund_names, vote_told
from plugins.revenue.spending.received import allocatable
from plugins.revenue.spending.states import STATE
from plugins.revenue.spending.words import BODIES, KIND_ICONS, KINDS, ON_PAPER, PROPOSE, SEE, STEPS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.spending_forms import AllocationForm, EmergencyForm, ProjectForm

# Steps that lie on a page of their own; `pay` and `allocate` ask for the password.
OTHER_STEPS = ("refuse_sign", "refuse_verify", "refuse_approve", "recompute", "void")


@blueprint.get("/desk/spending")
@view(SEE)
def spending() -> Response:
    """Proposals that are open, or over, the newest first."""
    code, over = current_community().code, asked_number("over") == 1
    found = lists.page_of(code, open_only=not over, before=asked_number("before"))
    rows = [
        (
            each,
            STATE[each.state],
            list(waiting.waits(each))[:1],
            publishing.late(each, publishing.standing_notices(each)),
        )
        for each in found.rows
    ]
    more = url(".spending", over=1 if over else 0, before=found.older) if found.older else None
    return page(
        "revenue/desk/spending.html", rows=rows, over=over, more=more, kinds=KINDS, icons=KIND_ICONS, late=public.LATE,
        may_propose=current_actor().can(PROPOSE),
    )  # fmt: skip


@blueprint.get("/desk/spending/new")
@view(PROPOSE)
def spending_kinds() -> Response:
    """Which kind of proposal it is to be."""
    return page("revenue/desk/spending_kinds.html", kinds=KINDS, icons=KIND_ICONS)


@blueprint.route("/desk/spending/new/<proposal_kind>", methods=["GET", "POST"])
@view(PROPOSE, uploads=True)
def spending_new(proposal_kind: str) -> Response:
    """A new proposal."""
    if proposal_kind == "allocation":
        return _new_allocation()
    if proposal_kind not in KINDS:
        raise NotFound
    actor, code = current_actor(), current_community().code
    emergency = proposal_kind == "emergency"
    form = EmergencyForm.from_request(done_on=today()) if emergency else ProjectForm.from_request()
    form.fund.choices = [
        (each.code, f"{each.name}（{_free(available(code, each.code))}）")
        for each in funds(code)
        if each.is_open and each.code not in ("unallocated", "unknown", "deposits")
    ]

    def act() -> int:
        wish = proposing.Wish(form.title.data or "", form.words.data or "")
        fund, amount, photos = form.fund.data, form.amount.data, form.photos.data
        if isinstance(form, EmergencyForm):
            return int(proposing.propose_emergency(actor, wish, fund, amount, form.done_on.data, photos).id)
        return int(proposing.propose_project(actor, wish, fund, amount, photos).id)

    made = _made(form, act)
    if made is not None:
        return made
    return page(
        "revenue/desk/spending_new.html", form=form, kind=proposal_kind, kinds=KINDS, status=status_of(form), dues=()
    )


def _free(fen: int) -> Label:
    return _("free: %(sum)s yuan", sum=yuan(fen))


def _made(form: Form, act: Callable[[], int]) -> Response | None:
    """The way to the proposal that the form made, also when it was sent twice; None while something is to be corrected."""
    if not form.is_submitted() or not form.validate():
        return None
    try:
        number = submit_once(act)
    except Invalid as error:
        form.accept(error)
        return None
    toast(_("Proposed. Next it is decided."))
    return after_post(url(".spending_proposal", proposal_id=number))


def _new_allocation() -> Response:
    actor, code = current_actor(), current_community().code
    dues = allocatable(code)
    form = AllocationForm.from_request(dues=[str(each.due_id) for each in dues])
    form.dues.choices = [(str(each.due_id), f"{each.title}：{yuan(each.amount)} {_('yuan')}") for each in dues]
    wish = proposing.Wish(form.title.data or "", form.words.data or "")
    made = _made(
        form, lambda: int(proposing.propose_allocation(actor, wish, [int(each) for each in form.dues.data or ()]).id)
    )  # fmt: skip
    if made is not None:
        return made
    would: dict[str, int] = {}
    for each in dues:
        would |= {fund: would.get(fund, 0) + fen for fund, fen in each.split.items()}
    asked = city.kept(code, would) if any(funding.owned_by_owners(code, fund) for fund in would) else None
    return page(
        "revenue/desk/spending_new.html", form=form, kind="allocation", kinds=KINDS, status=status_of(form), dues=dues,
        funds=fund_names(code), asked=asked,
    )  # fmt: skip


def _on_paper(actor: Actor, proposal: Proposal, possible: Mapping[str, object]) -> list[str]:
    """The steps whose signature may be entered from paper now."""
    asked = limits.street_approves(proposal.community)
    early = proposal.state == "proposed" and proposal.proposal_kind != "emergency"
    return [
        step
        for step in ON_PAPER
        if step in possible and actor.can(PROPOSE) and (step != "approve" or asked) and not (step == "sign" and early)
    ]


@blueprint.get("/desk/spending/<int:proposal_id>")
@view(SEE, kind=Proposal, key="proposal_id")
def spending_proposal(proposal: Proposal) -> Response:
    """One proposal: what is to be done now, who signed what, both publications, payments, papers."""
    actor = current_actor()
    due = list(waiting.waits(proposal))
    possible = {each.verb: each for each in actions(actor, proposal)}
    standing = publishing.standing_notices(proposal)
    accepted = lists.acceptance_of(proposal)
    return page(
        "revenue/desk/spending_proposal.html", proposal=proposal, state=STATE[proposal.state], due=due, possible=possible,
        others=[possible[verb] for verb in OTHER_STEPS if verb in possible], kinds=KINDS, steps=STEPS, bodies=BODIES,
        on_paper=_on_paper(actor, proposal, possible), vote_told=vote_told,
        signatures=people.every(proposal), standing_ids={each.id for each in people.standing(proposal)},
        decisions=[(each, files_of(each.ref, "scan")) for each in lists.decisions(proposal)],
        targets=lists.targets(proposal), by_fund=lists.by_fund(proposal), asked=city.about(proposal, lists.by_fund(proposal)), funds=fund_names(proposal.community),
        payments=[(each, files_of(each.ref, "scan")) for each in lists.payments(proposal)],
        spent=lists.spent(proposal), publications=standing, late=public.LATE.get(publishing.late(proposal, standing), ""),
        objections=publishing.counted(proposal), notices=notices_about(actor, proposal.ref),
        photos=files_of(proposal.ref, "photo"), contract=files_of(proposal.ref, "attachment"), accepted=accepted,
        after_photos=files_of(accepted.ref, "photo") if accepted is not None else [],
        summary=scores.summary(proposal.ref) if accepted is not None else None,
        needs_vote=funding.needs_vote(proposal), account=actor.account, today=today(), entries=public.entries(proposal),
        may_propose=actor.can(PROPOSE), allowed={each.verb: actor.can(each.permission) for each in due},
        not_decider=people.obstacle(actor, proposal, "decide") if actor.account is not None else None,
    )  # fmt: skip
