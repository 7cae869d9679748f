"""Venues and rooms are entered, changed and taken out of use by those who may, in their own community."""

from __future__ import annotations

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from plugins.rooms import service


def names(rooms):
    return [room.name for room in rooms]


def test_lists_venue_by_venue_with_halls_before_their_parts(house):
    house.add("舞蹈室")
    assert names(service.rooms(house.community)) == ["棋牌室", "会议室", "大厅", "东厅", "西厅", "舞蹈室"]
    assert names(service.rooms(house.community, house.venue + 99)) == []
    assert names(service.rooms(house.store.south)) == ["活动室"]
    assert names(service.venues(house.community)) == ["党群服务中心"]


def test_refuses_what_cannot_be(house):
    for fields, name in [
        ({"name": ""}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"name": "棋牌室"}, "name"),
        ({"name": "新", "seats": 0}, "seats"),
        ({"name": "新", "buffer_after": 241}, "buffer_after"),
        ({"name": "新", "min_minutes": 120, "max_minutes": 60}, "max_minutes"),
        ({"name": "新", "bookable_by": "nobody"}, "bookable_by"),
    ]:
        with pytest.raises(Invalid) as refused:
            service.add_room(house.staff, house.venue, **fields)
        assert list(refused.value.errors) == [name], fields
    with pytest.raises(Invalid):
        service.add_venue(house.staff, name="党群服务中心")
    with pytest.raises(Invalid):
        service.add_venue(house.staff)
    with pytest.raises(TypeError):
        service.edit_room(house.staff, house.rooms["棋牌室"].id, community=house.store.south)


def test_edits_a_room_and_its_name_everywhere(house):
    house.edit("棋牌室", name="休闲室", features=["投影仪"])
    house.book("棋牌室", "14:00", "15:00")
    (line,) = service.my_bookings(house.resident())
    assert line.room == "休闲室"
    house.edit("棋牌室", name="休闲室")


def test_a_removed_room_is_gone_and_its_name_free(house):
    service.remove_room(house.staff, house.rooms["棋牌室"].id)
    with pytest.raises(NotFound):
        house.book("棋牌室", "14:00", "15:00")
    house.add("棋牌室")
    with pytest.raises(Refused):
        service.remove_venue(house.staff, house.venue)
    empty = service.add_venue(house.staff, name="东区")
    service.remove_venue(house.staff, empty.id)
    assert names(service.venues(house.community)) == ["党群服务中心"]


def test_others_cannot_edit(house):
    south = house.store.actor("rooms.manage", community=house.store.south)
    room = house.rooms["棋牌室"].id
    for actor, error in ((house.resident(), Forbidden), (south, NotFound)):
        for act in (
            lambda who: service.edit_room(who, room, seats=1),
            lambda who: service.remove_room(who, room),
            lambda who: service.edit_venue(who, house.venue, name="x"),
            lambda who: service.remove_venue(who, house.venue),
            lambda who: service.add_room(who, house.venue, name="x"),
            lambda who: service.set_quota(who, room, "person", "week", bookings=1),
        ):
            with pytest.raises(error):
                act(actor)
