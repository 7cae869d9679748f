"""Changes of a series that wait for approval, a date with words of its own, and what stood in the way of a date left out.

Once a change is approved, its date is one of the series like any other: a date still takes place at most once.
"""

from core import add_guard, create_index, is_postgresql

_LIVE = "('requested', 'held', 'confirmed', 'checked_in', 'finished', 'unattended')"


def up(migrator, db):
    db.execute_sql("DROP INDEX rooms_occurrence_series_day")
    create_index(
        db,
        "rooms_occurrence_series_day",
        "rooms_occurrence",
        "booking_id, series_day",
        unique=True,
        where=f"series_day IS NOT NULL AND (replaces IS NULL OR state <> 'requested') AND state IN {_LIVE}",
    )
    # A date has at most one change that waits.
    create_index(
        db,
        "rooms_occurrence_change_once",
        "rooms_occurrence",
        "replaces",
        unique=True,
        where="replaces IS NOT NULL AND state = 'requested'",
    )
    _name_dates(db)
    kind = "BIGINT" if is_postgresql(db) else "INTEGER"
    db.execute_sql(f"ALTER TABLE rooms_skipped ADD COLUMN resource_id {kind} REFERENCES rooms_resource (id)")


def _name_dates(db):
    """Other words for one date are another version of the appointment in somebody's calendar."""
    db.execute_sql("ALTER TABLE rooms_occurrence ADD COLUMN title TEXT")
    name = "rooms_occurrence_title"
    now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    pg_now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    add_guard(
        db,
        name,
        "rooms_occurrence",
        sqlite=(
            f"CREATE TRIGGER {name} AFTER UPDATE OF title ON rooms_occurrence WHEN NEW.title IS NOT OLD.title BEGIN "
            f"UPDATE rooms_occurrence SET sequence = OLD.sequence + 1, changed_at = {now} WHERE id = NEW.id; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"NEW.sequence := OLD.sequence + 1; NEW.changed_at := {pg_now}; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON rooms_occurrence FOR EACH ROW "
            f"WHEN (NEW.title IS DISTINCT FROM OLD.title) EXECUTE FUNCTION {name}()",
        ),
    )
