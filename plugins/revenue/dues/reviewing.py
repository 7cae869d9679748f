"""Reviewing what was declared: by somebody else, whoever it is. What is right falls due; what is not goes back with the reason."""

from __future__ import annotations

import datetime

from core import Actor, Invalid, Refused, advance, deadline, record, tell_followers, today, transactional
from plugins.revenue.dues import computing, returning
from plugins.revenue.dues.access import REVIEW, by, signer
from plugins.revenue.dues.declaring import declare_again
from plugins.revenue.dues.models import Contract, Due, Review
from plugins.revenue.dues.receiving import settle, spend_credit
from plugins.revenue.dues.spans import span_text
from plugins.revenue.dues.states import by_somebody_else, pending
from plugins.revenue.dues.undoing import free_surplus
from plugins.revenue.texts import _

ANEW = 7  # days to declare again


def _waiting(actor: Actor, due_id: int, declaration_id: int | None) -> Due:
    """The due with what waits for its review; raises `Refused` for the declarer, or when something else waits meanwhile."""
    actor.require(REVIEW)
    signer(actor)
    due: Due = Due.get_of(str(actor.community), due_id)
    reason = by_somebody_else(actor, due, {}) if due.state == "computed" else _("Nothing waits to be reviewed.")
    if reason:
        raise Refused(reason)
    if declaration_id is not None and due.declaration_id != declaration_id:
        raise Refused(_("It was declared again meanwhile."), advice=_("Look at the new figures first."))
    return due


@transactional
def approve(actor: Actor, due_id: int, declaration_id: int | None = None) -> Due:
    """It is right: the share holds. A correction keeps the day by which to pay; too much received becomes the operator's credit.

    Where more was allocated than the new share, it holds only once the money has come back from the funds: this asks a second
    person for it and leaves the due as it is (`returning.waiting`).
    """
    due = _waiting(actor, due_id, declaration_id)
    found = pending(due)
    assert found is not None
    computation, declaration = found
    if due.paid_fen and computation.due_fen != due.due_fen:
        raise Refused(_("This was paid out already. It cannot be corrected any more."))
    if due.proposal and computation.due_fen < due.received_fen:
        raise Refused(_("An allocation of this money is under way. Correct it when that is decided or given up."))
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    reason = declaration.reason or str(_("Declared again"))
    if returning.too_much(due, computation.due_fen):
        returning.ask(actor, due, computation, reason)
        return due
    Review.create(community=due.community, declaration_id=declaration.id, passed=True, **by(actor))
    said = [
        str(_("declared by %(name)s", name=declaration.by_label)), str(_("reviewed by %(name)s", name=actor.signature))
    ]  # fmt: skip
    free_surplus(actor, due, computation.due_fen, reason, said)
    due = Due.get_of(due.community, due.id)
    pay_by = due.pay_by or deadline(today(), int(contract.pay_days), working=False)
    advance(
        actor, due, "review", computation_id=computation.id, pending_id=None, due_fen=computation.due_fen,
        is_estimate=declaration.is_estimate, pay_by=pay_by,
    )  # fmt: skip
    settle(actor, due.id)
    record(
        actor, "revenue.declaration.reviewed", due.ref, after={"due_fen": computation.due_fen, "pay_by": pay_by.isoformat()},
        permission=REVIEW,
    )  # fmt: skip
    _carry_on(actor, due)
    spend_credit(actor, contract.operator_id, contract.owner_class, said)
    tell_followers(
        actor, due.ref, f"reviewed.{computation.id}", str(_("The share for %(period)s has been reviewed.", period=span_text(due.first_day, due.last_day))),
    )  # fmt: skip
    return Due.get_of(due.community, due.id)


def _carry_on(actor: Actor, due: Due) -> None:
    """Later periods that count on from this one are declared again with the same figures, and wait for their review."""
    later = Due.of(due.community).where(Due.contract_id == due.contract_id, Due.first_day > due.first_day)
    for each in list(later.order_by(Due.first_day)):
        if each.state in ("draft", "returned") and each.computation_id is None:
            break
        if each.paid_fen or each.proposal or not computing.is_stale(each):
            continue
        reason = str(_("An earlier period was corrected: %(period)s", period=span_text(due.first_day, due.last_day)))
        declare_again(actor, each, reason)


@transactional
def give_back(actor: Actor, due_id: int, reason: str, declaration_id: int | None = None) -> Due:
    """It is not right: back to the operator with the reason. A correction that is refused leaves the earlier share in force."""
    if not reason.strip():
        raise Invalid({"reason": [_("Please say what is not right.")]})
    due = _waiting(actor, due_id, declaration_id)
    returning.withdraw(actor, due)
    Review.create(
        community=due.community, declaration_id=due.declaration_id, passed=False, reason=reason.strip(), **by(actor)
    )
    again_by = max(due.declare_by, today() + datetime.timedelta(days=ANEW))
    advance(actor, due, "give_back", reason=reason.strip(), pending_id=None, declare_by=again_by)
    if due.computation_id is not None:
        stands = computing.share_of(due)
        advance_back = {"declaration_id": stands.declaration_id} if stands else {}
        Due.update(**advance_back).where(Due.community == due.community, Due.id == due.id).execute()
        settle(actor, due.id)
    return Due.get_of(due.community, due.id)
