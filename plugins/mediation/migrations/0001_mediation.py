"""The roster, cases with their parties and sessions, agreements with signatures and duties, confirmation, and who looked.

`mediation_case`, `mediation_obligation` and `mediation_confirmation` are moved by workflows, whose steps are told in the audit log: they hold no
name and no word of anybody. Those lie in `mediation_matter`, `mediation_party` and the tables below. Nothing here is a
price: mediation is free of charge (《人民调解法》 §4).
"""

from core import add_guard, allow_blanking, create_index, create_table, is_postgresql, keep_rows, make_append_only

STATES = (
    "'lead', 'applied', 'contacting', 'accepted', 'assigned', 'scheduled', 'in_mediation', 'agreed_oral', 'awaiting_signatures', "
    "'agreed_written', 'performing', 'fulfilled', 'breached', 'closed', 'archived', 'settled_on_the_spot', 'transferred', "
    "'not_accepted', 'withdrawn', 'terminated'"
)


def up(migrator, db):
    _make_roster(db)
    _make_cases(db)
    _make_people(db)
    _make_sessions(db)
    _make_agreements(db)
    _make_endings(db)


def _make_roster(db):
    create_table(
        db,
        "mediation_mediator",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        account INTEGER,
        person INTEGER,
        name TEXT NOT NULL,
        office TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        left_at INTEGER,
        CONSTRAINT mediation_mediator_office_known CHECK (office IN ('head', 'mediator', 'clerk')),
        CONSTRAINT mediation_mediator_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT mediation_mediator_signs_in CHECK (office = 'mediator' OR account IS NOT NULL),
        UNIQUE (community, id)
        """,
    )
    create_index(
        db,
        "mediation_mediator_account_unique",
        "mediation_mediator",
        "community, COALESCE(account, 0)",
        unique=True,
        where="left_at IS NULL AND account IS NOT NULL",
    )


def _make_cases(db):
    create_table(
        db,
        "mediation_case",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        register_year INTEGER NOT NULL,
        register_number INTEGER NOT NULL,
        file_year INTEGER,
        file_number INTEGER,
        source TEXT NOT NULL,
        requested_on TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        handler_id INTEGER,
        accepted_on TEXT,
        complete_by TEXT,
        effective_on TEXT,
        closed_on TEXT,
        archived_on TEXT,
        archived_by TEXT NOT NULL DEFAULT '',
        escalated_on TEXT,
        CONSTRAINT mediation_case_state_known CHECK (state IN ({STATES})),
        CONSTRAINT mediation_case_source_known CHECK (source IN
            ('patrol', 'resident', 'hotline', 'police', 'court', 'petition')),
        CONSTRAINT mediation_case_filed CHECK ((file_year IS NULL) = (file_number IS NULL)),
        CONSTRAINT mediation_case_archived_has_number CHECK (state <> 'archived' OR file_number IS NOT NULL),
        UNIQUE (community, id),
        UNIQUE (community, register_year, register_number),
        CONSTRAINT mediation_case_handler FOREIGN KEY (community, handler_id)
            REFERENCES mediation_mediator (community, id)
        """,
    )
    create_index(
        db,
        "mediation_case_file_number_unique",
        "mediation_case",
        "community, file_year, COALESCE(file_number, 0)",
        unique=True,
        where="file_number IS NOT NULL",
    )
    create_index(db, "mediation_case_listed", "mediation_case", "community, id, state")
    # The day on the paper may be put right while the application is looked at; afterwards limitation counts from it.
    keep_rows(
        db,
        "mediation_case",
        "NEW.community <> OLD.community OR NEW.entered_at <> OLD.entered_at OR NEW.register_year <> OLD.register_year "
        "OR NEW.register_number <> OLD.register_number "
        "OR (NEW.requested_on <> OLD.requested_on AND OLD.state NOT IN ('lead', 'applied', 'contacting')) "
        "OR (OLD.file_number IS NOT NULL AND (NEW.file_number IS DISTINCT FROM OLD.file_number "
        "OR NEW.file_year IS DISTINCT FROM OLD.file_year))",
    )
    create_table(
        db,
        "mediation_matter",
        """
        case_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        dispute TEXT NOT NULL DEFAULT '',
        facts TEXT NOT NULL DEFAULT '',
        request TEXT NOT NULL DEFAULT '',
        wished_time TEXT NOT NULL DEFAULT '',
        answer TEXT NOT NULL DEFAULT '',
        is_public INTEGER NOT NULL DEFAULT 0,
        ending TEXT NOT NULL DEFAULT '',
        ending_words TEXT NOT NULL DEFAULT '',
        CONSTRAINT mediation_matter_dispute_known CHECK (dispute IN ('', 'family', 'neighbours', 'housing', 'contract',
            'business', 'damage', 'land', 'expropriation', 'environment', 'labour', 'consumer', 'medical', 'traffic',
            'property', 'other')),
        PRIMARY KEY (case_id),
        CONSTRAINT mediation_matter_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_table(
        db,
        "mediation_note",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        note_kind TEXT NOT NULL,
        happened_on TEXT NOT NULL,
        words TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_note_kind_known CHECK (note_kind IN ('contact', 'investigation', 'evidence', 'extension',
            'escalation', 'police', 'recusal', 'urge', 'reopened', 'other')),
        CONSTRAINT mediation_note_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_note_of_case", "mediation_note", "community, case_id, id")
    make_append_only(db, "mediation_note")
    allow_blanking(db, "mediation_note", ("words",))
    create_table(
        db,
        "mediation_view",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        at INTEGER NOT NULL,
        account INTEGER,
        by_label TEXT NOT NULL,
        page TEXT NOT NULL,
        CONSTRAINT mediation_view_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_view_latest", "mediation_view", "community, id")
    make_append_only(db, "mediation_view")


def _make_people(db):
    create_table(
        db,
        "mediation_party",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        side TEXT NOT NULL,
        name TEXT NOT NULL,
        phone TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL DEFAULT '',
        sex TEXT NOT NULL DEFAULT '',
        ethnicity TEXT NOT NULL DEFAULT '',
        age INTEGER,
        occupation TEXT NOT NULL DEFAULT '',
        guardian TEXT NOT NULL DEFAULT '',
        separate_consent_on TEXT,
        person INTEGER,
        consented_on TEXT,
        refused_on TEXT,
        rights_told_on TEXT,
        identity_seen_on TEXT,
        identity_seen_by TEXT NOT NULL DEFAULT '',
        code_digest TEXT,
        removed_at INTEGER,
        CONSTRAINT mediation_party_side_known CHECK (side IN ('applicant', 'respondent', 'invitee')),
        CONSTRAINT mediation_party_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT mediation_party_age CHECK (age BETWEEN 0 AND 130),
        CONSTRAINT mediation_party_answered CHECK (consented_on IS NULL OR refused_on IS NULL),
        CONSTRAINT mediation_party_guardian CHECK (age IS NULL OR age >= 18 OR consented_on IS NULL OR guardian <> ''),
        CONSTRAINT mediation_party_child CHECK (age IS NULL OR age >= 14 OR consented_on IS NULL
            OR separate_consent_on IS NOT NULL),
        CONSTRAINT mediation_party_identity CHECK ((identity_seen_on IS NULL) = (identity_seen_by = '')),
        UNIQUE (community, id),
        UNIQUE (community, code_digest),
        CONSTRAINT mediation_party_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_party_of_case", "mediation_party", "community, case_id, id")
    create_table(
        db,
        "mediation_assignment",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        mediator_id INTEGER NOT NULL,
        chosen_by TEXT NOT NULL,
        declared INTEGER NOT NULL,
        warnings TEXT NOT NULL DEFAULT '[]',
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        ended_at INTEGER,
        ended_why TEXT NOT NULL DEFAULT '',
        CONSTRAINT mediation_assignment_chosen_known CHECK (chosen_by IN ('committee', 'parties')),
        CONSTRAINT mediation_assignment_declared CHECK (declared = 1),
        CONSTRAINT mediation_assignment_why_known CHECK (ended_why IN ('', 'kin', 'interest', 'relation', 'replaced')),
        CONSTRAINT mediation_assignment_ended CHECK ((ended_at IS NULL) = (ended_why = '')),
        CONSTRAINT mediation_assignment_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id),
        CONSTRAINT mediation_assignment_mediator FOREIGN KEY (community, mediator_id)
            REFERENCES mediation_mediator (community, id)
        """,
    )
    create_index(db, "mediation_assignment_of_case", "mediation_assignment", "community, case_id, id")
    create_index(
        db,
        "mediation_assignment_once",
        "mediation_assignment",
        "case_id, COALESCE(mediator_id, 0)",
        unique=True,
        where="ended_at IS NULL",
    )
    keep_rows(
        db,
        "mediation_assignment",
        "OLD.ended_at IS NOT NULL OR NEW.mediator_id <> OLD.mediator_id OR NEW.case_id <> OLD.case_id OR NEW.at <> OLD.at",
    )


