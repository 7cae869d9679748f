"""Seals: which published head of the ledger a notice was published with. Never changed."""

from core import create_table, make_append_only


def up(migrator, db):
    create_table(
        db,
        "revenue_seal",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        notice_id INTEGER NOT NULL,
        head_id INTEGER NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (community, notice_id),
        CONSTRAINT revenue_seal_head FOREIGN KEY (community, head_id) REFERENCES revenue_head (community, id)
        """,
    )
    make_append_only(db, "revenue_seal")
