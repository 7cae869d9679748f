"""Budgets as others name and open them, their stories, and who may see the scans of minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core import Actor, FileKind, Moment, RecordKind, Ref, history, name_of
from plugins.revenue.budget.models import Budget
from plugins.revenue.budget.states import BOOKS, BUDGET, MINUTES
from plugins.revenue.texts import _

_STATES = {state.name: state for state in BUDGET.states}


def budget_text(budget: Budget) -> str:
    """How a version is called: 2026年预算（第2版）."""
    return str(_("Budget of %(year)s (version %(version)d)", year=budget.year, version=budget.version))


def _keeps_books(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and actor.can(BOOKS)


def _titles(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not actor.can(BOOKS):
        return {}
    ids = [int(ref.id) for ref in refs if ref.kind == Budget.kind]
    return {each.ref: budget_text(each) for each in Budget.of(str(actor.community)).where(Budget.id.in_(ids))}


def _story(actor: Actor, ref: Ref) -> Iterator[Moment]:
    for step in history(Budget.get_of(str(actor.community), int(ref.id))):
        state = _STATES[step.target]
        tone = state.tint if state.tint in ("ok", "warn", "bad") else ""
        yield Moment(step.at, state.label, step.reason, name_of(step.by_label), tone)


RECORDS = (
    RecordKind(
        Budget, _("Budget"), "calendar-range", _titles, lambda _actor, ref: f"revenue/desk/budget/{ref.id}", _keeps_books, _story
    ),
)  # fmt: skip
FILES = (
    FileKind(Budget.kind, MINUTES, _keeps_books, most=12, takes=("picture", "document"), keep_days=None, private=True),
)
