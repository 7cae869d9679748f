"""Money accounts with their statements, matching, cash counts, and what keeps a month open.

A statement that does not run on, a match whose sides differ, and the lock of a month with unexplained lines are refused by the
database itself.
"""

from core import add_guard, create_index, create_table, keep_rows, make_append_only

_OWNER = "community TEXT NOT NULL REFERENCES community (code)"


def up(migrator, db):
    _make_accounts(db)
    _make_statements(db)
    _make_matches(db)
    _make_counts(db)
    _make_paper(db)
    _tie_to_ledger(db)
    _keep_months_open(db)


def _refuse(db, name, table, event, condition):
    """Refuse as `name` every `event` (INSERT, UPDATE OF column) before which the condition on NEW and OLD holds."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ),
    )  # fmt: skip


def _afterwards(db, name, table, event, condition, *statements):
    """Do `statements` after each `event` for which the condition holds."""
    body = " ".join(f"{statement};" for statement in statements)
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition} BEGIN {body} END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN {body} END IF; "
            "RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ),
    )  # fmt: skip


def _other(*columns):
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _make_accounts(db):
    create_table(
        db,
        "revenue_bank",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        bank_name TEXT NOT NULL,
        tail TEXT NOT NULL,
        is_cash INTEGER NOT NULL,
        opens_on TEXT NOT NULL,
        opening INTEGER NOT NULL,
        closed_on TEXT,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT revenue_bank_named CHECK (length(name) > 0),
        CONSTRAINT revenue_bank_tail_short CHECK (length(tail) <= 6),
        CONSTRAINT revenue_bank_is_cash_known CHECK (is_cash IN (0, 1)),
        UNIQUE (community, id),
        UNIQUE (community, account)
        """,
    )
    keep_rows(db, "revenue_bank", _other("id", "community", "account", "is_cash", "entered_at", "entered_by"))


def _make_statements(db):
    create_table(
        db,
        "revenue_statement",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        follows INTEGER,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        opening INTEGER NOT NULL,
        closing INTEGER NOT NULL,
        line_count INTEGER NOT NULL,
        sealed INTEGER NOT NULL,
        filename TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        by_label TEXT NOT NULL,
        withdrawn_at INTEGER,
        withdrawn_by INTEGER,
        withdrawn_label TEXT NOT NULL,
        withdrawn_why TEXT NOT NULL,
        CONSTRAINT revenue_statement_days_ordered CHECK (first_day <= last_day),
        CONSTRAINT revenue_statement_begins_open CHECK (sealed IN (0, 1) AND line_count >= 0),
        UNIQUE (community, id),
        CONSTRAINT revenue_statement_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id),
        CONSTRAINT revenue_statement_follows FOREIGN KEY (community, follows) REFERENCES revenue_statement (community, id)
        """,
    )
    create_index(
        db, "revenue_statement_once", "revenue_statement", "bank_id, sha256", unique=True, where="withdrawn_at IS NULL"
    )
    create_index(
        db, "revenue_statement_one_next", "revenue_statement", "bank_id, COALESCE(follows, 0)", unique=True,
        where="withdrawn_at IS NULL",
    )  # fmt: skip
    create_table(
        db,
        "revenue_line",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        statement_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        day TEXT NOT NULL,
        amount INTEGER NOT NULL,
        balance INTEGER NOT NULL,
        payer TEXT NOT NULL,
        reference TEXT NOT NULL,
        memo TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        withdrawn INTEGER NOT NULL,
        CONSTRAINT revenue_line_moves CHECK (amount <> 0),
        UNIQUE (community, id),
        UNIQUE (statement_id, position),
        CONSTRAINT revenue_line_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id),
        CONSTRAINT revenue_line_statement FOREIGN KEY (community, statement_id) REFERENCES revenue_statement (community, id)
        """,
    )
    create_index(db, "revenue_line_once", "revenue_line", "bank_id, fingerprint", unique=True, where="withdrawn = 0")
    create_index(db, "revenue_line_by_day", "revenue_line", "community, bank_id, day, id")
    _guard_statements(db)


