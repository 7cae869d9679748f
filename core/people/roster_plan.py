"""What importing a register would do to the people of a community: new, changed, left. Reads only, and changes nothing.

A person is recognised by home and name (also a former one); a namesake elsewhere is somebody else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.cells import join_notes, plain
from core.people.areas import LONGEST, Area, Home
from core.people.columns import Columns
from core.people.door import Door, join_door, parse_address
from core.people.names import split_names
from core.people.person import DECEASED, FormerName, Person, PersonHome
from core.people.roster_file import RosterFile, RosterRow
from core.people.roster_grids import GridPlan, GridSaid, compare_grids
from core.people.roster_records import RosterChange, RosterImport
from core.store.import_batches import IMPORTED
from core.titles import BadRow

_OWNERS = re.compile("业主|产权|权利人|房主|房东|owner", re.IGNORECASE)
_TENANTS = re.compile("租户|租客|承租|tenant", re.IGNORECASE)


class Who(NamedTuple):
    """Somebody at a door, as shown in a difference. `public_id` is empty for who is new."""

    estate: str
    door: str
    name: str
    public_id: str = ""


class Details(NamedTuple):
    """What a register says of somebody beside the name: the first and second number, the sex and the year of birth."""

    phone: str = ""
    phone_2: str = ""
    sex: str = ""
    birth_year: int | None = None


class Change(NamedTuple):
    """Somebody whose details differ: as stored, as in the file, and as they are where what is stored holds."""

    who: Who
    person_id: int
    before: Details
    after: Details
    kept: Details

    @property
    def is_disputed(self) -> bool:
        """Whether it must be asked which holds; only adding what is not known yet need not."""
        return self.after != self.kept


class StayOf(NamedTuple):
    """A stay that begins again or ends."""

    who: Who
    person_id: int
    stay_id: int


class NewPerson(NamedTuple):
    """Somebody to add at a door."""

    estate: str
    door: Door
    name: str
    phones: tuple[str, str]
    note: str
    sex: str = ""
    birth_year: int | None = None


@dataclass
class Plan:
    """The difference between a file and what is stored.

    `returning` had been marked as moved away by an earlier import; `moved_out` are in the file, though staff recorded that
    they left: nothing is done about them. `left` are people of earlier imports who are missing in the buildings the file
    covers. Nothing happens to them without an explicit choice.
    """

    estates: tuple[str, ...] = ()
    new_estates: tuple[str, ...] = ()
    relation: str = "unknown"
    new_homes: list[tuple[str, Door]] = field(default_factory=list)
    new: list[NewPerson] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    changed_ids: set[int] = field(default_factory=set)
    returning: list[StayOf] = field(default_factory=list)
    left: list[StayOf] = field(default_factory=list)
    moved_out: list[Who] = field(default_factory=list)
    unchanged: int = 0
    homes: dict[tuple[str, str], int | None] = field(default_factory=dict)
    homes_left: int = 0
    grids: GridPlan = field(default_factory=GridPlan)

    @property
    def is_empty(self) -> bool:
        """Whether importing would add and change nothing (leaving aside who is missing)."""
        return not (self.new_homes or self.new or self.changed or self.returning or self.grids.laid)

    @property
    def is_disputed(self) -> bool:
        """Whether the details of somebody stored differ from those in the file."""
        return any(change.is_disputed for change in self.changed)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many `households` and `people` are new, changed, left, unchanged."""
        touched = {(who.estate, who.door) for who in (*self.changed_people(), *(each.who for each in self.left))}
        touched |= {(person.estate, person.door.text) for person in self.new}
        fresh = {key for key, home in self.homes.items() if home is None}
        changed = len({key for key in touched if key not in fresh}) - self.homes_left
        return {
            "households": {
                "new": len(fresh),
                "changed": changed,
                "left": self.homes_left,
                "unchanged": len([key for key in self.homes if key not in fresh and key not in touched]),
            },
            "people": {
                "new": len(self.new),
                "changed": len(self.changed) + len(self.returning),
                "left": len(self.left),
                "unchanged": self.unchanged,
            },
        }

    def changed_people(self) -> list[Who]:
        """Everybody stored whom the file would change."""
        return [change.who for change in self.changed] + [stay.who for stay in self.returning]


@dataclass
class _Known:
    """A stay as stored, with its person."""

    stay_id: int
    home_id: int
    is_open: bool
    from_import: bool
    person_id: int
    public_id: str
    name: str
    names: set[str]
    details: Details
    status: str


