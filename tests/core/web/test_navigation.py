"""The desk's side navigation marks one place, and shows only what the actor may open."""

import re

from core.testing import WEST_HILL


def marked(page: str) -> list[str]:
    """The addresses marked as the current place."""
    nav = page[page.index('class="desk-nav"') :]
    return re.findall(r'<a href="([^"]+)" aria-current="page">', nav[: nav.index("</nav>")])


def test_marks_the_nearest_place_only(as_role):
    page = as_role("director").get(f"/c/{WEST_HILL}/calls/today").get_data(as_text=True)
    assert marked(page) == [f"/c/{WEST_HILL}/calls/today"]


def test_hides_what_a_role_may_not_open(as_role):
    page = as_role("grid_officer").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
    assert f"/c/{WEST_HILL}/people" in page
    assert f"/c/{WEST_HILL}/admin/roles" not in page


def test_the_owner_finds_the_communities_of_the_installation(as_role):
    page = as_role("owner", "director").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
    assert 'href="/admin/communities"' in page
    assert 'href="/admin/communities"' not in as_role("director").get(f"/c/{WEST_HILL}/desk").get_data(as_text=True)
