"""Pages that change, end and reconfirm a series, for its organiser and at the desk."""

import datetime
import html
import re
from urllib.parse import unquote

import pytest

from core.actor import Actor, command
from core.testing import WEST_HILL, Browser
from plugins.rooms import service
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.models import Booking, Occurrence, Series
from tests.plugins.rooms.test_views_series import ALL_DAY, FIRST, WEEKS, boxes, occurrences

BASE = f"/c/{WEST_HILL}/rooms"
TIME = {"start": "09:00", "end": "10:00"}
LATER = {"since": "", "start": "14:00", "end": "15:00", "title": "合唱"}


@pytest.fixture
def room(app):
    """A room in 西山 that is open every day from 8 to 20."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


@pytest.fixture
def guest(client, room):
    """A guest's browser with a series of four weeks, and the address of its page."""
    form = {"date": str(FIRST), **TIME, "title": "合唱", "guest_name": "张阿姨", "every": "week", "times": "4"}
    answer = client.send(f"{BASE}/{room.id}/series", **form, step="book", day=[str(day) for day in WEEKS])
    return client, answer.location


def hours():
    return [(each.series_day, (each.start_min + 480) % 1440 // 60) for each in occurrences()]


def test_the_page_leads_to_changing_and_ending(guest):
    client, place = guest
    page = client.get(place).get_data(as_text=True)
    assert f'href="{place}/change"' in page and f'href="{place}/cancel"' in page
    assert client.get(f"{place}/change").status_code == client.get(f"{place}/cancel").status_code == 200


def test_shows_the_dates_before_it_moves_them(guest, room):
    client, place = guest
    wish = {**LATER, "room_id": room.id}
    page = client.send(f"{place}/change", **wish, step="look").get_data(as_text=True)
    assert boxes(page) == [str(day) for day in WEEKS]
    client.send(f"{BASE}/{room.id}/book", date=str(WEEKS[1]), start="14:30", end="15:30", guest_name="李叔叔")
    answer = client.send(f"{place}/change", **wish, step="save", day=boxes(page))
    assert answer.status_code == 409
    left = boxes(answer.get_data(as_text=True))
    assert left == [str(day) for day in WEEKS if day != WEEKS[1]]
    assert client.send(f"{place}/change", **wish, step="save", day=left).location == place
    assert [hour for day, hour in hours() if day] == [14, 9, 14, 14]


def test_a_split_gives_the_guest_a_new_code(app, guest, room):
    client, place = guest
    wish = {**LATER, "room_id": room.id, "since": str(WEEKS[2])}
    answer = client.send(f"{place}/change", **wish, step="save", day=[str(WEEKS[2]), str(WEEKS[3])])
    assert answer.location != place
    page = client.get(answer.location).get_data(as_text=True)
    code = re.search(r'class="booking-code num">([\w ]+)<', page)[1]
    assert Browser(app).send(f"{BASE}/code", code=code).location.endswith(answer.location)
    assert client.get(place).status_code == 200


@pytest.mark.parametrize("fields", [{"end": "13:00"}, {"room_id": "999"}, {"since": "x"}, {"start": "8:07"}])
def test_says_what_is_wrong_with_a_change(guest, room, fields):
    client, place = guest
    answer = client.send(f"{place}/change", **{**LATER, "room_id": room.id, "title": "新<名>", **fields}, step="look")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "error-summary" in page, "新&lt;名&gt;" in page) == (422, True, True)


def test_nothing_ticked_changes_nothing(guest, room):
    client, place = guest
    assert client.send(f"{place}/change", **LATER, room_id=room.id, step="save").status_code == 422
    assert {hour for _day, hour in hours()} == {9}


def test_ends_from_a_date_on(guest):
    client, place = guest
    assert client.send(f"{place}/cancel", since=str(WEEKS[2]), reason="").location == place
    assert [each.state for each in occurrences()] == ["confirmed", "confirmed", "cancelled", "cancelled"]
    assert client.send(f"{place}/cancel", since="x").status_code == 422


def test_strangers_change_nothing(app, guest, room, as_role):
    _client, place = guest
    other = Browser(app)
    for page in ("change", "cancel", "goes-on", "add"):
        assert other.send(f"{place}/{page}", **LATER, room_id=room.id, day=str(WEEKS[0])).status_code in (303, 401, 403)
    desk = place.replace("/series/", "/desk/series/")
    assert as_role("resident").get(desk).status_code == 403
    assert {each.state for each in occurrences()} == {"confirmed"}


def test_the_desk_lists_changes_and_ends_series(as_role, guest, room):
    _client, place = guest
    desk, staff = place.replace("/series/", "/desk/series/"), as_role("staff")
    assert desk in staff.get(f"{BASE}/desk/series").get_data(as_text=True)
    assert "张阿姨" in staff.get(desk).get_data(as_text=True)
    wish = {**LATER, "room_id": room.id, "told": "y"}
    assert boxes(staff.send(f"{desk}/change", **wish, step="look").get_data(as_text=True)) == [
        str(day) for day in WEEKS
    ]
    assert staff.send(f"{desk}/change", **wish, step="save", day=[str(day) for day in WEEKS]).location == desk
    assert {hour for _day, hour in hours()} == {14}
    assert staff.send(f"{desk}/cancel", since="", reason="").status_code == 422
    assert staff.send(f"{desk}/cancel", since="", reason="装修").location == desk
    assert {each.state for each in occurrences()} == {"cancelled"}


def test_the_desk_adds_a_date_back_and_says_when_it_is_taken(as_role, guest, room):
    client, place = guest
    desk, staff = place.replace("/series/", "/desk/series/"), as_role("staff")
    client.send(f"{BASE}/booking/{occurrences()[1].id}/cancel", reason="")
    client.send(f"{BASE}/{room.id}/book", date=str(WEEKS[1]), start="09:30", end="10:30", guest_name="李叔叔")
    assert staff.send(f"{desk}/add", day=str(WEEKS[1])).status_code == 409
    service.cancel(command(WEST_HILL), occurrences()[2].id, reason="x")
    assert staff.send(f"{desk}/add", day=str(WEEKS[1])).status_code == 303


def test_the_organiser_or_the_desk_says_that_it_goes_on(as_role, guest):
    client, place = guest
    first = occurrences()[0]
    for browser, address in ((client, place), (as_role("staff"), place.replace("/series/", "/desk/series/"))):
        Series.update(asked_at=1, asked_about=first.id).execute()
        assert f'action="{address}/goes-on"' in browser.get(address).get_data(as_text=True)
        assert browser.send(f"{address}/goes-on").location == address
        assert Series.get().asked_at is None


def test_requests_of_a_series_are_decided_on_one_page(as_role, room):
    service.edit_room(command(WEST_HILL), room.id, needs_approval=True)
    guest = Actor(kind="anonymous", community=WEST_HILL)
    made = service.book_series(
        guest, room.id, Rule(count=4), service.BookingRequest(date=str(FIRST), **TIME, guest_name="张阿姨")
    )
    staff, desk = as_role("staff"), f"{BASE}/desk/series/{made.booking_id}"
    page = staff.get(f"{BASE}/desk/requests").get_data(as_text=True)
    assert page.count(f"{desk}/decide") == 1
    service.book(command(WEST_HILL), room.id, service.BookingRequest(date=str(WEEKS[1]), **TIME))
    answer = staff.send(f"{desk}/decide", day=[str(day) for day in WEEKS])
    assert (answer.status_code, boxes(answer.get_data(as_text=True))) == (
        409,
        [str(WEEKS[0]), str(WEEKS[2]), str(WEEKS[3])],
    )
    assert staff.send(f"{desk}/decide").status_code == 422
    assert staff.send(f"{desk}/decide", day=[str(WEEKS[0])]).status_code == 303
    waiting = Occurrence.of(WEST_HILL).where(Occurrence.state == "requested")
    assert not waiting.exists()
    again = service.book_series(
        guest,
        room.id,
        Rule(count=2),
        service.BookingRequest(date=str(FIRST), start="12:00", end="13:00", guest_name="张阿姨"),
    )
    assert staff.send(f"{BASE}/desk/series/{again.booking_id}/refuse", reason="").status_code == 422
    assert staff.send(f"{BASE}/desk/series/{again.booking_id}/refuse", reason="装修").status_code == 303


# --------------------------------------------------------------------------- regular closures


def closing(room, **fields):
    return {
        "room_id": room.id, "date": str(FIRST), "start": "08:00", "end": "12:00", "every": "week", "times": "4",
        "reason": "打扫<卫生>", **fields,
    }  # fmt: skip


def test_the_desk_closes_a_room_regularly_once_bookings_are_out_of_the_way(as_role, guest, room):
    director, address = as_role("director"), f"{BASE}/desk/closures/regular"
    assert director.get(address).status_code == 200
    page = director.send(address, **closing(room), step="look").get_data(as_text=True)
    assert page.count("张阿姨") >= 4 and boxes(page) == []
    back = unquote(html.unescape(re.search(r'/cancel\?back=([^"]+)"', page)[1]))
    assert 'value="打扫&lt;卫生&gt;"' in director.get(back).get_data(as_text=True)
    answer = director.send(address, **closing(room), step="close", day=[str(day) for day in WEEKS])
    assert answer.status_code == 409 and "打扫&lt;卫生&gt;" in answer.get_data(as_text=True)
    service.cancel_series(command(WEST_HILL), occurrences()[0].booking_id, reason="打扫")
    page = director.send(address, **closing(room), step="look").get_data(as_text=True)
    assert director.send(address, **closing(room), step="close", day=boxes(page)).location == f"{BASE}/desk/closures"
    page = director.get(f"{BASE}/desk/closures").get_data(as_text=True)
    lift = re.search(rf'action="({BASE}/desk/closures/regular/\d+/lift)"', page)[1]
    assert page.count("/lift") == 2
    assert director.send(lift).status_code == 303
    assert "/lift" not in director.get(f"{BASE}/desk/closures").get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"times": ""}, {"reason": ""}, {"end": "07:00"}, {"room_id": "999"}, {"date": "x"}])
