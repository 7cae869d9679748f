"""Request keys: the same form sent twice (a double tap, a retry on bad Wi-Fi) makes one record.

The key is the first write of the transaction, so two copies that arrive together cannot both go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import peewee

from core.errors import Invalid, Refused
from core.store.db import BaseModel, Json, Text, Utc, canonical, now, run_in_transaction, transaction
from core.text import _, is_storable

# Long enough for a page that lay open over a weekend; results may hold a guest's code, so no longer.
KEEP_DAYS = 3


class RequestKey(BaseModel):
    """A key that was used, what was asked with it and what came of it."""

    community = Text()
    key = Text()
    digest = Text()
    result = Json(null=True)
    at = Utc()

    class Meta:
        table_name = "request_key"
        primary_key = peewee.CompositeKey("community", "key")


def digest_of(*parts: Any) -> str:
    """The digest of what is asked: JSON values such as the path, the account and the form."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def once(community: str | None, key: str, digest: str, act: Callable[[], Any]) -> Any:
    """Run `act` in a transaction unless `key` was used before; returns its result (a JSON value) or the stored one.

    The same key with another digest raises `Refused` (409), one that no form of ours carries `Invalid`. What `act` raises
    is passed on and frees the key.
    """
    _check(key)
    scope = community or ""

    def first_or_stored() -> Any:
        inserted = (
            RequestKey.insert(community=scope, key=key, digest=digest, result=None, at=now())
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
        same = (RequestKey.community == scope) & (RequestKey.key == key)
        if not inserted:
            return _same(RequestKey.get(same), digest).result
        result = act()
        RequestKey.update(result=result).where(same).execute()
        return result

    return run_in_transaction(community, first_or_stored)


def is_used(community: str | None, key: str, digest: str) -> bool:
    """Whether `once` ran with this key before, for whoever would spend seconds on preparing an act; it decides nothing.

    Raises like `once`.
    """
    _check(key)
    stored = RequestKey.get_or_none((RequestKey.community == (community or "")) & (RequestKey.key == key))
    return stored is not None and _same(stored, digest) is not None


def _check(key: str) -> None:
    if not 8 <= len(key) <= 100 or not is_storable(key):
        raise Invalid(message=_("This form was sent incomplete."))


def _same(stored: RequestKey, digest: str) -> RequestKey:
    """The stored key, if the same was asked with it; raises `Refused`."""
    if stored.digest != digest:
        raise Refused(
            _("This form was already sent with other contents."),
            advice=_("Open the page again and fill in the form once more."),
        )
    return stored


def forget_old() -> int:
    """Delete keys older than `KEEP_DAYS`; returns how many."""
    with transaction():
        return RequestKey.delete().where(RequestKey.at < now() - KEEP_DAYS * 86_400_000).execute()
