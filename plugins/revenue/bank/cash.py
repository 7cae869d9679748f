"""现金盘点: the cash box is counted by one person and seen by a second, and compared with the books of that day."""

from __future__ import annotations

import datetime

import peewee

from core import Actor, Conflict, Invalid, Refused, now, record, rows, today, transactional, violated
from plugins.revenue.bank.accounts import BOOKS, CLOSE, COUNT, bank_of
from plugins.revenue.bank.models import BankAccount, CashCount
from plugins.revenue.ledger.balances import balance
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _


@transactional
def count(actor: Actor, bank_id: int, *, day: datetime.date, counted: int, words: str = "") -> CashCount:
    """Write down what was in the box in the evening of `day` (分). Raises `Invalid`, `Refused` for a bank account, `NotFound`."""
    actor.require(COUNT)
    bank = bank_of(str(actor.community), bank_id)
    if not bank.is_cash:
        raise Refused(_("Only cash is counted; this account has statements."))
    if day > today() or day < bank.opens_on:
        raise Invalid({"day": [_("Between the day the box was begun and today.")]})
    if not 0 <= counted < 10**12:
        raise Invalid({"counted": [_("Please write the amount in yuan.")]})
    booked = balance(bank.community, account=bank.account, as_of=day)
    if counted != booked and not words.strip():
        raise Invalid({"words": [_("It is not what the books say: write what you know about it.")]})
    made = CashCount.create(
        community=bank.community, bank_id=bank.id, day=day, counted=counted, booked=booked, words=words.strip(),
        counted_by=actor.account, counted_person=actor.person, counted_label=actor.signature,
    )  # fmt: skip
    record(
        actor, "revenue.cash_count.counted", made.ref, after={"day": day.isoformat(), "counted": counted, "booked": booked},
        permission=COUNT,
    )  # fmt: skip
    return made


@transactional
def see(actor: Actor, count_id: int, is_right: bool) -> CashCount:
    """The second person says whether that much was there. Raises `Refused` for whoever counted, `Conflict`, `NotFound`."""
    actor.require(CLOSE)
    found: CashCount = CashCount.get_of(str(actor.community), count_id)
    if found.seen_at is not None:
        raise Conflict(_("This count has its second person already."))
    if is_same(actor, found.counted_by, found.counted_person, found.counted_label):
        raise Refused(_("You counted it yourself: somebody else looks at it."))
    try:
        CashCount.update(seen_at=now(), seen_by=actor.account, seen_label=actor.signature, is_right=is_right).where(
            CashCount.id == found.id, CashCount.seen_at.is_null()
        ).execute()
    except peewee.IntegrityError as error:
        if violated(error) in ("revenue_cash_count_kept", "revenue_cash_count_two_people"):
            raise Conflict(_("This count has its second person already.")) from error
        raise
    action = "revenue.cash_count.seen" if is_right else "revenue.cash_count.disputed"
    record(actor, action, found.ref, permission=CLOSE)
    seen: CashCount = CashCount.get_of(found.community, found.id)
    return seen


def counts(actor: Actor, bank_id: int, limit: int = 60) -> list[CashCount]:
    """The counts of a cash box, newest first."""
    actor.require(BOOKS)
    bank = bank_of(str(actor.community), bank_id)
    return list(
        CashCount.of(bank.community)
        .where(CashCount.bank_id == bank.id)
        .order_by(CashCount.day.desc(), CashCount.id.desc())
        .limit(limit)
    )


def waiting(community: str) -> list[CashCount]:
    """Counts that wait for a second person, the oldest first."""
    return list(CashCount.of(community).where(CashCount.seen_at.is_null()).order_by(CashCount.id))


_LAST = """SELECT max(day) FROM revenue_movement WHERE community = ? AND {side} = ? AND day <= ?"""


def counted_well(bank: BankAccount, end: str) -> bool:
    """Whether the box was counted on or after its last movement up to `end`, seen by a second person, and as the books say."""
    days = [
        found[0][0]
        for side in ("source", "destination")
        if (found := rows(_LAST.format(side=side), bank.community, bank.account, end)) and found[0][0]
    ]
    if not days:
        return True
    held = CashCount.of(bank.community).where(
        CashCount.bank_id == bank.id, CashCount.is_right == True, CashCount.day >= max(days)  # noqa: E712
    )  # fmt: skip
    return any(each.counted == balance(bank.community, account=bank.account, as_of=each.day) for each in held)
