"""Who takes which step of a proposal: that they are all different people, and what keeps somebody from a step.

The database holds the same (`revenue_signature_people`); here it is said in words. What a step does is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee

from core import Actor, Label, Refused, colleagues, nearness, record, today, violated
from plugins.revenue.spending.models import Proposal, Signature, SignatureVoid
from plugins.revenue.spending.words import ON_PAPER, STEPS
from plugins.revenue.texts import _

# Whoever works for the committee does not check its money (村务监督: no member of staff).
OFFICE = frozenset({"secretary", "director", "staff", "bookkeeper", "cashier"})
_ADVICE = _("Ask a colleague who has not taken part in this proposal.")
_SAME = _(
    "You, or an account of yours, have already taken another step of this proposal: each is taken by another person."
)


@dataclass(frozen=True)
class Who:
    """Somebody as far as known: the account, the resident behind it, the name on it."""

    account: int
    person: int | None
    name: str

    def is_same(self, account: int | None, person: int | None, name: str | None) -> bool:
        """Whether this is one and the same human being: by account, by resident, by name where a resident is not known."""
        if account is None:
            return False
        if self.account == account or (self.person is not None and self.person == person):
            return True
        return (self.person is None or person is None) and self.name == name

    def is_named(self, signature: Signature) -> bool:
        """Whether a signature names this account or resident."""
        return self.account == signature.account or (self.person is not None and self.person == signature.person)


def who(actor: Actor) -> Who:
    """The human being who acts. Raises `Refused` for a command, a job and whoever has no account of their own."""
    if actor.account is None or actor.kind in ("command", "system", "anonymous", "guest"):
        raise Refused(_("Only somebody who has signed in with an account of their own can do this."))
    return Who(actor.account, actor.person, actor.label)


def standing(proposal: Proposal) -> list[Signature]:
    """The signatures of a proposal that nobody has contested, of every round, the first one first."""
    void = SignatureVoid.of(proposal.community, SignatureVoid.signature_id)
    query = Signature.of(proposal.community).where(Signature.proposal_id == proposal.id, Signature.id.not_in(void))
    return list(query.order_by(Signature.id))


def every(proposal: Proposal) -> list[Signature]:
    """All signatures of a proposal, also those that do not stand any more."""
    query = Signature.of(proposal.community).where(Signature.proposal_id == proposal.id)
    return list(query.order_by(Signature.id))


def has_entered_contested(me: Who, proposal: Proposal) -> bool:
    """Whether a signature that this one entered from paper was contested."""
    contested = SignatureVoid.of(proposal.community, SignatureVoid.signature_id).where(SignatureVoid.contested == 1)
    query = Signature.of(proposal.community).where(Signature.proposal_id == proposal.id, Signature.id.in_(contested))
    return any(me.is_same(each.entered_account, each.entered_person, each.entered_name) for each in query)


def signed(proposal: Proposal, step: str) -> Signature | None:
    """The signature under a step that stands in the proposal's round."""
    found = [each for each in standing(proposal) if each.step == step and each.round == proposal.round and each.agreed]
    return found[-1] if found else None


def obstacle(actor: Actor, proposal: Proposal, step: str) -> Label | None:
    """Why somebody may not take a step, None when they may. It is asked of colleagues too, for papers."""
    if actor.account is None:
        return _("Only somebody who has signed in with an account of their own can do this.")
    me = Who(actor.account, actor.person, actor.label)
    # An account may have been joined with its resident only after it signed.
    today_ = {each.account: each.person for each in colleagues(proposal.community)}
    for each in standing(proposal):
        person = each.person if each.person is not None else today_.get(each.account)
        if each.step != step and me.is_same(each.account, person, each.name):
            return _SAME
        if me.is_same(each.entered_account, each.entered_person, each.entered_name):
            return _("You have entered a signature from paper here: whoever does that takes no step of the proposal.")
    return _not_independent(actor, me, proposal) if step == "verify" else None


def _not_independent(actor: Actor, me: Who, proposal: Proposal) -> Label | None:
    """The supervision committee: nobody of the staff, also not with another account, and nobody's near kin."""
    held = set(actor.roles)
    for each in colleagues(proposal.community):
        if me.is_same(each.account, each.person, each.label):
            held |= each.roles
    if held & OFFICE:
        return _(
            "Whoever works for the committee does not check its money: another member of the supervision committee does."
        )
    if me.person is not None:
        for each in standing(proposal):
            if (
                each.step != "verify"
                and each.person is not None
                and nearness(proposal.community, me.person, each.person) in ("person", "home")
            ):
                return _("You live with somebody who took part in this proposal, so another member checks it.")
    return None


def put_signature(
    actor: Actor, proposal: Proposal, step: str, *, agreed: bool = True, words: str = "", **paper: Any
) -> Signature:
    """Write a signature under a step; `paper` has the columns of one that was entered from paper. Raises `Refused`."""
    me: Who = paper.pop("signer", None) or who(actor)
    asked: Actor = paper.pop("asked", None) or actor
    reason = obstacle(asked, proposal, step)
    if reason is not None:
        raise Refused(reason, advice=_ADVICE)
    try:
        made: Signature = Signature.create(
            community=proposal.community, proposal_id=proposal.id, round=proposal.round, step=step, agreed=agreed,
            words=words, account=me.account, person=me.person, name=me.name,
            signed_on=paper.pop("signed_on", None) or today(), **paper,
        )  # fmt: skip
    except peewee.IntegrityError as error:
        name = violated(error)
        if name in ("revenue_signature_people", "revenue_signature_own"):
            raise Refused(_SAME, advice=_ADVICE) from error
        if name == "revenue_signature_once":
            raise Refused(_("This step has its signature already.")) from error
        raise
    told = {"step": step, "agreed": agreed, "round": proposal.round, "signed_by": me.name}
    if made.entered_account is not None:
        told |= {"entered_name": made.entered_name, "contest_until": str(made.contest_until)}
    record(actor, "revenue.signature.put", proposal.ref, after=told)
    return made


def void_signature(actor: Actor, signature: Signature, words: str, *, contested: bool) -> None:
    """Say that a signature does not stand any more."""
    SignatureVoid.insert(
        community=signature.community, signature_id=signature.id, words=words, contested=contested,
        by_account=actor.account, by_label=actor.signature,
    ).execute()  # fmt: skip
    told = {"step": signature.step, "contested": contested}
    record(
        actor, "revenue.signature.voided", Proposal.get_of(signature.community, signature.proposal_id).ref, after=told
    )


def signers(community: str, proposal: Proposal, step: str) -> list[Actor]:
    """The colleagues who may have signed a step on paper."""
    return [
        each
        for each in colleagues(community)
        if each.can(ON_PAPER[step]) and each.account is not None and obstacle(each, proposal, step) is None
    ]


def contestable(proposal: Proposal) -> Iterator[Signature]:
    """The signatures from paper that whoever they name can still contest."""
    for each in standing(proposal):
        if each.contest_until is not None and each.contest_until >= today() and each.round == proposal.round:
            yield each


def approvals(proposal: Proposal) -> list[str]:
    """Who took which step, as the ledger keeps it with the entry: `签字：张三`."""
    latest = {
        each.step: each
        for each in standing(proposal)
        if each.agreed and (each.round == proposal.round or each.step in ("propose", "decide"))
    }
    return [str(_("%(what)s: %(name)s", what=STEPS[step], name=latest[step].name)) for step in STEPS if step in latest]
