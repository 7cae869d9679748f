"""Booking a free slot, what is refused with which words, and who may book what."""

from __future__ import annotations

import datetime

import pytest

from core.clock import today
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from tests.plugins.rooms.conftest import slots_of


def test_books_a_free_slot(house):
    booked = house.book("棋牌室", "14:00", "15:30", title="合唱团排练", people=12)
    assert booked.state == "confirmed"
    assert slots_of(booked.occurrence_id) == [(house.rooms["棋牌室"].id, house.at(840), house.at(930))]
    (line,) = service.my_bookings(house.resident())
    assert (line.title, line.people, line.date, line.start, line.end) == ("合唱团排练", 12, house.day, "14:00", "15:30")
    assert check(house.community) == []


def test_adjacent_bookings_touch(house):
    house.book("棋牌室", "14:00", "15:00")
    house.book("棋牌室", "15:00", "16:00")
    house.book("棋牌室", "13:00", "14:00")


def test_refuses_what_overlaps_with_alternatives_that_are_free(house):
    house.book("棋牌室", "14:00", "15:00")
    overlapping = [("14:00", "15:00"), ("14:30", "14:45"), ("13:00", "14:15"), ("14:45", "16:00"), ("13:00", "17:00")]
    for start, end in overlapping:
        with pytest.raises(Conflict) as refused:
            house.book("棋牌室", start, end, house.resident(2))
        offered = refused.value.alternatives
        assert len(offered.times) == 3
        assert {time.room_id for time in offered.times} == {house.rooms["棋牌室"].id}
        taken = [
            service.book(
                house.staff, time.room_id, service.BookingRequest(date=time.date, start=time.start, end=time.end)
            )
            for time in (*offered.times, offered.elsewhere)
        ]
        assert check(house.community) == []
        for booked in taken:
            service.cancel(house.staff, booked.occurrence_id)


def test_alternatives_are_the_nearest_ones(house):
    house.book("棋牌室", "14:00", "15:00")
    with pytest.raises(Conflict) as refused:
        house.book("棋牌室", "14:00", "15:00")
    assert [(time.start, time.end) for time in refused.value.alternatives.times] == [
        ("13:00", "14:00"),
        ("15:00", "16:00"),
        ("12:00", "13:00"),
    ]


def test_alternatives_come_from_the_next_days_when_the_day_is_full(house):
    house.book("棋牌室", "08:00", "16:00")
    house.book("棋牌室", "16:00", "21:00")
    with pytest.raises(Conflict) as refused:
        house.book("棋牌室", "14:00", "15:00")
    tomorrow = (house.day + datetime.timedelta(days=1)).isoformat()
    nearest = refused.value.alternatives.times[0]
    assert (nearest.date, nearest.start) == (tomorrow, "08:00")


def test_offers_nothing_beyond_how_far_ahead_the_room_is_booked(house):
    house.edit("棋牌室", ahead_days=3)
    house.book("棋牌室", "08:00", "16:00")
    house.book("棋牌室", "16:00", "20:30")
    with pytest.raises(Conflict) as refused:
        house.book("棋牌室", "14:00", "14:30")
    assert [(time.date, time.start) for time in refused.value.alternatives.times] == [(house.day.isoformat(), "20:30")]


def test_the_answer_to_a_double_tap_still_has_the_code(house):
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨")
    assert booked.as_json()["code"] == booked.code != ""


def test_buffers_widen_the_slot_and_stay_when_the_room_changes(house):
    house.edit("棋牌室", buffer_before=15, buffer_after=30)
    house.book("棋牌室", "14:00", "15:00")
    with pytest.raises(Conflict):
        house.book("棋牌室", "15:30", "16:00")
    house.book("棋牌室", "15:45", "16:15")
    house.edit("棋牌室", buffer_before=0, buffer_after=0)
    assert check(house.community) == []


BAD_INPUT = [
    ({"date": "20. 5."}, "date"),
    ({"start": "2 Uhr"}, "start"),
    ({"start": "24:00"}, "start"),
    ({"end": ""}, "end"),
    ({"end": "14:00"}, "end"),
    ({"end": "13:00"}, "end"),
    ({"end": "24:30"}, "end"),
    ({"start": "14:05"}, "start"),
    ({"start": "20:00", "end": "22:00"}, "end"),
    ({"start": "07:00"}, "start"),
    ({"end": "14:10"}, "end"),
    ({"start": "08:00", "end": "20:00"}, "end"),
    ({"people": 0}, "people"),
    ({"people": 21}, "people"),
    ({"title": "长" * 101}, "title"),
    ({"requested_on": "soon"}, "requested_on"),
]


def test_refuses_bad_input_naming_the_field(house):
    for fields, name in BAD_INPUT:
        with pytest.raises(Invalid) as refused:
            house.book("棋牌室", **{"start": "14:00", "end": "15:00", **fields})
        assert list(refused.value.errors) == [name], fields


