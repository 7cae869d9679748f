"""The audit trail: who did what, when, from where, on whose behalf and why, in the same transaction as the change.

One append-only chain per community and one for the site. The entry carries SHA-256(salt + canonical before/after); salt
and payload lie in `audit_detail`, which an erasure may delete without breaking the chain.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor
from core.store.db import (
    BaseModel,
    Integer,
    Text,
    Utc,
    canonical,
    database,
    engine_name,
    execute,
    in_transaction,
    now,
    rows,
)
from core.store.ref import Ref

SITE = "site"
GENESIS = "0" * 64
_BATCH = 1000


class AuditEntry(BaseModel):
    """One act. `chain` is a community's code or `site`; `seq` counts from 1 in it; `at` is milliseconds UTC."""

    chain = Text()
    seq = Integer()
    at = Utc()
    account = Integer(null=True)
    actor = Text()
    origin = Text()
    permission = Text()
    on_behalf_of = Integer(null=True)
    action = Text()
    subject = Text()
    reason = Text()
    detail_digest = Text()
    previous = Text()
    digest = Text()

    class Meta:
        table_name = "audit_entry"
        primary_key = peewee.CompositeKey("chain", "seq")


class AuditDetail(BaseModel):
    """The values before and after, with the salt of their digest; deleted when a person's data are erased."""

    chain = Text()
    seq = Integer()
    salt = Text()
    payload = Text()

    class Meta:
        table_name = "audit_detail"
        primary_key = peewee.CompositeKey("chain", "seq")


_CONTENT = (
    "chain", "seq", "at", "account", "actor", "origin", "permission", "on_behalf_of", "action", "subject", "reason",
    "detail_digest", "previous",
)  # fmt: skip
# Written with every change there is, so they are fixed statements.
_ENTER = f"INSERT INTO audit_entry ({', '.join(_CONTENT)}, digest) VALUES ({', '.join('?' * (len(_CONTENT) + 1))})"
_ENTER_DETAIL = "INSERT INTO audit_detail (chain, seq, salt, payload) VALUES (?, ?, ?, ?)"
_HEAD = "SELECT seq, digest FROM audit_entry WHERE chain = ? ORDER BY seq DESC LIMIT 1"


def record(
    actor: Actor,
    action: str,
    subject: Ref,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    permission: str = "",
) -> int:
    """Append one entry to the chain of the subject's community; returns its number in that chain.

    Must be called inside the transaction of the change it tells of. `before` and `after` are JSON values; what is
    confidential belongs there and nowhere else in the entry.
    """
    if not in_transaction():
        raise RuntimeError("audit.record outside a transaction")
    chain = subject.community or SITE
    if engine_name() == "postgresql":
        database.obj.execute_sql("SELECT pg_advisory_xact_lock(%s)", (int(subject.community or 0),))
    seq, previous = head(chain)
    payload = canonical({"before": before, "after": after})
    salt = secrets.token_hex(16)
    values: dict[str, Any] = {
        "chain": chain,
        "seq": seq + 1,
        "at": now(),
        "account": actor.account,
        "actor": actor.signature,
        "origin": actor.origin,
        "permission": permission,
        "on_behalf_of": actor.on_behalf_of,
        "action": action,
        "subject": str(subject),
        "reason": reason,
        "detail_digest": _sha256(salt + payload),
        "previous": previous,
    }
    execute(_ENTER, *(values[name] for name in _CONTENT), _digest(values))
    execute(_ENTER_DETAIL, chain, seq + 1, salt, payload)
    return seq + 1


def head(chain: str) -> tuple[int, str]:
    """The last number and digest of a chain; `(0, GENESIS)` when it is empty."""
    found = rows(_HEAD, chain)
    return found[0] if found else (0, GENESIS)


def acts_on(subject: Ref, *actions: str) -> list[tuple[int, str, str]]:
    """When something was done to a record and by whom: (ms UTC, action, name), the first one first. No values."""
    entry = AuditEntry
    of_record = (entry.chain == (subject.community or SITE)) & (entry.subject == str(subject))
    query: Any = entry.select(entry.at, entry.action, entry.actor).where(of_record, entry.action.in_(actions))
    return list(query.order_by(entry.seq).tuples())


def erase_detail(chain: str, seq: int) -> None:
    """Delete the values of one entry; its digest stays, so the chain stays whole."""
    AuditDetail.delete().where(AuditDetail.chain == chain, AuditDetail.seq == seq).execute()


def erase_details_of(subject: Ref) -> None:
    """Delete the values of every entry about a record; the chain stays whole."""
    entry, chain = AuditEntry, subject.community or SITE
    about = entry.select(entry.seq).where(entry.chain == chain, entry.subject == str(subject))
    AuditDetail.delete().where(AuditDetail.chain == chain, AuditDetail.seq.in_(about)).execute()


@dataclass(frozen=True)
class Break:
    """The first entry of a chain that is not as it was written. `problem`: missing, changed or detail."""

    chain: str
    seq: int
    problem: str


def chains() -> list[str]:
    """Every chain that has entries."""
    found: Any = AuditEntry.select(AuditEntry.chain).distinct().order_by(AuditEntry.chain).tuples()
    return [row[0] for row in found]


def verify(chain: str) -> Break | None:
    """Recompute a whole chain from its first entry; None when it is whole."""
    previous, expected = GENESIS, 1
    for values, salt, payload in _walk(chain):
        if values["seq"] != expected:
            return Break(chain, expected, "missing")
        if values["previous"] != previous or _digest(values) != values["digest"]:
            return Break(chain, expected, "changed")
        if salt is not None and payload is not None and _sha256(salt + payload) != values["detail_digest"]:
            return Break(chain, expected, "detail")
        previous, expected = values["digest"], expected + 1
    return None


def _walk(chain: str) -> Iterator[tuple[dict[str, Any], str | None, str | None]]:
    """The entries of a chain with salt and payload (None where erased), read in batches: a chain grows for years."""
    names = [field.name for field in AuditEntry._meta.sorted_fields]
    last = 0
    while True:
        found: Any = (
            AuditEntry.select(AuditEntry, AuditDetail.salt, AuditDetail.payload)
            .join(
                AuditDetail,
                peewee.JOIN.LEFT_OUTER,
                on=((AuditDetail.chain == AuditEntry.chain) & (AuditDetail.seq == AuditEntry.seq)),
            )
            .where(AuditEntry.chain == chain, AuditEntry.seq > last)
            .order_by(AuditEntry.seq)
            .limit(_BATCH)
            .tuples()
        )
        batch = list(found)
        for row in batch:
            yield dict(zip(names, row, strict=False)), row[-2], row[-1]
        if len(batch) < _BATCH:
            return
        last = batch[-1][names.index("seq")]


def _digest(values: dict[str, Any]) -> str:
    return _sha256(canonical({name: values[name] for name in _CONTENT}))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
