"""The words of codes: kinds of proposals, bodies that decide, steps that somebody signs. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping

from core import Label
from plugins.revenue.texts import _

SEE = "revenue.spending"
PROPOSE, SIGN, VERIFY = "revenue.propose", "revenue.sign", "revenue.verify"
STREET, PAY, PUBLISH = "revenue.approve_street", "revenue.pay", "core.notices.publish"

KINDS: Mapping[str, Label] = {
    "allocation": _("Allocation of received dues"),
    "project": _("Project paid from a fund"),
    "emergency": _("Emergency repair"),
}
KIND_ICONS = {"allocation": "scale", "project": "hand-coins", "emergency": "triangle-alert"}
BODIES: Mapping[str, Label] = {
    "meeting": _("Meeting of the residents' committee"),
    "joint": _("Joint council of the community"),
    "owners": _("Vote of the owners"),
}
# Each step that somebody signs, and who it is for.
STEPS: Mapping[str, Label] = {
    "propose": _("Proposed by"),
    "decide": _("Decision entered by"),
    "sign": _("Signed by"),
    "verify": _("Checked by the supervision committee"),
    "approve": _("Approved by the street"),
    "pay": _("Paid by the cashier"),
}
ON_PAPER: Mapping[str, str] = {"sign": SIGN, "verify": VERIFY, "approve": STREET}
PAYEES: Mapping[str, Label] = {
    "firm": _("A firm or shop"),
    "person": _("A person"),
    "funds": _("The funds of the community"),
}
STAGES: Mapping[str, Label] = {"before": _("First publication"), "after": _("Second publication")}


def masked(payee: str, payee_kind: str) -> str:
    """A payee as residents see it: firms by name, of people the family name."""
    return payee if payee_kind != "person" or not payee else f"{payee[0]}{'*' * max(1, min(len(payee) - 1, 3))}"
