"""Operators, contracts with their rules, declarations with evidence, what becomes due, what arrived and how it was divided.

What the database itself holds: rule versions, declarations, evidence, computations and reviews never change; a review is by
somebody else than the declaration; nothing is computed without evidence or a rule of that contract; what a due has received is
the sum of the parts put to it, and no part is more than what arrived; a deposit is never given back twice.
"""

from core import add_guard, allow_blanking, create_index, create_table, keep_rows, make_append_only

DUE_STATES = (
    "'draft', 'declared', 'computed', 'returned', 'reviewed', 'due', 'part_paid', 'received', 'overdue', 'payable'"
)
KINDS = "'deposit_in', 'deposit_set_off', 'deposit_out', 'credit_out', 'payout', 'receipt_undo'"
BY = "by_account INTEGER, by_person INTEGER, by_label TEXT NOT NULL, at INTEGER NOT NULL,"


def up(migrator, db):
    _make_operators(db)
    _make_contracts(db)
    _make_dues(db)
    _make_declarations(db)
    _make_receipts(db)
    _make_acts(db)
    _guard_reviews(db)
    _guard_sums(db)


def _make_operators(db):
    create_table(
        db,
        "revenue_operator",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        name TEXT NOT NULL,
        operator_kind TEXT NOT NULL,
        contact TEXT NOT NULL DEFAULT '',
        phone TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        entered_at INTEGER NOT NULL,
        CONSTRAINT revenue_operator_kind_known CHECK (operator_kind IN
            ('company', 'sole_trader', 'social', 'person', 'committee')),
        CONSTRAINT revenue_operator_name_given CHECK (length(name) BETWEEN 1 AND 80),
        UNIQUE (community, id)
        """,
    )
    create_table(
        db,
        "revenue_operator_account",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        operator_id INTEGER NOT NULL,
        account INTEGER NOT NULL,
        person INTEGER,
        since INTEGER NOT NULL,
        ended_at INTEGER,
        UNIQUE (community, id),
        CONSTRAINT revenue_operator_account_operator FOREIGN KEY (community, operator_id)
            REFERENCES revenue_operator (community, id)
        """,
    )
    create_index(
        db, "revenue_operator_account_once", "revenue_operator_account", "community, operator_id, account",
        unique=True, where="ended_at IS NULL",
    )  # fmt: skip
    keep_rows(
        db,
        "revenue_operator_account",
        "NEW.community <> OLD.community OR NEW.operator_id <> OLD.operator_id OR NEW.account <> OLD.account "
        "OR (NEW.person IS NOT NULL AND NEW.person IS DISTINCT FROM OLD.person) OR OLD.ended_at IS NOT NULL "
        "AND NEW.ended_at IS DISTINCT FROM OLD.ended_at",
    )


