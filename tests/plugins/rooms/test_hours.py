"""Opening hours: of the week, of one date, of one room, on statutory holidays."""

from __future__ import annotations

import datetime

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from plugins.rooms import service


def hours(house, name, day=None):
    day = day or house.day
    return service.load_plan(house.community, day).hours(house.rooms[name].id, day)


def test_a_new_venue_opens_every_day(house):
    assert hours(house, "棋牌室") == [(480, 1260)]


def test_a_rooms_hours_replace_its_venues(house):
    room = house.rooms["棋牌室"].id
    service.set_week(house.staff, house.venue, {house.day.weekday(): [(540, 600)]}, room_id=room)
    assert hours(house, "棋牌室") == [(540, 600)]
    assert hours(house, "棋牌室", house.day + datetime.timedelta(days=1)) == []
    assert hours(house, "会议室") == [(480, 1260)]
    assert service.weekly_hours(house.community, house.venue, room)[house.day.weekday()] == [(540, 600)]
    service.set_week(house.staff, house.venue, {}, room_id=room)
    assert hours(house, "棋牌室") == [(480, 1260)]


def test_a_dates_hours_replace_the_weeks(house):
    service.set_day(house.staff, house.venue, house.day, [(600, 720), (720, 780)], reason="活动")
    assert hours(house, "棋牌室") == [(600, 780)]
    service.set_day(house.staff, house.venue, house.day, [])
    assert hours(house, "棋牌室") == []
    assert [
        (item.start_min, item.end_min) for item in service.dated_hours(house.community, house.venue, house.day)
    ] == [(0, 0)]
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "14:00", "15:00")
    assert list(refused.value.errors) == ["date"]
    service.set_day(house.staff, house.venue, house.day, [(600, 660)], room_id=house.rooms["棋牌室"].id)
    assert hours(house, "棋牌室") == [(600, 660)]
    service.set_day(house.staff, house.venue, house.day, None)
    assert hours(house, "会议室") == [(480, 1260)]


def test_touching_intervals_are_one(house):
    service.set_week(house.staff, house.venue, {house.day.weekday(): [(480, 720), (720, 1080)]})
    assert house.book("棋牌室", "11:00", "13:00").state == "confirmed"


def test_statutory_holidays_follow_the_venues_switch(house):
    new_year = datetime.date(2027, 1, 1)
    assert hours(house, "棋牌室", new_year) == [(480, 1260)]
    service.edit_venue(house.staff, house.venue, open_on_holidays=False)
    assert hours(house, "棋牌室", new_year) == []
    service.set_day(house.staff, house.venue, new_year, [(540, 660)])
    assert hours(house, "棋牌室", new_year) == [(540, 660)]


def test_refuses_hours_that_cannot_be(house):
    for week in ({0: [(600, 600)]}, {0: [(600, 1500)]}, {0: [(480, 720), (700, 800)]}):
        with pytest.raises(Invalid):
            service.set_week(house.staff, house.venue, week)
    with pytest.raises(Invalid):
        service.set_day(house.staff, house.venue, house.day, [(700, 600)])
    with pytest.raises(Forbidden):
        service.set_week(house.resident(), house.venue, {})
    with pytest.raises(NotFound):
        service.set_week(house.staff, house.south.venue_id, {})
    other = service.add_venue(house.staff, name="东区")
    with pytest.raises(Refused):
        service.set_week(house.staff, other.id, {}, room_id=house.rooms["棋牌室"].id)
