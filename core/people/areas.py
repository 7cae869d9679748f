"""The area tree of a community (estate 小区 → building 楼栋 → unit 单元), and its homes.

The grids laid over them are in `grids`, the codes above a community in `divisions`; who lives in a home is in `residents`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import peewee

from core.actor import Actor, community_of
from core.cells import plain
from core.errors import Invalid, NotFound, Refused
from core.people.divisions import DivisionChoice, community_divisions, division_path, load_divisions
from core.people.door import Door
from core.people.names import pinyin
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, in_transaction, rows, transactional
from core.text import _, is_storable

__all__ = [
    "Area", "AreaNode", "DivisionChoice", "Home", "HomeRow", "add_estate", "area_sort_key", "community_divisions",
    "division_path", "door_sort_key", "ensure_area", "ensure_estate", "ensure_home", "estate_names", "estates",
    "find_estate", "homes_in", "homes_of", "load_divisions", "tidy_area_name", "tree",
]  # fmt: skip

LONGEST = 60


class Area(CommunityModel):
    """A node of the tree; `level` is estate, building or unit, and only an estate has no parent."""

    parent_id = Integer(null=True)
    level = Text()
    name = Text()
    sort_key = Text()
    import_id = Integer(null=True)

    kind = "core.area"

    class Meta:
        table_name = "area"


class Home(CommunityModel):
    """One door. `door` is its canonical text (3-2-501); `area_id` the unit, or the building where it has no units."""

    estate_id = Integer()
    area_id = Integer()
    building = Text()
    unit = Text()
    room = Text()
    door = Text()
    sort_key = Text()
    import_id = Integer(null=True)

    kind = "core.home"

    class Meta:
        table_name = "home"


class HomeRow(NamedTuple):
    """A home in a list."""

    id: int
    estate: str
    door: str


@dataclass(frozen=True)
class AreaNode:
    """One area with what lies below it, in the order people walk; `homes` counts all doors under it."""

    id: int
    level: str
    name: str
    homes: int
    children: tuple[AreaNode, ...]


# --- names and order -------------------------------------------------------------------------------------------------


def tidy_area_name(text: str) -> str:
    """An estate's name as it is kept: half width, no blanks inside. Raises `Invalid` when empty or too long."""
    name = plain(text).replace(" ", "")
    if not name or len(name) > LONGEST or not is_storable(name):
        raise Invalid({"estate": [_("Give the name of the estate, at most %(limit)d characters.", limit=LONGEST)]})
    return name


_NUMERAL = re.compile(r"(?<=第)[一二三四五六七八九十]{1,3}|[一二三四五六七八九十]{1,3}(?=[里村区期苑弄幢栋组号])")
_DIGITS = "一二三四五六七八九"


def area_sort_key(name: str) -> str:
    """Orders areas and grids: numbers by value (2 before 10, 第二 before 第十), Chinese names by pinyin."""
    counted = _NUMERAL.sub(lambda found: str(_value(found[0])), name)
    if name.isascii():
        return _padded(name)
    parts = re.split(r"(\d+)", counted)
    spoken = " ".join(part.zfill(6) if part.isdecimal() else " ".join(pinyin(part)[0]) for part in parts if part)
    return f"{spoken} {_padded(name)}"


def _value(numeral: str) -> int:
    """1 to 99 as written 一, 十, 十二, 二十, 二十三; any other run of these characters by its last one."""
    tens, ten, ones = numeral.partition("十")
    value = (_DIGITS.find(tens[-1:]) + 1 if tens else 1) * 10 if ten else 0
    last = ones if ten else numeral
    return value + (_DIGITS.find(last[-1:]) + 1 if last else 0)


def door_sort_key(door: Door) -> str:
    """Orders doors as people walk: 2-1-101 before 10-1-101, 3-2-501 before 3-2-1201."""
    return " ".join("".join(_pad(number, word) for _kind, number, word in part) for part in door.sort_key)


def _pad(number: int, word: str) -> str:
    return word or f"{number:06d}"


def _padded(name: str) -> str:
    return door_sort_key(Door(name, "", "")).rstrip()


# --- get or create ---------------------------------------------------------------------------------------------------


def ensure_estate(community: str, name: str) -> int:
    """The id of the estate with this name, made if need be, inside the caller's transaction."""
    return ensure_area(community, None, "estate", tidy_area_name(name))


def ensure_area(community: str, parent_id: int | None, level: str, name: str) -> int:
    """The id of an area under `parent_id`, made if need be, inside the caller's transaction."""
    _require_transaction()
    parent = Area.parent_id.is_null() if parent_id is None else Area.parent_id == parent_id
    found = Area.of(community, Area.id).where(parent, Area.level == level, Area.name == name).tuples().first()
    if found is not None:
        return int(found[0])
    return int(
        Area.insert(
            community=community, parent_id=parent_id, level=level, name=name, sort_key=area_sort_key(name)
        ).execute()
    )


