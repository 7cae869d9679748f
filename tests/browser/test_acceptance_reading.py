"""Acceptance points about reading (UX.md 8 and 10): the text size stays, and Back never shows half a page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import follow
from tests.browser.crawl import HOME
from tests.browser.demo_site import DIRECTOR, Site, zh

A_YEAR = 365 * 86_400


def test_the_text_size_stays_on_every_page_and_after_a_restart(visit: Callable[..., Any], site: Site) -> None:
    """UX 8, second half: one tap, no account; the browser and the server are both started again."""
    page = visit()
    page.goto(HOME + "/")
    follow(page, page.get_by_role("button", name=zh("Larger text")))
    assert page.url == site.home and shown(page) == ("large", "light")
    follow(page, page.get_by_role("button", name=zh("Dark")))
    page.goto(f"{HOME}/rooms/day")
    assert shown(page) == ("large", "dark")
    kept = page.context.storage_state()
    until = {cookie["name"]: cookie["expires"] for cookie in kept["cookies"]}
    assert until["linli_size"] > time.time() + A_YEAR and until["linli_theme"] > time.time() + A_YEAR

    site.stop()
    site.start()
    again = visit(storage_state=kept, mode=None)
    again.goto(f"{HOME}/office")
    assert shown(again) == ("large", "dark")
    assert again.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 24
    follow(again, again.get_by_role("button", name=zh("Largest text")))
    follow(again, again.get_by_role("button", name=zh("Standard text")))
    assert shown(again) == ("standard", "dark")


def shown(page: Any) -> tuple[str, str]:
    """The size and the colours a page is shown in."""
    return tuple(page.evaluate("[document.documentElement.dataset.size, document.documentElement.dataset.theme]"))


def test_back_and_forward_after_a_live_search_show_a_full_page(visit: Callable[..., Any]) -> None:
    """UX 10, at the desk."""
    page = visit(DIRECTOR, mode="desktop")
    page.goto(f"{HOME}/people")
    search(page, page.locator("#people-q"), "张")
    follow(page, page.locator("#results").get_by_role("rowheader").get_by_role("link").first)
    assert_is_whole(page)
    page.go_back()
    assert_is_whole(page)
    assert page.locator("#people-q").is_visible()
    page.go_forward()
    assert_is_whole(page)
    page.reload()
    assert_is_whole(page)


def test_back_after_a_search_on_the_first_page_shows_a_full_page(visit: Callable[..., Any]) -> None:
    """UX 10, for a resident's phone, whose pages browsers may keep."""
    page = visit()
    page.goto(HOME + "/")
    search(page, page.locator("main input[name=q]"), "yuyue")
    follow(page, page.locator("main .tile, main .row-title").first)
    assert_is_whole(page)
    page.go_back()
    assert_is_whole(page)
    page.go_forward()
    assert_is_whole(page)


def test_back_after_a_swapped_phone_number_shows_a_full_page(visit: Callable[..., Any]) -> None:
    """UX 10, after a post by htmx; the number that was shown is masked again."""
    page = visit(DIRECTOR, mode="desktop")
    page.goto(f"{HOME}/people?q=138")
    follow(page, page.locator("#results").get_by_role("rowheader").get_by_role("link").first)
    with page.expect_response("**/phone"):
        page.get_by_role("button", name=zh("To reach the person")).click()
    page.locator("#masked a[href^='tel:']").first.wait_for()
    follow(page, page.get_by_role("link", name=zh("Residents"), exact=True).first)
    page.go_back()
    assert_is_whole(page)
    assert page.get_by_role("button", name=zh("To reach the person")).is_visible()


def search(page: Any, box: Any, words: str) -> None:
    """Type into a live search and wait until its answer is on the page."""
    box.click()
    with page.expect_response(lambda response: "q=" in response.url):
        box.press_sequentially(words)
    # A function: an expression would be evaluated by the page itself, which its policy forbids.
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def assert_is_whole(page: Any) -> None:
    """A page with its title, its head line, its navigation and its style sheets at work."""
    page.wait_for_load_state()
    assert page.title() and page.locator("h1").count() == 1
    assert page.locator("header").is_visible() and page.locator("nav").count()
    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "PingFang" in family and page.evaluate("document.styleSheets.length") >= 3
