"""A register lays its grids over as few areas as can be, moves none, and takes them with it when taken back, on both engines."""

import json
import random
from collections import defaultdict
from pathlib import Path

import pytest

from core.actor import command
from core.errors import Refused
from core.people import areas, grids, residents, roles, roster
from core.people.areas import Home
from core.people.grids import Grid, GridArea
from core.people.roster_grids import Place, areas_by_place
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import database
from tests.core.people.account_cases import staff as account_of

DATA = Path(__file__).parent / "data"
PERMISSIONS = ("core.roster.import", "core.people.view", "core.people.edit", "core.people.phone")
TITLES = "小区,幢,单元,室,姓名,网格\n"


@pytest.fixture
def staff(store):
    return store.actor(*PERMISSIONS)


def load(actor, *rows, filename="名单.csv"):
    return roster.run(actor, shown(actor, *rows, filename=filename).batch)


def shown(actor, *rows, filename="名单.csv"):
    return roster.preview(actor, filename, (TITLES + "".join(f"{row}\n" for row in rows)).encode())


def latest(actor):
    """The number of the latest import that stands."""
    return next(row.id for row in roster.history(actor) if row.state == "imported")


def laid(actor):
    """Grid → the areas it was laid over, by name."""
    names = {area_id: place.text for place, area_id in areas_by_place(actor.community).items()}
    return {row.name: {names[area_id] for area_id in row.area_ids} for row in grids.grid_rows(actor.community)}


def grid_of_doors(actor):
    """(estate, door) → the grid the home is in, by what officers see."""
    return {
        (home.estate, home.door): row.name
        for row in grids.grid_rows(actor.community)
        for home in grids.grid_homes(actor.community, row.id, micro=False)
    }


def area(actor, *names):
    return areas_by_place(actor.community)[Place(*names)]


def rows_of():
    return {
        table: sorted(database.obj.execute_sql(f"SELECT * FROM {table}").fetchall(), key=str)
        for table in ("grid", "grid_area", "area", "home", "person", "person_home")
    }


# --- the smallest set of areas ---------------------------------------------------------------------------------------


def test_a_grid_is_laid_over_the_highest_areas_whose_homes_all_name_it(staff):
    plan = load(
        staff,
        "东苑,1,1,101,甲一,第1网格",
        "东苑,2,1,101,甲二,第1网格",
        "西苑,1,1,101,乙一,第1网格",
        "西苑,1,2,101,乙二,第1网格",
        "西苑,2,1,101,乙三,第2网格",
        "西苑,3,1,101,乙四,第2网格",
        "西苑,3,2,101,乙五,第1网格",
    )
    assert laid(staff) == {"第1网格": {"东苑", "西苑 1", "西苑 3-2"}, "第2网格": {"西苑 2", "西苑 3-1"}}
    assert plan.grids.new == ("第1网格", "第2网格")
    assert list(plan.grids.by_grid) == ["第1网格", "第2网格"]
    assert plan.grids.others == plan.grids.contradictions == []


def test_what_nobody_names_is_drawn_into_no_grid(staff):
    load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,1,2,101,甲二,", "东苑,2,1,101,甲三,第1网格", "东苑,2,1,102,甲四,")
    assert laid(staff) == {"第1网格": {"东苑 1-1", "东苑 2"}}
    load(staff, "西苑,1,1,101,甲一,")
    assert ("西苑", "1-1-101") not in grid_of_doors(staff)


def test_stored_buildings_that_the_file_leaves_out_keep_an_estate_apart(staff):
    load(staff, "东苑,9,1,101,老一,")
    load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,2,1,101,甲二,第1网格")
    assert laid(staff) == {"第1网格": {"东苑 1", "东苑 2"}}


def test_a_unit_that_contradicts_itself_is_imported_and_left(staff):
    rows = ["东苑,1,1,101,甲一,第1网格", "东苑,1,1,102,甲二,第2网格", "东苑,1,2,101,甲三,第1网格"]
    found = shown(staff, *rows)
    assert found.bad == () and len(found.rows) == 3
    assert [(each.place.text, each.lines) for each in found.difference.grids.contradictions] == [
        ("东苑 1-1", {"第1网格": (2,), "第2网格": (3,)})
    ]
    roster.run(staff, found.batch)
    assert laid(staff) == {"第1网格": {"东苑 1-2"}}
    assert Grid.select().count() == 1


def test_homes_without_a_unit_draw_no_silent_unit_along(staff):
    rows = ["东苑,1,,101,甲一,第1网格", "东苑,1,2,101,甲二,"]
    found = shown(staff, *rows)
    assert [each.place.text for each in found.difference.grids.contradictions] == ["东苑 1"]
    assert found.difference.grids.laid == []
    load(staff, "东苑,1,,101,甲一,第1网格", "东苑,1,2,101,甲二,第2网格", "东苑,1,3,101,甲三,第1网格")
    assert laid(staff) == {"第1网格": {"东苑 1"}, "第2网格": {"东苑 1-2"}}
    assert grid_of_doors(staff) == {
        ("东苑", "1-101"): "第1网格", ("东苑", "1-2-101"): "第2网格", ("东苑", "1-3-101"): "第1网格",
    }  # fmt: skip


