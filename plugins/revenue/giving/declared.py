"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Actor, Community, DataSubject, DataTable, Declaration, NavItem, Permission, Ref, Todo
from plugins.revenue.part import Part
from plugins.revenue.texts import _

PERMISSIONS = (
    Permission("revenue.give", _("Write down donations and receive them"), ("staff", "bookkeeper")),
    Permission("revenue.petty", _("Hold petty cash and pay from it"), ("cashier",)),
    Permission("revenue.opening", _("Enter opening balances"), ("bookkeeper",)),
)


class Giving(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, workflows and what belongs to them."""
        from plugins.revenue.giving import (
            audit_words,
            by_hand,
            exports,
            models,
            petty,
            privacy,
            receipts,
            records,
            states,
        )
        from plugins.revenue.ledger.by_hand import keepers, owners
        from plugins.revenue.ledger.chart import account_users, codes_of_parts, fund_users

        owners.update(by_hand.OWNERS)
        keepers["giving"], codes_of_parts["giving"] = by_hand.of_account, by_hand.of_code
        account_users["giving"], fund_users["giving"] = by_hand.of_expense, by_hand.of_fund
        return Declaration(
            models=(
                models.Donor,
                models.Pledge,
                models.Gift,
                models.GiftNews,
                models.GiftChange,
                models.Float,
                models.Voucher,
                models.FloatMove,
                models.Opening,
                models.OpeningLine,
            ),
            permissions=PERMISSIONS,
            settings=petty.SETTINGS,
            workflows=states.WORKFLOWS,
            exports=exports.EXPORTS,
            files=records.FILES,
            sheets=receipts.SHEETS,
            records=records.RECORDS,
            personal=privacy.PERSONAL,
            audit=audit_words.WORDS,
        )

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """Thanks for everybody; donations, petty cash and opening balances for those who keep the books."""
        from plugins.revenue.giving import front

        return front.NAV

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """What waits that no workflow tells."""
        from plugins.revenue.giving import front

        return front.todo_items(community, actor)

    def can_disable(self, community: Community) -> Iterable[str]:
        """Cash in somebody's hands would be out of sight."""
        from plugins.revenue.giving.models import Float

        if Float.of(community, Float.id).where(Float.balance > 0).exists():
            yield str(_("There is petty cash that has not gone back yet."))

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        """A donor's donations."""
        from plugins.revenue.giving import privacy

        return privacy.data_about(community.code, person)

    def erase_person(self, community: Community, person: DataSubject) -> Iterable[Ref]:
        """A donor's name, number and words."""
        from plugins.revenue.giving import privacy

        return list(privacy.erase_person(community.code, person))

    def describe_audit(self, entry: Any) -> str | None:
        """The plain sentence of an act of this part."""
        from plugins.revenue.giving import audit_words

        return audit_words.describe(entry)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        """Opening balances, a pledge in instalments, a piano, a float with three vouchers."""
        from plugins.revenue.giving import demo

        yield from demo.fill(community, actor)


PART = Giving()
