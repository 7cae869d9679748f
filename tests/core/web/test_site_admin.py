"""Administration of the installation: communities, installed modules with their faults, owners and all staff."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.actor import command, system
from core.people import accounts, sign_in
from core.people.account_records import Account
from core.plugin import registry as kernel
from core.plugin.registry import Quarantine
from core.store.community import Community
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from core.web.gate import SESSION_COOKIE

PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"
PAGES = ("/admin/communities", "/admin/communities/new", "/admin/plugins", "/admin/accounts", "/admin/accounts/new")


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def owner(app: Flask) -> Browser:
    """The owner of the installation, signed in."""
    accounts.create_owner(command(), "boss", "装机员", PASSWORD)
    browser = Browser(app)
    browser.set_cookie(SESSION_COOKIE, sign_in.sign_in(None, "boss", PASSWORD, "127.0.0.1", "test").token)
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_for_the_owner_only(owner: Browser, client: Browser, as_role, path: str) -> None:
    assert owner.get(path).status_code == 200
    assert client.get(path).location == f"/login?next={path}"
    assert as_role("director", "secretary").get(path).status_code == 403


def test_a_community_is_added_once_and_administered(owner: Browser) -> None:
    fields = {"name": "东苑社区", "code": "330481 001 013", "duty_phone": "", "idempotency_key": "the same form twice"}
    first, second = owner.send("/admin/communities/new", **fields), owner.send("/admin/communities/new", **fields)
    assert first.location == second.location == "/c/330481001013/admin/first-steps"
    assert Community.select().count() == 3
    assert owner.get(first.location).status_code == 200
    assert "东苑社区" in text(owner.get("/admin/communities"))
    assert not kernel.active().states("330481001013")["rooms"].enabled


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"code": "123"}, "12 位"), ({"code": WEST_HILL}, "已经"), ({"name": ""}, "请"), ({"duty_phone": "12"}, "手机")],
)
def test_a_bad_community_keeps_what_was_typed(owner: Browser, fields: dict[str, str], told: str) -> None:
    given = {"name": "东苑社区", "code": "330481001013", "address": "东路 1 号", **fields}
    answer = owner.send("/admin/communities/new", **given)
    assert answer.status_code in (409, 422)
    assert told in text(answer)
    assert answer.status_code == 409 or 'value="东路 1 号"' in text(answer)
    assert Community.select().count() == 2


def test_modules_show_where_they_are_used_and_what_is_faulty(owner: Browser, app: Flask) -> None:
    registry = kernel.active()
    registry.quarantined["broken"] = Quarantine(
        "broken", "它不能导入", "import", "Traceback: <b>boom</b>", "plugins/broken"
    )
    registry.record_failure("rooms", WEST_HILL, "nav_items", ValueError("卡住了"))
    page = text(owner.get("/admin/plugins"))
    assert "西山社区、" in page or "、西山社区" in page
    assert "它不能导入" in page and "&lt;b&gt;boom" in page and "<details>" in page
    assert "卡住了" in page
    owner.send("/admin/plugins/rooms/faults-seen")
    assert "卡住了" not in text(owner.get("/admin/plugins"))


def test_all_staff_and_owners_are_listed(owner: Browser) -> None:
    for code, name, label in ((WEST_HILL, "west", "西山社工"), (SOUTH_GARDEN, "south", "南苑社工")):
        accounts.create_staff(system(code, "test"), name, label, PASSWORD, grants=["staff"])
    page = text(owner.get("/admin/accounts"))
    assert all(label in page for label in ("装机员", "西山社工", "南苑社工"))


def test_a_second_owner_gets_a_code(owner: Browser, client: Browser) -> None:
    fields = {"label": "二号", "username": "second"}
    assert owner.send("/admin/accounts/new", **fields, password="wrong").status_code == 422
    answer = owner.send("/admin/accounts/new", **fields, password=PASSWORD)
    code = re.search(r'slip-code num">([A-Z0-9 ]{9})<', text(answer))
    assert code
    new = "石榴-围巾-码头-灯塔-七"
    assert client.send(f"/slip/{code[1].replace(' ', '')}", secret=new, secret_again=new).status_code == 303
    assert client.get("/admin/communities").status_code == 200


def test_reset_and_close(owner: Browser) -> None:
    staff = accounts.create_staff(system(SOUTH_GARDEN, "test"), "south", "南苑社工", PASSWORD)
    assert owner.get(f"/admin/accounts/{staff.id}/reset").status_code == 200
    assert "slip-code" in text(owner.send(f"/admin/accounts/{staff.id}/reset", password=PASSWORD))
    assert owner.send(f"/admin/accounts/{staff.id}/close").status_code == 303
    assert Account.get_by_id(staff.id).status == "closed"


def test_the_only_owner_cannot_be_closed(owner: Browser) -> None:
    account = Account.get(Account.kind == "owner")
    assert owner.send(f"/admin/accounts/{account.id}/close", password=PASSWORD).status_code == 409
    assert Account.get_by_id(account.id).status == "active"
