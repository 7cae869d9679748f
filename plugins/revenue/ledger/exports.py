"""The lists of the books as files: entries, and what was entered by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core import Actor, Export, exact_yuan
from plugins.revenue.ledger import journal
from plugins.revenue.ledger.entries import EntryFilter, entries
from plugins.revenue.texts import _


def _entries(actor: Actor, filters: Mapping[str, str]) -> Iterator[list[object]]:
    wanted = EntryFilter(account=filters.get("account", ""), fund=filters.get("fund", ""))
    before = None
    while found := entries(str(actor.community), wanted, before=before, limit=200):
        for each in found:
            yield [each.seq, each.day, each.purpose, exact_yuan(each.total), each.by, each.reverses or "", each.reason]
        before = found[-1].seq


def _journal(actor: Actor, _filters: Mapping[str, str]) -> Iterator[list[object]]:
    words = {state.name: str(state.label) for state in journal.JOURNAL.states}
    before = None
    while found := journal.journals(str(actor.community), before, 200):
        for each in found:
            total = sum(line.amount for line in journal.movements(each))
            yield [
                each.id, each.day, each.purpose, exact_yuan(total), words[each.state], each.asked_label, each.decided_label, each.reason,
            ]  # fmt: skip
        before = found[-1].id


EXPORTS = (
    Export(
        "revenue.entries",
        _("Entries"),
        "revenue.books",
        (_("Number"), _("Day"), _("What for"), _("Amount (yuan)"), _("Posted by"), _("Reversed entry"), _("Why")),
        _entries,
        filters=("account", "fund"),
    ),
    Export(
        "revenue.journal",
        _("Journal"),
        "revenue.books",
        (
            _("Number"), _("Day"), _("What for"), _("Amount (yuan)"), _("State"), _("Entered by"), _("Decided by"), _("Why"),
        ),
        _journal,
    ),
)  # fmt: skip
