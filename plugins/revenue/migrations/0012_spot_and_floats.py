"""Spot checks that nobody can steer, cash in floats that its papers explain, and seals of what is really published.

What can be drawn is fixed in the transaction that locks its last month: the entries, how many are wanted, and the fingerprint of a
secret the computer keeps to itself. A notice tells the fingerprint; after it residents throw a number; then both are mixed, once.
"""

from core import add_guard, create_table, is_postgresql, make_append_only

MOST = 50
DIGITS = 6


def up(migrator, db):
    _make_lots(db)
    _widen_spots(db)
    _keep_people_apart(db)
    _keep_floats(db)
    _keep_seals(db)


# --------------------------------------------------------------------------- what is drawn


def _make_lots(db):
    create_table(
        db,
        "revenue_spot_lot",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        period_id INTEGER NOT NULL,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        wanted INTEGER NOT NULL,
        pool INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        last TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_spot_lot_days CHECK (first_day <= last_day),
        CONSTRAINT revenue_spot_lot_number CHECK (wanted BETWEEN 1 AND {MOST} AND pool >= 1),
        CONSTRAINT revenue_spot_lot_digests CHECK (length(fingerprint) = 64 AND length(last) = 64),
        UNIQUE (community, id),
        UNIQUE (community, fingerprint),
        CONSTRAINT revenue_spot_lot_period FOREIGN KEY (community, period_id) REFERENCES revenue_period (community, id)
        """,
    )
    make_append_only(db, "revenue_spot_lot")
    evidence = "e.community = NEW.community AND e.evidence <> '[]'"
    covered = (
        "COALESCE((SELECT max(d) FROM (SELECT last_day AS d FROM revenue_spot_lot WHERE community = NEW.community "
        "UNION ALL SELECT last_day AS d FROM revenue_spot WHERE community = NEW.community) AS known), '')"
    )
    # In the moment of the lock: nothing was registered or posted since. And it goes on where the one before ended.
    _refuse(
        db,
        "revenue_spot_lot_at_the_lock",
        "revenue_spot_lot",
        "INSERT",
        "NEW.period_id <> (SELECT max(g.number) FROM revenue_register g WHERE g.community = NEW.community) "
        "OR NOT EXISTS (SELECT 1 FROM revenue_period p WHERE p.community = NEW.community AND p.id = NEW.period_id "
        "AND p.month >= substr(NEW.last_day, 1, 7)) "
        "OR EXISTS (SELECT 1 FROM revenue_entry e WHERE e.community = NEW.community AND e.records >= NEW.period_id) "
        "OR NOT EXISTS (SELECT 1 FROM revenue_entry e WHERE e.community = NEW.community AND e.seq = NEW.seq AND e.digest = NEW.last) "
        "OR NEW.seq <> (SELECT max(e.seq) FROM revenue_entry e WHERE e.community = NEW.community)",
    )
    _refuse(
        db,
        "revenue_spot_lot_goes_on",
        "revenue_spot_lot",
        "INSERT",
        f"NEW.first_day <= {covered} OR EXISTS (SELECT 1 FROM revenue_entry e WHERE {evidence} AND e.day < NEW.first_day "
        f"AND e.day > {covered}) OR NEW.pool <> (SELECT count(*) FROM revenue_entry e WHERE {evidence} "
        "AND e.day BETWEEN NEW.first_day AND NEW.last_day)",
    )
    create_table(
        db,
        "revenue_spot_secret",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        lot_id INTEGER NOT NULL,
        secret TEXT NOT NULL,
        CONSTRAINT revenue_spot_secret_long CHECK (length(secret) = 64),
        UNIQUE (community, lot_id),
        CONSTRAINT revenue_spot_secret_lot FOREIGN KEY (community, lot_id) REFERENCES revenue_spot_lot (community, id)
        """,
    )
    make_append_only(db, "revenue_spot_secret")
    create_table(
        db,
        "revenue_spot_announced",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        lot_id INTEGER NOT NULL,
        notice_id INTEGER NOT NULL,
        on_day TEXT NOT NULL,
        place TEXT NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_spot_announced_place CHECK (length(place) BETWEEN 1 AND 100),
        UNIQUE (community, lot_id),
        UNIQUE (community, notice_id),
        CONSTRAINT revenue_spot_announced_lot FOREIGN KEY (community, lot_id) REFERENCES revenue_spot_lot (community, id)
        """,
    )
    make_append_only(db, "revenue_spot_announced")
    # The notice is up, carries the fingerprint and the head of the books, and was published after the lock.
    _refuse(
        db,
        "revenue_spot_announced_in_public",
        "revenue_spot_announced",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_spot_lot l JOIN notice n ON n.community = l.community AND n.id = NEW.notice_id "
        "JOIN revenue_seal s ON s.community = l.community AND s.notice_id = n.id JOIN revenue_head h ON h.community = s.community "
        "AND h.id = s.head_id WHERE l.community = NEW.community AND l.id = NEW.lot_id AND n.published_at >= l.at "
        "AND h.records >= l.period_id AND n.body LIKE '%' || l.fingerprint || '%')",
    )


def _widen_spots(db):
    number = "BIGINT" if is_postgresql(db) else "INTEGER"
    for column in ("lot_id", "published_by", "published_person"):
        db.execute_sql(f"ALTER TABLE revenue_spot ADD COLUMN {column} {number}")
    for column in ("number", "occasion", "thrown_on", "published_label"):
        db.execute_sql(f"ALTER TABLE revenue_spot ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    for column in ("by_account", "by_person"):
        db.execute_sql(f"ALTER TABLE revenue_spot_result ADD COLUMN {column} {number}")
    # The guard of 0008 keeps its name and its place in `schema_guard`; what draws is said anew.
    _say_anew(
        db,
        "revenue_spot_head",
        "revenue_spot",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_spot_lot l JOIN revenue_spot_announced a ON a.community = l.community AND a.lot_id = l.id "
        "JOIN revenue_seal s ON s.community = a.community AND s.notice_id = a.notice_id "
        "WHERE l.community = NEW.community AND l.id = NEW.lot_id AND s.head_id = NEW.head_id AND l.first_day = NEW.first_day "
        "AND l.last_day = NEW.last_day AND l.wanted = NEW.wanted AND l.pool = NEW.pool AND NEW.thrown_on >= a.on_day "
        f"AND length(NEW.number) = {DIGITS} AND NEW.occasion <> '')",
    )
    _say_anew(
        db,
        "revenue_spot_voucher_fits",
        "revenue_spot_voucher",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_spot s JOIN revenue_spot_lot l ON l.community = s.community AND l.id = s.lot_id "
        "JOIN revenue_entry e ON e.community = s.community AND e.seq = NEW.seq "
        "WHERE s.community = NEW.community AND s.id = NEW.spot_id AND e.seq <= l.seq AND e.day BETWEEN s.first_day AND s.last_day "
        "AND e.evidence <> '[]' AND NEW.place <= s.wanted)",
    )
    _refuse(
        db,
        "revenue_spot_thrown_once",
        "revenue_spot",
        "UPDATE",
        "NEW.lot_id IS DISTINCT FROM OLD.lot_id OR NEW.number <> OLD.number OR NEW.occasion <> OLD.occasion "
        "OR NEW.thrown_on <> OLD.thrown_on OR OLD.notice_id IS NOT NULL",
    )
    _refuse(
        db,
        "revenue_spot_result_by",
        "revenue_spot_result",
        "UPDATE",
        "NEW.by_account IS DISTINCT FROM OLD.by_account OR NEW.by_person IS DISTINCT FROM OLD.by_person",
    )


# --------------------------------------------------------------------------- who looks

# Who worked on the books, with the days of what they worked on: (rows, first day, last day, people as account, person, name).
_BY = ("x.by_account", "x.by_person", "x.by_label")
_ASKED = ("x.asked_by", "x.asked_person", "x.asked_label")
_DECIDED = ("x.decided_by", "x.decided_person", "x.decided_label")
_HOLDER = ("f.holder_account", "f.holder_person", "f.holder_name")
_SIGNED = (("x.account", "x.person", "x.name"), ("x.entered_account", "x.entered_person", "x.entered_name"))
_FLOAT = "JOIN revenue_float f ON f.community = x.community AND f.id = x.float_id"
_PAID = "JOIN revenue_payment q ON q.community = x.community AND q.proposal_id = x.proposal_id"
_PART = "JOIN revenue_part q ON q.community = x.community AND q.due_id = {}.due_id"
_DUE = "JOIN revenue_due d ON d.community = x.community AND d.id = {}.due_id"
_DECLARATION = "JOIN revenue_declaration y ON y.community = x.community AND y.id = x.declaration_id"


def _one(name):
    return (None, None, name)


_WORK = (
    ("revenue_entry x", "x.day", "x.day", (_one("x.by_label"),)),
    ("revenue_period x", "x.month || '-01'", "x.month || '-31'", (_one("x.by_label"),)),
    ("revenue_journal x", "x.day", "x.day", (_ASKED, _DECIDED)),
    ("revenue_signature x", "x.signed_on", "x.signed_on", _SIGNED),
    (f"revenue_signature x {_PAID}", "q.paid_on", "q.paid_on", _SIGNED),
    ("revenue_payment x", "x.paid_on", "x.paid_on", (("x.by_account", None, "x.by_label"),)),
    ("revenue_acceptance x", "x.accepted_on", "x.accepted_on", (_one("x.by_label"),)),
    (f"revenue_acceptance x {_PAID}", "q.paid_on", "q.paid_on", (_one("x.by_label"),)),
    (f"revenue_declaration x {_DUE.format('x')}", "d.first_day", "d.last_day", (_BY,)),
    (f"revenue_declaration x {_PART.format('x')}", "q.on_day", "q.on_day", (_BY,)),
    (f"revenue_review x {_DECLARATION} {_DUE.format('y')}", "d.first_day", "d.last_day", (_BY,)),
    (f"revenue_review x {_DECLARATION} {_PART.format('y')}", "q.on_day", "q.on_day", (_BY,)),
    ("revenue_receipt x", "x.arrived_on", "x.arrived_on", (_BY,)),
    ("revenue_act x", "x.on_day", "x.on_day", (_BY, _DECIDED)),
    (f"revenue_voucher x {_FLOAT}", "x.spent_on", "COALESCE(x.booked_on, x.spent_on)", (_ASKED, _DECIDED, _HOLDER)),
    (f"revenue_float_move x {_FLOAT}", "x.day", "COALESCE(x.booked_on, x.day)", (_ASKED, _DECIDED, _HOLDER)),
    ("revenue_gift x", "x.received_on", "x.received_on", (_BY,)),
    ("revenue_gift_change x", "x.decided_on", "x.decided_on", (_ASKED, _DECIDED)),
    ("revenue_opening x", "x.opening_day", "x.opening_day", (_ASKED, _DECIDED)),
    (
        "revenue_bank_fee x JOIN revenue_line l ON l.community = x.community AND l.id = x.line_id", "l.day", "l.day",
        (("x.entered_by", "x.entered_person", "x.by_label"), ("x.decided_by", None, "x.decided_label")),
    ),
    (
        "revenue_match x JOIN revenue_match_entry y ON y.community = x.community AND y.match_id = x.id "
        "JOIN revenue_entry e ON e.community = y.community AND e.seq = y.seq", "e.day", "e.day",
        (("x.matched_by", "x.matched_person", "x.by_label"),),
    ),
    (
        "revenue_cash_count x", "x.day", "x.day",
        (("x.counted_by", "x.counted_person", "x.counted_label"), ("x.seen_by", None, "x.seen_label")),
    ),
    ("revenue_reconciled x", "x.month || '-01'", "x.month || '-31'", (("x.closed_by", None, "x.by_label"),)),
)  # fmt: skip


def _tell_who_worked(db):
    """One view of everybody who worked on anything, so that guards and the program ask the same."""
    nobody = "CAST(NULL AS BIGINT)"
    parts = [
        f"SELECT x.community AS community, {first} AS first_day, {last} AS last_day, {account or nobody} AS account, "
        f"{person or nobody} AS person, {name} AS name FROM {found} WHERE {name} <> ''"
        for found, first, last, people in _WORK
        for account, person, name in people
    ]
    db.execute_sql(f"CREATE VIEW revenue_worked AS {' UNION ALL '.join(parts)}")


def _worked(first, last, account, person, name):
    """Whether whoever has this account, is this resident or bears this name worked on anything between the two days.

    One name is one person, unless both are residents that are known. A deputy signs 李四（代张三）.
    """
    return (
        f"EXISTS (SELECT 1 FROM revenue_worked w WHERE w.community = NEW.community AND w.first_day <= {last} "
        f"AND w.last_day >= {first} AND (w.account = {account} OR w.person = {person} "
        f"OR ((w.person IS NULL OR {person} IS NULL) AND (w.name = {name} OR w.name LIKE {name} || '（代%'))))"
    )


def _keep_people_apart(db):
    """Who worked on what is drawn neither draws nor looks, enters or publishes; what one enters another publishes."""
    _tell_who_worked(db)
    _say_anew(
        db,
        "revenue_spot_people",
        "revenue_spot",
        "INSERT",
        _worked("NEW.first_day", "NEW.last_day", "NEW.drawn_by", "NEW.drawn_person", "NEW.drawn_label"),
    )

    def of_spot(condition):
        return (
            "EXISTS (SELECT 1 FROM revenue_spot s WHERE s.community = NEW.community AND s.id = NEW.spot_id AND "
            f"{condition})"
        )

    days, nobody = ("s.first_day", "s.last_day"), "CAST(NULL AS BIGINT)"
    _refuse(
        db,
        "revenue_spot_result_people",
        "revenue_spot_result",
        "INSERT",
        "NEW.by_account IS NULL OR " + of_spot(_worked(*days, "NEW.by_account", "NEW.by_person", "NEW.by_label")),
    )
    _refuse(
        db,
        "revenue_spot_result_inspector",
        "revenue_spot_result",
        "INSERT",
        "NEW.inspector = NEW.by_label OR NEW.by_label LIKE NEW.inspector || '（代%' OR "
        + of_spot(
            "(s.drawn_label = NEW.inspector OR s.drawn_label LIKE NEW.inspector || '（代%' OR "
            + _worked(*days, nobody, nobody, "NEW.inspector")
            + ")"
        ),
    )
    _refuse(
        db,
        "revenue_spot_publisher",
        "revenue_spot",
        "UPDATE",
        "NEW.notice_id IS NOT NULL AND (NEW.published_by IS NULL OR NEW.published_label = '' OR EXISTS (SELECT 1 "
        "FROM revenue_spot_result r WHERE r.community = NEW.community AND r.spot_id = NEW.id AND (r.by_account = NEW.published_by "
        "OR r.by_person = NEW.published_person OR r.by_label = NEW.published_label OR r.inspector = NEW.published_label)) OR "
        + _worked("NEW.first_day", "NEW.last_day", "NEW.published_by", "NEW.published_person", "NEW.published_label")
        + ")",
    )


# --------------------------------------------------------------------------- cash in floats


def _keep_floats(db):
    """A float holds what its papers say, after every change; each paper has an entry of its own that moves that cash."""
    vouchers = "FROM revenue_voucher v WHERE v.community = NEW.community AND v.float_id = NEW.id"
    moves = "FROM revenue_float_move m WHERE m.community = NEW.community AND m.float_id = NEW.id"
    pending = f"COALESCE((SELECT sum(v.amount) {vouchers} AND v.state = 'entered'), 0)"
    balance = (
        f"COALESCE((SELECT sum(CASE WHEN m.what = 'return' THEN - m.amount ELSE m.amount END) {moves} AND m.state = 'done'), 0) "
        f"- COALESCE((SELECT sum(v.amount) {vouchers} AND v.state = 'approved' AND v.undone_seq IS NULL), 0)"
    )
    _refuse(
        db, "revenue_float_explained", "revenue_float", "UPDATE",
        f"NEW.balance <> {balance} OR NEW.pending <> {pending}", moment="AFTER",
    )  # fmt: skip
    _refuse(
        db, "revenue_float_begins_empty", "revenue_float", "INSERT",
        "NEW.balance <> 0 OR NEW.pending <> 0 OR NEW.state <> 'open'",
    )  # fmt: skip
    _refuse(
        db, "revenue_float_holder", "revenue_float", "UPDATE",
        "NEW.holder_person IS DISTINCT FROM OLD.holder_person OR NEW.holder_name <> OLD.holder_name OR NEW.by_label <> OLD.by_label "
        "OR NEW.at <> OLD.at OR (OLD.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on)",
    )  # fmt: skip

    def moved(side):
        return (
            "EXISTS (SELECT 1 FROM revenue_movement o JOIN revenue_float f ON f.community = o.community AND f.id = NEW.float_id "
            f"WHERE o.community = NEW.community AND o.entry = NEW.seq AND o.{side} = f.account AND o.{side}_fund = f.fund "
            "AND o.amount = abs(NEW.amount))"
        )

    used = (
        "EXISTS (SELECT 1 FROM revenue_voucher v WHERE v.community = NEW.community AND v.seq = NEW.seq{voucher}) "
        "OR EXISTS (SELECT 1 FROM revenue_float_move m WHERE m.community = NEW.community AND m.seq = NEW.seq{move})"
    )
    _refuse(
        db, "revenue_voucher_entry_true", "revenue_voucher", "UPDATE",
        f"NEW.seq IS NOT NULL AND OLD.seq IS NULL AND (NOT {moved('source')} "
        f"OR {used.format(voucher=' AND v.id <> NEW.id', move='')})", moment="AFTER",
    )  # fmt: skip
    _refuse(
        db, "revenue_float_move_entry_true", "revenue_float_move", "UPDATE",
        "NEW.seq IS NOT NULL AND OLD.seq IS NULL AND (NOT (CASE WHEN NEW.what = 'return' OR NEW.amount < 0 "
        f"THEN {moved('source')} ELSE {moved('destination')} END) OR {used.format(voucher='', move=' AND m.id <> NEW.id')})", moment="AFTER",
    )  # fmt: skip


def _keep_seals(db):
    """A notice is sealed when it is published, with the head as it stands in that moment."""
    _refuse(
        db, "revenue_seal_published", "revenue_seal", "INSERT",
        "NOT EXISTS (SELECT 1 FROM notice n WHERE n.community = NEW.community AND n.id = NEW.notice_id "
        "AND n.published_at IS NOT NULL)",
    )  # fmt: skip
    _refuse(
        db, "revenue_seal_newest", "revenue_seal", "INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_head h WHERE h.community = NEW.community AND h.id = NEW.head_id "
        "AND h.id = (SELECT max(g.number) FROM revenue_register g WHERE g.community = NEW.community) "
        "AND h.seq = (SELECT max(e.seq) FROM revenue_entry e WHERE e.community = NEW.community))",
    )  # fmt: skip


# --------------------------------------------------------------------------- triggers on both engines


def _raising(name, condition):
    return (
        f"FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
    )


def _refuse(db, name, table, event, condition, *, moment="BEFORE"):
    """Refuse as `name` every `event` for which the condition holds; it may ask other tables. Those AFTER leave the word to checks."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name}_row {moment} {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE {_raising(name, condition)}",
            f"CREATE TRIGGER {name}_row {moment} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )  # fmt: skip


def _say_anew(db, name, table, event, condition):
    """Let a guard of an earlier migration, under the same name, refuse what this condition holds for."""
    if is_postgresql(db):
        db.execute_sql(f"CREATE OR REPLACE {_raising(name, condition)}".replace("%", "%%"))
    else:
        db.execute_sql(f"DROP TRIGGER {name}_row")
        db.execute_sql(
            f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )
