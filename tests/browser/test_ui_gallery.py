"""The design system keeps its promises: every gallery page in six modes is clean under axe, never scrolls sideways, has
targets large enough for a thumb and no small print. Journeys through real pages are tested elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from core import text
from tests.browser import gallery

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    not CHROMIUM and not os.environ.get("LINLI_TEST_BROWSER"),
    reason="chromium is not installed",
)

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
MODES = {
    "standard": ("standard", "light", PHONE),
    "large": ("large", "light", PHONE),
    "huge": ("huge", "light", PHONE),
    "dark": ("standard", "dark", PHONE),
    "contrast": ("standard", "contrast", PHONE),
    "desktop": ("standard", "light", DESKTOP),
}

# Visible words smaller than `least`, and targets smaller than `tap`, as "text: size".
MEASURE = """([least, tap]) => {
  const seen = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && !s.clipPath.startsWith('inset(50%') };
  const small = [], narrow = [];
  for (const e of document.querySelectorAll('body *')) {
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (words && seen(e) && parseFloat(getComputedStyle(e).fontSize) < least) small.push(e.textContent.trim().slice(0, 20) + ': ' + getComputedStyle(e).fontSize);
  }
  for (const e of document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')) {
    if (!seen(e) || e.classList.contains('skip')) continue;
    const box = (e.closest('label') || e).getBoundingClientRect();
    const after = e.matches('.card-title a, a.row-title') ? e.closest('.card, .row').getBoundingClientRect() : box;
    if (after.width < tap - .5 || after.height < tap - .5) narrow.push((e.textContent.trim() || e.name).slice(0, 20) + ': ' + Math.round(after.width) + '×' + Math.round(after.height));
  }
  return {small, narrow, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    body: parseFloat(getComputedStyle(document.body).fontSize)};
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from werkzeug.serving import make_server

    with text.in_language("zh_Hans"):
        server = make_server("127.0.0.1", 0, gallery.create_app(), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_part_is_accessible_and_large_enough(
    address: str, browser: object, mode: str
) -> None:
    size, theme, viewport = MODES[mode]
    large = size != "standard"
    faults: list[str] = []
    context = browser.new_context(viewport=viewport)  # type: ignore[attr-defined]
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            faults.append(message.text) if message.type == "error" else None
        ),
    )
    for name in gallery.PAGES:
        page.goto(f"{address}/{name}?size={size}&theme={theme}")
        for violation in axe.Axe().run(page).response["violations"]:
            faults += [
                f"{name}: {violation['id']} {node['html'][:120]}"
                for node in violation["nodes"]
            ]
        found = page.evaluate(MEASURE, [16, 60 if large else 44])
        faults += [f"{name}: small print {each}" for each in found["small"]]
        faults += [f"{name}: small target {each}" for each in found["narrow"]]
        if found["wide"] > 0:
            faults.append(f"{name}: scrolls sideways by {found['wide']} px")
        if found["body"] < (24 if large else 18):
            faults.append(f"{name}: body text {found['body']} px")
    context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "viewport", [{"width": 320, "height": 640}, {"width": 640, "height": 400}]
)
@pytest.mark.parametrize("size", ["standard", "large", "huge"])
def test_fits_a_narrow_or_zoomed_screen(
    address: str, browser: object, size: str, viewport: dict[str, int]
) -> None:
    context = browser.new_context(viewport=viewport)  # type: ignore[attr-defined]
    page = context.new_page()
    faults = []
    for name in gallery.PAGES:
        page.goto(f"{address}/{name}?size={size}")
        if page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ):
            faults.append(name)
    context.close()
    assert not faults


def test_the_bottom_bar_never_hides_the_end_of_a_page(
    address: str, browser: object
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[attr-defined]
    page = context.new_page()
    for size in ("standard", "large", "huge"):
        page.goto(f"{address}/form?size={size}")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        foot = page.locator(".foot-links").bounding_box()
        bar = page.locator(".site-nav").bounding_box()
        assert foot["y"] + foot["height"] <= bar["y"]
    context.close()


def test_a_form_with_errors_takes_the_focus_to_their_list(
    address: str, browser: object
) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address}/form")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.locator(".error-summary a").last.click()
    assert page.evaluate("document.activeElement.id") == "who-0"
    page.close()


def test_a_composed_word_is_one_search_and_enter_inside_it_sends_nothing(
    address: str, browser: object
) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address}/portal")
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(request.url) if "q=" in request.url else None,
    )
    page.locator("#search-q").focus()
    keys = page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zha", "zhang"):
        keys.send(
            "Input.imeSetComposition",
            {
                "text": letters,
                "selectionStart": len(letters),
                "selectionEnd": len(letters),
            },
        )
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert sent == [] and page.url.endswith("/portal")
    keys.send("Input.insertText", {"text": "张"})
    page.wait_for_timeout(800)
    assert len(sent) == 1
    page.close()


def test_a_double_click_sends_one_form(address: str, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address}/confirm")
    sent: list[str] = []
    page.route("**/", lambda route: (sent.append(route.request.method), route.abort()))
    page.evaluate(
        "() => { const b = document.querySelector('.confirm button'); b.click(); b.click(); }"
    )
    page.wait_for_timeout(300)
    assert sent == ["POST"]
    page.close()


def test_f9_or_escape_twice_hides_the_desk(address: str, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    for keys in (["F9"], ["Escape", "Escape"]):
        page.goto(f"{address}/desk")
        page.route("**/hidden", lambda route: route.fulfill(body="hidden"))
        page.evaluate("document.querySelector('[data-hide-screen]').href = '/hidden'")
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
