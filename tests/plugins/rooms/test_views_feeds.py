"""The addresses of calendar feeds and the pages that make them."""

import re

import icalendar

from core.actor import command
from core.people import residents
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service
from tests.plugins.rooms.test_views_book import BASE, DAY, room

__all__ = ["room"]


def made(browser, page):
    """The address shown after making a feed on `page`."""
    assert browser.send(page).status_code == 303
    text = browser.get(page).get_data(as_text=True)
    return re.search(r'href="http://[^/"]+(/c/[^"]+calendar\.ics\?token=[\w-]+)"', text)[1]


def test_a_resident_makes_renews_and_switches_off_the_own_feed(app, as_role, room):
    person = residents.add_person(command(WEST_HILL), name="张三丰")
    resident, phone = as_role("resident", person=person.id), app.test_client()
    page = f"{BASE}/mine/calendar"
    resident.send(f"{BASE}/{room.id}/book", date=DAY, start="09:00", end="10:00", title="书法班")
    first = made(resident, page)
    assert first.startswith(f"{BASE}/mine/calendar.ics?token=")
    answer = phone.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")] == ["书法班"]
    assert phone.get(first.replace(WEST_HILL, SOUTH_GARDEN)).status_code == 404
    second = made(resident, page)
    assert [phone.get(address).status_code for address in (first, second)] == [404, 200]
    assert resident.get(f"{page}/revoke").status_code == 200
    assert resident.send(f"{page}/revoke").status_code == 303
    assert phone.get(second).status_code == 404


def test_an_unchanged_calendar_is_answered_with_304(app, as_role, room):
    address = made(as_role("director"), f"{BASE}/desk/calendars/room/{room.id}")
    phone = app.test_client()
    first = phone.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = phone.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    service.book(
        command(WEST_HILL), room.id, service.BookingRequest(date=DAY, start="09:00", end="10:00", title="例会")
    )
    changed = phone.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and "例会" not in changed.get_data(as_text=True)


def test_the_address_is_shown_once_and_only_in_that_browser(as_role, room):
    director, page = as_role("director"), f"{BASE}/desk/calendars/venue/{room.venue_id}"
    address = made(director, page)
    other = as_role("director").get(page).get_data(as_text=True)
    assert address not in other


def test_the_desk_switches_a_feed_off(app, as_role, room):
    director, page = as_role("director"), f"{BASE}/desk/calendars/room/{room.id}"
    address = made(director, page)
    assert director.get(f"{BASE}/desk/calendars").get_data(as_text=True).count("/desk/calendars/") >= 2
    assert director.send(page, act="revoke").status_code == 303
    assert app.test_client().get(address).status_code == 404
    assert as_role("staff").get(page).status_code == 403


def test_without_the_right_token_there_is_nothing(client, room):
    for address in (f"{room.id}/calendar.ics", f"{room.id}/calendar.ics?token=", "mine/calendar.ics?token=abc",
                    f"venues/{room.venue_id}/calendar.ics?token=%00", "99999/calendar.ics?token=x"):  # fmt: skip
        assert client.get(f"{BASE}/{address}").status_code in (400, 404), address
    assert client.get(f"{BASE}/mine/calendar").status_code in (302, 303, 403)
