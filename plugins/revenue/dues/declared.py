"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Actor, Community, DataSubject, DataTable, Declaration, Job, NavItem, Permission, Ref, Todo
from plugins.revenue.part import Part
from plugins.revenue.texts import _

PERMISSIONS = (
    Permission("revenue.contracts", _("Enter operators, contracts and what they declare on paper"), ("secretary", "director", "staff")),
    Permission("revenue.declare", _("Declare for the own business on the community's space"), ("operator",)),
    Permission("revenue.review", _("Review what operators declare"), ("staff", "bookkeeper", "director")),
    Permission("revenue.receive", _("Enter money that arrives from operators"), ("bookkeeper",)),
)  # fmt: skip
DAY = 1440  # minutes


class Dues(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, workflows, jobs, lists and words."""
        from plugins.revenue.dues import (
            audit_words,
            by_hand,
            declaring,
            ending,
            front,
            models,
            opening,
            privacy,
            receiving,
            records,
        )
        from plugins.revenue.dues.rule_states import RULE_CHANGE
        from plugins.revenue.dues.states import CONTRACT, DUE
        from plugins.revenue.giving.opening import checks
        from plugins.revenue.ledger.by_hand import keepers, owners
        from plugins.revenue.ledger.chart import codes_of_parts, fund_users

        owners.update(by_hand.OWNERS)
        keepers["dues"], codes_of_parts["dues"] = by_hand.of_account, by_hand.of_code
        fund_users["dues"], checks["dues"] = by_hand.of_fund, opening.check_opening
        return Declaration(
            models=models.MODELS,
            permissions=PERMISSIONS,
            workflows=(CONTRACT, RULE_CHANGE, DUE),
            jobs=(
                Job("revenue.periods", declaring.estimate_missing, DAY, _("Open accounting periods, and estimate what nobody declared")),
                Job("revenue.overdue", receiving.mark_overdue, DAY, _("Mark shares that were not paid in time")),
                Job("revenue.contracts", ending.watch_terms, DAY, _("End contracts whose term is over")),
            ),
            exports=records.EXPORTS,
            search=front.SEARCH,
            files=records.FILES,
            sheets=records.SHEETS,
            records=records.RECORDS,
            personal=privacy.PERSONAL,
            audit=audit_words.WORDS,
        )  # fmt: skip

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """Who runs what; the operator's own; the desk's lists."""
        from plugins.revenue.dues import front

        return front.nav_items(actor)

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """To declare, pay, review, approve, find out, renew."""
        from plugins.revenue.dues import front

        return front.todo_items(community, actor)

    def can_disable(self, community: Community) -> Iterable[str]:
        """Money that is still to come in."""
        from plugins.revenue.dues.models import Due
        from plugins.revenue.dues.states import OPEN

        if Due.of(community.code).where(Due.state.in_(OPEN)).exists():
            yield str(_("Operators have shares to pay."))

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        """What a person runs, and what was due."""
        from plugins.revenue.dues import privacy

        return privacy.data_about(community, person)

    def erase_person(self, community: Community, person: DataSubject) -> Iterable[Ref]:
        """Names go, the books stay."""
        from plugins.revenue.dues import privacy

        return privacy.erase_person(community, person)

    def describe_audit(self, entry: Any) -> str | None:
        """The sentence of an entry of this part."""
        from plugins.revenue.dues import audit_words

        return audit_words.describe(entry)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        """A canteen, a child-care centre, parking and group-buying."""
        from plugins.revenue.dues import demo

        yield from demo.fill(community, actor)


PART = Dues()
