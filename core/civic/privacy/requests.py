"""What people ask of their own data: a copy, a correction, erasure; answered with a reason within 15 working days.

《个人信息保护法》 §44–47, §50: requests are accepted in a way that is easy, also on paper and by telephone through staff, and a
refusal says why. What a copy holds is in `person_data`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import peewee

from core.actor import Actor, community_of
from core.civic.inbox import todos
from core.civic.workflow.engine import advance, begin, install
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.people.directory import EDIT, person_of
from core.people.permissions import PRIVACY
from core.people.person import Person
from core.plugin.declarations import Clock, State, Todo, Transition, Workflow
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc, now, transactional
from core.store.violations import violated
from core.text import LazyText, _, is_storable

# §50 asks for an answer in time; 15 working days are what administrations give themselves for such requests.
CLOCK = Clock(15, working=True)
LONGEST = 1_000
COPY, CORRECT, ERASE = "copy", "correct", "erase"
ASKS: Mapping[str, LazyText] = {
    COPY: _("A copy of the own data"),
    CORRECT: _("A correction"),
    ERASE: _("Erasure of the own data"),
}
BY_ACCOUNT = "account"
WAYS: Mapping[str, LazyText] = {
    "paper": _("on paper"),
    "telephone": _("by telephone"),
    "in_person": _("at the office"),
}


class PrivacyRequest(CommunityModel):
    """One request. `ask` is one of `ASKS`, `way` how it came; `wish` the person's words, `answer` the office's."""

    kind = "core.privacy_request"

    person_id = Integer()
    ask = Text()
    way = Text()
    wish = Text()
    requested_on = Day()
    entered_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    state = Text()
    due_day = Day(null=True)
    answer = Text(default="")
    answered_at = Utc(null=True)

    class Meta:
        table_name = "privacy_request"


REQUEST = Workflow(
    "core.privacy_request",
    PrivacyRequest,
    states=(
        State("open", _("Waits for an answer"), "clock", "warn"),
        State("done", _("Done"), "check", "ok", final=True),
        State("refused", _("Not done, with a reason"), "circle-x", "plain", final=True),
    ),
    transitions=(
        Transition("fulfil", "open", "done", PRIVACY, _("It is done"), required=("answer",)),
        Transition("refuse", "open", "refused", PRIVACY, _("It cannot be done"), required=("answer",)),
    ),
    initial="open",
    clock_days=CLOCK,
)
install(REQUEST)


@transactional
def ask(actor: Actor, what: str, wish: str = "") -> PrivacyRequest:
    """Ask for the own data, signed in. Raises `NotFound` for an account without a person, `Invalid`, `Refused`."""
    if actor.person is None:
        raise NotFound
    return _enter(actor, actor.person, what, wish, BY_ACCOUNT, today())


@transactional
def enter(actor: Actor, public_id: str, what: str, wish: str, way: str, requested_on: datetime.date) -> PrivacyRequest:
    """Enter what somebody asked on paper, by telephone or at the office (代录). Raises `Invalid` by field, `Refused`,
    `Forbidden`, `NotFound`."""
    actor.require(EDIT)
    person = person_of(actor, public_id)
    if way not in WAYS:
        raise Invalid({"way": [_("Please say how it was asked.")]})
    return _enter(actor.for_person(person.id), person.id, what, wish, way, requested_on)


def _enter(actor: Actor, person_id: int, what: str, wish: str, way: str, requested_on: datetime.date) -> PrivacyRequest:
    words = wish.strip()
    if what not in ASKS:
        raise Invalid({"ask": [_("Please choose what is asked.")]})
    if what == CORRECT and not words:
        raise Invalid({"wish": [_("Please write what is wrong and how it should be.")]})
    if len(words) > LONGEST or not is_storable(words):
        raise Invalid({"wish": [_("At most %(longest)d characters fit here.", longest=LONGEST)]})
    if requested_on > today():
        raise Invalid({"requested_on": [_("The day it was asked cannot lie in the future.")]})
    record = PrivacyRequest(
        community=community_of(actor), person_id=person_id, ask=what, way=way, wish=words, requested_on=requested_on,
        by_account=actor.account, by_label=actor.signature,
    )  # fmt: skip
    try:
        return begin(actor, record)
    except peewee.IntegrityError as error:
        if violated(error) != "privacy_request_open_once":
            raise
        raise Refused(
            _("This was asked already and waits for an answer."), advice=_("The answer will stand in “Mine”.")
        ) from error


@transactional
def answer(actor: Actor, request_id: int, verb: str, words: str) -> PrivacyRequest:
    """Say that a request was done (`fulfil`) or why not (`refuse`). Raises `Invalid` (answer), `Refused`, `Conflict`.

    An erasure is done by erasing, not by saying so.
    """
    record: PrivacyRequest = PrivacyRequest.get_of(community_of(actor), request_id)
    if len(words) > LONGEST or not is_storable(words):
        raise Invalid({"answer": [_("At most %(longest)d characters fit here.", longest=LONGEST)]})
    if record.ask == ERASE and verb == "fulfil":
        raise Refused(_("An erasure is done on its own page, which says what goes and what stays."))
    return advance(actor, record, verb, answer=words.strip(), answered_at=now())


def open_requests(actor: Actor, limit: int = 200) -> list[tuple[PrivacyRequest, Person]]:
    """What waits for an answer, the next due first, with whose it is."""
    actor.require(PRIVACY)
    return _with_people(actor, PrivacyRequest.state == "open", (PrivacyRequest.due_day, PrivacyRequest.id), limit)


def answered_requests(actor: Actor, limit: int = 50) -> list[tuple[PrivacyRequest, Person]]:
    """The latest answers."""
    actor.require(PRIVACY)
    order = (PrivacyRequest.answered_at.desc(), PrivacyRequest.id.desc())
    return _with_people(actor, PrivacyRequest.state != "open", order, limit)


def _with_people(
    actor: Actor, which: peewee.Expression, order: tuple[object, ...], limit: int
) -> list[tuple[PrivacyRequest, Person]]:
    found = list(PrivacyRequest.of(community_of(actor)).where(which).order_by(*order).limit(limit))
    people = {person.id: person for person in Person.of(community_of(actor)).where(
        Person.id.in_([each.person_id for each in found])
    )}  # fmt: skip
    return [(each, people[each.person_id]) for each in found]


def own_requests(actor: Actor) -> list[PrivacyRequest]:
    """What the actor asked about the own data, the latest first."""
    if actor.person is None:
        return []
    query = PrivacyRequest.of(community_of(actor)).where(PrivacyRequest.person_id == actor.person)
    return list(query.order_by(PrivacyRequest.id.desc()).limit(50))


@transactional
def note_copy(actor: Actor, person_id: int, form: str) -> None:
    """Tell the audit log that a copy was taken, as `xlsx` or `json`: by the person, or by whoever answers a request.

    Raises `Forbidden` for somebody else's data without the right to answer.
    """
    if actor.person != person_id:
        actor.require(PRIVACY)
    person: Person = Person.get_of(community_of(actor), person_id)
    audit.record(actor, "core.person.copied", person.ref, after={"form": form})


def waiting(actor: Actor) -> Iterator[Todo]:
    """The to-dos of whoever answers: each open request with its day."""
    if not actor.can(PRIVACY):
        return
    for record, person in open_requests(actor):
        yield Todo(
            _("%(name)s asks: %(what)s", name=person.name, what=ASKS[record.ask]),
            f"/c/{record.community}/admin/privacy/requests/{record.id}",
            due=record.due_day.isoformat() if record.due_day else "",
            detail=record.wish[:80],
            icon="shield-check",
            permission=PRIVACY,
        )


def install_todos() -> None:
    """Make these to-dos known."""
    todos.add_source("privacy requests", waiting)
