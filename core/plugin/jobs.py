"""Declared jobs: which are due, and one pass over them. The thread that calls `run_due` belongs to `core.serve`, what the
office sees of them to `core.operate.job_list`.

Late rather than twice: a run is entered, with the moment of the next one, before it starts. A run that never ended is
noticed once its lease is over, counts as failed, and is tried again like any other that failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
_DAY_MS = 24 * 60 * _MINUTE_MS
_LEAST_LEASE_MS = 5 * _MINUTE_MS
_MOST_LEASE_MS = 60 * _MINUTE_MS
# After one failure, two, three, four; from then on once a day.
_RETRY_MS = tuple(minutes * _MINUTE_MS for minutes in (1, 5, 15, 60))
# A clock that is set right now and then may go back by this much; whatever lies further ahead was entered by a wrong one.
_SLACK_MS = 5 * _MINUTE_MS
_MESSAGE_LENGTH = 300

RUNNING, DONE, FAILED, BROKEN_OFF = "running", "done", "failed", "broken_off"


class JobRun(BaseModel):
    """The last run of a job in a community (empty: of the site). Times are ms UTC.

    Nobody else may start it before `lease_until`; 0 once the run has ended or was found to have broken off. `failures`
    counts failed runs since the last good one, which ended at `good_at`; `message` is what the job returned or why it
    failed.
    """

    name = Text()
    community = Text()
    started_at = Utc()
    finished_at = Utc(null=True)
    next_at = Utc()
    lease_until = Utc()
    failures = Integer(default=0)
    message = Text(default="")
    good_at = Utc(null=True)

    class Meta:
        table_name = "job_run"
        primary_key = peewee.CompositeKey("name", "community")

    def state(self, moment: int) -> str:
        """How the last run stands at `moment`: running, done, failed, or broken off (the process ended in the middle)."""
        if self.finished_at is None:
            held = self.lease_until > moment and self.started_at <= moment + _SLACK_MS
            return RUNNING if held else BROKEN_OFF
        return FAILED if self.failures else DONE


@dataclass(frozen=True)
class Scheduled:
    """A job of an owner (a plugin or `core`) in a community (None: the site)."""

    owner: str
    job: Job
    community: str | None

    @property
    def every(self) -> int:
        """Milliseconds between two runs."""
        return self.job.every_minutes * _MINUTE_MS

    @property
    def lease(self) -> int:
        """Milliseconds for which a run is taken to be under way."""
        return min(max(self.every, _LEAST_LEASE_MS), _MOST_LEASE_MS)


def run_due(registry: Registry, core_jobs: Iterable[Job] = ()) -> list[str]:
    """Run whatever is due, one after the other; returns `name` or `name community` of each run, also failed ones.

    A job of a plugin runs in the communities where it is enabled and not paused (one of the site: if there is any). Errors
    are recorded and the run is tried again after 1, 5, 15 and 60 minutes, then daily. Several processes may call this;
    each run is done by one of them. A run should take less than its interval and less than an hour: after that, it is
    taken for dead. A clock that jumps makes one run late or early, and neither stops a job nor lets it run more often.
    """
    ran = []
    for due in scheduled(registry, core_jobs):
        started = _claim(due)
        if started is not None:
            _run(registry, due, started)
            ran.append(f"{due.job.name} {due.community or ''}".rstrip())
    return ran


def runs() -> list[JobRun]:
    """The last run of every job."""
    return list(JobRun.select().order_by(JobRun.name, JobRun.community))


def any_failed() -> bool:
    """Whether the last run of any job failed or may have broken off: asked by pages that are open all day."""
    troubled = (JobRun.failures > 0) | (JobRun.finished_at.is_null() & (JobRun.lease_until <= now()))
    return bool(JobRun.select().where(troubled).exists())


def scheduled(registry: Registry, core_jobs: Iterable[Job]) -> Iterator[Scheduled]:
    """Every job that runs at present, in each community where it does."""
    communities = [found.code for found in all_communities()]
    active = {
        code: {name for name, state in registry.states(code).items() if state.enabled and not state.paused}
        for code in communities
    }
    owned = [(CORE, job) for job in core_jobs] + registry.jobs()
    for owner, job in owned:
        places = [code for code in communities if owner == CORE or owner in active[code]]
        if job.scope == "community":
            yield from (Scheduled(owner, job, code) for code in places)
        elif owner == CORE or places:
            yield Scheduled(owner, job, None)


def bring_forward(due: Scheduled) -> bool:
    """Let a job run at the next pass, inside the caller's transaction; False while it is running."""
    moment = now()
    last = JobRun.get_or_none(_same(due))
    if last is None:
        return True  # it has never run: the next pass is its first
    if last.state(moment) == RUNNING:
        return False
    changed = JobRun.update(next_at=moment, lease_until=0).where(_unchanged(due, last)).execute()
    return bool(changed)