def _guard_statements(db):
    _refuse(
        db, "revenue_statement_continuous", "revenue_statement", "INSERT",
        "NEW.sealed <> 0 OR NEW.withdrawn_at IS NOT NULL OR "
        "(NEW.follows IS NULL AND NOT EXISTS (SELECT 1 FROM revenue_bank b WHERE b.id = NEW.bank_id "
        "AND b.opening = NEW.opening AND b.opens_on <= NEW.first_day AND b.is_cash = 0)) OR "
        "(NEW.follows IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revenue_statement p WHERE p.id = NEW.follows "
        "AND p.bank_id = NEW.bank_id AND p.sealed = 1 AND p.withdrawn_at IS NULL AND p.closing = NEW.opening "
        "AND p.last_day <= NEW.first_day))",
    )  # fmt: skip
    _refuse(
        db, "revenue_statement_adds_up", "revenue_statement", "UPDATE OF sealed",
        "NEW.sealed = 1 AND ((SELECT count(*) FROM revenue_line l WHERE l.statement_id = NEW.id) <> NEW.line_count OR "
        "NEW.closing <> COALESCE((SELECT l.balance FROM revenue_line l WHERE l.statement_id = NEW.id "
        "AND l.position = NEW.line_count), NEW.opening))",
    )  # fmt: skip
    _refuse(
        db, "revenue_statement_followed", "revenue_statement", "UPDATE OF withdrawn_at",
        "EXISTS (SELECT 1 FROM revenue_statement n WHERE n.follows = NEW.id AND n.withdrawn_at IS NULL)",
    )  # fmt: skip
    _afterwards(
        db, "revenue_statement_withdrawn", "revenue_statement", "UPDATE OF withdrawn_at",
        "NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL",
        "UPDATE revenue_line SET withdrawn = 1 WHERE statement_id = NEW.id",
    )  # fmt: skip
    keep_rows(
        db, "revenue_statement",
        _other("id", "community", "bank_id", "follows", "first_day", "last_day", "opening", "closing", "line_count",
               "filename", "sha256", "entered_at", "entered_by")
        + " OR NEW.sealed < OLD.sealed OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)",
    )  # fmt: skip
    _refuse(
        db, "revenue_line_runs_on", "revenue_line", "INSERT",
        "NEW.withdrawn <> 0 OR NOT EXISTS (SELECT 1 FROM revenue_statement s WHERE s.community = NEW.community "
        "AND s.id = NEW.statement_id AND s.bank_id = NEW.bank_id AND s.sealed = 0 AND s.withdrawn_at IS NULL "
        "AND NEW.day BETWEEN s.first_day AND s.last_day AND NEW.balance = NEW.amount + "
        "CASE WHEN NEW.position = 1 THEN s.opening ELSE (SELECT p.balance FROM revenue_line p "
        "WHERE p.statement_id = s.id AND p.position = NEW.position - 1 AND p.day <= NEW.day) END)",
    )  # fmt: skip
    # The words about the other side may be taken out when the file's time is over; nothing else ever changes.
    emptied = " OR ".join(f"NEW.{name} NOT IN (OLD.{name}, '', '—')" for name in ("payer", "reference", "memo"))
    keep_rows(
        db, "revenue_line",
        _other("id", "community", "bank_id", "statement_id", "position", "day", "amount", "balance", "fingerprint")
        + f" OR {emptied} OR NEW.withdrawn < OLD.withdrawn",
    )  # fmt: skip
    # What a statement began with is fixed with the first statement.
    _refuse(
        db, "revenue_bank_begun", "revenue_bank", "UPDATE",
        "(NEW.opens_on <> OLD.opens_on OR NEW.opening <> OLD.opening) AND EXISTS (SELECT 1 FROM revenue_statement s "
        "WHERE s.bank_id = OLD.id AND s.withdrawn_at IS NULL)",
    )  # fmt: skip


