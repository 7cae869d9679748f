"""The search box, on both engines: what is found, in which order, and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.actor import command
from core.civic import intake, search
from core.errors import Forbidden
from core.people import account_list, areas, grids, permissions, residents
from core.people.areas import Area
from core.plugin.declarations import Declaration, Hit, SearchSource
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.people.account_cases import grant, sign_in_staff, staff
from tests.core.plugin.conftest import workshop  # noqa: F401

VIEW, PHONE, TAKE, MANAGE = "core.people.view", "core.people.phone", "core.calls.take", "core.accounts.manage"
ALL = (search.SEARCH, VIEW, PHONE, TAKE, MANAGE)


@pytest.fixture
def registry(workshop):  # noqa: F811
    """No plugins: core's own sources."""
    return workshop.load(strict=True)


@pytest.fixture
def town(store):
    """张三丰 behind 3-2-501 of 海城名家, others of similar names, a call, an account; the same in 南苑."""
    found = {}
    for code in (store.west, store.south):
        here = command(code)
        estate = areas.add_estate(here, "海城名家")
        people = [
            residents.add_person(here, name="张三丰", phone="13812345678", estate_id=estate, door="3-2-501"),
            residents.add_person(here, name="张三丰富", phone="13800001111", estate_id=estate, door="13-2-501"),
            residents.add_person(here, name="小张三丰", phone="13800002222", estate_id=estate, door="4-2-1501"),
            residents.add_person(here, name="李建平", phone="13900139000"),
        ]
        intake.take_call(here, who="王大妈", what="路灯坏了，张三丰也看见了", where="5 号楼")
        account_list.open_staff(here, f"lumin{code[-2:]}", "陆敏", ["staff"])
        found[code] = people
    return found


def found(registry, actor, query, place="desk"):
    """The titles of what was found, by label."""
    return {group.label: [hit.title for hit in group.hits] for group in search.find(registry, actor, query, place)}


def label(name):
    """The label of a source of core."""
    return next(str(source.label) for source in search._CORE if source.name == name)


PEOPLE, DOORS, ESTATES, CALLS, STAFF = (
    label(f"core.{name}") for name in ("residents", "doors", "estates", "calls", "staff")
)


@pytest.mark.parametrize(
    "query", ["张三丰", "张三", "三丰", "zsf", "zhangsanfeng", "５６７８", "13812345678", "3-2-501", "3幢2单元501室"]
)
def test_a_resident_is_found_as_people_search(store, registry, town, query):
    assert found(registry, store.actor(*ALL), query)[PEOPLE][0] == "张三丰"


def test_exact_names_come_first_then_beginnings_then_the_rest(store, registry, town):
    assert found(registry, store.actor(*ALL), "张三丰")[PEOPLE] == ["张三丰", "张三丰富", "小张三丰"]
    assert found(registry, store.actor(*ALL), "zsf")[PEOPLE][0] == "张三丰"


def test_a_door_is_found_from_its_beginning_with_who_lives_there(store, registry, town):
    answer = found(registry, store.actor(*ALL), "3-2-501")
    assert answer == {PEOPLE: ["张三丰"], DOORS: ["海城名家 3-2-501"]}
    assert found(registry, store.actor(*ALL), "海城名家3幢2单元501室")[DOORS] == ["海城名家 3-2-501"]
    assert found(registry, store.actor(*ALL), "hcmj") == {ESTATES: ["海城名家"]}


def test_calls_and_staff_are_found(store, registry, town):
    assert found(registry, store.actor(*ALL), "路灯")[CALLS] == ["王大妈"]
    assert found(registry, store.actor(*ALL), "lm") == {STAFF: ["陆敏"]}


@pytest.mark.parametrize(
    "permission, query, kind", [(VIEW, "张三丰", PEOPLE), (VIEW, "3-2-501", DOORS), (VIEW, "海城", ESTATES), (TAKE, "路灯", CALLS), (MANAGE, "陆敏", STAFF)]
)  # fmt: skip
def test_each_kind_needs_its_permission(store, registry, town, permission, query, kind):
    everything = store.actor(*ALL)
    assert kind in found(registry, everything, query)
    without = replace(everything, permissions=frozenset(ALL) - {permission})
    assert kind not in found(registry, without, query)
    assert kind not in [str(each) for each in search.searchable(registry, without)]


def test_the_box_itself_needs_its_permission(store, registry):
    with pytest.raises(Forbidden):
        search.find(registry, store.actor(VIEW), "张")


