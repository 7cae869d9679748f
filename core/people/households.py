"""Who lives behind the doors: the people of a building door by door, one home with those who left it, how near two people
live. Reads only."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import peewee

from core.actor import Actor, community_of
from core.people import phone as phones
from core.people import reach
from core.people.areas import Area, Home, HomeRow, homes_of
from core.people.directory import PHONE, VIEW
from core.people.person import Person, PersonHome


class Dweller(NamedTuple):
    """Somebody of a home with the days of the stay; `until_day` None: still. `phone` is masked unless permitted."""

    public_id: str
    name: str
    phone: str
    relation: str
    status: str
    from_day: datetime.date | None
    until_day: datetime.date | None


class DoorRow(NamedTuple):
    """A door with who has it today."""

    home_id: int
    estate: str
    door: str
    people: tuple[Dweller, ...]


class Household(NamedTuple):
    """One home: where it is, who has it today, and who had it before (the latest first)."""

    home_id: int
    estate_id: int
    estate: str
    area_id: int
    door: str
    people: tuple[Dweller, ...]
    former: tuple[Dweller, ...]


def find_doors(actor: Actor, terms: Sequence[str], limit: int) -> list[HomeRow]:
    """The doors within reach in which, with the name of their estate, all terms of `directory.terms_of` are found.

    Doors that begin so come first, then in the order people walk. Raises `Forbidden`.
    """
    actor.require(VIEW)
    shown = peewee.fn.LOWER(peewee.Value(" ").concat(Area.name).concat(" ").concat(Home.door))
    query = (
        Home.select(Home.id, Area.name, Home.door)
        .join(Area, on=((Area.community == Home.community) & (Area.id == Home.estate_id)))
        .where(Home.community == community_of(actor), *(shown.contains(term) for term in terms))
        .order_by(~Home.door.startswith(terms[-1].strip().upper()), Area.sort_key, Home.sort_key, Home.id)
    )
    if actor.reach is not None:
        query = query.where(Home.area_id.in_(sorted(actor.reach)))
    return [HomeRow(*row) for row in query.limit(limit).tuples()]


def doors_of(actor: Actor, area_id: int, *, after: int | None = None, limit: int | None = None) -> list[DoorRow]:
    """The doors of an estate, building or unit in the order people walk: all, or `limit` of them behind the home `after`.

    Raises `Forbidden`, `NotFound`.
    """
    actor.require(VIEW)
    homes = homes_of(community_of(actor), area_id, inside=actor.reach, after=after, limit=limit)
    people = _dwellers(actor, [home.id for home in homes])
    return [
        DoorRow(home.id, home.estate, home.door, tuple(each for each in people[home.id] if each.until_day is None))
        for home in homes
    ]


def household(actor: Actor, home_id: int) -> Household:
    """One home with its people; for whoever works in a grid without those who have left it. Raises `Forbidden`, `NotFound`
    also for a home of another community."""
    actor.require(VIEW)
    community = community_of(actor)
    home: Home = Home.get_of(community, home_id)
    reach.require_home(actor, home.area_id)
    estate: Area = Area.get_of(community, home.estate_id)
    everybody = _dwellers(actor, [home.id])[home.id]
    former = [each for each in everybody if each.until_day is not None]
    former.sort(key=lambda each: each.until_day or datetime.date.max, reverse=True)
    present = tuple(each for each in everybody if each.until_day is None)
    return Household(home.id, estate.id, estate.name, home.area_id, home.door, present, tuple(former))


def _dwellers(actor: Actor, home_ids: list[int]) -> dict[int, list[Dweller]]:
    community, shown = community_of(actor), phones.grouped if actor.can(PHONE) else phones.masked
    found: dict[int, list[Dweller]] = defaultdict(list)
    for start in range(0, len(home_ids), 1000):
        rows = (
            PersonHome.select(
                PersonHome.home_id, Person.public_id, Person.name, Person.phone, PersonHome.relation, Person.status,
                PersonHome.from_day, PersonHome.until_day,
            )
            .join(Person, on=((Person.community == PersonHome.community) & (Person.id == PersonHome.person_id)))
            .where(
                PersonHome.community == community,
                PersonHome.home_id.in_(home_ids[start : start + 1000]),
                Person.same_as.is_null(),
                reach.within(actor, Person.id),
            )
            .order_by(Person.sort_key, Person.public_id)
        )  # fmt: skip
        for home_id, public_id, name, phone, *stay in rows.tuples():
            found[home_id].append(Dweller(public_id, name, shown(phone) if phone else "", *stay))
    return found


# --------------------------------------------------------------------------- for modules that must know, and show nobody


def known_resident(community: str, name: str, phone: str) -> int | None:
    """The number of the one resident with exactly this name and telephone number (as `parse_phone` writes it).

    None when there is none or more than one, or nothing to go by. It tells nobody anything: for warnings about kin.
    """
    if not name or not phone:
        return None
    same = (Person.name == name) & ((Person.phone == phone) | (Person.phone_2 == phone)) & Person.same_as.is_null()
    found = [key for (key,) in Person.of(community, Person.id).where(same).limit(2).tuples()]
    return int(found[0]) if len(found) == 1 else None


def nearness(community: str, one: int, other: int) -> str:
    """How near two residents (by number) live today: `person` (the same), `home`, `building`, or empty."""
    if one == other:
        return "person"
    here, there = _homes_today(community, one), _homes_today(community, other)
    if {each[0] for each in here} & {each[0] for each in there}:
        return "home"
    return "building" if {each[1:] for each in here} & {each[1:] for each in there} else ""


def _homes_today(community: str, person_id: int) -> list[tuple[int, int, str]]:
    """The homes of a person today: (home, estate, building)."""
    same = (Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)
    query = PersonHome.of(community, Home.id, Home.estate_id, Home.building).join(Home, on=same)
    of_person = (PersonHome.person_id == person_id) & PersonHome.until_day.is_null()
    return list(query.where(of_person).tuples())
