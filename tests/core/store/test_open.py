"""A store that cannot be the right one is refused by name, and its file is left byte for byte as it was."""

import hashlib

import apsw
import pytest

from core.config import load_config
from core.errors import InstanceError
from core.store import db
from core.store.database_file import MARKER
from core.store.migrate import prepare


@pytest.fixture
def config(tmp_path):
    """A new instance on SQLite."""
    yield load_config(tmp_path / "instance")
    db.close_database()


def whole(config):
    """A closed store with some data in its file."""
    db.open_database(config)
    prepare()
    with db.transaction():
        db.database.execute_sql("CREATE TABLE filler (line TEXT) STRICT")
        for _number in range(200):
            db.database.execute_sql("INSERT INTO filler VALUES (hex(randomblob(500)))")
    db.close_database()
    assert db.database.obj is None
    return config.database_path


def refused(config, *words):
    """Opening is refused with the file's name, and changes neither the file nor what lies beside it."""
    before = snapshot(config)
    with pytest.raises(InstanceError) as caught:
        db.open_database(config)
    assert db.database.obj is None
    for word in (str(config.database_path), *words):
        assert word in str(caught.value)
    assert caught.value.advice
    assert snapshot(config) == before


def snapshot(config):
    """Every file of the instance by name and digest."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in config.instance.glob("*") if path.is_file()
    }


def test_a_new_instance_gets_a_store(config):
    db.open_database(config)
    prepare()
    db.close_database()
    db.open_database(config)
    assert db.database.obj.table_exists("schema_guard")


def test_an_empty_file_in_a_new_instance_becomes_a_store(config):
    config.instance.mkdir()
    config.database_path.touch()
    db.open_database(config)
    prepare()


def test_a_file_that_is_no_database_is_refused(config):
    config.instance.mkdir()
    config.database_path.write_bytes(b"PK\x03\x04 something else entirely" * 200)
    refused(config)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_database_of_another_program_is_refused(config, journal):
    config.instance.mkdir()
    connection = apsw.Connection(str(config.database_path))
    connection.execute(
        f"PRAGMA journal_mode = {journal}; CREATE TABLE photos (id INTEGER); INSERT INTO photos VALUES (1)"
    ).fetchall()
    connection.close()
    refused(config)


@pytest.mark.parametrize("size", [20, 512, 4096, 20_000])
def test_a_truncated_store_is_refused(config, size):
    path = whole(config)
    path.write_bytes(path.read_bytes()[:size])
    refused(config)


@pytest.mark.parametrize("at", [16, 28, 100, 103])
def test_a_damaged_first_page_is_refused(config, at):
    path = whole(config)
    content = bytearray(path.read_bytes())
    content[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    refused(config)


def test_a_missing_file_where_a_store_existed_is_refused(config):
    whole(config).unlink()
    (config.instance / MARKER).touch()
    refused(config)
    assert not config.database_path.exists()


def test_an_empty_file_where_a_store_existed_is_refused(config):
    whole(config).write_bytes(b"")
    (config.instance / MARKER).touch()
    refused(config)


def test_a_write_ahead_log_without_its_file_is_refused(config):
    config.instance.mkdir()
    config.database_path.with_name("linli.db-wal").write_bytes(b"left behind")
    refused(config)


def test_a_folder_in_the_place_of_the_file_is_refused(config):
    config.database_path.mkdir(parents=True)
    refused(config)


def test_a_store_that_was_killed_while_writing_is_opened_with_its_log(config):
    path = whole(config)
    db.open_database(config)
    with db.transaction():
        db.database.execute_sql("INSERT INTO filler VALUES ('kept')")
    copies = {name: path.with_name(name).read_bytes() for name in ("linli.db", "linli.db-wal")}
    db.close_database()
    for name, content in copies.items():
        path.with_name(name).write_bytes(content)

    db.open_database(config)
    assert db.database.execute_sql("SELECT count(*) FROM filler WHERE line = 'kept'").fetchone()[0] == 1


@pytest.mark.parametrize(
    "url", ["postgresql://linli:geheim@127.0.0.1:1/linli", "postgresql://linli:geheim@127.0.0.1:1/"]
)
def test_a_server_that_cannot_be_reached_is_named_without_its_password(tmp_path, url):
    pytest.importorskip("psycopg")
    with pytest.raises(InstanceError) as caught:
        db.open_database(load_config(tmp_path, database=url))
    assert "127.0.0.1:1" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert db.database.obj is None


def test_opening_again_leaves_one_store_open(config, tmp_path):
    db.open_database(config)
    prepare()
    other = load_config(tmp_path / "other")
    db.open_database(other)
    assert db.database.obj.database == str(other.database_path)
