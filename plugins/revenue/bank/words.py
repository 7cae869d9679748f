"""How the audit log tells what was done in this part; never who pays."""

from __future__ import annotations

from core import AuditWords
from plugins.revenue.bank.matching import WAYS
from plugins.revenue.texts import _

SENTENCES = {
    "revenue.bank.registered": _("Entered a bank account"),
    "revenue.bank.closed": _("Closed a bank account with its account of the books"),
    "revenue.bank.changed": _("Changed what is noted about a bank account"),
    "revenue.statement.taken": _("Took in a statement of a bank account"),
    "revenue.statement.withdrawn": _("Withdrew a statement of a bank account"),
    "revenue.match.made": _("Matched lines of a statement with the books"),
    "revenue.match.undone": _("Undid a match of a statement with the books"),
    "revenue.bank_fee.asked": _("Wrote down a fee of the bank"),
    "revenue.bank_fee.approved": _("Approved a fee of the bank"),
    "revenue.bank_fee.refused": _("Refused a fee of the bank"),
    "revenue.bank_pair.asked": _("Wrote down that money came and went back"),
    "revenue.bank_pair.approved": _("Confirmed that money came and went back"),
    "revenue.bank_pair.refused": _("Did not confirm that money came and went back"),
    "revenue.cash_count.counted": _("Counted the cash box"),
    "revenue.cash_count.seen": _("Confirmed a count of the cash box"),
    "revenue.cash_count.disputed": _("Disputed a count of the cash box"),
    "revenue.reconciled.kept": _("Kept the reconciliation of a month"),
}

WORDS = AuditWords(
    subjects={
        "revenue.bank_fee": _("Fee of the bank"),
        "revenue.bank_pair": _("Money that came and went back"),
        "revenue.cash_count": _("Count of the cash box"),
        "revenue.line": _("Line of a statement"),
        "revenue.match_line": _("Line in a match"),
        "revenue.match_entry": _("Entry in a match"),
        "revenue.reconciled": _("Reconciliation of a month"),
        "revenue.statement_upload": _("Statement not taken in yet"),
    },
    names={
        "account": _("Account of the books"),
        "opens_on": _("Statements begin on"),
        "closed_on": _("Closed on"),
        "opening": _("Opening balance"),
        "closing": _("Closing balance"),
        "lines": _("Lines"),
        "last_day": _("Up to"),
        "way": _("How it was matched"),
        "entries": _("Entries of the books"),
        "why": _("Why"),
        "fund": _("Fund"),
        "counted": _("Counted"),
        "booked": _("In our books"),
        "day": _("Day"),
        "name": _("Name"),
        "amount": _("Amount"),
        "month": _("Month"),
    },
    values={"way": dict(WAYS)},
)
