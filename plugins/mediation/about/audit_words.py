"""The plain words for the module's acts in the audit log: that something was done to a case, never who and why."""

from __future__ import annotations

from typing import Any

from core import AuditWords, yuan
from plugins.mediation.models import Mediator
from plugins.mediation.texts import _
from plugins.mediation.words import CHOSEN_BY, GRADES, OFFICES, SOURCES

SENTENCES = {
    "mediation.case.begin": _("Entered a mediation case"),
    "mediation.case.apply": _("Took an application for mediation"),
    "mediation.case.settle": _("A quarrel was settled on the spot"),
    "mediation.case.transfer": _("Handed a quarrel on"),
    "mediation.case.contact": _("Began to ask the other side"),
    "mediation.case.accept": _("Accepted a mediation case"),
    "mediation.case.not_accept": _("Did not accept a mediation case"),
    "mediation.case.withdraw": _("An application for mediation was taken back"),
    "mediation.case.assign": _("A mediation case has its mediators"),
    "mediation.case.schedule": _("A mediation case has a meeting"),
    "mediation.case.unschedule": _("A mediation case waits for a new meeting"),
    "mediation.case.hold": _("A meeting of mediation took place"),
    "mediation.case.agree_orally": _("The parties agreed orally"),
    "mediation.case.write_agreement": _("An agreement is to be signed"),
    "mediation.case.sign": _("An agreement was signed by all"),
    "mediation.case.refuse_to_sign": _("Somebody did not sign an agreement"),
    "mediation.case.perform": _("An agreement is in force"),
    "mediation.case.fulfil": _("An agreement was kept"),
    "mediation.case.breach": _("An agreement was not kept"),
    "mediation.case.terminate": _("Mediation ended without agreement"),
    "mediation.case.close": _("Closed a mediation case"),
    "mediation.case.archive": _("Filed a mediation case"),
    "mediation.case.reopen": _("Opened a mediation case again"),
    "mediation.case.described": _("Wrote what a mediation case is about"),
    "mediation.case.noted": _("Wrote a note in a mediation case"),
    "mediation.case.given": _("Assigned a mediator to a case"),
    "mediation.case.taken": _("Took a case from a mediator"),
    "mediation.case.followed_up": _("Wrote down a follow-up visit"),
    "mediation.party.added": _("Entered a party of a mediation case"),
    "mediation.party.changed": _("Changed a party of a mediation case"),
    "mediation.party.removed": _("Took out a party of a mediation case"),
    "mediation.party.answered": _("Entered what a party answered"),
    "mediation.party.slip": _("Printed a party's slip"),
    "mediation.session.planned": _("Arranged a meeting of mediation"),
    "mediation.session.moved": _("Moved a meeting of mediation"),
    "mediation.session.withdrawn": _("Called off a meeting of mediation"),
    "mediation.case.mediate_again": _("An agreement is talked about again after the court's decision"),
    "mediation.case.amend": _("A changed agreement is to be signed"),
    "mediation.case.sue": _("A mediation case went to court"),
    "mediation.case.keep": _("An earlier agreement stands"),
    "mediation.case.reported": _("Wrote down that an office was told of a danger"),
    "mediation.case.replied": _("Wrote down what the source of a case was told"),
    "mediation.case.explained": _("Wrote the explanatory note of a file"),
    "mediation.interview.written": _("Wrote down what somebody said in an investigation"),
    "mediation.interview.signed": _("A record of an investigation was signed"),
    "mediation.evidence.received": _("Entered evidence in a mediation case"),
    "mediation.evidence.returned": _("Gave evidence of a mediation case back"),
    "mediation.session.told": _("Told a party of a meeting of mediation"),
    "mediation.session.left": _("Left the room that was held for a mediation case"),
    "mediation.head.appointed": _("Appointed the head of the mediation committee"),
    "mediation.looks.reviewed": _("Reviewed who looked at mediation cases"),
    "mediation.obligation.replace": _("A duty gave way to a later agreement"),
    "mediation.session.recorded": _("Wrote the record of a meeting of mediation"),
    "mediation.agreement.written": _("Wrote an agreement"),
    "mediation.agreement.signed": _("Entered signatures under an agreement"),
    "mediation.agreement.refused": _("Kept an agreement as not signed"),
    "mediation.file.ticked": _("Ticked a paper of a file"),
    "mediation.rate.set": _("Entered the rates of the subsidy for mediators"),
    "mediation.claim.made": _("Made out a claim for the subsidy"),
    "mediation.claim.withdrawn": _("Took back a claim for the subsidy"),
    "mediation.mediator.added": _("Put somebody on the roster of mediators"),
    "mediation.mediator.left": _("Took somebody off the roster of mediators"),
    "mediation.obligation.begin": _("A duty of an agreement began"),
    "mediation.obligation.fulfil": _("A duty of an agreement was done"),
    "mediation.obligation.breach": _("A duty of an agreement was not done"),
    "mediation.obligation.waive": _("A duty of an agreement was waived"),
    "mediation.obligation.sue": _("A duty of an agreement went to court"),
    "mediation.confirmation.begin": _("The time for a judicial confirmation began"),
    "mediation.confirmation.apply": _("The court was asked to confirm an agreement"),
    "mediation.confirmation.confirm": _("The court confirmed an agreement"),
    "mediation.confirmation.reject": _("The court did not confirm an agreement"),
    "mediation.confirmation.lapse": _("The time for a judicial confirmation is over"),
}


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not the module's."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None