def test_the_community_s_register_names_the_grid_of_every_door(staff):
    roster.import_file(staff, "r.xlsx", (DATA / "roster-community.xlsx").read_bytes())
    assert [row.name for row in grids.grid_rows(staff.community)] == [f"第{number}网格" for number in range(1, 7)]
    assert sum(row.homes for row in grids.grid_rows(staff.community)) == Home.select().count() == 1959
    # There every building is of one grid, and no estate.
    assert {place.count("-") for some in laid(staff).values() for place in some} == {0}
    again = roster.preview(staff, "r.xlsx", (DATA / "roster-community.xlsx").read_bytes())
    assert again.difference.is_empty and again.difference.grids.others == []


@pytest.mark.parametrize("seed", range(6))
def test_every_home_gets_the_grid_its_unit_names_and_no_other(staff, seed):
    chance = random.Random(seed)
    by_hand = {}
    if seed % 2:
        estate = areas.add_estate(staff, "东苑")
        residents.add_person(staff, name="老人", estate_id=estate, door="2-1-900")
        hand = grids.add_grid(staff, "手工网格")
        grids.assign_grid(staff, hand, [area(staff, "东苑", "2")])
        by_hand = {("东苑", "2")}
    named = defaultdict(set)
    rows = []
    for number in range(40):
        estate, building = chance.choice(["东苑", "西苑"]), str(chance.randint(1, 4))
        unit = chance.choice(["", "1", "2", "3"]) if building == "4" else chance.choice(["1", "2"])
        usual = f"第{int(building) % 2 + 1}网格" if estate == "东苑" else "第3网格"
        grid = chance.choice([usual] * 12 + ["", "第4网格"])
        named[estate, building, unit] |= {grid} - {""}
        rows.append(f"{estate},{building},{unit},{101 + number},人{chr(0x4E00 + number)},{grid}")
    before = grid_of_doors(staff)
    plan = load(staff, *rows)
    assert len(plan.new) == 40
    found = grid_of_doors(staff)
    refused = {(place.estate, place.building, place.unit) for place, _lines in plan.grids.contradictions}
    homes = Home.select(Home.building, Home.unit, Home.door, areas.Area.name).join(
        areas.Area, on=(areas.Area.id == Home.estate_id)
    )
    for building, unit, door, estate in homes.tuples():
        grid, key = found.get((estate, door)), (estate, building, unit)
        if (estate, building) in by_hand:
            assert grid == "手工网格"
        elif key in refused or not named[key]:
            # A silent home is in a grid only by a building that homes without a unit are in.
            assert grid == before.get((estate, door)), key
        else:
            assert named[key] == {grid}
    # Fewest: no area is laid under the grid it would inherit anyway, and none is alone under its parent.
    own = dict(GridArea.select(GridArea.area_id, GridArea.grid_id).tuples())
    parents = dict(areas.Area.select(areas.Area.id, areas.Area.parent_id).tuples())
    assert all(own.get(parents[area_id]) != grid for area_id, grid in own.items())
    children = defaultdict(set)
    for area_id, parent in parents.items():
        children[parent].add(area_id)
    direct = {row[0] for row in Home.select(Home.area_id).tuples()}
    for parent, inside in children.items():
        one = {own.get(area_id) for area_id in inside}
        assert parent is None or parent in direct or parent in own or len(one) > 1 or one == {None}
    again = shown(staff, *rows).difference
    assert again.is_empty
    batch = latest(staff)
    roster.take_back(staff, batch)
    assert grid_of_doors(staff) == before


# --- what is stored already ------------------------------------------------------------------------------------------


def test_an_area_that_is_in_a_grid_already_is_shown_and_not_moved(staff):
    rows = ["东苑,1,1,101,甲一,第1网格", "东苑,2,1,101,甲二,第1网格"]
    load(staff, *(row.replace("第1网格", "") for row in rows))
    hand = grids.add_grid(staff, "手工网格")
    grids.assign_grid(staff, hand, [area(staff, "东苑")])
    found = shown(staff, *rows, "东苑,3,1,101,甲三,第1网格", "东苑,4,1,101,甲四,手工网格").difference.grids
    assert [(each.place.text, each.stored, each.grid) for each in found.others] == [
        ("东苑 1", "手工网格", "第1网格"), ("东苑 2", "手工网格", "第1网格"), ("东苑 3", "手工网格", "第1网格"),
    ]  # fmt: skip
    assert found.laid == [] and found.new == ()
    before = laid(staff)
    load(staff, *rows)
    assert laid(staff) == before


def test_a_newer_register_lays_grids_over_what_it_adds(staff):
    load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,2,1,101,甲二,第1网格")
    assert laid(staff) == {"第1网格": {"东苑"}}
    load(staff, "东苑,1,1,101,甲一,第2网格", "东苑,3,1,101,甲三,第2网格", "东苑,4,1,101,甲四,第1网格")
    assert laid(staff) == {"第1网格": {"东苑"}, "第2网格": {"东苑 3"}}


