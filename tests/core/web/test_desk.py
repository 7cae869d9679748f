"""The desk's first page and its search box."""

import pytest

from core.actor import command
from core.people import residents
from core.testing import SOUTH_GARDEN, WEST_HILL

BASE = f"/c/{WEST_HILL}"


@pytest.fixture
def zhang(app):
    """张三丰 of 西山, with a phone."""
    return residents.add_person(command(WEST_HILL), name="张三丰", phone="13812345678")


def test_the_desk_is_for_staff(client, as_role):
    answer = client.get(f"{BASE}/desk")
    assert answer.status_code == 303 and answer.location.startswith("/login?next=")
    assert as_role("director").get(f"{BASE}/desk").status_code == 200


def test_staff_of_another_community_do_not_get_in(as_role):
    assert as_role("director", community=SOUTH_GARDEN).get(f"{BASE}/desk").status_code == 403


@pytest.mark.parametrize("query", ["张三", "三丰", "zsf", "zhangsanfeng", "5678"])
def test_a_resident_is_found_as_people_search(as_role, zhang, query):
    page = as_role("staff").get(f"{BASE}/search?q={query}").get_data(as_text=True)
    assert f"{BASE}/people/{zhang.public_id}" in page


def test_the_search_of_another_community_does_not_find_them(as_role, zhang):
    page = as_role("staff", community=SOUTH_GARDEN).get(f"/c/{SOUTH_GARDEN}/search?q=张三丰").get_data(as_text=True)
    assert zhang.public_id not in page


def test_nothing_found_says_how_to_search(as_role):
    page = as_role("staff").get(f"{BASE}/search?q=<i>无人</i>").get_data(as_text=True)
    assert "没有找到" in page and "<i>无人" not in page
