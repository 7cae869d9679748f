"""The plain words for this part's acts in the audit log, and the names of what they record. Never who gave."""

from __future__ import annotations

from typing import Any

from core import AuditWords, yuan
from plugins.revenue.giving.changes import WHAT
from plugins.revenue.giving.petty import MOVES
from plugins.revenue.giving.pledges import MANNERS
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _

SENTENCES = {
    "revenue.pledge.begin": _("Wrote down a pledge"),
    "revenue.pledge.part": _("Part of a pledge was received"),
    "revenue.pledge.fill": _("A pledge was received in full"),
    "revenue.pledge.cancel": _("A pledge was taken back by the donor"),
    "revenue.pledge.end": _("The rest of a pledge is not given"),
    "revenue.gift.received": _("Received a donation"),
    "revenue.gift.told": _("Told what became of a donation"),
    "revenue.gift_change.begin": _("Asked for a change of a donation"),
    "revenue.gift_change.approve": _("Approved a change of a donation"),
    "revenue.gift_change.refuse": _("Did not approve a change of a donation"),
    "revenue.float.opened": _("Opened a float of petty cash"),
    "revenue.float.closed": _("Closed a float of petty cash"),
    "revenue.voucher.begin": _("Entered a payment from petty cash"),
    "revenue.voucher.approve": _("Checked a payment from petty cash"),
    "revenue.voucher.return": _("Did not accept a payment from petty cash"),
    "revenue.float_move.begin": _("Asked for an advance, a return or a count of petty cash"),
    "revenue.float_move.approve": _("Confirmed an advance, a return or a count of petty cash"),
    "revenue.float_move.refuse": _("Did not confirm an advance, a return or a count of petty cash"),
    "revenue.opening.begin": _("Began to write opening balances"),
    "revenue.opening.line_set": _("Wrote a line of the opening balances"),
    "revenue.opening.line_removed": _("Took out a line of the opening balances"),
    "revenue.opening.hand_in": _("Handed in the opening balances"),
    "revenue.opening.give_back": _("Gave the opening balances back to be corrected"),
    "revenue.opening.approve": _("Approved the opening balances"),
    "revenue.opening.reverse": _("Reversed opening balances"),
    "revenue.opening.drop": _("Threw away opening balances that were being written"),
}

NAMES = {
    "number_year": _("Year of the number"),
    "number": _("Number"),
    "donor_id": _("Donor's number"),
    "form": _("Money or thing"),
    "fund": _("Fund"),
    "to_fund": _("Into the fund"),
    "purpose": _("Purpose"),
    "item": _("Thing"),
    "amount": _("Amount"),
    "received": _("Received until now"),
    "returned": _("Given back until now"),
    "pledged_on": _("Pledged on"),
    "expected_on": _("Expected by"),
    "received_on": _("Received on"),
    "state": _("State"),
    "workflow_version": _("Version of the deadlines"),
    "by_account": _("Entered by account"),
    "by_person": _("Entered by resident"),
    "by_label": _("Entered by"),
    "at": _("Entered at"),
    "id": _("Number of the record"),
    "manner": _("How"),
    "seq": _("Entry in the books"),
    "words": _("Words"),
    "pledge_id": _("Donation"),
    "gift_id": _("Instalment"),
    "what": _("What"),
    "account": _("Account"),
    "reason": _("Reason"),
    "refusal": _("Why not"),
    "asked_by": _("Asked by account"),
    "asked_person": _("Asked by resident"),
    "asked_label": _("Asked by"),
    "decided_by": _("Decided by account"),
    "decided_person": _("Decided by resident"),
    "decided_label": _("Decided by"),
    "decided_on": _("Decided on"),
    "name": _("Name"),
    "ceiling": _("Holds at most"),
    "payment_limit": _("One payment at most"),
    "float_id": _("Float of petty cash"),
    "spent_on": _("Paid on"),
    "payee": _("Paid to"),
    "day": _("Day"),
    "counted": _("Counted"),
    "booked_on": _("Booked on"),
    "opening_day": _("Opening day"),
    "replaces": _("In place of"),
    "replaced_by": _("Replaced by"),
    "why": _("What is wrong"),
}

VALUES = {
    "form": {"money": _("money"), "in_kind": _("a thing")},
    "manner": dict(MANNERS),
}
_SUMS = ("amount", "received", "returned", "counted", "ceiling", "payment_limit")
_WHAT = {**WHAT, **MOVES}


def tell(community: str, name: str, value: Any) -> str | None:
    """Sums as yuan; funds by their names; what was asked for as its word."""
    if name in ("fund", "to_fund"):
        return next((each.name for each in funds(community) if each.code == value), None)
    if name in _SUMS and isinstance(value, int):
        return f"{yuan(value)} {_('yuan')}"
    if name == "what" and value in _WHAT:
        return str(_WHAT[value])
    return None


SUBJECTS = {"revenue.donor": _("Donor")}
WORDS = AuditWords(subjects=SUBJECTS, names=NAMES, values=VALUES, tell=tell)


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not this part's."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None
