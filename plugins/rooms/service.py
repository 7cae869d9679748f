"""Everything pages, commands and jobs may call, by one name each; the first argument of every act is the `Actor`."""

from plugins.rooms.bookings import book, book_wish, take_hold
from plugins.rooms.changes import cancel, end_early, move, move_wish
from plugins.rooms.closures import close, closures, lift
from plugins.rooms.decisions import approve, expire, refuse
from plugins.rooms.find import Alternatives, Found, FreeTime, RoomDay, Taken, day, find_free, week
from plugins.rooms.hours import dated_hours, hours_text, is_holiday, load_plan, set_day, set_week, weekly_hours
from plugins.rooms.lists import Line, booking_by_code, my_bookings, occurrence_line, on_day, requests
from plugins.rooms.occurrences import Booked, owns
from plugins.rooms.places import (
    add_room,
    add_venue,
    edit_room,
    edit_venue,
    find_room,
    quotas,
    remove_room,
    remove_venue,
    room_in_use,
    rooms,
    set_quota,
    venues,
)

__all__ = [
    "Alternatives",
    "Booked",
    "Found",
    "FreeTime",
    "Line",
    "RoomDay",
    "Taken",
    "add_room",
    "add_venue",
    "approve",
    "book",
    "book_wish",
    "booking_by_code",
    "cancel",
    "close",
    "closures",
    "dated_hours",
    "day",
    "edit_room",
    "edit_venue",
    "end_early",
    "expire",
    "find_free",
    "find_room",
    "hours_text",
    "is_holiday",
    "lift",
    "load_plan",
    "move",
    "move_wish",
    "my_bookings",
    "occurrence_line",
    "on_day",
    "owns",
    "quotas",
    "refuse",
    "remove_room",
    "remove_venue",
    "requests",
    "room_in_use",
    "rooms",
    "set_day",
    "set_quota",
    "set_week",
    "take_hold",
    "venues",
    "week",
    "weekly_hours",
]
