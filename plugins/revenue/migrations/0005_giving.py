"""Donations and pledges, petty cash, opening balances. What is posted stands in the ledger (0001); here is who gave what for what,
who asked and who decided, and the running sums that limits are checked by.
"""

from core import add_guard, allow_blanking, create_index, create_table, keep_rows, make_append_only

# Whoever decides is somebody else than who asked, by account and by person: a second account of one resident does not help.
_TWO = """decided_by IS NULL OR (decided_by <> asked_by
            AND (asked_person IS NULL OR decided_person IS NULL OR asked_person <> decided_person))"""
_WHO = """
        asked_by INTEGER NOT NULL,
        asked_person INTEGER,
        asked_label TEXT NOT NULL,
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL DEFAULT '',
        decided_on TEXT,"""


def up(migrator, db):
    _make_pledges(db)
    _make_gifts(db)
    _make_changes(db)
    _make_floats(db)
    _make_vouchers(db)
    _make_float_moves(db)
    _make_openings(db)


# --------------------------------------------------------------------------- donations


def _make_pledges(db):
    create_table(
        db,
        "revenue_donor",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        donor_kind TEXT NOT NULL,
        name TEXT NOT NULL,
        phone TEXT NOT NULL DEFAULT '',
        person INTEGER,
        shown TEXT NOT NULL,
        CONSTRAINT revenue_donor_kind_known CHECK (donor_kind IN ('firm', 'resident')),
        CONSTRAINT revenue_donor_shown_known CHECK (shown IN ('name', 'anonymous')),
        CONSTRAINT revenue_donor_name_given CHECK (length(name) BETWEEN 1 AND 60),
        UNIQUE (community, id)
        """,
    )
    create_table(
        db,
        "revenue_pledge",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        number_year INTEGER NOT NULL,
        number INTEGER NOT NULL,
        donor_id INTEGER NOT NULL,
        form TEXT NOT NULL,
        fund TEXT NOT NULL,
        purpose TEXT NOT NULL,
        item TEXT NOT NULL DEFAULT '',
        amount INTEGER NOT NULL,
        received INTEGER NOT NULL DEFAULT 0,
        returned INTEGER NOT NULL DEFAULT 0,
        pledged_on TEXT NOT NULL,
        expected_on TEXT,
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        by_account INTEGER NOT NULL,
        by_person INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_pledge_form_known CHECK (form IN ('money', 'in_kind')),
        CONSTRAINT revenue_pledge_what CHECK ((form = 'money' AND amount > 0 AND item = '')
            OR (form = 'in_kind' AND amount = 0 AND item <> '')),
        CONSTRAINT revenue_pledge_purpose_given CHECK (length(purpose) BETWEEN 1 AND 200),
        CONSTRAINT revenue_pledge_received CHECK (received >= 0 AND (form = 'in_kind' OR received <= amount)),
        CONSTRAINT revenue_pledge_returned CHECK (returned BETWEEN 0 AND received),
        CONSTRAINT revenue_pledge_order CHECK (expected_on IS NULL OR expected_on >= pledged_on),
        UNIQUE (community, id),
        UNIQUE (community, number_year, number),
        CONSTRAINT revenue_pledge_donor FOREIGN KEY (community, donor_id) REFERENCES revenue_donor (community, id),
        CONSTRAINT revenue_pledge_fund FOREIGN KEY (community, fund) REFERENCES revenue_fund (community, code)
        """,
    )
    create_index(db, "revenue_pledge_listed", "revenue_pledge", "community, state, id")
    keep_rows(
        db,
        "revenue_pledge",
        _changed(
            "community",
            "number_year",
            "number",
            "donor_id",
            "form",
            "fund",
            "item",
            "amount",
            "pledged_on",
            "by_account",
        )
        + " OR NEW.received < OLD.received OR NEW.returned < OLD.returned",
    )


