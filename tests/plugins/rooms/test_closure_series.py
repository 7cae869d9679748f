"""Regular closures: dated rows made and lifted together, bookings in the way first, the slots as their union."""

from __future__ import annotations

import datetime

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.models import Closure

WEEKS = Rule(count=4)


def after(house, days):
    return house.day + datetime.timedelta(days=days)


def close(house, room="棋牌室", rule=WEEKS, actor=None, start="08:00", end="12:00", reason="打扫", **fields):
    return service.close_regularly(
        actor or house.staff, house.rooms[room].id, rule, date=house.day.isoformat(), start=start, end=end,
        reason=reason, **fields,
    )  # fmt: skip


def closed(house, room="棋牌室"):
    return [each.start_min for each in service.closures(house.staff, house.rooms[room].id)]


def test_closes_every_date_and_nobody_can_book_then(house):
    assert close(house) == 4
    assert len(closed(house)) == 4
    with pytest.raises(Refused):
        house.book("棋牌室", "09:00", "10:00", date=after(house, 14).isoformat())
    house.book("棋牌室", "12:00", "13:00", date=after(house, 14).isoformat())
    assert check(house.community) == []


def test_bookings_in_the_way_come_first_or_their_dates_are_left_out(house):
    booked = house.book("东厅", "09:00", "10:00", date=after(house, 7).isoformat())
    found = service.look_at_closures(
        house.staff, house.rooms["大厅"].id, WEEKS, date=house.day.isoformat(), start="08:00", end="12:00"
    )
    assert found.taken == {after(house, 7)}
    assert [line.id for line in found.bookings] == [booked.occurrence_id]
    with pytest.raises(service.BookingsInTheWay) as refused:
        close(house, "大厅")
    assert [line.id for line in refused.value.bookings] == [booked.occurrence_id]
    assert Closure.select().count() == 0
    assert close(house, "大厅", skip={after(house, 7)}) == 3
    assert check(house.community) == []


def test_overlapping_closures_stand_as_their_union(house):
    close(house)
    service.close(
        house.staff,
        house.rooms["棋牌室"].id,
        date=after(house, 7).isoformat(),
        start="11:00",
        end="14:00",
        reason="选举",
    )
    close(house, start="10:00", end="13:00", reason="检修")
    assert check(house.community) == []


def test_one_date_or_all_to_come_are_opened_again(house, clock):
    close(house)
    first = Closure.get(Closure.start_min == house.at(8 * 60))
    second = Closure.get(Closure.start_min == house.at(8 * 60) + 7 * 1440)
    service.lift(house.staff, second.id)
    assert len(closed(house)) == 3
    clock(house.at(9 * 60))
    assert service.lift_regular(house.staff, first.series_id) == 3
    assert closed(house) == []
    assert Closure.get_by_id(first.id).end_min == house.at(9 * 60)
    assert check(house.community) == []
    with pytest.raises(Refused):
        service.lift_regular(house.staff, first.series_id)


def test_says_what_is_missing_and_who_may(house):
    with pytest.raises(Invalid) as refused:
        close(house, reason=" ")
    assert "reason" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        close(house, skip={after(house, days) for days in (0, 7, 14, 21)})
    assert "days" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        close(house, rule=Rule())
    assert "until" in refused.value.errors
    with pytest.raises(Forbidden):
        close(house, actor=house.resident())
    with pytest.raises(NotFound):
        service.close_regularly(
            house.staff, house.south.id, WEEKS, date=str(house.day), start="08:00", end="09:00", reason="x"
        )
