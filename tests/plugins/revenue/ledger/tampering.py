"""Somebody with the file in hand: raw statements, with the guards of the ledger in place or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.store import db
from core.store.db import rows

TABLES = (
    "revenue_register", "revenue_account", "revenue_fund", "revenue_closing", "revenue_entry", "revenue_movement",
    "revenue_balance", "revenue_flow", "revenue_fund_total", "revenue_hold", "revenue_hold_release", "revenue_period",
    "revenue_head",
)  # fmt: skip


def run(statement: str, *values: Any) -> None:
    """A raw statement."""
    db.execute(statement, *values)


def columns(table: str) -> list[str]:
    """The columns of a table."""
    return [column.name for column in db.database.obj.get_columns(table)]


def primary_key(table: str) -> list[str]:
    """The columns of a table's key."""
    return list(db.database.obj.get_primary_keys(table))


@contextmanager
def without_guards() -> Iterator[None]:
    """No trigger, foreign key or CHECK of the ledger holds any more; they are not put back."""
    engine = db.database.obj
    if db.engine_name() == "sqlite":
        found = rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'revenue%'")
        for (name,) in found:
            engine.execute_sql(f"DROP TRIGGER {name}")
        engine.execute_sql("PRAGMA foreign_keys = OFF")
        engine.execute_sql("PRAGMA ignore_check_constraints = ON")
    else:
        for table in TABLES:
            engine.execute_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        checks = rows(
            "SELECT c.relname, n.conname FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid "
            "WHERE n.contype = 'c' AND c.relname LIKE 'revenue%%'"
        )
        for table, name in checks:
            engine.execute_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
