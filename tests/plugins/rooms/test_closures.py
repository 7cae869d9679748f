"""Closures stand in the slot table as their union and wait for the bookings in their time."""

from __future__ import annotations

import datetime

import pytest

from core.errors import Conflict, Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.places.closures import BookingsInTheWay


def close(house, name, start, end, **fields):
    fields = {"date": house.day.isoformat(), "reason": "维修", **fields}
    return service.close(house.staff, house.rooms[name].id, start=start, end=end, **fields)


def closed(house, name):
    sql = "SELECT start_min, end_min FROM rooms_slot WHERE resource_id=? AND occurrence_id IS NULL ORDER BY start_min"
    midnight = house.at(0)
    return [(start - midnight, end - midnight) for start, end in slots.rows(sql, house.rooms[name].id)]


def test_overlapping_closures_are_one_slot(house):
    close(house, "棋牌室", "10:00", "12:00")
    close(house, "棋牌室", "11:00", "13:00")
    inner = close(house, "棋牌室", "10:30", "11:30")
    close(house, "棋牌室", "13:00", "14:00")
    close(house, "棋牌室", "18:00", "19:00")
    assert closed(house, "棋牌室") == [(600, 840), (1080, 1140)]
    service.lift(house.staff, inner.id)
    assert closed(house, "棋牌室") == [(600, 840), (1080, 1140)]
    assert check(house.community) == []
    with pytest.raises(Conflict):
        house.book("棋牌室", "13:30", "14:30")


def test_lifting_leaves_what_other_closures_close(house):
    close(house, "棋牌室", "10:00", "12:00")
    second = close(house, "棋牌室", "11:00", "13:00")
    service.lift(house.staff, second.id)
    assert closed(house, "棋牌室") == [(600, 720)]
    with pytest.raises(Refused):
        service.lift(house.staff, second.id)


def test_a_closure_over_bookings_lists_them_and_waits(house):
    booked = house.book("棋牌室", "11:00", "12:00", title="书法班")
    with pytest.raises(BookingsInTheWay) as refused:
        close(house, "棋牌室", "10:00", "14:00")
    assert [(line.id, line.title) for line in refused.value.bookings] == [(booked.occurrence_id, "书法班")]
    assert service.closures(house.staff) == []
    service.cancel(house.staff, booked.occurrence_id, reason="维修")
    close(house, "棋牌室", "10:00", "14:00")
    assert closed(house, "棋牌室") == [(600, 840)]


def test_closing_the_hall_closes_its_parts(house):
    closure = close(house, "大厅", "10:00", "12:00")
    close(house, "东厅", "11:00", "13:00")
    assert closed(house, "大厅") == []
    assert closed(house, "东厅") == [(600, 780)]
    assert closed(house, "西厅") == [(600, 720)]
    assert check(house.community) == []
    assert [item.room for item in service.closures(house.staff, house.rooms["东厅"].id)] == ["大厅", "东厅"]
    service.lift(house.staff, closure.id)
    assert closed(house, "东厅") == [(660, 780)]
    assert closed(house, "西厅") == []


def test_closes_over_several_days(house):
    last = house.day + datetime.timedelta(days=2)
    close(house, "棋牌室", "18:00", "09:00", last_date=last.isoformat())
    assert closed(house, "棋牌室") == [(1080, 2 * 1440 + 540)]
    with pytest.raises(Conflict) as refused:
        house.book("棋牌室", "10:00", "11:00", date=(house.day + datetime.timedelta(days=1)).isoformat())
    assert [time.date for time in refused.value.alternatives.times] == [last.isoformat()] * 3


def test_lifting_a_running_closure_ends_it_now(house, clock):
    closure = close(house, "棋牌室", "10:00", "12:00")
    clock(house.at(660))
    service.lift(house.staff, closure.id)
    assert slots.rows("SELECT start_min, end_min FROM rooms_slot") == [(house.at(600), house.at(660))]
    assert check(house.community) == []


def test_names_what_is_wrong(house):
    yesterday = (house.day - datetime.timedelta(days=9)).isoformat()
    for fields, name in [
        ({"reason": " "}, "reason"),
        ({"date": yesterday}, "date"),
        ({"start": "12:00"}, "end"),
        ({"last_date": "x"}, "last_date"),
        ({"last_date": yesterday}, "last_date"),
    ]:
        with pytest.raises(Invalid) as refused:
            close(house, "棋牌室", **{"start": "10:00", "end": "11:00", **fields})
        assert list(refused.value.errors) == [name], fields
    with pytest.raises(Forbidden):
        service.close(
            house.resident(),
            house.rooms["棋牌室"].id,
            date=house.day.isoformat(),
            start="10:00",
            end="11:00",
            reason="维修",
        )
