"""The desk of the module: who may open its pages, today, its posters, and what of it stands on core's pages."""

import datetime
import re

import pytest

from core.spreadsheet import read_table
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms import service
from tests.plugins.rooms.desk import BASE, DAY, DESK, book, house, text

__all__ = ["house"]


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
