"""Publication of income: what is to be published by when, what is late, and what one publication of the books settles."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.actor import Actor, command, system
from core.clock import local_zone
from core.errors import Invalid
from core.plugin.current import set_active
from core.plugin.registry import Registry
from core.plugin.settings import set_setting
from core.store.community import find_community
from plugins.revenue.ledger.accounts import open_chart
from plugins.revenue.ledger.funds import open_funds
from plugins.revenue.ledger.heads import record_head
from plugins.revenue.ledger.periods import lock
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.shares import deadlines

Move = Callable[[str], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Moves the clock to noon of a day, `2026-03-31`."""

    def move(day: str) -> None:
        noon = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), local_zone()).timestamp()
        fake = SimpleNamespace(
            time=lambda: noon, time_ns=lambda: int(noon) * 10**9, monotonic=time.monotonic, sleep=time.sleep
        )
        monkeypatch.setattr("core.store.db.time", fake)
        monkeypatch.setattr("core.clock.time", fake)

    return move


@pytest.fixture
def bookkeeper(store, on) -> Iterator[Actor]:
    """Posts in the empty books of West Hill; the settings of all modules are declared."""
    on("2026-02-10")
    Registry(store.config).load().activate()
    actor = system(store.west, "test")
    open_chart(actor)
    open_funds(actor)
    yield replace(actor, label="张会计")
    set_active(None)


def receive(actor: Actor, day: str) -> None:
    line = Line(
        10_000, "4301", "1121", "unallocated", "unallocated"
    )  # owed, so that no month waits for a bank statement
    post(actor, key=f"k{day}", day=datetime.date.fromisoformat(day), purpose="食堂分成", lines=[line])


def publish(actor: Actor, month: str) -> None:
    lock(actor, month)
    record_head(actor)


def months(community: str) -> list[tuple[str, str]]:
    return [each.span.months for each in deadlines.unpublished(community)]


def todos(community: str) -> list:
    return list(deadlines.todo_items(find_community(community), command(community)))


def test_empty_books_have_nothing_to_publish(bookkeeper, store, on):
    on("2027-01-01")
    assert months(store.west) == []
    assert todos(store.west) == []


def test_a_period_waits_from_the_day_after_its_end_and_is_late_after_the_last_day(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-03-31")
    assert months(store.west) == []
    on("2026-04-01")
    assert months(store.west) == [("2026-01", "2026-03")]
    on("2026-04-30")
    assert [each.is_late for each in deadlines.unpublished(store.west)] == [False]
    on("2026-05-01")
    assert [each.is_late for each in deadlines.unpublished(store.west)] == [True]


def test_one_publication_settles_all_periods_that_ended_before_it(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-07-02")
    assert months(store.west) == [("2026-01", "2026-03"), ("2026-04", "2026-06")]
    publish(bookkeeper, "2026-06")
    assert months(store.west) == []
    on("2026-10-01")
    assert months(store.west) == [("2026-07", "2026-09")]


def test_what_is_published_before_its_last_month_is_locked_settles_nothing(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-04-01")
    record_head(bookkeeper)
    assert months(store.west) == [("2026-01", "2026-03")]
    publish(bookkeeper, "2026-02")
    assert months(store.west) == [("2026-01", "2026-03")]
    lock(bookkeeper, "2026-03")
    assert months(store.west) == [("2026-01", "2026-03")], "locked, and not published yet"
    record_head(bookkeeper)
    assert months(store.west) == []


def test_what_ended_before_the_books_began_here_is_not_asked_for(bookkeeper, store, on):
    receive(bookkeeper, "2025-01-01")
    assert months(store.west) == []
    on("2026-04-01")
    assert months(store.west) == [("2026-01", "2026-03")]


def test_the_books_of_a_neighbour_count_for_nothing_here(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-04-01")
    assert months(store.south) == []


def test_the_rules_of_the_city_come_before_the_choice_of_the_community(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-07-01")
    boss = command(store.west)
    set_setting(boss, deadlines.CYCLE, "month")
    assert months(store.west)[0] == ("2026-02", "2026-02")
    set_setting(boss, deadlines.CITY, "weifang")
    assert months(store.west) == [("2026-01", "2026-06")]
    set_setting(boss, deadlines.CITY, "beijing")
    assert len(months(store.west)) == 5
    with pytest.raises(Invalid):
        set_setting(boss, deadlines.CITY, "atlantis")


def test_the_to_do_is_one_for_all_periods_and_says_when_it_is_late(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-04-15")
    [waiting] = todos(store.west)
    on("2026-08-01")
    [late] = todos(store.west)
    assert (waiting.due, late.due) == ("2026-04-30", "2026-04-30")
    assert str(waiting.title) != str(late.title)
    assert str(late.title) == "超期未公示：2026-01 至 2026-06 的收益"
    assert "超期未公示" not in str(waiting.title)
    assert (waiting.permission, waiting.href) == ("revenue.close", f"/c/{store.west}/revenue/desk/locks")


def test_whoever_may_not_publish_has_no_to_do(bookkeeper, store, on):
    receive(bookkeeper, "2026-02-10")
    on("2026-08-01")
    actor = Actor(kind="staff", community=store.west, label="某人", account=None)
    assert list(deadlines.todo_items(find_community(store.west), actor)) == []
