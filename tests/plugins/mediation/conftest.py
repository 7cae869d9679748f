"""A mediation committee with rooms to meet in, on both engines: a head, a clerk, two mediators, and people who are none of it."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from core.actor import Actor, command
from core.clock import today
from core.people import accounts
from core.plugin.registry import Registry
from core.testing import Store
from plugins.mediation import service
from plugins.mediation.models import Case, Mediator
from plugins.rooms import service as rooms

WORK = ("mediation.work", "mediation.enter", "mediation.report", "rooms.book", "core.desk")
STAFF = ("mediation.enter", "mediation.roster", "rooms.desk", "rooms.book", "rooms.booking.cancel", "rooms.manage", "core.audit.view",
         "core.inbox.all", "core.search", "core.threads.link", "core.desk")  # fmt: skip
WHO = ("head", "clerk", "first", "second", "stranger", "director")


@dataclass
class Committee:
    """西山社区's committee. `people` are actors by name; `mediators` their places on the roster."""

    store: Store
    people: dict[str, Actor] = field(default_factory=dict)
    mediators: dict[str, Mediator] = field(default_factory=dict)
    room: int = 0
    other_room: int = 0

    @property
    def community(self) -> str:
        return self.store.west

    @property
    def head(self) -> Actor:
        return self.people["head"]

    def applied(self, actor: Actor | None = None, facts: str = "楼上漏水") -> Case:
        return service.apply(
            actor or self.head, service.Person("甲方", "13900000001", "1-1-101"),
            service.Person("乙方", "13900000002", "1-1-201"), service.Told(facts, "修好", "周末", "neighbours"),
        )  # fmt: skip

    def accepted(self) -> Case:
        case = self.applied()
        service.contact(self.head, case.id)
        for party in service.parties_of(case):
            service.answer_of(self.head, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
        return service.accept(self.head, case.id)

    def assigned(self, *names: str) -> Case:
        case = self.accepted()
        for name in names or ("first",):
            case = service.assign(self.head, case.id, self.mediators[name].id, "committee", True, in_spite=True)
        return case

    def meeting(self, days: int = 2, start: int = 840, end: int = 930, room: int | None = None) -> service.Meeting:
        return service.Meeting(room or self.room, today() + datetime.timedelta(days=days), start, end)

    def in_mediation(self, clock: Callable[[int], None]) -> Case:
        """A case whose meeting took place; the clock stands behind it."""
        case = self.assigned()
        session = service.schedule(self.head, case.id, self.meeting())
        clock(session.end_min + 1)
        came = [service.Attended(party.id, True, True) for party in service.parties_of(case)]
        return service.write_record(self.head, case.id, came, "双方说清了漏水的原因", recorder="书记员")


@pytest.fixture
def committee(store: Store, plugins: Registry, prepared: Callable[..., Any]) -> Committee:
    """A head, a clerk, two mediators and a stranger with the same role who is not on the roster; a director."""
    made: Committee = prepared("mediation", store, lambda: settle(store))
    return made


def settle(store: Store) -> Committee:
    """The committee and the two rooms it meets in."""
    made = Committee(store)
    for name in WHO:
        account = accounts.create_staff(
            command(store.west), f"user{name}", f"{name}某", None,
            grants=("director" if name == "director" else "mediator",), must_change=False,
        )  # fmt: skip
        held = STAFF if name == "director" else WORK
        made.people[name] = store.actor(*held, account=account.id, session=f"s{account.id}")
        made.people[name] = replace(made.people[name], label=f"{name}某")
    for name, office in (("head", "head"), ("clerk", "clerk"), ("first", "mediator"), ("second", "mediator")):
        made.mediators[name] = service.enter(made.people["director"], made.people[name].account, "", office)
    actor = command(store.west)
    venue = rooms.add_venue(actor, name="邻里中心")
    rooms.set_week(actor, venue.id, {day: [(480, 1260)] for day in range(7)})
    made.room = rooms.add_room(actor, venue.id, name="调解室一", seats=8, confidential=True).id
    made.other_room = rooms.add_room(actor, venue.id, name="调解室二", seats=8).id
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`clock(minute)` sets the time to a UTC minute."""

    def set_to(minute: int) -> None:
        fake = SimpleNamespace(
            time=lambda: minute * 60.0, time_ns=lambda: minute * 60 * 10**9, monotonic=time.monotonic
        )
        monkeypatch.setattr("core.store.db.time", fake)
        monkeypatch.setattr("core.clock.time", fake)

    return set_to
