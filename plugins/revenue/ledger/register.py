"""The register: a chain of the records that are no entries (accounts, funds, holds, locks, heads). Every entry covers it."""

from __future__ import annotations

from typing import Any

from core import Actor, execute, now, rows
from plugins.revenue.ledger.canonical import GENESIS, RECORD_FIELDS, RECORD_TABLES, register_digest, sha

_NEWEST = "SELECT number, digest FROM revenue_register WHERE community = ? ORDER BY number DESC LIMIT 1"
_ADD = "INSERT INTO revenue_register (community, number, kind, content, previous, digest) VALUES (?, ?, ?, ?, ?, ?)"


def newest(community: str) -> tuple[int, str]:
    """The number and digest of the newest row; (0, GENESIS) where there is none."""
    found = rows(_NEWEST, community)
    return found[0] if found else (0, GENESIS)


def enter(actor: Actor, kind: str, values: dict[str, Any]) -> int:
    """Write a record and its row in the register, in the caller's transaction; gives its number."""
    community = str(actor.community)
    number, previous = newest(community)
    number += 1
    said = {**values, "at": now(), "by": actor.signature}
    content = sha(said)
    execute(
        _ADD, community, number, kind, content, previous, register_digest(community, number, kind, content, previous)
    )
    names = RECORD_FIELDS[kind]
    execute(
        f"INSERT INTO {RECORD_TABLES[kind]} (community, id, at, by_label, {', '.join(names)}) "
        f"VALUES (?, ?, ?, ?{', ?' * len(names)})",
        community,
        number,
        said["at"],
        said["by"],
        *(values[name] for name in names),
    )
    return number
