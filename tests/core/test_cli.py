"""The commands: what they do, and that bad input is one plain sentence and exit code 2, never a traceback."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.config import VERSION
from core.errors import LinliError
from core.plugin import current
from core.store import db
from core.text import in_language

DATA = Path(__file__).parent / "people" / "data"
CODE, OTHER = "330481001009", "330481001012"
PASSWORD = "correct horse battery"


@pytest.fixture
def run(both_engines, caplog):
    """`run("verify")` is `linli --instance … verify` over a fresh store, on each engine; sentences are in English."""
    caplog.set_level(logging.CRITICAL, "linli")
    instance = both_engines.instance
    if both_engines.database:
        (instance / "config.toml").write_text(f'database = "{both_engines.database}"\n', encoding="utf-8")

    def _run(*arguments: str | Path, typed: str = "") -> Result:
        with in_language("en"):
            command = ["--instance", str(instance), *map(str, arguments)]
            result = CliRunner().invoke(main, command, input=typed, prog_name="linli")
        db.close_database()
        current.set_active(None)
        return result

    _run.instance = instance  # type: ignore[attr-defined]
    return _run


def set_up(run, *more: str, code: str = CODE, password: str = PASSWORD) -> Result:
    """`linli setup` for 西山社区."""
    return run(
        "setup",
        "--community",
        "西山社区",
        "--code",
        code,
        "--owner",
        "admin",
        "--password-stdin",
        *more,
        typed=f"{password}\n",
    )


@pytest.fixture
def linli(run):
    """The same over an installation that is set up with its rooms."""
    done = set_up(run, "--plugins", "rooms")
    assert done.exit_code == 0, done.output
    return run


def add_second_community(run) -> None:
    """南苑社区 beside 西山社区."""
    from core.actor import command
    from core.app import open_instance
    from core.config import load_config
    from core.operate.communities import NewCommunity, add_community

    open_instance(load_config(run.instance))
    add_community(command(), NewCommunity(name="南苑社区", code=OTHER))
    db.close_database()
    current.set_active(None)


def assert_refused(result: Result, *words: str) -> None:
    """Exit code 2, the words, no traceback, and nothing on standard output that a program would take for an answer."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output and "Error(" not in result.output
    assert isinstance(result.exception, SystemExit), result.exception
    for word in words:
        assert word in result.output, result.output
    assert result.stdout == "" or "Usage" in result.stdout


# --------------------------------------------------------------------------- what they do


def test_sets_up_a_community_with_its_divisions_owner_and_plugins(run):
    done = set_up(run, "--divisions", str(DATA / "divisions-330481001.csv"), "--plugins", "rooms")
    assert done.exit_code == 0, done.output
    assert "西山社区" in done.output
    assert "rooms\t" in (listed := run("plugin", "list").output) and "published" in listed
    assert run("verify").exit_code == 0


def test_switches_a_plugin_off_and_on(linli):
    assert linli("plugin", "disable", "rooms", "--community", CODE).exit_code == 0
    assert "installed" in linli("plugin", "list").output
    assert linli("plugin", "enable", "rooms", "--community", CODE, "--staff-only").exit_code == 0
    assert "enabled" in linli("plugin", "list").output
    assert linli("plugin", "enable", "rooms", "--community", CODE).exit_code == 0
    assert "published" in linli("plugin", "list").output


def test_adds_and_resets_a_member_of_staff_whose_code_opens_the_account(linli):
    from core.app import open_instance
    from core.config import load_config
    from core.people import sign_in, slips

    added = linli("user", "add", "shenli", "--label", "沈丽", "--role", "staff", "--role", "mediator")
    assert added.exit_code == 0, added.output
    again = linli("user", "reset", "shenli")
    first, second = (result.output.split(": ")[1].split()[0] for result in (added, again))
    assert first != second
    open_instance(load_config(linli.instance))
    with pytest.raises(LinliError):
        slips.redeem(first, "127.0.0.1")
    slips.open_with_slip(second, "丽水街的老樟树 1987", "127.0.0.1", "test")
    assert sign_in.sign_in(CODE, "shenli", "丽水街的老樟树 1987", "127.0.0.1", "test").kind == "staff"


@pytest.mark.parametrize(
    ("name", "estate"),
    [("roster-property.xlsx", ("--estate", "海城名家")), ("roster-community.xlsx", ()), ("roster-gbk.csv", ())],
)
def test_importing_a_roster_prints_what_it_found(linli, name, estate):
    expected = json.loads((DATA / "roster-expected.json").read_text(encoding="utf-8"))[name]
    tried = linli("roster", "import", DATA / name, "--dry-run", *estate)
    assert tried.exit_code == 0, tried.output
    assert json.loads(tried.stdout) == expected
    done = linli("roster", "import", DATA / name, *estate)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == expected
    assert linli("verify").exit_code == 0


def test_a_roster_that_names_no_estate_asks_for_it_and_imports_nothing(linli):
    assert_refused(linli("roster", "import", DATA / "roster-property.xlsx"), "estate")


def test_a_dry_run_stores_nothing(linli):
    from core.app import open_instance
    from core.config import load_config
    from core.people.person import Person

    assert linli("roster", "import", DATA / "roster-gbk.csv", "--dry-run").exit_code == 0
    open_instance(load_config(linli.instance))
    assert Person.select().count() == 0


def test_bringing_a_list_in_prints_what_was_done(linli, tmp_path):
    from core.app import open_instance
    from core.config import load_config
    from plugins.rooms import service

    table = tmp_path / "清单.json"
    table.write_text('[{"阵地": "邻里中心", "房间": "书画室", "座位": 30}]', encoding="utf-8")
    tried = linli("import", "rooms.rooms", table, "--dry-run")
    assert json.loads(tried.stdout) == {"new": 1, "changed": 0, "same": 0, "bad": 0}
    assert json.loads(linli("import", "rooms.rooms", table, "--community", CODE).stdout)["new"] == 1
    assert json.loads(linli("import", "rooms.rooms", table).stdout)["same"] == 1
    open_instance(load_config(linli.instance))
    assert [(room.name, room.seats) for room in service.rooms(CODE)] == [("书画室", 30)]


def test_a_list_with_bad_rows_is_not_brought_in_and_each_is_named(linli, tmp_path):
    from core.app import open_instance
    from core.config import load_config
    from plugins.rooms import service

    table = tmp_path / "清单.csv"
    table.write_text(
        "阵地,房间,座位数,所属大厅\n中心,茶室,3,\n中心,,4,\n中心,琴房,很多,\n中心,东厅,5,没有的厅\n", encoding="utf-8"
    )
    refused = linli("import", "rooms.rooms", table)
    assert refused.exit_code == 2 and "Traceback" not in refused.output
    assert [line[:6] for line in refused.stderr.splitlines()] == ["Row 3:", "Row 4:", "Row 5:"]
    assert json.loads(refused.stdout)["bad"] == 3
    assert_refused(linli("import", "rooms.nothing", table), "rooms.nothing", "rooms.rooms")
    table.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert_refused(linli("import", "rooms.rooms", table), "venue")
    open_instance(load_config(linli.instance))
    assert service.rooms(CODE) == []


def test_verify_names_the_first_entry_that_is_not_as_it_was_written(linli):
    assert linli("verify").exit_code == 0
    _falsify(linli.instance)
    found = linli("verify")
    assert found.exit_code == 1
    assert f"{CODE} #" in found.output


def test_verify_answers_for_the_code_of_one_sheet(linli):
    from core.actor import command
    from core.app import open_instance
    from core.civic.notices import digest as notice_digest
    from core.civic.notices import publishing as notices
    from core.config import load_config
    from core.store.db import close_database
    from tests.core.civic.test_notice_digest import behind_the_guards

    open_instance(load_config(linli.instance))
    actor = command(CODE)
    said = notices.NoticeWording("general", "停水通知", "周六停水。", "陆敏")
    notice = notices.publish_notice(actor, notices.draft_notice(actor, said).id)
    close_database()
    code = notice_digest.code_text(notice.code)
    whole = linli("verify", "--code", code)
    assert whole.exit_code == 0 and "停水通知" in whole.output
    assert linli("verify", "--code", "AAAA-AAAA-AAAA").exit_code == 2
    assert linli("verify").exit_code == 0
    open_instance(load_config(linli.instance))
    behind_the_guards(notice, body="周日停水。")
    close_database()
    assert linli("verify", "--code", code).exit_code == 1
    found = linli("verify")
    assert found.exit_code != 0 and "停水通知" in found.output


def _falsify(instance: Path) -> None:
    """Change an entry behind the guards' back, as somebody with the file could."""
    from core.app import open_instance
    from core.config import load_config

    open_instance(load_config(instance))
    if db.engine_name() == "sqlite":
        triggers = db.database.execute_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entry'"
        ).fetchall()
        for (name,) in triggers:
            db.database.execute_sql(f'DROP TRIGGER "{name}"').fetchall()
    else:
        db.database.execute_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    db.database.execute_sql(f"UPDATE audit_entry SET action='x' WHERE chain='{CODE}' AND seq=2")
    db.close_database()
    current.set_active(None)


