"""A weekly series over a year, against one booking, in a store of 10⁵ bookings: asked and booked."""

from __future__ import annotations

import datetime
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator

from bench.booked_rooms import CODE, EVERY, LENGTH, Booked
from core.actor import command
from core.app import create_app
from core.clock import today, utc_minute
from core.config import load_config
from core.store.db import close_database
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.clock import hhmm

BOOKINGS = 100_000
WEEKS = 52
ROUNDS, CALLS = 9, 50
A_WEEK = 7 * 1440


def figures() -> Iterator[str]:
    """Milliseconds of processor, medians of rounds in which one and fifty-two take turns; the ratios are what counts."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        Booked(BOOKINGS).fill()
        asked = _turns(lambda room: _ask(room, 1), lambda room: _ask(room, WEEKS), CALLS)
        yield _line(f"conflict check of a {WEEKS}-week series", "one check", *asked)
        booked = _turns(_book_one, _book_weekly, 1)
        yield _line(f"booking a {WEEKS}-week series", "booking once", *booked)
        close_database()


def _line(what: str, limit: str, one: float, many: float) -> str:
    return f"{what}: {many:.2f} ms, {many / one:.1f} × {limit} ({one:.3f} ms; goal ≤ 100)"


def _turns(one: Callable[[int], object], many: Callable[[int], object], calls: int) -> tuple[float, float]:
    """Each round has two rooms of its own, because what is booked stays."""
    singles, series = [], []
    for turn in range(ROUNDS):
        singles.append(_milliseconds(lambda: one(2 * turn + 1), calls))  # noqa: B023 - called at once
        series.append(_milliseconds(lambda: many(2 * turn + 2), calls))  # noqa: B023
    return statistics.median(singles), statistics.median(series)


def _milliseconds(act: Callable[[], object], calls: int) -> float:
    begun = time.process_time()
    for _call in range(calls):
        act()
    return (time.process_time() - begun) / calls * 1000


def _gap() -> tuple[datetime.date, int]:
    """The half hour after one of tomorrow's bookings in the morning, which is free every week: day and local minute."""
    day = today() + datetime.timedelta(days=1)
    midnight = utc_minute(day, 0)
    return day, next(minute for minute in range(540, 540 + EVERY, 15) if (midnight + minute) % EVERY == LENGTH)


def _ask(room: int, weeks: int) -> None:
    day, minute = _gap()
    start = utc_minute(day, minute)
    spans = [(start + week * A_WEEK, start + week * A_WEEK + EVERY - LENGTH) for week in range(weeks)]
    if slots.blockers([room], spans):
        raise AssertionError("the half hours between bookings are free")


def _book_one(room: int) -> None:
    day, minute = _gap()
    times = {"date": day.isoformat(), "start": hhmm(minute), "end": hhmm(minute + EVERY - LENGTH)}
    service.book(command(CODE), room, service.BookingRequest(**times))


def _book_weekly(room: int) -> None:
    day, minute = _gap()
    times = {"date": day.isoformat(), "start": hhmm(minute), "end": hhmm(minute + EVERY - LENGTH)}
    service.book_series(command(CODE), room, Rule(freq="WEEKLY", count=WEEKS), service.BookingRequest(**times))