SUBJECTS = {
    "mediation.obligation": _("Duty"),
    "mediation.confirmation": _("Judicial confirmation"),
    "mediation.rate": _("Rates of the subsidy"),
    "mediation.claim": _("Claim for the subsidy"),
}

NAMES = {
    "state": _("State"),
    "workflow_version": _("Version of the deadlines"),
    "register_year": _("Year of the register"),
    "register_number": _("Number in the register"),
    "file_year": _("Year of the file"),
    "file_number": _("Number of the file"),
    "source": _("Where it came from"),
    "requested_on": _("Asked for on"),
    "entered_at": _("Entered at"),
    "entered_by": _("Entered by account"),
    "handler_id": _("Looked after by"),
    "accepted_on": _("Accepted on"),
    "complete_by": _("To be settled by"),
    "effective_on": _("In force since"),
    "performed_on": _("Kept on"),
    "closed_on": _("Closed on"),
    "archived_on": _("Filed on"),
    "archived_by": _("Filed by"),
    "suspended_until": _("Rests until"),
    "escalated_on": _("May intensify since"),
    "mediator_id": _("Mediator"),
    "chosen_by": _("Chosen by"),
    "name": _("Name"),
    "office": _("Office"),
    "case_id": _("Case"),
    "duty_id": _("Duty"),
    "agreement_id": _("Agreement"),
    "due_day": _("Due on"),
    "due_on": _("Due on"),
    "last_day": _("Last day"),
    "settled_on": _("Settled on"),
    "applied_on": _("Applied on"),
    "decided_on": _("Decided on"),
    "court": _("Court"),
    "done": _("Everything stored"),
    "number": _("Number"),
    "cases": _("Cases"),
    "words": _("By which rule"),
    **GRADES,
    "id": _("Number"),
}

VALUES = {"office": OFFICES, "source": SOURCES, "chosen_by": CHOSEN_BY}


def tell(community: str, name: str, value: Any) -> str | None:
    """What a number stands for: somebody of the roster, the rate of a grade."""
    if name in ("mediator_id", "handler_id") and value:
        found: Any = list(Mediator.of(community, Mediator.name).where(Mediator.id == value).tuples())
        return str(found[0][0]) if found else None
    if name in GRADES and isinstance(value, int):
        return f"{yuan(value)} {_('yuan')}"
    return None


WORDS = AuditWords(subjects=SUBJECTS, names=NAMES, values=VALUES, tell=tell)
