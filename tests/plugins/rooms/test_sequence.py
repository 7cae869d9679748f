"""The version by which calendars know an occurrence rises with every change they must hear of, and with no other."""

from __future__ import annotations

import datetime

from core.civic.workflow.engine import advance
from plugins.rooms import service
from plugins.rooms.models import Occurrence


def sequence(house, booked):
    return Occurrence.get_of(house.community, booked.occurrence_id).sequence


def test_starts_at_nought_also_when_a_request_is_approved(house):
    booked = house.book("会议室", "09:00", "10:00")
    service.approve(house.staff, booked.occurrence_id)
    assert sequence(house, booked) == 0


def test_rises_with_time_room_and_cancelling(house):
    booked = house.book("棋牌室", "09:00", "10:00")
    day = house.day.isoformat()
    service.move(house.resident(), booked.occurrence_id, date=day, start="11:00", end="12:00")
    assert sequence(house, booked) == 1
    service.move(
        house.resident(), booked.occurrence_id, date=day, start="11:00", end="12:00", room_id=house.rooms["东厅"].id
    )
    assert sequence(house, booked) == 2
    service.cancel(house.resident(), booked.occurrence_id)
    assert sequence(house, booked) == 3
    assert Occurrence.get_of(house.community, booked.occurrence_id).state == "cancelled"


def test_rises_when_a_request_comes_to_nothing_and_not_when_a_booking_is_over(house, clock):
    booked = house.book("棋牌室", "09:00", "10:00")
    refused = house.book("会议室", "09:00", "10:00")
    service.refuse(house.staff, refused.occurrence_id, "当天有选举")
    assert sequence(house, refused) == 1
    clock(house.at(9 * 60 + 30))
    service.finish(house.resident(), booked.occurrence_id)
    assert sequence(house, booked) == 0


def test_a_record_loaded_before_never_brings_an_old_number_back(house):
    booked = house.book("棋牌室", "09:00", "10:00")
    stale = Occurrence.get_of(house.community, booked.occurrence_id)
    later = (house.day + datetime.timedelta(days=1)).isoformat()
    service.move(house.resident(), booked.occurrence_id, date=later, start="09:00", end="10:00")
    stale.people_came = 7
    stale.save()
    assert sequence(house, booked) == 1
    advance(house.staff, stale, "cancel", reason="停电")
    assert sequence(house, booked) == 2
