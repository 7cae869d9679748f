"""What is known of proposals: their sums, payments, decisions, in lists for the desk and for residents. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core import Actor, NotFound, Ref
from plugins.revenue.spending.models import Acceptance, Decision, Payment, Proposal, Target

OPEN_STATES = (
    "proposed", "decided", "pre_published", "answered", "signed", "verified", "approved", "paying", "paid", "allocated",
    "post_published", "returned",
)  # fmt: skip
PAGE = 30


def proposal_of(actor: Actor, proposal_id: int) -> Proposal:
    """A proposal of the actor's community; raises `NotFound`."""
    if actor.community is None:
        raise NotFound
    found: Proposal = Proposal.get_of(actor.community, proposal_id)
    return found


def targets(proposal: Proposal) -> list[Target]:
    """What an allocation gives to which fund of which due, as it was computed last."""
    query = Target.of(proposal.community).where(Target.proposal_id == proposal.id)
    found = list(query.order_by(Target.due_id, Target.id))
    latest = max((each.round for each in found), default=0)
    return [each for each in found if each.round == latest]


def by_fund(proposal: Proposal) -> dict[str, int]:
    """What an allocation gives to each fund, in 分, in the order in which the funds first occur."""
    found: dict[str, int] = {}
    for each in targets(proposal):
        found[each.fund] = found.get(each.fund, 0) + each.amount
    return found


def decisions(proposal: Proposal) -> list[Decision]:
    """What was decided about it, the latest first."""
    query = Decision.of(proposal.community).where(Decision.proposal_id == proposal.id)
    return list(query.order_by(Decision.id.desc()))


def payments(proposal: Proposal) -> list[Payment]:
    """The instalments that were paid, the first one first."""
    query = Payment.of(proposal.community).where(Payment.proposal_id == proposal.id)
    return list(query.order_by(Payment.serial))


def spent(proposal: Proposal) -> int:
    """What was paid so far, in 分."""
    total = Payment.of(proposal.community, peewee.fn.SUM(Payment.amount)).where(Payment.proposal_id == proposal.id)
    return int(total.scalar() or 0)


def paid_on(proposal: Proposal) -> datetime.date | None:
    """The day of the last payment, None before the first."""
    found = payments(proposal)
    return found[-1].paid_on if found else None


def acceptance_of(proposal: Proposal) -> Acceptance | None:
    """When the work was accepted, None while it was not."""
    found: Acceptance | None = Acceptance.of(proposal.community).where(Acceptance.proposal_id == proposal.id).first()
    return found


def is_public(proposal: Proposal) -> bool:
    """Whether residents see it: from the decision on, an emergency from the beginning."""
    return proposal.decided_on is not None or proposal.proposal_kind == "emergency"


def public_condition() -> Any:
    """The same as a condition on the model."""
    return Proposal.decided_on.is_null(False) | (Proposal.proposal_kind == "emergency")


@dataclass(frozen=True)
class PageOf:
    """A page of proposals, the newest first; `older` continues it, None at the end."""

    rows: Sequence[Proposal]
    older: int | None


def page_of(community: str, *, kinds: Sequence[str] = (), open_only: bool | None = None, public: bool = False,
            before: int | None = None, limit: int = PAGE) -> PageOf:  # fmt: skip
    """Proposals of a community by their key, the newest first; `before` is the key after which the list goes on."""
    query = Proposal.of(community)
    if kinds:
        query = query.where(Proposal.proposal_kind.in_(tuple(kinds)))
    if open_only is not None:
        among = Proposal.state.in_(OPEN_STATES)
        query = query.where(among if open_only else ~among)
    if public:
        query = query.where(public_condition())
    if before is not None:
        query = query.where(Proposal.id < before)
    found = list(query.order_by(Proposal.id.desc()).limit(limit + 1))
    return PageOf(found[:limit], found[limit - 1].id if len(found) > limit else None)


def ref_of(community: str, proposal_id: int) -> Ref:
    """The reference to a proposal."""
    return Ref(Proposal.kind, community, proposal_id)
