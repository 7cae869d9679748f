"""Rooms to book in tests, on both engines: a hall with two parts and a room that needs approval, in an opened store."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from core.actor import Actor
from core.clock import today, utc_minute
from core.people.person import Person
from core.plugin.registry import Registry
from core.store.db import transaction
from core.testing import Store
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.finding import unmet
from plugins.rooms.models import Room

DESK = (
    "rooms.book", "rooms.desk", "rooms.booking.approve", "rooms.booking.cancel", "rooms.waiting.decide", "rooms.manage",
)  # fmt: skip


@dataclass
class House:
    """A venue in 西山社区 and one in 南苑社区, with people who book there. `day` is a date some days ahead."""

    store: Store
    venue: int = 0
    south: Room | None = None
    rooms: dict[str, Room] = field(default_factory=dict)
    day: datetime.date = field(default_factory=lambda: today() + datetime.timedelta(days=3))

    @property
    def community(self) -> str:
        return self.store.west

    @property
    def staff(self) -> Actor:
        return self.store.actor(*DESK, account=1, person=None)

    def resident(self, number: int = 1) -> Actor:
        return self.store.actor("rooms.book", kind="resident", account=100 + number, person=1000 + number)

    @property
    def visitor(self) -> Actor:
        return self.store.actor(kind="anonymous")

    def add(self, name: str, /, **fields: object) -> Room:
        room = service.add_room(self.staff, self.venue, name=name, **fields)  # type: ignore[arg-type]
        self.rooms[name] = room
        return room

    def edit(self, name: str, /, **fields: object) -> None:
        service.edit_room(self.staff, self.rooms[name].id, **fields)

    def book(self, name: str, /, start: str, end: str, actor: Actor | None = None, **fields: object) -> service.Booked:
        fields.setdefault("date", self.day.isoformat())
        room = self.rooms[name].id
        return service.book(actor or self.resident(), room, service.BookingRequest(start=start, end=end, **fields))  # type: ignore[arg-type]

    def at(self, minute: int) -> int:
        """The UTC minute of a local minute of `day`."""
        return utc_minute(self.day, minute)


def slots_of(occurrence_id: int) -> list[tuple[int, int, int]]:
    """The slots an occurrence holds: (resource, start, end), by resource."""
    statement = "SELECT resource_id, start_min, end_min FROM rooms_slot WHERE occurrence_id=? ORDER BY resource_id"
    return slots.rows(statement, occurrence_id)


def add_people(house: House) -> None:
    """The residents `house.resident(0)` … `house.resident(9)`, as they stand in the roster."""
    with transaction(house.community):
        for number in range(10):
            Person.insert(
                id=1000 + number,
                community=house.community,
                public_id=f"resident{number}",
                name=f"居民{number}",
                sort_key=str(number),
                search_text="",
                created_at=0,
                updated_at=0,
            ).execute()


@pytest.fixture
def house(store: Store, plugins: Registry, prepared: Callable[..., Any]) -> House:
    """西山社区 with the rooms 棋牌室 (seats 20) and 会议室 (needs approval) and the hall 大厅 of 东厅 and 西厅."""
    made: House = prepared("rooms", store, lambda: settle(store))
    return made


def settle(store: Store) -> House:
    """A house with rooms and the people who book them."""
    house = House(store)
    add_people(house)
    house.venue = service.add_venue(house.staff, name="党群服务中心").id
    house.add("棋牌室", seats=20)
    house.add("会议室", seats=12, needs_approval=True)
    hall = house.add("大厅", seats=100)
    house.add("东厅", seats=50, part_of=hall.id)
    house.add("西厅", seats=50, part_of=hall.id)
    south = store.actor(*DESK, community=store.south)
    venue = service.add_venue(south, name="南苑中心")
    house.south = service.add_room(south, venue.id, name="活动室", seats=30)
    return house


@pytest.fixture(autouse=True)
def no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests looked for in vain waits in memory to be counted: here it starts anew."""
    monkeypatch.setattr(unmet, "_known", set())
    monkeypatch.setattr(unmet, "_waiting", Counter())


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
