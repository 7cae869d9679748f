"""The page of to-dos and the number in the navigation."""

import datetime

import pytest

from core.actor import command
from core.civic import intake
from core.civic.inbox import todos
from core.civic.reaching import calls
from core.civic.reaching.calls import CallTask
from core.clock import today
from core.plugin.declarations import Todo
from core.store.ref import Ref
from tests.core.web.office_cases import HERE, THERE, WEST_HILL, text


@pytest.fixture
def sources(monkeypatch):
    """The sources of core, which a test may change."""
    changed = dict(todos._sources)
    monkeypatch.setattr(todos, "_sources", changed)
    return changed


def call(number=1, days=0):
    """A call to be made."""
    due = today() + datetime.timedelta(days=days)
    ref = Ref("rooms.booking", WEST_HILL, number)
    return calls.ask_to_call(
        command(WEST_HILL), ref, "x", name="王桂英", phone="13800138000", why="改到九点", due_day=due
    )


def test_the_page_is_for_staff_of_this_community(client, as_role):
    assert client.get(f"{HERE}/inbox").status_code == 303
    assert as_role("bookkeeper").get(f"{HERE}/inbox").status_code == 200
    assert as_role("director").get(f"{THERE}/inbox").status_code == 403
    assert as_role("director").post(f"{HERE}/inbox").status_code in (400, 403, 405)


def test_shows_whose_and_which(as_role, sources):
    yesterday = (today() - datetime.timedelta(days=1)).isoformat()
    sources.clear()
    sources["test"] = lambda actor: [
        Todo("按角色的旧事", "/x", due=yesterday, permission="core.desk"),
        Todo("指名的事", "/y", account=actor.account),
    ]
    browser = as_role("director")
    whole = text(browser.get(f"{HERE}/inbox"))
    assert whole.index("按角色的旧事") < whole.index("指名的事")
    assert "已超期" in whole
    assert "指名的事" not in text(browser.get(f"{HERE}/inbox?of=roles")).split("rows")[-1]
    assert "按角色的旧事" not in text(browser.get(f"{HERE}/inbox?of=mine")).split('class="rows"')[-1]
    late = text(browser.get(f"{HERE}/inbox?show=late")).split('class="rows"')[-1]
    assert "按角色的旧事" in late and "指名的事" not in late
    assert "测试员" in text(browser.get(f"{HERE}/inbox?of=all"))


def test_everybody_s_is_for_the_director(as_role, sources):
    sources["test"] = lambda actor: [Todo("只有我", "/x")] * ("director" in actor.roles)
    clerk = as_role("staff")
    as_role("director")
    page = text(clerk.get(f"{HERE}/inbox?of=all"))
    assert "只有我" not in page
    assert "所有人的" not in page


def test_markup_in_a_to_do_is_text(as_role, sources):
    sources["test"] = lambda actor: [Todo("<script>alert(1)</script>", "/x", detail="<img src=x onerror=alert(1)>")]
    for path in ("inbox", "desk"):
        page = text(as_role("staff").get(f"{HERE}/{path}"))
        assert "<script>alert(1)" not in page and "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_navigation_counts_what_waits_and_knows_of_every_change(as_role, app):
    from plugins.rooms import service

    service.add_venue(command(WEST_HILL), name="邻里中心")
    browser = as_role("staff")
    assert 'class="badge' not in text(browser.get(f"{HERE}/people"))
    browser.send(f"{HERE}/calls/new", who="王阿姨", what="楼道灯坏了", requested_on=str(today()))
    assert '<span class="badge num">1</span>' in text(browser.get(f"{HERE}/people"))
    number = intake.open_intakes(command(WEST_HILL))[0].id
    browser.send(f"{HERE}/calls/{number}", note="已换灯", verb="answer")
    assert 'class="badge' not in text(browser.get(f"{HERE}/people"))


def test_a_call_is_given_to_a_colleague_and_taken_back(as_role):
    task = call()
    browser, other = as_role("staff"), as_role("director", "staff")
    page = text(browser.get(f"{HERE}/calls/today/{task.id}"))
    assert page.count(">测试员</option>") == 2
    chosen = page.split(">测试员</option>")[0].rsplit('value="', 1)[1].split('"')[0]
    assert browser.send(f"{HERE}/calls/today/{task.id}/assign", account=chosen).status_code == 303
    assert CallTask.get().assigned_to == int(chosen)
    assert "测试员" in text(other.get(f"{HERE}/calls/today"))
    assert browser.send(f"{HERE}/calls/today/{task.id}/assign", account="999999").status_code == 422
    assert browser.send(f"{HERE}/calls/today/{task.id}/assign", account="").status_code == 303
    assert CallTask.get().assigned_to is None
