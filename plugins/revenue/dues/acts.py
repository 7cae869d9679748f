"""Money acts that take two people: deposits in, set off and back, credit given back, payouts, receipts entered wrongly, and
what comes back from the funds after a correction (`returning`).

One enters it, another one who may approve does; it is posted then, and not before. No money goes out without a scan of the paper
that shows it; the digests of the scans stand in the entry.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from core import Actor, Invalid, Refused, attach, now, record, today, transactional
from plugins.revenue.dues import books, opening, returning
from plugins.revenue.dues.access import APPROVE, RECEIVE, by, signer, was_operator
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Part, Receipt, contract_number
from plugins.revenue.dues.receiving import MOST, apply, settle, spend_credit
from plugins.revenue.dues.states import OPEN
from plugins.revenue.dues.undoing import check_undoable, undo_receipt
from plugins.revenue.dues.words import ACTS
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _

GOES_OUT = ("payout", "deposit_out", "credit_out")
"""Acts by which money leaves an account: never without a paper."""
TAKES_SCANS = (*GOES_OUT, "deposit_in", "deposit_set_off")
"""Acts that make a posting of their own, in which the digests of their papers can stand."""


def deposit(community: str, contract_id: int) -> int:
    """What the community holds of a contract's deposit, in 分."""
    total = 0
    for act in MoneyAct.of(community).where(MoneyAct.contract_id == contract_id, MoneyAct.decision == "approved"):
        if act.act_kind in ("deposit_in", opening.DEPOSIT, "receipt_undo"):
            total += act.amount
        elif act.act_kind in ("deposit_set_off", "deposit_out", opening.UNDO):
            total -= act.amount
    return total


@transactional
def enter(
    actor: Actor, kind: str, *, reason: str, on_day: datetime.date | None = None, amount: int | None = None, account: str = "",
    contract_id: int | None = None, due_id: int | None = None, receipt_id: int | None = None, scans: Sequence[tuple[str, str]] = (),
) -> MoneyAct:  # fmt: skip
    """Enter what a second person will approve; `scans` are tokens of uploads that show it.

    Raises `Invalid` at the fields, also for money that goes out without a scan, `Refused` where there is not so much.
    """
    actor.require(RECEIVE)
    signer(actor)
    community = str(actor.community)
    act = MoneyAct(
        community=community, act_kind=kind, contract_id=contract_id, due_id=due_id, receipt_id=receipt_id, amount=amount or 0,
        on_day=on_day or today(), account=account, reason=reason.strip(), **by(actor),
    )  # fmt: skip
    if kind not in ACTS or kind == returning.KIND:
        raise Invalid({"kind": [_("Please choose one of these answers.")]})
    if not act.reason:
        raise Invalid({"reason": [_("Please say why.")]})
    if act.on_day > today():
        raise Invalid({"on_day": [_("This day is still to come.")]})
    if kind in GOES_OUT and not scans:
        raise Invalid({"scans": [_("Please add a photo or scan of the paper that shows it, such as the bank's slip.")]})
    _complete(act)
    _check(act)
    act.save(force_insert=True)
    if scans:
        attach(actor, act.ref, books.SCAN, list(scans), permission=RECEIVE)
    record(
        actor, "revenue.act.entered", act.ref, after={"act_kind": kind, "amount": act.amount, "on_day": act.on_day.isoformat(), "account": act.account},
        permission=RECEIVE,
    )  # fmt: skip
    return act


def _complete(act: MoneyAct) -> None:
    """What follows from the record it is about."""
    if act.act_kind == "payout":
        due: Due = Due.get_of(act.community, act.due_id or 0)
        act.contract_id, act.amount = due.contract_id, -(due.due_fen or 0)
    elif act.act_kind in ("receipt_undo", "credit_out"):
        receipt: Receipt = Receipt.get_of(act.community, act.receipt_id or 0)
        act.account, act.contract_id, act.due_id = receipt.account, _deposit_of(receipt), None
        act.amount = receipt.amount if act.act_kind == "receipt_undo" else (act.amount or receipt.credit_fen)
    elif act.act_kind == "deposit_set_off" or (act.act_kind == opening.CREDIT and act.due_id):
        act.contract_id = Due.get_of(act.community, act.due_id or 0).contract_id


def _deposit_of(receipt: Receipt) -> int | None:
    """The contract whose deposit was set off; it is there again when the receipt is taken back."""
    if receipt.source != "deposit":
        return None
    part: Part = Part.of(receipt.community).where(Part.receipt_id == receipt.id).order_by(Part.id).get()
    return int(Due.get_of(receipt.community, part.due_id).contract_id)