def _make_matches(db):
    create_table(
        db,
        "revenue_match",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        way TEXT NOT NULL,
        sealed INTEGER NOT NULL,
        matched_at INTEGER NOT NULL,
        matched_by INTEGER,
        matched_person INTEGER,
        by_label TEXT NOT NULL,
        undone_at INTEGER,
        undone_by INTEGER,
        undone_label TEXT NOT NULL,
        undone_why TEXT NOT NULL,
        CONSTRAINT revenue_match_way_known CHECK (way IN ('proposal', 'hand', 'due', 'unknown', 'fee', 'interest', 'opening')),
        CONSTRAINT revenue_match_sealed_known CHECK (sealed IN (0, 1)),
        UNIQUE (community, id),
        CONSTRAINT revenue_match_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id)
        """,
    )
    create_table(
        db,
        "revenue_match_line",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        match_id INTEGER NOT NULL,
        line_id INTEGER NOT NULL,
        undone INTEGER NOT NULL,
        UNIQUE (match_id, line_id),
        CONSTRAINT revenue_match_line_match FOREIGN KEY (community, match_id) REFERENCES revenue_match (community, id),
        CONSTRAINT revenue_match_line_line FOREIGN KEY (community, line_id) REFERENCES revenue_line (community, id)
        """,
    )
    create_table(
        db,
        "revenue_match_entry",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        match_id INTEGER NOT NULL,
        bank_id INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        undone INTEGER NOT NULL,
        UNIQUE (match_id, seq),
        CONSTRAINT revenue_match_entry_match FOREIGN KEY (community, match_id) REFERENCES revenue_match (community, id),
        CONSTRAINT revenue_match_entry_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq)
        """,
    )
    create_index(db, "revenue_line_matched_once", "revenue_match_line", "line_id", unique=True, where="undone = 0")
    create_index(
        db, "revenue_entry_matched_once", "revenue_match_entry", "bank_id, seq", unique=True, where="undone = 0"
    )
    _guard_matches(db)


def _guard_matches(db):
    _refuse(
        db, "revenue_match_begins_open", "revenue_match", "INSERT", "NEW.sealed <> 0 OR NEW.undone_at IS NOT NULL",
    )  # fmt: skip
    lines = "SELECT COALESCE(sum(l.amount), 0) FROM revenue_match_line p JOIN revenue_line l ON l.id = p.line_id WHERE p.match_id = NEW.id"
    entries = "SELECT COALESCE(sum(e.amount), 0) FROM revenue_match_entry e WHERE e.match_id = NEW.id"
    some_lines = "(SELECT count(*) FROM revenue_match_line p WHERE p.match_id = NEW.id)"
    some_entries = "(SELECT count(*) FROM revenue_match_entry e WHERE e.match_id = NEW.id)"
    # One to one, one to many, many to one; two lines by which the bank itself put a mistake right; or the postings of what
    # was there when the account began.
    _refuse(
        db, "revenue_match_balanced", "revenue_match", "UPDATE OF sealed",
        f"NEW.sealed = 1 AND OLD.sealed = 0 AND NOT ((NEW.way = 'opening' AND {some_lines} = 0 AND {some_entries} >= 1) "
        f"OR (NEW.way <> 'opening' AND ({lines}) = ({entries}) AND (({some_lines} = 1 AND {some_entries} >= 1) "
        f"OR ({some_lines} >= 1 AND {some_entries} = 1) OR ({some_lines} = 2 AND {some_entries} = 0))))",
    )  # fmt: skip
    keep_rows(
        db, "revenue_match",
        _other("id", "community", "bank_id", "way", "matched_at", "matched_by", "matched_person")
        + " OR NEW.sealed < OLD.sealed OR (OLD.undone_at IS NOT NULL AND NEW.undone_at IS DISTINCT FROM OLD.undone_at)",
    )  # fmt: skip
    _afterwards(
        db, "revenue_match_undone", "revenue_match", "UPDATE OF undone_at",
        "NEW.undone_at IS NOT NULL AND OLD.undone_at IS NULL",
        "UPDATE revenue_match_line SET undone = 1 WHERE match_id = NEW.id",
        "UPDATE revenue_match_entry SET undone = 1 WHERE match_id = NEW.id",
    )  # fmt: skip
    open_match = (
        "NEW.undone <> 0 OR NOT EXISTS (SELECT 1 FROM revenue_match m{join} WHERE m.community = NEW.community "
        "AND m.id = NEW.match_id AND m.sealed = 0 AND m.undone_at IS NULL{more})"
    )
    _refuse(
        db, "revenue_match_line_fits", "revenue_match_line", "INSERT",
        open_match.format(
            join=" JOIN revenue_line l ON l.id = NEW.line_id AND l.bank_id = m.bank_id "
            "JOIN revenue_statement s ON s.id = l.statement_id", more=" AND l.withdrawn = 0 AND s.sealed = 1",
        ),
    )  # fmt: skip
    _refuse(
        db, "revenue_match_entry_fits", "revenue_match_entry", "INSERT",
        open_match.format(join="", more=" AND m.bank_id = NEW.bank_id"),
    )  # fmt: skip
    ended = "NOT EXISTS (SELECT 1 FROM revenue_match m WHERE m.id = NEW.match_id AND m.undone_at IS NOT NULL)"
    for table, columns in (
        ("revenue_match_line", ("id", "community", "match_id", "line_id")),
        ("revenue_match_entry", ("id", "community", "match_id", "bank_id", "seq", "amount")),
    ):
        keep_rows(db, table, _other(*columns) + " OR NEW.undone < OLD.undone")
        _refuse(db, f"{table}_holds", table, "UPDATE OF undone", f"NEW.undone <> OLD.undone AND {ended}")
    _refuse(
        db, "revenue_line_is_matched", "revenue_line", "UPDATE OF withdrawn",
        "NEW.withdrawn = 1 AND (EXISTS (SELECT 1 FROM revenue_match_line p WHERE p.line_id = NEW.id AND p.undone = 0) "
        "OR NOT EXISTS (SELECT 1 FROM revenue_statement s WHERE s.id = NEW.statement_id AND s.withdrawn_at IS NOT NULL))",
    )  # fmt: skip


def _make_counts(db):
    create_table(
        db,
        "revenue_cash_count",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        day TEXT NOT NULL,
        counted INTEGER NOT NULL,
        booked INTEGER NOT NULL,
        words TEXT NOT NULL,
        counted_at INTEGER NOT NULL,
        counted_by INTEGER,
        counted_person INTEGER,
        counted_label TEXT NOT NULL,
        seen_at INTEGER,
        seen_by INTEGER,
        seen_label TEXT NOT NULL,
        is_right INTEGER,
        CONSTRAINT revenue_cash_count_real CHECK (counted >= 0),
        CONSTRAINT revenue_cash_count_two_people CHECK (seen_by IS NULL OR counted_by IS NULL OR seen_by <> counted_by),
        CONSTRAINT revenue_cash_count_answered CHECK ((seen_at IS NULL) = (is_right IS NULL)),
        UNIQUE (community, id),
        CONSTRAINT revenue_cash_count_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id)
        """,
    )
    create_index(db, "revenue_cash_count_by_day", "revenue_cash_count", "community, bank_id, day, id")
    keep_rows(
        db, "revenue_cash_count",
        _other("id", "community", "bank_id", "day", "counted", "booked", "counted_at", "counted_by", "counted_person")
        + " OR (OLD.seen_at IS NOT NULL AND (" + _other("seen_at", "seen_by", "is_right") + "))",
    )  # fmt: skip
    create_table(
        db,
        "revenue_bank_fee",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        line_id INTEGER NOT NULL,
        fund TEXT NOT NULL,
        words TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        entered_person INTEGER,
        by_label TEXT NOT NULL,
        decided_at INTEGER,
        decided_by INTEGER,
        decided_label TEXT NOT NULL,
        is_approved INTEGER,
        seq INTEGER,
        CONSTRAINT revenue_bank_fee_two_people CHECK (decided_by IS NULL OR entered_by IS NULL OR decided_by <> entered_by),
        CONSTRAINT revenue_bank_fee_posted CHECK ((seq IS NOT NULL) = (COALESCE(is_approved, 0) = 1)),
        CONSTRAINT revenue_bank_fee_decided CHECK ((decided_at IS NULL) = (is_approved IS NULL)),
        UNIQUE (community, id),
        CONSTRAINT revenue_bank_fee_line FOREIGN KEY (community, line_id) REFERENCES revenue_line (community, id)
        """,
    )
    create_index(db, "revenue_bank_fee_once", "revenue_bank_fee", "line_id", unique=True, where="decided_at IS NULL")
    keep_rows(
        db, "revenue_bank_fee",
        _other("id", "community", "line_id", "fund", "entered_at", "entered_by", "entered_person")
        + " OR (OLD.decided_at IS NOT NULL AND (" + _other("decided_at", "decided_by", "is_approved", "seq") + "))",
    )  # fmt: skip


def _make_paper(db):
    create_table(
        db,
        "revenue_reconciled",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        month TEXT NOT NULL,
        content TEXT NOT NULL,
        closed_at INTEGER NOT NULL,
        closed_by INTEGER,
        by_label TEXT NOT NULL,
        UNIQUE (bank_id, month),
        CONSTRAINT revenue_reconciled_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id)
        """,
    )
    make_append_only(db, "revenue_reconciled")
    create_table(
        db,
        "revenue_statement_upload",
        f"""
        id INTEGER PRIMARY KEY,
        {_OWNER},
        bank_id INTEGER NOT NULL,
        filename TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        table_rows TEXT NOT NULL,
        chosen TEXT NOT NULL,
        header INTEGER,
        opening INTEGER,
        closing INTEGER,
        last_day TEXT,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        CONSTRAINT revenue_statement_upload_bank FOREIGN KEY (community, bank_id) REFERENCES revenue_bank (community, id)
        """,
    )


