"""Objections 异议 to notices: filed by residents, guests or on paper, answered in public, or taken back by the objector.

Whose objection it is and how lists show it is in `objection_lists`, what is stored in `objection_records`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.actor import Actor, community_of
from core.civic import guest_codes
from core.civic.attachments import add_core_files, attach
from core.civic.calls import ask_to_call
from core.civic.notice_pairs import before_after_publication
from core.civic.notice_records import Notice, NoticePair
from core.civic.notices import when_withdrawn
from core.civic.objection_lists import CODE_PURPOSE, days_late, own_objection, to_answer
from core.civic.objection_records import (
    ANSWER,
    BY_STAFF,
    ENTER,
    MOST_ANSWER,
    MOST_WORDS,
    OBJECTION,
    OUTCOMES,
    Objection,
    ObjectionAnswered,
    ObjectionDraft,
    ObjectionFiled,
    ObjectionWord,
    Objector,
)
from core.civic.todos import add_source
from core.civic.workflow import advance, begin, install
from core.clock import day_text, today
from core.errors import Invalid, NotFound, Refused, SignInRequired
from core.people.person import Person
from core.people.phone import parse_phone
from core.plugin import events
from core.plugin.declarations import FileKind, Label
from core.store import audit
from core.store.db import now, transactional
from core.store.ref import Ref
from core.store.sequence import next_number
from core.text import _, is_storable, ngettext

MOST_FURTHER_WORDS = 10
TOLD_BY_TELEPHONE = 80
# What may stand in place of what was left out of somebody's words.
_LEFT_OUT = frozenset("×*＊…某○□略（）()【】[]_")

install(OBJECTION)
add_source("objections", to_answer)
add_core_files(
    FileKind(
        Objection.kind,
        "scan",
        may_see=lambda actor, ref: actor.can(ENTER),
        most=5,
        takes=("picture", "document"),
        keep_days=None,
    )
)


@dataclass(frozen=True)
class Filed:
    """What came of filing. `code` opens the objection for somebody without an account; it is given only here."""

    objection_id: int
    notice_id: int
    serial: int
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The values as `request_key.once` keeps them, so that the answer to a double tap still shows the code."""
        return asdict(self)


# --------------------------------------------------------------------------- filing


def file_objection(actor: Actor, notice_id: int, words: str, *, name: str = "", phone: str = "") -> Filed:
    """Object to a notice: a resident with an account in their own name, everybody else as a guest, who gets a code.

    Raises `Invalid` (words, name, phone), `Refused` when the notice takes no objections (any more), `NotFound`.
    """
    as_resident = actor.person is not None and actor.account is not None
    number = _check_filing(words, name, phone, needs_name=not as_resident)
    return _file(actor, notice_id, _tidy(words), "" if as_resident else name.strip(), number, as_resident)


@transactional
def _file(actor: Actor, notice_id: int, words: str, name: str, phone: str, as_resident: bool) -> Filed:
    notice = _taking(actor, notice_id, today())
    who = Objector(name=name, phone=phone, words=words)
    if as_resident:
        who = Objector(words=words, **_as_person(actor, actor.person), account_id=actor.account)
    filed = _store(actor, notice, "account" if as_resident else "guest", today(), who)
    if as_resident:
        _drafts(actor, notice_id).execute()
    return filed


@transactional
def enter_objection(
    actor: Actor,
    notice_id: int,
    words: str,
    *,
    channel: str,
    asked_on: datetime.date | None = None,
    name: str = "",
    phone: str = "",
    person_id: int | None = None,
    scans: Sequence[tuple[str, str]] = (),
) -> Filed:
    """Enter an objection on somebody's behalf (代录), with the day it was brought forward and scans of its paper.

    `channel` is one of `BY_STAFF`; the clock of the answer runs from `asked_on` (today unless told). `scans` are uploads and
    their captions, as `attach` takes them. An anonymous letter has neither name nor person. Raises `Invalid` (words, name,
    phone, channel, asked_on), `Refused` when the notice took no objections on that day, `NotFound`, `Forbidden`.
    """
    actor.require(ENTER)
    day = asked_on or today()
    number = _check_filing(words, name, phone, needs_name=False)
    if channel not in BY_STAFF:
        raise Invalid({"channel": [_("Please choose how the objection came in.")]})
    if day > today():
        raise Invalid({"asked_on": [_("This day cannot lie in the future.")]})
    notice = _taking(actor, notice_id, day)
    who = Objector(name=name.strip(), phone=number, words=_tidy(words))
    if person_id is not None:
        who = Objector(words=_tidy(words), phone=number, **_as_person(actor, person_id))
    filed = _store(actor.for_person(person_id) if person_id else actor, notice, channel, day, who)
    if scans:
        attach(actor, Ref(Objection.kind, notice.community, filed.objection_id), "scan", scans, permission=ENTER)
    return filed


