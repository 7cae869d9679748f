"""Calendar feeds: what each shows and the digest of its secret address; and when an occurrence last changed.

The database notes the moment, with the change itself and whatever makes it, so that no feed can tell a calendar that
nothing happened. It is raised with what stands in a feed: place, time, state, what for.
"""

from core import add_guard, create_index, create_table, is_postgresql

_OTHER = (
    "NEW.room_id <> OLD.room_id OR NEW.start_min <> OLD.start_min OR NEW.end_min <> OLD.end_min "
    "OR NEW.state <> OLD.state"
)
_SAID = "NEW.title <> OLD.title OR NEW.confidential <> OLD.confidential"


def up(migrator, db):
    create_table(
        db,
        "rooms_feed",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        kind TEXT NOT NULL,
        room_id INTEGER,
        venue_id INTEGER,
        person INTEGER,
        account INTEGER,
        digest TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by INTEGER,
        revoked_at INTEGER,
        CONSTRAINT rooms_feed_kind_known CHECK (kind IN ('room', 'venue', 'own')),
        CONSTRAINT rooms_feed_shows CHECK ((kind = 'room') = (room_id IS NOT NULL)
            AND (kind = 'venue') = (venue_id IS NOT NULL) AND (kind = 'own') = (account IS NOT NULL)),
        UNIQUE (community, id),
        UNIQUE (digest),
        CONSTRAINT rooms_feed_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id),
        CONSTRAINT rooms_feed_venue FOREIGN KEY (community, venue_id) REFERENCES rooms_venue (community, id)
        """,
    )
    create_index(
        db, "rooms_feed_in_use", "rooms_feed",
        "community, kind, COALESCE(room_id, 0), COALESCE(venue_id, 0), COALESCE(account, 0)", unique=True,
        where="revoked_at IS NULL",
    )  # fmt: skip
    _note_changes(db)


def _note_changes(db):
    kind = "BIGINT" if is_postgresql(db) else "INTEGER"
    db.execute_sql(f"ALTER TABLE rooms_occurrence ADD COLUMN changed_at {kind}")
    name, said = "rooms_occurrence_changed", "rooms_booking_changed"
    now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    set_it = f"UPDATE rooms_occurrence SET changed_at = {now} WHERE"
    pg_now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    db.execute_sql(f"UPDATE rooms_occurrence SET changed_at = {pg_now if is_postgresql(db) else now}")
    add_guard(
        db, name, "rooms_occurrence",
        sqlite=(
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON rooms_occurrence BEGIN {set_it} id = NEW.id; END",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF room_id, start_min, end_min, state "
            f"ON rooms_occurrence WHEN {_OTHER} BEGIN {set_it} id = NEW.id; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"NEW.changed_at := {pg_now}; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE INSERT ON rooms_occurrence FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON rooms_occurrence FOR EACH ROW WHEN ({_OTHER}) "
            f"EXECUTE FUNCTION {name}()",
        ),
    )  # fmt: skip
    add_guard(
        db, said, "rooms_booking",
        sqlite=(
            f"CREATE TRIGGER {said} AFTER UPDATE OF title, confidential ON rooms_booking WHEN {_SAID} "
            f"BEGIN {set_it} community = NEW.community AND booking_id = NEW.id; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {said}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"UPDATE rooms_occurrence SET changed_at = {pg_now} WHERE community = NEW.community AND booking_id = NEW.id; "
            "RETURN NULL; END $$",
            f"CREATE TRIGGER {said} AFTER UPDATE ON rooms_booking FOR EACH ROW WHEN ({_SAID}) "
            f"EXECUTE FUNCTION {said}()",
        ),
    )  # fmt: skip
