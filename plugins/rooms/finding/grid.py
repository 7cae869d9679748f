"""The day and week grids as pages draw them: hour-wide cells that say free, taken, mine, closed or past. No queries here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from plugins.rooms.booking.slots import Interval
from plugins.rooms.clock import hhmm
from plugins.rooms.finding.find import RoomDay, Taken

_USUAL = (8, 21)
_SHORTEST = 30
Intervals = tuple[Interval, ...]


class Cell(NamedTuple):
    """`kind` is free, busy, mine, closed or past; `time` is the start, for wide cells the span.

    `query` is what the address that books it ends with, empty where nothing can be booked.
    """

    kind: str
    time: str
    span: int
    query: str


class Row(NamedTuple):
    """A line of the grid: its room and day, its cells, what the address of a free one starts with, the room's own address."""

    day: RoomDay
    cells: tuple[Cell, ...]
    link: str
    here: str


def hours_shown(days: Iterable[RoomDay]) -> range:
    """The hours from the first opening to the last closing, 8–21 where nothing is open."""
    intervals = [interval for day in days for interval in day.open]
    if not intervals:
        return range(*_USUAL)
    return range(min(start for start, _end in intervals) // 60, -(-max(end for _start, end in intervals) // 60))


def rows(days: Sequence[RoomDay], hours: range, base: str, step: int, carried: str = "") -> list[Row]:
    """The grid's lines. A free cell is booked at `<base>/<room>/book?date=…&start=…&end=…` plus `carried`."""
    return [_row(day, hours, f"{base}/{day.room.id}", f"?date={day.day.isoformat()}{carried}", step) for day in days]


def _row(day: RoomDay, hours: range, here: str, query: str, step: int) -> Row:
    cells = _cells(day.open, day.taken, day.free, hours, day.room.min_minutes, step)
    return Row(day, cells, f"{here}/book{query}&", here + query)


@lru_cache(maxsize=512)
def _cells(
    opened: Intervals, taken: tuple[Taken, ...], free: Intervals, hours: range, min_minutes: int, step: int
) -> tuple[Cell, ...]:
    """The cells of one line; rooms that are used alike share them."""
    cells: list[Cell] = []
    least = min(max(_SHORTEST, min_minutes), 60)
    for hour in hours:
        start, end = _free_part(free, hour * 60, hour * 60 + 60, step)
        if end - start >= least:
            end = max(end, start + min_minutes)
            cells.append(Cell("free", hhmm(start), 1, f"start={hhmm(start)}&end={hhmm(end)}"))
            continue
        kind = _kind(opened, taken, hour * 60, hour * 60 + 60)
        if cells and cells[-1].kind == kind:
            first, span = cells[-1].time.partition("–")[0], cells[-1].span + 1
            cells[-1] = Cell(kind, f"{first}–{hhmm(hour * 60 + 60)}", span, "")
        else:
            cells.append(Cell(kind, hhmm(hour * 60), 1, ""))
    return tuple(cells)


def _free_part(free: Intervals, first: int, last: int, step: int) -> tuple[int, int]:
    """The longest free part of an hour that starts on the grid of `step` minutes; `(0, 0)` when there is none."""
    best = (0, 0)
    for start, end in free:
        begin, stop = max(-(-start // step) * step, first), min(end, last)
        if stop - begin > best[1] - best[0]:
            best = (begin, stop)
    return best


def _kind(opened: Intervals, taken: tuple[Taken, ...], first: int, last: int) -> str:
    """What stands in the way in an hour without a free part."""
    if not any(start < last and end > first for start, end in opened):
        return "closed"
    kinds = {each.kind for each in taken if each.start < last and each.end > first}
    for kind, shown in (("mine", "mine"), ("booked", "busy"), ("closed", "closed")):
        if kind in kinds:
            return shown
    return "past"
