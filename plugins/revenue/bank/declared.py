"""What this part declares to core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Actor, Community, DataSubject, DataTable, Declaration, NavItem, Permission, Ref, Todo
from plugins.revenue.part import Part
from plugins.revenue.texts import _

PERMISSIONS = (
    Permission("revenue.match", _("Take in statements and match them with the books"), ("bookkeeper",)),
    Permission("revenue.count", _("Count the cash box"), ("cashier",)),
)


class Bank(Part):
    """See the folder's docstring."""

    def declaration(self) -> Declaration:
        """Models, permissions, records and words."""
        from plugins.revenue.bank import ending, models, privacy, records, words
        from plugins.revenue.bank.by_hand import on_statement
        from plugins.revenue.bank.reconciling import reasons_open
        from plugins.revenue.ledger.by_hand import statements
        from plugins.revenue.ledger.chart import account_follows, account_users
        from plugins.revenue.ledger.periods import lock_checks

        account_users["bank"], account_follows["bank"] = ending.of_account, ending.end
        if reasons_open not in lock_checks:
            lock_checks.append(reasons_open)
        if on_statement not in statements:
            statements.append(on_statement)
        return Declaration(
            models=(
                models.BankAccount,
                models.Statement,
                models.Line,
                models.Match,
                models.MatchLine,
                models.MatchEntry,
                models.Fee,
                models.BankPair,
                models.CashCount,
                models.Reconciled,
                models.Upload,
            ),
            permissions=PERMISSIONS,
            records=records.RECORDS,
            personal=privacy.PERSONAL,
            retention=privacy.RETENTION,
            audit=words.WORDS,
        )

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """One entry of the desk; from there everything is reached."""
        return (
            NavItem(
                _("Bank and cash"), "banks", "landmark", "desk", "revenue.books", group=_("Community revenue"), order=45,
                covers=(
                    "bank", "bank_new", "bank_edit", "bank_match", "bank_line", "bank_matches", "bank_matched", "bank_month",
                    "bank_close", "bank_fees", "bank_count", "statement", "statement_new", "statement_upload",
                    "statement_withdraw",
                ),
            ),
        )  # fmt: skip

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """At the beginning of a month statements; lines and fees that wait; a month to close."""
        from plugins.revenue.bank import front

        return front.todo_items(community.code, actor)

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        """Lines of statements that name the person."""
        from plugins.revenue.bank import privacy

        return privacy.data_about(community.code, person)

    def erase_person(self, community: Community, person: DataSubject) -> Iterable[Ref]:
        """Account books stay as they are; files that were not taken in go."""
        from plugins.revenue.bank import privacy

        return privacy.forget(community.code, person)

    def describe_audit(self, entry: Any) -> str | None:
        """What was done, in a sentence."""
        from plugins.revenue.bank.words import SENTENCES

        said = SENTENCES.get(entry.action)
        return None if said is None else str(said)

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        """A year of statements, matched but for one line."""
        from plugins.revenue.bank import demo

        yield from demo.fill(community, actor)


PART = Bank()
