"""One booking on the desk: cancelled, moved and entered for somebody, and what follows for the calls."""

import pytest

from core.testing import SOUTH_GARDEN
from tests.plugins.rooms.desk import DAY, DESK, book, calls, house, state, text

__all__ = ["house"]


def test_cancelling_for_somebody_needs_a_reason_and_asks_for_a_call(client, as_role, house):
    booked = book(client, house.dance)
    staff = as_role("staff")
    assert staff.send(f"{DESK}/bookings/{booked}/cancel", reason="").status_code == 422
    answer = staff.send(f"{DESK}/bookings/{booked}/cancel?back={DESK}/closures", reason="漏水")
    assert (answer.status_code, answer.location) == (303, f"{DESK}/closures")
    assert (state(booked), calls()) == ("cancelled", [("张阿姨", "13800138000", "open")])


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", f"/c/{SOUTH_GARDEN}/rooms/desk", "/login"]
)
def test_goes_back_only_to_its_own_desk(client, as_role, house, back):
    booked = book(client, house.dance)
    answer = as_role("staff").send(f"{DESK}/bookings/{booked}/cancel?back={back}", reason="漏水")
    assert answer.location == f"{DESK}?date={DAY.isoformat()}"


def test_no_call_when_the_organiser_knows_already(client, as_role, house):
    one, two = book(client, house.dance), book(client, house.dance, start="11:00", end="12:00", phone="")
    staff = as_role("staff")
    staff.send(f"{DESK}/bookings/{one}/cancel", reason="本人来电", told="y")
    assert calls() == []
    staff.send(f"{DESK}/bookings/{two}/cancel", reason="漏水")
    assert calls() == [("张阿姨", "", "open")]


def test_a_call_that_is_no_longer_true_is_taken_off_the_list(client, as_role, house):
    asked = book(client, house.hall)
    staff = as_role("staff")
    staff.send(f"{DESK}/requests/{asked}/approve")
    staff.send(f"{DESK}/bookings/{asked}/cancel", reason="停电")
    assert [call[2] for call in calls()] == ["set_aside", "open"]


def test_moving_for_somebody_asks_for_a_call_each_time(client, as_role, house):
    booked = book(client, house.dance)
    staff, path = as_role("staff"), f"{DESK}/bookings/{booked}/move"
    assert staff.get(path).status_code == 200
    for start, end in (("11:00", "12:00"), ("14:00", "15:00"), ("11:00", "12:00")):
        answer = staff.send(path, room_id=house.dance.id, date=DAY.isoformat(), start=start, end=end)
        assert answer.status_code == 303
    assert [call[2] for call in calls()] == ["set_aside", "set_aside", "open"]


def test_moving_to_a_taken_time_offers_free_ones_and_keeps_the_way_back(client, as_role, house):
    booked = book(client, house.dance)
    book(client, house.dance, start="11:00", end="12:00", name="李师傅")
    answer = as_role("staff").send(
        f"{DESK}/bookings/{booked}/move?back={DESK}/closures",
        room_id=house.dance.id,
        date=DAY.isoformat(),
        start="11:00",
        end="12:00",
    )
    assert answer.status_code == 409
    assert f'action="{DESK}/bookings/{booked}/move?back={DESK}/closures"' in text(answer)
