"""Jobs: each run once, by one runner, late rather than twice, and put off when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.actor import Actor
from core.plugin import jobs
from core.plugin.declarations import Job
from core.plugin.events import CORE_JOBS, EventOutbox
from core.plugin.jobs import run_due
from core.store.db import database, engine_name, transaction
from tests.core.plugin.conftest import Workshop

Clock = Callable[[int], None]

WATER = """
watered, fail = [], []
def water(actor):
    watered.append((actor.community, actor.kind, actor.origin))
    if fail:
        raise ValueError("dry")
    return len(watered)
@hookimpl
def declare(): return Declaration(jobs=(Job("garden.water", water, 10{scope}),))
"""


def test_runs_where_the_plugin_is_enabled(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("garden", WATER.format(scope=""))
    registry = workshop.load(strict=True)
    at(0)
    assert run_due(registry) == []
    workshop.enable(registry, "garden")
    assert run_due(registry) == [f"garden.water {workshop.west}"]
    assert workshop.module("garden").watered == [(workshop.west, "system", "job garden.water")]
    (row,) = jobs.runs()
    assert (row.message, row.failures, row.lease_until) == ("1", 0, 0)
    registry.switch(workshop.director(), "garden", paused=True)
    at(10)
    assert run_due(registry) == []


def test_a_job_of_the_site_runs_once_for_all(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("garden", WATER.format(scope=", scope='site'"))
    registry = workshop.load(strict=True)
    at(0)
    assert run_due(registry) == []
    workshop.enable(registry, "garden")
    workshop.enable(registry, "garden", community=workshop.south)
    assert run_due(registry) == ["garden.water"]
    assert workshop.module("garden").watered[0][0] is None


def test_is_due_again_after_its_interval_and_makes_nothing_up(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("garden", WATER.format(scope=""))
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    for minute, times in ((0, 1), (9, 1), (10, 2), (11, 2), (95, 3), (96, 3)):
        at(minute)
        run_due(registry)
        assert len(workshop.module("garden").watered) == times


def test_a_failing_job_is_recorded_and_put_off(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("garden", WATER.format(scope=""))
    registry = workshop.load()
    workshop.enable(registry, "garden")
    garden = workshop.module("garden")
    garden.fail.append(1)
    day = 24 * 60
    again = (0, 1, 6, 21, 81, 81 + day, 81 + 2 * day)  # after 1, 5, 15 and 60 minutes, then daily
    for times, minute in enumerate(again, start=1):
        if minute:
            at(minute - 1)
            run_due(registry)
            assert len(garden.watered) == times - 1
        at(minute)
        run_due(registry)
        assert len(garden.watered) == times
    (row,) = jobs.runs()
    assert (row.failures, row.message, row.good_at, row.state(jobs.now())) == (7, "ValueError: dry", None, jobs.FAILED)
    assert jobs.any_failed()
    assert registry.failures("garden")[0].place == "job garden.water"
    garden.fail.clear()
    at(again[-1] + day)
    run_due(registry)
    (row,) = jobs.runs()
    assert (row.failures, row.good_at, row.state(jobs.now())) == (0, row.finished_at, jobs.DONE)
    assert not jobs.any_failed()


def test_what_a_job_raises_never_ends_the_runner(workshop: Workshop, at: Clock) -> None:
    def fails(_actor: Actor) -> None:
        raise SystemExit

    registry = workshop.load()
    at(0)
    assert len(run_due(registry, [Job("core.test.fails", fails, 1, scope="site")])) == 1
    assert jobs.runs()[0].message == "SystemExit"


def test_strict_raises_after_the_run_is_entered(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("garden", WATER.format(scope=""))
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    workshop.module("garden").fail.append(1)
    at(0)
    with pytest.raises(ValueError, match="dry"):
        run_due(registry)
    assert jobs.runs()[0].failures == 1


def test_two_runners_make_one_run(workshop: Workshop) -> None:
    ran: list[str | None] = []
    both = threading.Barrier(2)
    errors: list[BaseException] = []
    job = Job("core.test.count", lambda actor: ran.append(actor.community), 10)
    registry = workshop.load(strict=True)

    def runner() -> None:
        try:
            both.wait(20)
            run_due(registry, [job])
        except BaseException as error:
            errors.append(error)
        finally:
            database.obj.close()

    threads = [threading.Thread(target=runner) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sorted(map(str, ran)) == [workshop.west, workshop.south]
    assert engine_name() == workshop.store.engine


def test_a_second_runner_leaves_a_run_under_way_alone(workshop: Workshop, at: Clock) -> None:
    registry = workshop.load(strict=True)
    inner: list[list[str]] = []
    again: list[Job] = []

    def work(_actor: Actor) -> None:
        at(4)  # longer than its interval, shorter than its lease
        inner.append(run_due(registry, again))

    again.append(Job("core.test.long", work, 1, scope="site"))
    at(0)
    assert run_due(registry, again) == ["core.test.long"]
    assert inner == [[]]


def test_a_run_that_crashed_is_not_repeated_before_the_next_is_due(workshop: Workshop, at: Clock) -> None:
    ran: list[int] = []

    def crash(_actor: Actor) -> None:
        ran.append(1)
        if len(ran) == 1:
            raise KeyboardInterrupt

    registry = workshop.load(strict=True)
    job = Job("core.test.crash", crash, 30, scope="site")
    at(0)
    with pytest.raises(KeyboardInterrupt):
        run_due(registry, [job])
    at(29)
    assert run_due(registry, [job]) == [] and jobs.runs()[0].state(jobs.now()) == jobs.RUNNING
    at(30)  # now it can no longer be under way: that is noticed, and it is tried again a minute later
    assert run_due(registry, [job]) == []
    (row,) = jobs.runs()
    assert (row.state(jobs.now()), row.failures, row.lease_until) == (jobs.BROKEN_OFF, 1, 0) and jobs.any_failed()
    assert run_due(registry, [job]) == [] and jobs.runs()[0].failures == 1
    at(31)
    assert run_due(registry, [job]) == ["core.test.crash"]
    assert jobs.runs()[0].state(jobs.now()) == jobs.DONE


def test_a_job_that_always_breaks_off_is_put_off_like_one_that_fails(workshop: Workshop, at: Clock) -> None:
    ran: list[int] = []

    def crash(_actor: Actor) -> None:
        ran.append(1)
        raise KeyboardInterrupt

    registry = workshop.load(strict=True)
    minutes = []
    for minute in range(300):
        at(minute)
        try:
            run_due(registry, [Job("core.test.crash", crash, 1, scope="site")])
        except KeyboardInterrupt:
            minutes.append(minute)
    # Each is noticed when its lease of five minutes is over, and tried again after 1, 5, 15, 60 minutes, then daily.
    assert minutes == [0, 6, 16, 36, 101]


@pytest.mark.parametrize("jump", [400, -730])
def test_a_clock_that_jumps_neither_stops_nor_floods_a_job(workshop: Workshop, at: Clock, jump: int) -> None:
    ran: list[int] = []
    job = Job("core.test.count", lambda _actor: ran.append(1), 10, scope="site")
    registry = workshop.load(strict=True)
    at(0)
    run_due(registry, [job])
    for minute in range(60):
        at(jump * 24 * 60 + minute)
        run_due(registry, [job])
    assert len(ran) == 1 + 6
    for minute in range(1, 61):  # and when the clock is right again
        at(minute)
        run_due(registry, [job])
    assert len(ran) == 7 + 6


def test_a_jump_in_the_middle_of_a_run_does_not_stop_the_job(workshop: Workshop, at: Clock) -> None:
    ran: list[int] = []

    def work(_actor: Actor) -> None:
        ran.append(1)
        if len(ran) == 1:
            at(400 * 24 * 60)
            raise ValueError("the clock jumped")

    registry = workshop.load()
    job = Job("core.test.count", work, 10, scope="site")
    at(0)
    run_due(registry, [job])
    at(5)
    run_due(registry, [job])
    assert ran == [1, 1]


def test_a_clock_that_is_set_back_a_little_repeats_nothing(workshop: Workshop, at: Clock) -> None:
    ran: list[int] = []
    job = Job("core.test.count", lambda _actor: ran.append(1), 10, scope="site")
    registry = workshop.load(strict=True)
    for minute in (4, 0, 3, 13):
        at(minute)
        run_due(registry, [job])
    assert ran == [1]
    at(14)
    run_due(registry, [job])
    assert ran == [1, 1]


def test_a_run_beyond_its_lease_does_not_write_over_the_next_one(workshop: Workshop, at: Clock) -> None:
    registry = workshop.load(strict=True)
    inner: list[list[str]] = []
    again: list[Job] = []

    def work(_actor: Actor) -> None:
        if not inner:
            inner.append([])
            for minute in (10, 11):  # the lease is over: another runner notices, and begins anew
                at(minute)
                inner.append(run_due(registry, again))

    again.append(Job("core.test.long", work, 1, scope="site"))
    at(0)
    run_due(registry, again)
    assert inner == [[], [], ["core.test.long"]]
    (row,) = jobs.runs()
    assert (row.state(jobs.now()), row.failures) == (jobs.DONE, 0)


RUNNER = """
import sys
from pathlib import Path
from core.config import load_config
from core.plugin.declarations import Job
from core.plugin.jobs import run_due
from core.plugin.registry import Registry
from core.store import db

