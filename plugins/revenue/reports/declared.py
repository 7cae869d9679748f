"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable

from core import Actor, Community, Declaration, NavItem
from plugins.revenue.part import Part
from plugins.revenue.texts import _


class Reports(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """The lists for Excel; the command is added to the group of the module."""
        from plugins.revenue.reports import commands  # noqa: F401  (it adds `export` to the group)
        from plugins.revenue.reports.exports import EXPORTS

        return Declaration(exports=EXPORTS)

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The public page for everybody, the statements for who may see the books."""
        group = _("Community revenue")
        return (
            NavItem(
                _("Where each yuan went"), "money", "scale", hint=_("Income, funds and projects, to check yourself"),
                order=60, covers=("money_budget", "money_fund", "money_statement", "verify"),
            ),
            NavItem(
                _("Financial statements"), "desk_statements", "file-spreadsheet", place="desk", permission="revenue.books",
                group=group, order=68, covers=("desk_statement", "desk_income"),
            ),
        )  # fmt: skip


PART = Reports()
