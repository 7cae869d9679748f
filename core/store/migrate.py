"""Migrations: one folder and one history table per owner (core and each plugin), one transaction per migration.

A migration ends by checking the schema inside its own transaction, so a broken one leaves nothing behind.
Released migrations are never edited.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.store.db import database, rows, transaction
from core.store.schema import create_table

CORE = Path(__file__).parent.parent / "migrations"


def history_table(owner: str) -> str:
    """The table that remembers which migrations of `owner` have run."""
    return f"schema_history_{owner}"


def migrate(owner: str, directory: Path, before: Callable[[], None] | None = None) -> list[str]:
    """Run the pending migrations of `owner`, in order; returns their names.

    `before` is called once when an existing schema is about to change (the automatic backup). Any error of a migration is
    passed on after its transaction was rolled back.
    """
    known = _applied(owner)
    if known.issuperset(_files(directory)):
        return []
    # Imported here: most starts have nothing to migrate, and it takes longer to load than the check.
    from core.store.migration_runner import OwnersRunner

    prepare()
    with transaction():
        if history_table(owner) not in database.obj.get_tables():
            create_table(
                database.obj,
                history_table(owner),
                "id INTEGER PRIMARY KEY,\nname TEXT NOT NULL,\napplied TEXT NOT NULL,\nUNIQUE (name)",
            )
    if known and before is not None:
        before()
    return list(OwnersRunner(history_table(owner), directory).up())


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
    return sorted(_applied(owner).difference(_files(directory)))


def _files(directory: Path) -> list[str]:
    return [path.stem for path in directory.glob("[0-9]*.py")]


def _applied(owner: str) -> frozenset[str]:
    if history_table(owner) not in database.obj.get_tables():
        return frozenset()
    return frozenset(name for (name,) in rows(f"SELECT name FROM {history_table(owner)}"))
