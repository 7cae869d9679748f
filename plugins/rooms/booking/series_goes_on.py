"""Whether a long series goes on: asked every eight weeks, by whatever way the organiser is reached.

Nothing ends by itself: the answer is recorded by the organiser on the page of the series or by staff who heard it, and no
answer changes nothing.
"""

from __future__ import annotations

from core import Actor, not_needed, now, record, transactional
from plugins.rooms.booking.occurrences import require_own
from plugins.rooms.booking.recurrence import read_rule
from plugins.rooms.booking.rule_words import rule_words
from plugins.rooms.booking.series import load_series
from plugins.rooms.booking.slots import rows
from plugins.rooms.booking.telling import tell_organiser
from plugins.rooms.clock import now_minute, span
from plugins.rooms.models import Booking, Occurrence, Room, Series
from plugins.rooms.texts import _

GOES_ON = "goes_on"
EVERY_DAYS = 56

# Series nobody said anything about for eight weeks and that have at least two dates to come; the office need not ask itself.
_DUE = """
    SELECT s.booking_id, min(o.id) FROM rooms_series s
        JOIN rooms_booking b ON b.community=s.community AND b.id=s.booking_id
        JOIN rooms_occurrence o ON o.community=s.community AND o.booking_id=s.booking_id
    WHERE s.community=? AND s.goes_on_at<=? AND s.asked_at IS NULL AND b.organiser_kind<>'staff'
        AND o.start_min>? AND o.state='confirmed'
    GROUP BY s.booking_id HAVING count(*)>=2 ORDER BY s.booking_id LIMIT 200
"""


@transactional
def ask_whether_it_goes_on(actor: Actor) -> int:
    """The job `rooms.goes_on`: ask the organiser of every series that is due; returns how many were asked."""
    community = str(actor.community)
    due = rows(_DUE, community, now() - EVERY_DAYS * 86_400_000, now_minute())
    for booking_id, occurrence_id in due:
        booking, series = load_series(actor, booking_id)
        occurrence: Occurrence = Occurrence.get_of(community, occurrence_id)
        room: Room = Room.get_of(community, series.room_id)
        rule = rule_words(read_rule(booking.rule), series.first_day)
        time = span(series.start_minute, series.end_minute)
        words = _(
            "Does your regular booking go on? %(room)s, %(rule)s, %(time)s. If it ends, others can have the room.",
            room=room.name, rule=rule, time=time,
        )  # fmt: skip
        tell_organiser(actor, occurrence, booking, f"{GOES_ON}.{now()}", words)
        Series.update(asked_at=now(), asked_about=occurrence_id).where(Series.booking_id == booking_id).execute()
    return len(due)


@transactional
def goes_on(actor: Actor, booking_id: int, *, code: str = "") -> None:
    """Record that a series goes on: its organiser, a guest with `code`, or staff (`rooms.desk`) who heard it.

    Raises `Forbidden`, `NotFound`.
    """
    booking, series = load_series(actor, booking_id)
    require_own(actor, booking, "rooms.desk", code)
    answered(actor, booking, series)
    record(actor, "rooms.series.goes_on", booking.ref, after={"goes_on_at": now()})


def answered(actor: Actor, booking: Booking, series: Series) -> None:
    """Somebody said what becomes of the series: the question is withdrawn, and asked again in eight weeks at the earliest."""
    if series.asked_about is not None:
        asked: Occurrence = Occurrence.get_of(booking.community, series.asked_about)
        not_needed(actor, asked.ref, GOES_ON, _("This has been answered."))
    Series.update(goes_on_at=now(), asked_at=None, asked_about=None).where(Series.booking_id == booking.id).execute()
