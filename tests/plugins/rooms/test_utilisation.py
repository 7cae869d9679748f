"""Utilisation counted minute by minute: on random hours, closures and bookings, the figures are those of a brute-force count."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import local_minute, utc_minute
from core.errors import Forbidden
from core.store.db import transaction
from plugins.rooms import service
from plugins.rooms.booking.rules import Wish
from plugins.rooms.booking.slots import rows, run, write_closures
from plugins.rooms.finding import unmet
from plugins.rooms.finding import utilisation_words as words
from plugins.rooms.finding.utilisation import Minutes, measure
from plugins.rooms.models import Booking, Closure, Occurrence, OccurrenceResource
from plugins.rooms.room_service import Rooms

FIRST = datetime.date(2026, 3, 2)
DAYS = 9
LAST = FIRST + datetime.timedelta(days=DAYS - 1)
NOW = utc_minute(FIRST + datetime.timedelta(days=7), 13 * 60 + 7)
LEAVES = ("棋牌室", "会议室", "东厅", "西厅")
STATES = ("requested", "confirmed", "checked_in", "finished", "unattended", "cancelled", "displaced", "held")
OVERRUN = 15

minute = st.integers(0, 1439)
opening = st.tuples(st.integers(0, 6), st.integers(0, 22), st.integers(1, 8))
closing = st.tuples(st.sampled_from((*LEAVES, "大厅")), st.integers(-300, DAYS * 1440), st.integers(1, 3000))
using = st.tuples(
    st.sampled_from((*LEAVES, "大厅")),
    st.integers(0, DAYS - 1),
    minute,
    st.integers(1, 300),
    st.sampled_from(STATES),
    st.integers(-120, 40),
    st.booleans(),
)


def parts(name):
    return ("东厅", "西厅") if name == "大厅" else (name,)


def hours_of(weekly):
    """Disjoint opening hours per weekday: (start, end) in minutes of the day."""
    week = {weekday: set() for weekday in range(7)}
    for weekday, hour, length in weekly:
        week[weekday].update(range(hour * 60, min(hour + length, 24) * 60))
    return week


def intervals(minutes):
    found = []
    for each in sorted(minutes):
        if found and found[-1][1] == each:
            found[-1] = (found[-1][0], each + 1)
        else:
            found.append((each, each + 1))
    return found


def empty(community):
    for table in ("rooms_slot", "rooms_occurrence_resource", "rooms_occurrence", "rooms_booking", "rooms_closure"):
        run(f"DELETE FROM {table}")
    run("DELETE FROM rooms_opening WHERE community=?", community)


def enter(house, closures, uses):
    """Write what happened straight into the tables; returns (parts, start, end, kind) of every use that counts."""
    origin = utc_minute(FIRST, 0)
    for name, start, length in closures:
        Closure.create(
            community=house.community, room_id=house.rooms[name].id, start_min=origin + start,
            end_min=origin + start + length, reason="检修",
        )  # fmt: skip
    for name in LEAVES:
        write_closures(house.rooms[name].id)
    counted = []
    booking = Booking.create(
        community=house.community, title="", organiser_kind="staff", organiser="社区", requested_on=FIRST
    )
    for name, day, start, length, state, left, missed in uses:
        begin = utc_minute(FIRST + datetime.timedelta(days=day), start)
        end = min(begin + length, utc_minute(FIRST + datetime.timedelta(days=day), 1440))
        gone = max(begin + 1, end + left) if state == "finished" else None
        occurrence = Occurrence.create(
            community=house.community, booking_id=booking.id, room_id=house.rooms[name].id, start_min=begin, end_min=end,
            state=state, held_until=1 if state == "held" else None,
            checked_in_at=begin * 60_000 if state == "checked_in" else None,
            finished_at=gone * 60_000 if gone else None,
            missed_at=1 if state == "unattended" and missed else None,
        )  # fmt: skip
        for part in parts(name):
            OccurrenceResource.insert(
                community=house.community, occurrence_id=occurrence.id, resource_id=house.rooms[part].id
            ).execute()
        if state == "finished":
            counted.append((parts(name), begin, gone, "used"))
        elif state == "checked_in":
            counted.append((parts(name), begin, min(NOW, end + OVERRUN), "used"))
        elif end <= NOW and (state == "confirmed" or (state == "unattended" and not missed)):
            counted.append((parts(name), begin, end, "unconfirmed"))
    return counted


def brute_force(house, weekly, closures, counted, rooms=LEAVES, days=range(DAYS)):
    """{(room, weekday, hour): [offered, used, unconfirmed]}, one minute at a time."""
    origin, found = utc_minute(FIRST, 0), {}
    for room in rooms:
        closed = {
            origin + at
            for name, start, length in closures
            if room in parts(name)
            for at in range(start, start + length)
        }
        used = {
            at for rooms, first, last, kind in counted if room in rooms and kind == "used" for at in range(first, last)
        }
        unsure = {
            at
            for rooms, first, last, kind in counted
            if room in rooms and kind == "unconfirmed"
            for at in range(first, last)
        }
        for at in range(origin + days[0] * 1440, min(NOW, origin + (days[-1] + 1) * 1440)):
            day, of_day = local_minute(at)
            if of_day in weekly[day.weekday()] and at not in closed:
                figures = found.setdefault((room, day.weekday(), of_day // 60), [0, 0, 0])
                figures[0] += 1
                figures[1] += at in used
                figures[2] += at in unsure and at not in used
    return found


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(opening, min_size=3, max_size=12), st.lists(closing, max_size=4), st.lists(using, min_size=1, max_size=14)
)
def test_equals_a_count_minute_by_minute(house, clock, weekly, closures, uses):
    week = hours_of(weekly)
    with transaction(house.community):
        empty(house.community)
        counted = enter(house, closures, uses)
        for weekday, minutes in week.items():
            for start, end in intervals(minutes):
                run(
                    "INSERT INTO rooms_opening (community, venue_id, weekday, start_min, end_min) VALUES (?, ?, ?, ?, ?)",
                    house.community, house.venue, weekday, start, end,
                )  # fmt: skip
    clock(NOW)
    wanted = brute_force(house, week, closures, counted)
    found = measure(house.community, FIRST, LAST)
    for name in LEAVES:
        cells = {
            cell: list(minutes) for cell, minutes in found.cells.get(house.rooms[name].id, {}).items() if any(minutes)
        }
        assert cells == {(day, hour): each for (room, day, hour), each in wanted.items() if room == name and any(each)}
    total = [sum(each[number] for each in wanted.values()) for number in range(3)]
    assert list(found.of_venue()) == list(found.of_venue(house.venue)) == total
    hall = [
        sum(each[number] for (room, *_cell), each in wanted.items() if room in parts("大厅")) for number in range(3)
    ]
    assert list(found.of_room(house.rooms["大厅"].id)) == hall
    months = service.by_month(house.community, FIRST, LAST)
    assert [sum(each[number] for each in months.values()) for number in range(3)] == total
    assert sum(each.used for each in Rooms().utilisation(house.community, FIRST, LAST) if not each.is_hall) == total[1]


# --------------------------------------------------------------------------- as it was then

week_of = st.lists(opening, max_size=6)
changing = st.tuples(st.integers(1, DAYS - 1), st.sampled_from((None, "棋牌室", "东厅")), week_of)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(opening, min_size=3, max_size=8), st.lists(changing, max_size=5), st.lists(using, max_size=8))
def test_hours_that_changed_count_as_they_were_on_each_day(house, clock, weekly, changes, uses):
    with transaction(house.community):
        empty(house.community)
        counted = enter(house, [], uses)
    clock(utc_minute(FIRST, 0))
    held = {None: [(-1, hours_of(weekly))]}
    set_week(house, None, held[None][0][1])
    for day, owner, hours in sorted(changes, key=lambda each: each[0]):
        clock(utc_minute(FIRST + datetime.timedelta(days=day), 600))
        set_week(house, owner, hours_of(hours))
        held.setdefault(owner, []).append((day, hours_of(hours)))
    clock(NOW)
    wanted = {}
    for room in LEAVES:
        for day in range(DAYS):
            week = then(held.get(room, ()), day)
            if week is None or not any(week.values()):
                week = then(held[None], day)
            for cell, figures in brute_force(house, only_on(week, day), [], counted, (room,), (day,)).items():
                known = wanted.setdefault(cell, [0, 0, 0])
                wanted[cell] = [one + other for one, other in zip(known, figures, strict=True)]
    found = measure(house.community, FIRST, LAST)
    for room in LEAVES:
        cells = {cell: list(each) for cell, each in found.cells.get(house.rooms[room].id, {}).items() if any(each)}
        assert cells == {(day, hour): each for (name, day, hour), each in wanted.items() if name == room and any(each)}


def set_week(house, room, week):
    entered = {weekday: intervals(minutes) for weekday, minutes in week.items()}
    service.set_week(house.staff, house.venue, entered, room_id=house.rooms[room].id if room else None)


def then(versions, day):
    """The week that held on a day: that of the last change until then."""
    return next((week for since, week in reversed(versions) if since <= day), None)


def only_on(week, day):
    weekday = (FIRST.weekday() + day) % 7
    return {each: week[each] if each == weekday else set() for each in range(7)}


def test_a_room_out_of_use_counts_until_then_and_the_holidays_as_they_were_kept(house, clock):
    day = datetime.date(2027, 1, 1)  # New Year
    clock(utc_minute(day, 0) - 10 * 1440)
    service.set_week(house.staff, house.venue, {weekday: [(480, 1080)] for weekday in range(7)})
    chess = house.rooms["棋牌室"].id
    clock(utc_minute(day, 12 * 60))
    service.remove_room(house.staff, chess)
    clock(utc_minute(day, 0) + 3 * 1440)
    for _turn in range(2):
        found = measure(house.community, day, day)
        assert found.of_room(chess) == Minutes(240, 0, 0)
        assert found.of_room(house.rooms["会议室"].id) == Minutes(600, 0, 0)
        service.edit_venue(house.staff, house.venue, open_on_holidays=False)
    later = day + datetime.timedelta(days=2)
    assert chess not in measure(house.community, later, later).plan.rooms
    assert measure(house.community, later, day).of_venue() == Minutes(0, 0, 0)
    later = datetime.date(2028, 1, 1)
    assert service.load_plan(house.community, later).hours(house.rooms["会议室"].id, later) == []


def test_closures_count_as_long_as_they_held(house, clock):
    service.set_week(house.staff, house.venue, {weekday: [(480, 1080)] for weekday in range(7)})
    times = {"date": house.day.isoformat(), "start": "08:00", "end": "18:00"}
    early, late = (
        service.close(house.staff, house.rooms[room].id, reason="检修", **times) for room in ("棋牌室", "会议室")
    )
    service.close(house.staff, house.rooms["大厅"].id, reason="检修", **{**times, "end": "09:00"})
    service.lift(house.staff, late.id)
    clock(house.at(600))
    service.lift(house.staff, early.id)
    clock(house.at(1200))
    found = measure(house.community, house.day, house.day)
    offered = {name: found.of_room(house.rooms[name].id).offered for name in ("棋牌室", "会议室", "东厅", "大厅")}
    assert offered == {"棋牌室": 480, "会议室": 600, "东厅": 540, "大厅": 1080}


# --------------------------------------------------------------------------- halls


def used(house, name, start, end, clock):
    """A past use of a room on the house's day, which is open from 8 to 18."""
    service.set_week(house.staff, house.venue, {day: [(480, 1080)] for day in range(7)})
    clock(house.at(1200))
    service.enter_past_use(
        house.staff,
        house.rooms[name].id,
        service.BookingRequest(date=house.day.isoformat(), start=start, end=end, title="合唱"),
    )
    return measure(house.community, house.day, house.day)


