"""Who is away: entering it, what the deputy would not see, ending it early, and where it is shown."""

from __future__ import annotations

import datetime
import re

import pytest

from core.actor import command
from core.civic.inbox import deputies
from core.civic.inbox.deputies import Deputy
from core.civic.reaching import calls
from core.civic.reaching.calls import CallAttempt
from core.clock import today
from core.people import accounts, secrets, sign_in
from core.people.account_records import Account
from core.store.ref import Ref
from core.testing import SOUTH_GARDEN, Browser
from core.web.gate import SESSION_COOKIE
from tests.core.web.office_cases import HERE, THERE, WEST_HILL, text

PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch):
    """The pages are tested here, not the cost of a password."""
    monkeypatch.setattr(secrets, "_COST", 2)


@pytest.fixture
def office(app):
    """Four colleagues by user name: a director, two members of staff, a bookkeeper."""
    made = {}
    for name, label, role in (
        ("shen", "沈主任", "director"),
        ("zhang", "张三", "staff"),
        ("li", "李四", "staff"),
        ("gu", "顾会计", "bookkeeper"),
    ):
        made[name] = accounts.create_staff(command(WEST_HILL), name, label, PASSWORD, grants=[role], must_change=False)
    return made


@pytest.fixture
def enter(app):
    """A browser in which somebody of the office has signed in."""

    def signed_in(username):
        browser = Browser(app)
        browser.set_cookie(SESSION_COOKIE, sign_in.sign_in(WEST_HILL, username, PASSWORD, "127.0.0.1", "test").token)
        return browser

    return signed_in


def soon(days):
    """The day so many days from today, as forms have it."""
    return str(today() + datetime.timedelta(days=days))


def given_call(to):
    """A call that is made by one colleague."""
    task = calls.ask_to_call(command(WEST_HILL), Ref("rooms.booking", WEST_HILL, 1), "x", name="王桂英", why="改到九点")
    return calls.assign_call(command(WEST_HILL), task.id, to.id)


def sent(browser, **fields):
    """The form sent twice, as whoever looks first and then enters it."""
    page = text(browser.send(f"{HERE}/away/new", **fields))
    found = re.search(r'name="looked" value="([^"]+)"', page)
    return page, browser.send(f"{HERE}/away/new", **fields, looked=found[1] if found else "")


def test_somebody_enters_it_for_themselves_and_everybody_sees_it(office, enter):
    zhang, li, chief = enter("zhang"), enter("li"), enter("shen")
    given_call(office["zhang"])
    page = text(zhang.get(f"{HERE}/away/new"))
    assert 'name="account"' not in page and "李四（" in page and "张三（" not in page
    looked, answer = sent(zhang, from_day=soon(0), until_day=soon(3), deputy=office["li"].id)
    assert "代理人或其他同事都能看到" in looked
    assert answer.status_code == 303 and Deputy.select().count() == 1
    for path in ("inbox", "desk"):
        shown = text(li.get(f"{HERE}/{path}"))
        assert "今天您代：" in shown and "代张三" in shown and "给王桂英打电话" in shown
        assert "由李四代理" in text(zhang.get(f"{HERE}/{path}"))
        assert "今天您代" not in text(chief.get(f"{HERE}/{path}"))
    assert "李四（代张三）" in text(chief.get(f"{HERE}/inbox?of=all"))
    assert "李四代理" in text(chief.get(f"{HERE}/admin/accounts"))
    assert "李四代理" in text(chief.get(f"{HERE}/admin/accounts/{office['zhang'].id}"))
    assert "今天请假" in text(li.get(f"{HERE}/away"))


def test_says_plainly_what_nobody_would_see_before_it_is_entered(office, enter):
    given_call(office["zhang"])
    page, answer = sent(enter("zhang"), from_day=soon(0), until_day=soon(3), deputy=office["gu"].id)
    assert "代理人没有权限办" in page and "给王桂英打电话" in page
    assert answer.status_code == 303
    assert "给王桂英打电话" not in text(enter("gu").get(f"{HERE}/inbox"))
    assert "给王桂英打电话" in text(enter("shen").get(f"{HERE}/inbox?of=all"))


def test_a_look_enters_nothing_and_other_days_are_looked_at_again(office, enter):
    zhang = enter("zhang")
    fields = {"from_day": soon(0), "until_day": soon(3), "deputy": office["li"].id}
    page = text(zhang.send(f"{HERE}/away/new", **fields))
    mark = re.search(r'name="looked" value="([^"]+)"', page)[1]
    assert Deputy.select().count() == 0
    assert zhang.send(f"{HERE}/away/new", **{**fields, "until_day": soon(9)}, looked=mark).status_code == 200
    assert Deputy.select().count() == 0
    for _tap in range(2):
        sent_again = zhang.send(f"{HERE}/away/new", **fields, looked=mark, idempotency_key="the very same tap")
        assert sent_again.status_code == 303
    assert Deputy.select().count() == 1


