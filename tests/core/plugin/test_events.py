"""Events: emitted with the change or not at all, delivered at least once and in order, past a plugin that cannot take one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from core.civic.notices.publishing import NoticeWithdrawn
from core.errors import PluginError, Unavailable
from core.plugin import current, events
from core.plugin.events import EventDelivery, EventLease, EventOutbox, deliver, emit, event
from core.plugin.registry import Registry
from core.store.db import transaction
from core.store.ref import Ref
from tests.core.plugin.conftest import Workshop

GARDEN = """
from core import event
@event("garden.bed.grown/1")
class Grown:
    bed: int
@hookimpl
def declare(): return Declaration(events=(Grown,))
"""
LISTENER = """
heard, fail = [], set()
@hookimpl
def on_event(community, event):
    if event.bed in fail:
        raise ValueError(f"bed {event.bed}")
    heard.append((community.code, event.bed))
"""

Clock = Callable[[int], None]


def prepared(workshop: Workshop, *listeners: str, strict: bool = False) -> Registry:
    workshop.plugin("garden", GARDEN)
    for name in listeners or ("pond",):
        workshop.plugin(name, LISTENER)
    registry = workshop.load(strict=strict)
    workshop.enable(registry, "garden", *(listeners or ("pond",)))
    return registry


def grow(workshop: Workshop, *beds: int, community: str | None = None) -> None:
    with transaction(community or workshop.west):
        for bed in beds:
            emit(community or workshop.west, workshop.module("garden").Grown(bed))


def heard(workshop: Workshop, name: str = "pond") -> list[int]:
    return [bed for _community, bed in workshop.module(name).heard]


def test_delivers_after_commit_in_order(workshop: Workshop) -> None:
    prepared(workshop, strict=True)
    with transaction(workshop.west):
        grow(workshop, 1, 2)
        assert heard(workshop) == []
        grow(workshop, 3)
    assert workshop.module("pond").heard == [(workshop.west, 1), (workshop.west, 2), (workshop.west, 3)]


def test_a_rollback_emits_nothing(workshop: Workshop) -> None:
    registry = prepared(workshop)
    with pytest.raises(KeyError), transaction(workshop.west):
        grow(workshop, 1)
        raise KeyError
    with transaction(workshop.west), pytest.raises(KeyError), transaction(workshop.west):
        grow(workshop, 2)
        raise KeyError
    deliver(registry)
    assert heard(workshop) == []
    assert EventOutbox.select().count() == 0


def test_needs_a_transaction(workshop: Workshop) -> None:
    registry = prepared(workshop)
    with pytest.raises(RuntimeError):
        emit(workshop.west, workshop.module("garden").Grown(1))
    with pytest.raises(RuntimeError), transaction(workshop.west):
        deliver(registry)


def test_a_crash_between_commit_and_delivery_delivers_later(workshop: Workshop) -> None:
    registry = prepared(workshop)
    grown = workshop.module("garden").Grown
    current.set_active(None)  # as if the process ended with the commit: nothing is registered to run after it
    with transaction(workshop.west):
        emit(workshop.west, grown(1))
    assert heard(workshop) == []
    assert deliver(registry) == 1
    assert deliver(registry) == 0
    assert heard(workshop) == [1]


def test_a_crash_between_delivery_and_its_record_delivers_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, at: Clock
) -> None:
    registry = prepared(workshop)
    at(0)

    def crash(*_args: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(events, "_keep", crash)
        patch.setattr(events, "_give_back", lambda *_args: None)
        with pytest.raises(KeyboardInterrupt):
            grow(workshop, 1)
    assert deliver(registry) == 0, "the dead process still holds the lease"
    at(2)
    assert deliver(registry) == 1
    assert heard(workshop) == [1, 1]


def test_a_full_disk_after_commit_is_no_error_of_the_change(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = prepared(workshop)

    def full(*_args: Any) -> bool:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(events, "_take_lease", full)
        grow(workshop, 1)
    assert deliver(registry) == 1


def test_communities_are_apart(workshop: Workshop) -> None:
    registry = prepared(workshop)
    workshop.enable(registry, "garden", community=workshop.south)
    grow(workshop, 1, community=workshop.south)
    assert heard(workshop) == []
    grow(workshop, 2)
    assert workshop.module("pond").heard == [(workshop.west, 2)]


def test_a_plugin_hears_only_what_happens_after_it_was_enabled(workshop: Workshop) -> None:
    registry = prepared(workshop)
    registry.switch(workshop.director(), "pond", enabled=False)
    grow(workshop, 1)
    workshop.enable(registry, "pond")
    grow(workshop, 2)
    assert heard(workshop) == [2]


def test_a_paused_plugin_hears_it_when_it_goes_on(workshop: Workshop) -> None:
    registry = prepared(workshop)
    registry.switch(workshop.director(), "pond", paused=True)
    grow(workshop, 1)
    assert heard(workshop) == []
    registry.switch(workshop.director(), "pond", paused=False)
    deliver(registry)
    assert heard(workshop) == [1]


def test_a_failing_plugin_keeps_its_order_and_holds_up_nobody(workshop: Workshop, at: Clock) -> None:
    registry = prepared(workshop, "pond", "shed")
    at(0)
    workshop.module("pond").fail.add(2)
    grow(workshop, 1, 2, 3)
    assert heard(workshop, "shed") == [1, 2, 3]
    assert heard(workshop) == [1]
    grow(workshop, 4)
    assert heard(workshop) == [1], "not before the time of the retry"
    workshop.module("pond").fail.clear()
    at(1)
    deliver(registry)
    assert heard(workshop) == [1, 2, 3, 4]
    assert registry.failures("pond")[0].place == "on_event garden.bed.grown/1"


def test_an_event_that_always_fails_is_passed_by_visibly(workshop: Workshop, at: Clock) -> None:
    registry = prepared(workshop)
    workshop.module("pond").fail.add(1)
    at(0)
    grow(workshop, 1, 2)
    for minute in (1, 3, 7):
        at(minute)
        deliver(registry)
        assert heard(workshop) == []
    at(15)
    deliver(registry)
    assert heard(workshop) == [2]
    assert {(failure.error, failure.count) for failure in registry.failures("pond")} == {
        ("ValueError", 5),
        ("EventSkipped", 1),
    }


def test_a_retry_set_by_a_wrong_clock_does_not_wait_for_years(workshop: Workshop, at: Clock) -> None:
    registry = prepared(workshop)
    at(600 * 24 * 60)
    workshop.module("pond").fail.add(1)
    grow(workshop, 1)
    workshop.module("pond").fail.clear()
    at(0)
    assert deliver(registry) == 1


def test_strict_raises_but_never_out_of_the_change(workshop: Workshop, at: Clock) -> None:
    registry = prepared(workshop, strict=True)
    workshop.module("pond").fail.add(1)
    at(0)
    grow(workshop, 1)
    assert EventOutbox.select().count() == 1
    assert registry.failures("pond")[0].count == 1
    at(1)
    with pytest.raises(ValueError, match="bed 1"):
        deliver(registry)


def test_events_that_follow_from_events_are_delivered_too(workshop: Workshop) -> None:
    workshop.plugin(
        "pond",
        """
        from core import event, emit, transaction
        @event("pond.frog.came/1")
        class Came:
            frog: int
        @hookimpl
        def declare(): return Declaration(events=(Came,))
        @hookimpl
        def on_event(community, event):
            if event.EVENT == "garden.bed.grown/1":
                with transaction(community.code):
                    emit(community.code, Came(event.bed))
        """,
    )
    workshop.plugin("shed", "heard = []\n@hookimpl\ndef on_event(event): heard.append(event.EVENT)")
    workshop.plugin("garden", GARDEN)
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden", "pond", "shed")
    grow(workshop, 1)
    assert workshop.module("shed").heard == ["garden.bed.grown/1", "pond.frog.came/1"]


def test_events_that_answer_themselves_for_ever_do_not_keep_the_caller(workshop: Workshop) -> None:
    code = (
        GARDEN
        + """