def test_a_home_in_a_micro_grid_is_in_its_grid(staff):
    load(staff, "东苑,1,1,101,甲一,")
    above = grids.add_grid(staff, "第1网格")
    micro = grids.add_grid(staff, "第1微网格", above)
    grids.assign_grid(staff, micro, [area(staff, "东苑", "1")])
    found = shown(staff, "东苑,1,1,101,甲一,第1网格").difference
    assert found.is_empty and found.grids.others == []


def test_a_stored_grid_of_that_name_is_used(staff):
    grid = grids.add_grid(staff, "第1网格")
    plan = load(staff, "东苑,1,1,101,甲一,第1网格")
    assert plan.grids.new == ()
    assert [row.id for row in grids.grid_rows(staff.community)] == [grid]


def test_blanks_make_no_other_grid(staff):
    grid = grids.add_grid(staff, "第 1 网格")
    plan = load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,1,1,102,甲二,第 1网格")
    assert plan.grids.new == () and plan.grids.contradictions == []
    assert [row.id for row in grids.grid_rows(staff.community)] == [grid]


def test_the_import_s_entry_says_what_was_laid(staff):
    load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,2,1,101,甲二,第2网格")
    entry = AuditEntry.get(AuditEntry.action == "core.roster.imported")
    detail = AuditDetail.get(AuditDetail.chain == entry.chain, AuditDetail.seq == entry.seq)
    after = json.loads(detail.payload)["after"]
    assert after["laid"] == {"第1网格": ["东苑 1"], "第2网格": ["东苑 2"]}
    assert (after["done"]["grids_made"], after["done"]["areas_laid"]) == (["第1网格", "第2网格"], 2)
    assert not AuditEntry.select().where(AuditEntry.action.startswith("core.grid")).exists()


def test_two_communities_have_their_own_grids(staff, store):
    other = store.actor(*PERMISSIONS, community=store.south)
    for actor in (staff, other):
        load(actor, "东苑,1,1,101,甲一,第1网格")
        assert laid(actor) == {"第1网格": {"东苑"}}
    roster.take_back(other, latest(other))
    assert laid(staff) == {"第1网格": {"东苑"}} and laid(other) == {}


# --- taking back -----------------------------------------------------------------------------------------------------


def test_taking_back_removes_the_grids_it_made_and_what_it_laid(staff):
    load(staff, "东苑,1,1,101,甲一,", "西苑,1,1,101,乙一,第1网格")
    before = rows_of()
    load(staff, "东苑,1,1,101,甲一,第1网格", "东苑,2,1,101,甲二,第2网格", filename="新.csv")
    assert laid(staff) == {"第1网格": {"西苑", "东苑 1"}, "第2网格": {"东苑 2"}}
    roster.take_back(staff, latest(staff))
    assert rows_of() == before
    roster.take_back(staff, latest(staff))
    assert rows_of() == {table: [] for table in before}


def refused(staff, batch):
    before = rows_of()
    with pytest.raises(Refused) as caught:
        roster.take_back(staff, batch)
    assert rows_of() == before
    return str(caught.value)


def test_is_not_taken_back_under_an_officer(staff, store):
    load(staff, "东苑,1,1,101,甲一,第1网格")
    batch = latest(staff)
    here = command(store.west)
    grid = grids.grid_rows(staff.community)[0].id
    officer = account_of(store, "wangge", "钱小红")
    given = roles.grant_role(here, officer.id, "grid_officer", grid_id=grid)
    assert "第1网格" in refused(staff, batch)
    roles.end_role(here, given.id, "调岗")
    roster.take_back(staff, batch)
    assert laid(staff) == {}


def test_is_not_taken_back_when_its_grids_got_more(staff):
    load(staff, "东苑,1,1,101,甲一,第1网格")
    batch = latest(staff)
    grid = grids.grid_rows(staff.community)[0].id
    other = areas.add_estate(staff, "西苑")
    grids.assign_grid(staff, grid, [area(staff, "东苑"), other])
    assert "第1网格" in refused(staff, batch)
    # What stays keeps being the import's own.
    grids.assign_grid(staff, grid, [area(staff, "东苑")])
    micro = grids.add_grid(staff, "第1微网格", grid)
    assert "第1网格" in refused(staff, batch)
    grids.remove_grid(staff, micro)
    load(staff, "北苑,1,1,101,丙一,第1网格", filename="北.csv")
    assert "第1网格" in refused(staff, batch)
    roster.take_back(staff, latest(staff))
    roster.take_back(staff, batch)
    assert laid(staff) == {}


def test_a_grid_that_was_removed_since_is_no_hindrance(staff):
    load(staff, "东苑,1,1,101,甲一,第1网格")
    grids.remove_grid(staff, grids.grid_rows(staff.community)[0].id)
    roster.take_back(staff, latest(staff))
    assert rows_of() == {table: [] for table in rows_of()}
