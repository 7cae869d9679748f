"""Equipment taken together with a room: both or none, who may choose it, what is offered instead, and the pages."""

from __future__ import annotations

import re

import pytest

from core.actor import command
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.testing import WEST_HILL
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.models import Booking, Resource
from tests.plugins.rooms.conftest import slots_of
from tests.plugins.rooms.test_views_book import BASE, room, wish

__all__ = ["room"]


@pytest.fixture
def projector(house):
    return service.add_equipment(house.staff, name="投影仪", kept_at="值班室", bookable_by="residents").id


def test_room_and_equipment_are_taken_together(house, projector):
    booked = house.book("棋牌室", "14:00", "15:00", equipment=[projector, projector])
    assert sorted(row[0] for row in slots_of(booked.occurrence_id)) == sorted([house.rooms["棋牌室"].id, projector])
    needed = service.needed_by(house.resident(), booked.occurrence_id)
    assert needed.equipment == (("投影仪", "值班室"),) and needed.people == 0
    assert check(house.community) == []
    slots.run("DELETE FROM rooms_slot WHERE resource_id=?", projector)
    assert [(each.kind, each.resource_id) for each in check(house.community)] == [("missing", projector)]


def test_what_is_taken_takes_the_room_along_and_is_named_with_what_is_free(house, projector):
    service.add_equipment(house.staff, name="音响", bookable_by="anyone")
    service.add_equipment(house.staff, name="折叠桌")
    house.book("东厅", "14:00", "15:00", equipment=[projector])
    with pytest.raises(Conflict) as taken:
        house.book("棋牌室", "14:30", "15:30", house.resident(2), equipment=[projector])
    assert "投影仪" in str(taken.value.message) and "音响" in str(taken.value.advice)
    assert "折叠桌" not in str(taken.value.advice)
    offers = taken.value.alternatives
    assert offers.equipment == "投影仪" and offers.elsewhere is None
    assert Booking.select().count() == 1
    for time in offers.times:
        service.book(
            house.resident(2),
            time.room_id,
            service.BookingRequest(date=time.date, start=time.start, end=time.end, equipment=[projector]),
        )
        break
    assert check(house.community) == []


def test_a_move_takes_it_along_and_a_cancellation_frees_it(house, projector):
    booked = house.book("棋牌室", "14:00", "15:00", equipment=[projector])
    service.move(
        house.resident(), booked.occurrence_id, date=house.day.isoformat(), start="16:00", end="17:00",
        room_id=house.rooms["东厅"].id,
    )  # fmt: skip
    assert {row[0] for row in slots_of(booked.occurrence_id)} == {house.rooms["东厅"].id, projector}
    service.cancel(house.resident(), booked.occurrence_id)
    assert house.book("西厅", "16:00", "17:00", house.resident(2), equipment=[projector]).state == "confirmed"


def test_only_what_may_be_chosen(house, projector):
    tables = service.add_equipment(house.staff, name="折叠桌").id
    assert [item.name for item in service.offered_equipment(house.visitor)] == []
    assert [item.name for item in service.offered_equipment(house.resident())] == ["投影仪"]
    for actor, key in ((house.resident(), tables), (house.resident(), house.rooms["东厅"].id), (house.resident(), 999)):
        with pytest.raises(Invalid) as wrong:
            house.book("棋牌室", "14:00", "15:00", actor, equipment=[key])
        assert set(wrong.value.errors) == {"equipment"}
    with pytest.raises(Invalid):
        house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨", equipment=[projector])
    assert house.book("棋牌室", "14:00", "15:00", house.staff, equipment=[tables, projector]).state == "confirmed"


def test_of_people_only_the_number_is_told(house):
    with_mediator = Resource.create(community=house.community, resource_kind="person", name="调解员张").id
    from plugins.rooms.booking.making import Extras, book_wish
    from plugins.rooms.booking.rules import Wish

    made = book_wish(
        house.staff, house.rooms["棋牌室"].id, Wish(house.day, 840, 900), Extras("调解", resources=(with_mediator,))
    )
    assert service.needed_by(house.staff, made.occurrence_id) == ((), 1)


def test_staff_enter_rename_and_remove(house, projector):
    with pytest.raises(Invalid):
        service.add_equipment(house.staff, name="投影仪")
    with pytest.raises(Invalid) as wrong:
        service.add_equipment(house.staff, name=" ", kept_at="柜" * 61, bookable_by="nobody")
    assert set(wrong.value.errors) == {"name", "kept_at", "bookable_by"}
    service.edit_equipment(house.staff, projector, name="投影仪一号", kept_at="二楼", bookable_by="anyone")
    assert Resource.get_by_id(projector).name == "投影仪一号"
    booked = house.book("棋牌室", "14:00", "15:00", equipment=[projector])
    with pytest.raises(Refused):
        service.remove_equipment(house.staff, projector)
    service.cancel(house.resident(), booked.occurrence_id)
    service.remove_equipment(house.staff, projector)
    assert service.equipment(house.community) == []
    with pytest.raises(NotFound):
        service.find_equipment(house.community, projector)
    assert service.add_equipment(house.staff, name="投影仪一号").id != projector


def test_only_those_who_manage_and_only_their_own_community(house, projector):
    south = house.store.actor("rooms.manage", community=house.store.south)
    for actor, error in ((house.resident(), Forbidden), (south, NotFound)):
        with pytest.raises(error):
            service.edit_equipment(actor, projector, name="x", kept_at="", bookable_by="staff")
        with pytest.raises(error):
            service.remove_equipment(actor, projector)


def test_chosen_on_the_page_and_kept_when_it_is_taken(client, room):
    item = service.add_equipment(command(WEST_HILL), name="投影仪", kept_at="值班室", bookable_by="anyone")
    page = client.get(f"{BASE}/{room.id}/book").get_data(as_text=True)
    assert f'name="equipment" type="checkbox" value="{item.id}"' in page or f'value="{item.id}"' in page
    first = client.send(f"{BASE}/{room.id}/book", equipment=item.id, **wish())
    shown = client.get(first.location).get_data(as_text=True)
    assert "投影仪" in shown and "值班室" in shown
    other = service.add_room(command(WEST_HILL), room.venue_id, name="书画室")
    taken = client.send(f"{BASE}/{other.id}/book", equipment=item.id, **wish())
    assert taken.status_code == 409
    form = taken.get_data(as_text=True)
    assert (
        "投影仪" in form and f"{BASE}/wait" not in form.split("<footer")[0].split('class="rows"')[1].split("</ul>")[0]
    )
    assert re.search(rf'name="equipment" value="{item.id}"', form)


def test_the_desk_enters_changes_and_removes_it(as_role):
    director, page = as_role("director"), f"{BASE}/desk/equipment"
    assert director.send(page, name="", bookable_by="staff").status_code == 422
    assert director.send(page, name="移动音响", kept_at="一楼", bookable_by="anyone").status_code == 303
    (item,) = service.equipment(WEST_HILL)
    assert director.send(f"{page}/{item.id}", name="音响", kept_at="二楼", bookable_by="staff").status_code == 303
    assert "二楼" in director.get(page).get_data(as_text=True)
    assert director.get(f"{page}/{item.id}/remove").status_code == 200
    assert director.send(f"{page}/{item.id}/remove").status_code == 303
    assert service.equipment(WEST_HILL) == []
    assert as_role("staff").get(page).status_code == 403
