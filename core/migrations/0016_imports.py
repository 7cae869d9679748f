"""Imports of any list: the uploads of registers become those of all lists, and so do the columns that are remembered.

`import_name` is the list (`core.roster`, `rooms.rooms`), `given` what was typed for all rows of a file by field, `written`
what is needed to take an import back.
"""

import json

from core.store.schema import create_index, create_table, is_postgresql


def up(migrator, db):
    mark = "%s" if is_postgresql(db) else "?"
    db.execute_sql("ALTER TABLE roster_import RENAME TO import_batch")
    db.execute_sql(
        "ALTER TABLE import_batch ADD COLUMN import_name TEXT NOT NULL DEFAULT 'core.roster' "
        "CONSTRAINT import_batch_name_given CHECK (length(import_name) > 0)"
    )
    db.execute_sql("ALTER TABLE import_batch ADD COLUMN written TEXT")
    db.execute_sql("ALTER TABLE import_batch RENAME COLUMN estate TO given")
    for key, estate in db.execute_sql("SELECT id, given FROM import_batch").fetchall():
        given = json.dumps({"estate": estate} if estate else {}, ensure_ascii=False)
        db.execute_sql(f"UPDATE import_batch SET given = {mark} WHERE id = {mark}", (given, key))
    create_index(db, "import_batch_of", "import_batch", "community, import_name, id")
    create_table(
        db,
        "import_mapping",
        """
        community TEXT NOT NULL REFERENCES community (code),
        import_name TEXT NOT NULL,
        signature TEXT NOT NULL,
        columns TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT import_mapping_name_given CHECK (length(import_name) > 0),
        PRIMARY KEY (community, import_name, signature)
        """,
    )
    db.execute_sql(
        "INSERT INTO import_mapping (community, import_name, signature, columns, at) "
        "SELECT community, 'core.roster', signature, columns, at FROM roster_mapping"
    )
    db.execute_sql("DROP TABLE roster_mapping")
