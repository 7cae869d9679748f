"""Reminders of bookings while the server is killed and started again: none is lost, none comes twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from core.actor import system
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.plugin.settings import set_setting
from core.store import audit
from core.store.db import transaction
from plugins.rooms import service
from plugins.rooms.booking.slots import run
from plugins.rooms.clock import day_bounds, hhmm
from tests.faults.serving import ROOT, environment
from tests.plugins.rooms.conftest import house

__all__ = ["house"]
KILLS, ROOMS, HOURS = 6, 12, 12
pytestmark = pytest.mark.faults

# Reminds, as the job of a server does, and says when it begins.
REMINDER = """
import sys
from core.actor import system
from core.app import open_instance
from core.config import load_config
from plugins.rooms import service

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
print("begins", flush=True)
while True:
    service.remind(system("330481001009", "rooms.remind"))
"""


def reminder(store) -> subprocess.Popen[bytes]:
    """A process that reminds."""
    command = [sys.executable, "-c", REMINDER, str(store.config.instance), store.config.database]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)


def book_tomorrow(house) -> int:
    """Many bookings of tomorrow, made days ago, and calls from midnight on, whatever the hour of this test."""
    tomorrow = house.day.fromordinal(house.day.toordinal() - 2)
    service.set_week(house.staff, house.venue, {day: [(0, 1440)] for day in range(7)})
    for number in range(ROOMS):
        house.add(f"活动室{number}")
    for number in range(ROOMS):
        for hour in range(HOURS):
            house.book(
                f"活动室{number}", hhmm(hour * 60), hhmm(hour * 60 + 60), house.resident(hour % 10),
                date=tomorrow.isoformat(),
            )  # fmt: skip
    with transaction(house.community):
        run("UPDATE rooms_occurrence SET changed_at=?", (day_bounds(tomorrow)[0] - 3 * 1440) * 60_000)
    return ROOMS * HOURS


def test_killed_at_any_moment_everybody_is_reminded_once(house):
    set_setting(house.store.actor("core.settings.edit"), "core.calls.from", 0)
    booked, chance = book_tomorrow(house), random.Random(20261122)
    for _kill in range(KILLS):
        both = [reminder(house.store), reminder(house.store)]
        assert all(each.stdout.readline() for each in both), "a reminder ended by itself"
        time.sleep(chance.random() * 0.15)
        for each in both:
            each.kill()
            each.communicate()
    service.remind(system(house.community, "rooms.remind"))
    told = [row.subject for row in Message.select().where(Message.reason_key.startswith("reminder."))]
    assert len(told) == len(set(told)) == booked
    assert CallTask.select().count() == booked
    assert audit.verify(house.community) is None
