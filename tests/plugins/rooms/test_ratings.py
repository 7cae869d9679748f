"""A household rates a room after its booking is over; the office enters paper; nobody learns who rated."""

import re
from dataclasses import replace

import pytest

from core.actor import command
from core.civic.scores import Score
from core.clock import today
from core.store.db import transaction
from core.testing import SOUTH_GARDEN, WEST_HILL, sign_in_as
from plugins.rooms import service
from plugins.rooms.about import ratings
from plugins.rooms.models import Occurrence
from tests.core.web.office_cases import person, text
from tests.plugins.rooms.test_views_book import ALL_DAY, BASE, DAY

SAID = {"value": "2", "words": "灯太暗"}


@pytest.fixture
def room(app):
    """A room in 西山 that is open every day from 8 to 20."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


def used(room, who, hour=9, days_ago=1):
    """The id of a booking of a resident's that was over so many days ago."""
    actor = replace(command(WEST_HILL), on_behalf_of=who.id)
    wish = {"date": DAY, "start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00", "organiser": who.name}
    key = service.book(actor, room.id, service.BookingRequest(**wish)).occurrence_id
    back = (3 + days_ago) * 1440
    with transaction(WEST_HILL):
        moved = {"start_min": Occurrence.start_min - back, "end_min": Occurrence.end_min - back}
        Occurrence.update(**moved).where(Occurrence.id == key).execute()
    return key


def neighbour(number):
    """A resident with a door of its own."""
    return person(f"住户{number}", f"1380013800{number}", f"{number}-1-101")


def test_a_resident_rates_the_room_from_the_booking_and_may_change_it(as_role, room):
    who = neighbour(1)
    key, browser = used(room, who), as_role("resident", person=who.id)
    assert f"/booking/{key}/rate" in text(browser.get(f"{BASE}/booking/{key}"))
    page = text(browser.get(f"{BASE}/booking/{key}/rate"))
    assert [word in page for word in ("很不满意", "不满意", "一般", "满意", "很满意")] == [True] * 5
    assert browser.send(f"{BASE}/booking/{key}/rate", words="灯太暗").status_code == 422
    assert "灯太暗" in text(browser.send(f"{BASE}/booking/{key}/rate", words="灯太暗", value="9"))
    assert browser.send(f"{BASE}/booking/{key}/rate", **SAID).status_code == 303
    assert re.search(r"checked[^>]*value=\"2\"", text(browser.get(f"{BASE}/booking/{key}/rate")))
    assert browser.send(f"{BASE}/booking/{key}/rate", value="4").status_code == 303
    assert [row.value for row in Score.select()] == [4]


def test_only_the_household_that_used_it_and_only_for_thirty_days(as_role, client, room):
    who, other = neighbour(1), neighbour(2)
    late = used(room, who, days_ago=ratings.DAYS + 1)
    browser = as_role("resident", person=who.id)
    assert "/rate" not in text(browser.get(f"{BASE}/booking/{late}"))
    assert "三十天内" in text(browser.get(f"{BASE}/booking/{late}/rate"))
    assert browser.send(f"{BASE}/booking/{late}/rate", **SAID).status_code == 409
    key = used(room, who, hour=11)
    for stranger in (as_role("resident", person=other.id), as_role("resident", person=None), client):
        assert stranger.send(f"{BASE}/booking/{key}/rate", **SAID).status_code in (303, 401, 403, 404)
    assert Score.select().count() == 0


def test_the_office_enters_paper_and_sees_the_mean_from_three_households_on(app, as_role, room):
    staff = as_role("staff")
    for number in (1, 2, 3):
        key = used(room, neighbour(number), hour=8 + number)
        assert f"/desk/bookings/{key}/rate" in text(staff.get(f"{BASE}/desk/bookings/{key}"))
        page = text(staff.get(f"{BASE}/desk/rooms/{room.id}/scores"))
        assert "评分还太少" in page and "灯太暗" not in page
        paper = {**SAID, "asked_on": today().isoformat()}
        assert staff.send(f"{BASE}/desk/bookings/{key}/rate", **{**paper, "asked_on": ""}).status_code == 422
        assert staff.send(f"{BASE}/desk/bookings/{key}/rate", **paper).status_code == 303
    page = text(staff.get(f"{BASE}/desk/rooms/{room.id}/scores"))
    assert "2.0" in page and "灯太暗" in page and "住户" not in page.replace("用过的住户", "")
    assert as_role("bookkeeper").get(f"{BASE}/desk/rooms/{room.id}/scores").status_code == 403
    south = sign_in_as(app, "director", community=SOUTH_GARDEN)
    assert south.get(f"/c/{SOUTH_GARDEN}/rooms/desk/rooms/{room.id}/scores").status_code == 404


def test_a_guest_s_booking_is_not_rated(as_role, room):
    guest = replace(command(WEST_HILL), kind="anonymous")
    key = service.book(
        guest, room.id, service.BookingRequest(date=DAY, start="15:00", end="16:00", guest_name="来客")
    ).occurrence_id
    staff = as_role("staff")
    assert "才能评分" in text(staff.get(f"{BASE}/desk/bookings/{key}/rate"))
    paper = {**SAID, "asked_on": today().isoformat()}
    assert staff.send(f"{BASE}/desk/bookings/{key}/rate", **paper).status_code == 404
