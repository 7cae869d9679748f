"""Fixtures of the browser tests: one demo site per test process, and pages as different people see them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.checks import MODES
from tests.browser.demo_site import Site, demo_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo community behind a real server; shared, so every test uses rooms and times of its own."""
    running = demo_site(tmp_path_factory.mktemp("site") / "instance")
    yield running
    running.stop()


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """`visit("zhuren", mode="large", javascript=False)` is a new page in a browser of its own, signed in; `url` is another
    site than the shared one, `mode=None` leaves the choices of its `storage_state`.

    At the end, a request to any other host fails the test (UX 4).
    """
    contexts, strangers = [], []

    def open_page(who: str = "", mode: str | None = "standard", url: str = "", **options: Any) -> Any:
        chosen = MODES[mode or "standard"]
        options.setdefault("viewport", chosen.viewport)
        if "javascript" in options:
            options["java_script_enabled"] = options.pop("javascript")
        context = browser.new_context(base_url=url or site.url, locale="zh-CN", **options)
        contexts.append(context)
        context.set_default_timeout(60_000)  # patience costs nothing where a click is heard
        context.add_cookies(chosen.cookies(url or site.url) if mode else [])
        context.add_cookies([] if url else site.visitor(who).cookies())
        own = urlsplit(url or site.url).netloc
        context.on("request", lambda request: strangers.append(request.url) if is_elsewhere(request.url, own) else None)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not strangers


def follow(page: Any, button: Any) -> Any:
    """Press a button or a link and wait for the page it leads to; returns the answer that page came with."""
    with page.expect_navigation() as coming:
        button.click()
    return coming.value


def look(page: Any, name: str) -> None:
    """Keep a picture of the page as it stands, when LINLI_TEST_SHOTS names a folder; for pages only a journey meets."""
    folder = os.environ.get("LINLI_TEST_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def is_elsewhere(url: str, own: str) -> bool:
    """Whether a request leaves the site (`own` is its host and port)."""
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.netloc != own