def test_says_what_is_wrong_with_a_regular_closure(as_role, room, fields):
    answer = as_role("director").send(f"{BASE}/desk/closures/regular", **{**closing(room), **fields}, step="look")
    assert (answer.status_code, "error-summary" in answer.get_data(as_text=True)) == (422, True)


def test_closing_regularly_is_for_those_who_manage_rooms(as_role, room):
    assert as_role("resident").get(f"{BASE}/desk/closures/regular").status_code == 403
    assert as_role("director").send(f"{BASE}/desk/closures/regular", **closing(room), step="close").status_code == 422


@pytest.fixture
def approved(client, room):
    """A guest's series of four weeks in a room whose bookings the office confirms."""
    service.edit_room(command(WEST_HILL), room.id, needs_approval=True)
    form = {"date": str(FIRST), **TIME, "title": "合唱", "guest_name": "张阿姨", "every": "week", "times": "4"}
    place = client.send(f"{BASE}/{room.id}/series", **form, step="book", day=[str(day) for day in WEEKS]).location
    service.approve_series(command(WEST_HILL), int(place.rsplit("/", 1)[1]))
    return place


def test_another_time_is_asked_for_and_decided_together(client, as_role, approved, room):
    wish = {**LATER, "room_id": room.id}
    page = client.send(f"{approved}/change", **wish, step="look").get_data(as_text=True)
    assert "申请这样改" in page
    assert client.send(f"{approved}/change", **wish, step="save", day=boxes(page)).location == approved
    shown = client.get(approved).get_data(as_text=True)
    assert "有 4 天的改期等待社区审批" in shown and "还有 4 次" in shown
    staff, desk = as_role("staff"), approved.replace("/series/", "/desk/series/")
    assert staff.get(f"{BASE}/desk/requests").get_data(as_text=True).count(f"{desk}/decide") == 1
    decide = staff.get(f"{desk}/decide").get_data(as_text=True)
    assert decide.count("批准前仍是") == 4
    assert staff.send(f"{desk}/decide", day=boxes(decide)).status_code == 303
    assert {hour for day, hour in hours() if day and occurrence_state(day, hour) == "confirmed"} == {14}


