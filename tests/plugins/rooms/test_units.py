"""Spaces that units opened: their steward decides for the rooms of that venue and sees no others."""

from __future__ import annotations

import pytest

from core.actor import Actor, command
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import permissions
from core.people.account_records import Account, RoleGrant
from core.store.db import transaction
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import PERMISSIONS, service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.making import Extras, book_wish
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.booking.rules import Wish
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


# --------------------------------------------------------------------------- series, the waiting list, taking back


def weeks(house, name, start="09:00", actor=None):
    asked = service.BookingRequest(date=str(house.day), start=start, end=f"{int(start[:2]) + 1}:00", title="合唱")
    return service.book_series(actor or house.resident(), house.rooms[name].id, Rule(count=3), asked)


def test_a_series_in_the_rooms_of_the_unit_is_decided_there_and_no_other(house, unit):
    mine, refused, other = weeks(house, "会客厅"), weeks(house, "会客厅", "14:00"), weeks(house, "会议室")
    assert [line.booking_id for line in service.unit_requests(unit)] == [mine.booking_id, refused.booking_id]
    assert service.unit_series(unit, mine.booking_id).usual == "09:00–10:00"
    days = [date.day for date in service.waiting_dates(unit, mine.booking_id)]
    assert service.approve_series(unit, mine.booking_id, days[1:2]) == 2
    assert service.refuse_series(unit, refused.booking_id, "当天盘点")
    for act in (
        lambda: service.approve_series(unit, other.booking_id),
        lambda: service.refuse_series(unit, other.booking_id, "不行"),
        lambda: service.waiting_dates(unit, other.booking_id),
        lambda: service.unit_series(unit, other.booking_id),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Refused):
        service.unit_series(unit, mine.booking_id)
    with pytest.raises(NotFound):
        service.unit_series(unit, 999)
    assert check(house.community) == []


def test_a_series_of_which_one_date_lies_elsewhere_is_for_the_office(house, unit):
    mine = weeks(house, "会客厅")
    second = service.unit_requests(unit)[0].id
    service.move(
        house.resident(), second, date=str(house.day), start="15:00", end="16:00", room_id=house.rooms["会议室"].id
    )
    with pytest.raises(Forbidden):
        service.approve_series(unit, mine.booking_id)
    assert service.approve_series(house.staff, mine.booking_id) == 3