def _make_gifts(db):
    create_table(
        db,
        "revenue_gift",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        pledge_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        received_on TEXT NOT NULL,
        manner TEXT NOT NULL,
        amount INTEGER NOT NULL,
        account TEXT NOT NULL DEFAULT '',
        fund TEXT NOT NULL DEFAULT '',
        item TEXT NOT NULL DEFAULT '',
        valued_by TEXT NOT NULL DEFAULT '',
        receiver TEXT NOT NULL DEFAULT '',
        used_for TEXT NOT NULL DEFAULT '',
        hold_id INTEGER,
        seq INTEGER,
        by_account INTEGER NOT NULL,
        by_person INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_gift_manner_known CHECK (manner IN ('bank', 'cash', 'in_kind')),
        CONSTRAINT revenue_gift_amount CHECK (amount > 0 OR (amount = 0 AND manner = 'in_kind')),
        CONSTRAINT revenue_gift_item CHECK ((manner = 'in_kind') = (item <> '')),
        CONSTRAINT revenue_gift_valued CHECK (manner <> 'in_kind' OR (amount > 0) = (valued_by <> '')),
        CONSTRAINT revenue_gift_posted CHECK ((seq IS NULL) = (amount = 0)),
        CONSTRAINT revenue_gift_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        UNIQUE (community, id),
        UNIQUE (community, pledge_id, number),
        CONSTRAINT revenue_gift_pledge FOREIGN KEY (community, pledge_id) REFERENCES revenue_pledge (community, id)
        """,
    )
    make_append_only(db, "revenue_gift")
    allow_blanking(db, "revenue_gift", ("receiver", "by_label"))
    _refuse(
        db,
        "revenue_gift_wanted",
        "revenue_gift",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_pledge p WHERE p.id = NEW.pledge_id AND p.community = NEW.community "
        "AND p.state IN ('pledged', 'part_received') AND (p.form = 'in_kind') = (NEW.manner = 'in_kind'))",
    )
    _then(
        db,
        "revenue_gift_counts",
        "revenue_gift",
        "AFTER INSERT",
        "NEW.amount > 0",
        "UPDATE revenue_pledge SET received = received + NEW.amount "
        "WHERE id = NEW.pledge_id AND community = NEW.community",
    )
    create_table(
        db,
        "revenue_gift_news",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        pledge_id INTEGER NOT NULL,
        told_on TEXT NOT NULL,
        words TEXT NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_gift_news_words_given CHECK (length(words) BETWEEN 1 AND 500),
        UNIQUE (community, id),
        CONSTRAINT revenue_gift_news_pledge FOREIGN KEY (community, pledge_id) REFERENCES revenue_pledge (community, id)
        """,
    )
    create_index(db, "revenue_gift_news_of", "revenue_gift_news", "community, pledge_id, id")
    make_append_only(db, "revenue_gift_news")
    allow_blanking(db, "revenue_gift_news", ("words", "by_label"))


