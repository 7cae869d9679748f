"""The desk's side navigation marks one place, and shows only what the actor may open."""

import re

import pytest

from core.actor import command
from core.testing import WEST_HILL
from plugins.rooms import service
from plugins.rooms.about import front


def marked(page: str) -> list[str]:
    """The addresses marked as the current place."""
    nav = page[page.index('class="desk-nav"') :]
    return re.findall(r'<a href="([^"]+)" aria-current="page">', nav[: nav.index("</nav>")])


def test_marks_the_nearest_place_only(as_role):
    page = as_role("director").get(f"/c/{WEST_HILL}/calls/today").get_data(as_text=True)
    assert marked(page) == [f"/c/{WEST_HILL}/calls/today"]
    page = as_role("director").get(f"/c/{WEST_HILL}/calls/today/hours").get_data(as_text=True)
    assert marked(page) == [f"/c/{WEST_HILL}/calls/today"]


HOURS = "/rooms/desk/hours/{venue}"
LIES_UNDER_VENUES = (
    "/rooms/desk/venues", "/rooms/desk/venues/{venue}/edit", "/rooms/desk/rooms/{room}/edit",
    "/rooms/desk/rooms/{room}/remove", "/rooms/desk/rooms/{room}/quotas", HOURS, HOURS + "/rooms/{room}",
    HOURS + "/dates",
)  # fmt: skip


@pytest.mark.parametrize("path", LIES_UNDER_VENUES)
def test_pages_that_a_place_covers_are_marked_as_that_place(as_role, path):
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心").id
    room = service.add_room(actor, venue, name="议事厅").id
    answer = as_role("director").get(f"/c/{WEST_HILL}{path.format(venue=venue, room=room)}")
    assert answer.status_code == 200
    assert marked(answer.get_data(as_text=True)) == [f"/c/{WEST_HILL}/rooms/desk/venues"]


def test_no_page_of_a_venue_or_room_is_forgotten(app):
    (covering,) = (item for item in front.nav_items() if item.endpoint == "desk_venues")
    elsewhere = {
        rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        if re.match(r".*/rooms/desk/(hours|rooms)/", rule.rule) and "GET" in (rule.methods or ())
    }
    assert elsewhere == set(covering.covers)


def test_hides_what_a_role_may_not_open(as_role):
    page = as_role("grid_officer").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
    assert f"/c/{WEST_HILL}/people" in page
    assert f"/c/{WEST_HILL}/admin/roles" not in page


def test_the_owner_finds_the_communities_of_the_installation(as_role):
    page = as_role("owner", "director").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
    assert 'href="/admin/communities"' in page
    assert 'href="/admin/communities"' not in as_role("director").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
