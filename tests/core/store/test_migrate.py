"""A migration is all there or not there at all: after errors, kills, and two processes that start at once."""

import os
import signal
import subprocess
import sys
import textwrap

import peewee
import pytest

from core.config import load_config
from core.errors import InstanceError
from core.store import db
from core.store.migrate import CORE, history_table, is_newer, migrate

GOOD = """
from core.store.schema import create_table, make_append_only

def up(migrator, db):
    create_table(db, "garden_plot", "id INTEGER PRIMARY KEY,\\ntitle TEXT NOT NULL")
    make_append_only(db, "garden_plot")
"""
SECOND = """
def up(migrator, db):
    db.execute_sql("ALTER TABLE garden_plot ADD COLUMN owner TEXT")
"""
SLOW = """
import time
from core.store.schema import create_table, make_append_only

def up(migrator, db):
    for number in range(40):
        create_table(db, f"garden_part{number}", "id INTEGER PRIMARY KEY,\\ntitle TEXT NOT NULL")
        make_append_only(db, f"garden_part{number}")
        print(number, flush=True)
        time.sleep(0.002)
"""
RUN = """
import sys
from pathlib import Path
from core.config import load_config
from core.store import db
from core.store.migrate import migrate

db.open_database(load_config(sys.argv[1], database=sys.argv[2]))
print("open", flush=True)
print("ran", *migrate("garden", Path(sys.argv[3])), flush=True)
"""


@pytest.fixture
def folder(tmp_path):
    """An empty folder of migrations."""
    made = tmp_path / "migrations"
    made.mkdir()
    return made


def write(folder, **files):
    """Migrations by name."""
    for name, source in files.items():
        (folder / f"{name[1:]}.py").write_text(textwrap.dedent(source), encoding="utf-8")


def tables():
    """The garden's tables that exist."""
    return sorted(name for name in db.database.obj.get_tables() if name.startswith("garden_"))


def known():
    """The garden's migrations that count as run."""
    if not db.database.obj.table_exists(history_table("garden")):
        return []
    return [
        row[0] for row in db.database.execute_sql(f"SELECT name FROM {history_table('garden')} ORDER BY id").fetchall()
    ]


