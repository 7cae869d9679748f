"""Rooms that need approval: a request blocks nothing, approving a taken time is refused, changes ask again."""

from __future__ import annotations

import pytest

from core.civic.reaching import message_lists
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.errors import Conflict, Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.conftest import slots_of


def state(occurrence):
    return Occurrence.get_by_id(occurrence).state


def test_a_request_blocks_nothing_until_it_is_approved(house):
    one = house.book("会议室", "14:00", "15:00")
    two = house.book("会议室", "14:00", "15:00", house.resident(2))
    assert (one.state, two.state) == ("requested", "requested")
    assert slots_of(one.occurrence_id) == []
    assert [line.id for line in service.requests(house.staff)] == [one.occurrence_id, two.occurrence_id]
    assert service.approve(house.staff, one.occurrence_id).state == "confirmed"
    with pytest.raises(Conflict) as refused:
        service.approve(house.staff, two.occurrence_id)
    assert len(refused.value.alternatives.times) == 3
    assert state(two.occurrence_id) == "requested"
    assert check(house.community) == []


def test_a_taken_time_is_not_even_requested(house):
    service.approve(house.staff, house.book("会议室", "14:00", "15:00").occurrence_id)
    with pytest.raises(Conflict):
        house.book("会议室", "14:30", "15:30", house.resident(2))


def test_whoever_may_approve_books_at_once(house):
    assert house.book("会议室", "14:00", "15:00", house.staff).state == "confirmed"


def test_only_those_who_may_decide(house):
    booked = house.book("会议室", "14:00", "15:00")
    for act in (
        lambda: service.approve(house.resident(), booked.occurrence_id),
        lambda: service.refuse(house.resident(), booked.occurrence_id, "不行"),
        lambda: service.requests(house.resident()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_refusing_needs_a_reason_and_closes_the_request(house):
    booked = house.book("会议室", "14:00", "15:00")
    with pytest.raises(Invalid):
        service.refuse(house.staff, booked.occurrence_id, " ")
    service.refuse(house.staff, booked.occurrence_id, "与会议冲突")
    assert (state(booked.occurrence_id), Occurrence.get_by_id(booked.occurrence_id).reason) == ("refused", "与会议冲突")


def test_whoever_asked_reads_what_was_decided_and_what_no_longer_holds(house):
    booked = house.book("会议室", "14:00", "15:00")
    service.approve(house.staff, booked.occurrence_id)
    [told] = message_lists.read_by(house.resident())
    assert told.state == "delivered" and "14:00–15:00" in told.text
    for start, end in (("16:00", "17:00"), ("18:00", "19:00")):
        service.move(house.staff, booked.occurrence_id, date=house.day.isoformat(), start=start, end=end)
    service.cancel(house.staff, booked.occurrence_id, reason="停电")
    read = message_lists.read_by(house.resident())
    assert sorted(each.state for each in read) == ["delivered", "withdrawn", "withdrawn", "withdrawn"]
    [holds] = [each for each in read if each.state == "delivered"]
    assert "停电" in holds.text and "18:00–19:00" in holds.text
    assert message_lists.read_by(house.resident(2)) == []
    with pytest.raises(Refused):
        service.approve(house.staff, booked.occurrence_id)


def test_the_organiser_withdraws(house):
    booked = house.book("会议室", "14:00", "15:00")
    service.cancel(house.resident(), booked.occurrence_id)
    assert state(booked.occurrence_id) == "withdrawn"
    assert service.requests(house.staff) == []


def test_a_request_moves_freely(house):
    booked = house.book("会议室", "14:00", "15:00")
    moved = service.move(house.resident(), booked.occurrence_id, date=house.day.isoformat(), start="16:00", end="18:00")
    assert (moved.state, moved.occurrence_id) == ("requested", booked.occurrence_id)


def test_shortening_is_confirmed_at_once_and_lengthening_asks(house):
    booked = house.book("会议室", "14:00", "16:00")
    service.approve(house.staff, booked.occurrence_id)
    date = house.day.isoformat()
    shorter = service.move(house.resident(), booked.occurrence_id, date=date, start="14:30", end="16:00")
    assert (shorter.state, shorter.occurrence_id) == ("confirmed", booked.occurrence_id)
    longer = service.move(house.resident(), booked.occurrence_id, date=date, start="14:30", end="17:00")
    assert longer.state == "requested" and longer.occurrence_id != booked.occurrence_id
    assert slots_of(booked.occurrence_id)[0][2] == house.at(960)
    approved = service.approve(house.staff, longer.occurrence_id)
    assert approved.state == "confirmed" and state(booked.occurrence_id) == "cancelled"
    assert slots_of(booked.occurrence_id) == []
    assert slots_of(longer.occurrence_id)[0][1:] == (house.at(870), house.at(1020))
    assert check(house.community) == []


def test_a_refused_change_leaves_the_booking(house):
    booked = house.book("会议室", "14:00", "16:00")
    service.approve(house.staff, booked.occurrence_id)
    date = house.day.isoformat()
    first = service.move(house.resident(), booked.occurrence_id, date=date, start="18:00", end="19:00")
    second = service.move(house.resident(), booked.occurrence_id, date=date, start="19:00", end="20:00")
    assert state(first.occurrence_id) == "withdrawn"
    service.refuse(house.staff, second.occurrence_id, "已有安排")
    assert state(booked.occurrence_id) == "confirmed"
    assert check(house.community) == []


def test_cancelling_a_booking_withdraws_its_change(house):
    booked = house.book("会议室", "14:00", "16:00")
    service.approve(house.staff, booked.occurrence_id)
    change = service.move(
        house.resident(), booked.occurrence_id, date=house.day.isoformat(), start="18:00", end="19:00"
    )
    service.cancel(house.resident(), booked.occurrence_id)
    assert state(change.occurrence_id) == "withdrawn"


def test_a_change_into_a_taken_time_is_refused_and_the_booking_stays(house):
    booked = house.book("会议室", "14:00", "16:00")
    service.approve(house.staff, booked.occurrence_id)
    house.book("会议室", "16:00", "17:00", house.staff)
    with pytest.raises(Conflict):
        service.move(house.resident(), booked.occurrence_id, date=house.day.isoformat(), start="14:00", end="17:00")
    assert state(booked.occurrence_id) == "confirmed"


def test_requests_expire_when_their_time_has_come(house, clock):
    booked = house.book("会议室", "14:00", "15:00")
    later = house.book("会议室", "16:00", "17:00")
    clock(house.at(15 * 60))
    with pytest.raises(Refused):
        service.approve(house.staff, booked.occurrence_id)
    assert service.expire(house.store.actor(kind="system")) == 1
    assert (state(booked.occurrence_id), state(later.occurrence_id)) == ("expired", "requested")
    assert [(told.reason_key, "14:00–15:00" in told.text) for told in Message.select()] == [("expired", True)]
    assert [call.why for call in CallTask.select()] == [f"{told.title}：{told.text}" for told in Message.select()]