def _store(actor: Actor, notice: Notice, channel: str, day: datetime.date, who: Objector) -> Filed:
    """Number an objection, start its clock, keep apart who it is from, tell the modules."""
    community = str(notice.community)
    code = "" if channel == "account" else guest_codes.new_code()
    objection = Objection(
        community=community,
        notice_id=notice.id,
        serial=next_number(community, 0, f"core.objection.{notice.id}"),
        channel=channel,
        asked_on=day,
        entered_by=(actor.label or actor.kind) if channel in BY_STAFF else "",
    )
    begin(actor, objection, since=day)
    # The workflow forgets the due day once it is answered; that it was late must stay to be seen.
    Objection.update(answer_by=objection.due_day).where(
        Objection.community == community, Objection.id == objection.id
    ).execute()
    who.community, who.objection_id = community, objection.id
    who.code_digest = guest_codes.digest(CODE_PURPOSE, community, code) if code else None
    who.save(force_insert=True)
    events.emit(community, ObjectionFiled(objection.id, notice.id, objection.serial, notice.subject))
    return Filed(objection.id, notice.id, objection.serial, code)


def _as_person(actor: Actor, person_id: int | None) -> dict[str, Any]:
    """The name of a resident; the telephone number stays where it is kept up to date."""
    person = Person.get_of(community_of(actor), person_id if person_id is not None else -1)
    return {"person_id": person.id, "name": person.name}


def _taking(actor: Actor, notice_id: int, day: datetime.date) -> Notice:
    """A notice that took objections on a day; raises `Refused` with the reason, `NotFound` for one that is not up."""
    notice: Notice = Notice.get_of(community_of(actor), notice_id)
    if notice.state in ("draft", "discarded"):
        raise NotFound
    reason = why_closed(notice, day)
    if reason:
        raise Refused(reason, advice=_("Call the office or come by: a person will listen to you."))
    return notice


def why_closed(notice: Notice, day: datetime.date) -> Label | None:
    """Why nobody could object to a notice on a day; None when it took objections then."""
    if notice.state != "published":
        return _("This notice was withdrawn, so there is nothing to object to.")
    if not notice.takes_objections or notice.objections_until is None:
        return _("This notice is for information and takes no objections.")
    if notice.publish_from is not None and day < notice.publish_from:
        return _("This notice takes objections from %(day)s.", day=day_text(notice.publish_from))
    if day > notice.objections_until:
        return _("Objections to this notice could be made until %(day)s.", day=day_text(notice.objections_until))
    return None


def _check_filing(words: str, name: str, phone: str, *, needs_name: bool) -> str:
    """Raise one `Invalid` with everything that must be corrected; returns the telephone number in its one form."""
    errors: dict[str, list[Label]] = {}
    _check_text(errors, "words", words, MOST_WORDS)
    _check_text(errors, "name", name, 100, required=needs_name)
    found = parse_phone(phone) if phone.strip() else None
    if phone.strip() and found is None:
        errors["phone"] = [_("This is no telephone number. Example: 13800138000 or 0573-87000001.")]
    if errors:
        raise Invalid(errors)
    return found.number if found else ""