def _make_sessions(db):
    create_table(
        db,
        "mediation_session",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        state TEXT NOT NULL,
        occurrence_id INTEGER,
        room_id INTEGER,
        place TEXT NOT NULL DEFAULT '',
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        stagger_min INTEGER NOT NULL DEFAULT 0,
        court_invited INTEGER NOT NULL DEFAULT 0,
        recorder TEXT NOT NULL DEFAULT '',
        invitees TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL DEFAULT '',
        recorded_at INTEGER,
        CONSTRAINT mediation_session_state_known CHECK (state IN ('planned', 'held', 'missed', 'withdrawn')),
        CONSTRAINT mediation_session_order CHECK (end_min > start_min),
        CONSTRAINT mediation_session_recorded CHECK (state NOT IN ('held', 'missed') OR recorded_at IS NOT NULL),
        CONSTRAINT mediation_session_held_has_record CHECK (state <> 'held' OR words <> ''),
        UNIQUE (community, id),
        CONSTRAINT mediation_session_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_session_of_case", "mediation_session", "community, case_id, id")
    create_index(
        db,
        "mediation_session_planned_once",
        "mediation_session",
        "COALESCE(case_id, 0)",
        unique=True,
        where="state = 'planned'",
    )
    create_index(
        db, "mediation_session_occurrence", "mediation_session", "occurrence_id", where="occurrence_id IS NOT NULL"
    )
    create_table(
        db,
        "mediation_attendance",
        """
        community TEXT NOT NULL,
        session_id INTEGER NOT NULL,
        party_id INTEGER NOT NULL,
        came INTEGER NOT NULL,
        signed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (session_id, party_id),
        CONSTRAINT mediation_attendance_session FOREIGN KEY (community, session_id)
            REFERENCES mediation_session (community, id),
        CONSTRAINT mediation_attendance_party FOREIGN KEY (community, party_id)
            REFERENCES mediation_party (community, id)
        """,
    )


def _make_agreements(db):
    create_table(
        db,
        "mediation_agreement",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        form TEXT NOT NULL,
        number_year INTEGER NOT NULL,
        number INTEGER NOT NULL,
        agreed_on TEXT NOT NULL,
        facts TEXT NOT NULL,
        issues TEXT NOT NULL DEFAULT '',
        terms TEXT NOT NULL,
        amount INTEGER,
        mediator_signed_on TEXT,
        mediator_signed_by TEXT NOT NULL DEFAULT '',
        sealed_on TEXT,
        effective_on TEXT,
        refused_on TEXT,
        CONSTRAINT mediation_agreement_form_known CHECK (form IN ('oral', 'written')),
        CONSTRAINT mediation_agreement_amount CHECK (amount >= 0),
        CONSTRAINT mediation_agreement_one_end CHECK (effective_on IS NULL OR refused_on IS NULL),
        CONSTRAINT mediation_agreement_signed CHECK (effective_on IS NULL OR form = 'oral'
            OR (mediator_signed_on IS NOT NULL AND sealed_on IS NOT NULL)),
        UNIQUE (community, id),
        UNIQUE (community, number_year, number),
        CONSTRAINT mediation_agreement_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_agreement_of_case", "mediation_agreement", "community, case_id, id")
    create_index(
        db,
        "mediation_agreement_in_force_once",
        "mediation_agreement",
        "COALESCE(case_id, 0)",
        unique=True,
        where="refused_on IS NULL",
    )
    create_table(
        db,
        "mediation_signature",
        """
        community TEXT NOT NULL,
        agreement_id INTEGER NOT NULL,
        party_id INTEGER NOT NULL,
        signed_on TEXT,
        manner TEXT NOT NULL DEFAULT '',
        CONSTRAINT mediation_signature_manner_known CHECK (manner IN ('', 'signature', 'seal', 'thumbprint')),
        CONSTRAINT mediation_signature_whole CHECK ((signed_on IS NULL) = (manner = '')),
        PRIMARY KEY (agreement_id, party_id),
        CONSTRAINT mediation_signature_agreement FOREIGN KEY (community, agreement_id)
            REFERENCES mediation_agreement (community, id),
        CONSTRAINT mediation_signature_party FOREIGN KEY (community, party_id)
            REFERENCES mediation_party (community, id)
        """,
    )
    _guard_signatures(db)
    create_table(
        db,
        "mediation_duty",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        agreement_id INTEGER NOT NULL,
        party_id INTEGER NOT NULL,
        words TEXT NOT NULL,
        due_on TEXT NOT NULL,
        UNIQUE (community, id),
        CONSTRAINT mediation_duty_agreement FOREIGN KEY (community, agreement_id)
            REFERENCES mediation_agreement (community, id),
        CONSTRAINT mediation_duty_party FOREIGN KEY (community, party_id) REFERENCES mediation_party (community, id)
        """,
    )
    create_index(db, "mediation_duty_of_agreement", "mediation_duty", "community, agreement_id")
    keep_rows(
        db,
        "mediation_duty",
        "NEW.agreement_id <> OLD.agreement_id OR NEW.party_id <> OLD.party_id OR NEW.due_on <> OLD.due_on "
        "OR (NEW.words <> OLD.words AND NEW.words <> '—')",
    )


def _guard_signatures(db):
    """Effective only when every party signed AND the mediator signed AND the seal is on it (《人民调解法》 §29); then kept."""
    unsigned = (
        "NOT EXISTS (SELECT 1 FROM mediation_signature s WHERE s.agreement_id = NEW.id) OR EXISTS "
        "(SELECT 1 FROM mediation_signature s WHERE s.agreement_id = NEW.id AND s.signed_on IS NULL)"
    )
    becomes = "NEW.form = 'written' AND NEW.effective_on IS NOT NULL AND OLD.effective_on IS NULL"
    name = "mediation_agreement_all_signed"
    abort = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    add_guard(
        db,
        name,
        "mediation_agreement",
        sqlite=(
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON mediation_agreement WHEN {becomes} AND ({unsigned}) {abort}",
            f"CREATE TRIGGER {name}_insert BEFORE INSERT ON mediation_agreement "
            f"WHEN NEW.form = 'written' AND NEW.effective_on IS NOT NULL {abort}",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF (TG_OP = 'INSERT' AND NEW.form = 'written' AND NEW.effective_on IS NOT NULL) THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; "
            f"IF TG_OP = 'UPDATE' THEN IF {becomes} AND ({unsigned}) THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; END IF; "
            "RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE INSERT OR UPDATE ON mediation_agreement FOR EACH ROW "
            f"EXECUTE FUNCTION {name}()",
        ),
    )
    # What has become effective or was refused is a document: nothing in it changes any more, but names may be cleared.
    words = " OR ".join(f"(NEW.{each} <> OLD.{each} AND NEW.{each} <> '—')" for each in ("facts", "issues", "terms"))
    fixed = " OR ".join(
        f"NEW.{each} IS DISTINCT FROM OLD.{each}"
        for each in (
            "form",
            "case_id",
            "agreed_on",
            "amount",
            "mediator_signed_on",
            "sealed_on",
            "effective_on",
            "refused_on",
        )
    )
    keep_rows(
        db,
        "mediation_agreement",
        "NEW.number <> OLD.number OR NEW.number_year <> OLD.number_year OR "
        f"((OLD.effective_on IS NOT NULL OR OLD.refused_on IS NOT NULL) AND ({fixed} OR {words}))",
    )
    name = "mediation_signature_kept"
    settled = (
        "EXISTS (SELECT 1 FROM mediation_agreement a WHERE a.id = {row}.agreement_id "
        "AND (a.effective_on IS NOT NULL OR a.refused_on IS NOT NULL))"
    )
    abort = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    old, new = settled.format(row="OLD"), settled.format(row="NEW")
    table = "mediation_signature"
    moved = "NEW.agreement_id <> OLD.agreement_id OR NEW.party_id <> OLD.party_id"
    if is_postgresql(db):
        db.execute_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; "
            f"IF {new} THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; "
            f"IF TG_OP = 'UPDATE' THEN IF {old} OR {moved} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; END IF; "
            "RETURN NEW; END $$"
        )
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} WHEN {new} {abort}",
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} WHEN {old} OR {moved} {abort}",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} {abort}",
        ),
        postgresql=(
            f"CREATE TRIGGER {name}_row BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {name}()",
        ),
    )


def _make_endings(db):
    create_table(
        db,
        "mediation_obligation",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        duty_id INTEGER NOT NULL,
        state TEXT NOT NULL,
        due_on TEXT NOT NULL,
        settled_on TEXT,
        CONSTRAINT mediation_obligation_state_known CHECK (state IN
            ('open', 'fulfilled', 'breached', 'waived', 'sued')),
        UNIQUE (community, id),
        UNIQUE (community, duty_id),
        CONSTRAINT mediation_obligation_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id),
        CONSTRAINT mediation_obligation_duty FOREIGN KEY (community, duty_id) REFERENCES mediation_duty (community, id)
        """,
    )
    create_index(db, "mediation_obligation_of_case", "mediation_obligation", "community, case_id, id")
    create_table(
        db,
        "mediation_confirmation",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        agreement_id INTEGER NOT NULL,
        state TEXT NOT NULL,
        due_day TEXT,
        last_day TEXT NOT NULL,
        court TEXT NOT NULL DEFAULT '',
        applied_on TEXT,
        decided_on TEXT,
        CONSTRAINT mediation_confirmation_state_known CHECK (state IN
            ('open', 'applied', 'confirmed', 'rejected', 'lapsed')),
        CONSTRAINT mediation_confirmation_applied CHECK (state NOT IN ('applied', 'confirmed', 'rejected')
            OR applied_on IS NOT NULL),
        CONSTRAINT mediation_confirmation_decided CHECK (state NOT IN ('confirmed', 'rejected')
            OR decided_on IS NOT NULL),
        UNIQUE (community, id),
        CONSTRAINT mediation_confirmation_case FOREIGN KEY (community, case_id)
            REFERENCES mediation_case (community, id),
        CONSTRAINT mediation_confirmation_agreement FOREIGN KEY (community, agreement_id)
            REFERENCES mediation_agreement (community, id)
        """,
    )
    create_index(db, "mediation_confirmation_of_case", "mediation_confirmation", "community, case_id, id")
    create_index(
        db,
        "mediation_confirmation_open_once",
        "mediation_confirmation",
        "COALESCE(case_id, 0)",
        unique=True,
        where="state IN ('open', 'applied')",
    )
    create_table(
        db,
        "mediation_followup",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        visited_on TEXT NOT NULL,
        performance TEXT NOT NULL,
        satisfaction TEXT NOT NULL,
        hidden_risk INTEGER NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_followup_performance_known CHECK (performance IN ('whole', 'part', 'none')),
        CONSTRAINT mediation_followup_satisfaction_known CHECK (satisfaction IN
            ('satisfied', 'fair', 'dissatisfied', 'unsaid')),
        CONSTRAINT mediation_followup_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_followup_of_case", "mediation_followup", "community, case_id, id")
    make_append_only(db, "mediation_followup")
    allow_blanking(db, "mediation_followup", ("words",))
    create_table(
        db,
        "mediation_file_item",
        """
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        item TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        PRIMARY KEY (case_id, item),
        CONSTRAINT mediation_file_item_known CHECK (item IN
            ('authority', 'investigation', 'evidence', 'performance', 'confirmation', 'note', 'covers')),
        CONSTRAINT mediation_file_item_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
