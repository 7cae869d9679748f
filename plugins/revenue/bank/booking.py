"""Posting from a line that has no posting yet: what an operator owes, money of an unknown payer, interest, and fees with a second
person. Each posts and matches in one transaction, with the digest of the statement as its evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Conflict, Invalid, NotFound, Refused, now, record, transactional
from plugins.revenue.bank.accounts import BOOKS, MATCH, bank_of
from plugins.revenue.bank.matching import Matcher, join, match
from plugins.revenue.bank.models import BankAccount, Fee, Line, Match, MatchLine, Statement
from plugins.revenue.bank.proposing import shared_name
from plugins.revenue.dues.books import OWNERS_FUND
from plugins.revenue.dues.models import Contract, Due, Operator, Receipt
from plugins.revenue.dues.receiving import open_dues, receive
from plugins.revenue.dues.spans import span_text
from plugins.revenue.ledger.accounts import account as ledger_account
from plugins.revenue.ledger.entries import entries_about
from plugins.revenue.ledger.funds import fund as ledger_fund
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.movable import too_much
from plugins.revenue.ledger.periods import booking_day
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import Posted, post
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _

APPROVE = "revenue.approve"
CUSTODY = "2601"
INTEREST = "4901"
FEES = "5401"


def line_of(community: str, line_id: int) -> Line:
    """One line of a statement that holds; raises `NotFound`."""
    found: Line = Line.get_of(community, line_id)
    if found.withdrawn:
        raise NotFound
    return found


def is_open(line: Line) -> bool:
    """Whether nothing explains the line yet."""
    held = MatchLine.of(line.community).where(MatchLine.line_id == line.id, MatchLine.undone == False)  # noqa: E712
    return not held.exists()


def open_line(community: str, line_id: int) -> tuple[Line, BankAccount]:
    """A line that waits for its posting, with its account; raises `Conflict`, `NotFound`."""
    line = line_of(community, line_id)
    if not is_open(line):
        raise Conflict(_("This line has been matched meanwhile."))
    return line, bank_of(community, line.bank_id)


def is_custody(bank: BankAccount) -> bool:
    """Whether the owners' money lies in the account: it is kept for them and never income of the community."""
    return bank.account.startswith("1901") or ledger_account(bank.community, bank.account).holder == "owners"


def _post(
    actor: Actor, line: Line, key: str, purpose: str, movement: Movement, approvals: tuple[str, ...] = ()
) -> Posted:
    return post(
        actor, key=f"{key}:{line.id}:{_times(line)}", day=booking_day(line.community, line.day), purpose=purpose, lines=[movement], record=line.ref,
        evidence=_paper(line), approvals=list(approvals),
    )  # fmt: skip


def _paper(line: Line) -> tuple[str, ...]:
    """The digest of the statement a line stands on: of its file, or of what was typed from paper."""
    return (str(Statement.get_of(line.community, line.statement_id).sha256),)


def _times(line: Line) -> int:
    """How often the line was matched before: after a reversal the same line is posted anew under another key."""
    return int(MatchLine.of(line.community).where(MatchLine.line_id == line.id).count())


@dataclass(frozen=True)
class OpenDue:
    """A due that waits for money, as it is offered for a line. `is_likely` where the other side's name or the amount fits."""

    id: int
    operator: str
    title: str
    open_fen: int
    is_likely: bool


def dues_for(line: Line) -> list[OpenDue]:
    """The dues money of this line can be for, the likeliest first; only one is likely, or none."""
    bank = bank_of(line.community, line.bank_id)
    if line.amount < 0 or bank.is_cash:
        return []
    found = []
    for operator in Operator.of(line.community):
        for due in open_dues(line.community, operator.id, "owners" if is_custody(bank) else "community"):
            score = 2 * shared_name(operator.name, f"{line.payer} {line.memo}") + (due.open_fen == line.amount)
            found.append((score, due, operator.name))
    found.sort(key=lambda each: (-each[0], each[1].first_day, each[1].id))
    best = found[0][0] if found else 0
    alone = best > 0 and (len(found) < 2 or found[1][0] < best or found[0][2] == found[1][2])
    return [
        OpenDue(due.id, name, _what_for(due), due.open_fen, alone and at == 0)
        for at, (_score, due, name) in enumerate(found[:40])
    ]


def _what_for(due: Due) -> str:
    contract: Contract = Contract.get_of(due.community, due.contract_id)
    return f"{contract.business} {span_text(due.first_day, due.last_day)}"


@transactional
def as_due(actor: Actor, line_id: int, due_id: int) -> Match:
    """Money an operator owes: received for this due, what is more for the operator's next. Raises as `as_unknown`."""
    actor.require(MATCH)
    line, bank = _came_in(actor, line_id)
    due: Due = Due.get_of(line.community, due_id)
    contract: Contract = Contract.get_of(line.community, due.contract_id)
    made = receive(
        actor, amount=line.amount, arrived_on=booking_day(line.community, line.day), account=bank.account, operator_id=contract.operator_id, dues=[due.id],
        payer=line.payer, words=line.memo, evidence=_paper(line),
    )  # fmt: skip
    return match(actor, bank.id, [line.id], [_seq(made)], "due")


@transactional
def as_unknown(actor: Actor, line_id: int) -> Match:
    """不明款: money came in and nobody knows from whom yet. It stands in its own fund and is nobody's income.

    Raises `Refused` for money that went out or a closed month, `Conflict`, `NotFound`.
    """
    actor.require(MATCH)
    line, bank = _came_in(actor, line_id)
    words = line.memo or str(_("Line of a statement without words"))
    made = receive(
        actor, amount=line.amount, arrived_on=booking_day(line.community, line.day), account=bank.account, payer=line.payer, words=words,
        evidence=_paper(line),
    )  # fmt: skip
    return match(actor, bank.id, [line.id], [_seq(made)], "unknown")


