"""When the doors open again: said to whoever comes while everything is shut, on the page and on the screens."""

from __future__ import annotations

import datetime

from plugins.rooms import service
from plugins.rooms.finding.screens import hall

ROOMS_OPEN = {weekday: [(480, 720), (840, 1080)] for weekday in range(5)}


def at(house, minute, days=0):
    day = house.day - datetime.timedelta(days=house.day.weekday() - days)
    return datetime.datetime.combine(day, datetime.time(*divmod(minute, 60)))


def test_the_first_hour_at_which_a_room_opens(house):
    service.set_week(house.staff, house.venue, ROOMS_OPEN)
    monday = at(house, 0).date()
    assert service.opens_next(house.community, at(house, 420)) == (monday, "08:00")
    assert service.opens_next(house.community, at(house, 480)) is None
    assert service.opens_next(house.community, at(house, 750)) == (monday, "14:00")
    assert service.opens_next(house.community, at(house, 1080, 4)) == (monday + datetime.timedelta(days=7), "08:00")
    service.set_week(house.staff, house.venue, {0: [(540, 600)]}, room_id=house.rooms["棋牌室"].id)
    other = service.add_venue(house.staff, name="东区").id
    assert service.opens_next(house.community, at(house, 420), house.venue) == (monday, "08:00")
    assert service.opens_next(house.community, at(house, 420), other) is None, "it has no rooms"


def test_a_hall_screen_says_it_while_nothing_is_open(house):
    service.set_week(house.staff, house.venue, ROOMS_OPEN)
    shut, open_now = at(house, 750), at(house, 900)
    assert hall(house.visitor, house.venue, shut).opens == (shut.date(), "14:00")
    assert hall(house.visitor, None, open_now).opens is None and hall(house.visitor, None, open_now).free


def test_while_the_house_is_closed_nothing_opens(house):
    service.set_week(house.staff, house.venue, ROOMS_OPEN)
    later = at(house, 0, 7).date()
    for name in ("棋牌室", "会议室", "大厅"):
        service.close(
            house.staff, house.rooms[name].id, date=later.isoformat(), start="00:00", end="10:30", reason="停电检修"
        )
    week_later = at(house, 420, 7)
    assert service.opens_next(house.community, week_later) == (later, "10:30")
    assert service.opens_next(house.community, at(house, 600, 7)) == (later, "10:30")
    assert service.opens_next(house.community, at(house, 630, 7)) is None
