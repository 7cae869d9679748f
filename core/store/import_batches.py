"""Files that were brought in, whatever list they are of: the upload, its state, the columns that are remembered, the history.

What a file says and what becomes of it is the business of `core.people.roster` (residents) and `core.operate.imports`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.errors import Refused
from core.store.community import CommunityModel
from core.store.db import Integer, Json, Text, Utc, canonical, now
from core.text import _

PREVIEWED, IMPORTED, TAKEN_BACK, DISCARDED = "previewed", "imported", "taken_back", "discarded"
# A file is needed for the workbook of its errors; after this it is personal data without a purpose.
KEEP_FILE_DAYS = 90


class Blob(peewee.Field):
    """Bytes, on both engines."""

    field_type = "BLOB"

    def db_value(self, value: Any) -> Any:
        return None if value is None else bytes(value)

    def python_value(self, value: Any) -> bytes | None:
        return None if value is None else bytes(value)


class ImportBatch(CommunityModel):
    """One uploaded file of one list (`import_name`). `content` is the file itself, dropped when it is discarded or old.

    `given` is what was typed for all rows of the file, by field; `columns` the column of each field. `summary` holds counts:
    `rows`, those that were `bad` by reason and, once imported, `done`. `written` is what taking it back needs.
    """

    import_name = Text()
    filename = Text()
    sha256 = Text()
    content = Blob(null=True)
    given = Json(default=dict)
    columns = Json()
    signature = Text()
    state = Text(default=PREVIEWED)
    summary = Json()
    written = Json(null=True)
    by_account = Integer(null=True)
    by_label = Text()
    created_at = Utc()
    imported_at = Utc(null=True)
    taken_back_at = Utc(null=True)

    kind = "core.import"

    class Meta:
        table_name = "import_batch"


class ImportMapping(CommunityModel):
    """The columns staff assigned to files of a list with these titles."""

    import_name = Text()
    signature = Text()
    columns = Json()
    at = Utc()

    class Meta:
        table_name = "import_mapping"
        primary_key = peewee.CompositeKey("community", "import_name", "signature")


class ImportRow(NamedTuple):
    """An upload in the history; moments are milliseconds UTC."""

    id: int
    import_name: str
    filename: str
    given: dict[str, str]
    state: str
    summary: dict[str, Any]
    by: str
    created_at: int
    imported_at: int | None
    taken_back_at: int | None

    @property
    def held(self) -> int:
        """How many people, of other lists how many rows, the file holds."""
        return int(self.summary.get("people", self.summary["rows"]))

    @property
    def bad(self) -> int:
        """How many rows could not be imported."""
        return sum(self.summary["bad"].values())


def keep(
    actor: Actor,
    import_name: str,
    filename: str,
    content: bytes,
    *,
    given: Mapping[str, str],
    columns: Mapping[str, int | None],
    signature: str,
    summary: Mapping[str, Any],
) -> ImportBatch:
    """Keep an upload as a preview, inside a transaction."""
    batch: ImportBatch = ImportBatch.create(
        community=community_of(actor),
        import_name=import_name,
        filename=filename[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        given=given,
        columns=columns,
        signature=signature,
        summary=summary,
        by_account=actor.account,
        by_label=actor.signature,
        created_at=now(),
    )
    return batch


def drop_old_files(community: str) -> None:
    """Forget the files of uploads older than `KEEP_FILE_DAYS`."""
    old = now() - KEEP_FILE_DAYS * 86_400_000
    ImportBatch.update(content=None).where(
        ImportBatch.community == community, ImportBatch.created_at < old, ImportBatch.content.is_null(False)
    ).execute()


def require_previewed(batch: ImportBatch) -> None:
    """Raise `Refused` for an upload that is no longer a preview."""
    if batch.state == IMPORTED:
        raise Refused(_("This file has already been imported."), advice=_("You can take the import back."))
    if batch.state != PREVIEWED:
        raise Refused(_("This upload is closed."), advice=_("Upload the file again."))


def content_of(batch: ImportBatch) -> bytes:
    """The uploaded file; raises `Refused` when it is no longer kept."""
    if batch.content is None:
        raise Refused(_("The uploaded file is no longer kept."), advice=_("Upload the file again."))
    return bytes(batch.content)


def throw_away(batch: ImportBatch) -> None:
    """Close an upload that was not imported, and forget its file."""
    require_previewed(batch)
    batch.state, batch.content, batch.written = DISCARDED, None, None
    batch.save()


def imported_before(batch: ImportBatch) -> int | None:
    """The latest import of the very same file into the same list that still stands."""
    before = ImportBatch.of(batch.community, ImportBatch.id).where(
        ImportBatch.import_name == batch.import_name,
        ImportBatch.sha256 == batch.sha256,
        ImportBatch.state == IMPORTED,
        ImportBatch.id != batch.id,
    )
    found = before.order_by(ImportBatch.id.desc()).tuples().first()
    return found[0] if found else None


def history(community: str, import_names: Collection[str], limit: int = 50) -> list[ImportRow]:
    """The latest uploads of these lists, newest first, without those that were discarded."""
    batch = ImportBatch
    rows = (
        batch.of(
            community, batch.id, batch.import_name, batch.filename, batch.given, batch.state, batch.summary, batch.by_label,
            batch.created_at, batch.imported_at, batch.taken_back_at,
        )
        .where(batch.state != DISCARDED, batch.import_name.in_(list(import_names)))
        .order_by(batch.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [ImportRow(*row) for row in rows.tuples()]


# --- columns that are remembered -------------------------------------------------------------------------------------


def remembered(community: str, import_name: str, signature: str) -> dict[str, Any] | None:
    """The columns staff assigned to files of this list with these titles, if they ever did."""
    found = (
        ImportMapping.of(community)
        .where(ImportMapping.import_name == import_name, ImportMapping.signature == signature)
        .first()
    )
    return None if found is None else dict(found.columns)


def remember(batch: ImportBatch) -> None:
    """Use the columns of this upload for later files of its list with the same titles."""
    ImportMapping.insert(
        community=batch.community,
        import_name=batch.import_name,
        signature=batch.signature,
        columns=batch.columns,
        at=now(),
    ).on_conflict(
        conflict_target=[ImportMapping.community, ImportMapping.import_name, ImportMapping.signature],
        preserve=[ImportMapping.columns, ImportMapping.at],
    ).execute()


# --- people who are erased -------------------------------------------------------------------------------------------


def forget_person(community: str, names: Collection[str], pseudonym: str) -> None:
    """Take somebody out of the uploads: every file, for nobody can look into each of them, and what names them.

    An import that kept such a row cannot be taken back afterwards.
    """
    mine = ImportBatch.community == community
    ImportBatch.update(content=None).where(mine, ImportBatch.content.is_null(False)).execute()
    kept = ImportBatch.of(community, ImportBatch.id, ImportBatch.written, ImportBatch.given).where(
        ImportBatch.written.is_null(False) | (ImportBatch.given != {})
    )
    for key, written, given in list(kept.tuples()):
        if any(name in canonical([written, given]) for name in names):
            ImportBatch.update(written=None, given={}).where(mine, ImportBatch.id == key).execute()
    for name in names:
        ImportBatch.update(filename=pseudonym).where(mine, ImportBatch.filename.contains(name)).execute()
