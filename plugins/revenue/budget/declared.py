"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Actor, Community, Declaration, NavItem, Permission
from plugins.revenue.part import Part
from plugins.revenue.texts import _

PERMISSIONS = (Permission("revenue.budget", _("Enter the budget of a year"), ("bookkeeper", "staff")),)


class BudgetPart(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, the workflow and what belongs to them."""
        from plugins.revenue.budget import audit_words, exports, models, privacy, records, states

        return Declaration(
            models=(models.Budget, models.BudgetLine),
            permissions=PERMISSIONS,
            workflows=(states.BUDGET,),
            exports=exports.EXPORTS,
            files=records.FILES,
            records=records.RECORDS,
            personal=privacy.PERSONAL,
            audit=audit_words.WORDS,
        )

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The budget at the desk; residents come to it from the page of the money."""
        return (
            NavItem(
                _("Budget"), "desk_budget", "calendar-range", "desk", "revenue.books", group=_("Community revenue"), order=67,
                covers=("desk_budget_one", "desk_budget_new"),
            ),
        )  # fmt: skip

    def describe_audit(self, entry: Any) -> str | None:
        """What was done to a budget, in a sentence."""
        from plugins.revenue.budget import audit_words

        return audit_words.describe(entry)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        """The budget of this year, changed once."""
        from plugins.revenue.budget import demo

        return demo.fill(community, actor)


PART = BudgetPart()
