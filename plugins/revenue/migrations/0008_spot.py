"""Spot checks: vouchers drawn from a published head, and what residents found about them.

What was drawn cannot be chosen: the head is the first that was published after the period was locked, and each period is drawn
once. What residents found about a voucher is added, never changed; once the results are public nothing is added either.
"""

from core import add_guard, allow_blanking, create_index, create_table, keep_rows, make_append_only

MOST = 50


def up(migrator, db):
    _make_spots(db)
    _make_results(db)


def _make_spots(db):
    create_table(
        db,
        "revenue_spot",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        head_id INTEGER NOT NULL,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        wanted INTEGER NOT NULL,
        pool INTEGER NOT NULL,
        at INTEGER NOT NULL,
        drawn_by INTEGER NOT NULL,
        drawn_person INTEGER,
        drawn_label TEXT NOT NULL,
        notice_id INTEGER,
        CONSTRAINT revenue_spot_days CHECK (first_day < last_day),
        CONSTRAINT revenue_spot_number CHECK (wanted BETWEEN 1 AND {MOST} AND pool >= 1),
        UNIQUE (community, id),
        UNIQUE (community, first_day),
        CONSTRAINT revenue_spot_of_head FOREIGN KEY (community, head_id) REFERENCES revenue_head (community, id)
        """,
    )
    keep_rows(
        db,
        "revenue_spot",
        "NEW.notice_id IS NULL OR NEW.community <> OLD.community OR NEW.head_id <> OLD.head_id OR NEW.first_day <> OLD.first_day "
        "OR NEW.last_day <> OLD.last_day OR NEW.wanted <> OLD.wanted OR NEW.pool <> OLD.pool OR NEW.at <> OLD.at "
        "OR NEW.drawn_by <> OLD.drawn_by OR NEW.drawn_person IS DISTINCT FROM OLD.drawn_person OR NEW.drawn_label <> OLD.drawn_label",
    )
    locked = "SELECT min(p.id) FROM revenue_period p WHERE p.community = NEW.community AND p.month >= substr(NEW.last_day, 1, 7)"
    first = f"SELECT min(h.id) FROM revenue_head h WHERE h.community = NEW.community AND h.id > ({locked})"
    _refuse(db, "revenue_spot_head", "revenue_spot", f"NEW.head_id IS DISTINCT FROM ({first})")
    # Whoever entered postings of the period or paid in it does not draw what is looked at.
    _refuse(
        db,
        "revenue_spot_people",
        "revenue_spot",
        "EXISTS (SELECT 1 FROM revenue_journal j WHERE j.community = NEW.community AND j.day BETWEEN NEW.first_day AND NEW.last_day "
        "AND (j.asked_by = NEW.drawn_by OR j.decided_by = NEW.drawn_by OR j.asked_person = NEW.drawn_person "
        "OR j.decided_person = NEW.drawn_person)) "
        "OR EXISTS (SELECT 1 FROM revenue_signature s WHERE s.community = NEW.community AND s.step = 'pay' "
        "AND s.signed_on BETWEEN NEW.first_day AND NEW.last_day "
        "AND (s.account = NEW.drawn_by OR s.person = NEW.drawn_person))",
    )
    create_table(
        db,
        "revenue_spot_voucher",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        spot_id INTEGER NOT NULL,
        place INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        CONSTRAINT revenue_spot_voucher_place CHECK (place BETWEEN 1 AND {MOST}),
        UNIQUE (community, spot_id, place),
        UNIQUE (community, spot_id, seq),
        CONSTRAINT revenue_spot_voucher_spot FOREIGN KEY (community, spot_id) REFERENCES revenue_spot (community, id),
        CONSTRAINT revenue_spot_voucher_entry FOREIGN KEY (community, seq) REFERENCES revenue_entry (community, seq)
        """,
    )
    make_append_only(db, "revenue_spot_voucher")
    # It is covered by the head, of the period, and has papers to look at.
    _refuse(
        db,
        "revenue_spot_voucher_fits",
        "revenue_spot_voucher",
        "NOT EXISTS (SELECT 1 FROM revenue_spot s JOIN revenue_head h ON h.community = s.community AND h.id = s.head_id "
        "JOIN revenue_entry e ON e.community = s.community AND e.seq = NEW.seq "
        "WHERE s.community = NEW.community AND s.id = NEW.spot_id AND e.seq <= h.seq AND e.day BETWEEN s.first_day AND s.last_day "
        "AND e.evidence <> '[]' AND NEW.place <= s.wanted)",
    )


def _make_results(db):
    create_table(
        db,
        "revenue_spot_result",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        spot_id INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        words TEXT NOT NULL,
        role TEXT NOT NULL,
        inspector TEXT NOT NULL,
        inspected_on TEXT NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_spot_result_outcome CHECK (outcome IN ('matches', 'differs')),
        CONSTRAINT revenue_spot_result_words CHECK (outcome = 'matches' OR words <> ''),
        CONSTRAINT revenue_spot_result_role CHECK (role IN ('resident', 'supervisor', 'owner')),
        CONSTRAINT revenue_spot_result_voucher FOREIGN KEY (community, spot_id, seq)
            REFERENCES revenue_spot_voucher (community, spot_id, seq)
        """,
    )
    create_index(db, "revenue_spot_result_of", "revenue_spot_result", "community, spot_id, seq, id")
    make_append_only(db, "revenue_spot_result")
    # The inspector's name stays in the office and goes when the person is erased; the role stays.
    allow_blanking(db, "revenue_spot_result", ("inspector",))
    _refuse(
        db,
        "revenue_spot_result_before_publication",
        "revenue_spot_result",
        "EXISTS (SELECT 1 FROM revenue_spot s WHERE s.community = NEW.community AND s.id = NEW.spot_id AND s.notice_id IS NOT NULL)",
    )
    done = (
        "EXISTS (SELECT 1 FROM revenue_spot_voucher v WHERE v.community = NEW.community AND v.spot_id = NEW.id AND NOT EXISTS "
        "(SELECT 1 FROM revenue_spot_result r WHERE r.community = v.community AND r.spot_id = v.spot_id AND r.seq = v.seq))"
    )
    _refuse(db, "revenue_spot_complete", "revenue_spot", f"NEW.notice_id IS NOT NULL AND {done}", moment="UPDATE")


def _refuse(db, name, table, condition, moment="INSERT"):
    """Refuse as `name` what the condition holds for; it may ask other tables."""
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_row BEFORE {moment} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
