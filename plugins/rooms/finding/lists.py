"""Bookings as lists: one's own, those of a day for the desk, requests that wait. One query each, no records changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from core import Actor, Forbidden, NotFound, State, guest_codes, today
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import day_bounds, hhmm, local_span, now_minute
from plugins.rooms.places.hours import Plan, load_plan
from plugins.rooms.states import OVER, STATES, last_minute

_FARTHEST = 3 * 366 * 1440  # minutes; rooms are booked at most two years ahead
_STATE = {state.name: state for state in STATES}
# Greater than every id: nothing of its minute lies behind it.
_LAST_ID = 2**63 - 1
_AT_ONCE = 500


class Line(NamedTuple):
    """One occurrence with what a page shows of it; times are UTC minutes.

    It holds names and titles: show it only to the organiser or to staff (`rooms.desk`).
    """

    id: int
    booking_id: int
    room_id: int
    room: str
    venue_id: int
    venue: str
    floor: str
    start_min: int
    end_min: int
    state: str
    reason: str
    replaces: int | None
    title: str
    purpose: str
    people: int | None
    organiser_kind: str
    organiser: str
    organisation: str
    person: int | None
    account: int | None
    guest_phone: str
    confidential: int
    requested_on: str
    entered_at: int
    subject: str | None
    checked_in_at: int | None
    finished_at: int | None
    people_came: int | None
    missed_at: int | None
    rule: str
    series_day: str | None
    sequence: int
    changed_at: int

    @property
    def date(self) -> datetime.date:
        """The local day."""
        return local_span(self.start_min, self.end_min)[0]

    @property
    def start(self) -> str:
        """The local start, `HH:MM`."""
        return hhmm(local_span(self.start_min, self.end_min)[1])

    @property
    def end(self) -> str:
        """The local end, `HH:MM`; midnight is 24:00."""
        return hhmm(local_span(self.start_min, self.end_min)[2])

    @property
    def is_series_request(self) -> bool:
        """Whether it waits for a decision together with what else of its series waits."""
        return bool(self.rule) and self.state == "requested"

    @property
    def is_change_request(self) -> bool:
        """Whether it would move or lengthen a booking that stays as it is until this is approved."""
        return self.replaces is not None and self.state == "requested"

    @property
    def state_shown(self) -> State:
        """The state with its word, icon and tint."""
        return _STATE[self.state]

    @property
    def is_running(self) -> bool:
        """Whether it is going on now, checked in or not."""
        return self.state in ("confirmed", "checked_in") and self.start_min <= now_minute() < self.end_min

    @property
    def may_finish(self) -> bool:
        """Whether they can leave: it is going on, or somebody is checked in (before its start, or still after its end)."""
        return self.is_running or self.state == "checked_in"

    @property
    def is_over(self) -> bool:
        """Whether its time has passed and nobody is checked in any more, or it was finished before."""
        return self.state in OVER or (self.end_min <= now_minute() and self.state != "checked_in")

    @property
    def until(self) -> int:
        """The UTC minute until which it has its time: the booked end, or the actual one where that was earlier."""
        return last_minute(self.start_min, self.end_min, self.finished_at)

    @property
    def left(self) -> str:
        """When they left, `HH:MM`; empty while they have not."""
        if self.state != "finished" or self.finished_at is None:
            return ""
        minute = -(-self.finished_at // 60_000)
        return hhmm(local_span(minute, minute)[1])

    @property
    def overrun(self) -> int:
        """By how many minutes they stayed, or stay, longer than booked."""
        if self.state == "checked_in":
            return max(0, now_minute() - self.end_min)
        return max(0, -(-(self.finished_at or 0) // 60_000) - self.end_min) if self.state == "finished" else 0

    @property
    def is_ahead(self) -> bool:
        """Whether it can still be cancelled or withdrawn."""
        return self.state in ("requested", "held", "confirmed") and self.start_min > now_minute()


_COLUMNS = """
    SELECT o.id, o.booking_id, o.room_id, r.name, r.venue_id, v.name, r.floor, o.start_min, o.end_min, o.state, o.reason,
        o.replaces, COALESCE(o.title, b.title), b.purpose, b.people, b.organiser_kind, b.organiser, b.organisation, b.person,
        b.account,
        b.guest_phone, b.confidential, b.requested_on, b.entered_at, b.subject,
        o.checked_in_at, o.finished_at, o.people_came, o.missed_at, b.rule, o.series_day,
        o.sequence, o.changed_at
