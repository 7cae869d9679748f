"""The outbox: every message once, in the order of its time, whatever the clock, sleep and crashes do."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor, system
from core.civic.reaching import calls, message_records, messages
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.store import audit, db
from core.store.ref import Ref
from tests.core.civic.test_messages import somebody

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


class Crash(BaseException):
    """The process is killed here."""


class Clock:
    """The computer's clock, which tests turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = 1_764_000_000_000
        for module in (messages, message_records):
            monkeypatch.setattr(module, "now", lambda: self.moment)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """A clock of our own."""
    return Clock(monkeypatch)


@pytest.fixture
def clerk(store) -> Actor:
    """Whoever writes messages."""
    return store.actor(messages.SEND, calls.WORK, account=7)


def post(clerk: Actor, who, number: int, due_at: int) -> Message:
    """A message for later."""
    return messages.tell(
        clerk, who.ref, Ref("rooms.booking", clerk.community, number), "reminder", f"第{number}件", due_at=due_at
    )


def deliver(community: str) -> str:
    """One run of the job."""
    return messages.deliver_due(system(community, "job core.messages.deliver"))


def delivered(community: str) -> list[int]:
    """The numbers of messages in the order in which they were delivered, as the chain has it."""
    entries = audit.AuditEntry.select().where(
        audit.AuditEntry.chain == community, audit.AuditEntry.action == "core.message.delivered"
    )
    return [int(entry.subject.partition(":")[2]) for entry in entries.order_by(audit.AuditEntry.seq)]


# --------------------------------------------------------------------------- any order of things

steps = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(-3 * DAY, 3 * DAY)),
        st.tuples(st.just("sleep"), st.integers(0, 2 * DAY)),
        st.tuples(st.just("crash"), st.integers(0, 3)),
        st.tuples(st.just("run"), st.just(0)),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=steps)
def test_each_is_delivered_once_in_order_of_its_time_whatever_happens(clerk, clock, steps):
    who = somebody(clerk.community)
    first = (Message.select(Message.id).order_by(Message.id.desc()).tuples().first() or (0,))[0]
    calls_before = CallTask.select().count()
    chain_before = len(delivered(clerk.community))
    due: dict[int, int] = {}
    for number, (what, amount) in enumerate(steps):
        if what == "post":
            made = post(clerk, who, first + number + 1, clock.moment + amount)
            due[made.id] = made.due_at
        elif what == "sleep":
            clock.moment += amount
        elif what == "crash":
            _crash_after(clerk.community, amount)
        else:
            deliver(clerk.community)
            waiting = Message.select().where(Message.state == "waiting", Message.due_at <= clock.moment)
            assert waiting.count() == 0
    clock.moment += 10 * DAY
    deliver(clerk.community)

    order = delivered(clerk.community)[chain_before:]
    assert sorted(order) == sorted(due)
    assert CallTask.select().count() - calls_before == len(due)
    rows = {row.id: row for row in Message.select().where(Message.id > first)}
    assert all(rows[key].delivered_at >= rows[key].due_at for key in due)
    # Of messages that waited together, the one that was due first came first.
    waited = [rows[key] for key in order if rows[key].due_at > rows[key].created_at]
    for earlier, later in itertools.combinations(waited, 2):
        waited_together = later.created_at < earlier.delivered_at
        assert not waited_together or (earlier.due_at, earlier.id) < (later.due_at, later.id)


def _crash_after(community: str, whole: int) -> None:
    """Run the job and kill it in the middle of the delivery after so many whole ones."""
    done, real = [0], calls.ask_to_call

    def ask(*args, **kwargs):
        made = real(*args, **kwargs)
        if done[0] == whole:
            raise Crash
        done[0] += 1
        return made

    calls.ask_to_call = ask
    try:
        deliver(community)
    except Crash:
        states = dict(Message.select(Message.id, Message.state).tuples())
        subjects = {int(row.subject.partition(":")[2]) for row in CallTask.select()}
        assert {key for key, state in states.items() if state == "delivered"} == subjects
    finally:
        calls.ask_to_call = real


