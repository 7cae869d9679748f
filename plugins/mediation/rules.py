"""What each step of a case asks for: guards that answer with the reason why it is not possible yet (MEDIATION.md).

They read the records as they stand; whoever may touch a case was asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core import Label, today
from plugins.mediation.models import (
    Agreement,
    Assignment,
    Case,
    Confirmation,
    FollowUp,
    Matter,
    Note,
    Obligation,
    Party,
    Session,
)
from plugins.mediation.texts import _

SIDES = ("applicant", "respondent")


def by_this_step(
    guard: Callable[[Any, Any, Mapping[str, Any]], Label | None],
) -> Callable[[Any, Any, Mapping[str, Any]], Label | None]:
    """A guard on what the step itself brings about: its page asks for it, so that it is no obstacle while steps are only listed
    (then there are no fields). The act gives `done` when everything is stored, and the guard looks."""

    def check(actor: Any, record: Any, fields: Mapping[str, Any]) -> Label | None:
        return guard(actor, record, fields) if fields else None

    return check


def matter_of(case: Any) -> Matter:
    """What the case is about."""
    found: Matter = Matter.of(case.community).where(Matter.case_id == case.id).get()
    return found


def parties_of(case: Any, *sides: str) -> list[Party]:
    """The parties of a case, those who applied first; all sides unless told."""
    mine = Party.of(case.community).where(
        Party.case_id == case.id, Party.removed_at.is_null(), Party.side.in_(sides or (*SIDES, "invitee"))
    )
    return list(mine.order_by(Party.side, Party.id))


def agreement_of(case: Any) -> Agreement | None:
    """The agreement of a case that nobody refused, in force or still to be signed."""
    found: Agreement | None = (
        Agreement.of(case.community).where(Agreement.case_id == case.id, Agreement.refused_on.is_null()).first()
    )
    return found


def planned_session(case: Any) -> Session | None:
    """The meeting that is arranged."""
    found: Session | None = (
        Session.of(case.community).where(Session.case_id == case.id, Session.state == "planned").first()
    )
    return found


def has_ending(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解工作若干规定》 §22, 《人民调解法》 §26: with the reason, and the other ways told."""
    return None if matter_of(case).ending else _("The reason, and that they were told of other ways.")


def has_settlement(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """A quarrel settled at the door: how it was settled."""
    return None if matter_of(case).ending_words else _("How it was settled.")


def has_reply(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Whoever sent it hears where it went."""
    return None if matter_of(case).ending_words else _("To whom it goes, and what its source was told.")


def has_two_sides(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Mediation has two sides."""
    sides = {party.side for party in parties_of(case)}
    return None if sides.issuperset(SIDES) else _("Enter both sides first.")


def has_dispute(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """The register counts by kind of dispute."""
    return None if matter_of(case).dispute else _("Choose the kind of dispute.")


def all_consent(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §3, §17: of their own free will; whoever clearly refuses is not mediated with."""
    parties = parties_of(case, *SIDES)
    if any(party.refused_on for party in parties):
        return _("One side refuses. Then the case is not accepted.")
    waiting = [party.name for party in parties if party.consented_on is None]
    if not waiting and {party.side for party in parties}.issuperset(SIDES):
        return None
    return _("Everybody has to agree to mediation first: %(names)s.", names="、".join(waiting) or "—")


def all_know_their_rights(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §23: the notice of rights and duties is mandatory."""
    waiting = [party.name for party in parties_of(case, *SIDES) if party.rights_told_on is None]
    return _("The notice of rights is still to be given to: %(names)s.", names="、".join(waiting)) if waiting else None


def has_mediator(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §19: one or several mediators of the roster."""
    mine = (Assignment.case_id == case.id) & Assignment.ended_at.is_null()
    return None if Assignment.of(case.community).where(mine).count() else _("Nobody is assigned yet.")


def has_meeting(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """A room and a time that everybody needed has."""
    return None if planned_session(case) else _("Choose a room and a time.")


def has_no_meeting(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """The room is free for others before anything else."""
    return _("Call the meeting off first, so that the room is free.") if planned_session(case) else None


def has_record(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §27: what was said is written down."""
    held = (Session.case_id == case.id) & (Session.state == "held")
    if planned_session(case) is None and Session.of(case.community).where(held).count():
        return None
    return _("Write the record of the meeting.")


def has_draft(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """The words to be signed."""
    found = agreement_of(case)
    return None if found and found.form == "written" else _("Write what they agreed.")


def has_no_draft(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """An agreement somebody will not sign is kept as refused, and they go on talking."""
    return _("First enter that somebody will not sign.") if agreement_of(case) else None


def has_effective_agreement(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §29, §30: in writing when all have signed and the seal is on it; orally at the moment it is agreed."""
    found = agreement_of(case)
    if found is not None and found.effective_on is not None:
        return None
    return _("It takes effect when every party and a mediator have signed and the seal is on it.")


def obligations_of(case: Any) -> list[Obligation]:
    """What is to be done by the agreement, the earliest first."""
    mine = Obligation.of(case.community).where(Obligation.case_id == case.id)
    return list(mine.order_by(Obligation.due_on, Obligation.id))


def all_settled(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Every duty was done, waived, or went to court."""
    waiting = [each for each in obligations_of(case) if each.state in ("open", "breached")]
    return _("%(number)d duties are not settled yet.", number=len(waiting)) if waiting else None


def something_breached(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §31: whoever does not keep it is urged."""
    found = any(each.state == "breached" for each in obligations_of(case))
    return None if found else _("Mark the duty that was not done.")


def is_due(_actor: Any, obligation: Obligation, _fields: Mapping[str, Any]) -> Label | None:
    """A duty is late when its day has passed."""
    return None if obligation.due_on < today() else _("Its day has not passed yet.")


def nobody_asked(_actor: Any, confirmation: Confirmation, _fields: Mapping[str, Any]) -> Label | None:
    """It lapses when the thirty days are over."""
    return None if confirmation.last_day < today() else _("They may still ask until the last day.")


def is_followed_up(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §31: the committee asks whether an agreement is kept. A case without one needs no visit."""
    if case.state == "terminated" or FollowUp.of(case.community).where(FollowUp.case_id == case.id).count():
        return None
    return _("Visit or call them first, and write it down.")


def file_is_complete(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §27 and the file checklist: what must lie in the file does."""
    from plugins.mediation.cases.checklist import missing

    papers = [str(item.label) for item in missing(case)]
    return _("Still missing in the file: %(papers)s.", papers="、".join(papers)) if papers else None


def has_no_agreement(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """What was agreed stays agreed."""
    return _("Its agreement is in force; a new quarrel is a new case.") if agreement_of(case) else None


def says_why(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Why it is opened again is written down with it."""
    note = Note.of(case.community).where(Note.case_id == case.id, Note.note_kind == "reopened").count()
    return None if note else _("Why it is opened again.")
