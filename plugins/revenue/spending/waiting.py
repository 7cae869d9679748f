"""What a proposal waits for now, for pages and to-dos: the step, who takes it, by when. Nothing is decided here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from core import Actor, Label, Todo, actions, today, yuan
from plugins.revenue.spending import lists, publishing, signing
from plugins.revenue.spending.limits import street_approves
from plugins.revenue.spending.models import Proposal, Publication
from plugins.revenue.spending.people import obstacle
from plugins.revenue.spending.received import allocatable
from plugins.revenue.spending.states import lacks_contract
from plugins.revenue.spending.words import KIND_ICONS, PAY, PROPOSE, PUBLISH, SIGN, STREET, VERIFY
from plugins.revenue.texts import _

MOST = 100
WORDS = {
    "decide": _("Enter the decision"),
    "publish": _("Make it public"),
    "answer": _("All objections are answered"),
    "object": _("Decide what follows from the objections"),
    "sign": _("Sign it"),
    "verify": _("Check it"),
    "approve": _("Approve for the street"),
    "contract": _("Add the contract"),
    "pay": _("Pay"),
    "allocate": _("Post the allocation"),
    "accept": _("Accept the work"),
    "publish_after": _("Make the result public"),
    "lock": _("Close it"),
}


@dataclass(frozen=True)
class Waiting:
    """A step that is due: `verb`, for holders of `permission`, until `by` (None: no day)."""

    verb: str
    permission: str
    by: datetime.date | None = None

    @property
    def label(self) -> Label:
        """The step in words."""
        return WORDS[self.verb]

    @property
    def is_late(self) -> bool:
        """Whether its day is over."""
        return self.by is not None and self.by < today()


_NEXT = {"answered": ("sign", SIGN), "signed": ("verify", VERIFY), "returned": ("decide", PROPOSE)}


def waits(proposal: Proposal) -> Iterator[Waiting]:
    """What is due now, the most urgent first; nothing while days of a publication run."""
    if proposal.state == "void":
        return
    found = publishing.standing_notices(proposal)
    emergency = proposal.proposal_kind == "emergency"
    if found.before is None and (emergency or proposal.state not in ("proposed", "returned")):
        yield Waiting("publish", PUBLISH, proposal.publish_by)
    if emergency and proposal.state not in ("proposed", "returned") and not lists.decisions(proposal):
        yield Waiting("decide", PROPOSE)
    if proposal.state == "proposed":
        yield Waiting("sign", SIGN) if emergency else Waiting("decide", PROPOSE)
        if emergency and not lists.decisions(proposal):
            yield Waiting("decide", PROPOSE)
    elif proposal.state in _NEXT:
        yield Waiting(*_NEXT[proposal.state])
    elif proposal.state == "pre_published":
        yield from _after_days(proposal, found)
    elif proposal.state in ("verified", "approved"):
        yield from _payment(proposal)
    elif proposal.state == "paying":
        if lists.spent(proposal) < proposal.amount:
            yield Waiting("pay", PAY)
        # Work that cost less than was decided is accepted as well: nobody has to pay the rest.
        yield Waiting("accept", PROPOSE)
    elif proposal.state in ("paid", "allocated"):
        if proposal.score_until is None or today() > proposal.score_until:
            yield Waiting("publish_after", PUBLISH, proposal.after_by)
    elif proposal.state in ("post_published", "locked") and found.after is None:
        yield Waiting("publish_after", PUBLISH, proposal.after_by)
    elif (
        proposal.state == "post_published"
        and found.before is not None
        and found.after is not None
        and today() > max(found.before.over_on, found.after.over_on)
    ):
        yield Waiting("lock", SIGN)


def _after_days(proposal: Proposal, found: publishing.Standing) -> Iterator[Waiting]:
    if found.before is not None and publishing.against_going_on(proposal) is None:
        upheld = publishing.outcomes(proposal) & {"withdrawn", "amended"}
        yield Waiting("object", SIGN) if upheld else Waiting("answer", PROPOSE)


def _payment(proposal: Proposal) -> Iterator[Waiting]:
    if proposal.state == "verified" and street_approves(proposal.community):
        yield Waiting("approve", STREET)
        return
    if lacks_contract(proposal):
        yield Waiting("contract", PROPOSE)
    yield Waiting("allocate" if proposal.proposal_kind == "allocation" else "pay", PAY)


def _open(community: str) -> list[Proposal]:
    """The proposals that are not over, and those whose notice was withdrawn afterwards."""
    down = Publication.of(community, Publication.proposal_id).where(Publication.withdrawn_on.is_null(False))
    among = Proposal.state.in_(lists.OPEN_STATES) | ((Proposal.state == "locked") & Proposal.id.in_(down))
    return list(Proposal.of(community).where(among).order_by(Proposal.id).limit(MOST))


def todos(actor: Actor) -> Iterator[Todo]:
    """What waits for an actor; a step that another person has to take is nobody's who took another."""
    community = str(actor.community)
    base = f"/c/{community}/revenue/desk/spending"
    for signature in signing.own_papers(actor):
        yield Todo(
            _("A signature in your name was entered from paper: is it yours?"),
            f"{base}/{signature.proposal_id}/signatures/{signature.id}/contest", icon="signature",
            due=str(signature.contest_until), account=signature.account,
        )  # fmt: skip
    if not any(actor.can(each) for each in (PROPOSE, PUBLISH, SIGN, VERIFY, STREET, PAY)):
        return
    if actor.can(PROPOSE):
        yield from _to_allocate(community, base)
    for proposal in _open(community):
        for each in waits(proposal):
            if actor.can(each.permission) and _is_theirs(actor, proposal, each.verb):
                yield Todo(
                    each.label, f"{base}/{proposal.id}", due=each.by.isoformat() if each.by is not None else "",
                    detail=f"{proposal.number_text} {proposal.title}", icon=KIND_ICONS[proposal.proposal_kind],
                    permission=each.permission,
                )  # fmt: skip


def _to_allocate(community: str, base: str) -> Iterator[Todo]:
    """Money that has arrived and that nobody has proposed to allocate yet."""
    free = sum(each.amount for each in allocatable(community))
    if free > 0:
        yield Todo(
            _("Propose how received dues are allocated"), f"{base}/new/allocation",
            detail=_("%(sum)s yuan have arrived.", sum=yuan(free)), icon=KIND_ICONS["allocation"], permission=PROPOSE,
        )  # fmt: skip


def _is_theirs(actor: Actor, proposal: Proposal, verb: str) -> bool:
    if verb in ("publish", "object", "contract") or (
        verb == "publish_after" and proposal.state in ("post_published", "locked")
    ):
        return True
    if verb == "decide" and proposal.proposal_kind == "emergency" and proposal.state != "returned":
        return obstacle(actor, proposal, "decide") is None
    return any(each.verb == verb and each.possible for each in actions(actor, proposal))
