"""A venue as the tests of the desk's pages find it, with what they do and look at again and again."""

import datetime
from types import SimpleNamespace

import pytest

from core.actor import command
from core.civic.reaching.calls import CallTask
from core.clock import today
from core.testing import WEST_HILL
from plugins.rooms import service
from plugins.rooms.models import Occurrence

BASE = f"/c/{WEST_HILL}/rooms"
DESK = f"{BASE}/desk"
DAY = today() + datetime.timedelta(days=3)
ALL_DAY = {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)}


@pytest.fixture
def house(app):
    """A venue open every day from 8 to 20 with 议事厅 (needs approval) and 舞蹈室, in 西山."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return SimpleNamespace(
        actor=actor,
        venue=venue,
        hall=service.add_room(actor, venue.id, name="议事厅", seats=20, needs_approval=True),
        dance=service.add_room(actor, venue.id, name="舞蹈室", seats=30),
    )


def book(browser, room, start="09:00", end="10:00", name="张阿姨", phone="13800138000", **fields):
    answer = browser.send(
        f"{BASE}/{room.id}/book",
        **{"date": DAY.isoformat(), "start": start, "end": end, "guest_name": name, "guest_phone": phone, **fields},
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(answer.location.rsplit("/", 1)[1])


def text(answer):
    """A page as people read it: without the marks that keep a time on one line."""
    return answer.get_data(as_text=True).replace("\u2060", "").replace("&#8288;", "")


def calls():
    return [(task.name, task.phone, task.state) for task in CallTask.of(WEST_HILL).order_by(CallTask.id)]


def state(occurrence):
    return Occurrence.get_by_id(occurrence).state
