"""A community's books with the accounts and funds they begin with, in the store of each engine."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import count

import pytest

from core.actor import Actor, system
from core.store.db import execute
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue.ledger import periods
from plugins.revenue.ledger.accounts import open_account, open_chart
from plugins.revenue.ledger.funds import open_funds
from plugins.revenue.ledger.posting import Line, Posted, post

DAY = datetime.date(2026, 3, 5)
_numbers = count(1)


def received(amount: int, fund: str = "unallocated") -> Line:
    """Money of the canteen arrives in the bank."""
    return Line(amount, "4301", "1002", fund, fund)


def paid(amount: int, fund: str = "unallocated") -> Line:
    """Money is paid for running costs."""
    return Line(amount, "1002", "5201", fund, fund)


@dataclass
class Books:
    """West Hill's books; South Garden has books of its own with one account more."""

    actor: Actor
    community: str = WEST_HILL
    other: str = SOUTH_GARDEN

    def post(self, *lines: Line, day: datetime.date = DAY, key: str = "", **more) -> Posted:
        return post(self.actor, key=key or f"k{next(_numbers)}", day=day, purpose="食堂分成", lines=lines, **more)

    def ref(self, number: int = 1) -> Ref:
        return Ref("revenue.due", self.community, number)


def kept_elsewhere(community: str, *accounts: str) -> None:
    """Say of money accounts that they lie at a bank from a far day on: their statements are the tests' business of another part."""
    for code in accounts:
        execute(
            "INSERT INTO revenue_bank (community, account, name, bank_name, tail, is_cash, opens_on, opening, entered_at, by_label) "
            "VALUES (?, ?, ?, '', '', 0, '2099-01-01', 0, 0, 'test')",
            community, code, code,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def no_other_part_keeps_a_month_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `bank` asks of a month and `spot` does with it is their own tests' business; any test before would have brought it here."""
    monkeypatch.setattr(periods, "lock_checks", [])
    monkeypatch.setattr(periods, "lock_follows", [])


@pytest.fixture
def books(store, prepared) -> Books:
    prepared("ledger", store, open_books)
    return Books(Actor(kind="staff", community=WEST_HILL, label="张会计", account=None))


def open_books() -> None:
    """Charts and funds in both communities, in which accounts of money and receivables are nobody's own."""
    for code in (WEST_HILL, SOUTH_GARDEN):
        actor = system(code, "test")
        open_chart(actor)
        open_funds(actor)
        kept_elsewhere(code, "1001", "1002", "1901")
    open_account(system(SOUTH_GARDEN, "test"), "1002.9", "南苑专户", "asset")
