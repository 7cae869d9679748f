"""Money acts get three kinds more: what was allocated of a share and comes back, and deposits and advances from before the books began.

SQLite cannot change a CHECK, so the table is made again there with its rows and guards; nothing refers to it by a key.
"""

from core import add_guard, create_table, is_postgresql, keep_rows, raising_function

KINDS = (
    "'deposit_in', 'deposit_set_off', 'deposit_out', 'credit_out', 'payout', 'receipt_undo', 'fund_return', "
    "'deposit_opening', 'credit_opening'"
)
COLUMNS = (
    "id, community, act_kind, contract_id, due_id, receipt_id, amount, on_day, account, reason, by_account, by_person, by_label, "
    "at, decision, decided_by, decided_person, decided_label, decided_at, seq"
)


def up(migrator, db):
    if is_postgresql(db):
        db.execute_sql("ALTER TABLE revenue_act DROP CONSTRAINT revenue_act_kind_known")
        db.execute_sql(f"ALTER TABLE revenue_act ADD CONSTRAINT revenue_act_kind_known CHECK (act_kind IN ({KINDS}))")
    else:
        _make_acts_again(db)
    _cover_deposits(db)
    _cover_returns(db)
    # What of a receipt stood in the books before they began here: in which fund. No money arrives for it.
    db.execute_sql(
        "ALTER TABLE revenue_receipt ADD COLUMN opening_fund TEXT NOT NULL DEFAULT '' "
        "CONSTRAINT revenue_receipt_opening_known CHECK (opening_fund IN ('', 'deposits', 'unallocated', 'owners'))"
    )
    name, changed = "revenue_receipt_opening_kept", "NEW.opening_fund <> OLD.opening_fund"
    add_guard(
        db, name, "revenue_receipt",
        sqlite=(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF opening_fund ON revenue_receipt WHEN {changed} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END",
        ),
        postgresql=(
            raising_function(name),
            f"CREATE TRIGGER {name} BEFORE UPDATE ON revenue_receipt FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {name}()",
            f"ALTER TABLE revenue_receipt ENABLE ALWAYS TRIGGER {name}",
        ),
    )  # fmt: skip


def _make_acts_again(db):
    db.execute_sql(f"CREATE TEMP TABLE revenue_act_rows AS SELECT {COLUMNS} FROM revenue_act")
    db.execute_sql("DELETE FROM schema_guard WHERE relation = 'revenue_act'")
    db.execute_sql("DROP TABLE revenue_act")
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
        by_account INTEGER, by_person INTEGER, by_label TEXT NOT NULL, at INTEGER NOT NULL,
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
    db.execute_sql(f"INSERT INTO revenue_act ({COLUMNS}) SELECT {COLUMNS} FROM revenue_act_rows ORDER BY id")
    db.execute_sql("DROP TABLE revenue_act_rows")
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


def _cover_deposits(db):
    """As before; a deposit from before the books began counts, and one that was set off wrongly is there again."""
    name = "revenue_act_deposit_covered"
    counted = (
        "COALESCE((SELECT SUM(CASE WHEN a.act_kind IN ('deposit_in', 'deposit_opening', 'receipt_undo') THEN a.amount "
        "WHEN a.act_kind IN ('deposit_set_off', 'deposit_out') THEN -a.amount ELSE 0 END) FROM revenue_act a "
        "WHERE a.community = NEW.community AND a.contract_id = NEW.contract_id AND a.id <> NEW.id AND a.decision = 'approved'), 0)"
    )
    wrong = (
        f"NEW.decision = 'approved' AND NEW.act_kind IN ('deposit_set_off', 'deposit_out') AND NEW.amount > {counted}"
    )
    if is_postgresql(db):
        db.execute_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
        )
        return
    add_guard(
        db, name, "revenue_act", postgresql=(),
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON revenue_act WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for event in ("INSERT", "UPDATE")
        ),
    )  # fmt: skip


def _cover_returns(db):
    """No more comes back of a share than was allocated of it."""
    name = "revenue_act_return_covered"
    wrong = (
        "NEW.decision = 'approved' AND NEW.act_kind = 'fund_return' AND NEW.amount > COALESCE((SELECT d.allocated_fen "
        "FROM revenue_due d WHERE d.community = NEW.community AND d.id = NEW.due_id), 0)"
    )
    events = {"new": "INSERT", "decided": "UPDATE OF decision"}
    add_guard(
        db, name, "revenue_act",
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{what} BEFORE {event} ON revenue_act WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for what, event in events.items()
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            *(
                statement
                for what, event in events.items()
                for statement in (
                    f"CREATE TRIGGER {name}_{what} BEFORE {event} ON revenue_act FOR EACH ROW EXECUTE FUNCTION {name}()",
                    f"ALTER TABLE revenue_act ENABLE ALWAYS TRIGGER {name}_{what}",
                )
            ),
        ),
    )  # fmt: skip
