"""Booking a series: all its dates or none, nothing skipped unseen, dates added back."""

from __future__ import annotations

import datetime

import pytest

from core.civic.reaching.message_records import Message
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.models import Booking, Occurrence, Series, Skipped
from tests.plugins.rooms.conftest import slots_of

WEEKS = Rule(freq="WEEKLY", count=4)


def after(house, days):
    return house.day + datetime.timedelta(days=days)


def series(house, room="棋牌室", rule=WEEKS, actor=None, start="09:00", end="10:00", skip=(), **fields):
    return service.book_series(
        actor or house.resident(),
        house.rooms[room].id,
        rule,
        service.BookingRequest(start=start, end=end, **{"date": house.day.isoformat(), **fields}),
        skip=skip,
    )


def look(house, room="棋牌室", rule=WEEKS, actor=None, **fields):
    found = service.look_at_series(
        actor or house.resident(),
        house.rooms[room].id,
        rule,
        service.BookingRequest(date=house.day.isoformat(), start="09:00", end="10:00", **fields),
    )
    return [(str(date.day), date.state) for date in found.dates]


def occurrences(house, booked):
    query = Occurrence.of(house.community).where(Occurrence.booking_id == booked.booking_id)
    return list(query.order_by(Occurrence.start_min))


def test_books_every_date_with_its_slots(house):
    booked = series(house, "大厅", title="合唱队")
    made = occurrences(house, booked)
    assert (booked.count, booked.state, booked.occurrence_id) == (4, "confirmed", made[0].id)
    assert [each.series_day for each in made] == [after(house, days) for days in (0, 7, 14, 21)]
    for each in made:
        assert [slot[0] for slot in slots_of(each.id)] == [house.rooms["东厅"].id, house.rooms["西厅"].id]
    booking = Booking.get_of(house.community, booked.booking_id)
    assert (booking.rule, booking.title) == ("FREQ=WEEKLY;COUNT=4", "合唱队")
    assert check(house.community) == []


def test_shows_every_date_and_books_nothing_while_one_is_taken(house):
    house.book("棋牌室", "09:30", "10:30", date=after(house, 14).isoformat())
    assert [state for _day, state in look(house)] == ["free", "free", "taken", "free"]
    with pytest.raises(service.SeriesConflict) as refused:
        series(house)
    assert [date.state for date in refused.value.dates] == ["free", "free", "taken", "free"]
    assert Series.select().count() == 0
    booked = series(house, skip={after(house, 14)})
    assert [each.series_day for each in occurrences(house, booked)] == [after(house, days) for days in (0, 7, 21)]
    assert [(row.day, row.state) for row in Skipped.select()] == [(after(house, 14), "taken")]


def test_says_why_a_date_cannot_be_had(house):
    room = house.rooms["棋牌室"].id
    service.close(house.staff, room, date=house.day.isoformat(), start="08:00", end="12:00", reason="维修")
    service.set_day(house.staff, house.venue, after(house, 7), [(12 * 60, 20 * 60)])
    service.set_quota(house.staff, room, "person", "week", bookings=1)
    house.book("棋牌室", "15:00", "16:00", date=after(house, 14).isoformat())
    house.edit("棋牌室", ahead_days=20)
    assert [state for _day, state in look(house)] == ["closed", "outside", "quota", "far"]
    assert [state for _day, state in look(house, actor=house.staff)] == ["closed", "outside", "free", "free"]


def test_dates_of_one_series_count_against_the_quota_together(house):
    service.set_quota(house.staff, house.rooms["棋牌室"].id, "person", "week", bookings=2)
    monday = after(house, 7 - house.day.weekday())
    found = service.look_at_series(
        house.resident(),
        house.rooms["棋牌室"].id,
        Rule(freq="DAILY", count=4),
        service.BookingRequest(date=monday.isoformat(), start="09:00", end="10:00"),
        skip={monday},
    )
    assert [date.state for date in found.dates] == ["free", "free", "free", "quota"]


def test_a_room_with_approval_makes_one_request(house):
    booked = series(house, "会议室")
    assert booked.state == "requested"
    assert {each.state for each in occurrences(house, booked)} == {"requested"}
    assert slots_of(booked.occurrence_id) == []
    assert series(house, "会议室", actor=house.staff).state == "confirmed"


def test_a_guest_gets_one_code_for_all(house):
    booked = series(house, actor=house.visitor, guest_name="王阿姨")
    lines = service.booking_by_code(house.visitor, booked.code)
    assert len(lines) == 4
    service.cancel(house.visitor, lines[2].id, code=booked.code)
    assert [each.state for each in occurrences(house, booked)] == ["confirmed", "confirmed", "cancelled", "confirmed"]


