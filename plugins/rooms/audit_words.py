"""The plain words for the module's acts in the audit log (the hook `describe_audit`)."""

from __future__ import annotations

from typing import Any

from plugins.rooms.texts import _

SENTENCES = {
    "rooms.booking.made": _("Entered a booking"),
    "rooms.booking.moved": _("Moved a booking"),
    "rooms.booking.ended_early": _("Ended a booking early"),
    "rooms.occurrence.begin": _("Asked for a time"),
    "rooms.occurrence.book": _("Confirmed the booking at once"),
    "rooms.occurrence.hold": _("Held a time"),
    "rooms.occurrence.take": _("Took a held time"),
    "rooms.occurrence.lapse": _("A hold ran out"),
    "rooms.occurrence.approve": _("Approved a booking request"),
    "rooms.occurrence.refuse": _("Refused a booking request"),
    "rooms.occurrence.withdraw": _("Withdrew a booking request"),
    "rooms.occurrence.expire": _("A booking request was not decided in time"),
    "rooms.occurrence.cancel": _("Cancelled a booking"),
    "rooms.closure.made": _("Closed a room for a time"),
    "rooms.closure.lifted": _("Opened a closed room again"),
    "rooms.hours.changed": _("Changed opening hours"),
    "rooms.quota.set": _("Changed a quota"),
    "rooms.venue.added": _("Entered a venue"),
    "rooms.venue.changed": _("Changed a venue"),
    "rooms.venue.removed": _("Took a venue out of use"),
    "rooms.room.added": _("Entered a room"),
    "rooms.room.changed": _("Changed a room"),
    "rooms.room.removed": _("Took a room out of use"),
    "rooms.screen.added": _("Set up a screen"),
    "rooms.screen.revoked": _("Switched a screen off"),
    "rooms.day.exported": _("Exported the bookings of a day"),
}


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not the module's."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None
