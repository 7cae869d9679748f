"""The pages of coming and leaving: at the door, on the phone, at the desk; what is shown to whom."""

from __future__ import annotations

import datetime

import pytest

from core.actor import command
from core.clock import today, utc_minute
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from plugins.rooms import service
from plugins.rooms.models import KeyLoan, Occurrence

BASE = f"/c/{WEST_HILL}/rooms"
DESK = f"{BASE}/desk/bookings"
DAY = today() + datetime.timedelta(days=3)
SECRET = "家庭会议甲"


@pytest.fixture
def room(app):
    """A room in 西山 that is open day and night."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {weekday: [(0, 1440)] for weekday in range(7)})
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


@pytest.fixture
def neighbour(app):
    """Somebody else who lives here."""
    from core.people import residents

    return residents.add_person(command(WEST_HILL), name="李邻居").id


@pytest.fixture
def at(clock):
    """`at(hour, minute)` on the day of the bookings."""
    return lambda hour, minute=0: clock(utc_minute(DAY, hour * 60 + minute))


@pytest.fixture
def guest(client, room):
    """A guest's browser, and the booking made in it from 14 to 16."""
    wish = {"date": DAY.isoformat(), "start": "14:00", "end": "16:00", "title": SECRET, "guest_name": "张阿姨"}
    made = client.send(f"{BASE}/{room.id}/book", **wish)
    return client, int(made.location.rsplit("/", 1)[1])


def state(key):
    return Occurrence.get_by_id(key).state


def text(answer):
    return answer.get_data(as_text=True)


def test_a_guest_checks_in_at_the_door_with_one_tap_and_leaves_with_another(guest, room, at):
    browser, key = guest
    at(13, 50)
    page = text(browser.get(f"{BASE}/{room.id}/here"))
    assert f"/booking/{key}/check-in" in page
    answer = browser.send(f"{BASE}/booking/{key}/check-in", idempotency_key="k" * 24)
    again = browser.send(f"{BASE}/booking/{key}/check-in", idempotency_key="k" * 24)
    assert (answer.status_code, again.status_code, state(key)) == (303, 303, "checked_in")
    assert "已签到" in text(browser.get(f"{BASE}/booking/{key}"))
    at(15)
    assert f"/booking/{key}/end" in text(browser.get(f"{BASE}/{room.id}/here"))
    browser.send(f"{BASE}/booking/{key}/end")
    assert state(key) == "finished"
    assert "已结束" in text(browser.get(f"{BASE}/mine"))


def test_before_its_time_the_door_says_from_when(guest, room, at):
    browser, key = guest
    at(12)
    page = text(browser.get(f"{BASE}/{room.id}/here"))
    assert "13:45" in page and "/check-in" not in page
    assert browser.send(f"{BASE}/booking/{key}/check-in").status_code == 409
    assert state(key) == "confirmed"


@pytest.mark.parametrize("role", [None, "resident"])
def test_the_door_tells_nobody_else_whose_it_is(app, guest, as_role, room, at, role, neighbour):
    _browser, key = guest
    at(14, 5)
    other = Browser(app) if role is None else as_role(role, person=neighbour)
    page = text(other.get(f"{BASE}/{room.id}/here"))
    assert other.get(f"{BASE}/{room.id}/here").status_code == 200
    for word in (SECRET, "张阿姨", f"/booking/{key}"):
        assert word not in page
    assert other.send(f"{BASE}/booking/{key}/check-in").status_code in (302, 303, 401, 403, 404)
    assert state(key) == "confirmed"


def test_the_code_on_the_slip_leads_to_the_booking_and_its_check_in(app, guest, room, at):
    browser, key = guest
    code = text(browser.get(f"{BASE}/booking/{key}")).split('class="booking-code num">')[1].split("<")[0]
    at(14)
    phone = Browser(app)
    answer = phone.send(f"{BASE}/code", code=code)
    assert answer.location.endswith(f"/booking/{key}")
    assert f"/booking/{key}/check-in" in text(phone.get(answer.location))
    assert phone.send(f"{BASE}/booking/{key}/check-in").status_code == 303
    assert state(key) == "checked_in"


def test_posters_and_door_screens_lead_to_the_door(app, room, as_role):
    director = as_role("director")
    assert f"{BASE}/{room.id}/here" in text(director.get(f"{BASE}/desk/posters/rooms/{room.id}"))
    _screen, token = service.add_screen(command(WEST_HILL), "door", name="门口", room_id=room.id)
    assert Browser(app).get(f"{BASE}/screen/{token}").status_code == 200
    assert Browser(app).get(f"/c/{SOUTH_GARDEN}/rooms/{room.id}/here").status_code == 404


