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
    Duty,
    FollowUp,
    Matter,
    Note,
    Obligation,
    Party,
    Reply,
    Session,
)
from plugins.mediation.texts import _

SIDES = ("applicant", "respondent")
# An office that sent a quarrel waits for an answer; nobody does where we found it, or the parties came themselves.
ANSWERED = ("hotline", "police", "court", "petition")


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
    """The agreement of a case: the one that waits to be signed, else the one in force."""
    return draft_of(case) or in_force(case)


def draft_of(case: Any) -> Agreement | None:
    """The agreement that waits to be signed."""
    found: Agreement | None = (
        Agreement.of(case.community)
        .where(Agreement.case_id == case.id, Agreement.effective_on.is_null(), Agreement.refused_on.is_null())
        .first()
    )
    return found


def in_force(case: Any) -> Agreement | None:
    """The agreement that binds the parties now."""
    found: Agreement | None = (
        Agreement.of(case.community)
        .where(Agreement.case_id == case.id, Agreement.effective_on.is_null(False), Agreement.replaced_on.is_null())
        .first()
    )
    return found


def is_rejected(case: Any) -> bool:
    """Whether the court refused to confirm the agreement that is in force: it may be changed, talked about again, or sued on
    (《最高人民法院关于人民调解协议司法确认程序的若干规定》, 法释〔2011〕5号)."""
    agreement = in_force(case)
    if agreement is None:
        return False
    mine = Confirmation.of(case.community).where(Confirmation.agreement_id == agreement.id)
    found = mine.order_by(Confirmation.id.desc()).first()
    return found is not None and found.state == "rejected"


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
    told = Reply.of(case.community).where(Reply.case_id == case.id).count()
    return None if told and matter_of(case).ending_words else _("To whom it goes, and what its source was told.")


def has_two_sides(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Mediation has two sides."""
    sides = {party.side for party in parties_of(case)}
    return None if sides.issuperset(SIDES) else _("Enter both sides first.")


def court_refused(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """An agreement in force is talked about again only when the court did not confirm it."""
    return None if is_rejected(case) else _("Only when the court did not confirm the agreement.")


def has_agreement_in_force(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """An earlier agreement stands until another one takes effect."""
    return None if in_force(case) else _("There is no agreement in force yet.")


def has_none_in_force(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """What was agreed binds the parties, whatever comes of talking again."""
    if in_force(case) is None:
        return None
    return _("The earlier agreement stands: go back to it, or enter that they go to court.")


def court_has_decided(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """A file is not closed over papers that lie with the court."""
    waiting = Confirmation.of(case.community).where(Confirmation.case_id == case.id, Confirmation.state == "applied")
    return _("The court has not decided yet.") if waiting.count() else None


def consents_to_sensitive(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《个人信息保护法》 §29: sensitive facts need a separate consent."""
    if not matter_of(case).sensitive:
        return None
    waiting = [party.name for party in parties_of(case, *SIDES) if party.separate_consent_on is None]
    return (
        _("The facts are sensitive; a separate consent is still needed of: %(names)s.", names="、".join(waiting))
        if waiting
        else None
    )


def is_replied(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Whoever sent it hears what became of it."""
    if case.source not in ANSWERED or Reply.of(case.community).where(Reply.case_id == case.id).count():
        return None
    return _("Whoever sent it is still to be told what became of it.")


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
    found = draft_of(case)
    return None if found and found.form == "written" else _("Write what they agreed.")


def has_no_draft(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """An agreement somebody will not sign is kept as refused, and they go on talking."""
    return _("First enter that somebody will not sign.") if draft_of(case) else None


def has_effective_agreement(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §29, §30: in writing when all have signed and the seal is on it; orally at the moment it is agreed."""
    if draft_of(case) is None and in_force(case) is not None:
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


def is_urged(_actor: Any, obligation: Obligation, _fields: Mapping[str, Any]) -> Label | None:
    """《人民调解法》 §31: whoever does not keep an agreement is urged first; not where the court did not confirm it."""
    case = Case.get_of(obligation.community, obligation.case_id)
    urged = (Note.case_id == case.id) & (Note.note_kind == "urge") & (Note.happened_on >= obligation.due_on)
    if is_rejected(case) or Note.of(case.community).where(urged).count():
        return None
    return _("Urge them first, and write it down.")


def may_sue(actor: Any, obligation: Obligation, fields: Mapping[str, Any]) -> Label | None:
    """Over what was not done, after urging; over what is still to be done only where the court did not confirm it."""
    if obligation.state == "open" and not is_rejected(Case.get_of(obligation.community, obligation.case_id)):
        return _("Mark first that it was not done.")
    return is_urged(actor, obligation, fields)


def is_replaced(_actor: Any, obligation: Obligation, _fields: Mapping[str, Any]) -> Label | None:
    """Its agreement has given way to a later one."""
    duty: Duty = Duty.get_of(obligation.community, obligation.duty_id)
    agreement: Agreement = Agreement.get_of(obligation.community, duty.agreement_id)
    return None if agreement.replaced_on is not None else _("Its agreement is in force.")


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
    """What was agreed stays agreed, unless the court did not confirm it."""
    if is_rejected(case) or agreement_of(case) is None:
        return None
    return _("Its agreement is in force; a new quarrel is a new case.")


def says_why(_actor: Any, case: Case, _fields: Mapping[str, Any]) -> Label | None:
    """Why it is opened again is written down with it."""
    note = Note.of(case.community).where(Note.case_id == case.id, Note.note_kind == "reopened").count()
    return None if note else _("Why it is opened again.")
