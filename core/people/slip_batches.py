"""Printings of account slips: who still needs one, building by building, and what became of those printed. Reads only.

Issuing and revoking are in `slips`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.people.account_records import Account, AccountSlip
from core.people.areas import Area, Home, find_estate
from core.people.directory import find_person
from core.people.person import LIVING_HERE, Person, PersonHome
from core.people.slips import PRINT
from core.store.db import now


class Waiting(NamedTuple):
    """An estate or building with how many of its residents have no account, and how many of those hold a valid slip."""

    area_id: int
    name: str
    people: int
    with_slip: int


class Batch(NamedTuple):
    """One printing: `open` slips can still be used, `gone` ones are revoked, replaced or too old; `at` is ms UTC.

    `places` are the estates and buildings where its people live today. `key` continues the list behind this one.
    """

    key: int
    batch: str
    at: int
    by: str
    places: tuple[tuple[str, str], ...]
    slips: int
    used: int
    open: int
    gone: int


def waiting_estates(actor: Actor) -> list[Waiting]:
    """Every estate, by pinyin."""
    actor.require(PRINT)
    community = community_of(actor)
    counts = _waiting(community, Home.estate_id, None)
    rows = Area.of(community, Area.id, Area.name).where(Area.level == "estate").order_by(Area.sort_key, Area.id)
    return [Waiting(area_id, name, *counts.get(area_id, (0, 0))) for area_id, name in rows.tuples()]


def waiting_buildings(actor: Actor, estate_id: int) -> list[Waiting]:
    """Every building of an estate in the order people walk. Raises `NotFound`."""
    actor.require(PRINT)
    community = community_of(actor)
    find_estate(community, estate_id)
    counts = _waiting(community, Home.building, Home.estate_id == estate_id)
    rows = Area.of(community, Area.id, Area.name).where(Area.level == "building", Area.parent_id == estate_id)
    ordered = rows.order_by(Area.sort_key, Area.id).tuples()
    return [Waiting(area_id, name, *counts.get(name, (0, 0))) for area_id, name in ordered]


def _waiting(community: str, place: Any, inside: peewee.Expression | None) -> dict[Any, tuple[int, int]]:
    """By `place`: residents without an account, and those of them who hold a slip that can be used."""
    has_account = Account.select(Account.person_id).where(
        (Account.community == community) & Account.person_id.is_null(False)
    )
    holds_slip = _usable(AccountSlip.select(AccountSlip.person_id), community)
    query = (
        Home.select(
            place,
            peewee.fn.COUNT(Person.id.distinct()),
            peewee.fn.COUNT(peewee.Case(None, [(Person.id.in_(holds_slip), Person.id)], None).distinct()),
        )
        .join(
            PersonHome,
            on=((PersonHome.community == Home.community) & (PersonHome.home_id == Home.id)),
        )
        .join(
            Person,
            on=((Person.community == PersonHome.community) & (Person.id == PersonHome.person_id)),
        )
        .where(
            Home.community == community,
            PersonHome.until_day.is_null(),
            Person.status == LIVING_HERE,
            Person.same_as.is_null(),
            Person.id.not_in(has_account),
        )
        .group_by(place)
    )
    if inside is not None:
        query = query.where(inside)
    return {key: (people, slips) for key, people, slips in query.tuples()}


def _usable(query: peewee.ModelSelect, community: str) -> peewee.ModelSelect:
    return query.where(
        AccountSlip.community == community,
        AccountSlip.person_id.is_null(False),
        AccountSlip.used_at.is_null(),
        AccountSlip.revoked_at.is_null(),
        AccountSlip.expires_at > now(),
    )


def slip_of(actor: Actor, public_id: str) -> int | None:
    """Until when (ms UTC) the slip of a person without an account can be used; None without one. Raises `NotFound`."""
    actor.require(PRINT)
    community = community_of(actor)
    person = find_person(community, public_id)
    query = _usable(AccountSlip.select(AccountSlip.expires_at), community).where(AccountSlip.person_id == person.id)
    found = query.order_by(AccountSlip.expires_at.desc()).tuples().first()
    return found[0] if found else None


def batches(actor: Actor, after: int | None = None, limit: int = 20) -> list[Batch]:
    """The printings of slips for residents, newest first, starting behind the one with the key `after`."""
    actor.require(PRINT)
    community = community_of(actor)
    used, gone = (
        AccountSlip.used_at.is_null(False),
        AccountSlip.revoked_at.is_null(False),
    )
    expired = AccountSlip.expires_at <= now()
    last = peewee.fn.MAX(AccountSlip.id)
    rows = (
        AccountSlip.select(
            last,
            AccountSlip.batch,
            peewee.fn.MIN(AccountSlip.issued_at),
            peewee.fn.MIN(AccountSlip.by_account),
            peewee.fn.COUNT(AccountSlip.id),
            peewee.fn.SUM(peewee.Case(None, [(used, 1)], 0)),
            peewee.fn.SUM(peewee.Case(None, [(~used & (gone | expired), 1)], 0)),
        )
        .where(AccountSlip.community == community, AccountSlip.person_id.is_null(False))
        .group_by(AccountSlip.batch)
        .order_by(last.desc())
        .limit(limit)
    )
    if after is not None:
        rows = rows.having(last < after)
    found = [tuple(row) for row in rows.tuples()]
    places = _places(community, [row[1] for row in found])
    names = dict(
        Account.select(Account.id, Account.label).where(Account.id.in_([row[3] for row in found if row[3]])).tuples()
    )
    return [
        Batch(
            key, batch, at, names.get(by, ""), places[batch], count, int(use), count - int(use) - int(lost), int(lost)
        )
        for key, batch, at, by, count, use, lost in found
    ]


def _places(community: str, wanted: list[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Where the people of each printing live today, as estate and building."""
    rows = (
        AccountSlip.select(AccountSlip.batch, Area.name, Home.building)
        .join(
            PersonHome,
            on=((PersonHome.community == AccountSlip.community) & (PersonHome.person_id == AccountSlip.person_id)),
        )
        .join(
            Home,
            on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)),
        )
        .join(Area, on=((Area.community == Home.community) & (Area.id == Home.estate_id)))
        .where(AccountSlip.community == community, AccountSlip.batch.in_(wanted), PersonHome.until_day.is_null())
        .distinct()
    )
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for batch, estate, building in rows.tuples():
        found[batch].add((estate, building))
    return {batch: tuple(sorted(found[batch])) for batch in wanted}
