"""Many records of one kind taking the same step in a few statements: the dates of a series, the rows of a list.

What holds for one record in `engine` holds for each here; only the audit entry is one, about what they have in common.
Workflows whose transitions emit events are moved one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.actor import Actor
from core.civic.workflow.engine import (
    WorkflowStep,
    check_step,
    due_day,
    moved_meanwhile,
    permitted,
    plain,
    version_of,
    workflow_of,
)
from core.civic.workflow.shape import BEGIN
from core.civic.workflow.versions import current_version, overrides_of
from core.clock import today
from core.errors import NotFound
from core.plugin.declarations import Workflow
from core.store import audit
from core.store.db import transactional
from core.store.ref import Ref

# Far below the number of values that either engine takes in one statement.
_AT_ONCE = 200


@transactional
def begin_all(actor: Actor, records: Sequence[Any], about: Ref, *, after: Any = None) -> None:
    """`begin` for new records of one model and community, which get their keys; one audit entry about `about`."""
    if not records:
        return
    workflow = workflow_of(records[0])
    _check_community(actor, records)
    community = str(actor.community)
    version = current_version(community, workflow)
    clock = overrides_of(community, workflow, version).clock_days.get(BEGIN, workflow.clock_days)
    due = due_day(clock, today())
    own = {"state": workflow.initial, "due_day": due, "workflow_version": version}
    values = {name: value for name, value in own.items() if name in records[0]._meta.fields}
    model = type(records[0])
    for some in _batches(records):
        for record in some:
            record.__data__.update(values)
        rows = [{name: value for name, value in record.__data__.items() if name != "id"} for record in some]
        # Keys are given in the order of the rows; in which order they are told is left open.
        keys = sorted(row[0] for row in model.insert_many(rows).returning(model.id).tuples().execute())
        for record, key in zip(some, keys, strict=True):
            record.id = key
            record._dirty.clear()
    _remember(actor, workflow, records, BEGIN, "", workflow.initial, due, version)
    audit.record(actor, f"{workflow.name}.{BEGIN}", about, after=plain(after))


@transactional
def advance_all(
    actor: Actor, records: Sequence[Any], verb: str, about: Ref, *, after: Any = None, **fields: Any
) -> None:
    """`advance` for stored records of one model that are all in the same state; one audit entry about `about`.

    All of them take the step or none. Raises like `advance`: `Conflict` when somebody else moved one of them.
    """
    if not records:
        return
    workflow = workflow_of(records[0])
    _check_community(actor, records)
    source = records[0].state
    version = version_of(workflow, records[0])
    if any((record.state, version_of(workflow, record)) != (source, version) for record in records):
        raise ValueError("records that take a step together stand in the same state, under the same version")
    transition = permitted(actor, workflow, source, verb)
    if transition.event is not None:
        raise ValueError("a step with an event is taken one by one")
    for record in records:
        check_step(actor, record, transition, fields)
    community, model = str(actor.community), type(records[0])
    clock = overrides_of(community, workflow, version).clock_days.get(verb, transition.clock_days)
    due = due_day(clock, today())
    own = {**fields, "state": transition.target, "due_day": due}
    values = {name: value for name, value in own.items() if name in model._meta.fields}
    for some in _batches(records):
        same = model.id.in_([record.id for record in some]) & (model.state == source) & (model.community == community)
        if model.update(**values).where(same).execute() != len(some):
            raise moved_meanwhile()
        for record in some:
            record.__data__.update(values)
    _remember(actor, workflow, records, verb, source, transition.target, due, version, str(fields.get("reason") or ""))
    audit.record(
        actor,
        f"{workflow.name}.{verb}",
        about,
        before={"state": source},
        after=plain({**values, **(after if isinstance(after, Mapping) else {})}),
        reason=str(fields.get("reason") or ""),
        permission=transition.permission,
    )


def _check_community(actor: Actor, records: Sequence[Any]) -> None:
    if any(record.community != actor.community for record in records):
        raise NotFound


def _batches(records: Sequence[Any]) -> list[Sequence[Any]]:
    return [records[first : first + _AT_ONCE] for first in range(0, len(records), _AT_ONCE)]


def _remember(
    actor: Actor,
    workflow: Workflow,
    records: Sequence[Any],
    verb: str,
    source: str,
    target: str,
    due: Any,
    version: int,
    reason: str = "",
) -> None:
    common = {
        "community": actor.community, "workflow": workflow.name, "source": source, "target": target, "verb": verb,
        "reason": reason, "due_day": due, "version": version, "by_account": actor.account, "by_label": actor.signature,
        "on_behalf_of": actor.on_behalf_of,
    }  # fmt: skip
    for some in _batches(records):
        WorkflowStep.insert_many([{**common, "subject": str(record.ref)} for record in some]).execute()