def test_a_hall_is_the_sum_of_its_parts(house, clock):
    found = used(house, "东厅", "09:00", "10:00", clock)
    assert found.of_room(house.rooms["东厅"].id) == Minutes(600, 60, 0)
    assert found.of_room(house.rooms["大厅"].id) == Minutes(1200, 60, 0)


def test_booking_a_hall_uses_each_part_and_the_venue_counts_it_once(house, clock):
    found = used(house, "大厅", "09:00", "10:00", clock)
    assert found.of_room(house.rooms["大厅"].id) == Minutes(1200, 120, 0)
    assert found.of_room(house.rooms["西厅"].id) == Minutes(600, 60, 0)
    assert found.of_venue(house.venue) == Minutes(2400, 120, 0)


# --------------------------------------------------------------------------- words, reports, unmet demand


def texts(found, kind):
    return [str(each.text) for each in found if each.kind == kind]


def test_sentences_say_what_stands_idle_and_what_is_never_used(house, clock):
    found = used(house, "棋牌室", "08:00", "12:00", clock)
    told = words.sentences(found, [], [("红枫舞蹈队", 3)])
    assert len(texts(told, "total")) == 1
    assert [name for name in ("会议室", "东厅", "西厅") if any(name in each for each in texts(told, "never"))] == [
        "会议室", "东厅", "西厅",
    ]  # fmt: skip
    [idle] = texts(told, "idle")
    assert "棋牌室" in idle and "12:00" in idle and "18:00" in idle
    assert any("红枫舞蹈队" in each for each in texts(told, "organisation"))


