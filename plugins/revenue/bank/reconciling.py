"""Monthly reconciliation with the account holder 对账, the sheet 银行存款余额调节表, and the closing of a month.

Both balances walk to one: the holder's plus what only the ledger has, the ledger's plus what only the holder has.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import peewee

from core import Actor, NotFound, Refused, record, rows, today, transactional, violated, yuan
from plugins.revenue.bank.accounts import BOOKS, CLOSE, banks, is_money, unregistered
from plugins.revenue.bank.cash import counted_well
from plugins.revenue.bank.matching import postings
from plugins.revenue.bank.models import BankAccount, Reconciled, Statement
from plugins.revenue.bank.statements import month_end
from plugins.revenue.ledger.accounts import account as ledger_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.periods import lock, locked_until
from plugins.revenue.persons import is_same
from plugins.revenue.texts import _

# In transit for longer than this is no matter of days any more.
OLD_DAYS = 60


@dataclass(frozen=True)
class Item:
    """A line of the sheet: something that only one side has at the end of the month; `amount` in 分 with its sign."""

    day: str
    amount: int
    words: str
    is_explained: bool
    days: int


@dataclass(frozen=True)
class Returned:
    """Money that came and went back and is in no book: `amount` in 分, its two days, whose it was, why, and which two said so."""

    first_day: str
    second_day: str
    amount: int
    payer: str
    words: str
    by: str
    confirmed_by: str


@dataclass(frozen=True)
class Sheet:
    """余额调节表 of an account at the end of a month. `only_bank` are lines, `only_ledger` postings; sums in 分.

    `statement_ends` is the last day statements reach, empty when there is none.
    """

    bank_id: int
    name: str
    account: str
    holder: str
    month: str
    end: str
    statement_ends: str
    statement_balance: int
    ledger_balance: int
    matched: int
    only_bank: tuple[Item, ...]
    only_ledger: tuple[Item, ...]
    difference: int
    by: str = ""
    returned: tuple[Returned, ...] = ()

    def total(self, side: str, came_in: bool) -> int:
        """What only the `bank` or only the `ledger` has, in one direction: never less than nothing."""
        items = self.only_bank if side == "bank" else self.only_ledger
        return sum(abs(item.amount) for item in items if (item.amount > 0) == came_in)

    @property
    def adjusted_statement(self) -> int:
        """The holder's balance after what only the ledger has."""
        return self.statement_balance + sum(item.amount for item in self.only_ledger)

    @property
    def adjusted_ledger(self) -> int:
        """The ledger's balance after what only the holder has."""
        return self.ledger_balance + sum(item.amount for item in self.only_bank)

    @property
    def unexplained(self) -> list[Item]:
        """Lines no posting explains, up to now."""
        return [item for item in self.only_bank if not item.is_explained]

    @property
    def is_whole(self) -> bool:
        """Whether both sides meet, statements reach the end, and nothing is unexplained."""
        return not self.difference and not self.unexplained and self.statement_ends >= self.end


_BANK_SIDE = """SELECT l.day, l.amount, l.payer, l.memo, l.reference, x.match_id
FROM revenue_line l JOIN revenue_statement s ON s.id = l.statement_id AND s.sealed = 1
LEFT JOIN revenue_match_line x ON x.line_id = l.id AND x.undone = 0
WHERE l.community = ? AND l.bank_id = ? AND l.withdrawn = 0 AND l.day <= ? ORDER BY l.day, l.id"""
_RETURNED = """SELECT min(l.day), max(l.day), max(l.amount), max(l.payer), COALESCE(max(p.words), ''), max(m.by_label),
COALESCE(max(p.decided_label), '')
FROM revenue_match m JOIN revenue_match_line x ON x.match_id = m.id AND x.undone = 0 JOIN revenue_line l ON l.id = x.line_id
LEFT JOIN revenue_bank_pair p ON p.community = m.community AND p.match_id = m.id
WHERE m.community = ? AND m.bank_id = ? AND m.sealed = 1
AND NOT EXISTS (SELECT 1 FROM revenue_match_entry e WHERE e.match_id = m.id) GROUP BY m.id ORDER BY 2, m.id"""
_LATE_LINES = """SELECT DISTINCT x.match_id FROM revenue_match_line x JOIN revenue_line l ON l.id = x.line_id
WHERE x.community = ? AND x.undone = 0 AND l.bank_id = ? AND l.day > ?"""
_LATE_ENTRIES = """SELECT DISTINCT x.match_id FROM revenue_match_entry x JOIN revenue_entry e
ON e.community = x.community AND e.seq = x.seq WHERE x.community = ? AND x.undone = 0 AND x.bank_id = ? AND e.day > ?"""
_OPENING = """SELECT x.seq FROM revenue_match_entry x JOIN revenue_match m ON m.id = x.match_id
WHERE x.community = ? AND x.bank_id = ? AND x.undone = 0 AND m.way = 'opening'"""


