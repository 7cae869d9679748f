"""`linli rooms check`: every interval recomputed from bookings and closures, compared with the slot table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from plugins.rooms.booking.rules import time_text
from plugins.rooms.booking.slots import Interval, rows, union
from plugins.rooms.states import BLOCKING, last_minute
from plugins.rooms.texts import _

Key = tuple[int, int, int, int | None]

_SLOTS = """
    SELECT s.resource_id, s.start_min, s.end_min, s.occurrence_id
    FROM rooms_slot s JOIN rooms_resource r ON r.id=s.resource_id WHERE r.community=?
"""
_OCCURRENCES = """
    SELECT n.resource_id, o.start_min, o.end_min, o.finished_at, o.buffer_before, o.buffer_after, o.id, o.state
    FROM rooms_occurrence o JOIN rooms_occurrence_resource n ON n.occurrence_id=o.id WHERE o.community=?
"""
_CLOSURES = "SELECT room_id, start_min, end_min FROM rooms_closure WHERE community=? AND lifted_at IS NULL"
_ROOMS = "SELECT id, part_of FROM rooms_room WHERE community=? AND removed_at IS NULL"


@dataclass(frozen=True)
class Difference:
    """A slot that should be there and is not (`missing`), is there and should not be (`extra`), or two that `overlap`."""

    kind: str
    resource_id: int
    start_min: int
    end_min: int
    occurrence_id: int | None

    def __str__(self) -> str:
        what = {
            "missing": _("missing in the slot table"),
            "extra": _("in the slot table without a reason"),
            "overlap": _("overlaps another slot"),
        }[self.kind]
        time = time_text(self.start_min, self.end_min)
        who = _("occurrence %(id)d", id=self.occurrence_id) if self.occurrence_id is not None else _("closure")
        return str(
            _(
                "resource %(resource)d, %(time)s, %(who)s: %(what)s",
                resource=self.resource_id,
                time=time,
                who=who,
                what=what,
            )
        )


def check(community: str) -> list[Difference]:
    """Every difference between the slot table and what bookings and closures say it should hold; empty when whole."""
    stored: set[Key] = set(rows(_SLOTS, community))
    wanted = _of_occurrences(community) | _of_closures(community)
    found = [Difference("missing", *key) for key in wanted - stored]
    found += [Difference("extra", *key) for key in stored - wanted]
    found += [Difference("overlap", *key) for key in _overlapping(stored)]
    return sorted(found, key=lambda item: (item.resource_id, item.start_min, item.end_min, item.kind))


def _of_occurrences(community: str) -> set[Key]:
    return {
        (resource, start - before, last_minute(start, end, finished_at) + after, occurrence)
        for resource, start, end, finished_at, before, after, occurrence, state in rows(_OCCURRENCES, community)
        if state in BLOCKING
    }


def _of_closures(community: str) -> set[Key]:
    by_room: dict[int, list[Interval]] = defaultdict(list)
    for room, start, end in rows(_CLOSURES, community):
        by_room[room].append((start, end))
    in_use = rows(_ROOMS, community)
    halls = {hall for _room, hall in in_use}
    return {
        (room, start, end, None)
        for room, hall in in_use
        if room not in halls
        for start, end in union([*by_room[room], *(by_room[hall] if hall is not None else [])])
    }


def _overlapping(stored: set[Key]) -> list[Key]:
    found = []
    reached: dict[int, int] = {}
    for key in sorted(stored, key=lambda key: key[:3]):
        resource, start, end, _occurrence = key
        if start < reached.get(resource, start):
            found.append(key)
        reached[resource] = max(end, reached.get(resource, end))
    return found
