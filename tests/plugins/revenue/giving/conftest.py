"""Those who move money in 西山社区: a bookkeeper, a cashier, a secretary, a director, and a second account of the bookkeeper."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.actor import Actor, command
from core.civic.attachments import keep_upload
from core.clock import today
from core.people import accounts
from core.plugin.registry import Registry
from core.testing import Store
from plugins.revenue.giving import opening, petty, pledges
from plugins.revenue.giving.models import Float, Opening, Pledge

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=")
HELD = {
    "bookkeeper": ("revenue.books", "revenue.give", "revenue.opening", "revenue.post"),
    "cashier": ("revenue.books", "revenue.petty"),
    "secretary": ("revenue.books", "revenue.approve", "revenue.close"),
    "director": ("revenue.books", "revenue.approve", "revenue.close"),
    "staff": ("revenue.books", "revenue.give"),
}
OPENING_DAY = datetime.date(2025, 1, 1)


@dataclass
class Office:
    """The people by role; every one has an account of their own and belongs to nobody else."""

    store: Store
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def community(self) -> str:
        return self.store.west

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["people"][name]  # a copy in the making has no people yet
        except KeyError:
            raise AttributeError(name) from None

    def paper(self, who: str, name: str = "回单", seed: int = 0) -> tuple[str, str]:
        """A paper that waits in the form of somebody."""
        return keep_upload(self.people[who], f"{name}{seed}.png", PIXEL, ("picture", "document")).token, ""

    def same_person(self, who: str, *roles: str) -> Actor:
        """A second account of somebody, with other roles."""
        other = self.people[roles[0]]
        self.people[who] = replace(self.people[who], person=77)
        return replace(other, account=other.account + 1000, person=77, label="另一个名字")

    def opened(self, lines: tuple[tuple[str, str, int], ...] = (("1002", "operating", 1_000_000),)) -> Opening:
        """Opening balances that are in the books."""
        made = self.written(lines)
        opening.hand_in(self.bookkeeper, made.id)
        return opening.approve(self.director, made.id)

    def written(self, lines: tuple[tuple[str, str, int], ...] = (("1002", "operating", 1_000_000),)) -> Opening:
        """Opening balances with evidence that nobody has approved."""
        made = opening.start(self.bookkeeper, OPENING_DAY)
        for account, fund, amount in lines:
            opening.set_line(self.bookkeeper, made.id, account, fund, amount)
        opening.add_evidence(self.bookkeeper, made.id, [self.paper("bookkeeper", "对账单")])
        return made

    def pledged(self, amount: int = 100_000, **told: object) -> Pledge:
        """A firm's pledge of money for reading."""
        fund = told.pop("fund", None) or pledges.open_purpose(
            self.bookkeeper, f"专款{len(pledges.purposes(self.community))}", "买书"
        )
        values = {"name": "新光印务", "purpose": "给阅览角买书", **told}
        return pledges.pledge(self.bookkeeper, pledges.Told("firm", fund=fund, amount=amount, **values))

    def float(self, advance: int = 0, ceiling: int = 300_000, limit: int = 50_000) -> Float:
        """A float held by the cashier, with cash in it."""
        box = petty.open_float(
            self.director, petty.NewFloat("备用金", self.cashier.account, "operating", ceiling, limit)
        )
        if advance:
            petty.approve_move(self.director, petty.ask_advance(self.cashier, box.id, advance, "1002", "").id)
        return petty.find_float(self.cashier, box.id)


@pytest.fixture
def office(store: Store, plugins: Registry, prepared: Callable[..., Any]) -> Office:
    """西山社区 with everybody who moves money."""
    made: Office = prepared("giving", store, lambda: settle(store))
    return made


def settle(store: Store) -> Office:
    """An office whose people have accounts."""
    made = Office(store)
    for role, held in HELD.items():
        account = accounts.create_staff(
            command(store.west), f"user{role}", f"{role}某", None, grants=(role,), must_change=False
        )
        made.people[role] = replace(store.actor(*held, account=account.id, session=f"s{account.id}"), label=f"{role}某")
    return made


@pytest.fixture
def day() -> datetime.date:
    """Today."""
    return today()
