"""Calls received in four fields, and the calls to be made with what came of every try."""

import datetime

import pytest

from core.actor import command
from core.civic import intake
from core.civic.intake import CallIntake
from core.civic.reaching import calls, contact
from core.civic.reaching.calls import CallAttempt, CallTask
from core.clock import today
from core.people import residents
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, WEST_HILL
from tests.core.web.office_cases import HERE, person, text

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def nobody_rests(monkeypatch):
    """These tests hold at any hour; the hours of rest have tests of their own."""
    monkeypatch.setattr(contact, "resting_until", lambda community: "")


def take(browser, **fields):
    return browser.send(f"{HERE}/calls/new", **{"requested_on": today().isoformat(), **fields})


def ask(name="张桂英", phone="13800138000", community=WEST_HILL, due=None, number=1, **fields):
    return calls.ask_to_call(
        command(community), Ref("core.test", community, number), "told", name=name, phone=phone,
        why="候补到了：书画室 14:00", due_day=due, **fields,
    )  # fmt: skip


# --------------------------------------------------------------------------- calls received


def test_writes_a_call_down_once_for_a_double_tap(as_role):
    browser = as_role("mediator")
    fields = {"who": "王阿姨", "what": "楼道灯坏了", "where": "3幢", "idempotency_key": "the very same tap"}
    assert take(browser, **fields).status_code == take(browser, **fields).status_code == 303
    call = CallIntake.get()
    assert (call.caller, call.matter, call.place, call.requested_on) == (
        "王阿姨",
        "楼道灯坏了",
        "3幢",
        today(),
    )
    assert CallTask.select().count() == 0
    assert "楼道灯坏了" in text(browser.get(f"{HERE}/calls"))


def test_a_call_back_stands_on_todays_list(as_role):
    browser = as_role("staff")
    take(browser, who="王阿姨", what="想订会议室", call_back="y", phone="138 0013 8000")
    page = text(browser.get(f"{HERE}/calls/today"))
    assert "tel:13800138000" in page
    assert "想订会议室" in page


def test_a_call_of_a_resident_uses_the_number_of_the_entry(as_role):
    who = person()
    browser = as_role("staff")
    form = text(browser.get(f"{HERE}/calls/new?person={who.public_id}"))
    assert 'value="张三丰"' in form
    assert "13800138000" not in form
    take(browser, who="张三丰", what="问养老金", call_back="y", person=who.public_id)
    assert CallTask.get().phone == "13800138000"
    assert CallIntake.get().person_id == who.id
    assert browser.get(f"{HERE}/calls/new?person=nobody").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"who": "", "what": "x"}, "who"),
        ({"who": "王阿姨", "what": ""}, "what"),
        ({"who": "王阿姨", "what": "x", "phone": "123"}, "phone"),
        ({"who": "王阿姨", "what": "x", "requested_on": "2999-01-01"}, "requested_on"),
        ({"who": "王阿姨", "what": "x", "requested_on": ""}, "requested_on"),
    ],
)
def test_bad_input_keeps_what_was_typed(as_role, fields, field):
    answer = take(as_role("staff"), **{"where": "老年活动室", **fields})
    assert answer.status_code == 422
    assert f'href="#{field}"' in text(answer)
    assert "老年活动室" in text(answer)
    assert CallIntake.select().count() == 0


def test_answers_and_closes_calls_with_a_note(as_role):
    browser = as_role("staff")
    for what in ("灯坏了", "太吵"):
        take(browser, who="王阿姨", what=what, call_back="y", phone="13800138000")
    first, second = CallIntake.select().order_by(CallIntake.id)
    empty = browser.send(f"{HERE}/calls/{first.id}", note="", verb="answer")
    assert empty.status_code == 422
    browser.send(f"{HERE}/calls/{first.id}", note="物业已换灯", verb="answer")
    browser.send(f"{HERE}/calls/{second.id}", note="打错电话", verb="close")
    assert [row.state for row in CallIntake.select().order_by(CallIntake.id)] == ["answered", "closed"]
    assert "没有待办的来电" in text(browser.get(f"{HERE}/calls"))
    page = text(browser.get(f"{HERE}/calls?show=finished"))
    assert "物业已换灯" in page
    assert "打错电话" in page
    assert "物业已换灯" in text(browser.get(f"{HERE}/calls/{first.id}"))
    assert "没有要打的电话" in text(browser.get(f"{HERE}/calls/today"))
    assert browser.send(f"{HERE}/calls/{first.id}", note="again", verb="answer").status_code == 409


