"""Money as it arrives: posted at once, divided over dues, what is left is the operator's credit 预收; unknown payers until known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from core import Actor, Invalid, Refused, advance, attach, record, tell_followers, today, transactional
from plugins.revenue.dues import books
from plugins.revenue.dues.access import RECEIVE, by, signer
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Operator, Part, Receipt, contract_number
from plugins.revenue.dues.spans import span_text
from plugins.revenue.dues.states import IN_FORCE, OPEN
from plugins.revenue.texts import _

MOST = 10**13


def open_dues(community: str, operator_id: int, owner_class: str) -> list[Due]:
    """What this operator has still to pay for space of this class, the oldest first."""
    contracts = Contract.of(community, Contract.id).where(
        Contract.operator_id == operator_id, Contract.owner_class == owner_class
    )
    found = Due.of(community).where(Due.contract_id.in_(contracts), Due.state.in_(OPEN))
    return list(found.order_by(Due.first_day, Due.id))


def divide(amount: int, dues: Sequence[Due]) -> list[tuple[Due, int]]:
    """An amount over dues in their order, each in full before the next; what is left over is nobody's."""
    cuts = []
    for due in dues:
        take = min(amount, due.open_fen)
        if take > 0:
            cuts.append((due, take))
            amount -= take
    return cuts


@transactional
def receive(
    actor: Actor, *, amount: int | None, arrived_on: datetime.date, account: str, operator_id: int | None = None,
    dues: Sequence[int] = (), payer: str = "", words: str = "", evidence: Sequence[str] = (),
    scans: Sequence[tuple[str, str]] = (),
) -> Receipt:  # fmt: skip
    """Money arrived: one receipt and its posting. `dues` are paid in that order, else the oldest first.

    Without an operator it waits among the unknown payers. `evidence` are SHA-256 of papers that are kept elsewhere, such as the
    statement it stands on, `scans` tokens of uploads that show it: their digests stand in the entry. Raises `Invalid` at the
    fields, `Refused` by the ledger.
    """
    actor.require(RECEIVE)
    signer(actor)
    community = str(actor.community)
    if amount is None or not 0 < amount <= MOST:
        raise Invalid({"amount": [_("Please write the amount that arrived.")]})
    if arrived_on > today():
        raise Invalid({"arrived_on": [_("This day is still to come.")]})
    owner_class = books.check_account(community, account)
    receipt = Receipt(
        community=community, operator_id=operator_id, owner_class=owner_class, amount=amount, arrived_on=arrived_on,
        account=account, payer=payer.strip(), words=words.strip(), was_unknown=operator_id is None, **by(actor),
    )  # fmt: skip
    if operator_id is None and not payer.strip() and not words.strip():
        raise Invalid({"payer": [_("Write what the bank says of the payer, so that it can be found out.")]})
    cuts = _chosen(community, operator_id, owner_class, amount, dues) if operator_id is not None else []
    receipt.save(force_insert=True)
    if scans:
        attach(actor, receipt.ref, books.SCAN, list(scans), permission=RECEIVE)
    evidence = tuple(dict.fromkeys((*evidence, *books.digests_of(receipt))))
    if operator_id is None:
        receipt.seq = books.enter(
            actor, f"receipt:{receipt.id}", arrived_on, str(_("Money arrived, the payer is not known yet")),
            books.unknown_lines(receipt), receipt.ref, evidence=evidence,
        )  # fmt: skip
        _keep_seq(receipt, seq=receipt.seq)
    else:
        seq = books.enter(
            actor, f"receipt:{receipt.id}", arrived_on, purpose_of(community, operator_id, cuts),
            books.lines("money", receipt, with_contracts(cuts), amount), receipt.ref, evidence=evidence,
        )  # fmt: skip
        _keep_seq(receipt, seq=seq)
        apply(actor, receipt, cuts, seq, arrived_on)
        spend_credit(actor, operator_id, owner_class)  # chosen periods are paid: the rest goes to the others
    record(
        actor, "revenue.receipt.entered", receipt.ref,
        after={"amount": amount, "arrived_on": arrived_on.isoformat(), "account": account, "operator_id": operator_id, "payer": receipt.payer},
        permission=RECEIVE,
    )  # fmt: skip
    return Receipt.get_of(community, receipt.id)


