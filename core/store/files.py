"""Files: contents by their SHA-256 under `files/` of the instance, and the rows that say what they are. Knows no HTTP.

A content is on the disk, whole, before a row names it; so a crash leaves at most a content that nobody names, and `sweep`
removes it. What a file must be is decided in `media`; which record uses it, and who may see it, in `core.civic.attachments`.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Any

from core.actor import Actor
from core.errors import NotFound, Unavailable
from core.store.community import CommunityModel
from core.store.db import (
    BaseModel,
    Integer,
    Text,
    Utc,
    database,
    engine_name,
    instance_folder,
    now,
    rows,
    run_in_transaction,
    transaction,
)  # fmt: skip
from core.store.media import FileRefused, Prepared
from core.text import _

FOLDER = "files"
# An upload that no record took within a day is forgotten; a content nobody names is left alone for as long.
PENDING_MS = 24 * 3_600_000
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_CONTENTS_LOCK = 4  # PostgreSQL's advisory locks of two numbers are apart from those of communities
_log = logging.getLogger("linli")


class StoredFile(CommunityModel):
    """A file of a community, stored once however often it is uploaded. Sizes are bytes and pixels.

    `source_digest` is that of the bytes as they were uploaded (a picture is written anew). `dropped_at`: its contents were
    removed, for nothing uses it any more.
    """

    kind = "core.file"
    digest = Text()
    source_digest = Text()
    size = Integer()
    media_type = Text()
    extension = Text()
    name = Text()
    width = Integer(null=True)
    height = Integer(null=True)
    thumb_digest = Text(null=True)
    thumb_size = Integer(null=True)
    thumb_width = Integer(null=True)
    thumb_height = Integer(null=True)
    uploaded_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    dropped_at = Utc(null=True)

    class Meta:
        table_name = "file"

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture of ours: decoded, written anew, with a thumbnail."""
        return self.width is not None


class FileUse(CommunityModel):
    """Which record (`subject`, the text form of its `Ref`) uses a file as what (`photo`, `scan`, `attachment`).

    `place` is its place among those of the record, from 1. A use that ended stays as history.
    """

    kind = "core.file_use"
    file_id = Integer()
    subject = Text()
    role = Text()
    place = Integer()
    caption = Text(default="")
    name = Text()
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    ended_at = Utc(null=True)
    ended_by = Text(null=True)

    class Meta:
        table_name = "file_use"


class FileUpload(BaseModel):
    """A file that was uploaded with a form and waits for a record to take it. Only its account may use the `token`.

    It stays for a day after it was taken, so that the same form sent twice is the same.
    """

    token = Text(primary_key=True)
    community = Text()
    file_id = Integer()
    name = Text()
    by_account = Integer(null=True)
    at = Utc(default=now)
    taken_at = Utc(null=True)

    class Meta:
        table_name = "file_upload"


class FileLost(NotFound):
    """A stored file is missing or damaged on the disk."""

    message = _("This file is missing or damaged on the office computer.")
    advice = _("Please tell the staff. “linli verify” names every file that is not as it was stored.")


# --------------------------------------------------------------------------- contents on the disk


