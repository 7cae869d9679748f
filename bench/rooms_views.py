"""What residents open most (the day, one room's week, a free room) at 10⁵ and 10⁶ bookings.

The limit is the same question to a store that holds nothing but the bookings of eight weeks: history must cost nothing.
"""

from __future__ import annotations

import datetime
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator

from bench.booked_rooms import CODE, ROOMS, Booked
from core.actor import Actor
from core.app import create_app
from core.clock import today
from core.config import load_config
from core.store.db import close_database
from plugins.rooms import service

# Four weeks back, because a free room is chosen by its use in the last 28 days, and four ahead.
FEW = ROOMS * 56 * 16
SIZES = (100_000, 1_000_000)
ROUNDS, CALLS = 9, 20


def figures() -> Iterator[str]:
    """Milliseconds of processor per question and the ratio to the same question without history; medians of rounds."""
    limits = _measured(FEW)
    for size in SIZES:
        for name, milliseconds in _measured(size).items():
            yield (
                f"{name} at {size} bookings: {milliseconds:.2f} ms, "
                f"{milliseconds / limits[name]:.2f} × the same with {FEW} bookings ({limits[name]:.2f} ms; goal ≤ 1.5)"
            )


def _measured(bookings: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        Booked(bookings).fill()
        asked = {name: statistics.median(_rounds(ask)) for name, ask in _questions().items()}
        close_database()
    return asked


def _questions() -> dict[str, Callable[[datetime.date], object]]:
    actor = Actor(kind="anonymous", community=CODE)
    return {
        "day view": lambda date: service.day(actor, date),
        "week of one room": lambda date: service.week(actor, 7, date),
        "find a free room": lambda date: service.find_free(actor, date.isoformat(), "09:00", "09:15"),
    }


def _rounds(ask: Callable[[datetime.date], object]) -> list[float]:
    days = [today() + datetime.timedelta(days=1 + offset % 6) for offset in range(CALLS)]
    found = []
    for _round in range(ROUNDS):
        begun = time.process_time()
        for date in days:
            ask(date)
        found.append((time.process_time() - begun) / CALLS * 1000)
    return found
