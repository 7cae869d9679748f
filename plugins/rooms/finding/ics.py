"""Bookings as appointments for the calendars of phones. How an iCalendar text is written is core's."""

from __future__ import annotations

from collections.abc import Iterable

from core import Appointment
from core import calendar_text as text_of
from plugins.rooms.finding.lists import Line
from plugins.rooms.states import BLOCKING
from plugins.rooms.texts import _

_STATUS = dict.fromkeys(BLOCKING, "CONFIRMED") | {"requested": "TENTATIVE", "held": "TENTATIVE"}


def calendar_text(bookings: Iterable[Line], *, name: str = "") -> str:
    """A VCALENDAR with one event per booking that is or was somebody's, or may become so.

    A confidential booking is only called 预约.
    """
    found = (_appointment(booking) for booking in bookings if booking.state in _STATUS)
    return text_of(found, name=name, product="rooms")


def _appointment(booking: Line) -> Appointment:
    return Appointment(
        uid=f"rooms-occurrence-{booking.id}",
        start=booking.start_min,
        end=booking.end_min,
        summary=str(_("Booking")) if booking.confidential or not booking.title else booking.title,
        place="，".join(part for part in (booking.venue, booking.floor, booking.room) if part),
        status=_STATUS[booking.state],
        sequence=booking.sequence,
        changed_at=booking.changed_at,
    )
