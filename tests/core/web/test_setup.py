"""The first run: in the browser and as a service. Nothing is stored before the end, and afterwards it is gone for good."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from core.app import create_app
from core.config import Config
from core.errors import Invalid, Refused
from core.operate import communities
from core.operate.setup import FirstRun, set_up
from core.people import accounts, setup_code, sign_in
from core.people.account_records import Account, RoleGrant
from core.people.divisions import load_divisions
from core.plugin import registry as kernel
from core.store import audit
from core.store.community import Community
from core.testing import Browser

CODE = "330481001009"
PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"
DIVISIONS = (
    "code,name,level,parent_code\n33,浙江省,province,\n3304,嘉兴市,city,33\n330481,海宁市,county,3304\n"
    "330481001,硖石街道,street,330481\n330481001009,西山社区居委会,community,330481001\n"
    "330481001012,南苑社区居委会,community,330481001\n"
).encode()


@pytest.fixture
def fresh(both_engines: Config) -> Flask:
    """The application of an instance that nobody has set up."""
    return create_app(both_engines)


@pytest.fixture
def browser(fresh: Flask) -> Browser:
    """A browser on the machine itself."""
    return Browser(fresh)


def post(browser: Browser, url: str, **fields: object):
    """Send a form of the wizard with the token of its own page."""
    page = browser.get(url).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert token, page[:400]
    return browser.post(url, data={"csrf_token": token[1], **fields})


def through(browser: Browser, **owner: str):
    """All four screens; returns the answer to the last."""
    assert post(browser, "/setup", name="西山社区", code=CODE).status_code == 303
    office = {
        "office_name": "西山社区居民委员会",
        "address": "西山路 1 号",
        "duty_phone": "0573 8700 1234",
        "office_hours": "8:30",
    }
    assert post(browser, "/setup/office", **office).status_code == 303
    assert post(browser, "/setup/modules", plugins="rooms").status_code == 303
    fields = {"owner_label": "陈晓燕", "owner": "chen", "password": PASSWORD, "password_again": PASSWORD, **owner}
    return post(browser, "/setup/owner", **fields)


def test_every_page_leads_to_the_wizard_until_it_is_done(browser: Browser) -> None:
    for path in ("/", "/login", f"/c/{CODE}/", "/admin/communities"):
        answer = browser.get(path)
        assert (answer.status_code, answer.location) == (303, "/setup"), path


def test_nobody_is_asked_to_sign_in_before_there_is_anybody(browser: Browser) -> None:
    for path in ("/setup", "/setup/code"):
        page = browser.get(path).get_data(as_text=True)
        assert 'href="/login' not in page and 'class="site-foot"' in page, path
    post(browser, "/setup", name="西山社区", code=CODE)
    for path in ("/setup/office", "/setup/modules", "/setup/owner"):
        assert 'href="/login' not in browser.get(path).get_data(as_text=True), path


def test_four_screens_store_everything_at_once_and_sign_the_owner_in(browser: Browser) -> None:
    answer = through(browser)
    assert answer.status_code == 303
    assert answer.location == f"/c/{CODE}/admin/first-steps?new=1"
    community = Community.get()
    assert (community.code, community.name, community.duty_phone) == (CODE, "西山社区", "0573-87001234")
    owner = Account.get()
    assert (owner.kind, owner.username, owner.label) == ("owner", "chen", "陈晓燕")
    assert RoleGrant.get().role == "director"
    state = kernel.active().states(CODE)["rooms"]
    assert state.enabled and state.published
    assert all(audit.verify(chain) is None for chain in audit.chains())
    page = browser.get(answer.location)
    assert page.status_code == 200
    assert "导入花名册" in page.get_data(as_text=True)


def test_nothing_is_stored_before_the_last_screen(browser: Browser) -> None:
    post(browser, "/setup", name="西山社区", code=CODE)
    post(browser, "/setup/office", office_name="x")
    post(browser, "/setup/modules", plugins="rooms")
    assert Community.select().count() == Account.select().count() == 0
    assert not setup_code.installation_is_set_up()


def test_gone_after_set_up_even_without_config_and_in_a_new_process(browser: Browser, fresh: Flask) -> None:
    through(browser)
    config: Config = fresh.extensions["linli_config"]
    (config.instance / "config.toml").unlink(missing_ok=True)
    again = Browser(create_app(config))
    for path in ("/setup", "/setup/office", "/setup/modules", "/setup/owner", "/setup/code"):
        assert browser.get(path).status_code == 404, path
        assert again.get(path).status_code == 404, path
    assert again.get("/login").status_code == 200


def test_another_device_needs_the_printed_code(fresh: Flask) -> None:
    phone = Browser(fresh)
    phone.environ_base = {**phone.environ_base, "REMOTE_ADDR": "192.168.1.77"}
    for path in ("/setup", "/setup/owner"):
        answer = phone.get(path)
        assert (answer.status_code, answer.location) == (303, "/setup/code"), path
    wrong = post(phone, "/setup/code", code="AAAA AAAA")
    assert wrong.status_code == 422
    code = setup_code.new_setup_code()
    assert post(phone, "/setup/code", code=f"{code[:4].lower()} {code[4:]}").location == "/setup"
    assert phone.get("/setup").status_code == 200
    stranger = Browser(fresh)
    stranger.environ_base = {**stranger.environ_base, "REMOTE_ADDR": "192.168.1.78"}
    assert post(stranger, "/setup/code", code=code).status_code == 422, "the code is used up"
    assert through(phone).status_code == 303


def test_a_forged_cookie_opens_nothing(fresh: Flask) -> None:
    phone = Browser(fresh)
    phone.environ_base = {**phone.environ_base, "REMOTE_ADDR": "192.168.1.77"}
    phone.set_cookie("linli_setup_key", "guess", path="/setup")
    phone.set_cookie("linli_setup", "eyJjb2RlIjoiMSJ9.x.y", path="/setup")
    assert phone.get("/setup/owner").location == "/setup/code"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "西山社区", "code": "33048100100"}, "12 位"),
        ({"name": "西山社区", "code": "330481001"}, "街道"),
        ({"name": "", "code": CODE}, "名称"),
        ({"name": "", "code": ""}, "名称"),
        ({"name": "西山社区", "code": ""}, "12 位代码"),
    ],
)
def test_a_wrong_code_is_told_and_what_was_typed_stays(browser: Browser, fields: dict[str, str], told: str) -> None:
    answer = post(browser, "/setup", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    assert all(f'value="{value}"' in page for value in fields.values() if value)


def test_with_the_list_of_codes_the_community_is_chosen(browser: Browser) -> None:
    upload = {"divisions": (io.BytesIO(DIVISIONS), "codes.csv")}
    answer = post(browser, "/setup", **upload)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "西山社区 · 硖石街道 · 330481001009" in page
    assert post(browser, "/setup", choice=CODE).location == "/setup/office"
    assert "西山社区" in browser.get("/setup/office").get_data(as_text=True)


def test_a_list_that_cannot_be_read_names_the_line(browser: Browser) -> None:
    upload = {"divisions": (io.BytesIO("code,name,level,parent_code\nx,浙江省,province,\n".encode()), "codes.csv")}
    answer = post(browser, "/setup", name="西山社区", code=CODE, **upload)
    assert answer.status_code == 422
    assert "第 2 行" in answer.get_data(as_text=True)


def test_bad_owner_stores_nothing_and_keeps_the_names(browser: Browser) -> None:
    for wrong in (
        {"password_again": "something else"},
        {"password": "short", "password_again": "short"},
        {"owner": "12345"},
    ):
        answer = through(browser, **wrong)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert 'value="陈晓燕"' in page
        assert PASSWORD not in page
    assert Account.select().count() == Community.select().count() == 0


def test_screens_cannot_be_skipped(browser: Browser) -> None:
    for step in ("office", "modules", "owner"):
        assert browser.get(f"/setup/{step}").location == "/setup", step


# --------------------------------------------------------------------------- the service (and so the command)


def run(**changes: object) -> FirstRun:
    given = {
        "name": "西山社区",
        "code": CODE,
        "owner": "admin",
        "password": PASSWORD,
        "divisions": DIVISIONS,
        "plugins": ("rooms",),
    }
    return FirstRun(**{**given, **changes})  # type: ignore[arg-type]


def test_the_command_sets_up_and_the_owner_can_sign_in(fresh: Flask) -> None:
    assert set_up(kernel.active(), run()).code == CODE
    assert accounts.has_owner()
    assert sign_in.sign_in(None, "admin", PASSWORD, "127.0.0.1", "test").kind == "owner"


def test_only_once(fresh: Flask) -> None:
    set_up(kernel.active(), run())
    with pytest.raises(Refused):
        set_up(kernel.active(), run(code="330481001012", name="南苑社区", owner="other"))
    assert Community.select().count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "330481001999"}, "code"),
        ({"code": "330481001012"}, "code"),
        ({"code": "33048100100九"}, "code"),
        ({"name": " "}, "name"),
        ({"name": "西" * 41}, "name"),
        ({"owner": "1"}, "owner"),
        ({"password": "short"}, "password"),
        ({"plugins": ("romms",)}, "plugins"),
        ({"duty_phone": "12"}, "duty_phone"),
        ({"divisions": b"nothing"}, "divisions"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(fresh: Flask, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_up(kernel.active(), run(**changes))
    assert field in refused.value.errors
    assert Community.select().count() == Account.select().count() == 0
    assert not setup_code.installation_is_set_up()


def test_a_name_with_any_ending_is_accepted(fresh: Flask) -> None:
    load_divisions(DIVISIONS)
    for name in ("西山社区", "西山", "西山社区居委会", "西山社区居民委员会", "硖石街道西山社区"):
        communities.check_code(name, CODE)


def test_without_a_list_only_the_form_of_the_code_is_checked(fresh: Flask) -> None:
    assert set_up(kernel.active(), run(divisions=None, code="110101001001", name="某社区")).name == "某社区"