class _Stored:
    """What is stored in the estates of a file."""

    def __init__(self, community: str, names: Iterable[str]) -> None:
        wanted = sorted(set(names))
        estates = Area.of(community, Area.name, Area.id).where(Area.level == "estate", Area.name.in_(wanted))
        self.estates: dict[str, int] = dict(estates.tuples())
        self.names = {estate_id: name for name, estate_id in self.estates.items()}
        self.homes: dict[tuple[str, str], int] = {}
        self.places: dict[int, tuple[str, str, str]] = {}
        ids = list(self.names)
        for home_id, estate_id, building, door in (
            Home.of(community, Home.id, Home.estate_id, Home.building, Home.door)
            .where(Home.estate_id.in_(ids))
            .tuples()
        ):
            estate = self.names[estate_id]
            self.homes[estate, door] = home_id
            self.places[home_id] = (estate, building, door)
        self.people = self._people(community, ids)
        self.ended_by_roster = _ended_by_roster(community)

    def _people(self, community: str, estate_ids: list[int]) -> dict[int, list[_Known]]:
        former: dict[int, set[str]] = defaultdict(set)
        for person_id, name in FormerName.of(community, FormerName.person_id, FormerName.name).tuples():
            former[person_id].add(name)
        rows = (
            PersonHome.select(
                PersonHome.id, PersonHome.home_id, PersonHome.until_day, PersonHome.import_id, Person.id, Person.public_id,
                Person.name, Person.phone, Person.phone_2, Person.sex, Person.birth_year, Person.status,
            )
            .join(Person, on=((Person.community == PersonHome.community) & (Person.id == PersonHome.person_id)))
            .join(Home, on=((Home.community == PersonHome.community) & (Home.id == PersonHome.home_id)))
            .where(PersonHome.community == community, Home.estate_id.in_(estate_ids))
            .order_by(PersonHome.id)
        )  # fmt: skip
        people: dict[int, list[_Known]] = defaultdict(list)
        for stay, home, until, source, person, public_id, name, *told, status in rows.tuples():
            names = {name} | former.get(person, set())
            known = _Known(
                stay, home, until is None, source is not None, person, public_id, name, names, Details(*told), status
            )
            people[home].append(known)
        return people

    def who(self, known: _Known) -> Who:
        """A stored person as shown in a difference."""
        estate, _building, door = self.places[known.home_id]
        return Who(estate, door, known.name, known.public_id)


def _ended_by_roster(community: str) -> set[int]:
    """The stays that an import which still stands has ended."""
    rows = (
        RosterChange.select(RosterChange.record_id)
        .join(
            RosterImport,
            on=((RosterImport.community == RosterChange.community) & (RosterImport.id == RosterChange.import_id)),
        )
        .where(
            RosterChange.community == community, RosterChange.record == "person_home", RosterImport.state == IMPORTED
        )
    )
    return {row[0] for row in rows.tuples()}


def estate_name(text: str) -> str:
    """An estate of a file as it is stored."""
    return plain(text).replace(" ", "")[:LONGEST]


def compare(community: str, file: RosterFile) -> Plan:
    """What importing `file` would do in `community` now."""
    names = tuple(dict.fromkeys(estate_name(row.estate) for row in file.rows))
    stored = _Stored(community, names)
    plan = Plan(
        estates=names,
        new_estates=tuple(name for name in names if name not in stored.estates),
        relation=_relation(file),
    )
    seen: set[tuple[str, str, str]] = set()
    found: set[int] = set()
    for row in file.rows:
        _compare_row(plan, stored, row, seen, found)
    _find_left(plan, stored, file, found)
    said = (GridSaid(estate_name(row.estate), row.door, row.grid, row.line) for row in file.rows)
    plan.grids = compare_grids(community, said, plan.new_homes)
    return plan


def _relation(file: RosterFile) -> str:
    """What the title above the names says of them: 业主 → owner, 租户 → tenant, 姓名 or 户主 → unknown."""
    column = file.columns.name
    title = file.titles[column] if column is not None and column < len(file.titles) else ""
    if _OWNERS.search(title):
        return "owner"
    return "tenant" if _TENANTS.search(title) else "unknown"