def _make_changes(db):
    create_table(
        db,
        "revenue_gift_change",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        pledge_id INTEGER NOT NULL,
        gift_id INTEGER NOT NULL,
        what TEXT NOT NULL,
        amount INTEGER NOT NULL,
        account TEXT NOT NULL DEFAULT '',
        to_fund TEXT NOT NULL DEFAULT '',
        purpose TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL,
        refusal TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        {_WHO}
        seq INTEGER,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_gift_change_what_known CHECK (what IN ('refund', 'repurpose', 'used')),
        CONSTRAINT revenue_gift_change_amount CHECK (amount >= 0),
        CONSTRAINT revenue_gift_change_reason_given CHECK (reason <> ''),
        CONSTRAINT revenue_gift_change_to CHECK ((what = 'repurpose') = (to_fund <> '')),
        CONSTRAINT revenue_gift_change_decided CHECK ((state = 'asked') = (decided_by IS NULL)),
        CONSTRAINT revenue_gift_change_two CHECK ({_TWO}),
        CONSTRAINT revenue_gift_change_posted CHECK ((state = 'done' AND amount > 0) = (seq IS NOT NULL)),
        CONSTRAINT revenue_gift_change_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        UNIQUE (community, id),
        CONSTRAINT revenue_gift_change_gift FOREIGN KEY (community, gift_id) REFERENCES revenue_gift (community, id),
        CONSTRAINT revenue_gift_change_pledge FOREIGN KEY (community, pledge_id) REFERENCES revenue_pledge (community, id)
        """,
    )
    create_index(db, "revenue_gift_change_of", "revenue_gift_change", "community, pledge_id, id")
    keep_rows(
        db,
        "revenue_gift_change",
        "OLD.decided_by IS NOT NULL AND ("
        + _changed("state", "decided_by", "decided_person", "decided_on", "seq")
        + ") OR "
        + _changed(
            "community", "pledge_id", "gift_id", "what", "amount", "account", "to_fund", "asked_by", "asked_person"
        ),
    )
    _refuse(
        db,
        "revenue_gift_change_covered",
        "revenue_gift_change",
        "BEFORE INSERT",
        "NEW.amount + (SELECT COALESCE(SUM(c.amount), 0) FROM revenue_gift_change c WHERE c.gift_id = NEW.gift_id "
        "AND c.community = NEW.community AND c.state <> 'refused') "
        "> (SELECT g.amount FROM revenue_gift g WHERE g.id = NEW.gift_id AND g.community = NEW.community)",
    )
    _then(
        db,
        "revenue_gift_change_counts",
        "revenue_gift_change",
        "AFTER UPDATE",
        "NEW.state = 'done' AND OLD.state = 'asked' AND NEW.what = 'refund' AND NEW.amount > 0",
        "UPDATE revenue_pledge SET returned = returned + NEW.amount "
        "WHERE id = NEW.pledge_id AND community = NEW.community",
    )


# --------------------------------------------------------------------------- petty cash


def _make_floats(db):
    create_table(
        db,
        "revenue_float",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        holder_account INTEGER NOT NULL,
        holder_person INTEGER,
        holder_name TEXT NOT NULL,
        account TEXT NOT NULL,
        fund TEXT NOT NULL,
        ceiling INTEGER NOT NULL,
        payment_limit INTEGER NOT NULL,
        balance INTEGER NOT NULL DEFAULT 0,
        pending INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'open',
        opened_on TEXT NOT NULL,
        closed_on TEXT,
        by_account INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_float_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT revenue_float_limits CHECK (ceiling > 0 AND payment_limit BETWEEN 1 AND ceiling),
        CONSTRAINT revenue_float_within CHECK (balance BETWEEN 0 AND ceiling),
        CONSTRAINT revenue_float_pending CHECK (pending BETWEEN 0 AND balance),
        CONSTRAINT revenue_float_state_known CHECK (state IN ('open', 'closed')),
        CONSTRAINT revenue_float_closed CHECK ((state = 'closed') = (closed_on IS NOT NULL)),
        CONSTRAINT revenue_float_empty CHECK (state = 'open' OR balance = 0),
        CONSTRAINT revenue_float_two CHECK (by_account <> holder_account),
        CONSTRAINT revenue_float_account FOREIGN KEY (community, account) REFERENCES revenue_account (community, code),
        UNIQUE (community, id),
        UNIQUE (community, number),
        UNIQUE (community, account),
        CONSTRAINT revenue_float_fund FOREIGN KEY (community, fund) REFERENCES revenue_fund (community, code)
        """,
    )
    keep_rows(
        db,
        "revenue_float",
        _changed(
            "community",
            "number",
            "name",
            "holder_account",
            "account",
            "fund",
            "opened_on",
            "by_account",
            "ceiling",
            "payment_limit",
        )
        + " OR (OLD.state = 'closed' AND NEW.state = 'open')",
    )


