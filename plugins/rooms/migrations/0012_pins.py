"""Where a room is found: its place on a plan of the venue."""

from core import create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_pin",
        """
        room_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        plan INTEGER NOT NULL,
        x INTEGER NOT NULL,
        y INTEGER NOT NULL,
        CONSTRAINT rooms_pin_on_the_plan CHECK (x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000),
        PRIMARY KEY (room_id),
        CONSTRAINT rooms_pin_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