def test_tells_its_version_and_its_commands(linli):
    assert VERSION in linli("--version").output
    shown = linli("--help").output
    for name in ("setup", "serve", "import", "roster", "plugin", "user", "verify", "demo"):
        assert f"\n  {name} " in shown
    for name in (("rooms", "check"), ("roster", "import"), ("plugin", "enable"), ("user", "add"), ("serve",)):
        assert linli(*name, "--help").exit_code == 0


def test_rooms_check_finds_nothing_in_a_sound_store_and_what_is_wrong_in_another(linli):
    from core.app import open_instance
    from core.config import load_config

    assert linli("rooms", "check").exit_code == 0
    open_instance(load_config(linli.instance))
    from core.actor import command
    from plugins.rooms import service

    venue = service.add_venue(command(CODE), name="馆")
    room = service.add_room(command(CODE), venue.id, name="棋牌室")
    mark = "?, ?, ?" if db.engine_name() == "sqlite" else "%s, %s, %s"
    insert = f"INSERT INTO rooms_slot (resource_id, start_min, end_min, occurrence_id) VALUES ({mark}, NULL)"
    db.database.execute_sql(insert, (room.id, 29_900_000, 29_900_060))
    db.close_database()
    current.set_active(None)
    found = linli("rooms", "check")
    assert found.exit_code == 1
    assert f"{CODE} " in found.output