def digest_of(data: bytes) -> str:
    """The name of a content: its SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def path_of(digest: str) -> Path:
    """Where a content lies. Only digests come here, never anything a person typed."""
    assert len(digest) == 64 and digest.isalnum()
    return instance_folder() / FOLDER / digest[:2] / digest


def write_content(data: bytes) -> str:
    """Put a content on the disk, all of it or nothing; returns its digest. Raises `Unavailable`, also when the disk is full."""
    digest = digest_of(data)
    path = path_of(digest)
    try:
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            os.utime(path)  # a sweep leaves young contents alone
            return digest
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(path.parent.parent)
        _replace(path, data)
    except OSError as error:
        _log.error("the content %s could not be stored: %s", digest, error)
        raise _cannot_store(error) from error
    return digest


def _replace(path: Path, data: bytes) -> None:
    half = path.with_name(f".{secrets.token_hex(8)}.half")
    try:
        with half.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_store(error: OSError) -> Unavailable:
    if error.errno in _FULL:
        return Unavailable(
            _("The disk of the office computer is full. The file was not stored."),
            advice=_("Free some space on that computer, then send the form again."),
        )
    return Unavailable(_("The file could not be stored on the office computer."))


def read_content(digest: str, size: int) -> bytes:
    """A content of `size` bytes; raises `FileLost` when it is not there or not of this size."""
    try:
        data = path_of(digest).read_bytes()
    except OSError as error:
        _log.error("the content %s cannot be read: %s", digest, error)
        raise FileLost from error
    if len(data) != size:
        _log.error("the content %s has %d bytes instead of %d", digest, len(data), size)
        raise FileLost
    return data


# --------------------------------------------------------------------------- rows


def known_source(community: str, source_digest: str) -> StoredFile | None:
    """The file these bytes became when they were uploaded before, if its contents are still there."""
    found: StoredFile | None = (
        StoredFile.of(community)
        .where(StoredFile.source_digest == source_digest, StoredFile.dropped_at.is_null())
        .first()
    )
    if found is None:
        return None
    parts = [(found.digest, found.size), (found.thumb_digest, found.thumb_size)]
    return found if all(digest is None or _is_there(digest, size) for digest, size in parts) else None


def _is_there(digest: str, size: int) -> bool:
    try:
        return path_of(digest).stat().st_size == size
    except OSError:
        return False


_USED = """
    SELECT COALESCE(SUM(size + COALESCE(thumb_size, 0)), 0) FROM file f WHERE community = ? AND dropped_at IS NULL AND (
        EXISTS (SELECT 1 FROM file_use u WHERE u.community = f.community AND u.file_id = f.id AND u.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM file_upload w WHERE w.community = f.community AND w.file_id = f.id AND w.taken_at IS NULL))
