"""Notices and their pairs. What a published notice says is kept by the database, word for word."""

from core.store.schema import add_guard, changed, create_index, create_table, keep_rows

# All that the digest of a published notice is made of, and how it came to be published.
_PUBLISHED = (
    "community", "category", "title", "body", "responsible", "subject", "days", "objection_days", "publish_from",
    "publish_until", "takes_objections", "objections_until", "replaces", "year", "serial", "code", "digest", "chain_seq",
    "chain_digest", "published_at", "published_by", "submitted_at", "created_at", "by_account", "by_label",
)  # fmt: skip
# A published notice may become the first of a pair, once; it says nothing else by that.
_PLACED = (
    "OLD.pair_id IS NOT NULL AND (NEW.pair_id IS DISTINCT FROM OLD.pair_id OR NEW.stage IS DISTINCT FROM OLD.stage)"
)


def up(migrator, db):
    create_table(
        db,
        "notice_pair",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        title TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT notice_pair_title_given CHECK (length(title) BETWEEN 1 AND 100),
        UNIQUE (community, id)
        """,
    )
    create_table(
        db,
        "notice",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        category TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        responsible TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL DEFAULT 'draft',
        days INTEGER NOT NULL,
        objection_days INTEGER NOT NULL DEFAULT 0,
        publish_from TEXT,
        publish_until TEXT,
        takes_objections INTEGER NOT NULL DEFAULT 0,
        objections_until TEXT,
        pair_id INTEGER,
        stage TEXT NOT NULL DEFAULT '',
        replaces INTEGER,
        year INTEGER,
        serial INTEGER,
        code TEXT,
        digest TEXT,
        chain_seq INTEGER,
        chain_digest TEXT,
        published_at INTEGER,
        published_by TEXT,
        withdrawn_at INTEGER,
        withdrawn_by TEXT,
        withdrawn_reason TEXT NOT NULL DEFAULT '',
        submitted_at INTEGER,
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT notice_state_known CHECK (state IN ('draft', 'published', 'withdrawn', 'discarded')),
        CONSTRAINT notice_published_or_not CHECK ((published_at IS NULL) = (state IN ('draft', 'discarded'))),
        CONSTRAINT notice_published_whole CHECK (
            (published_at IS NULL AND year IS NULL AND serial IS NULL AND code IS NULL AND digest IS NULL
                AND chain_seq IS NULL AND chain_digest IS NULL AND published_by IS NULL)
            OR (published_at IS NOT NULL AND year IS NOT NULL AND serial IS NOT NULL AND code IS NOT NULL
                AND digest IS NOT NULL AND length(digest) = 64 AND chain_seq IS NOT NULL AND chain_digest IS NOT NULL
                AND published_by IS NOT NULL AND publish_from IS NOT NULL AND publish_until IS NOT NULL
                AND length(title) > 0 AND length(body) > 0 AND length(responsible) > 0)
        ),
        CONSTRAINT notice_days_in_order CHECK (publish_until >= publish_from),
        CONSTRAINT notice_days_counted CHECK (days BETWEEN 1 AND 3650),
        CONSTRAINT notice_objections_have_an_end CHECK (
            (takes_objections = 0 AND objection_days = 0 AND objections_until IS NULL)
            OR (takes_objections = 1 AND objection_days BETWEEN 1 AND days
                AND (published_at IS NULL OR (objections_until IS NOT NULL AND objections_until <= publish_until)))
        ),
        CONSTRAINT notice_stage_in_pair CHECK (
            (pair_id IS NULL AND stage = '') OR (pair_id IS NOT NULL AND stage IN ('before', 'after'))
        ),
        CONSTRAINT notice_withdrawn_with_reason CHECK (
            (state <> 'withdrawn' AND withdrawn_at IS NULL AND withdrawn_by IS NULL AND withdrawn_reason = '')
            OR (state = 'withdrawn' AND withdrawn_at IS NOT NULL AND withdrawn_by IS NOT NULL
                AND length(withdrawn_reason) > 0)
        ),
        CONSTRAINT notice_of_pair FOREIGN KEY (community, pair_id) REFERENCES notice_pair (community, id),
        CONSTRAINT notice_replaced FOREIGN KEY (community, replaces) REFERENCES notice (community, id),
        UNIQUE (community, id),
        UNIQUE (community, year, serial),
        UNIQUE (community, code)
        """,
    )
    create_table(
        db,
        "notice_read",
        """
        community TEXT NOT NULL,
        notice_id INTEGER NOT NULL,
        day TEXT NOT NULL,
        count INTEGER NOT NULL,
        CONSTRAINT notice_read_counted CHECK (count > 0),
        CONSTRAINT notice_read_of_notice FOREIGN KEY (community, notice_id) REFERENCES notice (community, id),
        PRIMARY KEY (community, notice_id, day)
        """,
        without_rowid=True,
    )
    create_index(db, "notice_up", "notice", "community, state, publish_from, id")
    create_index(db, "notice_subject", "notice", "community, subject")
    create_index(
        db,
        "notice_stage_once",
        "notice",
        "community, pair_id, stage",
        unique=True,
        where="state IN ('draft', 'published')",
    )
    _keep(db)
    _keep_files(db)


def _keep(db):
    """A published notice changes in nothing but its withdrawal, and no notice is ever deleted: `notice_kept`."""
    # A withdrawn notice is not put up again: the stub on the wall would be wrong.
    moved = f"OLD.published_at IS NOT NULL AND ({changed(_PUBLISHED)} OR ({_PLACED}))"
    keep_rows(db, "notice", f"OLD.state = 'withdrawn' OR ({moved})")


def _keep_files(db):
    """What hangs with a published notice is not added to, removed or described anew: `notice_files_kept`."""
    name = "notice_files_kept"
    known = (
        "EXISTS (SELECT 1 FROM notice n WHERE n.community = {0}.community AND n.published_at IS NOT NULL "
        "AND n.id = CAST(substr({0}.subject, 13) AS {1}))"
    )
    abort = f"SELECT RAISE(ABORT, '{name}')"
    sqlite = [
        f"CREATE TRIGGER {name}_{when} BEFORE {when.upper()} ON file_use WHEN {row}.subject LIKE 'core.notice:%' "
        f"AND {known.format(row, 'INTEGER')} BEGIN {abort}; END"
        for when, row in (("insert", "NEW"), ("update", "OLD"))
    ]
    # A subject that is no notice must not be read as a number, so one question comes after the other.
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.subject ~ '^core[.]notice:[0-9]+$' THEN IF {known.format('NEW', 'BIGINT')} THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; END IF; RETURN NEW; END $$"
    )
    add_guard(
        db,
        name,
        "file_use",
        sqlite=tuple(sqlite),
        postgresql=(
            function,
            f"CREATE TRIGGER {name}_row BEFORE INSERT OR UPDATE ON file_use FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE file_use ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
