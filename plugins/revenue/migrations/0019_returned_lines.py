"""Two lines of a statement explain each other only when they are of one counterparty and a second person says so.

A pair that was matched before this rule stays as it is.
"""

from core import add_guard, create_index, create_table, keep_rows

_PLAIN = "replace(replace(replace({}, ' ', ''), '（', '('), '）', ')')"


def up(migrator, db):
    create_table(
        db,
        "revenue_bank_pair",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        bank_id INTEGER NOT NULL,
        first_line INTEGER NOT NULL,
        second_line INTEGER NOT NULL,
        words TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER NOT NULL,
        entered_person INTEGER,
        by_label TEXT NOT NULL,
        decided_at INTEGER,
        decided_by INTEGER,
        decided_person INTEGER,
        decided_label TEXT NOT NULL,
        is_approved INTEGER,
        match_id INTEGER,
        CONSTRAINT revenue_bank_pair_ordered CHECK (first_line < second_line),
        CONSTRAINT revenue_bank_pair_said CHECK (length(trim(words)) > 0),
        CONSTRAINT revenue_bank_pair_decided CHECK ((decided_at IS NULL) = (is_approved IS NULL)),
        CONSTRAINT revenue_bank_pair_matched CHECK ((match_id IS NOT NULL) = (COALESCE(is_approved, 0) = 1)),
        CONSTRAINT revenue_bank_pair_two_people CHECK (COALESCE(is_approved, 0) = 0 OR (decided_by IS NOT NULL
            AND decided_by <> entered_by AND CASE WHEN decided_person IS NOT NULL AND entered_person IS NOT NULL
            THEN decided_person <> entered_person ELSE decided_label <> by_label END)),
        UNIQUE (community, id),
        CONSTRAINT revenue_bank_pair_first FOREIGN KEY (community, first_line) REFERENCES revenue_line (community, id),
        CONSTRAINT revenue_bank_pair_second FOREIGN KEY (community, second_line) REFERENCES revenue_line (community, id),
        CONSTRAINT revenue_bank_pair_match FOREIGN KEY (community, match_id) REFERENCES revenue_match (community, id)
        """,
    )
    for side in ("first", "second"):
        create_index(
            db, f"revenue_bank_pair_{side}_once", "revenue_bank_pair", f"{side}_line", unique=True,
            where="decided_at IS NULL",
        )  # fmt: skip
    create_index(
        db, "revenue_bank_pair_of_match", "revenue_bank_pair", "match_id", unique=True, where="match_id IS NOT NULL"
    )
    kept = (
        "id",
        "community",
        "bank_id",
        "first_line",
        "second_line",
        "words",
        "entered_at",
        "entered_by",
        "entered_person",
    )
    decided = ("decided_at", "decided_by", "decided_person", "is_approved", "match_id")
    keep_rows(
        db, "revenue_bank_pair",
        _other(*kept) + " OR (OLD.decided_at IS NOT NULL AND (" + _other(*decided) + "))",
    )  # fmt: skip
    _guard_pairs(db)


def _other(*columns):
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _guard_pairs(db):
    # For a returned transfer the bank may leave the other side empty: then its words are there.
    same = (
        f"{_PLAIN.format('a.payer')} = {_PLAIN.format('z.payer')} AND a.payer <> '' "
        "OR (a.payer = '' AND a.memo || a.reference <> '') OR (z.payer = '' AND z.memo || z.reference <> '')"
    )
    _refuse(
        db, "revenue_bank_pair_one_side", "revenue_bank_pair", "INSERT",
        "NEW.decided_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM revenue_line a JOIN revenue_line z "
        "ON z.community = a.community AND z.bank_id = a.bank_id AND z.id = NEW.second_line "
        "WHERE a.community = NEW.community AND a.bank_id = NEW.bank_id AND a.id = NEW.first_line "
        f"AND a.withdrawn = 0 AND z.withdrawn = 0 AND a.amount + z.amount = 0 AND ({same}))",
    )  # fmt: skip
    _refuse(
        db, "revenue_match_pair_confirmed", "revenue_match", "UPDATE OF sealed",
        "NEW.sealed = 1 AND OLD.sealed = 0 AND NEW.way <> 'opening' "
        "AND NOT EXISTS (SELECT 1 FROM revenue_match_entry e WHERE e.match_id = NEW.id) "
        "AND NOT EXISTS (SELECT 1 FROM revenue_bank_pair p WHERE p.community = NEW.community AND p.match_id = NEW.id "
        "AND p.is_approved = 1 AND (SELECT count(*) FROM revenue_match_line x WHERE x.match_id = NEW.id "
        "AND x.line_id IN (p.first_line, p.second_line)) = 2)",
    )  # fmt: skip


def _refuse(db, name, table, event, condition):
    """Refuse as `name` every `event` before which the condition holds; it may ask other tables."""
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
