"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import (
    Actor,
    Community,
    DataSubject,
    DataTable,
    Declaration,
    NavItem,
    NoticePublished,
    NoticeWithdrawn,
    Permission,
    Todo,
)
from plugins.revenue.part import Part
from plugins.revenue.texts import _

_OFFICE = ("secretary", "director", "staff")


class Spending(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        from plugins.revenue.ledger.by_hand import owners
        from plugins.revenue.ledger.chart import codes_of_parts, fund_users
        from plugins.revenue.spending import (
            audit_words,
            by_hand,
            city,
            exports,
            limits,
            models,
            privacy,
            records,
            sheets,
        )
        from plugins.revenue.spending.states import PROPOSAL

        owners.update(by_hand.OWNERS)
        codes_of_parts["spending"], fund_users["spending"] = by_hand.of_code, by_hand.of_fund
        return Declaration(
            models=(
                models.Proposal,
                models.Target,
                models.Decision,
                models.Signature,
                models.SignatureVoid,
                models.Publication,
                models.Payment,
                models.Acceptance,
            ),
            permissions=(
                Permission(
                    "revenue.spending", _("See proposals on money at the desk"),
                    (*_OFFICE, "bookkeeper", "cashier", "supervisor", "liaison"),
                ),
                Permission("revenue.propose", _("Propose to allocate or spend money, enter decisions"), _OFFICE),
                Permission("revenue.sign", _("Sign proposals on money"), ("secretary", "director")),
                Permission("revenue.verify", _("Check proposals on money for the supervision committee"), ("supervisor",)),
                Permission("revenue.approve_street", _("Approve proposals on money for the street"), ("liaison",)),
                Permission("revenue.pay", _("Pay and post allocations"), ("cashier",)),
            ),
            settings=(*limits.SETTINGS, *city.SETTINGS),
            workflows=(PROPOSAL,),
            records=records.RECORDS,
            exports=exports.EXPORTS,
            files=records.FILES,
            scores=records.SCORES,
            sheets=sheets.SHEETS,
            personal=privacy.PERSONAL,
            audit=audit_words.WORDS,
        )  # fmt: skip

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        from plugins.revenue.spending import front

        return front.nav_items(actor)

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        from plugins.revenue.spending import city, waiting

        yield from waiting.todos(actor)
        yield from city.todo_items(community, actor)

    def on_event(self, community: Community, event: Any) -> None:
        if isinstance(event, (NoticePublished, NoticeWithdrawn)):
            from plugins.revenue.spending import publishing

            publishing.on_notice(community, event)

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        from plugins.revenue.spending import privacy

        return privacy.data_about(community, person)

    def describe_audit(self, entry: Any) -> str | None:
        from plugins.revenue.spending import audit_words

        return audit_words.describe(entry)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        from plugins.revenue.spending import demo

        yield from demo.fill(community, actor)


PART = Spending()
