"""The plain words of this part in the audit log."""

from __future__ import annotations

from typing import Any

from core import AuditWords, yuan
from plugins.revenue.dues.models import Operator
from plugins.revenue.dues.words import ACTS, APPROVALS, DECISIONS, HOLDERS, OPERATOR_KINDS, OWNER_CLASSES, PERIODS
from plugins.revenue.shares.sentences import FIGURES
from plugins.revenue.texts import _

SENTENCES = {
    "revenue.operator.added": _("Entered an operator"),
    "revenue.operator.changed": _("Changed what is known of an operator"),
    "revenue.operator.linked": _("Said which accounts act for an operator"),
    "revenue.contract.begin": _("Entered the draft of an operator's contract"),
    "revenue.contract.changed": _("Changed the draft of an operator's contract"),
    "revenue.contract.sign": _("An operator's contract is signed and in force"),
    "revenue.contract.drop": _("Dropped the draft of an operator's contract"),
    "revenue.contract.near": _("An operator's contract ends soon"),
    "revenue.contract.end": _("An operator's contract ended"),
    "revenue.rule.added": _("Entered a version of the rule of a share"),
    "revenue.rule_change.begin": _("Proposed a new rule for a contract in force"),
    "revenue.rule_change.approve": _("Approved a new rule for a contract in force"),
    "revenue.rule_change.refuse": _("Did not approve a new rule for a contract in force"),
    "revenue.due.begin": _("An accounting period of an operator began"),
    "revenue.due.declare": _("A period was declared"),
    "revenue.due.correct": _("A period was declared again to correct it"),
    "revenue.due.compute": _("A share was computed"),
    "revenue.due.review": _("A share was reviewed and found right"),
    "revenue.due.give_back": _("A declaration was returned"),
    "revenue.due.fall_due": _("A share fell due"),
    "revenue.due.part": _("A share was paid in part"),
    "revenue.due.settle": _("A share was settled in full"),
    "revenue.due.lapse": _("A share became overdue"),
    "revenue.due.owe": _("A share is to be paid to the operator"),
    "revenue.due.claimed": _("A share was taken into an allocation"),
    "revenue.due.unclaimed": _("A share was let out of an allocation"),
    "revenue.due.allocated": _("A share was allocated to funds"),
    "revenue.due.returned": _("Money of a share came back from the funds"),
    "revenue.declaration.made": _("Declared the figures of a period"),
    "revenue.declaration.reviewed": _("Reviewed a declaration"),
    "revenue.receipt.entered": _("Entered money that arrived"),
    "revenue.receipt.assigned": _("Found out who paid"),
    "revenue.act.entered": _("Entered a money act for a second person"),
    "revenue.act.decided": _("Decided as the second person on a money act"),
}

NAMES = {
    "name": _("Name"), "operator_kind": _("Kind of operator"), "contact": _("Contact person"), "phone": _("Phone"), "note": _("Remark"),
    "accounts": _("Accounts that act"), "operator_id": _("Operator on the space"), "business": _("Business"), "place": _("Place"),
    "room": _("Room"), "owner_class": _("Whose space"), "starts_on": _("From day"), "ends_on": _("To day"),
    "period": _("Accounting period"), "declare_days": _("Days to declare"), "pay_days": _("Days to pay"),
    "evidence": _("Evidence asked for"), "approval": _("Minutes or vote it rests on"), "approval_kind": _("How it was decided"), "vote": _("Counts of the vote"),
    "deposit_fen": _("Deposit"), "estimate_fen": _("Minimum for an estimate"), "holder": _("Who keeps the account"),
    "state": _("State"), "workflow_version": _("Version of the deadlines"), "year": _("Year of the number"),
    "number": _("Contract number"), "signed_on": _("Signed on"), "ended_on": _("Ended on"), "ended_why": _("Why it ended"),
    "renews_id": _("Follows contract"), "entered_at": _("Entered at"), "version": _("Version"), "from_day": _("Holds from"),
    "rule": _("Rule of the share"), "contract_id": _("Contract of an operator"), "first_day": _("First day of the period"), "last_day": _("Last day of the period"),
    "declare_by": _("To be declared by"), "pay_by": _("To be paid by"), "declaration_id": _("Declaration"), "pending_id": _("Share to be reviewed"),
    "computation_id": _("Share in force"), "due_fen": _("Share due"), "received_fen": _("Arrived so far"), "paid_fen": _("Paid out"),
    "is_estimate": _("Estimated"), "received_on": _("Received on"), "proposal": _("Allocation"), "claimed_fen": _("Taken into the allocation"),
    "allocated_fen": _("Allocated to funds"), "on_paper": _("Entered from paper"), "evidence_files": _("Files of evidence"), "reason": _("Why"),
    "amount": _("Amount"), "arrived_on": _("Arrived on"), "account": _("Account"), "payer": _("Payer by the bank"),
    "act_kind": _("What was done"), "on_day": _("Day"), "decision": _("Decision"), "id": _("Number"), **FIGURES,
}  # fmt: skip

VALUES = {
    "operator_kind": OPERATOR_KINDS, "owner_class": OWNER_CLASSES, "period": PERIODS, "holder": HOLDERS, "approval_kind": APPROVALS,
    "act_kind": ACTS, "decision": DECISIONS,
}  # fmt: skip


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not of this part."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None


def tell(community: str, name: str, value: Any) -> str | None:
    """Sums as yuan, operators by name, rules and votes in short."""
    if name == "operator_id" and value:
        found: Any = list(Operator.of(community, Operator.name).where(Operator.id == value).tuples())
        return str(found[0][0]) if found else None
    if (name.endswith("_fen") or name == "amount") and isinstance(value, int):
        return f"{yuan(value)} {_('yuan')}"
    if name in ("rule", "vote") and isinstance(value, dict):
        return str(_("as entered on the page of the contract"))
    return None


WORDS = AuditWords(names=NAMES, values=VALUES, tell=tell)
