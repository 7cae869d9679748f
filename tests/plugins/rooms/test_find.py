"""Free rooms, the day and week grids, and the lists of bookings."""

from __future__ import annotations

import pytest

from core.errors import Forbidden, Invalid, NotFound
from core.store.db import database
from plugins.rooms import service
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.room_service import Rooms
from tests.plugins.rooms.conftest import DESK


def free(house, start, end, actor=None, **fields):
    found = service.find_free(actor or house.visitor, house.day.isoformat(), start, end, **fields)
    return [item.room.name for item in found]


def test_finds_rooms_that_are_open_free_and_large_enough(house):
    assert set(free(house, "14:00", "15:00")) == {"棋牌室", "会议室", "大厅", "东厅", "西厅"}
    assert set(free(house, "14:00", "15:00", people=50)) == {"大厅", "东厅", "西厅"}
    house.book("东厅", "14:30", "15:30")
    assert free(house, "14:00", "15:00", people=50) == ["西厅"]
    assert free(house, "07:00", "08:30") == []
    house.edit("棋牌室", features=["投影仪", "白板"])
    assert free(house, "14:00", "15:00", features=["投影仪"]) == ["棋牌室"]
    with pytest.raises(Invalid):
        free(house, "15:00", "14:00")
    with pytest.raises(Invalid):
        free(house, "14:00", "15:00", people=0)


def test_rooms_with_everything_asked_for_are_found_here_and_by_other_plugins(house):
    house.edit("棋牌室", features=["投影仪", "白板"])
    house.edit("东厅", features=["投影仪"])
    for asked, names in (
        (["投影仪"], {"棋牌室", "东厅"}),
        (["白板", "投影仪"], {"棋牌室"}),
        (["钢琴"], set()),
        ([], None),
    ):
        here = free(house, "14:00", "15:00", features=asked)
        found = Rooms().find_free(house.community, house.day, 840, 900, features=asked)
        assert [each.name for each in found] == here
        assert names is None or set(here) == names


def test_minds_buffers_lengths_and_whom_a_room_is_for(house):
    house.edit("棋牌室", buffer_before=30)
    house.book("棋牌室", "14:00", "15:00")
    assert "棋牌室" not in free(house, "15:00", "16:00")
    assert "棋牌室" in free(house, "15:30", "16:00")
    house.edit("会议室", max_minutes=60, bookable_by="residents")
    assert "会议室" not in free(house, "10:00", "12:00", house.resident())
    assert "会议室" not in free(house, "10:00", "11:00")
    assert "会议室" in free(house, "10:00", "11:00", house.resident())


def test_the_least_used_room_comes_first(house, clock):
    day = house.day.isoformat()
    house.book("会议室", "08:00", "09:00", house.staff)
    house.book("西厅", "08:00", "12:00")
    clock(house.at(13 * 60))
    found = service.find_free(house.visitor, day, "14:00", "15:00")
    assert [(item.room.name, item.used) for item in found] == [
        ("棋牌室", 0),
        ("东厅", 0),
        ("会议室", 60),
        ("西厅", 240),
        ("大厅", 240),
    ]


def test_the_day_shows_what_is_taken_and_what_is_free(house):
    mine = house.book("棋牌室", "14:00", "15:00", title="秘密聚会")
    house.book("大厅", "09:00", "10:00", house.resident(2))
    service.close(
        house.staff, house.rooms["西厅"].id, date=house.day.isoformat(), start="19:00", end="24:00", reason="维修"
    )
    grid = {row.room.name: row for row in service.day(house.resident(), house.day)}
    assert list(grid) == ["棋牌室", "会议室", "大厅", "东厅", "西厅"]
    assert [(part.start, part.end, part.kind, part.occurrence_id) for part in grid["棋牌室"].taken] == [
        (840, 900, "mine", mine.occurrence_id)
    ]
    assert grid["棋牌室"].free == ((480, 840), (900, 1260))
    assert [(part.start, part.end, part.kind) for part in grid["大厅"].taken] == [
        (540, 600, "booked"),
        (1140, 1440, "closed"),
    ]
    assert grid["大厅"].taken[0].occurrence_id is None
    assert grid["大厅"].free == ((480, 540), (600, 1140))
    assert grid["西厅"].free == ((480, 540), (600, 1140))
    anonymous = {row.room.name: row for row in service.day(house.visitor, house.day)}
    assert [part.kind for part in anonymous["棋牌室"].taken] == ["booked"]
    assert "秘密聚会" not in repr(anonymous)


def test_the_day_takes_few_queries_however_many_rooms_there_are(house, monkeypatch):
    for number in range(12):
        house.add(f"活动室{number}")
        house.book(f"活动室{number}", "14:00", "15:00")
    asked = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(database.obj, "execute_sql", lambda *arguments: asked.append(arguments) or execute(*arguments))
    assert len(service.day(house.resident(), house.day)) == 17
    assert len(asked) <= 4


def test_the_past_of_today_is_not_free(house, clock):
    day = house.day
    clock(house.at(15 * 60))
    grid = service.day(house.visitor, day)
    assert grid[0].free == ((900, 1260),)