def _make_contracts(db):
    create_table(
        db,
        "revenue_contract",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        year INTEGER,
        number INTEGER,
        operator_id INTEGER NOT NULL,
        business TEXT NOT NULL,
        place TEXT NOT NULL,
        room TEXT NOT NULL DEFAULT '',
        owner_class TEXT NOT NULL,
        starts_on TEXT NOT NULL,
        ends_on TEXT NOT NULL,
        period TEXT NOT NULL,
        declare_days INTEGER NOT NULL,
        pay_days INTEGER NOT NULL,
        evidence TEXT NOT NULL DEFAULT '',
        approval TEXT NOT NULL,
        approval_kind TEXT NOT NULL,
        vote TEXT,
        deposit_fen INTEGER NOT NULL DEFAULT 0,
        estimate_fen INTEGER,
        holder TEXT NOT NULL,
        signed_on TEXT,
        ended_on TEXT,
        ended_why TEXT NOT NULL DEFAULT '',
        renews_id INTEGER,
        entered_at INTEGER NOT NULL,
        CONSTRAINT revenue_contract_state_known CHECK (state IN ('draft', 'active', 'expiring', 'ended', 'dropped')),
        CONSTRAINT revenue_contract_class_known CHECK (owner_class IN ('community', 'owners')),
        CONSTRAINT revenue_contract_period_known CHECK (period IN ('month', 'quarter', 'half', 'year')),
        CONSTRAINT revenue_contract_holder_known CHECK (holder IN ('community', 'street', 'company', 'owners')),
        CONSTRAINT revenue_contract_approval_known CHECK (approval_kind IN ('minutes', 'vote')),
        CONSTRAINT revenue_contract_owners_vote CHECK (owner_class <> 'owners' OR state IN ('draft', 'dropped')
            OR (approval_kind = 'vote' AND vote IS NOT NULL)),
        CONSTRAINT revenue_contract_term CHECK (ends_on >= starts_on),
        CONSTRAINT revenue_contract_days CHECK (declare_days BETWEEN 1 AND 120 AND pay_days BETWEEN 1 AND 120),
        CONSTRAINT revenue_contract_sums CHECK (deposit_fen >= 0 AND (estimate_fen IS NULL OR estimate_fen >= 0)),
        CONSTRAINT revenue_contract_numbered CHECK ((number IS NULL) = (state IN ('draft', 'dropped'))
            AND (year IS NULL) = (number IS NULL) AND (signed_on IS NULL) = (number IS NULL)),
        CONSTRAINT revenue_contract_ended CHECK ((ended_on IS NOT NULL) = (state = 'ended')),
        UNIQUE (community, id),
        UNIQUE (community, year, number),
        CONSTRAINT revenue_contract_operator FOREIGN KEY (community, operator_id)
            REFERENCES revenue_operator (community, id),
        CONSTRAINT revenue_contract_renews FOREIGN KEY (community, renews_id)
            REFERENCES revenue_contract (community, id)
        """,
    )
    kept = (
        "operator_id", "business", "place", "room", "owner_class", "starts_on", "ends_on", "period", "declare_days",
        "pay_days", "evidence", "approval", "approval_kind", "vote", "deposit_fen", "estimate_fen", "holder", "number", "year",
        "signed_on", "renews_id",
    )  # fmt: skip
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in kept)
    keep_rows(
        db,
        "revenue_contract",
        f"NEW.community <> OLD.community OR (OLD.state <> 'draft' AND ({changed})) "
        "OR (OLD.state = 'ended' AND (NEW.state <> 'ended' OR NEW.ended_on <> OLD.ended_on))",
    )
    create_table(
        db,
        "revenue_rule",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        contract_id INTEGER NOT NULL,
        version INTEGER NOT NULL,
        from_day TEXT NOT NULL,
        rule TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        {BY}
        CONSTRAINT revenue_rule_version_counted CHECK (version >= 1),
        UNIQUE (community, id),
        UNIQUE (community, contract_id, id),
        UNIQUE (community, contract_id, version),
        CONSTRAINT revenue_rule_contract FOREIGN KEY (community, contract_id) REFERENCES revenue_contract (community, id)
        """,
    )
    make_append_only(db, "revenue_rule")
    allow_blanking(db, "revenue_rule", ("by_label",))


