"""What the office sees of the jobs: how each stands, what came of it, when it runs again; and letting one run now.

Running them is the business of `core.plugin.jobs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.actor import Actor, community_of
from core.errors import Conflict, Forbidden, NotFound
from core.operate.core_jobs import core_jobs
from core.plugin import jobs
from core.plugin.jobs import BROKEN_OFF, CORE, FAILED, JobRun, Scheduled
from core.plugin.registry import Registry
from core.store import audit
from core.store.db import now, transactional
from core.store.ref import Ref
from core.text import Label, _

RUN = "core.jobs.run"
SITE = "core.site.admin"
WAITING = "waiting"


@dataclass(frozen=True)
class JobLine:
    """A job as the office sees it. `state` is that of its last run, or `waiting` before the first; moments are ms UTC.

    `said` is what came of a good run, `error` what went wrong in a failed one, as whoever can repair it needs it.
    `why_not` says why this actor cannot let it run now.
    """

    name: str
    label: Label
    module: Label
    everywhere: bool
    state: str
    started_at: int | None = None
    finished_at: int | None = None
    next_at: int | None = None
    good_at: int | None = None
    failures: int = 0
    said: Label = ""
    error: str = ""
    why_not: Label | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the last run failed or broke off."""
        return self.state in (FAILED, BROKEN_OFF)


def job_lines(registry: Registry, actor: Actor) -> list[JobLine]:
    """Every job of the actor's community and of the site, those in trouble first. Needs `core.jobs.run`."""
    actor.require(RUN)
    last = {(run.name, run.community): run for run in jobs.runs()}
    lines = [
        _line(registry, actor, due, last.get((due.job.name, due.community or "")))
        for due in _seen(registry, community_of(actor))
    ]
    return sorted(lines, key=lambda line: (not line.is_bad, line.module != "", str(line.label)))


def failing(registry: Registry, actor: Actor) -> list[JobLine]:
    """The jobs in trouble that this actor can do something about; empty for everybody else."""
    if not actor.can(RUN) or not jobs.any_failed():
        return []
    return [line for line in job_lines(registry, actor) if line.is_bad]


def _seen(registry: Registry, community: str) -> Iterable[Scheduled]:
    return [due for due in jobs.scheduled(registry, core_jobs()) if due.community in (None, community)]


def _line(registry: Registry, actor: Actor, due: Scheduled, run: JobRun | None) -> JobLine:
    module = "" if due.owner == CORE else registry.plugins[due.owner].meta.title
    why_not = (
        None
        if due.community or actor.can(SITE)
        else _("It concerns all communities: ask the owner of the installation.")
    )
    first = JobLine(
        due.job.name, due.job.label or due.job.name, module, due.community is None, WAITING, why_not=why_not
    )
    if run is None:
        return first
    state = run.state(now())
    if state == jobs.RUNNING:
        why_not = _("It is running right now.")
    return JobLine(
        first.name, first.label, first.module, first.everywhere, state, run.started_at, run.finished_at, run.next_at,
        run.good_at, run.failures, _said(run.message) if state == jobs.DONE else "",
        run.message if state == FAILED else "", why_not,
    )  # fmt: skip


def _said(message: str) -> Label:
    """What a job returned, as a sentence: many return how many records they dealt with, or nothing at all."""
    if message.isdecimal():
        return _("Dealt with: %(count)s", count=message) if int(message) else _("There was nothing to do.")
    return message or _("There was nothing to do.")


@transactional
def run_soon(actor: Actor, registry: Registry, name: str) -> Label:
    """Let a job run at the next pass, within a minute; returns its label. Needs `core.jobs.run`.

    Raises `NotFound` for a job that does not run here, `Forbidden` for one of the whole site unless the actor looks after
    the installation, `Conflict` while it is running.
    """
    actor.require(RUN)
    due = next((each for each in _seen(registry, community_of(actor)) if each.job.name == name), None)
    if due is None:
        raise NotFound
    if due.community is None and not actor.can(SITE):
        raise Forbidden
    if not jobs.bring_forward(due):
        raise Conflict(_("It is running right now."), advice=_("Look again in a few minutes."))
    subject = Ref("core.job", actor.community, name.replace(".", "-"))
    audit.record(actor, "core.job.asked", subject, after={"job": name}, permission=RUN)
    return due.job.label or name
