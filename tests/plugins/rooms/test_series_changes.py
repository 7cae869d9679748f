"""Changing a series: all dates to come or one and those after it; what is past or was moved singly stays."""

from __future__ import annotations

import datetime

import pytest

from core.actor import system
from core.civic.reaching.message_records import Message
from core.clock import weekday_text
from core.errors import Forbidden, Invalid, Refused
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.booking.recurrence import Rule, days_of
from plugins.rooms.booking.weekdays import on_weekday, weekday_of, with_weekday
from plugins.rooms.clock import local_span
from plugins.rooms.models import Booking, Occurrence, Series
from tests.plugins.rooms.test_series import after, occurrences, series, states


def times(house, booking_id):
    query = Occurrence.of(house.community).where(Occurrence.booking_id == booking_id)
    found = [local_span(each.start_min, each.end_min) for each in query.order_by(Occurrence.start_min)]
    return [((day - house.day).days, start // 60) for day, start, _end in found]


def change(house, booked, days, actor=None, start="14:00", end="15:00", code="", **fields):
    return service.change_series(
        actor or house.resident(),
        booked.booking_id,
        {after(house, day) for day in days},
        service.SeriesChange(start=start, end=end, **fields),
        code=code,
    )


def test_all_dates_move_together(house):
    booked = series(house)
    found = service.look_at_change(
        house.resident(), booked.booking_id, service.SeriesChange(start="14:00", end="15:00")
    )
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
    found = service.look_at_change(
        house.resident(), booked.booking_id, service.SeriesChange(start="14:00", end="15:00")
    )
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
    daily = series(house, "东厅", rule=Rule(freq="DAILY", count=3))
    with pytest.raises(Invalid) as refused:
        change(house, daily, (0,), weekday=0)
    assert "weekday" in refused.value.errors


def test_a_request_moves_and_stays_a_request(house):
    asked = series(house, "会议室")
    change(house, asked, (0, 7, 14, 21))
    assert set(states(house, asked)) == {"requested"}
    assert service.approve_series(house.staff, asked.booking_id) == 4
    assert check(house.community) == []


# --------------------------------------------------------------------------- where the office confirms


def approved(house, **fields):
    booked = series(house, "会议室", **fields)
    service.approve_series(house.staff, booked.booking_id)
    return booked


def test_a_change_is_asked_for_and_the_old_times_stay_until_it_is_approved(house):
    booked = approved(house)
    made = change(house, booked, (0, 7, 14, 21))
    assert (made.booking_id, made.count, made.asked) == (booked.booking_id, 0, 4)
    page = service.series_page(house.resident(), booked.booking_id)
    assert ([line.start for line in page.ahead], [line.start for line in page.asked_for]) == (
        ["09:00"] * 4,
        ["14:00"] * 4,
    )
    assert [line.booking_id for line in service.requests(house.staff)] == [booked.booking_id]
    assert [bool(date.was) for date in service.waiting_dates(house.staff, booked.booking_id)] == [True] * 4
    assert check(house.community) == []
    assert service.approve_series(house.staff, booked.booking_id) == 4
    assert states(house, booked).count("confirmed") == 4
    assert {line.start for line in service.series_page(house.resident(), booked.booking_id).ahead} == {"14:00"}
    assert service.series_page(house.resident(), booked.booking_id).usual == "14:00–15:00"
    assert check(house.community) == []
    # What was approved is a date like any other: it is changed again, counted, and not added a second time.
    assert change(house, booked, (0, 7, 14, 21), house.staff, start="16:00", end="17:00").count == 4
    with pytest.raises(Refused):
        service.add_back(house.resident(), booked.booking_id, after(house, 7))


def test_what_is_taken_meanwhile_is_left_out_and_stays_where_it_was(house):
    booked = approved(house)
    change(house, booked, (0, 7, 14, 21))
    house.book("会议室", "14:30", "15:30", house.staff, date=after(house, 7).isoformat())
    with pytest.raises(service.SeriesConflict) as refused:
        service.approve_series(house.staff, booked.booking_id)
    assert [date.state for date in refused.value.dates] == ["free", "taken", "free", "free"]
    assert service.approve_series(house.staff, booked.booking_id, {after(house, 7)}) == 3
    ahead = service.series_page(house.resident(), booked.booking_id).ahead
    assert [line.start for line in ahead] == ["14:00", "09:00", "14:00", "14:00"]
    assert service.series_page(house.resident(), booked.booking_id).left_out == []
    assert check(house.community) == []


def test_a_date_that_stays_is_in_the_way_of_another(house):
    booked = approved(house, rule=Rule(freq="DAILY", count=2))
    single = occurrences(house, booked)[1]
    service.move(house.staff, single.id, date=str(house.day), start="10:00", end="11:00")
    assert change(house, booked, (0, 1), start="10:00", end="11:00").asked == 2
    with pytest.raises(service.SeriesConflict):
        service.approve_series(house.staff, booked.booking_id, {after(house, 1)})
    assert service.approve_series(house.staff, booked.booking_id) == 2
    assert check(house.community) == []


def test_refused_or_withdrawn_nothing_has_changed(house):
    booked = approved(house)
    change(house, booked, (0, 7, 14, 21))
    service.refuse_series(house.staff, booked.booking_id, "已有安排")
    change(house, booked, (0, 7, 14, 21), start="15:00", end="16:00")
    change(house, booked, (0, 7), start="16:00", end="17:00")
    assert [line.start for line in service.series_page(house.resident(), booked.booking_id).asked_for] == [
        "16:00", "16:00", "15:00", "15:00",
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        service.withdraw_series_change(house.resident(2), booked.booking_id)
    assert service.withdraw_series_change(house.resident(), booked.booking_id) == 4
    with pytest.raises(Refused):
        service.withdraw_series_change(house.resident(), booked.booking_id)
    assert {line.start for line in service.series_page(house.resident(), booked.booking_id).ahead} == {"09:00"}
    assert check(house.community) == []


def test_from_a_date_on_it_is_split_at_once_and_asked_for_there(house):
    booked = approved(house, actor=house.visitor, guest_name="王阿姨")
    made = change(house, booked, (14, 21), house.visitor, since=after(house, 14), code=booked.code)
    assert (made.count, made.asked, bool(made.code)) == (0, 2, True)
    assert service.approve_series(house.staff, made.booking_id) == 2
    assert times(house, booked.booking_id) == [(0, 9), (7, 9)]
    assert [line.start for line in service.booking_by_code(house.visitor, made.code)].count("14:00") == 2


def test_only_shorter_needs_nobody(house):
    booked = approved(house)
    made = change(house, booked, (0, 7, 14, 21), start="09:15", end="10:00")
    assert (made.count, made.asked) == (4, 0)
    assert check(house.community) == []


# --------------------------------------------------------------------------- another weekday, other words


def move_day(house, days):
    """The day of the week from Monday on which `house.day` moves by some days, kept inside its week."""
    other = (house.day.weekday() + days) % 7
    return other, other - house.day.weekday()


def test_a_series_moves_to_another_weekday(house):
    first = house.day + datetime.timedelta(days=7)
    booked = series(house, skip={after(house, 21)}, date=str(first))
    other, shift = move_day(house, 2)
    found = service.look_at_change(
        house.resident(), booked.booking_id, service.SeriesChange(start="09:00", end="10:00", weekday=other)
    )
    days = [first + datetime.timedelta(days=shift + 7 * week) for week in (0, 1, 3)]
    assert [each.date.day for each in found] == days
    change_to = service.SeriesChange(start="09:00", end="10:00", weekday=other)
    assert service.change_series(house.resident(), booked.booking_id, days, change_to).count == 3
    assert [each.series_day for each in occurrences(house, booked)] == days
    page = service.series_page(house.resident(), booked.booking_id)
    assert page.weekday == other and str(weekday_text(days[0])) in page.rule
    left_out = first + datetime.timedelta(days=shift + 14)
    assert [each.day for each in page.left_out] == [left_out]
    assert service.add_back(house.resident(), booked.booking_id, left_out).state == "confirmed"
    later = service.SeriesChange(start="11:00", end="12:00", since=days[1])
    assert service.change_series(house.resident(), booked.booking_id, [days[1]], later).booking_id != booked.booking_id
    assert check(house.community) == []


def test_fewer_than_most_dates_on_another_weekday_are_moved_singly(house):
    first = house.day + datetime.timedelta(days=7)
    booked = series(house, date=str(first))
    other, shift = move_day(house, 2)
    moved = service.SeriesChange(start="09:00", end="10:00", weekday=other)
    service.change_series(house.resident(), booked.booking_id, [first + datetime.timedelta(days=shift)], moved)
    page = service.series_page(house.resident(), booked.booking_id)
    assert page.weekday == house.day.weekday()
    assert page.ahead[0].date == first + datetime.timedelta(days=shift)


def test_another_weekday_is_asked_for_where_the_office_confirms(house):
    first = house.day + datetime.timedelta(days=7)
    booked = approved(house, date=str(first))
    other, shift = move_day(house, 3)
    days = [first + datetime.timedelta(days=shift + 7 * week) for week in range(4)]
    change_to = service.SeriesChange(start="09:00", end="10:00", weekday=other)
    assert service.change_series(house.resident(), booked.booking_id, days, change_to).asked == 4
    assert [date.takes_place for date in service.waiting_dates(house.staff, booked.booking_id)] == days
    service.approve_series(house.staff, booked.booking_id)
    page = service.series_page(house.resident(), booked.booking_id)
    assert (page.weekday, [line.date for line in page.ahead]) == (other, days)
    assert check(house.community) == []


@pytest.mark.parametrize(
    ("rule", "first", "weekday", "days"),
    [
        (Rule(count=3), "2027-01-06", 0, ["2027-01-04", "2027-01-11", "2027-01-18"]),
        (Rule(count=2, interval=2), "2027-01-06", 6, ["2027-01-10", "2027-01-24"]),
        (Rule(weekdays=((2, 0),), until=datetime.date(2027, 1, 23)), "2027-01-04", 4, ["2027-01-08", "2027-01-15", "2027-01-22"]),
        (Rule(freq="MONTHLY", weekdays=((2, 2),), count=2), "2027-01-13", 4, ["2027-01-08", "2027-02-12"]),
        (Rule(freq="MONTHLY", weekdays=((2, -1),), count=2), "2027-01-27", 0, ["2027-01-25", "2027-02-22"]),
    ],
)  # fmt: skip
def test_a_rule_on_another_weekday_has_the_same_days_moved(rule, first, weekday, days):
    day = datetime.date.fromisoformat(first)
    wanted = [on_weekday(rule, each, weekday) for each in days_of(rule, day).days]
    assert [str(each) for each in wanted] == days
    later, begins = with_weekday(rule, day, weekday)
    assert list(days_of(later, begins).days) == wanted and weekday_of(later, begins) == weekday


@pytest.mark.parametrize(
    "rule",
    [
        Rule(freq="DAILY", count=3), Rule(weekdays=((1, 0), (3, 0)), count=4), Rule(freq="YEARLY", count=2),
        Rule(freq="MONTHLY", month_days=(8,), count=2), Rule(freq="MONTHLY", weekdays=((2, 5),), count=2),
        Rule(dates=(datetime.date(2027, 1, 6), datetime.date(2027, 1, 8))),
    ],
)  # fmt: skip
def test_what_has_not_one_weekday_has_no_other(rule):
    assert weekday_of(rule, datetime.date(2027, 1, 6)) is None


def test_one_date_has_words_of_its_own(house):
    booked = series(house, title="合唱")
    second = occurrences(house, booked)[1].id
    service.rename(house.resident(), second, " 汇报演出 ")
    page = service.series_page(house.resident(), booked.booking_id)
    assert [line.title for line in page.ahead] == ["合唱", "汇报演出", "合唱", "合唱"]
    assert [each.sequence for each in occurrences(house, booked)] == [0, 1, 0, 0]
    change(house, booked, (0, 7, 14, 21), start="09:00", end="10:00", title="歌咏")
    titles = [line.title for line in service.series_page(house.resident(), booked.booking_id).ahead]
    assert titles == ["歌咏", "汇报演出", "歌咏", "歌咏"]
    service.rename(house.resident(), second, "歌咏")
    assert Occurrence.get_by_id(second).title is None
    for actor in (house.resident(2), house.visitor):
        with pytest.raises(Forbidden):
            service.rename(actor, second, "别的")
    with pytest.raises(Invalid):
        service.rename(house.resident(), second, "长" * 101)


def test_a_single_booking_gets_other_words_but_not_a_confidential_one_from_staff(house, clock):
    single = house.book("棋牌室", "14:00", "15:00", title="棋类")
    service.rename(house.staff, single.occurrence_id, "棋赛")
    assert Booking.get_by_id(single.booking_id).title == "棋赛"
    assert Occurrence.get_by_id(single.occurrence_id).sequence == 1
    Booking.update(confidential=True).where(Booking.id == single.booking_id).execute()
    with pytest.raises(Refused):
        service.rename(house.staff, single.occurrence_id, "别的")
    service.rename(house.resident(), single.occurrence_id, "家事")
    clock(house.at(24 * 60))
    with pytest.raises(Refused):
        service.rename(house.resident(), single.occurrence_id, "过后")


# --------------------------------------------------------------------------- time decides


def test_a_series_nobody_decides_on_expires_date_by_date(house, clock):
    asked = series(house, "会议室")
    clock(house.at(10 * 60))
    assert service.expire(system(house.community, "rooms.expire")) == 1
    assert states(house, asked) == ["expired", "requested", "requested", "requested"]
    clock(house.at(10 * 60) + 21 * 1440)
    assert service.expire(system(house.community, "rooms.expire")) == 3
    assert set(states(house, asked)) == {"expired"}
    told = [each.text for each in Message.of(house.community).order_by(Message.id)]
    assert len(told) == 4 and "3" in told[0] and "09:00" in told[0]


def test_dates_that_expire_at_once_count_only_what_is_still_to_come(house, clock):
    series(house, "会议室")
    clock(house.at(10 * 60) + 14 * 1440)
    assert service.expire(system(house.community, "rooms.expire")) == 3
    told = [each.text for each in Message.of(house.community).order_by(Message.id)]
    assert all("还有 1 天" in text for text in told)


def test_one_date_of_a_running_series_is_not_called_the_last(house, clock):
    asked = series(house, "会议室")
    service.approve_series(house.staff, asked.booking_id)
    _first, second, *_others = service.series_page(house.resident(), asked.booking_id).ahead
    service.cancel(house.resident(), second.id)
    service.add_back(house.resident(), asked.booking_id, second.date)
    clock(second.start_min)
    assert service.expire(system(house.community, "rooms.expire")) == 1
    told = Message.of(house.community).order_by(Message.id.desc()).first().text
    assert "没有及时审批" in told and "最后" not in told


def test_a_change_nobody_decides_on_expires_and_the_date_stays(house, clock):
    booked = approved(house)
    told = Message.of(house.community).count()
    change(house, booked, (0,), start="08:00", end="08:30")
    clock(house.at(8 * 60))
    assert service.expire(system(house.community, "rooms.expire")) == 1
    assert [line.start for line in service.series_page(house.resident(), booked.booking_id).ahead] == ["09:00"] * 4
    assert Message.of(house.community).count() == told + 1
    assert check(house.community) == []


# --------------------------------------------------------------------------- ending


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