from core import emit, transaction
@hookimpl
def on_event(community, event):
    with transaction(community.code):
        emit(community.code, Grown(event.bed + 1))
"""
    )
    workshop.plugin("garden", code)
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    grow(workshop, 1)
    assert EventOutbox.select().count() == 1 + events.PORTIONS


def test_one_delivers_at_a_time(workshop: Workshop, at: Clock) -> None:
    registry = prepared(workshop)
    at(0)
    with transaction(workshop.west):
        EventLease.insert(community=workshop.west, holder="another", until=events.now() + 60_000).execute()
    grow(workshop, 1)
    assert heard(workshop) == []
    at(1)
    assert deliver(registry) == 1


def test_whoever_loses_the_lease_stores_nothing(workshop: Workshop) -> None:
    registry = prepared(workshop)
    row = EventDelivery(community=workshop.west, plugin="pond", last_event=9)
    assert events._keep(row, "somebody") is False
    assert registry.failures() == []
    assert EventDelivery.get(plugin="pond").last_event == 0


def test_carries_days_references_and_lists(workshop: Workshop) -> None:
    workshop.plugin(
        "garden",
        """
        from core import event
        @event("garden.bed.shared/1")
        class Shared:
            bed: object
            day: object
            people: object
            note: object = None
        seen = []
        @hookimpl
        def declare(): return Declaration(events=(Shared,))
        @hookimpl
        def on_event(event): seen.append(event)
        """,
    )
    registry = workshop.load(strict=True)
    workshop.enable(registry, "garden")
    module = workshop.module("garden")
    happened = module.Shared(Ref("garden.bed", workshop.west, 7), datetime.date(2026, 2, 28), ("王", {"a": 1}), None)
    with transaction(workshop.west):
        emit(workshop.west, happened)
    assert module.seen == [happened]
    with pytest.raises(TypeError), transaction(workshop.west):
        emit(workshop.west, module.Shared(object(), None, ()))


def test_an_event_of_an_absent_plugin_is_delivered_by_its_names(workshop: Workshop) -> None:
    registry = prepared(workshop)
    with transaction(workshop.west):
        EventOutbox.insert(community=workshop.west, name="barn.bed.moved/1", payload={"bed": 5}, at=0).execute()
    assert deliver(registry) == 1
    assert heard(workshop) == [5]


def test_only_declared_events_are_emitted(workshop: Workshop) -> None:
    prepared(workshop)

    @event("garden.bed.lost/1")
    class Lost:
        bed: int

    with pytest.raises(PluginError), transaction(workshop.west):
        emit(workshop.west, Lost(1))
    with pytest.raises(PluginError), transaction(workshop.west):
        emit(workshop.west, "garden.bed.grown/1")


def test_a_slow_listener_gets_its_events_in_portions(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = prepared(workshop)
    monkeypatch.setattr(events, "_PORTION_SECONDS", 0.0)
    monkeypatch.setattr(events, "PORTIONS", 1)
    with transaction(workshop.west):
        for bed in (1, 2):
            EventOutbox.insert(community=workshop.west, name="barn.bed.moved/1", payload={"bed": bed}, at=0).execute()
    for expected in ([1], [1, 2]):
        deliver(registry)
        assert heard(workshop) == expected


def test_an_event_class_is_frozen_and_named() -> None:
    from dataclasses import dataclass

    with pytest.raises(PluginError):
        event("Grown")

    with pytest.raises(PluginError):

        @event("garden.bed.grown/1")
        @dataclass
        class Loose:
            bed: int

    @event("garden.bed.grown/1")
    @dataclass(frozen=True)
    class Fixed:
        bed: int

    assert Fixed.EVENT == "garden.bed.grown/1"  # type: ignore[attr-defined]


def test_old_events_are_forgotten(workshop: Workshop) -> None:
    registry = prepared(workshop)
    grow(workshop, 1)
    with transaction(workshop.west):
        EventOutbox.insert(community=workshop.west, name="garden.bed.grown/1", payload={"bed": 5}, at=0).execute()
    assert deliver(registry) == 1
    assert events.forget_old() == 1
    assert EventOutbox.select().count() == 1


def test_an_event_of_core_arrives_as_its_class(workshop: Workshop) -> None:
    listener = """
from core import NoticeWithdrawn
heard = []
@hookimpl
def on_event(community, event): heard.append(isinstance(event, NoticeWithdrawn) and event.reason)
"""
    workshop.plugin("pond", listener)
    workshop.enable(workshop.load(strict=True), "pond")
    with transaction(workshop.west):
        emit(workshop.west, NoticeWithdrawn(Ref("core.notice", workshop.west, 1), "", "写错了"))
    assert workshop.module("pond").heard == ["写错了"]
