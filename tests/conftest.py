"""Tests of the project use the fixtures that plugin authors use, and leave no unpacked plugin behind in their process."""

import sys
from collections.abc import Iterator

import pytest

from core.plugin import discovery

pytest_plugins = ["core.testing"]


@pytest.fixture(autouse=True)
def no_plugin_left_behind() -> Iterator[None]:
    """Unpacked plugins are put on `sys.path`, which processes that a later test starts would inherit."""
    path, modules, unpacked = list(sys.path), set(sys.modules), set(discovery._unpacked)
    yield
    sys.path[:] = path
    discovery._unpacked.intersection_update(unpacked)
    for name in [name for name in sys.modules if name.startswith("linli_") and name not in modules]:
        del sys.modules[name]
