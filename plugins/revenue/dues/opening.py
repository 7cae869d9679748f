"""What operators had paid before the books began here: deposits, money in advance and shares stand in the opening balances.

Two people say whose each part is. Nothing is posted by that, for it is in the books already; from then on it lives as if it had come
in here: a deposit is set off or given back, an advance pays the next share, what lay in 待分配 pays a period of before and is allocated.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Invalid, NotFound, Refused, yuan
from plugins.revenue.dues import books
from plugins.revenue.dues.access import by
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Part, Receipt
from plugins.revenue.dues.states import OPEN
from plugins.revenue.giving.models import Opening
from plugins.revenue.giving.opening import current, lines_of
from plugins.revenue.ledger.accounts import account
from plugins.revenue.texts import _

DEPOSIT, CREDIT, UNDO = "deposit_opening", "credit_opening", "deposit_opening_undo"
KINDS = (DEPOSIT, CREDIT, UNDO)
FOR_DUES = ("unallocated", "owners")
"""Funds whose opening money is nobody's credit: it pays what is due, and nothing else."""


@dataclass(frozen=True)
class Unassigned:
    """What of the opening balances nobody has been named for yet, in 分: deposits, advances, 待分配 and the owners' money."""

    deposits: int = 0
    advances: int = 0
    shares: int = 0
    owners: int = 0


def unassigned(community: str) -> Unassigned:
    """What is left to be said whose it is."""
    opening = current(community)
    if opening is None:
        return Unassigned()
    return _less_assigned(community, _holds(opening))


def _holds(opening: Opening) -> dict[str, int]:
    """What opening balances have of each, whosever it is."""
    community = opening.community
    sums = {"deposits": 0, "advances": 0, "unallocated": 0, "owners": 0}
    for line in lines_of(opening):
        head, owned = line.account.split(".")[0], account(community, line.account).kind == "asset"
        if line.fund in ("unallocated", "owners"):
            sums[line.fund] += line.amount if owned else -line.amount
        elif line.fund == "deposits" and line.account.startswith(books.DEPOSITS):
            sums["deposits"] += line.amount
        elif line.fund == "deposits" and head == books.ADVANCE:
            sums["advances"] += line.amount
    return sums


def _less_assigned(community: str, sums: dict[str, int]) -> Unassigned:
    sums["deposits"] -= deposits_assigned(community)
    for receipt in Receipt.of(community).where(Receipt.opening_fund != "", Receipt.undone_on.is_null()):
        sums["advances" if receipt.opening_fund == "deposits" else receipt.opening_fund] -= receipt.amount
    return Unassigned(sums["deposits"], sums["advances"], sums["unallocated"], sums["owners"])


def deposits_assigned(community: str, contract_id: int | None = None) -> int:
    """What of the deposits in the opening balances was said to be a contract's, in 分; of one contract, or of all."""
    found = MoneyAct.of(community).where(MoneyAct.act_kind.in_((DEPOSIT, UNDO)), MoneyAct.decision == "approved")
    if contract_id is not None:
        found = found.where(MoneyAct.contract_id == contract_id)
    return sum(each.amount if each.act_kind == DEPOSIT else -each.amount for each in found)


def check_opening(opening: Opening) -> None:
    """Whether opening balances still hold what was assigned of them to contracts. Raises `Refused`, saying of what how much."""
    there = _holds(opening)
    left = _less_assigned(opening.community, dict(there))
    for name, what, fen in (
        ("deposits", _("deposits of operators"), left.deposits),
        ("advances", _("money operators paid in advance"), left.advances),
        ("unallocated", _("money not yet allocated"), left.shares),
        ("owners", _("money of the owners"), left.owners),
    ):
        if fen < 0:
            raise Refused(
                _(
                    "Of %(what)s %(assigned)s yuan have been assigned to contracts already; here are only %(there)s yuan.",
                    what=what, assigned=yuan(there[name] - fen), there=yuan(there[name]),
                ),
                advice=_(
                    "Somebody would get money that is not there. First take back what was assigned wrongly: a deposit on the page of "
                    "its contract, everything else on the page of its receipt."
                ),
            )  # fmt: skip


def fund_of(act: MoneyAct) -> str:
    """In which fund the money of an act stood: the owners' in theirs, for a period in 待分配, else with the deposits."""
    if act.act_kind != CREDIT:
        return "deposits"
    if books.class_of(act.account) == "owners":
        return "owners"
    return "unallocated" if act.due_id else "deposits"


def check(act: MoneyAct) -> None:
    """Whether so much is left of it, and whether the period takes it. Raises `Refused`, `Invalid`."""
    contract: Contract = Contract.get_of(act.community, act.contract_id or 0)
    if not contract.number:
        raise NotFound
    if act.act_kind == UNDO:
        if act.amount > deposits_assigned(act.community, contract.id):
            raise Refused(_("So much deposit from before the books began was not assigned to this contract."))
        return
    left = unassigned(act.community)
    fund = fund_of(act)
    if act.act_kind == CREDIT:
        if books.check_account(act.community, act.account) != contract.owner_class:
            raise Invalid({"account": [_("This account is not for the space of this contract.")]})
        there = {"deposits": left.advances, "unallocated": left.shares, "owners": left.owners}[fund]
    else:
        there = left.deposits
    if act.amount > there:
        raise Refused(
            _("The opening balances have only %(there)s yuan of this for which nobody is named yet.", there=yuan(max(there, 0)))
        )  # fmt: skip
    if act.due_id:
        due: Due = Due.get_of(act.community, act.due_id)
        if due.state not in OPEN or act.amount > due.open_fen:
            raise Refused(_("So much is not to be paid for this period."))
    elif fund in FOR_DUES:
        raise Refused(
            _("The owners' money from before the books began pays only what is to be paid for a period."),
            advice=_(
                "Enter it on the page of the period it was paid for. Anything else the owners decide by their vote."
            ),
        )


def may_go_back(receipt: Receipt) -> int:
    """What of a receipt can be given back to the operator, in 分.

    Money of the owners, or in 待分配, that stood in the opening balances belongs to no operator: only what paid a period once and
    was freed by a correction goes back.
    """
    if receipt.opening_fund not in FOR_DUES:
        return receipt.credit_fen
    most: dict[int, int] = {}
    stays: dict[int, int] = {}
    for part in Part.of(receipt.community).where(Part.receipt_id == receipt.id):
        most[part.due_id] = max(most.get(part.due_id, 0), part.amount)
        stays[part.due_id] = stays.get(part.due_id, 0) + (0 if part.undone_on else part.amount)
    freed = sum(max(fen - stays[key], 0) for key, fen in most.items())
    return max(min(receipt.credit_fen, freed - receipt.given_back_fen), 0)


def take(actor: Actor, act: MoneyAct) -> Receipt | None:
    """What was paid in advance, or for a period, becomes a receipt of the operator; gives it, None for a deposit."""
    if act.act_kind != CREDIT:
        return None
    contract: Contract = Contract.get_of(act.community, act.contract_id or 0)
    opening = posted(act.community)
    receipt: Receipt = Receipt.create(
        community=act.community, operator_id=contract.operator_id, owner_class=contract.owner_class, amount=act.amount,
        arrived_on=opening.opening_day, account=act.account, words=act.reason, opening_fund=fund_of(act), seq=opening.seq, **by(actor),
    )  # fmt: skip
    return receipt


def posted(community: str) -> Opening:
    """The opening balances in the books. Raises `Refused` where there are none."""
    found = current(community)
    if found is None or found.seq is None:
        raise Refused(_("There are no opening balances in the books yet."))
    return found
