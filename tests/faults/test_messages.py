"""The outbox while processes are killed: late rather than twice, each message whole or not delivered, none forgotten."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from core.actor import system
from core.civic.reaching import messages
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.people.person import Person
from core.store import audit
from core.store.db import now, open_database, transaction
from tests.core.civic.test_calls import person
from tests.faults.serving import ROOT, environment

KILLS = 5
MESSAGES = 240
DELIVERED = "core.message.delivered"
pytestmark = pytest.mark.faults

# Delivers what is due, as the job of a server does, and says when it begins.
DELIVERER = """
import sys
from core.actor import system
from core.app import open_instance
from core.civic.reaching import messages
from core.config import load_config

open_instance(load_config(sys.argv[1], database=sys.argv[2]))
print("begins", flush=True)
while True:
    messages.deliver_due(system("330481001009", "job"))
"""


def deliverer(store) -> subprocess.Popen[bytes]:
    """A process that delivers."""
    command = [sys.executable, "-c", DELIVERER, str(store.config.instance), store.config.database]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)


def queue(store, count: int) -> None:
    """Messages that were to be told while the computer slept."""
    who = system(store.west, "test")
    for number in range(count):
        to = Person.get_by_id(person(store.west, name=f"居民{number}", phone=f"138{number:08d}")).ref
        with transaction(store.west):
            later = now() + 3_600_000
            made = messages.tell(who, to, to, "test", "明天上午停水", title="停水", due_at=later)
            Message.update(due_at=now() - 3_600_000).where(Message.id == made.id).execute()


def test_killed_at_any_moment_nothing_is_told_twice_or_forgotten(store):
    open_database(store.config)
    queue(store, MESSAGES)
    chance = random.Random(20261122)
    for _kill in range(KILLS):
        both = [deliverer(store), deliverer(store)]
        assert all(each.stdout.readline() for each in both), "a deliverer ended by itself"
        time.sleep(chance.random() * 0.1)
        for each in both:
            each.kill()
            each.communicate()
        told = {row.subject for row in audit.AuditEntry.select().where(audit.AuditEntry.action == DELIVERED)}
        states = {str(each.ref): each.state for each in Message.select()}
        assert told == {subject for subject, state in states.items() if state == "delivered"}
    before = Message.select().where(Message.state == "delivered").count()
    messages.deliver_due(system(store.west, "job"))
    assert before > 0 and Message.select().where(Message.state == "delivered").count() == MESSAGES
    entries = [row.subject for row in audit.AuditEntry.select().where(audit.AuditEntry.action == DELIVERED)]
    calls = [row.subject for row in CallTask.select()]
    assert sorted(entries) == sorted(set(entries)) == sorted(calls) and len(entries) == MESSAGES
    assert audit.verify(store.west) is None
