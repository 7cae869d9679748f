"""Who came: that nobody did, as staff saw it, what the states of coming and leaving must know, and keys out and in."""

from core import create_index, create_table, is_postgresql


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
    create_table(
        db,
        "rooms_key_loan",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        occurrence_id INTEGER NOT NULL,
        taker TEXT NOT NULL,
        out_at INTEGER NOT NULL,
        out_by INTEGER,
        back_at INTEGER,
        back_by INTEGER,
        CONSTRAINT rooms_key_loan_taker_given CHECK (length(taker) BETWEEN 1 AND 60),
        CONSTRAINT rooms_key_loan_order CHECK (back_at >= out_at),
        CONSTRAINT rooms_key_loan_occurrence FOREIGN KEY (community, occurrence_id)
            REFERENCES rooms_occurrence (community, id)
        """,
    )
    create_index(db, "rooms_key_loan_once", "rooms_key_loan", "occurrence_id", unique=True, where="back_at IS NULL")
    create_index(db, "rooms_key_loan_of", "rooms_key_loan", "community, occurrence_id")
