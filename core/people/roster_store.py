"""Writing a planned import in bulk, and taking it back. Called inside one transaction; nothing is decided here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.clock import today
from core.people.areas import Area, Home, area_sort_key, door_sort_key
from core.people.door import Door
from core.people.grids import Grid, GridArea
from core.people.names import search_text
from core.people.person import (
    LIVING_HERE,
    MOVED_AWAY,
    Person,
    PersonHome,
    name_sort_key,
    new_public_id,
    searchable,
)
from core.people.roster_grids import GridPlan, areas_by_place
from core.people.roster_plan import NewPerson, Plan, StayOf
from core.people.roster_records import RosterChange
from core.store.db import canonical, database, engine_name

_ROWS_AT_ONCE = 5_000
_PERSON_BEFORE = ("phone", "phone_2", "sex", "birth_year", "status", "search_text", "updated_at")

Model = type[peewee.Model]
Row = tuple[Any, ...]


class Texts:
    """Pinyin for everybody a plan adds: computed before the transaction begins, looked up inside it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, str]] = {}

    def of(self, person: NewPerson) -> tuple[str, str]:
        """The sort key and search text of a new person."""
        key = (person.name, *person.phones, person.estate, person.door.text)
        found = self._known.get(key)
        if found is None:
            phones = filter(None, person.phones)
            text = search_text(person.name, (), phones, (person.estate, person.door.text))
            found = self._known[key] = (name_sort_key(person.name), text)
        return found


@dataclass(frozen=True)
class Choice:
    """What staff decided: whether who is missing has moved away (`only` these stays, None: all), and which details hold."""

    mark_moved: bool = False
    only: Collection[int] | None = None
    take_details: bool = True

    def ends(self, stay_id: int) -> bool:
        """Whether a stay missing in the file is ended."""
        return self.mark_moved and (self.only is None or stay_id in self.only)


def write(community: str, import_id: int, plan: Plan, texts: Texts, moment: int, choice: Choice) -> int:
    """Add and change what the plan says; returns how many stays were ended.

    `moment` (ms UTC) becomes the time of change of everybody concerned.
    """
    homes = _add_homes(community, import_id, plan)
    _add_people(community, import_id, plan, homes, texts, moment)
    _lay_grids(community, import_id, plan.grids)
    if engine_name() == "postgresql":
        # Without it the planner takes the tables for as small as they were until autovacuum comes round.
        database.obj.execute_sql("ANALYZE area, home, person, person_home")
    return _change_people(community, import_id, plan, moment, choice)


def _insert(model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]], returning: str = "") -> list[Row]:
    """Insert rows in few statements; gives back the columns named in `returning`."""
    statement = (
        f"INSERT INTO {_table(model)} ({', '.join(columns)}) SELECT {_cells(model, columns)} FROM {_listed()}"
        + (f" RETURNING {returning}" if returning else "")
    )
    answers: list[Row] = []
    for some in _parts(rows, _ROWS_AT_ONCE):
        cursor = database.obj.execute_sql(statement, (canonical(some),))
        answers += cursor.fetchall() if returning else ()
    return answers


