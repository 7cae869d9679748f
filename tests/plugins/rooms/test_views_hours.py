"""Opening hours on the desk: the week, a room's own, single dates, holidays; bookings they no longer cover."""

import pytest

from core.clock import today
from core.testing import WEST_HILL
from plugins.rooms import service
from tests.plugins.rooms.desk import ALL_DAY, DAY, DESK, book, house, state, text

__all__ = ["house"]


def pair(weekday, number, start, end):
    return {f"d{weekday}_{number}_from": start, f"d{weekday}_{number}_to": end}


def test_a_week_has_several_hours_a_day_and_midnight_ends_it(as_role, house):
    path = f"{DESK}/hours/{house.venue.id}"
    week = {**pair(0, 0, "08:30", "12:00"), **pair(0, 1, "14:00", "17:30"), **pair(5, 2, "18:00", "00:00")}
    assert as_role("director").send(path, **week).status_code == 303
    hours = service.weekly_hours(WEST_HILL, house.venue.id)
    assert (hours[0], hours[1], hours[5]) == ([(510, 720), (840, 1050)], [], [(1080, 1440)])


@pytest.mark.parametrize(
    "wrong",
    [
        pair(0, 0, "12:00", "08:30"),
        pair(0, 0, "08:30", ""),
        pair(0, 0, "", "12:00"),
        pair(0, 0, "8 o'clock", "12:00"),
        {**pair(0, 0, "08:00", "12:00"), **pair(0, 1, "11:00", "13:00")},
    ],
)
def test_wrong_hours_change_nothing(as_role, house, wrong):
    answer = as_role("director").send(f"{DESK}/hours/{house.venue.id}", **wrong)
    assert answer.status_code == 422
    assert service.weekly_hours(WEST_HILL, house.venue.id) == ALL_DAY


@pytest.mark.parametrize(("copy", "days"), [("workdays", 5), ("week", 7)])
def test_monday_is_copied_without_saving(as_role, house, copy, days):
    path = f"{DESK}/hours/{house.venue.id}"
    answer = as_role("director").send(path, copy=copy, **pair(0, 0, "09:15", "16:45"))
    assert answer.status_code == 200
    assert text(answer).count('value="09:15"') == days
    assert service.weekly_hours(WEST_HILL, house.venue.id) == ALL_DAY


def test_a_room_gets_hours_of_its_own_and_gives_them_up(as_role, house):
    director, path = as_role("director"), f"{DESK}/hours/{house.venue.id}/rooms/{house.hall.id}"
    assert director.send(path, **pair(2, 0, "09:00", "11:00")).status_code == 303
    assert service.weekly_hours(WEST_HILL, house.venue.id, house.hall.id)[2] == [(540, 660)]
    assert director.send(f"{path}/usual").status_code == 303
    assert not any(service.weekly_hours(WEST_HILL, house.venue.id, house.hall.id).values())


def test_new_weekly_hours_show_the_bookings_they_no_longer_cover_and_cancel_none(client, as_role, house):
    late = book(client, house.dance, "18:00", "19:00", name="周阿姨", phone="13800138001")
    within = book(client, house.dance, "09:00", "10:00", name="李大爷", phone="13900139000")
    asked = book(client, house.hall, "19:00", "20:00", name="王老师")
    director, path = as_role("director"), f"{DESK}/hours/{house.venue.id}"
    week = {name: value for day in range(7) for name, value in pair(day, 0, "08:00", "17:00").items()}
    answer = director.send(path, **week)
    assert answer.location == path
    page = text(director.get(path))
    assert "周阿姨" in page and "138 0013 8001" in page and "王老师" in page and "李大爷" not in page
    assert f"{DESK}/bookings/{late}/move?back={path}" in page and f'href="{DESK}/bookings/{asked}?back={path}"' in page
    assert (state(late), state(within), state(asked)) == ("confirmed", "confirmed", "requested")
    assert director.send(f"{DESK}/bookings/{late}/cancel?back={path}", reason="缩短开放时间").location == path
    assert "周阿姨" not in text(director.get(path)).partition('id="flashes"')[2]


def test_new_hours_of_a_room_show_its_own_bookings_only(client, as_role, house):
    book(client, house.dance, "18:00", "19:00", name="周阿姨")
    book(client, house.hall, "18:00", "19:00", name="王老师")
    director, path = as_role("director"), f"{DESK}/hours/{house.venue.id}/rooms/{house.dance.id}"
    week = {name: value for day in range(7) for name, value in pair(day, 0, "08:00", "17:00").items()}
    assert director.send(path, **week).location == path
    page = text(director.get(path))
    assert "周阿姨" in page and "王老师" not in page
    assert "周阿姨" in text(director.get(f"{DESK}/hours/{house.venue.id}")), "the venue's page tells of every room"


def test_a_date_is_closed_and_bookings_outside_are_shown(client, as_role, house):
    book(client, house.dance)
    director, path = as_role("director"), f"{DESK}/hours/{house.venue.id}/dates"
    answer = director.send(path, day=DAY.isoformat(), room_id="0", reason="停电")
    assert (answer.status_code, answer.location) == (303, f"{path}?day={DAY.isoformat()}")
    page = text(director.get(answer.location))
    assert "张阿姨" in page and "/move?back=" in page and "/cancel?back=" in page
    assert "停电" in text(director.get(f"{DESK}/hours/{house.venue.id}"))
    director.send(f"{path}/remove", day=DAY.isoformat(), room_id="0")
    assert service.dated_hours(WEST_HILL, house.venue.id, today()) == []


def test_a_date_with_wrong_hours_keeps_what_was_typed(as_role, house):
    answer = as_role("director").send(
        f"{DESK}/hours/{house.venue.id}/dates", day="someday", room_id="0", day_0_from="09:00", reason="值班"
    )
    assert answer.status_code == 422
    assert 'value="值班"' in text(answer) and 'value="someday"' in text(answer)


def test_the_holiday_switch(as_role, house):
    director, path = as_role("director"), f"{DESK}/hours/{house.venue.id}/holidays"
    director.send(path, open="")
    assert not service.find_venue(WEST_HILL, house.venue.id).open_on_holidays
    director.send(path, open="yes")
    assert service.find_venue(WEST_HILL, house.venue.id).open_on_holidays
