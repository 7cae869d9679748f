"""The words for what is stored as a code in this part."""

from __future__ import annotations

from core import Label
from plugins.revenue.texts import _

OPERATOR_KINDS: dict[str, Label] = {
    "company": _("Company"),
    "sole_trader": _("Sole trader"),
    "social": _("Social organisation"),
    "person": _("Private person"),
    "committee": _("The committee itself"),
}
OWNER_CLASSES: dict[str, Label] = {
    "community": _("Space of the community"),
    "owners": _("Common space of the owners"),
}
PERIODS: dict[str, Label] = {
    "month": _("Every month"),
    "quarter": _("Every quarter"),
    "half": _("Every half-year"),
    "year": _("Every year"),
}
HOLDERS: dict[str, Label] = {
    "community": _("The community itself"),
    "street": _("The street keeps it for the community"),
    "company": _("The street's company"),
    "owners": _("The owners' committee"),
}
APPROVALS: dict[str, Label] = {
    "minutes": _("Minutes of a meeting"),
    "vote": _("Vote of the owners"),
}
ACTS: dict[str, Label] = {
    "deposit_in": _("Deposit received"),
    "deposit_set_off": _("Deposit set off against what is due"),
    "deposit_out": _("Deposit given back"),
    "credit_out": _("Money paid too much given back"),
    "payout": _("Paid out to the operator"),
    "receipt_undo": _("Receipt entered wrongly, taken back"),
    "deposit_opening": _("Deposit from before the books began here"),
    "deposit_opening_undo": _("Deposit from before the books began here, assigned wrongly and taken back"),
    "credit_opening": _("Paid before the books began here"),
    "fund_return": _("Back from the funds after a correction"),
}
DECISIONS: dict[str, Label] = {"": _("waits for the second person"), "approved": _("approved"), "refused": _("refused")}
SOURCES: dict[str, Label] = {
    "money": _("Money arrived"),
    "deposit": _("Set off from the deposit"),
    "opening": _("From before the books began here"),
}
