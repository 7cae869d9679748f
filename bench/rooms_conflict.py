"""The booking conflict check at 10⁶ bookings, against one primary-key seek, and against how such checks are usually written."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.booked_rooms import LENGTH, Booked
from core.app import create_app
from core.config import load_config
from core.store.db import close_database, database
from plugins.rooms.booking.slots import PREDECESSOR

BOOKINGS = 1_000_000
ROUNDS, CALLS = 9, 5_000

_SEEK = "SELECT end_min FROM rooms_slot WHERE resource_id=? AND start_min=?"
_USUAL = "SELECT 1 FROM rooms_slot WHERE resource_id=? AND start_min<? AND end_min>? LIMIT 1"


def figures() -> Iterator[str]:
    """Microseconds per question, median of rounds in which the three ways take turns; the ratios are what counts."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        begun = time.perf_counter()
        booked = Booked(BOOKINGS)
        booked.fill()
        yield f"{BOOKINGS} bookings entered through the triggers in {time.perf_counter() - begun:.1f} s"
        seek, check, usual = measure(booked)
        yield f"conflict check: {check:.2f} µs, primary-key seek {seek:.2f} µs, ratio {check / seek:.2f} (goal ≤ 2)"
        yield f"the usual overlap predicate: {usual:.0f} µs, {usual / seek:.0f} × the seek"
        close_database()


def measure(booked: Booked) -> tuple[float, float, float]:
    """Median microseconds of the seek, the check and the usual predicate, over the same random bookings."""
    chance = random.Random(1)
    execute = database.obj.cursor().execute
    results: dict[str, list[float]] = {_SEEK: [], PREDECESSOR: [], _USUAL: []}
    for _round in range(ROUNDS):
        keys = [chance.randint(1, BOOKINGS) for _call in range(CALLS)]
        exact = [(booked.room(key), booked.start(key)) for key in keys]
        ends = [(booked.room(key), booked.start(key) + chance.randint(-LENGTH, 2 * LENGTH)) for key in keys]
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
