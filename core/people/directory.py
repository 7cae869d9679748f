"""Looking residents up: the searchable list, one person's page, people of one name. Nothing is changed here."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.errors import NotFound
from core.people import children, reach
from core.people import phone as phones
from core.people.areas import Area, Home
from core.people.door import parse_address
from core.people.grids import grid_area_ids
from core.people.names import search_terms
from core.people.person import DECEASED, FormerName, Person, PersonHome
from core.store.db import rows
from core.text import is_storable

VIEW, EDIT, PHONE, IMPORT = "core.people.view", "core.people.edit", "core.people.phone", "core.roster.import"
# Nobody is given this one: who holds PHONE and sees a masked page finds people by their numbers there all the same.
FIND_BY_PHONE = "core.people.phone.find"


class PersonRow(NamedTuple):
    """A person in a list. `homes` are the present ones as “estate door”; `phone` is masked unless permitted."""

    public_id: str
    name: str
    homes: tuple[str, ...]
    phone: str
    status: str


class PeoplePage(NamedTuple):
    """A page of people; `next` is the `after` of the following page, None on the last."""

    rows: tuple[PersonRow, ...]
    next: str | None


class Stay(NamedTuple):
    """A home of a person with its days; `until_day` is None while they still have it."""

    home_id: int
    estate: str
    door: str
    relation: str
    from_day: datetime.date | None
    until_day: datetime.date | None


class Member(NamedTuple):
    """Somebody else of the same home today."""

    public_id: str
    name: str
    relation: str
    status: str
    home_id: int


@dataclass(frozen=True)
class PersonPage:
    """All that is known of one person; present homes come first.

    Unless `phones_shown`, `phones` are masked, `birth_year` is None and of `born` only the decade is told: 195*.
    """

    id: int
    public_id: str
    name: str
    former_names: tuple[tuple[str, datetime.date], ...]
    sex: str
    birth_year: int | None
    born: str
    phones: tuple[str, ...]
    phones_shown: bool
    note: str
    status: str
    homes: tuple[Stay, ...]
    household: tuple[Member, ...]
    created_at: int
    updated_at: int


def find_person(community: str, public_id: str) -> Person:
    """The person with this public id, or the one kept in their place; raises `NotFound`, also across communities."""
    if not is_storable(public_id):
        raise NotFound
    found: Person | None = Person.of(community).where(Person.public_id == public_id).first()
    while found is not None and found.same_as is not None:
        found = Person.get_of(community, found.same_as)
    if found is None:
        raise NotFound
    return found


def person_of(actor: Actor, public_id: str) -> Person:
    """The same for somebody at work; raises `OutOfReach` too, for people of somebody else's grid, and `Forbidden` for children
    under fourteen unless the actor may open their records."""
    person = find_person(community_of(actor), public_id)
    reach.require_person(actor, person.id)
    children.require_seen(actor, person)
    return person


def may_be_contacted(community: str, person_id: int) -> bool:
    """Whether anybody may still call or write to this person: never once they are deceased."""
    return Person.of(community).where(Person.id == person_id, Person.status != DECEASED).exists()


def list_people(
    actor: Actor,
    query: str = "",
    *,
    estate: int | None = None,
    grid: int | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> PeoplePage:
    """Residents by pinyin, `limit` at a time, starting behind the person with public id `after`.

    `query` is a name or part of one, pinyin or its initials, the end of a phone, a door, or several of these; `estate`
    and `grid` are ids. Raises `Forbidden`; `NotFound` for a grid of another community.
    """
    actor.require(VIEW)
    community = community_of(actor)
    where, params = _joined(
        *_searched(actor, community, terms_of(query)),
        *([Condition("1 = 0", ())] if query.strip() and not terms_of(query) else ()),
        *_narrowed(community, estate, grid, status),
        *_behind(community, after),
    )
    found = rows(_PEOPLE.format(where=where), *params, limit + 1)
    listed = _rows(actor, community, found[:limit])
    return PeoplePage(listed, listed[-1].public_id if len(found) > limit else None)


def find_people(actor: Actor, terms: Sequence[str], limit: int) -> tuple[PersonRow, ...]:
    """The residents in whom all terms of `terms_of` are found, the likeliest first. Raises `Forbidden`.

    The order goes by the first term: whose name it is, of whom anything is exactly it (pinyin, initials, the end of a
    number, a door), whose name begins so, of whom anything begins so, all others; within these, short names first.

    However common the terms, the table is read through once.
    """
    actor.require(VIEW)
    community = community_of(actor)
    where, params = _joined(*_searched(actor, community, terms))
    first = _escaped(terms[0].strip() if terms else "")
    found = rows(_LIKELIEST.format(where=where), *params, *(each.format(first) for each in _LIKELY), limit)
    return _rows(actor, community, found)


def person_row(actor: Actor, person_id: int) -> PersonRow:
    """One person as in a list, by number; raises `Forbidden`, `NotFound`."""
    actor.require(VIEW)
    community = community_of(actor)
    reach.require_person(actor, person_id)
    found = rows(
        "SELECT id, public_id, name, phone, status FROM person WHERE community = ? AND id = ?", community, person_id
    )
    if not found:
        raise NotFound
    return _rows(actor, community, found)[0]


class Condition(NamedTuple):
    """A part of a WHERE on `person p`, with `?` marks, and what stands for them."""

    sql: str
    params: tuple[Any, ...]


# The list is open at the desk all day, so its statements are written out here.
_PEOPLE = (
    "SELECT p.id, p.public_id, p.name, p.phone, p.status FROM person p WHERE {where}"
    " ORDER BY p.sort_key, p.public_id LIMIT ?"
)
_LIKELIEST = (
    "SELECT p.id, p.public_id, p.name, p.phone, p.status FROM person p WHERE {where}"
    " ORDER BY CASE WHEN p.search_text || ' ' LIKE ? ESCAPE '!' THEN 0 WHEN p.search_text || ' ' LIKE ? ESCAPE '!' THEN 1"
    " WHEN p.search_text LIKE ? ESCAPE '!' THEN 2 WHEN p.search_text LIKE ? ESCAPE '!' THEN 3 ELSE 4 END,"
    " LENGTH(p.name), p.sort_key, p.public_id LIMIT ?"
)
_LIKELY = (" {} %", "% {} %", " {}%", "% {}%")
_LIVES_IN = (
    "p.id IN (SELECT s.person_id FROM person_home s JOIN home h ON h.community = s.community AND h.id = s.home_id"
    " WHERE s.community = ? AND s.until_day IS NULL AND {which})"
)
_PRESENT_HOMES = (
    "SELECT s.person_id, e.name, h.door FROM person_home s JOIN home h ON h.community = s.community AND h.id = s.home_id"
    " JOIN area e ON e.community = h.community AND e.id = h.estate_id"
    " WHERE s.community = ? AND s.until_day IS NULL AND s.person_id IN ({marks})"
    " ORDER BY e.sort_key, h.sort_key, s.id"
)


def _joined(*conditions: Condition) -> tuple[str, list[Any]]:
    """All conditions as one, and what stands for their marks."""
    return " AND ".join(each.sql for each in conditions), [param for each in conditions for param in each.params]


def _searched(actor: Actor, community: str, terms: Sequence[str]) -> Iterator[Condition]:
    """The people within the actor's reach in whom all terms are found."""
    yield Condition("p.community = ? AND p.same_as IS NULL", (community,))
    yield from _within_reach(actor, community)
    for term in terms:
        if actor.can(PHONE) or actor.can(FIND_BY_PHONE) or not _PHONE_LIKE.fullmatch(term):
            yield Condition("p.search_text LIKE ? ESCAPE '!'", (f"%{_escaped(term)}%",))
        else:
            # Whoever may not see numbers must not find out by them whose they are: then digits are those of a door.
            yield Condition("(p.search_text LIKE ? OR p.search_text LIKE ?)", (f"%-{term}%", f"% {term}-%"))


