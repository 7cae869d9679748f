"""A store with any number of bookings, for the benchmarks of rooms: twenty rooms, an hour each, half an hour between."""

from __future__ import annotations

from core.store.community import Community
from core.store.db import database, transaction
from plugins.rooms.clock import now_minute

CODE = "330481001009"
ROOMS = 20
LENGTH, EVERY = 60, 90


class Booked:
    """`bookings` bookings, as many in each room, half of them before now. Entered through the triggers, not the service."""

    def __init__(self, bookings: int) -> None:
        self.bookings = bookings
        self.per_room = bookings // ROOMS
        self._first = now_minute() // EVERY * EVERY - self.per_room // 2 * EVERY

    def room(self, key: int) -> int:
        """The room of a booking, 1…`ROOMS`; bookings count from 1."""
        return (key - 1) // self.per_room + 1

    def start(self, key: int) -> int:
        """When a booking begins, in UTC minutes."""
        return self._first + (key - 1) % self.per_room * EVERY

    def fill(self) -> None:
        """Write rooms that are open from 8 to 22 o'clock, and the bookings."""
        Community.create(code=CODE, name="西山社区")
        insert = database.obj.cursor().executemany
        each = range(1, self.per_room * ROOMS + 1)
        with transaction(CODE):
            insert("INSERT INTO rooms_venue (id, community, name) VALUES (1, ?, '中心')", [(CODE,)])
            rooms = [(room, CODE, f"房间 {room}") for room in range(1, ROOMS + 1)]
            insert("INSERT INTO rooms_resource (id, community, kind, name) VALUES (?, ?, 'room', ?)", rooms)
            insert("INSERT INTO rooms_room (id, community, venue_id, name) VALUES (?, ?, 1, ?)", rooms)
            insert(
                "INSERT INTO rooms_opening (community, venue_id, weekday, start_min, end_min) VALUES (?, 1, ?, 480, 1320)",
                [(CODE, weekday) for weekday in range(7)],
            )
            insert(
                "INSERT INTO rooms_booking (id, community, title, organiser_kind, organiser, requested_on, entered_at) "
                "VALUES (?, ?, '', 'staff', '', '2026-01-01', 0)",
                ((key, CODE) for key in each),
            )
            insert(
                "INSERT INTO rooms_occurrence (id, community, booking_id, room_id, start_min, end_min, state) "
                "VALUES (?, ?, ?, ?, ?, ?, 'confirmed')",
                ((key, CODE, key, self.room(key), self.start(key), self.start(key) + LENGTH) for key in each),
            )
            insert(
                "INSERT INTO rooms_occurrence_resource (community, occurrence_id, resource_id) VALUES (?, ?, ?)",
                ((CODE, key, self.room(key)) for key in each),
            )
            insert(
                "INSERT INTO rooms_slot (resource_id, start_min, end_min, occurrence_id) VALUES (?, ?, ?, ?)",
                ((self.room(key), self.start(key), self.start(key) + LENGTH, key) for key in each),
            )
