"""What they agreed: orally, in force at once, or in writing, in force when all have signed and the seal is on it.

《人民调解法》 §28–31. The duties of an agreement in force become obligations, and the thirty days of the judicial confirmation begin.
Where the court did not confirm it, a later version may take its place.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from core import Actor, Invalid, Refused, advance, begin, deadline, next_number, record, today, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.register import prefix_of
from plugins.mediation.models import Agreement, Case, Confirmation, Duty, Matter, Obligation, Signature
from plugins.mediation.rules import SIDES, draft_of, in_force, is_rejected, obligations_of, parties_of
from plugins.mediation.texts import _
from plugins.mediation.words import MANNERS

MOST_DUTIES = 12


@dataclass(frozen=True)
class Owed:
    """One duty: who owes what until when."""

    party_id: int
    words: str
    due_on: datetime.date


@dataclass(frozen=True)
class Wording:
    """The contents the law names for an agreement (§29): facts, issues, duties, manner and term; `amount` in 分 is what the parties
    agreed between them."""

    facts: str
    terms: str
    issues: str = ""
    amount: int | None = None
    duties: Sequence[Owed] = ()


def agreement_text(agreement: Agreement) -> str:
    """Its number: （2026）西山人调协字第3号."""
    return f"（{agreement.number_year}）{prefix_of(agreement.community)}人调协字第{agreement.number}号"


@transactional
def agree_orally(actor: Actor, case_id: int, wording: Wording) -> Agreement:
    """Enter an oral agreement: in force from the moment it was agreed (§30). Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    made = _draft(actor, case, "oral", wording)
    _put_in_force(actor, case, made, today())
    advance(actor, case, "agree_orally", effective_on=today())
    _take_effect(actor, case, made)
    return made


@transactional
def write_agreement(actor: Actor, case_id: int, wording: Wording) -> Agreement:
    """Write the agreement that is to be signed by every party; parties + 1 copies (§29). Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    made = _to_be_signed(actor, case, wording)
    advance(actor, case, "write_agreement", done=True)
    return made


def _to_be_signed(actor: Actor, case: Case, wording: Wording) -> Agreement:
    made = _draft(actor, case, "written", wording)
    for party in parties_of(case, *SIDES):
        Signature.insert(community=case.community, agreement_id=made.id, party_id=party.id).execute()
    return made


@transactional
def amend(actor: Actor, case_id: int, wording: Wording) -> Agreement:
    """Write a new version of an agreement that the court did not confirm. The one in force stays so until every party, a
    mediator and the seal are under the new one; it stays readable for ever. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    made = _to_be_signed(actor, case, wording)
    advance(actor, case, "amend", done=True)
    return made


@transactional
def mediate_again(actor: Actor, case_id: int) -> Case:
    """The court did not confirm the agreement: talk again; until they agree otherwise it stands. Raises `Refused`."""
    return advance(actor, own_case(actor, case_id), "mediate_again", done=True)


@transactional
def keep_agreement(actor: Actor, case_id: int) -> Case:
    """Talking again brought nothing new: go back to the agreement in force. Raises `Refused`."""
    return advance(actor, own_case(actor, case_id), "keep", done=True)


@transactional
def go_to_court(actor: Actor, case_id: int, words: str) -> Case:
    """The court did not confirm the agreement and a side sues over it (《人民调解法》 §32): the committee's part is over, the
    agreement stays readable. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    if not words.strip():
        raise Invalid({"words": [_("Please write a few words: the file needs them.")]})
    for each in obligations_of(case):
        if each.state in ("open", "breached"):
            advance(actor, each, "sue", settled_on=today())
    Matter.update(ending="sued", ending_words=words.strip()).where(Matter.case_id == case.id).execute()
    return advance(actor, case, "sue", done=True)


def _draft(actor: Actor, case: Case, form: str, wording: Wording) -> Agreement:
    _check(case, wording)
    earlier = in_force(case)
    if case.state != "in_mediation" and earlier is None:
        raise Refused(_("An agreement comes out of a meeting."), advice=_("First write the record of the meeting."))
    if draft_of(case) is not None or (earlier is not None and not is_rejected(case)):
        raise Refused(_("This case has an agreement already."))
    year = today().year
    made: Agreement = Agreement.create(
        community=case.community, case_id=case.id, form=form, number_year=year,
        number=next_number(case.community, year, "mediation.agreement"), agreed_on=today(), facts=wording.facts.strip(),
        issues=wording.issues.strip(), terms=wording.terms.strip(), amount=wording.amount,
        replaces=earlier.id if earlier is not None else None,
    )  # fmt: skip
    for duty in wording.duties:
        Duty.create(
            community=case.community, agreement_id=made.id, party_id=duty.party_id, words=duty.words.strip(),
            due_on=duty.due_on,
        )  # fmt: skip
    record(actor, "mediation.agreement.written", case.ref, permission=WORK)
    return made


def _check(case: Case, wording: Wording) -> None:
    errors = {}
    if not wording.facts.strip():
        errors["facts"] = [_("Please write what the quarrel is about.")]
    if not wording.terms.strip():
        errors["terms"] = [_("Please write what they agreed.")]
    if wording.amount is not None and wording.amount < 0:
        errors["amount"] = [_("Please write the amount in yuan.")]
    known = {party.id for party in parties_of(case, *SIDES)}
    if len(wording.duties) > MOST_DUTIES or any(
        each.party_id not in known or not each.words.strip() or each.due_on < today() for each in wording.duties
    ):
        errors["duties"] = [_("A duty names a party, what is to be done, and a day that is still to come.")]
    if errors:
        raise Invalid(errors)


def duties_of(agreement: Agreement) -> list[Duty]:
    """What is owed by an agreement, the earliest first."""
    mine = Duty.of(agreement.community).where(Duty.agreement_id == agreement.id)
    return list(mine.order_by(Duty.due_on, Duty.id))


def signatures_of(agreement: Agreement) -> list[Signature]:
    """Who is to sign a written agreement, and who has."""
    mine = Signature.of(agreement.community).where(Signature.agreement_id == agreement.id)
    return list(mine.order_by(Signature.party_id))


@dataclass(frozen=True)
class Signed:
    """What stands under the paper now: the manner of each party that signed, the mediator, the committee's seal."""

    manners: dict[int, str]
    mediator: str = ""
    sealed: bool = False


