"""The checklist of whoever leaves: line by line, what was typed stays, one act, a list to print."""

from __future__ import annotations

import re

import pytest

from core.actor import command
from core.civic.inbox import deputies, handovers
from core.civic.inbox.handovers import Handover, HandoverItem
from core.civic.notices import publishing as notices
from core.civic.notices.wording import NoticeWording
from core.civic.reaching import calls
from core.civic.reaching.calls import CallTask
from core.clock import today
from core.people import accounts, roles, secrets, sign_in
from core.people.account_records import Account
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, Browser
from core.web.gate import SESSION_COOKIE
from tests.core.web.office_cases import HERE, THERE, WEST_HILL, text

PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"
OFFICE = command(WEST_HILL)


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch):
    """The pages are tested here, not the cost of a password."""
    monkeypatch.setattr(secrets, "_COST", 2)
    monkeypatch.setattr(secrets, "_CODE_COST", 2)


@pytest.fixture
def office(app):
    """Three colleagues by user name: a director and two members of staff, one of whom has two calls to make."""
    made = {}
    for name, label, role in (("shen", "沈主任", "director"), ("zhang", "张三", "staff"), ("li", "李四", "staff")):
        made[name] = accounts.create_staff(OFFICE, name, label, PASSWORD, grants=[role], must_change=False)
    for number, whom in ((1, "王桂英"), (2, "陈阿婆")):
        task = calls.ask_to_call(OFFICE, Ref("rooms.booking", WEST_HILL, number), "x", name=whom, why="改到九点")
        calls.assign_call(OFFICE, task.id, made["zhang"].id)
    return made


@pytest.fixture
def enter(app):
    """A browser in which somebody of the office has signed in."""

    def signed_in(username):
        browser = Browser(app)
        browser.set_cookie(SESSION_COOKIE, sign_in.sign_in(WEST_HILL, username, PASSWORD, "127.0.0.1", "test").token)
        return browser

    return signed_in


def keys(who):
    """The names of the fields for what is open under somebody's name."""
    return [item.key for item in handovers.open_items(OFFICE, Account.get_by_id(who.id))]


def path(who):
    return f"{HERE}/admin/accounts/{who.id}/leave"


def test_each_line_goes_to_whom_it_was_given_and_there_is_a_list_to_print(office, enter):
    chief, (first, second) = enter("shen"), keys(office["zhang"])
    page = text(chief.get(path(office["zhang"])))
    assert "王桂英" in page and "陈阿婆" in page and page.count("交给李四") == 2
    answer = chief.send(
        path(office["zhang"]), follows="close", reason="调到街道", password=PASSWORD,
        **{first: office["li"].id, second: "left"},
    )  # fmt: skip
    made = Handover.get()
    assert answer.status_code == 303 and answer.location.endswith(f"/admin/handovers/{made.id}")
    assert [task.assigned_to for task in CallTask.select().order_by(CallTask.id)] == [office["li"].id, None]
    assert Account.get_by_id(office["zhang"].id).status == "closed"
    page = text(chief.get(f"{HERE}/admin/handovers/{made.id}"))
    assert "李四" in page and "不移交" in page and "调到街道" in page
    assert "张三" in text(chief.get(f"{HERE}/admin/handovers"))
    chief.send(f"{HERE}/forms/core.handover/{made.id}")
    sheet = text(chief.get(f"{HERE}/forms/core.handover/{made.id}"))
    assert all(word in sheet for word in ("移交人", "接收人", "监交人", "王桂英", f"交接〔{today().year}〕1号"))
    assert f"admin/handovers/{made.id}" in sheet


def test_everything_can_go_to_one_colleague(office, enter):
    chief = enter("shen")
    answer = chief.send(path(office["zhang"]), follows="roles", to_all=office["li"].id, password=PASSWORD)
    assert answer.status_code == 303
    assert {task.assigned_to for task in CallTask.select()} == {office["li"].id}
    assert Account.get_by_id(office["zhang"].id).status == "active"
    assert keys(office["zhang"]) == []


def test_nobody_is_given_a_role_without_being_chosen_for_it(office, enter):
    accounts.create_staff(OFFICE, "shuji", "周书记", PASSWORD, grants=["secretary"], must_change=False)
    task = CallTask.select().order_by(CallTask.id).get()
    calls.assign_call(OFFICE, task.id, office["shen"].id)
    secretary = enter("shuji")
    answer = secretary.send(path(office["shen"]), follows="close", to_all=office["li"].id, password=PASSWORD)
    assert answer.status_code == 303
    assert CallTask.get_by_id(task.id).assigned_to == office["li"].id
    assert [held.role for held in roles.grants_of(WEST_HILL, office["li"].id)] == ["staff"]
    assert [row.to_label for row in HandoverItem.select().order_by(HandoverItem.id)] == ["李四", ""]


