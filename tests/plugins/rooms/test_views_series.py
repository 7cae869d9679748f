"""Residents' pages of series: from the booking form to the dates, taken ones, what was typed stays, adding back, codes."""

import datetime
import re

import pytest

from core.actor import command
from core.clock import today
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from plugins.rooms import service
from plugins.rooms.clock import hhmm, local_span
from plugins.rooms.models import Booking, Occurrence

BASE = f"/c/{WEST_HILL}/rooms"
FIRST = today() + datetime.timedelta(days=3)
ALL_DAY = {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)}
WEEKS = [FIRST + datetime.timedelta(weeks=week) for week in range(4)]


@pytest.fixture
def room(app):
    """A room in 西山 that is open every day from 8 to 20."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


def typed(**fields):
    return {
        "date": str(FIRST), "start": "09:00", "end": "10:00", "guest_name": "张阿姨", "title": "合唱<队>", "every": "week",
        "until": str(WEEKS[-1]), **fields,
    }  # fmt: skip


def send(browser, room, step, **fields):
    return browser.send(f"{BASE}/{room.id}/series", **typed(step=step, **fields))


def boxes(page):
    return re.findall(r'name="day" id="[^"]+" value="([\d-]+)" checked', page)


def occurrences():
    return list(Occurrence.of(WEST_HILL).order_by(Occurrence.start_min))


def test_the_booking_form_leads_to_the_repetition_and_keeps_what_was_typed(client, room):
    assert f'formaction="{BASE}/{room.id}/series"' in client.get(f"{BASE}/{room.id}/book").get_data(as_text=True)
    answer = client.send(
        f"{BASE}/{room.id}/series", date=str(FIRST), start="09:00", end="11:00", title="棋友会", step="form"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'value="棋友会"' in page and f'value="{FIRST}"' in page
    assert re.search(r'selected value="11:00"', page)
    assert client.get(f"{BASE}/{room.id}/series?date={FIRST}&start=09:00&end=10:00").status_code == 200


def test_shows_the_dates_and_books_what_is_ticked(client, room):
    page = send(client, room, "look").get_data(as_text=True)
    assert boxes(page) == [str(day) for day in WEEKS]
    answer = send(client, room, "book", day=[str(day) for day in WEEKS[:3]])
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "合唱&lt;队&gt;" in page and re.search(r'class="booking-code num">\w{4} \w{4}<', page)
    assert [each.series_day for each in occurrences()] == WEEKS[:3]
    assert f'name="day" value="{WEEKS[3]}"' in page
    assert client.get(f"{BASE}/booking/{occurrences()[2].id}").status_code == 200


def test_a_date_taken_meanwhile_books_nothing_and_shows_the_dates_again(client, room):
    client.send(f"{BASE}/{room.id}/book", date=str(WEEKS[1]), start="09:30", end="10:30", guest_name="李叔叔")
    answer = send(client, room, "book", day=[str(day) for day in WEEKS])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert boxes(page) == [str(day) for day in WEEKS if day != WEEKS[1]]
    assert 'name="title" value="合唱&lt;队&gt;"' in page and 'name="every" value="week"' in page
    assert Booking.select().where(Booking.rule != "").count() == 0


def test_a_double_tap_makes_one_series(client, room):
    days = [str(day) for day in WEEKS]
    first = send(client, room, "book", day=days, idempotency_key="k" * 24)
    second = send(client, room, "book", day=days, idempotency_key="k" * 24)
    assert first.location == second.location and len(occurrences()) == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"until": "", "times": ""}, "error-summary"),
        ({"until": "2020-01-01"}, "error-summary"),
        ({"every": "dates", "dates": "明天"}, "明天"),
        ({"every": "dates", "dates": ""}, "error-summary"),
        ({"every": "never"}, "error-summary"),
        ({"guest_name": ""}, "error-summary"),
        ({"people": "500"}, "error-summary"),
        ({"end": "09:05"}, "error-summary"),
        ({"date": "x"}, "error-summary"),
    ],
)
def test_says_what_is_wrong_and_keeps_the_form(client, room, fields, said):
    answer = send(client, room, "look", **fields)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, said in page, 'value="合唱&lt;队&gt;"' in page) == (422, True, True)


def test_nothing_ticked_asks_for_a_date(client, room):
    assert send(client, room, "book").status_code == 422
    assert occurrences() == []


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"every": "fortnight", "times": "2"}, "FREQ=WEEKLY;INTERVAL=2;COUNT=2"),
        ({"every": "week", "weekdays": ["0", "3"], "times": "3"}, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3"),
        ({"every": "month_end", "times": "2"}, "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2"),
        ({"every": "day"}, f"FREQ=DAILY;UNTIL={WEEKS[-1]:%Y%m%d}"),
        ({"every": "dates", "dates": f"{WEEKS[1]}、{WEEKS[2].month}月{WEEKS[2].day}日"},
         "RDATE:" + ",".join(f"{day:%Y%m%d}" for day in WEEKS[:3])),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_rule(client, room, fields, rule):
    page = send(client, room, "look", **fields).get_data(as_text=True)
    assert send(client, room, "book", **fields, day=boxes(page)).status_code == 303
    assert Booking.get(Booking.rule != "").rule == rule


def test_a_left_out_date_is_added_with_one_tap_or_answered_with_free_times(client, room):
    place = send(client, room, "book", day=[str(day) for day in WEEKS[:2]]).location
    client.send(f"{BASE}/{room.id}/book", date=str(WEEKS[2]), start="09:30", end="10:30", guest_name="李叔叔")
    taken = client.send(f"{place}/add", day=str(WEEKS[2]))
    assert taken.status_code == 409
    instead = first_offer(taken.get_data(as_text=True), place)
    assert (instead["day"], instead["date"]) == (str(WEEKS[2]), str(WEEKS[2]))
    assert client.send(f"{place}/add", **{**instead, "end": "x"}).status_code == 409
    assert client.send(f"{place}/add", **{**instead, "room_id": "999"}).status_code == 404
    assert client.send(f"{place}/add", **instead).status_code == 303
    assert client.send(f"{place}/add", **instead).status_code == 409
    assert client.send(f"{place}/add", day=str(WEEKS[3])).status_code == 303
    assert client.send(f"{place}/add", day="x").status_code == 409
    added = [each for each in occurrences() if each.series_day]
    assert [each.series_day for each in added] == WEEKS
    assert time_of(added[2]) == (instead["start"], instead["end"])


def first_offer(page, place):
    """The fields of the first button that adds a date elsewhere."""
    forms = re.findall(rf'<form[^>]+action="{place}/add".*?</form>', page, re.S)
    fields = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in forms]
    offer = next(each for each in fields if "room_id" in each)
    return {name: offer[name] for name in ("day", "room_id", "date", "start", "end")}


def time_of(occurrence):
    _day, start, end = local_span(occurrence.start_min, occurrence.end_min)
    return hhmm(start), hhmm(end)


def test_the_desk_adds_a_taken_date_elsewhere_too(client, as_role, room):
    place = send(client, room, "book", day=[str(day) for day in WEEKS[:2]]).location
    client.send(f"{BASE}/{room.id}/book", date=str(WEEKS[2]), start="09:30", end="10:30", guest_name="李叔叔")
    staff, desk = as_role("staff"), place.replace("/series/", "/desk/series/")
    taken = staff.send(f"{desk}/add", day=str(WEEKS[2]))
    assert taken.status_code == 409
    assert staff.send(f"{desk}/add", **first_offer(taken.get_data(as_text=True), desk)).location == desk
    assert [each.series_day for each in occurrences() if each.series_day] == WEEKS[:3]


def test_equipment_goes_along_and_is_named_where_it_is_the_obstacle(client, room):
    projector = service.add_equipment(command(WEST_HILL), name="投影仪", kept_at="值班室", bookable_by="anyone").id
    other = service.add_room(command(WEST_HILL), room.venue_id, name="茶室")
    lent = service.BookingRequest(date=str(WEEKS[1]), start="09:00", end="10:00", equipment=[projector])
    service.book(command(WEST_HILL), other.id, lent)
    page = send(client, room, "look", equipment=str(projector)).get_data(as_text=True)
    assert "投影仪已借出" in page and "每次同时借用：投影仪" in page
    free = boxes(page)
    assert free == [str(day) for day in WEEKS if day != WEEKS[1]]
    place = send(client, room, "book", equipment=str(projector), day=free).location
    shown = client.get(place).get_data(as_text=True)
    assert "投影仪已借出" in shown and "值班室" in shown
    assert len(occurrences()) == 4


def test_a_series_is_for_its_organiser_whoever_types_the_code_and_the_desk(app, client, room):
    place = send(client, room, "book", day=[str(day) for day in WEEKS]).location
    page = client.get(place).get_data(as_text=True)
    code = re.search(r'class="booking-code num">([\w ]+)<', page)[1]
    other = Browser(app)
    assert other.get(place).status_code in (302, 303, 401, 403)
    assert other.get(place.replace(WEST_HILL, SOUTH_GARDEN)).status_code == 404
    answer = other.send(f"{BASE}/code", code=code)
    assert answer.location.endswith(place)
    assert other.get(place).status_code == 200
    assert other.get(f"{BASE}/booking/{occurrences()[3].id}").status_code == 200
    assert client.get(f"{BASE}/series/999").status_code == 404


def test_my_bookings_show_a_series_once(client, room):
    place = send(client, room, "book", day=[str(day) for day in WEEKS]).location
    page = client.get(f"{BASE}/mine").get_data(as_text=True)
    assert page.count(f'href="{place}"') == 1
    assert f"{BASE}/booking/" not in page
