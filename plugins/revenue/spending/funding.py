"""What spending asks of the ledger: holds, the lines of an allocation and of a payment. Everything in the caller's transaction."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from core import Actor, Refused, yuan
from plugins.revenue.giving.models import float_accounts
from plugins.revenue.ledger.accounts import accounts, open_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.funds import fund
from plugins.revenue.ledger.holds import hold, release
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.spending import city, lists, people
from plugins.revenue.spending.models import Payment, Proposal
from plugins.revenue.texts import _

COST, OWNERS_ASSETS, OWNERS_CUSTODY, CASH, BANK = "5101", "1901", "2601", "1001", "1002"


def place_hold(actor: Actor, proposal: Proposal) -> int:
    """Hold the sum in its fund, so that nobody else spends it; gives the hold. Raises `Refused` for too little money,
    also where the rest waits for the maintenance fund by the city's rules."""
    reason = city.against_spending(proposal.community, proposal.fund, proposal.amount)
    if reason:
        raise Refused(reason, advice=city.ADVICE)
    key = f"{proposal.ref}:{proposal.round}"
    purpose = f"{proposal.number_text} {proposal.title}"
    return hold(actor, key=key, fund=proposal.fund, amount=proposal.amount, record=proposal.ref, purpose=purpose)


def drop_hold(actor: Actor, proposal: Proposal, reason: str) -> None:
    """Give back what is still held."""
    if proposal.hold_id is not None and proposal.amount > lists.spent(proposal):
        release(actor, proposal.hold_id, reason=reason)


def owned_by_owners(community: str, code: str) -> bool:
    """Whether the money of a fund is the estate owners' (《民法典》 §282)."""
    return fund(community, code).owner == "owners"


def needs_vote(proposal: Proposal) -> bool:
    """Whether owners' money is spent, which their vote decides and nobody else."""
    return proposal.proposal_kind != "allocation" and owned_by_owners(proposal.community, proposal.fund)


def payable_from(proposal: Proposal) -> list[tuple[str, str, int]]:
    """The accounts in which the fund has money: (code, name, 分)."""
    heads = (OWNERS_ASSETS,) if owned_by_owners(proposal.community, proposal.fund) else (CASH, BANK)
    floats = float_accounts(proposal.community)
    found = []
    for each in accounts(proposal.community):
        if each.kind == "asset" and each.is_open and each.code.split(".")[0] in heads and each.code not in floats:
            fen = balance(proposal.community, account=each.code, fund=proposal.fund)
            if fen > 0:
                found.append((each.code, each.name, fen))
    return found


def spend(actor: Actor, proposal: Proposal, payment: Payment, day: datetime.date, evidence: Sequence[str]) -> None:
    """Release as much of the hold as is paid, and post it."""
    lines = (
        allocation_lines(actor, proposal)
        if payment.payee_kind == "funds"
        else [_payment_line(actor, proposal, payment)]
    )
    if proposal.hold_id is None:
        raise Refused(_("Nothing is held for this proposal: publish it again."))
    release(actor, proposal.hold_id, reason=f"{proposal.number_text}-{payment.serial}", amount=payment.amount)
    post(
        actor, key=str(payment.ref), day=day, purpose=f"{proposal.number_text} {payment.purpose}", lines=lines,
        record=proposal.ref, evidence=tuple(evidence), approvals=tuple(people.approvals(proposal)),
    )  # fmt: skip


def _payment_line(actor: Actor, proposal: Proposal, payment: Payment) -> Line:
    if owned_by_owners(proposal.community, proposal.fund):
        return Line(payment.amount, payment.account_code, OWNERS_CUSTODY, proposal.fund, proposal.fund)
    return Line(payment.amount, payment.account_code, _cost(actor, proposal), proposal.fund, proposal.fund)


def _cost(actor: Actor, proposal: Proposal) -> str:
    code = f"{COST}.{proposal.number_text}"
    open_account(actor, code, f"{proposal.number_text} {proposal.title}"[:120], "expense")
    return code


def allocation_lines(actor: Actor, proposal: Proposal) -> list[Line]:
    """The lines that give received dues to their funds, from the accounts in which the money stands."""
    purse = [(code, fen) for code, _name, fen in payable_from(proposal)]
    found: list[Line] = []
    for code, amount in lists.by_fund(proposal).items():
        if code == proposal.fund:
            continue
        theirs = owned_by_owners(proposal.community, code)
        kept = _account_under(proposal.community, OWNERS_ASSETS)
        for account, fen in _taken(purse, amount):
            found.append(Line(fen, account, kept if theirs else account, proposal.fund, code))
        if theirs:  # the community hands it over: from now on it is owed to the owners
            found.append(Line(amount, OWNERS_CUSTODY, _cost(actor, proposal), code, proposal.fund))
    return found


def _account_under(community: str, head: str) -> str:
    """The first account below a head in which money lies, else the head itself."""
    return next((each.code for each in accounts(community) if each.is_open and each.code.startswith(f"{head}.")), head)


def _taken(purse: list[tuple[str, int]], amount: int) -> list[tuple[str, int]]:
    """Takes an amount out of the accounts, the first one first; raises `Refused` when it is not there."""
    found = []
    while amount > 0:
        if not purse:
            raise Refused(_("The accounts of the fund lack %(sum)s yuan.", sum=yuan(amount)))
        code, there = purse[0]
        part = min(there, amount)
        found.append((code, part))
        amount -= part
        purse[0] = (code, there - part)
        if there == part:
            del purse[0]
    return found
