"""The design system keeps its promises: every gallery page in six modes is clean under axe, never scrolls sideways, has
targets large enough for a thumb and no small print. Journeys through real pages are tested elsewhere."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from core import text
from tests.browser import checks, gallery
from tests.browser.checks import MODES


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from werkzeug.serving import make_server

    with text.in_language("zh_Hans"):
        server = make_server("127.0.0.1", 0, gallery.create_app(), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("mode", MODES)
def test_every_part_is_accessible_and_large_enough(address: str, browser: Any, mode: str) -> None:
    chosen, faults = MODES[mode], []
    context = browser.new_context(viewport=chosen.viewport)
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    for name in gallery.PAGES:
        page.goto(f"{address}/{name}?size={chosen.size}&theme={chosen.theme}")
        faults += [f"{name}: {fault}" for fault in [*checks.violations(page), *checks.measured(page, chosen)]]
    context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, {"width": 640, "height": 400}])
@pytest.mark.parametrize("size", ["standard", "large", "huge"])
def test_fits_a_narrow_or_zoomed_screen(address: str, browser: Any, size: str, viewport: dict[str, int]) -> None:
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    faults = []
    for name in gallery.PAGES:
        page.goto(f"{address}/{name}?size={size}")
        faults += [f"{name}: {fault}" for fault in checks.sideways(page)]
    context.close()
    assert not faults


def test_the_bottom_bar_never_hides_the_end_of_a_page(address: str, browser: Any) -> None:
    context = browser.new_context(viewport=checks.PHONE.viewport)
    page = context.new_page()
    for size in ("standard", "large", "huge"):
        page.goto(f"{address}/form?size={size}")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        foot = page.locator(".foot-links").bounding_box()
        bar = page.locator(".site-nav").bounding_box()
        assert foot["y"] + foot["height"] <= bar["y"]
    context.close()


def test_f9_or_escape_twice_hides_the_desk(address: str, browser: Any) -> None:
    page = browser.new_page()
    for keys in (["F9"], ["Escape", "Escape"]):
        page.goto(f"{address}/desk")
        page.route("**/hidden", lambda route: route.fulfill(body="hidden"))
        page.evaluate("document.querySelector('[data-hide-screen]').form.action = '/hidden'")
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url("**/hidden")
    page.close()


def test_own_script_stays_small() -> None:
    assert (gallery.ROOT / "core" / "static" / "linli.js").stat().st_size < 4096


def test_every_icon_used_by_the_parts_exists() -> None:
    sprite = (gallery.ROOT / "core" / "static" / "icons.svg").read_text("utf-8")
    known = {symbol.get("id") for symbol in ElementTree.fromstring(sprite)}
    used: set[str] = set()
    for path in (gallery.ROOT / "templates").rglob("*.html"):
        source = path.read_text("utf-8")
        used |= set(re.findall(r'icon(?:_name)?="([a-z0-9-]+)"', source)) | set(
            re.findall(r'icon\("([a-z0-9-]+)"', source)
        )
    assert used <= known
