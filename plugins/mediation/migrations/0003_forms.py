"""The rest of the file: who was asked, evidence, reports to the police, what a source was answered; each party's own time and
room; agreements changed after the court refused them; one head, and up to where the looks were reviewed."""

from core import add_guard, allow_blanking, create_index, create_table, is_postgresql, keep_rows, make_append_only


def up(migrator, db):
    _add_columns(db)
    _make_papers(db)
    _make_arrivals(db)
    _version_agreements(db)
    _have_one_head(db)
    _guard_consent(db)


def _add_columns(db):
    number = "BIGINT" if is_postgresql(db) else "INTEGER"
    for column in (
        "mediation_case ADD COLUMN suspended_until TEXT",
        f"mediation_matter ADD COLUMN sensitive {number} NOT NULL DEFAULT 0",
        "mediation_matter ADD COLUMN explanation TEXT NOT NULL DEFAULT ''",
        f"mediation_session ADD COLUMN second_occurrence_id {number}",
        f"mediation_session ADD COLUMN second_room_id {number}",
        "mediation_session ADD COLUMN second_place TEXT NOT NULL DEFAULT ''",
        f"mediation_session ADD COLUMN invitees_agreed {number} NOT NULL DEFAULT 0",
        f"mediation_agreement ADD COLUMN replaces {number}",
        "mediation_agreement ADD COLUMN replaced_on TEXT",
    ):
        db.execute_sql(f"ALTER TABLE {column}")
    create_index(
        db,
        "mediation_session_second_occurrence",
        "mediation_session",
        "second_occurrence_id",
        where="second_occurrence_id IS NOT NULL",
    )


