"""What is asked of this part before people change the books by hand: receipts, deposits, payouts and what contracts name."""

from __future__ import annotations

from core import Actor
from plugins.revenue.dues import books
from plugins.revenue.dues.models import Contract, Due, RuleChange, RuleVersion, contract_number
from plugins.revenue.dues.states import OPEN
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.entries import EntryLine
from plugins.revenue.texts import _


def of_receipt(_actor: Actor, found: EntryLine, _replaced: bool) -> Elsewhere:
    """A receipt is taken back with all its postings, and the dues it paid are open again."""
    return Elsewhere(
        _("This entry belongs to money an operator paid."),
        _("Take the receipt back on its page: a second person approves it, and what it paid is open again."),
        f"/desk/receipts/{found.record.id if found.record else ''}",
    )


def of_act(_actor: Actor, _found: EntryLine, _replaced: bool) -> Elsewhere:
    """A deposit or a payout is put right by its opposite, which takes two people as well."""
    return Elsewhere(
        _("This entry belongs to a deposit or a payout."),
        _("Enter the opposite there: the deposit back or anew, the money that came back as a receipt. A second person approves it."),
        "/desk/acts",
    )  # fmt: skip


_OWN = (f"{books.INCOME}.", books.DEPOSITS, books.ADVANCE, books.UNKNOWN)


def of_account(_community: str, account: str) -> Elsewhere | None:
    """What a contract brings in, deposits, money in advance and money of unknown payers have pages of their own."""
    if not account.startswith(_OWN):
        return None
    return Elsewhere(
        _("This account belongs to contracts and what is due by them."),
        _("Enter the money as a receipt, or a deposit or payout on its own page."),
        "/desk/receipts",
    )


def of_code(_community: str, code: str) -> Elsewhere | None:
    """Each contract has an account of its own, numbered here."""
    if not code.startswith(_OWN):
        return None
    return Elsewhere(
        _("This code is one of contracts and what is due by them."),
        _("It is opened there by the program, and stays as it is."),
        "/desk/contracts",
    )


def of_fund(community: str, code: str) -> Elsewhere | None:
    """A fund stays open while a contract's rule sends money into it, or money under such a rule waits to be allocated."""
    for contract in Contract.of(community).where(Contract.state != "dropped").order_by(Contract.id):
        asked = RuleChange.of(community).where(RuleChange.contract_id == contract.id, RuleChange.state == "asked")
        named = [*RuleVersion.of(community).where(RuleVersion.contract_id == contract.id), *asked]
        if all(part["to"] != code for each in named for part in each.rule["split"]):
            continue
        if contract.state != "ended" or _unallocated(contract):
            return Elsewhere(
                _("By its rule, the contract %(number)s brings money into this fund.", number=contract_number(contract)),
                _("It can be closed when no rule names it and nothing is left to be allocated."), f"/desk/contracts/{contract.id}",
            )  # fmt: skip
    return None


def _unallocated(contract: Contract) -> bool:
    open_still = Due.state.in_((*OPEN, "declared", "computed", "reviewed"))
    waits = (Due.state == "received") & (Due.received_fen > Due.allocated_fen)
    return bool(Due.of(contract.community).where(Due.contract_id == contract.id, open_still | waits).exists())


OWNERS = {"revenue.receipt": of_receipt, "revenue.act": of_act}
