"""What organisers are told about their bookings, and when it is no longer true.

They read it on this site, are called or get a slip: that is core's. Here stands who is told, about what, and what follows
from a change.
"""

from __future__ import annotations

from core import Actor, LazyText, not_needed, now, tell
from plugins.rooms.booking.rules import time_text
from plugins.rooms.clock import now_minute
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.texts import _

DECIDED = "decided"
CANCELLED = "cancelled"
MOVED = "moved"
EXPIRED = "expired"
RELEASED = "released"
OFFERED = "offered"
DISPLACED = "displaced"
REMINDER = "reminder"


def this_move() -> str:
    """The reason for telling of a move: each is told, also one back to where the booking was before."""
    return f"{MOVED}.{now()}"


def tell_organiser(actor: Actor, occurrence: Occurrence, booking: Booking, key: str, words: LazyText) -> bool:
    """Tell the organiser of a booking; False when there is nobody to tell (a booking of the office itself) or its time is
    over, unless that is what is to be told. Whoever gave no number is told in person.

    They are told whatever they prefer: nobody shall stand before a locked door.
    """
    if booking.organiser_kind == "staff" or (occurrence.end_min <= now_minute() and key != EXPIRED):
        return False
    tell(
        actor,
        booking.ref if booking.person is None else booking.person,
        occurrence.ref,
        key,
        words,
        title=_("About your booking"),
        name=booking.organiser,
        phone=booking.guest_phone,
        required=True,
    )
    return True


def no_longer_true(actor: Actor, occurrence: Occurrence, *keys: str) -> None:
    """What was told does not hold any more, or the organiser did it: withdraw it, and the calls about it."""
    for key in keys:
        not_needed(actor, occurrence.ref, key, _("The booking has changed since."))


def place_and_time(room: str, occurrence: Occurrence) -> str:
    """Where and when an occurrence is, for what is said on the telephone: `活动室 11月21日 周六 14:00–16:00`."""
    return f"{room} {time_text(occurrence.start_min, occurrence.end_min)}"
