"""Changing a series: all dates to come or one and those after it; what is past or was moved singly stays."""

from __future__ import annotations

import pytest

from core.actor import system
from core.civic.reaching.message_records import Message
from core.errors import Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.clock import local_span
from plugins.rooms.models import Booking, Occurrence, Series
from tests.plugins.rooms.test_series import after, occurrences, series, states


def times(house, booking_id):
    query = Occurrence.of(house.community).where(Occurrence.booking_id == booking_id)
    found = [local_span(each.start_min, each.end_min) for each in query.order_by(Occurrence.start_min)]
    return [((day - house.day).days, start // 60) for day, start, _end in found]


def change(house, booked, days, actor=None, start="14:00", end="15:00", **fields):
    return service.change_series(
        actor or house.resident(),
        booked.booking_id,
        {after(house, day) for day in days},
        start=start,
        end=end,
        **fields,
    )


def test_all_dates_move_together(house):
    booked = series(house)
    found = service.look_at_change(house.resident(), booked.booking_id, start="14:00", end="15:00")
    assert [(each.date.state, each.moved_singly) for each in found] == [("free", False)] * 4
    assert change(house, booked, (0, 7, 14, 21)).booking_id == booked.booking_id
    assert times(house, booked.booking_id) == [(0, 14), (7, 14), (14, 14), (21, 14)]
    assert {each.sequence for each in occurrences(house, booked)} == {1}
    assert check(house.community) == []


def test_one_taken_date_moves_nothing_until_it_is_left_out(house):
    booked = series(house)
    house.book("棋牌室", "14:30", "15:30", house.resident(2), date=after(house, 7).isoformat())
    with pytest.raises(service.SeriesConflict) as refused:
        change(house, booked, (0, 7, 14, 21))
    assert [date.state for date in refused.value.dates] == ["free", "taken", "free", "free"]
    assert times(house, booked.booking_id) == [(0, 9), (7, 9), (14, 9), (21, 9)]
    change(house, booked, (0, 14, 21))
    assert times(house, booked.booking_id) == [(0, 14), (7, 9), (14, 14), (21, 14)]
    assert check(house.community) == []


def test_its_own_times_are_not_in_its_way(house):
    booked = series(house)
    change(house, booked, (0, 7, 14, 21), start="09:30", end="10:30")
    assert check(house.community) == []


def test_a_date_moved_singly_is_named_and_stays_unless_chosen(house):
    booked = series(house)
    single = occurrences(house, booked)[1]
    service.move(house.resident(), single.id, date=after(house, 8).isoformat(), start="16:00", end="17:00")
    found = service.look_at_change(house.resident(), booked.booking_id, start="14:00", end="15:00")
    assert [each.moved_singly for each in found] == [False, True, False, False]
    change(house, booked, (0, 14, 21))
    assert times(house, booked.booking_id) == [(0, 14), (8, 16), (14, 14), (21, 14)]
    change(house, booked, (7,), start="15:00", end="16:00")
    assert (7, 15) in times(house, booked.booking_id)
    assert check(house.community) == []


def test_this_and_later_splits_the_series(house):
    booked = series(house, skip={after(house, 21)})
    made = change(house, booked, (14,), since=after(house, 14), room_id=house.rooms["大厅"].id)
    assert made.booking_id != booked.booking_id
    assert times(house, booked.booking_id) == [(0, 9), (7, 9)]
    assert times(house, made.booking_id) == [(14, 14)]
    old, new = (Booking.get_of(house.community, key).rule for key in (booked.booking_id, made.booking_id))
    assert old == f"FREQ=WEEKLY;UNTIL={after(house, 13):%Y%m%d}"
    assert new == "FREQ=WEEKLY;COUNT=2"
    later = Series.get_of(house.community, made.booking_id)
    assert (later.follows, later.first_day, later.room_id) == (
        booked.booking_id,
        after(house, 14),
        house.rooms["大厅"].id,
    )
    assert service.add_back(house.resident(), made.booking_id, after(house, 21)).room_id == house.rooms["大厅"].id
    assert check(house.community) == []


def test_a_guest_gets_a_code_for_the_later_part(house):
    booked = series(house, actor=house.visitor, guest_name="王阿姨")
    made = change(house, booked, (14, 21), house.visitor, since=after(house, 14), code=booked.code)
    assert len(service.booking_by_code(house.visitor, booked.code)) == 2
    assert len(service.booking_by_code(house.visitor, made.code)) == 2


def test_the_past_keeps_time_and_title(house, clock):
    booked = series(house, title="合唱")
    clock(house.at(24 * 60))
    made = change(house, booked, (7, 14, 21), title="舞蹈")
    assert times(house, booked.booking_id) == [(0, 9)]
    assert Booking.get_of(house.community, booked.booking_id).title == "合唱"
    assert Booking.get_of(house.community, made.booking_id).title == "舞蹈"


def test_a_new_title_reaches_calendars(house):
    booked = series(house, title="合唱")
    made = change(house, booked, (0, 7, 14, 21), start="09:00", end="10:00", title="舞蹈")
    assert made.booking_id == booked.booking_id
    assert {each.sequence for each in occurrences(house, booked)} == {1}


def test_the_desk_changes_and_the_organiser_is_told_once(house):
    booked = series(house)
    change(house, booked, (0, 7, 14, 21), house.staff)
    assert len(list(Message.of(house.community))) == 1
    with pytest.raises(Forbidden):
        change(house, booked, (0,), house.resident(2))


def test_says_what_cannot_be_changed(house):
    booked = series(house)
    with pytest.raises(Invalid) as refused:
        change(house, booked, ())
    assert "days" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        change(house, booked, (0,), start="15:00", end="14:00")
    assert "end" in refused.value.errors
    asked = series(house, "会议室", actor=house.resident(3))
    service.approve_series(house.staff, asked.booking_id)
    with pytest.raises(Refused):
        change(house, asked, (0,), house.resident(3))
    assert change(house, asked, (0, 7, 14, 21), house.staff).count == 4


def test_a_request_moves_and_stays_a_request(house):
    asked = series(house, "会议室")
    change(house, asked, (0, 7, 14, 21))
    assert set(states(house, asked)) == {"requested"}
    assert service.approve_series(house.staff, asked.booking_id) == 4
    assert check(house.community) == []


def test_ends_a_series_from_a_date_on(house):
    booked = series(house)
    assert service.cancel_series(house.resident(), booked.booking_id, since=after(house, 14)) == 2
    assert states(house, booked) == ["confirmed", "confirmed", "cancelled", "cancelled"]
    assert Booking.get_of(house.community, booked.booking_id).rule == f"FREQ=WEEKLY;UNTIL={after(house, 13):%Y%m%d}"
    house.book("棋牌室", "09:00", "10:00", house.resident(2), date=after(house, 14).isoformat())
    assert check(house.community) == []


def test_ends_a_whole_series_and_leaves_the_past(house, clock):
    booked = series(house)
    clock(house.at(24 * 60))
    with pytest.raises(Invalid):
        service.cancel_series(house.staff, booked.booking_id)
    with pytest.raises(Forbidden):
        service.cancel_series(house.resident(2), booked.booking_id)
    assert service.cancel_series(house.staff, booked.booking_id, reason="装修") == 3
    assert states(house, booked)[1:] == ["cancelled"] * 3
    assert len(list(Message.of(house.community))) == 1
    with pytest.raises(Refused):
        service.cancel_series(house.resident(), booked.booking_id)


def test_withdraws_a_requested_series(house):
    asked = series(house, "会议室")
    assert service.cancel_series(house.resident(), asked.booking_id) == 4
    assert set(states(house, asked)) == {"withdrawn"}


# --------------------------------------------------------------------------- whether it goes on


WEEK = 7 * 24 * 60


def ask(house):
    return service.ask_whether_it_goes_on(system(house.community, "rooms.goes_on"))


def test_asks_every_eight_weeks_whether_a_series_goes_on(house, clock):
    booked = series(house, rule=Rule(freq="WEEKLY", count=12))
    series(house, actor=house.staff, start="11:00", end="12:00", rule=Rule(freq="WEEKLY", count=12))
    assert ask(house) == 0
    clock(house.at(0) + 8 * WEEK)
    assert (ask(house), ask(house)) == (1, 0)
    assert service.series_page(house.resident(), booked.booking_id).asked
    assert [each.state for each in Message.of(house.community)] == ["delivered"]
    with pytest.raises(Forbidden):
        service.goes_on(house.resident(2), booked.booking_id)
    service.goes_on(house.resident(), booked.booking_id)
    assert [each.state for each in Message.of(house.community)] == ["withdrawn"]
    assert not service.series_page(house.resident(), booked.booking_id).asked
    assert ask(house) == 0


def test_nothing_ends_without_an_answer_and_ending_it_is_one(house, clock):
    booked = series(house, rule=Rule(freq="WEEKLY", count=12))
    clock(house.at(0) + 8 * WEEK)
    ask(house)
    clock(house.at(0) + 9 * WEEK)
    ask(house)
    assert set(states(house, booked)) == {"confirmed"}
    service.cancel_series(house.resident(), booked.booking_id)
    assert [each.state for each in Message.of(house.community)] == ["withdrawn"]
    assert not service.series_page(house.resident(), booked.booking_id).asked