def _claim(due: Scheduled) -> int | None:
    """Enter the run as begun and return when; None unless it is due and nobody else is at it."""
    moment = now()
    last = JobRun.get_or_none(_same(due))
    if last is not None and last.finished_at is None and last.lease_until and last.state(moment) == BROKEN_OFF:
        _note_broken_off(due, last, moment)
        return None
    if last is not None and not _is_due(due, last, moment):
        return None
    values: dict[str, Any] = {
        "started_at": moment, "finished_at": None, "next_at": moment + due.every, "lease_until": moment + due.lease,
    }  # fmt: skip
    with transaction(due.community):
        if last is not None:
            return moment if JobRun.update(values).where(_unchanged(due, last)).execute() else None
        made = JobRun.insert(name=due.job.name, community=due.community or "", **values, failures=0, message="")
        return moment if made.on_conflict_ignore().as_rowcount().execute() else None


def _note_broken_off(due: Scheduled, last: JobRun, moment: int) -> None:
    """The process that ran it ended in the middle: say so, and try again like after a failure."""
    failures = last.failures + 1
    with transaction(due.community):
        JobRun.update(lease_until=0, failures=failures, next_at=moment + _wait(failures), message="").where(
            _unchanged(due, last)
        ).execute()


def _same(due: Scheduled) -> Any:
    return (JobRun.name == due.job.name) & (JobRun.community == (due.community or ""))


def _unchanged(due: Scheduled, last: JobRun) -> Any:
    """Only if the row is still the one that was read: of two runners one changes it."""
    return _same(due) & (JobRun.started_at == last.started_at) & (JobRun.lease_until == last.lease_until)


def _is_due(due: Scheduled, last: JobRun, moment: int) -> bool:
    """What a wrong clock entered must not stop the job for years: a run from the future, or a next one beyond any wait."""
    if last.started_at > moment + _SLACK_MS or last.next_at > moment + max(due.every, _DAY_MS) + _SLACK_MS:
        return True
    return bool(last.next_at <= moment and last.lease_until <= moment)


def _wait(failures: int) -> int:
    return _RETRY_MS[failures - 1] if failures <= len(_RETRY_MS) else _DAY_MS


def _run(registry: Registry, due: Scheduled, started: int) -> None:
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
    _finish(due, started, message[:_MESSAGE_LENGTH].replace("\x00", "�"), failed=error is not None)
    if error is not None and registry.config.strict:
        raise error


def _finish(due: Scheduled, started: int, message: str, failed: bool) -> None:
    """Enter how the run ended, unless it took so long that another runner has begun the next one."""
    mine = _same(due) & (JobRun.started_at == started)
    moment = now()
    with transaction(due.community):
        row = JobRun.get_or_none(mine)
        if row is None:
            return
        failures = row.failures + 1 if failed else 0
        JobRun.update(
            finished_at=moment,
            next_at=moment + _wait(failures) if failed else started + due.every,
            lease_until=0,
            failures=failures,
            message=message,
            good_at=row.good_at if failed else moment,
        ).where(mine).execute()