def test_finished_calls_page_by_fifty(as_role):
    actor = command(WEST_HILL)
    for number in range(51):
        call = intake.take_call(actor, who=f"王{number}", what="x")
        intake.finish_intake(actor, call.id, "answer", "好的")
    browser = as_role("staff")
    first = text(browser.get(f"{HERE}/calls?show=finished"))
    assert first.count('<th scope="row">') == 50
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert text(browser.get(following)).count('<th scope="row">') == 1
    assert browser.get(f"{HERE}/calls?show=finished&after=nonsense").status_code == 422
    assert browser.get(f"{HERE}/calls?after=nonsense").status_code == 422


def test_bookkeepers_take_calls_but_do_not_answer_them(as_role):
    browser = as_role("bookkeeper")
    take(browser, who="王阿姨", what="x")
    call = CallIntake.get()
    assert browser.get(f"{HERE}/calls/{call.id}").status_code == 200
    assert browser.send(f"{HERE}/calls/{call.id}", note="x", verb="answer").status_code == 403
    assert browser.get(f"{HERE}/calls/today").status_code == 403


# --------------------------------------------------------------------------- calls to make


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("told", "reached"), ("told_in_person", "reached"), ("no_answer", "open"), ("wrong_number", "open")],
)
def test_one_button_says_what_came_of_it(as_role, outcome, state):
    task = ask()
    browser = as_role("staff")
    assert browser.send(f"{HERE}/calls/today/{task.id}", outcome=outcome, note="儿子接的").status_code == 303
    assert CallTask.get().state == state
    page = text(browser.get(f"{HERE}/calls/today/{task.id}"))
    assert "儿子接的" in page
    assert ("张桂英" in text(browser.get(f"{HERE}/calls/today")).split("call-list")[-1]) == (outcome == "wrong_number")


def test_late_calls_are_marked_and_come_first(as_role):
    ask("李建平", "", number=2)
    ask(due=today() - datetime.timedelta(days=3))
    page = text(as_role("staff").get(f"{HERE}/calls/today"))
    assert page.index("张桂英") < page.index("李建平")
    assert page.count("已超期") == 1
    assert "请上门" in page


def test_nonsense_as_outcome_changes_nothing(as_role):
    task = ask()
    answer = as_role("staff").send(f"{HERE}/calls/today/{task.id}", outcome="asleep", note="还在睡")
    assert answer.status_code == 422
    assert "还在睡" in text(answer)
    assert CallAttempt.select().count() == 0


def test_whoever_comes_second_is_told(as_role):
    task = ask()
    first, second = as_role("staff"), as_role("director")
    first.send(f"{HERE}/calls/today/{task.id}", outcome="told")
    answer = second.send(f"{HERE}/calls/today/{task.id}", outcome="told")
    assert "已经处理" in text(second.get(answer.headers["Location"]))
    assert CallAttempt.select().count() == 1


def test_the_deceased_are_not_called(as_role):
    who = person()
    task = ask("张三丰", person_id=who.id)
    residents.set_status(command(WEST_HILL), who.public_id, "deceased")
    browser = as_role("staff")
    assert "张三丰" not in text(browser.get(f"{HERE}/calls/today"))
    assert browser.send(f"{HERE}/calls/today/{task.id}", outcome="told").status_code == 409


def test_corrects_the_number_and_sets_calls_aside(as_role):
    task = ask()
    browser = as_role("staff")
    assert browser.send(f"{HERE}/calls/today/{task.id}/number", phone="123").status_code == 422
    browser.send(f"{HERE}/calls/today/{task.id}/number", phone="139 0013 9000")
    assert CallTask.get().phone == "13900139000"
    assert browser.send(f"{HERE}/calls/today/{task.id}/aside", reason="").status_code == 422
    browser.send(f"{HERE}/calls/today/{task.id}/aside", reason="已当面说过")
    assert (CallTask.get().state, CallTask.get().note) == ("set_aside", "已当面说过")
    assert "已当面说过" in text(browser.get(f"{HERE}/calls/today/{task.id}"))


def test_calls_of_another_community_do_not_exist(as_role):
    task = ask(community=SOUTH_GARDEN)
    call = intake.take_call(command(SOUTH_GARDEN), who="王", what="x")
    browser = as_role("director")
    for path in (f"{call.id}", f"today/{task.id}"):
        assert browser.get(f"{HERE}/calls/{path}").status_code == 404
        assert browser.send(f"{HERE}/calls/{path}", outcome="told", note="x").status_code == 404
    for path in ("number", "aside"):
        assert browser.send(f"{HERE}/calls/today/{task.id}/{path}", phone="13800138000").status_code == 404
        assert browser.get(f"{HERE}/calls/today/{task.id}/{path}").status_code in (404, 405)
