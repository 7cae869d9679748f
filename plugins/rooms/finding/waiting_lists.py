"""The waiting list as lists: one's own entries, all of them for the desk, one's place, the numbers for a screen in the hall."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from core import Actor, Forbidden, NotFound, State, guest_codes
from plugins.rooms.booking.offering import free_for, in_turn
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import hhmm, local_span, now_minute
from plugins.rooms.models import Booking, Waiting
from plugins.rooms.places.hours import load_plan
from plugins.rooms.states import WAITING_STATES

MOST_NUMBERS = 8
_KEEP_MINUTES = 14 * 1440
_STATE = {state.name: state for state in WAITING_STATES}


class WaitingLine(NamedTuple):
    """One entry with what a page shows of it; times are UTC minutes, `entered_at` and `held_until` milliseconds.

    `held_room` and `held_min` are where and when the time that is offered begins. It holds names: show it only to the
    person or to staff (`rooms.desk`).
    """

    id: int
    number: int
    booking_id: int
    room_id: int | None
    room: str
    from_min: int
    until_min: int
    minutes: int
    state: str
    reason: str
    occurrence_id: int | None
    contacted_at: int | None
    skipped_at: int | None
    entered_at: int
    title: str
    people: int | None
    organiser_kind: str
    organiser: str
    organisation: str
    person: int | None
    account: int | None
    guest_phone: str
    confidential: int
    needs_approval: int
    held_room: str
    held_min: int | None
    held_end: int | None
    held_until: int | None

    @property
    def date(self) -> datetime.date:
        """The local day."""
        return local_span(self.from_min, self.until_min)[0]

    @property
    def start(self) -> str:
        """The earliest start, `HH:MM`."""
        return hhmm(local_span(self.from_min, self.until_min)[1])

    @property
    def end(self) -> str:
        """The latest end, `HH:MM`."""
        return hhmm(local_span(self.from_min, self.until_min)[2])

    @property
    def is_exact(self) -> bool:
        """Whether it is that time or none."""
        return self.minutes == self.until_min - self.from_min

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in ("waiting", "offered")

    @property
    def held_time(self) -> tuple[str, str]:
        """Start and end of what is offered, `HH:MM`."""
        _day, first, last = local_span(self.held_min or 0, self.held_end or 0)
        return hhmm(first), hhmm(last)

    @property
    def state_shown(self) -> State:
        """The state with its words."""
        return _STATE[self.state]


_LINE = """
    SELECT w.id, w.number, w.booking_id, w.room_id, COALESCE(r.name, ''), w.from_min, w.until_min, w.minutes, w.state,
        w.reason, w.occurrence_id, w.contacted_at, w.skipped_at, w.entered_at, b.title, b.people, b.organiser_kind,
        b.organiser, b.organisation, b.person, b.account, b.guest_phone, b.confidential, COALESCE(r.needs_approval, 0),
        COALESCE(h.name, ''), o.start_min, o.end_min, o.held_until
    FROM rooms_waiting w JOIN rooms_booking b ON b.community=w.community AND b.id=w.booking_id
        LEFT JOIN rooms_room r ON r.community=w.community AND r.id=w.room_id
        LEFT JOIN rooms_occurrence o ON o.community=w.community AND o.id=w.occurrence_id
        LEFT JOIN rooms_room h ON h.community=o.community AND h.id=o.room_id
    WHERE w.community=? AND
"""
_OWN = _LINE + " w.until_min>? AND (b.person=? OR b.account=?) ORDER BY w.from_min, w.id LIMIT 50"
_BY_CODE = _LINE + " b.code_digest=?"
_ONE = _LINE + " w.id=?"
_OPEN = _LINE + " w.state IN ('waiting', 'offered') ORDER BY w.from_min, w.id LIMIT 500"
_OFFERED = _LINE + " w.occurrence_id=? AND w.state='offered'"
_NUMBERS = """
    SELECT number FROM rooms_waiting WHERE community=? AND state='offered' AND contacted_at IS NULL
    ORDER BY offered_at, id LIMIT ?
"""


def waiting_where(actor: Actor, condition: str, *params: Any) -> list[WaitingLine]:
    """The entries (`w`, with the room `r` they wait for) of the community for which a fixed condition holds; for lists in
    other files, which ask who may read them.
    """
    return [WaitingLine(*row) for row in rows(f"{_LINE} {condition}", actor.community, *params)]


def my_waiting(actor: Actor) -> list[WaitingLine]:
    """The actor's own entries: those to come, and what became of those of the last two weeks."""
    if actor.person is None and actor.account is None:
        return []
    since = now_minute() - _KEEP_MINUTES
    return [WaitingLine(*row) for row in rows(_OWN, actor.community, since, actor.person, actor.account)]


def waiting_by_code(actor: Actor, code: str) -> WaitingLine:
    """The entry of a guest with this short code; raises `NotFound`. Guesses are for the page to slow."""
    found = rows(_BY_CODE, actor.community, _digest(actor, code))
    if not found:
        raise NotFound
    return WaitingLine(*found[0])


def waiting_line(actor: Actor, waiting_id: int, code: str = "") -> WaitingLine:
    """One entry for its person, a guest with `code` or the desk; raises `NotFound` and `Forbidden`."""
    found = rows(_ONE, actor.community, waiting_id)
    if not found:
        raise NotFound
    line = WaitingLine(*found[0])
    mine = (line.person is not None and line.person == actor.person) or (
        line.account is not None and line.account == actor.account
    )
    if mine or actor.can("rooms.desk"):
        return line
    if code and any(row[0] == line.id for row in rows(_BY_CODE, actor.community, _digest(actor, code))):
        return line
    raise Forbidden


def _digest(actor: Actor, code: str) -> str:
    return guest_codes.digest("rooms", str(actor.community), code)


def offered_line(actor: Actor, occurrence_id: int) -> WaitingLine | None:
    """The entry for which a time is held now; for whoever may see that booking."""
    found = rows(_OFFERED, actor.community, occurrence_id)
    return WaitingLine(*found[0]) if found else None


def all_waiting(actor: Actor) -> list[WaitingLine]:
    """Everybody who waits or is offered a time (`rooms.desk`), by the time they wait for."""
    actor.require("rooms.desk")
    return [WaitingLine(*row) for row in rows(_OPEN, actor.community)]


def for_decision(actor: Actor) -> list[WaitingLine]:
    """Who waits for a room that needs approval and is free by now: nobody is offered one unless staff decide it."""
    community, found = str(actor.community), []
    for line in all_waiting(actor):
        if line.needs_approval and line.state == "waiting":
            entry = Waiting.get_of(community, line.id)
            booking = Booking.get_of(community, line.booking_id)
            if any(free_for(entry, booking, load_plan(community, line.date), approved=True)):
                found.append(line)
    return found


def before_me(actor: Actor, line: WaitingLine) -> int:
    """How many come first among those who want the same: another room or another time of the day does not count."""
    rivals = Waiting.of(actor.community).where(
        Waiting.state == "waiting", Waiting.from_min < line.until_min, Waiting.until_min > line.from_min
    )
    if line.room_id is not None:
        rivals = rivals.where((Waiting.room_id == line.room_id) | Waiting.room_id.is_null())
    turns = [entry.id for entry, _booking in in_turn(str(actor.community), list(rivals))]
    return turns.index(line.id) if line.id in turns else 0


def waiting_numbers(community: str) -> list[int]:
    """The numbers of those who are offered a time and do not know yet: nothing else of them may stand on a screen."""
    return [number for (number,) in rows(_NUMBERS, community, MOST_NUMBERS)]
