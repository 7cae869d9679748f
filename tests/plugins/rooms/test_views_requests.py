"""Requests on the desk: approving, refusing, who is called, and that they are to-dos."""

import re

from core.civic.reaching.calls import CallTask
from core.clock import day_text
from core.store.db import now, transaction
from core.testing import WEST_HILL
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.desk import DAY, DESK, book, calls, house, state, text

__all__ = ["house"]


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