def _update(model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set `columns` of many records; each of `rows` is an id and then the values."""
    table = _table(model)
    assignments = ", ".join(f"{name} = v.{name}" for name in columns)
    statement = (
        f"UPDATE {table} SET {assignments} FROM (SELECT {_cells(model, ('id', *columns))} FROM {_listed()}) AS v "
        f"WHERE {table}.id = v.id"
    )
    for some in _parts(rows, _ROWS_AT_ONCE):
        database.obj.execute_sql(statement, (canonical(some),))


def _listed() -> str:
    """Rows travel as one JSON text: binding each value took most of the time on PostgreSQL."""
    if engine_name() == "postgresql":
        return "jsonb_array_elements(CAST(%s AS jsonb)) AS listed(value)"
    return "json_each(?) AS listed"


def _cells(model: Model, columns: Sequence[str]) -> str:
    fields = model._meta.columns
    cells = []
    for place, name in enumerate(columns):
        cell = f"listed.value ->> {place}"
        is_number = isinstance(fields[name], (peewee.BigIntegerField, peewee.AutoField))
        cells.append(f"CAST({cell} AS BIGINT) AS {name}" if is_number else f"{cell} AS {name}")
    return ", ".join(cells)


def _table(model: Model) -> str:
    return str(model._meta.table_name)


def _parts(rows: Sequence[Any], size: int = 1_000) -> list[Sequence[Any]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


# --- areas and homes -------------------------------------------------------------------------------------------------


def _add_homes(community: str, import_id: int, plan: Plan) -> dict[tuple[str, str], int]:
    """The ids of all homes of the plan, the new ones added."""
    homes = {key: home_id for key, home_id in plan.homes.items() if home_id is not None}
    if not plan.new_homes:
        return homes
    areas = _add_areas(community, import_id, plan)
    estates = {estate: areas[None, "estate", estate] for estate in plan.estates}
    rows = []
    for estate, door in plan.new_homes:
        estate_id = estates[estate]
        area_id = areas[estate_id, "building", door.building]
        if door.unit:
            area_id = areas[area_id, "unit", door.unit]
        rows.append((community, estate_id, area_id, door.building, door.unit, door.room, door.text,
                     door_sort_key(door), import_id))  # fmt: skip
    columns = ("community", "estate_id", "area_id", "building", "unit", "room", "door", "sort_key", "import_id")
    names = {estate_id: estate for estate, estate_id in estates.items()}
    for home_id, estate_id, door_text in _insert(Home, columns, rows, "id, estate_id, door"):
        homes[names[estate_id], door_text] = home_id
    return homes


Areas = dict[tuple[int | None, str, str], int]


def _add_areas(community: str, import_id: int, plan: Plan) -> Areas:
    """Every area of the community by parent, level and name, those of the plan's new homes added."""
    known: Areas = {
        (parent, level, name): area_id
        for area_id, parent, level, name in Area.of(community, Area.id, Area.parent_id, Area.level, Area.name).tuples()
    }
    _add_level(community, import_id, known, ((None, "estate", estate) for estate in plan.estates))

    def building(estate: str, door: Door) -> tuple[int | None, str, str]:
        return known[None, "estate", estate], "building", door.building

    _add_level(community, import_id, known, (building(*home) for home in plan.new_homes))
    units = ((known[building(estate, door)], "unit", door.unit) for estate, door in plan.new_homes if door.unit)
    _add_level(community, import_id, known, units)
    return known


def _add_level(community: str, import_id: int, known: Areas, wanted: Iterable[tuple[int | None, str, str]]) -> None:
    missing = [key for key in dict.fromkeys(wanted) if key not in known]
    rows = [(community, parent, level, name, area_sort_key(name), import_id) for parent, level, name in missing]
    columns = ("community", "parent_id", "level", "name", "sort_key", "import_id")
    for area_id, parent, level, name in _insert(Area, columns, rows, "id, parent_id, level, name"):
        known[parent, level, name] = area_id


def _lay_grids(community: str, import_id: int, plan: GridPlan) -> None:
    if not plan.laid:
        return
    made = [(community, name, area_sort_key(name), import_id) for name in plan.new]
    _insert(Grid, ("community", "name", "sort_key", "import_id"), made)
    grids = dict(Grid.of(community, Grid.name, Grid.id).tuples())
    areas = areas_by_place(community)
    rows = [(community, areas[place], grids[grid], import_id) for place, grid in plan.laid]
    _insert(GridArea, ("community", "area_id", "grid_id", "import_id"), rows)


# --- people ----------------------------------------------------------------------------------------------------------


def _add_people(
    community: str, import_id: int, plan: Plan, homes: dict[tuple[str, str], int], texts: Texts, moment: int
) -> None:
    rows, places = [], {}
    for person in plan.new:
        public_id = new_public_id()
        sort_key, text = texts.of(person)
        places[public_id] = homes[person.estate, person.door.text]
        rows.append((community, public_id, person.name, person.sex, person.birth_year, *person.phones, person.note,
                     sort_key, text, import_id, moment, moment))  # fmt: skip
    columns = ("community", "public_id", "name", "sex", "birth_year", "phone", "phone_2", "note", "sort_key",
               "search_text", "import_id", "created_at", "updated_at")  # fmt: skip
    ids: dict[str, int] = dict(_insert(Person, columns, rows, "public_id, id"))
    stays = [(community, ids[public_id], home_id, plan.relation, import_id) for public_id, home_id in places.items()]
    _insert(PersonHome, ("community", "person_id", "home_id", "relation", "import_id"), stays)


def _change_people(community: str, import_id: int, plan: Plan, moment: int, choice: Choice) -> int:
    held = {change: change.after if choice.take_details else change.kept for change in plan.changed}
    details = {change.person_id: after for change, after in held.items() if after != change.before}
    ending = {stay.stay_id: stay for stay in plan.left if choice.ends(stay.stay_id)}
    returning = {stay.stay_id: stay for stay in plan.returning}
    back = {stay.person_id for stay in plan.returning}
    touched = {*details, *(stay.person_id for stay in (*ending.values(), *returning.values()))}
    people = _load(community, touched)
    _remember(community, import_id, "person", [(person.id, _values(person)) for person in people])
    _change_stays(community, import_id, ending, returning)
    present = _with_a_home(community, touched)
    for person in people:
        for name, value in details[person.id]._asdict().items() if person.id in details else ():
            setattr(person, name, value)
        if person.id not in present:
            person.status = MOVED_AWAY
        elif person.id in back:
            person.status = LIVING_HERE
    found = searchable(people)
    for person in people:
        person.search_text, person.updated_at = found[person.id], moment
    _update(Person, _PERSON_BEFORE, [(person.id, *_values(person).values()) for person in people])
    return len(ending)


def _change_stays(community: str, import_id: int, ending: dict[int, StayOf], returning: dict[int, StayOf]) -> None:
    before = []
    for some in _parts([*ending, *returning]):
        before += list(
            PersonHome.of(community, PersonHome.id, PersonHome.until_day).where(PersonHome.id.in_(some)).tuples()
        )
    _remember(
        community,
        import_id,
        "person_home",
        [(stay_id, {"until_day": until and until.isoformat()}) for stay_id, until in before],
    )
    day = today().isoformat()
    _update(PersonHome, ("until_day",), [(stay_id, day) for stay_id in ending])
    _update(PersonHome, ("until_day",), [(stay_id, None) for stay_id in returning])


def _load(community: str, ids: Iterable[int]) -> list[Person]:
    return [person for some in _parts(sorted(ids)) for person in Person.of(community).where(Person.id.in_(some))]


def _with_a_home(community: str, ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in _parts(sorted(ids)):
        rows = PersonHome.of(community, PersonHome.person_id).where(
            PersonHome.person_id.in_(some), PersonHome.until_day.is_null()
        )
        found |= {row[0] for row in rows.tuples()}
    return found


def _values(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in _PERSON_BEFORE}


def _remember(community: str, import_id: int, record: str, before: Sequence[tuple[int, dict[str, Any]]]) -> None:
    rows = [(community, import_id, record, record_id, canonical(values)) for record_id, values in before]
    _insert(RosterChange, ("community", "import_id", "record", "record_id", "before"), rows)


# --- taking back -----------------------------------------------------------------------------------------------------


def added(model: Any, community: str, import_id: int) -> list[int]:
    """The ids of what an import added to a table."""
    rows = model.select(model.id).where(model.community == community, model.import_id == import_id).tuples()
    return [row[0] for row in rows]


def edited_since(community: str, import_id: int, moment: int) -> list[str]:
    """The names of people added or changed by an import whom somebody has edited since."""
    changed = RosterChange.select(RosterChange.record_id).where(
        RosterChange.community == community, RosterChange.import_id == import_id, RosterChange.record == "person"
    )
    rows = Person.of(community, Person.name).where(
        (Person.import_id == import_id) | Person.id.in_(changed), Person.updated_at != moment
    )
    return [row[0] for row in rows.order_by(Person.sort_key).tuples()]


def built_on(community: str, import_id: int) -> list[str]:
    """Doors and areas added by an import on which others have built since: people, homes, areas or grids."""
    homes = Home.select(Home.id).where(Home.community == community, Home.import_id == import_id)
    areas = Area.select(Area.id).where(Area.community == community, Area.import_id == import_id)

    def other(model: Any) -> Any:
        return model.import_id.is_null() | (model.import_id != import_id)

    moved_in = PersonHome.select(PersonHome.home_id).where(
        PersonHome.community == community, PersonHome.home_id.in_(homes), other(PersonHome)
    )
    found = [row[0] for row in Home.of(community, Home.door).where(Home.id.in_(moved_in)).tuples()]
    found += [row[0] for row in Home.of(community, Home.door).where(Home.area_id.in_(areas), other(Home)).tuples()]
    found += [row[0] for row in Area.of(community, Area.name).where(Area.parent_id.in_(areas), other(Area)).tuples()]
    in_grids = GridArea.of(community, GridArea.area_id).where(GridArea.area_id.in_(areas), other(GridArea))
    return found + [row[0] for row in Area.of(community, Area.name).where(Area.id.in_(in_grids)).tuples()]


def grids_made(community: str, import_id: int) -> list[Grid]:
    """The grids an import made that are still there."""
    return list(Grid.of(community).where(Grid.import_id == import_id).order_by(Grid.sort_key))


def grids_built_on(community: str, import_id: int) -> list[str]:
    """The names of those that others gave areas or micro-grids since."""
    areas = GridArea.of(community, GridArea.grid_id).where(
        GridArea.import_id.is_null() | (GridArea.import_id != import_id)
    )
    micro = Grid.of(community, Grid.parent_id).where(Grid.parent_id.is_null(False))
    rows = Grid.of(community, Grid.name).where(Grid.import_id == import_id, Grid.id.in_(areas) | Grid.id.in_(micro))
    return [row[0] for row in rows.order_by(Grid.sort_key).tuples()]


def undo(community: str, import_id: int) -> None:
    """Restore what an import changed and remove what it added."""
    for model, names in ((Person, _PERSON_BEFORE), (PersonHome, ("until_day",))):
        changes = RosterChange.of(community, RosterChange.record_id, RosterChange.before).where(
            RosterChange.import_id == import_id, RosterChange.record == _table(model)
        )
        rows = [(record_id, *(before[name] for name in names)) for record_id, before in changes.tuples()]
        _update(model, names, rows)
    tables: tuple[Any, ...] = (GridArea, Grid, PersonHome, Person, Home)
    for table in tables:
        table.delete().where(table.community == community, table.import_id == import_id).execute()
    for level in ("unit", "building", "estate"):
        Area.delete().where(Area.community == community, Area.import_id == import_id, Area.level == level).execute()
