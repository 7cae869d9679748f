"""How a case begins: an application, on paper or told, and a quarrel heard of, or settled at once; its number in the register."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from peewee import IntegrityError

from core import (
    Actor,
    Invalid,
    Ref,
    Refused,
    advance,
    begin,
    find_community,
    get_setting,
    next_number,
    record,
    take_over_call,
    today,
    transactional,
    violated,
)
from core import known_resident as resident_named
from plugins.mediation.access import ENTER, WORK, member
from plugins.mediation.models import Case, Ending, Matter, Party
from plugins.mediation.texts import _
from plugins.mediation.words import DISPUTES, SOURCES

PREFIX = "mediation.prefix"


@dataclass(frozen=True)
class Person:
    """Somebody of a quarrel as they were named: a name, perhaps a number and an address."""

    name: str
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Told:
    """What was told: what happened, what they ask for, when they can come."""

    facts: str
    request: str = ""
    wished_time: str = ""
    dispute: str = ""


def register_text(case: Case) -> str:
    """The number in the register, which is all that others ever read of a case: 登记〔2026〕3号."""
    return str(_("No. %(number)d of %(year)d", number=case.register_number, year=case.register_year))


def file_text(case: Case) -> str:
    """The number of the file once it is archived: （2026）西山人调字第3号; empty before."""
    if case.file_number is None:
        return ""
    return f"（{case.file_year}）{prefix_of(case.community)}人调字第{case.file_number}号"


def prefix_of(community: str) -> str:
    """What stands before 人调字 and 人调协字: as set, else the name of the community without 社区."""
    return str(get_setting(PREFIX, community)) or find_community(community).name.removesuffix("社区")


@transactional
def apply(
    actor: Actor,
    applicant: Person,
    respondent: Person,
    told: Told,
    *,
    source: str = "resident",
    requested_on: datetime.date | None = None,
    call: int | None = None,
) -> Case:
    """Enter an application, written or told (《人民调解法》 §17), as of the day it was made.

    Whoever enters it without being of the committee (`mediation.enter`) does not see it afterwards. Entering is allowed to
    more people than moving a case on; the first step is part of entering. A `call` received from which it comes is closed,
    and says nothing of it any more. Raises `Invalid`, and for the call `NotFound`, `Forbidden`.
    """
    _take_over(actor, call)
    case = _enter(actor, (("applicant", applicant), ("respondent", respondent)), told, source, requested_on)
    return advance(actor.with_rights(WORK), case, "apply")


@transactional
def hear_of(
    actor: Actor,
    people: Sequence[Person],
    told: Told,
    *,
    source: str = "patrol",
    requested_on: datetime.date | None = None,
    call: int | None = None,
) -> Case:
    """Enter a quarrel somebody heard of, before anybody applied; `call` as for `apply`. Raises `Invalid`."""
    _take_over(actor, call)
    sides = zip(("applicant", "respondent"), [each for each in people if each.name.strip()], strict=False)
    return _enter(actor, tuple(sides), told, source, requested_on)


@transactional
def settled_at_the_door(
    actor: Actor, people: Sequence[Person], told: Told, how: str, *, requested_on: datetime.date | None = None
) -> Case:
    """A quarrel settled on the spot: who, what, how; no room and no further step. Raises `Invalid`."""
    if not how.strip():
        raise Invalid({"how": [_("Please write how it was settled.")]})
    case = hear_of(actor, people, told, source="patrol", requested_on=requested_on)
    Matter.update(ending="settled", ending_words=how.strip()).where(Matter.case_id == case.id).execute()
    settled: Case = advance(actor.with_rights(WORK), case, "settle", done=True)
    write_ending(settled, "settled", settled.requested_on)
    return settled


def write_ending(case: Case, how: str, on: datetime.date) -> None:
    """Keep how a case ended and on which day, in the caller's transaction; it is what the reports count.

    Raises `Refused` for a case that has ended and was not opened again.
    """
    try:
        Ending.insert(community=case.community, case_id=case.id, how=how, ended_on=on).execute()
    except IntegrityError as error:
        if violated(error) != "mediation_ending_once":
            raise
        raise Refused(_("This case has ended already.")) from None


def _take_over(actor: Actor, call: int | None) -> None:
    if call is not None:
        take_over_call(actor, call)


def _enter(
    actor: Actor,
    people: Sequence[tuple[str, Person]],
    told: Told,
    source: str,
    requested_on: datetime.date | None,
) -> Case:
    actor.require(ENTER)
    community, asked_on = str(actor.community), requested_on or today()
    _check(told, source, asked_on)
    me = member(actor)
    case: Case = begin(
        actor,
        Case(
            community=community,
            register_year=today().year,
            register_number=next_number(community, today().year, "mediation.register"),
            source=source,
            requested_on=asked_on,
            entered_by=actor.account,
            handler_id=me.id if me is not None and me.office == "mediator" else None,
        ),
    )
    Matter.insert(
        case_id=case.id, community=community, dispute=told.dispute, facts=told.facts.strip(),
        request=told.request.strip(), wished_time=told.wished_time.strip(),
    ).execute()  # fmt: skip
    for side, person in people:
        add_party(actor, case, side, person)
    return case


def _check(told: Told, source: str, asked_on: datetime.date) -> None:
    errors = {}
    if not told.facts.strip():
        errors["facts"] = [_("Please write what happened.")]
    if told.dispute and told.dispute not in DISPUTES:
        errors["dispute"] = [_("Please choose one of the kinds.")]
    if source not in SOURCES:
        errors["source"] = [_("Please choose one of the sources.")]
    if asked_on > today():
        errors["requested_on"] = [_("That day is still to come.")]
    if errors:
        raise Invalid(errors)


def add_party(actor: Actor, case: Case, side: str, person: Person) -> Party:
    """Enter somebody as a party, in the caller's transaction; recognised as a resident by name and number, for the warning
    about kin only. Raises `Invalid` (name)."""
    name = person.name.strip()
    if not name:
        raise Invalid({"name": [_("Please write the name.")]})
    made: Party = Party.create(
        community=case.community, case_id=case.id, side=side, name=name, phone=person.phone.strip(),
        address=person.address.strip(), person=resident_named(case.community, name, person.phone.strip()),
        # Whoever enters a helper has asked both sides.
        consented_on=today() if side == "invitee" else None,
    )  # fmt: skip
    record(actor, "mediation.party.added", party_ref(made), permission=WORK)
    return made


def party_ref(party: Party) -> Ref:
    """A party is told of as its case in the log: who it is stands nowhere."""
    return Ref(Case.kind, party.community, party.case_id)
