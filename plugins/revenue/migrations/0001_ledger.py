"""The ledger: accounts, funds, entries with their movements, balances kept by triggers, holds, locked months and published heads.

Movements are written first and sealed by their entry. A movement without entry cannot be committed (deferred foreign key); a
sealed entry takes no more. What an entry must satisfy is checked by triggers when it is written, from the same condition
on both engines. Balances, flows and totals of funds accept only the change their newest entry makes, once.
"""

from core import add_guard, create_index, create_table, keep_rows, make_append_only, raising_function

GENESIS = "0" * 64

_OF_ENTRY = "community = NEW.community AND entry = NEW.seq"
_NEWEST = "COALESCE((SELECT max(seq) FROM revenue_entry WHERE community = NEW.community), 0)"


def up(migrator, db):
    _make_register(db)
    _make_accounts(db)
    _make_entries(db)
    _make_balances(db)
    _make_holds(db)
    _make_periods_and_heads(db)
    _guard_entries(db)
    _guard_balances(db)
    _guard_fund_totals(db)
    _keep_books(db)
    _make_journal(db)
    _make_check(db)


# --------------------------------------------------------------------------- tables


def _make_register(db):
    """The chain of everything that is no entry: accounts, funds, holds, locks, heads. Each entry names its newest row."""
    create_table(
        db,
        "revenue_register",
        f"""
        community TEXT NOT NULL REFERENCES community (code),
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT revenue_register_kind_known CHECK (kind IN
            ('account', 'fund', 'closing', 'hold', 'release', 'period', 'head')),
        CONSTRAINT revenue_register_digests CHECK (length(content) = 64 AND length(digest) = 64
            AND length(previous) = {len(GENESIS)}),
        PRIMARY KEY (community, number)
        """,
        without_rowid=True,
    )
    make_append_only(db, "revenue_register", "community, number")
    _refuse(
        db,
        "revenue_register_in_order",
        "revenue_register",
        "INSERT",
        "NEW.number <> 1 + COALESCE((SELECT max(number) FROM revenue_register WHERE community = NEW.community), 0) "
        "OR NEW.previous <> COALESCE((SELECT digest FROM revenue_register WHERE community = NEW.community "
        f"AND number = NEW.number - 1), '{GENESIS}')",
    )


def _registered(db, name, columns):
    """A table each of whose rows stands in the register under its `id`."""
    create_table(
        db,
        name,
        f"""
        community TEXT NOT NULL REFERENCES community (code),
        id INTEGER NOT NULL,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        {columns.strip()},
        PRIMARY KEY (community, id),
        CONSTRAINT {name}_registered FOREIGN KEY (community, id) REFERENCES revenue_register (community, number)
        """,
        without_rowid=True,
    )
    make_append_only(db, name, "community, id")


def _make_accounts(db):
    _registered(
        db,
        "revenue_account",
        """
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        holder TEXT NOT NULL,
        chart TEXT NOT NULL,
        CONSTRAINT revenue_account_kind_known CHECK (kind IN ('asset', 'liability', 'net_assets', 'income', 'expense')),
        CONSTRAINT revenue_account_holder_known CHECK (holder IN ('community', 'street', 'company', 'owners')),
        CONSTRAINT revenue_account_named CHECK (length(code) BETWEEN 1 AND 40 AND length(name) BETWEEN 1 AND 120),
        UNIQUE (community, code)
        """,
    )
    _registered(
        db,
        "revenue_fund",
        """
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        is_restricted INTEGER NOT NULL,
        purpose TEXT NOT NULL DEFAULT '',
        CONSTRAINT revenue_fund_owner_known CHECK (owner IN ('community', 'owners', 'donor')),
        CONSTRAINT revenue_fund_named CHECK (length(code) BETWEEN 1 AND 40 AND length(name) BETWEEN 1 AND 120),
        CONSTRAINT revenue_fund_restricted_known CHECK (is_restricted IN (0, 1)),
        UNIQUE (community, code)
        """,
    )
    _registered(
        db,
        "revenue_closing",
        """
        what TEXT NOT NULL,
        code TEXT NOT NULL,
        reason TEXT NOT NULL,
        CONSTRAINT revenue_closing_what_known CHECK (what IN ('account', 'fund')),
        CONSTRAINT revenue_closing_reason_given CHECK (reason <> ''),
        UNIQUE (community, what, code)
        """,
    )
    # On SQLite INSERT OR REPLACE takes the row out that has the same code, whatever its id.
    for table, same in (
        ("revenue_account", "code = NEW.code"),
        ("revenue_fund", "code = NEW.code"),
        ("revenue_closing", "what = NEW.what AND code = NEW.code"),
    ):
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE community = NEW.community AND {same})"
        _refuse(db, f"{table}_once", table, "INSERT", taken)