_PHONE_LIKE = re.compile(r"[\d.]+")


def _escaped(term: str) -> str:
    """A term for LIKE … ESCAPE '!'."""
    return term.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _within_reach(actor: Actor, community: str) -> Iterator[Condition]:
    if actor.reach is not None:
        areas = sorted(actor.reach)
        yield Condition(_LIVES_IN.format(which=f"h.area_id IN ({_marks(areas)})"), (community, *areas))


def _narrowed(community: str, estate: int | None, grid: int | None, status: str | None) -> Iterator[Condition]:
    if status is not None:
        yield Condition("p.status = ?", (status,))
    if estate is not None:
        yield Condition(_LIVES_IN.format(which="h.estate_id = ?"), (community, estate))
    if grid is not None:
        areas = grid_area_ids(community, grid)
        yield Condition(_LIVES_IN.format(which=f"h.area_id IN ({_marks(areas)})"), (community, *areas))


def _marks(values: Sequence[Any]) -> str:
    """A `?` for each value, for IN; `NULL` for none."""
    return ", ".join("?" * len(values)) or "NULL"


def terms_of(query: str) -> list[str]:
    """`search_terms` of a query that may also be a whole address (海城名家3幢2单元501室)."""
    place, door = parse_address(query)
    return search_terms(place) + search_terms(str(door)) if place and door else search_terms(query)


def _lives_in(community: str, condition: peewee.Expression) -> peewee.Expression:
    inside = (
        PersonHome.select(PersonHome.person_id)
        .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
        .where(PersonHome.community == community, PersonHome.until_day.is_null(), condition)
    )
    return Person.id.in_(inside)


