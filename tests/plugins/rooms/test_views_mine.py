"""My bookings, page by page: what is to come, each series once, and what is over."""

from __future__ import annotations

import datetime

import icalendar
import pytest

from core.actor import command
from core.clock import today
from core.people import residents
from core.testing import WEST_HILL
from plugins.rooms import service
from plugins.rooms.booking.slots import run
from tests.plugins.rooms.test_views_book import BASE, DAY, room

__all__ = ["room"]
MINE = f"{BASE}/mine"


@pytest.fixture
def resident(as_role, room, monkeypatch):
    """张三丰 with five bookings of one day; pages hold two, of the past two are shown."""
    monkeypatch.setattr("plugins.rooms.views.mine.PAGE", 2)
    monkeypatch.setattr("plugins.rooms.views.mine.FEW_PAST", 2)
    person = residents.add_person(command(WEST_HILL), name="张三丰")
    browser = as_role("resident", person=person.id)
    for hour in range(9, 14):
        answer = browser.send(f"{BASE}/{room.id}/book", date=DAY, start=f"{hour:02d}:00", end=f"{hour + 1:02d}:00")
        assert answer.status_code == 303
    return browser


def pages(browser, address):
    """The starting times on each page that follows."""
    while address:
        answer = browser.get(address)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True).partition("</h1>")[2]
        yield [f"{hour:02d}:00" for hour in range(9, 14) if f"{hour:02d}:00–{hour + 1:02d}:00" in text]
        address = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in text else ""


def test_what_is_to_come_is_read_page_by_page(resident):
    assert list(pages(resident, MINE)) == [["09:00", "10:00"], ["11:00", "12:00"], ["13:00"]]
    assert resident.get(f"{MINE}?after=x").status_code == 200
    assert resident.get(f"{MINE}?after=999999").status_code == 404


def test_the_calendar_has_all_of_them(resident):
    events = icalendar.Calendar.from_ical(resident.get(f"{BASE}/mine.ics").data).walk("VEVENT")
    assert len(events) == 5


def test_what_is_over_is_shown_in_short_and_whole_on_a_page_of_its_own(resident):
    days = (datetime.date.fromisoformat(DAY) - today()).days + 1
    run("UPDATE rooms_occurrence SET state='unattended', start_min=start_min-?, end_min=end_min-?", *[days * 1440] * 2)
    first = resident.get(MINE).get_data(as_text=True)
    assert "13:00–14:00" in first and "12:00–13:00" in first and "11:00–12:00" not in first
    assert f'href="{MINE}?show=past"' in first
    assert list(pages(resident, f"{MINE}?show=past")) == [["12:00", "13:00"], ["10:00", "11:00"], ["09:00"]]


def test_nobody_pages_through_somebody_elses(resident, as_role, client):
    (line, *_rest) = service.on_day(command(WEST_HILL), datetime.date.fromisoformat(DAY))
    other = as_role("resident", person=residents.add_person(command(WEST_HILL), name="李四").id)
    for browser in (other, client):
        assert browser.get(f"{MINE}?after={line.id}").status_code in (303, 403)
        assert browser.get(f"{MINE}?show=past").status_code == 200