def _make_entries(db):
    create_table(
        db,
        "revenue_entry",
        f"""
        community TEXT NOT NULL REFERENCES community (code),
        seq INTEGER NOT NULL,
        day TEXT NOT NULL,
        purpose TEXT NOT NULL,
        record TEXT NOT NULL DEFAULT '',
        key TEXT NOT NULL,
        content TEXT NOT NULL,
        evidence TEXT NOT NULL DEFAULT '[]',
        approvals TEXT NOT NULL DEFAULT '[]',
        reverses INTEGER,
        replaces INTEGER,
        reason TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        salt TEXT NOT NULL DEFAULT '',
        total INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        records INTEGER NOT NULL,
        register TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT revenue_entry_day_form CHECK (day LIKE '____-__-__'),
        CONSTRAINT revenue_entry_purpose_given CHECK (length(purpose) BETWEEN 1 AND 500),
        CONSTRAINT revenue_entry_key_given CHECK (length(key) BETWEEN 1 AND 200),
        CONSTRAINT revenue_entry_reason_given CHECK (reverses IS NULL OR reason <> ''),
        CONSTRAINT revenue_entry_digests CHECK (length(content) = 64 AND length(digest) = 64
            AND length(register) = 64 AND length(previous) = {len(GENESIS)}),
        PRIMARY KEY (community, seq),
        UNIQUE (community, key),
        UNIQUE (community, reverses),
        CONSTRAINT revenue_entry_reversed FOREIGN KEY (community, reverses) REFERENCES revenue_entry (community, seq),
        CONSTRAINT revenue_entry_replaced FOREIGN KEY (community, replaces) REFERENCES revenue_entry (community, seq)
        """,
        without_rowid=True,
    )
    create_index(db, "revenue_entry_about", "revenue_entry", "community, record, seq", where="record <> ''")
    create_index(db, "revenue_entry_by_day", "revenue_entry", "community, day, seq")
    create_index(db, "revenue_entry_replacing", "revenue_entry", "community, replaces", where="replaces IS NOT NULL")
    make_append_only(db, "revenue_entry", "community, seq")
    sides = ("source", "destination")
    create_table(
        db,
        "revenue_movement",
        f"""
        community TEXT NOT NULL,
        entry INTEGER NOT NULL,
        line INTEGER NOT NULL,
        day TEXT NOT NULL,
        amount INTEGER NOT NULL,
        source TEXT NOT NULL,
        source_fund TEXT NOT NULL,
        destination TEXT NOT NULL,
        destination_fund TEXT NOT NULL,
        CONSTRAINT revenue_movement_amount CHECK (amount BETWEEN 1 AND 100000000000000),
        CONSTRAINT revenue_movement_moves CHECK (source <> destination OR source_fund <> destination_fund),
        PRIMARY KEY (community, entry, source, source_fund, destination, destination_fund, line),
        {", ".join(f"FOREIGN KEY (community, {side}) REFERENCES revenue_account (community, code)" for side in sides)},
        {", ".join(f"FOREIGN KEY (community, {side}_fund) REFERENCES revenue_fund (community, code)" for side in sides)},
        CONSTRAINT revenue_movement_entry FOREIGN KEY (community, entry) REFERENCES revenue_entry (community, seq)
            DEFERRABLE INITIALLY DEFERRED
        """,
        without_rowid=True,
    )
    for side in sides:
        create_index(
            db,
            f"revenue_movement_{side}",
            "revenue_movement",
            f"community, {side}, {side}_fund, day, entry, line, amount",
        )
    make_append_only(
        db,
        "revenue_movement",
        "community, entry, source, source_fund, destination, destination_fund, line",
    )
    _refuse(
        db,
        "revenue_movement_sealed",
        "revenue_movement",
        "INSERT",
        "EXISTS (SELECT 1 FROM revenue_entry WHERE community = NEW.community AND seq = NEW.entry)",
    )


