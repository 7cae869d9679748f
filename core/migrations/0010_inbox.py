"""The inbox: who makes which call, messages with the time they are due, and how people want to be reached."""

from core.store.schema import changed, create_index, create_table, is_postgresql, keep_rows

# What a message is about and whom it is for never changes, nor when it was delivered: a second delivery is impossible.
_IDENTITY = ("community", "subject", "reason_key", "recipient", "created_at")


def up(migrator, db):
    db.execute_sql(f"ALTER TABLE call_task ADD COLUMN assigned_to {'BIGINT' if is_postgresql(db) else 'INTEGER'}")
    create_index(
        db, "call_task_assigned", "call_task", "community, assigned_to, state", where="assigned_to IS NOT NULL"
    )
    _make_preferences(db)
    _make_messages(db)


def _make_preferences(db):
    create_table(
        db,
        "contact_preference",
        """
        community TEXT NOT NULL REFERENCES community (code),
        person_id INTEGER NOT NULL,
        way TEXT NOT NULL,
        asked_how TEXT NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT contact_preference_way_known CHECK (way IN ('phone', 'paper', 'in_app', 'none')),
        CONSTRAINT contact_preference_asked_known CHECK (asked_how IN ('self', 'counter')),
        PRIMARY KEY (community, person_id)
        """,
    )


def _make_messages(db):
    create_table(
        db,
        "message",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        subject TEXT NOT NULL,
        reason_key TEXT NOT NULL,
        recipient TEXT NOT NULL,
        person_id INTEGER,
        account_id INTEGER,
        name TEXT NOT NULL,
        phone TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        required INTEGER NOT NULL DEFAULT 0,
        start_min INTEGER,
        end_min INTEGER,
        place TEXT NOT NULL DEFAULT '',
        due_at INTEGER NOT NULL,
        know_by TEXT,
        state TEXT NOT NULL DEFAULT 'waiting',
        delivered_at INTEGER,
        in_hall INTEGER NOT NULL DEFAULT 0,
        hall_day TEXT,
        hall_number INTEGER,
        read_at INTEGER,
        told_at INTEGER,
        told_how TEXT NOT NULL DEFAULT '',
        printed_at INTEGER,
        note TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT message_name_given CHECK (length(name) > 0),
        CONSTRAINT message_text_given CHECK (length(text) BETWEEN 1 AND 2000 AND length(title) BETWEEN 1 AND 100),
        CONSTRAINT message_state_known CHECK (state IN ('waiting', 'delivered', 'silent', 'withdrawn')),
        CONSTRAINT message_delivered_or_not CHECK (
            (state <> 'waiting' OR delivered_at IS NULL) AND (state <> 'delivered' OR delivered_at IS NOT NULL)
        ),
        CONSTRAINT message_read_after_delivery CHECK (
            delivered_at IS NOT NULL OR (read_at IS NULL AND told_at IS NULL AND printed_at IS NULL)
        ),
        CONSTRAINT message_told_somehow CHECK (
            (told_at IS NULL AND told_how = '')
            OR (told_at IS NOT NULL AND told_how IN ('call', 'in_person', 'read'))
        ),
        CONSTRAINT message_times_in_order CHECK (
            (start_min IS NULL AND end_min IS NULL) OR (start_min IS NOT NULL AND end_min > start_min)
        ),
        CONSTRAINT message_hall_number_of_day CHECK (
            (hall_day IS NULL AND hall_number IS NULL) OR (length(hall_day) = 10 AND hall_number > 0)
        ),
        CONSTRAINT message_withdrawn_why CHECK (state <> 'withdrawn' OR length(note) > 0),
        CONSTRAINT message_know_by_form CHECK (length(know_by) = 10),
        UNIQUE (community, subject, reason_key, recipient),
        UNIQUE (community, hall_day, hall_number),
        UNIQUE (community, id)
        """,
    )
    create_index(db, "message_outbox", "message", "community, due_at, id", where="state = 'waiting'")
    create_index(db, "message_list", "message", "community, state, delivered_at, id")
    create_index(db, "message_of_person", "message", "community, person_id, id", where="person_id IS NOT NULL")
    create_index(db, "message_of_account", "message", "community, account_id, id", where="account_id IS NOT NULL")
    redelivered = "OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS DISTINCT FROM OLD.delivered_at"
    keep_rows(db, "message", f"{changed(_IDENTITY)} OR ({redelivered})")
