"""Screens: their secret addresses, and what a hall or a door may show. Names, titles and telephones are never read here."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core import Actor, Invalid, NotFound, Refused, local_now, now, record, transactional
from plugins.rooms.booking.slots import Interval, rows, union
from plugins.rooms.booking.walk_in import FreeNow, free_now, opens_next
from plugins.rooms.clock import day_bounds, hhmm, local_span
from plugins.rooms.finding.find import RoomDay, day
from plugins.rooms.models import Room, Screen, Venue
from plugins.rooms.texts import _

MANAGE = "rooms.manage"
MOST_LINES = 9


# --------------------------------------------------------------------------- addresses


class ScreenLine(NamedTuple):
    """A screen in use, for staff; `shows` is the venue or room, empty for all venues."""

    id: int
    kind: str
    name: str
    shows: str
    created_at: int


def _digest(token: str) -> str:
    return hashlib.sha256(f"rooms.screen:{token}".encode()).hexdigest()


@transactional
def add_screen(
    actor: Actor, kind: str, *, name: str, venue_id: int | None = None, room_id: int | None = None
) -> tuple[Screen, str]:
    """A new screen and the secret part of its address, which nobody can look up again: only its digest is stored.

    `kind` is `hall` (of one venue, or of all without `venue_id`) or `door` (of `room_id`). Raises `Invalid` (name,
    room_id) and `Forbidden`.
    """
    actor.require(MANAGE)
    if kind == "door" and room_id is None:
        raise Invalid({"room_id": [_("Please choose the room at whose door the screen is.")]})
    shown = None
    if kind == "door":
        shown = Room.get_of(actor.community, room_id)
    elif venue_id is not None:
        shown = Venue.get_of(actor.community, venue_id)
    token = secrets.token_urlsafe(24)
    screen = Screen.create(
        community=actor.community,
        screen_kind=kind,
        name=name.strip() or (shown.name if shown else str(_("Hall screen"))),
        venue_id=venue_id if kind == "hall" else None,
        room_id=room_id if kind == "door" else None,
        digest=_digest(token),
        created_by=actor.account,
    )
    record(actor, "rooms.screen.added", screen.ref, after={"kind": kind, "name": screen.name}, permission=MANAGE)
    return screen, token


def find_screen(community: str, token: str) -> Screen:
    """The screen whose address ends with this token; raises `NotFound` for an unknown or revoked one."""
    found = Screen.of(community).where(Screen.digest == _digest(token), Screen.revoked_at.is_null()).first()
    if found is None:
        raise NotFound
    return found


@transactional
def revoke_screen(actor: Actor, screen_id: int) -> None:
    """Make the address of a screen worthless; it goes dark at its next look. Raises `Refused` when it is already."""
    actor.require(MANAGE)
    screen: Screen = Screen.get_of(actor.community, screen_id)
    if screen.revoked_at is not None:
        raise Refused(_("This screen has been switched off already."))
    screen.revoked_at = now()
    screen.save()
    record(actor, "rooms.screen.revoked", screen.ref, permission=MANAGE)


_IN_USE = """
    SELECT s.id, s.kind, s.name, COALESCE(r.name, v.name, ''), s.created_at FROM rooms_screen s
    LEFT JOIN rooms_venue v ON v.community=s.community AND v.id=s.venue_id
    LEFT JOIN rooms_room r ON r.community=s.community AND r.id=s.room_id
    WHERE s.community=? AND s.revoked_at IS NULL ORDER BY s.id
