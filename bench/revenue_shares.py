"""What is to be given to households, shared out by their areas: exact, to the last 分, for 50,000 of them."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from plugins.revenue.shares.allocate import allocate

HOUSEHOLDS, ROUNDS = 50_000, 9
TOTAL = 123_456_789


def figures() -> Iterator[str]:
    """Milliseconds of processor, median of rounds; each is checked to sum to the 分."""
    chance = random.Random(1)
    areas = [chance.randint(300_000, 2_000_000) for _each in range(HOUSEHOLDS)]
    taken = []
    for _round in range(ROUNDS):
        begin = time.process_time()
        parts = allocate(TOTAL, areas)
        taken.append((time.process_time() - begin) * 1000)
        assert sum(parts) == TOTAL
    yield f"sharing out among {HOUSEHOLDS} households: {statistics.median(taken):.1f} ms"