def test_the_week_runs_from_the_day_asked_for(house):
    house.book("东厅", "14:00", "15:00")
    week = service.week(house.visitor, house.rooms["大厅"].id, house.day)
    assert [(row.day - house.day).days for row in week] == list(range(7))
    assert [row.day for row in week if row.taken] == [house.day]
    with pytest.raises(NotFound):
        service.week(house.visitor, house.south.id, house.day)


def test_the_desk_sees_the_day_with_names(house):
    house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨", guest_phone="13800138000", title="下棋")
    cancelled = house.book("棋牌室", "16:00", "17:00")
    service.cancel(house.resident(), cancelled.occurrence_id)
    house.book("会议室", "09:00", "10:00")
    lines = service.on_day(house.staff, house.day)
    assert [(line.room, line.start, line.state) for line in lines] == [
        ("会议室", "09:00", "requested"),
        ("棋牌室", "14:00", "confirmed"),
    ]
    assert service.on_day(house.staff, house.day, house.venue + 9) == []
    with pytest.raises(Forbidden):
        service.on_day(house.resident(), house.day)


def test_my_bookings_are_mine_alone_ahead_and_past(house, clock):
    booked = house.book("棋牌室", "14:00", "15:00")
    house.book("棋牌室", "15:00", "16:00", house.resident(2))
    assert [line.id for line in service.my_bookings(house.resident())] == [booked.occurrence_id]
    assert service.my_bookings(house.visitor) == []
    assert service.my_bookings(house.resident())[0].is_ahead
    clock(house.at(14 * 60 + 30))
    assert service.my_bookings(house.resident())[0].is_running
    clock(house.at(15 * 60))
    assert service.my_bookings(house.resident()) == []
    assert [line.id for line in service.my_bookings(house.resident(), past=True)] == [booked.occurrence_id]


def test_many_bookings_are_read_page_by_page_none_twice(house, clock):
    slots = [(room, hour) for room in ("棋牌室", "东厅", "西厅") for hour in range(8, 20)]
    for room, hour in slots:
        house.book(room, f"{hour:02d}:00", f"{hour + 1:02d}:00")
    house.book("棋牌室", "20:00", "21:00", house.resident(2))

    def pages(**which):
        after = None
        while found := service.my_bookings(house.resident(), after=after, limit=7, **which):
            yield from found
            after = found[-1]

    ahead = list(pages())
    assert len({line.id for line in ahead}) == len(ahead) == len(slots)
    assert [line.start_min for line in ahead] == sorted(line.start_min for line in ahead)
    assert [line.id for line in service.all_my_bookings(house.resident())] == [line.id for line in ahead]
    clock(house.at(21 * 60))
    assert [line.id for line in pages(past=True)] == [line.id for line in reversed(ahead)]
    assert list(pages()) == []


def test_of_a_series_the_next_date_stands_for_all_with_how_many_follow(house, clock):
    rule, first = Rule(freq="WEEKLY", count=4), house.book("东厅", "09:00", "10:00")
    times = {"date": house.day.isoformat(), "start": "14:00", "end": "15:00"}
    asked = service.BookingRequest(**times)
    series = service.book_series(house.resident(), house.rooms["棋牌室"].id, rule, asked)

    def plans():
        return [(line.booking_id, line.start_min, more) for line, more in service.my_plans(house.resident())]

    assert plans() == [(first.booking_id, house.at(540), 0), (series.booking_id, house.at(840), 3)]
    assert len(service.my_plans(house.resident(), service.my_plans(house.resident())[0][0])) == 1
    clock(house.at(901))
    service.finish_due(house.staff)
    assert plans() == [(series.booking_id, house.at(840) + 7 * 1440, 2)]
    service.cancel_series(house.resident(), series.booking_id)
    (left,) = service.my_plans(house.resident())
    assert (left[0].state, left[1]) == ("cancelled", 0), "what was given up is still told of"


def test_communities_see_nothing_of_each_other(house):
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="王阿姨")
    rooms = [*DESK]
    south = house.store.actor(*rooms, community=house.store.south, account=1, person=1001)
    assert [row.room.name for row in service.day(south, house.day)] == ["活动室"]
    assert service.on_day(south, house.day) == []
    assert service.my_bookings(south) == []
    with pytest.raises(NotFound):
        service.booking_by_code(south, booked.code)
    date = house.day.isoformat()
    for act in (
        lambda: service.cancel(south, booked.occurrence_id, reason="x", code=booked.code),
        lambda: service.move(south, booked.occurrence_id, date=date, start="16:00", end="17:00"),
        lambda: service.finish(south, booked.occurrence_id),
        lambda: service.approve(south, booked.occurrence_id),
        lambda: service.refuse(south, booked.occurrence_id, "x"),
        lambda: service.take_hold(south, booked.occurrence_id),
        lambda: service.occurrence_line(south, booked.occurrence_id, booked.code),
        lambda: service.book(
            south, house.rooms["棋牌室"].id, service.BookingRequest(date=date, start="16:00", end="17:00")
        ),
        lambda: service.close(south, house.rooms["棋牌室"].id, date=date, start="16:00", end="17:00", reason="x"),
    ):
        with pytest.raises(NotFound):
            act()
