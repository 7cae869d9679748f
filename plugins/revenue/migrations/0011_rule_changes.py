"""A contract in force gets a new version of its rule only from a change that one person proposed and another one approved.

A change has its first day, its reason, the scan of the signed supplement with its digest, and for the owners' space the counts of a
vote of its own. A contract begins as a draft, whatever statement makes the row. Versions that are there already stay as they are.
"""

from core import add_guard, create_index, create_table, keep_rows, make_append_only

_CONTRACT = "FROM revenue_contract c WHERE c.community = NEW.community AND c.id = NEW.contract_id"
_PROPOSED = (
    "community", "contract_id", "from_day", "rule", "reason", "approval", "vote", "asked_by", "asked_person", "asked_on", "at",
)  # fmt: skip
_DECIDED = ("state", "decided_by", "decided_person", "decided_on", "version")


def up(migrator, db):
    _make_changes(db)
    _make_scans(db)
    _guard_changes(db)
    _guard_contracts(db)


def _make_changes(db):
    create_table(
        db,
        "revenue_rule_change",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        contract_id INTEGER NOT NULL,
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        from_day TEXT NOT NULL,
        rule TEXT NOT NULL,
        reason TEXT NOT NULL,
        approval TEXT NOT NULL,
        vote TEXT,
        asked_by INTEGER NOT NULL,
        asked_person INTEGER,
        asked_label TEXT NOT NULL,
        asked_on TEXT NOT NULL,
        at INTEGER NOT NULL,
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL DEFAULT '',
        decided_on TEXT,
        refusal TEXT NOT NULL DEFAULT '',
        version INTEGER,
        CONSTRAINT revenue_rule_change_state_known CHECK (state IN ('asked', 'approved', 'refused')),
        CONSTRAINT revenue_rule_change_why CHECK (length(reason) > 0 AND length(approval) > 0),
        CONSTRAINT revenue_rule_change_decided CHECK ((state = 'asked') = (decided_by IS NULL)
            AND (state = 'asked') = (decided_on IS NULL) AND (state = 'refused') = (length(refusal) > 0)
            AND (state = 'approved') = (version IS NOT NULL)),
        CONSTRAINT revenue_rule_change_two CHECK (decided_by IS NULL OR (decided_by <> asked_by
            AND (asked_person IS NULL OR decided_person IS NULL OR asked_person <> decided_person))),
        CONSTRAINT revenue_rule_change_ahead CHECK (from_day >= asked_on AND (decided_on IS NULL OR decided_on >= asked_on)
            AND (state <> 'approved' OR from_day >= decided_on)),
        UNIQUE (community, id),
        CONSTRAINT revenue_rule_change_contract FOREIGN KEY (community, contract_id)
            REFERENCES revenue_contract (community, id)
        """,
    )
    # One change of a contract waits at a time, and each version comes from one change.
    create_index(
        db, "revenue_rule_change_waits", "revenue_rule_change", "community, contract_id", unique=True, where="state = 'asked'",
    )  # fmt: skip
    create_index(
        db, "revenue_rule_change_version", "revenue_rule_change", "community, contract_id, version", unique=True,
        where="version IS NOT NULL",
    )  # fmt: skip
    keep_rows(db, "revenue_rule_change", f"{_changed(_PROPOSED)} OR (OLD.state <> 'asked' AND ({_changed(_DECIDED)}))")


def _make_scans(db):
    create_table(
        db,
        "revenue_rule_change_scan",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        change_id INTEGER NOT NULL,
        file_use INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_rule_change_scan_digest CHECK (length(sha256) = 64),
        UNIQUE (community, file_use),
        CONSTRAINT revenue_rule_change_scan_change FOREIGN KEY (community, change_id)
            REFERENCES revenue_rule_change (community, id)
        """,
    )
    create_index(db, "revenue_rule_change_scan_of", "revenue_rule_change_scan", "community, change_id")
    make_append_only(db, "revenue_rule_change_scan")


# --------------------------------------------------------------------------- what holds between tables


def _guard_changes(db):
    """What is proposed, and who may approve what."""
    table, deciding = "revenue_rule_change", "OLD.state = 'asked' AND NEW.state <> 'asked'"
    approving = "OLD.state = 'asked' AND NEW.state = 'approved'"
    in_force = f"EXISTS (SELECT 1 {_CONTRACT} AND c.state IN ('active', 'expiring'))"
    _refuse(db, "revenue_rule_change_begins", table, "INSERT", f"NEW.state <> 'asked' OR NOT {in_force}")
    _refuse(db, "revenue_rule_change_in_force", table, "UPDATE", f"{approving} AND NOT {in_force}")
    linked = (
        f"EXISTS (SELECT 1 {_CONTRACT} AND EXISTS (SELECT 1 FROM revenue_operator_account a WHERE a.community = c.community "
        "AND a.operator_id = c.operator_id AND (a.account = NEW.decided_by "
        "OR (a.person IS NOT NULL AND a.person = NEW.decided_person))))"
    )
    _refuse(db, "revenue_rule_change_operator", table, "UPDATE", f"{deciding} AND {linked}")
    scanned = (
        "EXISTS (SELECT 1 FROM revenue_rule_change_scan s WHERE s.community = NEW.community AND s.change_id = NEW.id)"
    )
    _refuse(db, "revenue_rule_change_scanned", table, "UPDATE", f"{approving} AND NOT {scanned}")
    owners = f"NEW.vote IS NULL AND EXISTS (SELECT 1 {_CONTRACT} AND c.owner_class = 'owners')"
    _refuse(db, "revenue_rule_change_voted", table, "UPDATE", f"{approving} AND {owners}")
    declared = (
        "EXISTS (SELECT 1 FROM revenue_due u WHERE u.community = NEW.community AND u.contract_id = NEW.contract_id "
        "AND u.last_day >= NEW.from_day AND u.state <> 'draft')"
    )
    _refuse(db, "revenue_rule_change_declared", table, "UPDATE", f"{approving} AND {declared}")
    of = "FROM revenue_rule r WHERE r.community = NEW.community AND r.contract_id = NEW.contract_id"
    in_order = f"NEW.version <> 1 + COALESCE((SELECT MAX(r.version) {of}), 0) OR EXISTS (SELECT 1 {of} AND r.from_day >= NEW.from_day)"
    _refuse(db, "revenue_rule_change_in_order", table, "UPDATE", f"{approving} AND ({in_order})")


def _guard_contracts(db):
    """No way into force past the draft, and none for a rule past the change that two people agreed to."""
    _refuse(db, "revenue_contract_begins", "revenue_contract", "INSERT", "NEW.state <> 'draft'")
    agreed = (
        "EXISTS (SELECT 1 FROM revenue_rule_change g WHERE g.community = NEW.community AND g.contract_id = NEW.contract_id "
        "AND g.state = 'approved' AND g.version = NEW.version AND g.from_day = NEW.from_day AND g.rule = NEW.rule)"
    )
    _refuse(
        db, "revenue_rule_agreed", "revenue_rule", "INSERT",
        f"NOT EXISTS (SELECT 1 {_CONTRACT} AND c.state = 'draft') AND NOT {agreed}",
    )  # fmt: skip


def _changed(columns):
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _refuse(db, name, table, event, condition):
    """Refuse as `name` every `event` before which the condition holds; it may ask other tables."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )  # fmt: skip
