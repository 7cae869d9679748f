"""The pages on utilisation: who may see them, what stands there, what a search that found nothing leaves behind."""

from __future__ import annotations

import datetime

import pytest

from core.actor import command
from core.clock import today
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from plugins.rooms import service
from plugins.rooms.booking.slots import rows

BASE = f"/c/{WEST_HILL}/rooms"
PAGE = f"{BASE}/desk/utilisation"
YESTERDAY = today() - datetime.timedelta(days=1)


@pytest.fixture
def room(app):
    """A room in 西山 that was used yesterday from 9 to 11, by somebody whose name nobody shall read here."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)})
    room = service.add_room(actor, venue.id, name="议事厅", seats=20)
    service.enter_past_use(
        actor,
        room.id,
        service.BookingRequest(
            date=YESTERDAY.isoformat(), start="09:00", end="11:00", title="家庭会议甲", guest_name="张阿姨"
        ),
    )
    return room


def text(answer):
    return answer.get_data(as_text=True)


def asked(**fields):
    return "&".join(f"{name}={value}" for name, value in fields.items())


@pytest.mark.parametrize("path", ["", "/print"])
def test_staff_and_supervisors_see_the_month_and_nobody_s_name(room, as_role, path):
    month = YESTERDAY.isoformat()[:7]
    for role in ("director", "staff", "supervisor"):
        answer = as_role(role).get(f"{PAGE}{path}?month={month}")
        assert answer.status_code == 200
        assert "议事厅" in text(answer) and "<svg" in text(answer)
        assert "张阿姨" not in text(answer) and "家庭会议甲" not in text(answer)


def test_it_is_not_for_residents_visitors_or_another_community(app, room, as_role):
    assert Browser(app).get(PAGE).status_code in (302, 303, 401, 403)
    south = text(as_role("director", community=SOUTH_GARDEN).get(f"/c/{SOUTH_GARDEN}/rooms/desk/utilisation"))
    assert "议事厅" not in south


@pytest.mark.parametrize(
    "query",
    [
        "month=abc",
        "month=9999-12",
        "room=999999",
        "room=x",
        "month=2026-00&room=-1",
        "room=v",
        "room=v999",
        "room=v9" + 30 * "9",
    ],
)
def test_addresses_that_mean_nothing_show_this_month(room, as_role, query):
    assert as_role("director").get(f"{PAGE}?{query}").status_code == 200


def test_one_room_can_be_looked_at(room, as_role):
    month = YESTERDAY.isoformat()[:7]
    page = text(as_role("director").get(f"{PAGE}?month={month}&room={room.id}"))
    assert f'value="{room.id}" selected' in page


def test_one_venue_can_be_looked_at_where_there_are_several(room, as_role):
    month, director = YESTERDAY.isoformat()[:7], as_role("director")
    assert f'value="v{room.venue_id}"' not in text(director.get(f"{PAGE}?month={month}"))
    actor = command(WEST_HILL)
    other = service.add_venue(actor, name="东区")
    service.add_room(actor, other.id, name="茶室")
    page = text(director.get(f"{PAGE}?month={month}&room=v{room.venue_id}"))
    assert f'value="v{room.venue_id}" selected' in page and "什么时候有人用：邻里中心" in page
    service.set_week(actor, other.id, {})
    assert "没有开放" in text(director.get(f"{PAGE}?month={today().isoformat()[:7]}&room=v{other.id}"))


def test_a_search_without_a_room_is_counted_and_names_nobody(client, room, as_role):
    day = today() + datetime.timedelta(days=3)
    wish = {"date": day.isoformat(), "start": "09:00", "end": "10:00", "people": 200}
    for _again in range(2):
        assert client.get(f"{BASE}/free?{asked(**wish)}").status_code == 200
    client.get(f"{BASE}/free?{asked(**{**wish, 'people': 5})}")
    client.get(f"{BASE}/free?{asked(**{**wish, 'end': '08:00'})}")
    assert service.write_counts(command(WEST_HILL)) == 1
    assert rows("SELECT kind, day, hour, people, count FROM rooms_unmet") == [("search", day.isoformat(), 9, 200, 1)]
    month = day.isoformat()[:7]
    if month == today().isoformat()[:7]:
        assert "200 人以上" in text(as_role("director").get(f"{PAGE}?month={month}"))


def test_a_taken_time_is_counted_as_wanted(client, room):
    day = (today() + datetime.timedelta(days=3)).isoformat()
    wish = {"date": day, "start": "14:00", "end": "15:00", "guest_name": "张阿姨"}
    client.send(f"{BASE}/{room.id}/book", **wish)
    assert client.send(f"{BASE}/{room.id}/book", **wish).status_code == 409
    service.write_counts(command(WEST_HILL))
    assert rows("SELECT kind, hour, count FROM rooms_unmet") == [("collision", 14, 1)]


def test_the_workbook_holds_the_rooms_of_the_month(room, as_role):
    answer = as_role("director").send(f"/c/{WEST_HILL}/exports/rooms.utilisation.csv", month=YESTERDAY.isoformat()[:7])
    assert answer.status_code == 200
    assert ",邻里中心,议事厅," in answer.get_data().decode("utf-8-sig")
    assert ",2.0,0.0," in answer.get_data().decode("utf-8-sig")
