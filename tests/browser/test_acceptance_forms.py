"""Acceptance points about forms (UX.md 12, 14 and 15): Chinese input methods, failures of ours, mistakes of theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import checks
from tests.browser.checks import MODES
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day, room
from tests.browser.demo_site import DIRECTOR, Site, demo_site, zh

# --------------------------------------------------------------------------- input methods


@pytest.mark.parametrize(
    ("who", "path", "box"),
    [(DIRECTOR, f"{HOME}/people", "#people-q"), ("", f"{HOME}/", "main input[name=q]")],
    ids=["residents at the desk", "services on the first page"],
)
def test_a_composed_word_is_one_search_and_enter_inside_it_submits_nothing(
    visit: Callable[..., Any], who: str, path: str, box: str
) -> None:
    """UX 12."""
    page = visit(who, mode="desktop")
    page.goto(path)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "q=" in request.url else None)
    page.locator(box).click()
    keys = page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zha", "zhan", "zhang"):
        keys.send("Input.imeSetComposition", {"text": letters, "selectionStart": 5, "selectionEnd": 5})
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    assert sent == [] and page.url.endswith(path)
    with page.expect_response(lambda response: "q=" in response.url):
        keys.send("Input.insertText", {"text": "张"})
    page.wait_for_timeout(600)
    assert len(sent) == 1 and page.locator(box).input_value() == "张"


def test_enter_while_composing_does_not_send_a_form(visit: Callable[..., Any], site: Site) -> None:
    """UX 12, in a form that posts: Enter takes the word over, the next Enter sends."""
    page = visit("resident")
    page.goto(f"{HOME}/rooms/{room(site, '图书阅览室')}/book?date={coming_day(1)}&start=09:00&end=10:00")
    page.locator("#title").click()
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "dushu", "selectionStart": 5, "selectionEnd": 5})
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url.partition("?")[0].endswith("/book")
    keys.send("Input.insertText", {"text": "读书"})
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/booking/*")
    assert page.get_by_text("读书").is_visible()


# --------------------------------------------------------------------------- failures of ours

FAULTY = """
from flask import Blueprint, request
from core import Declaration, Form, Meta, TextAreaField, after_post, hookimpl, page, url, view

META = Meta("notes", "便条", "1.0")
pages = Blueprint("notes", __name__)
asked = []


class NoteForm(Form):
    text = TextAreaField("便条", required=True)


@pages.route("/write", methods=["GET", "POST"])
@view(public=True)
def write():
    form = NoteForm.from_request()
    if request.method == "POST" and form.validate():
        asked.append(form.text.data)
        if len(asked) % 2:
            raise RuntimeError("the disk of the machine is on fire")
        return after_post(url(".thanks", text=form.text.data))
    return page("notes/write.html", form=form)


@pages.get("/thanks")
@view(public=True)
def thanks():
    return page("notes/thanks.html", text=request.args["text"])


@hookimpl
def declare():
    return Declaration(blueprint=pages)
"""
WRITE = """{% extends "portal.html" %}{% block main %}{{ ui.page_head("便条") }}{{ ui.form_start(form=form) }}
{{ ui.field(form.text) }}{{ ui.button("送出") }}{{ ui.form_end() }}{% endblock %}"""
THANKS = """{% extends "portal.html" %}{% block main %}{{ ui.page_head("收到") }}<p>{{ text }}</p>{% endblock %}"""


def plant(instance: Path) -> None:
    """Write a plugin into an instance whose form fails at every first try."""
    package = instance / "plugins" / "notes-1.0" / "linli_notes"
    templates, info = package / "templates" / "notes", package.parent / "linli_notes-1.0.dist-info"
    templates.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text(FAULTY, "utf-8")
    (templates / "write.html").write_text(WRITE, "utf-8")
    (templates / "thanks.html").write_text(THANKS, "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: linli-notes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[linli.plugins]\nnotes = linli_notes\n")


@pytest.fixture(scope="module")
def faulty_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo without residents in which that plugin is installed and published."""
    folder = tmp_path_factory.mktemp("faulty") / "instance"
    plant(folder)
    running = demo_site(folder, "--no-residents")
    yield running
    running.stop()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_failure_of_ours_keeps_what_was_typed_and_says_what_to_do(
    visit: Callable[..., Any], faulty_site: Site, javascript: bool
) -> None:
    """UX 14."""
    page = visit(url=faulty_site.url, javascript=javascript)
    page.goto(f"{HOME}/notes/write")
    page.locator("#text").fill("楼上漏水，\n“请”来看看 <b>")
    answer = follow(page, page.get_by_role("button", name="送出"))
    assert answer.status == 500 and not page.get_by_text("RuntimeError").count()
    look(page, "failure-of-ours")
    told = page.locator("main").inner_text()
    assert zh("Something went wrong on our side. Nothing was changed.") in told
    assert re.search(r"\b[A-Z0-9]{6}\b", page.locator(".reference").inner_text())
    for secret in ("Traceback", "on fire", "linli_notes", 'File "'):
        assert secret not in page.content()
    if javascript:
        assert not checks.violations(page) and not checks.measured(page, MODES["standard"])
    follow(page, page.get_by_role("button", name=zh("Send again")))
    assert page.get_by_role("heading", name="收到").is_visible()
    assert page.get_by_text("“请”来看看 <b>").is_visible()


