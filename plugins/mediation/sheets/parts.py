"""What the forms share: the parties in one line each, days, and the look that is written down when a form is opened."""

from __future__ import annotations

import datetime
from typing import Any

from core import Actor, Label, Ref, SheetContent, SheetKind, day_text
from plugins.mediation import service
from plugins.mediation.models import Case, Party
from plugins.mediation.rules import SIDES
from plugins.mediation.texts import _
from plugins.mediation.words import SEXES
from plugins.mediation.words import SIDES as SIDE_WORDS

Facts = list[tuple[Label, str]]
WORK = "mediation.work"


def case_of(actor: Actor, ref: Ref, form: str) -> Case:
    """The case a form is about; opening the form is a look at it. Raises `NotFound`."""
    return service.look_at(actor, int(ref.id), f"form {form}")


def day(value: datetime.date | None) -> str:
    """A day with its year; empty for none."""
    return day_text(value, with_year=True) if value is not None else ""


def who(party: Party) -> str:
    """A party as the form names them: name, sex, ethnicity, age, occupation, number, address; what is not known is left out."""
    age = str(_("aged %(age)d", age=party.age)) if party.age is not None else ""
    guardian = str(_("guardian: %(name)s", name=party.guardian)) if party.guardian else ""
    parts = (
        party.name, str(SEXES.get(party.sex, "")), party.ethnicity, age, party.occupation, party.phone, party.address, guardian
    )  # fmt: skip
    return "，".join(part for part in parts if part)


def people_of(case: Case) -> Facts:
    """Both sides, one line for each party."""
    return [(SIDE_WORDS[party.side], who(party)) for party in service.parties_of(case, *SIDES)]


def mediators_of(case: Case) -> str:
    """The names of the mediators."""
    return "、".join(mediator.name for _assignment, mediator in service.assigned_to(case))


def content(
    facts: Facts, *remarks: Label, blanks: tuple[Any, ...] = (), signatures: tuple[Any, ...] = ()
) -> SheetContent:
    """What a form says, without the facts that are empty."""
    return SheetContent(tuple(fact for fact in facts if fact[1]), remarks, blanks, signatures)


def sheet(name: str, kind: str, title: Label, word: str, says: Any) -> SheetKind:
    """A form of the module."""
    return SheetKind(f"mediation.{name}", kind, title, word, WORK, says)
