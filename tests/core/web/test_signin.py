"""Signing in and out, switching person, hiding the screen, account slips and one's own account page."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.actor import system
from core.clock import today
from core.people import accounts, credentials, privacy_notice, residents, sessions, slips
from core.people.account_records import Account, RoleGrant, Session
from core.store import db
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from core.web.gate import SESSION_COOKIE

PIN = "402917"
PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"


@pytest.fixture
def resident(app: Flask):
    """A resident of 西山社区 with an account, opened by PIN, who has answered the privacy notice."""
    here = system(WEST_HILL, "test")
    person = residents.add_person(here, name="张桂英", phone="13800138000")
    accounts.open_account(here, person.public_id, PIN)
    privacy_notice.enter_decision(here, person.public_id, True, today())
    return person


@pytest.fixture
def staff(app: Flask) -> Account:
    """陈晓燕, staff of 西山社区 with a password and a PIN for switching."""
    return open_staff("chen", "陈晓燕")


def open_staff(username: str, label: str, pin: str = "730264", must_change: bool = False) -> Account:
    here = system(WEST_HILL, "test")
    account = accounts.create_staff(here, username, label, PASSWORD, grants=["staff"], must_change=must_change)
    stored = credentials.secrets.hash_secret(pin)
    with db.transaction(WEST_HILL):
        Account.update(pin=stored).where(Account.id == account.id).execute()
    return Account.get_by_id(account.id)


def sign_in(browser: Browser, name: str, secret: str, **fields: object):
    return browser.send("/login", name=name, secret=secret, community=WEST_HILL, **fields)


def cookie_of(browser: Browser) -> str | None:
    found = browser.get_cookie(SESSION_COOKIE)
    return found.value if found else None


def text(answer) -> str:
    return answer.get_data(as_text=True)


# --------------------------------------------------------------------------- in and out


@pytest.mark.parametrize("name", ["张桂英", "138 0013 8000", "１３８００１３８０００"])
def test_a_resident_signs_in_by_name_or_phone(client: Browser, resident, name: str) -> None:
    answer = sign_in(client, name, PIN)
    assert (answer.status_code, answer.location) == (303, f"/c/{WEST_HILL}/")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(SESSION_COOKIE))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert client.get("/me").status_code == 200


def test_staff_come_to_the_desk_or_where_they_were_going(client: Browser, staff: Account) -> None:
    assert sign_in(client, "chen", PASSWORD).location == f"/c/{WEST_HILL}/desk"
    assert sign_in(client, "CHEN", PASSWORD, next=f"/c/{WEST_HILL}/people").location == f"/c/{WEST_HILL}/people"


def test_staff_come_to_a_desk_where_they_have_a_role(client: Browser, staff: Account) -> None:
    answer = client.send("/login", name="chen", secret=PASSWORD, community=SOUTH_GARDEN)
    assert answer.location == f"/c/{WEST_HILL}/desk"


def test_whose_roles_do_not_work_at_the_desk_come_to_the_first_page(client: Browser) -> None:
    accounts.create_staff(
        system(WEST_HILL, "test"), "canteen", "郝经理", PASSWORD, grants=("operator",), must_change=False
    )
    assert sign_in(client, "canteen", PASSWORD).location == f"/c/{WEST_HILL}/"


@pytest.mark.parametrize("target", ["//evil.example/x", "/\\evil.example", "https://evil.example", "javascript:1"])
def test_no_open_redirect(client: Browser, staff: Account, target: str) -> None:
    assert "evil" not in sign_in(client, "chen", PASSWORD, next=target).location
    assert "javascript" not in sign_in(client, "chen", PASSWORD, next=target).location


def test_wrong_secret_and_unknown_name_get_the_same_answer_and_keep_the_name(client: Browser, resident) -> None:
    wrong, unknown = sign_in(client, "张桂英", "111222"), sign_in(client, "李没有", "111222")
    assert wrong.status_code == unknown.status_code == 422
    assert "张桂英" in text(wrong)
    assert "111222" not in text(wrong)
    strip = re.compile(r'value="[^"]*"|张桂英|李没有')
    assert strip.sub("", text(wrong)) == strip.sub("", text(unknown))
    assert cookie_of(client) is None


def test_a_resident_of_another_community_is_unknown_there(client: Browser, resident) -> None:
    answer = client.send("/login", name="张桂英", secret=PIN, community=SOUTH_GARDEN)
    assert answer.status_code == 422


def test_a_new_session_at_every_sign_in_and_logout_kills_it(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    first = cookie_of(client)
    sign_in(client, "chen", PASSWORD)
    second = cookie_of(client)
    assert first != second
    client.send("/logout")
    assert cookie_of(client) is None
    client.set_cookie(SESSION_COOKIE, str(second))
    assert client.get("/me").status_code == 303


def test_logout_and_hide_are_posts(client: Browser) -> None:
    assert client.get("/logout").status_code == 405
    assert client.get("/unlock").status_code == 405


def test_whoever_must_choose_a_password_is_sent_there_first(client: Browser, app: Flask) -> None:
    open_staff("neu", "新来的", must_change=True)
    answer = sign_in(client, "neu", PASSWORD)
    assert answer.location.startswith("/me/secret?next=")
    assert client.get(f"/c/{WEST_HILL}/desk").location.startswith("/me/secret?next=")
    new = "石榴-围巾-码头-灯塔-七"
    changed = client.send(answer.location, old_secret=PASSWORD, secret=new, secret_again=new)
    assert changed.location == f"/c/{WEST_HILL}/desk"
    assert client.get(changed.location).status_code == 200


def test_too_many_attempts_are_told_to_wait(client: Browser, resident) -> None:
    for _attempt in range(5):
        sign_in(client, "张桂英", "111222")
    answer = sign_in(client, "张桂英", PIN)
    assert answer.status_code == 429
    assert "服务大厅" in text(answer)


# --------------------------------------------------------------------------- the shared computer


def test_a_colleague_takes_over_by_pin(client: Browser, app: Flask, staff: Account) -> None:
    colleague = open_staff("shen", "沈丽", pin="518430")
    sign_in(client, "shen", PASSWORD)
    sign_in(client, "chen", PASSWORD)
    old = cookie_of(client)
    page = text(client.get(f"/switch?next=/c/{WEST_HILL}/desk"))
    assert "沈丽" in page and "陈晓燕" not in re.sub(r"<header.*?</header>", "", page, flags=re.S)
    assert client.send("/switch", account=colleague.id, pin="000000").status_code == 422
    answer = client.send("/switch", account=colleague.id, pin="518430", next=f"/c/{WEST_HILL}/desk")
    assert answer.location == f"/c/{WEST_HILL}/desk"
    assert "沈丽" in text(client.get("/me"))
    assert sessions.find_session(old) is None, "the session before has ended"


def test_nobody_is_listed_to_a_stranger(client: Browser, staff: Account) -> None:
    assert "陈晓燕" not in text(client.get("/switch"))
    assert client.send("/switch", account=staff.id, pin="730264").status_code in (401, 422)


def test_a_hidden_screen_shows_nothing_until_the_pin(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    here = f"/c/{WEST_HILL}/desk"
    assert client.send("/hide", next=here).location == f"/hide?next={here}"
    assert client.get(here).location.startswith("/hide?next=")
    page = text(client.get(f"/hide?next={here}"))
    assert "西山" not in page
    wrong = client.send("/unlock", secret="000000", next=here)
    assert wrong.status_code == 422
    assert client.send("/unlock", secret="730264", next=here).location == here
    assert client.get(here).status_code == 200


def test_looking_at_the_hide_page_hides_nothing(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    assert client.get("/hide").status_code == 200
    assert client.get("/me").status_code == 200


def test_the_clock_is_a_block_of_its_own(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    client.send("/hide")
    part = text(client.get("/hide", headers={"HX-Request": "true"}))
    assert 'id="clock"' in part and "<html" not in part


# --------------------------------------------------------------------------- slips


def test_a_slip_opens_the_account_of_its_person(client: Browser, app: Flask) -> None:
    here = system(WEST_HILL, "test")
    person = residents.add_person(here, name="李建平")
    code = slips.issue(here, slips.prepare(here, [person.public_id]))[0].code
    typed = client.send("/slip", code=f"{code[:4].lower()} {code[4:]}")
    assert typed.status_code == 303
    shown = client.get(typed.location)
    page = text(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "李*平" in page and "李建平" not in page
    assert client.send(typed.location, secret="123456", secret_again="123456").status_code == 422
    assert client.send(typed.location, secret=PIN, secret_again="402918").status_code == 422
    done = client.send(typed.location, secret=PIN, secret_again=PIN)
    home = f"/c/{WEST_HILL}/"
    assert (done.status_code, done.location) == (303, f"{home}mine/consent?next={home}")
    assert client.get("/me").status_code == 200
    assert Browser(app).get(typed.location).status_code == 422, "the slip is used up"


def test_a_wrong_code_is_told_and_stays_in_the_field(client: Browser) -> None:
    answer = client.send("/slip", code="AAAA AAAA")
    assert answer.status_code == 422
    assert 'value="AAAA AAAA"' in text(answer)


def test_the_code_of_a_reset_asks_staff_for_a_password(client: Browser, app: Flask, staff: Account) -> None:
    code = credentials.reset_secret(system(WEST_HILL, "test"), staff.id).code
    new = "石榴-围巾-码头-灯塔-七"
    assert client.send(f"/slip/{code}", secret="402917", secret_again="402917").status_code == 422
    assert client.send(f"/slip/{code}", secret=new, secret_again=new).location == f"/c/{WEST_HILL}/desk"


# --------------------------------------------------------------------------- my account


def test_my_page_shows_roles_and_browsers_but_no_household(
    client: Browser, app: Flask, resident, staff: Account
) -> None:
    sign_in(client, "张桂英", PIN)
    page = text(client.get("/me"))
    assert "张桂英" in page and "13800138000" not in page and "138 0013 8000" not in page
    other = Browser(app)
    sign_in(other, "chen", PASSWORD)
    assert "工作人员" in text(other.get("/me"))


def test_i_can_sign_another_browser_of_mine_out_but_nobody_elses(
    client: Browser, app: Flask, resident, staff: Account
) -> None:
    other = Browser(app)
    sign_in(other, "张桂英", PIN)
    sign_in(client, "张桂英", PIN)
    key = re.search(r"/me/sessions/([0-9a-f]{16})/end", text(client.get("/me")))
    assert key
    stranger = Browser(app)
    sign_in(stranger, "chen", PASSWORD)
    assert stranger.send(key[0]).status_code == 404
    assert client.send(key[0]).status_code == 303
    assert other.get("/me").status_code == 303
    assert client.get("/me").status_code == 200


def test_changing_the_pin_signs_other_browsers_out(client: Browser, app: Flask, resident) -> None:
    other = Browser(app)
    sign_in(other, "张桂英", PIN)
    sign_in(client, "张桂英", PIN)
    assert client.send("/me/secret", old_secret="999999", secret="518430", secret_again="518430").status_code == 422
    assert client.send("/me/secret", old_secret=PIN, secret="518430", secret_again="518431").status_code == 422
    assert client.send("/me/secret", old_secret=PIN, secret="123456", secret_again="123456").status_code == 422
    assert client.send("/me/secret", old_secret=PIN, secret="518430", secret_again="518430").location == "/me"
    assert other.get("/me").status_code == 303
    assert sign_in(other, "张桂英", "518430").status_code == 303


def test_staff_set_a_pin_with_their_password(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    assert client.send("/me/pin", password="wrong", secret="518430", secret_again="518430").status_code == 422
    assert client.send("/me/pin", password=PASSWORD, secret="111111", secret_again="111111").status_code == 422
    assert client.send("/me/pin", password=PASSWORD, secret="518430", secret_again="518430").location == "/me"
    client.send("/hide")
    assert client.send("/unlock", secret="518430").status_code == 303


def test_residents_have_no_pin_for_switching(client: Browser, resident) -> None:
    sign_in(client, "张桂英", PIN)
    assert client.get("/me/pin").status_code == 404


def test_a_role_change_is_effective_at_the_next_page(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    assert client.get(f"/c/{WEST_HILL}/desk").status_code == 200
    with db.transaction(WEST_HILL):
        RoleGrant.update(ended_at=db.now()).where(RoleGrant.account_id == staff.id).execute()
    assert client.get(f"/c/{WEST_HILL}/desk").status_code == 403


@pytest.mark.parametrize("path", ["/me", "/me/secret", "/me/pin"])
def test_my_pages_ask_strangers_to_sign_in(client: Browser, path: str) -> None:
    assert client.get(path).location == f"/login?next={path}"


def test_no_token_is_stored_readable(client: Browser, staff: Account) -> None:
    sign_in(client, "chen", PASSWORD)
    assert cookie_of(client) not in [row.digest for row in Session.select()]
