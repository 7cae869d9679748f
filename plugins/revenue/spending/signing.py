"""Signing, checking and approving: in one's own account, or on paper that an uninvolved colleague enters and the named may contest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import Actor, Invalid, Label, NotFound, Ref, Refused, advance, attach, record, tell, today, transactional
from plugins.revenue.spending import limits, lists, people, proposing, publishing
from plugins.revenue.spending.models import Proposal, Signature, SignatureVoid
from plugins.revenue.spending.words import ON_PAPER, PROPOSE, STEPS
from plugins.revenue.texts import _

LATER = {"sign": ("verify", "approve"), "verify": ("approve",), "approve": ()}
LONGEST_WORDS = 300


@transactional
def sign(actor: Actor, proposal_id: int) -> Proposal:
    """Secretary or director sign. Raises `Refused` with what keeps them from it, `Forbidden`."""
    return _agree(actor, proposal_id, "sign")


@transactional
def verify(actor: Actor, proposal_id: int, *, declared: bool) -> Proposal:
    """A member of the supervision committee has checked it, and declares to be nobody's near kin. Raises `Invalid`, `Refused`."""
    if not declared:
        raise Invalid({"declared": [_("Please confirm that you are no near relative of anybody who took part.")]})
    return _agree(actor, proposal_id, "verify")


@transactional
def approve(actor: Actor, proposal_id: int) -> Proposal:
    """The street approves. Raises `Refused`, `Forbidden`."""
    return _agree(actor, proposal_id, "approve")


def _agree(actor: Actor, proposal_id: int, step: str) -> Proposal:
    actor.require(ON_PAPER[step])
    proposal = lists.proposal_of(actor, proposal_id)
    publishing.refresh(actor, proposal)
    people.put_signature(actor, proposal, step)
    advance(actor, proposal, step)
    return proposal


@transactional
def refuse(actor: Actor, proposal_id: int, step: str, words: str) -> Proposal:
    """Not sign, not confirm or not approve, with the reason: it goes back to be decided anew. Raises `Invalid`, `Refused`."""
    if step not in ON_PAPER:
        raise NotFound
    actor.require(ON_PAPER[step])
    reason = " ".join(words.split())
    if not reason or len(reason) > LONGEST_WORDS:
        raise Invalid({"words": [_("Please say in a few sentences why.")]})
    proposal = lists.proposal_of(actor, proposal_id)
    people.put_signature(actor, proposal, step, agreed=False, words=reason)
    return proposing.send_back(actor, proposal, f"refuse_{step}", reason)


# --------------------------------------------------------------------------- on paper


@dataclass(frozen=True)
class Paper:
    """A signature on paper: under which step, whose (an account), of which day; `scans` show it."""

    step: str
    account: int
    signed_on: datetime.date
    scans: proposing.Uploads


@transactional
def enter_paper(actor: Actor, proposal_id: int, paper: Paper) -> Signature:
    """Enter what somebody signed on the printed form. It counts, and the named may contest it for some days.

    Who enters it takes no part in the proposal, and enters no second one. Raises `Invalid`, `Refused`.
    """
    actor.require(PROPOSE)
    proposal = lists.proposal_of(actor, proposal_id)
    signer = _signer(proposal, paper)
    publishing.refresh(actor, proposal)
    enterer = people.who(actor)
    reason = _entering(actor, proposal, paper.step)
    if reason is not None:
        raise Refused(reason, advice=_("Ask a colleague who has not taken part in this proposal."))
    until = today() + datetime.timedelta(days=limits.days(limits.CONTEST_DAYS, proposal.community))
    made = people.put_signature(
        actor, proposal, paper.step, asked=signer, signer=people.Who(paper.account, signer.person, signer.label),
        signed_on=paper.signed_on, entered_account=enterer.account, entered_person=enterer.person,
        entered_name=enterer.name, contest_until=until,
    )  # fmt: skip
    attach(actor, made.ref, "scan", paper.scans, permission=PROPOSE)
    # The one who signs on paper holds the permission; who enters it only brings it in.
    advance(actor.with_rights(ON_PAPER[paper.step]), proposal, paper.step, on_paper=True)
    text = _(
        "A signature of yours under “%(title)s” was entered from paper (%(step)s). If you did not sign, contest it by %(day)s.",
        title=proposal.title, step=STEPS[paper.step], day=str(until),
    )  # fmt: skip
    account = Ref("core.account", proposal.community, paper.account)
    tell(actor, account, proposal.ref, f"paper.{made.id}", text, title=_("A signature in your name"), required=True)
    return made


