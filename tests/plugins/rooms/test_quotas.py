"""Quotas per person, organisation and guest, by number and time, per week and month."""

from __future__ import annotations

import datetime

import pytest

from core.errors import Invalid, Refused
from plugins.rooms import service


def limit(house, holder="person", period="week", **fields):
    service.set_quota(house.staff, house.rooms["棋牌室"].id, holder, period, **fields)


def test_a_number_per_week(house):
    limit(house, bookings=2)
    house.book("棋牌室", "09:00", "10:00")
    second = house.book("棋牌室", "10:00", "11:00")
    with pytest.raises(Refused):
        house.book("棋牌室", "11:00", "12:00")
    house.book("棋牌室", "11:00", "12:00", house.resident(2))
    house.book("会议室", "11:00", "12:00")
    house.book("棋牌室", "09:00", "10:00", date=(house.day + datetime.timedelta(days=7)).isoformat())
    service.cancel(house.resident(), second.occurrence_id)
    house.book("棋牌室", "13:00", "14:00")


def test_minutes_per_month_also_for_moves(house):
    limit(house, period="month", minutes=120)
    booked = house.book("棋牌室", "09:00", "10:30")
    with pytest.raises(Refused):
        house.book("棋牌室", "11:00", "12:00")
    date = house.day.isoformat()
    service.move(house.resident(), booked.occurrence_id, date=date, start="09:00", end="11:00")
    with pytest.raises(Refused):
        service.move(house.resident(), booked.occurrence_id, date=date, start="09:00", end="11:15")


def test_an_organisation_counts_whoever_books_for_it(house):
    limit(house, "organisation", bookings=1)
    house.book("棋牌室", "09:00", "10:00", organisation="老年合唱团")
    with pytest.raises(Refused):
        house.book("棋牌室", "10:00", "11:00", house.resident(2), organisation="老年合唱团")
    house.book("棋牌室", "10:00", "11:00", house.resident(2))


def test_guests_count_by_phone_or_name_and_staff_not_at_all(house):
    limit(house, bookings=1)
    house.book("棋牌室", "09:00", "10:00", house.visitor, guest_name="王阿姨", guest_phone="13800138000")
    with pytest.raises(Refused):
        house.book("棋牌室", "10:00", "11:00", house.visitor, guest_name="王大爷", guest_phone="138-0013-8000")
    house.book("棋牌室", "10:00", "11:00", house.visitor, guest_name="王阿姨")
    with pytest.raises(Refused):
        house.book("棋牌室", "11:00", "12:00", house.visitor, guest_name="王阿姨")
    house.book("棋牌室", "11:00", "12:00", house.staff)
    house.book("棋牌室", "12:00", "13:00", house.staff)


def test_a_quota_is_lifted_and_checked(house):
    limit(house, bookings=1, minutes=60)
    assert [(quota.bookings, quota.minutes) for quota in service.quotas(house.community, house.rooms["棋牌室"].id)] == [
        (1, 60)
    ]
    limit(house)
    assert service.quotas(house.community, house.rooms["棋牌室"].id) == []
    with pytest.raises(Invalid):
        limit(house, bookings=0)