def _make_balances(db):
    create_table(
        db,
        "revenue_balance",
        """
        community TEXT NOT NULL,
        account TEXT NOT NULL,
        fund TEXT NOT NULL,
        fen INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (community, account, fund)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "revenue_flow",
        """
        community TEXT NOT NULL,
        month TEXT NOT NULL,
        source TEXT NOT NULL,
        source_fund TEXT NOT NULL,
        destination TEXT NOT NULL,
        destination_fund TEXT NOT NULL,
        fen INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (community, month, source, source_fund, destination, destination_fund)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "revenue_fund_total",
        """
        community TEXT NOT NULL,
        fund TEXT NOT NULL,
        fen INTEGER NOT NULL,
        held INTEGER NOT NULL DEFAULT 0,
        entry INTEGER NOT NULL,
        CONSTRAINT revenue_fund_total_fund FOREIGN KEY (community, fund) REFERENCES revenue_fund (community, code),
        PRIMARY KEY (community, fund)
        """,
        without_rowid=True,
    )
    create_index(db, "revenue_balance_of_fund", "revenue_balance", "community, fund, account, fen")


def _make_holds(db):
    _registered(
        db,
        "revenue_hold",
        """
        key TEXT NOT NULL,
        fund TEXT NOT NULL,
        amount INTEGER NOT NULL,
        record TEXT NOT NULL,
        purpose TEXT NOT NULL,
        CONSTRAINT revenue_hold_amount CHECK (amount > 0),
        CONSTRAINT revenue_hold_fund FOREIGN KEY (community, fund) REFERENCES revenue_fund (community, code),
        UNIQUE (community, key)
        """,
    )
    create_index(db, "revenue_hold_of_fund", "revenue_hold", "community, fund, id, amount")
    create_index(db, "revenue_hold_about", "revenue_hold", "community, record")
    _registered(
        db,
        "revenue_hold_release",
        """
        key TEXT NOT NULL,
        hold INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        reason TEXT NOT NULL,
        CONSTRAINT revenue_hold_release_amount CHECK (amount > 0),
        CONSTRAINT revenue_hold_release_reason_given CHECK (reason <> ''),
        CONSTRAINT revenue_hold_release_hold FOREIGN KEY (community, hold) REFERENCES revenue_hold (community, id),
        UNIQUE (community, key)
        """,
    )
    create_index(db, "revenue_hold_release_of_hold", "revenue_hold_release", "community, hold, amount")
    for table in ("revenue_hold", "revenue_hold_release"):
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE community = NEW.community AND key = NEW.key)"
        _refuse(db, f"{table}_once", table, "INSERT", taken)
    _refuse(
        db,
        "revenue_fund_covered_hold",
        "revenue_hold",
        "INSERT",
        "NEW.amount > COALESCE((SELECT fen - held FROM revenue_fund_total WHERE community = NEW.community "
        "AND fund = NEW.fund), 0)",
        said="revenue_fund_covered",
    )
    _refuse(
        db,
        "revenue_release_within",
        "revenue_hold_release",
        "INSERT",
        "NEW.amount > COALESCE((SELECT amount FROM revenue_hold WHERE community = NEW.community AND id = NEW.hold), 0) "
        "- COALESCE((SELECT sum(amount) FROM revenue_hold_release WHERE community = NEW.community "
        "AND hold = NEW.hold), 0)",
    )