def _compare_row(plan: Plan, stored: _Stored, row: RosterRow, seen: set[tuple[str, str, str]], found: set[int]) -> None:
    estate, door = estate_name(row.estate), row.door.text
    home_id = stored.homes.get((estate, door))
    if home_id is None and (estate, door) not in plan.homes:
        plan.new_homes.append((estate, row.door))
    plan.homes[estate, door] = home_id
    numbers = [phone.number for phone in row.phones] + ["", ""]
    for place, person in enumerate(row.people):
        if (estate, door, person.name) in seen:
            continue
        seen.add((estate, door, person.name))
        # A row has one sex and one year: those of who is named first.
        sex, year = (row.sex, row.birth_year) if place == 0 else ("", None)
        candidates = stored.people.get(home_id, []) if home_id is not None else []
        known = _recognise(candidates, person.name, numbers, found)
        if known is None:
            note = join_notes(person.note, row.note, *(phone.note for phone in row.phones))
            plan.new.append(NewPerson(estate, row.door, person.name, (numbers[0], numbers[1]), note, sex, year))
            continue
        found.add(known.stay_id)
        _compare_person(plan, stored, known, numbers, sex, year)


def _recognise(candidates: Sequence[_Known], name: str, numbers: Sequence[str], found: set[int]) -> _Known | None:
    same = [known for known in candidates if name in known.names and known.stay_id not in found]
    # Of two people with one name in one home, rather the one who is still there, then the one with the phone.
    same.sort(key=lambda known: (not known.is_open, not numbers[0] or numbers[0] not in known.details[:2]))
    return same[0] if same else None


def _compare_person(
    plan: Plan, stored: _Stored, known: _Known, numbers: Sequence[str], sex: str, year: int | None
) -> None:
    who = stored.who(known)
    if not known.is_open:
        if known.stay_id not in stored.ended_by_roster or known.status == DECEASED:
            plan.moved_out.append(who)
            return
        plan.returning.append(StayOf(who, known.person_id, known.stay_id))
    before = known.details
    phones = _phones_after((before.phone, before.phone_2), numbers)
    after = Details(*phones, sex or before.sex, year or before.birth_year)
    # Who has two homes may have two numbers in the file: the first difference is the one that is shown.
    is_new = known.person_id not in plan.changed_ids
    if after != before and known.status != DECEASED and is_new:
        kept = before._replace(sex=before.sex or sex, birth_year=before.birth_year or year)
        plan.changed.append(Change(who, known.person_id, before, after, kept))
        plan.changed_ids.add(known.person_id)
    elif known.is_open:
        plan.unchanged += 1


def _phones_after(before: tuple[str, str], numbers: Sequence[str]) -> tuple[str, str]:
    """A file without a number takes none away, and a second one that only we know is kept."""
    first, second = numbers[0], numbers[1]
    if not first or (first in before and second in ("", *before)):
        return before
    kept = before[1] if before[1] != first else ""
    return (first, second or kept)


# --- who is missing --------------------------------------------------------------------------------------------------


def _find_left(plan: Plan, stored: _Stored, file: RosterFile, found: set[int]) -> None:
    """People of earlier imports whom the file no longer has, in the buildings it covers and outside its bad rows."""
    covered = {(estate_name(row.estate), row.door.building) for row in file.rows}
    doors, names = _mentioned(file.bad, file.columns)
    for home_id, people in stored.people.items():
        estate, building, door = stored.places[home_id]
        if (estate, building) not in covered or door in doors:
            continue
        present = [known for known in people if known.is_open and known.status != DECEASED]
        gone = [
            known for known in present if known.from_import and known.stay_id not in found and not known.names & names
        ]
        plan.left += [StayOf(stored.who(known), known.person_id, known.stay_id) for known in gone]
        if gone and len(gone) == len(present) and (estate, door) not in plan.homes:
            plan.homes_left += 1


def _mentioned(bad: Iterable[BadRow], columns: Columns) -> tuple[set[str], set[str]]:
    """Doors and names that stand in bad rows: those people are not missing."""
    doors: set[str] = set()
    names: set[str] = set()
    for row in bad:
        cells = {
            key: row.cells[column] if column is not None and column < len(row.cells) else ""
            for key, column in columns.as_dict().items()
        }
        door = parse_address(cells["door"])[1] or join_door(cells["building"], cells["unit"], cells["room"])
        if door is not None:
            doors.add(door.text)
        else:
            names |= {person.name for person in split_names(cells["name"])}
    return doors, names