def test_sentences_tell_hours_to_open_from_hours_that_are_full(house, clock):
    found = used(house, "棋牌室", "08:00", "12:00", clock)
    demand = [
        service.Demand(house.day, 19, 0, "", 4),
        service.Demand(house.day, 9, 0, "", 3),
        service.Demand(house.day, 10, 0, "", 2),
    ]
    told = words.sentences(found, demand, [])
    assert [("19:00" in each, "20:00" in each) for each in texts(told, "open")] == [(True, True)]
    [full] = texts(told, "full")
    assert "09:00" in full


def test_nothing_open_is_one_sentence(house, clock):
    service.set_week(house.staff, house.venue, {day: [] for day in range(7)})
    clock(house.at(1200))
    [only] = words.sentences(measure(house.community, house.day, house.day), [], [])
    assert only.kind == "total"


def test_an_organisation_that_got_no_room_is_named_and_one_that_did_is_not(house):
    def ask(name, refuse):
        asked = service.book(
            house.resident(),
            house.rooms["会议室"].id,
            service.BookingRequest(date=house.day.isoformat(), start="09:00", end="10:00", organisation=name),
        )
        if refuse:
            service.refuse(house.staff, asked.occurrence_id, "已满")
        else:
            service.approve(house.staff, asked.occurrence_id)

    ask("红枫舞蹈队", True)
    ask("书画社", True)
    ask("书画社", False)
    assert words.organisations_without(house.community, house.day, house.day) == [("红枫舞蹈队", 1)]
    assert words.organisations_without(house.store.south, house.day, house.day) == []