def _make_dues(db):
    create_table(
        db,
        "revenue_due",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        contract_id INTEGER NOT NULL,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        declare_by TEXT NOT NULL,
        pay_by TEXT,
        declaration_id INTEGER,
        pending_id INTEGER,
        computation_id INTEGER,
        due_fen INTEGER,
        received_fen INTEGER NOT NULL DEFAULT 0,
        paid_fen INTEGER NOT NULL DEFAULT 0,
        is_estimate INTEGER NOT NULL DEFAULT 0,
        received_on TEXT,
        proposal TEXT NOT NULL DEFAULT '',
        claimed_fen INTEGER NOT NULL DEFAULT 0,
        allocated_fen INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT revenue_due_state_known CHECK (state IN ({DUE_STATES})),
        CONSTRAINT revenue_due_span CHECK (last_day >= first_day),
        CONSTRAINT revenue_due_computed CHECK ((due_fen IS NULL) = (computation_id IS NULL)),
        CONSTRAINT revenue_due_not_more CHECK (received_fen = 0 OR received_fen BETWEEN 0 AND COALESCE(due_fen, 0)),
        CONSTRAINT revenue_due_in_full CHECK (state <> 'received' OR (due_fen IS NOT NULL AND
            ((due_fen >= 0 AND received_fen = due_fen) OR (due_fen < 0 AND paid_fen = -due_fen)))),
        CONSTRAINT revenue_due_claimed CHECK (claimed_fen >= 0 AND allocated_fen >= 0 AND (proposal <> '') = (claimed_fen > 0)),
        CONSTRAINT revenue_due_payable CHECK (state <> 'payable' OR due_fen < 0),
        CONSTRAINT revenue_due_has_day CHECK (state NOT IN ('due', 'part_paid', 'overdue') OR pay_by IS NOT NULL),
        UNIQUE (community, id),
        UNIQUE (community, contract_id, id),
        UNIQUE (community, contract_id, first_day),
        CONSTRAINT revenue_due_contract FOREIGN KEY (community, contract_id) REFERENCES revenue_contract (community, id)
        """,
    )
    create_index(db, "revenue_due_listed", "revenue_due", "community, state, pay_by")
    keep_rows(
        db,
        "revenue_due",
        "NEW.community <> OLD.community OR NEW.contract_id <> OLD.contract_id OR NEW.first_day <> OLD.first_day "
        "OR (OLD.state <> 'draft' AND NEW.last_day <> OLD.last_day) OR (OLD.pay_by IS NOT NULL AND NEW.pay_by IS DISTINCT FROM OLD.pay_by)",
    )


def _make_declarations(db):
    create_table(
        db,
        "revenue_declaration",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        due_id INTEGER NOT NULL,
        figures TEXT NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        is_estimate INTEGER NOT NULL DEFAULT 0,
        on_paper INTEGER NOT NULL DEFAULT 0,
        corrects_id INTEGER,
        reason TEXT NOT NULL DEFAULT '',
        {BY}
        CONSTRAINT revenue_declaration_by_somebody CHECK (is_estimate = 1 OR by_account IS NOT NULL),
        CONSTRAINT revenue_declaration_why CHECK (corrects_id IS NULL OR length(reason) > 0),
        UNIQUE (community, id),
        UNIQUE (community, due_id, id),
        CONSTRAINT revenue_declaration_due FOREIGN KEY (community, due_id) REFERENCES revenue_due (community, id),
        CONSTRAINT revenue_declaration_corrects FOREIGN KEY (community, due_id, corrects_id)
            REFERENCES revenue_declaration (community, due_id, id)
        """,
    )
    create_table(
        db,
        "revenue_evidence",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        declaration_id INTEGER NOT NULL,
        file_use INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        CONSTRAINT revenue_evidence_digest CHECK (length(sha256) = 64),
        UNIQUE (community, declaration_id, file_use),
        CONSTRAINT revenue_evidence_declaration FOREIGN KEY (community, declaration_id)
            REFERENCES revenue_declaration (community, id)
        """,
    )
    create_table(
        db,
        "revenue_computation",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        contract_id INTEGER NOT NULL,
        due_id INTEGER NOT NULL,
        declaration_id INTEGER NOT NULL,
        rule_id INTEGER NOT NULL,
        due_fen INTEGER NOT NULL,
        unrounded TEXT NOT NULL,
        carried_loss_fen INTEGER NOT NULL,
        split TEXT NOT NULL,
        trace TEXT NOT NULL,
        state_before TEXT NOT NULL,
        state_after TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (community, id),
        UNIQUE (community, declaration_id),
        CONSTRAINT revenue_computation_due FOREIGN KEY (community, contract_id, due_id)
            REFERENCES revenue_due (community, contract_id, id),
        CONSTRAINT revenue_computation_declaration FOREIGN KEY (community, due_id, declaration_id)
            REFERENCES revenue_declaration (community, due_id, id),
        CONSTRAINT revenue_computation_rule FOREIGN KEY (community, contract_id, rule_id)
            REFERENCES revenue_rule (community, contract_id, id)
        """,
    )
    create_table(
        db,
        "revenue_review",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        declaration_id INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        {BY}
        CONSTRAINT revenue_review_by_somebody CHECK (by_account IS NOT NULL),
        CONSTRAINT revenue_review_why CHECK (passed = 1 OR length(reason) > 0),
        UNIQUE (community, declaration_id),
        CONSTRAINT revenue_review_declaration FOREIGN KEY (community, declaration_id)
            REFERENCES revenue_declaration (community, id)
        """,
    )
    for table, words in (
        ("revenue_declaration", ("by_label", "words", "reason")),
        ("revenue_evidence", ()),
        ("revenue_computation", ()),
        ("revenue_review", ("by_label", "reason")),
    ):
        make_append_only(db, table)
        if words:
            allow_blanking(db, table, words)


def _make_receipts(db):
    create_table(
        db,
        "revenue_receipt",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        source TEXT NOT NULL,
        operator_id INTEGER,
        owner_class TEXT NOT NULL,
        amount INTEGER NOT NULL,
        arrived_on TEXT NOT NULL,
        account TEXT NOT NULL,
        payer TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL DEFAULT '',
        applied_fen INTEGER NOT NULL DEFAULT 0,
        given_back_fen INTEGER NOT NULL DEFAULT 0,
        seq INTEGER,
        assigned_seq INTEGER,
        was_unknown INTEGER NOT NULL DEFAULT 0,
        undone_on TEXT,
        {BY}
        CONSTRAINT revenue_receipt_source_known CHECK (source IN ('money', 'deposit')),
        CONSTRAINT revenue_receipt_class_known CHECK (owner_class IN ('community', 'owners')),
        CONSTRAINT revenue_receipt_something CHECK (amount > 0),
        CONSTRAINT revenue_receipt_not_more CHECK (applied_fen >= 0 AND given_back_fen >= 0
            AND applied_fen + given_back_fen <= amount),
        CONSTRAINT revenue_receipt_unknown CHECK (operator_id IS NOT NULL OR applied_fen + given_back_fen = 0),
        CONSTRAINT revenue_receipt_undone CHECK (undone_on IS NULL OR applied_fen + given_back_fen = 0),
        UNIQUE (community, id),
        CONSTRAINT revenue_receipt_operator FOREIGN KEY (community, operator_id)
            REFERENCES revenue_operator (community, id)
        """,
    )
    create_index(db, "revenue_receipt_listed", "revenue_receipt", "community, operator_id, id")
    keep_rows(
        db,
        "revenue_receipt",
        "NEW.community <> OLD.community OR NEW.source <> OLD.source OR NEW.owner_class <> OLD.owner_class "
        "OR NEW.amount <> OLD.amount OR NEW.arrived_on <> OLD.arrived_on OR NEW.account <> OLD.account "
        "OR NEW.was_unknown <> OLD.was_unknown OR NEW.at <> OLD.at "
        "OR (OLD.operator_id IS NOT NULL AND NEW.operator_id IS DISTINCT FROM OLD.operator_id) "
        "OR (OLD.undone_on IS NOT NULL AND NEW.undone_on IS DISTINCT FROM OLD.undone_on)",
    )
    create_table(
        db,
        "revenue_part",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        receipt_id INTEGER NOT NULL,
        due_id INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        on_day TEXT NOT NULL,
        undone_on TEXT,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_part_something CHECK (amount > 0),
        UNIQUE (community, id),
        CONSTRAINT revenue_part_receipt FOREIGN KEY (community, receipt_id) REFERENCES revenue_receipt (community, id),
        CONSTRAINT revenue_part_due FOREIGN KEY (community, due_id) REFERENCES revenue_due (community, id)
        """,
    )
    create_index(db, "revenue_part_of_due", "revenue_part", "community, due_id, id")
    create_index(db, "revenue_part_of_receipt", "revenue_part", "community, receipt_id, id")
    keep_rows(
        db,
        "revenue_part",
        "NEW.community <> OLD.community OR NEW.receipt_id <> OLD.receipt_id OR NEW.due_id <> OLD.due_id "
        "OR NEW.amount <> OLD.amount OR NEW.on_day <> OLD.on_day OR OLD.undone_on IS NOT NULL",
    )


def _make_acts(db):
    create_table(
        db,
        "revenue_act",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        act_kind TEXT NOT NULL,
        contract_id INTEGER,
        due_id INTEGER,
        receipt_id INTEGER,
        amount INTEGER NOT NULL,
        on_day TEXT NOT NULL,
        account TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL,
        {BY}
        decision TEXT NOT NULL DEFAULT '',
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL DEFAULT '',
        decided_at INTEGER,
        seq INTEGER,
        CONSTRAINT revenue_act_kind_known CHECK (act_kind IN ({KINDS})),
        CONSTRAINT revenue_act_something CHECK (amount > 0),
        CONSTRAINT revenue_act_by_somebody CHECK (by_account IS NOT NULL),
        CONSTRAINT revenue_act_decision_known CHECK (decision IN ('', 'approved', 'refused')),
        CONSTRAINT revenue_act_decided CHECK ((decision = '') = (decided_by IS NULL) AND (decision = '') = (decided_at IS NULL)),
        CONSTRAINT revenue_act_posted CHECK ((decision = 'approved') = (seq IS NOT NULL)),
        CONSTRAINT revenue_act_two_people CHECK (decision <> 'approved' OR (decided_by <> by_account
            AND (decided_person IS NULL OR by_person IS NULL OR decided_person <> by_person))),
        CONSTRAINT revenue_act_about CHECK ((contract_id IS NOT NULL) OR (receipt_id IS NOT NULL)),
        UNIQUE (community, id),
        CONSTRAINT revenue_act_contract FOREIGN KEY (community, contract_id) REFERENCES revenue_contract (community, id),
        CONSTRAINT revenue_act_due FOREIGN KEY (community, due_id) REFERENCES revenue_due (community, id),
        CONSTRAINT revenue_act_receipt FOREIGN KEY (community, receipt_id) REFERENCES revenue_receipt (community, id)
        """,
    )
    keep_rows(
        db,
        "revenue_act",
        "NEW.community <> OLD.community OR NEW.act_kind <> OLD.act_kind OR NEW.amount <> OLD.amount "
        "OR NEW.on_day <> OLD.on_day OR NEW.account <> OLD.account OR NEW.contract_id IS DISTINCT FROM OLD.contract_id "
        "OR NEW.due_id IS DISTINCT FROM OLD.due_id OR NEW.receipt_id IS DISTINCT FROM OLD.receipt_id "
        "OR NEW.by_account IS DISTINCT FROM OLD.by_account OR NEW.at <> OLD.at "
        "OR (OLD.decision <> '' AND (NEW.decision <> OLD.decision OR NEW.decided_by IS DISTINCT FROM OLD.decided_by "
        "OR NEW.seq IS DISTINCT FROM OLD.seq))",
    )