def ensure_home(community: str, estate_id: int, door: Door) -> int:
    """The id of the home at this door, made with its building and unit if need be, inside the caller's transaction.

    Raises `NotFound` when the community has no such estate.
    """
    _require_transaction()
    find_estate(community, estate_id)
    found = Home.of(community, Home.id).where(Home.estate_id == estate_id, Home.door == door.text).tuples().first()
    if found is not None:
        return int(found[0])
    area_id = ensure_area(community, estate_id, "building", door.building)
    if door.unit:
        area_id = ensure_area(community, area_id, "unit", door.unit)
    return int(
        Home.insert(
            community=community,
            estate_id=estate_id,
            area_id=area_id,
            building=door.building,
            unit=door.unit,
            room=door.room,
            door=door.text,
            sort_key=door_sort_key(door),
        ).execute()
    )


def _require_transaction() -> None:
    if not in_transaction():
        raise RuntimeError("areas are made inside a transaction")


@transactional
def add_estate(actor: Actor, name: str) -> int:
    """Add an estate by hand; returns its id. Raises `Invalid` for a bad name, `Refused` when it exists."""
    actor.require("core.people.edit")
    community = community_of(actor)
    tidy = tidy_area_name(name)
    if Area.of(community).where(Area.level == "estate", Area.name == tidy).exists():
        raise Refused(_("The estate %(name)s already exists.", name=tidy))
    estate_id = ensure_estate(community, tidy)
    area = Area.get_of(community, estate_id)
    audit.record(actor, "core.area.added", area.ref, after={"name": tidy}, permission="core.people.edit")
    return estate_id


# --- the tree --------------------------------------------------------------------------------------------------------


def find_estate(community: str, estate_id: int) -> Area:
    """The estate with this id; raises `NotFound` also when another community has it."""
    area: Area = Area.get_of(community, estate_id)
    if area.level != "estate":
        raise NotFound
    return area


def estates(community: str) -> list[tuple[int, str, int]]:
    """Every estate as (id, name, number of homes), by pinyin."""
    homes = peewee.fn.COUNT(Home.id)
    rows = (
        Area.select(Area.id, Area.name, homes)
        .join(Home, peewee.JOIN.LEFT_OUTER, on=((Home.community == Area.community) & (Home.estate_id == Area.id)))
        .where(Area.community == community, Area.level == "estate")
        .group_by(Area.id, Area.name, Area.sort_key)
        .order_by(Area.sort_key, Area.id)
    )
    return list(rows.tuples())


def estate_names(community: str) -> tuple[tuple[int, str], ...]:
    """Every estate as (id, name), by pinyin."""
    # Only estates have no parent, and by that they are found in the index.
    statement = "SELECT id, name FROM area WHERE community = ? AND parent_id IS NULL ORDER BY sort_key, id"
    return tuple((key, name) for key, name in rows(statement, community))


def tree(community: str) -> tuple[AreaNode, ...]:
    """The whole tree of a community, estates first."""
    own = dict(Home.of(community, Home.area_id, peewee.fn.COUNT(Home.id)).group_by(Home.area_id).tuples())
    children: dict[int | None, list[tuple[int, str, str]]] = defaultdict(list)
    rows = Area.of(community, Area.id, Area.parent_id, Area.level, Area.name).order_by(Area.sort_key, Area.id)
    for area_id, parent_id, level, name in list(rows.tuples()):
        children[parent_id].append((area_id, level, name))

    def build(parent_id: int | None) -> tuple[AreaNode, ...]:
        nodes = []
        for area_id, level, name in children[parent_id]:
            below = build(area_id)
            homes = own.get(area_id, 0) + sum(node.homes for node in below)
            nodes.append(AreaNode(area_id, level, name, homes, below))
        return tuple(nodes)

    return build(None)


def homes_of(
    community: str,
    area_id: int,
    *,
    inside: frozenset[int] | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[HomeRow]:
    """The homes under an area (an estate, building or unit), in the order people walk: all, or `limit` of them behind the
    home `after`; with `inside` only those in these buildings and units. Raises `NotFound`."""
    area: Area = Area.get_of(community, area_id)
    units = Area.of(community, Area.id).where(Area.parent_id == area_id)
    under = Home.estate_id == area_id if area.level == "estate" else Home.area_id.in_(units) | (Home.area_id == area_id)
    if inside is not None:
        under &= Home.area_id.in_(sorted(inside))
    return homes_in(community, under, after, limit)


def homes_in(
    community: str, condition: peewee.Expression, after: int | None = None, limit: int | None = None
) -> list[HomeRow]:
    """The homes that meet a condition on `Home`, in the order people walk: all, or `limit` behind the home `after`."""
    estate = Area.alias()
    order = (estate.sort_key, Home.estate_id, Home.sort_key, Home.id)
    rows = (
        Home.select(Home.id, estate.name, Home.door)
        .join(estate, on=((estate.community == Home.community) & (estate.id == Home.estate_id)))
        .where(Home.community == community, condition)
        .order_by(*order)
    )
    if after is not None:
        last: Home = Home.get_of(community, after)
        place = (Area.get_of(community, last.estate_id).sort_key, last.estate_id, last.sort_key, last.id)
        rows = rows.where(peewee.Tuple(*order) > peewee.Tuple(*place))
    return [HomeRow(*row) for row in rows.limit(limit).tuples()]