"""
_PLACE = """
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
        JOIN rooms_venue v ON v.community=r.community AND v.id=r.venue_id
"""
_LINE = f"""{_COLUMNS}
    FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id {_PLACE}
    WHERE o.community=? AND
"""
# CROSS JOIN keeps SQLite from walking through all occurrences of the community in order of time, to find a few.
_OWN = f"""{_COLUMNS}
    FROM (SELECT id FROM rooms_booking WHERE community=? AND person=?
            UNION SELECT id FROM rooms_booking WHERE community=? AND account=?) own
        CROSS JOIN rooms_booking b CROSS JOIN rooms_occurrence o {_PLACE}
    WHERE b.id=own.id AND o.community=b.community AND o.booking_id=b.id AND
"""
_AFTER = " AND (o.start_min, o.id) > (?, ?)"
_IN_ORDER = " ORDER BY o.start_min, o.id LIMIT ?"
_OWN_AHEAD = _OWN + " o.end_min>? AND o.state NOT IN ('finished', 'unattended')" + _AFTER
_OWN_PAST = (
    _OWN
    + """ (o.end_min<=? OR o.state IN ('finished', 'unattended')) AND (o.start_min, o.id) < (?, ?)
        ORDER BY o.start_min DESC, o.id DESC LIMIT ?"""
)
# Of a series its next date stands for all; where every date was given up, the last of them.
_OF_SERIES = """
    SELECT s.id FROM rooms_occurrence s WHERE s.community=o.community AND s.booking_id=o.booking_id AND s.end_min>?
"""
_OPEN = "('requested', 'held', 'confirmed', 'checked_in')"
_ONCE = f"""
    AND (b.rule='' OR o.id=COALESCE(
        ({_OF_SERIES} AND s.state IN {_OPEN} AND (s.replaces IS NULL OR s.state<>'requested')
            ORDER BY s.start_min, s.id LIMIT 1),
        ({_OF_SERIES} AND s.state NOT IN ('finished', 'unattended') ORDER BY s.start_min DESC, s.id DESC LIMIT 1)))
"""
_MORE = f"""
    SELECT count(*) FROM rooms_occurrence o WHERE o.community=? AND o.booking_id=? AND o.end_min>?
        AND (o.replaces IS NULL OR o.state<>'requested') AND o.state IN {_OPEN}
"""
_BY_CODE = _LINE + " b.code_digest=? ORDER BY o.start_min, o.id"
_ON_DAY = (
    _LINE
    + """ o.start_min>=? AND o.start_min<? AND o.state IN ('requested', 'held', 'confirmed', 'checked_in', 'finished',
        'unattended') ORDER BY v.id, o.start_min, r.id, o.id"""
)
_AHEAD = (
    _LINE
    + """ r.venue_id=? AND o.end_min>? AND o.start_min<? AND o.end_min>? AND o.state IN ('requested', 'held',
        'confirmed', 'checked_in') ORDER BY o.start_min, r.id, o.id"""
)
# A series is decided on as a whole: its first waiting date stands for all of them.
FIRST_OF_SERIES = """(b.rule='' OR o.id=(
        SELECT s.id FROM rooms_occurrence s WHERE s.community=o.community AND s.booking_id=o.booking_id
            AND s.state='requested' ORDER BY s.start_min, s.id LIMIT 1))"""
_REQUESTS = (
    _LINE
    + f""" o.state='requested' AND (o.start_min, o.id) > (?, ?) AND {FIRST_OF_SERIES}
        ORDER BY o.start_min, o.id LIMIT ?"""
)
_AT_DOOR = """ o.start_min>=? AND o.start_min<? AND o.state IN ('confirmed', 'checked_in') AND o.room_id IN (
        SELECT t.id FROM rooms_room t WHERE t.id=? OR t.part_of=? OR t.id=(SELECT h.part_of FROM rooms_room h WHERE h.id=?))
