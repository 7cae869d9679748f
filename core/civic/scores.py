"""Scores 评分: households rate a record from 1 to 5, with a word if they like. Who rated is never shown.

Which records, and who may rate them until when, modules declare with `ScoreKind`. A household is a home: whoever lives there
may change its one score until the last day, and what it was before is kept. Somebody with several homes rates for the one
that was entered first, so that nobody has two voices. Mean and counts are told from three scores on: fewer would tell who.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.clock import day_text, today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people.person import Person, PersonHome
from core.people.reach import require_person
from core.plugin.current import active
from core.plugin.declarations import DataSubject, DataTable, ScoreKind
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import Label, _, is_storable

LEAST_SHOWN = 3
LONGEST_WORDS = 200
TITLE = _("Scores of your household")
VALUES: Mapping[int, Label] = {
    1: _("Very dissatisfied"),
    2: _("Dissatisfied"),
    3: _("Middling"),
    4: _("Satisfied"),
    5: _("Very satisfied"),
}


class Score(CommunityModel):
    """What a household gave a record. `asked_on` is the day on the paper, for what the office entered (`entered_by`)."""

    kind = "core.score"

    subject = Text()
    home_id = Integer()
    value = Integer()
    words = Text(default="")
    asked_on = Day()
    entered_by = Text(default="")
    at = Utc(default=now)

    class Meta:
        table_name = "score"


class ScoreBefore(CommunityModel):
    """What a household's score was before it was changed; only added."""

    kind = "core.score_before"

    score_id = Integer()
    value = Integer()
    words = Text(default="")
    asked_on = Day()
    entered_by = Text(default="")
    at = Utc()

    class Meta:
        table_name = "score_before"


@dataclass(frozen=True)
class Summary:
    """What is told of a record's scores. `mean` and `counts` (of 1 to 5) are None below three scores; `words` are the latest."""

    count: int
    mean: float | None
    counts: tuple[int, ...] | None
    words: tuple[str, ...] = ()


class Given(NamedTuple):
    """What a household gave, and when (ms UTC)."""

    value: int
    words: str
    at: int


@transactional
def rate(actor: Actor, subject: Ref, value: int, words: str = "") -> None:
    """Rate a record for one's household, or change what it gave. Raises `Invalid` (value, words), `Refused`, `Forbidden`."""
    if actor.person is None:
        raise Forbidden
    _keep(actor, subject, actor.person, value, words, today(), "", "")


@transactional
def enter_score(
    actor: Actor, subject: Ref, person_id: int, value: int, words: str = "", *, asked_on: datetime.date, permission: str
) -> None:
    """Enter what a resident wrote on paper on `asked_on` (代录); needs `permission`.

    What a household gave by itself is not replaced by a paper. Raises like `rate`, and `NotFound`.
    """
    actor.require(permission)
    require_person(actor, Person.get_of(community_of(actor), person_id).id)
    if asked_on > today():
        raise Invalid({"asked_on": [_("This day cannot lie in the future.")]})
    _keep(actor.for_person(person_id), subject, person_id, value, words, asked_on, actor.signature, permission)


def _keep(
    actor: Actor, subject: Ref, person_id: int, value: int, words: str, day: datetime.date, by: str, permission: str
) -> None:
    _check(value, words)
    last = last_day(subject, person_id)
    home = home_of(str(subject.community), person_id)
    if subject.community != actor.community:
        raise NotFound
    if last is None or home is None:
        raise Refused(_("Only households that live here and have used it can rate it."))
    if day > last:
        raise Refused(_("It could be rated until %(day)s.", day=day_text(last)))
    values: dict[str, Any] = {"value": value, "words": words.strip(), "asked_on": day, "entered_by": by, "at": now()}
    found = _score(subject, home)
    if found is not None and by and not found.entered_by:
        raise Refused(
            _("This household gave its score itself on %(day)s. Only the household changes it.", day=day_text(found.asked_on))
        )  # fmt: skip
    if found is None:
        found = Score.create(community=subject.community, subject=str(subject), home_id=home, **values)
        audit.record(actor, "core.score.given", subject, after={"value": value}, permission=permission)
        return
    old = {name: getattr(found, name) for name in values}
    ScoreBefore.insert(community=subject.community, score_id=found.id, **old).execute()
    Score.update(**values).where(Score.community == subject.community, Score.id == found.id).execute()
    audit.record(
        actor,
        "core.score.changed",
        subject,
        before={"value": found.value},
        after={"value": value},
        permission=permission,
    )


