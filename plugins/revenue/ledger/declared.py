"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core import (
    Actor,
    Community,
    Declaration,
    Job,
    NavItem,
    NoticeMark,
    NoticePublished,
    Permission,
    Ref,
    Service,
    Todo,
)
from plugins.revenue.part import Part
from plugins.revenue.texts import _

_OFFICE = ("secretary", "director")

PERMISSIONS = (
    Permission("revenue.books", _("See the books of shared revenue"),
               (*_OFFICE, "staff", "bookkeeper", "cashier", "supervisor")),
    Permission("revenue.post", _("Enter postings in the books of shared revenue"), ("bookkeeper",)),
    Permission("revenue.approve", _("Approve postings that somebody else entered"), _OFFICE),
    Permission("revenue.close", _("Lock months of the books"), _OFFICE),
)  # fmt: skip


class Ledger(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, permissions and the service for other modules."""
        from plugins.revenue.contracts import LedgerService
        from plugins.revenue.ledger import commands, exports, journal, ledger_service, models, movable, nightly, records
        from plugins.revenue.ledger.privacy import PERSONAL
        from plugins.revenue.ledger.words import WORDS

        return Declaration(
            models=(
                models.Account,
                models.Fund,
                models.Closing,
                models.Entry,
                models.Hold,
                models.HoldRelease,
                models.Period,
                models.PublishedHead,
                models.Seal,
                models.Journal,
            ),
            permissions=PERMISSIONS,
            settings=movable.SETTINGS,
            workflows=(journal.JOURNAL,),
            jobs=(Job("revenue.verify", nightly.check, 60 * 24, _("Compute the books of shared revenue anew")),),
            exports=exports.EXPORTS,
            files=records.FILES,
            records=records.RECORDS,
            # The group of all parts: each adds its commands to it as it is imported.
            commands=(commands.revenue,),
            services=(Service("revenue.LedgerService/1", LedgerService, ledger_service.Ledger()),),
            personal=PERSONAL,
            audit=WORDS,
        )

    def enabled(self, community: Community, actor: Actor) -> None:
        """The chart of accounts and the funds every community begins with."""
        from plugins.revenue.ledger.accounts import open_chart
        from plugins.revenue.ledger.funds import open_funds

        open_chart(actor)
        open_funds(actor)

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """The books at the desk."""
        return (
            NavItem(
                _("Books"), "desk_books", "book-open", "desk", "revenue.books", group=_("Community revenue"), order=40,
                covers=("desk_chart", "desk_account", "desk_fund", "desk_entries", "desk_entry", "desk_journal", "desk_locks"),
            ),
        )  # fmt: skip

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """Books that are not as they were written."""
        from plugins.revenue.ledger import nightly

        return nightly.todo_items(community, actor)

    def on_event(self, community: Community, event: Any) -> None:
        """A notice was published: it carries the head of the books."""
        if isinstance(event, NoticePublished):
            from plugins.revenue.ledger import seals

            seals.on_notice(community, event.notice)

    def notice_marks(self, community: Community, notice: Ref) -> Iterable[NoticeMark]:
        """The head a notice was published with."""
        from plugins.revenue.ledger import seals

        return seals.marks(community, notice)

    def describe_audit(self, entry: Any) -> str | None:
        """What was done to the books, in a sentence."""
        from plugins.revenue.ledger.words import SENTENCES

        said = SENTENCES.get(entry.action)
        return None if said is None else str(said)


PART = Ledger()
