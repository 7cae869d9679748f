"""Declared jobs: which are due, and one pass over them. The thread that calls `run_due` belongs to `core.serve`.

Late rather than twice: a run is entered, with the moment of the next one, before it starts. Whoever crashes in the middle
has had its run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import peewee

from core.actor import system
from core.plugin.declarations import Job
from core.plugin.failures import describe
from core.store.community import all_communities
from core.store.db import BaseModel, Integer, Text, Utc, now, transaction

if TYPE_CHECKING:
    from core.plugin.registry import Registry

CORE = "core"
_MINUTE_MS = 60_000
_LEAST_LEASE_MS = 5 * _MINUTE_MS
_MOST_LEASE_MS = 60 * _MINUTE_MS
_LONGEST_BACKOFF_MS = 24 * 60 * _MINUTE_MS
_MESSAGE_LENGTH = 300


class JobRun(BaseModel):
    """The last run of a job in a community (empty: of the site). Times are ms UTC.

    Nobody else may start it before `lease_until`. `failures` counts failed runs since the last good one; `message` is
    what the job returned or why it failed.
    """

    name = Text()
    community = Text()
    started_at = Utc()
    finished_at = Utc(null=True)
    next_at = Utc()
    lease_until = Utc()
    failures = Integer(default=0)
    message = Text(default="")

    class Meta:
        table_name = "job_run"
        primary_key = peewee.CompositeKey("name", "community")


@dataclass(frozen=True)
class _Due:
    """A job of an owner (a plugin or `core`) in a community (None: the site)."""

    owner: str
    job: Job
    community: str | None

    @property
    def every(self) -> int:
        return self.job.every_minutes * _MINUTE_MS

    @property
    def lease(self) -> int:
        return min(max(self.every, _LEAST_LEASE_MS), _MOST_LEASE_MS)


def run_due(registry: Registry, core_jobs: Iterable[Job] = ()) -> list[str]:
    """Run whatever is due, one after the other; returns `name` or `name community` of each run, also failed ones.

    A job of a plugin runs in the communities where it is enabled and not paused (one of the site: if there is any). Errors
    are recorded and the next run is put off: twice as long each time, a day at most. Several processes may call this; each
    run is done by one of them. A run should take less than its interval and less than an hour: after that, it may be
    taken for dead.
    """
    ran = []
    for due in _all(registry, core_jobs):
        if _claim(due):
            _run(registry, due)
            ran.append(f"{due.job.name} {due.community or ''}".rstrip())
    return ran


def runs() -> list[JobRun]:
    """The last run of every job, for the doctor's page."""
    return list(JobRun.select().order_by(JobRun.name, JobRun.community))


def _all(registry: Registry, core_jobs: Iterable[Job]) -> Iterator[_Due]:
    communities = [found.code for found in all_communities()]
    active = {
        code: {name for name, state in registry.states(code).items() if state.enabled and not state.paused}
        for code in communities
    }
    owned = [(CORE, job) for job in core_jobs] + registry.jobs()
    for owner, job in owned:
        places = [code for code in communities if owner == CORE or owner in active[code]]
        if job.scope == "community":
            yield from (_Due(owner, job, code) for code in places)
        elif owner == CORE or places:
            yield _Due(owner, job, None)


def _claim(due: _Due) -> bool:
    """Enter the run as begun, unless it is not due or somebody else is at it."""
    moment = now()
    same = (JobRun.name == due.job.name) & (JobRun.community == (due.community or ""))
    last = JobRun.get_or_none(same)
    if last is not None and not _is_due(moment, last):
        return False
    values = {
        "started_at": moment, "finished_at": None, "next_at": moment + due.every, "lease_until": moment + due.lease,
    }  # fmt: skip
    with transaction(due.community):
        if last is not None:
            # Only if the row is still the one that was read: of two runners one changes it.
            unchanged = same & (JobRun.started_at == last.started_at) & (JobRun.lease_until == last.lease_until)
            return bool(JobRun.update(values).where(unchanged).execute())
        made = JobRun.insert(name=due.job.name, community=due.community or "", **values, failures=0, message="")
        return bool(made.on_conflict_ignore().as_rowcount().execute())


def _is_due(moment: int, last: JobRun) -> bool:
    """A run from the future was entered by a clock that was wrong; it must not stop the job for years."""
    return bool(last.started_at > moment or (last.next_at <= moment and last.lease_until <= moment))


def _run(registry: Registry, due: _Due) -> None:
    error: BaseException | None = None
    message = ""
    try:
        result = due.job.run(system(due.community, f"job {due.job.name}"))
        message = "" if result is None else str(result)
    except KeyboardInterrupt:
        raise
    except BaseException as caught:
        error, message = caught, describe(caught)
        registry.record_failure(due.owner, due.community, f"job {due.job.name}", caught)
    _finish(due, message[:_MESSAGE_LENGTH].replace("\x00", "�"), failed=error is not None)
    if error is not None and registry.config.strict:
        raise error


def _finish(due: _Due, message: str, failed: bool) -> None:
    same = (JobRun.name == due.job.name) & (JobRun.community == (due.community or ""))
    with transaction(due.community):
        row = JobRun.get(same)
        failures = row.failures + 1 if failed else 0
        wait = min(due.every << min(failures, 20), max(_LONGEST_BACKOFF_MS, due.every)) if failed else due.every
        JobRun.update(
            finished_at=now(),
            next_at=(now() if failed else row.started_at) + wait,
            lease_until=0,
            failures=failures,
            message=message,
        ).where(same).execute()