def _make_papers(db):
    create_table(
        db,
        "mediation_interview",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        asked_on TEXT NOT NULL,
        place TEXT NOT NULL,
        asked TEXT NOT NULL,
        relation TEXT NOT NULL DEFAULT '',
        asked_by TEXT NOT NULL,
        recorder TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL,
        signed_on TEXT,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_interview_asked_given CHECK (length(asked) BETWEEN 1 AND 60),
        CONSTRAINT mediation_interview_signed CHECK (signed_on IS NULL OR signed_on >= asked_on),
        UNIQUE (community, id),
        CONSTRAINT mediation_interview_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_interview_of_case", "mediation_interview", "community, case_id, id")
    _keep(
        db,
        "mediation_interview",
        ("asked", "relation", "asked_by", "recorder", "place", "words", "by_label"),
        "signed_on",
    )
    create_table(
        db,
        "mediation_evidence",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        item TEXT NOT NULL,
        given_by TEXT NOT NULL,
        is_original INTEGER NOT NULL,
        pages INTEGER,
        received_on TEXT NOT NULL,
        returned_on TEXT,
        returned_to TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_evidence_item_given CHECK (length(item) BETWEEN 1 AND 200),
        CONSTRAINT mediation_evidence_original CHECK (is_original IN (0, 1)),
        CONSTRAINT mediation_evidence_pages CHECK (pages > 0),
        CONSTRAINT mediation_evidence_returned CHECK (returned_on IS NULL OR returned_on >= received_on),
        CONSTRAINT mediation_evidence_returned_to CHECK ((returned_on IS NULL) = (returned_to = '')),
        UNIQUE (community, id),
        CONSTRAINT mediation_evidence_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_evidence_of_case", "mediation_evidence", "community, case_id, id")
    _keep(db, "mediation_evidence", ("item", "given_by", "by_label"), "returned_on", also=("returned_to",))
    create_table(
        db,
        "mediation_office_report",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        danger TEXT NOT NULL,
        told_at INTEGER NOT NULL,
        told_to TEXT NOT NULL,
        told_by TEXT NOT NULL,
        words TEXT NOT NULL,
        answer TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_office_report_danger_known CHECK (danger IN ('crime', 'intensify', 'other')),
        CONSTRAINT mediation_office_report_whole CHECK (told_to <> '' AND told_by <> '' AND words <> ''),
        UNIQUE (community, id),
        CONSTRAINT mediation_office_report_case FOREIGN KEY (community, case_id)
            REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_office_report_of_case", "mediation_office_report", "community, case_id, id")
    make_append_only(db, "mediation_office_report")
    allow_blanking(db, "mediation_office_report", ("told_to", "told_by", "words", "answer", "by_label"))
    create_table(
        db,
        "mediation_reply",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        told_on TEXT NOT NULL,
        told_to TEXT NOT NULL,
        words TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_reply_whole CHECK (told_to <> '' AND words <> ''),
        UNIQUE (community, id),
        CONSTRAINT mediation_reply_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_reply_of_case", "mediation_reply", "community, case_id, id")
    make_append_only(db, "mediation_reply")
    allow_blanking(db, "mediation_reply", ("told_to", "words", "by_label"))
    # Whoever sent a quarrel hears where it went: a case is not handed on before that is written down.
    _guard_case(
        db,
        "mediation_case_reply",
        "NEW.state = 'transferred' AND OLD.state <> 'transferred' "
        "AND NOT EXISTS (SELECT 1 FROM mediation_reply r WHERE r.case_id = NEW.id)",
    )


def _keep(db, table, blankable, once, also=()):
    """Rows that stay as they were entered, but for a day entered once (with what belongs to it) and texts that are cleared."""
    fixed = [column.name for column in db.get_columns(table) if column.name not in (*blankable, once, *also)]
    changes = [f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in fixed]
    changes += [f"(NEW.{name} <> OLD.{name} AND NEW.{name} NOT IN ('', '—'))" for name in blankable]
    changes += [
        f"(OLD.{once} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name} AND COALESCE(NEW.{name}, '') <> '—')"
        for name in (once, *also)
    ]
    keep_rows(db, table, " OR ".join(changes))


def _make_arrivals(db):
    create_table(
        db,
        "mediation_arrival",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        session_id INTEGER NOT NULL,
        party_id INTEGER NOT NULL,
        come_min INTEGER NOT NULL,
        apart INTEGER NOT NULL DEFAULT 0,
        told_on TEXT,
        CONSTRAINT mediation_arrival_apart_flag CHECK (apart IN (0, 1)),
        UNIQUE (community, id),
        UNIQUE (session_id, party_id),
        CONSTRAINT mediation_arrival_session FOREIGN KEY (community, session_id)
            REFERENCES mediation_session (community, id),
        CONSTRAINT mediation_arrival_party FOREIGN KEY (community, party_id)
            REFERENCES mediation_party (community, id)
        """,
    )
    db.execute_sql(
        "INSERT INTO mediation_arrival (community, session_id, party_id, come_min) "
        "SELECT s.community, s.id, p.id, s.start_min + CASE WHEN p.side = 'respondent' THEN s.stagger_min ELSE 0 END "
        "FROM mediation_session s JOIN mediation_party p ON p.case_id = s.case_id "
        "WHERE s.state = 'planned' AND p.removed_at IS NULL AND p.side IN ('applicant', 'respondent')"
    )
    # Each party has a time of its own now.
    db.execute_sql("ALTER TABLE mediation_session DROP COLUMN stagger_min")


def _version_agreements(db):
    """The court refused to confirm: a later version takes its place once it is in force; the earlier one stays readable."""
    db.execute_sql("DROP INDEX mediation_agreement_in_force_once")
    create_index(
        db,
        "mediation_agreement_in_force_once",
        "mediation_agreement",
        "COALESCE(case_id, 0)",
        unique=True,
        where="effective_on IS NOT NULL AND replaced_on IS NULL",
    )
    create_index(
        db,
        "mediation_agreement_draft_once",
        "mediation_agreement",
        "COALESCE(case_id, 0)",
        unique=True,
        where="effective_on IS NULL AND refused_on IS NULL",
    )
    name = "mediation_agreement_replaced"
    refused = (
        "(OLD.replaced_on IS NOT NULL AND NEW.replaced_on IS DISTINCT FROM OLD.replaced_on) "
        "OR (NEW.replaced_on IS NOT NULL AND NEW.effective_on IS NULL) OR NEW.replaces IS DISTINCT FROM OLD.replaces"
    )
    _guard(db, name, "mediation_agreement", refused)


def _have_one_head(db):
    # Whoever was entered as head after another one keeps what they see, as clerk.
    db.execute_sql(
        "UPDATE mediation_mediator SET office = 'clerk' WHERE office = 'head' AND left_at IS NULL AND id > (SELECT min(h.id) "
        "FROM mediation_mediator h WHERE h.community = mediation_mediator.community AND h.office = 'head' "
        "AND h.left_at IS NULL)"
    )
    create_index(
        db,
        "mediation_mediator_one_head",
        "mediation_mediator",
        "COALESCE(community, '')",
        unique=True,
        where="office = 'head' AND left_at IS NULL",
    )
    create_table(
        db,
        "mediation_headship",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        mediator_id INTEGER NOT NULL,
        decided_on TEXT NOT NULL,
        decision TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_headship_mediator FOREIGN KEY (community, mediator_id)
            REFERENCES mediation_mediator (community, id)
        """,
    )
    create_index(db, "mediation_headship_latest", "mediation_headship", "community, id")
    make_append_only(db, "mediation_headship")
    create_table(
        db,
        "mediation_review",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        mediator_id INTEGER NOT NULL,
        up_to INTEGER NOT NULL,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_review_mediator FOREIGN KEY (community, mediator_id)
            REFERENCES mediation_mediator (community, id)
        """,
    )
    create_index(db, "mediation_review_latest", "mediation_review", "community, id")
    make_append_only(db, "mediation_review")


def _guard_consent(db):
    """Sensitive facts need a separate consent of every party (《个人信息保护法》 §29); helpers are invited with consent (《人民调解法》 §20)."""
    _guard_case(
        db,
        "mediation_case_sensitive",
        "NEW.state = 'accepted' AND OLD.state <> 'accepted' "
        "AND EXISTS (SELECT 1 FROM mediation_matter m WHERE m.case_id = NEW.id AND m.sensitive = 1) "
        "AND EXISTS (SELECT 1 FROM mediation_party p WHERE p.case_id = NEW.id AND p.removed_at IS NULL "
        "AND p.side IN ('applicant', 'respondent') AND p.separate_consent_on IS NULL)",
    )
    helper = "NEW.side = 'invitee' AND NEW.consented_on IS NULL"
    _guard(
        db, "mediation_party_invited", "mediation_party", f"{helper} AND OLD.consented_on IS NOT NULL", inserted=helper
    )
    named = "NEW.invitees <> '' AND NEW.invitees <> '—' AND NEW.invitees_agreed = 0"
    _guard(
        db,
        "mediation_session_invited",
        "mediation_session",
        f"{named} AND NEW.invitees <> OLD.invitees",
        inserted=named,
    )


def _guard_case(db, name, refused):
    _guard(db, name, "mediation_case", refused)


def _guard(db, name, table, refused, inserted=None):
    """Refuse, under one name, updates for which `refused` holds, and inserts for which `inserted` does."""
    abort = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    added = f"IF TG_OP = 'INSERT' THEN IF {inserted} THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; END IF; "  # fmt: skip
    if is_postgresql(db):
        db.execute_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF {refused} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; END IF; "
            f"{added if inserted else ''}RETURN NEW; END $$"
        )
    when = "INSERT OR UPDATE" if inserted else "UPDATE"
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} WHEN {refused} {abort}",
            *((f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} WHEN {inserted} {abort}",) if inserted else ()),
        ),
        postgresql=(f"CREATE TRIGGER {name}_row BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",),
    )
