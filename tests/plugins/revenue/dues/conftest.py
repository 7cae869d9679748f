"""A community with a canteen and the people it takes: a clerk, two reviewers, a bookkeeper, a director and an operator."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest

from core.actor import Actor, command, system
from core.civic.attachments import keep_upload
from core.clock import today
from core.people import accounts, permissions
from core.plugin.registry import Registry
from core.testing import Store
from plugins.revenue.dues import acts, contracts, declaring, operators, receiving, reviewing, rule_changes
from plugins.revenue.dues.models import Contract, Due, MoneyAct, Operator, Receipt
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.balances import balance

TEXT = "营业额流水\n".encode()
ROLES = {
    "clerk": "staff", "reviewer": "staff", "bookkeeper": "bookkeeper", "director": "director", "secretary": "secretary",
    "boss": "operator", "rival": "operator",
}  # fmt: skip
PERCENT: dict[str, Any] = {
    "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit",
    "components": [{"kind": "percent", "of": "turnover_fen", "rate": "0.10"}], "minimum": None, "cap": None,
    "split": [{"to": "give_back", "weight": 6}, {"to": "operating", "weight": 4}],
}  # fmt: skip
TO_OWNERS = {**PERCENT, "split": [{"to": "owners", "weight": 1}]}
VOTE = {"persons": [300, 240, 200], "area": [240_000, 200_000, 160_000]}
_numbers = count(1)


def rule(**other: Any) -> dict[str, Any]:
    return {**PERCENT, **other}


@dataclass
class Town:
    """西山社区's people by name, and what they do in one word."""

    store: Store
    people: dict[str, Actor] = field(default_factory=dict)
    operators: dict[str, Operator] = field(default_factory=dict)

    @property
    def community(self) -> str:
        return self.store.west

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["people"][name]  # a copy in the making has no people yet
        except KeyError:
            raise AttributeError(name) from None

    def contract(
        self,
        *,
        months: int = 3,
        signed: bool = True,
        who: str = "boss",
        data: Any = None,
        later: Any = None,
        **other: Any,
    ) -> Contract:
        """A contract that began on the first day of the month `months` ago, with a rule of 10 % of the turnover.

        `later` are rules by the day from which the draft says they hold.
        """
        first = month(-months)
        values: dict[str, Any] = {
            "operator_id": self.operators[who].id, "business": "社区食堂", "place": "邻里中心一楼", "owner_class": "community",
            "starts_on": first, "ends_on": first.replace(year=first.year + 2), "period": "month", "declare_days": 15,
            "pay_days": 10, "approval": "2026年1月居民会议纪要", "approval_kind": "minutes", "vote": None, "holder": "community",
        }  # fmt: skip
        made = contracts.save_draft(self.clerk, None, {**values, **other})
        contracts.add_rule(self.clerk, made.id, data or (TO_OWNERS if made.is_owners else PERCENT), made.starts_on)
        for day, another in (later or {}).items():
            contracts.add_rule(self.clerk, made.id, another, day)
        return contracts.sign(self.clerk, made.id, today(), self.files(self.clerk)) if signed else made

    def wish(self, day: datetime.date, **other: Any) -> rule_changes.Wish:
        """A new rule of 20 % of the turnover from a day on, with a signed supplement."""
        data = rule(components=[{"kind": "percent", "of": "turnover_fen", "rate": "0.20"}])
        said = {
            "reason": "营业额上升",
            "approval": "2026年11月居民会议纪要",
            "vote": None,
            "scans": self.files(self.clerk),
        }
        return rule_changes.Wish(**{"rule": data, "from_day": day, **said, **other})

    def due(self, contract: Contract, number: int = 0) -> Due:
        """The period of a contract, counted from the first."""
        found = Due.of(self.community).where(Due.contract_id == contract.id).order_by(Due.first_day)
        return list(found)[number]

    def files(self, actor: Actor) -> list[tuple[str, str]]:
        number = next(_numbers)
        return [(keep_upload(actor, f"流水{number}.txt", TEXT + str(number).encode(), ("document",)).token, "")]

    def declared(self, due: Due, turnover: int, actor: Actor | None = None, **other: Any) -> Due:
        who = actor or self.boss
        figures = other.pop("figures", {"turnover_fen": turnover})
        return declaring.declare(who, due.id, figures, self.files(who), **other)

    def reviewed(self, due: Due, turnover: int, **other: Any) -> Due:
        self.declared(due, turnover, **other)
        return reviewing.approve(self.reviewer, due.id)

    def paid(self, amount: int, who: str | None = "boss", **other: Any) -> Receipt:
        operator_id = self.operators[who].id if who else None
        other.setdefault("payer", "转账")
        other.setdefault("account", "1002.1")
        return receiving.receive(
            self.bookkeeper,
            amount=amount,
            arrived_on=other.pop("arrived_on", today()),
            operator_id=operator_id,
            **other,
        )

    def act(self, kind: str, **other: Any) -> MoneyAct:
        """A money act entered by the bookkeeper and approved by the director."""
        other.setdefault("account", "1002.1")
        if kind in acts.GOES_OUT:
            other.setdefault("scans", self.files(self.bookkeeper))
        made = acts.enter(self.bookkeeper, kind, reason="说明", **other)
        return acts.decide(self.director, made.id, approved=True)

    def books(self, account: str | None = None, fund: str | None = None) -> int:
        return balance(self.community, account=account, fund=fund)

    def income(self, contract: Contract) -> int:
        return -self.books(f"4301.{contract.code}")


def month(number: int) -> datetime.date:
    """The first day of the month so many months from this one."""
    day = today()
    months = day.year * 12 + day.month - 1 + number
    return datetime.date(months // 12, months % 12 + 1, 1)


@pytest.fixture
def town(store: Store, plugins: Registry, prepared: Callable[..., Any]) -> Town:
    made: Town = prepared("dues", store, lambda: settle(store))
    return made


def settle(store: Store) -> Town:
    """The people, the operators and the accounts of 西山社区."""
    made = Town(store)
    for name, role in ROLES.items():
        accounts.create_staff(command(store.west), f"user{name}", f"{name}某", None, grants=(role,), must_change=False)
        account = accounts.account_named(f"user{name}")
        assert account
        found = permissions.actor_of(account.id, store.west)
        assert found
        made.people[name] = replace(found, session=f"s{account.id}")
    for name, title in (("boss", "好味餐饮公司"), ("rival", "隔壁商行")):
        operator = operators.save_operator(made.clerk, None, {"name": title, "operator_kind": "company"})
        operators.link_accounts(made.clerk, operator.id, [int(made.people[name].account or 0)])
        made.operators[name] = operator
    books = system(store.west, "test")
    open_account(books, "1002.1", "基本户", "asset")
    open_account(books, "1901.1", "业主共有资金专户", "asset", "owners")
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`later(days)` moves the clock on."""
    import time
    from types import SimpleNamespace

    def move(days: int) -> None:
        ahead = days * 86_400
        fake = SimpleNamespace(
            time=lambda: time.time() + ahead, time_ns=lambda: time.time_ns() + ahead * 10**9, monotonic=time.monotonic
        )
        monkeypatch.setattr("core.store.db.time", fake)
        monkeypatch.setattr("core.clock.time", fake)

    return move
