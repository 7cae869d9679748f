"""Objections to notices with their public answers: what was filed stays, what was answered is never changed. Scores."""

from core.store.schema import add_guard, changed, create_index, create_table, is_postgresql, keep_rows, make_append_only

_FILED = ("community", "notice_id", "serial", "channel", "asked_on", "entered_at", "entered_by", "workflow_version")


def up(migrator, db):
    _make_objection(db)
    _make_objector(db)
    create_table(
        db,
        "objection_word",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        objection_id INTEGER NOT NULL,
        side TEXT NOT NULL,
        words TEXT NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        CONSTRAINT objection_word_side_known CHECK (side IN ('office', 'objector')),
        CONSTRAINT objection_word_given CHECK (length(words) BETWEEN 1 AND 4000),
        CONSTRAINT objection_word_of_objection FOREIGN KEY (community, objection_id) REFERENCES objection (community, id)
        """,
    )
    create_index(db, "objection_word_list", "objection_word", "community, objection_id, id")
    make_append_only(db, "objection_word")
    create_table(
        db,
        "objection_draft",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        notice_id INTEGER NOT NULL,
        words TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT objection_draft_words_given CHECK (length(words) BETWEEN 1 AND 2000),
        CONSTRAINT objection_draft_of_notice FOREIGN KEY (community, notice_id) REFERENCES notice (community, id),
        UNIQUE (community, account_id, notice_id)
        """,
    )

    _make_scores(db)


def _make_scores(db):
    create_table(
        db,
        "score",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        subject TEXT NOT NULL,
        home_id INTEGER NOT NULL REFERENCES home (id),
        value INTEGER NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        asked_on TEXT NOT NULL,
        entered_by TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        CONSTRAINT score_value_known CHECK (value BETWEEN 1 AND 5),
        CONSTRAINT score_words_short CHECK (length(words) <= 200),
        CONSTRAINT score_asked_on_form CHECK (length(asked_on) = 10),
        UNIQUE (community, id),
        UNIQUE (community, subject, home_id)
        """,
    )
    when = "NEW.community <> OLD.community OR NEW.subject <> OLD.subject OR NEW.home_id <> OLD.home_id"
    keep_rows(db, "score", when)
    create_table(
        db,
        "score_before",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        score_id INTEGER NOT NULL,
        value INTEGER NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        asked_on TEXT NOT NULL,
        entered_by TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        CONSTRAINT score_before_of_score FOREIGN KEY (community, score_id) REFERENCES score (community, id)
        """,
    )
    create_index(db, "score_before_of", "score_before", "community, score_id, id")
    make_append_only(db, "score_before")


def _make_objection(db):
    create_table(
        db,
        "objection",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        notice_id INTEGER NOT NULL,
        serial INTEGER NOT NULL,
        channel TEXT NOT NULL,
        asked_on TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        due_day TEXT,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        answer_by TEXT,
        wording TEXT NOT NULL DEFAULT '',
        shortened INTEGER NOT NULL DEFAULT 0,
        answer TEXT NOT NULL DEFAULT '',
        outcome TEXT NOT NULL DEFAULT '',
        answered_at INTEGER,
        answered_by TEXT NOT NULL DEFAULT '',
        answered_account INTEGER,
        withdrawn_at INTEGER,
        days_late INTEGER,
        CONSTRAINT objection_state_known CHECK (state IN ('submitted', 'answered', 'withdrawn')),
        CONSTRAINT objection_channel_known CHECK (channel IN ('account', 'guest', 'paper', 'telephone', 'counter')),
        CONSTRAINT objection_serial_positive CHECK (serial > 0),
        CONSTRAINT objection_days_form CHECK (
            length(asked_on) = 10 AND (due_day IS NULL OR length(due_day) = 10) AND (answer_by IS NULL OR length(answer_by) = 10)
        ),
        CONSTRAINT objection_entered_by_staff CHECK ((channel IN ('paper', 'telephone', 'counter')) = (entered_by <> '')),
        CONSTRAINT objection_answered_whole CHECK (
            (state <> 'answered' AND answered_at IS NULL AND answered_by = '' AND answer = '' AND outcome = '' AND wording = '')
            OR (state = 'answered' AND answered_at IS NOT NULL AND length(answered_by) > 0
                AND outcome IN ('stands', 'amended', 'withdrawn') AND length(answer) BETWEEN 1 AND 4000
                AND length(wording) BETWEEN 1 AND 2000)
        ),
        CONSTRAINT objection_shortened_flag CHECK (shortened IN (0, 1)),
        CONSTRAINT objection_withdrawn_when CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL)),
        CONSTRAINT objection_late_when_over CHECK (days_late IS NULL OR (days_late >= 0 AND state <> 'submitted')),
        CONSTRAINT objection_of_notice FOREIGN KEY (community, notice_id) REFERENCES notice (community, id),
        UNIQUE (community, id),
        UNIQUE (community, notice_id, serial)
        """,
    )
    create_index(db, "objection_list", "objection", "community, state, answer_by, id")
    _keep_objection(db)
    _only_while_open(db)


def _keep_objection(db):
    """What was filed stays as it was filed, what was answered or taken back changes no more: `objection_kept`."""
    due_moved = "OLD.answer_by IS NOT NULL AND NEW.answer_by IS DISTINCT FROM OLD.answer_by"
    when = f"OLD.state <> 'submitted' OR {changed(_FILED)} OR ({due_moved})"
    keep_rows(db, "objection", when)


def _make_objector(db):
    create_table(
        db,
        "objector",
        """
        objection_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        phone TEXT NOT NULL DEFAULT '',
        person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
        account_id INTEGER,
        code_digest TEXT,
        words TEXT NOT NULL,
        CONSTRAINT objector_name_short CHECK (length(name) <= 100),
        CONSTRAINT objector_words_short CHECK (length(words) <= 2000),
        CONSTRAINT objector_code_digest_form CHECK (code_digest IS NULL OR length(code_digest) = 64),
        CONSTRAINT objector_of_objection FOREIGN KEY (community, objection_id) REFERENCES objection (community, id),
        PRIMARY KEY (objection_id),
        UNIQUE (community, code_digest)
        """,
    )
    create_index(db, "objector_person", "objector", "person_id")
    create_index(db, "objector_account", "objector", "community, account_id")
    # The office may forget the words and the code (an erasure), never put others in their place.
    when = (
        "NEW.objection_id <> OLD.objection_id OR NEW.community <> OLD.community "
        "OR (NEW.code_digest IS NOT NULL AND NEW.code_digest IS DISTINCT FROM OLD.code_digest) OR (NEW.words <> OLD.words AND NEW.words <> '')"
    )
    keep_rows(db, "objector", when, key="objection_id")


def _only_while_open(db):
    """An objection is brought forward while its notice takes objections; entered it may be later: `objection_while_open`."""
    name = "objection_while_open"
    is_open = (
        "SELECT 1 FROM notice n WHERE n.community = NEW.community AND n.id = NEW.notice_id AND n.state = 'published' "
        "AND n.takes_objections = 1 AND NEW.asked_on BETWEEN n.publish_from AND n.objections_until"
    )
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS ({is_open}) THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
    )
    if is_postgresql(db):
        db.execute_sql(function)
    add_guard(
        db,
        name,
        "objection",
        sqlite=(
            f"CREATE TRIGGER {name} BEFORE INSERT ON objection WHEN NOT EXISTS ({is_open}) "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END",
        ),
        postgresql=(
            f"CREATE TRIGGER {name} BEFORE INSERT ON objection FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE objection ENABLE ALWAYS TRIGGER {name}",
        ),
    )
