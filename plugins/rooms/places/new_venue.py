"""A venue that can be used at once: entered together with its hours and its first room, in one act."""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, Invalid, transactional
from plugins.rooms.booking.slots import Interval
from plugins.rooms.models import Room
from plugins.rooms.places.places import add_room, add_venue
from plugins.rooms.places.set_hours import set_week
from plugins.rooms.texts import _

OPENS, CLOSES = 8 * 60 + 30, 17 * 60
_WORKDAYS, _WEEK = range(5), range(7)


@dataclass(frozen=True)
class FirstHours:
    """The same hours on every working day, in minutes of the day, and whether they also hold at the weekend."""

    opens: int = OPENS
    closes: int = CLOSES
    weekend: bool = False

    def week(self) -> dict[int, list[Interval]]:
        """The hours by weekday, 0 = Monday."""
        return {weekday: [(self.opens, self.closes)] for weekday in (_WEEK if self.weekend else _WORKDAYS)}


@transactional
def start_venue(actor: Actor, *, name: str, address: str, hours: FirstHours, room: str, seats: int | None) -> Room:
    """Enter a venue, its weekly hours and its first room; returns the room. Raises `Invalid` (name, opens, closes, room,
    seats) and `Forbidden`.
    """
    if hours.closes <= hours.opens:
        raise Invalid({"closes": [_("The end must be later than the start.")]})
    venue = add_venue(actor, name=name, address=address)
    set_week(actor, venue.id, hours.week())
    try:
        return add_room(actor, venue.id, name=room, seats=seats)
    except Invalid as error:
        raise Invalid({{"name": "room"}.get(field, field): texts for field, texts in error.errors.items()}) from None
