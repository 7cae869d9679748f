"""The plain words for what happens to proposals in the audit log: never who, never why."""

from __future__ import annotations

from typing import Any

from core import AuditWords, yuan
from plugins.revenue.shares.votes import MATTERS
from plugins.revenue.spending.words import BODIES, KINDS, PAYEES, STAGES, STEPS
from plugins.revenue.texts import _

SENTENCES = {
    "revenue.proposal.begin": _("Entered a proposal on money"),
    "revenue.proposal.decide": _("Entered a decision on a proposal on money"),
    "revenue.proposal.publish": _("Made a proposal on money public"),
    "revenue.proposal.answer": _("All objections to a proposal on money were answered"),
    "revenue.proposal.sign": _("A proposal on money was signed"),
    "revenue.proposal.verify": _("The supervision committee checked a proposal on money"),
    "revenue.proposal.approve": _("The street approved a proposal on money"),
    "revenue.proposal.pay": _("Paid an instalment of a project"),
    "revenue.proposal.allocate": _("Posted an allocation to the funds"),
    "revenue.proposal.accept": _("Accepted the work of a project"),
    "revenue.proposal.publish_after": _("Made the result of a proposal public"),
    "revenue.proposal.lock": _("Closed a proposal on money"),
    "revenue.proposal.recompute": _("The sum of a proposal was computed anew"),
    "revenue.proposal.recomputed": _("Wrote why the sum of a proposal was computed anew"),
    "revenue.proposal.refuse_sign": _("A proposal on money was not signed"),
    "revenue.proposal.refuse_verify": _("The supervision committee sent a proposal back"),
    "revenue.proposal.refuse_approve": _("The street did not approve a proposal"),
    "revenue.proposal.void": _("Ended a proposal on money without payment"),
    "revenue.proposal.contest_sign": _("A proposal goes back to be signed"),
    "revenue.proposal.contest_sign_emergency": _("An emergency repair goes back to be signed"),
    "revenue.proposal.contest_verify": _("A proposal goes back to be checked"),
    "revenue.proposal.contest_approve": _("A proposal goes back to the street"),
    "revenue.decision.entered": _("Entered the minutes of a decision on money"),
    "revenue.signature.put": _("A step of a proposal has its signature"),
    "revenue.signature.voided": _("A signature under a proposal does not stand any more"),
    "revenue.signature.contested": _("A signature from paper was contested"),
    "revenue.publication.made": _("A proposal hangs on the notice board"),
    "revenue.publication.withdrawn": _("The notice of a proposal was withdrawn"),
    "revenue.payment.made": _("Entered a payment"),
}


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act of another part."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None


NAMES = {
    "proposal_kind": _("Kind"),
    "year": _("Year of the number"),
    "number": _("Number"),
    "title": _("Title"),
    "words": _("What it is for"),
    "fund": _("Fund"),
    "amount": _("Sum"),
    "round": _("Round"),
    "proposed_on": _("Proposed on"),
    "decided_on": _("Day of the decision"),
    "publish_by": _("To be made public by"),
    "after_by": _("Result to be made public by"),
    "hold_id": _("Number of the hold"),
    "done_on": _("Repaired on"),
    "score_until": _("Rated until"),
    "ended_on": _("Ended on"),
    "ended_words": _("Why it ended"),
    "step": _("Step"),
    "agreed": _("Agreed"),
    "signed_by": _("Whose signature"),
    "entered_name": _("Entered from paper by"),
    "contest_until": _("Can be contested until"),
    "contested": _("Contested"),
    "on_paper": _("From paper"),
    "stage": _("Publication"),
    "was_late": _("Made public late"),
    "body": _("Which body decided"),
    "held_on": _("Day of the decision"),
    "matter": _("What the owners voted on"),
    "persons_total": _("Owners in all"),
    "persons_part": _("Owners who voted"),
    "persons_yes": _("Owners in favour"),
    "area_total": _("Area in all (0.01 m²)"),
    "area_part": _("Area that voted (0.01 m²)"),
    "area_yes": _("Area in favour (0.01 m²)"),
    "why": _("Why"),
    "serial": _("Number of the payment"),
    "payee": _("Paid to"),
    "payee_kind": _("Kind of payee"),
    "purpose": _("Paid for"),
    "account_code": _("From the account"),
    "paid_on": _("Paid on"),
    "id": _("Number"),
    "state": _("State"),
    "workflow_version": _("Version of the deadlines"),
}
VALUES = {
    "proposal_kind": KINDS,
    "step": STEPS,
    "stage": STAGES,
    "body": BODIES,
    "matter": MATTERS,
    "payee_kind": PAYEES,
}


def tell(_community: str, name: str, value: Any) -> str | None:
    """Sums as people write them."""
    return f"{yuan(value)} {_('yuan')}" if name == "amount" and isinstance(value, int) else None


WORDS = AuditWords(names=NAMES, values=VALUES, tell=tell)
