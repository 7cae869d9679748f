"""Equipment that can be booked together with a room: where it is kept and who may choose it. Its key is its resource's."""

from core import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "rooms_equipment",
        """
        id INTEGER NOT NULL,
        community TEXT NOT NULL,
        name TEXT NOT NULL,
        kept_at TEXT NOT NULL DEFAULT '',
        bookable_by TEXT NOT NULL DEFAULT 'staff',
        removed_at INTEGER,
        CONSTRAINT rooms_equipment_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT rooms_equipment_bookable_by_known CHECK (bookable_by IN ('anyone', 'residents', 'staff')),
        PRIMARY KEY (id),
        UNIQUE (community, id),
        CONSTRAINT rooms_equipment_resource FOREIGN KEY (community, id) REFERENCES rooms_resource (community, id)
        """,
    )
    create_index(
        db, "rooms_equipment_name_unique", "rooms_equipment", "community, COALESCE(name, '')", unique=True,
        where="removed_at IS NULL",
    )  # fmt: skip
