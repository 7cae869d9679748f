"""Whether every stored file is still as it was stored (`linli verify`). Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.store.files import StoredFile, digest_of, path_of

_BATCH = 500


@dataclass(frozen=True)
class BrokenFile:
    """A file that is not as it was stored. `problem`: missing or changed; `digest` is the name of the content."""

    community: str
    name: str
    digest: str
    problem: str


def verify() -> Iterator[BrokenFile | None]:
    """Read every content that should be there; gives one value for each file: None where it is whole."""
    last = 0
    while True:
        batch: Any = list(
            StoredFile.select()
            .where(StoredFile.id > last, StoredFile.dropped_at.is_null())
            .order_by(StoredFile.id)
            .limit(_BATCH)
        )
        for stored in batch:
            yield _broken(stored)
        if not batch:
            return
        last = batch[-1].id


def _broken(stored: StoredFile) -> BrokenFile | None:
    for digest in (stored.digest, stored.thumb_digest):
        if digest is None:
            continue
        try:
            whole = digest_of(path_of(digest).read_bytes()) == digest
        except OSError:
            return BrokenFile(stored.community, stored.name, digest, "missing")
        if not whole:
            return BrokenFile(stored.community, stored.name, digest, "changed")
    return None
