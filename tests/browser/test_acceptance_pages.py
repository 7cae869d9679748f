"""Acceptance points that hold for every page (UX.md 4, 5, 6, 7, 8): a crawl through all of them in the six modes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import checks
from tests.browser.checks import MODES, Mode
from tests.browser.conftest import is_elsewhere
from tests.browser.crawl import Plan, plan
from tests.browser.demo_site import Site

NARROW = {
    "320 px": Mode("standard", "light", 320, 640),
    "320 px, large": Mode("large", "light", 320, 640),
    "200 % zoom of 1280 px": Mode("standard", "light", 640, 400),
}
Findings = dict[str, list[str]]


@pytest.fixture(scope="session")
def pages(site: Site) -> Plan:
    """Every page there is."""
    return plan(site)


@pytest.fixture(scope="session")
def findings(browser: Any, site: Site, pages: Plan) -> dict[str, Findings]:
    """What is wrong in each mode, by kind of fault.

    Every page is opened once and then turned into the modes, which are two attributes of the document and the size of
    the window; that the cookies set these attributes is a test of test_acceptance_reading.
    """
    found: dict[str, Findings] = {name: {kind: [] for kind in KINDS} for name in MODES}
    for who in sorted({stop.who for stop in pages.stops}):
        context = browser.new_context(base_url=site.url, locale="zh-CN", reduced_motion="reduce")
        context.add_cookies(site.visitor(who).cookies())
        page = context.new_page()
        _listen(page, site, found["standard"])
        for stop in pages.stops:
            if stop.who == who:
                turn(page, MODES["standard"])
                answer = page.goto(stop.path)
                assert answer.status == stop.status, f"{stop.path}: {answer.status} instead of {stop.status}"
                for name, mode in MODES.items():
                    for kind, faults in looked_at(page, mode).items():
                        found[name][kind] += [f"{stop.name} {stop.path}: {fault}" for fault in faults]
        context.close()
    return found


KINDS = ("axe", "sideways", "targets", "print", "narrow", "strangers", "console")


def looked_at(page: Any, mode: Mode) -> Findings:
    """The page in one mode; what fits a phone must also fit a narrow or zoomed window."""
    turn(page, mode)
    found = {
        "axe": checks.violations(page, () if mode in (MODES["standard"], MODES["desktop"]) else checks.RULES_OF_LOOK),
        "sideways": checks.sideways(page),
        "targets": checks.small_targets(page, mode),
        "print": checks.small_print(page, mode),
    }
    if mode is MODES["standard"]:
        found["narrow"] = []
        for name, narrow in NARROW.items():
            turn(page, narrow)
            found["narrow"] += [f"{name}: {fault}" for fault in checks.sideways(page)]
    return found


def turn(page: Any, mode: Mode) -> None:
    """Show the page that is open in another mode."""
    page.set_viewport_size(mode.viewport)
    page.evaluate(
        "([size, theme]) => Object.assign(document.documentElement.dataset, {size, theme})", [mode.size, mode.theme]
    )


def _listen(page: Any, site: Site, found: Findings) -> None:
    own = site.url.partition("//")[2]
    page.on("request", lambda sent: found["strangers"].append(sent.url) if is_elsewhere(sent.url, own) else None)
    page.on(
        "console", lambda said: found["console"].append(f"{page.url}: {said.text}") if said.type == "error" else None
    )


in_each_mode = pytest.mark.parametrize("mode", MODES)


def test_no_page_is_forgotten_and_every_link_leads_somewhere(pages: Plan) -> None:
    """Each address of the application is met on the walk; a new page without a link needs a line in crawl.furnish."""
    assert not pages.missing and not pages.broken


@in_each_mode
def test_axe_finds_nothing_on_any_page(findings: Any, mode: str) -> None:
    """UX 5."""
    assert not findings[mode]["axe"], listed(findings[mode]["axe"])


def test_no_page_asks_another_host_for_anything(findings: Any) -> None:
    """UX 4; and the content security policy stops nothing of our own."""
    found = findings["standard"]
    refused = [line for line in found["console"] if "Failed to load resource" not in line]
    assert not found["strangers"] and not refused, listed(found["strangers"] + refused)


@in_each_mode
def test_no_page_scrolls_sideways(findings: Any, mode: str) -> None:
    """UX 6."""
    assert not findings[mode]["sideways"], listed(findings[mode]["sideways"])


@in_each_mode
def test_every_target_is_large_enough_for_a_thumb(findings: Any, mode: str) -> None:
    """UX 7."""
    assert not findings[mode]["targets"], listed(findings[mode]["targets"])


@in_each_mode
def test_nothing_is_printed_small(findings: Any, mode: str) -> None:
    """UX 8, first half."""
    assert not findings[mode]["print"], listed(findings[mode]["print"])


def test_every_page_fits_a_narrow_or_zoomed_window(findings: Any) -> None:
    """UX 6, second half."""
    assert not findings["standard"]["narrow"], listed(findings["standard"]["narrow"])


def listed(faults: list[str]) -> str:
    """One fault a line."""
    return f"{len(faults)} faults\n" + "\n".join(faults)
