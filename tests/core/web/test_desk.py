"""The desk's first page."""

from core.testing import SOUTH_GARDEN, WEST_HILL

BASE = f"/c/{WEST_HILL}"


def test_the_desk_is_for_staff(client, as_role):
    answer = client.get(f"{BASE}/desk")
    assert answer.status_code == 303 and answer.location.startswith("/login?next=")
    assert as_role("director").get(f"{BASE}/desk").status_code == 200


def test_staff_of_another_community_do_not_get_in(as_role):
    assert as_role("director", community=SOUTH_GARDEN).get(f"{BASE}/desk").status_code == 403
