"""Privacy: who looked at whose record, kept as it was written for at least half a year."""

from core.store.schema import add_guard, create_index, create_table, raising_function

# 网络安全法 §21: logs are kept for at least six months.
_LEAST_MS = 183 * 86_400_000


def up(migrator, db):
    create_table(
        db,
        "person_view",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        at INTEGER NOT NULL,
        account INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        way TEXT NOT NULL,
        person TEXT NOT NULL DEFAULT '',
        people TEXT NOT NULL DEFAULT '',
        shown INTEGER NOT NULL,
        CONSTRAINT person_view_way_known CHECK (way IN ('page', 'list', 'search', 'home')),
        CONSTRAINT person_view_shown_counted CHECK (shown > 0),
        CONSTRAINT person_view_of_whom CHECK ((way = 'page') = (person <> '') AND (way = 'page') = (people = ''))
        """,
    )
    create_index(db, "person_view_when", "person_view", "community, at, id")
    create_index(db, "person_view_of", "person_view", "community, person, at")
    _keep_views(db)


def _keep_views(db):
    """A look is never changed, and not deleted before its time: `person_view_kept`."""
    name = "person_view_kept"
    abort = f"SELECT RAISE(ABORT, '{name}')"
    young_sqlite = f"OLD.at > CAST(strftime('%s', 'now') AS INTEGER) * 1000 - {_LEAST_MS}"
    young_postgresql = f"OLD.at > (EXTRACT(EPOCH FROM now()) * 1000)::bigint - {_LEAST_MS}"
    add_guard(
        db,
        name,
        "person_view",
        sqlite=(
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON person_view BEGIN {abort}; END",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON person_view WHEN {young_sqlite} BEGIN {abort}; END",
            f"CREATE TRIGGER {name}_insert BEFORE INSERT ON person_view "
            f"WHEN EXISTS (SELECT 1 FROM person_view WHERE id = NEW.id) BEGIN {abort}; END",
        ),
        postgresql=(
            raising_function(name),
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON person_view FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON person_view FOR EACH ROW WHEN ({young_postgresql}) "
            f"EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON person_view FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {name}()",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_update",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_delete",
            f"ALTER TABLE person_view ENABLE ALWAYS TRIGGER {name}_truncate",
        ),
    )
