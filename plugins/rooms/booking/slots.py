"""The slot table: which resource is taken when, in fixed SQL. What a booking is and who may make one lies elsewhere.

Blocking intervals of one resource never overlap (the guard `rooms_slot_free`), so whether a time is free is decided by the
one row that starts last before its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import peewee

from core import before_commit, database, engine_name, violated

Interval = tuple[int, int]
Busy = tuple[int, int, int, int | None]  # resource, start, end, occurrence (None: closed)

GUARD = "rooms_slot_free"

_AT_ONCE = 200  # rows of one statement

PREDECESSOR = "SELECT end_min FROM rooms_slot WHERE resource_id=? AND start_min<? ORDER BY start_min DESC LIMIT 1"
_INSERT = "INSERT INTO rooms_slot (resource_id, start_min, end_min, occurrence_id) VALUES (?, ?, ?, ?)"
_RELEASE = "DELETE FROM rooms_slot WHERE occurrence_id=?"
# The last slot that starts before the window may reach into it; everything else starts inside.
_BUSY = """
    SELECT s.resource_id, s.start_min, s.end_min, s.occurrence_id
    FROM rooms_slot s
    WHERE s.resource_id=? AND s.start_min<? AND s.end_min>? AND s.start_min>=COALESCE(
        (SELECT p.start_min FROM rooms_slot p WHERE p.resource_id=? AND p.start_min<=? ORDER BY p.start_min DESC LIMIT 1),
        0)
    ORDER BY s.start_min
"""
_BUSY_ROOMS = """
    SELECT s.resource_id, s.start_min, s.end_min, s.occurrence_id
    FROM rooms_room r CROSS JOIN rooms_slot s
    WHERE r.community=? AND s.resource_id=r.id AND s.start_min<? AND s.end_min>? AND s.start_min>=COALESCE(
        (SELECT p.start_min FROM rooms_slot p WHERE p.resource_id=r.id AND p.start_min<=?
            ORDER BY p.start_min DESC LIMIT 1),
        0)
    ORDER BY s.resource_id, s.start_min
"""


# The same question as PREDECESSOR for many times in one statement; what `leaving_out` blocks is not looked at.
_BLOCKERS = """
    WITH wanted(n, first, last) AS (VALUES {wanted})
    SELECT w.n, s.occurrence_id FROM wanted w CROSS JOIN rooms_slot s
    WHERE s.resource_id=? AND s.end_min>w.first AND s.start_min=(
        SELECT p.start_min FROM rooms_slot p WHERE p.resource_id=? AND p.start_min<w.last {others}
        ORDER BY p.start_min DESC LIMIT 1)
