"""`registry.call`: who is asked, and that a fault of one plugin stays with it and is shown."""

from __future__ import annotations

import threading

import pytest

from core.errors import Forbidden, PluginError, Unavailable
from core.plugin import failures
from core.plugin import registry as kernel
from core.plugin.registry import Registry
from core.store.community import Community, find_community
from core.store.db import after_commit, transaction
from tests.core.plugin.conftest import Workshop

ITEMS = "@hookimpl\ndef todo_items(community, actor): return ['{name} ' + community.code]"
BROKEN = "@hookimpl\ndef todo_items(community): raise {error}"


def call(registry: Registry, community: str) -> list[tuple[str, object]]:
    return registry.call("todo_items", community, actor=None)


def test_asks_only_plugins_enabled_in_the_community(workshop: Workshop) -> None:
    for name in ("garden", "pond"):
        workshop.plugin(name, ITEMS.format(name=name))
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    workshop.enable(registry, "garden", "pond", community=workshop.south)
    assert call(registry, workshop.west) == [("garden", [f"garden {workshop.west}"])]
    assert [plugin for plugin, _result in call(registry, workshop.south)] == ["garden", "pond"]


def test_takes_the_community_itself_too(workshop: Workshop) -> None:
    workshop.plugin("garden", ITEMS.format(name="garden"))
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    community = find_community(workshop.west)
    expected = [("garden", [f"garden {workshop.west}"])]
    assert registry.call("todo_items", community, actor=None) == expected
    assert registry.call("todo_items", workshop.west, community=community, actor=None) == expected


def test_history_is_described_by_disabled_plugins_too(workshop: Workshop) -> None:
    workshop.plugin("garden", "@hookimpl\ndef describe_audit(entry): return 'dug ' + entry")
    workshop.plugin("pond", "@hookimpl\ndef describe_audit(entry): return None")
    registry = workshop.load(strict=True)
    assert registry.call("describe_audit", workshop.west, entry="bed") == [("garden", "dug bed")]
    assert registry.call("describe_audit", None, entry="bed") == [("garden", "dug bed")]


def test_an_unknown_hook_raises(workshop: Workshop) -> None:
    with pytest.raises(PluginError):
        workshop.load().call("todo_itemz", workshop.west)


@pytest.mark.parametrize("error", ["ValueError('no water')", "SystemExit(1)", "GeneratorExit"])
def test_a_failing_hook_is_contained_and_recorded(workshop: Workshop, error: str) -> None:
    workshop.plugin("broken", BROKEN.format(error=error))
    workshop.plugin("garden", ITEMS.format(name="garden"))
    registry = workshop.load()
    workshop.enable(registry, "broken", "garden")
    for _time in range(3):
        assert [plugin for plugin, _result in call(registry, workshop.west)] == ["garden"]
    (failure,) = registry.failures()
    assert (failure.plugin, failure.community, failure.place) == ("broken", workshop.west, "todo_items")
    assert failure.count == 3
    assert failure.reason.startswith(error.partition("(")[0])
    assert "linli_broken" in failure.detail


def test_strict_raises_the_error(workshop: Workshop) -> None:
    workshop.plugin("broken", BROKEN.format(error="ValueError('no water')"))
    registry = workshop.load(strict=True)
    workshop.enable(registry, "broken")
    with pytest.raises(ValueError, match="no water"):
        call(registry, workshop.west)


WRITES = """
from core.store.community import Community
from core.store.db import after_commit
after = []
@hookimpl
def todo_items(community):
    Community.update(address='{name}').where(Community.code == community.code).execute()
    after_commit(lambda: after.append(1))
    {end}
"""


