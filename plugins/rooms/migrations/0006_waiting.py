"""The waiting list: who waits for which time, and the hold that was offered. Whose wish it is stands in the booking.

Times are UTC minutes: `minutes` long, anywhere in `from_min`…`until_min`. That one freed time gives one hold is kept by
the slot table (`rooms_slot_free`); that one hold is one person's by `rooms_waiting_offer`.
"""

from core import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_waiting",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        number INTEGER NOT NULL,
        booking_id INTEGER NOT NULL,
        room_id INTEGER,
        from_min INTEGER NOT NULL,
        until_min INTEGER NOT NULL,
        minutes INTEGER NOT NULL,
        features TEXT NOT NULL DEFAULT '[]',
        state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        occurrence_id INTEGER,
        offered_at INTEGER,
        contacted_at INTEGER,
        skipped_at INTEGER,
        entered_at INTEGER NOT NULL,
        CONSTRAINT rooms_waiting_state_known CHECK (state IN ('waiting', 'offered', 'taken', 'declined', 'lapsed',
            'left', 'removed', 'unmet')),
        CONSTRAINT rooms_waiting_fits CHECK (minutes > 0 AND until_min - from_min >= minutes),
        CONSTRAINT rooms_waiting_number CHECK (number > 0),
        CONSTRAINT rooms_waiting_offered_what CHECK (state <> 'offered' OR
            (occurrence_id IS NOT NULL AND offered_at IS NOT NULL)),
        CONSTRAINT rooms_waiting_lapsed_after_contact CHECK (contacted_at IS NULL OR offered_at IS NOT NULL),
        CONSTRAINT rooms_waiting_removed_why CHECK (state <> 'removed' OR length(reason) > 0),
        UNIQUE (community, id),
        UNIQUE (community, booking_id),
        CONSTRAINT rooms_waiting_booking FOREIGN KEY (community, booking_id) REFERENCES rooms_booking (community, id),
        CONSTRAINT rooms_waiting_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id),
        CONSTRAINT rooms_waiting_occurrence FOREIGN KEY (community, occurrence_id)
            REFERENCES rooms_occurrence (community, id)
        """,
    )
    create_index(
        db, "rooms_waiting_open", "rooms_waiting", "community, state, from_min", where="state IN ('waiting', 'offered')"
    )
    create_index(
        db, "rooms_waiting_offer", "rooms_waiting", "community, COALESCE(occurrence_id, 0)", unique=True,
        where="state = 'offered'",
    )  # fmt: skip
