"""What an entry that is reversed takes along, money of a gift that is re-purposed more than once, and months with money of which
nobody has said where it lies.
"""

from core import add_guard, is_postgresql


def up(migrator, db):
    _follow_vouchers(db)
    _change_gifts_again(db)
    _ask_for_every_account(db)


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


def _afterwards(db, name, table, event, condition, statement):
    """Do `statement` after each `event` for which the condition holds."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition} BEGIN {statement}; END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN {statement}; END IF; "
            "RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ),
    )  # fmt: skip


def _number(db):
    return "BIGINT" if is_postgresql(db) else "INTEGER"


def _follow_vouchers(db):
    """A payment from petty cash whose entry is reversed is taken back, and its cash is in the float again."""
    db.execute_sql(f"ALTER TABLE revenue_voucher ADD COLUMN undone_seq {_number(db)}")
    _refuse(
        db, "revenue_voucher_undone", "revenue_voucher", "UPDATE OF undone_seq",
        "NEW.undone_seq IS DISTINCT FROM OLD.undone_seq AND (OLD.undone_seq IS NOT NULL OR NOT EXISTS (SELECT 1 "
        "FROM revenue_entry e WHERE e.community = NEW.community AND e.seq = NEW.undone_seq AND e.reverses = NEW.seq))",
    )  # fmt: skip
    _afterwards(
        db, "revenue_voucher_came_back", "revenue_voucher", "UPDATE OF undone_seq",
        "NEW.undone_seq IS NOT NULL AND OLD.undone_seq IS NULL",
        "UPDATE revenue_float SET balance = balance + NEW.amount WHERE id = NEW.float_id AND community = NEW.community",
    )  # fmt: skip
    _afterwards(
        db, "revenue_entry_undoes_voucher", "revenue_entry", "INSERT", "NEW.reverses IS NOT NULL",
        "UPDATE revenue_voucher SET undone_seq = NEW.seq WHERE community = NEW.community AND seq = NEW.reverses "
        "AND undone_seq IS NULL",
    )  # fmt: skip


def _change_gifts_again(db):
    """What was re-purposed may be re-purposed or given back again, up to its amount: `after_change` is the change it follows."""
    db.execute_sql(f"ALTER TABLE revenue_gift_change ADD COLUMN after_change {_number(db)}")
    _refuse(
        db, "revenue_gift_change_after", "revenue_gift_change", "UPDATE OF after_change",
        "NEW.after_change IS DISTINCT FROM OLD.after_change",
    )  # fmt: skip
    name = "revenue_gift_change_covered"
    there = (
        "COALESCE(CASE WHEN NEW.after_change IS NULL "
        "THEN (SELECT g.amount FROM revenue_gift g WHERE g.id = NEW.gift_id AND g.community = NEW.community) "
        "ELSE (SELECT p.amount FROM revenue_gift_change p WHERE p.id = NEW.after_change AND p.community = NEW.community "
        "AND p.gift_id = NEW.gift_id AND p.what = 'repurpose' AND p.state = 'done') END, -1)"
    )
    condition = (
        "NEW.amount + (SELECT COALESCE(SUM(c.amount), 0) FROM revenue_gift_change c WHERE c.gift_id = NEW.gift_id "
        "AND c.community = NEW.community AND c.state <> 'refused' AND c.after_change IS NOT DISTINCT FROM NEW.after_change) "
        f"> {there}"
    )
    # The guard of 0005 keeps its name and its place in `schema_guard`; only what it counts is said anew.
    if is_postgresql(db):
        db.execute_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
        )
    else:
        db.execute_sql(f"DROP TRIGGER {name}_row")
        db.execute_sql(
            f"CREATE TRIGGER {name}_row BEFORE INSERT ON revenue_gift_change WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )


def _ask_for_every_account(db):
    """A month in which money moved in an account does not lock before somebody has said at which bank, or in which box, it lies."""
    heads = ("1001", "1002", "1009", "1901")
    before = "COALESCE((SELECT max(p.month) FROM revenue_period p WHERE p.community = NEW.community), '')"
    moved = " OR ".join(
        f"EXISTS (SELECT 1 FROM revenue_movement v WHERE v.community = a.community AND v.{side} = a.code "
        f"AND substr(v.day, 1, 7) <= NEW.month AND substr(v.day, 1, 7) > {before})"
        for side in ("source", "destination")
    )
    money = " OR ".join(f"a.code = '{head}' OR substr(a.code, 1, 5) = '{head}.'" for head in heads)
    _refuse(
        db, "revenue_money_without_bank", "revenue_period", "INSERT",
        f"EXISTS (SELECT 1 FROM revenue_account a WHERE a.community = NEW.community AND ({money}) AND ({moved}) "
        "AND NOT EXISTS (SELECT 1 FROM revenue_bank b WHERE b.community = a.community AND b.account = a.code))",
    )  # fmt: skip