# --------------------------------------------------------------------------- with the ledger


def _moved(of_community, account, more=""):
    """What the ledger did to an account, in 分 with its sign, as a sub-select."""
    side = "SELECT COALESCE(sum(v.amount), 0) FROM revenue_movement v WHERE v.community = {0} AND v.{1} = {2}{3}"
    into, out = (f"({side.format(of_community, name, account, more)})" for name in ("destination", "source"))
    return f"({into} - {out})"


def _tie_to_ledger(db):
    bank = "FROM revenue_bank b WHERE b.id = NEW.bank_id AND b.community = NEW.community"
    of_entry = _moved("b.community", "b.account", " AND v.entry = NEW.seq")
    _refuse(
        db, "revenue_match_entry_true", "revenue_match_entry", "INSERT",
        f"NOT EXISTS (SELECT 1 {bank} AND NEW.amount = {of_entry} AND NEW.amount <> 0 AND EXISTS (SELECT 1 "
        "FROM revenue_entry e WHERE e.community = b.community AND e.seq = NEW.seq AND e.day >= b.opens_on))",
    )  # fmt: skip
    # Whatever was matched with an entry that turns out wrong is open again.
    _afterwards(
        db, "revenue_entry_unmatched", "revenue_entry", "INSERT", "NEW.reverses IS NOT NULL",
        "UPDATE revenue_match SET undone_at = NEW.at, undone_label = NEW.by_label, undone_why = NEW.reason "
        "WHERE community = NEW.community AND undone_at IS NULL AND id IN (SELECT e.match_id FROM revenue_match_entry e "
        "WHERE e.community = NEW.community AND e.seq = NEW.reverses AND e.undone = 0)",
    )  # fmt: skip
    locked = "COALESCE((SELECT max(p.month) FROM revenue_period p WHERE p.community = NEW.community), '')"
    _refuse(
        db, "revenue_match_locked", "revenue_match", "UPDATE OF undone_at",
        "NEW.undone_at IS NOT NULL AND EXISTS (SELECT 1 FROM revenue_match_line x JOIN revenue_line l ON l.id = x.line_id "
        f"WHERE x.match_id = NEW.id AND substr(l.day, 1, 7) <= {locked}) AND NOT EXISTS (SELECT 1 FROM revenue_match_entry e "
        "JOIN revenue_entry r ON r.community = e.community AND r.reverses = e.seq WHERE e.match_id = NEW.id)",
    )  # fmt: skip
    _refuse(
        db, "revenue_statement_locked", "revenue_statement", "UPDATE OF withdrawn_at",
        f"NEW.withdrawn_at IS NOT NULL AND substr(NEW.first_day, 1, 7) <= {locked}",
    )  # fmt: skip
    _refuse(
        db, "revenue_cash_count_true", "revenue_cash_count", "INSERT",
        f"NEW.seen_at IS NOT NULL OR NOT EXISTS (SELECT 1 {bank} AND b.is_cash = 1 AND NEW.booked = "
        + _moved("b.community", "b.account", " AND v.day <= NEW.day") + ")",
    )  # fmt: skip


