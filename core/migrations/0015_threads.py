"""Links between records: added, ended with a reason, never deleted or pointed elsewhere. Who follows which record."""

from core.store.schema import changed, create_index, create_table, keep_rows

_SAID = ("id", "community", "src", "rel", "dst", "at", "by_account", "by_label")
_END = ("ended_at", "ended_by", "ended_reason")


def up(migrator, db):
    create_table(
        db,
        "link",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        src TEXT NOT NULL,
        rel TEXT NOT NULL,
        dst TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        ended_at INTEGER,
        ended_by TEXT NOT NULL DEFAULT '',
        ended_reason TEXT NOT NULL DEFAULT '',
        CONSTRAINT link_joins_two CHECK (src <> dst),
        CONSTRAINT link_names_given CHECK (
            length(src) BETWEEN 3 AND 200 AND length(dst) BETWEEN 3 AND 200 AND length(rel) BETWEEN 1 AND 40
        ),
        CONSTRAINT link_ended_whole CHECK (
            (ended_at IS NULL AND ended_by = '' AND ended_reason = '')
            OR (ended_at IS NOT NULL AND length(ended_by) > 0 AND length(ended_reason) BETWEEN 1 AND 500)
        )
        """,
    )
    create_index(
        db,
        "link_community_src_rel_dst_unique",
        "link",
        "community, src, rel, dst",
        unique=True,
        where="ended_at IS NULL",
    )
    create_index(db, "link_from", "link", "community, src", where="ended_at IS NULL")
    create_index(db, "link_to", "link", "community, dst", where="ended_at IS NULL")
    _keep_links(db)
    create_table(
        db,
        "follower",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        subject TEXT NOT NULL,
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        wanted INTEGER NOT NULL DEFAULT 1,
        at INTEGER NOT NULL,
        CONSTRAINT follower_wanted_flag CHECK (wanted IN (0, 1)),
        CONSTRAINT follower_subject_given CHECK (length(subject) BETWEEN 3 AND 200),
        UNIQUE (community, subject, account_id)
        """,
    )
    create_index(db, "follower_of_account", "follower", "community, account_id, id")
    create_index(db, "follower_age", "follower", "community, at")
    # What followers are told stands in the application only: nobody is called about it, and no slip is printed.
    db.execute_sql("ALTER TABLE message ADD COLUMN only_here INTEGER NOT NULL DEFAULT 0")


def _keep_links(db):
    """What was linked stays as it was said; a link ends once, and only the words of its end may be erased: `link_kept`."""
    reworded = "NEW.ended_reason <> OLD.ended_reason AND NEW.ended_reason <> '—'"
    ended = f"OLD.ended_at IS NOT NULL AND ({changed(_END[:2])} OR ({reworded}))"
    keep_rows(db, "link", f"{changed(_SAID)} OR ({ended})")
