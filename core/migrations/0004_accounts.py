"""Accounts: who may sign in, with which roles until when, from where, and the codes that open accounts.

No secret, token or code is stored as it is: secrets as scrypt, tokens and codes as digests.
"""

from core.store.schema import create_index, create_table


def up(migrator, db):
    _make_accounts(db)
    _make_roles(db)
    _make_sessions(db)
    _make_codes(db)


def _make_accounts(db):
    create_table(
        db,
        "account",
        """
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        community TEXT REFERENCES community (code),
        username TEXT,
        person_id INTEGER,
        secret TEXT,
        pin TEXT,
        must_change INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'active',
        label TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        secret_changed_at INTEGER,
        CONSTRAINT account_kind_known CHECK (kind IN ('resident', 'staff', 'owner')),
        CONSTRAINT account_status_known CHECK (status IN ('active', 'frozen', 'closed')),
        CONSTRAINT account_resident_named CHECK (kind <> 'resident' OR person_id IS NOT NULL OR status = 'closed'),
        CONSTRAINT account_username_given CHECK ((username IS NULL) = (kind = 'resident')),
        CONSTRAINT account_username_lower CHECK (username = lower(username) AND length(username) BETWEEN 2 AND 40),
        CONSTRAINT account_label_given CHECK (length(label) > 0),
        UNIQUE (username),
        UNIQUE (person_id),
        CONSTRAINT account_person FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
    )
    create_index(db, "account_of_community", "account", "community, kind, id")
    create_index(db, "person_phone_2_index", "person", "community, phone_2", where="phone_2 <> ''")


def _make_roles(db):
    create_table(
        db,
        "role_grant",
        """
        id INTEGER PRIMARY KEY,
        account_id INTEGER NOT NULL REFERENCES account (id),
        community TEXT NOT NULL REFERENCES community (code),
        role TEXT NOT NULL,
        from_day TEXT NOT NULL,
        until_day TEXT,
        granted_by INTEGER REFERENCES account (id),
        granted_at INTEGER NOT NULL,
        ended_at INTEGER,
        ended_by INTEGER REFERENCES account (id),
        grid_id INTEGER,
        CONSTRAINT role_grant_term CHECK (until_day >= from_day),
        CONSTRAINT role_grant_grid_given CHECK (role <> 'grid_officer' OR grid_id IS NOT NULL OR ended_at IS NOT NULL),
        CONSTRAINT role_grant_grid FOREIGN KEY (community, grid_id) REFERENCES grid (community, id)
        """,
    )
    create_index(db, "role_grant_of_account", "role_grant", "account_id, community")
    create_index(db, "role_grant_of_community", "role_grant", "community, role")
    create_table(
        db,
        "role_permission",
        """
        community TEXT NOT NULL REFERENCES community (code),
        role TEXT NOT NULL,
        permission TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        by_account INTEGER REFERENCES account (id),
        at INTEGER NOT NULL,
        CONSTRAINT role_permission_allowed_flag CHECK (allowed IN (0, 1)),
        PRIMARY KEY (community, role, permission)
        """,
        without_rowid=True,
    )


def _make_sessions(db):
    create_table(
        db,
        "session",
        """
        digest TEXT NOT NULL,
        account_id INTEGER NOT NULL REFERENCES account (id),
        opened_with TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        idle_ms INTEGER NOT NULL,
        on_idle TEXT NOT NULL,
        locked INTEGER NOT NULL DEFAULT 0,
        revoked_at INTEGER,
        address TEXT NOT NULL,
        agent TEXT NOT NULL,
        CONSTRAINT session_opened_with_known CHECK (opened_with IN ('password', 'pin', 'slip')),
        CONSTRAINT session_on_idle_known CHECK (on_idle IN ('lock', 'end')),
        PRIMARY KEY (digest)
        """,
        without_rowid=True,
    )
    create_index(db, "session_of_account", "session", "account_id, created_at")
    create_index(db, "session_at_address", "session", "address, created_at")
    create_table(
        db,
        "sign_in_attempt",
        """
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        address TEXT NOT NULL,
        at INTEGER NOT NULL,
        ok INTEGER NOT NULL DEFAULT 0
        """,
    )
    create_index(db, "sign_in_attempt_of_key", "sign_in_attempt", "key, at")
    create_index(db, "sign_in_attempt_from_address", "sign_in_attempt", "address, at")


def _make_codes(db):
    create_table(
        db,
        "account_slip",
        """
        id INTEGER PRIMARY KEY,
        community TEXT REFERENCES community (code),
        person_id INTEGER,
        account_id INTEGER REFERENCES account (id),
        code_digest TEXT NOT NULL,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER,
        revoked_at INTEGER,
        batch TEXT NOT NULL,
        by_account INTEGER REFERENCES account (id),
        CONSTRAINT account_slip_for_somebody CHECK (person_id IS NOT NULL OR account_id IS NOT NULL),
        UNIQUE (code_digest)
        """,
    )
    create_index(db, "account_slip_of_person", "account_slip", "community, person_id, issued_at")
    create_index(db, "account_slip_of_account", "account_slip", "account_id, issued_at")
    create_table(
        db,
        "installation",
        """
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (key)
        """,
        without_rowid=True,
    )
