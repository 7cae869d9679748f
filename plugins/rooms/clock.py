"""Local dates and times as people type and read them, and the UTC minutes that are stored. No records here.

A booking lies within one local day; 24:00 is the end of a day.
"""

from __future__ import annotations

import datetime
import re

from core import local_minute, now, utc_minute

_TIME = re.compile(r"^([01]?\d|2[0-4])[:：]([0-5]\d)$")
DAY_END = 1440


def parse_day(text: str) -> datetime.date | None:
    """The date in `YYYY-MM-DD`; None for anything else, and for years in which nobody books."""
    try:
        day = datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2199 else None


def parse_time(text: str) -> int | None:
    """The minute of the day in `HH:MM` (0…1440); None for anything else."""
    found = _TIME.match(text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2])
    return minute if minute <= DAY_END else None


def hhmm(minute: int) -> str:
    """A minute of the day as `HH:MM`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def span(start: int, end: int) -> str:
    """Two minutes of one day as `08:30–12:00`."""
    return f"{hhmm(start)}–{hhmm(end)}"


def now_minute() -> int:
    """This moment in UTC minutes."""
    return now() // 60_000


def day_bounds(day: datetime.date) -> tuple[int, int]:
    """The UTC minutes at which a local day starts and ends."""
    return utc_minute(day, 0), utc_minute(day, DAY_END)


def local_span(start: int, end: int) -> tuple[datetime.date, int, int]:
    """The local day and the minutes of that day of an interval in UTC minutes; an end at midnight is 1440."""
    day, first = local_minute(start)
    last_day, last = local_minute(end)
    return day, first, last if last_day == day else DAY_END