"""


def used_bytes(community: str) -> int:
    """How much the files in use, and those just uploaded, take in a community."""
    return int(rows(_USED, community)[0][0])


def keep(actor: Actor, name: str, source_digest: str, prepared: Prepared | StoredFile, most_bytes: int) -> FileUpload:
    """Store a file of the actor's community and note that it was uploaded; a record takes it by the token.

    `prepared` is what `media.prepare` made of it, or the file that is stored already. `most_bytes` is what the community's
    files may take. Raises `FileRefused` when that is used up and `Unavailable` when the disk cannot take it.
    """
    assert actor.community is not None
    community = actor.community
    if isinstance(prepared, Prepared):
        if not _is_named(digest_of(prepared.data), community):
            _check_room(used_bytes(community) + len(prepared.data) + len(prepared.thumb), most_bytes)
        for data in _contents(prepared):
            write_content(data)

    def enter() -> FileUpload:
        lock_contents()
        if isinstance(prepared, StoredFile) and known_source(community, source_digest) is None:
            raise Unavailable  # cleared away a moment ago
        file_id = prepared.id if isinstance(prepared, StoredFile) else _entered(actor, name, source_digest, prepared)
        upload = FileUpload.create(
            token=secrets.token_hex(16), community=community, file_id=file_id, name=name, by_account=actor.account
        )
        _check_room(used_bytes(community), most_bytes)
        return upload

    return run_in_transaction(community, enter)


def _contents(prepared: Prepared) -> list[bytes]:
    return [data for data in (prepared.data, prepared.thumb) if data]


def _check_room(wanted: int, most_bytes: int) -> None:
    if wanted > most_bytes:
        raise FileRefused(
            _("The space for files is used up (%(limit)d MB).", limit=most_bytes // 1024 // 1024),
            advice=_(
                "Remove photos that are no longer needed, or raise the limit: Community details, Photos and files."
            ),
        )


def lock_contents() -> None:
    """Until the end of this transaction no content is removed by a sweep (SQLite has one writer anyway)."""
    if engine_name() == "postgresql":
        database.obj.execute_sql("SELECT pg_advisory_xact_lock(%s, 0)", (_CONTENTS_LOCK,))


def _entered(actor: Actor, name: str, source_digest: str, prepared: Prepared) -> int:
    """The row of a file; its contents are on the disk when this returns."""
    digest = digest_of(prepared.data)
    values: dict[str, Any] = {
        "size": len(prepared.data), "media_type": prepared.media_type, "extension": prepared.extension, "name": name,
        "source_digest": source_digest, "by_account": actor.account, "by_label": actor.signature,
    }  # fmt: skip
    if prepared.size is not None and prepared.thumb_size is not None:
        values |= {
            "width": prepared.size[0], "height": prepared.size[1], "thumb_digest": digest_of(prepared.thumb),
            "thumb_size": len(prepared.thumb), "thumb_width": prepared.thumb_size[0],
            "thumb_height": prepared.thumb_size[1],
        }  # fmt: skip
    for data in _contents(prepared):
        if not _is_there(digest_of(data), len(data)):  # swept away since it was written, for it was an old one
            write_content(data)
    same = (StoredFile.community == actor.community) & (StoredFile.digest == digest)
    found = StoredFile.get_or_none(same)
    if found is None:
        return int(StoredFile.create(community=actor.community, digest=digest, **values).id)
    StoredFile.update(dropped_at=None).where(same).execute()
    return int(found.id)


def drop_contents(community: str, file_id: int) -> None:
    """Say that a file's contents are no longer needed; the next sweep removes them, the row stays.

    Called in a transaction of the community, in which `is_unused` was asked.
    """
    StoredFile.update(dropped_at=now()).where(StoredFile.community == community, StoredFile.id == file_id).execute()


# --------------------------------------------------------------------------- keeping the folder in order


def sweep() -> int:
    """Remove contents that no row names and half-written ones, a day old at least; returns how many."""
    removed = 0
    oldest = time.time() - PENDING_MS / 1000
    for path in sorted((instance_folder() / FOLDER).glob("??/*")):
        try:
            if path.stat().st_mtime < oldest and (path.name.endswith(".half") or not _is_named(path.name)):
                removed += _remove(path, oldest)
        except OSError as error:
            _log.warning("%s cannot be removed: %s", path, error)
    return removed


def _is_named(digest: str, community: str = "") -> bool:
    """Whether a row (of one community, or of any) says that this content is needed."""
    statement = "SELECT 1 FROM file WHERE {} = ? AND dropped_at IS NULL AND (? = '' OR community = ?) LIMIT 1"
    return any(rows(statement.format(column), digest, community, community) for column in ("digest", "thumb_digest"))


def _remove(path: Path, oldest: float) -> int:
    """Look once more while nobody can enter a row, then remove."""
    with transaction():
        lock_contents()
        if path.stat().st_mtime >= oldest or _is_named(path.name):
            return 0
        path.unlink()
    return 1


def forget_uploads() -> int:
    """Forget uploads of a day ago, taken or not; returns how many."""
    with transaction():
        return int(FileUpload.delete().where(FileUpload.at < now() - PENDING_MS).execute())


_UNUSED = """
    SELECT f.community, f.id FROM file f WHERE f.dropped_at IS NULL{}
    AND NOT EXISTS (SELECT 1 FROM file_use u WHERE u.community = f.community AND u.file_id = f.id AND u.ended_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM file_upload w WHERE w.community = f.community AND w.file_id = f.id AND w.taken_at IS NULL) ORDER BY f.id
"""


def unused() -> list[tuple[str, int]]:
    """Files (community, id) whose contents are there although no record uses them and no form holds them."""
    return [(str(community), int(file_id)) for community, file_id in rows(_UNUSED.format(""))]


def is_unused(community: str, file_id: int) -> bool:
    """Whether that holds of one file."""
    return bool(rows(_UNUSED.format(" AND f.community = ? AND f.id = ?"), community, file_id))


def uses_of(community: str, file_id: int) -> list[FileUse]:
    """Every use of a file, ended ones as well."""
    return list(FileUse.of(community).where(FileUse.file_id == file_id).order_by(FileUse.id))
