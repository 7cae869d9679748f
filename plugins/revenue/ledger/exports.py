"""The lists of the books as files: accounts and funds, entries, and what was entered by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core import Actor, Export, exact_yuan
from plugins.revenue.ledger import journal
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.entries import EntryFilter, entries
from plugins.revenue.ledger.funds import funds
from plugins.revenue.ledger.words import ACCOUNT_KINDS, FUND_OWNERS, HOLDERS
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


def _accounts(actor: Actor, _filters: Mapping[str, str]) -> Iterator[list[object]]:
    for each in accounts(str(actor.community)):
        yield [each.code, each.name, str(ACCOUNT_KINDS[each.kind]), str(HOLDERS[each.holder]), _open_text(each.is_open)]


def _funds(actor: Actor, _filters: Mapping[str, str]) -> Iterator[list[object]]:
    for each in funds(str(actor.community)):
        restricted = str(_("yes") if each.is_restricted else _("no"))
        yield [each.code, each.name, str(FUND_OWNERS[each.owner]), restricted, each.purpose, _open_text(each.is_open)]


def _open_text(is_open: bool) -> str:
    return str(_("in use") if is_open else _("no longer used"))


EXPORTS = (
    Export(
        "revenue.accounts",
        _("Accounts of the books"),
        "revenue.books",
        (_("Code of the account"), _("Name"), _("Kind"), _("Who keeps the money"), _("State")),
        _accounts,
    ),
    Export(
        "revenue.funds",
        _("Funds"),
        "revenue.books",
        (_("Code of the fund"), _("Name"), _("Whose money"), _("For its purpose only"), _("What it is for"), _("State")),
        _funds,
    ),
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
