"""Residents' pages of the module: seeing a day, booking, being told of free times, cancelling, codes of guests."""

import datetime
import html
import re

import pytest

from core.actor import command
from core.clock import local_zone, today
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service

BASE = f"/c/{WEST_HILL}/rooms"
DAY = (today() + datetime.timedelta(days=3)).isoformat()
ALL_DAY = {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)}


@pytest.fixture
def room(app):
    """A room in 西山 that is open every day from 8 to 20."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


def wish(start="09:00", end="10:00", **fields):
    return {"date": DAY, "start": start, "end": end, "guest_name": "张阿姨", **fields}


def book(browser, room, **fields):
    return browser.send(f"{BASE}/{room.id}/book", **wish(**fields))


def test_the_day_shows_free_hours_as_links_to_book_them(client, room):
    page = client.get(f"{BASE}/day?date={DAY}").get_data(as_text=True)
    assert html.escape(f"{BASE}/{room.id}/book?date={DAY}&start=09:00&end=10:00") in page


def test_a_guest_books_a_free_hour_and_gets_a_code(client, room):
    answer = book(client, room, title="家庭会议", people="6")
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "家庭会议" in page
    assert re.search(r'class="booking-code num">\w{4} \w{4}<', page)


def test_htmx_is_answered_with_a_redirect_header(client, room):
    answer = client.send(f"{BASE}/{room.id}/book", htmx=True, **wish())
    assert answer.status_code == 201
    assert answer.headers["HX-Redirect"] == answer.headers["Location"]


def test_a_taken_hour_is_told_with_free_times_one_tap_away_and_keeps_what_was_typed(client, room):
    book(client, room)
    answer = book(client, room, start="09:30", end="10:30", title="<b>合唱</b>")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="&lt;b&gt;合唱&lt;/b&gt;"' in page
    offers = re.findall(r'name="start" value="(\d\d:\d\d)"', page)
    assert len(offers) >= 3
    taken = client.send(f"{BASE}/{room.id}/book", **wish(start=offers[0], end=_plus_an_hour(offers[0])))
    assert taken.status_code == 303


def _plus_an_hour(time):
    hours, minutes = map(int, time.split(":"))
    return f"{hours + 1:02d}:{minutes:02d}"


def test_a_double_tap_makes_one_booking(client, room):
    first = book(client, room, idempotency_key="k" * 24)
    second = book(client, room, idempotency_key="k" * 24)
    assert first.location == second.location
    assert len(service.on_day(command(WEST_HILL), datetime.date.fromisoformat(DAY))) == 1


def test_the_same_key_with_another_time_is_refused(client, room):
    book(client, room, idempotency_key="k" * 24)
    assert book(client, room, start="15:00", end="16:00", idempotency_key="k" * 24).status_code == 409


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"guest_name": ""}, "guest_name"),
        ({"guest_phone": "12345"}, "guest_phone"),
        ({"date": "2020-01-01"}, "date"),
        ({"date": "tomorrow"}, "date"),
        ({"start": "25:00"}, "start"),
        ({"start": "11:00", "end": "10:00"}, "end"),
        ({"start": "03:00", "end": "04:00"}, "start"),
        ({"people": "200"}, "people"),
        ({"people": "many"}, "people"),
        ({"title": "长" * 200}, "title"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_lost(client, room, fields, field):
    answer = book(client, room, **{"title": "合唱排练", **fields})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert f'href="#{field}"' in page
    assert html.escape(fields.get("title", "合唱排练")) in page


@pytest.mark.parametrize(
    "fields, named",
    [
        ({"guest_name": "", "guest_phone": "12345", "start": "09:00", "end": "19:00"}, "guest_name guest_phone end"),
        ({"guest_name": "", "start": "03:00", "end": "04:00", "people": "many"}, "guest_name start people"),
        ({"guest_name": "", "start": "11:00", "end": "10:00", "title": "长" * 200}, "guest_name end title"),
        ({"guest_name": "", "date": "2020-01-01", "people": "21"}, "guest_name date people"),
        ({"guest_name": "", "date": "tomorrow", "start": ""}, "guest_name date start"),
    ],
)
def test_everything_wrong_with_a_booking_is_told_at_once(client, room, fields, named):
    answer = book(client, room, **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert set(re.findall(r'id="(\w+)-error"', page)) == set(named.split())


def test_a_time_both_too_long_and_outside_the_hours_is_told_as_both(client, room):
    service.edit_room(command(WEST_HILL), room.id, max_minutes=240)
    page = book(client, room, start="13:00", end="21:00").get_data(as_text=True)
    [told] = re.findall(r'id="end-error">.*?<span>(.*?)</span>', page)
    assert "240" in told and "08:00–20:00" in told


def test_other_browsers_cannot_see_or_cancel_a_guests_booking(app, client, room):
    where = book(client, room).location
    stranger = app.extensions and type(client)(app)
    assert stranger.get(where).status_code == 403
    assert stranger.send(f"{where}/cancel").status_code == 403
    assert client.get(where).status_code == 200


def test_with_the_code_another_phone_sees_and_cancels_it(app, client, room):
    where = book(client, room).location
    code = re.search(r'booking-code num">([^<]+)<', client.get(where).get_data(as_text=True))[1]
    phone = type(client)(app)
    answer = phone.send(f"{BASE}/code", code=code.lower())
    assert answer.status_code == 303 and answer.location == where
    assert phone.send(f"{where}/cancel").status_code == 303
    assert service.on_day(command(WEST_HILL), datetime.date.fromisoformat(DAY)) == []


def test_a_wrong_code_is_told_and_guessing_is_slowed(client, room):
    answers = [client.send(f"{BASE}/code", code=f"ACDE{i:04d}").status_code for i in range(60)]
    assert answers[0] == 422
    assert 429 in answers


def test_the_walk_in_page_leads_to_a_booking_as_the_service_offers_it(client, room, monkeypatch):
    noon = datetime.datetime.combine(datetime.date.fromisoformat(DAY), datetime.time(12, 7), local_zone())
    monkeypatch.setattr("plugins.rooms.booking.walk_in.local_now", lambda: noon)
    page = client.get(f"{BASE}/now").get_data(as_text=True)
    assert html.escape(f"{BASE}/{room.id}/book?date={DAY}&start=12:00&end=13:00") in page


@pytest.mark.parametrize(
    ("bookable_by", "shown"), [("anyone", True), ("residents", False), ("organisations", False), ("staff", False)]
)
def test_free_now_shows_nobody_a_room_they_cannot_book(client, as_role, room, monkeypatch, bookable_by, shown):
    noon = datetime.datetime.combine(today(), datetime.time(12, 7), local_zone())
    monkeypatch.setattr("plugins.rooms.booking.walk_in.local_now", lambda: noon)
    service.edit_room(command(WEST_HILL), room.id, bookable_by=bookable_by)
    portal, desk = f"/c/{WEST_HILL}/", as_role("staff")
    for browser, expected in ((client, shown), (desk, True)):
        for path in (f"{BASE}/now", portal):
            page = browser.get(path).get_data(as_text=True)
            assert (room.name in page) == expected, path


def test_public_pages_show_no_name_title_or_phone(app, client, room):
    book(client, room, title="秘密会议", guest_name="欧阳菁菁", guest_phone="13812345678")
    stranger = type(client)(app)
    for path in (f"/day?date={DAY}", f"/{room.id}?date={DAY}", "/now", f"/free?date={DAY}&start=09:00&end=10:00"):
        page = stranger.get(BASE + path).get_data(as_text=True)
        for secret in ("秘密会议", "欧阳菁菁", "13812345678", "5678"):
            assert secret not in page, path


def test_moving_keeps_the_booking_when_the_new_time_is_taken(client, room):
    where = book(client, room).location
    book(client, room, start="14:00", end="15:00")
    fields = {"room_id": room.id, "date": DAY, "start": "14:00", "end": "15:00"}
    assert client.send(f"{where}/move", **fields).status_code == 409
    assert client.send(f"{where}/move", **{**fields, "start": "16:00", "end": "17:00"}).status_code == 303
    assert "16:00–17:00" in client.get(where).get_data(as_text=True)


def test_a_room_of_another_community_cannot_be_booked_here(client, room):
    assert client.send(f"/c/{SOUTH_GARDEN}/rooms/{room.id}/book", **wish()).status_code == 404


def test_the_slip_and_the_calendar_are_for_the_organiser(app, client, room):
    where = book(client, room).location
    assert client.get(f"{where}/slip").status_code == 200
    calendar = client.get(f"{where}/calendar.ics")
    assert calendar.mimetype == "text/calendar" and b"BEGIN:VEVENT" in calendar.data
    assert type(client)(app).get(f"{where}/calendar.ics").status_code == 403


def test_staff_enter_a_booking_for_a_caller_with_the_day_it_was_asked_for(as_role, room):
    staff = as_role("staff")
    yesterday = (today() - datetime.timedelta(days=1)).isoformat()
    answer = book(staff, room, guest_name="李大爷", requested_on=yesterday)
    assert answer.status_code == 303
    [line] = service.on_day(command(WEST_HILL), datetime.date.fromisoformat(DAY))
    assert (line.organiser, str(line.requested_on)) == ("李大爷", yesterday)


def test_free_rooms_are_found_for_a_time_and_people(client, room):
    found = client.get(f"{BASE}/free?date={DAY}&start=09:00&end=10:00&people=12").get_data(as_text=True)
    assert "议事厅" in found
    full = client.get(f"{BASE}/free?date={DAY}&start=09:00&end=10:00&people=60").get_data(as_text=True)
    assert "议事厅" not in full


@pytest.mark.parametrize(
    "query", ["date=x&start=09:00&end=10:00", f"date={DAY}&start=9&end=", f"date={DAY}&start=a&end=b"]
)
def test_an_odd_search_is_told_not_crashed(client, room, query):
    assert client.get(f"{BASE}/free?{query}").status_code == 422


def test_what_is_over_is_booked_again_with_one_tap_on_the_next_such_weekday(client, room):
    booking = book(client, room, title="家庭会议", people="6").location
    assert "再约一次" not in client.get(booking).get_data(as_text=True)
    client.send(f"{booking}/cancel")
    page = html.unescape(client.get(booking).get_data(as_text=True))
    again = re.search(rf'href="({BASE}/{room.id}/book\?date=([\d-]+)&start=09%3A00&end=10%3A00&people=6)"', page)
    date = datetime.date.fromisoformat(again[2])
    assert today() < date and date.weekday() == datetime.date.fromisoformat(DAY).weekday()
    form = client.get(again[1]).get_data(as_text=True)
    assert f'value="{date.isoformat()}"' in form and 'value="6"' in form
    service.remove_room(command(WEST_HILL), room.id)
    assert "再约一次" not in client.get(booking).get_data(as_text=True)


def test_a_room_for_organisations_asks_for_which_one_and_counts_it(client, as_role, room):
    actor = command(WEST_HILL)
    assert 'name="organisation"' not in client.get(f"{BASE}/{room.id}/book").get_data(as_text=True)
    service.edit_room(actor, room.id, bookable_by="organisations")
    service.set_quota(actor, room.id, "organisation", "week", bookings=1)
    wish = {"date": DAY, "start": "09:00", "end": "10:00", "guest_name": "王阿姨"}
    assert 'name="organisation"' in client.get(f"{BASE}/{room.id}/book").get_data(as_text=True)
    assert client.send(f"{BASE}/{room.id}/book", **wish).status_code == 409
    assert client.send(f"{BASE}/{room.id}/book", **wish, organisation="长" * 61).status_code == 422
    assert client.send(f"{BASE}/{room.id}/book", **wish, organisation="合唱队").status_code == 303
    again = {**wish, "start": "11:00", "end": "12:00", "guest_name": "李叔叔"}
    over = client.send(f"{BASE}/{room.id}/book", **again, organisation="合唱队")
    assert over.status_code == 409 and 'value="合唱队"' in over.get_data(as_text=True)
    assert client.send(f"{BASE}/{room.id}/book", **again, organisation="书画社").status_code == 303
    assert "书画社" in as_role("staff").get(f"{BASE}/desk?date={DAY}").get_data(as_text=True)
    regular = client.get(f"{BASE}/{room.id}/series?date={DAY}&start=15:00&end=16:00").get_data(as_text=True)
    assert 'name="organisation"' in regular
    waits = {"room_id": room.id, "minutes": "0", "date": DAY, "start": "09:00", "end": "10:00", "guest_name": "陈师傅"}
    assert client.send(f"{BASE}/wait", **waits).status_code == 409
    assert client.send(f"{BASE}/wait", **waits, organisation="腰鼓队").status_code == 303


def test_a_number_of_thousands_of_digits_is_no_equipment(client, room):
    for page, fields in (("book", {}), ("series", {"every": "week", "until": DAY})):
        answer = client.send(f"{BASE}/{room.id}/{page}", **wish(equipment="9" * 5000, **fields))
        assert answer.status_code < 500, page