# --------------------------------------------------------------------------- what they refuse


def test_an_unknown_command_option_or_missing_argument_is_refused(linli):
    for wrong in (("nonsense",), ("plugin",), ("plugin", "install"), ("roster", "import"), ("verify", "--deep"), ("user", "add"),
                  ("setup",), ("serve", "--port", "0"), ("serve", "--port", "http"), ("rooms", "fix")):  # fmt: skip
        result = linli(*wrong)
        assert result.exit_code == 2, (wrong, result.output)
        assert "Traceback" not in result.output


def test_set_up_refuses_bad_input_and_stores_nothing(run, tmp_path):
    bad = tmp_path / "codes.csv"
    bad.write_bytes(b"\x00\x01\x02")
    assert_refused(set_up(run, code="33048100100"), "12")
    assert_refused(set_up(run, code="西山"), "330481001009")
    assert_refused(set_up(run, password="short"), "12")
    assert_refused(set_up(run, password=""))
    assert_refused(set_up(run, "--plugins", "garden"), "garden", "rooms")
    assert_refused(set_up(run, "--divisions", str(bad)))
    assert_refused(set_up(run, "--divisions", str(tmp_path / "none.csv")), "none.csv")
    assert_refused(run("plugin", "list"), "no community")
    assert set_up(run).exit_code == 0


def test_set_up_refuses_a_second_time(linli):
    assert_refused(set_up(linli), "already set up")


@pytest.mark.parametrize("code", ["330481001999", "西山社区", "0", "--"])
def test_an_unknown_community_is_named_with_those_there_are(linli, code):
    for command in (
        ("plugin", "list"),
        ("plugin", "enable", "rooms"),
        ("plugin", "disable", "rooms"),
        ("user", "add", "li", "--label", "李"),
        ("roster", "import", DATA / "roster-gbk.csv"),
    ):
        assert_refused(linli(*command, "--community", code), code, CODE)
    assert_refused(linli("rooms", "check", "--community", code), code)


def test_with_several_communities_one_must_be_named(linli):
    add_second_community(linli)
    for command in (
        ("plugin", "list"),
        ("user", "add", "li", "--label", "李"),
        ("roster", "import", DATA / "roster-gbk.csv"),
    ):
        assert_refused(linli(*command), "--community", CODE, OTHER, "南苑社区")
        assert linli(*command, "--community", OTHER).exit_code == 0
    assert linli("rooms", "check").exit_code == 0