def start(store, folder, **options):
    """A process of its own that migrates the same store."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(store.config.instance), store.config.database, str(folder)],
        env={**os.environ, "PYTHONPATH": str(CORE.parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_runs_what_is_pending_once_and_in_order(store, folder):
    write(folder, _0001_plots=GOOD)
    assert migrate("garden", folder) == ["0001_plots"]
    write(folder, _0002_owners=SECOND)
    assert migrate("garden", folder) == ["0002_owners"]
    assert migrate("garden", folder) == []
    assert known() == ["0001_plots", "0002_owners"]


def test_asks_for_a_backup_only_before_a_schema_that_exists_changes(store, folder):
    asked = []
    write(folder, _0001_plots=GOOD)
    migrate("garden", folder, before=lambda: asked.append("first"))
    migrate("garden", folder, before=lambda: asked.append("nothing pending"))
    write(folder, _0002_owners=SECOND)
    migrate("garden", folder, before=lambda: asked.append(tables()))
    assert asked == [["garden_plot"]]


def test_a_failing_backup_stops_the_migration(store, folder):
    write(folder, _0001_plots=GOOD)
    migrate("garden", folder)
    write(folder, _0002_owners=SECOND)
    with pytest.raises(ZeroDivisionError):
        migrate("garden", folder, before=lambda: 1 / 0)
    assert known() == ["0001_plots"]


BROKEN = {
    "an error": "    raise RuntimeError('broken')",
    "wrong SQL": "    db.execute_sql('CREATE NONSENSE')",
    "a dropped guard": "    db.execute_sql('DROP TRIGGER garden_plot_append_only_{part}{on}')",
    "a dropped table": "    db.execute_sql('DROP TABLE garden_plot')",
}
BROKEN_ON_SQLITE = {
    "a lax table": "    db.execute_sql('CREATE TABLE garden_loose (id INTEGER PRIMARY KEY)')",
    "a rebuilt table": "    from playhouse.migrate import migrate\n"
    "    from peewee import IntegerField\n"
    "    migrate(migrator.alter_column_type('garden_plot', 'title', IntegerField()))",
    "a broken foreign key": "    db.execute_sql('PRAGMA defer_foreign_keys = 1')\n"
    "    db.execute_sql('CREATE TABLE garden_bed (plot INTEGER REFERENCES garden_plot (id)) STRICT')\n"
    "    db.execute_sql('INSERT INTO garden_bed VALUES (7)')",
}


def refuse(store, folder, body):
    """A second migration with this body is refused and leaves the store as it was."""
    write(folder, _0001_plots=GOOD)
    migrate("garden", folder)
    sqlite = store.engine == "sqlite"
    body = body.replace("{part}", "update" if sqlite else "row").replace("{on}", "" if sqlite else " ON garden_plot")
    begin = "    db.execute_sql('CREATE TABLE garden_first (id INTEGER PRIMARY KEY){}')".format(
        " STRICT" if sqlite else ""
    )
    (folder / "0002_broken.py").write_text(f"def up(migrator, db):\n{begin}\n{body}\n", encoding="utf-8")
    with pytest.raises((RuntimeError, InstanceError, peewee.PeeweeException)):
        migrate("garden", folder)
    assert tables() == ["garden_plot"]
    assert known() == ["0001_plots"]
    with pytest.raises(peewee.IntegrityError), db.transaction():
        db.database.execute_sql("INSERT INTO garden_plot (title) VALUES ('东园')")
        db.database.execute_sql("DELETE FROM garden_plot")


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_migration_leaves_nothing_behind(store, folder, what):
    refuse(store, folder, BROKEN[what])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", BROKEN_ON_SQLITE)
def test_what_only_sqlite_lets_through_is_refused_too(store, folder, what):
    refuse(store, folder, BROKEN_ON_SQLITE[what])


def test_a_corrected_migration_runs_after_the_broken_one(store, folder):
    refuse(store, folder, BROKEN["an error"])
    write(folder, _0002_broken=SECOND)
    assert migrate("garden", folder) == ["0002_broken"]


@pytest.mark.faults
@pytest.mark.parametrize("parts", [1, 7, 20, 39])
def test_a_killed_migration_is_all_old_or_all_new(store, folder, parts):
    write(folder, _0001_parts=SLOW)
    with start(store, folder) as process:
        for line in process.stdout:
            if line.strip() == str(parts):
                break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL

    wait_until_the_server_has_noticed(store)
    whole = known() == ["0001_parts"]
    assert len(tables()) == (40 if whole else 0)
    assert migrate("garden", folder) == ([] if whole else ["0001_parts"])
    assert len(tables()) == 40


def wait_until_the_server_has_noticed(store):
    """PostgreSQL rolls a dead client back when it next talks to it: until then its lock is held."""
    if store.engine == "postgresql":
        with db.transaction():
            pass


@pytest.mark.faults
def test_two_processes_that_start_at_once_run_each_migration_once(store, folder):
    write(folder, _0001_parts=SLOW, _0002_more=SECOND.replace("garden_plot", "garden_part0"))
    processes = [start(store, folder) for _number in range(2)]
    outputs = [process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs
    assert known() == ["0001_parts", "0002_more"]
    assert len(tables()) == 40


def test_a_store_of_a_newer_version_is_recognised(store, folder):
    write(folder, _0001_plots=GOOD, _0002_owners=SECOND)
    migrate("garden", folder)
    assert is_newer("garden", folder) == []
    (folder / "0002_owners.py").unlink()
    assert is_newer("garden", folder) == ["0002_owners"]
    assert is_newer("orchard", folder) == []


def test_migrating_again_changes_nothing(store):
    assert migrate("core", CORE) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_migrations_of_core_build_a_store_from_nothing(engine, tmp_path):
    db.open_database(load_config(tmp_path / "fresh"))
    ran = migrate("core", CORE)
    assert ran == sorted(path.stem for path in CORE.glob("[0-9]*.py"))
    db.close_database()