def test_unmet_demand_is_counted_once_per_browser_and_day_without_names(house):
    wish = Wish(house.day, 19 * 60, 20 * 60)
    for who in ("甲", "甲", "乙"):
        service.no_room(house.community, "search", wish, 25, ["投影"], who=who)
    service.no_room(house.community, "collision", wish, None, who="甲")
    service.no_room(house.community, "search", Wish(house.day - datetime.timedelta(days=30), 60, 120), who="丙")
    assert service.write_counts(house.staff) == 2
    assert service.write_counts(house.staff) == 0
    service.no_room(house.community, "search", wish, 25, ["投影"], who="丁")
    service.write_counts(house.staff)
    assert unmet.unmet_demand(house.community, house.day, house.day) == [
        (house.day, 19, 0, "", 1),
        (house.day, 19, 20, "投影", 3),
    ]
    assert unmet.unmet_demand(house.store.south, house.day, house.day) == []
    later = utc_minute(house.day + datetime.timedelta(days=1), 0) * 60_000 + 60_000
    assert unmet.overdue(house.community, later) == 2
    unmet.forget(house.staff, later)
    assert rows("SELECT count(*) FROM rooms_unmet") == [(0,)]


def test_the_report_is_for_those_who_may_see_it(house):
    with pytest.raises(Forbidden):
        service.monthly(house.resident(), house.day.replace(day=1))
    report = service.monthly(house.store.actor("rooms.utilisation.view"), house.day.replace(day=1))
    assert report.sentences


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "abc", "3026-01", "2099-01", "2026-01-01"])
def test_a_month_that_is_none_or_to_come_is_not_taken(text):
    assert service.month_of(text) is None
