"""What this part puts on core's pages: entries of the navigations. To-dos are in `waiting`."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, NavItem
from plugins.revenue.spending.words import SEE
from plugins.revenue.texts import _

_GROUP = _("Community revenue")


def nav_items(_actor: Actor) -> Iterator[NavItem]:
    """The list of proposals at the desk, what the money was spent on for everybody."""
    yield NavItem(
        _("Proposals on money"), "spending", "wallet", "desk", SEE, group=_GROUP, order=44,
        covers=("spending_kinds", "spending_new", "spending_proposal", "spending_do", "spending_pay", "spending_paper", "spending_contest"),
    )  # fmt: skip
    yield NavItem(
        _("What the money is spent on"), "projects", "wallet", order=42, covers=("project", "project_rate"),
        hint=_("Each project with photos, payments and both publications"),
    )  # fmt: skip
