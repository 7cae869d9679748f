"""The use of rooms in a month and in a year at 10⁵ and 10⁶ bookings, against reading every booking once and clipping it."""

from __future__ import annotations

import datetime
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

from bench.booked_rooms import CODE, Booked
from core.app import create_app
from core.clock import today
from core.config import load_config
from core.store.db import close_database
from plugins.rooms import service
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import day_bounds

SIZES = (100_000, 1_000_000)
ROUNDS = 5

_EVERY = """
    SELECT n.resource_id, o.start_min, o.end_min FROM rooms_occurrence o
        JOIN rooms_occurrence_resource n ON n.occurrence_id=o.id
    WHERE o.community=? AND o.state IN ('confirmed', 'checked_in', 'finished', 'unattended')
"""


def figures() -> Iterator[str]:
    """Milliseconds of processor, medians of rounds in which the ways take turns; the ratios are what counts."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            create_app(load_config(folder))
            Booked(size).fill()
            ways = {"a month": _month, "a year by months": _year, "the scan": _scan}
            found: dict[str, list[float]] = {name: [] for name in ways}
            for _round in range(ROUNDS):
                for name, way in ways.items():
                    found[name].append(_milliseconds(way))
            close_database()
        scan = statistics.median(found["the scan"])
        for name in ("a month", "a year by months"):
            taken = statistics.median(found[name])
            yield (
                f"{name} at {size} bookings: {taken:.0f} ms, {taken / scan:.2f} × reading every booking ({scan:.0f} ms)"
            )


def _days() -> tuple[datetime.date, datetime.date]:
    return today() - datetime.timedelta(days=30), today() - datetime.timedelta(days=1)


def _month() -> None:
    service.measure(CODE, *_days())


def _year() -> None:
    last = today() - datetime.timedelta(days=1)
    service.by_month(CODE, last - datetime.timedelta(days=364), last)


def _scan() -> None:
    """As it is usually written, without hours, closures and overlaps: every booking is fetched and clipped to the month."""
    first, last = _days()
    begin, end = day_bounds(first)[0], day_bounds(last)[1]
    used: dict[int, int] = defaultdict(int)
    for resource, start, until in rows(_EVERY, CODE):
        used[resource] += max(0, min(until, end) - max(start, begin))


def _milliseconds(act: Callable[[], None]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000
