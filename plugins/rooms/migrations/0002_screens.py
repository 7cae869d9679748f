"""Screens in the hall and at doors: what each shows, and the digest of its secret address."""

from core import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_screen",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        venue_id INTEGER,
        room_id INTEGER,
        digest TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by INTEGER,
        revoked_at INTEGER,
        CONSTRAINT rooms_screen_kind_known CHECK (kind IN ('hall', 'door')),
        CONSTRAINT rooms_screen_shows CHECK ((kind = 'door') = (room_id IS NOT NULL)),
        CONSTRAINT rooms_screen_name_given CHECK (length(name) BETWEEN 1 AND 60),
        UNIQUE (digest),
        CONSTRAINT rooms_screen_venue FOREIGN KEY (community, venue_id) REFERENCES rooms_venue (community, id),
        CONSTRAINT rooms_screen_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
    create_index(db, "rooms_screen_in_use", "rooms_screen", "community", where="revoked_at IS NULL")
