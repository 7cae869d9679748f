"""A screen on the wall: it says when it was switched off, instead of showing the last picture, and comes back by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import look
from tests.browser.crawl import HOME
from tests.browser.demo_site import DIRECTOR, Site, zh

NEXT_LOOK = 16_000  # milliseconds; it asks every 15 seconds


def test_a_screen_says_that_its_module_was_switched_off_and_comes_back(visit: Callable[..., Any], site: Site) -> None:
    director = site.visitor(DIRECTOR)
    made = director.post(f"{HOME}/rooms/desk/screens", name="门厅屏", shows="hall")
    found = re.search(r"/c/\d+/rooms/screen/[\w-]+", made.text)
    assert found
    page = visit()
    page.clock.install()
    page.goto(found[0])
    # By night it says that the rooms are shut.
    heading = page.get_by_role("heading", name=zh("Free now, come in", "rooms")).or_(
        page.get_by_role("heading", name=zh("The rooms are shut now", "rooms"))
    )
    assert heading.is_visible()
    try:
        for module in ("mediation", "rooms"):
            director.post(f"{HOME}/admin/plugins/{module}/switch?enabled=0")
        page.clock.fast_forward(NEXT_LOOK)
        page.get_by_text(zh("This screen is switched off. Please ask the staff.", "rooms")).wait_for()
        look(page, "screen-switched-off")
        assert not heading.count() and page.locator("#screen-clock").inner_text() == ""
        assert not page.locator("#live.is-shown").count(), "nobody in the hall can try again"
    finally:
        for module in ("rooms", "mediation"):
            director.post(f"{HOME}/admin/plugins/{module}/switch?enabled=1&published=1")
    page.clock.fast_forward(NEXT_LOOK)
    heading.wait_for()
    assert page.locator("#screen-clock").inner_text()
