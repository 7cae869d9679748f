"""Services: there where their plugin is enabled, None everywhere else."""

from __future__ import annotations

import pytest

from core.plugin import current, services
from core.plugin.registry import active
from tests.core.plugin.conftest import Workshop

OFFERS = "@hookimpl\ndef declare(): return Declaration(services=(Service('garden.Beds/1', object, 'beds'),))"


def test_gives_the_implementation_where_the_plugin_is_enabled(workshop: Workshop) -> None:
    workshop.plugin("garden", OFFERS)
    registry = workshop.load(strict=True)
    assert services.get("garden.Beds/1", workshop.west) is None
    workshop.enable(registry, "garden")
    assert services.get("garden.Beds/1", workshop.west) == "beds"
    assert services.get("garden.Beds/1", workshop.south) is None
    assert services.get("garden.Beds/2", workshop.west) is None


def test_needs_an_active_registry(workshop: Workshop) -> None:
    registry = workshop.load()
    assert active() is registry
    current.set_active(None)
    with pytest.raises(RuntimeError):
        services.get("garden.Beds/1", workshop.west)
