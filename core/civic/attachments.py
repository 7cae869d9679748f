"""Files of records: uploading, taking them up, describing, ordering, removing, and who may see them.

Which records may have files, and who may see those, is declared with `FileKind`. Contents and rows are in `core.store.files`,
what may be uploaded in `core.store.media`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor
from core.errors import Invalid, NotFound, Refused, SignInRequired
from core.plugin.current import active
from core.plugin.declarations import FileKind, Setting
from core.plugin.settings import add_core_settings, get_setting
from core.store import audit, files, media
from core.store.db import now, run_in_transaction, transactional
from core.store.files import FileUpload, FileUse, StoredFile
from core.store.ref import Ref
from core.text import LazyText, _, is_storable

QUOTA = "core.files.quota"
MEGABYTE = 1024 * 1024
LEAST_SPACE, MOST_SPACE = 10, 1_000_000  # MB
LONGEST_CAPTION = 200
_DAY_MS = 86_400_000
_CORE = "core"

# Core's own kinds of records that have files; those of plugins are in their declarations.
_core_kinds: list[FileKind] = []

add_core_settings(
    Setting(
        QUOTA,
        _("Space for photos and files in MB"),
        int,
        2048,
        hint=_("When it is used up, nothing new is taken until something is removed."),
        minimum=LEAST_SPACE,
        maximum=MOST_SPACE,
    )
)


@dataclass(frozen=True)
class FileOf:
    """A file of a record as pages show it; `width` and `height` are None unless it is a picture. Sizes are bytes and pixels.

    `sha256` is the digest of what is kept, as hex: it vouches for a file wherever the record names it as evidence.
    """

    id: int
    community: str
    caption: str
    name: str
    extension: str
    size: int
    width: int | None
    height: int | None
    thumb_width: int | None
    thumb_height: int | None
    sha256: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown in a page."""
        return self.width is not None


@dataclass(frozen=True)
class Pending:
    """A file that was uploaded with a form and waits to be taken up."""

    token: str
    name: str
    is_picture: bool
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Content:
    """What is sent to somebody who may see a file. `for_everyone`: also people who have not signed in may."""

    data: bytes
    digest: str
    media_type: str
    name: str
    inline: bool
    for_everyone: bool


# --------------------------------------------------------------------------- uploading


def keep_upload(actor: Actor, filename: str, data: bytes, takes: tuple[str, ...]) -> Pending:
    """Check a file, store it and note that this account uploaded it; a record takes it within a day (`attach`).

    Raises `FileRefused` for what is not taken and when the community's space is used up, `Unavailable` when the disk cannot
    take it, `SignInRequired`.
    """
    if not actor.is_signed_in and actor.kind not in ("command", "system"):
        raise SignInRequired
    community = str(actor.community)
    name = media.clean_name(filename)
    source = files.digest_of(data)
    known = files.known_source(community, source)
    if known is not None and _fits(known, takes):
        stored: Any = known
    else:
        stored = media.prepare(filename, data, takes)
    upload = files.keep(actor, name, source, stored, int(get_setting(QUOTA, community)) * MEGABYTE)
    return _pending(upload, StoredFile.get_of(community, upload.file_id))


def _fits(stored: StoredFile, takes: Sequence[str]) -> bool:
    return (media.PICTURE if stored.is_picture else media.DOCUMENT) in takes


def _pending(upload: FileUpload, stored: StoredFile) -> Pending:
    return Pending(upload.token, upload.name, stored.is_picture, stored.thumb_width, stored.thumb_height)


def pending(actor: Actor, tokens: Sequence[str]) -> list[Pending]:
    """The uploads of this account that wait under these tokens, in this order; what is not there any more is left out."""
    return [_pending(upload, stored) for upload, stored in (_waiting(actor, token) for token in tokens) if upload]