"""
_HERE = _LINE + _AT_DOOR + " ORDER BY o.start_min, o.id"
_OF_CODE = "SELECT 1 FROM rooms_booking WHERE community=? AND id=? AND code_digest=?"
_ONE = _LINE + " o.id=?"
_OF_BOOKING = _LINE + " o.booking_id=? ORDER BY o.start_min, o.id"
# What a confidential booking is for is nobody's to find.
_TITLE = "CASE WHEN b.confidential=1 THEN '' ELSE COALESCE(o.title, b.title) END"
_SAID = f"LOWER({_TITLE} || ' ' || b.organiser || ' ' || b.organisation)"
_FOUND = f" {_SAID} LIKE ? ESCAPE '!' "
_LIKELIEST = " ORDER BY CASE WHEN o.end_min>=? THEN 0 ELSE 1 END, ABS(o.start_min-?), o.id LIMIT ?"


def _lines(statement: str, *params: Any) -> list[Line]:
    return [Line(*row) for row in rows(statement, *params)]


def lines_where(actor: Actor, condition: str, *params: Any) -> list[Line]:
    """The occurrences (`o`, with their room `r` and booking `b`) of the community for which a fixed condition holds; for
    lists in other files, which ask who may read them.
    """
    return _lines(f"{_LINE} {condition}", actor.community, *params)


def my_bookings(actor: Actor, *, past: bool = False, after: Line | None = None, limit: int = 50) -> list[Line]:
    """The actor's own bookings behind the line `after`: what is going on or to come, soonest first, or (`past`) what is
    over, the latest first.
    """
    if actor.person is None and actor.account is None:
        return []
    statement = _OWN_PAST if past else _OWN_AHEAD + _IN_ORDER
    place = (_LAST_ID, _LAST_ID) if past else (-1, -1)
    if after is not None:
        place = (after.start_min, after.id)
    return _lines(statement, *_whose(actor), now_minute(), *place, limit)


def _whose(actor: Actor) -> tuple[Any, ...]:
    return actor.community, actor.person, actor.community, actor.account


def all_my_bookings(actor: Actor) -> Iterator[Line]:
    """Everything of the actor's that is going on or to come, soonest first."""
    after = None
    while found := my_bookings(actor, after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1]


def my_plans(actor: Actor, after: Line | None = None, limit: int = 50) -> list[tuple[Line, int]]:
    """What is going on or to come of the actor's, behind the line `after`, each booking once: a series by its next date,
    with how many more are to come.
    """
    if actor.person is None and actor.account is None:
        return []
    minute = now_minute()
    place = (-1, -1) if after is None else (after.start_min, after.id)
    params = (*_whose(actor), minute, *place, minute, minute, limit)
    return [
        (line, _more_dates(actor.community, line, minute)) for line in _lines(_OWN_AHEAD + _ONCE + _IN_ORDER, *params)
    ]


def _more_dates(community: str | None, line: Line, minute: int) -> int:
    if not line.rule:
        return 0
    (found,) = rows(_MORE, community, line.booking_id, minute)
    return max(0, int(found[0]) - 1)


def booking_by_code(actor: Actor, code: str) -> list[Line]:
    """The occurrences of the guest's booking with this short code; raises `NotFound`. Guesses are for the page to slow."""
    found = _lines(_BY_CODE, actor.community, guest_codes.digest("rooms", str(actor.community), code))
    if not found:
        raise NotFound
    return found


def coming_here(actor: Actor, room_id: int, codes: Sequence[str] = ()) -> list[Line]:
    """The actor's own bookings of a room today that are not over, the next first; also with a guest's `codes`.

    Of a hall, its parts, and a part's hall too: whoever stands at a door need not know which of them was booked. Nobody
    learns here of a booking that is not their own.
    """
    first, last = day_bounds(today())
    found = _lines(_HERE, actor.community, first, last, room_id, room_id, room_id)
    return [line for line in found if _is_own(actor, line, codes) and not line.is_over]


def _is_own(actor: Actor, line: Line, codes: Iterable[str] = ()) -> bool:
    if (line.person is not None and line.person == actor.person) or (
        line.account is not None and line.account == actor.account
    ):
        return True
    return any(_has_code(actor, line, code) for code in codes if code)


def _has_code(actor: Actor, line: Line, code: str) -> bool:
    digest = guest_codes.digest("rooms", str(actor.community), code)
    return bool(rows(_OF_CODE, actor.community, line.booking_id, digest))


