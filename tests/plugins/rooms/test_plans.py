"""Plans of a venue, and where on them a room is: pointed at by a tap or in percent, shown on the room's page."""

import re

import peewee
import pytest

from core.actor import command
from core.civic.attachments import keep_upload
from core.errors import Forbidden, Invalid, NotFound
from core.operate import audit_log
from core.store.audit import AuditEntry
from core.store.db import transaction
from core.store.violations import violated
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from core.text import in_language
from plugins.rooms import service
from plugins.rooms.models import Pin
from tests.pictures import picture, prepare_once

BASE = f"/c/{WEST_HILL}/rooms"
SIZE = (1200, 900)


@pytest.fixture(autouse=True)
def decoded_once(monkeypatch):
    """Every picture of these tests is decoded once for all of them."""
    monkeypatch.setattr("core.store.media.prepare", prepare_once)


@pytest.fixture
def venue(app):
    return service.add_venue(command(WEST_HILL), name="邻里中心")


@pytest.fixture
def room(venue):
    return service.add_room(command(WEST_HILL), venue.id, name="舞蹈室", seats=30)


@pytest.fixture
def plan(venue):
    return add(venue, "二楼平面图")


@pytest.fixture
def director(app):
    return sign_in_as(app, "director")


def add(venue, words):
    actor = command(WEST_HILL)
    kept = keep_upload(actor, "plan.jpg", picture(size=SIZE, seed=len(words)), ("picture",))
    return service.add_plans(actor, venue.id, [(kept.token, words)])[0]


def pin(room):
    return f"{BASE}/desk/rooms/{room.id}/pin"


def shown(app, room):
    return Browser(app).get(f"{BASE}/{room.id}").get_data(as_text=True)


def test_a_tap_on_the_plan_is_where_the_room_is_and_residents_see_it(app, room, plan, director):
    assert "plan-pin" not in shown(app, room)
    page = director.get(pin(room)).get_data(as_text=True)
    width, height = map(int, re.search(r'type="image"[^>]*width="(\d+)" height="(\d+)"', page).groups())
    assert (width, height) == (640, 480)
    answer = director.send(f"{pin(room)}/{plan}", **{"at.x": "160", "at.y": "240"})
    assert answer.status_code == 303
    assert service.place_of(WEST_HILL, room.id)[1:] == (250, 500)
    page = shown(app, room)
    assert 'viewBox="0 0 1200 900"' in page and "translate(300 450)" in page
    assert 'aria-label="舞蹈室的位置"' in page and "二楼平面图" in page


def test_in_percent_without_a_mouse_and_what_is_wrong_stays_typed(room, plan, director):
    assert director.send(pin(room), plan=plan, left="100", top="0").status_code == 303
    assert service.place_of(WEST_HILL, room.id)[1:] == (1000, 0)
    page = director.send(pin(room), plan=plan, left="101", top="7")
    assert page.status_code == 422 and 'value="101"' in page.get_data(as_text=True)
    assert director.send(pin(room), plan="999999", left="1", top="1").status_code == 422
    assert service.place_of(WEST_HILL, room.id)[1:] == (1000, 0)


@pytest.mark.parametrize("at", [("", ""), ("-5", "x"), ("9" * 30, "99999"), ("१२", "٣")])
def test_a_tap_outside_the_plan_stays_on_its_edge(room, plan, director, at):
    assert director.send(f"{pin(room)}/{plan}", **{"at.x": at[0], "at.y": at[1]}).status_code == 303
    place = service.place_of(WEST_HILL, room.id)
    assert 0 <= place.x <= 1000 and 0 <= place.y <= 1000


def test_a_plan_of_another_venue_or_community_takes_no_pin(app, room, director):
    other = add(service.add_venue(command(WEST_HILL), name="东苑小站"), "一楼")
    assert director.send(f"{pin(room)}/{other}").status_code == 404
    assert director.send(f"{pin(room)}/999999").status_code == 404
    with pytest.raises(Invalid):
        service.set_pin(command(WEST_HILL), room.id, other, 1, 1)
    with pytest.raises(NotFound):
        service.set_pin(command(SOUTH_GARDEN), room.id, other, 1, 1)
    assert service.place_of(WEST_HILL, room.id) is None


def test_a_plan_that_is_removed_takes_its_pins_with_it_until_it_is_put_back(app, venue, room, plan, director):
    service.set_pin(command(WEST_HILL), room.id, plan, 10, 20)
    address = f"{BASE}/desk/venues/{venue.id}/plans"
    assert director.send(f"{address}/{plan}/remove").status_code == 303
    assert "plan-pin" not in shown(app, room) and service.place_of(WEST_HILL, room.id) is None
    assert f"{address}/{plan}/put-back" in director.get(address).get_data(as_text=True)
    assert director.send(f"{address}/{plan}/put-back").status_code == 303
    assert "plan-pin" in shown(app, room)
    assert director.send(f"{pin(room)}/remove").status_code == 303
    assert "plan-pin" not in shown(app, room)


def test_only_who_keeps_the_rooms_points_at_them(app, room, plan, store_actor):
    with pytest.raises(Forbidden):
        service.set_pin(store_actor, room.id, plan, 1, 1)
    for browser in (Browser(app), sign_in_as(app, "resident"), sign_in_as(app, "mediator")):
        assert browser.get(pin(room)).status_code in (302, 303, 401, 403)
        assert browser.send(f"{pin(room)}/{plan}").status_code in (302, 303, 401, 403)


@pytest.fixture
def store_actor():
    """Somebody of the community without rights."""
    from core.actor import Actor

    return Actor(kind="staff", community=WEST_HILL, permissions=frozenset(), label="测试员", origin="test")


def test_the_database_keeps_pins_on_the_plan(room, plan):
    with pytest.raises(peewee.IntegrityError) as caught, transaction(WEST_HILL):
        Pin.insert(room_id=room.id, community=WEST_HILL, plan=plan, x=1001, y=0).execute()
    assert violated(caught.value) == "rooms_pin_on_the_plan"


def test_the_log_says_who_pointed_at_which_room(app, room, plan, director):
    director.send(f"{pin(room)}/{plan}", **{"at.x": "64", "at.y": "48"})
    entry = AuditEntry.select().where(AuditEntry.action == "rooms.room.pinned").get()
    with in_language("zh_Hans"):
        detail = audit_log.log_detail(app.extensions["linli_registry"], command(WEST_HILL), entry.seq)
        assert (str(detail.entry.what), detail.entry.about) == ("标了房间的位置", "房间 舞蹈室")
        assert ("离左边（千分之）", "", "100") in detail.values
