"""Entries and journals as others name and open them, and the papers of a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import Actor, FileKind, RecordKind, Ref
from plugins.revenue.ledger.models import Entry, Journal
from plugins.revenue.texts import _


def _keeps_books(actor: Actor, ref: Ref) -> bool:
    return actor.community == ref.community and actor.can("revenue.books")


def _entries(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    """Only those who keep the books may know of an entry here; residents see the books on pages of their own."""
    if not actor.can("revenue.books"):
        return {}
    numbers = [int(ref.id) for ref in refs if ref.kind == Entry.kind]
    found: Any = Entry.of(str(actor.community), Entry.seq, Entry.purpose).where(Entry.seq.in_(numbers)).tuples()
    return {
        Ref(Entry.kind, actor.community, seq): str(_("Entry %(seq)d: %(purpose)s", seq=seq, purpose=purpose))
        for seq, purpose in found
    }


def _journals(actor: Actor, refs: Sequence[Ref]) -> Mapping[Ref, str]:
    if not actor.can("revenue.books"):
        return {}
    ids = [int(ref.id) for ref in refs if ref.kind == Journal.kind]
    found: Any = Journal.of(str(actor.community), Journal.id, Journal.purpose).where(Journal.id.in_(ids)).tuples()
    return {Ref(Journal.kind, actor.community, key): purpose for key, purpose in found}


RECORDS = (
    RecordKind(
        model=Entry,
        word=_("Entry of the books"),
        icon="book-open",
        titles=_entries,
        path=lambda actor, ref: f"revenue/desk/entries/{ref.id}",
        may_see=_keeps_books,
    ),
    RecordKind(
        model=Journal,
        word=_("Posting by two persons"),
        icon="circle-check",
        titles=_journals,
        path=lambda actor, ref: f"revenue/desk/journal/{ref.id}",
        may_see=_keeps_books,
    ),
)

FILES = (
    FileKind(Journal.kind, "scan", _keeps_books, most=12, takes=("picture", "document"), keep_days=None, private=True),
)