def occurrence_state(day, hour):
    for each in occurrences():
        if each.series_day == day and (each.start_min + 480) % 1440 // 60 == hour:
            return each.state
    return None


def test_a_change_that_was_asked_for_is_taken_back(client, as_role, approved, room):
    wish = {**LATER, "room_id": room.id}
    days = [str(day) for day in WEEKS]
    client.send(f"{approved}/change", **wish, step="save", day=days)
    assert client.send(f"{approved}/change/withdraw").location == approved
    assert client.send(f"{approved}/change/withdraw").status_code == 409
    client.send(f"{approved}/change", **wish, step="save", day=days)
    staff, desk = as_role("staff"), approved.replace("/series/", "/desk/series/")
    assert staff.send(f"{desk}/change/withdraw").location == desk
    assert as_role("resident").send(f"{approved}/change/withdraw").status_code == 403


def test_another_weekday(guest, room):
    client, place = guest
    other = (FIRST.weekday() + 1) % 7
    days = [str(day + datetime.timedelta(days=other - FIRST.weekday())) for day in WEEKS]
    wish = {**LATER, "room_id": room.id, "weekday": other}
    page = client.send(f"{place}/change", **wish, step="look").get_data(as_text=True)
    ticked = boxes(page)
    assert set(ticked) <= set(days) and len(ticked) >= 3
    assert client.send(f"{place}/change", **wish, step="save", day=ticked).location == place
    assert client.send(f"{place}/change", **{**wish, "weekday": 9}, step="look").status_code == 422