def _make_vouchers(db):
    create_table(
        db,
        "revenue_voucher",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        float_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        spent_on TEXT NOT NULL,
        amount INTEGER NOT NULL,
        account TEXT NOT NULL,
        what TEXT NOT NULL,
        payee TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        {_WHO}
        reason TEXT NOT NULL DEFAULT '',
        booked_on TEXT,
        seq INTEGER,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_voucher_amount CHECK (amount > 0),
        CONSTRAINT revenue_voucher_what_given CHECK (length(what) BETWEEN 1 AND 200),
        CONSTRAINT revenue_voucher_decided CHECK ((state = 'entered') = (decided_by IS NULL)),
        CONSTRAINT revenue_voucher_two CHECK ({_TWO}),
        CONSTRAINT revenue_voucher_posted CHECK ((state = 'approved') = (seq IS NOT NULL)),
        CONSTRAINT revenue_voucher_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        CONSTRAINT revenue_voucher_account FOREIGN KEY (community, account) REFERENCES revenue_account (community, code),
        UNIQUE (community, id),
        UNIQUE (community, float_id, number),
        CONSTRAINT revenue_voucher_float FOREIGN KEY (community, float_id) REFERENCES revenue_float (community, id)
        """,
    )
    keep_rows(
        db,
        "revenue_voucher",
        "OLD.decided_by IS NOT NULL AND ("
        + _changed("state", "decided_by", "decided_person", "decided_on", "seq")
        + ") OR "
        + _changed("community", "float_id", "number", "spent_on", "amount", "account", "asked_by", "asked_person"),
    )
    _refuse(
        db,
        "revenue_voucher_limit",
        "revenue_voucher",
        "BEFORE INSERT",
        "NEW.state <> 'entered' OR NOT EXISTS (SELECT 1 FROM revenue_float f WHERE f.id = NEW.float_id "
        "AND f.community = NEW.community AND f.state = 'open' AND NEW.amount <= f.payment_limit)",
    )
    _not_the_holder(db, "revenue_voucher", "approved")
    _then(
        db,
        "revenue_voucher_waits",
        "revenue_voucher",
        "AFTER INSERT",
        "NEW.state = 'entered'",
        "UPDATE revenue_float SET pending = pending + NEW.amount WHERE id = NEW.float_id AND community = NEW.community",
    )
    _then(
        db,
        "revenue_voucher_counts",
        "revenue_voucher",
        "AFTER UPDATE",
        "OLD.state = 'entered' AND NEW.state <> 'entered'",
        "UPDATE revenue_float SET pending = pending - NEW.amount, "
        "balance = balance - CASE WHEN NEW.state = 'approved' THEN NEW.amount ELSE 0 END "
        "WHERE id = NEW.float_id AND community = NEW.community",
    )


def _make_float_moves(db):
    create_table(
        db,
        "revenue_float_move",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        float_id INTEGER NOT NULL,
        what TEXT NOT NULL,
        day TEXT NOT NULL,
        amount INTEGER NOT NULL,
        counted INTEGER,
        account TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        {_WHO}
        reason TEXT NOT NULL DEFAULT '',
        booked_on TEXT,
        seq INTEGER,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_float_move_what_known CHECK (what IN ('advance', 'return', 'count')),
        CONSTRAINT revenue_float_move_amount CHECK (amount > 0 OR what = 'count'),
        CONSTRAINT revenue_float_move_counted CHECK ((what = 'count') = (counted IS NOT NULL) AND (counted IS NULL OR counted >= 0)),
        CONSTRAINT revenue_float_move_decided CHECK ((state = 'asked') = (decided_by IS NULL)),
        CONSTRAINT revenue_float_move_two CHECK ({_TWO}),
        CONSTRAINT revenue_float_move_posted CHECK ((state = 'done' AND amount <> 0) = (seq IS NOT NULL)),
        CONSTRAINT revenue_float_move_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        UNIQUE (community, id),
        CONSTRAINT revenue_float_move_float FOREIGN KEY (community, float_id) REFERENCES revenue_float (community, id)
        """,
    )
    create_index(db, "revenue_float_move_of", "revenue_float_move", "community, float_id, id")
    # One thing at a time: what a count found would not be true any more after an advance decided meanwhile.
    create_index(
        db,
        "revenue_float_move_one",
        "revenue_float_move",
        "COALESCE(float_id, 0)",
        unique=True,
        where="state = 'asked'",
    )
    keep_rows(
        db,
        "revenue_float_move",
        "OLD.decided_by IS NOT NULL AND ("
        + _changed("state", "decided_by", "decided_person", "decided_on", "seq")
        + ") OR "
        + _changed("community", "float_id", "what", "day", "amount", "counted", "account", "asked_by", "asked_person"),
    )
    _refuse(
        db,
        "revenue_float_move_open",
        "revenue_float_move",
        "BEFORE INSERT",
        "NEW.state <> 'asked' OR NOT EXISTS (SELECT 1 FROM revenue_float f WHERE f.id = NEW.float_id "
        "AND f.community = NEW.community AND f.state = 'open')",
    )
    _not_the_holder(db, "revenue_float_move", "done")
    _then(
        db,
        "revenue_float_move_counts",
        "revenue_float_move",
        "AFTER UPDATE",
        "OLD.state = 'asked' AND NEW.state = 'done'",
        "UPDATE revenue_float SET balance = balance + CASE WHEN NEW.what = 'return' THEN - NEW.amount ELSE NEW.amount END "
        "WHERE id = NEW.float_id AND community = NEW.community",
    )