def test_needs_a_date_an_end_and_a_fitting_time(house):
    with pytest.raises(Invalid) as refused:
        series(house, skip={after(house, days) for days in (0, 7, 14, 21)})
    assert "days" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        look(house, rule=Rule(), people=500, actor=house.visitor)
    assert set(refused.value.errors) == {"until", "people", "guest_name"}
    with pytest.raises(NotFound):
        service.book_series(
            house.resident(),
            house.south.id,
            WEEKS,
            service.BookingRequest(date=str(house.day), start="09:00", end="10:00"),
        )


def test_a_skipped_date_is_added_back_and_a_cancelled_one_too(house):
    other = house.book("棋牌室", "09:30", "10:30", house.resident(2), date=after(house, 7).isoformat())
    booked = series(house, skip={after(house, 7)})
    with pytest.raises(Conflict) as refused:
        service.add_back(house.resident(), booked.booking_id, after(house, 7))
    assert refused.value.alternatives.times
    service.cancel(house.resident(2), other.occurrence_id)
    back = service.add_back(house.resident(), booked.booking_id, after(house, 7))
    assert (back.state, Skipped.select().count()) == ("confirmed", 0)
    with pytest.raises(Refused):
        service.add_back(house.resident(), booked.booking_id, after(house, 7))
    service.cancel(house.resident(), back.occurrence_id)
    assert service.add_back(house.resident(), booked.booking_id, after(house, 7)).state == "confirmed"
    assert check(house.community) == []


def test_only_days_of_the_series_are_added_back_and_only_by_its_organiser(house):
    booked = series(house, skip={after(house, 7)})
    with pytest.raises(Conflict):
        service.add_back(house.resident(), booked.booking_id, after(house, 8))
    with pytest.raises(Forbidden):
        service.add_back(house.resident(2), booked.booking_id, after(house, 7))
    with pytest.raises(NotFound):
        service.add_back(house.resident(), 999, after(house, 7))


# --------------------------------------------------------------------------- deciding


def states(house, booked):
    return [each.state for each in occurrences(house, booked)]


def test_a_requested_series_is_approved_as_a_whole(house):
    booked = series(house, "会议室")
    with pytest.raises(Refused):
        service.approve(house.staff, booked.occurrence_id)
    with pytest.raises(Refused):
        service.refuse(house.staff, booked.occurrence_id, "没空")
    assert [line.id for line in service.requests(house.staff)] == [booked.occurrence_id]
    assert service.approve_series(house.staff, booked.booking_id) == 4
    assert states(house, booked) == ["confirmed"] * 4
    assert check(house.community) == []
    assert service.requests(house.staff) == []
    with pytest.raises(Refused):
        service.approve_series(house.staff, booked.booking_id)


def test_dates_taken_meanwhile_are_shown_and_left_out_by_name(house):
    booked = series(house, "会议室")
    house.book("会议室", "09:30", "10:30", house.staff, date=after(house, 7).isoformat())
    assert [date.state for date in service.waiting_dates(house.staff, booked.booking_id)] == [
        "free", "taken", "free", "free",
    ]  # fmt: skip
    with pytest.raises(service.SeriesConflict):
        service.approve_series(house.staff, booked.booking_id)
    assert states(house, booked) == ["requested"] * 4
    assert service.approve_series(house.staff, booked.booking_id, {after(house, 7), after(house, 21)}) == 2
    assert states(house, booked) == ["confirmed", "refused", "confirmed", "refused"]
    assert {(row.day, row.state) for row in Skipped.select()} == {
        (after(house, 7), "taken"), (after(house, 21), "unwanted"),
    }  # fmt: skip
    assert check(house.community) == []


def test_a_series_is_refused_with_a_reason_told_once(house):
    booked = series(house, "会议室")
    with pytest.raises(Invalid):
        service.refuse_series(house.staff, booked.booking_id, " ")
    with pytest.raises(Forbidden):
        service.refuse_series(house.resident(), booked.booking_id, "没空")
    assert service.refuse_series(house.staff, booked.booking_id, "装修")
    assert states(house, booked) == ["refused"] * 4
    assert len(list(Message.of(house.community))) == 1


def test_equipment_is_taken_on_each_date_and_what_is_lent_out_is_shown(house):
    projector = service.add_equipment(house.staff, name="投影仪", bookable_by="residents").id
    house.book("东厅", "09:30", "10:30", house.resident(2), date=after(house, 7).isoformat(), equipment=[projector])
    assert [state for _day, state in look(house, equipment=[projector])] == ["free", "taken", "free", "free"]
    booked = series(house, equipment=[projector], skip={after(house, 7)})
    made = occurrences(house, booked)
    assert all([slot[0] for slot in slots_of(each.id)] == [house.rooms["棋牌室"].id, projector] for each in made)
    with pytest.raises(Conflict):
        service.add_back(house.resident(), booked.booking_id, after(house, 7))
    days = {each.series_day for each in made}
    service.change_series(house.resident(), booked.booking_id, days, service.SeriesChange(start="14:00", end="15:00"))
    assert all(len(slots_of(each.id)) == 2 for each in made)
    assert check(house.community) == []
