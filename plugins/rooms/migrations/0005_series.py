"""Series: the number by which calendars know a newer version of an occurrence."""

from core import add_guard, is_postgresql

# What makes an appointment another one in somebody's calendar: where and when it is, and that it no longer takes place.
_ENDED = "('refused', 'withdrawn', 'expired', 'lapsed', 'cancelled', 'displaced')"
_OTHER = (
    "NEW.room_id <> OLD.room_id OR NEW.start_min <> OLD.start_min OR NEW.end_min <> OLD.end_min "
    f"OR (NEW.state <> OLD.state AND NEW.state IN {_ENDED})"
)


def up(migrator, db):
    _count_versions(db)


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
