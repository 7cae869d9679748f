"""What households say of a room after they used it. Keeping and counting scores is core's (`scores`)."""

from __future__ import annotations

import datetime

from core import Actor, NotFound, Ref, ScoreKind, local_day, scores
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import now_minute
from plugins.rooms.finding.lists import Line, occurrence_line
from plugins.rooms.models import Room
from plugins.rooms.places.places import find_room
from plugins.rooms.texts import _

ENTER = "rooms.desk"
DAYS = 30
_LAST_USE = """
    SELECT MAX(o.end_min) FROM rooms_booking b JOIN rooms_occurrence o ON o.community=b.community AND o.booking_id=b.id
    WHERE b.community=? AND b.person=? AND o.room_id=? AND (o.end_min<=? OR o.state='finished')
        AND o.state IN ('confirmed', 'checked_in', 'finished', 'unattended') AND o.missed_at IS NULL
"""


def closes(room: Ref, person_id: int) -> datetime.date | None:
    """Thirty days after the person's last booking of the room was over; None for whoever has not used it."""
    [(last,)] = rows(_LAST_USE, room.community, person_id, room.id, now_minute())
    return None if last is None else local_day(int(last) * 60_000) + datetime.timedelta(days=DAYS)


SCORES = ScoreKind(Room.kind, _("How satisfied were you with the room?"), closes)


def room_ref(community: str, room_id: int) -> Ref:
    """A room that is in use, as what is rated; raises `NotFound`."""
    return find_room(community, room_id).ref


def may_rate(actor: Actor, line: Line) -> bool:
    """Whether the actor's household can rate the room of a booking of the actor's own that is over."""
    if not line.is_over or line.person is None or line.person != actor.person:
        return False
    return scores.may_rate(actor, Ref(Room.kind, str(actor.community), line.room_id))


def rate_room(actor: Actor, line: Line, value: int, words: str) -> None:
    """Rate the room of one's own booking. Raises `Invalid`, `Refused`, `NotFound`."""
    if line.person is None or line.person != actor.person:
        raise NotFound
    scores.rate(actor, room_ref(str(actor.community), line.room_id), value, words)


def enter_rating(actor: Actor, occurrence_id: int, value: int, words: str, asked_on: datetime.date) -> None:
    """Enter what the resident of a booking wrote on paper. Raises `Invalid`, `Refused`, `NotFound`, `Forbidden`."""
    actor.require(ENTER)
    line = occurrence_line(actor, occurrence_id)
    if line.person is None:
        raise NotFound
    room = room_ref(str(actor.community), line.room_id)
    scores.enter_score(actor, room, line.person, value, words, asked_on=asked_on, permission=ENTER)
