"""Opening balances hold what was assigned of them to contracts, an assigned deposit can be taken back, and opening money of the
owners or in 待分配 is given back only as far as a correction freed it.

SQLite cannot change a CHECK, so `revenue_act` is made again there from its own text, with its rows and every guard it has by now.
"""

from core import add_guard, is_postgresql

KNOWN = "'deposit_opening', 'credit_opening'"
NOW = f"{KNOWN}, 'deposit_opening_undo'"

POSTED = "(SELECT o.id FROM revenue_opening o WHERE o.community = NEW.community AND o.state = 'posted')"
ASSIGNED = (
    "COALESCE((SELECT SUM(CASE x.act_kind WHEN 'deposit_opening' THEN x.amount ELSE -x.amount END) FROM revenue_act x "
    "WHERE x.community = NEW.community AND x.decision = 'approved' "
    "AND x.act_kind IN ('deposit_opening', 'deposit_opening_undo'){more}), 0)"
)


def up(migrator, db):
    if is_postgresql(db):
        (kinds,) = db.execute_sql(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'revenue_act_kind_known'"
        ).fetchone()
        wider = kinds.replace("'credit_opening'::text", "'credit_opening'::text, 'deposit_opening_undo'::text")
        db.execute_sql("ALTER TABLE revenue_act DROP CONSTRAINT revenue_act_kind_known")
        db.execute_sql(f"ALTER TABLE revenue_act ADD CONSTRAINT revenue_act_kind_known {wider}")
    else:
        _make_acts_again(db)
    _cover_deposits(db)
    _keep_openings(db)
    _keep_money_of_before(db)


def _make_acts_again(db):
    of_acts = "FROM sqlite_master WHERE tbl_name = 'revenue_act' AND sql IS NOT NULL"
    (table,) = db.execute_sql(f"SELECT sql {of_acts} AND type = 'table'").fetchone()
    others = [sql for (sql,) in db.execute_sql(f"SELECT sql {of_acts} AND type <> 'table'").fetchall()]
    db.execute_sql("CREATE TEMP TABLE revenue_act_rows AS SELECT * FROM revenue_act")
    db.execute_sql("DROP TABLE revenue_act")
    db.execute_sql(table.replace(KNOWN, NOW))
    db.execute_sql("INSERT INTO revenue_act SELECT * FROM revenue_act_rows ORDER BY id")
    db.execute_sql("DROP TABLE revenue_act_rows")
    for sql in others:
        db.execute_sql(sql)


