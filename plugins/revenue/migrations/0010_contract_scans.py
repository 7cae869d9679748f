"""Scans of the signed paper of a contract, each with the digest it had: no contract comes into force without one.

Contracts that were in force before stay so; their paper can be added.
"""

from core import add_guard, create_index, create_table, make_append_only

_MISSING = (
    "OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'dropped') AND NOT EXISTS (SELECT 1 FROM revenue_contract_scan s "
    "WHERE s.community = NEW.community AND s.contract_id = NEW.id)"
)


def up(migrator, db):
    create_table(
        db,
        "revenue_contract_scan",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        contract_id INTEGER NOT NULL,
        file_use INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_contract_scan_digest CHECK (length(sha256) = 64),
        UNIQUE (community, file_use),
        CONSTRAINT revenue_contract_scan_contract FOREIGN KEY (community, contract_id)
            REFERENCES revenue_contract (community, id)
        """,
    )
    create_index(db, "revenue_contract_scan_of", "revenue_contract_scan", "community, contract_id")
    make_append_only(db, "revenue_contract_scan")
    add_guard(
        db,
        "revenue_contract_scanned",
        "revenue_contract",
        sqlite=(
            f"CREATE TRIGGER revenue_contract_scanned_update BEFORE UPDATE ON revenue_contract WHEN {_MISSING} "
            "BEGIN SELECT RAISE(ABORT, 'revenue_contract_scanned'); END",
        ),
        postgresql=(
            f"CREATE FUNCTION revenue_contract_scanned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_MISSING} THEN "
            "RAISE EXCEPTION 'revenue_contract_scanned' USING ERRCODE = '23000', CONSTRAINT = 'revenue_contract_scanned'; "
            "END IF; RETURN NEW; END $$",
            "CREATE TRIGGER revenue_contract_scanned_row BEFORE UPDATE ON revenue_contract FOR EACH ROW "
            "EXECUTE FUNCTION revenue_contract_scanned()",
            "ALTER TABLE revenue_contract ENABLE ALWAYS TRIGGER revenue_contract_scanned_row",
        ),
    )