def test_one_date_gets_its_own_words(guest, as_role, app):
    client, place = guest
    second = occurrences()[1].id
    assert "/title" in client.get(f"{BASE}/booking/{second}").get_data(as_text=True)
    assert 'value="合唱"' in client.get(f"{BASE}/booking/{second}/title").get_data(as_text=True)
    long = client.send(f"{BASE}/booking/{second}/title", title="长" * 61)
    assert long.status_code == 422 and "长" * 61 in long.get_data(as_text=True)
    assert client.send(f"{BASE}/booking/{second}/title", title="汇报<演出>").status_code == 303
    assert "汇报&lt;演出&gt;" in client.get(place).get_data(as_text=True)
    assert Browser(app).get(f"{BASE}/booking/{second}/title").status_code in (302, 303, 401, 403)
    staff = as_role("staff")
    assert staff.send(f"{BASE}/desk/bookings/{second}/title", title="合唱演出").status_code == 303
    assert Occurrence.get_by_id(second).title == "合唱演出"


def test_what_a_confidential_booking_is_for_is_not_shown_to_the_desk(guest, as_role):
    client, _place = guest
    second = occurrences()[1]
    Booking.update(confidential=True).where(Booking.id == second.booking_id).execute()
    staff = as_role("staff")
    for page in (f"{BASE}/desk/bookings/{second.id}/title", f"{BASE}/booking/{second.id}/title"):
        assert "合唱" not in staff.get(page).get_data(as_text=True)
        assert staff.send(page, title="别的").status_code == 409
    assert "合唱" in client.get(f"{BASE}/booking/{second.id}/title").get_data(as_text=True)