"""


def screens(actor: Actor) -> list[ScreenLine]:
    """The screens in use (`rooms.manage`)."""
    actor.require(MANAGE)
    return [ScreenLine(*row) for row in rows(_IN_USE, actor.community)]


# --------------------------------------------------------------------------- what they show


class Shown(NamedTuple):
    """A time that is taken: where and when (`HH:MM`), whether it is going on now; nothing else."""

    room_id: int
    room: str
    floor: str
    start: str
    end: str
    is_now: bool


@dataclass(frozen=True)
class Hall:
    """A venue today: what is going on and to come (`more` lines did not fit), and which rooms anybody can use now; while all
    rooms are shut, when the first `opens` (day and `HH:MM`).
    """

    lines: Sequence[Shown]
    more: int
    free: Sequence[FreeNow]
    opens: tuple[datetime.date, str] | None = None


@dataclass(frozen=True)
class Door:
    """One room now: `state` is free, taken, closed (out of use) or shut (outside opening hours), `until` as `HH:MM` or
    empty; `next` is the next time it is taken; `lines` are today's taken times that are not over.
    """

    room: Room
    state: str
    until: str
    next: Shown | None
    lines: Sequence[Shown]


_TAKEN = """
    SELECT o.room_id, r.name, r.floor, o.start_min, o.end_min, r.venue_id
    FROM rooms_occurrence o JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND o.end_min>?
        AND o.state IN ('held', 'confirmed', 'checked_in')
    ORDER BY o.start_min, r.venue_id, r.id
"""


def hall(actor: Actor, venue_id: int | None, moment: datetime.datetime | None = None) -> Hall:
    """What a hall screen shows at a local moment (now unless told).

    It invites everybody who stands before it, so of the free rooms it shows those that anybody may use without an
    account, whoever is signed in at the screen itself.
    """
    moment = moment or local_now()
    lines = [line for line, venue in _taken(actor, moment) if venue_id is None or venue == venue_id]
    days = [each for each in day(actor, moment.date()) if venue_id is None or each.room.venue_id == venue_id]
    anybody = Actor(community=actor.community)
    free = free_now(anybody, days, moment)
    opens = None if free else opens_next(str(actor.community), moment, venue_id)
    return Hall(lines[:MOST_LINES], max(0, len(lines) - MOST_LINES), free, opens)


def door(actor: Actor, room: Room, moment: datetime.datetime | None = None) -> Door:
    """What a door screen shows at a local moment (now unless told). A hall is taken when any of its parts is."""
    moment = moment or local_now()
    days = {each.room.id: each for each in day(actor, moment.date())}
    touching = {room.id, room.part_of, *(key for key, each in days.items() if each.room.part_of == room.id)}
    lines = [line for line, _venue in _taken(actor, moment) if line.room_id in touching]
    state, until = _state(days[room.id], _minute(moment)) if room.id in days else ("closed", "")
    return Door(room, state, until, next((line for line in lines if not line.is_now), None), lines[:MOST_LINES])


def _taken(actor: Actor, moment: datetime.datetime) -> list[tuple[Shown, int]]:
    """Today's taken times that are not over, with their venue; never who or what for."""
    date = moment.date()
    first, last = day_bounds(date)
    this_minute = first + _minute(moment)
    found = []
    for room_id, name, floor, start, end, venue in rows(_TAKEN, actor.community, first, last, this_minute):
        _day, begins, ends = local_span(start, end)
        found.append((Shown(room_id, name, floor, hhmm(begins), hhmm(ends), start <= this_minute), venue))
    return found


def _state(today: RoomDay, minute: int) -> tuple[str, str]:
    for kinds, state in ((("closed",), "closed"), (("booked", "mine"), "taken")):
        end = _end_of([(each.start, each.end) for each in today.taken if each.kind in kinds], minute)
        if end is not None:
            return state, hhmm(end)
    end = _end_of(today.free, minute)
    if end is not None:
        return "free", hhmm(end)
    later = [start for start, _end in today.open if start > minute]
    return "shut", hhmm(min(later)) if later else ""


def _end_of(intervals: Iterable[Interval], minute: int) -> int | None:
    """The end of the interval that holds this minute, None when none does."""
    return next((end for start, end in union(intervals) if start <= minute < end), None)


def _minute(moment: datetime.datetime) -> int:
    return moment.hour * 60 + moment.minute
