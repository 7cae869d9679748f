"""补录: use entered afterwards stands where nothing else stood, and is refused clearly where something did."""

from __future__ import annotations

import pytest

from core.actor import system
from core.errors import Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.models import Booking, Occurrence
from tests.plugins.rooms.conftest import slots_of


@pytest.fixture(autouse=True)
def evening(house, clock):
    house.book("棋牌室", "09:00", "10:00")
    service.close(
        house.staff, house.rooms["棋牌室"].id, date=house.day.isoformat(), start="13:00", end="14:00", reason="检修"
    )
    clock(house.at(20 * 60))
    service.finish_due(system(house.community, "rooms.finish"))


def enter(house, start, end, room="棋牌室", actor=None, **fields):
    fields = {"date": house.day.isoformat(), **fields}
    return service.enter_past_use(
        actor or house.staff, house.rooms[room].id, service.BookingRequest(start=start, end=end, **fields)
    )


def test_is_a_finished_occurrence_with_its_slots(house):
    made = enter(house, "10:00", "11:30", title="合唱", people=20, guest_name="王阿姨")
    found = Occurrence.get_by_id(made.occurrence_id)
    booking = Booking.get_by_id(made.booking_id)
    assert (found.state, found.people_came, found.finished_at) == ("finished", 20, house.at(690) * 60_000)
    assert (booking.organiser_kind, booking.organiser, booking.title) == ("guest", "王阿姨", "合唱")
    assert [row[1:] for row in slots_of(found.id)] == [(house.at(600), house.at(690))]
    assert check(house.community) == []


def test_a_hall_takes_its_parts_and_hours_do_not_matter(house):
    made = enter(house, "06:00", "07:00", "大厅")
    assert len(slots_of(made.occurrence_id)) == 2
    with pytest.raises(Refused):
        enter(house, "06:30", "07:30", "东厅")


@pytest.mark.parametrize(("start", "end", "said"), [("09:30", "10:30", "居民"), ("12:30", "13:30", "")])
def test_is_refused_where_another_use_or_a_closure_stands(house, start, end, said):
    with pytest.raises(Refused) as refused:
        enter(house, start, end)
    assert refused.value.advice
    assert Booking.select().count() == 1


def test_nobody_checked_in_is_asked_about_first(house):
    with pytest.raises(Refused) as refused:
        enter(house, "09:00", "10:00")
    assert "there" in str(refused.value.advice) or "来过" in str(refused.value.advice)


def test_only_what_is_over_and_not_older_than_a_year(house):
    for fields, name in (
        ({"start": "19:00", "end": "21:00"}, "end"),
        ({"start": "10:00", "end": "11:00", "date": "2020-01-01"}, "date"),
        ({"start": "10:00", "end": "11:00", "people": 0}, "people"),
    ):
        with pytest.raises(Invalid) as refused:
            enter(house, **fields)
        assert list(refused.value.errors) == [name]
    assert Booking.select().count() == 1


def test_only_the_desk_enters_it(house):
    with pytest.raises(Forbidden):
        enter(house, "10:00", "11:00", actor=house.resident())
