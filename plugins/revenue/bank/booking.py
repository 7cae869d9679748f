"""Posting from a line that has no posting yet: money of an unknown payer, interest, and fees with a second
person. Each posts and matches in one transaction.
"""

from __future__ import annotations

from core import Actor, Conflict, Invalid, NotFound, Refused, now, record, transactional
from plugins.revenue.bank.accounts import BOOKS, MATCH, bank_of, same_person
from plugins.revenue.bank.matching import Matcher, join, match
from plugins.revenue.bank.models import BankAccount, Fee, Line, Match, MatchLine
from plugins.revenue.ledger.accounts import account as ledger_account
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.funds import fund as ledger_fund
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import Posted, post
from plugins.revenue.texts import _

APPROVE = "revenue.approve"
UNKNOWN_ACCOUNT = "2209.unknown"
UNKNOWN_FUND = "unknown"
OWNERS_FUND = "owners"
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
        actor, key=f"{key}:{line.id}:{_times(line)}", day=line.day, purpose=purpose, lines=[movement], record=line.ref,
        approvals=list(approvals),
    )  # fmt: skip


def _times(line: Line) -> int:
    """How often the line was matched before: after a reversal the same line is posted anew under another key."""
    return int(MatchLine.of(line.community).where(MatchLine.line_id == line.id).count())


@transactional
def as_unknown(actor: Actor, line_id: int) -> Match:
    """不明款: money came in and nobody knows from whom yet. It stands in its own fund and is nobody's income.

    Raises `Refused` for money that went out or a closed month, `Conflict`, `NotFound`.
    """
    actor.require(MATCH)
    line, bank = _came_in(actor, line_id)
    if is_custody(bank):
        movement = Movement(line.amount, CUSTODY, bank.account, OWNERS_FUND, OWNERS_FUND)
    else:
        open_account(actor, UNKNOWN_ACCOUNT, "不明款", "liability")
        movement = Movement(line.amount, UNKNOWN_ACCOUNT, bank.account, UNKNOWN_FUND, UNKNOWN_FUND)
    posted = _post(actor, line, "bank.unknown", "收到款项，付款人待查", movement)
    return match(actor, bank.id, [line.id], [posted.seq], "unknown")


def _came_in(actor: Actor, line_id: int) -> tuple[Line, BankAccount]:
    line, bank = open_line(str(actor.community), line_id)
    if line.amount < 0:
        raise Refused(_("Money went out here."))
    return line, bank


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
    if same_person(actor, fee.entered_by, fee.entered_person, fee.by_label):
        raise Refused(_("You wrote it down yourself: somebody else approves it."))
    seq = _pay_fee(actor, fee) if approve else None
    Fee.update(
        decided_at=now(), decided_by=actor.account, decided_label=actor.signature, is_approved=approve, seq=seq
    ).where(Fee.id == fee.id, Fee.decided_at.is_null()).execute()
    record(actor, "revenue.bank_fee.approved" if approve else "revenue.bank_fee.refused", fee.ref, permission=APPROVE)
    decided: Fee = Fee.get_of(fee.community, fee.id)
    return decided


def _pay_fee(actor: Actor, fee: Fee) -> int:
    line, bank = open_line(fee.community, fee.line_id)
    destination = CUSTODY if is_custody(bank) else FEES
    movement = Movement(-line.amount, bank.account, destination, fee.fund, fee.fund)
    approvals = (f"entered {fee.by_label}", f"approved {actor.signature}")
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
