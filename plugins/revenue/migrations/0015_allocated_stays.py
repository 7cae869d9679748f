"""What was allocated of a share stays covered by what was received of it, whatever is taken back."""

from core import add_guard


def up(migrator, db):
    # No more is claimed or allocated than was received.
    _refuse(
        db, "revenue_due_allocated_covered", "revenue_due", "UPDATE OF allocated_fen, claimed_fen",
        "(NEW.allocated_fen > OLD.allocated_fen OR NEW.claimed_fen > OLD.claimed_fen) "
        "AND NEW.allocated_fen + NEW.claimed_fen > NEW.received_fen",
    )  # fmt: skip
    # A part leaves only what nobody has allocated. While a correction is reviewed the parts are posted anew, so the sum dips
    # there; the share it ends with is never less than what the funds keep.
    _refuse(
        db, "revenue_part_allocated", "revenue_part", "UPDATE OF undone_on",
        "NEW.undone_on IS NOT NULL AND OLD.undone_on IS NULL AND EXISTS (SELECT 1 FROM revenue_due d "
        "WHERE d.community = NEW.community AND d.id = NEW.due_id AND d.state <> 'computed' "
        "AND d.received_fen - NEW.amount < d.allocated_fen + d.claimed_fen)",
    )  # fmt: skip
    # A receipt goes once its parts are gone: no due may lack what was allocated of it then, in whatever state it is.
    _refuse(
        db, "revenue_receipt_allocated", "revenue_receipt", "UPDATE OF undone_on",
        "NEW.undone_on IS NOT NULL AND OLD.undone_on IS NULL AND EXISTS (SELECT 1 FROM revenue_part p JOIN revenue_due d "
        "ON d.community = p.community AND d.id = p.due_id WHERE p.community = NEW.community AND p.receipt_id = NEW.id "
        "AND d.received_fen < d.allocated_fen + d.claimed_fen)",
    )  # fmt: skip


def _refuse(db, name, table, event, condition):
    """Refuse as `name` every `event` for which the condition holds; it may ask other tables."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )  # fmt: skip