# --------------------------------------------------------------------------- what holds between tables


def _guard(db, name, table, events, wrong):
    """Refuse, under `name`, the rows of `table` for which the condition `wrong` (over NEW) holds."""
    add_guard(
        db,
        name,
        table,
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for event in events
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE {' OR '.join(events)} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )


def _guard_reviews(db):
    """A ≠ B, and no share without evidence and without the rule in force on the first day."""
    same = (
        "SELECT 1 FROM revenue_declaration d WHERE d.community = NEW.community AND d.id = NEW.declaration_id AND "
        "(d.by_account = NEW.by_account OR (d.by_person IS NOT NULL AND d.by_person = NEW.by_person))"
    )
    linked = (
        "SELECT 1 FROM revenue_declaration d JOIN revenue_due u ON u.community = d.community AND u.id = d.due_id "
        "JOIN revenue_contract c ON c.community = u.community AND c.id = u.contract_id "
        "JOIN revenue_operator_account a ON a.community = c.community AND a.operator_id = c.operator_id "
        "WHERE d.community = NEW.community AND d.id = NEW.declaration_id AND (a.account = NEW.by_account "
        "OR (a.person IS NOT NULL AND a.person = NEW.by_person))"
    )
    _guard(db, "revenue_review_other_person", "revenue_review", ("INSERT",), f"EXISTS ({same}) OR EXISTS ({linked})")
    evidence = (
        "EXISTS (SELECT 1 FROM revenue_declaration d WHERE d.community = NEW.community AND d.id = NEW.declaration_id "
        "AND d.is_estimate = 0) AND NOT EXISTS (SELECT 1 FROM revenue_evidence e WHERE e.community = NEW.community "
        "AND e.declaration_id = NEW.declaration_id)"
    )
    _guard(db, "revenue_computation_evidence", "revenue_computation", ("INSERT",), evidence)
    reviewed = (
        "NEW.computation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revenue_computation c JOIN revenue_review r "
        "ON r.community = c.community AND r.declaration_id = c.declaration_id AND r.passed = 1 "
        "WHERE c.community = NEW.community AND c.id = NEW.computation_id AND c.due_id = NEW.id "
        "AND c.due_fen = NEW.due_fen)"
    )
    _guard(db, "revenue_due_as_computed", "revenue_due", ("INSERT", "UPDATE"), reviewed)


