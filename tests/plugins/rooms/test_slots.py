"""The slot table refuses every overlap, also by raw SQL, under one name on both engines."""

from __future__ import annotations

import peewee
import pytest

from core.errors import Conflict
from core.store import db, violations
from plugins.rooms.booking import slots

INSERT = "INSERT INTO rooms_slot (resource_id, start_min, end_min, occurrence_id) VALUES (?, ?, ?, NULL)"


@pytest.fixture
def room(house):
    """A resource whose slots 100–200 and 300–400 are taken."""
    room = house.rooms["棋牌室"].id
    with db.transaction():
        slots.run(INSERT, room, 100, 200)
        slots.run(INSERT, room, 300, 400)
    return room


def refused(statement, *params):
    """The name of the guard that refuses a statement, None when nothing does."""
    try:
        with db.transaction():
            slots.run(statement, *params)
    except peewee.PeeweeException as error:
        return violations.violated(error)
    return None


def stored(room):
    return slots.rows("SELECT start_min, end_min FROM rooms_slot WHERE resource_id=? ORDER BY start_min", room)


def test_refuses_every_overlapping_insert(room):
    for start, end in [
        (100, 200),
        (100, 101),
        (150, 160),
        (199, 201),
        (50, 101),
        (50, 250),
        (150, 350),
        (0, 1000),
        (399, 500),
    ]:
        assert refused(INSERT, room, start, end) == "rooms_slot_free", (start, end)
    assert stored(room) == [(100, 200), (300, 400)]


def test_takes_every_insert_that_only_touches(room):
    for start, end in [(0, 100), (200, 250), (250, 300), (400, 401)]:
        assert refused(INSERT, room, start, end) is None
    assert len(stored(room)) == 6


def test_refuses_an_interval_that_does_not_go_forward(room):
    assert refused(INSERT, room, 500, 500) == "rooms_slot_order"
    assert refused(INSERT, room, 500, 400) == "rooms_slot_order"


def test_refuses_an_update_into_another_slot(room):
    move = "UPDATE rooms_slot SET start_min=?, end_min=? WHERE resource_id=? AND start_min=300"
    assert refused(move, 150, 250, room) == "rooms_slot_free"
    assert refused(move, 100, 200, room) == "rooms_slot_free"
    assert refused(move, 50, 450, room) == "rooms_slot_free"
    assert refused(move, 200, 350, room) is None
    assert stored(room) == [(100, 200), (200, 350)]


def test_refuses_an_update_to_another_room(room, house):
    other = house.rooms["会议室"].id
    assert refused(INSERT, other, 150, 250) is None
    assert refused("UPDATE rooms_slot SET resource_id=? WHERE resource_id=? AND start_min=150", room, other) == (
        "rooms_slot_free"
    )


def test_refuses_insert_or_replace_and_upserts(room):
    if db.engine_name() == "sqlite":
        replace = INSERT.replace("INSERT", "INSERT OR REPLACE")
        assert refused(replace, room, 100, 250) == "rooms_slot_free"
        assert refused(replace, room, 150, 250) == "rooms_slot_free"
        assert refused("UPDATE OR REPLACE rooms_slot SET start_min=150, end_min=350 WHERE start_min=300") == (
            "rooms_slot_free"
        )
        assert refused(INSERT.replace("INSERT", "INSERT OR IGNORE"), room, 150, 250) == "rooms_slot_free"
    upsert = INSERT + " ON CONFLICT (resource_id, start_min) DO UPDATE SET end_min=excluded.end_min"
    assert refused(upsert, room, 100, 350) == "rooms_slot_free"
    assert stored(room) == [(100, 200), (300, 400)]


def test_another_room_is_free_at_the_same_time(room, house):
    assert refused(INSERT, house.rooms["会议室"].id, 100, 200) is None


def test_a_slot_belongs_to_something_its_occurrence_needs(room, house):
    booked = house.book("棋牌室", "14:00", "15:00")
    insert = INSERT.replace("NULL", "?")
    assert refused(insert, house.rooms["会议室"].id, 1, 2, booked.occurrence_id) == "foreign_key"
    assert refused(insert, house.south.id, 1, 2, booked.occurrence_id) == "foreign_key"
    assert refused(INSERT, 987_654, 1, 2) == "foreign_key"


def test_an_occurrence_cannot_need_a_room_of_another_community(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    insert = "INSERT INTO rooms_occurrence_resource (community, occurrence_id, resource_id) VALUES (?, ?, ?)"
    for community in (house.store.west, house.store.south):
        assert refused(insert, community, booked.occurrence_id, house.south.id) == "foreign_key"


def test_taking_is_decided_by_the_guard(room, house):
    with pytest.raises(slots.Taken) as taken, db.transaction():
        slots.take(None, [house.rooms["会议室"].id, room], 150, 250)
    assert taken.value.resource_id == room
    assert stored(room) == [(100, 200), (300, 400)]
    assert stored(house.rooms["会议室"].id) == []


def test_a_booking_that_saw_a_free_time_too_early_is_refused_all_the_same(house, monkeypatch):
    """What a second process does when the first one books between its look and its insert."""
    house.book("棋牌室", "14:00", "15:00")
    monkeypatch.setattr(slots, "refuse_taken", lambda *_arguments: None)
    with pytest.raises(Conflict):
        house.book("棋牌室", "14:30", "15:30")
    assert slots.rows("SELECT count(*) FROM rooms_booking") == [(1,)]


def test_asks_with_one_seek(room):
    plan = "EXPLAIN QUERY PLAN " if db.engine_name() == "sqlite" else "EXPLAIN "
    text = str(slots.rows(plan + slots.PREDECESSOR, room, 250))
    assert "USING PRIMARY KEY (resource_id=? AND start_min<?)" in text or "Index" in text
    assert "TEMP B-TREE" not in text


def test_union_and_without():
    assert slots.union([(5, 9), (1, 3), (3, 4), (6, 7)]) == [(1, 4), (5, 9)]
    assert slots.without([(0, 10)], [(2, 3), (3, 4), (9, 12)]) == [(0, 2), (4, 9)]
    assert slots.without([(0, 10), (20, 30)], [(5, 25)]) == [(0, 5), (25, 30)]
    assert slots.without([(0, 10)], [(-5, 15)]) == []
