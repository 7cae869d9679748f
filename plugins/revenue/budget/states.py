"""The states of a version of the budget and the steps between them: entered by one person, decided by another on the minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Actor, Label, State, Todo, Transition, Workflow, WorkflowTodos, files_of
from plugins.revenue.budget.models import Budget, BudgetLine
from plugins.revenue.persons import not_the_asker
from plugins.revenue.texts import _

ENTER = "revenue.budget"
DECIDE = "revenue.approve"
BOOKS = "revenue.books"
MINUTES = "scan"


def _has_lines(_actor: Actor, budget: Any, _fields: Mapping[str, Any]) -> Label | None:
    if not BudgetLine.of(budget.community, BudgetLine.id).where(BudgetLine.budget_id == budget.id).exists():
        return _("There is no line yet.")
    return None


def _has_minutes(_actor: Actor, budget: Any, _fields: Mapping[str, Any]) -> Label | None:
    """Guard: a budget is decided by a meeting, and its minutes show it."""
    if not budget.meeting or budget.met_on is None:
        return _("Enter first which meeting decided it, and when.")
    if not files_of(budget.ref, MINUTES):
        return _("The scan of the minutes is missing.")
    return None


def _todo(budget: Budget) -> Todo:
    words = {"draft": _("Finish the budget of %(year)s", year=budget.year), "handed_in": _("Decide the budget of %(year)s", year=budget.year)}  # fmt: skip
    return Todo(words[budget.state], f"/c/{budget.community}/revenue/desk/budget/{budget.id}", icon="calendar-range")


BUDGET = Workflow(
    name="revenue.budget",
    model=Budget,
    states=(
        State("draft", _("Being written"), icon="pencil", tint="info"),
        State("handed_in", _("Waits to be decided"), icon="hourglass", tint="warn"),
        State("in_force", _("In force"), icon="circle-check", tint="ok"),
        State("replaced", _("Replaced by a newer version"), icon="undo-2", final=True),
        State("dropped", _("Thrown away"), icon="trash-2", final=True),
    ),
    initial="draft",
    transitions=(
        Transition("hand_in", "draft", "handed_in", ENTER, _("Hand in"), (_has_lines, _has_minutes)),
        Transition(
            "decide", "handed_in", "in_force", DECIDE, _("It is as the meeting decided: put it in force"),
            (not_the_asker, _has_minutes), ("decided_by",),
        ),
        Transition("give_back", "handed_in", "draft", DECIDE, _("Give back to be corrected"), (not_the_asker,), ("reason",)),
        Transition("drop", "draft", "dropped", ENTER, _("Throw away")),
        # Only when a newer version is decided.
        Transition("replace", "in_force", "replaced", DECIDE, _("Replace")),
    ),
    todos=WorkflowTodos(_todo, lambda _actor: Budget.state.in_(("draft", "handed_in"))),
)  # fmt: skip
