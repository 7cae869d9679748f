"""Hall and door screens: secret revocable addresses, never a name, a title or a digit, 304 while nothing changes."""

import datetime
import logging
import re
from types import SimpleNamespace

import pytest

from core.actor import command, system
from core.clock import local_zone, today
from core.plugin.registry import active
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import service
from plugins.rooms.models import Screen

BASE = f"/c/{WEST_HILL}/rooms"
DAY = today() + datetime.timedelta(days=3)


@pytest.fixture
def house(app):
    """A venue open from 8 to 20 with 舞蹈室, the confidential 调解室 and a hall of two parts; two bookings on `DAY`."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)})
    hall = service.add_room(actor, venue.id, name="大厅")
    rooms = SimpleNamespace(
        actor=actor,
        venue=venue,
        dance=service.add_room(actor, venue.id, name="舞蹈室"),
        talk=service.add_room(actor, venue.id, name="调解室", confidential=True, buffer_after=15),
        hall=hall,
        east=service.add_room(actor, venue.id, name="东厅", part_of=hall.id),
    )
    book(rooms, rooms.dance, "09:00", "10:00")
    book(rooms, rooms.talk, "14:00", "15:00")
    return rooms


def book(house, room, start, end, date=DAY):
    return service.book(
        house.actor,
        room.id,
        service.BookingRequest(
            date=date.isoformat(),
            start=start,
            end=end,
            title="离婚调解",
            guest_name="赵小燕",
            guest_phone="13812345678",
        ),
    )


def at(hour, minute=0):
    return datetime.datetime.combine(DAY, datetime.time(hour, minute), local_zone())


def address(kind, **shown):
    _screen, token = service.add_screen(command(WEST_HILL), kind, name="", **shown)
    return f"{BASE}/screen/{token}"


# --------------------------------------------------------------------------- what they show


def test_a_hall_lists_what_is_going_on_and_to_come(house):
    shown = service.hall(house.actor, house.venue.id, at(9, 30))
    assert [(line.room, line.start, line.end, line.is_now) for line in shown.lines] == [
        ("舞蹈室", "09:00", "10:00", True),
        ("调解室", "14:00", "15:00", False),
    ]
    assert [line.room for line in service.hall(house.actor, house.venue.id, at(10)).lines] == ["调解室"]


def test_a_hall_of_another_venue_shows_its_own(house):
    other = service.add_venue(house.actor, name="东苑")
    assert service.hall(house.actor, other.id, at(9, 30)).lines == []
    assert len(service.hall(house.actor, None, at(9, 30)).lines) == 2


def test_a_hall_says_how_many_lines_did_not_fit(house):
    for hour in range(8, 20):
        if hour != 14:
            book(house, house.talk if hour < 14 else house.east, f"{hour:02d}:00", f"{hour:02d}:15")
    shown = service.hall(house.actor, house.venue.id, at(8))
    assert (len(shown.lines), shown.more) == (9, 4)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (7, 0, ("shut", "08:00")),
        (9, 0, ("taken", "10:00")),
        (10, 0, ("free", "20:00")),
        (8, 0, ("free", "09:00")),
        (20, 0, ("shut", "")),
    ],
)
def test_a_door_says_free_or_taken_and_until_when(house, hour, minute, expected):
    shown = service.door(house.actor, house.dance, at(hour, minute))
    assert (shown.state, shown.until) == expected


def test_a_door_counts_the_buffer_as_taken_but_lists_the_booking(house):
    shown = service.door(house.actor, house.talk, at(15, 5))
    assert (shown.state, shown.until, shown.lines) == ("taken", "15:15", [])


def test_a_door_names_what_comes_next(house):
    assert service.door(house.actor, house.talk, at(12)).next.start == "14:00"


def test_a_closed_room_is_out_of_use(house):
    service.close(house.actor, house.hall.id, date=DAY.isoformat(), start="10:00", end="12:00", reason="换届选举")
    assert service.door(house.actor, house.east, at(11)).state == "closed"
    assert service.door(house.actor, house.hall, at(11)).state == "closed"


def test_a_hall_in_use_is_seen_at_the_door_of_its_part(house):
    book(house, house.hall, "16:00", "17:00")
    assert service.door(house.actor, house.east, at(16, 30)).state == "taken"
    assert [line.room for line in service.door(house.actor, house.east, at(16, 30)).lines] == ["大厅"]


# --------------------------------------------------------------------------- the pages


@pytest.fixture
def noon(monkeypatch):
    """The screens believe that it is noon of `DAY`."""
    for module in ("plugins.rooms.finding.screens", "plugins.rooms.views.screens"):
        monkeypatch.setattr(f"{module}.local_now", lambda: at(12))


def test_no_screen_shows_a_name_a_title_a_digit_or_a_reason(client, house, noon):
    service.close(house.actor, house.east.id, date=DAY.isoformat(), start="11:00", end="13:00", reason="换届选举")
    for url in (address("hall"), address("hall", venue_id=house.venue.id), *doors(house)):
        page = client.get(url).get_data(as_text=True)
        assert 'id="screen"' in page
        for secret in ("赵小燕", "离婚", "138123", "5678", "换届"):
            assert secret not in page
    assert "14:00–15:00" in client.get(address("hall")).get_data(as_text=True)


def doors(house):
    return [address("door", room_id=room.id) for room in (house.dance, house.talk, house.hall)]


def test_polls_itself_every_15_seconds_on_one_element(client, house):
    url = address("hall")
    page = client.get(url).get_data(as_text=True)
    assert page.count("hx-get=") == 1
    assert re.search(rf'hx-get="{url}" hx-trigger="every 15s"', page)
    assert 'http-equiv="refresh"' in page


def test_answers_304_until_something_changes(client, house, noon):
    url = address("hall")
    first = client.get(url)
    assert "no-cache" in first.headers["Cache-Control"]
    asked = {"If-None-Match": first.headers["ETag"], "HX-Request": "true"}
    assert client.get(url, headers=asked).status_code == 304
    book(house, house.dance, "18:00", "19:00")
    changed = client.get(url, headers=asked)
    assert changed.status_code == 200
    assert "18:00–19:00" in changed.get_data(as_text=True)


def test_a_screen_is_only_read(client, house):
    assert client.send(address("hall")).status_code == 405


def test_an_unknown_or_foreign_address_is_not_found(client, house):
    url = address("hall")
    assert client.get(url + "x").status_code == 404
    assert client.get(url.replace(WEST_HILL, SOUTH_GARDEN)).status_code == 404


def test_a_revoked_screen_goes_dark(client, as_role, house):
    url = address("hall")
    screen = Screen.of(WEST_HILL).get()
    director = as_role("director")
    assert director.get(f"{BASE}/desk/screens/{screen.id}/revoke").status_code == 200
    assert client.get(url).status_code == 200
    assert director.send(f"{BASE}/desk/screens/{screen.id}/revoke").status_code == 303
    assert client.get(url).status_code == 404
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 404
    assert director.send(f"{BASE}/desk/screens/{screen.id}/revoke").status_code == 409


def test_the_door_of_a_removed_room_goes_dark(client, house):
    url = address("door", room_id=house.east.id)
    service.remove_room(house.actor, house.east.id)
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 404


def test_a_screen_knows_what_to_say_once_its_module_is_off(client, house):
    url = address("hall")
    page = client.get(url).get_data(as_text=True)
    assert re.search(r'id="screen"[^>]* data-gone="这块屏幕已停用[^"]*"', page)
    actor = system(WEST_HILL, "test")
    switch_off(actor, "rooms")
    poll = client.get(url, headers={"HX-Request": "true"})
    assert poll.status_code == 404 and "HX-Redirect" not in poll.headers
    active().switch(actor, "rooms", enabled=True, published=True)
    assert 'id="screen"' in client.get(url, headers={"HX-Request": "true"}).get_data(as_text=True)


# --------------------------------------------------------------------------- their addresses


def test_the_address_is_shown_once_to_who_made_it_and_stored_as_a_digest(as_role, client, house):
    director = as_role("director")
    made = director.send(f"{BASE}/desk/screens", shows=f"door-{house.dance.id}", name="舞蹈室门口")
    assert made.status_code == 303
    found = re.search(r"/rooms/screen/([\w-]{32})<", director.get(made.location).get_data(as_text=True))
    token = found[1]
    assert client.get(f"{BASE}/screen/{token}").status_code == 200
    assert token not in as_role("director").get(made.location).get_data(as_text=True)
    assert token not in director.get(f"{BASE}/desk/screens").get_data(as_text=True)
    assert token not in str(list(Screen.of(WEST_HILL).dicts()))


def test_a_wrong_choice_makes_no_screen(as_role, house):
    for shows in ("", "door-99999", "window-1"):
        assert as_role("director").send(f"{BASE}/desk/screens", shows=shows).status_code == 422
    assert Screen.of(WEST_HILL).count() == 0


def test_only_those_who_manage_rooms_make_screens(as_role, client, house):
    assert as_role("staff").send(f"{BASE}/desk/screens", shows="hall").status_code == 403
    assert client.send(f"{BASE}/desk/screens", shows="hall").status_code in (303, 401, 403)
    assert Screen.of(WEST_HILL).count() == 0


def test_a_failure_logs_no_token(client, house, monkeypatch, caplog):
    url = address("hall")
    monkeypatch.setattr("plugins.rooms.service.hall", lambda *_args: 1 / 0)
    with caplog.at_level(logging.DEBUG):
        assert client.get(url).status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert url.rsplit("/", 1)[1] not in caplog.text
