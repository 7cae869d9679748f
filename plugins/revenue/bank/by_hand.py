"""What statements say of an entry that somebody wants to take back by hand."""

from __future__ import annotations

from plugins.revenue.bank.accounts import last_statement
from plugins.revenue.bank.models import BankAccount, MatchEntry
from plugins.revenue.ledger.by_hand import ABSENT, MATCHED
from plugins.revenue.ledger.entries import entry


def on_statement(community: str, seq: int, account: str) -> str:
    """`MATCHED` where a line is this money, `ABSENT` where statements cover its day and no line is, else empty.

    A cash box has no statement: what was in it nobody else has written down.
    """
    bank: BankAccount | None = BankAccount.of(community).where(BankAccount.account == account).first()
    if bank is None or bank.is_cash:
        return ""
    held = MatchEntry.of(community).where(
        MatchEntry.bank_id == bank.id, MatchEntry.seq == seq, MatchEntry.undone == False  # noqa: E712
    )  # fmt: skip
    if held.exists():
        return MATCHED
    last, day = last_statement(bank), entry(community, seq).day
    return ABSENT if last is not None and bank.opens_on <= day <= last.last_day else ""
