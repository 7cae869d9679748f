"""A hall and its parts exclude each other both ways; the hall has no slots of its own."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Refused
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from tests.plugins.rooms.conftest import slots_of


def test_booking_the_hall_takes_every_part(house):
    booked = house.book("大厅", "14:00", "16:00")
    assert {row[0] for row in slots_of(booked.occurrence_id)} == {house.rooms["东厅"].id, house.rooms["西厅"].id}
    for part in ("东厅", "西厅"):
        with pytest.raises(Conflict):
            house.book(part, "15:00", "15:30")
    assert check(house.community) == []


def test_a_booked_part_blocks_the_hall_but_not_the_other_part(house):
    house.book("东厅", "14:00", "15:00")
    with pytest.raises(Conflict) as refused:
        house.book("大厅", "14:30", "15:30")
    assert "东厅" in str(refused.value)
    nearest = refused.value.alternatives.times[0]
    assert (nearest.start, nearest.end) == ("15:00", "16:00")
    house.book("西厅", "14:00", "15:00")
    house.book("大厅", "15:00", "16:00")
    assert check(house.community) == []


def test_nothing_of_a_refused_hall_booking_stays(house):
    house.book("西厅", "14:00", "15:00")
    before = slots.rows("SELECT count(*) FROM rooms_slot")
    with pytest.raises(Conflict):
        house.book("大厅", "14:00", "15:00")
    assert slots.rows("SELECT count(*) FROM rooms_slot") == before
    assert slots.rows("SELECT count(*) FROM rooms_booking") == [(1,)]


def test_a_room_with_bookings_to_come_is_not_divided(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    with pytest.raises(Refused):
        house.add("棋牌室东", part_of=house.rooms["棋牌室"].id)
    service.cancel(house.staff, booked.occurrence_id, reason="改造")
    house.add("棋牌室东", part_of=house.rooms["棋牌室"].id)
    part = house.book("棋牌室", "14:00", "15:00")
    assert {row[0] for row in slots_of(part.occurrence_id)} == {house.rooms["棋牌室东"].id}


def test_a_part_has_no_parts(house):
    with pytest.raises(Refused):
        house.add("东厅北", part_of=house.rooms["东厅"].id)


def test_closures_follow_the_division(house):
    hall = house.rooms["棋牌室"]
    date = house.day.isoformat()
    service.close(house.staff, hall.id, date=date, start="10:00", end="12:00", reason="维修")
    part = house.add("棋牌室东", part_of=hall.id)
    assert slots.rows("SELECT resource_id FROM rooms_slot") == [(part.id,)]
    assert check(house.community) == []
    service.remove_room(house.staff, part.id)
    assert slots.rows("SELECT resource_id FROM rooms_slot") == [(hall.id,)]
    assert check(house.community) == []


def test_a_hall_with_parts_and_a_room_in_use_are_not_removed(house):
    with pytest.raises(Refused):
        service.remove_room(house.staff, house.rooms["大厅"].id)
    house.book("大厅", "14:00", "15:00")
    with pytest.raises(Refused):
        service.remove_room(house.staff, house.rooms["东厅"].id)
