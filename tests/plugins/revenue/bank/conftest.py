"""A community with books, a bank account and a cash box, on both engines; people who keep them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.actor import Actor, command
from core.plugin.registry import Registry
from core.testing import Store
from plugins.revenue.bank import accounts, statements
from plugins.revenue.bank.models import BankAccount, Line, Statement
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.posting import Line as Movement
from plugins.revenue.ledger.posting import post

CLERK = ("revenue.match", "revenue.books", "revenue.post", "revenue.receive")
HEAD = ("revenue.books", "revenue.close", "revenue.approve")
TITLES = "交易日期,摘要,借方发生额,贷方发生额,余额,对方户名,交易流水号"


@dataclass
class Office:
    """西山社区's books with an account 1002.1 of the community, 1901.1 of the owners, and the cash box 1001."""

    store: Store
    clerk: Actor
    head: Actor
    cashier: Actor
    bank: BankAccount = field(init=False)

    @property
    def community(self) -> str:
        return self.store.west

    def pay_in(
        self, amount: int, day: int, *, month: int = 1, account: str = "1002.1", purpose: str = "分成款", key: str = ""
    ) -> int:
        """A posting of income that moves the bank account; gives its number."""
        line = Movement(amount, "4301", account, "unallocated", "unallocated")
        if amount < 0:
            line = Movement(-amount, account, "5401", "unallocated", "unallocated")
        when = datetime.date(2026, month, day)
        return post(self.clerk, key=key or f"{when}:{amount}:{purpose}", day=when, purpose=purpose, lines=[line]).seq

    def take(
        self,
        *lines: tuple[int, int],
        month: int = 1,
        opening: int = 0,
        last_day: datetime.date | None = None,
        payer: str = "好味道食堂",
    ) -> Statement:
        """A statement of (day, 分) lines that runs on from `opening`, as the file of a bank."""
        statement: Statement = statements.take_in(
            self.clerk, self.upload(*lines, month=month, opening=opening, last_day=last_day, payer=payer)
        )
        return statement

    def upload(
        self,
        *lines: tuple[int, int],
        month: int = 1,
        opening: int = 0,
        last_day: datetime.date | None = None,
        payer: str = "好味道食堂",
    ) -> int:
        return statements.upload(
            self.clerk, self.bank.id, filename="流水.csv", data=table(*lines, month=month, opening=opening, payer=payer).encode("gbk"),
            last_day=last_day,
        )  # fmt: skip

    def lines(self) -> list[Line]:
        return list(Line.of(self.community).where(Line.withdrawn == False).order_by(Line.id))  # noqa: E712


def table(*lines: tuple[int, int], month: int = 1, opening: int = 0, payer: str = "好味道食堂") -> str:
    """Lines as the bank's file has them."""
    rows, balance = [TITLES], opening
    for number, (day, amount) in enumerate(lines, 1):
        balance += amount
        came, went = (f"{amount / 100:.2f}", "") if amount > 0 else ("", f"{-amount / 100:.2f}")
        rows.append(
            f"2026-{month:02d}-{day:02d},分成,{went},{came},{balance / 100:.2f},{payer},2026{month:02d}{day:02d}{number:05d}"
        )
    return "\n".join(rows)


def person(store: Store, number: int, label: str, *permissions: str) -> Actor:
    """Somebody of the office, with an account of their own."""
    return replace(store.actor(*permissions), account=number, label=label)


@pytest.fixture
def office(store: Store, plugins: Registry, prepared: Callable[..., Any]) -> Office:
    """The books are opened, the accounts entered; January 2026 is the first month."""
    made: Office = prepared("bank", store, lambda: settle(store))
    return made


def settle(store: Store) -> Office:
    """An office with a bank account."""
    actor = command(store.west)
    open_account(actor, "1002.1", "银行存款：社区户", "asset", "community")
    open_account(actor, "1901.1", "受托代理资产：业主户", "asset", "owners")
    made = Office(
        store, person(store, 11, "陈会计", *CLERK), person(store, 12, "李主任", *HEAD),
        person(store, 13, "王出纳", "revenue.count", "revenue.books"),
    )  # fmt: skip
    made.bank = accounts.register(
        made.clerk, account="1002.1", name="社区户", opens_on=datetime.date(2026, 1, 1), opening=0
    )
    return made
