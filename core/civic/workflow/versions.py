"""What a community does differently in a declared workflow: sets of overrides, each a version that is never changed.

A record keeps the version it started under, so that a new deadline never moves one that is running.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import peewee

from core.actor import Actor
from core.civic.workflow.shape import BEGIN
from core.errors import Invalid
from core.plugin.declarations import Clock, Workflow
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Json, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import _

OVERRIDE = "core.workflows.override"


class WorkflowVersion(CommunityModel):
    """One set of overrides of one workflow in one community. Versions count from 1; 0 is what was declared."""

    kind = "core.workflow_version"

    workflow = Text()
    version = Integer()
    overrides = Json()
    reason = Text(default="")
    by_account = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "workflow_version"
        primary_key = peewee.CompositeKey("community", "workflow", "version")


@dataclass(frozen=True)
class Overrides:
    """What one community does differently: clocks by verb (`begin` for new records; None: no due day), labels by state name
    and by verb. As in declarations, a clock that is a mere number counts calendar days."""

    clock_days: Mapping[str, Clock | int | None] = field(default_factory=dict)
    state_labels: Mapping[str, str] = field(default_factory=dict)
    verb_labels: Mapping[str, str] = field(default_factory=dict)


_AS_DECLARED = Overrides()


def current_version(community: str, workflow: Workflow) -> int:
    """The version new records start under; 0 when the community overrides nothing."""
    found = (
        WorkflowVersion.of(community, WorkflowVersion.version)
        .where(WorkflowVersion.workflow == workflow.name)
        .order_by(WorkflowVersion.version.desc())
        .limit(1)
        .tuples()
    )
    rows = list(found)
    return int(rows[0][0]) if rows else 0


@transactional
def override(actor: Actor, workflow: Workflow, overrides: Overrides, reason: str = "") -> int:
    """Store a whole new set of overrides for the actor's community; returns its version.

    Records that are under way keep theirs. Raises `Invalid` for a verb, state or number of days that cannot be meant.
    """
    actor.require(OVERRIDE)
    _check_overrides(workflow, overrides)
    community = str(actor.community)
    version = current_version(community, workflow) + 1
    before = dataclasses.asdict(overrides_of(community, workflow, version - 1))
    after = dataclasses.asdict(overrides)
    WorkflowVersion.insert(
        community=community,
        workflow=workflow.name,
        version=version,
        overrides=after,
        reason=reason,
        by_account=actor.account,
        by_label=actor.signature,
    ).execute()
    subject = Ref("core.workflow_version", community, f"{workflow.name.replace('.', '-')}-{version}")
    audit.record(
        actor, "core.workflow.overridden", subject, before=before, after=after, reason=reason, permission=OVERRIDE
    )
    return version


def _check_overrides(workflow: Workflow, overrides: Overrides) -> None:
    verbs = {transition.verb for transition in workflow.transitions}
    unknown = [
        *(set(overrides.clock_days) - verbs - {BEGIN}),
        *(set(overrides.verb_labels) - verbs),
        *(set(overrides.state_labels) - {state.name for state in workflow.states}),
    ]
    if unknown:
        raise Invalid(message=_("“%(name)s” is no step or state of this workflow.", name=min(unknown)))
    for days in overrides.clock_days.values():
        number = days.days if isinstance(days, Clock) else days
        if number is not None and (not isinstance(number, int) or not 0 <= number <= 3650):
            raise Invalid(message=_("A deadline is a whole number of days between 0 and 3650."))
    if any(not str(label).strip() for label in (*overrides.state_labels.values(), *overrides.verb_labels.values())):
        raise Invalid(message=_("A name cannot be empty."))


def overrides_of(community: str, workflow: Workflow, version: int) -> Overrides:
    """The overrides of one version; those of version 0 are empty."""
    if version == 0:
        return _AS_DECLARED
    found = (
        WorkflowVersion.of(community)
        .where(WorkflowVersion.workflow == workflow.name, WorkflowVersion.version == version)
        .first()
    )
    if found is None:
        return _AS_DECLARED
    clocks = {
        verb: Clock(**clock) if isinstance(clock, Mapping) else clock
        for verb, clock in found.overrides.get("clock_days", {}).items()
    }
    return Overrides(**{**found.overrides, "clock_days": clocks})
