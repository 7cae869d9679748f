"""Codes are checked line by line; the tree is walked in order; a grid lies over the tree and the nearest one counts."""

from pathlib import Path

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import areas, grids
from core.people.door import parse_door
from core.store.audit import AuditEntry
from core.store.db import transaction

DIVISIONS = (Path(__file__).parent / "data" / "divisions-330481001.csv").read_bytes()
EDIT = "core.people.edit"


def make_homes(community, estate, *doors):
    with transaction(community):
        estate_id = areas.ensure_estate(community, estate)
        return estate_id, [areas.ensure_home(community, estate_id, parse_door(door)) for door in doors]


# --- codes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_loads_the_codes_of_a_street(store, encoding):
    assert areas.load_divisions(DIVISIONS.decode().encode(encoding)) == 29
    assert areas.division_path("330481001009") == ["浙江省", "嘉兴市", "海宁市", "硖石街道", "西山社区居委会"]
    choices = {choice.code: choice for choice in areas.community_divisions()}
    assert choices["330481001009"].short_name == "西山社区"
    assert choices["330481001009"].street == "硖石街道"
    assert choices["330481001020"].short_name == "竦秀社区"
    assert choices["330481001200"].short_name == "荷叶村"


def test_loading_codes_again_updates_names(store):
    areas.load_divisions(DIVISIONS)
    areas.load_divisions("code,name,level,parent_code\n330481001009,西山里社区,community,330481001\n".encode())
    assert areas.division_path("330481001009")[-1] == "西山里社区"
    assert len(areas.community_divisions()) == 25


def test_an_unknown_code_has_no_path(store):
    assert areas.division_path("999999999999") == []


@pytest.mark.parametrize(
    ("rows", "line", "word"),
    [
        ("33,浙江省,province,\n3304,嘉兴市,city,34\n", 3, "34"),
        ("33,浙江省,province,\n33048,嘉兴市,city,33\n", 3, "33048"),
        ("33,浙江省,province,\n33,浙江,province,\n", 3, "33"),
        ("33,浙江省,country,\n", 2, "country"),
        ("33,,province,\n", 2, "name"),
        ("33,浙江省,province,3304\n3304,嘉兴市,city,33\n", 2, "parent_code"),
        ("33,浙江省,province,\n3304,嘉兴市,city,33\n3305,湖州市,city,3304\n", 4, "3304"),
    ],
)
def test_refuses_codes_that_cannot_be_right_and_names_the_line(store, rows, line, word):
    from core.text import in_language

    with pytest.raises(Invalid) as caught, in_language("en"):
        areas.load_divisions(("code,name,level,parent_code\n" + rows).encode())
    with in_language("en"):
        message = str(caught.value.errors["divisions"][0])
    assert message.startswith(f"Line {line}:")
    assert word in message
    assert areas.division_path("33") == []


@pytest.mark.parametrize("content", [b"", b"code,name\n1,2\n", b"\x00\x01", b"code,name,level,parent_code\n"])
def test_refuses_a_file_that_is_no_list_of_codes(store, content):
    with pytest.raises(Invalid):
        areas.load_divisions(content)


# --- tree ------------------------------------------------------------------------------------------------------------


def test_the_tree_is_in_the_order_people_walk(store):
    make_homes(store.west, "海城名家", "10-1-101", "2-1-1201", "2-1-501", "2-2-501", "A座502室")
    make_homes(store.west, "白漾小区", "1-1-101")
    tree = areas.tree(store.west)
    assert [(node.name, node.homes) for node in tree] == [("白漾小区", 1), ("海城名家", 5)]
    assert [node.name for node in tree[1].children] == ["2", "10", "A"]
    assert [(node.name, node.homes) for node in tree[1].children[0].children] == [("1", 2), ("2", 1)]
    assert [row.door for row in areas.homes_of(store.west, tree[1].id)] == [
        "2-1-501", "2-1-1201", "2-2-501", "10-1-101", "A-502",
    ]  # fmt: skip
    assert [row.door for row in areas.homes_of(store.west, tree[1].children[0].id)] == [
        "2-1-501",
        "2-1-1201",
        "2-2-501",
    ]
    assert areas.estates(store.west) == [(tree[0].id, "白漾小区", 1), (tree[1].id, "海城名家", 5)]
    assert areas.estate_names(store.west) == ((tree[0].id, "白漾小区"), (tree[1].id, "海城名家"))


def test_a_home_is_made_once_whatever_its_notation(store):
    _estate, homes = make_homes(store.west, "海城名家", "3-2-501", "3幢2单元501室", "3#2-501", "3号楼2单元501")
    assert len(set(homes)) == 1