# --------------------------------------------------------------------------- clocks


def test_a_message_for_later_is_not_seen_and_nobody_is_called_before(clerk, clock):
    post(clerk, somebody(clerk.community), 1, clock.moment + DAY)
    clock.moment += DAY - 1
    assert deliver(clerk.community) == ""
    assert CallTask.select().count() == 0
    clock.moment += 1
    assert deliver(clerk.community) == "1"
    assert deliver(clerk.community) == ""


def test_what_was_due_long_ago_is_delivered_and_says_that_it_is_late(clerk, clock):
    made = post(clerk, somebody(clerk.community), 1, clock.moment + DAY)
    clock.moment += 400 * DAY
    deliver(clerk.community)
    assert Message.get_by_id(made.id).is_late
    assert CallTask.get().why.startswith("（迟了：本应在")


def test_in_time_is_not_late(clerk, clock):
    made = post(clerk, somebody(clerk.community), 1, clock.moment + DAY)
    clock.moment += DAY + MINUTE
    deliver(clerk.community)
    assert not Message.get_by_id(made.id).is_late
    assert "迟了" not in CallTask.get().why


def test_a_clock_that_was_two_years_ahead_does_not_hold_messages_for_years(clerk, clock):
    clock.moment += 730 * DAY
    made = post(clerk, somebody(clerk.community), 1, clock.moment + DAY)
    clock.moment -= 730 * DAY
    assert deliver(clerk.community) == "1"
    assert Message.get_by_id(made.id).state == "delivered"


def test_a_clock_put_right_by_seconds_brings_nothing_forward(clerk, clock):
    post(clerk, somebody(clerk.community), 1, clock.moment + DAY)
    clock.moment -= 30_000
    assert deliver(clerk.community) == ""


# --------------------------------------------------------------------------- faults and others


def test_one_that_cannot_be_delivered_is_recorded_and_the_others_go_on(app, monkeypatch):
    from core.actor import command
    from core.testing import WEST_HILL

    clerk, real = command(WEST_HILL), calls.ask_to_call
    who = somebody(WEST_HILL)
    ids = [post(clerk, who, number, db.now() + 50 + number).id for number in (1, 2, 3)]

    def ask(actor, subject, *args, **kwargs):
        if subject.id == ids[1]:
            raise RuntimeError("disk on fire")
        return real(actor, subject, *args, **kwargs)

    later = db.now() + DAY
    monkeypatch.setattr(messages, "now", lambda: later)
    monkeypatch.setattr(calls, "ask_to_call", ask)
    assert deliver(WEST_HILL) == "2"
    assert delivered(WEST_HILL) == [ids[0], ids[2]]
    assert [failure.place for failure in app.extensions["linli_registry"].failures("core")] == ["outbox"]
    monkeypatch.setattr(calls, "ask_to_call", real)
    assert deliver(WEST_HILL) == "1"


def test_two_runners_deliver_each_once(clerk, clock):
    who = somebody(clerk.community)
    ids = [post(clerk, who, number, clock.moment + 30 - number).id for number in range(20)]
    clock.moment += DAY
    counted: list[str] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        counted.append(deliver(clerk.community))
        db.database.close()

    _together([run] * 4)
    assert sum(int(each or 0) for each in counted) == 20
    assert sorted(delivered(clerk.community)) == sorted(ids)
    assert CallTask.select().count() == 20


def _together(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_communities_deliver_their_own(store, clerk, clock):
    other = store.actor(messages.SEND, community=store.south)
    mine = post(clerk, somebody(clerk.community), 1, clock.moment + 1)
    yours = post(other, somebody(store.south), 1, clock.moment + 1)
    clock.moment += DAY
    assert deliver(store.south) == "1"
    assert (Message.get_by_id(mine.id).state, Message.get_by_id(yours.id).state) == ("waiting", "delivered")