def test_the_director_enters_it_for_a_colleague_and_others_only_for_themselves(office, enter):
    fields = {"from_day": soon(0), "until_day": soon(1)}
    chief, li = enter("shen"), enter("li")
    page = text(chief.get(f"{HERE}/away/new?account={office['zhang'].id}"))
    assert re.search(rf'<option selected value="{office["zhang"].id}">', page)
    sent(chief, **fields, account=office["zhang"].id, deputy=office["gu"].id)
    sent(li, **fields, account=office["zhang"].id, deputy=office["shen"].id)
    assert [(row.account_id, row.by_label) for row in Deputy.select().order_by(Deputy.id)] == [
        (office["zhang"].id, "沈主任"),
        (office["li"].id, "李四"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"until_day": ""},
        {"from_day": soon(4), "until_day": soon(3)},
        {"from_day": "2020-01-01"},
        {"deputy": ""},
        {"deputy": "999999"},
        {"deputy": "x"},
    ],
)
def test_what_was_typed_stays_where_something_is_wrong(office, enter, wrong):
    fields = {"from_day": soon(2), "until_day": soon(3), "deputy": office["li"].id, **wrong}
    answer = enter("zhang").send(f"{HERE}/away/new", **fields)
    assert answer.status_code == 422 and "error-summary" in text(answer)
    assert f'value="{fields["from_day"]}"' in text(answer)
    assert Deputy.select().count() == 0


def test_days_that_are_taken_are_refused_with_advice_on_the_page(office, enter):
    zhang = enter("zhang")
    fields = {"from_day": soon(0), "until_day": soon(3), "deputy": office["li"].id}
    sent(zhang, **fields)
    answer = zhang.send(f"{HERE}/away/new", **{**fields, "deputy": office["gu"].id})
    assert answer.status_code == 422 and "先结束原来的代理" in text(answer)
    back = enter("li").send(f"{HERE}/away/new", **{**fields, "deputy": office["zhang"].id})
    assert back.status_code == 422 and "工作会转回" in text(back)


def test_it_is_ended_early_by_whoever_is_away_or_the_director(office, enter):
    row = deputies.enter(command(WEST_HILL), office["zhang"].id, office["li"].id, today(), today())
    path = f"{HERE}/away/{row.id}/end"
    assert path not in text(enter("li").get(f"{HERE}/away"))
    assert enter("li").send(path).status_code == 403
    assert enter("li").get(path).status_code == 405
    assert path in text(enter("zhang").get(f"{HERE}/away"))
    assert enter("zhang").send(path).status_code == 303
    assert Deputy.get().ended_by == "张三"
    assert "今天您代" not in text(enter("li").get(f"{HERE}/desk"))


def test_a_frozen_deputy_is_named_as_one_who_cannot(office, enter):
    deputies.enter(command(WEST_HILL), office["zhang"].id, office["li"].id, today(), today())
    accounts.freeze_account(command(WEST_HILL), office["li"].id, "")
    assert "目前不能代理" in text(enter("zhang").get(f"{HERE}/inbox"))
    assert "目前不能代理" in text(enter("shen").get(f"{HERE}/away"))


def test_the_deputy_enters_what_came_of_the_call_and_signs_for_both(office, enter):
    task = given_call(office["zhang"])
    deputies.enter(command(WEST_HILL), office["zhang"].id, office["li"].id, today(), today())
    li = enter("li")
    assert "这是张三的工作" in text(li.get(f"{HERE}/calls/today/{task.id}"))
    assert "这是张三的工作" not in text(enter("shen").get(f"{HERE}/calls/today/{task.id}"))
    assert li.send(f"{HERE}/calls/today/{task.id}", outcome="told").status_code == 303
    assert CallAttempt.get().by_label == "李四（代张三）"
    assert "李四（代张三）" in text(enter("shen").get(f"{HERE}/admin/audit"))
    assert enter("gu").send(f"{HERE}/calls/today/{task.id}", outcome="told").status_code == 403


def test_only_for_staff_of_this_community(office, enter, client, as_role):
    there = accounts.create_staff(
        command(SOUTH_GARDEN), "nan", "南苑", PASSWORD, grants=["director"], must_change=False
    )
    row = deputies.enter(command(WEST_HILL), office["zhang"].id, office["li"].id, today(), today())
    chief = enter("nan")
    for path in ("/away", "/away/new"):
        assert client.get(f"{HERE}{path}").status_code == 303
        assert chief.get(f"{HERE}{path}").status_code == 403
    assert chief.send(f"{THERE}/away/{row.id}/end").status_code == 404
    fields = {"from_day": soon(2), "until_day": soon(3), "account": there.id, "deputy": office["li"].id}
    assert chief.send(f"{THERE}/away/new", **fields).status_code == 422
    assert Deputy.select().where(Deputy.ended_at.is_null()).count() == 1
    assert Account.get_by_id(there.id).status == "active"
