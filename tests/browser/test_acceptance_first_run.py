"""Acceptance points about the first run (UX.md 2 and 3), and the journey from the first page to the first booking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import checks
from tests.browser.checks import MODES
from tests.browser.conftest import follow, look
from tests.browser.crawl import HOME, coming_day
from tests.browser.demo_site import CODE, ROOT, Site, zh

PASSWORD = "雨伞-蓝鲸-车站-豆浆-九"
SCREENS = 5
ANSWERS = (
    {"name": "西山社区", "code": CODE},
    {"address": "西山路 218 号邻里中心一楼", "duty_phone": "0573-87001234", "office_hours": "周一至周五 8:30–17:00"},
    {},
    {"owner_label": "陈晓燕", "owner": "chenxiaoyan", "password": PASSWORD, "password_again": PASSWORD},
)


@pytest.fixture
def new_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server in front of an empty folder."""
    running = Site(tmp_path_factory.mktemp("new") / "instance").start()
    yield running
    running.stop()


@pytest.fixture
def proxied_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same behind a reverse proxy, so that a browser can say from which address it comes."""
    folder = tmp_path_factory.mktemp("proxied") / "instance"
    folder.mkdir()
    (folder / "config.toml").write_text("proxies = 1\n")
    running = Site(folder).start()
    yield running
    running.stop()


def fill(page: Any, answers: dict[str, str]) -> None:
    """Fill in a screen and go on."""
    for name, value in answers.items():
        page.locator(f"[name={name}]").fill(value)
    follow(page, page.locator("main form button[type=submit]").last)


def set_up(page: Any) -> None:
    """Go through all screens."""
    page.goto("/")
    for answers in ANSWERS:
        fill(page, answers)


def test_the_first_run_has_few_screens_each_field_an_example_and_a_next_action(
    visit: Callable[..., Any], new_site: Site
) -> None:
    """UX 2, on a phone."""
    page = visit(url=new_site.url)
    page.goto("/")
    for number, answers in enumerate(ANSWERS, 1):
        assert page.url.startswith(f"{new_site.url}/setup")
        look(page, f"first-run-{number}")
        assert page.locator(".steps li").nth(number - 1).get_attribute("aria-current") == "step"
        for field in page.locator(
            "main :is(input:not([type=hidden]):not([type=checkbox]):not([type=file]), textarea)"
        ).all():
            about = field.get_attribute("aria-describedby")
            hint = page.locator(f"#{about}").inner_text() if about else ""
            assert "例如" in hint or field.get_attribute("name") == "password_again", (
                f"no example for {field.get_attribute('name')}"
            )
        for mode in MODES.values():
            page.set_viewport_size(mode.viewport)
            assert not [*checks.violations(page), *checks.measured(page, MODES["standard"])]
        page.set_viewport_size(MODES["standard"].viewport)
        fill(page, answers)
    assert f"{HOME}/admin/first-steps" in page.url
    assert len(ANSWERS) + 1 <= SCREENS and page.locator(".steps li").count() <= SCREENS
    look(page, "first-run-5")
    action = page.locator("main a.button.is-primary")
    assert action.count() == 1
    follow(page, action)
    assert page.url == f"{new_site.url}{HOME}/roster"


def test_the_set_up_is_gone_for_good_even_without_its_configuration(visit: Callable[..., Any], new_site: Site) -> None:
    """UX 3, first half."""
    page = visit(url=new_site.url)
    set_up(page)
    config = new_site.folder / "config.toml"
    for _round in range(2):
        for path in ("/setup", "/setup/code", "/setup/office", "/setup/modules", "/setup/owner"):
            assert page.goto(path).status == 404
            assert visit(url=new_site.url).goto(path).status == 404
        new_site.stop()
        config.unlink(missing_ok=True)
        new_site.start()


def test_before_it_another_device_needs_the_printed_code(visit: Callable[..., Any], proxied_site: Site) -> None:
    """UX 3, second half."""
    phone = visit(url=proxied_site.url, extra_http_headers={"X-Forwarded-For": "192.168.1.20"})
    for path in ("/", "/setup", "/setup/office", "/setup/owner", "/login"):
        phone.goto(path)
        assert phone.url == f"{proxied_site.url}/setup/code"
    fill(phone, {"code": "AAAA AAAA"})
    assert phone.locator(".error-summary").is_visible()
    code = re.search(r"\b[A-Z0-9]{4} ?[A-Z0-9]{4}\b", proxied_site.printed)
    assert code, proxied_site.printed
    fill(phone, {"code": code[0].lower()})
    assert phone.url == f"{proxied_site.url}/setup" and phone.locator("[name=name]").is_visible()
    stranger = visit(url=proxied_site.url, extra_http_headers={"X-Forwarded-For": "192.168.1.21"})
    stranger.goto("/setup")
    fill(stranger, {"code": code[0]})
    assert stranger.url.endswith("/setup/code"), "the code works once"
    own = visit(url=proxied_site.url, extra_http_headers={"X-Forwarded-For": "127.0.0.1"})
    own.goto("/")
    assert own.url == f"{proxied_site.url}/setup"


def test_a_newcomer_gets_from_the_first_page_to_the_first_booking(visit: Callable[..., Any], new_site: Site) -> None:
    """The journey of the README: list of divisions, wizard, a room, and a resident's phone that books it."""
    page = visit(url=new_site.url, mode="desktop")
    page.goto("/")
    page.locator("[name=divisions]").set_input_files(
        ROOT / "core" / "operate" / "demo_data" / "divisions-330481001.csv"
    )
    fill(page, {})
    page.locator("[name=choice]").select_option(CODE)
    fill(page, {})
    for answers in ANSWERS[1:]:
        fill(page, answers)
    follow(page, page.locator("#desk-nav").get_by_role("link", name=zh("Rooms today", "rooms")))
    look(page, "first-venue")
    page.locator("[name=weekend]").check()
    follow(page, page.locator("main form[method=post] button[type=submit]").last)
    phone = visit(url=new_site.url)
    phone.goto("/")
    assert phone.url == new_site.home
    follow(phone, phone.locator(".site-nav a").nth(1))
    phone.goto(f"{HOME}/rooms/day?date={coming_day(1)}")
    follow(phone, phone.get_by_role("link", name=zh("free", "rooms")).first)
    phone.locator("[name=guest_name]").fill("第一位居民")
    follow(phone, phone.get_by_role("button", name=zh("Book", "rooms")))
    assert "/rooms/booking/" in phone.url
    page.goto(f"{HOME}/rooms/desk?date={coming_day(1)}")
    assert page.get_by_text("第一位居民").first.is_visible()
