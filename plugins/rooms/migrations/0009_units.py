"""Spaces that units opened: which accounts decide on the requests for the rooms of a venue."""

from core import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_steward",
        """
        community TEXT NOT NULL,
        venue_id INTEGER NOT NULL,
        account INTEGER NOT NULL,
        PRIMARY KEY (venue_id, account),
        CONSTRAINT rooms_steward_venue FOREIGN KEY (community, venue_id) REFERENCES rooms_venue (community, id)
        """,
        without_rowid=True,
    )
    create_index(db, "rooms_steward_account", "rooms_steward", "community, account")
