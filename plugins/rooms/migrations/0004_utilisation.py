"""Unmet demand: how often no room was found for a time, counted, and nobody's."""

from core import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_unmet",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        kind TEXT NOT NULL,
        day TEXT NOT NULL,
        hour INTEGER NOT NULL,
        people INTEGER NOT NULL,
        features TEXT NOT NULL DEFAULT '',
        count INTEGER NOT NULL,
        CONSTRAINT rooms_unmet_kind_known CHECK (kind IN ('search', 'collision')),
        CONSTRAINT rooms_unmet_hour CHECK (hour BETWEEN 0 AND 23),
        CONSTRAINT rooms_unmet_people CHECK (people IN (0, 10, 20, 50, 100, 200)),
        CONSTRAINT rooms_unmet_counted CHECK (count > 0),
        UNIQUE (community, kind, day, hour, people, features)
        """,
    )
    create_index(db, "rooms_unmet_day", "rooms_unmet", "community, day")
