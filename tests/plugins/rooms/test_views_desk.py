"""The desk of the module: today, requests, places, hours, closures, posters; who may open them and what they keep."""

import datetime
import re
from types import SimpleNamespace

import pytest

from core.actor import command
from core.civic.reaching.calls import CallTask
from core.clock import day_text, today
from core.spreadsheet import read_table
from core.store.db import now, transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service
from plugins.rooms.models import Occurrence

BASE = f"/c/{WEST_HILL}/rooms"
DESK = f"{BASE}/desk"
DAY = today() + datetime.timedelta(days=3)
ALL_DAY = {weekday: [(8 * 60, 20 * 60)] for weekday in range(7)}
ROOM = {
    "name": "书画室", "floor": "二楼", "seats": "20", "area_m2": "", "features": "投影、白板", "tags": "书画 练字",
    "accessibility": "", "note": "请洗笔", "contact_name": "", "contact_phone": "", "bookable_by": "anyone",
    "min_minutes": "30", "max_minutes": "240", "ahead_days": "60", "buffer_before": "0", "buffer_after": "15",
}  # fmt: skip


@pytest.fixture
def house(app):
    """A venue open every day from 8 to 20 with 议事厅 (needs approval) and 舞蹈室, in 西山."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return SimpleNamespace(
        actor=actor,
        venue=venue,
        hall=service.add_room(actor, venue.id, name="议事厅", seats=20, needs_approval=True),
        dance=service.add_room(actor, venue.id, name="舞蹈室", seats=30),
    )


def book(browser, room, start="09:00", end="10:00", name="张阿姨", phone="13800138000", **fields):
    answer = browser.send(
        f"{BASE}/{room.id}/book",
        **{"date": DAY.isoformat(), "start": start, "end": end, "guest_name": name, "guest_phone": phone, **fields},
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(answer.location.rsplit("/", 1)[1])


def text(answer):
    """A page as people read it: without the marks that keep a time on one line."""
    return answer.get_data(as_text=True).replace("\u2060", "").replace("&#8288;", "")


def calls():
    return [(task.name, task.phone, task.state) for task in CallTask.of(WEST_HILL).order_by(CallTask.id)]


def state(occurrence):
    return Occurrence.get_by_id(occurrence).state


# --------------------------------------------------------------------------- who may open them

PAGES = (
    "/desk", "/desk/requests", "/desk/venues", "/desk/venues/new", "/desk/closures", "/desk/closures/new",
    "/desk/posters", "/desk/screens",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_is_for_staff(client, as_role, house, path):
    assert client.get(BASE + path).status_code == 303
    assert as_role("bookkeeper").get(BASE + path).status_code == 403
    assert as_role("director").get(BASE + path).status_code == 200


def test_staff_of_another_community_find_nothing(as_role, house, client):
    booking = book(client, house.dance)
    other = as_role("director", community=SOUTH_GARDEN)
    assert other.get(f"{DESK}/bookings/{booking}").status_code == 403
    there = f"/c/{SOUTH_GARDEN}/rooms/desk"
    for path in (
        f"bookings/{booking}", f"bookings/{booking}/cancel", f"bookings/{booking}/move", f"rooms/{house.hall.id}/edit",
        f"rooms/{house.hall.id}/quotas", f"venues/{house.venue.id}/edit", f"hours/{house.venue.id}",
        f"posters/rooms/{house.hall.id}", f"posters/venues/{house.venue.id}", f"requests/{booking}/refuse",
    ):  # fmt: skip
        assert other.get(f"{there}/{path}").status_code == 404, path


@pytest.mark.parametrize("path", ["requests/1/approve", "closures/1/lift", "hours/1/holidays"])
def test_acts_are_posts_only(as_role, house, path):
    assert as_role("director").get(f"{DESK}/{path}").status_code == 405


# --------------------------------------------------------------------------- today


def test_the_day_lists_bookings_with_names_and_numbers(client, as_role, house):
    book(client, house.dance, title="广场舞")
    page = text(as_role("staff").get(f"{DESK}?date={DAY.isoformat()}"))
    assert "广场舞" in page and "张阿姨" in page and "138 0013 8000" in page
    assert "张阿姨" not in text(as_role("staff").get(f"{DESK}?date={(DAY + datetime.timedelta(days=1)).isoformat()}"))


def test_a_confidential_room_keeps_its_title_from_the_list(client, as_role, house):
    service.edit_room(house.actor, house.dance.id, confidential=True)
    book(client, house.dance, title="婚姻调解")
    assert "婚姻调解" not in text(as_role("staff").get(f"{DESK}?date={DAY.isoformat()}"))


def test_a_nonsense_day_or_venue_is_today_and_all(as_role, house):
    assert as_role("staff").get(f"{DESK}?date=2026-13-99&venue=x").status_code == 200


def test_the_day_is_exported_as_it_is_filtered(client, as_role, house):
    book(client, house.dance, title="=1+1")
    service.edit_room(house.actor, house.hall.id, needs_approval=False, confidential=True)
    book(client, house.hall, title="婚姻调解", name="李阿姨")
    director, address = as_role("director"), f"/c/{WEST_HILL}/exports/rooms.day.xlsx"
    shown = text(director.get(f"{DESK}?date={DAY.isoformat()}&venue={house.venue.id}"))
    assert f'name="date" value="{DAY.isoformat()}"' in shown and f'name="venue" value="{house.venue.id}"' in shown
    rows = read_table(director.send(address, date=DAY.isoformat(), venue=house.venue.id).data, "day.xlsx")
    assert len(rows) == 3
    assert {row[6] for row in rows[1:]} == {"张阿姨", "李阿姨"} and rows[1][7] == "13800138000"
    assert {row[5] for row in rows[1:]} == {"=1+1", "保密"}
    assert len(read_table(director.send(address, date=DAY.isoformat(), venue=999).data, "day.xlsx")) == 1
    assert len(read_table(director.send(address).data, "day.xlsx")) == 1


def test_requests_closures_and_rooms_are_exported(client, as_role, house):
    book(client, house.hall, title="读书会")
    service.close(house.actor, house.dance.id, date=DAY.isoformat(), start="14:00", end="16:00", reason="检修")
    director = as_role("director")

    def exported(name):
        return read_table(director.send(f"/c/{WEST_HILL}/exports/rooms.{name}.xlsx").data, "list.xlsx")[1:]

    assert [(row[4], row[5]) for row in exported("requests")] == [("议事厅", "读书会")]
    assert exported("closures") == [["舞蹈室", DAY.isoformat(), "14:00", DAY.isoformat(), "16:00", "检修"]]
    assert [(row[0], row[1]) for row in exported("rooms")] == [("邻里中心", "议事厅"), ("邻里中心", "舞蹈室")]
    for page, name in (("requests", "requests"), ("closures", "closures"), ("venues", "rooms")):
        assert f"/exports/rooms.{name}.xlsx" in text(director.get(f"{DESK}/{page}"))


def test_requests_are_shown_fifty_at_a_time(client, as_role, house, monkeypatch):
    monkeypatch.setattr("plugins.rooms.views.desk_today.PAGE", 2)
    for hour in (9, 10, 11):
        book(client, house.hall, start=f"{hour:02d}:00", end=f"{hour + 1:02d}:00", title=f"第{hour}场")
    staff = as_role("staff")
    first = text(staff.get(f"{DESK}/requests"))
    assert "第9场" in first and "第10场" in first and "第11场" not in first
    second = text(staff.get(first.split('rel="next" href="')[1].split('"')[0]))
    assert "第11场" in second and "第10场" not in second
    assert staff.get(f"{DESK}/requests?after=999999").status_code == 404
    assert staff.get(f"{DESK}/requests?after=x").status_code == 200
    monkeypatch.undo()
    rows = read_table(staff.send(f"/c/{WEST_HILL}/exports/rooms.requests.xlsx").data, "list.xlsx")
    assert [row[5] for row in rows[1:]] == ["第9场", "第10场", "第11场"]


def test_without_a_venue_the_desk_leads_to_the_first_one(app, as_role):
    director = as_role("director")
    assert f"{DESK}/venues/new" in text(director.get(DESK))
    assert "添加第一个阵地" in text(director.get(f"/c/{WEST_HILL}/desk"))
    answer = director.send(
        f"{DESK}/venues/new", name="党群中心", opens="08:30", closes="17:00", weekend="y", room="活动室", seats="30"
    )
    assert answer.status_code == 303
    (venue,) = service.venues(WEST_HILL)
    assert service.weekly_hours(WEST_HILL, venue.id)[6] == [(510, 1020)]
    assert [room.name for room in service.rooms(WEST_HILL)] == ["活动室"]
    assert director.get(answer.location).status_code == 200


def test_a_new_venue_without_the_weekend_is_closed_then(as_role, house):
    as_role("director").send(f"{DESK}/venues/new", name="东苑", opens="08:30", closes="17:00", room="茶室")
    venue = service.venues(WEST_HILL)[-1]
    assert [bool(hours) for hours in service.weekly_hours(WEST_HILL, venue.id).values()] == [True] * 5 + [False] * 2


def test_a_wrong_new_venue_keeps_what_was_typed_and_makes_nothing(as_role, house):
    answer = as_role("director").send(
        f"{DESK}/venues/new", name="东苑", opens="18:00", closes="17:00", room="茶室", seats="many"
    )
    assert answer.status_code == 422
    assert 'value="东苑"' in text(answer) and 'value="many"' in text(answer)
    answer = as_role("director").send(f"{DESK}/venues/new", name="东苑", opens="18:00", closes="17:00", room="茶室")
    assert answer.status_code == 422
    assert "东苑" not in [venue.name for venue in service.venues(WEST_HILL)]


# --------------------------------------------------------------------------- requests


def test_approving_confirms_and_asks_for_a_call(client, as_role, house):
    asked = book(client, house.hall)
    staff = as_role("staff")
    assert "张阿姨" in text(staff.get(f"{DESK}/requests"))
    assert staff.send(f"{DESK}/requests/{asked}/approve").status_code == 303
    assert state(asked) == "confirmed"
    assert calls() == [("张阿姨", "13800138000", "open")]


def test_approving_a_taken_time_offers_free_ones_one_tap_away(client, as_role, house):
    one, two = book(client, house.hall), book(client, house.hall, name="李师傅", phone="13900139000")
    staff = as_role("staff")
    staff.send(f"{DESK}/requests/{one}/approve")
    answer = staff.send(f"{DESK}/requests/{two}/approve")
    assert answer.status_code == 409
    assert state(two) == "requested"
    found = re.search(
        rf'action="{DESK}/requests/{two}/approve">.*?name="room_id" value="(\d+)".*?name="date" value="([\d-]+)"'
        r'.*?name="start" value="([\d:]+)".*?name="end" value="([\d:]+)"',
        text(answer),
        re.DOTALL,
    )
    fields = dict(zip(("room_id", "date", "start", "end"), found.groups(), strict=True))
    assert staff.send(f"{DESK}/requests/{two}/approve", **fields).status_code == 303
    assert state(two) == "confirmed"


def test_approving_at_a_time_the_room_does_not_offer_is_refused(client, as_role, house):
    asked = book(client, house.hall)
    answer = as_role("staff").send(
        f"{DESK}/requests/{asked}/approve", room_id=house.hall.id, date=DAY.isoformat(), start="05:00", end="06:00"
    )
    assert (answer.status_code, state(asked)) == (409, "requested")


def test_refusing_needs_a_reason_and_asks_for_a_call(client, as_role, house):
    asked = book(client, house.hall)
    staff = as_role("staff")
    assert staff.send(f"{DESK}/requests/{asked}/refuse", reason=" ").status_code == 422
    assert state(asked) == "requested"
    assert staff.send(f"{DESK}/requests/{asked}/refuse", reason="当天换届选举").status_code == 303
    assert state(asked) == "refused"
    (task,) = CallTask.of(WEST_HILL)
    assert "当天换届选举" in task.why


def test_a_guest_without_a_number_is_on_the_list_of_calls_as_the_page_says(client, as_role, house):
    asked = book(client, house.hall, name="陈阿姨", phone="")
    staff = as_role("staff")
    staff.send(f"{DESK}/requests/{asked}/refuse", reason="当天有会议")
    assert "已记为不同意。申请人已列入要打的电话。" in text(staff.get(f"{DESK}/requests"))
    assert calls() == [("陈阿姨", "", "open")]
    page = text(staff.get(f"/c/{WEST_HILL}/calls/today"))
    assert "陈阿姨" in page and "没有号码，请上门" in page
    assert "没有号码，请上门" in text(staff.get(f"/c/{WEST_HILL}/desk"))


def test_nobody_is_said_to_be_on_the_list_who_is_not(client, as_role, house):
    asked = book(client, house.hall)
    over = now() // 60_000 - 60
    with transaction(WEST_HILL):
        Occurrence.update(start_min=over - 60, end_min=over).where(Occurrence.id == asked).execute()
    staff = as_role("staff")
    staff.send(f"{DESK}/requests/{asked}/refuse", reason="已经过了")
    assert calls() == []
    page = text(staff.get(f"{DESK}/requests"))
    assert "已记为不同意。" in page and "已列入今日要打的电话" not in page


def test_a_to_do_and_a_taken_time_give_the_day_as_people_say_it(client, as_role, house):
    first, second = book(client, house.hall, name="陈阿姨"), book(client, house.hall, name="周阿姨")
    staff = as_role("staff")
    assert f"{day_text(DAY)} · 陈阿姨" in text(staff.get(f"/c/{WEST_HILL}/desk"))
    staff.send(f"{DESK}/requests/{first}/approve")
    taken = staff.send(f"{DESK}/requests/{second}/approve")
    assert f"议事厅在 {day_text(DAY)} 09:00–10:00 已被占用" in text(taken)
    assert DAY.isoformat() not in text(taken).split("已被占用")[0].rsplit("议事厅在", 1)[1]


def test_a_second_decision_is_refused(client, as_role, house):
    asked = book(client, house.hall)
    staff = as_role("staff")
    staff.send(f"{DESK}/requests/{asked}/approve")
    assert staff.send(f"{DESK}/requests/{asked}/refuse", reason="不行").status_code == 409


def test_requests_are_to_dos_due_the_day_before(client, as_role, house):
    book(client, house.hall)
    page = text(as_role("staff").get(f"/c/{WEST_HILL}/desk"))
    assert f"{DESK}/requests" in page
    assert "议事厅" in page


# --------------------------------------------------------------------------- one booking


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


# --------------------------------------------------------------------------- places


def test_a_room_is_entered_with_every_field_and_edited(as_role, house):
    director = as_role("director")
    assert director.send(f"{DESK}/venues/{house.venue.id}/rooms/new", **ROOM).status_code == 303
    room = service.rooms(WEST_HILL, house.venue.id)[-1]
    assert (room.features, room.tags, room.buffer_after) == (["投影", "白板"], ["书画", "练字"], 15)
    page = text(director.get(f"{DESK}/rooms/{room.id}/edit"))
    assert 'value="投影、白板"' in page
    changed = {**ROOM, "name": "画室", "confidential": "y", "area_m2": "45"}
    assert director.send(f"{DESK}/rooms/{room.id}/edit", **changed).status_code == 303
    room = service.find_room(WEST_HILL, room.id)
    assert (room.name, room.confidential, room.area_m2) == ("画室", True, 45)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"seats": "0"}, {"min_minutes": "300"}, {"bookable_by": "cats"}, {"contact_phone": "12"}]
)
def test_a_wrong_room_keeps_what_was_typed(as_role, house, wrong):
    answer = as_role("director").send(f"{DESK}/rooms/{house.hall.id}/edit", **{**ROOM, **wrong})
    assert answer.status_code == 422
    assert "请洗笔" in text(answer)
    assert service.find_room(WEST_HILL, house.hall.id).name == "议事厅"


def test_two_rooms_of_a_venue_have_two_names(as_role, house):
    answer = as_role("director").send(f"{DESK}/venues/{house.venue.id}/rooms/new", **{**ROOM, "name": "舞蹈室"})
    assert answer.status_code == 422


def test_a_part_is_added_to_a_hall(as_role, house):
    path = f"{DESK}/venues/{house.venue.id}/rooms/new?part_of={house.dance.id}"
    director = as_role("director")
    assert "舞蹈室" in text(director.get(path))
    assert director.send(path, **ROOM).status_code == 303
    assert [room.part_of for room in service.rooms(WEST_HILL, house.venue.id)].count(house.dance.id) == 1


def test_a_venue_is_edited(as_role, house):
    director = as_role("director")
    answer = director.send(f"{DESK}/venues/{house.venue.id}/edit", name="邻里之家", area_m2="300")
    assert answer.status_code == 303
    venue = service.find_venue(WEST_HILL, house.venue.id)
    assert (venue.name, venue.area_m2, venue.open_on_holidays) == ("邻里之家", 300, False)
    assert director.send(f"{DESK}/venues/{house.venue.id}/edit", name="").status_code == 422


def test_removing_asks_first_and_says_what_is_in_the_way(client, as_role, house):
    book(client, house.dance)
    director = as_role("director")
    path = f"{DESK}/rooms/{house.dance.id}/remove"
    assert director.get(path).status_code == 200
    assert director.send(path).status_code == 409
    assert director.send(f"{DESK}/rooms/{house.hall.id}/remove").status_code == 303
    assert director.get(f"{DESK}/rooms/{house.hall.id}/edit").status_code == 404
    assert director.send(f"{DESK}/venues/{house.venue.id}/remove").status_code == 409


def test_quotas_are_set_in_hours_shown_again_and_lifted(as_role, house):
    director, path = as_role("director"), f"{DESK}/rooms/{house.hall.id}/quotas"
    assert director.send(path, person_week_bookings="2", person_week_minutes="1.5").status_code == 303
    (quota,) = service.quotas(WEST_HILL, house.hall.id)
    assert (quota.bookings, quota.minutes) == (2, 90)
    assert 'value="1.5"' in text(director.get(path))
    assert director.send(path, person_week_minutes="many").status_code == 422
    assert director.send(path).status_code == 303
    assert service.quotas(WEST_HILL, house.hall.id) == []


# --------------------------------------------------------------------------- hours


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


# --------------------------------------------------------------------------- closures


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


# --------------------------------------------------------------------------- posters


def test_a_poster_carries_code_address_rules_and_hours(as_role, house):
    service.edit_room(house.actor, house.hall.id, note="请保持安静")
    page = text(as_role("staff").get(f"{DESK}/posters/rooms/{house.hall.id}"))
    assert "议事厅" in page and "请保持安静" in page and "08:00–20:00" in page
    assert f"{BASE}/{house.hall.id}/here</p>" in page
    assert '<svg class="qr"' in page


def test_weekdays_and_hours_of_a_poster_never_break(as_role, house):
    page = text(as_role("staff").get(f"{DESK}/posters/rooms/{house.dance.id}"))
    assert '<dt class="nowrap">周一–周日</dt>' in page and '<span class="nowrap num">08:00–20:00</span>' in page


def test_all_posters_of_a_venue_print_at_once(as_role, house):
    page = text(as_role("staff").get(f"{DESK}/posters/venues/{house.venue.id}"))
    assert page.count("<article class=") == 3
    assert f"{BASE}/now</p>" in page


# --------------------------------------------------------------------------- on core's pages


def test_a_section_and_its_link_a_group_and_its_first_entry_have_words_of_their_own(client, as_role, house):
    section = text(client.get(f"/c/{WEST_HILL}/")).split("现在可用", 1)[1].split("</section>")[0]
    assert f'href="{BASE}/now">查看全部' in section.replace("<span>", "")
    menu = text(as_role("staff").get(f"/c/{WEST_HILL}/desk")).split('id="desk-nav"')[1].split("</nav>")[0]
    assert re.findall(r'class="desk-group"[^>]*>([^<]+)<', menu)[0] == "日常" and "<span>今天</span>" in menu


def test_the_first_pages_show_rooms(client, as_role, house):
    portal = text(client.get(f"/c/{WEST_HILL}/"))
    assert f'href="{BASE}/day"' in portal
    assert f'href="{BASE}/now"' in portal
    assert f'href="{BASE}/mine"' in text(client.get(f"/c/{WEST_HILL}/mine"))
    desk = text(as_role("staff").get(f"/c/{WEST_HILL}/desk"))
    assert f'href="{DESK}"' in desk
    assert f'href="{DESK}/venues"' not in desk
    assert f'href="{DESK}/venues"' in text(as_role("director").get(f"/c/{WEST_HILL}/desk"))
