"""Unmet demand: searches and bookings for which there was no room, by day, hour, number of people and equipment. Counted, and
never a person: who searched is written down nowhere.

Within a day a browser counts once for a time: it is known by a keyed digest that lives in the memory of this process only.
Looking for a room changes nothing, so counts wait here until the job writes them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from core import Actor, Ref, local_day, today, transaction
from plugins.rooms.booking.rules import Wish
from plugins.rooms.booking.slots import rows, run
from plugins.rooms.clock import day_bounds, local_span

SIZES = (200, 100, 50, 20, 10, 0)
"""People are counted by the size of room they would need: the greatest of these that is not more."""
FARTHEST_DAYS = 366
MOST_KNOWN = 50_000
KEPT_DAYS = 731

_lock = threading.Lock()
_waiting: Counter[tuple[str, str, str, int, int, str]] = Counter()
_known: set[bytes] = set()
_key = b""
_day: datetime.date | None = None


class Demand(NamedTuple):
    """How often no room was found: for which day and hour, how many people at least, with what equipment."""

    day: datetime.date
    hour: int
    people: int
    features: str
    times: int


def no_room(
    community: str, kind: str, wish: Wish, people: int | None = None, features: Sequence[str] = (), who: str = ""
) -> None:
    """Somebody looked for a room (`search`), or wanted one that was taken (`collision`), for a time to come, in vain.

    `who` tells one browser from another within this day, and is not kept. Written by `write_counts`.
    """
    global _key, _day
    if not 0 <= (wish.day - today()).days <= FARTHEST_DAYS:
        return
    size = next(each for each in SIZES if each <= (people or 0))
    key = (community, kind, wish.day.isoformat(), wish.start // 60, size, "、".join(sorted(features))[:100])
    with _lock:
        if today() != _day:
            _known.clear()
            _day, _key = today(), secrets.token_bytes(32)
        mark = hashlib.blake2b(f"{key}\x1f{who}".encode("utf-8", "replace"), key=_key, digest_size=8).digest()
        if mark in _known or len(_known) >= MOST_KNOWN:
            return
        _known.add(mark)
        _waiting[key] += 1


_MORE = """
    UPDATE rooms_unmet SET count=count+? WHERE community=? AND kind=? AND day=? AND hour=? AND people=? AND features=?
"""
_FIRST = "INSERT INTO rooms_unmet (count, community, kind, day, hour, people, features) VALUES (?, ?, ?, ?, ?, ?, ?)"
_SAME = "SELECT 1 FROM rooms_unmet WHERE community=? AND kind=? AND day=? AND hour=? AND people=? AND features=?"


def write_counts(actor: Actor) -> int:
    """The job `rooms.unmet`: store what waits for this community; returns how many counts. What fails waits on."""
    community = str(actor.community)
    with _lock:
        taken = {key: count for key, count in _waiting.items() if key[0] == community}
        for key in taken:
            del _waiting[key]
    try:
        with transaction(community):
            for key, count in taken.items():
                run(_MORE if rows(_SAME, *key) else _FIRST, count, *key)
    except BaseException:
        with _lock:
            _waiting.update(taken)
        raise
    return len(taken)


# --------------------------------------------------------------------------- reading

_UNMET = """
    SELECT day, hour, people, features, SUM(count) FROM rooms_unmet WHERE community=? AND day BETWEEN ? AND ?
    GROUP BY day, hour, people, features ORDER BY day, hour, people
"""


def unmet_demand(community: str, first: datetime.date, last: datetime.date) -> list[Demand]:
    """What was wanted for the days `first`…`last` and not found, in order of time; what is not stored yet is not in it."""
    found = [
        Demand(datetime.date.fromisoformat(str(day)), hour, people, features, int(count))
        for day, hour, people, features, count in rows(_UNMET, community, first.isoformat(), last.isoformat())
    ]
    return sorted(found + _waited_in_vain(community, first, last))


_IN_VAIN = """
    SELECT w.from_min, w.features, b.people FROM rooms_waiting w
        JOIN rooms_booking b ON b.community=w.community AND b.id=w.booking_id
    WHERE w.community=? AND w.state='unmet' AND w.from_min>=? AND w.from_min<?
"""


def _waited_in_vain(community: str, first: datetime.date, last: datetime.date) -> list[Demand]:
    """Entries of the waiting list for which no time became free."""
    found: Counter[tuple[datetime.date, int, int, str]] = Counter()
    for start, features, people in rows(_IN_VAIN, community, day_bounds(first)[0], day_bounds(last)[1]):
        day, minute, _end = local_span(start, start)
        size = next(each for each in SIZES if each <= (people or 0))
        found[
            day, minute // 60, size, "、".join(sorted(features if isinstance(features, list) else json.loads(features)))
        ] += 1
    return [Demand(*key, count) for key, count in found.items()]


# --------------------------------------------------------------------------- keeping

_OLD = "SELECT id FROM rooms_unmet WHERE community=? AND day<? ORDER BY id LIMIT 500"


def overdue(community: str, before: int) -> int:
    """How many counts are of days before a moment (ms UTC)."""
    return len(rows(_OLD, community, local_day(before).isoformat()))


def forget(actor: Actor, before: int) -> list[Ref]:
    """Take old counts away. They are about nobody, so there is no record to name."""
    for (key,) in rows(_OLD, actor.community, local_day(before).isoformat()):
        run("DELETE FROM rooms_unmet WHERE id=?", key)
    return []
