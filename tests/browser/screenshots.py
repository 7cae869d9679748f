"""`python -m tests.browser.screenshots FOLDER [PART OF A NAME]`: every page as phone, large phone and desktop see it, into
files to look at. The pages are those of the acceptance crawl."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.checks import LAUNCH, MODES, find_chromium
from tests.browser.crawl import plan
from tests.browser.demo_site import Site, demo_site

SHOWN = {"phone": "standard", "large": "large", "desktop": "desktop"}


def main(folder: Path, part: str = "") -> None:
    """Build the demo, walk it, and take the pictures whose name contains `part`."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as engine:
        site = demo_site(Path(place) / "instance")
        try:
            browser = engine.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
            stops = [stop for stop in plan(site).stops if part in stop.name]
            for name, mode in SHOWN.items():
                (folder / name).mkdir(parents=True, exist_ok=True)
                print(f"{name}: {len(stops)} pages")
                for who in sorted({stop.who for stop in stops}):
                    _take(browser, site, who, mode, [stop for stop in stops if stop.who == who], folder / name)
            browser.close()
        finally:
            site.stop()


def _take(browser: Any, site: Site, who: str, mode: str, stops: list[Any], folder: Path) -> None:
    context = browser.new_context(viewport=MODES[mode].viewport, base_url=site.url, locale="zh-CN")
    context.add_cookies([*MODES[mode].cookies(site.url), *site.visitor(who).cookies()])
    page = context.new_page()
    for stop in stops:
        page.goto(stop.path)
        page.screenshot(path=folder / f"{stop.name}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit("python -m tests.browser.screenshots FOLDER [PART OF A NAME]")
    main(Path(sys.argv[1]), *sys.argv[2:])
