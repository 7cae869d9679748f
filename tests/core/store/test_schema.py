"""The common DDL: strict tables, keys and guards under the same names on both engines, and a check that misses nothing."""

import peewee
import pytest

from core.errors import InstanceError
from core.store import db, violations
from core.store.db import transaction
from core.store.schema import add_guard, check_schema, create_index, create_table, make_append_only, raising_function


@pytest.fixture
def engine_db(store):
    """The database under the store."""
    return db.database.obj


def run(*statements):
    """Raw SQL in one transaction."""
    with transaction():
        for statement in statements:
            db.database.execute_sql(statement)


def diary(engine_db):
    """An append-only table."""
    with transaction():
        create_table(engine_db, "diary", "id INTEGER PRIMARY KEY,\nline TEXT NOT NULL")
        make_append_only(engine_db, "diary")
        check_schema(engine_db)


def test_the_schema_of_core_and_plugins_passes_the_check(engine_db):
    check_schema(engine_db)


def test_ids_count_up_and_are_never_used_again(engine_db):
    with transaction():
        create_table(engine_db, "plot", "id INTEGER PRIMARY KEY,\ntitle TEXT NOT NULL")
    run("INSERT INTO plot (title) VALUES ('a')", "INSERT INTO plot (title) VALUES ('b')", "DELETE FROM plot")
    run("INSERT INTO plot (title) VALUES ('c')")
    assert db.database.execute_sql("SELECT id FROM plot").fetchone()[0] == 3


def test_integers_hold_64_bits_and_nothing_but_integers(engine_db):
    with transaction():
        create_table(engine_db, "plot", "id INTEGER PRIMARY KEY,\nfen INTEGER NOT NULL,\nphoto BLOB")
    run("INSERT INTO plot (fen) VALUES (9223372036854775807)")
    assert db.database.execute_sql("SELECT fen FROM plot").fetchone()[0] == 2**63 - 1
    with pytest.raises(peewee.PeeweeException):
        run("INSERT INTO plot (fen) VALUES ('many')")


def test_a_percent_sign_in_ddl_stays_one(engine_db):
    with transaction():
        create_table(
            engine_db, "plot", "id INTEGER PRIMARY KEY,\ntitle TEXT,\nCONSTRAINT plot_share CHECK (title LIKE '%园')"
        )
    run("INSERT INTO plot (title) VALUES ('东园')")
    with pytest.raises(peewee.IntegrityError) as caught:
        run("INSERT INTO plot (title) VALUES ('东')")
    assert violations.violated(caught.value) == "plot_share"


@pytest.mark.parametrize("line", ["code TEXT PRIMARY KEY", "code TEXT NOT NULL UNIQUE"])
def test_refuses_keys_that_the_engines_would_name_differently(engine_db, line):
    with pytest.raises(ValueError, match="plot"), transaction():
        create_table(engine_db, "plot", line)


def test_a_partial_unique_index_holds_where_it_says(engine_db):
    with transaction():
        create_table(engine_db, "plot", "id INTEGER PRIMARY KEY,\ntitle TEXT NOT NULL,\nopen INTEGER NOT NULL")
        create_index(engine_db, "plot_open_once", "plot", "title", unique=True, where="open = 1")
    run("INSERT INTO plot (title, open) VALUES ('a', 0)", "INSERT INTO plot (title, open) VALUES ('a', 0)")
    run("INSERT INTO plot (title, open) VALUES ('a', 1)")
    with pytest.raises(peewee.IntegrityError):
        run("INSERT INTO plot (title, open) VALUES ('a', 1)")


def test_a_guard_refuses_under_its_name(engine_db):
    with transaction():
        create_table(engine_db, "plot", "id INTEGER PRIMARY KEY,\ntitle TEXT NOT NULL")
        add_guard(
            engine_db,
            "plot_not_burning",
            "plot",
            sqlite=(
                "CREATE TRIGGER plot_not_burning BEFORE INSERT ON plot WHEN NEW.title LIKE '%fire%' "
                "BEGIN SELECT RAISE(ABORT, 'plot_not_burning'); END",
            ),
            postgresql=(
                raising_function("plot_not_burning"),
                "CREATE TRIGGER plot_not_burning BEFORE INSERT ON plot FOR EACH ROW "
                "WHEN (NEW.title LIKE '%fire%') EXECUTE FUNCTION plot_not_burning()",
            ),
        )
        check_schema(engine_db)
    run("INSERT INTO plot (title) VALUES ('water')")
    with pytest.raises(peewee.IntegrityError) as caught:
        run("INSERT INTO plot (title) VALUES ('on fire')")
    assert violations.violated(caught.value) == "plot_not_burning"


@pytest.mark.parametrize("statement", ["CREATE TRIGGER other BEFORE INSERT ON plot", "SELECT 1"])
def test_a_guard_without_a_part_of_its_name_is_refused(engine_db, statement):
    with pytest.raises(ValueError, match="plot_free"), transaction():
        add_guard(engine_db, "plot_free", "plot", sqlite=(statement,), postgresql=(statement,))


DROPS = {
    "sqlite": (
        "DROP TRIGGER diary_append_only_update",
        "DROP TRIGGER diary_append_only_delete",
        "DROP TRIGGER diary_append_only_insert",
        "DROP TABLE diary",
        "ALTER TABLE diary RENAME TO journal",
    ),
    "postgresql": (
        "DROP TRIGGER diary_append_only_row ON diary",
        "DROP TRIGGER diary_append_only_truncate ON diary",
        "ALTER TABLE diary DISABLE TRIGGER diary_append_only_row",
        "DROP FUNCTION diary_append_only() CASCADE",
        "DROP TABLE diary",
        "ALTER TABLE diary RENAME TO journal",
    ),
}


def test_each_part_of_a_guard_is_missed_when_it_is_gone(engine_db, store):
    diary(engine_db)
    for drop in DROPS[store.engine]:
        with pytest.raises(InstanceError, match="diary_append_only"), transaction():
            db.database.execute_sql(drop)
            check_schema(engine_db)
        check_schema(engine_db)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_lax_table_is_named(engine_db):
    with pytest.raises(InstanceError, match="loose"), transaction():
        db.database.execute_sql("CREATE TABLE loose (id INTEGER PRIMARY KEY, title TEXT)")
        check_schema(engine_db)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_broken_foreign_key_is_named(engine_db):
    with transaction():
        create_table(engine_db, "plot", "id INTEGER PRIMARY KEY")
        create_table(engine_db, "bed", "id INTEGER PRIMARY KEY,\nplot INTEGER NOT NULL REFERENCES plot (id)")
    with pytest.raises(InstanceError, match="bed"), transaction():
        db.database.execute_sql("PRAGMA defer_foreign_keys = 1")
        db.database.execute_sql("INSERT INTO bed (plot) VALUES (7)")
        check_schema(engine_db)
