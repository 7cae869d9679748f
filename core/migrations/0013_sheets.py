"""Printed forms: which record was given which number."""

from core.store.schema import create_table, make_append_only


def up(migrator, db):
    create_table(
        db,
        "sheet",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        name TEXT NOT NULL,
        subject TEXT NOT NULL,
        word TEXT NOT NULL,
        year INTEGER NOT NULL,
        serial INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT sheet_serial_positive CHECK (serial > 0),
        UNIQUE (community, name, subject),
        UNIQUE (community, name, year, serial)
        """,
    )
    make_append_only(db, "sheet")
