"""Tests of the project use the fixtures that plugin authors use, one Chromium per process (Playwright bears no second one beside
it), and leave no unpacked plugin behind in their process."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from core.plugin import discovery
from tests.browser.checks import LAUNCH, find_chromium

pytest_plugins = ["core.testing"]
LONGEST = ("test_acceptance_pages.py", "test_form_fuzz.py")
"""Files that take many minutes each: two processes begin with them, or one of them would run alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the others stay in their order."""
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture(autouse=True)
def no_plugin_left_behind() -> Iterator[None]:
    """Unpacked plugins are put on `sys.path`, which processes that a later test starts would inherit."""
    path, modules, unpacked = list(sys.path), set(sys.modules), set(discovery._unpacked)
    yield
    sys.path[:] = path
    discovery._unpacked.intersection_update(unpacked)
    for name in [name for name in sys.modules if name.startswith("linli_") and name not in modules]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    from core.testing import (
        do_without,
    )  # not above: pytest rewrites the asserts of a plugin that nobody has imported yet

    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        do_without("browser", "playwright is not installed")
    found = find_chromium()
    if not found:
        do_without("browser", "chromium is not installed")
    with sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=found, args=LAUNCH)
        yield chromium
        chromium.close()
