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
    },
    names={"month": _("Month")},
)
