"""Estates, buildings, doors and the people behind them; grids laid over them."""

import pytest

from core.actor import command
from core.people import grids, residents
from core.people.areas import Area, Home
from core.people.grids import Grid
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import HERE, estate, person, text

pytestmark = pytest.mark.usefixtures("app")


def area(name, level="building", community=WEST_HILL):
    return Area.of(community).where(Area.name == name, Area.level == level).get()


def test_walks_from_the_estates_down_to_a_door(as_role):
    who = person()
    browser = as_role("grid_officer")
    assert "海城名家" in text(browser.get(f"{HERE}/areas"))
    assert "3幢" in text(browser.get(f"{HERE}/areas/{estate()}"))
    for level, name in (("building", "3"), ("unit", "2")):
        page = text(browser.get(f"{HERE}/areas/{area(name, level).id}"))
        assert "3-2-501" in page
        assert who.public_id in page
    page = text(browser.get(f"{HERE}/areas/homes/{Home.get().id}"))
    assert "张三丰" in page


def test_a_door_shows_who_had_it(as_role):
    who = person()
    home = Home.get().id
    residents.move_out(command(WEST_HILL), who.public_id, home)
    page = text(as_role("staff").get(f"{HERE}/areas/homes/{home}"))
    assert "以前的住户" in page
    assert "没有登记住户" in page


def test_adds_an_estate_once(as_role):
    browser = as_role("staff")
    assert browser.send(f"{HERE}/areas", estate="桃园里").status_code == 303
    again = browser.send(f"{HERE}/areas", estate="桃园里")
    assert again.status_code == 422
    assert 'value="桃园里"' in text(again)
    assert browser.send(f"{HERE}/areas", estate="").status_code == 422
    assert Area.select().count() == 1


def test_only_those_who_edit_change_areas(as_role):
    browser = as_role("grid_officer")
    assert browser.get(f"{HERE}/areas").status_code == 200
    assert browser.send(f"{HERE}/areas", estate="桃园里").status_code == 403
    assert browser.send(f"{HERE}/areas/grids", name="第一网格").status_code == 403
    assert Area.select().count() == 0


def test_grids_take_buildings_and_give_them_away(as_role):
    person()
    person("李四", "", "5-1-101")
    browser = as_role("director")
    made = browser.send(f"{HERE}/areas/grids", name="第一网格")
    assert made.headers["Location"].endswith("/areas")
    first = Grid.get(Grid.name == "第一网格").id
    browser.send(made.headers["Location"], area=[area("3").id, area("5").id])
    assert "2 户" in text(browser.get(f"{HERE}/areas/grids/{first}"))
    browser.send(f"{HERE}/areas/grids", name="幸福微网格", parent_id=first)
    micro = Grid.get(Grid.name == "幸福微网格").id
    assert "现属第一网格" in text(browser.get(f"{HERE}/areas/grids/{micro}/areas"))
    browser.send(f"{HERE}/areas/grids/{micro}/areas", area=area("5").id)
    assert "5-1-101" in text(browser.get(f"{HERE}/areas/grids/{micro}"))
    assert [row.homes for row in grids.grid_rows(WEST_HILL)] == [2, 1]
    assert "微网格" in text(browser.get(f"{HERE}/areas/grids"))
    assert browser.send(f"{HERE}/areas/grids/{first}/remove").status_code == 409
    assert browser.get(f"{HERE}/areas/grids/{micro}/remove").status_code == 200
    assert browser.send(f"{HERE}/areas/grids/{micro}/remove").status_code == 303
    assert Grid.select().count() == 1


def test_a_grid_name_that_is_taken_stays_in_the_form(as_role):
    browser = as_role("staff")
    browser.send(f"{HERE}/areas/grids", name="第一网格")
    again = browser.send(f"{HERE}/areas/grids", name="第一网格")
    assert again.status_code == 422
    assert 'value="第一网格"' in text(again)


def test_areas_of_another_community_do_not_exist(as_role):
    person(community=SOUTH_GARDEN)
    grid = grids.add_grid(command(SOUTH_GARDEN), "南网格")
    browser = as_role("director")
    home = Home.get().id
    for path in (f"{area('3', community=SOUTH_GARDEN).id}", f"homes/{home}", f"grids/{grid}", f"grids/{grid}/areas"):
        assert browser.get(f"{HERE}/areas/{path}").status_code == 404, path
    assert browser.send(f"{HERE}/areas/grids/{grid}/remove").status_code == 404
    mine = grids.add_grid(command(WEST_HILL), "北网格")
    stolen = browser.send(f"{HERE}/areas/grids/{mine}/areas", area=area("3", community=SOUTH_GARDEN).id)
    assert stolen.status_code == 404
