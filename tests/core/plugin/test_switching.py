"""Enabling is data: switches hold at once, per community, respect requirements, and are audited."""

from __future__ import annotations

import pytest

from core.errors import Forbidden, NotFound, Refused
from core.plugin.states import PluginState
from core.store.audit import AuditEntry, verify
from core.store.community import find_community
from core.store.db import transaction
from core.text import in_language
from tests.core.plugin.conftest import Workshop


def test_a_plugin_is_off_until_it_is_switched_on(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    assert not registry.is_enabled(workshop.west, "garden")
    workshop.enable(registry, "garden")
    state = registry.states(workshop.west)["garden"]
    assert (state.enabled, state.published, state.paused) == (True, False, False)
    assert state.by == "测试员"
    assert not registry.is_enabled(workshop.south, "garden")
    assert not registry.is_enabled(workshop.west, "absent")


def test_another_registry_sees_the_switch_at_once(workshop: Workshop) -> None:
    workshop.plugin("garden")
    one, other = workshop.load(strict=True), workshop.load(strict=True)
    workshop.enable(one, "garden")
    assert other.is_enabled(workshop.west, "garden")
    one.switch(workshop.director(), "garden", enabled=False)
    assert not other.is_enabled(workshop.west, "garden")


def test_publishes_and_pauses(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    with pytest.raises(Refused):
        registry.switch(workshop.director(), "garden", published=True)
    state = registry.switch(workshop.director(), "garden", enabled=True, published=True)
    assert state.published
    assert registry.switch(workshop.director(), "garden", paused=True).paused
    assert not registry.switch(workshop.director(), "garden", paused=False).paused


def test_switching_off_takes_publication_back(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    registry.switch(workshop.director(), "garden", enabled=True, published=True)
    registry.switch(workshop.director(), "garden", enabled=False)
    assert not registry.switch(workshop.director(), "garden", enabled=True).published


def test_needs_the_permission(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    with pytest.raises(Forbidden):
        registry.switch(workshop.store.actor("core.desk"), "garden", enabled=True)


def test_refuses_an_unknown_plugin_or_community(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    with pytest.raises(NotFound):
        registry.switch(workshop.director(), "absent", enabled=True)
    with pytest.raises(NotFound):
        registry.switch(workshop.director("000000000000"), "garden", enabled=True)


def test_every_switch_is_audited_once_and_renews_cached_pages(workshop: Workshop) -> None:
    workshop.plugin("garden")
    registry = workshop.load(strict=True)
    version = find_community(workshop.west).version
    workshop.enable(registry, "garden")
    workshop.enable(registry, "garden")
    entries = list(AuditEntry.select().where(AuditEntry.chain == workshop.west))
    assert [(entry.action, entry.subject, entry.permission) for entry in entries] == [
        ("core.plugin.switched", "core.plugin:garden", "core.plugins.switch")
    ]
    assert verify(workshop.west) is None
    assert find_community(workshop.west).version == version + 1


def test_enabling_needs_what_it_requires(workshop: Workshop) -> None:
    workshop.plugin("soil")
    workshop.plugin("garden", meta="requires=('soil',)")
    registry = workshop.load(strict=True)
    with in_language("en"), pytest.raises(Refused, match="“Garden” needs “Soil”"):
        workshop.enable(registry, "garden")
    workshop.enable(registry, "soil")
    workshop.enable(registry, "garden")
    with in_language("en"), pytest.raises(Refused, match="“Soil” is needed by “Garden”"):
        registry.switch(workshop.director(), "soil", enabled=False)
    registry.switch(workshop.director(), "garden", enabled=False)
    registry.switch(workshop.director(), "soil", enabled=False)
    assert not any(state.enabled for state in registry.states(workshop.west).values())


def test_is_off_while_a_new_requirement_is_not_enabled(workshop: Workshop) -> None:
    workshop.plugin("soil")
    workshop.plugin("garden", meta="requires=('soil',)")
    registry = workshop.load(strict=True)
    workshop.enable(registry, "soil", "garden")
    with transaction():
        PluginState.delete().where(PluginState.plugin == "soil").execute()
    state = registry.states(workshop.west)["garden"]
    assert not state.enabled
    assert state.lacks == ("soil",)
    workshop.enable(registry, "soil")
    assert registry.is_enabled(workshop.west, "garden")


def test_asks_the_plugin_before_it_is_disabled(workshop: Workshop) -> None:
    workshop.plugin("garden", "@hookimpl\ndef can_disable(community): return ['Three beds in ' + community.name + '.']")
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    with in_language("en"), pytest.raises(Refused, match=r"Three beds in 西山社区\."):
        registry.switch(workshop.director(), "garden", enabled=False)
    assert registry.is_enabled(workshop.west, "garden")


def test_a_broken_can_disable_does_not_keep_the_plugin_on(workshop: Workshop) -> None:
    workshop.plugin("garden", "@hookimpl\ndef can_disable(community): return 1 / 0")
    registry = workshop.load()
    workshop.enable(registry, "garden")
    registry.switch(workshop.director(), "garden", enabled=False)
    assert not registry.is_enabled(workshop.west, "garden")
    assert [failure.place for failure in registry.failures("garden")] == ["can_disable"]


def test_tells_the_plugin_that_it_was_enabled(workshop: Workshop) -> None:
    workshop.plugin(
        "garden", "seen = []\n@hookimpl\ndef enabled(community, actor): seen.append((community.code, actor.label))"
    )
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    registry.switch(workshop.director(), "garden", published=True)
    assert workshop.module("garden").seen == [(workshop.west, "测试员")]
