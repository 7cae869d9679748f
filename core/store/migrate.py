"""Migrations: one folder and one history table per owner (core and each plugin), one transaction per migration.

A migration ends by checking the schema inside its own transaction, so a broken one leaves nothing behind.
Released migrations are never edited.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import peewee
from playhouse.migrations import Runner

from core.store.db import database, transaction
from core.store.schema import check_schema, create_table

CORE = Path(__file__).parent.parent / "migrations"


def history_table(owner: str) -> str:
    """The table that remembers which migrations of `owner` have run."""
    return f"schema_history_{owner}"


class _Runner(Runner):
    """playhouse's runner with our transaction and our checks; two processes starting at once run each file once."""

    def __init__(self, owner: str, directory: Path) -> None:
        self.owner = owner
        super().__init__(database.obj, str(directory), table_name=history_table(owner))

    def _run(self, name: str, module: ModuleType, direction: str, fake: bool = False) -> None:
        with transaction():
            if self.History.select().where(self.History.name == name).exists():
                return
            module.up(self.migrator, self.database)
            check_schema(self.database)
            self.History.create(name=name)


def migrate(owner: str, directory: Path, before: Callable[[], None] | None = None) -> list[str]:
    """Run the pending migrations of `owner`, in order; returns their names.

    `before` is called once when an existing schema is about to change (the automatic backup). Any error of a migration is
    passed on after its transaction was rolled back.
    """
    prepare()
    runner = _Runner(owner, directory)
    with transaction():
        if not runner.History.table_exists():
            create_table(
                database.obj,
                history_table(owner),
                "id INTEGER PRIMARY KEY,\nname TEXT NOT NULL,\napplied TEXT NOT NULL,\nUNIQUE (name)",
            )
    known = runner.applied()
    pending = [migration.name for migration in runner.migrations() if migration.name not in known]
    if not pending:
        return []
    if known and before is not None:
        before()
    return list(runner.up())


def prepare() -> None:
    """Make the table in which guards are entered; the first thing in every store."""
    with transaction():
        if "schema_guard" not in database.obj.get_tables():
            create_table(
                database.obj,
                "schema_guard",
                "name TEXT NOT NULL,\nrelation TEXT NOT NULL,\nPRIMARY KEY (name)",
                without_rowid=True,
            )


def is_newer(owner: str, directory: Path) -> list[str]:
    """Migrations this store has run which this program does not know: the data comes from a newer version."""
    try:
        known = _Runner(owner, directory).applied()
    except peewee.PeeweeException:
        return []
    return sorted(set(known) - {path.stem for path in directory.glob("[0-9]*.py")})