def test_the_steward_decides_on_who_waits_for_these_rooms(house, unit):
    name, day = "会客厅", str(house.day)
    taken = house.book(name, "14:00", "15:00", house.staff)
    house.book("会议室", "14:00", "15:00", house.staff)

    def waits(number, room, end="15:00"):
        wish = service.WaitingWish(day, "14:00", end, None, room)
        return service.join_waiting(house.resident(number), wish, who=service.Who()).waiting_id

    first, second = waits(1, house.rooms[name].id), waits(2, house.rooms[name].id)
    foreign = waits(4, house.rooms["会议室"].id)
    assert [line.id for line in service.unit_waiting(unit)] == [first, second]
    with pytest.raises(Refused):
        service.offer_waiting(unit, first)
    service.cancel(house.staff, taken.occurrence_id, reason="不用了")
    service.offer_waiting(unit, second)
    service.told_waiting(unit, second)
    service.skip_waiting(unit, second)
    service.offer_waiting(unit, first)
    service.remove_waiting(unit, first, "打不通")
    for act in (
        lambda: service.offer_waiting(unit, foreign),
        lambda: service.remove_waiting(unit, foreign, "不行"),
        lambda: service.unit_waiting_line(unit, foreign),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        service.unit_waiting_line(unit, 999)
    assert [line.id for line in service.unit_waiting(unit)] == [second]
    assert check(house.community) == []


def test_who_waits_for_any_room_is_for_the_office(house, unit):
    for name in ("会客厅", "棋牌室", "会议室", "大厅"):
        house.book(name, "14:00", "15:00", house.staff)
    wish = service.WaitingWish(str(house.day), "14:00", "15:00")
    anywhere = service.join_waiting(house.resident(), wish, who=service.Who()).waiting_id
    assert service.unit_waiting(unit) == []
    with pytest.raises(Forbidden):
        service.skip_waiting(unit, anywhere)


def test_the_unit_takes_its_room_back_and_offers_one_of_its_own(house, unit):
    mine = house.book("会客厅", "14:00", "15:00", house.staff).occurrence_id
    other = house.book("会议室", "14:00", "15:00", house.staff).occurrence_id
    assert [line.id for line in service.unit_bookings(unit)] == [mine]
    assert [room.name for room in service.unit_rooms(unit)] == ["会客厅"]
    offer = {"reason": "开会", "date": str(house.day), "start": "16:00", "end": "17:00", "title": "银行例会"}
    here, there = house.rooms["会客厅"].id, house.rooms["棋牌室"].id
    for occurrence, room_id in ((other, here), (mine, there)):
        with pytest.raises(Forbidden):
            service.displace(unit, occurrence, room_id=room_id, **offer)
    assert service.displace(unit, mine, room_id=here, **offer).state == "held"
    assert Occurrence.get_by_id(mine).state == "displaced"
    own = next(line for line in service.unit_bookings(unit) if line.title == "银行例会")
    assert (own.start, own.organiser) == ("14:00", unit.label)
    with pytest.raises(Forbidden):
        service.unit_booking(unit, other)
    assert check(house.community) == []


def test_a_page_that_was_opened_before_a_booking_began_says_so(house, unit, clock):
    mine = house.book("会客厅", "14:00", "15:00", house.staff).occurrence_id
    asked = house.book("会客厅", "16:00", "17:00").occurrence_id
    assert service.unit_booking(unit, mine) and service.unit_request(unit, asked)
    clock(house.at(16 * 60 + 30))
    for look, key in ((service.unit_booking, mine), (service.unit_request, asked)):
        with pytest.raises(Refused, match="开始"):
            look(unit, key)


def test_a_unit_does_not_read_whose_a_confidential_booking_is(house, unit):
    service.edit_room(house.staff, house.rooms["会客厅"].id, confidential=True)
    house.book("会客厅", "14:00", "15:00", title="调解某某", organiser="王阿姨")
    (line,) = service.unit_requests(unit)
    assert (line.organiser, line.title) == ("保密", "")


def test_the_pages_on_which_a_steward_decides(client, as_role, room):
    service.edit_room(command(WEST_HILL), room.id, needs_approval=True)
    steward = as_role("steward")
    account = RoleGrant.get(RoleGrant.role == "steward").account_id
    asked = service.BookingRequest(date=DAY, start="09:00", end="10:00", guest_name="王阿姨", title="合唱")
    guest = Actor(kind="anonymous", community=WEST_HILL)
    series = service.book_series(guest, room.id, Rule(count=2), asked).booking_id
    taken = service.book(
        command(WEST_HILL), room.id, service.BookingRequest(date=DAY, start="15:00", end="16:00", title="例会")
    ).occurrence_id
    wish = service.WaitingWish(DAY, "15:00", "16:00", None, room.id)
    waits = service.join_waiting(guest, wish, who=service.Who("李叔叔")).waiting_id
    unit, decide = f"{BASE}/unit", f"{BASE}/unit/series/{series}/decide"
    pages = (decide, f"{unit}/waiting/{waits}/remove", f"{unit}/bookings/{taken}/displace")
    assert [steward.get(page).status_code for page in pages] == [403, 403, 403]
    service.set_stewards(command(WEST_HILL), room.venue_id, [account])
    assert [steward.get(page).status_code for page in pages] == [200, 200, 200]
    first = steward.get(unit).get_data(as_text=True)
    assert decide in first and "李叔叔" in first and pages[2] in first
    assert steward.send(decide).status_code == 422
    assert steward.send(decide, day=DAY).location == unit
    assert steward.send(f"{unit}/waiting/{waits}/offer").status_code == 409
    assert steward.send(pages[1], reason="").status_code == 422
    assert steward.send(pages[1], reason="不用了").location == unit
    offer = {"room_id": room.id, "date": DAY, "start": "17:00", "end": "18:00", "reason": "盘点"}
    assert steward.send(pages[2], **{**offer, "room_id": 999}).status_code == 422
    assert steward.send(pages[2], **{**offer, "start": "09:00", "end": "10:00"}).status_code == 409
    assert steward.send(pages[2], **offer).location == unit
    assert Occurrence.get_by_id(taken).state == "displaced"
    assert as_role("staff").get(decide).status_code == 403


def test_a_second_tap_is_led_back_like_the_first(client, as_role, room):
    service.edit_room(command(WEST_HILL), room.id, needs_approval=True)
    steward, director = as_role("steward"), as_role("director")
    service.set_stewards(command(WEST_HILL), room.venue_id, [RoleGrant.get(RoleGrant.role == "steward").account_id])
    guest = Actor(kind="anonymous", community=WEST_HILL)

    def asked(start):
        times = {"start": f"{start:02}:00", "end": f"{start + 1}:00"}
        return service.BookingRequest(date=DAY, guest_name="王阿姨", **times)

    def series(start):
        return service.book_series(guest, room.id, Rule(count=2), asked(start)).booking_id

    def single(start):
        return service.book(guest, room.id, asked(start)).occurrence_id

    unit, desk = f"{BASE}/unit", f"{BASE}/desk"
    posts = (
        (steward, f"{unit}/{single(9)}/approve", {}),
        (steward, f"{unit}/{single(10)}/refuse", {"reason": "盘点"}),
        (steward, f"{unit}/series/{series(11)}/decide", {"day": DAY}),
        (steward, f"{unit}/series/{series(12)}/refuse", {"reason": "盘点"}),
        (director, f"{desk}/series/{series(13)}/decide", {"day": DAY}),
        (director, f"{desk}/series/{series(14)}/refuse", {"reason": "盘点"}),
    )
    for nth, (browser, page, fields) in enumerate(posts):
        taps = [browser.send(page, idempotency_key=f"the-same-form-{nth:06}", **fields) for _tap in range(2)]
        assert [tap.status_code for tap in taps] == [303, 303], page
        assert taps[0].location == taps[1].location


def test_a_steward_takes_nothing_back_that_is_booked_together_with_a_room_of_others(house, unit):
    case = Ref("mediation.case", house.community, 17)
    made = [
        book_wish(
            house.staff,
            house.rooms[name].id,
            Wish(house.day, 840, 900),
            Extras("调解", subject=case, confidential=True),
        ).occurrence_id
        for name in ("会客厅", "棋牌室")
    ]
    offer = {"reason": "开会", "date": str(house.day), "start": "16:00", "end": "17:00"}
    here = house.rooms["会客厅"].id
    with pytest.raises(Refused):
        service.displace(unit, made[0], room_id=here, **offer)
    assert [Occurrence.get_by_id(key).state for key in made] == ["confirmed", "confirmed"]
    assert Occurrence.select().count() == 2