def _signer(proposal: Proposal, paper: Paper) -> Actor:
    if paper.step not in ON_PAPER:
        raise NotFound
    errors: dict[str, list[Label]] = {}
    found = {each.account: each for each in people.signers(proposal.community, proposal, paper.step)}.get(paper.account)
    if found is None:
        errors["account"] = [_("Choose who signed: somebody who may take this step and has taken no other.")]
    if not proposal.proposed_on <= paper.signed_on <= today():
        errors["signed_on"] = [_("The day lies between the proposal and today.")]
    if not paper.scans:
        errors["scans"] = [_("Add the signed form as a scan or photo.")]
    if errors or found is None:
        raise Invalid(errors)
    return found


def _entering(actor: Actor, proposal: Proposal, step: str) -> Label | None:
    """Why somebody may not enter a paper here."""
    me = people.who(actor)
    for each in people.every(proposal):
        if me.is_same(each.account, each.person, each.name):
            return _("You have taken a step of this proposal yourself.")
        if each.step != step and me.is_same(each.entered_account, each.entered_person, each.entered_name):
            return _("You have entered another signature here: nobody enters two.")
    if people.has_entered_contested(me, proposal):
        return _("A signature that you entered here was contested.")
    return None


@transactional
def contest(actor: Actor, proposal_id: int, signature_id: int, words: str) -> Proposal:
    """Whoever a signature from paper names did not give it: it is void, and the proposal goes back to that step.

    Raises `NotFound` for anybody else, `Refused` when the days are over, `Invalid`.
    """
    proposal = lists.proposal_of(actor, proposal_id)
    signature = own_paper(actor, proposal, signature_id)
    if signature.contest_until is None or signature.contest_until < today():
        raise Refused(
            _("The days for contesting it are over."), advice=_("Tell the director and the supervision committee.")
        )
    reason = " ".join(words.split())
    if len(reason) > LONGEST_WORDS:
        raise Invalid({"words": [_("At most %(most)d characters fit here.", most=LONGEST_WORDS)]})
    later = [
        each
        for each in people.standing(proposal)
        if each.round == proposal.round and each.step in LATER[signature.step]
    ]
    people.void_signature(actor, signature, reason, contested=True)
    for each in later:
        people.void_signature(actor, each, "", contested=False)
    verb = f"contest_{signature.step}"
    advance(
        actor,
        proposal,
        f"{verb}_emergency" if verb == "contest_sign" and _was_urgent(proposal) else verb,
        contested=True,
    )
    record(actor, "revenue.signature.contested", proposal.ref, after={"step": signature.step, "why": reason})
    return proposal


def _was_urgent(proposal: Proposal) -> bool:
    """Whether it was signed before it was decided, as emergency repairs are in their first round."""
    return proposal.proposal_kind == "emergency" and proposal.round == 1


def own_paper(actor: Actor, proposal: Proposal, signature_id: int) -> Signature:
    """A signature from paper of the proposal's round that names the actor and stands; raises `NotFound` for all else."""
    found: Signature = Signature.get_of(proposal.community, signature_id)
    void = SignatureVoid.of(proposal.community).where(SignatureVoid.signature_id == found.id).exists()
    named = actor.account is not None and people.Who(actor.account, actor.person, actor.label).is_named(found)
    if found.proposal_id != proposal.id or found.entered_account is None or void or not named:
        raise NotFound
    if found.round != proposal.round:
        raise NotFound
    return found


def own_papers(actor: Actor) -> list[Signature]:
    """The signatures from paper in the actor's name that can be contested today."""
    if actor.account is None:
        return []
    community = str(actor.community)
    void = SignatureVoid.of(community, SignatureVoid.signature_id)
    mine = Signature.account == actor.account
    if actor.person is not None:
        mine |= Signature.person == actor.person
    query = Signature.of(community).where(mine, Signature.contest_until >= today(), Signature.id.not_in(void))
    return list(query.order_by(Signature.id))
