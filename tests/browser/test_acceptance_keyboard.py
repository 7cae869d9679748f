"""Acceptance point 24 of UX.md: a day at the desk without touching the mouse, the focus visible at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser import checks
from tests.browser.conftest import look
from tests.browser.crawl import HOME
from tests.browser.demo_site import DIRECTOR, Site, zh

FAR = 120


class Keyboard:
    """Hands that only type: every way leads over Tab, and each stop on it must show where it is."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, target: Any, key: str = "Tab") -> Keyboard:
        """Press Tab until `target` has the focus."""
        for _step in range(FAR):
            if target.evaluate("e => e === document.activeElement"):
                return self
            self.page.keyboard.press(key)
            assert checks.shows_focus(self.page), self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"{target} cannot be reached with {key} on {self.page.url}")

    def write(self, target: Any, words: str) -> Keyboard:
        """Go to a field and type."""
        self.to(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(words)
        return self

    def press(self, key: str = "Enter") -> Keyboard:
        """A key at the focus; waits for the page it leads to."""
        self.page.keyboard.press(key)
        self.page.wait_for_load_state()
        return self

    def open(self, target: Any) -> Keyboard:
        """Go to a link or button and press Enter; waits until another page is there."""
        self.to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self


def test_a_day_at_the_desk_by_keyboard_only(visit: Callable[..., Any], site: Site) -> None:
    """Sign in, add a resident, search, edit, print a slip, sign out."""
    page = visit(mode="desktop")
    page.add_init_script("window.print = () => { document.body.dataset.printed = 'yes' }")
    hands = Keyboard(page)
    name, secret = site.credentials(DIRECTOR)
    page.goto(HOME + "/")
    hands.open(page.get_by_role("link", name=zh("Sign in")).first)
    hands.write(page.locator("#name"), name).write(page.locator("#secret"), secret).press()
    page.wait_for_url(f"**{HOME}/desk")

    hands.to(page.locator(".skip")).press()
    assert page.evaluate("document.activeElement.id") == "main", "the way past the navigation"
    page.reload()
    hands.open(page.locator("#desk-nav").get_by_role("link", name=zh("Residents"), exact=True))
    hands.open(page.get_by_role("link", name=zh("Add a resident")))
    hands.write(page.locator("#name"), "欧阳键盘").write(page.locator("#phone"), "13800138099").press()
    page.wait_for_url("**/people/p*")

    hands.write(page.locator("#desk-q"), "oyjp").press()
    page.wait_for_url("**/search?q=oyjp")
    hands.open(page.get_by_role("link", name="欧阳键盘"))
    hands.open(page.get_by_role("link", name=zh("Edit"), exact=True))
    hands.write(page.locator("#birth_year"), "1951").open(page.get_by_role("button", name=zh("Save"), exact=True))
    assert page.get_by_text("195*", exact=True).is_visible()  # whole only for a purpose

    hands.open(page.get_by_role("link", name=zh("Print a slip"), exact=True))
    hands.open(page.get_by_role("button", name=zh("Make the slip")))
    assert page.locator(".slip-code").is_visible()
    look(page, "slip")
    assert not checks.violations(page)
    hands.to(page.get_by_role("button", name=zh("Print"), exact=True)).press()
    assert page.evaluate("document.body.dataset.printed") == "yes"
    hands.open(page.get_by_role("link", name=zh("Back")))

    hands.open(page.get_by_role("button", name=zh("Sign out")).first)
    page.goto(f"{HOME}/desk")
    assert "/login" in page.url


def test_the_menu_of_a_narrow_desk_opens_and_closes_by_keyboard(visit: Callable[..., Any]) -> None:
    """The same desk on a phone: the menu is a place on the page, so that it works without scripts."""
    page = visit(DIRECTOR)
    page.goto(f"{HOME}/desk")
    hands = Keyboard(page)
    hands.to(page.locator(".desk-menu-open")).press()
    link = page.locator("#desk-nav").get_by_role("link", name=zh("Residents"), exact=True)
    assert link.is_visible()
    hands.open(link)
    assert page.url.endswith("/people") and not link.is_visible()


def test_a_resident_books_by_keyboard(visit: Callable[..., Any]) -> None:
    """The portal too: from the first page to the question before a booking."""
    page = visit("resident", mode="desktop")
    page.goto(HOME + "/")
    hands = Keyboard(page)
    hands.open(page.locator(".site-nav a").nth(1))
    hands.open(page.locator(".day-strip a").nth(2))
    hands.open(page.locator(".day-grid td.free a").first)
    hands.to(page.locator("#title"))
