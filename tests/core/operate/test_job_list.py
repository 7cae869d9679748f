"""What the office sees of the jobs, and letting one run now, on both engines."""

from __future__ import annotations

import json

import pytest

from core.actor import command
from core.errors import Conflict, Forbidden, NotFound
from core.operate import core_jobs, job_list
from core.plugin import jobs
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import transaction
from tests.core.plugin.conftest import workshop

__all__ = ["workshop"]

WATER = """
ran, fail = [], []
def water(actor):
    ran.append(actor.community)
    if fail:
        raise ValueError("dry")
    return "Two beds are wet."
@hookimpl
def declare(): return Declaration(jobs=(Job("garden.water", water, 10, "Water the beds"),))
"""


@pytest.fixture
def registry(workshop):
    """A garden whose beds are watered, switched on in 西山."""
    workshop.plugin("garden", WATER)
    registry = workshop.load()
    workshop.enable(registry, "garden")
    return registry


@pytest.fixture
def boss(store):
    """Who may see the jobs."""
    return store.actor(job_list.RUN)


def water(registry, actor):
    """The line of the garden's job."""
    return next(line for line in job_list.job_lines(registry, actor) if line.name == "garden.water")


def test_every_job_is_listed_before_its_first_run(registry, boss):
    lines = job_list.job_lines(registry, boss)
    assert {line.name for line in lines} == {job.name for job in core_jobs.core_jobs()} | {"garden.water"}
    assert {line.state for line in lines} == {job_list.WAITING}
    assert all(str(line.label) for line in lines)


def test_what_came_of_it_is_told(registry, boss):
    jobs.run_due(registry)
    line = water(registry, boss)
    assert (line.state, line.said, line.failures) == (jobs.DONE, "Two beds are wet.", 0)
    assert line.started_at <= line.finished_at == line.good_at < line.next_at
    assert job_list.failing(registry, boss) == []


@pytest.mark.parametrize(
    "returned, said", [("", "There was nothing to do."), ("0", "There was nothing to do."), ("3", "Dealt with: 3")]
)
def test_numbers_and_nothing_become_sentences(registry, boss, returned, said):
    from core.text import in_language

    jobs.run_due(registry)
    with transaction():
        jobs.JobRun.update(message=returned).execute()
    with in_language("en"):
        assert str(water(registry, boss).said) == said


def test_a_failing_job_comes_first_with_its_reason(registry, workshop, boss):
    workshop.module("garden").fail.append(1)
    jobs.run_due(registry)
    first = job_list.job_lines(registry, boss)[0]
    assert (first.name, first.state, first.error, first.said) == ("garden.water", jobs.FAILED, "ValueError: dry", "")
    assert [line.name for line in job_list.failing(registry, boss)] == ["garden.water"]


def test_only_for_those_who_may_and_only_what_runs_here(registry, workshop, store):
    with pytest.raises(Forbidden):
        job_list.job_lines(registry, store.actor())
    assert job_list.failing(registry, store.actor()) == []
    there = store.actor(job_list.RUN, community=store.south)
    assert "garden.water" not in [line.name for line in job_list.job_lines(registry, there)]
    with pytest.raises(NotFound):
        job_list.run_soon(there, registry, "garden.water")
    workshop.module("garden").fail.append(1)
    jobs.run_due(registry)
    assert job_list.failing(registry, there) == []


def test_a_job_runs_now_and_the_log_says_who_wanted_it(registry, workshop, boss):
    jobs.run_due(registry)
    assert jobs.run_due(registry) == []
    assert job_list.run_soon(boss, registry, "garden.water") == "Water the beds"
    assert jobs.run_due(registry) == [f"garden.water {workshop.west}"]
    entry = AuditEntry.select().where(AuditEntry.action == "core.job.asked").get()
    assert (entry.subject, entry.actor, entry.permission) == ("core.job:garden-water", "测试员", job_list.RUN)
    assert json.loads(AuditDetail.get(AuditDetail.seq == entry.seq).payload)["after"] == {"job": "garden.water"}


def test_a_job_never_run_yet_can_be_asked_for(registry, boss):
    assert job_list.run_soon(boss, registry, "garden.water") == "Water the beds"
    assert len(jobs.run_due(registry)) == 1


def test_it_is_not_started_again_while_it_runs(registry, boss, store):
    tried = []

    def ask(_actor):
        assert water(registry, boss).state == jobs.RUNNING
        with pytest.raises(Conflict):
            job_list.run_soon(boss, registry, "garden.water")
        tried.append(1)

    registry.plugins["garden"].module.__dict__["water"].__globals__["ran"] = type(
        "Ran", (), {"append": staticmethod(ask)}
    )
    jobs.run_due(registry)
    assert tried == [1] and water(registry, boss).state == jobs.DONE
    assert AuditEntry.select().where(AuditEntry.action == "core.job.asked").count() == 0


def test_jobs_of_the_whole_site_are_for_its_owner(registry, boss, store):
    with pytest.raises(Forbidden):
        job_list.run_soon(boss, registry, "core.forget")
    line = next(line for line in job_list.job_lines(registry, boss) if line.name == "core.forget")
    assert line.everywhere and line.why_not
    assert job_list.run_soon(command(store.west), registry, "core.forget")


def test_asking_for_a_failing_job_does_not_wait_for_its_next_try(registry, workshop, boss):
    garden = workshop.module("garden")
    garden.fail.append(1)
    jobs.run_due(registry)
    garden.fail.clear()
    assert jobs.run_due(registry) == []
    job_list.run_soon(boss, registry, "garden.water")
    jobs.run_due(registry)
    assert water(registry, boss).state == jobs.DONE
