"""A reversal by hand takes out no money that a statement has, and no line is ever the money it took back."""

from core import add_guard, create_index


def up(migrator, db):
    # What was posted by hand in a month is counted by when it was entered, too.
    create_index(
        db, "revenue_entry_by_hand", "revenue_entry", "community, at",
        where="substr(key, 1, 8) = 'journal:' OR substr(record, 1, 13) = 'revenue.line:'",
    )  # fmt: skip
    # Money that came in and was taken back as wrong never came: neither it nor its mirror explains a line.
    _refuse(
        db, "revenue_match_entry_stands", "revenue_match_entry", "INSERT",
        "EXISTS (SELECT 1 FROM revenue_entry m WHERE m.community = NEW.community AND m.reverses IS NOT NULL "
        "AND substr(m.key, 1, 8) = 'journal:' AND ((m.seq = NEW.seq AND NEW.amount < 0) "
        "OR (m.reverses = NEW.seq AND NEW.amount > 0)))",
    )  # fmt: skip
    # The mirror has just undone the match, in the same moment; what stands in its place is posted as well by now.
    side = (
        "(SELECT COALESCE(sum(v.amount), 0) FROM revenue_movement v WHERE v.community = b.community AND v.{0} = b.account "
        "AND (v.entry = r.seq OR v.entry = (SELECT n.seq FROM revenue_entry n WHERE n.community = b.community "
        "AND n.replaces = NEW.reverses)))"
    )
    _refuse(
        db, "revenue_journal_keeps_money", "revenue_journal", "UPDATE OF state",
        "NEW.state = 'posted' AND NEW.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM revenue_match_entry x "
        "JOIN revenue_match m ON m.id = x.match_id AND m.sealed = 1 AND m.undone_by IS NULL "
        "JOIN revenue_entry r ON r.community = x.community AND r.reverses = x.seq AND r.at = m.undone_at "
        "JOIN revenue_bank b ON b.id = x.bank_id AND b.community = x.community "
        f"WHERE x.community = NEW.community AND x.seq = NEW.reverses AND {side.format('destination')} < {side.format('source')})",
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