def _chosen(
    community: str, operator_id: int, owner_class: str, amount: int, dues: Sequence[int]
) -> list[tuple[Due, int]]:
    Operator.get_of(community, operator_id)
    there = {due.id: due for due in open_dues(community, operator_id, owner_class)}
    if not set(dues) <= set(there):
        raise Invalid({"dues": [_("One of these has been paid meanwhile, or is not to be paid into this account.")]})
    first = [there[key] for key in dict.fromkeys(dues)]
    return divide(amount, first or list(there.values()))


def with_contracts(cuts: Iterable[tuple[Due, int]]) -> list[books.Cut]:
    """Each with the contract of its due."""
    return [(Contract.get_of(due.community, due.contract_id), fen) for due, fen in cuts]


def purpose_of(community: str, operator_id: int, cuts: Sequence[tuple[Due, int]]) -> str:
    """What a posting is for, in plain words. The ledger is public and stays: a person who runs something is a number in it."""
    operator: Operator = Operator.get_of(community, operator_id)
    name = str(_("Operator no. %(number)d", number=operator.id)) if operator.is_natural_person else operator.name
    if not cuts:
        return str(_("%(operator)s pays in advance", operator=name))[:200]
    said = []
    for due, _fen in cuts:
        contract: Contract = Contract.get_of(community, due.contract_id)
        said.append(f"{contract.business} {contract_number(contract)} {span_text(due.first_day, due.last_day)}")
    return str(_("%(operator)s pays the share: %(what)s", operator=name, what="、".join(said)))[:200]


def _keep_seq(receipt: Receipt, **values: int | None) -> None:
    Receipt.update(**values).where(Receipt.community == receipt.community, Receipt.id == receipt.id).execute()


def apply(actor: Actor, receipt: Receipt, cuts: Iterable[tuple[Due, int]], seq: int, day: datetime.date) -> None:
    """Put parts of a receipt to dues; what a due has received, and where it stands, follows."""
    for due, fen in cuts:
        Part.insert(
            community=receipt.community, receipt_id=receipt.id, due_id=due.id, amount=fen, seq=seq, on_day=day
        ).execute()
        settle(actor, due.id, day)


def settle(actor: Actor, due_id: int, day: datetime.date | None = None, less: int = 0) -> Due:
    """Bring a due to the state that follows from its sum, what it has received and the day; nothing where it stands there.

    `less` 分 are about to be taken from it: it leaves “settled in full” before they go.
    """
    due: Due = Due.get_of(str(actor.community), due_id)
    verb, target = _standing(due, due.received_fen - less)
    # While a correction waits for its review, the due stands where it is.
    if due.state == target or due.state not in (*IN_FORCE, "reviewed", "returned"):
        return due
    fields = {"received_on": day or today()} if target == "received" else {"received_on": None}
    done: Due = advance(actor, due, verb, **fields)
    if target in ("received", "overdue", "part_paid"):
        tell_followers(actor, due.ref, f"{verb}.{due.received_fen}", _told(due, target))
    return done


def _told(due: Due, target: str) -> str:
    words = {
        "received": _("%(period)s has been paid in full."),
        "part_paid": _("%(period)s has been paid in part."),
        "overdue": _("%(period)s is overdue for payment."),
    }
    return str(words[target] % {"period": span_text(due.first_day, due.last_day)})


def _standing(due: Due, received: int) -> tuple[str, str]:
    share = due.due_fen or 0
    if share < 0:
        return ("settle", "received") if due.paid_fen == -share else ("owe", "payable")
    if received == share:
        return "settle", "received"
    if due.pay_by is not None and due.pay_by < today():
        return "lapse", "overdue"
    return ("part", "part_paid") if received else ("fall_due", "due")


# --------------------------------------------------------------------------- credit, and payers who become known


