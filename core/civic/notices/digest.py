"""What vouches for a published notice: the digest of all it says, the code on its sheet, and whether both still hold.

The code is made from the digest, and the digest covers the head of the audit chain at that moment: a sheet on the wall
vouches for all that the office had recorded until then. Nothing is changed here.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.civic.notices.records import Notice
from core.people.secrets import CODE_ALPHABET
from core.store import audit
from core.store.audit import AuditEntry
from core.store.db import canonical
from core.store.files import FileUse, StoredFile, digest_of, path_of
from core.text import Label, _

FORM = "linli.notice/1"
CODE_LENGTH = 12
PUBLISHED = "core.notice.published"
ROLES = ("attachment", "scan")
_BATCH = 200

PROBLEMS: Mapping[str, Label] = {
    "text": _("What it says is not what was published."),
    "code": _("Its code does not belong to it."),
    "chain": _("The audit log no longer holds what was recorded before it was published."),
    "entry": _("The audit log no longer holds its publication."),
    "missing": _("An attachment is missing on the disk."),
    "changed": _("An attachment on the disk was changed."),
}


@dataclass(frozen=True)
class Attached:
    """A file that hangs with a notice, as its digest names it. `size` in bytes."""

    role: str
    name: str
    caption: str
    sha256: str
    size: int

    def told(self) -> list[Any]:
        """The part of the notice's contents that it is."""
        return [self.role, self.name, self.caption, self.sha256, self.size]


@dataclass(frozen=True)
class Finding:
    """A published notice that was checked; `problems` are names out of `PROBLEMS`, none when it is whole."""

    notice: Notice
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it is what was published."""
        return not self.problems


def attached_to(notice: Notice) -> list[Attached]:
    """The files of a notice, in their order."""
    query: Any = (
        FileUse.of(notice.community, FileUse.role, FileUse.name, FileUse.caption, StoredFile.digest, StoredFile.size)
        .join(StoredFile, on=((StoredFile.community == FileUse.community) & (StoredFile.id == FileUse.file_id)))
        .where(FileUse.subject == str(notice.ref), FileUse.role.in_(ROLES), FileUse.ended_at.is_null())
        .order_by(FileUse.role, FileUse.place, FileUse.id)
        .tuples()
    )
    return [Attached(*row) for row in query]


def contents(notice: Notice, files: Sequence[Attached]) -> dict[str, Any]:
    """Everything a published notice says, as its digest is made of it.

    The notice before of its pair and the one it corrects are named by their digests, so they are vouched for as well.
    """
    return {
        "form": FORM,
        "community": notice.community,
        "number": [notice.year, notice.serial],
        "category": notice.category,
        "title": notice.title,
        "body": notice.body,
        "responsible": notice.responsible,
        "subject": notice.subject,
        "days": [str(notice.publish_from), str(notice.publish_until)],
        "objections": str(notice.objections_until) if notice.objections_until else "",
        "before": _digest_before(notice),
        "replaces": _digest_of_replaced(notice),
        "published": [notice.published_at, notice.published_by],
        "chain": [notice.chain_seq, notice.chain_digest],
        "files": [each.told() for each in files],
    }


def _digest_before(notice: Notice) -> str:
    """The digest of the notice before that an after-notice follows: the last one published before it."""
    if notice.stage != "after":
        return ""
    query = Notice.of(notice.community, Notice.digest).where(
        Notice.pair_id == notice.pair_id, Notice.stage == "before", Notice.digest.is_null(False)
    )
    found: Any = query.where(Notice.chain_seq < notice.chain_seq).order_by(Notice.chain_seq.desc()).tuples()
    return next(iter(list(found)), ("",))[0]


def _digest_of_replaced(notice: Notice) -> str:
    if notice.replaces is None:
        return ""
    return str(Notice.get_of(notice.community, notice.replaces).digest)


def digest_for(notice: Notice) -> str:
    """The SHA-256 of what a notice says, from the rows as they are now."""
    return hashlib.sha256(canonical(contents(notice, attached_to(notice))).encode()).hexdigest()


# --------------------------------------------------------------------------- codes


def code_of(digest: str) -> str:
    """The code of a digest: twelve characters that nobody takes for one another."""
    rest, found = int(digest, 16), ""
    for _position in range(CODE_LENGTH):
        rest, each = divmod(rest, len(CODE_ALPHABET))
        found += CODE_ALPHABET[each]
    return found


def code_text(code: str) -> str:
    """A code as it is printed: `ACEF-HJKM-NPRT`."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def read_code(typed: str) -> str | None:
    """What was typed as a code, in its one form; None if it cannot be one."""
    code = "".join(char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum())
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


# --------------------------------------------------------------------------- checking


def check(notice: Notice) -> Finding:
    """Whether a published notice is what was published: text, code, audit log, and the bytes of its files."""
    problems = []
    if digest_for(notice) != notice.digest:
        problems.append("text")
    if code_of(str(notice.digest)) != notice.code:
        problems.append("code")
    if not _attested(notice):
        problems.append("chain")
    if not _entered(notice):
        problems.append("entry")
    problems += sorted({problem for each in attached_to(notice) if (problem := _damage(each))})
    return Finding(notice, tuple(problems))


def _attested(notice: Notice) -> bool:
    """Whether the entry it vouches for is still the same in the chain of its community."""
    if notice.chain_seq == 0:
        return bool(notice.chain_digest == audit.GENESIS)
    same = (AuditEntry.chain == notice.community) & (AuditEntry.seq == notice.chain_seq)
    found: Any = AuditEntry.select(AuditEntry.digest).where(same).tuples()
    return [row[0] for row in found] == [notice.chain_digest]


def _entered(notice: Notice) -> bool:
    """Whether its own publication is the entry after that one: both were written in one transaction."""
    same = (AuditEntry.chain == notice.community) & (AuditEntry.seq == (notice.chain_seq or 0) + 1)
    found: Any = AuditEntry.select(AuditEntry.action, AuditEntry.subject).where(same).tuples()
    return list(found) == [(PUBLISHED, str(notice.ref))]


def _damage(file: Attached) -> str | None:
    try:
        data = path_of(file.sha256).read_bytes()
    except OSError:
        return "missing"
    return None if digest_of(data) == file.sha256 else "changed"


def find_by_code(code: str, community: str | None = None) -> list[Notice]:
    """The published notices with a code, of one community or of all."""
    query = Notice.select().where(Notice.code == code)
    return list(query.where(Notice.community == community) if community else query.order_by(Notice.community))


def verify() -> Iterator[Finding]:
    """Check every notice that was ever published, withdrawn ones as well."""
    last = 0
    while True:
        batch: list[Notice] = list(
            Notice.select()
            .where(Notice.id > last, Notice.published_at.is_null(False))
            .order_by(Notice.id)
            .limit(_BATCH)
        )
        for notice in batch:
            yield check(notice)
        if not batch:
            return
        last = batch[-1].id
