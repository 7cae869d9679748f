"""How the audit log tells what was done to the books, and the words for codes on the pages of this part."""

from __future__ import annotations

from core import AuditWords
from plugins.revenue.texts import _

ACCOUNT_KINDS = {
    "asset": _("Asset"),
    "liability": _("Liability"),
    "net_assets": _("Net assets"),
    "income": _("Income"),
    "expense": _("Expense"),
}
HOLDERS = {
    "community": _("The community itself"),
    "street": _("The street office, in custody"),
    "company": _("A company"),
    "owners": _("The estate's owners"),
}
FUND_OWNERS = {
    "community": _("the community's money"),
    "owners": _("the owners' money in custody"),
    "donor": _("a donor's money"),
}

SENTENCES = {
    "revenue.period.locked": _("Locked the books of a month"),
    "revenue.account.opened": _("Opened an account of the books"),
    "revenue.account.closed": _("Closed an account of the books"),
    "revenue.fund.opened": _("Opened a fund"),
    "revenue.fund.closed": _("Closed a fund"),
    "revenue.journal.begin": _("Entered a posting that somebody else has to approve"),
    "revenue.journal.approve": _("Approved a posting"),
    "revenue.journal.refuse": _("Did not approve a posting"),
    "revenue.books.exported": _("Took the books of a year along as a file"),
}

WORDS = AuditWords(
    subjects={
        "revenue.account": _("Account of the books"),
        "revenue.fund": _("Fund"),
        "revenue.closing": _("Closing of an account or fund"),
        "revenue.entry": _("Entry of the books"),
        "revenue.hold": _("Money held"),
        "revenue.hold_release": _("Money released"),
        "revenue.period": _("Locked month"),
        "revenue.head": _("Published state of the books"),
        "revenue.seal": _("State of the books on a notice"),
    },
    names={
        "month": _("Month"),
        "state": _("State"),
        "day": _("Day of the posting"),
        "purpose": _("What for"),
        "lines": _("Movements"),
        "reverses": _("Reversed entry"),
        "reason": _("Why"),
        "record": _("What it is about"),
        "at": _("Entered at"),
        "asked_by": _("Entered by account"),
        "asked_person": _("Entered by resident"),
        "asked_label": _("Entered by"),
        "decided_by": _("Decided by account"),
        "decided_person": _("Decided by resident"),
        "decided_label": _("Decided by"),
        "refusal": _("Why not"),
        "seq": _("Entry number"),
        "workflow_version": _("Version of the deadlines"),
        "id": _("Number"),
        "owner": _("Whose money"),
        "is_restricted": _("For its purpose only"),
        "form": _("Format of the file"),
        "year": _("Year"),
    },
    values={"owner": FUND_OWNERS},
)