def _check(value: int, words: str) -> None:
    errors: dict[str, list[Label]] = {}
    if value not in VALUES:
        errors["value"] = [_("Please choose one of the five answers.")]
    if len(words.strip()) > LONGEST_WORDS:
        errors["words"] = [_("Please use at most %(most)d characters.", most=LONGEST_WORDS)]
    elif not is_storable(words):
        errors["words"] = [_("This text has characters that cannot be stored.")]
    if errors:
        raise Invalid(errors)


def _score(subject: Ref, home_id: int) -> Any:
    same = (Score.subject == str(subject)) & (Score.home_id == home_id)
    return Score.of(str(subject.community)).where(same).first()


def home_of(community: str, person_id: int) -> int | None:
    """The home for which a person rates: of several the one that was entered first; None without one."""
    stays = PersonHome.of(community, PersonHome.home_id).where(
        PersonHome.person_id == person_id, PersonHome.until_day.is_null()
    )
    found = list(stays.order_by(PersonHome.id).limit(1).tuples())
    return int(found[0][0]) if found else None


def last_day(subject: Ref, person_id: int | None) -> datetime.date | None:
    """The last day on which a person's household may rate a record; None when it has no say in it."""
    return None if person_id is None else _kind_of(subject).closes(subject, person_id)


def may_rate(actor: Actor, subject: Ref) -> bool:
    """Whether the actor's household can rate a record today, for pages that offer it."""
    last = last_day(subject, actor.person)
    return last is not None and today() <= last and home_of(community_of(actor), actor.person or 0) is not None


def given(subject: Ref, person_id: int) -> Given | None:
    """What the household of a person gave a record; None when nothing."""
    community = str(subject.community)
    home = home_of(community, person_id)
    found = _score(subject, home) if home is not None else None
    if found is None:
        return None
    stays = PersonHome.of(community).where(PersonHome.person_id == person_id, PersonHome.home_id == home)
    # Who lived there before is another household: its words are not for those who moved in.
    if all(stay.from_day is not None and found.asked_on < stay.from_day for stay in stays):
        return None
    return Given(found.value, found.words, found.at)


def question_of(subject: Ref) -> Label:
    """What is asked above the five answers."""
    return _kind_of(subject).question


def _kind_of(subject: Ref) -> ScoreKind:
    for _plugin, item in active().declared("scores"):
        if item.kind == subject.kind:
            return item
    raise ValueError(f"nobody declares scores of {subject.kind}")


def summary(subject: Ref) -> Summary:
    """The mean and the counts of a record's scores with the latest words, from three scores on."""
    community = str(subject.community)
    rows: Any = (
        Score.of(community, Score.value, peewee.fn.COUNT(Score.id))
        .where(Score.subject == str(subject))
        .group_by(Score.value)
        .tuples()
    )
    found = {int(value): int(count) for value, count in rows}
    count = sum(found.values())
    if count < LEAST_SHOWN:
        return Summary(count, None, None)
    mean = sum(value * times for value, times in found.items()) / count
    said = Score.of(community, Score.words).where(Score.subject == str(subject), Score.words != "")
    words = tuple(row[0] for row in said.order_by(Score.at.desc(), Score.id.desc()).limit(20).tuples())
    return Summary(count, round(mean, 1), tuple(found.get(value, 0) for value in VALUES), words)


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """What the household of a person gave, for the copy of everything that is held about somebody."""
    stays = PersonHome.of(community).where(PersonHome.person_id == person.id)
    during = [
        (Score.home_id == stay.home_id)
        & (Score.asked_on >= (stay.from_day or datetime.date.min))
        & (Score.asked_on <= (stay.until_day or datetime.date.max))
        for stay in stays
    ]
    found = Score.of(community).where(functools.reduce(operator.or_, during)).order_by(Score.id) if during else ()
    rows = tuple((row.asked_on, str(VALUES[row.value]), row.words) for row in found)
    return [DataTable(TITLE, (_("Day"), _("Score"), _("Words")), rows)]
