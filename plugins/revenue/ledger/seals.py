"""Seals: each notice that is published while the ledger is kept carries the head as it stood then, so that paper vouches for the books.

The head is recorded when the board tells of the notice; what is printed beside it stands in `marks`. How heads are made is in
`heads`, how a phone compares them in `reports.verification`.
"""

from __future__ import annotations

from urllib.parse import quote

from core import Actor, Community, NoticeMark, Ref, now, rows, system, transactional, yuan
from plugins.revenue.ledger.heads import HEAD_COLUMNS, Head, heads, record_head
from plugins.revenue.ledger.models import Seal
from plugins.revenue.texts import _

NOTICE = "core.notice"
_LABEL = _("Code of the books at its publication")


@transactional
def seal(actor: Actor, notice_id: int) -> Head | None:
    """Keep the head as it stands as the one this notice is published with; sealed once, it stays. None while nothing is posted."""
    community = str(actor.community)
    found = sealed_with(community, notice_id)
    if found is not None:
        return found
    if not rows("SELECT 1 FROM revenue_entry WHERE community = ? LIMIT 1", community):
        return None
    made = record_head(actor)
    Seal.create(community=community, notice_id=notice_id, head_id=made.number, at=now())
    return made


def sealed_with(community: str, notice_id: int) -> Head | None:
    """The head a notice was published with, None for one of before the first entry."""
    columns = ", ".join(f"h.{name}" for name in HEAD_COLUMNS)
    found = rows(
        f"SELECT {columns} FROM revenue_seal s JOIN revenue_head h ON h.community = s.community AND h.id = s.head_id "
        "WHERE s.community = ? AND s.notice_id = ?",
        community,
        notice_id,
    )
    return Head(*found[0]) if found else None


def on_notice(community: Community, notice: Ref) -> None:
    """A notice was published: the board's news, heard at least once."""
    seal(system(community.code, "revenue.seals"), int(notice.id))


def marks(community: Community, notice: Ref) -> list[NoticeMark]:
    """What stands beside a notice and on its sheet: the code, number of entries and their sum, and where to check them."""
    found = sealed_with(community.code, int(notice.id)) if notice.kind == NOTICE else None
    return [mark_of(community.code, found)] if found is not None else []


def mark_of(community: str, head: Head) -> NoticeMark:
    """A published head as it is printed; its address opens the verify page with the code filled in."""
    words = _("Entries: %(seq)d, sum of all movements: %(total)s yuan", seq=head.seq, total=yuan(head.total))
    return NoticeMark(_LABEL, head.code, words, f"/c/{community}/revenue/verify?code={quote(head.code)}")


def newest_mark(community: str) -> NoticeMark | None:
    """The head that was published last, for printed statements; None as long as none was."""
    found = heads(community, limit=1)
    return mark_of(community, found[0]) if found else None
