"""Notices and their pairs. What a published notice says is kept by the database, word for word."""

from core.store.schema import add_guard, create_index, create_table, raising_function

# All that the digest of a published notice is made of, and how it came to be published.
_PUBLISHED = (
    "community", "category", "title", "body", "responsible", "subject", "publish_from", "publish_until", "takes_objections",
    "objections_until", "pair_id", "stage", "replaces", "year", "serial", "code", "digest", "chain_seq", "chain_digest",
    "published_at", "published_by", "created_at", "by_account", "by_label",
)  # fmt: skip


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
        CONSTRAINT notice_objections_have_an_end CHECK (
            (takes_objections = 0 AND objections_until IS NULL)
            OR (takes_objections = 1 AND (published_at IS NULL OR objections_until IS NOT NULL))
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
    create_index(db, "notice_up", "notice", "community, state, publish_until, id")
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


def _keep(db):
    """A published notice changes in nothing but its withdrawal, and no notice is ever deleted: `notice_kept`."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _PUBLISHED)
    # A withdrawn notice is not put up again: the stub on the wall would be wrong.
    when = f"OLD.state = 'withdrawn' OR (OLD.published_at IS NOT NULL AND ({changed}))"
    abort = "SELECT RAISE(ABORT, 'notice_kept')"
    add_guard(
        db,
        "notice_kept",
        "notice",
        sqlite=(
            f"CREATE TRIGGER notice_kept_update BEFORE UPDATE ON notice WHEN {when} BEGIN {abort}; END",
            f"CREATE TRIGGER notice_kept_delete BEFORE DELETE ON notice BEGIN {abort}; END",
            "CREATE TRIGGER notice_kept_insert BEFORE INSERT ON notice "
            f"WHEN EXISTS (SELECT 1 FROM notice WHERE id = NEW.id) BEGIN {abort}; END",
        ),
        postgresql=(
            raising_function("notice_kept"),
            f"CREATE TRIGGER notice_kept_update BEFORE UPDATE ON notice FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION notice_kept()",
            "CREATE TRIGGER notice_kept_delete BEFORE DELETE ON notice FOR EACH ROW EXECUTE FUNCTION notice_kept()",
            "CREATE TRIGGER notice_kept_truncate BEFORE TRUNCATE ON notice FOR EACH STATEMENT EXECUTE FUNCTION notice_kept()",
            "ALTER TABLE notice ENABLE ALWAYS TRIGGER notice_kept_update",
            "ALTER TABLE notice ENABLE ALWAYS TRIGGER notice_kept_delete",
            "ALTER TABLE notice ENABLE ALWAYS TRIGGER notice_kept_truncate",
        ),
    )
