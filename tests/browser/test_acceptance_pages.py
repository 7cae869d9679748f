"""Acceptance points that hold for every page (UX.md 4, 5, 6, 7, 8): a crawl through all of them in the six modes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import checks
from tests.browser.checks import MODES, Mode
from tests.browser.conftest import is_elsewhere
from tests.browser.crawl import Plan, Stop, plan
from tests.browser.demo_site import Site

# The six modes are shared out between two test processes; each walks its own site.
GROUPS = {"standard": "one", "large": "one", "huge": "one", "dark": "two", "contrast": "two", "desktop": "two"}
SMALL = (Mode("standard", "light", 320, 640), Mode("large", "light", 320, 640), Mode("standard", "light", 640, 400))


@pytest.fixture(scope="session")
def pages(site: Site) -> Plan:
    """Every page there is."""
    return plan(site)


@pytest.fixture(scope="session")
def findings(browser: Any, site: Site, pages: Plan) -> Callable[[str], dict[str, list[str]]]:
    """`findings("large")` is what is wrong in that mode, by kind of fault; walked once."""
    walked: dict[str, dict[str, list[str]]] = {}

    def of(mode: str) -> dict[str, list[str]]:
        if mode not in walked:
            walked[mode] = walk(browser, site, pages, MODES[mode])
        return walked[mode]

    return of


def walk(browser: Any, site: Site, pages: Plan, mode: Mode) -> dict[str, list[str]]:
    """Open every page in one mode and note every fault."""
    found: dict[str, list[str]] = {"axe": [], "sideways": [], "targets": [], "print": [], "strangers": [], "console": []}
    for stop, page in opened(browser, site, pages, mode, found):
        for kind, faults in (
            ("axe", checks.violations(page)),
            ("sideways", checks.sideways(page)),
            ("targets", checks.small_targets(page, mode)),
            ("print", checks.small_print(page, mode)),
        ):
            found[kind] += [f"{stop.name} {stop.path}: {fault}" for fault in faults]
    return found


def opened(
    browser: Any, site: Site, pages: Plan, mode: Mode, found: dict[str, list[str]]
) -> Iterator[tuple[Stop, Any]]:
    """Each page in turn, open in the browser of the one who may see it; notes foreign requests and console errors."""
    own = site.url.partition("//")[2]
    for who in sorted({stop.who for stop in pages.stops}):
        context = browser.new_context(viewport=mode.viewport, base_url=site.url, locale="zh-CN")
        context.add_cookies([*mode.cookies(site.url), *site.visitor(who).cookies()])
        page = context.new_page()
        page.on("request", lambda r: found["strangers"].append(r.url) if is_elsewhere(r.url, own) else None)
        page.on("console", lambda m: found["console"].append(f"{page.url}: {m.text}") if m.type == "error" else None)
        for stop in pages.stops:
            if stop.who == who:
                answer = page.goto(stop.path)
                assert answer.status == stop.status, f"{stop.path}: {answer.status} instead of {stop.status}"
                yield stop, page
        context.close()


def in_each_mode(test: Any) -> Any:
    """Run the test in each of the six modes, those of one process together."""
    marks = [pytest.param(mode, marks=pytest.mark.xdist_group(f"pages-{group}")) for mode, group in GROUPS.items()]
    return pytest.mark.parametrize("mode", marks)(test)


@pytest.mark.xdist_group("pages-one")
def test_no_page_is_forgotten_and_every_link_leads_somewhere(pages: Plan) -> None:
    """Each address of the application is met on the walk; a new page without a link needs a line in crawl.furnish."""
    assert not pages.missing and not pages.broken


@in_each_mode
def test_axe_finds_nothing_on_any_page(findings: Any, mode: str) -> None:
    """UX 5."""
    assert not findings(mode)["axe"], listed(findings(mode)["axe"])


@in_each_mode
def test_no_page_asks_another_host_for_anything(findings: Any, mode: str) -> None:
    """UX 4; and the content security policy stops nothing of our own."""
    refused = [line for line in findings(mode)["console"] if "Failed to load resource" not in line]
    assert not findings(mode)["strangers"] and not refused, listed(refused)


@in_each_mode
def test_no_page_scrolls_sideways(findings: Any, mode: str) -> None:
    """UX 6."""
    assert not findings(mode)["sideways"], listed(findings(mode)["sideways"])


@in_each_mode
def test_every_target_is_large_enough_for_a_thumb(findings: Any, mode: str) -> None:
    """UX 7."""
    assert not findings(mode)["targets"], listed(findings(mode)["targets"])


@in_each_mode
def test_nothing_is_printed_small(findings: Any, mode: str) -> None:
    """UX 8, first half."""
    assert not findings(mode)["print"], listed(findings(mode)["print"])


@pytest.mark.xdist_group("pages-two")
@pytest.mark.parametrize("mode", SMALL, ids=["320 px", "320 px, large", "200 % zoom"])
def test_every_page_fits_a_narrow_or_zoomed_window(browser: Any, site: Site, pages: Plan, mode: Mode) -> None:
    """UX 6, second half: 1280 px at 200 % are 640 px."""
    faults = [
        f"{stop.name} {stop.path}: {fault}"
        for stop, page in opened(browser, site, pages, mode, {"strangers": [], "console": []})
        for fault in checks.sideways(page)
    ]
    assert not faults, listed(faults)


def listed(faults: list[str]) -> str:
    """One fault a line."""
    return f"{len(faults)} faults\n" + "\n".join(faults)
