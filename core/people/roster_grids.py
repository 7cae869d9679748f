"""Which grids a register would lay over which areas: the smallest set of them, and what it leaves as it is. Reads only.

An area that belongs to a grid already is never moved, and where a register contradicts itself nothing is laid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from core.people.areas import Area, Home, area_sort_key
from core.people.door import Door
from core.people.grids import Grid, GridArea


class Place(NamedTuple):
    """An area by its names: a unit, a building (no unit) or an estate (neither)."""

    estate: str
    building: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        """Such as 海城名家 3-2."""
        return f"{self.estate} {'-'.join(part for part in self[1:] if part)}".strip()

    def up(self) -> tuple[Place, ...]:
        """The place itself and those it lies in, the nearest first."""
        found = [self]
        if self.unit:
            found.append(Place(self.estate, self.building))
        if self.building:
            found.append(Place(self.estate))
        return tuple(found)


class GridSaid(NamedTuple):
    """What one row says: the home's grid, without blanks (a stored one may have some). `line` is the line of the file."""

    estate: str
    door: Door
    grid: str
    line: int


class Laid(NamedTuple):
    """An area that gets a grid."""

    place: Place
    grid: str


class OtherGrid(NamedTuple):
    """An area that belongs to the grid `stored` though the file names another; it is left there."""

    place: Place
    grid: str
    stored: str


class Contradiction(NamedTuple):
    """Rows of one area that name several grids, each with its lines; nothing is laid over it."""

    place: Place
    lines: Mapping[str, tuple[int, ...]]


