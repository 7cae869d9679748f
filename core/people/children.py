"""Children under fourteen (《个人信息保护法》 §31): who is one by the year of birth, and what needs a guardian's word first.

Nobody's birthday is kept. In the year in which somebody turns fourteen the office asks, and notes that it has been.
"""

from __future__ import annotations

import peewee

from core.actor import Actor, community_of
from core.clock import today
from core.errors import Forbidden, NotFound, Refused
from core.people.consent_records import CHILD, last_word
from core.people.person import LIVING_HERE, Person, PersonHome
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text
from core.text import _

FOURTEEN = 14
# Whose word counts for a child has to be of age (《民法典》 §17, §27); by the year of birth, where one is known.
ADULT = 18
SEE = "core.people.children"


class TurnedFourteen(CommunityModel):
    """Somebody in whose year of birth it could not be seen has turned fourteen: said on a day, entered by the office."""

    kind = "core.turned_fourteen"

    person_id = Integer()
    said_on = Day()
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "turned_fourteen"
        primary_key = peewee.CompositeKey("community", "person_id")


def can_be_child() -> peewee.Expression:
    """Of a query over `Person`: born late enough to be looked at with `is_child`."""
    return Person.birth_year >= today().year - FOURTEEN


def may_be_either(birth_year: int | None) -> bool:
    """Whether somebody born in that year turns fourteen this year: thirteen or fourteen, so it has to be asked."""
    return birth_year is not None and today().year - birth_year == FOURTEEN


def is_child(person: Person) -> bool:
    """Whether this person is under fourteen, as far as the year of birth and what was said tell; unknown years are adults'."""
    if person.birth_year is None or today().year - person.birth_year > FOURTEEN:
        return False
    return not (may_be_either(person.birth_year) and has_turned(person))


def has_turned(person: Person) -> bool:
    """Whether somebody said that this person has turned fourteen."""
    return TurnedFourteen.of(person.community).where(TurnedFourteen.person_id == person.id).exists()


def guardian_agreed(person: Person) -> bool:
    """Whether a guardian's last word about this child was yes."""
    said = last_word(person.community, person.id, CHILD)
    return said is not None and bool(said.given)


def need_guardian(person: Person) -> bool:
    """Whether this is a child for whom no guardian has agreed (yet)."""
    return is_child(person) and not guardian_agreed(person)


def refuse_child(person: Person) -> None:
    """Raise `Refused` for a child under fourteen for whom no guardian has agreed."""
    if need_guardian(person):
        raise Refused(
            _("%(name)s is under 14: the father, mother or guardian has to agree first.", name=person.name),
            advice=_("They answer under “Mine”, or on paper at the office."),
        )


def require_seen(actor: Actor, person: Person) -> None:
    """Raise `Forbidden` when this is a child whose record the actor must not open."""
    if is_child(person) and not actor.can(SEE):
        raise Forbidden(
            _("This is the record of a child under 14. Only those of the office who look after children may open it."),
            advice=_("If your work needs it, ask the director to give you the right under “Who may do what”."),
        )


def own_children(actor: Actor) -> list[Person]:
    """The children who live in a home of the actor's today; none for somebody without a record, or who is not of age."""
    if actor.person is None:
        return []
    community = community_of(actor)
    own: Person = Person.get_of(community, actor.person)
    if own.birth_year is not None and today().year - own.birth_year < ADULT:
        return []
    stays = PersonHome.of(community, PersonHome.home_id).where(
        PersonHome.person_id == own.id, PersonHome.until_day.is_null()
    )
    with_them = PersonHome.of(community, PersonHome.person_id).where(
        PersonHome.home_id.in_(stays), PersonHome.until_day.is_null()
    )
    query = Person.of(community).where(
        Person.id.in_(with_them), Person.id != own.id, can_be_child(), Person.same_as.is_null(),
        Person.status == LIVING_HERE,
    )  # fmt: skip
    return [each for each in query.order_by(Person.birth_year, Person.id) if is_child(each)]


def own_child(actor: Actor, public_id: str) -> Person:
    """One of them; raises `NotFound` for everybody else."""
    found = next((each for each in own_children(actor) if each.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found
