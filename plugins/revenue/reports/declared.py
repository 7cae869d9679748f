"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core import Actor, Community, Declaration, Export, NavItem
from plugins.revenue.part import Part
from plugins.revenue.texts import _


def trial_balance_rows(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[Any]]:
    """The lines of the trial balance in yuan, each with its period, so that it stands on every page."""
    from plugins.revenue.reports.period import period_of, this_month
    from plugins.revenue.reports.statements import trial_balance

    period = period_of(filters.get("period", "")) or this_month()
    for line in trial_balance(str(actor.community), period).lines:
        sums = [fen / 100 for fen in (line.opening, line.debit, line.credit, line.closing)]
        yield [period.span, line.account, line.name, *sums]


class Reports(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """The list for Excel; the command is added to the group of the module."""
        from plugins.revenue.reports import commands  # noqa: F401  (it adds `export` to the group)

        columns = (
            _("Period"), _("Account"), _("Name"), _("At the beginning"), _("Debit"), _("Credit"), _("At the end"),
        )  # fmt: skip
        return Declaration(
            exports=(
                Export("revenue.trial_balance", _("Trial balance"), "revenue.books", columns, trial_balance_rows, ("period",)),
            )
        )  # fmt: skip

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The public page for everybody, the statements for who may see the books."""
        group = _("Community revenue")
        return (
            NavItem(
                _("Where each yuan went"), "money", "scale", hint=_("Income, funds and projects, to check yourself"),
                order=60, covers=("verify",),
            ),
            NavItem(
                _("Financial statements"), "desk_statements", "file-spreadsheet", place="desk", permission="revenue.books",
                group=group, order=68,
            ),
        )  # fmt: skip


PART = Reports()