def test_communities_have_trees_of_their_own(store):
    estate, _homes = make_homes(store.west, "海城名家", "1-1-101")
    assert areas.tree(store.south) == ()
    with pytest.raises(NotFound):
        areas.homes_of(store.south, estate)
    with pytest.raises(NotFound), transaction(store.south):
        areas.ensure_home(store.south, estate, parse_door("1-1-102"))


def test_an_estate_is_added_once_by_those_who_may(store):
    estate = areas.add_estate(store.actor(EDIT), " 海城 名家 ")
    assert areas.find_estate(store.west, estate).name == "海城名家"
    assert AuditEntry.select().where(AuditEntry.action == "core.area.added").count() == 1
    with pytest.raises(Refused):
        areas.add_estate(store.actor(EDIT), "海城名家")
    with pytest.raises(Forbidden):
        areas.add_estate(store.actor("core.people.view"), "白漾小区")
    with pytest.raises(Invalid):
        areas.add_estate(store.actor(EDIT), "   ")


def test_areas_are_made_inside_a_transaction_only(store):
    with pytest.raises(RuntimeError):
        areas.ensure_estate(store.west, "海城名家")


# --- grids -----------------------------------------------------------------------------------------------------------


def test_the_nearest_grid_counts_and_micro_grids_belong_to_theirs(store):
    actor = store.actor(EDIT)
    estate, _homes = make_homes(store.west, "海城名家", "1-1-101", "1-2-101", "2-1-101")
    building = areas.tree(store.west)[0].children[0]
    first, second = grids.add_grid(actor, "第1网格"), grids.add_grid(actor, "第2网格")
    micro = grids.add_grid(actor, "微网格1-1", parent_id=first)
    grids.assign_grid(actor, first, [estate])
    grids.assign_grid(actor, micro, [building.children[0].id])
    assert len(grids.grid_homes(store.west, first)) == 3
    grids.assign_grid(actor, second, [building.id])
    assert [row.door for row in grids.grid_homes(store.west, first)] == ["1-1-101", "2-1-101"]
    assert [row.door for row in grids.grid_homes(store.west, second)] == ["1-2-101"]
    assert [row.door for row in grids.grid_homes(store.west, micro)] == ["1-1-101"]
    assert [(row.name, row.homes) for row in grids.grid_rows(store.west)] == [
        ("第1网格", 2), ("微网格1-1", 1), ("第2网格", 1),
    ]  # fmt: skip


def test_an_area_is_in_one_grid_at_a_time(store):
    actor = store.actor(EDIT)
    estate, _homes = make_homes(store.west, "海城名家", "1-1-101")
    first, second = grids.add_grid(actor, "第1网格"), grids.add_grid(actor, "第2网格")
    grids.assign_grid(actor, first, [estate])
    grids.assign_grid(actor, second, [estate])
    assert grids.grid_homes(store.west, first) == []
    assert len(grids.grid_homes(store.west, second)) == 1


def test_grids_are_refused_where_they_cannot_be(store):
    actor = store.actor(EDIT)
    first = grids.add_grid(actor, "第1网格")
    micro = grids.add_grid(actor, "微网格", parent_id=first)
    with pytest.raises(Refused):
        grids.add_grid(actor, "第1网格")
    with pytest.raises(Refused):
        grids.add_grid(actor, "更小", parent_id=micro)
    with pytest.raises(Refused):
        grids.remove_grid(actor, first)
    with pytest.raises(Invalid):
        grids.add_grid(actor, "")
    grids.remove_grid(actor, micro)
    grids.remove_grid(actor, first)
    assert grids.grid_rows(store.west) == []


def test_grids_of_another_community_are_not_found(store):
    grid = grids.add_grid(store.actor(EDIT), "第1网格")
    estate, _homes = make_homes(store.south, "南苑一里", "1-1-101")
    with pytest.raises(NotFound):
        grids.assign_grid(store.actor(EDIT), grid, [estate])
    with pytest.raises(NotFound):
        grids.assign_grid(store.actor(EDIT, community=store.south), grid, [estate])
    with pytest.raises(NotFound):
        grids.grid_homes(store.south, grid)


def test_numbers_in_names_are_ordered_by_value():
    for names in (
        ["第一网格", "第二网格", "第三网格", "第十网格", "第十二网格", "第二十网格", "第二十三网格"],
        ["第2网格", "第10网格"],
        ["南苑一里", "南苑二里", "南苑三里"],
        ["2", "10"],
    ):
        assert sorted(names, key=areas.area_sort_key) == names