def test_the_office_finds_the_failure_by_its_number(faulty_site: Site) -> None:
    """UX 14: the number on the page stands in the log beside the cause."""
    visitor = faulty_site.visitor("")
    failed = [
        answer
        for answer in (visitor.post(f"{HOME}/notes/write", text="灯") for _try in range(2))
        if answer.status == 500
    ]
    number = re.search(r'class="reference num">([A-Z0-9]{6})<', failed[0].text)
    log = (faulty_site.folder / "logs" / "linli.log").read_text("utf-8")
    assert number and number[1] in log and "on fire" in log


# --------------------------------------------------------------------------- mistakes of theirs


def test_mistakes_are_listed_linked_and_focused(visit: Callable[..., Any], site: Site) -> None:
    """UX 15, on a phone with scripts."""
    page = visit()
    page.goto(f"{HOME}/rooms/{room(site, '书画室')}/book?date={coming_day(1)}&start=15:00&end=15:00")
    page.locator("#people").fill("0")
    page.locator("#title").fill("写字")
    answer = follow(page, page.get_by_role("button", name=zh("Book", "rooms")))
    assert answer.status == 422
    look(page, "mistakes")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    links = page.locator(".error-summary a")
    for index in range(links.count()):
        target = links.nth(index).get_attribute("href")
        field = page.locator(target)
        error = page.locator(f"{target}-error")
        assert field.get_attribute("aria-invalid") == "true"
        assert f"{target[1:]}-error" in field.get_attribute("aria-describedby")
        assert error.is_visible() and len(error.inner_text()) > 3
        assert error.locator("svg").count() == 1, "words and an icon, never colour alone"
    links.last.click()
    assert page.evaluate("document.activeElement.id") == links.last.get_attribute("href")[1:]
    assert page.locator("#title").input_value() == "写字"
    assert not checks.violations(page) and not checks.measured(page, MODES["standard"])


def test_mistakes_are_listed_without_scripts_too(visit: Callable[..., Any]) -> None:
    """UX 15, without scripts; a wrong PIN is never shown again, the name is."""
    page = visit(javascript=False)
    page.goto("/login")
    page.locator("#name").fill("没有这个人")
    page.locator("#secret").fill("000000")
    follow(page, page.get_by_role("button", name=zh("Sign in")))
    assert page.locator(".error-summary").is_visible()
    assert page.locator("#name").input_value() == "没有这个人" and page.locator("#secret").input_value() == ""


@pytest.mark.parametrize("mode", MODES)
def test_pages_with_mistakes_and_alternatives_keep_every_rule(visit: Callable[..., Any], site: Site, mode: str) -> None:
    """UX 5 to 8 on the answers that only a post brings about: 422 and 409."""
    page, when = visit(mode=mode), f"date={coming_day(6)}&start=09:00&end=10:00"
    for path, status in (
        (f"{HOME}/rooms/{room(site, '舞蹈排练室')}/book?{when}", 422),
        ("/login", 422),
        ("/slip", 422),
    ):
        page.goto(path)
        answer = follow(page, page.locator("main form[method=post] button.is-primary").last)
        assert answer.status == status
        assert not [*checks.violations(page), *checks.measured(page, MODES[mode])], path
    take(site, when)
    page.goto(f"{HOME}/rooms/{room(site, '舞蹈排练室')}/book?{when}")
    page.locator("#guest_name").fill("迟来的人")
    answer = follow(page, page.get_by_role("button", name=zh("Book", "rooms"), exact=True))
    assert answer.status == 409
    look(page, f"taken-{mode}")
    assert not [*checks.violations(page), *checks.measured(page, MODES[mode])]


def take(site: Site, when: str) -> None:
    """Let somebody else have the hour."""
    fields = dict(pair.split("=") for pair in when.split("&"))
    site.visitor("third").post(f"{HOME}/rooms/{room(site, '舞蹈排练室')}/book", title="排练", **fields)
