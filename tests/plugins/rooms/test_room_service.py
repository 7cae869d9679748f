"""`rooms.RoomService/1`: rooms, people and equipment in one transaction, all or none."""

from __future__ import annotations

import datetime
import inspect

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.plugin.services import get_service
from core.store.db import transaction
from core.store.ref import Ref
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.contracts import RoomService
from plugins.rooms.models import Occurrence
from plugins.rooms.room_service import Rooms
from tests.plugins.rooms.conftest import slots_of


@pytest.fixture
def offered(plugins, house):
    """The service as another plugin gets it."""
    for code in (house.store.west, house.store.south):
        plugins.switch(house.store.actor("core.plugins.switch", community=code, kind="system"), "rooms", enabled=True)
    return get_service("rooms.RoomService/1", house.community)


@pytest.fixture
def mediator(offered, house):
    return offered.resource(house.staff, "person", "陈调解员", Ref("core.person", house.community, 7))


def test_books_a_room_with_people_and_equipment(offered, house, mediator):
    projector = offered.resource(house.staff, "equipment", "投影仪", Ref("rooms.equipment", house.community, 1))
    case = Ref("mediation.case", house.community, 17)
    made = offered.book(
        house.staff,
        house.rooms["大厅"].id,
        house.day,
        840,
        960,
        title="调解",
        subject=case,
        resources=(mediator, projector),
        confidential=True,
    )
    assert made.state == "confirmed"
    assert {row[0] for row in slots_of(made.occurrence_id)} == {
        house.rooms["东厅"].id,
        house.rooms["西厅"].id,
        mediator,
        projector,
    }
    (line,) = service.on_day(house.staff, house.day)
    assert (line.subject, line.confidential) == ("mediation.case:17", 1)
    assert check(house.community) == []


def test_a_busy_mediator_stops_the_whole_booking_without_being_named(offered, house, mediator):
    offered.book(house.staff, house.rooms["会议室"].id, house.day, 840, 900, title="甲", resources=(mediator,))
    before = slots.rows("SELECT count(*) FROM rooms_occurrence")
    with pytest.raises(Conflict) as refused:
        offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 870, 930, title="乙", resources=(mediator,))
    assert "陈" not in str(refused.value)
    assert slots.rows("SELECT count(*) FROM rooms_occurrence") == before
    assert house.book("棋牌室", "14:30", "15:30").state == "confirmed"


def test_moves_and_cancels_everything_together(offered, house, mediator):
    made = offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 840, 900, title="甲", resources=(mediator,))
    moved = offered.move(house.staff, made.occurrence_id, house.day, 900, 960, house.rooms["会议室"].id)
    assert moved.room_id == house.rooms["会议室"].id
    assert slots_of(made.occurrence_id) == [
        (house.rooms["会议室"].id, house.at(900), house.at(960)),
        (mediator, house.at(900), house.at(960)),
    ]
    offered.cancel(house.staff, made.occurrence_id)
    assert slots_of(made.occurrence_id) == []


def test_joins_the_callers_transaction(offered, house):
    with pytest.raises(ZeroDivisionError), transaction(house.community):
        offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 840, 900, title="甲")
        raise ZeroDivisionError
    assert slots.rows("SELECT count(*) FROM rooms_slot") == [(0,)]


def test_goes_on_in_the_callers_transaction_after_a_conflict(offered, house):
    offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 840, 900, title="甲")
    with transaction(house.community):
        with pytest.raises(Conflict) as refused:
            offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 840, 900, title="乙")
        start = refused.value.alternatives.times[0].start
        assert start == "13:00"
        offered.book(house.staff, house.rooms["棋牌室"].id, house.day, 780, 840, title="乙")
    assert check(house.community) == []


