"""Administration of one community: accounts and roles, what roles may do, modules, details, the audit log."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.actor import system
from core.people import accounts, areas, residents, sign_in, slips
from core.people.account_records import Account, RoleGrant
from core.people.person import Person
from core.plugin import registry as kernel
from core.store.audit import AuditEntry
from core.store.community import Community
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from core.web.gate import SESSION_COOKIE

HERE = f"/c/{WEST_HILL}/admin"
PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"
PAGES = {
    "/accounts": "core.accounts.manage",
    "/accounts/residents": "core.accounts.manage",
    "/accounts/new": "core.accounts.manage",
    "/roles": "core.roles.manage",
    "/roles/staff/core.audit.view/allow": "core.roles.manage",
    "/plugins": "core.plugins.switch",
    "/community": "core.community.edit",
    "/first-steps": "core.community.edit",
    "/poster": "core.community.edit",
    "/audit": "core.audit.view",
}


def text(answer) -> str:
    return answer.get_data(as_text=True)


def make(username: str, label: str, *roles: str, community: str = WEST_HILL) -> Account:
    here = system(community, "test")
    return accounts.create_staff(here, username, label, PASSWORD, grants=list(roles), must_change=False)


@pytest.fixture
def director(app: Flask) -> Browser:
    """The director of 西山社区, signed in with a password."""
    make("zhou", "周主任", "director")
    return signed_in(app, "zhou")


def signed_in(app: Flask, username: str) -> Browser:
    browser = Browser(app)
    found = sign_in.sign_in(WEST_HILL, username, PASSWORD, "127.0.0.1", "test")
    browser.set_cookie(SESSION_COOKIE, found.token)
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_for_those_with_the_permission(director: Browser, client: Browser, as_role, path: str) -> None:
    assert director.get(HERE + path).status_code == 200
    assert client.get(HERE + path).status_code == 303
    assert as_role("mediator").get(HERE + path).status_code == 403
    assert director.get(f"/c/{SOUTH_GARDEN}/admin{path}").status_code == 403


# --------------------------------------------------------------------------- accounts


def test_a_staff_account_is_opened_with_a_code_shown_once(director: Browser, client: Browser) -> None:
    fields = {"label": "沈丽", "username": "shenli", "role": "staff", "until_day": "2099-12-31"}
    assert director.send(f"{HERE}/accounts/new", **fields, password="wrong").status_code == 422
    answer = director.send(f"{HERE}/accounts/new", **fields, password=PASSWORD)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    code = re.search(r'slip-code num">([A-Z0-9 ]{9})<', text(answer))
    assert code
    page = text(director.get(f"{HERE}/accounts"))
    assert "沈丽" in page and "验证码未使用" in page
    new = "石榴-围巾-码头-灯塔-七"
    assert (
        client.send(f"/slip/{code[1].replace(' ', '')}", secret=new, secret_again=new).location
        == f"/c/{WEST_HILL}/desk"
    )
    grant = RoleGrant.get(RoleGrant.role == "staff")
    assert grant.until_day.isoformat() == "2099-12-31"


def test_bad_fields_of_a_new_account_keep_what_was_typed(director: Browser) -> None:
    answer = director.send(f"{HERE}/accounts/new", label="沈丽", username="zhou", role="staff", password=PASSWORD)
    assert answer.status_code == 422
    assert 'value="沈丽"' in text(answer) and "已" in text(answer)
    again = director.send(f"{HERE}/accounts/new", label="", username="shenli", role="boss")
    assert again.status_code == 422
    assert Account.select().where(Account.username == "shenli").count() == 0


def test_staff_open_accounts_but_give_no_roles(app: Flask, director: Browser) -> None:
    make("li", "李社工", "staff")
    browser = signed_in(app, "li")
    answer = browser.send(f"{HERE}/accounts/new", label="沈丽", username="shenli", role="director", password=PASSWORD)
    assert answer.status_code == 200
    assert RoleGrant.select().where(RoleGrant.account_id == Account.get(Account.username == "shenli").id).count() == 0


@pytest.fixture
def namesakes(app: Flask) -> list[str]:
    """Two residents called 沈丽, at 3-1-201 and at 5-2-502; their public ids."""
    here = system(WEST_HILL, "test")
    estate = areas.add_estate(here, "西山花园")
    return [
        residents.add_person(here, name="沈丽", estate_id=estate, door=door).public_id
        for door in ("3-1-201", "5-2-502")
    ]


def person_of(account: Account) -> str | None:
    key = Account.get_by_id(account.id).person_id
    return Person.get_by_id(key).public_id if key else None


def test_a_colleague_who_lives_here_is_told_from_a_namesake_by_the_door(director: Browser, namesakes) -> None:
    fields = {"label": "沈丽", "username": "shenli", "role": "staff", "password": PASSWORD, "resident": "沈丽"}
    asked = director.send(f"{HERE}/accounts/new", **fields)
    page = text(asked)
    assert asked.status_code == 422
    assert "3-1-201" in page and "5-2-502" in page and 'value="shenli"' in page
    assert 'name="password"' not in page, "it was right and is not asked again"
    assert director.send(f"{HERE}/accounts/new", **fields, person="somebody").status_code == 422
    answer = director.send(f"{HERE}/accounts/new", **fields, person=namesakes[1])
    assert answer.status_code == 200 and "slip-code" in text(answer)
    account = Account.get(Account.username == "shenli")
    assert person_of(account) == namesakes[1]
    page = text(director.get(f"{HERE}/accounts/{account.id}"))
    assert f"/people/{namesakes[1]}" in page and "5-2-502" in page


def test_nobody_found_as_resident_keeps_what_was_typed(director: Browser, namesakes) -> None:
    fields = {"label": "沈丽", "username": "shenli", "role": "staff", "password": PASSWORD}
    for typed in ("诸葛亮", "9-9-901", "%", "\x00"):
        answer = director.send(f"{HERE}/accounts/new", **fields, resident=typed)
        assert answer.status_code == 422, typed
        assert 'value="shenli"' in text(answer)
    assert director.send(f"{HERE}/accounts/new", **fields, person=namesakes[0]).status_code == 200
    assert person_of(Account.get(Account.username == "shenli")) is None, "a choice without a name typed is no link"


def test_an_account_is_linked_later_and_the_link_removed(director: Browser, namesakes) -> None:
    account = make("shen", "沈丽", "staff")
    url = f"{HERE}/accounts/{account.id}"
    assert f"{url}/resident" in text(director.get(url))
    found = director.send(f"{url}/resident", resident="3-1-201", password=PASSWORD)
    assert found.status_code == 422 and namesakes[0] in text(found) and namesakes[1] not in text(found)
    assert person_of(account) is None
    assert director.send(f"{url}/resident", resident="3-1-201", person=namesakes[0]).status_code == 303
    assert person_of(account) == namesakes[0]
    assert AuditEntry.select().where(AuditEntry.action == "core.account.linked").get().subject == str(account.ref)
    assert director.get(f"{url}/resident/remove").status_code == 200
    assert director.send(f"{url}/resident/remove", reason="认错人").status_code == 303
    assert person_of(account) is None
    assert AuditEntry.select().where(AuditEntry.action == "core.account.unlinked").exists()


def test_nobody_has_two_accounts_and_nobody_links_the_own(director: Browser, namesakes) -> None:
    accounts.open_account(system(WEST_HILL, "test"), namesakes[0], "402917")
    account = make("shen", "沈丽", "staff")
    fields = {"resident": "沈丽", "person": namesakes[0], "password": PASSWORD}
    refused = director.send(f"{HERE}/accounts/{account.id}/resident", **fields)
    assert refused.status_code == 422 and person_of(account) is None
    own = Account.get(Account.username == "zhou")
    assert f"{HERE}/accounts/{own.id}/resident" not in text(director.get(f"{HERE}/accounts/{own.id}"))
    assert director.send(f"{HERE}/accounts/{own.id}/resident", **{**fields, "person": namesakes[1]}).status_code == 422
    assert person_of(own) is None


def test_whoever_may_not_see_residents_links_none(app: Flask, as_role, namesakes) -> None:
    account = make("shen", "沈丽", "staff")
    owner = as_role("owner")
    assert 'name="resident"' not in text(owner.get(f"{HERE}/accounts/new"))
    assert owner.send(f"{HERE}/accounts/{account.id}/resident", resident="沈丽").status_code == 403
    assert person_of(account) is None


def test_a_role_is_given_and_ended_with_the_password(director: Browser) -> None:
    account = make("shen", "沈丽")
    url = f"{HERE}/accounts/{account.id}"
    refused = director.send(
        f"{url}/roles", role="cashier", from_day="2026-01-01", until_day="2025-01-01", password=PASSWORD
    )
    assert refused.status_code == 422
    assert RoleGrant.select().where(RoleGrant.account_id == account.id).count() == 0
    assert director.send(f"{url}/roles", role="cashier", from_day="2026-01-01").status_code == 303
    grant = RoleGrant.get(RoleGrant.account_id == account.id)
    page = text(director.get(url))
    assert "出纳" in page
    assert director.get(f"{HERE}/roles/ended/{grant.id}").status_code == 200
    assert director.send(f"{HERE}/roles/ended/{grant.id}", reason="调岗").status_code == 303
    assert RoleGrant.get_by_id(grant.id).ended_at is not None


def test_a_role_without_the_password_is_not_given(director: Browser) -> None:
    account = make("shen", "沈丽")
    answer = director.send(f"{HERE}/accounts/{account.id}/roles", role="cashier", password="wrong wrong wrong")
    assert answer.status_code == 422
    assert RoleGrant.select().where(RoleGrant.account_id == account.id).count() == 0


def test_whoever_supervises_is_not_of_the_office(director: Browser) -> None:
    account = make("shen", "沈丽", "cashier")
    answer = director.send(f"{HERE}/accounts/{account.id}/roles", role="supervisor", password=PASSWORD)
    assert answer.status_code == 422
    assert "沈丽" in text(answer)


def test_the_last_director_cannot_be_ended(director: Browser) -> None:
    grant = RoleGrant.get(RoleGrant.role == "director")
    assert director.send(f"{HERE}/roles/ended/{grant.id}", password=PASSWORD).status_code == 409
    assert RoleGrant.get_by_id(grant.id).ended_at is None


def test_reset_shows_a_code_and_ends_the_old_password(app: Flask, director: Browser) -> None:
    account = make("shen", "沈丽", "staff")
    theirs = signed_in(app, "shen")
    assert director.get(f"{HERE}/accounts/{account.id}/reset").status_code == 200
    assert theirs.get("/me").status_code == 200, "looking at the question resets nothing"
    answer = director.send(f"{HERE}/accounts/{account.id}/reset", password=PASSWORD)
    assert "沈丽" in text(answer) and "slip-code" in text(answer)
    assert theirs.get("/me").status_code == 303
    assert Account.get_by_id(account.id).secret is None


def test_a_residents_account_is_listed_found_and_reset(app: Flask, director: Browser) -> None:
    here = system(WEST_HILL, "test")
    for name in ("张桂英", "李建平"):
        accounts.open_account(here, residents.add_person(here, name=name).public_id, "402917")
    page = text(director.get(f"{HERE}/accounts/residents?q=桂"))
    assert "张桂英" in page and "李建平" not in page
    part = text(director.get(f"{HERE}/accounts/residents?q=桂", headers={"HX-Request": "true"}))
    assert "张桂英" in part and "<html" not in part
    account = Account.get(Account.label == "张桂英")
    answer = director.send(f"{HERE}/accounts/{account.id}/reset", password=PASSWORD)
    assert "slip-code" in text(answer)
    roles = text(director.get(f"{HERE}/accounts/{account.id}"))
    assert "楼栋长" in roles and "出纳" not in roles, "only roles that a PIN may hold are offered"


def test_hand_over_ends_roles_and_names_the_new_person(director: Browser) -> None:
    account = make("cashier", "沈丽", "cashier")
    assert director.send(f"{HERE}/accounts/{account.id}/hand-over", label="", password=PASSWORD).status_code == 422
    assert director.send(f"{HERE}/accounts/{account.id}/hand-over", label="陆芳", password=PASSWORD).status_code == 200
    assert Account.get_by_id(account.id).label == "陆芳"
    assert RoleGrant.get(RoleGrant.account_id == account.id).ended_at is not None


def test_freeze_can_be_taken_back_and_close_cannot(app: Flask, director: Browser) -> None:
    account = make("shen", "沈丽", "staff")
    theirs = signed_in(app, "shen")
    assert director.send(f"{HERE}/accounts/{account.id}/freeze").status_code == 303
    assert theirs.get("/me").status_code == 303
    assert f"{HERE}/accounts/{account.id}/thaw" in text(director.get(f"{HERE}/accounts/{account.id}"))
    assert director.send(f"{HERE}/accounts/{account.id}/thaw").status_code == 303
    assert Account.get_by_id(account.id).status == "active"
    assert director.send(f"{HERE}/accounts/{account.id}/close", reason="离职", password=PASSWORD).status_code == 303
    assert Account.get_by_id(account.id).status == "closed"
    director.get(f"{HERE}/accounts")
    assert "沈丽" not in text(director.get(f"{HERE}/accounts")), "on the second look, the message is gone too"
    assert "沈丽" in text(director.get(f"{HERE}/accounts?closed=1"))


def test_accounts_of_another_community_do_not_exist_here(director: Browser) -> None:
    other = make("nan", "南苑社工", "staff", community=SOUTH_GARDEN)
    grant = RoleGrant.get(RoleGrant.account_id == other.id)
    for path in (
        f"/accounts/{other.id}",
        f"/accounts/{other.id}/reset",
        f"/accounts/{other.id}/close",
        f"/roles/ended/{grant.id}",
    ):
        assert director.get(HERE + path).status_code == 404, path
        assert director.send(HERE + path, password=PASSWORD).status_code in (404, 405), path
    assert Account.get_by_id(other.id).status == "active"


# --------------------------------------------------------------------------- what roles may do


def test_a_permission_is_given_and_taken_back(app: Flask, director: Browser) -> None:
    make("li", "李社工", "staff")
    staff = signed_in(app, "li")
    url = f"{HERE}/roles/staff/core.audit.view"
    assert staff.get(f"{HERE}/audit").status_code == 403
    assert "李社工" in text(director.get(f"{url}/allow"))
    assert staff.get(f"{HERE}/audit").status_code == 403, "a look changes nothing"
    assert director.send(f"{url}/allow", password=PASSWORD).status_code == 303
    assert staff.get(f"{HERE}/audit").status_code == 200
    page = text(director.get(f"{HERE}/roles"))
    assert "本社区改过" in page and f"{url}/deny" in page
    assert director.send(f"{url}/deny").status_code == 303
    assert staff.get(f"{HERE}/audit").status_code == 403


def test_roles_that_sign_in_by_pin_get_no_office_rights(director: Browser) -> None:
    assert director.send(f"{HERE}/roles/resident/core.people.view/allow", password=PASSWORD).status_code == 409
    assert director.get(f"{HERE}/roles/nobody/core.people.view/allow").status_code == 404
    assert director.get(f"{HERE}/roles/staff/core.site.admin/allow").status_code == 404


# --------------------------------------------------------------------------- modules


def test_a_module_is_switched_at_once_and_back(director: Browser, client: Browser) -> None:
    rooms = f"/c/{WEST_HILL}/rooms/day"
    assert client.get(rooms).status_code == 200
    switch = f"{HERE}/plugins/rooms/switch"
    # What needs the module is switched off before it.
    assert director.send(f"{HERE}/plugins/mediation/switch?enabled=0").status_code == 303
    assert director.send(f"{switch}?paused=1").status_code == 303
    assert kernel.active().states(WEST_HILL)["rooms"].paused
    assert director.send(f"{switch}?enabled=0").status_code == 303
    page = text(director.get(f"{HERE}/plugins"))
    undo = re.search(r'action="([^"]*/plugins/rooms/switch[^"]*paused=1[^"]*)"', page)
    assert undo, "the undo button sets the switches as they were"
    assert client.get(rooms).status_code == 404
    assert client.get(f"/c/{SOUTH_GARDEN}/rooms/day").status_code == 200
    director.send(undo[1].replace("&amp;", "&"))
    state = kernel.active().states(WEST_HILL)["rooms"]
    assert state.enabled and state.published and state.paused


def test_switches_need_a_post_and_a_known_module(director: Browser) -> None:
    assert director.get(f"{HERE}/plugins/rooms/switch?enabled=0").status_code == 405
    assert director.send(f"{HERE}/plugins/nothing/switch?enabled=1").status_code == 404
    assert kernel.active().states(WEST_HILL)["rooms"].enabled


def test_a_fault_is_shown_with_its_reason_until_dealt_with(director: Browser) -> None:
    kernel.active().record_failure("rooms", WEST_HILL, "nav_items", ValueError("卡住了"))
    assert "卡住了" in text(director.get(f"{HERE}/plugins"))
    assert director.send(f"{HERE}/plugins/rooms/faults-seen").status_code == 303
    assert "卡住了" not in text(director.get(f"{HERE}/plugins"))


# --------------------------------------------------------------------------- details and the log


def test_details_are_changed_and_shown_on_every_page(director: Browser, client: Browser) -> None:
    fields = {"name": "西山社区", "office_name": "西山居委会", "address": "新路 8 号", "duty_phone": "0573 8700 9999"}
    assert director.send(f"{HERE}/community", **fields, office_hours="9:00").status_code == 303
    assert "新路 8 号" in text(client.get(f"/c/{WEST_HILL}/"))
    assert Community.get_by_id(WEST_HILL).duty_phone == "0573-87009999"
    bad = director.send(f"{HERE}/community", **{**fields, "name": "", "duty_phone": "12"})
    assert bad.status_code == 422
    assert 'value="新路 8 号"' in text(bad)
    assert Community.get_by_id(SOUTH_GARDEN).address != "新路 8 号"


def test_the_log_tells_in_words_and_filters(director: Browser) -> None:
    director.send(f"{HERE}/community", name="西山社区", address="新路 8 号")
    page = text(director.get(f"{HERE}/audit"))
    assert "修改社区名称、地址或办公时间" in page and "周主任" in page
    assert "启用或停用模块" in page
    only = text(director.get(f"{HERE}/audit?action=core.community"))
    assert "修改社区名称" in only and "启用或停用模块" not in only.partition("<tbody>")[2]
    assert "周主任" not in text(director.get(f"{HERE}/audit?who=沈")).partition("<main")[2]
    assert "没有符合条件" in text(director.get(f"{HERE}/audit?from=2001-01-01&until=2001-01-02"))
    assert director.get(f"{HERE}/audit?from=nonsense&after=x").status_code == 200


def test_the_log_pages_by_key(director: Browser) -> None:
    for number in range(60):
        residents.add_person(system(WEST_HILL, "test"), name=f"居民{chr(0x4E00 + number)}")
    first = text(director.get(f"{HERE}/audit?action=core.person"))
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following and first.count("<tr>") == 51
    second = text(director.get(following[1].replace("&amp;", "&")))
    assert second.count("<tr>") == 11
    assert 'rel="next"' not in second


def test_values_are_for_those_who_could_do_the_act(app: Flask, director: Browser, as_role) -> None:
    director.send(f"{HERE}/community", name="西山社区", address="新路 8 号")
    seq = AuditEntry.select().where(AuditEntry.action == "core.community.changed").get().seq
    assert "新路 8 号" in text(director.get(f"{HERE}/audit/{seq}"))
    supervisor = as_role("supervisor")
    assert "修改社区名称" in text(supervisor.get(f"{HERE}/audit"))
    assert supervisor.get(f"{HERE}/audit/{seq}").status_code == 403
    assert director.get(f"{HERE}/audit/999999").status_code == 404


def test_the_poster_has_the_address_and_the_advice_on_wifi(director: Browser) -> None:
    page = text(director.get(f"{HERE}/poster"))
    assert "继续使用" in page and '<svg class="qr"' in page and "127.0.0.1" not in page


def test_a_slip_batch_stays_out_of_the_way(director: Browser) -> None:
    here = system(WEST_HILL, "test")
    slips.issue(here, slips.prepare(here, [residents.add_person(here, name="李建平").public_id]))
    assert "打印开户凭条" in text(director.get(f"{HERE}/audit?action=core.slips"))
