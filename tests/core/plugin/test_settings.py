"""Settings: typed, of a community or of the site, changed by whoever may, and audited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import Forbidden, Invalid, NotFound, Refused
from core.plugin import settings
from core.plugin.declarations import Setting
from core.plugin.settings import get_setting, set_setting
from core.store.audit import AuditDetail, AuditEntry
from core.store.community import find_community
from core.testing import Store
from tests.core.plugin.conftest import Workshop

SIZE = Setting("core.test.size", "Size", int, 3, minimum=1, maximum=9)
COLOUR = Setting("core.test.colour", "Colour", str, "red", choices=(("red", "Red"), ("green", "Green")))
NOTE = Setting("core.test.note", "Note", str, "abc", minimum=2, maximum=5)
OPEN = Setting("core.test.open", "Open", bool, False)
NAME = Setting("core.test.name", "Name", str, "Linli", scope="site")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "CORE_SETTINGS", {})
    settings.add_core_settings(SIZE, COLOUR, NOTE, OPEN, NAME)
    yield


def test_is_its_default_until_it_is_changed(store: Store) -> None:
    actor = store.actor("core.settings.edit")
    assert get_setting(SIZE.name, store.west) == 3
    set_setting(actor, SIZE.name, 7)
    set_setting(actor, SIZE.name, 8)
    set_setting(actor, OPEN.name, True)
    assert get_setting(SIZE.name, find_community(store.west)) == 8
    assert get_setting(OPEN.name, store.west) is True
    assert get_setting(SIZE.name, store.south) == 3


def test_a_setting_of_the_site_holds_everywhere(store: Store) -> None:
    with pytest.raises(Forbidden):
        set_setting(store.actor("core.settings.edit"), NAME.name, "邻里")
    set_setting(store.actor("core.site.admin"), NAME.name, "邻里")
    assert get_setting(NAME.name) == get_setting(NAME.name, store.south) == "邻里"
    assert [entry.chain for entry in AuditEntry.select()] == ["site"]
    assert find_community(store.south).version == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (SIZE, "7"), (SIZE, True), (SIZE, 7.0), (SIZE, None), (SIZE, 0), (SIZE, 10), (COLOUR, "blue"), (COLOUR, 1),
        (NOTE, "123456"), (NOTE, "1"), (NOTE, "a\x00b"), (NOTE, "\ud800"), (OPEN, 1), (OPEN, "yes"), (NAME, "x" * 2001),
    ],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_refuses_what_it_cannot_be(store: Store, setting: Setting, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        set_setting(store.actor("core.settings.edit", "core.site.admin"), setting.name, value)
    assert list(caught.value.errors) == [setting.name]
    assert get_setting(setting.name, store.west) == setting.default


@pytest.mark.parametrize("value", [-(2**63) - 1, 2**63])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_number_without_bounds_still_fits_the_store(store: Store, value: int) -> None:
    settings.add_core_settings(Setting("core.test.any", "Any", int, 0))
    with pytest.raises(Invalid):
        set_setting(store.actor("core.settings.edit"), "core.test.any", value)


def test_an_unknown_name_raises(store: Store) -> None:
    with pytest.raises(KeyError):
        get_setting("core.test.sise", store.west)
    with pytest.raises(KeyError):
        set_setting(store.actor("core.settings.edit"), "core.test.sise", 1)
    with pytest.raises(ValueError, match="say of which"):
        get_setting(SIZE.name)
    with pytest.raises(ValueError, match="start with core"):
        settings.add_core_settings(Setting("garden.size", "Size"))


def test_needs_the_permission_and_a_community(store: Store) -> None:
    from dataclasses import replace

    with pytest.raises(Forbidden):
        set_setting(store.actor("core.desk"), SIZE.name, 5)
    with pytest.raises(Refused):
        set_setting(replace(store.actor("core.settings.edit"), community=None), SIZE.name, 5)
    with pytest.raises(NotFound):
        set_setting(store.actor("core.settings.edit", community="000000000000"), SIZE.name, 5)


def test_a_change_is_audited_and_renews_cached_pages(store: Store) -> None:
    actor = store.actor("core.settings.edit")
    set_setting(actor, SIZE.name, 5)
    set_setting(actor, SIZE.name, 5)
    (entry,) = AuditEntry.select()
    assert (entry.action, entry.subject) == ("core.setting.changed", "core.setting:core-test-size")
    assert AuditDetail.get().payload == '{"after":5,"before":3}'
    assert [find_community(code).version for code in (store.west, store.south)] == [1, 0]


def test_a_plugin_declares_its_own(workshop: Workshop) -> None:
    workshop.plugin(
        "garden", "@hookimpl\ndef declare(): return Declaration(settings=(Setting('garden.size', 'Size', int, 4),))"
    )
    workshop.load(strict=True)
    assert get_setting("garden.size", workshop.west) == 4
    set_setting(workshop.store.actor("core.settings.edit"), "garden.size", 6)
    assert get_setting("garden.size", workshop.west) == 6
