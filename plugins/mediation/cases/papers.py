"""What comes into the file besides the forms of each step: who was asked, evidence, reports to offices, replies, the explanatory
note. Each is entered once and stays; a signature and a return are added on their day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import Actor, Invalid, Label, NotFound, Refused, local_day, now, record, today, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.intake import still_open
from plugins.mediation.models import Case, Evidence, Interview, Matter, OfficeReport, Reply
from plugins.mediation.texts import _
from plugins.mediation.words import DANGERS

MOST = 200
Errors = dict[str, list[Label]]


@dataclass(frozen=True)
class Asked:
    """Who was asked, and where: `relation` is what they have to do with the quarrel."""

    asked: str
    place: str
    words: str
    asked_by: str
    relation: str = ""
    recorder: str = ""


def _opened(actor: Actor, case_id: int) -> Case:
    case = own_case(actor, case_id)
    still_open(case)
    return case


def _given(errors: Errors, **texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            errors[name] = [_("Please fill this in.")]


def _past(errors: Errors, name: str, day: datetime.date) -> None:
    if day > today():
        errors[name] = [_("That day is still to come.")]


def _check(errors: Errors) -> None:
    if errors:
        raise Invalid(errors)


# --------------------------------------------------------------------------- 调查记录


@transactional
def interview(actor: Actor, case_id: int, told: Asked, on: datetime.date | None = None) -> Interview:
    """Write down what somebody said who was asked (《人民调解法》 §22). Raises `Invalid`, `Refused`."""
    case, day, errors = _opened(actor, case_id), on or today(), Errors()
    _given(errors, asked=told.asked, place=told.place, words=told.words, asked_by=told.asked_by)
    _past(errors, "on", day)
    _check(errors)
    made: Interview = Interview.create(
        community=case.community, case_id=case.id, asked_on=day, place=told.place.strip(), asked=told.asked.strip(),
        relation=told.relation.strip(), asked_by=told.asked_by.strip(), recorder=told.recorder.strip(),
        words=told.words.strip(), by_label=actor.signature,
    )  # fmt: skip
    record(actor, "mediation.interview.written", case.ref, permission=WORK)
    return made


@transactional
def sign_interview(actor: Actor, case_id: int, interview_id: int) -> None:
    """Whoever was asked has read the record and signed it. Raises `Refused`, `NotFound`."""
    case = _opened(actor, case_id)
    found: Interview = Interview.get_of(case.community, interview_id)
    if found.case_id != case.id:
        raise NotFound
    if found.signed_on is not None:
        raise Refused(_("This record is signed already."))
    found.signed_on = today()
    found.save()
    record(actor, "mediation.interview.signed", case.ref, permission=WORK)


def interviews_of(case: Case) -> list[Interview]:
    """Who was asked, the first one first."""
    mine = Interview.of(case.community).where(Interview.case_id == case.id)
    return list(mine.order_by(Interview.asked_on, Interview.id).limit(MOST))


# --------------------------------------------------------------------------- 证据材料


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: what, from whom, the original or a copy, how many pages."""

    item: str
    given_by: str
    is_original: bool
    pages: int | None = None


@transactional
def receive(actor: Actor, case_id: int, piece: Piece, on: datetime.date | None = None) -> Evidence:
    """Enter evidence that was received, an original or a copy. Raises `Invalid`, `Refused`."""
    case, day, errors = _opened(actor, case_id), on or today(), Errors()
    _given(errors, item=piece.item, given_by=piece.given_by)
    _past(errors, "on", day)
    if piece.pages is not None and piece.pages < 1:
        errors["pages"] = [_("At least one page.")]
    _check(errors)
    if len(evidence_of(case)) >= MOST:
        raise Refused(_("A case has at most %(most)d pieces of evidence.", most=MOST))
    made: Evidence = Evidence.create(
        community=case.community, case_id=case.id, item=piece.item.strip(), given_by=piece.given_by.strip(),
        is_original=piece.is_original, pages=piece.pages, received_on=day, by_label=actor.signature,
    )  # fmt: skip
    record(actor, "mediation.evidence.received", case.ref, permission=WORK)
    return made


def own_evidence(actor: Actor, case_id: int, evidence_id: int) -> Evidence:
    """A piece of evidence of a case the actor may touch; raises `NotFound`."""
    case = own_case(actor, case_id)
    found: Evidence = Evidence.get_of(case.community, evidence_id)
    if found.case_id != case.id:
        raise NotFound
    return found


