"""Budget against actual as a file: each line with its year and version; sums are exact yuan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core import Actor, Export, exact_yuan, today
from plugins.revenue.budget.comparing import comparison
from plugins.revenue.budget.records import budget_text
from plugins.revenue.budget.states import BOOKS
from plugins.revenue.budget.versions import in_force
from plugins.revenue.budget.words import PARTS, TOGETHER
from plugins.revenue.texts import _


def _rows(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    """The budget in force of the year asked for, else of this one; nothing where there is none."""
    asked = filters.get("year", "")
    budget = in_force(str(actor.community), int(asked) if asked.isdecimal() and len(asked) == 4 else today().year)
    if budget is None:
        return
    for side, lines, together in comparison(budget).parts:
        for line in (*lines, together):
            name = line.name or str(TOGETHER[side])
            sums = [exact_yuan(fen) for fen in (line.planned, line.actual, line.rest)]
            yield [
                budget_text(budget),
                str(PARTS[side]),
                line.account,
                name,
                line.fund_name,
                line.purpose,
                *sums,
                line.percent,
            ]


EXPORTS = (
    Export(
        "revenue.budget", _("Budget against actual"), BOOKS,
        (
            _("Budget"), _("Part"), _("Account"), _("Name"), _("Fund"), _("What for"), _("Planned (yuan)"), _("Actual (yuan)"),
            _("Remaining (yuan)"), _("Carried out"),
        ),
        _rows, ("year",),
    ),
)  # fmt: skip
