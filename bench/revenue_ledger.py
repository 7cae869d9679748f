"""Postings that are safe on disk with eight callers, against append + fdatasync; money for 50,000 households against `executemany`."""

from __future__ import annotations

import datetime
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.posted_books import CODE, open_books
from core.actor import Actor
from core.app import create_app
from core.config import load_config
from core.store.db import close_database, database, transaction
from plugins.revenue.ledger.ledger_service import Ledger
from plugins.revenue.ledger.posting import Line
from plugins.revenue.shares.allocate import allocate

CALLERS, EACH, ROUNDS = 8, 125, 5
HOUSEHOLDS, TOTAL = 50_000, 123_456_789
PAGE_OF_A_LOG = b"\0" * 4096
DAY = datetime.date(2026, 3, 5)

_MOVE = (
    "INSERT INTO revenue_movement (community, entry, line, day, amount, source, source_fund, destination, destination_fund) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def figures() -> Iterator[str]:
    """Postings a second and their ratio to appending, medians of rounds in which both take turns; then the households."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("LINLI_BENCH_FOLDER")) as folder:
        create_app(load_config(folder))
        actor = open_books()
        yield from _durable(actor, Path(folder) / "append")
        yield from _households(actor)
        close_database()


# --------------------------------------------------------------------------- durable postings


def _durable(actor: Actor, file: Path) -> Iterator[str]:
    posted, appended, waits, busy = [], [], [], []
    for turn in range(ROUNDS):
        appended.append(_appends(file))
        begun, used = time.perf_counter(), time.process_time()
        waits += _callers(actor, turn)
        posted.append(CALLERS * EACH / (time.perf_counter() - begun))
        busy.append((time.process_time() - used) / (CALLERS * EACH) * 1e6)
    rate, limit, half = statistics.median(posted), statistics.median(appended), statistics.median(waits)
    yield (
        f"durable postings, {CALLERS} callers: {rate:.0f} a second, {rate / limit:.2f} × append + fdatasync "
        f"({limit:.0f} a second; goal ≥ 0.6); {statistics.median(busy):.0f} µs of processor each"
    )
    yield f"the longest wait of a caller: {max(waits) / half:.1f} × the median of {half * 1000:.1f} ms (goal ≤ 50)"


def _appends(file: Path) -> float:
    """How often a second a page can be appended and made safe."""
    with file.open("ab", buffering=0) as log:
        begun = time.perf_counter()
        for _each in range(CALLERS * EACH):
            log.write(PAGE_OF_A_LOG)
            os.fdatasync(log.fileno())
        return CALLERS * EACH / (time.perf_counter() - begun)


def _callers(actor: Actor, turn: int) -> list[float]:
    """Each caller posts one after the other, with a connection of its own as each thread of the server has; seconds of each."""
    waits: list[float] = []

    def call(caller: int) -> None:
        ledger, own = Ledger(), []
        for number in range(EACH):
            begun = time.perf_counter()
            lines = [Line(1_000 + number, f"4301.{caller + 1}", "1002", "unallocated", "unallocated")]
            ledger.post(actor, key=f"{turn} {caller} {number}", day=DAY, purpose="食堂分成", lines=lines)
            own.append(time.perf_counter() - begun)
        waits.extend(own)
        database.obj.close()

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waits) != CALLERS * EACH:
        raise AssertionError("a caller gave up")
    return waits


# --------------------------------------------------------------------------- households


def _households(actor: Actor) -> Iterator[str]:
    """One entry with a movement for each household: shared out, checked, chained and sealed, against its movements alone."""
    chance = random.Random(1)
    areas = [chance.randint(300_000, 2_000_000) for _each in range(HOUSEHOLDS)]
    whole, bare = [], []
    for turn in range(ROUNDS):
        begun = time.process_time()
        parts = allocate(TOTAL, areas)
        lines = [Line(part, "3102", "2601", "owners", "owners") for part in parts]
        Ledger().post(actor, key=f"households {turn}", day=DAY, purpose="业主分配", lines=lines)
        whole.append(time.process_time() - begun)
        bare.append(_executemany(parts))
    posted, limit = statistics.median(whole), statistics.median(bare)
    yield (
        f"{TOTAL} 分 to {HOUSEHOLDS} households: {posted * 1000:.0f} ms of processor, {posted / limit:.2f} × executemany "
        f"into the same table ({limit * 1000:.0f} ms; goal ≤ 2)"
    )


class _Enough(Exception):
    """Movements without their entry cannot be stored: they are taken back."""


def _executemany(parts: list[int]) -> float:
    moved = [
        (CODE, 10**9, line, DAY.isoformat(), part, "3102", "owners", "2601", "owners")
        for line, part in enumerate(parts, 1)
    ]
    taken = 0.0
    try:
        with transaction(CODE):
            begun = time.process_time()
            database.obj.cursor().executemany(_MOVE, moved)
            taken = time.process_time() - begun
            raise _Enough
    except _Enough:
        return taken