def _make_periods_and_heads(db):
    _registered(
        db,
        "revenue_period",
        """
        month TEXT NOT NULL,
        CONSTRAINT revenue_period_month_form CHECK (month LIKE '____-__'),
        UNIQUE (community, month)
        """,
    )
    _refuse(
        db,
        "revenue_period_forward",
        "revenue_period",
        "INSERT",
        "NEW.month <= COALESCE((SELECT max(month) FROM revenue_period WHERE community = NEW.community), '')",
    )
    _registered(
        db,
        "revenue_head",
        """
        seq INTEGER NOT NULL,
        total INTEGER NOT NULL,
        last TEXT NOT NULL,
        root TEXT NOT NULL,
        records INTEGER NOT NULL,
        register TEXT NOT NULL,
        digest TEXT NOT NULL,
        code TEXT NOT NULL
        """,
    )
    _refuse(
        db,
        "revenue_head_newest",
        "revenue_head",
        "INSERT",
        f"NEW.seq <> {_NEWEST} OR NEW.last <> COALESCE((SELECT digest FROM revenue_entry "
        f"WHERE community = NEW.community AND seq = NEW.seq), '{GENESIS}')",
    )


def _make_journal(db):
    """Work papers: what one person enters and another approves. What was approved stands in the entry."""
    create_table(
        db,
        "revenue_journal",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        day TEXT NOT NULL,
        purpose TEXT NOT NULL,
        lines TEXT NOT NULL,
        reverses INTEGER,
        reason TEXT NOT NULL DEFAULT '',
        record TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        asked_by INTEGER NOT NULL,
        asked_person INTEGER,
        asked_label TEXT NOT NULL,
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL DEFAULT '',
        refusal TEXT NOT NULL DEFAULT '',
        seq INTEGER,
        CONSTRAINT revenue_journal_state_known CHECK (state IN ('drafted', 'posted', 'refused')),
        CONSTRAINT revenue_journal_two_persons CHECK (decided_by <> asked_by
            AND (decided_person IS NULL OR asked_person IS NULL OR decided_person <> asked_person)),
        CONSTRAINT revenue_journal_decided CHECK ((state = 'drafted') = (decided_by IS NULL)),
        CONSTRAINT revenue_journal_posted CHECK ((state = 'posted') = (seq IS NOT NULL)),
        UNIQUE (community, id),
        CONSTRAINT revenue_journal_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        CONSTRAINT revenue_journal_reversed FOREIGN KEY (community, reverses) REFERENCES revenue_entry (community, seq)
        """,
    )
    create_index(db, "revenue_journal_newest", "revenue_journal", "community, id, state")
    kept = ("community", "day", "lines", "reverses", "record", "at", "asked_by", "purpose", "reason")
    decided = ("decided_by", "seq")
    keep_rows(
        db,
        "revenue_journal",
        "OLD.state <> 'drafted' AND (NEW.state <> OLD.state OR "
        + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in decided)
        + ") OR "
        + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in kept),
    )


def _make_check(db):
    """What the last nightly computation found: the first bad entry, 0 for none."""
    create_table(
        db,
        "revenue_check",
        """
        community TEXT NOT NULL REFERENCES community (code),
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (community)
        """,
    )


# --------------------------------------------------------------------------- guards


def _refuse(db, name, table, event, condition, *, said=""):
    """A guard before each row of `event` that refuses, as `said` or its own name, where `condition` holds."""
    said = said or name
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}_{event.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{said}' USING ERRCODE = '23000', CONSTRAINT = '{said}'; END IF; "
            "RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {name}_{event.lower()}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_{event.lower()}",
        ),
    )


def _keep(db, table):
    """No row of `table` is ever taken away."""
    name = f"{table}_kept"
    add_guard(
        db,
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            raising_function(name),
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_delete",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_truncate",
        ),
    )


def _guard_entries(db):
    """What must hold of an entry and its movements at the moment it seals them."""
    before = {
        "revenue_entry_in_order": f"NEW.seq <> 1 + {_NEWEST} OR NEW.previous <> COALESCE((SELECT digest FROM revenue_entry "
        f"WHERE community = NEW.community AND seq = NEW.seq - 1), '{GENESIS}')",
        "revenue_entry_once": "EXISTS (SELECT 1 FROM revenue_entry WHERE community = NEW.community AND key = NEW.key)",
        "revenue_entry_reversed_once": "NEW.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM revenue_entry "
        "WHERE community = NEW.community AND reverses = NEW.reverses)",
        "revenue_entry_sums": "NOT EXISTS (SELECT 1 FROM (SELECT count(*) AS n, count(DISTINCT line) AS numbers, "
        "min(line) AS lowest, max(line) AS highest, sum(amount) AS total, min(day) AS since, max(day) AS until "
        f"FROM revenue_movement WHERE {_OF_ENTRY}) AS written WHERE written.n = NEW.lines AND numbers = NEW.lines "
        "AND lowest = 1 AND highest = NEW.lines AND written.total = NEW.total AND since = NEW.day AND until = NEW.day)",
        "revenue_accounts_open": _unknown_or_closed(),
        "revenue_period_open": "substr(NEW.day, 1, 7) <= COALESCE((SELECT max(month) FROM revenue_period "
        "WHERE community = NEW.community), '')",
        "revenue_entry_mirror": _no_mirror(),
        "revenue_entry_register": "NOT EXISTS (SELECT 1 FROM revenue_register WHERE community = NEW.community "
        "AND number = NEW.records AND digest = NEW.register)",
    }
    for name, condition in before.items():
        _refuse(db, name, "revenue_entry", "INSERT", condition)


def _unknown_or_closed():
    def unknown(table, column):
        return f"NOT EXISTS (SELECT 1 FROM {table} t WHERE t.community = m.community AND t.code = m.{column})"

    def closed(what, column):
        return (
            "(NEW.reverses IS NULL AND EXISTS (SELECT 1 FROM revenue_closing c WHERE c.community = m.community "
            f"AND c.what = '{what}' AND c.code = m.{column}))"
        )

    wrong = [unknown("revenue_account", side) for side in ("source", "destination")]
    wrong += [unknown("revenue_fund", f"{side}_fund") for side in ("source", "destination")]
    wrong += [closed("account", side) for side in ("source", "destination")]
    wrong += [closed("fund", f"{side}_fund") for side in ("source", "destination")]
    return (
        "EXISTS (SELECT 1 FROM revenue_movement m WHERE m.community = NEW.community AND m.entry = NEW.seq AND ("
        + " OR ".join(wrong)
        + "))"
    )


def _no_mirror():
    """A reversal has, line by line, the movements of the entry it reverses the other way round, and is not itself reversed."""
    of_reversed = "FROM revenue_entry o WHERE o.community = NEW.community AND o.seq = NEW.reverses"
    return (
        f"NEW.reverses IS NOT NULL AND (NOT EXISTS (SELECT 1 {of_reversed} AND o.reverses IS NULL "
        "AND o.lines = NEW.lines AND o.total = NEW.total) OR EXISTS (SELECT 1 FROM revenue_movement m "
        "WHERE m.community = NEW.community AND m.entry = NEW.seq AND NOT EXISTS (SELECT 1 FROM revenue_movement o "
        "WHERE o.community = m.community AND o.entry = NEW.reverses AND o.source = m.destination "
        "AND o.source_fund = m.destination_fund AND o.destination = m.source AND o.destination_fund = m.source_fund "
        "AND o.line = m.line AND o.amount = m.amount)))"
    )


def _guard_balances(db):
    """A derived row takes the change of the newest entry, exactly and once; nothing else changes it."""
    day = "(SELECT day FROM revenue_entry WHERE community = NEW.community AND seq = NEW.entry)"

    def side(column):
        return (
            f"FROM revenue_movement WHERE community = NEW.community AND {column} = NEW.account "
            f"AND {column}_fund = NEW.fund AND day = {day} AND entry = NEW.entry"
        )

    moved = (
        f"COALESCE((SELECT sum(amount) {side('destination')}), 0) - COALESCE((SELECT sum(amount) {side('source')}), 0)"
    )
    touched = f"(EXISTS (SELECT 1 {side('destination')}) OR EXISTS (SELECT 1 {side('source')}))"
    _derived(db, "revenue_balance", ("account", "fund"), moved, touched)
    flowed = (
        "FROM revenue_movement WHERE community = NEW.community AND entry = NEW.entry AND source = NEW.source "
        "AND source_fund = NEW.source_fund AND destination = NEW.destination "
        "AND destination_fund = NEW.destination_fund AND substr(day, 1, 7) = NEW.month"
    )
    _derived(
        db,
        "revenue_flow",
        ("month", "source", "source_fund", "destination", "destination_fund"),
        f"COALESCE((SELECT sum(amount) {flowed}), 0)",
        f"EXISTS (SELECT 1 {flowed})",
    )


def _derived(db, table, key, moved, touched):
    same = " AND ".join(f"d.{column} = NEW.{column}" for column in ("community", *key))
    moved_key = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in ("community", *key))
    _refuse(
        db,
        f"{table}_derived_new",
        table,
        "INSERT",
        f"NEW.entry <> {_NEWEST} OR NOT {touched} OR NEW.fen <> {moved} "
        f"OR EXISTS (SELECT 1 FROM {table} d WHERE {same} AND d.entry >= NEW.entry)",
        said=f"{table}_derived",
    )
    _refuse(
        db,
        f"{table}_derived",
        table,
        "UPDATE",
        f"{moved_key} OR NEW.entry <> {_NEWEST} OR NEW.entry <= OLD.entry OR NEW.fen - OLD.fen <> {moved}",
    )
    _keep(db, table)


def _guard_fund_totals(db):
    """The money of a fund: of its asset accounts. It is never less than what is held."""

    def side(column):
        return (
            f"FROM revenue_movement m JOIN revenue_account a ON a.community = m.community AND a.code = m.{column} "
            f"WHERE m.community = NEW.community AND m.entry = NEW.entry AND m.{column}_fund = NEW.fund AND a.kind = 'asset'"
        )

    moved = f"COALESCE((SELECT sum(m.amount) {side('destination')}), 0) - COALESCE((SELECT sum(m.amount) {side('source')}), 0)"
    touched = f"(EXISTS (SELECT 1 {side('destination')}) OR EXISTS (SELECT 1 {side('source')}))"
    held = (
        "COALESCE((SELECT sum(amount) FROM revenue_hold WHERE community = NEW.community AND fund = NEW.fund), 0) "
        "- COALESCE((SELECT sum(r.amount) FROM revenue_hold_release r JOIN revenue_hold h ON h.community = r.community "
        "AND h.id = r.hold WHERE h.community = NEW.community AND h.fund = NEW.fund), 0)"
    )
    row = "FROM revenue_fund_total d WHERE d.community = NEW.community AND d.fund = NEW.fund"
    _refuse(
        db,
        "revenue_fund_total_derived_new",
        "revenue_fund_total",
        "INSERT",
        f"NEW.entry <> {_NEWEST} OR NEW.held <> 0 OR NOT {touched} OR NEW.fen <> {moved} "
        f"OR EXISTS (SELECT 1 {row} AND d.entry >= NEW.entry)",
        said="revenue_fund_total_derived",
    )
    by_entry = (
        f"NEW.held = OLD.held AND NEW.entry > OLD.entry AND NEW.entry = {_NEWEST} AND NEW.fen - OLD.fen = {moved}"
    )
    by_hold = f"NEW.fen = OLD.fen AND NEW.entry = OLD.entry AND NEW.held = {held}"
    _refuse(
        db,
        "revenue_fund_total_derived",
        "revenue_fund_total",
        "UPDATE",
        f"NEW.community <> OLD.community OR NEW.fund <> OLD.fund OR NOT (({by_entry}) OR ({by_hold}))",
    )
    _refuse(
        db,
        "revenue_fund_covered",
        "revenue_fund_total",
        "UPDATE",
        "NEW.fen < NEW.held",
    )
    _refuse(
        db,
        "revenue_fund_covered_new",
        "revenue_fund_total",
        "INSERT",
        f"NEW.fen < 0 AND NOT EXISTS (SELECT 1 {row})",
        said="revenue_fund_covered",
    )
    _keep(db, "revenue_fund_total")


# --------------------------------------------------------------------------- what follows from an entry or a hold


def _keep_books(db):
    sides = (
        "SELECT destination AS account, destination_fund AS fund, amount AS fen "
        f"FROM revenue_movement WHERE {_OF_ENTRY} UNION ALL SELECT source, source_fund, -amount "
        f"FROM revenue_movement WHERE {_OF_ENTRY}"
    )
    add = "fen = {0}.fen + excluded.fen, entry = excluded.entry"
    _after(
        db,
        "revenue_entry_books",
        "revenue_entry",
        (
            "INSERT INTO revenue_balance (community, account, fund, fen, entry) "
            f"SELECT NEW.community, account, fund, sum(fen), NEW.seq FROM ({sides}) AS sides WHERE true "
            "GROUP BY account, fund ON CONFLICT (community, account, fund) DO UPDATE SET "
            + add.format("revenue_balance"),
            "INSERT INTO revenue_flow (community, month, source, source_fund, destination, destination_fund, fen, entry) "
            "SELECT NEW.community, substr(NEW.day, 1, 7), source, source_fund, destination, destination_fund, sum(amount), "
            f"NEW.seq FROM revenue_movement WHERE {_OF_ENTRY} GROUP BY source, source_fund, destination, destination_fund "
            "ON CONFLICT (community, month, source, source_fund, destination, destination_fund) DO UPDATE SET "
            + add.format("revenue_flow"),
            "INSERT INTO revenue_fund_total (community, fund, fen, held, entry) "
            f"SELECT NEW.community, sides.fund, sum(sides.fen), 0, NEW.seq FROM ({sides}) AS sides "
            "JOIN revenue_account a ON a.community = NEW.community AND a.code = sides.account AND a.kind = 'asset' "
            "WHERE true GROUP BY sides.fund ON CONFLICT (community, fund) DO UPDATE SET "
            + add.format("revenue_fund_total"),
        ),
    )
    _after(
        db,
        "revenue_hold_books",
        "revenue_hold",
        ("UPDATE revenue_fund_total SET held = held + NEW.amount WHERE community = NEW.community AND fund = NEW.fund",),
    )
    _after(
        db,
        "revenue_release_books",
        "revenue_hold_release",
        (
            "UPDATE revenue_fund_total SET held = held - NEW.amount WHERE community = NEW.community AND fund = "
            "(SELECT fund FROM revenue_hold WHERE community = NEW.community AND id = NEW.hold)",
        ),
    )


def _after(db, name, table, statements):
    acts = "; ".join(statements)
    add_guard(
        db,
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {acts}; END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {acts}; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ),
    )
