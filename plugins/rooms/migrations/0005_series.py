"""Series: rules, skipped dates, recurring closures, and the number by which calendars know a newer version of an occurrence.

A booking with a `rule` has a row in `rooms_series`; `series_day` of its occurrences is the day of the rule each stands for,
also after it was moved. A date of a series takes place at most once.
"""

from core import add_guard, create_index, create_table, is_postgresql

# What makes an appointment another one in somebody's calendar: where and when it is, and that it no longer takes place.
_ENDED = "('refused', 'withdrawn', 'expired', 'lapsed', 'cancelled', 'displaced')"
_OTHER = (
    "NEW.room_id <> OLD.room_id OR NEW.start_min <> OLD.start_min OR NEW.end_min <> OLD.end_min "
    f"OR (NEW.state <> OLD.state AND NEW.state IN {_ENDED})"
)


_LIVE = "('requested', 'held', 'confirmed', 'checked_in', 'finished', 'unattended')"


def up(migrator, db):
    _count_versions(db)
    _make_series(db)
    _make_recurring_closures(db)


def _count_versions(db):
    kind = "BIGINT" if is_postgresql(db) else "INTEGER"
    db.execute_sql(f"ALTER TABLE rooms_occurrence ADD COLUMN sequence {kind} NOT NULL DEFAULT 0")
    name = "rooms_occurrence_sequence"
    add_guard(
        db,
        name,
        "rooms_occurrence",
        sqlite=(
            f"CREATE TRIGGER {name} AFTER UPDATE OF room_id, start_min, end_min, state ON rooms_occurrence "
            f"WHEN {_OTHER} BEGIN UPDATE rooms_occurrence SET sequence = OLD.sequence + 1 WHERE id = NEW.id; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "NEW.sequence := OLD.sequence + 1; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON rooms_occurrence FOR EACH ROW WHEN ({_OTHER}) "
            f"EXECUTE FUNCTION {name}()",
        ),
    )


def _make_series(db):
    create_table(
        db,
        "rooms_series",
        """
        booking_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        room_id INTEGER NOT NULL,
        first_day TEXT NOT NULL,
        start_minute INTEGER NOT NULL,
        end_minute INTEGER NOT NULL,
        follows INTEGER,
        goes_on_at INTEGER NOT NULL,
        asked_at INTEGER,
        asked_about INTEGER,
        CONSTRAINT rooms_series_order CHECK (start_minute >= 0 AND end_minute > start_minute AND end_minute <= 1440),
        CONSTRAINT rooms_series_asked CHECK ((asked_at IS NULL) = (asked_about IS NULL)),
        PRIMARY KEY (booking_id),
        CONSTRAINT rooms_series_booking FOREIGN KEY (community, booking_id) REFERENCES rooms_booking (community, id),
        CONSTRAINT rooms_series_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id),
        CONSTRAINT rooms_series_follows FOREIGN KEY (community, follows) REFERENCES rooms_booking (community, id),
        CONSTRAINT rooms_series_asked_about FOREIGN KEY (community, asked_about)
            REFERENCES rooms_occurrence (community, id)
        """,
    )
    create_index(db, "rooms_series_of", "rooms_series", "community, goes_on_at")
    create_table(
        db,
        "rooms_skipped",
        """
        booking_id INTEGER NOT NULL REFERENCES rooms_series (booking_id),
        community TEXT NOT NULL,
        day TEXT NOT NULL,
        state TEXT NOT NULL,
        CONSTRAINT rooms_skipped_state_known
            CHECK (state IN ('unwanted', 'taken', 'closed', 'outside', 'holiday', 'quota', 'past', 'far')),
        PRIMARY KEY (booking_id, day),
        CONSTRAINT rooms_skipped_booking FOREIGN KEY (community, booking_id) REFERENCES rooms_booking (community, id)
        """,
        without_rowid=True,
    )
    db.execute_sql("ALTER TABLE rooms_occurrence ADD COLUMN series_day TEXT")
    create_index(
        db,
        "rooms_occurrence_series_day",
        "rooms_occurrence",
        "booking_id, series_day",
        unique=True,
        where=f"series_day IS NOT NULL AND replaces IS NULL AND state IN {_LIVE}",
    )


def _make_recurring_closures(db):
    """Each date is a closure of its own, so that the slot table needs to know nothing of rules."""
    create_table(
        db,
        "rooms_closure_series",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        room_id INTEGER NOT NULL,
        rule TEXT NOT NULL,
        first_day TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        CONSTRAINT rooms_closure_series_rule_given CHECK (length(rule) > 0),
        UNIQUE (community, id),
        CONSTRAINT rooms_closure_series_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
    kind = "BIGINT" if is_postgresql(db) else "INTEGER"
    db.execute_sql(f"ALTER TABLE rooms_closure ADD COLUMN series_id {kind} REFERENCES rooms_closure_series (id)")
    create_index(db, "rooms_closure_of_series", "rooms_closure", "series_id, start_min", where="series_id IS NOT NULL")
