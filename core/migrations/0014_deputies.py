"""Who stands in for whom while somebody is away, and what somebody who leaves has handed over to whom."""

from core.store.schema import add_guard, changed, create_index, create_table, keep_rows, make_append_only

# Who stood in for whom, and since when it was entered, never changes; that it was ended early is added once.
_KEPT = ("community", "account_id", "deputy_id", "from_day", "until_day", "created_at", "by_account", "by_label")
_OVERLAPS = "ended_at IS NULL AND id <> NEW.id AND from_day <= NEW.until_day AND until_day >= NEW.from_day"


def up(migrator, db):
    _make_deputies(db)
    _make_handovers(db)


def _make_deputies(db):
    create_table(
        db,
        "deputy",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        account_id INTEGER NOT NULL REFERENCES account (id),
        deputy_id INTEGER NOT NULL REFERENCES account (id),
        from_day TEXT NOT NULL,
        until_day TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        ended_at INTEGER,
        ended_by TEXT NOT NULL DEFAULT '',
        CONSTRAINT deputy_is_another CHECK (deputy_id <> account_id),
        CONSTRAINT deputy_days_in_order
            CHECK (length(from_day) = 10 AND length(until_day) = 10 AND until_day >= from_day),
        CONSTRAINT deputy_ended_by_somebody CHECK ((ended_at IS NULL) = (ended_by = '')),
        UNIQUE (community, id)
        """,
    )
    create_index(db, "deputy_days", "deputy", "community, until_day", where="ended_at IS NULL")
    _refuse_together(db, "deputy_one_at_a_time", "account_id = NEW.account_id")
    _refuse_together(db, "deputy_not_mutual", "account_id = NEW.deputy_id AND deputy_id = NEW.account_id")
    _keep_deputies(db)


def _refuse_together(db, name, same):
    """Refuse a row beside another one of the same days that is in force and to which `same` applies."""
    found = f"SELECT 1 FROM deputy WHERE community = NEW.community AND {same} AND {_OVERLAPS}"
    add_guard(
        db,
        name,
        "deputy",
        sqlite=tuple(
            f"CREATE TRIGGER {name}_{word} {when} ON deputy WHEN NEW.ended_at IS NULL AND EXISTS ({found}) "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for word, when in (("insert", "AFTER INSERT"), ("update", "BEFORE UPDATE"))
        ),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.ended_at IS NULL AND EXISTS ({found}) THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE INSERT OR UPDATE ON deputy FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE deputy ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )


def _keep_deputies(db):
    """`deputy_kept`: nothing but the early end is added, once; nothing is deleted."""
    keep_rows(db, "deputy", f"OLD.ended_at IS NOT NULL OR {changed(_KEPT)}")


def _make_handovers(db):
    create_table(
        db,
        "handover",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        account_id INTEGER NOT NULL REFERENCES account (id),
        label TEXT NOT NULL,
        follows TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        made_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT handover_label_given CHECK (length(label) > 0),
        CONSTRAINT handover_follows_known CHECK (follows IN ('close', 'roles', 'work')),
        UNIQUE (community, id)
        """,
    )
    make_append_only(db, "handover")
    create_table(
        db,
        "handover_item",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        handover_id INTEGER NOT NULL,
        source TEXT NOT NULL,
        subject TEXT NOT NULL,
        to_account INTEGER,
        to_label TEXT NOT NULL DEFAULT '',
        CONSTRAINT handover_item_taker_named CHECK ((to_account IS NULL) = (to_label = '')),
        CONSTRAINT handover_item_of FOREIGN KEY (community, handover_id) REFERENCES handover (community, id),
        UNIQUE (community, handover_id, source, subject)
        """,
    )
    create_index(db, "handover_item_subject", "handover_item", "community, subject")
    make_append_only(db, "handover_item")