def test_what_is_undecided_is_said_at_its_line_and_what_was_typed_stays(office, enter):
    chief, (first, second) = enter("shen"), keys(office["zhang"])
    fields = {"follows": "close", "reason": "调到街道", first: office["li"].id}
    answer = chief.send(path(office["zhang"]), **fields, password=PASSWORD)
    page = text(answer)
    assert answer.status_code == 422 and f'href="#{second}"' in page and f'href="#{first}"' not in page
    assert 'value="调到街道"' in page
    assert re.search(rf'<option selected value="{office["li"].id}">交给李四', page)
    assert CallTask.select().where(CallTask.assigned_to == office["zhang"].id).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"follows": "flees"}, {"to_all": "999999"}, {"to_all": "x"}, {"reason": "长" * 201}],
)
def test_what_cannot_be_used_changes_nothing(office, enter, wrong):
    fields = {"follows": "close", "to_all": office["li"].id, "password": PASSWORD, **wrong}
    assert enter("shen").send(path(office["zhang"]), **fields).status_code == 422
    assert Handover.select().count() == 0 and Account.get_by_id(office["zhang"].id).status == "active"


def test_a_double_tap_makes_one_hand_over(office, enter):
    chief = enter("shen")
    fields = {"follows": "work", "to_all": office["li"].id, "password": PASSWORD}
    for _tap in range(2):
        assert chief.send(path(office["zhang"]), **fields, idempotency_key="the very same tap").status_code == 303
    assert Handover.select().count() == 1


def test_the_page_of_a_notice_says_who_took_it_over(office, enter):
    draft = notices.draft_notice(OFFICE, NoticeWording("general", "停车费", "收支", "李四", objection_days=7))
    notices.publish_notice(OFFICE, draft.id)
    [key] = keys(office["li"])
    handovers.hand_over(OFFICE, office["li"].id, handovers.CLOSE, {key: office["zhang"].id})
    page = text(enter("shen").get(f"{HERE}/notices/desk/{draft.id}"))
    assert "李四" in page and "张三接手" in page


def test_closing_leads_to_the_checklist_and_past_it_there_is_no_way(office, enter):
    chief, close = enter("shen"), f"{HERE}/admin/accounts/{office['zhang'].id}/close"
    assert chief.get(close).location.endswith("/leave")
    answer = chief.send(close, reason="离职", password=PASSWORD)
    assert answer.status_code == 409 and "离岗交接" in text(answer)
    assert Account.get_by_id(office["zhang"].id).status == "active"
    assert chief.get(f"{HERE}/admin/accounts/{office['li'].id}/close").status_code == 200
    page = text(chief.get(f"{HERE}/admin/accounts/{office['zhang'].id}"))
    assert path(office["zhang"]) in page


def test_the_owner_s_page_does_not_close_past_it_either(office, app):
    accounts.create_owner(command(), "boss", "装机员", PASSWORD)
    browser = Browser(app)
    browser.set_cookie(SESSION_COOKIE, sign_in.sign_in(None, "boss", PASSWORD, "127.0.0.1", "test").token)
    close = f"/admin/accounts/{office['zhang'].id}/close"
    assert "没有移交" in text(browser.get(close))
    assert browser.send(close, password=PASSWORD).status_code == 409
    assert Account.get_by_id(office["zhang"].id).status == "active"


def test_the_pages_that_end_a_role_or_change_the_holder_say_what_is_open(office, enter):
    chief = enter("shen")
    deputies.enter(OFFICE, office["shen"].id, office["zhang"].id, today(), today())
    page = text(chief.get(f"{HERE}/admin/accounts/{office['zhang'].id}/hand-over"))
    assert "随账号一起交给新人：给王桂英打电话" in page and "同时结束：代理沈主任" in page
    grant = roles.grants_of(WEST_HILL, office["zhang"].id)[0].grant
    assert "3 件工作没有移交" in text(chief.get(f"{HERE}/admin/roles/ended/{grant}"))


def test_only_for_whoever_gives_roles_in_this_community(office, enter, client, as_role):
    there = accounts.create_staff(
        command(SOUTH_GARDEN), "nan", "南苑", PASSWORD, grants=["director"], must_change=False
    )
    made = handovers.hand_over(OFFICE, office["li"].id, handovers.CLOSE, {})
    chief = enter("nan")
    for address in (path(office["zhang"]), f"{HERE}/admin/handovers", f"{HERE}/admin/handovers/{made.id}"):
        assert client.get(address).status_code == 303
        assert chief.get(address).status_code == 403
        assert as_role("bookkeeper").get(address).status_code == 403
        assert chief.get(address.replace(HERE, THERE)).status_code == (200 if address.endswith("handovers") else 404)
    assert as_role("staff").get(path(office["zhang"])).status_code == 403
    assert chief.send(f"{THERE}/admin/accounts/{office['zhang'].id}/leave", password=PASSWORD).status_code == 404
    assert Account.get_by_id(there.id).status == "active" == Account.get_by_id(office["zhang"].id).status