"""


class Taken(Exception):
    """A resource is not free at the time; becomes a `Conflict` with alternatives."""

    def __init__(self, resource_id: int) -> None:
        super().__init__(resource_id)
        self.resource_id = resource_id


@lru_cache(maxsize=128)
def _dialect(statement: str, engine: str) -> str:
    return statement if engine == "sqlite" else statement.replace("?", "%s")


def rows(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """The rows of a fixed statement with `?` marks, on either engine."""
    return list(database.execute_sql(_dialect(statement, engine_name()), params).fetchall())


def run(statement: str, *params: Any) -> None:
    """Execute a fixed statement with `?` marks that gives no rows."""
    database.execute_sql(_dialect(statement, engine_name()), params)


# --------------------------------------------------------------------------- intervals


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same minutes as the fewest intervals, in order; touching ones become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(whole: Iterable[Interval], busy: Iterable[Interval]) -> list[Interval]:
    """What is left of `whole` (disjoint intervals) when the minutes of `busy` are taken away."""
    left: list[Interval] = []
    taken = union(busy)
    for start, end in whole:
        free_from = start
        for busy_start, busy_end in taken:
            if busy_end <= free_from or busy_start >= end:
                continue
            if busy_start > free_from:
                left.append((free_from, busy_start))
            free_from = busy_end
        if free_from < end:
            left.append((free_from, end))
    return left


# --------------------------------------------------------------------------- asking


def is_free(resource_id: int, start: int, end: int) -> bool:
    """Whether nothing blocks the resource in `start`…`end` (UTC minutes): one seek in the primary key."""
    found = rows(PREDECESSOR, resource_id, end)
    return not found or found[0][0] <= start


def refuse_taken(resources: Iterable[int], start: int, end: int) -> None:
    """Raise `Taken` for the first resource that is not free in `start`…`end` (UTC minutes)."""
    for resource in sorted(resources):
        if not is_free(resource, start, end):
            raise Taken(resource)


def blockers(
    resources: Iterable[int], spans: Sequence[Interval], leaving_out: Sequence[int] = ()
) -> dict[int, int | None]:
    """Which of many intervals (UTC minutes) are not free: their places in `spans`, each with the occurrence that takes it,
    None for a closure. One statement per resource; what the occurrences `leaving_out` block counts as free.
    """
    if not spans:
        return {}
    marks = ", ".join(("(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))", *["(?, ?, ?)"] * (len(spans) - 1)))
    kept = f"AND (p.occurrence_id IS NULL OR p.occurrence_id NOT IN ({', '.join('?' * len(leaving_out))}))"
    statement = _BLOCKERS.format(wanted=marks, others=kept if leaving_out else "")
    wanted = [value for place, (start, end) in enumerate(spans) for value in (place, start, end)]
    found: dict[int, int | None] = {}
    for resource in sorted(resources):
        found.update(rows(statement, *wanted, resource, resource, *leaving_out))
    return found


def busy_of(resources: Iterable[int], start: int, end: int) -> list[Busy]:
    """What blocks each resource in a window of UTC minutes, by resource and time."""
    return [row for resource in resources for row in rows(_BUSY, resource, end, start, resource, start)]


def busy_rooms(community: str, start: int, end: int) -> list[Busy]:
    """What blocks any room of the community in a window of UTC minutes: one query."""
    return rows(_BUSY_ROOMS, community, end, start, start)


# --------------------------------------------------------------------------- taking


def take(occurrence_id: int | None, resources: Sequence[int], start: int, end: int) -> None:
    """Block every resource for `start`…`end` (UTC minutes, buffers included), in order of their keys, or raise `Taken`.

    Run it inside a transaction of its own, which `Taken` has to roll back.
    """
    for resource in sorted(resources):
        try:
            run(_INSERT, resource, start, end, occurrence_id)
        except peewee.IntegrityError as error:
            if violated(error) == GUARD:
                raise Taken(resource) from None
            raise


def take_all(wanted: Sequence[tuple[int, Sequence[int], int, int]]) -> None:
    """Like `take` for many (occurrence, resources, start, end): all of them or none. Raises `Taken` for the first resource,
    since the database does not tell which of the rows was refused.
    """
    values = [
        (resource, start, end, occurrence)
        for occurrence, resources, start, end in wanted
        for resource in sorted(resources)
    ]
    try:
        for first in range(0, len(values), _AT_ONCE):
            some = values[first : first + _AT_ONCE]
            run(_INSERT + ", (?, ?, ?, ?)" * (len(some) - 1), *(value for row in some for value in row))
    except peewee.IntegrityError as error:
        if violated(error) == GUARD:
            raise Taken(values[0][0]) from None
        raise


def release(occurrence_id: int) -> None:
    """Free every resource an occurrence blocks."""
    _tell_freed(rows(_FREED, occurrence_id))
    run(_RELEASE, occurrence_id)


def release_all(occurrences: Sequence[int]) -> None:
    """The same for many occurrences."""
    for first in range(0, len(occurrences), _AT_ONCE):
        some = occurrences[first : first + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        _tell_freed(rows(_FREED.replace("=?", f" IN ({marks})"), *some))
        run(_RELEASE.replace("=?", f" IN ({marks})"), *some)


# --------------------------------------------------------------------------- who hears that a time became free

_FREED = """
    SELECT DISTINCT r.community, s.start_min, s.end_min FROM rooms_slot s JOIN rooms_resource r ON r.id=s.resource_id
    WHERE s.occurrence_id=?
"""
_FREED_CLOSURES = """
    SELECT r.community, s.start_min, s.end_min FROM rooms_slot s JOIN rooms_resource r ON r.id=s.resource_id
    WHERE s.resource_id=? AND s.occurrence_id IS NULL
"""
_listeners: list[Callable[[str, int, int], object]] = []


def when_freed(listener: Callable[[str, int, int], object]) -> None:
    """Have `listener(community, start, end)` called for every time (UTC minutes) that is freed, at the end of the
    transaction that frees it and inside it: by then the time may be taken again, by the same booking moved for example.
    """
    _listeners.append(listener)


def _tell_freed(freed: Iterable[tuple[Any, ...]]) -> None:
    for community, start, end in freed:
        for listener in _listeners:
            before_commit(Freed(listener, community, start, end))


class Freed(NamedTuple):
    """A time that became free, and who is to hear of it; two of the same are one."""

    listener: Callable[[str, int, int], object]
    community: str
    start: int
    end: int

    def __call__(self) -> None:
        self.listener(self.community, self.start, self.end)


# --------------------------------------------------------------------------- closures

_CLOSURES = """
    SELECT start_min, end_min FROM rooms_closure
    WHERE lifted_at IS NULL AND room_id IN (?, (SELECT part_of FROM rooms_room WHERE id=?))
"""

_HAS_SLOTS = """
    SELECT 1 FROM rooms_room r WHERE r.id=? AND r.removed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM rooms_room p WHERE p.part_of=r.id AND p.removed_at IS NULL)
"""


def write_closures(resource_id: int) -> None:
    """Bring the closure slots of one room up to the union of its closures and those of the hall it is part of.

    A hall and a room out of use have none. Raises `Taken` when a booking is in the way.
    """
    _tell_freed(rows(_FREED_CLOSURES, resource_id))
    run("DELETE FROM rooms_slot WHERE resource_id=? AND occurrence_id IS NULL", resource_id)
    if not rows(_HAS_SLOTS, resource_id):
        return
    for start, end in union(rows(_CLOSURES, resource_id, resource_id)):
        take(None, [resource_id], start, end)