def test_inside_a_transaction_only_the_failing_hooks_writes_are_undone(workshop: Workshop) -> None:
    workshop.plugin("alder", WRITES.format(name="alder", end="return 1"))
    workshop.plugin(
        "broken", WRITES.format(name="broken", end="return Community.raw('SELECT nothing FROM nowhere').get()")
    )
    registry = workshop.load()
    workshop.enable(registry, "alder", "broken")
    committed: list[int] = []
    with transaction(workshop.west):
        Community.update(duty_phone="110").where(Community.code == workshop.west).execute()
        after_commit(lambda: committed.append(1))
        call(registry, workshop.west)
        assert registry.failures() == []
    west = find_community(workshop.west)
    assert (west.duty_phone, west.address) == ("110", "alder")
    assert (committed, workshop.module("alder").after, workshop.module("broken").after) == ([1], [1], [])
    assert [failure.plugin for failure in registry.failures()] == ["broken"]


def test_a_failure_inside_a_transaction_that_is_rolled_back_is_not_lost(workshop: Workshop) -> None:
    workshop.plugin("broken", BROKEN.format(error="ValueError"))
    registry = workshop.load()
    workshop.enable(registry, "broken")
    with pytest.raises(KeyError), transaction(workshop.west):
        call(registry, workshop.west)
        raise KeyError
    assert registry.failures()[0].count == 1


def test_a_failure_is_written_once_in_a_while_and_counted_always(workshop: Workshop) -> None:
    registry = workshop.load()
    for number in range(50):
        registry.record_failure("garden", None, "garden.index", ValueError(f"row {number}"))
    (stored,) = failures.read()
    assert (stored.count, stored.community) == (1, "")
    (stored,) = registry.failures("garden")
    assert (stored.count, stored.reason) == (50, "ValueError: row 49")
    assert registry.failures("pond") == []


def test_recording_never_raises(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = workshop.load()

    def full(*_args: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(failures, "_store", full)
        registry.record_failure("garden", workshop.west, "garden.index", ValueError("\x00"))
    assert registry.failures()[0].count == 1


def test_failures_are_cleared_by_whoever_may_switch(workshop: Workshop) -> None:
    registry = workshop.load()
    registry.record_failure("garden", workshop.west, "job", ValueError())
    registry.record_failure("garden", workshop.west, "job", ValueError())
    with pytest.raises(Forbidden):
        registry.clear_failures(workshop.store.actor("core.desk"), "garden")
    registry.clear_failures(workshop.director(), "garden")
    assert registry.failures() == []


def test_a_slow_hook_is_left_out_for_a_minute(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.plugin("slow", "calls = []\n@hookimpl\ndef todo_items(community):\n    calls.append(1)\n    return [1]")
    registry = workshop.load()
    workshop.enable(registry, "slow")
    monkeypatch.setattr(kernel, "SLOW_SECONDS", -1.0)
    assert call(registry, workshop.west) == [("slow", [1])]
    assert call(registry, workshop.west) == []
    assert workshop.module("slow").calls == [1]
    assert registry.failures("slow")[0].error == "HookTooSlow"
    monkeypatch.setattr(kernel, "SLOW_SECONDS", 5.0)
    registry._resting.clear()
    assert call(registry, workshop.west) == [("slow", [1])]


def test_nobody_follows_into_a_hook_that_hangs(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.plugin(
        "stuck",
        """
        import threading
        inside, go_on = threading.Event(), threading.Event()
        @hookimpl
        def todo_items(actor):
            inside.set()
            go_on.wait(20)
        """,
    )
    workshop.plugin("garden", ITEMS.format(name="garden"))
    registry = workshop.load()
    workshop.enable(registry, "stuck", "garden")
    stuck = workshop.module("stuck")
    thread = threading.Thread(target=call, args=(registry, workshop.west), daemon=True)
    thread.start()
    assert stuck.inside.wait(20)
    monkeypatch.setattr(kernel, "SLOW_SECONDS", 0.0)
    try:
        assert [plugin for plugin, _result in call(registry, workshop.west)] == ["garden"]
    finally:
        stuck.go_on.set()
        thread.join(20)
    assert {failure.error for failure in registry.failures("stuck")} == {"HookTooSlow"}
