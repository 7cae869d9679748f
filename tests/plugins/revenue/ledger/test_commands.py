"""`linli revenue …` on the office PC, with and without an instance."""

import click
import pytest
from click.testing import CliRunner

from core.cli import main
from core.store import db
from core.store.db import transaction
from plugins.revenue.commands import revenue
from plugins.revenue.ledger.chain import record_head
from tests.plugins.revenue.ledger.conftest import received
from tests.plugins.revenue.ledger.tampering import run, without_guards


def linli(instance, *words):
    return CliRunner().invoke(main, ["--instance", str(instance), "revenue", *words])


@pytest.fixture
def closed(books, both_engines):
    """Books with three entries and a published head; the store is closed, and its code."""
    for amount in (100, 200, 300):
        books.post(received(amount))
    code = record_head(books.actor).code
    return both_engines, code


def test_a_command_that_needs_no_instance_works_without_one(tmp_path, monkeypatch):
    @click.command("hello")
    def hello() -> None:
        click.echo("computed")

    monkeypatch.setitem(revenue.commands, "hello", hello)
    folder = tmp_path / "nothing"
    done = linli(folder, "hello")
    assert (done.exit_code, done.output) == (0, "computed\n")
    assert not folder.exists()


def test_a_command_that_needs_one_makes_none(tmp_path):
    folder = tmp_path / "nothing"
    done = linli(folder, "verify")
    assert done.exit_code == 2
    assert not folder.exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=False)
def test_whole_books_and_a_published_code_are_confirmed(engine, closed):
    config, code = closed
    db.close_database()
    for words in ((), ("--head", code), ("--head", code.lower().replace("-", " ")), ("--community", "330481001009")):
        assert linli(config.instance, "verify", *words).exit_code == 0
    assert linli(config.instance, "verify", "--community", "330481009999").exit_code == 2
    assert linli(config.instance, "verify", "--head", "0000-0000-0000").exit_code == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=False)
def test_the_first_bad_entry_is_named(engine, closed):
    config, _code = closed
    with without_guards(), transaction():
        run("UPDATE revenue_entry SET purpose = 'x' WHERE seq = 2")
    db.close_database()
    done = linli(config.instance, "verify")
    assert done.exit_code == 1
    assert " 2 " in done.stderr