def _came_in(actor: Actor, line_id: int) -> tuple[Line, BankAccount]:
    line, bank = open_line(str(actor.community), line_id)
    if line.amount < 0:
        raise Refused(_("Money went out here."))
    return line, bank


def _seq(receipt: Receipt) -> int:
    """The posting by which a receipt came in."""
    found = entries_about(receipt.community, receipt.ref)
    return found[0].seq


@transactional
def as_interest(actor: Actor, line_id: int, fund: str) -> Match:
    """Interest the bank paid, into `fund`; on the owners' account it is theirs. Raises as `as_unknown`."""
    actor.require(MATCH)
    line, bank = _came_in(actor, line_id)
    chosen = _fund_for(bank, fund)
    source = CUSTODY if is_custody(bank) else INTEREST
    posted = _post(
        actor, line, "bank.interest", "银行存款利息", Movement(line.amount, source, bank.account, chosen, chosen)
    )
    return match(actor, bank.id, [line.id], [posted.seq], "interest")


def _fund_for(bank: BankAccount, code: str) -> str:
    if is_custody(bank):
        return OWNERS_FUND
    found = next((each for each in funds(bank.community) if each.code == code and each.is_open), None)
    if found is None:
        raise Invalid({"fund": [_("Choose the fund.")]})
    if found.owner == "owners":
        raise Invalid({"fund": [_("This fund is the owners'; its money lies in their own account.")]})
    return found.code


# --------------------------------------------------------------------------- fees, with a second person


@transactional
def ask_fee(actor: Actor, line_id: int, fund: str, words: str) -> Fee:
    """Write down that the bank took a fee, to be paid out of `fund`: posted once a second person approves.

    Raises `Invalid`, `Refused`, `Conflict`, `NotFound`.
    """
    actor.require(MATCH)
    line, bank = open_line(str(actor.community), line_id)
    if line.amount > 0:
        raise Refused(_("Money came in here: this is no fee."))
    if not words.strip():
        raise Invalid({"words": [_("Say what the bank took it for.")]})
    chosen = _fund_for(bank, fund)
    ledger_fund(line.community, chosen)
    _not_too_much(line)
    if Fee.of(line.community).where(Fee.line_id == line.id, Fee.decided_at.is_null()).exists():
        raise Conflict(_("This fee waits for its second person already."))
    made = Fee.create(
        community=line.community, line_id=line.id, fund=chosen, words=words.strip(), entered_by=actor.account,
        entered_person=actor.person, by_label=actor.signature,
    )  # fmt: skip
    record(actor, "revenue.bank_fee.asked", made.ref, after={"amount": line.amount, "fund": chosen}, permission=MATCH)
    return made


@transactional
def decide_fee(actor: Actor, fee_id: int, approve: bool) -> Fee:
    """The second person approves the fee (posted and matched at once) or refuses it (the line is open again).

    Raises `Refused` for whoever wrote it down, `Conflict` when it is decided, `NotFound`.
    """
    actor.require(APPROVE)
    fee: Fee = Fee.get_of(str(actor.community), fee_id)
    if fee.decided_at is not None:
        raise Conflict(_("This is decided already."))
    if is_same(actor, fee.entered_by, fee.entered_person, fee.by_label):
        raise Refused(_("You wrote it down yourself: somebody else approves it."))
    seq = _pay_fee(actor, fee) if approve else None
    Fee.update(
        decided_at=now(), decided_by=actor.account, decided_label=actor.signature, is_approved=approve, seq=seq
    ).where(Fee.id == fee.id, Fee.decided_at.is_null()).execute()
    record(actor, "revenue.bank_fee.approved" if approve else "revenue.bank_fee.refused", fee.ref, permission=APPROVE)
    decided: Fee = Fee.get_of(fee.community, fee.id)
    return decided


def _not_too_much(line: Line) -> None:
    """Whatever is called a fee is still paid by two people whom nobody has read about before."""
    words = too_much(line.community, booking_day(line.community, line.day), -line.amount)
    if words is not None:
        raise Refused(words)


def _pay_fee(actor: Actor, fee: Fee) -> int:
    line, bank = open_line(fee.community, fee.line_id)
    _not_too_much(line)
    destination = CUSTODY if is_custody(bank) else FEES
    movement = Movement(-line.amount, bank.account, destination, fee.fund, fee.fund)
    approvals = (
        str(_("entered: %(name)s", name=fee.by_label)), str(_("approved: %(name)s", name=actor.signature)),
    )  # fmt: skip
    posted = _post(actor, line, "bank.fee", f"银行手续费：{fee.words}", movement, approvals)
    # The match is the bookkeeper's, who found the line; whoever approves a fee may still close the month.
    join(actor, bank.id, [line.id], [posted.seq], "fee", Matcher(fee.entered_by, fee.entered_person, fee.by_label))
    return posted.seq


def fees_waiting(actor: Actor) -> list[tuple[Fee, Line, BankAccount]]:
    """Fees nobody has decided on, the oldest first."""
    actor.require(BOOKS)
    community = str(actor.community)
    held = Fee.of(community).where(Fee.decided_at.is_null()).order_by(Fee.id)
    found = []
    for fee in held:
        line: Line = Line.get_of(community, fee.line_id)
        found.append((fee, line, bank_of(community, line.bank_id)))
    return found
