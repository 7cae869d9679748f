"""Refused forms: what was typed is kept for sending it again, nothing secret is, and nothing of another site's."""

from __future__ import annotations

import html
import importlib
import pkgutil
import re

import pytest
from flask import Flask
from wtforms.fields.core import UnboundField

import core
import plugins
from core.actor import system
from core.people import accounts, sessions, sign_in
from core.people.person import Person
from core.store import db
from core.testing import WEST_HILL, Browser
from core.web import errors
from core.web.forms import Form, SecretField
from core.web.gate import SESSION_COOKIE

PASSWORD = "雨伞-蓝鲸-车站-豆浆-木"
NEW = f"/c/{WEST_HILL}/people/new"
SECRETS = "密码、验证码和文件"


@pytest.fixture
def staff(app: Flask) -> Browser:
    """陈晓燕 at her desk, signed in."""
    account = accounts.create_staff(
        system(WEST_HILL, "test"), "chen", "陈晓燕", PASSWORD, grants=["director"], must_change=False
    )
    stored = accounts.secrets.hash_secret("730264")
    with db.transaction(WEST_HILL):
        accounts.Account.update(pin=stored).where(accounts.Account.id == account.id).execute()
    browser = Browser(app)
    found = sign_in.sign_in(WEST_HILL, "chen", PASSWORD, "127.0.0.1", "test")
    browser.set_cookie(SESSION_COOKIE, found.token)
    return browser


def session_of(browser: Browser) -> str:
    found = browser.get_cookie(SESSION_COOKIE)
    assert found is not None
    return found.value


def kept(answer) -> dict[str, str]:
    """The fields of the form that sends again."""
    form = re.search(
        r'<form method="post" action="([^"]+)">(.*?)</form>', answer.get_data(as_text=True).partition("<main")[2], re.S
    )
    assert form, "nothing is kept"
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', form[2])
    return {"action": html.unescape(form[1]), **{name: html.unescape(value) for name, value in pairs}}


def test_a_form_sent_from_a_locked_page_is_kept_until_the_screen_is_open_again(staff: Browser) -> None:
    token = staff.token()
    sessions.lock(session_of(staff))
    typed = {"name": "诸葛<明>", "note": "第一行\n第二行", "another": "", "idempotency_key": "k" * 24}
    answer = staff.post(f"{NEW}?estate=3&x=<", data={"csrf_token": token, **typed})
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    fields = kept(answer)
    assert fields.pop("action") == f"{NEW}?estate=3&x=<"
    assert {name: fields[name] for name in typed} == typed
    page = answer.get_data(as_text=True)
    assert 'href="/hide?next=/signed-in"' in page and SECRETS not in page
    assert "/signed-in" in staff.get("/hide?next=/signed-in").get_data(as_text=True)
    assert staff.send("/unlock", secret="730264", next="/signed-in").location == "/signed-in"
    assert "关闭" in staff.get("/signed-in").get_data(as_text=True)
    assert staff.post(NEW, data=fields).status_code == 303
    assert Person.select().where(Person.name == "诸葛<明>").count() == 1


def test_a_form_sent_after_the_session_ended_leads_to_signing_in(staff: Browser) -> None:
    token = staff.token()
    sessions.sign_out(session_of(staff))
    answer = staff.post(NEW, data={"csrf_token": token, "name": "诸葛明"})
    assert answer.status_code == 401
    assert kept(answer)["name"] == "诸葛明"
    assert 'href="/login?next=/signed-in"' in answer.get_data(as_text=True)
    assert (
        staff.send("/login", name="chen", secret=PASSWORD, community=WEST_HILL, next="/signed-in").location
        == "/signed-in"
    )


def test_passwords_and_pins_are_not_kept_and_the_page_says_so(staff: Browser) -> None:
    token = staff.token()
    sessions.sign_out(session_of(staff))
    fields = {"csrf_token": token, "label": "沈丽", "username": "shenli", "password": "geheim-geheim-12"}
    answer = staff.post(f"/c/{WEST_HILL}/admin/accounts/new", data=fields)
    page = answer.get_data(as_text=True)
    assert "geheim" not in page and SECRETS in page
    assert kept(answer)["label"] == "沈丽"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/me/secret", ("old_secret", "secret", "secret_again")),
        ("/me/pin", ("password", "secret", "secret_again")),
    ],
)
def test_no_field_of_a_change_of_secrets_comes_back(staff: Browser, path: str, fields: tuple[str, ...]) -> None:
    token, field_values = staff.token(), {name: f"geheim-{name}-12" for name in fields}
    sessions.sign_out(session_of(staff))
    answer = staff.post(path, data={"csrf_token": token, "next": "/me", **field_values})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401 and kept(answer)["next"] == "/me"
    assert "geheim" not in page and SECRETS in page


def forms_of(package: object) -> set[type[Form]]:
    """Every form that a package declares."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = set(), [Form]
    while waiting:
        form = waiting.pop()
        found.add(form)
        waiting += form.__subclasses__()
    return {form for form in found if form.__module__.split(".")[0] == package.__name__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", [core, plugins])
def test_every_field_for_a_secret_is_told_by_its_name(package: object) -> None:
    forms = forms_of(package)
    assert forms
    secret = {
        f"{form.__qualname__}.{name}"
        for form in forms
        for name in dir(form)
        if isinstance(field := getattr(form, name), UnboundField) and issubclass(field.field_class, SecretField)
    }
    assert secret or package is plugins
    assert [name for name in sorted(secret) if not errors._is_secret(name.partition(".")[2])] == []


@pytest.mark.parametrize("name", ["holder", "household", "person", "idempotency_key", "again", "reason"])
def test_what_is_no_secret_is_kept(name: str) -> None:
    assert not errors._is_secret(name)


def test_nothing_is_kept_of_a_form_of_another_site(staff: Browser) -> None:
    sessions.lock(session_of(staff))
    for headers in ({}, {"Origin": "http://evil.example"}):
        answer = staff.post(NEW, data={"name": "诸葛明", "csrf_token": "0" * 64}, headers=headers)
        assert answer.status_code == 403
        assert "诸葛明" not in answer.get_data(as_text=True)


def test_the_page_after_signing_in_sends_strangers_to_sign_in(client: Browser) -> None:
    assert "/login?next=/signed-in" in client.get("/signed-in").get_data(as_text=True)