_APPLIED = "COALESCE((SELECT SUM(p.amount) FROM revenue_part p WHERE p.undone_on IS NULL AND p.community = "


def _guard_sums(db):
    """Sums are kept by the database from the parts, and cannot be told otherwise."""
    of_due = _APPLIED + "NEW.community AND p.due_id = NEW.{key}), 0)"
    of_receipt = _APPLIED + "NEW.community AND p.receipt_id = NEW.{key}), 0)"
    _guard(
        db,
        "revenue_due_received",
        "revenue_due",
        ("INSERT", "UPDATE"),
        f"NEW.received_fen <> {of_due.format(key='id')}",
    )
    _guard(
        db, "revenue_receipt_applied", "revenue_receipt", ("INSERT", "UPDATE"),
        f"NEW.applied_fen <> {of_receipt.format(key='id')}",
    )  # fmt: skip
    name = "revenue_part_summed"
    sums = (
        f"UPDATE revenue_receipt SET applied_fen = {of_receipt.format(key='receipt_id')} "
        "WHERE community = NEW.community AND id = NEW.receipt_id; "
        f"UPDATE revenue_due SET received_fen = {of_due.format(key='due_id')} "
        "WHERE community = NEW.community AND id = NEW.due_id;"
    )
    add_guard(
        db,
        name,
        "revenue_part",
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON revenue_part BEGIN {sums} END"
            for event in ("INSERT", "UPDATE")
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {sums} RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row AFTER INSERT OR UPDATE ON revenue_part FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE revenue_part ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
    _guard_acts(db)


def _guard_acts(db):
    """Deposits and money given back: never more than there is, counted over what two persons agreed to."""
    deposit = (
        "NEW.decision = 'approved' AND NEW.act_kind IN ('deposit_set_off', 'deposit_out') AND NEW.amount > "
        "COALESCE((SELECT SUM(CASE a.act_kind WHEN 'deposit_in' THEN a.amount ELSE -a.amount END) FROM revenue_act a "
        "WHERE a.community = NEW.community AND a.contract_id = NEW.contract_id AND a.id <> NEW.id "
        "AND a.decision = 'approved' AND a.act_kind IN ('deposit_in', 'deposit_set_off', 'deposit_out')), 0)"
    )
    _guard(db, "revenue_act_deposit_covered", "revenue_act", ("INSERT", "UPDATE"), deposit)
    paid = (
        "NEW.paid_fen <> COALESCE((SELECT SUM(a.amount) FROM revenue_act a WHERE a.community = NEW.community "
        "AND a.due_id = NEW.id AND a.act_kind = 'payout' AND a.decision = 'approved'), 0)"
    )
    _guard(db, "revenue_due_paid_out", "revenue_due", ("INSERT", "UPDATE"), paid)
    back = (
        "NEW.given_back_fen <> COALESCE((SELECT SUM(a.amount) FROM revenue_act a WHERE a.community = NEW.community "
        "AND a.receipt_id = NEW.id AND a.act_kind = 'credit_out' AND a.decision = 'approved'), 0)"
    )
    _guard(db, "revenue_receipt_given_back", "revenue_receipt", ("INSERT", "UPDATE"), back)
