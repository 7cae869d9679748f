"""银行账户: which money account of the ledger lies where, and from which day its statements run on. No statements here."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from core import Actor, Invalid, Label, Refused, record, rows, today, transactional
from plugins.revenue.bank.models import BankAccount, CashCount, Line, Statement
from plugins.revenue.ledger.accounts import account as ledger_account
from plugins.revenue.ledger.accounts import accounts as ledger_accounts
from plugins.revenue.ledger.balances import balance
from plugins.revenue.texts import _

MATCH = "revenue.match"
CLOSE = "revenue.close"
BOOKS = "revenue.books"
COUNT = "revenue.count"
CASH = "1001"
# 库存现金, 银行存款, 其他货币资金, and 受托代理资产 in which the owners' money is kept.
MONEY = (CASH, "1002", "1009", "1901")


@dataclass(frozen=True)
class AccountLine:
    """A bank account in a list: the last statement's end and balance, what the books say today, and what waits."""

    bank: BankAccount
    holder: str
    last_day: datetime.date | None
    closing: int
    booked: int
    waiting: int
    counted_on: datetime.date | None = None


def is_money(code: str) -> bool:
    """Whether an account of the chart is one in which money lies."""
    return code in MONEY or any(code.startswith(f"{head}.") for head in MONEY)


def bank_of(community: str, bank_id: int) -> BankAccount:
    """The account with this number; raises `NotFound`."""
    found: BankAccount = BankAccount.get_of(community, bank_id)
    return found


def banks(community: str, *, also_closed: bool = True) -> list[BankAccount]:
    """Every account, open ones first, by code."""
    query = BankAccount.of(community)
    if not also_closed:
        query = query.where(BankAccount.closed_on.is_null())
    return sorted(query, key=lambda bank: (bank.closed_on is not None, bank.account))


def overview(actor: Actor) -> list[AccountLine]:
    """Every account with its state, for the page."""
    actor.require(BOOKS)
    community = str(actor.community)
    holders = {each.code: each.holder for each in ledger_accounts(community)}
    found = []
    for bank in banks(community):
        last = last_statement(bank)
        counted = CashCount.of(community).where(CashCount.bank_id == bank.id, CashCount.is_right == True)  # noqa: E712
        newest = counted.order_by(CashCount.day.desc()).first()
        found.append(
            AccountLine(
                bank, holders.get(bank.account, "community"), last.last_day if last else None,
                last.closing if last else bank.opening, balance(community, account=bank.account),
                unexplained_count(bank), newest.day if newest else None,
            )
        )  # fmt: skip
    return found


def last_statement(bank: BankAccount) -> Statement | None:
    """The newest statement that holds."""
    held = Statement.of(bank.community).where(
        Statement.bank_id == bank.id, Statement.sealed == True, Statement.withdrawn_at.is_null()  # noqa: E712
    )  # fmt: skip
    found: Statement | None = held.order_by(Statement.id.desc()).first()
    return found


_OPEN = """SELECT count(*) FROM revenue_line l WHERE l.community = ? AND l.bank_id = ? AND l.withdrawn = 0
AND NOT EXISTS (SELECT 1 FROM revenue_match_line x WHERE x.line_id = l.id AND x.undone = 0)"""


def unexplained_count(bank: BankAccount) -> int:
    """How many lines of an account have no posting."""
    return int(rows(_OPEN, bank.community, bank.id)[0][0])


def unregistered(community: str) -> list[tuple[str, str]]:
    """Money accounts of the ledger in which something moved, and nobody has said where the money lies: (code, name)."""
    known = {bank.account for bank in banks(community)}
    names = {each.code: each.name for each in ledger_accounts(community) if is_money(each.code)}
    return [(code, name) for code, name in sorted(names.items()) if code not in known and _moved(community, code)]


def _moved(community: str, code: str) -> bool:
    return any(
        rows(f"SELECT 1 FROM revenue_movement WHERE community = ? AND {side} = ? LIMIT 1", community, code)
        for side in ("source", "destination")
    )


def choices(community: str) -> list[tuple[str, str]]:
    """Money accounts that have no bank account yet, for a form."""
    known = {bank.account for bank in banks(community)}
    return [
        (each.code, f"{each.code} {each.name}")
        for each in ledger_accounts(community)
        if is_money(each.code) and each.is_open and each.code not in known
    ]


@transactional
def register(
    actor: Actor,
    *,
    account: str,
    name: str,
    bank_name: str = "",
    tail: str = "",
    opens_on: datetime.date,
    opening: int = 0,
) -> BankAccount:
    """Say where the money of a money account lies and what was there when `opens_on` began (分).

    The cash box (1001) is counted, every other account has statements. Raises `Invalid`, `NotFound`, `Refused`.
    """
    actor.require(MATCH)
    community = str(actor.community)
    found = ledger_account(community, account)
    errors: dict[str, list[Label]] = {}
    if not is_money(found.code) or found.kind != "asset":
        errors["account"] = [_("No money lies in this account.")]
    if opens_on > today():
        errors["opens_on"] = [_("This day is not over yet.")]
    if not re.fullmatch(r"[0-9A-Za-z]{0,6}", tail):
        errors["tail"] = [_("Only the last digits of the number, six at most.")]
    if errors:
        raise Invalid(errors)
    if BankAccount.of(community).where(BankAccount.account == account).exists():
        raise Refused(_("There is a bank account for %(code)s already.", code=account))
    is_cash = account == CASH or account.startswith(f"{CASH}.")
    made = BankAccount.create(
        community=community, account=account, name=name.strip(), bank_name=bank_name.strip(), tail=tail, is_cash=is_cash,
        opens_on=opens_on, opening=opening, entered_by=actor.account, by_label=actor.signature,
    )  # fmt: skip
    after = {"account": account, "name": made.name, "opens_on": opens_on.isoformat(), "opening": opening}
    record(actor, "revenue.bank.registered", made.ref, after=after, permission=MATCH)
    return made


@transactional
def rename(
    actor: Actor, bank_id: int, *, name: str, bank_name: str, tail: str, opens_on: datetime.date, opening: int
) -> BankAccount:
    """Change the words; the beginning only while there is no statement. Raises `Invalid`, `Refused`, `NotFound`."""
    actor.require(MATCH)
    bank = bank_of(str(actor.community), bank_id)
    if not re.fullmatch(r"[0-9A-Za-z]{0,6}", tail):
        raise Invalid({"tail": [_("Only the last digits of the number, six at most.")]})
    begun = (bank.opens_on, bank.opening) != (opens_on, opening)
    if begun and Line.of(bank.community).where(Line.bank_id == bank.id).exists():
        raise Refused(
            _("Statements have been taken in: what was there at the beginning is fixed."),
            advice=_("Withdraw the statements first, the newest before the others."),
        )
    before = {"name": bank.name, "opens_on": bank.opens_on.isoformat(), "opening": bank.opening}
    bank.name, bank.bank_name, bank.tail = name.strip(), bank_name.strip(), tail
    bank.opens_on, bank.opening = opens_on, opening
    bank.save()
    after = {"name": bank.name, "opens_on": opens_on.isoformat(), "opening": opening}
    record(actor, "revenue.bank.changed", bank.ref, before=before, after=after, permission=MATCH)
    return bank
