"""Random acts compared with a brute-force model that knows only minutes: whatever happens, both agree on what is taken."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check

STEP = 15


class Minutes:
    """Which minutes of the day each room is taken by which booking or closure; a hall takes its parts."""

    def __init__(self, house) -> None:
        self.parts = {
            house.rooms["棋牌室"].id: ["棋"],
            house.rooms["大厅"].id: ["东", "西"],
            house.rooms["东厅"].id: ["东"],
            house.rooms["西厅"].id: ["西"],
        }
        self.taken: dict[tuple[str, int], int] = {}
        self.bookings: dict[int, tuple[int, int, int]] = {}

    def cells(self, room, start, end):
        return [(part, minute) for part in self.parts[room] for minute in range(start, end)]

    def is_free(self, room, start, end, leaving_out=None):
        return all(self.taken.get(cell, leaving_out) == leaving_out for cell in self.cells(room, start, end))

    def put(self, key, room, start, end):
        self.bookings[key] = (room, start, end)
        for cell in self.cells(room, start, end):
            self.taken[cell] = key

    def drop(self, key):
        room, start, end = self.bookings.pop(key)
        for cell in self.cells(room, start, end):
            del self.taken[cell]


def run(house, seed, steps):
    chance, model = random.Random(seed), Minutes(house)
    date = house.day.isoformat()
    for _step in range(steps):
        room = chance.choice(list(model.parts))
        start = chance.randrange(480, 1200, STEP)
        end = min(start + chance.randrange(STEP, 180, STEP), 1260)
        times = {"date": date, "start": f"{start // 60}:{start % 60:02d}", "end": f"{end // 60}:{end % 60:02d}"}
        act = chance.choice(("book", "book", "book", "move", "cancel"))
        key = chance.choice(list(model.bookings)) if model.bookings else None
        if act == "book" or key is None:
            key, leaving_out = None, None
            do = lambda: service.book(house.staff, room, service.BookingRequest(**times))  # noqa: B023, E731
        elif act == "move":
            leaving_out = key
            do = lambda: service.move(house.staff, key, room_id=room, **times)  # noqa: B023, E731
        else:
            service.cancel(house.staff, key)
            model.drop(key)
            continue
        if model.is_free(room, start, end, leaving_out):
            made = do().occurrence_id
            if key is not None:
                model.drop(key)
            model.put(made, room, start, end)
        else:
            with pytest.raises(Conflict) as refused:
                do()
            for time in refused.value.alternatives.times:
                first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (time.start, time.end))
                assert time.date != date or model.is_free(time.room_id, first, last, leaving_out)
    midnight = house.at(0)
    stored = {
        (resource, minute - midnight): occurrence
        for resource, first, last, occurrence in slots.busy_rooms(house.community, midnight, midnight + 1440)
        for minute in range(first, last)
    }
    names = {house.rooms["棋牌室"].id: "棋", house.rooms["东厅"].id: "东", house.rooms["西厅"].id: "西"}
    assert {(names[resource], minute): key for (resource, minute), key in stored.items()} == model.taken
    assert check(house.community) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_acts_agree_with_the_minutes(house, seed):
    run(house, seed, 60)


closures = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20), st.booleans()), min_size=1, max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closures)
def test_closures_always_stand_as_their_union(house, intervals):
    room, remaining = house.rooms["棋牌室"].id, []
    for start, length, is_lifted in intervals:
        first, last = start * STEP, min((start + length) * STEP, 1440)
        times = {"start": f"{first // 60:02d}:{first % 60:02d}", "end": f"{last // 60:02d}:{last % 60:02d}"}
        closure = service.close(house.staff, room, date=house.day.isoformat(), reason="维修", **times)
        remaining.append((closure, is_lifted))
    for closure in [closure for closure, is_lifted in remaining if is_lifted]:
        service.lift(house.staff, closure.id)
    left = [closure for closure, is_lifted in remaining if not is_lifted]
    stored = [
        minute
        for start, end in slots.rows("SELECT start_min, end_min FROM rooms_slot WHERE resource_id=?", room)
        for minute in range(start, end)
    ]
    assert len(stored) == len(set(stored))
    assert set(stored) == {minute for closure in left for minute in range(closure.start_min, closure.end_min)}
    assert check(house.community) == []
    for closure in left:
        service.lift(house.staff, closure.id)
    assert slots.rows("SELECT count(*) FROM rooms_slot") == [(0,)]
