"""Killed at any moment while objections come in: each is there with everything that belongs to it, or not at all."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from core.civic.objections.records import Objection, Objector
from core.civic.workflow.engine import WorkflowStep
from core.plugin.events import EventOutbox
from core.store import audit
from tests.core.civic.objection_cases import notice
from tests.faults.serving import ROOT, environment

KILLS = 12
pytestmark = pytest.mark.faults

# Objects to notice 1 again and again; says the number once it is stored.
WRITER = """
import sys
from core.actor import Actor
from core.app import open_instance
from core.civic.objections import filing as objections
from core.config import load_config

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
visitor = Actor(community="330481001009", origin="192.168.1.7")
while True:
    filed = objections.file_objection(visitor, int(sys.argv[3]), "停车费不对", name="王桂英", phone="13800138000")
    print(filed.serial, flush=True)
"""


def file_and_kill(store, about, chance) -> list[int]:
    """Let the writer work for a moment; the numbers it said were stored."""
    command = [sys.executable, "-c", WRITER, str(store.config.instance), store.config.database, str(about.id)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    told = [process.stdout.readline()]
    assert told[0].strip(), "the writer ended by itself"
    time.sleep(chance.random() * 0.1)
    process.kill()
    rest, _errors = process.communicate()
    return [int(line) for line in [*told, *rest.split(b"\n")[:-1]] if line.strip()]


def test_killed_at_any_moment_an_objection_is_whole_or_not_there(store):
    about, chance, told = notice(store.west), random.Random(20261122), []
    for _kill in range(KILLS):
        told += file_and_kill(store, about, chance)
    found = list(Objection.select().order_by(Objection.serial))
    serials = [row.serial for row in found]
    assert set(told) <= set(serials)
    assert serials == list(range(1, len(found) + 1))  # no number is lost, none is given twice
    assert all(row.answer_by is not None and row.answer_by == row.due_day for row in found)
    ids = {row.id for row in found}
    assert {row.objection_id for row in Objector.select()} == ids
    assert all(len(row.code_digest) == 64 for row in Objector.select())
    assert {int(step.subject.partition(":")[2]) for step in WorkflowStep.select()} == ids
    events = EventOutbox.select().where(EventOutbox.name == "core.objection.filed/1")
    assert {row.payload["objection_id"] for row in events} == ids
    assert audit.verify(store.west) is None