def on_day(actor: Actor, date: datetime.date, venue_id: int | None = None) -> list[Line]:
    """What happens on a day, by venue and time, for the desk (`rooms.desk`): bookings, holds and requests."""
    actor.require("rooms.desk")
    found = _lines(_ON_DAY, actor.community, *day_bounds(date))
    return [line for line in found if venue_id is None or line.venue_id == venue_id]


def outside_hours(actor: Actor, venue_id: int, *, day: datetime.date | None = None) -> list[Line]:
    """The bookings and requests in a venue, from now on or on one day, that its hours no longer cover (`rooms.desk`).

    Changing hours cancels nothing: staff call these people and move or cancel with them.
    """
    actor.require("rooms.desk")
    this_minute = now_minute()
    first, last = day_bounds(day) if day else (this_minute, this_minute + _FARTHEST)
    found = _lines(_AHEAD, actor.community, venue_id, first, last, this_minute)
    if not found:
        return []
    plan = load_plan(str(actor.community), found[0].date, found[-1].date)
    return [line for line in found if line.room_id in plan.rooms and not _covers(plan, line)]


def _covers(plan: Plan, line: Line) -> bool:
    hours = plan.open_minutes(line.room_id, line.date)
    return any(start <= line.start_min and line.end_min <= end for start, end in hours)


def requests(actor: Actor, after: Line | None = None, limit: int = 200) -> list[Line]:
    """Requests that wait for a decision (`rooms.booking.approve`), soonest first, starting behind the line `after`.

    Those with `replaces` are changes; the first waiting date of a series stands for all that waits of it.
    """
    actor.require("rooms.booking.approve")
    place = (now_minute(), _LAST_ID) if after is None else (after.start_min, after.id)
    return _lines(_REQUESTS, actor.community, *place, limit)


def find_bookings(actor: Actor, terms: Sequence[str], limit: int) -> list[Line]:
    """Bookings in whose title, organiser or organisation all terms of a search are found (`rooms.desk`).

    Those to come first, the nearest in time first.
    """
    actor.require("rooms.desk")
    marks = [term.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_") for term in terms]
    moment = now_minute()
    statement = _LINE + "AND".join([_FOUND] * len(marks)) + _LIKELIEST
    return _lines(statement, actor.community, *(f"%{mark}%" for mark in marks), moment, moment, limit)


def occurrence_line(actor: Actor, occurrence_id: int, code: str = "") -> Line:
    """One occurrence for its organiser, a guest with `code` or the desk; raises `NotFound` and `Forbidden`."""
    found = _lines(_ONE, actor.community, occurrence_id)
    if not found:
        raise NotFound
    _require_seen(actor, found, code)
    return found[0]


def booking_lines(actor: Actor, booking_id: int, code: str = "") -> list[Line]:
    """All occurrences of one booking, in order of time; for whom and raising like `occurrence_line`."""
    found = _lines(_OF_BOOKING, actor.community, booking_id)
    if not found:
        raise NotFound
    _require_seen(actor, found, code)
    return found


def _require_seen(actor: Actor, lines: Sequence[Line], code: str) -> None:
    """Raise `Forbidden` unless the lines of one booking are for this actor to read."""
    if not _is_own(actor, lines[0], [code]) and not actor.can("rooms.desk"):
        raise Forbidden


def booking_of(community: str, occurrence_id: int) -> int | None:
    """The number of the booking an occurrence belongs to."""
    found = rows("SELECT booking_id FROM rooms_occurrence WHERE community=? AND id=?", community, occurrence_id)
    return int(found[0][0]) if found else None


_INSTEAD = "SELECT id FROM rooms_occurrence WHERE community=? AND replaces=? AND state='held' ORDER BY id DESC LIMIT 1"


def held_instead(line: Line, community: str) -> int | None:
    """The occurrence that is held for whoever lost the time of `line` to the community; None when there is none."""
    found = rows(_INSTEAD, community, line.id) if line.state == "displaced" else []
    return int(found[0][0]) if found else None


def lines_of(actor: Actor, occurrences: Sequence[int]) -> list[Line]:
    """The lines of some occurrences of the community, in order; for lists of a few that staff are shown."""
    return [line for occurrence in occurrences for line in _lines(_ONE, actor.community, occurrence)]