@transactional
def enter_signatures(actor: Actor, case_id: int, signed: Signed, on: datetime.date | None = None) -> bool:
    """Enter what was signed so far; True when with it the agreement is in force: every party, a mediator and the seal (§29).

    Raises `Invalid`, `Refused`.
    """
    case, agreement = _to_sign(actor, case_id)
    day = on or today()
    if not agreement.agreed_on <= day <= today():
        raise Invalid({"on": [_("Between the day it was written and today.")]})
    for row in signatures_of(agreement):
        manner = signed.manners.get(row.party_id, "")
        if manner not in ("", *MANNERS):
            raise Invalid({"manners": [_("Please choose one of the given answers.")]})
        # Of who signed before, the day stays.
        kept = row.signed_on if row.manner else day
        Signature.update(signed_on=kept if manner else None, manner=manner).where(
            Signature.agreement_id == agreement.id, Signature.party_id == row.party_id
        ).execute()
    agreement.mediator_signed_by = signed.mediator.strip()
    agreement.mediator_signed_on = (agreement.mediator_signed_on or day) if signed.mediator.strip() else None
    agreement.sealed_on = (agreement.sealed_on or day) if signed.sealed else None
    agreement.save()
    record(actor, "mediation.agreement.signed", case.ref, permission=WORK)
    rows = signatures_of(agreement)
    days = [row.signed_on for row in rows] + [agreement.mediator_signed_on, agreement.sealed_on]
    if not rows or not all(days):
        return False
    _put_in_force(actor, case, agreement, max(each for each in days if each is not None))
    advance(actor, case, "sign", effective_on=agreement.effective_on)
    _take_effect(actor, case, agreement)
    return True


def _to_sign(actor: Actor, case_id: int) -> tuple[Case, Agreement]:
    case = own_case(actor, case_id)
    agreement = draft_of(case)
    if agreement is None or case.state != "awaiting_signatures":
        raise Refused(_("No agreement waits to be signed."))
    return case, agreement


@transactional
def refuse_to_sign(actor: Actor, case_id: int) -> Case:
    """Somebody will not sign: the paper is kept as refused, and they go on talking. Raises `Refused`."""
    case, agreement = _to_sign(actor, case_id)
    agreement.refused_on = today()
    agreement.save()
    record(actor, "mediation.agreement.refused", case.ref, permission=WORK)
    return advance(actor, case, "refuse_to_sign", done=True)


def _put_in_force(actor: Actor, case: Case, agreement: Agreement, day: datetime.date) -> None:
    """Let an agreement take effect. An earlier version gives way to it, with what was still to be done by that one."""
    earlier = in_force(case)
    if earlier is not None:
        earlier.replaced_on = day
        earlier.save()
        for each in obligations_of(case):
            if each.state in ("open", "breached"):
                advance(actor, each, "replace", settled_on=today())
    agreement.effective_on = day
    agreement.save()


def earlier_agreements(case: Case) -> list[Agreement]:
    """The versions of the agreement that somebody would not sign or that gave way to a later one, the latest first."""
    gone = Agreement.refused_on.is_null(False) | Agreement.replaced_on.is_null(False)
    return list(Agreement.of(case.community).where(Agreement.case_id == case.id, gone).order_by(Agreement.id.desc()))


def _take_effect(actor: Actor, case: Case, agreement: Agreement) -> None:
    """The duties begin to count, and the thirty days in which both may ask the court (§33)."""
    for duty in duties_of(agreement):
        begin(actor, Obligation(community=case.community, case_id=case.id, duty_id=duty.id, due_on=duty.due_on))
    confirmation = Confirmation(
        community=case.community, case_id=case.id, agreement_id=agreement.id, last_day=last_day(agreement)
    )
    begin(actor, confirmation, since=agreement.effective_on)
    advance(actor, case, "perform")


def last_day(agreement: Agreement) -> datetime.date:
    """The last day on which the court can be asked (《民事诉讼法》 §205): 30 days from the day on which the agreement took effect; that day
    is not counted, and a last day off work gives way to the next working day (§85)."""
    assert agreement.effective_on is not None
    return deadline(agreement.effective_on, 30, working=False, roll_over=True)
