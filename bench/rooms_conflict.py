"""The booking conflict check at 10⁶ bookings, against one primary-key seek, and against how such checks are usually written."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from core.app import create_app
from core.config import load_config
from core.store.community import Community
from core.store.db import close_database, database, transaction
from plugins.rooms.booking.slots import PREDECESSOR

CODE = "330481001009"
ROOMS = 20
BOOKINGS = 1_000_000
LENGTH = 60
ROUNDS, CALLS = 9, 5_000

_SEEK = "SELECT end_min FROM rooms_slot WHERE resource_id=? AND start_min=?"
_USUAL = "SELECT 1 FROM rooms_slot WHERE resource_id=? AND start_min<? AND end_min>? LIMIT 1"


def figures() -> Iterator[str]:
    """Microseconds per question, median of rounds in which the three ways take turns; the ratios are what counts."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        begun = time.perf_counter()
        fill()
        yield f"{BOOKINGS} bookings entered through the triggers in {time.perf_counter() - begun:.1f} s"
        seek, check, usual = measure()
        yield f"conflict check: {check:.2f} µs, primary-key seek {seek:.2f} µs, ratio {check / seek:.2f} (goal ≤ 2)"
        yield f"the usual overlap predicate: {usual:.0f} µs, {usual / seek:.0f} × the seek"
        close_database()


def fill() -> None:
    """A million one-hour bookings in twenty rooms, one after the other with half an hour between."""
    Community.create(code=CODE, name="西山社区")
    insert = database.obj.cursor().executemany
    each = range(1, BOOKINGS + 1)
    with transaction(CODE):
        insert("INSERT INTO rooms_venue (id, community, name) VALUES (1, ?, '中心')", [(CODE,)])
        rooms = [(room, CODE, f"房间 {room}") for room in range(1, ROOMS + 1)]
        insert("INSERT INTO rooms_resource (id, community, kind, name) VALUES (?, ?, 'room', ?)", rooms)
        insert("INSERT INTO rooms_room (id, community, venue_id, name) VALUES (?, ?, 1, ?)", rooms)
        insert(
            "INSERT INTO rooms_booking (id, community, title, organiser_kind, organiser, requested_on, entered_at) "
            "VALUES (?, ?, '', 'staff', '', '2026-01-01', 0)",
            ((key, CODE) for key in each),
        )
        insert(
            "INSERT INTO rooms_occurrence (id, community, booking_id, room_id, start_min, end_min, state) "
            "VALUES (?, ?, ?, ?, ?, ?, 'confirmed')",
            ((key, CODE, key, _room(key), _start(key), _start(key) + LENGTH) for key in each),
        )
        insert(
            "INSERT INTO rooms_occurrence_resource (community, occurrence_id, resource_id) VALUES (?, ?, ?)",
            ((CODE, key, _room(key)) for key in each),
        )
        insert(
            "INSERT INTO rooms_slot (resource_id, start_min, end_min, occurrence_id) VALUES (?, ?, ?, ?)",
            ((_room(key), _start(key), _start(key) + LENGTH, key) for key in each),
        )


def _room(key: int) -> int:
    return (key - 1) // (BOOKINGS // ROOMS) + 1


def _start(key: int) -> int:
    return 25_000_000 + (key - 1) % (BOOKINGS // ROOMS) * (LENGTH + 30)


def measure() -> tuple[float, float, float]:
    """Median microseconds of the seek, the check and the usual predicate, over the same random bookings."""
    chance = random.Random(1)
    execute = database.obj.cursor().execute
    results: dict[str, list[float]] = {_SEEK: [], PREDECESSOR: [], _USUAL: []}
    for _round in range(ROUNDS):
        keys = [chance.randint(1, BOOKINGS) for _call in range(CALLS)]
        exact = [(_room(key), _start(key)) for key in keys]
        ends = [(_room(key), _start(key) + chance.randint(-LENGTH, 2 * LENGTH)) for key in keys]
        both = [(room, end, end - LENGTH) for room, end in ends[: CALLS // 50]]
        for statement, questions in ((_SEEK, exact), (PREDECESSOR, ends), (_USUAL, both)):
            results[statement].append(_microseconds(execute, statement, questions))
    seek, check, usual = (statistics.median(results[statement]) for statement in (_SEEK, PREDECESSOR, _USUAL))
    return seek, check, usual


def _microseconds(execute: Callable[..., Any], statement: str, questions: list[tuple[int, ...]]) -> float:
    begun = time.perf_counter()
    for question in questions:
        execute(statement, question).fetchall()
    return (time.perf_counter() - begun) / len(questions) * 1e6
