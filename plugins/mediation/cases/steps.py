"""The plain steps of a case: ask the other side, accept or not, hand on, end, close, open again; and the notes of what was done.

A reason is kept in the case and given to nobody else: the log only says that the step was taken.
"""

from __future__ import annotations

import datetime

from core import (
    Actor,
    Invalid,
    Refused,
    add_months,
    advance,
    day_text,
    get_setting,
    next_number,
    record,
    today,
    transactional,
)
from plugins.mediation.about.limits import MONTHS
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.intake import date_again, still_open
from plugins.mediation.cases.papers import write_reply
from plugins.mediation.cases.register import write_ending
from plugins.mediation.models import Agreement, Case, Ending, FileItem, Matter, Note
from plugins.mediation.texts import _
from plugins.mediation.words import NOT_ACCEPTED, NOTES, TERMINATED

# What is written by acts of their own.
_NOT_BY_HAND = ("recusal", "reopened", "extension", "escalation", "investigation", "evidence", "police")
# How a step ends a case.
_ENDED = {"not_accept": "not_accepted", "terminate": "terminated", "transfer": "transferred", "settle": "settled"}
PAPERS = ("authority", "performance", "confirmation", "covers")
# What these send to us is in hand with them, and meant to be mediated all the same.
ENTRUSTING = ("court", "police")
MOST_SUSPENDED = datetime.timedelta(days=366)


@transactional
def contact(actor: Actor, case_id: int) -> Case:
    """Begin to ask the other side. Raises `Refused`."""
    return advance(actor, own_case(actor, case_id), "contact")


@transactional
def accept(actor: Actor, case_id: int, on: datetime.date | None = None) -> Case:
    """Accept the case: it should be settled within a month (《人民调解工作若干规定》 §33: 自受理之日起一个月内), or as many as the
    community has set.

    The day itself is not counted, a shorter month ends on its last day, and a last day off work gives way to the next
    working day (《民法典》 §201–203). Raises `Refused` with what is missing, `Invalid`.
    """
    case, day = own_case(actor, case_id), on or today()
    if day > today() or day < case.requested_on:
        raise Invalid({"on": [_("The case is accepted between the application and today.")]})
    return advance(
        actor, case, "accept", accepted_on=day, complete_by=add_months(day, get_setting(MONTHS, case.community))
    )


@transactional
def not_accept(actor: Actor, case_id: int, why: str, words: str) -> Case:
    """Do not accept it: why, and which other ways they were told of (《人民调解工作若干规定》 §22). Raises `Invalid`."""
    return _end(actor, case_id, "not_accept", why, words, NOT_ACCEPTED)


@transactional
def terminate(actor: Actor, case_id: int, why: str, words: str) -> Case:
    """End mediation without agreement, with the other ways they were told of (《人民调解法》 §26). Raises `Invalid`, `Refused`."""
    return _end(actor, case_id, "terminate", why, words, TERMINATED)


@transactional
def transfer(actor: Actor, case_id: int, to: str, told_to: str, words: str) -> Case:
    """Hand a quarrel on: `to` whom, and what its source (`told_to`) was answered. Raises `Invalid`."""
    case = own_case(actor, case_id)
    if not to.strip():
        raise Invalid({"to": [_("Please write to whom it goes.")]})
    write_reply(actor, case, told_to, words, today())
    return _end(actor, case_id, "transfer", "transferred", to, {"transferred": ""})


@transactional
def settle(actor: Actor, case_id: int, words: str) -> Case:
    """What we heard of was settled on the spot: how. Raises `Invalid`."""
    return _end(actor, case_id, "settle", "settled", words, {"settled": ""})


def _end(actor: Actor, case_id: int, verb: str, why: str, words: str, known: object) -> Case:
    case = own_case(actor, case_id)
    if why not in known:  # type: ignore[operator]
        raise Invalid({"why": [_("Please choose the reason.")]})
    if (verb, why) == ("not_accept", "elsewhere") and case.source in ENTRUSTING:
        raise Invalid({"why": [_("Court or police sent it to us: that it is in hand there is no reason.")]})
    if not words.strip():
        raise Invalid({"words": [_("Please write a few words: the file needs them.")]})
    Matter.update(ending=why, ending_words=words.strip()).where(Matter.case_id == case.id).execute()
    Agreement.update(refused_on=today()).where(
        Agreement.case_id == case.id, Agreement.effective_on.is_null(), Agreement.refused_on.is_null()
    ).execute()
    ended = advance(actor, case, verb, done=True)
    write_ending(case, _ENDED[verb], today())
    return ended


