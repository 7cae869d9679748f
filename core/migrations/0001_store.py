"""The store itself: communities, the audit chains, numbers and request keys."""

from core.store.schema import create_index, create_table, make_append_only


def up(migrator, db):
    create_table(
        db,
        "community",
        """
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        office_name TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL DEFAULT '',
        duty_phone TEXT NOT NULL DEFAULT '',
        office_hours TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        version INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT community_code_form CHECK (length(code) = 12),
        CONSTRAINT community_name_given CHECK (length(name) > 0),
        PRIMARY KEY (code)
        """,
    )
    create_table(
        db,
        "audit_entry",
        """
        chain TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        account INTEGER,
        actor TEXT NOT NULL,
        origin TEXT NOT NULL,
        permission TEXT NOT NULL,
        on_behalf_of INTEGER,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail_digest TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT audit_entry_seq_positive CHECK (seq > 0),
        PRIMARY KEY (chain, seq)
        """,
    )
    create_index(db, "audit_entry_subject", "audit_entry", "chain, subject, seq")
    make_append_only(db, "audit_entry", key="chain, seq")
    create_table(
        db,
        "audit_detail",
        """
        chain TEXT NOT NULL,
        seq INTEGER NOT NULL,
        salt TEXT NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (chain, seq),
        CONSTRAINT audit_detail_of_entry FOREIGN KEY (chain, seq) REFERENCES audit_entry (chain, seq)
        """,
    )
    create_table(
        db,
        "sequence_number",
        """
        community TEXT NOT NULL REFERENCES community (code),
        year INTEGER NOT NULL,
        kind TEXT NOT NULL,
        last INTEGER NOT NULL,
        CONSTRAINT sequence_number_positive CHECK (last > 0),
        PRIMARY KEY (community, year, kind)
        """,
    )
    create_table(
        db,
        "request_key",
        """
        community TEXT NOT NULL,
        key TEXT NOT NULL,
        digest TEXT NOT NULL,
        result TEXT,
        at INTEGER NOT NULL,
        CONSTRAINT request_key_length CHECK (length(key) BETWEEN 8 AND 100),
        PRIMARY KEY (community, key)
        """,
    )