def _tidy(text: str) -> str:
    """A text without blanks around it, its lines ended alike whatever browser sent them."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def _check_text(errors: dict[str, list[Label]], name: str, text: str, most: int, required: bool = True) -> None:
    if required and not text.strip():
        errors[name] = [_("Please fill in this field.")]
    elif len(text.strip()) > most:
        errors[name] = [_("Please use at most %(most)d characters.", most=most)]
    elif not is_storable(text):
        errors[name] = [_("This text has characters that cannot be stored.")]


# --------------------------------------------------------------------------- drafts


@transactional
def save_draft(actor: Actor, notice_id: int, words: str) -> None:
    """Keep what a resident has written so far, or forget it when nothing is left. Nobody else ever sees it.

    Raises `SignInRequired`, `Refused` when the notice takes no objections any more, `Invalid` (words), `NotFound`.
    """
    if actor.account is None or actor.person is None:
        raise SignInRequired
    _taking(actor, notice_id, today())
    errors: dict[str, list[Label]] = {}
    _check_text(errors, "words", words, MOST_WORDS, required=False)
    if errors:
        raise Invalid(errors)
    _drafts(actor, notice_id).execute()
    if words.strip():
        ObjectionDraft.create(
            community=actor.community, account_id=actor.account, notice_id=notice_id, words=_tidy(words)
        )


def draft_of(actor: Actor, notice_id: int) -> str:
    """What this account has written so far about a notice; empty when there is nothing."""
    if actor.account is None:
        return ""
    same = (ObjectionDraft.notice_id == notice_id) & (ObjectionDraft.account_id == actor.account)
    found = ObjectionDraft.of(community_of(actor)).where(same).first()
    return str(found.words) if found is not None else ""


def _drafts(actor: Actor, notice_id: int) -> Any:
    return ObjectionDraft.delete().where(
        ObjectionDraft.community == actor.community,
        ObjectionDraft.account_id == actor.account,
        ObjectionDraft.notice_id == notice_id,
    )


# --------------------------------------------------------------------------- answering


@transactional
def answer_objection(actor: Actor, objection_id: int, *, wording: str, answer: str, outcome: str) -> Objection:
    """Give the public answer, what follows from it (one of `OUTCOMES`) and what is published of the objector's words.

    From these only something may be left out. Whoever objected goes onto the list of calls. Raises `Invalid` (wording,
    answer, outcome), `Refused` for one's own objection and one that has its answer, `Conflict`, `Forbidden`, `NotFound`.
    """
    actor.require(ANSWER)
    objection: Objection = Objection.get_of(community_of(actor), objection_id)
    objector: Objector = Objector.get_of(objection.community, objection.id)
    if _is_objector(actor, objector):
        raise Refused(_("This objection is your own: somebody else has to answer it."))
    _check_answer(objector.words, wording, answer, outcome)
    published = _tidy(wording)
    notice: Notice = Notice.get_of(objection.community, objection.notice_id)
    advance(
        actor, objection, "answer",
        event=lambda record: ObjectionAnswered(record.id, notice.id, record.serial, outcome, notice.subject),
        wording=published, shortened=published != objector.words, answer=_tidy(answer), outcome=outcome,
        answered_at=now(), answered_by=actor.label or actor.kind, answered_account=actor.account,
        days_late=days_late(objection, today()),
    )  # fmt: skip
    if objection.shortened:
        audit.record(
            actor, "core.objection.shortened", objection.ref,
            before={"wording": objector.words}, after={"wording": published}, permission=ANSWER,
        )  # fmt: skip
    why = _(
        "Your objection no. %(number)d to “%(title)s” has its answer: %(outcome)s. %(answer)s",
        number=objection.serial, title=notice.title, outcome=OUTCOMES[outcome], answer=_beginning(answer),
    )  # fmt: skip
    _ask_to_tell(actor, objection, objector, "answered", why)
    return objection


def _beginning(answer: str) -> str:
    """The beginning of an answer, as much as is said on the telephone."""
    whole = " ".join(answer.split())
    return whole if len(whole) <= TOLD_BY_TELEPHONE else f"{whole[:TOLD_BY_TELEPHONE]}……"


def _check_answer(words: str, wording: str, answer: str, outcome: str) -> None:
    errors: dict[str, list[Label]] = {}
    _check_text(errors, "answer", answer, MOST_ANSWER)
    _check_text(errors, "wording", wording, MOST_WORDS)
    if "wording" not in errors and not only_left_out(words, wording):
        errors["wording"] = [
            _(
                "Only leave personal details out here and write … in their place: the words must stay the objector's own."
            )
        ]
    if outcome not in OUTCOMES:
        errors["outcome"] = [_("Please choose what follows from the objection.")]
    if errors:
        raise Invalid(errors)


def only_left_out(original: str, wording: str) -> bool:
    """Whether a wording is the original with something left out, marked by … or 某 or not at all, and something remains."""
    kept = [sign for sign in wording if not sign.isspace() and sign not in _LEFT_OUT]
    rest = iter(original)
    return bool(kept or wording.strip() == original.strip()) and all(sign in rest for sign in kept)


def _is_objector(actor: Actor, objector: Objector) -> bool:
    return (actor.account is not None and actor.account == objector.account_id) or (
        actor.person is not None and actor.person == objector.person_id
    )


@transactional
def explain(actor: Actor, objection_id: int, words: str) -> None:
    """Add a public word of explanation to an answer, which itself never changes. Raises `Invalid` (words), `Refused`."""
    actor.require(ANSWER)
    objection: Objection = Objection.get_of(community_of(actor), objection_id)
    if objection.state != "answered":
        raise Refused(_("An explanation is added to an answer; this objection has none yet."))
    _add_word(objection, "office", words, by_account=actor.account, by_label=actor.label or actor.kind)
    audit.record(actor, "core.objection.explained", objection.ref, after={"words": words.strip()}, permission=ANSWER)


# --------------------------------------------------------------------------- the objector


@transactional
def add_word(actor: Actor, objection_id: int, words: str, *, code: str = "") -> None:
    """The objector adds something for the office while the answer is awaited. Raises `Invalid` (words), `Refused`, `NotFound`."""
    objection = own_objection(actor, objection_id, code)
    if objection.state != "submitted":
        raise Refused(_("This objection is closed: nothing can be added to it any more."))
    mine = (ObjectionWord.objection_id == objection.id) & (ObjectionWord.side == "objector")
    if ObjectionWord.of(objection.community).where(mine).count() >= MOST_FURTHER_WORDS:
        raise Refused(_("You have added enough here. Please call the office if something is still missing."))
    _add_word(objection, "objector", words)
    audit.record(actor, "core.objection.word_added", objection.ref, after={"words": words.strip()})


def _add_word(objection: Objection, side: str, words: str, **by: Any) -> None:
    errors: dict[str, list[Label]] = {}
    _check_text(errors, "words", words, MOST_WORDS)
    if errors:
        raise Invalid(errors)
    ObjectionWord.insert(
        community=objection.community, objection_id=objection.id, side=side, words=_tidy(words), at=now(), **by
    ).execute()


@transactional
def take_back(actor: Actor, objection_id: int, *, code: str = "") -> Objection:
    """The objector takes the objection back; everybody sees that it was. Raises `Refused` once it is answered, `NotFound`."""
    objection = own_objection(actor, objection_id, code)
    advance(actor, objection, "withdraw", withdrawn_at=now(), days_late=days_late(objection, today()))
    return objection


# --------------------------------------------------------------------------- telling


def _unanswered(_actor: Actor, pair: NoticePair) -> Sequence[Label]:
    """Why the second publication of a pair has to wait: objections to the first that have no answer yet."""
    first = Notice.of(pair.community, Notice.id).where(
        Notice.pair_id == pair.id, Notice.stage == "before", Notice.state == "published"
    )
    waiting = (Objection.notice_id.in_(first)) & (Objection.state == "submitted")
    count = Objection.of(pair.community).where(waiting).count()
    if not count:
        return ()
    return (
        ngettext(
            "%(num)d objection to the first publication is not answered yet.",
            "%(num)d objections to the first publication are not answered yet.",
            count,
        ),
    )


def _notice_withdrawn(actor: Actor, notice: Notice) -> None:
    """Put everybody whose objection is still open onto the list of calls."""
    same = (Objection.notice_id == notice.id) & (Objection.state == "submitted")
    for objection in list(Objection.of(notice.community).where(same).order_by(Objection.id)):
        why = _(
            "The notice “%(title)s” to which you objected (no. %(number)d) was withdrawn.",
            title=notice.title, number=objection.serial,
        )  # fmt: skip
        objector = Objector.get_of(objection.community, objection.id)
        _ask_to_tell(actor, objection, objector, "notice_withdrawn", why)


def _ask_to_tell(actor: Actor, objection: Objection, objector: Objector, key: str, why: Label) -> None:
    """Put the objector onto the list of calls, unless nobody knows who it was."""
    if not objector.name and not objector.phone and objector.person_id is None:
        return
    name = objector.name or str(_("Objector (name not given)"))
    ask_to_call(actor, objection.ref, key, name=name, phone=objector.phone, person_id=objector.person_id, why=why)


before_after_publication(_unanswered)
when_withdrawn(_notice_withdrawn)