@transactional
def give_back(actor: Actor, case_id: int, evidence_id: int, returned_to: str, on: datetime.date | None = None) -> None:
    """A piece of evidence was given back, to whom and when; also after the case was filed. Raises `Invalid`, `Refused`."""
    found, day, errors = own_evidence(actor, case_id, evidence_id), on or today(), Errors()
    if found.returned_on is not None:
        raise Refused(_("This was given back already."))
    _given(errors, returned_to=returned_to)
    _past(errors, "on", day)
    if day < found.received_on:
        errors["on"] = [_("It was received later than that.")]
    _check(errors)
    found.returned_on, found.returned_to = day, returned_to.strip()
    found.save()
    case: Case = Case.get_of(found.community, found.case_id)
    record(actor, "mediation.evidence.returned", case.ref, permission=WORK)


def evidence_of(case: Case) -> list[Evidence]:
    """The list of evidence, in the order in which it was entered."""
    mine = Evidence.of(case.community).where(Evidence.case_id == case.id)
    return list(mine.order_by(Evidence.id).limit(MOST))


# --------------------------------------------------------------------------- 报告记录


@dataclass(frozen=True)
class Alarm:
    """What the police or another office was told: the danger (`words.DANGERS`), whom, by whom, what, and what they answered."""

    danger: str
    told_to: str
    told_by: str
    words: str
    answer: str = ""


@transactional
def report_danger(actor: Actor, case_id: int, alarm: Alarm, told_at: int | None = None) -> OfficeReport:
    """Write down that the police or another office was told of a danger (《人民调解法》 §25), at which moment (ms UTC, now unless
    told). The case is marked as one that may intensify. Raises `Invalid`, `Refused`."""
    case, moment, errors = _opened(actor, case_id), told_at or now(), Errors()
    _given(errors, told_to=alarm.told_to, told_by=alarm.told_by, words=alarm.words)
    if alarm.danger not in DANGERS:
        errors["danger"] = [_("Please choose one of the given answers.")]
    if moment > now():
        errors["on"] = [_("That moment is still to come.")]
    _check(errors)
    made: OfficeReport = OfficeReport.create(
        community=case.community, case_id=case.id, danger=alarm.danger, told_at=moment, told_to=alarm.told_to.strip(),
        told_by=alarm.told_by.strip(), words=alarm.words.strip(), answer=alarm.answer.strip(), by_label=actor.signature,
    )  # fmt: skip
    if case.escalated_on is None:
        case.escalated_on = local_day(moment)
        case.save(only=[Case.escalated_on])
    record(actor, "mediation.case.reported", case.ref, permission=WORK)
    return made


def office_reports_of(case: Case) -> list[OfficeReport]:
    """What offices were told of, the first one first."""
    mine = OfficeReport.of(case.community).where(OfficeReport.case_id == case.id)
    return list(mine.order_by(OfficeReport.told_at, OfficeReport.id).limit(MOST))


# --------------------------------------------------------------------------- replies, the explanatory note


@transactional
def reply(actor: Actor, case_id: int, told_to: str, words: str, on: datetime.date | None = None) -> Reply:
    """Write down what whoever sent the quarrel was told of it. Raises `Invalid`."""
    case = own_case(actor, case_id)
    return write_reply(actor, case, told_to, words, on or today())


def write_reply(actor: Actor, case: Case, told_to: str, words: str, on: datetime.date) -> Reply:
    """The same for an act of another module of the case, in its transaction."""
    errors = Errors()
    _given(errors, told_to=told_to, words=words)
    _past(errors, "on", on)
    _check(errors)
    made: Reply = Reply.create(
        community=case.community, case_id=case.id, told_on=on, told_to=told_to.strip(), words=words.strip(),
        by_label=actor.signature,
    )  # fmt: skip
    record(actor, "mediation.case.replied", case.ref, permission=WORK)
    return made


def replies_of(case: Case) -> list[Reply]:
    """What the source of the case was told, the first one first."""
    return list(Reply.of(case.community).where(Reply.case_id == case.id).order_by(Reply.id).limit(MOST))


@transactional
def explain(actor: Actor, case_id: int, words: str) -> None:
    """Write the explanatory note 情况说明 of the file: what a reader of it has to know. Raises `Refused`."""
    case = _opened(actor, case_id)
    Matter.update(explanation=words.strip()).where(Matter.case_id == case.id).execute()
    record(actor, "mediation.case.explained", case.ref, permission=WORK)
