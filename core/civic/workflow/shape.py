"""The shape of a declared workflow: what makes a declaration sound, and its picture for the docs. No records here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from core.errors import PluginError
from core.plugin.declarations import Clock, State, Transition, Workflow
from core.text import Label, _, ngettext

BEGIN = "begin"
# `advance` writes these itself, so no step may ask for them.
OWN_COLUMNS = frozenset({"id", "community", "state", "due_day", "workflow_version"})


def sources_of(transition: Transition) -> tuple[str, ...]:
    """The states a transition starts from."""
    return (transition.source,) if isinstance(transition.source, str) else tuple(transition.source)


def transitions_from(workflow: Workflow, state: str) -> list[Transition]:
    """The declared ways out of a state, in the order of declaration."""
    return [transition for transition in workflow.transitions if state in sources_of(transition)]


def state_named(workflow: Workflow, name: str) -> State:
    """The declared state of that name; raises `PluginError` for an unknown one."""
    for state in workflow.states:
        if state.name == name:
            return state
    raise PluginError(_("Workflow %(workflow)s: there is no state “%(name)s”.", workflow=workflow.name, name=name))


def as_clock(clock: Clock | int | None) -> Clock | None:
    """A clock as declared or overridden; a mere number counts calendar days and may end on any day."""
    return Clock(clock) if isinstance(clock, int) else clock


def clock_text(clock: Clock | int | None) -> Label:
    """A clock in words: `5 个工作日`, `7 天`, `15 天（遇休息日顺延）`; empty for none."""
    found = as_clock(clock)
    if found is None:
        return ""
    if found.working:
        return ngettext("%(num)d working day", "%(num)d working days", found.days)
    if found.roll_over:
        return ngettext("%(num)d day, or the next working day", "%(num)d days, or the next working day", found.days)
    return ngettext("%(num)d day", "%(num)d days", found.days)


def check(workflow: Workflow) -> None:
    """Raise `PluginError` with the first thing that is wrong in a declaration."""
    for problem in _problems(workflow):
        raise PluginError(_("Workflow %(workflow)s: %(problem)s", workflow=workflow.name or "?", problem=problem))


def _problems(workflow: Workflow) -> Iterator[str]:
    """What is wrong, in English, for the author of the plugin."""
    yield from _problems_of_model(workflow)
    names = [state.name for state in workflow.states]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the state “{name}” is declared twice"
    if workflow.initial not in names:
        yield f"the initial state “{workflow.initial}” is not declared"
    yield from _problems_of_transitions(workflow, frozenset(names))
    reached = _reachable(workflow)
    for state in workflow.states:
        if state.name not in reached:
            yield f"the state “{state.name}” cannot be reached from “{workflow.initial}”"
        ways_out = transitions_from(workflow, state.name)
        if state.final and ways_out:
            yield f"the final state “{state.name}” has the way out “{ways_out[0].verb}”"
        if not state.final and not ways_out:
            yield f"the state “{state.name}” has no way out and is not final"


def _problems_of_model(workflow: Workflow) -> Iterator[str]:
    if not workflow.name:
        yield "it has no name"
    columns = workflow.model._meta.fields
    for column in ("community", "state"):
        if column not in columns:
            yield f"{workflow.model.__name__} has no column “{column}”"
    if not workflow.model.kind:
        yield f"{workflow.model.__name__} has no kind"
    clocks = [as_clock(clock) for clock in (workflow.clock_days, *(each.clock_days for each in workflow.transitions))]
    if any(clocks) and "due_day" not in columns:
        yield f"it has clocks, but {workflow.model.__name__} has no column “due_day”"
    if any(clock is not None and clock.days < 0 for clock in clocks):
        yield "a clock has negative days"


def _problems_of_transitions(workflow: Workflow, names: frozenset[str]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for transition in workflow.transitions:
        verb = transition.verb
        if not verb.isidentifier() or verb == BEGIN:
            yield f"“{verb}” cannot be a verb"
        if not sources_of(transition):
            yield f"“{verb}” starts from no state"
        for name in (*sources_of(transition), transition.target):
            if name not in names:
                yield f"“{verb}” names the unknown state “{name}”"
        for source in sources_of(transition):
            if (source, verb) in seen:
                yield f"“{verb}” is declared twice from “{source}”"
            seen.add((source, verb))
        for name in OWN_COLUMNS.intersection(transition.required):
            yield f"“{verb}” asks for “{name}”, which is set by the workflow itself"
        if transition.event is not None and not dataclasses.is_dataclass(transition.event):
            yield f"the event of “{verb}” is not a dataclass"


def _reachable(workflow: Workflow) -> set[str]:
    reached, waiting = {workflow.initial}, [workflow.initial]
    while waiting:
        for transition in transitions_from(workflow, waiting.pop()):
            if transition.target not in reached:
                reached.add(transition.target)
                waiting.append(transition.target)
    return reached


def diagram(workflow: Workflow) -> str:
    """The workflow as a mermaid state diagram, with labels and clocks (`≤ 5 个工作日`) in the current language."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_quoted(state.label)}" as {state.name}' for state in workflow.states]
    lines.append(f"    [*] --> {workflow.initial}{_clock(': ', workflow.clock_days)}")
    for transition in workflow.transitions:
        label = _quoted(transition.label or transition.verb) + _clock(" ", transition.clock_days)
        lines += [f"    {source} --> {transition.target}: {label}" for source in sources_of(transition)]
    lines += [f"    {state.name} --> [*]" for state in workflow.states if state.final]
    return "\n".join(lines) + "\n"


def _clock(before: str, clock: Clock | int | None) -> str:
    return "" if clock is None else f"{before}≤ {_quoted(clock_text(clock))}"


def _quoted(label: object) -> str:
    # A colon, quote or line break would end the label in mermaid.
    return str(label).replace('"', "'").replace(":", "∶").replace(";", ",").replace("\n", " ")
