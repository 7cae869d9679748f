"""Reading objections: what everybody sees of them, the objector's own, and the office's list of those to be answered."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, community_of
from core.civic import guest_codes
from core.civic.calendar.days import working_days_between
from core.civic.notices.records import Notice
from core.civic.objections.records import ANSWER, ENTER, Objection, ObjectionDraft, ObjectionWord, Objector
from core.civic.reaching.calls import place_of
from core.clock import local_day, today
from core.errors import NotFound
from core.people.person import Person
from core.people.phone import masked
from core.plugin.declarations import Todo
from core.store.ref import Ref
from core.text import Label, _, ngettext

CODE_PURPOSE = "core.objection"
_PHONE = "core.people.phone"
_FAR = datetime.date.max
MOST_TODOS = 100


@dataclass(frozen=True)
class Word:
    """A further word with the day it was written; `who` is empty for the objector's."""

    day: datetime.date
    words: str
    who: str


@dataclass(frozen=True)
class PublicObjection:
    """An objection as everybody may read it: no name, no number, and its words only together with the answer.

    `days_late` counts working days after `answer_by`; None where nothing is late. It grows while an answer is overdue.
    """

    id: int
    community: str
    notice_id: int
    serial: int
    channel: str
    asked_on: datetime.date
    entered_on: datetime.date
    state: str
    answer_by: datetime.date | None
    wording: str
    shortened: bool
    answer: str
    outcome: str
    answered_on: datetime.date | None
    answered_by: str
    withdrawn_on: datetime.date | None
    days_late: int | None
    explanations: tuple[Word, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether the answer came, or is, later than promised."""
        return self.days_late is not None

    @property
    def was_entered_later(self) -> bool:
        """Whether it was handed in on an earlier day than the office entered it."""
        return self.entered_on > self.asked_on

    @property
    def lateness(self) -> Label:
        """That it was or is late, in words for everybody; empty where it is not."""
        if self.days_late is None:
            return ""
        return _late_words(self.state, self.days_late) if self.days_late else _LATE_AT_ALL[self.state]


def _late_words(state: str, days: int) -> Label:
    if state == "submitted":
        return ngettext(
            "Not answered yet, %(num)d working day after the deadline",
            "Not answered yet, %(num)d working days after the deadline",
            days,
        )
    if state == "withdrawn":
        return ngettext(
            "Taken back without an answer, %(num)d working day after the deadline",
            "Taken back without an answer, %(num)d working days after the deadline",
            days,
        )
    return ngettext(
        "Answered only %(num)d working day after the deadline",
        "Answered only %(num)d working days after the deadline",
        days,
    )


# The deadline was over, but no working day lies between: answered on the weekend after it.
_LATE_AT_ALL = {
    "submitted": _("Not answered yet, after the deadline"),
    "answered": _("Answered only after the deadline"),
    "withdrawn": _("Taken back without an answer, after the deadline"),
}


def _public(row: Objection, explanations: Iterable[Word] = ()) -> PublicObjection:
    late = days_late(row, today()) if row.state == "submitted" else row.days_late
    return PublicObjection(
        row.id, row.community, row.notice_id, row.serial, row.channel, row.asked_on, local_day(row.entered_at), row.state,
        row.answer_by, row.wording, bool(row.shortened), row.answer, row.outcome, _day_of(row.answered_at),
        row.answered_by, _day_of(row.withdrawn_at), late, tuple(explanations),
    )  # fmt: skip


def days_late(objection: Objection, day: datetime.date) -> int | None:
    """By how many working days an answer on a day comes after the last day for it; None when it is in time."""
    if objection.answer_by is None or day <= objection.answer_by:
        return None
    return working_days_between(objection.answer_by, day)


def _day_of(moment: int | None) -> datetime.date | None:
    return None if moment is None else local_day(moment)


def objections_of(notice: Ref) -> list[PublicObjection]:
    """Every objection to a notice by its number, with its answer and later explanations: what everybody may read."""
    community = str(notice.community)
    found = list(Objection.of(community).where(Objection.notice_id == notice.id).order_by(Objection.serial))
    words = _explanations(community, [row.id for row in found])
    return [_public(row, words.get(row.id, ())) for row in found]


def public_objection(objection: Objection) -> PublicObjection:
    """One objection, as everybody may read it."""
    return _public(objection, _explanations(objection.community, [objection.id]).get(objection.id, ()))


def ref_of(shown: PublicObjection) -> Ref:
    """The reference to the record behind what is shown."""
    return Ref(Objection.kind, shown.community, shown.id)


def open_objections(notice: Ref) -> list[PublicObjection]:
    """The objections to a notice that still wait for their answer, by number."""
    return [each for each in objections_of(notice) if each.state == "submitted"]


def _explanations(community: str, ids: Sequence[int]) -> dict[int, list[Word]]:
    found: dict[int, list[Word]] = {}
    if not ids:
        return found
    query = ObjectionWord.of(community).where(ObjectionWord.objection_id.in_(ids), ObjectionWord.side == "office")
    for row in list(query.order_by(ObjectionWord.id)):
        found.setdefault(row.objection_id, []).append(Word(local_day(row.at), row.words, row.by_label))
    return found


# --------------------------------------------------------------------------- the objector's own


@dataclass(frozen=True)
class OwnObjection:
    """An objection as its objector sees it: with the own words as they were written, and what was added to them.

    `has_phone` says whether the office knows a number under which to tell the answer.
    """

    public: PublicObjection
    title: str
    words: str
    added: tuple[Word, ...]
    has_phone: bool


def own_objection(actor: Actor, objection_id: int, code: str = "") -> Objection:
    """An objection of the actor's own, by account, person or code; raises `NotFound` for everybody else's."""
    community = community_of(actor)
    objection: Objection = Objection.get_of(community, objection_id)
    objector: Objector = Objector.get_of(community, objection_id)
    by_account = actor.account is not None and objector.account_id == actor.account
    by_person = actor.person is not None and objector.person_id == actor.person
    by_code = bool(code) and objector.code_digest == guest_codes.digest(CODE_PURPOSE, community, code)
    if not (by_account or by_person or by_code):
        raise NotFound
    return objection


def read_own(actor: Actor, objection_id: int, code: str = "") -> OwnObjection:
    """One's own objection with everything that belongs to it; raises `NotFound`."""
    return _own(own_objection(actor, objection_id, code))


def receipt_of(actor: Actor, objection_id: int) -> OwnObjection:
    """An objection for the slip that the office prints for whoever brought it; raises `NotFound`, `Forbidden`."""
    actor.require(ENTER)
    return _own(Objection.get_of(community_of(actor), objection_id))


def _own(objection: Objection) -> OwnObjection:
    community = objection.community
    objector: Objector = Objector.get_of(community, objection.id)
    return OwnObjection(
        public_objection(objection),
        Notice.get_of(community, objection.notice_id).title,
        objector.words,
        _added(objection),
        bool(objector.phone) or _has_phone(community, objector.person_id),
    )


def _has_phone(community: str, person_id: int | None) -> bool:
    return Person.of(community).where(Person.id == person_id, Person.phone != "").exists()


def _added(objection: Objection) -> tuple[Word, ...]:
    mine = (ObjectionWord.objection_id == objection.id) & (ObjectionWord.side == "objector")
    query = ObjectionWord.of(objection.community).where(mine).order_by(ObjectionWord.id)
    return tuple(Word(local_day(row.at), row.words, "") for row in list(query))


def objection_by_code(actor: Actor, code: str) -> int:
    """The id of the objection that a guest's code opens; raises `NotFound`. Guesses are throttled where codes are typed."""
    community = community_of(actor)
    digest = guest_codes.digest(CODE_PURPOSE, community, code)
    found = Objector.of(community).where(Objector.code_digest == digest).first()
    if found is None:
        raise NotFound
    return int(found.objection_id)


def my_objections(actor: Actor) -> list[OwnObjection]:
    """The objections of a resident's own, the latest first: those of the account and those the office entered for them."""
    if actor.account is None:
        return []
    mine = Objector.account_id == actor.account
    if actor.person is not None:
        mine |= Objector.person_id == actor.person
    ids = Objector.of(community_of(actor), Objector.objection_id).where(mine)
    query = Objection.of(community_of(actor)).where(Objection.id.in_(ids)).order_by(Objection.id.desc())
    return [_own(row) for row in list(query.limit(200))]


def my_drafts(actor: Actor) -> list[tuple[int, str]]:
    """What a resident has begun to write: (id of the notice, its title), the latest first."""
    if actor.account is None:
        return []
    query: Any = (
        ObjectionDraft.of(community_of(actor), Notice.id, Notice.title)
        .join(Notice, on=((Notice.community == ObjectionDraft.community) & (Notice.id == ObjectionDraft.notice_id)))
        .where(ObjectionDraft.account_id == actor.account)
        .order_by(ObjectionDraft.id.desc())
        .tuples()
    )
    return list(query)


# --------------------------------------------------------------------------- the office


@dataclass(frozen=True)
class DeskObjection:
    """An objection on the office's list. `phone` is masked for whoever may not see whole numbers."""

    public: PublicObjection
    title: str
    name: str
    phone: str
    words: str
    entered_by: str
    added: tuple[Word, ...] = ()

    @property
    def key(self) -> str:
        """What to give as `after` for the rows that follow."""
        return f"{(self.public.answer_by or _FAR).isoformat()}.{self.public.id}"


def desk_list(actor: Actor, finished: bool = False, after: str | None = None, limit: int = 50) -> list[DeskObjection]:
    """Objections of the community: open ones by due day, those longest overdue first; or the finished ones, latest first."""
    actor.require(ENTER)
    query = _desk_query(actor)
    by_day = peewee.fn.COALESCE(Objection.answer_by, _FAR.isoformat())
    if finished:
        query = query.where(Objection.state != "submitted").order_by(Objection.id.desc())
        if after:
            query = query.where(Objection.id < place_of(after)[1])
    else:
        query = query.where(Objection.state == "submitted").order_by(by_day, Objection.id)
        if after:
            day, number = place_of(after)
            query = query.where((by_day > str(day)) | ((by_day == str(day)) & (Objection.id > number)))
    return [_desk(actor, row) for row in list(query.limit(limit))]


def desk_objection(actor: Actor, objection_id: int) -> DeskObjection:
    """One objection with who it is from, its later words and explanations, for the office; raises `NotFound`, `Forbidden`."""
    if not actor.can(ENTER):
        actor.require(ANSWER)
    objection = Objection.get_of(community_of(actor), objection_id)
    return _desk(actor, _desk_query(actor).where(Objection.id == objection.id).get(), whole=True)


def _desk_query(actor: Actor) -> Any:
    return (
        Objection.of(community_of(actor), Objection, Objector, Notice.title.alias("title"), Person.phone.alias("own"))
        .join(Objector, on=((Objector.community == Objection.community) & (Objector.objection_id == Objection.id)))
        .join_from(
            Objection, Notice, on=((Notice.community == Objection.community) & (Notice.id == Objection.notice_id))
        )
        .join_from(Objector, Person, peewee.JOIN.LEFT_OUTER, on=(Person.id == Objector.person_id))
        .objects()
    )


def _desk(actor: Actor, row: Any, whole: bool = False) -> DeskObjection:
    # Whoever works in a grid sees what was said, not who lives elsewhere and said it.
    seen = actor.reach is None
    number = (row.phone or row.own or "") if seen else ""
    phone = number if actor.can(_PHONE) else masked(number) if number else ""
    words = _explanations(row.community, [row.id]).get(row.id, ()) if whole else ()
    added = _added(row) if whole else ()
    return DeskObjection(
        _public(row, words), row.title, row.name if seen else "", phone, row.words, row.entered_by, added
    )


def to_answer(actor: Actor) -> list[Todo]:
    """What waits for whoever answers objections: a to-do for each, with the day by which the answer is due."""
    if not actor.can(ANSWER):
        return []
    community = community_of(actor)
    query: Any = (
        Objection.of(community, Objection.id, Objection.serial, Objection.answer_by, Notice.title)
        .join(Notice, on=((Notice.community == Objection.community) & (Notice.id == Objection.notice_id)))
        .where(Objection.state == "submitted")
        .order_by(Objection.answer_by, Objection.id)
        .limit(MOST_TODOS)
        .tuples()
    )
    return [
        Todo(
            _("Answer objection no. %(number)d", number=serial),
            f"/c/{community}/objections/{key}/answer",
            due=due.isoformat() if due else "",
            detail=title,
            icon="message-square-text",
            permission=ANSWER,
        )
        for key, serial, due, title in query
    ]


def open_notices(actor: Actor, since: datetime.date) -> list[tuple[int, str, datetime.date]]:
    """Notices that took objections on `since` or later: (id, title, last day), for entering what came in on paper."""
    actor.require(ENTER)
    query: Any = (
        Notice.of(community_of(actor), Notice.id, Notice.title, Notice.objections_until)
        .where(Notice.state == "published", Notice.takes_objections == 1, Notice.objections_until >= since)
        .order_by(Notice.id.desc())
        .limit(200)
        .tuples()
    )
    return list(query)
