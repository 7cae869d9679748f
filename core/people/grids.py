"""Grids 网格 and micro-grids 微网格: an overlay on the area tree, one officer's part of the community.

Who works in a grid is a role (`roles`); what grid officers may see because of it is in `reach`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import peewee

from core.actor import Actor, community_of
from core.cells import plain
from core.clock import today
from core.errors import Invalid, Refused
from core.people.account_records import RoleGrant
from core.people.areas import LONGEST, Area, Home, HomeRow, area_sort_key, homes_in
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Integer, Text, now, transactional
from core.text import _, is_storable


class Grid(CommunityModel):
    """A grid 网格, or a micro-grid 微网格 when it has a parent."""

    parent_id = Integer(null=True)
    name = Text()
    sort_key = Text()
    import_id = Integer(null=True)

    kind = "core.grid"

    class Meta:
        table_name = "grid"


class GridArea(CommunityModel):
    """An area laid under a grid; what lies below the area goes with it unless it has a grid of its own.

    `import_id` is that of the register which laid it, None when somebody did.
    """

    area_id = Integer()
    grid_id = Integer()
    import_id = Integer(null=True)

    class Meta:
        table_name = "grid_area"
        primary_key = peewee.CompositeKey("community", "area_id")


class GridRow(NamedTuple):
    """A grid in a list; `homes` counts those of its micro-grids too."""

    id: int
    name: str
    parent_id: int | None
    area_ids: tuple[int, ...]
    homes: int


@transactional
def add_grid(actor: Actor, name: str, parent_id: int | None = None) -> int:
    """Add a grid, or a micro-grid under the grid `parent_id`; returns its id.

    Raises `Invalid` for an empty name, `Refused` when the name is taken or the parent is itself a micro-grid.
    """
    actor.require("core.people.edit")
    community = community_of(actor)
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
    community = community_of(actor)
    grid = _grid(community, grid_id)
    wanted = sorted(set(area_ids))
    for area_id in wanted:
        Area.get_of(community, area_id)
    before = _areas_of(community, grid_id)
    # What stays keeps saying which register laid it.
    added = [area_id for area_id in wanted if area_id not in before]
    gone = [area_id for area_id in before if area_id not in wanted]
    GridArea.delete().where(GridArea.community == community, GridArea.area_id.in_([*added, *gone])).execute()
    if added:
        GridArea.insert_many(
            [{"community": community, "grid_id": grid_id, "area_id": area_id} for area_id in added]
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
    community = community_of(actor)
    grid = _grid(community, grid_id)
    if Grid.of(community).where(Grid.parent_id == grid_id).exists():
        raise Refused(_("Remove the micro-grids of %(name)s first.", name=grid.name))
    release_officers(community, grid)
    before = {"name": grid.name, "areas": _areas_of(community, grid_id)}
    GridArea.delete().where(GridArea.community == community, GridArea.grid_id == grid_id).execute()
    audit.record(actor, "core.grid.removed", grid.ref, before=before, permission="core.people.edit")
    grid.delete_instance()


def release_officers(community: str, grid: Grid) -> None:
    """Let go of the roles once held in a grid that is about to be removed: they stay in the history without it.

    Raises `Refused` for a role held today or later, which must be ended first.
    """
    given = (RoleGrant.community == community) & (RoleGrant.grid_id == grid.id)
    still = RoleGrant.ended_at.is_null() & (RoleGrant.until_day.is_null() | (RoleGrant.until_day >= today()))
    if RoleGrant.select().where(given, still).exists():
        raise Refused(
            _("Somebody works in the grid %(name)s.", name=grid.name),
            advice=_("End the role of its officer first, under “Accounts and roles”."),
        )
    ended = peewee.fn.COALESCE(RoleGrant.ended_at, now())
    RoleGrant.update(grid_id=None, ended_at=ended).where(given).execute()


def grid_rows(community: str) -> list[GridRow]:
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
    community: str,
    grid_id: int,
    *,
    micro: bool = True,
    inside: frozenset[int] | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[HomeRow]:
    """The homes of a grid and of its micro-grids (without `micro`, of it alone): all, or `limit` behind the home `after`;
    with `inside` only those in these buildings and units.

    An area's own grid counts before that of what it lies in.
    """
    wanted = grid_area_ids(community, grid_id, micro=micro)
    shown = [area for area in wanted if inside is None or area in inside]
    return homes_in(community, Home.area_id.in_(shown), after, limit)


def grid_area_ids(community: str, grid_id: int, *, micro: bool = True) -> list[int]:
    """Every area that belongs to a grid or (with `micro`) its micro-grids, with what was inherited from above; raises
    `NotFound`."""
    _grid(community, grid_id)
    return sorted(areas_of_grids(community, [grid_id], micro=micro))


def areas_of_grids(community: str, grid_ids: Iterable[int], *, micro: bool = True) -> frozenset[int]:
    """The same for several grids at once, in three statements; unknown ones have no areas."""
    wanted = set(grid_ids)
    if micro:
        wanted |= {row[0] for row in Grid.of(community, Grid.id).where(Grid.parent_id.in_(sorted(wanted))).tuples()}
    return frozenset(area_id for area_id, effective in _effective(community).items() if effective in wanted)


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