@dataclass
class GridPlan:
    """The difference between the grids of a file and those that are stored; `new` are the grids to be made."""

    new: tuple[str, ...] = ()
    laid: list[Laid] = field(default_factory=list)
    others: list[OtherGrid] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)

    @property
    def by_grid(self) -> dict[str, list[Place]]:
        """The areas each grid gets."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place, grid in self.laid:
            found[grid].append(place)
        return dict(sorted(found.items(), key=lambda item: area_sort_key(item[0])))


class _Fate(NamedTuple):
    """What shall happen to the homes of one unit: laid under `grid`, or left under `stored`."""

    grid: str
    stored: str = ""


class _Own(NamedTuple):
    """The grid laid over one area itself, the grid this is a part of, and whether somebody laid it by hand."""

    grid: str
    parent: str
    by_hand: bool


def areas_by_place(community: str) -> dict[Place, int]:
    """The id of every area of a community by its names."""
    rows = {row[0]: row[1:] for row in Area.of(community, Area.id, Area.parent_id, Area.name).tuples()}
    found: dict[Place, int] = {}
    for area_id in rows:
        names: list[str] = []
        above = area_id
        while above is not None:
            above, name = rows[above]
            names.insert(0, name)
        found[Place(*names)] = area_id
    return found


def compare_grids(community: str, said: Iterable[GridSaid], new_homes: Iterable[tuple[str, Door]]) -> GridPlan:
    """What a register that says this would lay. `new_homes` are those the import adds, by estate and door."""
    stored = {name.replace(" ", ""): name for (name,) in Grid.of(community, Grid.name).tuples()}
    named: dict[Place, dict[str, list[int]]] = defaultdict(dict)
    for row in said:
        if row.grid:
            place = Place(row.estate, row.door.building, row.door.unit)
            named[place].setdefault(stored.get(row.grid, row.grid), []).append(row.line)
    if not named:
        return GridPlan()
    plan = _Comparison(community, named, new_homes).plan()
    plan.new = tuple(sorted({laid.grid for laid in plan.laid} - set(stored.values()), key=area_sort_key))
    return plan


class _Comparison:
    """One comparison at work. A building is a leaf itself where it has homes without a unit."""

    def __init__(
        self, community: str, named: Mapping[Place, Mapping[str, list[int]]], new_homes: Iterable[tuple[str, Door]]
    ) -> None:
        self.named = named
        self.ids = areas_by_place(community)
        self.own = _own_grids(community, self.ids)
        estates = {place.estate for place in named}
        leaves = {Place(estate, door.building, door.unit) for estate, door in new_homes}
        leaves |= {place for place in self.ids if place.unit}
        direct = {row[0] for row in Home.of(community, Home.area_id).where(Home.unit == "").distinct().tuples()}
        leaves |= {place for place, area_id in self.ids.items() if area_id in direct}
        # A building without any home is a leaf of which nobody says anything.
        filled = {Place(leaf.estate, leaf.building) for leaf in leaves}
        leaves |= {place for place in self.ids if place.building and not place.unit and place not in filled}
        self.leaves: dict[Place, list[Place]] = defaultdict(list)
        for leaf in sorted(leaves, key=_order):
            if leaf.estate in estates:
                self.leaves[Place(leaf.estate, leaf.building)].append(leaf)
        self.fates = {leaf: self._fate(leaf) for some in self.leaves.values() for leaf in some}
        self.found = GridPlan()

    def plan(self) -> GridPlan:
        """Everything found, estate after estate."""
        for place in sorted(self.named, key=_order):
            if len(self.named[place]) > 1:
                self._contradict(place, self.named[place])
        buildings: dict[Place, list[Place]] = defaultdict(list)
        for building in self.leaves:
            buildings[Place(building.estate)].append(building)
        for estate, inside in buildings.items():
            if not self._alike(estate, [leaf for building in inside for leaf in self.leaves[building]]):
                for building in inside:
                    if not self._alike(building, self.leaves[building]):
                        self._one_by_one(building)
        return self.found

    def _fate(self, leaf: Place) -> _Fate | None:
        """None where the file says nothing of use, and where everything is as it says already."""
        grids = list(self.named.get(leaf, ()))
        if len(grids) != 1:
            return None
        over = next((self.own[place] for place in leaf.up() if place in self.own), None)
        if over is None:
            return _Fate(grids[0])
        if grids[0] in (over.grid, over.parent):
            return None
        # What this import adds is moved by nobody, unless somebody chose the grid for all that lies there.
        is_new = leaf not in self.ids and not over.by_hand
        return _Fate(grids[0], "" if is_new else over.grid)

    def _alike(self, place: Place, leaves: list[Place]) -> bool:
        """Whether all homes of an area share one fate, which then is that of the area."""
        fates = {self.fates[leaf] for leaf in leaves}
        fate = fates.pop()
        if fates or fate is None:
            return False
        inside = {each for leaf in leaves for each in leaf.up()} - set(place.up()[1:])
        if not fate.stored and not inside.isdisjoint(self.own):
            return False
        self._add(place, fate)
        return True

    def _one_by_one(self, building: Place) -> None:
        units = [leaf for leaf in self.leaves[building] if leaf != building]
        whole = self.fates.get(building)
        if whole is not None and not whole.stored and not self._lay_around(building, units):
            whole = None
        if whole is not None:
            self._add(building, whole)
        for unit in units:
            fate = self.fates[unit]
            if fate is not None and fate != whole:
                self._add(unit, fate)

    def _lay_around(self, building: Place, units: list[Place]) -> bool:
        """Whether a grid for homes without a unit may lie over their building: only if it draws no silent unit along."""
        if building not in self.own and all(self._has_grid_of_its_own(unit) for unit in units):
            return True
        lines: dict[str, list[int]] = defaultdict(list)
        for leaf in (building, *units):
            for grid, some in self.named.get(leaf, {}).items():
                lines[grid] += some
        self._contradict(building, lines)
        return False

    def _has_grid_of_its_own(self, unit: Place) -> bool:
        fate = self.fates[unit]
        return unit in self.own or (fate is not None and not fate.stored)

    def _contradict(self, place: Place, lines: Mapping[str, Iterable[int]]) -> None:
        self.found.contradictions.append(Contradiction(place, {grid: tuple(some) for grid, some in lines.items()}))

    def _add(self, place: Place, fate: _Fate) -> None:
        if fate.stored:
            self.found.others.append(OtherGrid(place, fate.grid, fate.stored))
        else:
            self.found.laid.append(Laid(place, fate.grid))


def _own_grids(community: str, ids: Mapping[Place, int]) -> dict[Place, _Own]:
    rows = {row[0]: row[1:] for row in Grid.of(community, Grid.id, Grid.name, Grid.parent_id).tuples()}
    own = {
        area: _Own(rows[grid][0], rows[rows[grid][1]][0] if rows[grid][1] else "", batch is None)
        for area, grid, batch in GridArea.of(community, GridArea.area_id, GridArea.grid_id, GridArea.import_id).tuples()
    }
    return {place: own[area_id] for place, area_id in ids.items() if area_id in own}


def _order(place: Place) -> tuple[str, ...]:
    return tuple(_key(part) for part in place)


@lru_cache(maxsize=4_096)
def _key(name: str) -> str:
    return area_sort_key(name)
