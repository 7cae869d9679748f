"""The page of the desk's search box, and the search on the residents' first page."""

import re
from urllib.parse import quote

import pytest

from core.actor import command
from core.people import residents
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service

BASE = f"/c/{WEST_HILL}"


@pytest.fixture
def zhang(app):
    """张三丰 of 西山, with a phone."""
    return residents.add_person(command(WEST_HILL), name="张三丰", phone="13812345678")


def text(answer):
    """The page as text."""
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["张三", "三丰", "zsf", "zhangsanfeng", "5678"])
def test_a_resident_is_found_as_people_search(as_role, zhang, query):
    assert f"{BASE}/people/{zhang.public_id}" in text(as_role("staff").get(f"{BASE}/search?q={query}"))


def test_the_search_of_another_community_does_not_find_them(as_role, zhang):
    page = text(as_role("staff", community=SOUTH_GARDEN).get(f"/c/{SOUTH_GARDEN}/search?q=张三丰"))
    assert zhang.public_id not in page


def test_nothing_found_says_how_to_search_and_what(as_role):
    page = text(as_role("staff").get(f"{BASE}/search?q=<i>无人</i>"))
    assert "没有找到" in page and "<i>无人" not in page
    assert "居民" in page.split("没有找到")[1] and "可以查" in page.split("没有找到")[1]


def test_it_is_for_those_who_may_search(client, as_role):
    assert client.get(f"{BASE}/search?q=张").status_code == 303
    assert as_role("supervisor").get(f"{BASE}/search?q=张").status_code == 403


def test_live_search_gets_the_results_alone(as_role, zhang):
    page = text(as_role("staff").get(f"{BASE}/search?q=张", headers={"HX-Request": "true"}))
    assert zhang.public_id in page and "<html" not in page


def test_every_address_found_opens(app, as_role, zhang):
    from tests import town as towns

    towns.build(app, WEST_HILL, "西隐")
    director, opened = as_role("director"), set()
    for query in ("西隐", "1-1-101", "zsf", "棋牌室", "qpj", "家宴"):
        page = text(director.get(f"{BASE}/search?q={quote(query)}"))
        for href in re.findall(r'<a[^>]*href="(/c/[^"]+)"', page.split('id="results"')[1].split("</main>")[0]):
            assert director.get(href).status_code == 200, href
            opened.add(re.sub(r"/(p[0-9a-f]{16}|\d+)$", "", href.removeprefix(BASE)))
    assert opened >= {
        "/people",
        "/areas",
        "/areas/homes",
        "/calls",
        "/admin/accounts",
        "/rooms",
        "/rooms/desk/bookings",
    }


@pytest.mark.parametrize("query", ["%", "_", "\\", "x" * 60_000, "\u202eمرحبا", "😀", "\u2028", "\ud83d"])
def test_odd_queries_are_answered(as_role, client, query):
    for browser, address in ((as_role("staff"), f"{BASE}/search"), (client, f"{BASE}/")):
        assert browser.get(f"{address}?q={quote(query, errors='surrogatepass')}").status_code == 200


def test_residents_find_rooms_and_services_but_nobody(client, zhang):
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    room = service.add_room(actor, venue.id, name="棋牌室", tags=["麻将"])
    for query in ("棋牌", "qps", "麻将", "邻里中心"):
        assert f"{BASE}/rooms/{room.id}" in text(client.get(f"{BASE}/?q={query}")), query
    assert f"{BASE}/rooms/day" in text(client.get(f"{BASE}/?q=fangjian")) or "rooms/day" in text(
        client.get(f"{BASE}/?q=预约")
    )
    page = text(client.get(f"{BASE}/?q=张三丰"))
    assert zhang.public_id not in page and "rooms/" not in page.split('id="services"')[1].split("</div>")[0]


def test_rooms_are_not_found_before_they_are_open_to_residents(app, client):
    actor = command(WEST_HILL)
    room = service.add_room(actor, service.add_venue(actor, name="邻里中心").id, name="棋牌室")
    app.extensions["linli_registry"].switch(actor, "rooms", published=False)
    assert f"/rooms/{room.id}" not in text(client.get(f"{BASE}/?q=棋牌室"))
