"""Separate consents (《个人信息保护法》 §29–31): what was asked and said, for children by a guardian; what somebody needs help
with, which is kept only while they agree; that somebody in the year of the fourteenth birthday has had it.
"""

from core.store.schema import add_guard, allow_blanking, create_index, create_table, make_append_only

CARE = "core.care"


def up(migrator, db):
    create_table(
        db,
        "separate_consent",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        person_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        given INTEGER NOT NULL,
        way TEXT NOT NULL,
        question TEXT NOT NULL,
        asked_on TEXT NOT NULL,
        guardian TEXT NOT NULL DEFAULT '',
        guardian_id INTEGER,
        relation TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT separate_consent_given_flag CHECK (given IN (0, 1)),
        CONSTRAINT separate_consent_way_known CHECK (way IN ('account', 'guardian', 'paper')),
        CONSTRAINT separate_consent_relation_known CHECK (relation IN ('', 'parent', 'guardian')),
        CONSTRAINT separate_consent_by_whom CHECK ((way = 'guardian') = (guardian_id IS NOT NULL) AND
            (way <> 'account' OR relation = '') AND (way <> 'guardian' OR relation <> '')),
        CONSTRAINT separate_consent_not_own_guardian CHECK (guardian_id <> person_id),
        CONSTRAINT separate_consent_question_given CHECK (length(question) > 0 AND version > 0),
        CONSTRAINT separate_consent_asked_on_form CHECK (length(asked_on) = 10),
        UNIQUE (community, id),
        CONSTRAINT separate_consent_of FOREIGN KEY (community, person_id) REFERENCES person (community, id),
        CONSTRAINT separate_consent_guardian FOREIGN KEY (community, guardian_id) REFERENCES person (community, id)
        """,
    )
    create_index(db, "separate_consent_person", "separate_consent", "community, person_id, name, id")
    make_append_only(db, "separate_consent")
    allow_blanking(db, "separate_consent", ("guardian", "by_label"))
    create_table(
        db,
        "care_note",
        """
        community TEXT NOT NULL,
        person_id INTEGER NOT NULL,
        words TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT care_note_words_given CHECK (length(words) BETWEEN 1 AND 500),
        PRIMARY KEY (community, person_id),
        CONSTRAINT care_note_of FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
        without_rowid=True,
    )
    _guard_care_notes(db)
    create_table(
        db,
        "turned_fourteen",
        """
        community TEXT NOT NULL,
        person_id INTEGER NOT NULL,
        said_on TEXT NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        PRIMARY KEY (community, person_id),
        CONSTRAINT turned_fourteen_of FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
        without_rowid=True,
    )


def _guard_care_notes(db):
    """`care_note_consented`: nothing is written of anybody whose last word to that question is not yes."""
    name = "care_note_consented"
    agreed = (
        "COALESCE((SELECT c.given FROM separate_consent c WHERE c.community = NEW.community AND "
        f"c.person_id = NEW.person_id AND c.name = '{CARE}' ORDER BY c.id DESC LIMIT 1), 0) = 1"
    )
    add_guard(
        db,
        name,
        "care_note",
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON care_note WHEN NOT {agreed} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for verb in ("INSERT", "UPDATE")
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT {agreed} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_write BEFORE INSERT OR UPDATE ON care_note FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE care_note ENABLE ALWAYS TRIGGER {name}_write",
        ),
    )