def month_of(text: str) -> datetime.date:
    """The first day of a month `YYYY-MM`; raises `NotFound` for anything else."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise NotFound
    return datetime.date.fromisoformat(f"{text}-01")


def sheet(bank: BankAccount, month: str) -> Sheet:
    """The sheet of an account for a month as things stand now. Raises `NotFound` for what is no month."""
    end = month_end(month_of(month))
    until = end.isoformat()
    lines = rows(_BANK_SIDE, bank.community, bank.id, until)
    moved = postings(bank, until)
    # A match is settled at the end of the month when all of it happened until then; else each side is in transit.
    late = {row[0] for row in rows(_LATE_LINES, bank.community, bank.id, until)}
    late |= {row[0] for row in rows(_LATE_ENTRIES, bank.community, bank.id, until)}
    began = {row[0] for row in rows(_OPENING, bank.community, bank.id)}
    only_bank = [
        Item(row[0], int(row[1]), _words(row[2], row[3], row[4]), row[5] is not None, _days(row[0], end))
        for row in lines
        if row[5] is None or row[5] in late
    ]
    only_ledger = [
        Item(each.day.isoformat(), each.amount, each.purpose, match_id is not None, _days(each.day.isoformat(), end))
        for each, match_id in _uncancelled(moved)
        if each.seq not in began and (match_id is None or match_id in late)
    ]
    begin = bank.opens_on - datetime.timedelta(days=1)
    opening_posted = sum(each.amount for each, _reverses, _match in moved if each.seq in began)
    difference = bank.opening - balance(bank.community, account=bank.account, as_of=begin) - opening_posted
    last = _last_statement_until(bank, until)
    return Sheet(
        bank.id, bank.name, bank.account, ledger_account(bank.community, bank.account).holder, month, until,
        last.last_day.isoformat() if last else "", bank.opening + sum(int(row[1]) for row in lines),
        balance(bank.community, account=bank.account, as_of=end), len(lines) - len(only_bank), tuple(only_bank),
        tuple(only_ledger), difference, returned=_returned(bank, month),
    )  # fmt: skip


def _returned(bank: BankAccount, month: str) -> tuple[Returned, ...]:
    """The pairs of lines without posting of which the second is in this month."""
    found = rows(_RETURNED, bank.community, bank.id)
    return tuple(Returned(*row) for row in found if row[1][:7] == month)


def _uncancelled(moved: list[Any]) -> Iterator[tuple[Any, int | None]]:
    """Postings without those that a mirror of the same time took back, neither of them matched."""
    open_seqs = {each.seq for each, _reverses, match_id in moved if match_id is None}
    gone: set[int] = set()
    for each, reverses, match_id in moved:
        if reverses in open_seqs and match_id is None:
            gone.update((each.seq, reverses))
    for each, _reverses, match_id in moved:
        if each.seq not in gone:
            yield each, match_id


def _words(payer: str, memo: str, reference: str) -> str:
    return " · ".join(part for part in (payer, memo, reference) if part)


def _days(day: str, end: datetime.date) -> int:
    return (end - datetime.date.fromisoformat(day)).days


def _last_statement_until(bank: BankAccount, until: str) -> Statement | None:
    held = Statement.of(bank.community).where(
        Statement.bank_id == bank.id, Statement.sealed == True, Statement.withdrawn_at.is_null(),  # noqa: E712
        Statement.first_day <= until,
    )  # fmt: skip
    found: Statement | None = held.order_by(Statement.id.desc()).first()
    return found


def sheet_shown(actor: Actor, bank: BankAccount, month: str) -> tuple[Sheet, bool]:
    """The sheet as it was kept when the month was closed (True), else as things stand now."""
    actor.require(BOOKS)
    month_of(month)
    kept: Reconciled | None = (
        Reconciled.of(bank.community).where(Reconciled.bank_id == bank.id, Reconciled.month == month).first()
    )
    if kept is None:
        return sheet(bank, month), False
    content = dict(kept.content)
    for side in ("only_bank", "only_ledger"):
        content[side] = tuple(Item(**item) for item in content[side])
    content["returned"] = tuple(Returned(**each) for each in content.get("returned", ()))
    return Sheet(**content), True


# --------------------------------------------------------------------------- closing a month


_MOVED = """SELECT 1 FROM revenue_movement WHERE community = ? AND {side} = ? AND day >= ? AND day <= ?
AND substr(day, 1, 7) > ? LIMIT 1"""


def has_moved(bank: BankAccount, until: str, since_month: str) -> bool:
    """Whether the ledger moved the account after the locked month `since_month`, up to the day `until`."""
    return any(
        rows(_MOVED.format(side=side), bank.community, bank.account, bank.opens_on.isoformat(), until, since_month)
        for side in ("source", "destination")
    )


def reasons_open(community: str, month: str) -> list[str]:
    """Why a month cannot be locked, in sentences; empty when it can. One of the ledger's `lock_checks`."""
    end = month_end(month_of(month)).isoformat()
    locked = locked_until(community)
    said = [
        str(_("Money moved in %(account)s, and no bank account is entered for it.", account=f"{code} {name}"))
        for code, name in unregistered(community)
        if is_money(code) and _unregistered_moved(community, code, end, locked)
    ]
    for bank in banks(community):
        if bank.opens_on.isoformat() <= end:
            said += _cash_reasons(bank, end, locked) if bank.is_cash else _bank_reasons(bank, month, end, locked)
    return said