def test_before_set_up_commands_about_a_community_say_so(run):
    for command in (
        ("plugin", "list"),
        ("user", "add", "li", "--label", "李"),
        ("roster", "import", DATA / "roster-gbk.csv"),
    ):
        assert_refused(run(*command), "no community yet", "linli setup")
    assert run("verify").exit_code == 0


def test_an_unknown_plugin_is_named(linli):
    for verb in ("enable", "disable"):
        assert_refused(linli("plugin", verb, "garden", "--community", CODE), "garden")


def test_bad_accounts_are_refused_and_nothing_of_them_is_kept(linli):
    assert_refused(linli("user", "add", "li", "--label", "李四", "--role", "emperor"))
    assert_refused(linli("user", "add", "13800138000", "--label", "李四"))
    assert_refused(linli("user", "add", "L", "--label", "李四"))
    assert_refused(linli("user", "add", "li", "--label", " "))
    assert_refused(linli("user", "reset", "li"), "li")
    assert linli("user", "add", "li", "--label", "李四", "--role", "staff").exit_code == 0
    assert_refused(linli("user", "add", "li", "--label", "李五"), "taken")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("empty.xlsx", b""),
        ("half.xlsx", (DATA / "roster-property.xlsx").read_bytes()[:5000]),
        ("text.xlsx", "姓名,门牌".encode()),
        ("zeros.xls", b"\x00" * 4000),
        ("bytes.csv", bytes(range(256)) * 20),
        ("other.csv", "品名,单价,数量\n白菜,2,3\n".encode()),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 100),
        ("page.csv", b"<html><body>404</body></html>"),
    ],
)
def test_a_damaged_or_foreign_roster_file_is_refused(linli, tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    assert_refused(linli("roster", "import", file))
    assert file.read_bytes() == content


def test_a_missing_roster_file_is_named(linli, tmp_path):
    assert_refused(linli("roster", "import", tmp_path / "none.xlsx"), "none.xlsx")
    assert_refused(linli("roster", "import", tmp_path), "directory")


@pytest.mark.parametrize(("more", "count"), [((), 6), (("--no-residents",), 1)])
def test_the_grid_officer_of_the_demo_works_in_a_grid_of_the_register(run, more, count):
    from core.app import open_instance
    from core.config import load_config
    from core.people import grids
    from core.people.account_records import RoleGrant

    assert run("demo", *more).exit_code == 0
    open_instance(load_config(run.instance))
    rows = grids.grid_rows(CODE)
    officer = RoleGrant.get(RoleGrant.role == "grid_officer")
    db.close_database()
    current.set_active(None)
    assert len(rows) == count and sum(row.homes for row in rows) == (0 if more else 1959)
    assert (officer.grid_id, rows[0].name) == (rows[0].id, "第1网格")


def test_the_demo_wants_an_empty_instance(linli):
    assert_refused(linli("demo"), "already set up")


def test_serving_on_a_port_in_use_is_refused(linli):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert_refused(linli("serve", "--host", "127.0.0.1", "--port", str(port)), str(port), "in use")
    assert_refused(linli("serve", "--host", "203.0.113.7", "--port", "8099"))


def test_a_refusal_speaks_the_installation_s_language(run):
    with in_language("zh_Hans"):
        result = CliRunner().invoke(main, ["--instance", str(run.instance), "plugin", "list"])
    db.close_database()
    assert result.exit_code == 2
    assert "还没有社区" in result.output


def test_a_faulty_plugin_is_listed_with_its_reason_and_breaks_no_command(linli):
    folder = linli.instance / "plugins" / "faulty-1.0"
    (folder / "linli_faulty").mkdir(parents=True)
    (folder / "linli_faulty" / "__init__.py").write_text("1 / 0", encoding="utf-8")
    info = folder / "linli_faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: linli-faulty\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[linli.plugins]\nfaulty = linli_faulty\n")
    listed = linli("plugin", "list")
    assert listed.exit_code == 0
    assert "faulty" in listed.output and "ZeroDivisionError" in listed.output
    assert linli("rooms", "check").exit_code == 0
    assert linli("verify").exit_code == 0
