"""Privacy: who looked at whose record, kept as it was written for half a year at least; what people ask of their data."""

from core.store.schema import (
    add_guard,
    allow_blanking,
    changed,
    create_index,
    create_table,
    keep_rows,
    make_append_only,
    raising_function,
)

# 网络安全法 §21: logs are kept for at least six months.
_LEAST_MS = 183 * 86_400_000
# Who asked for what, and when it was entered, is evidence; what was written goes with the person.
_ASKED = ("community", "person_id", "ask", "way", "requested_on", "entered_at", "by_account")


def up(migrator, db):
    create_table(
        db,
        "person_view",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        at INTEGER NOT NULL,
        account INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        way TEXT NOT NULL,
        person TEXT NOT NULL DEFAULT '',
        people TEXT NOT NULL DEFAULT '',
        shown INTEGER NOT NULL,
        CONSTRAINT person_view_way_known CHECK (way IN ('page', 'list', 'search', 'home')),
        CONSTRAINT person_view_shown_counted CHECK (shown > 0),
        CONSTRAINT person_view_of_whom CHECK ((way = 'page') = (person <> '') AND (way = 'page') = (people = ''))
        """,
    )
    create_index(db, "person_view_when", "person_view", "community, at, id")
    create_index(db, "person_view_of", "person_view", "community, person, at")
    _keep_views(db)
    _make_requests(db)
    _make_notice(db)
    # What an erasure takes out of history: words and names, never the step itself.
    allow_blanking(db, "workflow_step", ("reason", "by_label"))
    allow_blanking(db, "call_attempt", ("note", "by_label"))
    allow_blanking(db, "objection_word", ("words", "by_label"))


def _keep_views(db):
    """A look is never changed, and not deleted before its time: `person_view_kept`."""
    name = "person_view_kept"
    abort = f"SELECT RAISE(ABORT, '{name}')"
    young_sqlite = f"OLD.at > CAST(strftime('%s', 'now') AS INTEGER) * 1000 - {_LEAST_MS}"
    young_postgresql = f"OLD.at > (EXTRACT(EPOCH FROM now()) * 1000)::bigint - {_LEAST_MS}"
    add_guard(
        db,
        name,
        "person_view",
        sqlite=(
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON person_view BEGIN {abort}; END",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON person_view WHEN {young_sqlite} BEGIN {abort}; END",
            f"CREATE TRIGGER {name}_insert BEFORE INSERT ON person_view "
            f"WHEN EXISTS (SELECT 1 FROM person_view WHERE id = NEW.id) BEGIN {abort}; END",
        ),
        postgresql=(
            raising_function(name),
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON person_view FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON person_view FOR EACH ROW WHEN ({young_postgresql}) "
            f"EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON person_view FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {name}()",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_update",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_delete",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_truncate",
        ),
    )


def _make_requests(db):
    create_table(
        db,
        "privacy_request",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        person_id INTEGER NOT NULL,
        ask TEXT NOT NULL,
        way TEXT NOT NULL,
        wish TEXT NOT NULL,
        requested_on TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        state TEXT NOT NULL,
        due_day TEXT,
        answer TEXT NOT NULL DEFAULT '',
        answered_at INTEGER,
        CONSTRAINT privacy_request_ask_known CHECK (ask IN ('copy', 'correct', 'erase')),
        CONSTRAINT privacy_request_way_known CHECK (way IN ('account', 'paper', 'telephone', 'in_person')),
        CONSTRAINT privacy_request_state_known CHECK (state IN ('open', 'done', 'refused')),
        CONSTRAINT privacy_request_requested_on_form CHECK (length(requested_on) = 10),
        CONSTRAINT privacy_request_answered CHECK ((state = 'open') = (answered_at IS NULL)),
        UNIQUE (community, id),
        CONSTRAINT privacy_request_person FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
    )
    create_index(db, "privacy_request_list", "privacy_request", "community, state, due_day, id")
    create_index(
        db, "privacy_request_open_once", "privacy_request", "community, person_id, COALESCE(ask, '')",
        unique=True, where="state = 'open'",
    )  # fmt: skip
    keep_rows(db, "privacy_request", changed(_ASKED))


def _make_notice(db):
    create_table(
        db,
        "privacy_notice",
        """
        community TEXT NOT NULL REFERENCES community (code),
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT privacy_notice_version_positive CHECK (version > 0),
        CONSTRAINT privacy_notice_body_given CHECK (length(body) BETWEEN 1 AND 10000),
        PRIMARY KEY (community, version)
        """,
    )
    make_append_only(db, "privacy_notice", key="community, version")
    create_table(
        db,
        "privacy_consent",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        person_id INTEGER NOT NULL,
        version INTEGER NOT NULL,
        given INTEGER NOT NULL,
        way TEXT NOT NULL,
        asked_on TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT privacy_consent_given_flag CHECK (given IN (0, 1)),
        CONSTRAINT privacy_consent_way_known CHECK (way IN ('account', 'paper')),
        CONSTRAINT privacy_consent_asked_on_form CHECK (length(asked_on) = 10),
        CONSTRAINT privacy_consent_to FOREIGN KEY (community, version) REFERENCES privacy_notice (community, version),
        CONSTRAINT privacy_consent_of FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
    )
    create_index(db, "privacy_consent_person", "privacy_consent", "community, person_id, id")
    make_append_only(db, "privacy_consent")
    allow_blanking(db, "privacy_consent", ("by_label",))
