"""What was: opening hours by the days they held, closures with the version calendars know them by, and rooms bookings left.

Weekly hours without `from_day` have held ever since; those with `until_day` held until the day before it, on statutory
holidays as `on_holidays` says (without it: as the venue says now). Where a booking was before it moved to another room is
noted by the database with the move itself, so that no act can forget to tell the old room's calendar.
"""

from core import add_guard, create_index, create_table, is_postgresql

_TAKING = "('held', 'confirmed', 'checked_in', 'finished', 'unattended')"
_CLOSED_OTHERWISE = (
    "NEW.start_min <> OLD.start_min OR NEW.end_min <> OLD.end_min OR NEW.lifted_at IS DISTINCT FROM OLD.lifted_at"
)


def up(migrator, db):
    for column in ("from_day TEXT", "until_day TEXT", f"on_holidays {_integer(db)}"):
        db.execute_sql(f"ALTER TABLE rooms_opening ADD COLUMN {column}")
    _count_closures(db)
    _note_moves(db)


def _integer(db):
    return "BIGINT" if is_postgresql(db) else "INTEGER"


def _now(db):
    if is_postgresql(db):
        return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"


def _count_closures(db):
    db.execute_sql(f"ALTER TABLE rooms_closure ADD COLUMN sequence {_integer(db)} NOT NULL DEFAULT 0")
    db.execute_sql(f"ALTER TABLE rooms_closure ADD COLUMN changed_at {_integer(db)}")
    db.execute_sql("UPDATE rooms_closure SET changed_at = entered_at")
    name, now = "rooms_closure_changed", _now(db)
    set_it = "UPDATE rooms_closure SET changed_at = {}, sequence = {} WHERE id = NEW.id"
    add_guard(
        db, name, "rooms_closure",
        sqlite=(
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON rooms_closure BEGIN {set_it.format(now, 0)}; END",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF start_min, end_min, lifted_at ON rooms_closure "
            f"WHEN {_CLOSED_OTHERWISE} BEGIN {set_it.format(now, 'OLD.sequence + 1')}; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed_at := {now}; "
            "IF TG_OP = 'UPDATE' THEN NEW.sequence := OLD.sequence + 1; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE INSERT ON rooms_closure FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON rooms_closure FOR EACH ROW WHEN ({_CLOSED_OTHERWISE}) "
            f"EXECUTE FUNCTION {name}()",
        ),
    )  # fmt: skip


def _note_moves(db):
    create_table(
        db,
        "rooms_left",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        occurrence_id INTEGER NOT NULL,
        room_id INTEGER NOT NULL,
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        left_at INTEGER NOT NULL,
        CONSTRAINT rooms_left_occurrence FOREIGN KEY (community, occurrence_id)
            REFERENCES rooms_occurrence (community, id),
        CONSTRAINT rooms_left_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
    create_index(db, "rooms_left_lately", "rooms_left", "community, left_at")
    name = "rooms_occurrence_left_room"
    moved = f"NEW.room_id <> OLD.room_id AND OLD.state IN {_TAKING}"
    note = (
        "INSERT INTO rooms_left (community, occurrence_id, room_id, start_min, end_min, sequence, left_at) VALUES "
        f"(OLD.community, OLD.id, OLD.room_id, OLD.start_min, OLD.end_min, OLD.sequence + 1, {_now(db)})"
    )
    add_guard(
        db, name, "rooms_occurrence",
        sqlite=(
            f"CREATE TRIGGER {name} AFTER UPDATE OF room_id ON rooms_occurrence WHEN {moved} BEGIN {note}; END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note}; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER UPDATE ON rooms_occurrence FOR EACH ROW WHEN ({moved}) "
            f"EXECUTE FUNCTION {name}()",
        ),
    )  # fmt: skip