def _cover_deposits(db):
    """As before; what is not a contract's after all is not held for it, and no more of it goes than was assigned."""
    name = "revenue_act_deposit_covered"
    counted = (
        "COALESCE((SELECT SUM(CASE WHEN a.act_kind IN ('deposit_in', 'deposit_opening', 'receipt_undo') THEN a.amount "
        "WHEN a.act_kind IN ('deposit_set_off', 'deposit_out', 'deposit_opening_undo') THEN -a.amount ELSE 0 END) FROM revenue_act a "
        "WHERE a.community = NEW.community AND a.contract_id = NEW.contract_id AND a.id <> NEW.id AND a.decision = 'approved'), 0)"
    )
    wrong = (
        "NEW.decision = 'approved' AND NEW.act_kind IN ('deposit_set_off', 'deposit_out', 'deposit_opening_undo') "
        f"AND NEW.amount > {counted}"
    )
    # The guard of 0002 keeps its name and its place in `schema_guard`; only what it counts is said anew.
    if is_postgresql(db):
        db.execute_sql(f"CREATE OR REPLACE {_raising(name, wrong)}")
    else:
        for event in ("insert", "update"):
            db.execute_sql(f"DROP TRIGGER {name}_{event}")
            db.execute_sql(
                f"CREATE TRIGGER {name}_{event} BEFORE {event.upper()} ON revenue_act WHEN {wrong} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
    mine = ASSIGNED.format(more=" AND x.contract_id = NEW.contract_id AND x.id <> NEW.id")
    _refuse(
        db, "revenue_act_opening_undone", "revenue_act", ("INSERT", "UPDATE OF decision"),
        f"NEW.decision = 'approved' AND NEW.act_kind = 'deposit_opening_undo' AND NEW.amount > {mine}",
    )  # fmt: skip


def _keep_openings(db):
    """Never more is assigned than the opening balances in the books hold: asked of both sides."""
    assigned = ASSIGNED.format(more="")
    taken = (
        "COALESCE((SELECT SUM(r.amount) FROM revenue_receipt r WHERE r.community = NEW.community AND r.undone_on IS NULL "
        "AND r.opening_fund = '{fund}'), 0)"
    )
    _refuse(
        db, "revenue_opening_assigned", "revenue_opening", ("UPDATE OF state",),
        "NEW.state = 'posted' AND OLD.state <> 'posted' AND ("
        f"{_there('NEW.id', 'kept')} < {assigned} OR "
        + " OR ".join(f"{_there('NEW.id', fund)} < {taken.format(fund=fund)}" for fund in ("deposits", "unallocated", "owners"))
        + ")",
    )  # fmt: skip
    others = ASSIGNED.format(more=" AND x.id <> NEW.id")
    _refuse(
        db, "revenue_act_opening_there", "revenue_act", ("INSERT", "UPDATE OF decision"),
        f"NEW.decision = 'approved' AND NEW.act_kind = 'deposit_opening' AND NEW.amount + {others} > {_there(POSTED, 'kept')}",
    )  # fmt: skip
    _refuse(
        db, "revenue_receipt_opening_there", "revenue_receipt", ("INSERT",),
        " OR ".join(
            f"(NEW.opening_fund = '{fund}' AND NEW.amount + {taken.format(fund=fund)} > {_there(POSTED, fund)})"
            for fund in ("deposits", "unallocated", "owners")
        ),
    )  # fmt: skip


def _there(opening, what):
    """What opening balances have: `kept` deposits, the advances in `deposits`, the money of `unallocated` or `owners`."""
    about = {
        "kept": "l.fund = 'deposits' AND substr(l.account, 1, 13) = '2209.deposits'",
        "deposits": "l.fund = 'deposits' AND (l.account = '2203' OR substr(l.account, 1, 5) = '2203.')",
    }.get(what, f"l.fund = '{what}'")
    sign = "1" if what in ("kept", "deposits") else "CASE a.kind WHEN 'asset' THEN 1 ELSE -1 END"
    return (
        f"COALESCE((SELECT SUM(l.amount * {sign}) FROM revenue_opening_line l JOIN revenue_account a ON a.community = l.community "
        f"AND a.code = l.account WHERE l.community = NEW.community AND l.opening_id = {opening} AND {about}), 0)"
    )


def _keep_money_of_before(db):
    """Money of the owners, or in 待分配, that was there at the beginning pays what is due. Only what was paid and freed goes back."""
    freed = (
        "COALESCE((SELECT SUM(CASE WHEN f.most > f.stays THEN f.most - f.stays ELSE 0 END) FROM (SELECT MAX(p.amount) AS most, "
        "SUM(CASE WHEN p.undone_on IS NULL THEN p.amount ELSE 0 END) AS stays FROM revenue_part p "
        "WHERE p.community = NEW.community AND p.receipt_id = NEW.id GROUP BY p.due_id) AS f), 0)"
    )
    _refuse(
        db, "revenue_receipt_opening_back", "revenue_receipt", ("UPDATE OF given_back_fen",),
        "NEW.given_back_fen > OLD.given_back_fen AND NEW.opening_fund IN ('owners', 'unallocated') "
        f"AND NEW.given_back_fen > {freed}",
    )  # fmt: skip


def _raising(name, condition):
    return (
        f"FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
    )


def _refuse(db, name, table, events, condition):
    """Refuse as `name` every one of the events for which the condition holds; it may ask other tables."""
    parts = [(f"{name}_{event.split()[0].lower()}", event) for event in events]
    add_guard(
        db, name, table,
        sqlite=tuple(
            f"CREATE TRIGGER {part} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for part, event in parts
        ),
        postgresql=(
            f"CREATE {_raising(name, condition)}",
            *(
                statement
                for part, event in parts
                for statement in (
                    f"CREATE TRIGGER {part} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
                    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {part}",
                )
            ),
        ),
    )  # fmt: skip
