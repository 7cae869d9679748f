"""Who came: that nobody did, as staff saw it, and what the states of coming and leaving must know."""

from core import create_index, is_postgresql


def up(migrator, db):
    # On the new column, because the table is not rebuilt: constraints of a column may name others.
    db.execute_sql(
        f"ALTER TABLE rooms_occurrence ADD COLUMN missed_at {'BIGINT' if is_postgresql(db) else 'INTEGER'} "
        "CONSTRAINT rooms_occurrence_missed CHECK (missed_at IS NULL OR state = 'unattended') "
        "CONSTRAINT rooms_occurrence_came CHECK (state <> 'checked_in' OR checked_in_at IS NOT NULL) "
        "CONSTRAINT rooms_occurrence_left CHECK (state <> 'finished' OR finished_at IS NOT NULL)"
    )
    create_index(
        db,
        "rooms_occurrence_ending",
        "rooms_occurrence",
        "community, state, end_min",
        where="state IN ('confirmed', 'checked_in')",
    )
