"""Spaces that units opened: their steward decides for the rooms of that venue and sees no others."""

from __future__ import annotations

import pytest

from core.actor import command
from core.errors import Forbidden, Invalid, NotFound
from core.people import permissions
from core.people.account_records import Account, RoleGrant
from core.store.db import transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import PERMISSIONS, service
from plugins.rooms.booking.check import check
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.test_views_book import BASE, DAY, room

__all__ = ["room"]
UNIT = "rooms.unit.decide"


def open_account(community, key, role="steward"):
    with transaction(community):
        Account.insert(id=key, kind="staff", community=community, username=f"unit{key}", label=f"单位{key}").execute()
        RoleGrant.insert(account_id=key, community=community, role=role, from_day="2020-01-01").execute()


@pytest.fixture
def unit(house, monkeypatch):
    """The venue of 银行, with 会客厅 which needs approval, and its steward's actor."""
    venue = service.add_venue(
        house.staff, name="银行网点", owner="农商银行", contact_name="郁经理", contact_phone="0573-87000009"
    )
    house.rooms["会客厅"] = service.add_room(house.staff, venue.id, name="会客厅", needs_approval=True)
    monkeypatch.setattr(permissions, "_table", permissions.PermissionTable(plugins=PERMISSIONS))
    open_account(house.community, 501)
    service.set_stewards(house.staff, venue.id, [501])
    return house.store.actor("rooms.book", UNIT, account=501, person=None)


def test_the_steward_decides_for_the_rooms_of_that_venue_only(house, unit):
    mine = house.book("会客厅", "14:00", "15:00").occurrence_id
    also = house.book("会客厅", "16:00", "17:00").occurrence_id
    other = house.book("会议室", "14:00", "15:00").occurrence_id
    assert [line.id for line in service.unit_requests(unit)] == [mine, also]
    assert service.approve(unit, mine).state == "confirmed"
    service.refuse(unit, also, "当天盘点")
    for act in (lambda: service.approve(unit, other), lambda: service.refuse(unit, other, "不行")):
        with pytest.raises(Forbidden):
            act()
    assert [Occurrence.get_by_id(key).state for key in (mine, also, other)] == ["confirmed", "refused", "requested"]
    assert service.approve(house.staff, other).state == "confirmed"
    assert check(house.community) == []


def test_the_role_alone_decides_nothing_and_a_row_without_the_role_neither(house, unit):
    mine = house.book("会客厅", "14:00", "15:00").occurrence_id
    nobody = house.store.actor("rooms.book", UNIT, account=502, person=None)
    without = house.store.actor("rooms.book", account=501, person=None)
    for actor in (nobody, without):
        with pytest.raises(Forbidden):
            service.approve(actor, mine)
    assert service.unit_requests(nobody) == []
    south = house.store.actor(UNIT, account=501, community=house.store.south)
    with pytest.raises(NotFound):
        service.approve(south, mine)
    service.set_stewards(house.staff, house.rooms["会客厅"].venue_id, [])
    with pytest.raises(Forbidden):
        service.approve(unit, mine)


def test_the_right_of_a_steward_ends_with_the_act(house, unit):
    service.approve(unit, house.book("会客厅", "14:00", "15:00").occurrence_id)
    assert not unit.can("rooms.booking.approve")
    with pytest.raises(Forbidden):
        service.requests(unit)


def test_who_may_be_chosen_and_by_whom(house, unit):
    venue = house.rooms["会客厅"].venue_id
    open_account(house.community, 503, "staff")
    with pytest.raises(Invalid):
        service.set_stewards(house.staff, venue, [503])
    assert service.stewards(house.staff, venue) == [(501, "单位501", True)]
    with pytest.raises(Forbidden):
        service.set_stewards(unit, venue, [501])
    south = house.store.actor("rooms.manage", community=house.store.south)
    with pytest.raises(NotFound):
        service.set_stewards(south, venue, [])


def test_the_pages_of_a_steward(client, as_role, room):
    service.edit_room(command(WEST_HILL), room.id, needs_approval=True)
    steward, director = as_role("steward"), as_role("director")
    account = RoleGrant.get(RoleGrant.role == "steward").account_id
    keys = []
    for start in ("09:00", "11:00"):
        end = f"{int(start[:2]) + 1}:00"
        asked = client.send(f"{BASE}/{room.id}/book", date=DAY, start=start, end=end, guest_name="王阿姨")
        keys.append(int(asked.location.rsplit("/", 1)[1]))
    assert steward.send(f"{BASE}/unit/{keys[0]}/approve").status_code == 403
    assert steward.send(f"{BASE}/unit/99999/approve").status_code == 404
    page = f"{BASE}/desk/venues/{room.venue_id}/stewards"
    assert director.send(page, stewards="999").status_code == 422
    assert director.send(page, stewards=str(account)).status_code == 303
    assert "王阿姨" in steward.get(f"{BASE}/unit").get_data(as_text=True)
    assert steward.send(f"{BASE}/unit/{keys[0]}/approve").status_code == 303
    assert steward.send(f"{BASE}/unit/{keys[1]}/refuse", reason="").status_code == 422
    assert steward.send(f"{BASE}/unit/{keys[1]}/refuse", reason="当天盘点").status_code == 303
    assert [Occurrence.get_by_id(key).state for key in keys] == ["confirmed", "refused"]
    assert steward.get(f"{BASE}/desk/requests").status_code == 403
    assert as_role("staff").get(f"{BASE}/unit").status_code == 403


def test_the_portal_says_who_opened_the_space_and_whom_to_call(client, room):
    service.edit_venue(
        command(WEST_HILL), room.venue_id, owner="农商银行", contact_name="郁经理", contact_phone="0573-87000009"
    )
    page = client.get(f"{BASE}/{room.id}").get_data(as_text=True)
    assert "农商银行" in page and "郁经理" in page and "0573-87000009" in page
    assert client.get(f"/c/{SOUTH_GARDEN}/rooms/{room.id}").status_code == 404
