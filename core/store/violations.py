"""What the database said when it refused: the guard that was violated, a number out of range.

The same answers on both engines; nothing here asks the database anything.
"""

from __future__ import annotations

import re
from typing import Any

import peewee

_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
_SQLITE_UNIQUE_INDEX = re.compile(r"UNIQUE constraint failed: index '(\w+)'")
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: ([\w.]+(?:, [\w.]+)*)")
_SQLITE_NOT_NULL = re.compile(r"NOT NULL constraint failed: (\w+)\.(\w+)")


def violated(error: peewee.PeeweeException) -> str | None:
    """The name of the guard a refused write ran into, the same on both engines; None if it was something else.

    Triggers and CHECKs have the name they were given; UNIQUE (and keys) `<table>_<columns>_unique`; NOT NULL
    `<table>_<column>_required`; foreign keys `foreign_key`.
    """
    diagnosis = getattr(original(error), "diag", None)
    if diagnosis is not None:
        return _postgresql_violation(diagnosis)
    message = str(error)
    for pattern in (_SQLITE_CHECK, _SQLITE_UNIQUE_INDEX):
        if found := pattern.search(message):
            return found[1]
    if found := _SQLITE_UNIQUE.search(message):
        columns = [part.split(".")[1] for part in found[1].split(", ")]
        return "_".join([found[1].split(".")[0], *columns, "unique"])
    if found := _SQLITE_NOT_NULL.search(message):
        return f"{found[1]}_{found[2]}_required"
    if "FOREIGN KEY" in message:
        return "foreign_key"
    word = message.removeprefix("ConstraintError: ").strip()
    return word if isinstance(error, peewee.IntegrityError) and word.isidentifier() else None


def _postgresql_violation(diagnosis: Any) -> str | None:
    state = diagnosis.sqlstate or ""
    if state == "23502":
        return f"{diagnosis.table_name}_{diagnosis.column_name}_required"
    if state == "23503":
        return "foreign_key"
    name = diagnosis.constraint_name if state.startswith("23") else None
    return name.removesuffix("_pkey") + "_id_unique" if name and name.endswith("_pkey") else name


def is_out_of_range(error: BaseException) -> bool:
    """Whether PostgreSQL was asked for a number beyond 64 bits (SQLite's driver raises `OverflowError` itself)."""
    return sqlstate(error) in ("22003", "22008")


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-character code of an error, None on SQLite."""
    return getattr(original(error), "sqlstate", None)


def original(error: BaseException) -> BaseException:
    """The driver's own exception behind peewee's."""
    return getattr(error, "orig", None) or error.__cause__ or error.__context__ or error