def _waiting(actor: Actor, token: str) -> tuple[Any, Any]:
    """An upload of this account in its community with its file; a pair of Nones when there is none."""
    if len(token) != 32 or not token.isascii():
        return None, None
    mine = FileUpload.by_account.is_null() if actor.account is None else FileUpload.by_account == actor.account
    upload = FileUpload.get_or_none((FileUpload.token == token) & (FileUpload.community == actor.community) & mine)
    return (upload, StoredFile.get_of(upload.community, upload.file_id)) if upload is not None else (None, None)


# --------------------------------------------------------------------------- files of a record


def files_of(subject: Ref, role: str = "photo") -> list[FileOf]:
    """The files a record has in a role, in their order."""
    query: Any = (
        FileUse.of(str(subject.community), *_SHOWN)
        .join(StoredFile, on=((StoredFile.community == FileUse.community) & (StoredFile.id == FileUse.file_id)))
        .where(FileUse.subject == str(subject), FileUse.role == role, FileUse.ended_at.is_null())
        .order_by(FileUse.place, FileUse.id)
        .tuples()
    )
    return [FileOf(*row) for row in query]


_SHOWN = (
    FileUse.id, FileUse.community, FileUse.caption, FileUse.name, StoredFile.extension, StoredFile.size, StoredFile.width,
    StoredFile.height, StoredFile.thumb_width, StoredFile.thumb_height, StoredFile.digest,
)  # fmt: skip


@transactional
def attach(actor: Actor, subject: Ref, role: str, wishes: Sequence[tuple[str, str]], *, permission: str) -> list[int]:
    """Give a record the uploads named by their tokens, each with its caption; returns the new numbers.

    Needs `permission` and is audited under it. A photo needs a caption: it is read to those who cannot see it. Raises
    `Invalid` for one without or too long, `Refused` when the record would have too many or an upload is not there any more.
    """
    actor.require(permission)
    kind = _kind_of(subject, role)
    there = files_of(subject, role)
    _check_count(kind, len(there) + len(wishes))
    made = []
    first = _last_place(subject, role) + 1
    for place, (token, caption) in enumerate(wishes, start=first):
        upload, stored = _waiting(actor, token)
        if upload is None or upload.taken_at is not None or not _fits(stored, kind.takes):
            raise Refused(
                _("A file that was chosen is not there any more."), advice=_("Choose it again and send the form.")
            )
        use = FileUse.create(
            community=subject.community, file_id=stored.id, subject=str(subject), role=role, place=place,
            caption=_caption(role, caption), name=upload.name, by_account=actor.account, by_label=actor.signature,
        )  # fmt: skip
        FileUpload.update(taken_at=now()).where(FileUpload.token == token).execute()
        told = {**_told(use), "sha256": stored.digest}
        audit.record(actor, "core.file.added", subject, after=told, permission=permission)
        made.append(int(use.id))
    return made


@transactional
def describe_file(actor: Actor, subject: Ref, use_id: int, caption: str, *, permission: str) -> None:
    """Change the words of a file. Raises `Invalid`, `NotFound`."""
    actor.require(permission)
    use = _use_of(subject, use_id)
    words = _caption(use.role, caption)
    if words == use.caption:
        return
    before = _told(use)
    _set(use, caption=words)
    audit.record(actor, "core.file.described", subject, before=before, after=_told(use), permission=permission)


@transactional
def move_file(actor: Actor, subject: Ref, use_id: int, step: int, *, permission: str) -> None:
    """Put a file one place forward (`step` -1) or back (1) among those of its record; at the end nothing happens."""
    actor.require(permission)
    use = _use_of(subject, use_id)
    order = [each.id for each in files_of(subject, use.role)]
    at = order.index(use.id)
    to = min(max(at + step, 0), len(order) - 1)
    if to == at:
        return
    order.insert(to, order.pop(at))
    for place, each in enumerate(order, start=1):
        FileUse.update(place=place).where(FileUse.community == subject.community, FileUse.id == each).execute()
    told = {name: value for name, value in _told(use).items() if name == "file"}
    before, after = {**told, "position": at + 1}, {**told, "position": to + 1}
    audit.record(actor, "core.file.moved", subject, before=before, after=after, permission=permission)


