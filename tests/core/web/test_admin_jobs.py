"""The page of the automatic jobs, and the notice on the desk."""

from __future__ import annotations

import pytest

from core.operate import job_list
from core.operate.core_jobs import core_jobs
from core.plugin import jobs
from core.plugin.declarations import Job
from core.store.audit import AuditEntry
from core.store.db import transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from core.text import _
from tests.core.web.office_cases import HERE, THERE, text


@pytest.fixture
def registry(app):
    """The plugins of the application."""
    return app.extensions["linli_registry"]


@pytest.fixture
def broken(registry):
    """The job of the rooms failed in 西山."""
    jobs.run_due(registry, core_jobs())
    with transaction(WEST_HILL):
        jobs.JobRun.update(failures=3, message="ValueError: <dry>").where(
            jobs.JobRun.name == "rooms.expire", jobs.JobRun.community == WEST_HILL
        ).execute()


@pytest.mark.parametrize(
    "role, status", [("director", 200), ("secretary", 200), ("owner", 200), ("staff", 403), ("grid_officer", 403)]
)
def test_the_page_is_for_the_lead_and_the_owner(as_role, role, status):
    assert as_role(role).get(f"{HERE}/admin/jobs").status_code == status


def test_every_job_stands_there_with_its_words(as_role, registry):
    jobs.run_due(registry, core_jobs())
    page = text(as_role("director").get(f"{HERE}/admin/jobs"))
    for job in (*core_jobs(), *(job for _plugin, job in registry.jobs())):
        assert str(job.label) in page and job.name not in page.replace(f"/admin/jobs/{job.name}/", "")
    assert str(_("There was nothing to do.")) in page


def test_a_failure_says_what_to_do(as_role, registry, broken):
    page = text(as_role("director").get(f"{HERE}/admin/jobs"))
    assert "ValueError: &lt;dry&gt;" in page
    assert (
        str(
            _(
                "You need do nothing at first. If it still fails tomorrow, tell whoever set this computer up, and read them the line below."
            )
        )
        in page
    )
    assert "ValueError" not in text(as_role("director", community=SOUTH_GARDEN).get(f"{THERE}/admin/jobs"))


def test_failures_show_on_the_desk_and_to_the_owner(as_role, registry, broken):
    link = f'href="{HERE}/admin/jobs"'
    alert = 'class="alert is-bad"'
    assert alert in text(as_role("director").get(f"{HERE}/desk"))
    assert link in text(as_role("owner").get("/admin/communities"))
    assert link not in text(as_role("staff").get(f"{HERE}/desk"))
    assert alert not in text(as_role("director", community=SOUTH_GARDEN).get(f"{THERE}/desk"))


def test_run_now(as_role, registry):
    jobs.run_due(registry, core_jobs())
    director = as_role("director")
    answer = director.send(f"{HERE}/admin/jobs/rooms.expire/run")
    assert answer.status_code == 303 and answer.location == f"{HERE}/admin/jobs"
    assert AuditEntry.select().where(AuditEntry.action == "core.job.asked").count() == 1
    assert jobs.run_due(registry, core_jobs()) == [f"rooms.expire {WEST_HILL}"]
    assert director.get(f"{HERE}/admin/jobs/rooms.expire/run").status_code == 405
    assert director.send(f"{HERE}/admin/jobs/nothing/run").status_code == 404
    assert director.send(f"{HERE}/admin/jobs/core.forget/run").status_code == 403
    assert as_role("owner").send(f"{HERE}/admin/jobs/core.forget/run").status_code == 303
    assert as_role("staff").send(f"{HERE}/admin/jobs/rooms.expire/run").status_code == 403


def test_not_while_it_runs(as_role, registry):
    director, answers = as_role("director"), []
    job = next(job for _plugin, job in registry.jobs() if job.name == "rooms.expire")

    def work(actor):
        if actor.community == WEST_HILL:
            page = text(director.get(f"{HERE}/admin/jobs"))
            answers.append(
                (
                    f"{HERE}/admin/jobs/{job.name}/run" in page,
                    director.send(f"{HERE}/admin/jobs/{job.name}/run").status_code,
                )
            )

    jobs.run_due(registry, [Job(job.name, work, 10)])
    assert answers == [(False, 303)]
    assert AuditEntry.select().where(AuditEntry.action == "core.job.asked").count() == 0
    assert job_list.RUN == "core.jobs.run"
