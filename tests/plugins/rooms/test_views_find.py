"""Finding a room by what it must have, and what a room's page says of its closures."""

from __future__ import annotations

import datetime
import html

import pytest

from core.actor import command
from core.clock import today
from core.testing import WEST_HILL
from plugins.rooms import service
from plugins.rooms.booking.slots import rows

BASE = f"/c/{WEST_HILL}/rooms"
DAY = today() + datetime.timedelta(days=3)
WHEN = f"date={DAY.isoformat()}&start=09:00&end=10:00"


@pytest.fixture
def rooms(app):
    """舞蹈室 with 镜墙 and 音响, 议事厅 with 投影, open every day; a projector to lend."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {weekday: [(480, 1200)] for weekday in range(7)})
    service.add_equipment(actor, name="移动投影仪", bookable_by="anyone")
    features = {"舞蹈室": ["镜墙", "音响"], "议事厅": ["投影"]}
    return {
        name: service.add_room(actor, venue.id, name=name, seats=20, features=has).id for name, has in features.items()
    }


def found(page):
    text = page.get_data(as_text=True).partition("空闲房间</h2>")[2]
    return {name for name in ("舞蹈室", "议事厅") if name in text}


def test_what_a_room_must_have_narrows_the_search_and_stays_ticked(client, rooms):
    assert found(client.get(f"{BASE}/free?{WHEN}")) == {"舞蹈室", "议事厅"}
    page = client.get(f"{BASE}/free?{WHEN}&features=镜墙&features=音响&people=6")
    assert found(page) == {"舞蹈室"}
    text = page.get_data(as_text=True)
    assert text.count(" checked") == 2 and "房间要有：镜墙、音响" in text
    assert 'name="people"' in text and 'value="6"' in text
    assert "移动投影仪" in text


def test_one_value_with_commas_is_several(client, rooms):
    assert found(client.get(f"{BASE}/free?{WHEN}&features=镜墙,音响")) == {"舞蹈室"}
    assert found(client.get(f"{BASE}/free?{WHEN}&features=镜墙,投影")) == set()


def test_what_is_wrong_keeps_everything_typed(client, rooms):
    answer = client.get(f"{BASE}/free?date={DAY.isoformat()}&start=10:00&end=09:00&features=镜墙&people=6")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and text.count(" checked") == 1 and 'value="6"' in text


def test_what_nobody_has_finds_nothing_leads_to_the_list_and_is_not_kept(client, rooms):
    typed = "张三的电话13800138000"
    text = client.get(f"{BASE}/free?{WHEN}&features=投影&features={typed}").get_data(as_text=True)
    assert "没有符合要求的空房间" in text
    assert html.escape("/wait?date=") in text and "&amp;features=%E6%8A%95%E5%BD%B1" in text
    client.get(f"{BASE}/free?{WHEN}&features=投影&people=200")
    service.write_counts(command(WEST_HILL))
    assert {features for (features,) in rows("SELECT features FROM rooms_unmet")} == {"投影"}


def test_staff_look_for_somebody_and_keep_for_whom(as_role, rooms):
    text = as_role("staff").get(f"{BASE}/free?{WHEN}&for=abc").get_data(as_text=True)
    assert '<input type="hidden" name="for" value="abc">' in text and "&amp;for=abc" in text


def test_a_rooms_page_says_when_and_why_it_is_closed_that_week(client, rooms):
    times = {"date": DAY.isoformat(), "start": "08:00", "end": "12:00"}
    service.close(command(WEST_HILL), rooms["舞蹈室"], reason="换地板", **times)
    page = client.get(f"{BASE}/{rooms['舞蹈室']}").get_data(as_text=True)
    assert "换地板" in page and "08:00–12:00" in page
    later = (today() + datetime.timedelta(days=21)).isoformat()
    assert "换地板" not in client.get(f"{BASE}/{rooms['舞蹈室']}?date={later}").get_data(as_text=True)
    assert "换地板" not in client.get(f"{BASE}/{rooms['议事厅']}").get_data(as_text=True)