@transactional
def remove_file(actor: Actor, subject: Ref, use_id: int, *, permission: str) -> None:
    """End a use: the file is no longer shown. It can be put back while its contents are kept. Raises `NotFound`."""
    actor.require(permission)
    use = _use_of(subject, use_id)
    _set(use, ended_at=now(), ended_by=actor.signature)
    told = _told(use)
    audit.record(actor, "core.file.removed", subject, before=told, permission=permission)


@transactional
def put_back_file(actor: Actor, subject: Ref, use_id: int, *, permission: str) -> None:
    """Take a removal back. Raises `Refused` when there are others in its place or its contents are gone, `NotFound`."""
    actor.require(permission)
    use = _use_of(subject, use_id, ended=True)
    if use.ended_at is None:
        return
    if StoredFile.get_of(use.community, use.file_id).dropped_at is not None:
        raise Refused(_("This file was removed too long ago."), advice=_("Choose it again and add it anew."))
    _check_count(_kind_of(subject, use.role), len(files_of(subject, use.role)) + 1)
    _set(use, ended_at=None, ended_by=None)
    told = _told(use)
    audit.record(actor, "core.file.put_back", subject, after=told, permission=permission)


def _told(use: FileUse) -> dict[str, str]:
    """What the log tells of a file: its name and words, but nothing where those of the records are confidential."""
    found = _declared(use.subject.partition(":")[0], use.role)
    return {} if found is not None and found[1].private else {"file": use.name, "caption": use.caption}


def _use_of(subject: Ref, use_id: int, ended: bool = False) -> FileUse:
    use: FileUse = FileUse.get_of(str(subject.community), use_id)
    if use.subject != str(subject) or (use.ended_at is not None and not ended):
        raise NotFound
    return use


def _set(use: FileUse, **values: Any) -> None:
    FileUse.update(**values).where(FileUse.community == use.community, FileUse.id == use.id).execute()


def _last_place(subject: Ref, role: str) -> int:
    same = (FileUse.subject == str(subject)) & (FileUse.role == role)
    return int(FileUse.of(str(subject.community), peewee.fn.MAX(FileUse.place)).where(same).scalar() or 0)


def _check_count(kind: FileKind, count: int) -> None:
    if count > kind.most:
        raise Refused(
            _("At most %(most)d fit here.", most=kind.most), advice=_("Remove one first, then add the other.")
        )


def _caption(role: str, caption: str) -> str:
    words = " ".join(caption.split())
    if not is_storable(words):
        raise Invalid({"caption": [_("There is a character here that cannot be stored.")]})
    if len(words) > LONGEST_CAPTION:
        raise Invalid({"caption": [_("At most %(longest)d characters fit here.", longest=LONGEST_CAPTION)]})
    if role == "photo" and not words:
        raise Invalid({"caption": [_("Say in a few words what the photo shows.")]})
    return words


# --------------------------------------------------------------------------- who may see them


def add_core_files(*kinds: FileKind) -> None:
    """Let records of core have files; their kinds start with `core.`."""
    for kind in kinds:
        if not kind.kind.startswith("core."):
            raise ValueError(f"{kind.kind}: kinds of core start with core.")
        _core_kinds.append(kind)


def _declared(kind: str, role: str) -> tuple[str, FileKind] | None:
    for item in _core_kinds:
        if (item.kind, item.role) == (kind, role):
            return _CORE, item
    for plugin, item in active().declared("files"):
        if (item.kind, item.role) == (kind, role):
            return plugin, item
    return None


def _kind_of(subject: Ref, role: str) -> FileKind:
    found = _declared(subject.kind, role)
    if found is None:
        raise ValueError(f"nobody declares files of {subject.kind} as {role}")
    return found[1]


