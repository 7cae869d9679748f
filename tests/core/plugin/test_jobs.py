"""Jobs: each run once, by one runner, late rather than twice, and put off when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from core.actor import Actor
from core.plugin import jobs
from core.plugin.declarations import Job
from core.plugin.events import CORE_JOBS, EventOutbox
from core.plugin.jobs import JobRun, run_due
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
    for minute, times in ((0, 1), (10, 1), (20, 2), (59, 2), (60, 3)):
        at(minute)
        run_due(registry)
        assert len(garden.watered) == times
    (row,) = jobs.runs()
    assert (row.failures, row.message) == (3, "ValueError: dry")
    assert registry.failures("garden")[0].place == "job garden.water"
    garden.fail.clear()
    at(60 + 80)
    run_due(registry)
    assert jobs.runs()[0].failures == 0


def test_never_waits_longer_than_a_day_after_failures(workshop: Workshop, at: Clock) -> None:
    def fails(_actor: Actor) -> None:
        raise SystemExit

    registry = workshop.load()
    at(0)
    run_due(registry, [Job("core.test.fails", fails, 1, scope="site")])
    with transaction():
        JobRun.update(failures=60, next_at=0).execute()
    run_due(registry, [Job("core.test.fails", fails, 1, scope="site")])
    (row,) = jobs.runs()
    assert (row.failures, row.next_at - row.started_at) == (61, 24 * 60 * 60_000)


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
    assert run_due(registry, [job]) == []
    at(30)
    assert run_due(registry, [job]) == ["core.test.crash"]


def test_a_wrong_clock_does_not_stop_a_job_for_years(workshop: Workshop, at: Clock) -> None:
    ran: list[int] = []
    job = Job("core.test.count", lambda _actor: ran.append(1), 10, scope="site")
    registry = workshop.load(strict=True)
    at(500 * 24 * 60)
    run_due(registry, [job])
    at(0)
    run_due(registry, [job])
    assert ran == [1, 1]


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
