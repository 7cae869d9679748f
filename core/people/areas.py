"""The area tree of a community (estate 小区 → building 楼栋 → unit 单元), its homes, and the grids 网格 laid over it.

The codes above a community are in `core.people.divisions`; who lives in a home is in `core.people.residents`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import peewee

from core.actor import Actor
from core.clock import today
from core.errors import Invalid, NotFound, Refused
from core.people.account_records import RoleGrant
from core.people.cells import plain
from core.people.divisions import DivisionChoice, community_divisions, division_path, load_divisions
from core.people.door import Door
from core.people.names import pinyin
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, in_transaction, now, rows, transactional
from core.text import _, is_storable

__all__ = [
    "Area", "AreaNode", "DivisionChoice", "Grid", "GridArea", "GridRow", "Home", "HomeRow", "add_estate", "add_grid",
    "area_sort_key", "assign_grid", "community_divisions", "division_path", "door_sort_key", "ensure_area",
    "ensure_estate", "ensure_home", "estate_names", "estates", "find_estate", "grid_area_ids", "grid_homes", "grids", "homes_of",
    "load_divisions", "remove_grid", "tidy_area_name", "tree",
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


class Grid(CommunityModel):
    """A grid 网格, or a micro-grid 微网格 when it has a parent."""

    parent_id = Integer(null=True)
    name = Text()
    sort_key = Text()

    kind = "core.grid"

    class Meta:
        table_name = "grid"


class GridArea(CommunityModel):
    """An area laid under a grid; what lies below the area goes with it unless it has a grid of its own."""

    area_id = Integer()
    grid_id = Integer()

    class Meta:
        table_name = "grid_area"
        primary_key = peewee.CompositeKey("community", "area_id")


class HomeRow(NamedTuple):
    """A home in a list."""

    id: int
    estate: str
    door: str


class GridRow(NamedTuple):
    """A grid in a list; `homes` counts those of its micro-grids too."""

    id: int
    name: str
    parent_id: int | None
    area_ids: tuple[int, ...]
    homes: int


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


def area_sort_key(name: str) -> str:
    """Orders areas: numbers by value (2 before 10), Chinese names by pinyin."""
    spoken = " ".join(pinyin(name)[0]) if not name.isascii() else ""
    return f"{spoken} {_padded(name)}".strip()


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
    community = _community(actor)
    tidy = tidy_area_name(name)
    if Area.of(community).where(Area.level == "estate", Area.name == tidy).exists():
        raise Refused(_("The estate %(name)s already exists.", name=tidy))
    estate_id = ensure_estate(community, tidy)
    area = Area.get_of(community, estate_id)
    audit.record(actor, "core.area.added", area.ref, after={"name": tidy}, permission="core.people.edit")
    return estate_id


def _community(actor: Actor) -> str:
    if actor.community is None:
        raise NotFound
    return actor.community


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
    return _homes(community, under, after, limit)


def _homes(
    community: str, condition: peewee.Expression, after: int | None = None, limit: int | None = None
) -> list[HomeRow]:
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


# --- grids -----------------------------------------------------------------------------------------------------------


@transactional
def add_grid(actor: Actor, name: str, parent_id: int | None = None) -> int:
    """Add a grid, or a micro-grid under the grid `parent_id`; returns its id.

    Raises `Invalid` for an empty name, `Refused` when the name is taken or the parent is itself a micro-grid.
    """
    actor.require("core.people.edit")
    community = _community(actor)
    tidy = plain(name)
    if not tidy or len(tidy) > LONGEST or not is_storable(tidy):
        raise Invalid({"name": [_("Give the grid a name, at most %(limit)d characters.", limit=LONGEST)]})
    if Grid.of(community).where(Grid.name == tidy).exists():
        raise Refused(_("There is already a grid called %(name)s.", name=tidy))
    if parent_id is not None and Grid.get_of(community, parent_id).parent_id is not None:
        raise Refused(_("A micro-grid cannot have micro-grids of its own."))
    grid_id = int(
        Grid.insert(community=community, parent_id=parent_id, name=tidy, sort_key=area_sort_key(tidy)).execute()
    )
    after = {"name": tidy, "parent": parent_id}
    audit.record(actor, "core.grid.added", _grid(community, grid_id).ref, after=after, permission="core.people.edit")
    return grid_id


@transactional
def assign_grid(actor: Actor, grid_id: int, area_ids: Sequence[int]) -> None:
    """Lay a grid over exactly these areas (estates, buildings or units), taking them from other grids.

    Raises `NotFound` when the grid or an area is not of this community.
    """
    actor.require("core.people.edit")
    community = _community(actor)
    grid = _grid(community, grid_id)
    wanted = sorted(set(area_ids))
    for area_id in wanted:
        Area.get_of(community, area_id)
    before = _areas_of(community, grid_id)
    mine = (GridArea.community == community) & ((GridArea.grid_id == grid_id) | GridArea.area_id.in_(wanted))
    GridArea.delete().where(mine).execute()
    if wanted:
        GridArea.insert_many(
            [{"community": community, "grid_id": grid_id, "area_id": area_id} for area_id in wanted]
        ).execute()
    audit.record(
        actor,
        "core.grid.assigned",
        grid.ref,
        before={"areas": before},
        after={"areas": wanted},
        permission="core.people.edit",
    )


@transactional
def remove_grid(actor: Actor, grid_id: int) -> None:
    """Remove a grid; its areas and homes stay. Raises `Refused` while it has micro-grids or an officer."""
    actor.require("core.people.edit")
    community = _community(actor)
    grid = _grid(community, grid_id)
    if Grid.of(community).where(Grid.parent_id == grid_id).exists():
        raise Refused(_("Remove the micro-grids of %(name)s first.", name=grid.name))
    _release_officers(community, grid)
    before = {"name": grid.name, "areas": _areas_of(community, grid_id)}
    GridArea.delete().where(GridArea.community == community, GridArea.grid_id == grid_id).execute()
    audit.record(actor, "core.grid.removed", grid.ref, before=before, permission="core.people.edit")
    grid.delete_instance()


def _release_officers(community: str, grid: Grid) -> None:
    """The roles once held in a grid stay in the history without it; a role held today or later must be ended first."""
    given = (RoleGrant.community == community) & (RoleGrant.grid_id == grid.id)
    still = RoleGrant.ended_at.is_null() & (RoleGrant.until_day.is_null() | (RoleGrant.until_day >= today()))
    if RoleGrant.select().where(given, still).exists():
        raise Refused(
            _("Somebody works in the grid %(name)s.", name=grid.name),
            advice=_("End the role of its officer first, under “Accounts and roles”."),
        )
    ended = peewee.fn.COALESCE(RoleGrant.ended_at, now())
    RoleGrant.update(grid_id=None, ended_at=ended).where(given).execute()


def grids(community: str) -> list[GridRow]:
    """Every grid, each followed by its micro-grids, with its areas and the number of homes in it."""
    rows = list(Grid.of(community, Grid.id, Grid.name, Grid.parent_id).order_by(Grid.sort_key, Grid.id).tuples())
    homes: dict[int, int] = defaultdict(int)
    counts = dict(Home.of(community, Home.area_id, peewee.fn.COUNT(Home.id)).group_by(Home.area_id).tuples())
    for area_id, grid_id in _effective(community).items():
        homes[grid_id] += counts.get(area_id, 0)
    listed = []
    for grid_id, name, parent_id in (row for row in rows if row[2] is None):
        micro = [row for row in rows if row[2] == grid_id]
        total = homes[grid_id] + sum(homes[row[0]] for row in micro)
        listed.append(GridRow(grid_id, name, parent_id, tuple(_areas_of(community, grid_id)), total))
        listed += [
            GridRow(key, word, above, tuple(_areas_of(community, key)), homes[key]) for key, word, above in micro
        ]
    return listed


def grid_homes(
    community: str, grid_id: int, *, micro: bool = True, after: int | None = None, limit: int | None = None
) -> list[HomeRow]:
    """The homes of a grid and of its micro-grids (without `micro`, of it alone): all, or `limit` behind the home `after`.

    An area's own grid counts before that of what it lies in.
    """
    return _homes(community, Home.area_id.in_(grid_area_ids(community, grid_id, micro=micro)), after, limit)


def grid_area_ids(community: str, grid_id: int, *, micro: bool = True) -> list[int]:
    """Every area that belongs to a grid or (with `micro`) its micro-grids, with what was inherited from above; raises
    `NotFound`."""
    _grid(community, grid_id)
    below = Grid.of(community, Grid.id).where(Grid.parent_id == grid_id).tuples() if micro else ()
    wanted = {grid_id, *(row[0] for row in below)}
    return [area_id for area_id, effective in _effective(community).items() if effective in wanted]


def _grid(community: str, grid_id: int) -> Grid:
    grid: Grid = Grid.get_of(community, grid_id)
    return grid


def _areas_of(community: str, grid_id: int) -> list[int]:
    rows: Iterable[tuple[int]] = GridArea.of(community, GridArea.area_id).where(GridArea.grid_id == grid_id).tuples()
    return sorted(row[0] for row in rows)


def _effective(community: str) -> dict[int, int]:
    """Which grid each area belongs to: its own, else that of the nearest area above."""
    own = dict(GridArea.of(community, GridArea.area_id, GridArea.grid_id).tuples())
    parents = dict(Area.of(community, Area.id, Area.parent_id).tuples())
    found: dict[int, int] = {}
    for area_id in parents:
        above: int | None = area_id
        while above is not None and above not in own:
            above = parents[above]
        if above is not None:
            found[area_id] = own[above]
    return found