def _check(act: MoneyAct) -> None:
    """Whether it can be done as things stand now; asked when it is entered and again when it is approved."""
    if not 0 < act.amount <= MOST:
        raise Invalid({"amount": [_("Please write the amount.")]})
    if act.act_kind == returning.KIND:
        returning.check(act)
        return
    if act.act_kind in opening.KINDS:
        opening.check(act)
        if act.act_kind == opening.UNDO and act.amount > deposit(act.community, act.contract_id or 0):
            raise Refused(_("So much deposit is not there."))
        return
    if act.act_kind not in ("receipt_undo", "credit_out"):
        books.check_account(act.community, act.account)
    if act.act_kind in ("deposit_set_off", "deposit_out") and act.amount > deposit(act.community, act.contract_id or 0):
        raise Refused(_("So much deposit is not there."))
    if act.act_kind == "deposit_set_off":
        due: Due = Due.get_of(act.community, act.due_id or 0)
        if due.state not in OPEN or act.amount > due.open_fen:
            raise Refused(_("So much is not to be paid for this period."))
    if act.act_kind == "payout" and Due.get_of(act.community, act.due_id or 0).state != "payable":
        raise Refused(_("Nothing is to be paid out for this period."))
    if act.act_kind in ("receipt_undo", "credit_out"):
        receipt: Receipt = Receipt.get_of(act.community, act.receipt_id or 0)
        if receipt.undone_on is not None:
            raise Refused(_("This receipt has been taken back already."))
        if act.act_kind == "receipt_undo":
            check_undoable(receipt)
        if act.act_kind == "credit_out" and act.amount > receipt.credit_fen:
            raise Refused(_("So much of it is not left."))
        if act.act_kind == "credit_out" and act.amount > opening.may_go_back(receipt):
            raise Refused(
                _(
                    "This money stood in the opening balances and was not paid by this operator in advance: it pays what is due."
                ),
                advice=_("Only what a correction frees of it is given back."),
            )
    same = MoneyAct.of(act.community).where(MoneyAct.decision == "", MoneyAct.act_kind == act.act_kind)
    for name in ("due_id", "receipt_id"):
        key = getattr(act, name)
        if act.id is None and key and same.where(getattr(MoneyAct, name) == key).exists():
            raise Refused(_("This waits for the second person already."))


def why_not(actor: Actor, act: MoneyAct) -> Any:
    """Why the actor cannot approve it; None when they can."""
    if act.decision:
        return _("It is decided already.")
    if actor.account is None or is_same(actor, act.by_account, act.by_person, act.by_label):
        return _("You entered it yourself. Somebody else must approve it.")
    operator_id = _operator_id(act)
    if operator_id is not None and was_operator(actor, operator_id):
        return _("You act for the operator, or did. Somebody else must approve it.")
    return None


def _operator_id(act: MoneyAct) -> int | None:
    if act.contract_id:
        return int(Contract.get_of(act.community, act.contract_id).operator_id)
    return Receipt.get_of(act.community, act.receipt_id or 0).operator_id


@transactional
def decide(actor: Actor, act_id: int, approved: bool) -> MoneyAct:
    """The second person approves, and it is posted; or refuses, and nothing is."""
    actor.require(APPROVE)
    signer(actor)
    act: MoneyAct = MoneyAct.get_of(str(actor.community), act_id)
    reason = why_not(actor, act)
    if reason:
        raise Refused(reason)
    seq = None
    said = [str(_("entered by %(name)s", name=act.by_label)), str(_("approved by %(name)s", name=actor.signature))]
    if approved:
        _check(act)
        if act.act_kind in GOES_OUT and not books.scans_of(act):
            raise Refused(
                _("No paper shows that this money went out."),
                advice=_("Refuse it, and have it entered again with a photo or scan of the bank's slip."),
            )
        seq = _post(actor, act, said)
    MoneyAct.update(
        decision="approved" if approved else "refused", decided_by=actor.account, decided_person=actor.person,
        decided_label=actor.signature, decided_at=now(), seq=seq,
    ).where(MoneyAct.community == act.community, MoneyAct.id == act.id).execute()  # fmt: skip
    record(
        actor, "revenue.act.decided", act.ref, before={"decision": ""}, after={"decision": "approved" if approved else "refused"},
        permission=APPROVE,
    )  # fmt: skip
    if approved:
        _follow(actor, act)
    return MoneyAct.get_of(act.community, act.id)


