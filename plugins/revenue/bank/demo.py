"""The demo's year of statements: what the parts before have posted, as a bank would write it, matched but for one line."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from collections.abc import Iterator

from core import Actor, Community, colleagues, rows, today
from plugins.revenue.bank import accounts, booking, cash, statements
from plugins.revenue.bank.accounts import COUNT, MATCH
from plugins.revenue.bank.booking import APPROVE
from plugins.revenue.bank.matching import OpenPosting, match, open_lines, open_postings
from plugins.revenue.bank.models import BankAccount
from plugins.revenue.bank.reading import LONGEST
from plugins.revenue.bank.statements import month_end
from plugins.revenue.ledger.balances import balance
from plugins.revenue.texts import _

TITLES = ("交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "交易流水号")
BANKS = {"1901": ("业主公共收益专户", "农商行硖石支行", "2206"), "1002": ("社区资金户", "农商行硖石支行", "0018")}
INTEREST, FEE, UNKNOWN = 321, 500, 50_000
# In these months banks pay interest, on the 21st.
QUARTER = (3, 6, 9, 12)

Written = tuple[datetime.date, int, str, str]


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Accounts, a statement a month up to the last one that is over, and one of the present month with a line nobody knows."""
    people = colleagues(community.code)
    clerk = next((each for each in people if MATCH in each.permissions), None)
    head = next((each for each in people if APPROVE in each.permissions), None)
    if clerk is None or head is None:
        return
    lines = 0
    moved = accounts.unregistered(community.code)
    for code, name in moved:
        bank = _register(clerk, code, name)
        if bank.is_cash:
            _count(people, head, bank)
        else:
            lines += _year(clerk, head, bank)
    if moved:
        yield str(_("Statements of a year with %(lines)d lines, matched but for one of this month.", lines=lines))


def _register(clerk: Actor, code: str, ledger_name: str) -> BankAccount:
    side = "SELECT min(day) FROM revenue_movement WHERE community = ? AND {} = ?"
    days = [rows(side.format(name), clerk.community, code)[0][0] for name in ("source", "destination")]
    first = min(datetime.date.fromisoformat(day) for day in days if day)
    name, bank_name, tail = BANKS.get(code.split(".")[0], (ledger_name, "", ""))
    return accounts.register(
        clerk, account=code, name=name, bank_name=bank_name, tail=tail, opens_on=first.replace(day=1), opening=0
    )


def _count(people: list[Actor], head: Actor, bank: BankAccount) -> None:
    """The cash was counted at the end of last month, by the cashier and somebody of the office."""
    cashier = next((each for each in people if COUNT in each.permissions and each.account != head.account), None)
    last = today().replace(day=1) - datetime.timedelta(days=1)
    if cashier is not None and bank.opens_on <= last:
        there = balance(bank.community, account=bank.account, as_of=last)
        if there >= 0:
            cash.see(head, cash.count(cashier, bank.id, day=last, counted=there).id, True)


def _year(clerk: Actor, head: Actor, bank: BankAccount) -> int:
    """Month after month: the statement comes, its lines are matched, what is new on it is posted."""
    waiting, reached, taken = open_postings(bank), 0, 0
    present = today().replace(day=1)
    first = bank.opens_on
    while first <= present:
        end = month_end(first)
        until = min(end, today())
        own = [each for each in waiting if first <= each.day <= until]
        written = [(each.day, each.amount, _payer(each), each.purpose) for each in own]
        written += _extra(bank, first, until, reached + sum(each.amount for each in own))
        written.sort(key=lambda each: each[0])
        taken += len(written)
        reached = _take(clerk, bank, written, reached, until)
        _explain(clerk, head, bank, own)
        first = end + datetime.timedelta(days=1)
    return taken


def _payer(posting: OpenPosting) -> str:
    """The other side as a bank has it: the first words of what was posted."""
    return posting.purpose.replace("：", " ").replace(":", " ").split()[0][:20]


def _extra(bank: BankAccount, first: datetime.date, until: datetime.date, there: int) -> list[Written]:
    """What only the bank knows: interest and a fee each quarter, and in the present month money of somebody unknown."""
    found: list[Written] = []
    if first.month in QUARTER and until == month_end(first) and there > FEE:
        found = [(first.replace(day=21), INTEREST, "", "结息"), (first.replace(day=21), -FEE, "", "账户管理费")]
    if until == today() and bank.account.startswith("1002"):
        found.append((max(first, until - datetime.timedelta(days=1)), UNKNOWN, "戴某某", "转账"))
    return found


def _take(clerk: Actor, bank: BankAccount, written: list[Written], opening: int, until: datetime.date) -> int:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TITLES)
    numbers = itertools.count(1)
    reached = opening
    for day, amount, payer, memo in written:
        reached += amount
        came, went = (_plain(amount), "") if amount > 0 else ("", _plain(-amount))
        writer.writerow([day.isoformat(), memo, went, came, _plain(reached), payer, f"{day:%Y%m%d}{next(numbers):05d}"])
    made = statements.upload(
        clerk, bank.id, filename=f"{until:%Y年%m月}对账单.csv", data=text.getvalue().encode("gbk", "replace") if written else b"",
        opening=None if written else opening, closing=None if written else reached, last_day=until,
    )  # fmt: skip
    statements.take_in(clerk, made)
    return reached


def _plain(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _explain(clerk: Actor, head: Actor, bank: BankAccount, own: list[OpenPosting]) -> None:
    left = {(each.day, each.amount, " ".join(each.purpose.split())[:LONGEST]): each.seq for each in own}
    chosen = "operating"
    for line in open_lines(bank):
        seq = left.pop((line.day, line.amount, line.memo), None)
        if seq is not None:
            match(clerk, bank.id, [line.id], [seq], "proposal")
        elif line.memo == "结息":
            booking.as_interest(clerk, line.id, chosen)
        elif line.amount < 0 and not line.payer:
            fee = booking.ask_fee(clerk, line.id, _covering(bank, chosen), line.memo)
            booking.decide_fee(head, fee.id, True)


def _covering(bank: BankAccount, otherwise: str) -> str:
    """The fund out of which the fee can be paid: the fullest of the community's own."""
    if booking.is_custody(bank):
        return booking.OWNERS_FUND
    found = rows(
        "SELECT t.fund FROM revenue_fund_total t JOIN revenue_fund f ON f.community = t.community AND f.code = t.fund "
        "WHERE t.community = ? AND f.owner = 'community' AND f.is_restricted = 0 AND t.fen - t.held >= ? "
        "ORDER BY t.fen DESC LIMIT 1",
        bank.community, FEE,
    )  # fmt: skip
    return str(found[0][0]) if found else otherwise
