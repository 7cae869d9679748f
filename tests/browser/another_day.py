"""`python -m tests.browser.another_day DAYS ARGUMENTS…`: the `linli` command in a process whose clock is DAYS ahead.

Journeys in which weeks pass restart the server this way; the product itself takes its time from the computer alone.
"""

from __future__ import annotations

import sys
import time

DAY_SECONDS = 86_400


def main() -> None:
    """Put the clock of this process ahead before anything of the product is imported, then be `linli`."""
    ahead, now, now_ns = int(sys.argv[1]) * DAY_SECONDS, time.time, time.time_ns
    time.time = lambda: now() + ahead
    time.time_ns = lambda: now_ns() + ahead * 1_000_000_000
    from core.cli import main as linli

    sys.argv = ["linli", *sys.argv[2:]]
    linli()


if __name__ == "__main__":
    main()
