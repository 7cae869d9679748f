"""What has been received and can be allocated to funds: the interface of this part to `spending`.

Money for the owners' space is not among it: it is the owners' from the moment it arrives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import Actor, Ref, Refused, record, transactional
from plugins.revenue.dues import computing, returning
from plugins.revenue.dues.declaring import declare_again
from plugins.revenue.dues.models import Computation, Contract, Due, RuleVersion, contract_number
from plugins.revenue.dues.spans import span_text
from plugins.revenue.dues.states import IN_FORCE
from plugins.revenue.shares.allocate import portions
from plugins.revenue.shares.rules import Rule
from plugins.revenue.texts import _


@dataclass(frozen=True)
class Allocatable:
    """A due received in full and not yet allocated: `amount` in 分, `split` by the rule under which it was computed."""

    due_id: int
    title: str
    amount: int
    split: Mapping[str, int]


def allocatable(community: str) -> list[Allocatable]:
    """What can be proposed for allocation now, the oldest first."""
    found = Due.of(community).where(
        Due.state == "received", Due.due_fen > 0, Due.proposal == "", Due.received_fen > Due.allocated_fen
    )
    listed = []
    for due in list(found.order_by(Due.received_on, Due.id)):
        contract: Contract = Contract.get_of(community, due.contract_id)
        if contract.is_owners:
            continue
        computation: Computation = Computation.get_of(community, due.computation_id)
        amount = due.received_fen - due.allocated_fen
        split = _split(due, computation, amount) if due.allocated_fen else dict(computation.split)
        title = f"{contract.business} {contract_number(contract)} {span_text(due.first_day, due.last_day)}"
        listed.append(Allocatable(int(due.id), title, amount, split))
    return listed


def _split(due: Due, computation: Computation, amount: int) -> dict[str, int]:
    """What is left of a due goes where the whole share says: each fund's part less what it holds. A difference is never split anew.

    By the largest remainder a fund may hold an odd 分 more than its part of another sum: it keeps that, and the fund with most to
    come gets it less. Only where no allocation says what the funds hold is the rest split by the rule.
    """
    held = returning.given(due)
    if sum(held.values()) != due.allocated_fen:
        rule = Rule.parse(RuleVersion.get_of(computation.community, computation.rule_id).rule)
        parts = portions(amount, [part.weight for part in rule.split])
        return {part.to: each.fen for part, each in zip(rule.split, parts, strict=True)}
    split = {code: int(fen) - held.pop(code, 0) for code, fen in computation.split.items()}
    split.update({code: -fen for code, fen in held.items()})
    for code in [code for code, fen in split.items() if fen < 0]:
        over, split[code] = -split[code], 0
        while over:
            most = max(split, key=lambda each: split[each])
            less = min(over, split[most])
            split[most] -= less
            over -= less
    return split


@transactional
def claim(actor: Actor, due_ids: Sequence[int], proposal: Ref) -> None:
    """A proposal takes these dues: no other one can. Raises `Refused` when one of them cannot be allocated."""
    community = str(actor.community)
    there = {each.due_id: each for each in allocatable(community)}
    for key in dict.fromkeys(due_ids):
        if key not in there:
            raise Refused(_("One of these receipts is in another allocation already."))
        Due.update(proposal=str(proposal), claimed_fen=there[key].amount).where(
            Due.community == community, Due.id == key
        ).execute()
        record(
            actor,
            "revenue.due.claimed",
            Due.get_of(community, key).ref,
            after={"proposal": str(proposal), "claimed_fen": there[key].amount},
        )


def _of(community: str, proposal: Ref) -> list[Due]:
    return list(Due.of(community).where(Due.proposal == str(proposal)))


@transactional
def unclaim(actor: Actor, proposal: Ref) -> None:
    """The proposal came to nothing: its dues can be allocated again. Idempotent."""
    for due in _of(str(actor.community), proposal):
        Due.update(proposal="", claimed_fen=0).where(Due.community == due.community, Due.id == due.id).execute()
        record(actor, "revenue.due.unclaimed", due.ref, before={"proposal": str(proposal)}, after={"proposal": ""})
        _catch_up(actor, due)


@transactional
def mark_allocated(actor: Actor, proposal: Ref) -> None:
    """The proposal was carried out: its dues have gone to their funds. Idempotent."""
    for due in _of(str(actor.community), proposal):
        Due.update(proposal="", claimed_fen=0, allocated_fen=due.allocated_fen + due.claimed_fen).where(
            Due.community == due.community, Due.id == due.id
        ).execute()
        record(
            actor, "revenue.due.allocated", due.ref, after={"proposal": str(proposal), "allocated_fen": due.claimed_fen}
        )
        _catch_up(actor, due)


def _catch_up(actor: Actor, claimed: Due) -> None:
    """An earlier period was corrected while the allocation was under way: now it is declared again, to be reviewed anew."""
    due: Due = Due.get_of(claimed.community, claimed.id)
    before = computing.earlier(due)
    if before is None or due.paid_fen or due.state not in IN_FORCE or not computing.is_stale(due):
        return
    period = span_text(before.first_day, before.last_day)
    declare_again(actor, due, str(_("An earlier period was corrected: %(period)s", period=period)))
