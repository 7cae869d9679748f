"""Whom staff call about a booking: residents are reached by people, so every decision about theirs becomes a call.

The list of calls itself is core's; here stands who is called, about what, and when a call is no longer needed.
"""

from __future__ import annotations

from core import Actor, LazyText, ask_to_call, call_not_needed, now
from plugins.rooms.clock import now_minute
from plugins.rooms.models import Booking, Occurrence
from plugins.rooms.rules import time_text
from plugins.rooms.texts import _

DECIDED = "decided"
CANCELLED = "cancelled"
MOVED = "moved"
EXPIRED = "expired"


def this_move() -> str:
    """The reason of the call about a move: each has a call of its own, also one back to where the booking was before."""
    return f"{MOVED}.{now()}"


def call_about(actor: Actor, occurrence: Occurrence, booking: Booking, key: str, why: LazyText) -> bool:
    """Put the organiser of a booking on the list of calls; False when there is nobody to tell (a booking of the office
    itself) or its time is over, unless that is what is to be told. Whoever gave no number is on the list too: somebody
    tells them in person.
    """
    if booking.organiser_kind == "staff" or (occurrence.end_min <= now_minute() and key != EXPIRED):
        return False
    ask_to_call(
        actor,
        occurrence.ref,
        key,
        name=booking.organiser,
        phone=booking.guest_phone,
        person_id=booking.person,
        why=why,
    )
    return True


def no_call_about(actor: Actor, occurrence: Occurrence, *keys: str) -> None:
    """What was to be told is no longer true, or the organiser did it: take the open calls off the list."""
    for key in keys:
        call_not_needed(actor, occurrence.ref, key, _("The booking has changed since."))


def place_and_time(room: str, occurrence: Occurrence) -> str:
    """Where and when an occurrence is, for what is said on the telephone: `活动室 11月21日 周六 14:00–16:00`."""
    return f"{room} {time_text(occurrence.start_min, occurrence.end_min)}"
