"""Two rooms for one record at one time: booked, moved, given up, displaced and taken together, or not at all."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Invalid, Refused
from core.plugin.services import get_service
from core.store.ref import Ref
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.slots import rows
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.conftest import DESK, slots_of


@pytest.fixture
def offered(plugins, house):
    """The service as another plugin gets it."""
    plugins.switch(
        house.store.actor("core.plugins.switch", community=house.community, kind="system"), "rooms", enabled=True
    )
    return get_service("rooms.RoomService/1", house.community)


@pytest.fixture
def case(house):
    return Ref("mediation.case", house.community, 17)


@pytest.fixture
def director(house):
    return house.store.actor(*DESK, "rooms.booking.displace", account=1)


def book(offered, house, case, start=840, end=900, first="棋牌室", second="会议室", resources=()):
    return offered.book(
        house.staff, house.rooms[first].id, house.day, start, end, title="调解", subject=case, resources=resources,
        confidential=True, second_room=house.rooms[second].id,
    )  # fmt: skip


def block(offered, house, room, start, end):
    return offered.book(house.staff, house.rooms[room].id, house.day, start, end, title="别的事")


def where(offered, house, made):
    names = {room.id: name for name, room in house.rooms.items()}
    found = offered.rooms_of(house.community, made.occurrence_id)
    return [(names[each.room_id], each.start_min - house.at(0), each.state) for each in found]


def test_takes_both_rooms_and_the_people_once(offered, house, case):
    mediator = offered.resource(house.staff, "person", "陈", Ref("core.person", house.community, 7))
    made = book(offered, house, case, resources=(mediator,))
    assert where(offered, house, made) == [("棋牌室", 840, "confirmed"), ("会议室", 840, "confirmed")]
    taken = {resource for each in Occurrence.select() for resource, _start, _end in slots_of(each.id)}
    assert taken == {house.rooms["棋牌室"].id, house.rooms["会议室"].id, mediator}
    assert check(house.community) == []


@pytest.mark.parametrize("busy", ["棋牌室", "会议室", "person"])
def test_whatever_is_taken_nothing_is(offered, house, case, busy):
    mediator = offered.resource(house.staff, "person", "陈", Ref("core.person", house.community, 7))
    if busy == "person":
        house.add("小屋")
        offered.book(house.staff, house.rooms["小屋"].id, house.day, 870, 930, title="", resources=(mediator,))
    else:
        block(offered, house, busy, 870, 930)
    before = rows("SELECT count(*) FROM rooms_occurrence"), rows("SELECT count(*) FROM rooms_booking")
    with pytest.raises(Conflict) as refused:
        book(offered, house, case, resources=(mediator,))
    assert (rows("SELECT count(*) FROM rooms_occurrence"), rows("SELECT count(*) FROM rooms_booking")) == before
    offers = refused.value.alternatives.times
    assert all(each.start.strftime("%H:%M") != "14:00" for each in offers if hasattr(each.start, "strftime"))


def test_the_same_room_twice_is_refused(offered, house, case):
    with pytest.raises(Invalid):
        book(offered, house, case, second="棋牌室")


def test_whichever_is_moved_both_move(offered, house, case):
    made = book(offered, house, case)
    first, second = offered.rooms_of(house.community, made.occurrence_id)
    day = house.day.isoformat()
    service.move(house.staff, second.occurrence_id, date=day, start="15:00", end="16:00", told=True)
    assert where(offered, house, made) == [("棋牌室", 900, "confirmed"), ("会议室", 900, "confirmed")]
    block(offered, house, "会议室", 1020, 1080)
    with pytest.raises(Conflict):
        service.move(house.staff, first.occurrence_id, date=day, start="17:00", end="18:00", told=True)
    assert where(offered, house, made) == [("棋牌室", 900, "confirmed"), ("会议室", 900, "confirmed")]
    assert check(house.community) == []


def test_another_room_at_the_same_time_leaves_the_other_where_it_is(offered, house, case):
    made = book(offered, house, case)
    offered.move(house.staff, made.occurrence_id, house.day, 840, 900, house.rooms["西厅"].id)
    assert where(offered, house, made) == [("西厅", 840, "confirmed"), ("会议室", 840, "confirmed")]


def test_the_rooms_change_places_and_the_second_comes_and_goes(offered, house, case):
    made = book(offered, house, case)
    one, other = house.rooms["棋牌室"].id, house.rooms["会议室"].id
    offered.move_rooms(house.staff, made.occurrence_id, house.day, 870, 930, other, one)
    assert where(offered, house, made) == [("会议室", 870, "confirmed"), ("棋牌室", 870, "confirmed")]
    offered.move_rooms(house.staff, made.occurrence_id, house.day, 870, 930, other, None)
    assert where(offered, house, made) == [("会议室", 870, "confirmed")]
    offered.move_rooms(house.staff, made.occurrence_id, house.day, 900, 960, other, one)
    assert where(offered, house, made) == [("会议室", 900, "confirmed"), ("棋牌室", 900, "confirmed")]
    assert check(house.community) == []


def test_given_up_both_are_free(offered, house, case):
    made = book(offered, house, case)
    _first, second = offered.rooms_of(house.community, made.occurrence_id)
    service.cancel(house.staff, second.occurrence_id, reason="停电", told=True)
    assert {each.state for each in Occurrence.select()} == {"cancelled"}
    assert {block(offered, house, room, 840, 900).state for room in ("棋牌室", "会议室")} == {"confirmed"}


def test_displaced_both_are_held_elsewhere_and_taken_together(offered, house, case, director):
    made = book(offered, house, case)
    offer = service.displace(
        director, made.occurrence_id, reason="防汛会商", room_id=house.rooms["西厅"].id, date=house.day.isoformat(),
        start="16:00", end="17:00",
    )  # fmt: skip
    held = offered.held_for(house.community, case)
    names = {room.id: name for name, room in house.rooms.items()}
    assert [(names[each.room_id], each.state) for each in held] == [("西厅", "held"), ("会议室", "held")]
    assert offered.take(house.staff, offer.occurrence_id).state == "confirmed"
    assert where(offered, house, offer) == [("西厅", 960, "confirmed"), ("会议室", 960, "confirmed")]
    assert offered.held_for(house.community, case) == []
    assert check(house.community) == []


def test_displaced_where_the_second_room_is_taken_nothing_changes(offered, house, case, director):
    made = book(offered, house, case)
    block(offered, house, "会议室", 960, 1020)
    with pytest.raises(Conflict):
        service.displace(
            director, made.occurrence_id, reason="防汛会商", room_id=house.rooms["西厅"].id,
            date=house.day.isoformat(), start="16:00", end="17:00",
        )  # fmt: skip
    assert where(offered, house, made) == [("棋牌室", 840, "confirmed"), ("会议室", 840, "confirmed")]


def test_what_is_held_is_left_together(offered, house, case, director):
    made = book(offered, house, case)
    offer = service.displace(
        director, made.occurrence_id, reason="防汛会商", room_id=house.rooms["西厅"].id, date=house.day.isoformat(),
        start="16:00", end="17:00",
    )  # fmt: skip
    offered.cancel(house.staff, offer.occurrence_id, "不用了")
    assert offered.held_for(house.community, case) == []
    assert {each.state for each in Occurrence.select()} == {"displaced", "cancelled"}


def test_bookings_of_other_records_stay_apart(offered, house, case):
    made = book(offered, house, case)
    other = Ref("mediation.case", house.community, 18)
    alone = offered.book(house.staff, house.rooms["东厅"].id, house.day, 840, 900, title="", subject=other)
    offered.cancel(house.staff, made.occurrence_id, "取消")
    assert where(offered, house, alone) == [("东厅", 840, "confirmed")]


def test_without_a_record_there_is_nothing_to_hold_two_rooms_together(offered, house):
    with pytest.raises(ValueError):
        offered.book(house.staff, 1, house.day, 840, 900, title="", second_room=2)


def test_a_colleague_who_may_not_approve_moves_neither(offered, house, case):
    made = book(offered, house, case)
    clerk = house.store.actor("rooms.book", "rooms.desk", account=2)
    with pytest.raises(Refused):
        service.move(clerk, made.occurrence_id, date=house.day.isoformat(), start="15:00", end="16:00", told=True)
    assert where(offered, house, made) == [("棋牌室", 840, "confirmed"), ("会议室", 840, "confirmed")]
    rooms = (house.rooms["棋牌室"].id, house.rooms["会议室"].id)
    for second in (rooms[1], None):
        for first in rooms[:1] if second else rooms[1:]:
            with pytest.raises(Refused):
                offered.move_rooms(clerk, made.occurrence_id, house.day, 960, 1020, first, second)
    assert where(offered, house, made) == [("棋牌室", 840, "confirmed"), ("会议室", 840, "confirmed")]
    assert check(house.community) == []
