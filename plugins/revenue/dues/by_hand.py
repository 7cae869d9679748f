"""What is asked of this part before an entry of it is reversed by hand: receipts, deposits and payouts."""

from __future__ import annotations

from core import Actor
from plugins.revenue.dues import books
from plugins.revenue.ledger.by_hand import Elsewhere
from plugins.revenue.ledger.entries import EntryLine
from plugins.revenue.texts import _


def of_receipt(_actor: Actor, found: EntryLine, _replaced: bool) -> Elsewhere:
    """A receipt is taken back with all its postings, and the dues it paid are open again."""
    return Elsewhere(
        _("This entry belongs to money an operator paid."),
        _("Take the receipt back on its page: a second person approves it, and what it paid is open again."),
        f"/desk/receipts/{found.record.id if found.record else ''}",
    )


def of_act(_actor: Actor, _found: EntryLine, _replaced: bool) -> Elsewhere:
    """A deposit or a payout is put right by its opposite, which takes two people as well."""
    return Elsewhere(
        _("This entry belongs to a deposit or a payout."),
        _("Enter the opposite there: the deposit back or anew, the money that came back as a receipt. A second person approves it."),
        "/desk/acts",
    )  # fmt: skip


def of_account(_community: str, account: str) -> Elsewhere | None:
    """What a contract brings in, deposits, money in advance and money of unknown payers have pages of their own."""
    own = (f"{books.INCOME}.", books.DEPOSITS, books.ADVANCE, books.UNKNOWN)
    if not account.startswith(own):
        return None
    return Elsewhere(
        _("This account belongs to contracts and what is due by them."),
        _("Enter the money as a receipt, or a deposit or payout on its own page."),
        "/desk/receipts",
    )


OWNERS = {"revenue.receipt": of_receipt, "revenue.act": of_act}
