"""The steps of a proposal, one page each: what it asks for, one button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from core import (
    Actor,
    Form,
    Invalid,
    Label,
    NotFound,
    after_post,
    current_actor,
    page,
    status_of,
    toast,
    today,
    url,
    view,
    yuan,
)
from plugins.revenue.spending import funding, lists, paying, people, proposing, signing
from plugins.revenue.spending.models import Proposal, Signature
from plugins.revenue.spending.received import allocatable
from plugins.revenue.spending.words import ON_PAPER, PROPOSE, SEE, STEPS
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.spending_forms import (
    AcceptForm,
    ContestForm,
    DecideForm,
    PaperForm,
    PapersForm,
    PhotosForm,
    PublishForm,
    ReasonForm,
    RechooseForm,
    RecomputeForm,
    SureForm,
    VerifyForm,
)


@dataclass(frozen=True)
class Step:
    """One page: what it is called, what it asks for (`form(proposal)`), what it does (`act(actor, id, form)`)."""

    title: Label
    button: Label
    form: Callable[[Proposal], Form]
    act: Callable[[Actor, int, Any], object]
    advice: Label = ""
    icon: str = "check"
    kind: str = "primary"


def _sure(_proposal: Proposal) -> Form:
    return SureForm.from_request()


def _reason(_proposal: Proposal) -> Form:
    return ReasonForm.from_request()


def _responsible(_proposal: Proposal) -> Form:
    return PublishForm.from_request(responsible=current_actor().label)


def _decide_form(proposal: Proposal) -> Form:
    chosen = {"body": "owners"} if funding.needs_vote(proposal) else {}
    return DecideForm.from_request(held_on=today(), **chosen)


def _decide(actor: Actor, proposal_id: int, form: DecideForm) -> object:
    votes = form.votes() if form.body.data == "owners" else None
    return proposing.decide(
        actor, proposal_id, form.body.data, form.held_on.data, form.words.data or "", form.minutes.data, votes,
        form.matter.data or "",
    )  # fmt: skip


def _recompute_form(proposal: Proposal) -> Form:
    if proposal.proposal_kind != "allocation":
        return RecomputeForm.from_request(amount=yuan(proposal.amount))
    there = {each.due_id: (each.due_title, 0) for each in lists.targets(proposal)}
    for each in lists.targets(proposal):
        there[each.due_id] = (each.due_title, there[each.due_id][1] + each.amount)
    free = {each.due_id: (each.title, each.amount) for each in allocatable(proposal.community)}
    form = RechooseForm.from_request(dues=[str(key) for key in there])
    form.dues.choices = [
        (str(key), f"{title}：{yuan(fen)} {_('yuan')}") for key, (title, fen) in {**free, **there}.items()
    ]
    return form


def _recompute(actor: Actor, proposal_id: int, form: Any) -> object:
    if isinstance(form, RechooseForm):
        chosen = [int(each) for each in form.dues.data or ()]
        return proposing.recompute(actor, proposal_id, form.words.data or "", due_ids=chosen)
    return proposing.recompute(actor, proposal_id, form.words.data or "", form.amount.data)


def _refuse(step: str) -> Callable[[Actor, int, Any], object]:
    return lambda actor, key, form: signing.refuse(actor, key, step, form.words.data or "")


def _attached(act: Callable[..., object], name: str) -> Callable[[Actor, int, Any], object]:
    return lambda actor, key, form: act(actor, key, getattr(form, name).data)


STEPS_OF = {
    "decide": Step(
        _("Enter the decision"), _("Enter the decision"), _decide_form, _decide,
        _("Somebody else than who proposed it enters it, with the scanned minutes."), "landmark",
    ),
    "publish": Step(
        _("Make it public"), _("Publish on the notice board"), _responsible,
        lambda actor, key, form: proposing.publish(actor, key, form.responsible.data or ""),
        _("The sum is held, and residents may object while the notice is up."), "megaphone",
    ),
    "answer": Step(
        _("All objections are answered"), _("Go on to the signatures"), _sure,
        lambda actor, key, _form: proposing.answered(actor, key),
        _("The days of the first publication are over, and every objection has its public answer."), "message-square-text",
    ),
    "sign": Step(
        _("Sign it"), _("Sign it"), _sure, lambda actor, key, _form: signing.sign(actor, key),
        _("You have seen the decision, the publication and the answers."), "signature",
    ),
    "verify": Step(
        _("Check it"), _("Checked: it is right"), lambda _proposal: VerifyForm.from_request(),
        lambda actor, key, form: signing.verify(actor, key, declared=bool(form.declared.data)),
        _("You have compared the minutes, the sum and the publication."), "shield-check",
    ),
    "approve": Step(
        _("Approve for the street"), _("Approve it"), _sure, lambda actor, key, _form: signing.approve(actor, key),
        icon="circle-check",
    ),
    "refuse_sign": Step(
        _("Do not sign"), _("Send it back"), _reason, _refuse("sign"), _("It is decided anew, and its notice is taken down."),
        "undo-2", "danger",
    ),
    "refuse_verify": Step(
        _("Not right: send it back"), _("Send it back"), _reason, _refuse("verify"),
        _("It is decided anew, and its notice is taken down."), "undo-2", "danger",
    ),
    "refuse_approve": Step(
        _("The street does not approve"), _("Send it back"), _reason, _refuse("approve"),
        _("It is decided anew, and its notice is taken down."), "undo-2", "danger",
    ),
    "recompute": Step(
        _("Compute the sum anew"), _("Compute anew and publish again"), _recompute_form, _recompute,
        _("After an objection that was upheld in part. The notice is taken down, and the new sum is published again."), "scale",
    ),
    "void": Step(
        _("End it without payment"), _("End the proposal"), _reason, lambda actor, key, form: proposing.end(actor, key, form.words.data or ""),
        _("The money is free again. Residents read the reason."), "ban", "danger",
    ),
    "accept": Step(
        _("Accept the work"), _("Accept the work"), lambda _proposal: AcceptForm.from_request(accepted_on=today()),
        lambda actor, key, form: paying.accept(actor, key, form.accepted_on.data, form.words.data or "", form.photos.data),
        _("From now on nothing more is paid, and residents rate it."), "circle-check",
    ),
    "publish_after": Step(
        _("Make the result public"), _("Publish on the notice board"), _responsible,
        lambda actor, key, form: paying.publish_after(actor, key, form.responsible.data or ""),
        _("Beside what was announced stands what was paid. What is left goes back to the fund."), "megaphone",
    ),
    "lock": Step(
        _("Close it"), _("Close it"), _sure, lambda actor, key, _form: paying.lock(actor, key),
        _("Both publications were up for their days."), "lock",
    ),
    "contract": Step(
        _("Add the contract"), _("Add the paper"), lambda _proposal: PapersForm.from_request(), _attached(paying.add_contract, "files"),
        _("Only the office, the supervision committee and the street see it."), "file-text",
    ),
    "photos": Step(
        _("Photos of how it was before"), _("Add them"), lambda _proposal: PhotosForm.from_request(),
        _attached(paying.add_photos, "photos"), _("Residents see them beside those of the finished work."), "image",
    ),
}  # fmt: skip


@blueprint.route("/desk/spending/<int:proposal_id>/do/<act>", methods=["GET", "POST"])
@view(SEE, kind=Proposal, key="proposal_id", uploads=True)
def spending_do(proposal: Proposal, act: str) -> Response:
    """One step."""
    step = STEPS_OF.get(act)
    if step is None:
        raise NotFound
    form = step.form(proposal)
    return _step_page(proposal, step, form, lambda: step.act(current_actor(), proposal.id, form))


def _step_page(proposal: Proposal, step: Step, form: Form, act: Callable[[], object]) -> Response:
    def once() -> None:
        act()

    if form.act_on_submit(once):
        toast(_("Done."))
        return after_post(url(".spending_proposal", proposal_id=proposal.id))
    return page(
        "revenue/desk/spending_step.html", form=form, proposal=proposal, title=step.title, advice=step.advice,
        button=step.button, icon=step.icon, kind=step.kind, status=status_of(form),
    )  # fmt: skip


@blueprint.route("/desk/spending/<int:proposal_id>/paper/<paper_step>", methods=["GET", "POST"])
@view(PROPOSE, kind=Proposal, key="proposal_id", uploads=True)
def spending_paper(proposal: Proposal, paper_step: str) -> Response:
    """Enter a signature from the printed form."""
    if paper_step not in ON_PAPER:
        raise NotFound
    actor = current_actor()
    form = PaperForm.from_request(signed_on=today())
    form.account.choices = [
        (str(each.account), each.label) for each in people.signers(proposal.community, proposal, paper_step)
    ]
    step = Step(
        _("Signed on paper: %(step)s", step=STEPS[paper_step]), _("Enter it"), lambda _proposal: form, lambda *_args: None,
        _("Only who takes no part in this proposal enters it, and nobody two. Who is named is told, and may contest it."), "signature",
    )  # fmt: skip

    def act() -> None:
        if not form.account.data:
            raise Invalid(
                {"account": [_("Choose who signed: somebody who may take this step and has taken no other.")]}
            )
        paper = signing.Paper(paper_step, int(form.account.data), form.signed_on.data, form.scans.data)
        signing.enter_paper(actor, proposal.id, paper)

    return _step_page(proposal, step, form, act)


@blueprint.route("/desk/spending/<int:proposal_id>/signatures/<int:signature_id>/contest", methods=["GET", "POST"])
@view(SEE, kind=Proposal, key="proposal_id")
def spending_contest(proposal: Proposal, signature_id: int) -> Response:
    """Whoever a signature from paper names says that it is not theirs."""
    actor = current_actor()
    signature: Signature = signing.own_paper(actor, proposal, signature_id)
    form = ContestForm.from_request()
    step = Step(
        _("This is not my signature"), _("Contest it"), lambda _proposal: form, lambda *_args: None,
        _("Entered from paper by %(name)s for %(day)s. The proposal goes back to this step.", name=signature.entered_name, day=signature.signed_on),
        "triangle-alert", "danger",
    )  # fmt: skip
    return _step_page(
        proposal, step, form, lambda: signing.contest(actor, proposal.id, signature_id, form.words.data or "")
    )
