"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable

from core import Actor, Community, Declaration, NavItem, Todo
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
        """Settings of publication; `linli revenue compute` joins the group of commands, which `ledger` declares."""
        from plugins.revenue.shares import commands, deadlines

        assert commands.compute_file.name == "compute"
        return Declaration(settings=deadlines.SETTINGS)

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The calculators, for everybody."""
        return NAV

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """Income that is to be published, or should have been."""
        from plugins.revenue.shares import deadlines

        return deadlines.todo_items(community, actor)


PART = Shares()
