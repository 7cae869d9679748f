"""Objections 异议 to notices: filed by residents, guests or on paper, added to and taken back by the objector; drafts.

The public answers are in `answers`, whose objection it is and how lists show it in `lists`, what is
stored in `records`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.actor import Actor, community_of
from core.civic import guest_codes
from core.civic.attachments import add_core_files, attach
from core.civic.inbox.todos import add_source
from core.civic.notices.records import Notice
from core.civic.objections.lists import CODE_PURPOSE, days_late, own_objection, to_answer
from core.civic.objections.records import (
    BY_STAFF,
    ENTER,
    MOST_WORDS,
    OBJECTION,
    Objection,
    ObjectionDraft,
    ObjectionFiled,
    ObjectionWord,
    Objector,
)
from core.civic.workflow.engine import advance, begin, install
from core.clock import day_text, local_day, today
from core.errors import Forbidden, Invalid, NotFound, Refused, SignInRequired
from core.people.person import Person
from core.people.phone import parse_phone
from core.plugin import events
from core.plugin.declarations import FileKind
from core.store import audit
from core.store.db import now, transactional
from core.store.ref import Ref
from core.store.sequence import next_number
from core.text import Label, _, is_storable

MOST_FURTHER_WORDS = 10

install(OBJECTION)
add_source("objections", to_answer)
add_core_files(
    FileKind(
        Objection.kind,
        "scan",
        may_see=lambda actor, ref: actor.can(ENTER) and actor.reach is None,
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


def file_objection(
    actor: Actor, notice_id: int, words: str, *, name: str = "", phone: str = "", at: int | None = None
) -> Filed:
    """Object to a notice: a resident with an account in their own name, everybody else as a guest, who gets a code.

    `at` (ms UTC) is a moment in the past, which only a command at the office PC may say. Raises `Invalid` (words, name, phone), `Refused` when the notice takes no objections (any more), `NotFound`.
    """
    as_resident = actor.person is not None and actor.account is not None
    number = _check_filing(words, name, phone, needs_name=not as_resident)
    moment = moment_of(actor, at)
    if as_resident:
        return _file_as_resident(actor, notice_id, tidy(words), moment)
    return _file_as_guest(actor, notice_id, Objector(name=name.strip(), phone=number, words=tidy(words)), moment)


@transactional
def _file_as_resident(actor: Actor, notice_id: int, words: str, moment: int) -> Filed:
    notice = _taking(actor, notice_id, local_day(moment))
    who = Objector(words=words, **_as_person(actor, actor.person), account_id=actor.account)
    filed = _store(actor, notice, "account", local_day(moment), who, moment)
    _drafts(actor, notice_id).execute()
    return filed


@transactional
def _file_as_guest(actor: Actor, notice_id: int, who: Objector, moment: int) -> Filed:
    day = local_day(moment)
    return _store(actor, _taking(actor, notice_id, day), "guest", day, who, moment)


def moment_of(actor: Actor, at: int | None) -> int:
    """Now, or the moment in the past that a command said; raises `Forbidden` for anybody else's."""
    if at is not None and actor.kind != "command":
        raise Forbidden
    return at or now()


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
    at: int | None = None,
) -> Filed:
    """Enter an objection on somebody's behalf (代录), with the day it was brought forward and scans of its paper.

    `channel` is one of `BY_STAFF`; the clock of the answer runs from `asked_on` (today unless told). `scans` are uploads and
    their captions, as `attach` takes them. An anonymous letter has neither name nor person; `at` as in `file_objection`. Raises `Invalid` (words, name,
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
    who = Objector(name=name.strip(), phone=number, words=tidy(words))
    if person_id is not None:
        who = Objector(words=tidy(words), phone=number, **_as_person(actor, person_id))
    filed = _store(actor.for_person(person_id) if person_id else actor, notice, channel, day, who, moment_of(actor, at))
    if scans:
        attach(actor, Ref(Objection.kind, notice.community, filed.objection_id), "scan", scans, permission=ENTER)
    return filed


def _store(actor: Actor, notice: Notice, channel: str, day: datetime.date, who: Objector, moment: int) -> Filed:
    """Number an objection, start its clock, keep apart who it is from, tell the modules."""
    community = str(notice.community)
    code = "" if channel == "account" else guest_codes.new_code()
    objection = Objection(
        community=community,
        notice_id=notice.id,
        serial=next_number(community, 0, f"core.objection.{notice.id}"),
        channel=channel,
        asked_on=day,
        entered_at=moment,
        entered_by=actor.signature if channel in BY_STAFF else "",
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
    check_text(errors, "words", words, MOST_WORDS)
    check_text(errors, "name", name, 100, required=needs_name)
    found = parse_phone(phone) if phone.strip() else None
    if phone.strip() and found is None:
        errors["phone"] = [_("This is no telephone number. Example: 13800138000 or 0573-87000001.")]
    if errors:
        raise Invalid(errors)
    return found.number if found else ""


def tidy(text: str) -> str:
    """A text without blanks around it, its lines ended alike whatever browser sent them."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def check_text(errors: dict[str, list[Label]], name: str, text: str, most: int, required: bool = True) -> None:
    """Add to `errors` what is wrong with the text of a field."""
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
    check_text(errors, "words", words, MOST_WORDS, required=False)
    if errors:
        raise Invalid(errors)
    _drafts(actor, notice_id).execute()
    if words.strip():
        ObjectionDraft.create(
            community=actor.community, account_id=actor.account, notice_id=notice_id, words=tidy(words)
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
    keep_word(objection, "objector", words)
    audit.record(actor, "core.objection.word_added", objection.ref, after={"words": words.strip()})


def keep_word(objection: Objection, side: str, words: str, **by: Any) -> None:
    """Store a further word of the objector or the office; raises `Invalid` (words)."""
    errors: dict[str, list[Label]] = {}
    check_text(errors, "words", words, MOST_WORDS)
    if errors:
        raise Invalid(errors)
    ObjectionWord.insert(
        community=objection.community, objection_id=objection.id, side=side, words=tidy(words), at=now(), **by
    ).execute()


@transactional
def take_back(actor: Actor, objection_id: int, *, code: str = "") -> Objection:
    """The objector takes the objection back; everybody sees that it was. Raises `Refused` once it is answered, `NotFound`."""
    objection = own_objection(actor, objection_id, code)
    advance(actor, objection, "withdraw", withdrawn_at=now(), days_late=days_late(objection, today()))
    return objection
