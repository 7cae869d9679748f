"""Closures on the desk: bookings in the way come first."""

import datetime
import re

import pytest

from plugins.rooms import service
from tests.plugins.rooms.desk import DAY, DESK, book, house, text

__all__ = ["house"]


def closing(room, **fields):
    usual = {"room_id": str(room.id), "date": DAY.isoformat(), "start": "08:00", "end": "20:00", "reason": "刷墙"}
    return {**usual, **fields}


def test_a_room_is_closed_and_opened_again(as_role, house):
    director = as_role("director")
    assert director.send(f"{DESK}/closures/new", **closing(house.dance)).status_code == 303
    assert "刷墙" in text(director.get(f"{DESK}/closures"))
    (closed,) = service.closures(house.actor)
    assert director.send(f"{DESK}/closures/{closed.id}/lift").status_code == 303
    assert service.closures(house.actor) == []


def test_a_closure_ends_at_midnight_where_the_end_says_so(as_role, house):
    last = DAY + datetime.timedelta(days=1)
    as_role("director").send(f"{DESK}/closures/new", **closing(house.dance, end="00:00", last_date=last.isoformat()))
    (closed,) = service.closures(house.actor)
    assert closed.end_min - closed.start_min == 16 * 60 + 24 * 60


def test_bookings_in_the_way_are_one_tap_from_going_and_the_form_comes_back(client, as_role, house):
    booked = book(client, house.dance)
    director = as_role("director")
    answer = director.send(f"{DESK}/closures/new", **closing(house.dance))
    assert answer.status_code == 409
    found = re.search(rf'href="({DESK}/bookings/{booked}/cancel\?back=[^"]+)"', text(answer))
    gone = director.send(found[1].replace("&amp;", "&"), reason="刷墙")
    assert gone.status_code == 303
    again = text(director.get(gone.location))
    assert 'value="刷墙"' in again and f'value="{DAY.isoformat()}"' in again
    assert director.send(f"{DESK}/closures/new", **closing(house.dance)).status_code == 303


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"date": "x"}, {"end": "07:00"}, {"room_id": "99999"}])
def test_a_wrong_closure_closes_nothing(as_role, house, wrong):
    assert as_role("director").send(f"{DESK}/closures/new", **closing(house.dance, **wrong)).status_code == 422
    assert service.closures(house.actor) == []
