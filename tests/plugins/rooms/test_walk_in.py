"""Free now, walk in: what is offered can be booked as it is offered."""

from __future__ import annotations

import pytest

from core.errors import Invalid, Refused
from core.plugin.settings import set_setting
from plugins.rooms import service
from plugins.rooms.places.places import BOOKABLE_BY


@pytest.fixture
def offered(house, clock):
    """`offered(name, minute)`: the walk-in that is offered in a room at a minute of the day, None when there is none."""

    def at(name: str, minute: int):
        clock(house.at(minute))
        return next((found for found in service.free_now(house.visitor) if found.room == name), None)

    return at


def span_of(found) -> tuple[str, str, str]:
    return found.start, found.end, found.until


def test_a_walk_in_is_an_hour_from_the_running_step(house, offered):
    assert span_of(offered("棋牌室", 9 * 60 + 7)) == ("09:00", "10:00", "21:00")
    assert offered("棋牌室", 7 * 60 + 59) is None
    assert offered("棋牌室", 21 * 60) is None


def test_a_walk_in_starts_at_the_next_step_where_the_room_was_taken(house, offered):
    house.book("棋牌室", "09:00", "09:50")
    assert offered("棋牌室", 9 * 60 + 45) is None
    assert span_of(offered("棋牌室", 9 * 60 + 52)) == ("10:00", "11:00", "21:00")


def test_a_walk_in_ends_before_the_next_booking_and_its_buffers(house, offered):
    house.edit("棋牌室", buffer_after=10)
    house.book("棋牌室", "10:00", "11:00")
    assert span_of(offered("棋牌室", 9 * 60)) == ("09:00", "09:50", "09:50")
    assert offered("棋牌室", 9 * 60 + 36) is None, "less than a quarter of an hour is no visit"


def test_no_walk_in_is_shorter_or_longer_than_the_room_allows(house, offered):
    house.edit("棋牌室", min_minutes=120)
    assert span_of(offered("棋牌室", 9 * 60)) == ("09:00", "11:00", "21:00")
    house.book("棋牌室", "11:00", "13:00")
    assert offered("棋牌室", 9 * 60 + 1) is None
    house.edit("东厅", min_minutes=15, max_minutes=30)
    assert span_of(offered("东厅", 9 * 60)) == ("09:00", "09:30", "21:00")


@pytest.mark.parametrize("step", [5, 15, 30, 60])
@pytest.mark.parametrize("minute", [480, 487, 539, 541, 599])
def test_what_is_offered_can_be_booked_as_it_is(house, offered, step, minute):
    set_setting(house.store.actor("core.settings.edit"), "rooms.step", step)
    house.edit("棋牌室", min_minutes=30, buffer_before=5, buffer_after=10)
    house.book("棋牌室", "10:00", "11:00")
    found = offered("棋牌室", minute)
    if minute <= 539:
        assert found is not None
    if found is not None:
        booked = house.book("棋牌室", found.start, found.end, date=found.date.isoformat())
        assert booked.state == "confirmed"


def test_rooms_for_which_somebody_must_be_asked_are_no_walk_ins(house, offered):
    assert offered("会议室", 9 * 60) is None, "it needs approval"


OFFERED = {
    "anyone": {"visitor", "resident", "staff"},
    "residents": {"resident", "staff"},
    "organisations": {"resident", "staff"},
    "staff": {"staff"},
}


@pytest.mark.parametrize("who", ["visitor", "resident", "staff"])
@pytest.mark.parametrize("bookable_by", BOOKABLE_BY)
def test_only_rooms_that_this_visitor_can_book_are_offered(house, clock, bookable_by, who):
    house.edit("棋牌室", bookable_by=bookable_by)
    clock(house.at(9 * 60))
    actor = {"visitor": house.visitor, "resident": house.resident(), "staff": house.staff}[who]
    is_offered = "棋牌室" in [found.room for found in service.free_now(actor)]
    assert is_offered == (who in OFFERED[bookable_by])
    typed = {"guest_name": "客人"} if who == "visitor" else {}
    if is_offered:
        named = {"organisation": "书法协会"} if bookable_by == "organisations" else {}
        assert house.book("棋牌室", "09:00", "10:00", actor, **named, **typed).state == "confirmed"
    else:
        with pytest.raises((Refused, Invalid)):
            house.book("棋牌室", "09:00", "10:00", actor, **typed)


@pytest.mark.parametrize("bookable_by", BOOKABLE_BY)
def test_the_hall_screen_offers_what_anybody_may_use_whoever_is_signed_in_there(house, clock, bookable_by):
    house.edit("棋牌室", bookable_by=bookable_by)
    clock(house.at(9 * 60))
    for actor in (house.visitor, house.resident(), house.staff):
        shown = service.hall(actor, None).free
        assert shown == service.free_now(house.visitor)
        assert ("棋牌室" in [each.room for each in shown]) == (bookable_by == "anyone")
