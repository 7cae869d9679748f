"""The community needs a booked room: reason, offer and message in one transaction, or nothing."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.slots import rows
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.conftest import DESK, slots_of

REASON = "街道临时检查"


@pytest.fixture
def booked(house):
    return house.book("棋牌室", "14:00", "16:00", people=8).occurrence_id


@pytest.fixture
def director(house):
    return house.store.actor(*DESK, "rooms.booking.displace", account=1)


def displace(house, actor, key, room="会议室", start="14:00", end="16:00", **fields):
    fields = {"reason": REASON, "date": house.day.isoformat(), **fields}
    return service.displace(actor, key, room_id=house.rooms[room].id, start=start, end=end, **fields)


def state(key):
    return Occurrence.get_by_id(key).state


def test_the_offer_is_held_and_the_organiser_told_in_one_act(house, booked, director):
    offer = displace(house, director, booked, title="防汛会商")
    lost, held = Occurrence.get_by_id(booked), Occurrence.get_by_id(offer.occurrence_id)
    assert (lost.state, lost.reason, held.state, held.replaces) == ("displaced", REASON, "held", booked)
    assert held.booking_id == lost.booking_id
    assert slots_of(booked) == []
    assert slots_of(held.id) == [(house.rooms["会议室"].id, house.at(840), house.at(960))]
    [(said, person)] = rows("SELECT text, person_id FROM message WHERE community=?", house.community)
    assert REASON in said and person == 1001
    mine = [each for each in service.on_day(director, house.day) if each.title == "防汛会商"]
    assert [(each.room, each.start, each.state) for each in mine] == [("棋牌室", "14:00", "confirmed")]
    assert check(house.community) == []


def test_without_a_need_of_its_own_the_room_is_closed_for_that_time(house, booked, director):
    displace(house, director, booked)
    [closed] = service.closures(director, house.rooms["棋牌室"].id)
    assert (closed.start_min, closed.end_min) == (house.at(840), house.at(960))
    assert closed.reason == "社区要用", "why they lost it is between the office and the organiser"
    assert check(house.community) == []


def test_the_organiser_takes_the_offer_or_leaves_it(house, booked, director):
    offer = displace(house, director, booked).occurrence_id
    service.take_hold(house.resident(), offer)
    assert state(offer) == "confirmed"
    assert rows("SELECT state FROM message WHERE community=?", house.community) == [("withdrawn",)]
    again = displace(house, director, offer, "棋牌室", "09:00", "11:00", title="会商").occurrence_id
    service.cancel(house.resident(), again)
    assert (state(offer), state(again), slots_of(again)) == ("displaced", "cancelled", [])
    assert check(house.community) == []


def test_a_taken_offer_changes_nothing(house, booked, director):
    house.book("会议室", "15:00", "17:00", house.staff)
    with pytest.raises(Conflict) as taken:
        displace(house, director, booked, title="防汛会商")
    assert taken.value.alternatives is not None
    assert state(booked) == "confirmed"
    assert rows("SELECT count(*) FROM message WHERE community=?", house.community) == [(0,)]
    assert [each.title for each in service.on_day(director, house.day) if each.title == "防汛会商"] == []


def test_the_very_time_the_community_takes_is_no_offer(house, booked, director):
    with pytest.raises(Conflict):
        displace(house, director, booked, "棋牌室", title="防汛会商")
    assert state(booked) == "confirmed"


def test_only_with_the_permission_a_reason_and_before_it_begins(house, booked, director, clock):
    with pytest.raises(Forbidden):
        displace(house, house.staff, booked)
    with pytest.raises(Invalid) as refused:
        displace(house, director, booked, reason=" ")
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(Invalid):
        displace(house, director, booked, start="07:15", end="07:00")
    clock(house.at(840))
    with pytest.raises(Refused):
        displace(house, director, booked, start="17:00", end="18:00")
    assert state(booked) == "confirmed"


def test_equipment_comes_along_with_the_offer(house, plugins, director):
    from core.store.ref import Ref
    from plugins.rooms.models import Booking, OccurrenceResource
    from plugins.rooms.room_service import Rooms

    projector = Rooms().resource(house.staff, "equipment", "投影仪", Ref("tool.projector", house.community, 1))
    made = Rooms().book(
        house.staff, house.rooms["棋牌室"].id, house.day, 840, 960, title="培训", resources=(projector,)
    )
    offer = displace(house, director, made.occurrence_id, start="16:00", end="18:00")
    held = OccurrenceResource.select().where(OccurrenceResource.occurrence_id == offer.occurrence_id)
    assert {each.resource_id for each in held} == {projector, house.rooms["会议室"].id}
    assert Booking.select().count() == 1
    assert check(house.community) == []


def test_what_could_be_offered_names_the_same_time_elsewhere_first(house, booked, director):
    line = service.occurrence_line(director, booked)
    first = service.offers_instead(director, line)[0]
    assert (first.start, first.end) == ("14:00", "16:00")
    assert first.room != "棋牌室"
