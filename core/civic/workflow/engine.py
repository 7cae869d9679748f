"""State machines: declared as data, moved only by `advance`, remembered step by step. What a state means its owner knows.

A community may override clocks and labels; each set of overrides is a version of its own, and a record keeps the
version it started under when its model has a `workflow_version` column. Clocks count calendar or working days.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor
from core.civic.calendar import days as calendar
from core.civic.workflow.shape import (
    BEGIN,
    OWN_COLUMNS,
    as_clock,
    check,
    clock_text,
    diagram,
    state_named,
    transitions_from,
)
from core.civic.workflow.versions import Overrides, WorkflowVersion, current_version, override, overrides_of
from core.clock import today
from core.errors import Conflict, Forbidden, Invalid, NotFound, PluginError, Refused
from core.plugin import events
from core.plugin.declarations import Clock, State, Transition, Workflow
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc, now, transactional
from core.text import Label, _

__all__ = [
    "Action", "Overrides", "WorkflowStep", "WorkflowVersion", "actions", "advance", "begin", "check",
    "clock_text", "current_version", "diagram", "history", "install", "installed", "override", "overrides_of", "state_of", "workflow_of",
]  # fmt: skip

_log = logging.getLogger(__name__)


class WorkflowStep(CommunityModel):
    """One step in the life of a record, never changed. The first has the verb `begin` and no source."""

    kind = "core.workflow_step"

    workflow = Text()
    subject = Text()
    source = Text(default="")
    target = Text()
    verb = Text()
    reason = Text(default="")
    due_day = Day(null=True)
    version = Integer(default=0)
    by_account = Integer(null=True)
    by_label = Text()
    on_behalf_of = Integer(null=True)
    at = Utc(default=now)

    class Meta:
        table_name = "workflow_step"


# --------------------------------------------------------------------------- declared workflows

_installed: dict[type[CommunityModel], Workflow] = {}


def install(*workflows: Workflow) -> None:
    """Check workflows and make them known; installing one again replaces it. Raises `PluginError` for a broken one."""
    for workflow in workflows:
        check(workflow)
    for workflow in workflows:
        _installed[workflow.model] = workflow


def installed() -> list[Workflow]:
    """Every workflow that is known, by name."""
    return sorted(_installed.values(), key=lambda workflow: workflow.name)


def workflow_of(record: CommunityModel | type[CommunityModel]) -> Workflow:
    """The workflow of a record or model; raises `PluginError` when none was installed."""
    model = record if isinstance(record, type) else type(record)
    found = _installed.get(model)
    if found is None:
        raise PluginError(_("%(name)s has no workflow.", name=model.__name__))
    return found


# --------------------------------------------------------------------------- moving


@transactional
def begin(actor: Actor, record: Any, /, reason: str = "", since: datetime.date | None = None) -> Any:
    """Put a record into its initial state, with its version, due day and first step; saves it if it is not stored yet.

    The clock counts from today, or from the day `since` for what was asked for before it was entered. Raises `Refused`
    when the record has begun before. Whether the actor may make such a record, the caller checks.
    """
    workflow = workflow_of(record)
    _same_community(actor, record)
    version = current_version(record.community, workflow)
    clock = overrides_of(record.community, workflow, version).clock_days.get(BEGIN, workflow.clock_days)
    due = due_day(clock, since or today())
    values = _with_columns(record, state=workflow.initial, due_day=due, workflow_version=version)
    for name, value in values.items():
        setattr(record, name, value)
    if record.get_id() is None:
        record.save(force_insert=True)
    elif history(record):
        raise Refused(_("This record has already begun."))
    else:
        type(record).update(**values).where(_is(record)).execute()
    _remember(actor, workflow, record, BEGIN, "", workflow.initial, reason, due, version)
    audit.record(actor, f"{workflow.name}.{BEGIN}", record.ref, after=plain(record.__data__), reason=reason)
    return record


def advance(
    actor: Actor, record: Any, verb: str, /, *, event: Callable[[Any], object] | None = None, **fields: Any
) -> Any:
    """Take the step `verb`: the only way a state changes. Returns the record, brought up to date.

    `fields` go to the guards; those that are columns of the model are stored with the new state; `reason` also stands
    in the history. `event(record)` makes the event of the transition where its fields are not simply the record's.
    State, due day, history, audit entry and event are written together, or not at all.

    Raises `NotFound` (another community's record), `Forbidden`, `Conflict` (somebody else moved it first), `Refused`
    (no such step from here, or a guard's reason) and `Invalid` (a required field is missing).
    """
    for name in OWN_COLUMNS.intersection(fields):
        raise TypeError(f"{name} is set by the workflow itself")
    fresh = _advance(actor, record, verb, event, fields)
    record.__data__.update(fresh.__data__)
    record._dirty.clear()
    return record


@transactional
def _advance(
    actor: Actor, record: Any, verb: str, factory: Callable[[Any], object] | None, fields: Mapping[str, Any]
) -> Any:
    workflow = workflow_of(record)
    _same_community(actor, record)
    transition = permitted(actor, workflow, record.state, verb)
    fresh = _reload(record)
    check_step(actor, fresh, transition, fields)
    version = version_of(workflow, fresh)
    clock = overrides_of(fresh.community, workflow, version).clock_days.get(verb, transition.clock_days)
    due = due_day(clock, today())
    values = _with_columns(fresh, **fields, state=transition.target, due_day=due)
    before = {name: getattr(fresh, name) for name in values}
    source = fresh.state
    # Compare and set: whoever reads an old state and comes second changes nothing.
    if type(fresh).update(**values).where(_is(fresh), type(fresh).state == source).execute() != 1:
        raise moved_meanwhile()
    for name, value in values.items():
        setattr(fresh, name, value)
    reason = str(fields.get("reason") or "")
    _remember(actor, workflow, fresh, verb, source, transition.target, reason, due, version)
    audit.record(
        actor,
        f"{workflow.name}.{verb}",
        fresh.ref,
        before=plain(before),
        after=plain({**fields, **values}),
        reason=reason,
        permission=transition.permission,
    )
    if transition.event is not None:
        events.emit(fresh.community, _event(transition.event, fresh, fields, factory))
    return fresh


def permitted(actor: Actor, workflow: Workflow, state: str, verb: str) -> Transition:
    """The transition meant; what the actor may not do from any state is forbidden whatever the state is."""
    named = [transition for transition in workflow.transitions if transition.verb == verb]
    if named and not any(_may(actor, transition) for transition in named):
        raise Forbidden
    for transition in transitions_from(workflow, state):
        if transition.verb == verb:
            if not _may(actor, transition):
                raise Forbidden
            return transition
    label = next((transition.label or verb for transition in named), verb)
    raise Refused(
        _("“%(step)s” is not possible in the state “%(state)s”.", step=label, state=state_named(workflow, state).label),
        advice=_("Open the page again to see what can be done next."),
    )


def _may(actor: Actor, transition: Transition) -> bool:
    return not transition.permission or actor.can(transition.permission)


def check_step(actor: Actor, record: Any, transition: Transition, fields: Mapping[str, Any]) -> None:
    """Raise `Invalid` for a required field that is missing and `Refused` with the reason of a guard."""
    missing = [name for name in transition.required if _is_blank(fields.get(name))]
    if missing:
        raise Invalid({name: [_("Please fill in this field.")] for name in missing})
    for guard in transition.guards:
        reason = guard(actor, record, fields)
        if reason:
            raise Refused(reason)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _reload(record: Any) -> Any:
    """The record as it is stored now; raises `Conflict` when it is no longer in the state the caller saw."""
    fresh = type(record).of(record.community).where(_is(record)).first()
    if fresh is None:
        raise NotFound
    if fresh.state != record.state:
        raise moved_meanwhile()
    return fresh


def moved_meanwhile() -> Conflict:
    """What whoever came second is told."""
    return Conflict(
        _("Somebody else has just changed this."), advice=_("Open the page again to see what can be done next.")
    )


def _same_community(actor: Actor, record: Any) -> None:
    if record.community != actor.community:
        raise NotFound


def _is(record: Any) -> peewee.Expression:
    model = type(record)
    return (model._meta.primary_key == record.get_id()) & (model.community == record.community)


def due_day(clock: Clock | int | None, start: datetime.date) -> datetime.date | None:
    """The last day of a clock that counts from `start`."""
    found = as_clock(clock)
    if found is None:
        return None
    return calendar.deadline(start, found.days, working=found.working, roll_over=found.roll_over)


def _with_columns(record: Any, **values: Any) -> dict[str, Any]:
    """Those of the values that are columns of the record."""
    return {name: value for name, value in values.items() if name in record._meta.fields}


def version_of(workflow: Workflow, record: Any) -> int:
    """The version of a community's overrides that a record goes by."""
    if "workflow_version" in record._meta.fields:
        return int(record.workflow_version or 0)
    return current_version(record.community, workflow)


def _remember(
    actor: Actor,
    workflow: Workflow,
    record: Any,
    verb: str,
    source: str,
    target: str,
    reason: str,
    due: datetime.date | None,
    version: int,
) -> None:
    WorkflowStep.insert(
        community=record.community,
        workflow=workflow.name,
        subject=str(record.ref),
        source=source,
        target=target,
        verb=verb,
        reason=reason,
        due_day=due,
        version=version,
        by_account=actor.account,
        by_label=actor.signature,
        on_behalf_of=actor.on_behalf_of,
    ).execute()


def _event(kind: type, record: Any, fields: Mapping[str, Any], factory: Callable[[Any], object] | None) -> object:
    if factory is not None:
        made = factory(record)
    else:
        names = [part.name for part in dataclasses.fields(kind) if part.init]
        made = kind(**{name: fields[name] if name in fields else getattr(record, name) for name in names})
    if not isinstance(made, kind):
        raise TypeError(f"the transition declares {kind.__name__}, not {type(made).__name__}")
    return made


def plain(value: Any) -> Any:
    """A value as JSON can hold it: days in ISO form, anything unknown as its text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes) and not hasattr(value, "message"):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.datetime)) else str(value)


# --------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Action:
    """A next step as a page shows it. `reason` says why it is not possible now, `required` what to ask for."""

    verb: str
    label: Label
    possible: bool
    reason: Label = ""
    required: tuple[str, ...] = ()


def actions(actor: Actor, record: Any) -> list[Action]:
    """Every step that leads out of the record's state, in declared order; those not possible now say why."""
    workflow = workflow_of(record)
    _same_community(actor, record)
    labels = overrides_of(record.community, workflow, version_of(workflow, record)).verb_labels
    listed = []
    for transition in transitions_from(workflow, record.state):
        reason = _obstacle(actor, record, transition)
        label = labels.get(transition.verb) or transition.label or transition.verb
        listed.append(Action(transition.verb, label, reason is None, reason or "", transition.required))
    return listed


def _obstacle(actor: Actor, record: Any, transition: Transition) -> Label | None:
    if not _may(actor, transition):
        return _("This step is for another role.")
    for guard in transition.guards:
        try:
            reason = guard(actor, record, {})
        except Exception:
            # A broken rule closes its own step; the page and the other steps stay.
            _log.exception("guard of %s failed", transition.verb)
            return _("The rule for this step could not be checked.")
        if reason:
            return reason
    return None


def state_of(record: Any) -> State:
    """The record's state with its word, icon and tint, under the label of its community."""
    workflow = workflow_of(record)
    state = state_named(workflow, record.state)
    labels = overrides_of(record.community, workflow, version_of(workflow, record)).state_labels
    return dataclasses.replace(state, label=labels[state.name]) if state.name in labels else state


def history(record: Any) -> list[WorkflowStep]:
    """All steps of a record, the first one first."""
    query = WorkflowStep.of(record.community).where(WorkflowStep.subject == str(record.ref))
    return list(query.order_by(WorkflowStep.id))
