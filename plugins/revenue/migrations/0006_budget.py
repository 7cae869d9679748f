"""The budget of a year 预算: what is expected to come in and may be spent by fund and account, in versions that are never edited.

One person enters a version, another one decides it on the minutes of a meeting; a change is a new version with its reason, and the
one before it stays. What really came and went is never kept here: it stands in the month flows of the ledger (0001).
"""

from core import add_guard, create_index, create_table, keep_rows

_DECIDED = "('in_force', 'replaced')"


def up(migrator, db):
    create_table(
        db,
        "revenue_budget",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        year INTEGER NOT NULL,
        version INTEGER NOT NULL,
        why TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        meeting TEXT NOT NULL DEFAULT '',
        met_on TEXT,
        asked_by INTEGER NOT NULL,
        asked_person INTEGER,
        asked_label TEXT NOT NULL,
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL DEFAULT '',
        decided_on TEXT,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_budget_year CHECK (year BETWEEN 2000 AND 2199),
        CONSTRAINT revenue_budget_version CHECK (version BETWEEN 1 AND 999),
        CONSTRAINT revenue_budget_state_known CHECK (state IN ('draft', 'handed_in', 'in_force', 'replaced', 'dropped')),
        CONSTRAINT revenue_budget_why_given CHECK ((version = 1) = (why = '')),
        CONSTRAINT revenue_budget_decided CHECK ((state IN {_DECIDED}) = (decided_by IS NOT NULL)),
        CONSTRAINT revenue_budget_met CHECK (state NOT IN ('handed_in', 'in_force', 'replaced')
            OR (meeting <> '' AND met_on IS NOT NULL)),
        CONSTRAINT revenue_budget_two CHECK (decided_by IS NULL OR (decided_by <> asked_by
            AND (asked_person IS NULL OR decided_person IS NULL OR asked_person <> decided_person))),
        UNIQUE (community, id)
        """,
    )
    # One is in force for a year, and one more at most is being prepared to take its place.
    for name, states in (("in_force", "('in_force')"), ("one_draft", "('draft', 'handed_in')")):
        create_index(
            db, f"revenue_budget_{name}", "revenue_budget", "community, year", unique=True, where=f"state IN {states}"
        )
    create_index(
        db,
        "revenue_budget_versions",
        "revenue_budget",
        "community, year, version",
        unique=True,
        where="state <> 'dropped'",
    )
    _refuse(
        db,
        "revenue_budget_in_order",
        "revenue_budget",
        "BEFORE INSERT",
        "NEW.state <> 'draft' OR NEW.version <> 1 + COALESCE((SELECT max(version) FROM revenue_budget "
        "WHERE community = NEW.community AND year = NEW.year AND state <> 'dropped'), 0)",
    )
    keep_rows(
        db,
        "revenue_budget",
        "OLD.state = 'replaced' OR OLD.decided_by IS NOT NULL AND ("
        + _changed("decided_by", "decided_person", "decided_on", "asked_by", "asked_person", "meeting", "met_on")
        + " OR NEW.state NOT IN ('in_force', 'replaced')) OR OLD.state = 'dropped' OR "
        + _changed("community", "year", "version", "why"),
    )
    create_table(
        db,
        "revenue_budget_line",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        budget_id INTEGER NOT NULL,
        account TEXT NOT NULL,
        fund TEXT NOT NULL,
        amount INTEGER NOT NULL,
        purpose TEXT NOT NULL DEFAULT '',
        CONSTRAINT revenue_budget_line_amount CHECK (amount BETWEEN 1 AND 100000000000000),
        CONSTRAINT revenue_budget_line_account FOREIGN KEY (community, account) REFERENCES revenue_account (community, code),
        CONSTRAINT revenue_budget_line_fund FOREIGN KEY (community, fund) REFERENCES revenue_fund (community, code),
        UNIQUE (community, id),
        UNIQUE (community, budget_id, account, fund),
        CONSTRAINT revenue_budget_line_budget FOREIGN KEY (community, budget_id) REFERENCES revenue_budget (community, id)
        """,
    )
    _refuse(
        db,
        "revenue_budget_line_kind",
        "revenue_budget_line",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_account a WHERE a.community = NEW.community AND a.code = NEW.account "
        "AND a.kind IN ('income', 'expense'))",
    )
    # What was handed in does not change under the eyes of whoever decides, and what was decided never does.
    settled = (
        "NOT EXISTS (SELECT 1 FROM revenue_budget b WHERE b.id = {row}.budget_id "
        "AND b.community = {row}.community AND b.state = 'draft')"
    )
    for moment, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        _refuse(
            db,
            f"revenue_budget_line_draft_{moment.lower()}",
            "revenue_budget_line",
            f"BEFORE {moment}",
            settled.format(row=row),
            row=row,
        )
    _refuse(
        db,
        "revenue_budget_line_stays",
        "revenue_budget_line",
        "BEFORE UPDATE",
        _changed("community", "budget_id", "account", "fund"),
    )


def _changed(*columns):
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _refuse(db, name, table, moment, condition, row="NEW"):
    """Refuse as `name` what the condition holds for; it may ask other tables."""
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_row {moment} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN {row}; END $$",
            f"CREATE TRIGGER {name}_row {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