def test_staff_check_in_from_the_day_and_take_it_back(guest, as_role, at):
    _browser, key = guest
    at(14)
    staff = as_role("staff")
    assert f"{DESK}/{key}/check-in" in text(staff.get(f"{BASE}/desk?date={DAY}"))
    answer = staff.send(f"{DESK}/{key}/check-in")
    assert (answer.status_code, state(key)) == (303, "checked_in")
    assert f"{DESK}/{key}/undo-check-in" in text(staff.get(answer.location))
    staff.send(f"{DESK}/{key}/undo-check-in")
    assert state(key) == "confirmed"


def test_staff_end_it_with_the_number_of_people(guest, as_role, at):
    _browser, key = guest
    at(15)
    staff = as_role("staff")
    refused = staff.send(f"{DESK}/{key}/came", people="0")
    assert refused.status_code == 422
    assert staff.send(f"{DESK}/{key}/came", people="12").status_code == 303
    found = Occurrence.get_by_id(key)
    assert (found.state, found.people_came) == ("finished", 12)
    staff.send(f"{DESK}/{key}/came", people="13")
    assert Occurrence.get_by_id(key).people_came == 13


def test_staff_say_that_nobody_came_and_take_it_back(guest, as_role, at):
    _browser, key = guest
    at(14, 30)
    staff = as_role("staff")
    staff.send(f"{DESK}/{key}/missed")
    assert "没来" in text(staff.get(f"{DESK}/{key}"))
    staff.send(f"{DESK}/{key}/undo-missed")
    assert state(key) == "confirmed"


def test_a_key_goes_out_and_comes_back(guest, as_role, at):
    _browser, key = guest
    at(14)
    staff = as_role("staff")
    assert staff.send(f"{DESK}/{key}/key", taker="").status_code == 422
    staff.send(f"{DESK}/{key}/key", taker="张阿姨的女儿")
    assert "张阿姨的女儿" in text(staff.get(f"{BASE}/desk?date={DAY}"))
    staff.send(f"{DESK}/{key}/key-back")
    assert (KeyLoan.get().back_at is not None, state(key)) == (True, "finished")


@pytest.mark.usefixtures("guest")
def test_past_use_is_entered_and_refused_where_something_stands(room, as_role, at):
    at(18)
    staff = as_role("staff")
    wish = {"room_id": room.id, "date": DAY.isoformat(), "start": "15:00", "end": "17:00", "title": "合唱<b>"}
    kept = staff.send(f"{BASE}/desk/past-use", **wish)
    assert kept.status_code == 409 and 'value="合唱&lt;b&gt;"' in text(kept)
    assert staff.send(f"{BASE}/desk/past-use", **{**wish, "start": "16:00", "end": ""}).status_code == 422
    assert staff.send(f"{BASE}/desk/past-use", **{**wish, "start": "16:00"}).status_code == 303
    assert Occurrence.select().where(Occurrence.state == "finished").count() == 1


def test_the_director_takes_a_room_back_with_an_offer(guest, room, as_role, at):
    browser, key = guest
    at(9)
    wish = {"room_id": room.id, "date": DAY.isoformat(), "start": "17:00", "end": "19:00", "reason": "临时检查"}
    assert as_role("staff").send(f"{DESK}/{key}/displace", **wish).status_code == 403
    director = as_role("director")
    assert 'selected value="12:00"' in text(director.get(f"{DESK}/{key}/displace"))
    assert director.send(f"{DESK}/{key}/displace", **{**wish, "reason": ""}).status_code == 422
    taken = director.send(f"{DESK}/{key}/displace", **{**wish, "start": "15:00", "end": "17:00", "title": "检查组"})
    assert taken.status_code == 409 and "检查组" in text(taken)
    assert director.send(f"{DESK}/{key}/displace", **wish).status_code == 303
    assert state(key) == "displaced"
    offer = Occurrence.get(Occurrence.replaces == key)
    assert offer.state == "held"
    lost = text(browser.get(f"{BASE}/booking/{key}"))
    assert "临时检查" in lost and f"{BASE}/booking/{offer.id}" in lost
    assert f"/booking/{offer.id}/take" in text(browser.get(f"{BASE}/booking/{offer.id}"))
    assert browser.send(f"{BASE}/booking/{offer.id}/take").status_code == 303
    assert state(offer.id) == "confirmed"


@pytest.mark.parametrize("path", ["check-in", "undo-check-in", "missed", "undo-missed", "came", "key", "key-back"])
def test_acts_of_the_desk_are_for_the_desk_of_this_community(guest, as_role, at, path, neighbour):
    _browser, key = guest
    at(14)
    assert as_role("resident", person=neighbour).send(f"{DESK}/{key}/{path}").status_code == 403
    south = as_role("director", community=SOUTH_GARDEN)
    assert south.send(f"/c/{SOUTH_GARDEN}/rooms/desk/bookings/{key}/{path}", taker="某").status_code == 404
    assert state(key) == "confirmed"
