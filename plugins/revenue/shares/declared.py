"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable

from core import Actor, Community, Declaration, NavItem
from plugins.revenue.part import Part
from plugins.revenue.texts import _

NAV = (
    NavItem(
        _("Try out a share rule"), "try_rule", "scale", hint=_("What an operator would owe, and what parking costs"),
        order=48, covers=("parking",),
    ),
)  # fmt: skip


class Shares(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Nothing stored; `linli revenue compute` joins the group of commands, which `ledger` declares."""
        from plugins.revenue.shares import commands

        assert commands.compute_file.name == "compute"
        return Declaration()

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The calculators, for everybody."""
        return NAV


PART = Shares()