def _month_end():
    """The last day of NEW.month, alike on both engines."""
    year, month = "CAST(substr(NEW.month, 1, 4) AS INTEGER)", "substr(NEW.month, 6, 2)"
    leap = f"({year} % 4 = 0 AND {year} % 100 <> 0) OR {year} % 400 = 0"
    return (
        f"(NEW.month || '-' || CASE WHEN {month} IN ('04', '06', '09', '11') THEN '30' "
        f"WHEN {month} = '02' THEN CASE WHEN {leap} THEN '29' ELSE '28' END ELSE '31' END)"
    )


def _keep_months_open(db):
    """A month, and those before it, locks only when every line is explained and every account agrees with its holder."""
    end = _month_end()
    before = "COALESCE((SELECT max(p.month) FROM revenue_period p WHERE p.community = NEW.community), '')"
    bank = (
        "SELECT 1 FROM revenue_bank b WHERE b.community = NEW.community AND b.is_cash = {cash} AND b.opens_on <= " + end
    )
    touching = f" FROM revenue_movement v WHERE v.community = b.community AND v.{{side}} = b.account AND v.day <= {end}"
    moved = " OR ".join(
        f"EXISTS (SELECT 1{touching.format(side=side)} AND v.day >= b.opens_on AND substr(v.day, 1, 7) > {before})"
        for side in ("destination", "source")
    )
    matched = (
        "SELECT 1 FROM revenue_match_line x JOIN revenue_match m ON m.id = x.match_id WHERE x.line_id = l.id "
        "AND x.undone = 0 AND m.sealed = 1"
    )
    _refuse(
        db, "revenue_bank_unexplained", "revenue_period", "INSERT",
        "EXISTS (SELECT 1 FROM revenue_line l WHERE l.community = NEW.community AND l.withdrawn = 0 "
        f"AND l.day <= {end} AND NOT EXISTS ({matched}))",
    )  # fmt: skip
    _refuse(
        db, "revenue_bank_without_statement", "revenue_period", "INSERT",
        f"EXISTS ({bank.format(cash=0)} AND ({moved}) AND NOT EXISTS (SELECT 1 FROM revenue_statement s "
        f"WHERE s.bank_id = b.id AND s.sealed = 1 AND s.withdrawn_at IS NULL AND s.last_day >= {end}))",
    )  # fmt: skip
    began = (
        "(SELECT COALESCE(sum(e.amount), 0) FROM revenue_match_entry e JOIN revenue_match m ON m.id = e.match_id "
        "WHERE m.bank_id = b.id AND m.way = 'opening' AND m.sealed = 1 AND e.undone = 0)"
    )
    _refuse(
        db, "revenue_bank_differs", "revenue_period", "INSERT",
        f"EXISTS ({bank.format(cash=0)} AND b.opening <> {_moved('b.community', 'b.account', ' AND v.day < b.opens_on')} "
        f"+ {began})",
    )  # fmt: skip
    last = " UNION ALL ".join(
        f"SELECT max(v.day) AS day{touching.format(side=side)}" for side in ("destination", "source")
    )
    _refuse(
        db, "revenue_cash_uncounted", "revenue_period", "INSERT",
        f"EXISTS ({bank.format(cash=1)} AND ({moved}) AND NOT EXISTS (SELECT 1 FROM revenue_cash_count c "
        f"WHERE c.bank_id = b.id AND c.is_right = 1 AND c.day >= (SELECT max(t.day) FROM ({last}) AS t) "
        f"AND c.counted = {_moved('b.community', 'b.account', ' AND v.day <= c.day')}))",
    )  # fmt: skip
    _refuse(
        db, "revenue_matcher_closes", "revenue_period", "INSERT",
        "EXISTS (SELECT 1 FROM revenue_match m JOIN revenue_match_line x ON x.match_id = m.id AND x.undone = 0 "
        "JOIN revenue_line l ON l.id = x.line_id WHERE m.community = NEW.community AND m.by_label = NEW.by_label "
        f"AND l.day <= {end} AND substr(l.day, 1, 7) > {before})",
    )  # fmt: skip