def _post(actor: Actor, act: MoneyAct, said: list[str]) -> int:
    contract = Contract.get_of(act.community, act.contract_id) if act.contract_id else None
    receipt = Receipt.get_of(act.community, act.receipt_id) if act.receipt_id else None
    if act.act_kind == "receipt_undo":
        assert receipt is not None
        return undo_receipt(actor, receipt, act.reason, said)
    if act.act_kind == "deposit_set_off":
        return _set_off(actor, act, said)
    if act.act_kind == returning.KIND:
        return returning.post(actor, act, said)
    if act.act_kind in opening.KINDS:  # it stands in the books already
        return int(opening.posted(act.community).seq or 0)
    about = f" {contract.business} {contract_number(contract)}" if contract else ""
    return books.enter(
        actor, f"act:{act.id}", act.on_day, f"{ACTS[act.act_kind]}{about}"[:200],
        books.act_lines(act.act_kind, contract, receipt, act.account, act.amount), act.ref, said,
        books.digests_of(act),
    )  # fmt: skip


def _set_off(actor: Actor, act: MoneyAct, said: list[str]) -> int:
    """A deposit pays a due: a receipt of its own, from the deposit."""
    due: Due = Due.get_of(act.community, act.due_id or 0)
    contract: Contract = Contract.get_of(act.community, due.contract_id)
    receipt: Receipt = Receipt.create(
        community=act.community, source="deposit", operator_id=contract.operator_id, owner_class=contract.owner_class,
        amount=act.amount, arrived_on=act.on_day, account=act.account, words=act.reason, **by(actor),
    )  # fmt: skip
    seq = books.enter(
        actor, f"act:{act.id}", act.on_day, f"{ACTS[act.act_kind]} {contract.business} {contract_number(contract)}"[:200],
        books.lines("deposit", receipt, [(contract, act.amount)], act.amount), act.ref, said,
        books.digests_of(act),
    )  # fmt: skip
    Receipt.update(seq=seq).where(Receipt.community == act.community, Receipt.id == receipt.id).execute()
    apply(actor, receipt, [(due, act.amount)], seq, act.on_day)
    return seq


def _follow(actor: Actor, act: MoneyAct) -> None:
    """What follows once the act itself says that it is approved: sums the database checks against it."""
    if act.act_kind == "payout":
        Due.update(paid_fen=act.amount).where(Due.community == act.community, Due.id == act.due_id).execute()
        settle(actor, int(act.due_id or 0), act.on_day)
    elif act.act_kind == "credit_out":
        Receipt.update(given_back_fen=Receipt.given_back_fen + act.amount).where(
            Receipt.community == act.community, Receipt.id == act.receipt_id
        ).execute()
    elif act.act_kind == "receipt_undo":
        receipt: Receipt = Receipt.get_of(act.community, act.receipt_id or 0)
        if receipt.operator_id is not None:
            spend_credit(actor, receipt.operator_id, receipt.owner_class)
    elif act.act_kind == returning.KIND:
        returning.follow(actor, act)
    elif act.act_kind == opening.CREDIT:
        _take_over(actor, act)


def _take_over(actor: Actor, act: MoneyAct) -> None:
    """What was paid before the books began: to the period it is for, else to what is due, the oldest first."""
    receipt = opening.take(actor, act)
    if receipt is None:
        return
    if act.due_id:
        apply(actor, receipt, [(Due.get_of(act.community, act.due_id), act.amount)], int(receipt.seq or 0), today())
        return
    said = [str(_("entered by %(name)s", name=act.by_label)), str(_("approved by %(name)s", name=actor.signature))]
    spend_credit(actor, int(receipt.operator_id or 0), receipt.owner_class, said)


def waiting(community: str) -> list[MoneyAct]:
    """What waits for its second person, the oldest first."""
    return list(MoneyAct.of(community).where(MoneyAct.decision == "").order_by(MoneyAct.id))


def acts_of(community: str, contract_id: int) -> list[MoneyAct]:
    """What was entered about the money of a contract, the newest first."""
    found = MoneyAct.of(community).where(MoneyAct.contract_id == contract_id)
    return list(found.order_by(MoneyAct.id.desc()))


def acts_about(receipt: Receipt) -> list[MoneyAct]:
    """What was entered about the money of a receipt, the newest first."""
    found = MoneyAct.of(receipt.community).where(MoneyAct.receipt_id == receipt.id)
    return list(found.order_by(MoneyAct.id.desc()))
