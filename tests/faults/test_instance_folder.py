"""A wrong or damaged instance folder is refused by name with exit code 2, by every command, and left byte for byte as it is."""

from __future__ import annotations

import hashlib
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.plugin import current
from core.store import db
from core.text import in_language
from tests.faults.serving import CODE, free_port, linli, set_up

DATA = Path(__file__).parents[1] / "core" / "people" / "data"
COMMANDS: dict[str, tuple[str, ...]] = {
    "serve": ("serve", "--host", "127.0.0.1", "--port", "PORT"),
    "serve --safe": ("serve", "--safe", "--host", "127.0.0.1", "--port", "PORT"),
    "setup": ("setup", "--community", "西山社区", "--code", CODE, "--owner", "admin", "--password-stdin"),
    "roster": ("roster", "import", str(DATA / "roster-gbk.csv")),
    "plugin list": ("plugin", "list"),
    "plugin enable": ("plugin", "enable", "rooms", "--community", CODE),
    "user add": ("user", "add", "li", "--label", "李四"),
    "user reset": ("user", "reset", "admin"),
    "verify": ("verify",),
    "rooms check": ("rooms", "check"),
    "demo": ("demo",),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """An installation that works, to be copied."""
    instance = tmp_path_factory.mktemp("sound") / "instance"
    set_up(instance)
    return instance


@pytest.fixture
def instance(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    copy = tmp_path / "instance"
    shutil.copytree(sound, copy)
    return copy


def run(instance: Path, *arguments: str) -> Result:
    """`linli --instance … …`, in this process."""
    given = [str(free_port()) if argument == "PORT" else argument for argument in arguments]
    logging.getLogger("linli").setLevel(logging.CRITICAL)
    try:
        with in_language("en"):
            return CliRunner().invoke(
                main, ["--instance", str(instance), *given], input="correct horse battery\n", prog_name="linli"
            )
    finally:
        db.close_database()
        current.set_active(None)


def state(folder: Path) -> dict[str, str]:
    """Every file below a folder (or the file itself) with its digest."""
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder.parent)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def assert_refused(instance: Path, *words: str, but: tuple[str, ...] = ()) -> None:
    """Every command refuses the folder with these words and changes nothing in it."""
    before = state(instance)
    for name, command in COMMANDS.items():
        if name in but:
            continue
        result = run(instance, *command)
        assert result.exit_code == 2, (name, result.output, result.exception)
        assert isinstance(result.exception, SystemExit), (name, result.exception)
        assert "Traceback" not in result.output, name
        for word in words:
            assert word in result.output, (name, result.output)
        assert state(instance) == before, name


# --------------------------------------------------------------------------- the database file


def wreck(change: Callable[[Path], None], instance: Path) -> None:
    """Change the database file of a stopped installation."""
    path = instance / "linli.db"
    for suffix in ("-wal", "-shm"):
        assert not (instance / f"linli.db{suffix}").exists() or not (instance / f"linli.db{suffix}").stat().st_size
    change(path)


def test_a_file_that_is_no_database(instance):
    wreck(lambda path: path.write_text("姓名,电话\n张三,13800138000\n" * 500, encoding="utf-8"), instance)
    assert_refused(instance, "linli.db", "not a Linli database")


def test_an_empty_file_where_data_existed(instance):
    wreck(lambda path: path.write_bytes(b""), instance)
    assert_refused(instance, "linli.db", "existed before")


def test_a_missing_file_where_data_existed(instance):
    wreck(lambda path: path.unlink(), instance)
    assert_refused(instance, "linli.db", "existed before")


def test_a_missing_file_with_its_log_left_behind(instance):
    (instance / "created").unlink()
    (instance / "linli.db").rename(instance / "linli.db-wal")
    assert_refused(instance, "linli.db", "existed before")


def test_the_database_of_another_program(instance):
    def replace(path: Path) -> None:
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE wp_posts (id INTEGER PRIMARY KEY, title TEXT)")
        other.close()

    wreck(replace, instance)
    assert_refused(instance, "linli.db", "not a Linli database")


def test_a_file_whose_beginning_is_overwritten(instance):
    wreck(lambda path: path.write_bytes(b"\x00" * 4096 + path.read_bytes()[4096:]), instance)
    assert_refused(instance, "linli.db")


def test_a_file_whose_list_of_tables_is_damaged(instance):
    wreck(lambda path: path.write_bytes(path.read_bytes()[:100] + b"\xff" * 3996 + path.read_bytes()[4096:]), instance)
    assert_refused(instance, "linli.db")


@pytest.mark.parametrize("left", [17, 100, 4096, 40_960])
def test_a_file_that_was_cut_off(instance, left):
    wreck(lambda path: path.write_bytes(path.read_bytes()[:left]), instance)
    assert_refused(instance, "linli.db")


def test_a_folder_in_the_place_of_the_file(instance):
    def replace(path: Path) -> None:
        path.unlink()
        path.mkdir()

    wreck(replace, instance)
    assert_refused(instance, "linli.db")


def test_data_of_a_newer_version(instance):
    store = sqlite3.connect(instance / "linli.db")
    store.execute("INSERT INTO schema_history_core (name, applied) VALUES ('9001_future', '2031-01-01')")
    store.commit()
    store.close()
    before = (instance / "linli.db").read_bytes()
    for name, command in COMMANDS.items():
        result = run(instance, *command)
        assert result.exit_code == 2, (name, result.output)
        assert "9001_future" in result.output and "newer version" in result.output, name
        assert (instance / "linli.db").read_bytes() == before, name


# --------------------------------------------------------------------------- the folder and its settings


def test_a_file_instead_of_a_folder(tmp_path):
    file = tmp_path / "instance"
    file.write_text("notes", encoding="utf-8")
    assert_refused(file, "instance", "is a file")


def test_a_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("notes", encoding="utf-8")
    instance = tmp_path / "file" / "instance"
    for name, command in COMMANDS.items():
        result = run(instance, *command)
        assert result.exit_code == 2 and "Traceback" not in result.output, (name, result.output, result.exception)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "notes"


CONFIGS = {
    "no TOML": ("port = = 80", "config.toml"),
    "half a line": ("[[[", "config.toml"),
    "unknown setting": ("prot = 8080", "prot"),
    "wrong type": ("port = '8080'", "port"),
    "yes for a number": ("port = true", "port"),
    "port out of range": ("port = 70000", "port"),
    "hosts as text": ("trusted_hosts = 'a'", "trusted_hosts"),
    "hosts as numbers": ("trusted_hosts = [1]", "trusted_hosts"),
    "time zone": ("timezone = 'Asia/Haining'", "Asia/Haining"),
    "time zone with a path": ("timezone = '../../etc/passwd'", "etc/passwd"),
    "database": ("database = 'mysql://root@localhost/linli'", "postgresql://"),
    "database that does not answer": ("database = 'postgresql://linli:geheim@127.0.0.1:9/linli'", "127.0.0.1:9/linli"),
    "proxies": ("proxies = -1", "proxies"),
    "no text": (b"\xff\xfe\x00", "config.toml"),
}


@pytest.mark.parametrize(("content", "word"), CONFIGS.values(), ids=CONFIGS)
def test_settings_that_cannot_be_used(instance, content, word):
    (instance / "config.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_refused(instance, word)


def test_a_password_in_the_address_of_the_database_is_not_shown(instance):
    (instance / "config.toml").write_text("database = 'postgresql://linli:geheim@127.0.0.1:9/linli'", encoding="utf-8")
    assert "geheim" not in run(instance, "verify").output


def test_a_secret_that_was_cut_off(instance):
    (instance / "secret").write_bytes(b"abc")
    result = run(instance, *COMMANDS["serve"])
    assert result.exit_code == 2 and "secret" in result.output


# --------------------------------------------------------------------------- as real processes


def test_a_refusal_of_the_real_command_is_short_and_plain(instance):
    (instance / "linli.db").write_bytes(b"not a database at all")
    for command in (("verify",), ("serve", "--port", str(free_port())), ("rooms", "check"), ("--help",)):
        done = linli(instance, *command)
        assert done.returncode == (0 if command == ("--help",) and "Usage" in done.stdout else 2), (
            command,
            done.stderr,
        )
        assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 3, done.stderr
        assert done.returncode == 0 or (str(instance) in done.stderr and done.stdout == "")
    assert (instance / "linli.db").read_bytes() == b"not a database at all"


def test_a_new_folder_is_made_and_a_sound_one_opened(tmp_path, instance):
    fresh = tmp_path / "new" / "deep" / "instance"
    assert linli(fresh, "verify").returncode == 0
    assert (fresh / "linli.db").exists()
    assert linli(instance, "verify").returncode == 0