@pytest.mark.parametrize("query", ["5678", "13812345678", "1.3.8.1", "张三丰 5678", "12345"])
def test_who_may_not_see_numbers_finds_nobody_by_them(store, registry, town, query):
    without = store.actor(search.SEARCH, VIEW)
    assert found(registry, without, query) == {}
    assert found(registry, without, "501")[PEOPLE] == ["张三丰", "张三丰富"]
    shown = [hit.detail for group in search.find(registry, without, "张三丰") for hit in group.hits]
    assert any("138****5678" in detail for detail in shown) and not any("1234" in detail for detail in shown)


def test_another_community_is_never_found(store, registry, town):
    hits = [hit for group in search.find(registry, store.actor(*ALL), "张三丰") for hit in group.hits]
    mine = {person.public_id for person in town[WEST_HILL]}
    theirs = {person.public_id for person in town[SOUTH_GARDEN]}
    assert {hit.href.rpartition("/")[2] for hit in hits} & mine
    assert not any(each in hit.href for hit in hits for each in theirs)
    assert all(hit.href.startswith(f"/c/{WEST_HILL}/") for hit in hits)


def test_it_ends_at_the_grid(store, registry, town):
    here = command(store.west)
    building = Area.of(store.west).where(Area.level == "building", Area.name == "13").get()
    grid = grids.add_grid(here, "第一网格")
    grids.assign_grid(here, grid, [building.id])
    account = staff(store, "wangge", "钱小红")
    grant(store, account, "grid_officer", None, None, grid)
    officer = permissions.actor_for(sign_in_staff(account), store.west, "127.0.0.1")
    assert found(registry, officer, "张三丰") == {PEOPLE: ["张三丰富"]}
    assert found(registry, officer, "2-501").get(DOORS, []) == []
    assert found(registry, officer, "13-2-501")[DOORS] == ["海城名家 13-2-501"]
    assert CALLS not in found(registry, officer, "路灯")


@pytest.mark.parametrize(
    "query",
    ["%", "_", "\\", "'", '"', "%_%", "!", "!%", "张" * 50_000, "x" * 100_000, "\u202eمرحبا", "😀👨‍👩‍👧", "\u2028", " ", "", "--", "1 OR 1=1"],
)  # fmt: skip
def test_odd_queries_find_nothing_and_break_nothing(store, registry, town, query):
    assert found(registry, store.actor(*ALL), query) == {}


def test_at_most_ten_are_shown_and_it_is_said_that_there_are_more(store, registry):
    for number in range(12):
        residents.add_person(command(store.west), name=f"陈{'一二三四五六七八九十甲乙'[number]}")
    (group,) = search.find(registry, store.actor(*ALL), "陈")
    assert len(group.hits) == search.MOST_HITS and group.more


def test_the_portal_asks_only_what_is_declared_for_it(store, registry, town):
    assert found(registry, replace(store.actor(*ALL), kind="anonymous"), "张三丰", "portal") == {}


GARDEN = """
from core import Hit, SearchSource
hits = []
def beds(actor, terms, limit):
    return [make() for make in hits]
@hookimpl
def declare(): return Declaration(search=(
    SearchSource("garden.beds", "Beds", "core.search", beds),
    SearchSource("garden.shown", "Shown", "", beds, place="portal"),
))
"""


def test_a_plugin_is_asked_where_it_is_on_and_its_faults_are_contained(store, workshop, town):  # noqa: F811
    workshop.plugin("garden", GARDEN)
    registry = workshop.load()
    garden, actor = workshop.module("garden"), store.actor(*ALL)
    garden.hits.append(lambda: Hit("玫瑰", "", f"/c/{WEST_HILL}/garden/1"))
    assert "Beds" not in found(registry, actor, "张")
    workshop.enable(registry, "garden")
    assert found(registry, actor, "张")["Beds"] == ["玫瑰"]
    assert found(registry, store.actor(kind="anonymous"), "张", "portal") == {}
    registry.switch(workshop.director(), "garden", published=True)
    assert found(registry, store.actor(kind="anonymous"), "张", "portal") == {"Shown": ["玫瑰"]}
    for fault in (
        lambda: 1 / 0,
        lambda: "玫瑰",
        lambda: Hit("x", "", "javascript:alert(1)"),
        lambda: Hit("x", "", "//evil"),
    ):
        garden.hits[:] = [fault]
        registry.clear_failures(workshop.director(), "garden")
        assert list(found(registry, actor, "张三丰")) == [PEOPLE, CALLS]
        assert registry.failures("garden")[0].place == "search garden.beds"


def test_a_search_of_the_desk_names_a_permission(workshop):  # noqa: F811
    workshop.plugin("garden", GARDEN.replace('"core.search"', '""'))
    registry = workshop.load()
    assert "garden.beds" in str(registry.quarantined["garden"].reason)
    assert Declaration(search=(SearchSource("garden.beds", "Beds", "core.search", lambda actor, terms, limit: []),))
