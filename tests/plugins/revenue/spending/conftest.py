"""A community with money in its funds, and one person for each step of a proposal, on both engines."""

from __future__ import annotations

import base64
import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from core.actor import Actor, command
from core.civic import attachments
from core.clock import today
from core.people import accounts, permissions
from core.plugin.registry import Registry
from core.store.db import transaction
from core.testing import Store
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.shares.votes import MORE_THAN_HALF
from plugins.revenue.spending import lists, paying, proposing, signing
from plugins.revenue.spending.models import Proposal

ROLES = {
    "proposer": ("staff",), "decider": ("staff",), "director": ("director",), "secretary": ("secretary",),
    "supervisor": ("supervisor",), "street": ("liaison",), "cashier": ("cashier",), "enterer": ("staff",),
    "other": ("staff",), "second_supervisor": ("supervisor",), "second_cashier": ("cashier",),
}  # fmt: skip
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
MONEY = 1_000_000
BANK = "1002.2"


class Clock:
    """The date of the community; `on(days)` moves it by days."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        fake = SimpleNamespace(
            time=lambda: time.time() + self._ahead,
            time_ns=lambda: time.time_ns() + int(self._ahead * 10**9),
            monotonic=time.monotonic,
            sleep=time.sleep,
        )
        patch.setattr("core.store.db.time", fake)
        patch.setattr("core.clock.time", fake)

    def on(self, days: int) -> None:
        self._ahead += days * 86_400


@dataclass
class House:
    """西山社区: `people` by their step, the clock, and how a proposal gets somewhere."""

    store: Store
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return self.people[name]

    def upload(
        self, name: str, caption: str = "", data: bytes = PIXEL, filename: str = "照片.png"
    ) -> list[tuple[str, str]]:
        kept = attachments.keep_upload(self.actor(name), filename, data, ("picture", "document"))
        return [(kept.token, caption)]

    def paper(self, name: str, text: str = "会议纪要") -> list[tuple[str, str]]:
        return self.upload(name, "", text.encode(), "纪要.txt")

    def project(self, amount: int = 300_000, fund: str = "give_back", kind: str = "project") -> Proposal:
        who, wish = self.actor("proposer"), proposing.Wish("楼道灯", "三号楼楼道灯坏了,换成感应灯")
        photos = self.upload("proposer", "换灯以前")
        if kind == "emergency":
            return proposing.propose_emergency(who, wish, fund, amount, today(), photos)
        return proposing.propose_project(who, wish, fund, amount, photos)

    def decided(
        self, proposal: Proposal | None = None, votes: proposing.Votes | None = None, matter: str = MORE_THAN_HALF
    ) -> Proposal:
        proposal = proposal or self.project()
        body = "owners" if votes is not None else "meeting"
        return proposing.decide(
            self.actor("decider"), proposal.id, body, today(), "同意", self.paper("decider"), votes, matter
        )  # fmt: skip

    def published(self, proposal: Proposal | None = None) -> Proposal:
        return proposing.publish(self.actor("secretary"), (proposal or self.decided()).id, "周主任")

    def answered(self, proposal: Proposal | None = None) -> Proposal:
        proposal = proposal or self.published()
        self.clock.on(16)
        return proposing.answered(self.actor("proposer"), proposal.id)

    def signed(self, proposal: Proposal | None = None) -> Proposal:
        return signing.sign(self.actor("director"), (proposal or self.answered()).id)

    def verified(self, proposal: Proposal | None = None) -> Proposal:
        return signing.verify(self.actor("supervisor"), (proposal or self.signed()).id, declared=True)

    def contracted(self, proposal: Proposal | None = None) -> Proposal:
        proposal = proposal or self.verified()
        return paying.add_contract(
            self.actor("proposer"), proposal.id, self.upload("proposer", "", b"contract", "合同.txt")
        )

    def instalment(self, amount: int, serial: int = 1, who: str = "cashier", account: str = BANK) -> paying.Instalment:
        invoice = self.upload(who, "", f"发票 {amount} {serial}".encode(), "发票.txt")
        return paying.Instalment(serial, "海宁市光明灯具店", "firm", "感应灯 12 盏", account, amount, invoice)

    def paid(self, proposal: Proposal | None = None, amount: int = 250_000) -> Proposal:
        proposal = proposal or self.contracted()
        paying.pay(self.actor("cashier"), proposal.id, self.instalment(amount), key=f"payment-{proposal.id}-1")
        return self.again(proposal)

    def accepted(self, proposal: Proposal | None = None) -> Proposal:
        proposal = proposal or self.paid()
        photos = self.upload("proposer", "换灯以后")
        return paying.accept(self.actor("proposer"), proposal.id, today(), "都亮了", photos)

    def shown_again(self, proposal: Proposal | None = None) -> Proposal:
        proposal = proposal or self.accepted()
        self.clock.on(11)
        return paying.publish_after(self.actor("secretary"), proposal.id, "周主任")

    def locked(self, proposal: Proposal | None = None) -> Proposal:
        proposal = proposal or self.shown_again()
        self.clock.on(16)
        return paying.lock(self.actor("director"), proposal.id)

    def again(self, proposal: Proposal) -> Proposal:
        return lists.proposal_of(self.actor("proposer"), proposal.id)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that can be moved."""
    return Clock(monkeypatch)