def _behind(community: str, after: str | None) -> Iterator[Condition]:
    if after is None:
        return
    for start in rows("SELECT sort_key, public_id FROM person WHERE community = ? AND public_id = ?", community, after):
        yield Condition("(p.sort_key, p.public_id) > (?, ?)", start)


def _rows(actor: Actor, community: str, found: Iterable[tuple[int, str, str, str, str]]) -> tuple[PersonRow, ...]:
    people = list(found)
    homes: dict[int, list[str]] = defaultdict(list)
    if people:
        present = _PRESENT_HOMES.format(marks=_marks(people))
        for person_id, estate, door in rows(present, community, *(row[0] for row in people)):
            homes[person_id].append(f"{estate} {door}")
    shown = phones.grouped if actor.can(PHONE) else phones.masked
    return tuple(
        PersonRow(public_id, name, tuple(homes[person_id]), shown(phone) if phone else "", status)
        for person_id, public_id, name, phone, status in people
    )


def _stays(community: str, person_id: int) -> list[Stay]:
    """The stays of a person, present ones first, then the latest."""
    estate = Area.alias()
    found = (
        PersonHome.select(
            PersonHome.home_id, estate.name, Home.door, PersonHome.relation, PersonHome.from_day, PersonHome.until_day
        )
        .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
        .join(estate, on=((estate.community == Home.community) & (estate.id == Home.estate_id)))
        .where(PersonHome.community == community, PersonHome.person_id == person_id)
        .order_by(estate.sort_key, Home.sort_key, PersonHome.id)
    )
    stays = [Stay(*row) for row in found.tuples()]
    return sorted(stays, key=lambda stay: -(stay.until_day or datetime.date.max).toordinal())


def same_name(actor: Actor, name: str) -> tuple[PersonRow, ...]:
    """Everybody who has or had exactly this name, for the warning before somebody is entered twice; never merged here."""
    actor.require(VIEW)
    community = community_of(actor)
    formerly = FormerName.of(community, FormerName.person_id).where(FormerName.name == name.strip())
    found = (
        Person.of(community, Person.id, Person.public_id, Person.name, Person.phone, Person.status)
        .where(
            Person.same_as.is_null(),
            (Person.name == name.strip()) | Person.id.in_(formerly),
            reach.within(actor, Person.id),
        )
        .order_by(Person.sort_key, Person.public_id)
        .limit(20)
    )
    return _rows(actor, community, found.tuples())


def person_page(actor: Actor, public_id: str) -> PersonPage:
    """Everything about one person; raises `Forbidden`, or `NotFound` also when another community has them."""
    actor.require(VIEW)
    community = community_of(actor)
    person = person_of(actor, public_id)
    may_see = actor.can(PHONE)
    shown = phones.grouped if may_see else phones.masked
    former = FormerName.of(community).where(FormerName.person_id == person.id).order_by(FormerName.id)
    homes = tuple(_stays(community, person.id))
    return PersonPage(
        id=person.id,
        public_id=person.public_id,
        name=person.name,
        former_names=tuple((each.name, each.until_day) for each in former),
        sex=person.sex,
        birth_year=person.birth_year if may_see else None,
        born=_born(person.birth_year, may_see),
        phones=tuple(shown(number) for number in (person.phone, person.phone_2) if number),
        phones_shown=may_see,
        note=person.note,
        status=person.status,
        homes=homes,
        household=_household(actor, person.id, [stay.home_id for stay in homes if stay.until_day is None]),
        created_at=person.created_at,
        updated_at=person.updated_at,
    )


def _born(year: int | None, may_see: bool) -> str:
    if year is None:
        return ""
    return str(year) if may_see else f"{year // 10}*"


def _household(actor: Actor, person_id: int, home_ids: list[int]) -> tuple[Member, ...]:
    found = (
        PersonHome.select(Person.public_id, Person.name, PersonHome.relation, Person.status, PersonHome.home_id)
        .join(Person, on=((Person.community == PersonHome.community) & (Person.id == PersonHome.person_id)))
        .where(
            PersonHome.community == community_of(actor),
            PersonHome.home_id.in_(home_ids),
            PersonHome.person_id != person_id,
            PersonHome.until_day.is_null(),
            reach.within(actor, Person.id),
        )
        .order_by(Person.sort_key, Person.public_id)
    )
    return tuple(Member(*row) for row in found.tuples())


def people_of_home(actor: Actor, home_id: int) -> tuple[PersonRow, ...]:
    """Who has a home today, by pinyin; raises `Forbidden`, `NotFound`."""
    actor.require(VIEW)
    community = community_of(actor)
    reach.require_home(actor, Home.get_of(community, home_id).area_id)
    found = (
        Person.of(community, Person.id, Person.public_id, Person.name, Person.phone, Person.status)
        .where(_lives_in(community, Home.id == home_id))
        .order_by(Person.sort_key, Person.public_id)
    )
    return _rows(actor, community, found.tuples())