def test_says_the_opening_hours(house):
    week = {house.day.weekday(): [(510, 720), (840, 1080)]}
    service.set_week(house.staff, house.venue, week)
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "11:00", "14:30")
    assert "08:30–12:00、14:00–18:00" in str(refused.value.errors["end"][0])


def test_a_booking_may_end_at_midnight_and_no_later(house):
    service.set_day(house.staff, house.venue, house.day, [(480, 1440)])
    booked = house.book("棋牌室", "22:00", "24:00")
    assert booked.end_min == house.at(1440)
    (line,) = service.my_bookings(house.resident())
    assert (line.date, line.end) == (house.day, "24:00")
    with pytest.raises(Invalid):
        house.book("棋牌室", "23:00", "01:00")


def test_refuses_the_past_and_what_is_too_far_ahead(house):
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "14:00", "15:00", date=(today() - datetime.timedelta(days=1)).isoformat())
    assert list(refused.value.errors) == ["date"]
    house.edit("棋牌室", ahead_days=2)
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "14:00", "15:00")
    assert list(refused.value.errors) == ["date"]


def test_an_earlier_time_of_today_is_past(house, clock):
    clock(house.at(840))
    day = today().isoformat()
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "13:00", "15:00", date=day)
    assert list(refused.value.errors) == ["start"]
    clock(house.at(845))
    walk_in = house.book("棋牌室", "14:00", "15:00", date=today().isoformat())
    assert walk_in.state == "confirmed"


def test_a_room_of_another_community_does_not_exist(house):
    with pytest.raises(NotFound):
        service.book(
            house.resident(),
            house.south.id,
            service.BookingRequest(date=house.day.isoformat(), start="14:00", end="15:00"),
        )


# --------------------------------------------------------------------------- who


def test_a_guest_gives_a_name_and_gets_a_code_that_opens_the_booking(house):
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨", guest_phone="138 0013 8000")
    assert len(booked.code) == 8
    (line,) = service.booking_by_code(house.visitor, booked.code.lower())
    assert (line.organiser, line.organiser_kind, line.guest_phone) == ("王阿姨", "guest", "13800138000")
    service.cancel(house.visitor, booked.occurrence_id, code=f"{booked.code[:4]} {booked.code[4:]}")
    assert slots_of(booked.occurrence_id) == []


def test_a_wrong_code_opens_nothing(house):
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨")
    with pytest.raises(NotFound):
        service.booking_by_code(house.visitor, "34679ACD")
    with pytest.raises(Forbidden):
        service.cancel(house.visitor, booked.occurrence_id, code="34679ACD")
    with pytest.raises(Forbidden):
        service.cancel(house.visitor, booked.occurrence_id)


def test_a_guest_is_told_what_is_missing(house):
    for fields, name in [
        ({}, "guest_name"),
        ({"guest_name": "王" * 31}, "guest_name"),
        ({"guest_name": "王阿姨", "guest_phone": "12345"}, "guest_phone"),
    ]:
        with pytest.raises(Invalid) as refused:
            house.book("棋牌室", "14:00", "15:00", house.visitor, **fields)
        assert list(refused.value.errors) == [name]


def test_a_room_for_residents_refuses_guests(house):
    house.edit("棋牌室", bookable_by="residents")
    with pytest.raises(Invalid) as refused:
        house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨")
    assert list(refused.value.errors) == ["guest_name"]
    assert house.book("棋牌室", "14:00", "15:00").state == "confirmed"


def test_a_room_for_organisations_asks_which(house):
    house.edit("棋牌室", bookable_by="organisations")
    with pytest.raises(Refused):
        house.book("棋牌室", "14:00", "15:00")
    house.book("棋牌室", "14:00", "15:00", organisation="老年合唱团")
    (line,) = service.my_bookings(house.resident())
    assert (line.organiser_kind, line.organisation) == ("organisation", "老年合唱团")


def test_a_room_of_the_staff_is_theirs(house):
    house.edit("棋牌室", bookable_by="staff")
    with pytest.raises(Refused):
        house.book("棋牌室", "14:00", "15:00")
    assert house.book("棋牌室", "14:00", "15:00", house.staff).state == "confirmed"


def test_an_account_without_the_permission_cannot_book(house):
    with pytest.raises(Forbidden):
        house.book("棋牌室", "14:00", "15:00", house.store.actor(account=5))


def test_staff_book_on_behalf_with_the_day_it_was_asked_for(house):
    asked = today() - datetime.timedelta(days=2)
    house.book(
        "棋牌室", "14:00", "15:00", house.staff.for_person(1001), organiser="李大爷", requested_on=asked.isoformat()
    )
    (line,) = service.my_bookings(house.resident(1))
    assert (line.organiser, line.organiser_kind, line.requested_on) == ("李大爷", "resident", asked.isoformat())
    assert service.my_bookings(house.staff) == []


def test_only_the_desk_books_on_behalf(house):
    with pytest.raises(Forbidden):
        house.book("棋牌室", "14:00", "15:00", house.resident(1).for_person(1002))