instance, url, ran = sys.argv[1:]
config = load_config(Path(instance), database=url or None, testing=True)
db.open_database(config)
registry = Registry(config, shipped=None).load().activate()

def work(actor):
    with open(ran, "a") as file:
        file.write(f"{actor.community or 'site'}\\n")

print("ready", flush=True)
sys.stdin.readline()
run_due(registry, [Job("core.test.shared", work, 60), Job("core.test.once", work, 60, scope="site")])
"""


def test_two_processes_make_one_run_of_each_job(workshop: Workshop, tmp_path: Path) -> None:
    config, ran = workshop.store.config, tmp_path / "ran"
    command = [sys.executable, "-c", RUNNER, str(config.instance), config.database or "", str(ran)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sorted(ran.read_text().split()) == sorted([workshop.west, workshop.south, "site"])
    assert [run.state(jobs.now()) for run in jobs.runs()] == [jobs.DONE] * 3


def test_events_left_behind_are_delivered_by_a_job(workshop: Workshop, at: Clock) -> None:
    workshop.plugin("pond", "heard = []\n@hookimpl\ndef on_event(event): heard.append(event.bed)")
    registry = workshop.load(strict=True)
    workshop.enable(registry, "pond")
    at(0)
    with transaction(workshop.west):
        EventOutbox.insert(community=workshop.west, name="barn.bed.moved/1", payload={"bed": 5}, at=0).execute()
    assert run_due(registry, CORE_JOBS) == ["core.events.deliver", "core.events.forget"]
    assert workshop.module("pond").heard == [5]
    assert EventOutbox.select().count() == 0
