"""Moving, ending early and cancelling: slots follow in the same transaction, and only for those who may."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.store.db import database
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.models import Booking, Occurrence
from tests.plugins.rooms.conftest import slots_of


def move(house, occurrence, start, end, actor=None, **fields):
    fields.setdefault("date", house.day.isoformat())
    return service.move(actor or house.resident(), occurrence, start=start, end=end, **fields)


def times(house, occurrence):
    return sorted({(row[1], row[2]) for row in slots_of(occurrence)})


def events(house):
    return [row[0] for row in slots.rows("SELECT name FROM event_outbox ORDER BY id")]


def test_cancelling_frees_the_time_at_once(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    service.cancel(house.resident(), booked.occurrence_id)
    assert Occurrence.get_by_id(booked.occurrence_id).state == "cancelled"
    assert house.book("棋牌室", "14:00", "15:00", house.resident(2)).state == "confirmed"
    assert events(house) == ["rooms.booking.confirmed/1", "rooms.booking.cancelled/1", "rooms.booking.confirmed/1"]
    with pytest.raises(Refused):
        service.cancel(house.resident(), booked.occurrence_id)


def test_nobody_cancels_for_another_resident(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    for act in (
        lambda: service.cancel(house.resident(2), booked.occurrence_id),
        lambda: service.finish(house.resident(2), booked.occurrence_id),
        lambda: move(house, booked.occurrence_id, "16:00", "17:00", house.resident(2)),
        lambda: service.occurrence_line(house.resident(2), booked.occurrence_id),
        lambda: service.occurrence_line(house.visitor, booked.occurrence_id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert service.occurrence_line(house.staff, booked.occurrence_id).id == booked.occurrence_id


def test_staff_cancel_for_others_with_a_reason(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    with pytest.raises(Invalid) as refused:
        service.cancel(house.staff, booked.occurrence_id)
    assert list(refused.value.errors) == ["reason"]
    service.cancel(house.staff, booked.occurrence_id, reason="消防检查")
    assert Occurrence.get_by_id(booked.occurrence_id).reason == "消防检查"


def test_moves_with_its_slots(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    moved = move(house, booked.occurrence_id, "14:30", "16:00")
    assert (moved.state, moved.occurrence_id) == ("confirmed", booked.occurrence_id)
    assert times(house, booked.occurrence_id) == [(house.at(870), house.at(960))]
    house.book("棋牌室", "14:00", "14:30", house.resident(2))
    assert events(house)[1] == "rooms.booking.moved/1"
    assert check(house.community) == []


def test_a_refused_move_changes_nothing(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    house.book("棋牌室", "16:00", "17:00", house.resident(2))
    with pytest.raises(Conflict) as refused:
        move(house, booked.occurrence_id, "15:30", "16:30")
    assert times(house, booked.occurrence_id) == [(house.at(840), house.at(900))]
    offered = [(time.start, time.end) for time in refused.value.alternatives.times]
    assert ("15:00", "16:00") in offered
    assert check(house.community) == []


def test_moves_to_the_hall_and_back(house):
    booked = house.book("棋牌室", "14:00", "15:00")
    move(house, booked.occurrence_id, "14:00", "15:00", room_id=house.rooms["大厅"].id)
    assert len(slots_of(booked.occurrence_id)) == 2
    with pytest.raises(Conflict):
        house.book("东厅", "14:30", "15:30")
    move(house, booked.occurrence_id, "14:00", "15:00", room_id=house.rooms["棋牌室"].id)
    house.book("东厅", "14:30", "15:30")
    assert check(house.community) == []


def test_moving_keeps_to_the_rules_of_the_new_room(house):
    booked = house.book("棋牌室", "14:00", "15:00", people=20)
    with pytest.raises(Invalid) as refused:
        move(house, booked.occurrence_id, "14:00", "15:00", room_id=house.rooms["会议室"].id)
    assert list(refused.value.errors) == ["people"]
    with pytest.raises(Invalid):
        move(house, booked.occurrence_id, "21:00", "22:00")
    with pytest.raises(NotFound):
        move(house, booked.occurrence_id, "14:00", "15:00", room_id=house.south.id)


def test_a_guest_moves_with_the_code(house):
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨")
    move(house, booked.occurrence_id, "16:00", "17:00", house.visitor, code=booked.code)
    assert times(house, booked.occurrence_id) == [(house.at(960), house.at(1020))]


def test_ends_early_and_frees_the_rest(house, clock):
    house.edit("棋牌室", buffer_after=15)
    booked = house.book("棋牌室", "14:00", "16:00")
    with pytest.raises(Refused):
        service.finish(house.resident(), booked.occurrence_id)
    end = house.at(14 * 60 + 40)
    clock(end)
    ended = service.finish(house.resident(), booked.occurrence_id)
    assert ended.end_min == end
    assert times(house, booked.occurrence_id) == [(end - 40, end + 15)]
    assert check(house.community) == []
    with pytest.raises(Refused):
        service.finish(house.resident(), booked.occurrence_id)
    with pytest.raises(Refused):
        service.cancel(house.resident(), booked.occurrence_id)


@pytest.mark.parametrize("is_here", [False, True])
def test_only_staff_make_a_running_booking_longer_where_approval_is_needed(house, clock, is_here):
    key = house.book("会议室", "14:00", "15:00", house.staff).occurrence_id
    Booking.update(account=None, person=1001, organiser_kind="resident").execute()
    clock(house.at(14 * 60 + 10))
    if is_here:
        service.check_in(house.resident(), key)
    with pytest.raises(Refused, match="工作人员"):
        move(house, key, "14:00", "15:30")
    assert Occurrence.select().where(Occurrence.replaces == key).count() == 0
    assert move(house, key, "14:00", "15:30", house.staff).state in ("confirmed", "checked_in")
    assert move(house, key, "14:00", "15:15").end_min == house.at(15 * 60 + 15)


def test_a_running_booking_only_changes_its_end(house, clock):
    booked = house.book("棋牌室", "14:00", "16:00")
    date = house.day.isoformat()
    clock(house.at(14 * 60 + 50))
    with pytest.raises(Refused):
        service.move(house.resident(), booked.occurrence_id, date=date, start="15:00", end="17:00")
    with pytest.raises(Refused):
        service.cancel(house.resident(), booked.occurrence_id)
    longer = service.move(house.resident(), booked.occurrence_id, date=date, start="14:00", end="17:00")
    assert longer.end_min - longer.start_min == 180


def test_a_closed_or_past_booking_is_not_moved(house, clock):
    booked = house.book("棋牌室", "14:00", "16:00")
    cancelled = house.book("棋牌室", "10:00", "11:00")
    service.cancel(house.resident(), cancelled.occurrence_id)
    with pytest.raises(Refused):
        move(house, cancelled.occurrence_id, "11:00", "12:00")
    date = house.day.isoformat()
    clock(house.at(17 * 60))
    with pytest.raises(Refused):
        service.move(house.resident(), booked.occurrence_id, date=date, start="18:00", end="19:00")


def test_a_failure_half_way_leaves_everything_as_it_was(house, monkeypatch):
    booked = house.book("大厅", "14:00", "15:00")
    before = slots_of(booked.occurrence_id)
    monkeypatch.setattr("plugins.rooms.booking.changes.tell_moved", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        move(house, booked.occurrence_id, "16:00", "17:00")
    assert slots_of(booked.occurrence_id) == before
    assert Occurrence.get_by_id(booked.occurrence_id).start_min == house.at(840)
    assert not database.obj.in_transaction()