def test_a_hold_blocks_until_it_is_taken_or_lapses(offered, house, clock):
    clock(house.at(480))
    until = (house.at(480) + 30) * 60_000
    room = house.rooms["棋牌室"].id
    taken = offered.hold(house.staff, room, house.day, 840, 900, until=until, title="甲")
    lapsing = offered.hold(house.staff, room, house.day, 900, 960, until=until, title="乙")
    assert taken.state == "held"
    with pytest.raises(Conflict):
        house.book("棋牌室", "15:00", "16:00")
    assert offered.take(house.staff, taken.occurrence_id).state == "confirmed"
    with pytest.raises(Forbidden):
        offered.take(house.resident(), lapsing.occurrence_id)
    clock(until // 60_000)
    with pytest.raises(Refused):
        offered.take(house.staff, lapsing.occurrence_id)
    assert house.book("棋牌室", "15:00", "16:00").state == "confirmed"
    assert Occurrence.get_by_id(lapsing.occurrence_id).state == "lapsed"
    assert check(house.community) == []


def test_the_job_frees_lapsed_holds(offered, house, clock):
    clock(house.at(480))
    until = (house.at(480) + 30) * 60_000
    held = offered.hold(house.staff, house.rooms["棋牌室"].id, house.day, 840, 900, until=until, title="甲")
    clock(house.at(540))
    assert service.expire(house.store.actor(kind="system")) == 1
    assert slots_of(held.occurrence_id) == []


def test_a_room_that_needs_approval_is_held_only_by_those_who_may(offered, house):
    until = house.at(840) * 60_000
    with pytest.raises(Refused):
        offered.hold(house.resident(), house.rooms["会议室"].id, house.day, 840, 900, until=until, title="甲")


def test_finds_free_rooms_and_refuses_nonsense(offered, house):
    found = offered.find_free(house.community, house.day, 840, 900, people=40)
    assert [room.name for room in found] == ["东厅", "西厅", "大厅"]
    with pytest.raises(Invalid):
        offered.find_free(house.community, house.day, 900, 840)
    with pytest.raises(NotFound):
        offered.book(house.staff, house.south.id, house.day, 840, 900, title="甲")


def test_a_resource_is_made_once_and_keeps_its_name_up_to_date(offered, house, mediator):
    again = offered.resource(house.staff, "person", "陈主任", Ref("core.person", house.community, 7))
    assert again == mediator
    assert slots.rows("SELECT name FROM rooms_resource WHERE id=?", mediator) == [("陈主任",)]
    with pytest.raises(ValueError):
        offered.resource(house.staff, "person", "外人", Ref("core.person", house.store.south, 7))


def test_the_implementation_takes_and_gives_what_the_protocol_says():
    promised = {name: inspect.signature(act) for name, act in vars(RoomService).items() if not name.startswith("_")}
    offered = {name: inspect.signature(act) for name, act in vars(Rooms).items() if not name.startswith("_")}
    assert offered == promised


def test_is_absent_where_the_module_is_off(offered, plugins, house):
    off = house.store.actor("core.plugins.switch", community=house.store.south, kind="system")
    for name in ("mediation", "rooms"):  # what needs it goes first
        plugins.switch(off, name, enabled=False)
    assert get_service("rooms.RoomService/1", house.store.south) is None
    assert get_service("rooms.RoomService/1", house.community) is not None


def test_books_a_series_with_everything_it_needs_or_none_of_it(offered, house, mediator):
    room, later = house.rooms["棋牌室"].id, house.day + datetime.timedelta(days=7)
    offered.book(house.staff, house.rooms["大厅"].id, later, 600, 660, title="", resources=(mediator,))
    wish = (house.staff, room, "FREQ=WEEKLY;COUNT=3", house.day, 600, 660)
    with pytest.raises(Conflict) as refused:
        offered.book_series(*wish, title="调解", resources=(mediator,))
    assert [date.state for date in refused.value.dates] == ["free", "taken", "free"]
    made = offered.book_series(*wish, title="调解", resources=(mediator,), skip={later})
    assert (made.count, made.state) == (2, "confirmed")
    assert {row[0] for row in slots_of(made.occurrence_id)} == {room, mediator}
    assert check(house.community) == []
