"""The deadlines of a community: the clocks of its workflows in words, and changing one for what begins from now on.

How overrides are kept is in `versions`; here one clock at a time is shown and changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from core.actor import Actor, community_of
from core.civic.workflow.engine import installed
from core.civic.workflow.shape import BEGIN, as_clock, clock_text, state_named
from core.civic.workflow.versions import OVERRIDE, WorkflowVersion, current_version, override, overrides_of
from core.errors import Invalid, NotFound
from core.plugin.current import find_active
from core.plugin.declarations import Clock, Workflow
from core.store.db import transactional
from core.text import Label, _

MOST_DAYS = 366
LONGEST_REASON = 200


@dataclass(frozen=True)
class Deadline:
    """One clock of a workflow here: `waits` is the state it runs in, `declared` what holds unless the community says
    otherwise. Its address is `workflow.name` and `verb`.
    """

    workflow: Workflow
    verb: str
    waits: Label
    clock: Clock
    declared: Clock

    @property
    def text(self) -> Label:
        """The clock in words: `5 个工作日`."""
        return clock_text(self.clock)

    @property
    def usual(self) -> Label:
        """What was declared, in words."""
        return clock_text(self.declared)

    @property
    def is_changed(self) -> bool:
        """Whether the community has its own."""
        return self.clock != self.declared


@dataclass(frozen=True)
class Change:
    """What was decided about a deadline once; `at` is ms UTC."""

    text: Label
    reason: str
    by: str
    at: int


def deadlines(actor: Actor) -> list[Deadline]:
    """Every deadline that the actor's community may change, by workflow; those of modules while they are switched on."""
    actor.require(OVERRIDE)
    community = community_of(actor)
    named = [each for each in installed() if each.label and _is_here(community, each.name.partition(".")[0])]
    return [deadline for workflow in named for deadline in _deadlines_of(community, workflow)]


def find_deadline(actor: Actor, name: str, verb: str) -> Deadline:
    """One of them; raises `NotFound`."""
    for each in deadlines(actor):
        if (each.workflow.name, each.verb) == (name, verb):
            return each
    raise NotFound


@transactional
def set_deadline(actor: Actor, name: str, verb: str, days: int, working: bool, reason: str) -> None:
    """Let this step take so many days, working days or calendar days, for all that begins from now on.

    What is under way keeps its day. Raises `Invalid` (days, reason), `NotFound`, `Forbidden`.
    """
    deadline = find_deadline(actor, name, verb)
    clock = dataclasses.replace(deadline.declared, days=days, working=working)
    errors: dict[str, list[Label]] = {}
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = [_("Please give a number from 1 to %(most)d.", most=MOST_DAYS)]
    elif clock == deadline.clock:
        errors["days"] = [_("This is the deadline already.")]
    if not reason.strip():
        errors["reason"] = [_("Please write why, so that everybody can follow it.")]
    if errors:
        raise Invalid(errors)
    community = community_of(actor)
    known = overrides_of(community, deadline.workflow, current_version(community, deadline.workflow))
    changed = dataclasses.replace(known, clock_days={**known.clock_days, verb: clock})
    override(actor, deadline.workflow, changed, reason.strip())


def changes(actor: Actor, deadline: Deadline) -> list[Change]:
    """What was decided about a deadline so far, the latest first."""
    actor.require(OVERRIDE)
    found: list[Change] = []
    before = deadline.declared
    versions = WorkflowVersion.of(community_of(actor)).where(WorkflowVersion.workflow == deadline.workflow.name)
    for each in versions.order_by(WorkflowVersion.version):
        clock = _clock(each.community, deadline.workflow, each.version, deadline.verb)
        if clock is not None and clock != before:
            found.append(Change(clock_text(clock), each.reason, each.by_label, each.at))
            before = clock
    return found[::-1]


def _is_here(community: str, owner: str) -> bool:
    registry = find_active()
    return owner == "core" or (registry is not None and registry.is_enabled(community, owner))


def _deadlines_of(community: str, workflow: Workflow) -> Iterable[Deadline]:
    version = current_version(community, workflow)
    for verb, declared in _clocks_of(workflow):
        clock = _clock(community, workflow, version, verb)
        if clock is not None:
            yield Deadline(workflow, verb, _waits(workflow, verb), clock, declared)


def _clocks_of(workflow: Workflow) -> Iterable[tuple[str, Clock]]:
    declared = [(BEGIN, workflow.clock_days), *((each.verb, each.clock_days) for each in workflow.transitions)]
    for verb, clock in declared:
        found = as_clock(clock)
        if found is not None:
            yield verb, found


def _clock(community: str, workflow: Workflow, version: int, verb: str) -> Clock | None:
    """The clock of a step under a version; as declared where the version says nothing of it."""
    known = overrides_of(community, workflow, version).clock_days
    return as_clock(known[verb]) if verb in known else dict(_clocks_of(workflow)).get(verb)


def _waits(workflow: Workflow, verb: str) -> Label:
    """The state that a step leads into, where the clock then runs."""
    targets = {each.verb: each.target for each in workflow.transitions}
    return state_named(workflow, targets.get(verb, workflow.initial)).label
