"""Which other rooms were booked together with one: for the same record of a module, at the same time. Reading only."""

from __future__ import annotations

from plugins.rooms.models import Booking, Occurrence

# What has its time already goes with what has; what is only held goes with what is held.
_TOGETHER = {"held": ("held",), "confirmed": ("confirmed", "checked_in"), "checked_in": ("confirmed", "checked_in")}


def companions(occurrence: Occurrence, booking: Booking) -> list[tuple[Occurrence, Booking]]:
    """The other rooms that go with an occurrence, each with its booking; none for what is no module's."""
    states = _TOGETHER.get(occurrence.state)
    if not booking.subject or states is None:
        return []
    theirs = {each.id: each for each in Booking.of(booking.community).where(Booking.subject == booking.subject)}
    found = Occurrence.of(occurrence.community).where(
        Occurrence.booking_id.in_(list(theirs)),
        Occurrence.start_min == occurrence.start_min,
        Occurrence.end_min == occurrence.end_min,
        Occurrence.state.in_(states),
        Occurrence.id != occurrence.id,
    )
    return [(each, theirs[each.booking_id]) for each in found.order_by(Occurrence.id)]