def give_money(community: str, amounts: dict[str, int]) -> None:
    """Put money into funds: at the bank, the owners' into their custody."""
    actor = command(community)
    with transaction(community):
        open_account(actor, BANK, "农商银行", "asset")
        open_account(actor, "1901.2", "业主共有资金账户", "asset", "owners")
        for fund, fen in amounts.items():
            source, bank = ("2601", "1901.2") if fund == "owners" else ("4901", BANK)
            post(
                actor, key=f"begin-{fund}", day=today(), purpose="年初", lines=[Line(fen, source, bank, fund, fund)]
            )  # fmt: skip


@pytest.fixture
def house(store: Store, plugins: Registry, clock: Clock, prepared: Callable[..., Any]) -> House:
    """西山社区 with a million 分 in each of four funds."""
    return House(store, clock, prepared("spending", store, lambda: settle(store)))


def settle(store: Store) -> dict[str, Actor]:
    """Give people and funds to 西山社区; the people by name."""
    people: dict[str, Actor] = {}
    for name, roles in ROLES.items():
        account = accounts.create_staff(
            command(store.west), f"user{name}", f"{name}某", None, grants=roles, must_change=False
        )
        actor = permissions.actor_of(account.id, store.west)
        assert actor is not None
        people[name] = replace(actor, session=f"s{account.id}", origin="test")
    give_money(store.west, {"give_back": MONEY, "operating": MONEY, "owners": MONEY, "unallocated": MONEY})
    return people


@dataclass(frozen=True)
class Allocatable:
    """A due as that part offers it."""

    due_id: int
    title: str
    amount: int
    split: dict[str, int]


@dataclass
class Dues:
    """What dues offer for allocation, as `dues.allocatable` has it."""

    free: dict[int, Allocatable] = field(default_factory=dict)
    claimed: dict[int, tuple[str, Allocatable]] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)

    def offer(self, due_id: int, amount: int, split: dict[str, int]) -> None:
        self.free[due_id] = Allocatable(due_id, f"食堂 {due_id} 月", amount, split)

    def allocatable(self, _community: str) -> list[Allocatable]:
        return list(self.free.values())

    def claim(self, _actor: Actor, due_ids, proposal) -> None:
        for key in due_ids:
            self.claimed[key] = str(proposal), self.free.pop(key)

    def unclaim(self, _actor: Actor, proposal) -> None:
        for key in [key for key, (ref, _due) in self.claimed.items() if ref == str(proposal)]:
            self.free[key] = self.claimed.pop(key)[1]

    def mark(self, _actor: Actor, proposal) -> None:
        for key in [key for key, (ref, _due) in self.claimed.items() if ref == str(proposal)]:
            self.claimed.pop(key)
            self.done.append(key)


@pytest.fixture
def dues(monkeypatch: pytest.MonkeyPatch) -> Dues:
    """Two dues that were received: 食堂 of March and April."""
    made = Dues()
    made.offer(3, 100_001, {"give_back": 60_001, "owners": 25_000, "operating": 15_000})
    made.offer(4, 50_000, {"give_back": 30_000, "owners": 12_500, "operating": 7_500})
    for name, function in (("allocatable", made.allocatable), ("claim", made.claim), ("unclaim", made.unclaim)):
        monkeypatch.setattr(f"plugins.revenue.spending.proposing.{name}", function)
    monkeypatch.setattr("plugins.revenue.spending.paying.mark_allocated", made.mark)
    return made


def day(text: str) -> datetime.date:
    """A day from its text."""
    return datetime.date.fromisoformat(text)
