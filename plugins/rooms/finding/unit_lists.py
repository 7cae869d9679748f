"""What a unit's steward (`rooms.unit.decide`) sees: what waits and what is to come in the rooms of their venues, no others.

Whose a confidential booking is and what for is not told to a unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from core import Actor, Forbidden, LinliError, NotFound, Refused, today
from plugins.rooms.clock import day_bounds, now_minute
from plugins.rooms.finding.lists import FIRST_OF_SERIES, Line, lines_where
from plugins.rooms.finding.series_lists import SeriesPage, series_page
from plugins.rooms.finding.waiting_lists import WaitingLine, waiting_where
from plugins.rooms.models import Room, Steward
from plugins.rooms.places.units import DECIDE_UNIT, decider
from plugins.rooms.texts import _

AHEAD_DAYS = 60
_MOST = 100
_THEIRS = "r.venue_id IN (SELECT s.venue_id FROM rooms_steward s WHERE s.community=r.community AND s.account=?)"


def unit_requests(actor: Actor) -> list[Line]:
    """Requests for their rooms, soonest first; the first waiting date of a series stands for all that waits of it."""
    actor.require(DECIDE_UNIT)
    wanted = (
        f"o.state='requested' AND o.start_min>? AND {_THEIRS} AND {FIRST_OF_SERIES} ORDER BY o.start_min, o.id LIMIT ?"
    )
    return _shown(lines_where(actor, wanted, now_minute(), actor.account, _MOST))


def unit_request(actor: Actor, occurrence_id: int) -> Line:
    """One of them; raises `NotFound` for what is not of this community, `Forbidden` for what is not in their rooms, and
    `Refused` for what has begun or is decided: a page that was opened earlier still leads there."""
    return _one(actor, unit_requests(actor), occurrence_id)


def unit_bookings(actor: Actor) -> list[Line]:
    """What is booked in their rooms and has not begun, in the next two months, soonest first."""
    actor.require(DECIDE_UNIT)
    moment = now_minute()
    _first, last = day_bounds(today())
    wanted = f"o.state='confirmed' AND o.start_min>? AND o.start_min<? AND {_THEIRS} ORDER BY o.start_min, o.id LIMIT ?"
    return _shown(lines_where(actor, wanted, moment, last + AHEAD_DAYS * 1440, actor.account, _MOST))


def unit_booking(actor: Actor, occurrence_id: int) -> Line:
    """One of them; raises like `unit_request`."""
    return _one(actor, unit_bookings(actor), occurrence_id)


def unit_rooms(actor: Actor) -> list[Room]:
    """The rooms of their venues that can be booked."""
    actor.require(DECIDE_UNIT)
    mine = Steward.of(actor.community, Steward.venue_id).where(Steward.account == actor.account)
    query = Room.of(actor.community).where(Room.removed_at.is_null(), Room.venue_id.in_(mine))
    return list(query.order_by(Room.venue_id, Room.id))


def unit_series(actor: Actor, booking_id: int) -> SeriesPage:
    """A series of which something waits for them; raises like `unit_request`."""
    found = [line for line in unit_requests(actor) if line.booking_id == booking_id and line.rule]
    if not found:
        raise _not_to_decide(actor, [line.room_id for line in lines_where(actor, "o.booking_id=?", booking_id)])
    return series_page(decider(actor, found[0].room_id).with_rights("rooms.desk"), booking_id)


def unit_waiting(actor: Actor) -> list[WaitingLine]:
    """Who waits for a room of theirs or is offered a time there; not who waits for any suitable room."""
    actor.require(DECIDE_UNIT)
    lines = waiting_where(actor, f"w.state IN ('waiting', 'offered') AND {_THEIRS} ORDER BY w.from_min, w.id LIMIT ?",
                          actor.account, _MOST)  # fmt: skip
    hidden = str(_("confidential"))
    return [line._replace(organiser=hidden, title="", organisation="") if line.confidential else line for line in lines]


def unit_waiting_line(actor: Actor, waiting_id: int) -> WaitingLine:
    """One of them; raises like `unit_request`."""
    for line in unit_waiting(actor):
        if line.id == waiting_id:
            return line
    raise _not_to_decide(actor, [line.room_id for line in waiting_where(actor, "w.id=?", waiting_id)])


def _one(actor: Actor, lines: list[Line], occurrence_id: int) -> Line:
    for line in lines:
        if line.id == occurrence_id:
            return line
    raise _not_to_decide(actor, [line.room_id for line in lines_where(actor, "o.id=?", occurrence_id)])


def _not_to_decide(actor: Actor, room_ids: Sequence[int | None]) -> LinliError:
    """Why something in these rooms (None: any suitable room) is not on the steward's lists."""
    if not room_ids:
        return NotFound()
    try:
        for room_id in room_ids:
            decider(actor, room_id or 0)
    except Forbidden as forbidden:
        return forbidden
    return Refused(
        _("This has begun, or somebody has decided on it."), advice=_("“Our rooms” shows what is to be decided.")
    )


def _shown(lines: list[Line]) -> list[Line]:
    hidden = str(_("confidential"))
    return [line._replace(organiser=hidden, title="", organisation="") if line.confidential else line for line in lines]
