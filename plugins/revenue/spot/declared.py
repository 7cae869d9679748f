"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Actor, Community, DataSubject, DataTable, Declaration, NavItem, Permission, Ref, Todo
from plugins.revenue.part import Part
from plugins.revenue.texts import _


class SpotChecks(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, the permission of those who do not keep the books, and how many are drawn."""
        from plugins.revenue.ledger.periods import lock_follows
        from plugins.revenue.spot import lots, models, privacy, records, words

        if lots.fix not in lock_follows:
            lock_follows.append(lots.fix)
        return Declaration(
            models=(models.Lot, models.Announced, models.Spot, models.Voucher, models.Result),
            permissions=(
                Permission(words.SPOT, _("Draw vouchers for residents to inspect, enter what they found"), ("supervisor",)),
            ),
            settings=words.SETTINGS,
            records=records.RECORDS,
            personal=privacy.PERSONAL,
            audit=words.WORDS,
        )  # fmt: skip

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        from plugins.revenue.spot import front

        return front.nav_items()

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        from plugins.revenue.spot import front

        return front.todo_items(community, actor)

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        from plugins.revenue.spot import privacy

        return privacy.data_about(community, person)

    def erase_person(self, community: Community, person: DataSubject) -> Iterable[Ref]:
        from plugins.revenue.spot import privacy

        return privacy.erase_person(community, person)

    def describe_audit(self, entry: Any) -> str | None:
        from plugins.revenue.spot.words import SENTENCES

        said = SENTENCES.get(entry.action)
        return None if said is None else str(said)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        from plugins.revenue.spot import demo

        yield from demo.fill(community)


PART = SpotChecks()
