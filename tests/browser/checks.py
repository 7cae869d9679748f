"""What every page must keep, measured in the browser: axe, sizes of words and targets, no sideways scrolling. Used by the
gallery of the design system and by the crawl through the real pages; nothing here knows an address."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

LAUNCH = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str | None:
    """The system's Chromium, which is installed as a package: nothing is downloaded."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Mode:
    """A way to read: text size, colours, and the width and height of the window."""

    size: str
    theme: str
    width: int
    height: int

    @property
    def viewport(self) -> Any:
        """The window as Playwright takes it."""
        return {"width": self.width, "height": self.height}

    @property
    def is_large(self) -> bool:
        """Whether targets must be 60 px and words 24 px."""
        return self.size != "standard"

    def cookies(self, url: str) -> list[Any]:
        """The cookies in which the site keeps this choice."""
        return [
            {"name": "linli_size", "value": self.size, "url": url},
            {"name": "linli_theme", "value": self.theme, "url": url},
        ]


MODES = {
    "standard": Mode("standard", "light", 360, 740),
    "large": Mode("large", "light", 360, 740),
    "huge": Mode("huge", "light", 360, 740),
    "dark": Mode("standard", "dark", 360, 740),
    "contrast": Mode("standard", "contrast", 360, 740),
    "desktop": Mode("standard", "light", 1280, 800),
}
PHONE, DESKTOP = MODES["standard"], MODES["desktop"]

# Visible words smaller than `least`, and targets smaller than `tap`, as "text: size". A sheet shown as it prints keeps
# the sizes of paper; a link inside a sentence is as high as its line (WCAG 2.5.8, inline).
MEASURE = """([least, tap]) => {
  const seen = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && !s.clipPath.startsWith('inset(50%') };
  const name = e => (e.textContent.trim() || e.getAttribute('aria-label') || e.name || e.tagName).slice(0, 20);
  const small = [], narrow = [];
  for (const e of document.querySelectorAll('body *')) {
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!words || !seen(e) || e.closest('.sheet')) continue;
    if (parseFloat(getComputedStyle(e).fontSize) < least) small.push(name(e) + ': ' + getComputedStyle(e).fontSize);
  }
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!seen(e) || e.classList.contains('skip') || e.closest('.sheet')) continue;
    const whole = e.matches('.card-title a, a.row-title') ? e.closest('.card, .row') : e.closest('label') || e;
    const box = whole.getBoundingClientRect();
    if (box.width < tap - .5 || box.height < tap - .5)
      narrow.push(name(e) + ': ' + Math.round(box.width) + '×' + Math.round(box.height));
  }
  return {small, narrow, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    body: parseFloat(getComputedStyle(document.body).fontSize)};
}"""


# The rules of axe whose verdict hangs on colours, sizes and what these hide. All others judge the document, which is the
# same in every mode of one width: they find nothing in dark colours that they did not find in light ones.
RULES_OF_LOOK = (
    "color-contrast", "link-in-text-block", "scrollable-region-focusable", "aria-hidden-focus", "region", "link-name",
    "button-name",
)  # fmt: skip


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong on the page as it stands, one line per element; `rules` instead of all it has."""
    from axe_playwright_python.sync_playwright import Axe

    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    chosen = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = page.evaluate(
        "options => axe.run(options).then(results => results.violations)", {"resultTypes": ["violations"], **chosen}
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def measured(page: Page, mode: Mode) -> list[str]:
    """Small print, small targets and sideways scrolling on the page as it stands (UX 6, 7 and 8)."""
    return [*sideways(page), *small_targets(page, mode), *small_print(page, mode)]


def sideways(page: Page) -> list[str]:
    """By how much the page scrolls sideways, if it does."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"scrolls sideways by {wide} px"] if wide > 0 else []


def small_targets(page: Page, mode: Mode) -> list[str]:
    """Links, buttons and fields smaller than 44 px (60 px in the large modes)."""
    found = page.evaluate(MEASURE, [0, 60 if mode.is_large else 44])
    return [f"small target {each}" for each in found["narrow"]]


def small_print(page: Page, mode: Mode) -> list[str]:
    """Words under 16 px, or a body text under 18 px (24 px in the large modes)."""
    found = page.evaluate(MEASURE, [16, 0])
    body = [] if found["body"] >= (24 if mode.is_large else 18) else [f"body text {found['body']} px"]
    return [*(f"small print {each}" for each in found["small"]), *body]


def shows_focus(page: Page) -> bool:
    """Whether the element that has the focus is inside the window and drawn with an outline."""
    return bool(
        page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return false;
            const drawn = (x, part) => { const s = getComputedStyle(x, part);
              return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 };
            const around = e.closest('.choice'), r = (around || e).getBoundingClientRect();
            return (drawn(e) || drawn(e, '::after') || around && drawn(around)) && r.width > 0
              && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth }"""
        )
    )
