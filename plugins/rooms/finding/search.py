"""What the search boxes find of the module: rooms by name and equipment for everybody, bookings for the desk."""

from __future__ import annotations

from collections.abc import Sequence

from core import Actor, Hit, NotFound, Ref, SearchSource, day_text, found_in, guest_codes
from plugins.rooms.finding.lists import Line, booking_by_code, find_bookings
from plugins.rooms.models import Occurrence
from plugins.rooms.places.places import rooms, venues
from plugins.rooms.texts import _


def _rooms(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    code = str(actor.community)
    names = {venue.id: venue.name for venue in venues(code)}
    hits = []
    for room in rooms(code):
        venue = names.get(room.venue_id, "")
        if found_in(terms, room.name, venue, *room.tags, *room.features):
            hits.append(Hit(room.name, venue, f"/c/{code}/rooms/{room.id}", "door-open", room.ref))
    return hits[:limit]


def _bookings(actor: Actor, terms: Sequence[str], limit: int) -> list[Hit]:
    """Bookings to come first; of a confidential one the title is neither searched nor shown."""
    hits = []
    for line in [*_by_code(actor, terms), *find_bookings(actor, terms, limit)][:limit]:
        title = str(_("confidential")) if line.confidential else line.title
        detail = f"{line.room} · {day_text(line.date)} {line.start}–{line.end} · {line.state_shown.label}"
        named = " · ".join(each for each in (title, line.organiser) if each)
        ref = Ref(Occurrence.kind, str(actor.community), line.id)
        hits.append(Hit(named, detail, f"/c/{actor.community}/rooms/desk/bookings/{line.id}", "calendar-days", ref))
    return hits


def _by_code(actor: Actor, terms: Sequence[str]) -> list[Line]:
    """The booking of a guest who stands at the counter with the code on a slip."""
    actor.require("rooms.desk")
    typed = guest_codes.normalised("".join(terms))
    try:
        return booking_by_code(actor, typed) if guest_codes.is_code(typed) else []
    except NotFound:
        return []


SOURCES = (
    SearchSource("rooms.found_rooms", _("Rooms"), "", _rooms, place="portal"),
    SearchSource("rooms.found_desk_rooms", _("Rooms"), "rooms.desk", _rooms),
    SearchSource("rooms.found_bookings", _("Room bookings"), "rooms.desk", _bookings),
)