def content_of(actor: Actor, use: FileUse, thumb: bool = False) -> Content:
    """What is sent to `actor` of a file in use, or its thumbnail.

    Raises `NotFound` for a use that ended, a plugin that is off (or not open to residents yet), and whoever may not see the
    record's files; `FileLost` when the disk does not have it any more.
    """
    for_everyone = is_for_everyone(actor, use)
    stored: StoredFile = StoredFile.get_of(use.community, use.file_id)
    if thumb:
        return _thumb(stored, for_everyone)
    data = files.read_content(stored.digest, stored.size)
    stem = use.name.rpartition(".")[0] or use.name
    name = f"{stem}.{stored.extension}"
    return Content(data, stored.digest, stored.media_type, name, stored.is_picture, for_everyone)


def _thumb(stored: StoredFile, for_everyone: bool) -> Content:
    if stored.thumb_digest is None or stored.thumb_size is None:
        raise NotFound
    data = files.read_content(stored.thumb_digest, stored.thumb_size)
    return Content(data, stored.thumb_digest, media.JPEG, f"thumb.{stored.extension}", True, for_everyone)


def is_for_everyone(actor: Actor, use: FileUse) -> bool:
    """Whether people who have not signed in may see a file; raises `NotFound` when `actor` may not either."""
    subject = Ref.parse(use.subject, use.community)
    found = _declared(subject.kind, use.role)
    if use.ended_at is not None or found is None:
        raise NotFound
    plugin, kind = found
    if _is_open(plugin, use.community, actor) and _allows(plugin, kind, Actor(community=use.community), subject):
        return True
    if _allows(plugin, kind, actor, subject):
        return False
    raise NotFound


def _is_open(plugin: str, community: str, actor: Actor) -> bool:
    """Whether residents see the plugin there; raises `NotFound` where it is off, or not open to `actor` yet."""
    if plugin == _CORE:
        return True
    state = active().states(community).get(plugin)
    if state is None or not state.enabled or not (state.published or actor.is_staff):
        raise NotFound
    return state.published


def _allows(plugin: str, kind: FileKind, actor: Actor, subject: Ref) -> bool:
    """What the plugin says; an error in its rule denies (QUALITY.md, security 36)."""
    try:
        return kind.may_see(actor, subject) is True
    except NotFound:
        return False
    except Exception as error:
        active().record_failure(plugin, subject.community, f"files of {kind.kind}", error)
        return False


def pending_content(actor: Actor, token: str) -> Content:
    """The thumbnail of a picture this account uploaded a moment ago. Raises `NotFound`."""
    upload, stored = _waiting(actor, token)
    if upload is None:
        raise NotFound
    return _thumb(stored, for_everyone=False)


# --------------------------------------------------------------------------- clearing away


def tidy(actor: Actor) -> LazyText | None:
    """The daily job: forget uploads nobody took, let go of contents whose last use ended long enough ago, clear the disk."""
    files.forget_uploads()
    for community, file_id in files.unused():
        if _is_over(community, file_id):
            _let_go(actor, community, file_id)
    removed = files.sweep()
    return _("%(count)d files removed from the disk.", count=removed) if removed else None


def _is_over(community: str, file_id: int) -> bool:
    """Whether every use ended longer ago than its kind is kept; of a kind nobody declares now nothing is known."""
    for use in files.uses_of(community, file_id):
        found = _declared(use.subject.partition(":")[0], use.role)
        days = found[1].keep_days if found is not None else None
        if days is None or use.ended_at is None or use.ended_at > now() - days * _DAY_MS:
            return False
    return True


def _let_go(actor: Actor, community: str, file_id: int) -> None:
    def act() -> None:
        if not files.is_unused(community, file_id):
            return
        files.drop_contents(community, file_id)
        used = files.uses_of(community, file_id)
        if used:
            subject = Ref(StoredFile.kind, community, file_id)
            audit.record(actor, "core.file.cleared", subject, before={"file": used[-1].name})

    run_in_transaction(community, act)