@transactional
def apply_now(actor: Actor, case_id: int, on: datetime.date | None = None) -> Case:
    """Somebody of a quarrel we heard of applies. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    if on is not None and on != case.requested_on:
        date_again(case, on)
    return advance(actor, case, "apply")


@transactional
def withdraw(actor: Actor, case_id: int) -> Case:
    """The applicant takes it back."""
    case = advance(actor, own_case(actor, case_id), "withdraw")
    write_ending(case, "withdrawn", today())
    return case


@transactional
def close(actor: Actor, case_id: int) -> Case:
    """Close the case: then its file is put together. Raises `Refused`."""
    return advance(actor, own_case(actor, case_id), "close", closed_on=today())


@transactional
def reopen(actor: Actor, case_id: int, words: str) -> Case:
    """Open a closed case again, and say why. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    _write(actor, case, "reopened", words, today())
    opened = advance(actor, case, "reopen", done=True)
    Ending.update(reopened_on=today()).where(Ending.case_id == case.id, Ending.reopened_on.is_null()).execute()
    return opened


@transactional
def archive(actor: Actor, case_id: int) -> Case:
    """File the case under the next number of the year, `（年）<prefix>人调字第N号`. Raises `Refused` with what is missing."""
    case = own_case(actor, case_id)
    if case.state != "closed":
        return advance(actor, case, "archive")
    year = today().year
    return advance(
        actor, case, "archive", archived_on=today(), archived_by=actor.signature, file_year=year,
        file_number=next_number(case.community, year, "mediation.file"),
    )  # fmt: skip


# --------------------------------------------------------------------------- notes


@transactional
def note(actor: Actor, case_id: int, kind: str, words: str, on: datetime.date | None = None) -> None:
    """Write down what was done. That a quarrel may intensify is entered with `endings.prevent`, what the police are told with
    `papers.report_danger`. Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    still_open(case)
    if kind not in NOTES or kind in _NOT_BY_HAND:
        raise Invalid({"kind": [_("Please choose what was done.")]})
    _write(actor, case, kind, words, on or today())


def mark_escalated(case: Case) -> None:
    """Mark the case as one that may intensify, in the caller's transaction; the first day stays."""
    if case.escalated_on is None:
        case.escalated_on = today()
        case.save(only=[Case.escalated_on])


@transactional
def extend(actor: Actor, case_id: int, until: datetime.date, words: str, both_agree: bool) -> None:
    """Both sides agree to go on longer (《人民调解工作若干规定》 §33): until when, and why. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    still_open(case)
    errors = {}
    if case.complete_by is None:
        errors["until"] = [_("The month counts once the case is accepted.")]
    elif until <= case.complete_by:
        errors["until"] = [_("That is not later than the day that stands.")]
    if not both_agree:
        errors["both_agree"] = [_("Only when both sides agree.")]
    if errors:
        raise Invalid(errors)
    _write(actor, case, "extension", words, today())
    case.complete_by = until
    case.save(only=[Case.complete_by])


@transactional
def suspend(actor: Actor, case_id: int, until: datetime.date, words: str) -> None:
    """Rest a case until a day, and say why: an appraisal, a journey. Then it stands among what is due. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    if case.state not in ("accepted", "assigned", "in_mediation"):
        raise Refused(_("A case rests between its acceptance and an agreement, without a meeting arranged."))
    if not today() < until <= today() + MOST_SUSPENDED:
        raise Invalid({"until": [_("Choose a day that is still to come, within a year.")]})
    _write(
        actor,
        case,
        "other",
        str(_("Rests until %(day)s: %(why)s", day=day_text(until), why=words.strip())) if words.strip() else "",
        today(),
    )
    case.suspended_until = until
    case.save(only=[Case.suspended_until])


def _write(actor: Actor, case: Case, kind: str, words: str, on: datetime.date) -> None:
    if not words.strip():
        raise Invalid({"words": [_("Please write a few words: the file needs them.")]})
    if on > today():
        raise Invalid({"on": [_("That day is still to come.")]})
    Note.insert(
        community=case.community, case_id=case.id, note_kind=kind, happened_on=on, words=words.strip(),
        by_account=actor.account, by_label=actor.signature,
    ).execute()  # fmt: skip
    record(actor, "mediation.case.noted", case.ref, permission=WORK)


def write_note(actor: Actor, case: Case, kind: str, words: str, on: datetime.date | None = None) -> None:
    """The same for an act of another module of the case, in its transaction."""
    _write(actor, case, kind, words, on or today())


def notes_of(case: Case) -> list[Note]:
    """The notes of a case, the latest first."""
    return list(Note.of(case.community).where(Note.case_id == case.id).order_by(Note.id.desc()).limit(200))


@transactional
def tick(actor: Actor, case_id: int, item: str, wanted: bool) -> None:
    """Say that a paper lies in the file, or that it does not. Raises `Invalid`, `Refused`."""
    case = own_case(actor, case_id)
    still_open(case)
    if item not in PAPERS:
        raise Invalid({"item": [_("Please choose one of the papers.")]})
    FileItem.delete().where(
        FileItem.community == case.community, FileItem.case_id == case.id, FileItem.item == item
    ).execute()
    if wanted:
        FileItem.insert(community=case.community, case_id=case.id, item=item, by_label=actor.signature).execute()
    record(actor, "mediation.file.ticked", case.ref, permission=WORK)