def _unregistered_moved(community: str, code: str, end: str, locked: str) -> bool:
    return any(rows(_MOVED.format(side=side), community, code, "", end, locked) for side in ("source", "destination"))


def _bank_reasons(bank: BankAccount, month: str, end: str, locked: str) -> Iterator[str]:
    found = sheet(bank, month)
    if found.unexplained:
        yield str(_("%(name)s: %(count)d lines are unexplained.", name=bank.name, count=len(found.unexplained)))
    if has_moved(bank, end, locked) and found.statement_ends < end:
        yield str(_("%(name)s: there is no statement up to the end of the month.", name=bank.name))
    if found.difference:
        yield str(
            _("%(name)s: the statement and the books differ by %(yuan)s yuan from the beginning.", name=bank.name, yuan=yuan(found.difference))
        )  # fmt: skip


def _cash_reasons(bank: BankAccount, end: str, locked: str) -> Iterator[str]:
    if has_moved(bank, end, locked) and not counted_well(bank, end):
        yield str(
            _("%(name)s: the cash has not been counted since it last moved, or it does not agree.", name=bank.name)
        )


def may_not_close(actor: Actor, month: str) -> str:
    """Why this actor in particular cannot close a month: whoever matched its lines. Empty when they can."""
    end = month_end(month_of(month)).isoformat()
    for account, person, label in rows(_MATCHERS, str(actor.community), end, locked_until(str(actor.community))):
        if is_same(actor, account, person, label):
            return str(_("You matched lines of this month yourself. Somebody else closes it."))
    return ""


_MATCHERS = """SELECT DISTINCT m.matched_by, m.matched_person, m.by_label FROM revenue_match m
JOIN revenue_match_line x ON x.match_id = m.id AND x.undone = 0 JOIN revenue_line l ON l.id = x.line_id
WHERE m.community = ? AND l.day <= ? AND substr(l.day, 1, 7) > ?"""
_GUARDS = {
    "revenue_bank_unexplained": _("A line is unexplained."),
    "revenue_bank_without_statement": _("There is no statement up to the end of the month."),
    "revenue_bank_differs": _("The statement and the books differ from the beginning."),
    "revenue_money_without_bank": _("Money moved in an account, and no bank account is entered for it."),
    "revenue_cash_uncounted": _("The cash has not been counted."),
    "revenue_matcher_closes": _("You matched lines of this month yourself. Somebody else closes it."),
}


@transactional
def close_month(actor: Actor, month: str) -> None:
    """Lock a month that is over, and those before it, and keep the sheets of all their accounts.

    Raises `Refused` with every reason, `NotFound`.
    """
    actor.require(CLOSE)
    community = str(actor.community)
    first = month_of(month)
    if month_end(first) >= today():
        raise Refused(_("This month is not over yet."))
    if month <= locked_until(community):
        raise Refused(_("This month is closed already."))
    if why := may_not_close(actor, month):
        raise Refused(why)
    if said := reasons_open(community, month):
        raise Refused(_("This month cannot be closed yet."), advice=" ".join(said))
    for each in _months(next_month(community) or month, month):
        for bank in banks(community):
            if not bank.is_cash and bank.opens_on <= month_end(month_of(each)):
                content = {**asdict(sheet(bank, each)), "by": actor.signature}
                Reconciled.create(
                    community=community, bank_id=bank.id, month=each, content=content, closed_by=actor.account,
                    by_label=actor.signature,
                )  # fmt: skip
                record(actor, "revenue.reconciled.kept", bank.ref, after={"month": each}, permission=CLOSE)
    try:
        lock(actor, month)
    except peewee.IntegrityError as error:
        reason = _GUARDS.get(violated(error) or "")
        if reason is None:
            raise
        raise Refused(reason) from error


def _months(first: str, last: str) -> Iterator[str]:
    """The months from one to another, `YYYY-MM`, both included."""
    while first <= last:
        yield first
        first = (month_end(month_of(first)) + datetime.timedelta(days=1)).strftime("%Y-%m")


def next_month(community: str) -> str:
    """The month to be closed next: after the last closed one, else the first in which anything was posted; empty for none."""
    locked = locked_until(community)
    if locked:
        return (month_end(month_of(locked)) + datetime.timedelta(days=1)).strftime("%Y-%m")
    found = rows("SELECT min(day) FROM revenue_entry WHERE community = ?", community)
    return str(found[0][0])[:7] if found and found[0][0] else ""


def matches_of_month(bank: BankAccount, month: str) -> int:
    """How many matches hold whose lines lie in this month."""
    found = rows(
        "SELECT count(DISTINCT x.match_id) FROM revenue_match_line x JOIN revenue_line l ON l.id = x.line_id "
        "WHERE x.community = ? AND l.bank_id = ? AND x.undone = 0 AND substr(l.day, 1, 7) = ?",
        bank.community, bank.id, month,
    )  # fmt: skip
    return int(found[0][0])
