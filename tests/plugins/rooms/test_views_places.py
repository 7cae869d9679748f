"""Venues, rooms and quotas on the desk."""

import pytest

from core.testing import WEST_HILL
from plugins.rooms import service
from tests.plugins.rooms.desk import DESK, book, house, text

__all__ = ["house"]
ROOM = {
    "name": "书画室", "floor": "二楼", "seats": "20", "area_m2": "", "features": "投影、白板", "tags": "书画 练字",
    "accessibility": "", "note": "请洗笔", "contact_name": "", "contact_phone": "", "bookable_by": "anyone",
    "min_minutes": "30", "max_minutes": "240", "ahead_days": "60", "buffer_before": "0", "buffer_after": "15",
}  # fmt: skip


def test_a_room_is_entered_with_every_field_and_edited(as_role, house):
    director = as_role("director")
    assert director.send(f"{DESK}/venues/{house.venue.id}/rooms/new", **ROOM).status_code == 303
    room = service.rooms(WEST_HILL, house.venue.id)[-1]
    assert (room.features, room.tags, room.buffer_after) == (["投影", "白板"], ["书画", "练字"], 15)
    page = text(director.get(f"{DESK}/rooms/{room.id}/edit"))
    assert 'value="投影、白板"' in page
    changed = {**ROOM, "name": "画室", "confidential": "y", "area_m2": "45"}
    assert director.send(f"{DESK}/rooms/{room.id}/edit", **changed).status_code == 303
    room = service.find_room(WEST_HILL, room.id)
    assert (room.name, room.confidential, room.area_m2) == ("画室", True, 45)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"seats": "0"}, {"min_minutes": "300"}, {"bookable_by": "cats"}, {"contact_phone": "12"}]
)
def test_a_wrong_room_keeps_what_was_typed(as_role, house, wrong):
    answer = as_role("director").send(f"{DESK}/rooms/{house.hall.id}/edit", **{**ROOM, **wrong})
    assert answer.status_code == 422
    assert "请洗笔" in text(answer)
    assert service.find_room(WEST_HILL, house.hall.id).name == "议事厅"


def test_two_rooms_of_a_venue_have_two_names(as_role, house):
    answer = as_role("director").send(f"{DESK}/venues/{house.venue.id}/rooms/new", **{**ROOM, "name": "舞蹈室"})
    assert answer.status_code == 422


def test_a_part_is_added_to_a_hall(as_role, house):
    path = f"{DESK}/venues/{house.venue.id}/rooms/new?part_of={house.dance.id}"
    director = as_role("director")
    assert "舞蹈室" in text(director.get(path))
    assert director.send(path, **ROOM).status_code == 303
    assert [room.part_of for room in service.rooms(WEST_HILL, house.venue.id)].count(house.dance.id) == 1


def test_a_venue_is_edited(as_role, house):
    director = as_role("director")
    answer = director.send(f"{DESK}/venues/{house.venue.id}/edit", name="邻里之家", area_m2="300")
    assert answer.status_code == 303
    venue = service.find_venue(WEST_HILL, house.venue.id)
    assert (venue.name, venue.area_m2, venue.open_on_holidays) == ("邻里之家", 300, False)
    assert director.send(f"{DESK}/venues/{house.venue.id}/edit", name="").status_code == 422


def test_removing_asks_first_and_says_what_is_in_the_way(client, as_role, house):
    book(client, house.dance)
    director = as_role("director")
    path = f"{DESK}/rooms/{house.dance.id}/remove"
    assert director.get(path).status_code == 200
    assert director.send(path).status_code == 409
    assert director.send(f"{DESK}/rooms/{house.hall.id}/remove").status_code == 303
    assert director.get(f"{DESK}/rooms/{house.hall.id}/edit").status_code == 404
    assert director.send(f"{DESK}/venues/{house.venue.id}/remove").status_code == 409


def test_quotas_are_set_in_hours_shown_again_and_lifted(as_role, house):
    director, path = as_role("director"), f"{DESK}/rooms/{house.hall.id}/quotas"
    assert director.send(path, person_week_bookings="2", person_week_minutes="1.5").status_code == 303
    (quota,) = service.quotas(WEST_HILL, house.hall.id)
    assert (quota.bookings, quota.minutes) == (2, 90)
    assert 'value="1.5"' in text(director.get(path))
    assert director.send(path, person_week_minutes="many").status_code == 422
    assert director.send(path).status_code == 303
    assert service.quotas(WEST_HILL, house.hall.id) == []
