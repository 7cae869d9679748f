"""State machines as a module declares them, with their clocks; `core.civic.workflow` runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.text import Label

if TYPE_CHECKING:
    from core.actor import Actor
    from core.plugin.declarations.pages import Todo
    from core.store.community import CommunityModel


@dataclass(frozen=True)
class Clock:
    """How long a step may take: `days` calendar days, or with `working` so many working days by the holiday calendar.

    The day on which it starts is not counted. With `roll_over` a last day that is no working day gives way to the next one
    (《民法典》 §203).
    """

    days: int
    working: bool = False
    roll_over: bool = False


@dataclass(frozen=True)
class Transition:
    """`source` → `target` by `verb`, for holders of `permission` ("" = the guards alone decide).

    `guards` are functions `(actor, record, fields) -> reason | None`; when a page only lists the next actions, `fields` is
    empty. `required` names the fields that must be given. An `event` of this type is emitted in the same transaction: its
    fields are filled from the given fields and the record, unless the caller of `advance` hands a factory. `clock_days`
    sets the record's due day: a `Clock`, or a number of calendar days (None: no due day); it may be overridden per community
    as a versioned row.
    """

    verb: str
    source: str | tuple[str, ...]
    target: str
    permission: str = ""
    label: Label = ""
    guards: tuple[Callable[[Any, Any, Mapping[str, Any]], Label | None], ...] = ()
    required: tuple[str, ...] = ()
    clock_days: Clock | int | None = None
    event: type | None = None


@dataclass(frozen=True)
class State:
    """A state with its word, icon and tint (`ok`, `warn`, `bad`, `info`, `plain`)."""

    name: str
    label: Label
    icon: str = "circle"
    tint: str = "plain"
    final: bool = False


@dataclass(frozen=True)
class Workflow:
    """A state machine over the `state` column of `model`; `initial` is where new records start.

    With `todos` its records are to-dos of those who may take the next step. A model may also have the columns `due_day`
    (needed by clocks) and `workflow_version` (then each record keeps the overrides it started under). `clock_days` is the
    clock of the initial state: a `Clock`, or a number of calendar days. Where it has a `label`, a community may change its
    clocks on the page of deadlines.
    """

    name: str
    model: type[CommunityModel]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    initial: str
    clock_days: Clock | int | None = None
    todos: WorkflowTodos | None = None
    label: Label = ""


@dataclass(frozen=True)
class WorkflowTodos:
    """That records of a workflow are to-dos: each in a state which the actor may lead on, until the state is final.

    `tell(record)` gives the `Todo`; without a due day of its own it is due on the record's `due_day`. `seen(actor)` is a
    condition on the model that leaves out what the actor must not see, or what is a to-do elsewhere.
    """

    tell: Callable[[Any], Todo]
    seen: Callable[[Actor], Any] | None = None