def _not_the_holder(db, table, state):
    """Who holds the cash never approves what is done with it, whoever entered it."""
    _refuse(
        db,
        f"{table}_holder",
        table,
        "BEFORE UPDATE",
        f"NEW.state = '{state}' AND EXISTS (SELECT 1 FROM revenue_float f WHERE f.id = NEW.float_id "
        "AND f.community = NEW.community AND (f.holder_account = NEW.decided_by OR f.holder_person = NEW.decided_person))",
    )


# --------------------------------------------------------------------------- opening balances


def _make_openings(db):
    create_table(
        db,
        "revenue_opening",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        opening_day TEXT NOT NULL,
        replaces INTEGER,
        why TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        {_WHO}
        seq INTEGER,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_opening_state_known CHECK (state IN ('draft', 'handed_in', 'posted', 'reversed', 'dropped')),
        CONSTRAINT revenue_opening_decided CHECK ((state IN ('posted', 'reversed')) = (decided_by IS NOT NULL)),
        CONSTRAINT revenue_opening_two CHECK ({_TWO}),
        CONSTRAINT revenue_opening_posted CHECK ((decided_by IS NULL) = (seq IS NULL)),
        CONSTRAINT revenue_opening_why CHECK ((replaces IS NULL) = (why = '')),
        CONSTRAINT revenue_opening_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq),
        UNIQUE (community, id),
        CONSTRAINT revenue_opening_replaces FOREIGN KEY (community, replaces) REFERENCES revenue_opening (community, id)
        """,
    )
    # Once per community: one is in force, and one more at most is being prepared in its place.
    create_index(
        db, "revenue_opening_once", "revenue_opening", "COALESCE(community, '')", unique=True, where="state = 'posted'"
    )
    create_index(
        db,
        "revenue_opening_one_draft",
        "revenue_opening",
        "COALESCE(community, '')",
        unique=True,
        where="state IN ('draft', 'handed_in')",
    )
    keep_rows(
        db,
        "revenue_opening",
        "OLD.decided_by IS NOT NULL AND ("
        + _changed("decided_by", "decided_person", "decided_on", "seq", "asked_by", "opening_day")
        + " OR NEW.state NOT IN ('posted', 'reversed') OR OLD.state = 'reversed') OR "
        + _changed("community", "replaces"),
    )
    create_table(
        db,
        "revenue_opening_line",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        opening_id INTEGER NOT NULL,
        account TEXT NOT NULL,
        fund TEXT NOT NULL,
        amount INTEGER NOT NULL,
        CONSTRAINT revenue_opening_line_amount CHECK (amount > 0),
        CONSTRAINT revenue_opening_line_account FOREIGN KEY (community, account) REFERENCES revenue_account (community, code),
        UNIQUE (community, id),
        UNIQUE (community, opening_id, account, fund),
        CONSTRAINT revenue_opening_line_opening FOREIGN KEY (community, opening_id) REFERENCES revenue_opening (community, id)
        """,
    )
    # Lines belong to who writes them: what was handed in to be approved does not change under the eyes of the other person.
    settled = (
        "NOT EXISTS (SELECT 1 FROM revenue_opening o WHERE o.id = {row}.opening_id "
        "AND o.community = {row}.community AND o.state = 'draft')"
    )
    for moment, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        _refuse(
            db,
            f"revenue_opening_line_draft_{moment.lower()}",
            "revenue_opening_line",
            f"BEFORE {moment}",
            settled.format(row=row),
            row=row,
        )


# --------------------------------------------------------------------------- triggers on both engines


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


def _then(db, name, table, moment, condition, statement):
    """Do `statement` with every row the condition holds for: running sums that checks are made on."""
    add_guard(
        db,
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name}_row {moment} ON {table} WHEN {condition} BEGIN {statement}; END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row {moment} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