@transactional
def spend_credit(actor: Actor, operator_id: int, owner_class: str, approvals: Sequence[str] = ()) -> int:
    """Set what the operator has paid too much or in advance against what is due, the oldest first; gives 分 set off."""
    community = str(actor.community)
    spent = 0
    asked = MoneyAct.of(community, MoneyAct.receipt_id).where(
        MoneyAct.decision == "", MoneyAct.receipt_id.is_null(False)
    )
    going = {key for (key,) in asked.tuples()}  # somebody is to decide whether it goes back
    for receipt in credits_of(community, operator_id, owner_class):
        if receipt.id in going:
            continue
        cuts = divide(receipt.credit_fen, open_dues(community, operator_id, owner_class))
        if not cuts:
            break
        total = sum(fen for _due, fen in cuts)
        made = books.lines("credit", receipt, with_contracts(cuts), total)
        seq = receipt.seq or 0
        if made:
            number = Part.of(community).where(Part.receipt_id == receipt.id).count()
            seq = books.enter(
                actor,
                f"credit:{receipt.id}:{number}",
                today(),
                purpose_of(community, operator_id, cuts),
                made,
                receipt.ref,
                approvals,
                books.evidence_of(receipt),
            )
        apply(actor, receipt, cuts, seq, today())
        spent += total
    return spent


def spend_all_credit(actor: Actor) -> int:
    """Set off what any operator has in advance against what is open of theirs; gives 分. What is open may have come about in any way."""
    left = {(int(each.operator_id or 0), str(each.owner_class)) for each in all_credits(str(actor.community))}
    return sum(spend_credit(actor, operator_id, owner_class) for operator_id, owner_class in sorted(left))


def all_credits(community: str) -> list[Receipt]:
    """The receipts of any known operator of which something is left, the oldest first."""
    found = Receipt.of(community).where(Receipt.operator_id.is_null(False), Receipt.undone_on.is_null())
    return list(found.where(Receipt.amount > Receipt.applied_fen + Receipt.given_back_fen).order_by(Receipt.id))


def credits_of(community: str, operator_id: int, owner_class: str | None = None) -> list[Receipt]:
    """The receipts of an operator of which something is left, the oldest first."""
    found = Receipt.of(community).where(Receipt.operator_id == operator_id, Receipt.undone_on.is_null())
    found = found.where(Receipt.amount > Receipt.applied_fen + Receipt.given_back_fen)
    if owner_class:
        found = found.where(Receipt.owner_class == owner_class)
    return list(found.order_by(Receipt.id))


def credit(community: str, operator_id: int, owner_class: str | None = None) -> int:
    """What an operator has paid in advance, in 分."""
    return sum(each.credit_fen for each in credits_of(community, operator_id, owner_class))


@transactional
def recognise(actor: Actor, receipt_id: int, operator_id: int, dues: Sequence[int] = ()) -> Receipt:
    """An unknown payer is known: the money is transferred to what they owe, the rest to their credit."""
    actor.require(RECEIVE)
    signer(actor)
    community = str(actor.community)
    receipt: Receipt = Receipt.get_of(community, receipt_id)
    if receipt.operator_id is not None or receipt.undone_on is not None:
        raise Refused(_("This money has been assigned already."))
    cuts = _chosen(community, operator_id, receipt.owner_class, receipt.amount, dues)
    made = books.lines("unknown", receipt, with_contracts(cuts), receipt.amount)
    seq = receipt.seq or 0
    if made:
        seq = books.enter(
            actor, f"known:{receipt.id}", today(), purpose_of(community, operator_id, cuts), made, receipt.ref,
            evidence=books.evidence_of(receipt),
        )  # fmt: skip
    _keep_seq(receipt, operator_id=operator_id, assigned_seq=seq if made else None)
    receipt = Receipt.get_of(community, receipt_id)
    apply(actor, receipt, cuts, seq, today())
    record(
        actor, "revenue.receipt.assigned", receipt.ref, before={"operator_id": None}, after={"operator_id": operator_id},
        permission=RECEIVE,
    )  # fmt: skip
    return Receipt.get_of(community, receipt_id)


def unknown(community: str) -> list[Receipt]:
    """Money of which nobody knows who paid it, the oldest first."""
    found = Receipt.of(community).where(Receipt.operator_id.is_null(), Receipt.undone_on.is_null())
    return list(found.order_by(Receipt.arrived_on, Receipt.id))


@transactional
def mark_overdue(actor: Actor) -> int:
    """What was to be paid by yesterday is overdue 超期 from today, unless the operator has paid in advance; gives how many."""
    spend_all_credit(actor)
    late = Due.of(str(actor.community), Due.id).where(Due.state.in_(("due", "part_paid")), Due.pay_by < today())
    keys = [int(key) for (key,) in late.tuples()]
    for key in keys:
        settle(actor, key)
    return len(keys)
