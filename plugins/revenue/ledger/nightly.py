"""The nightly check: the books are computed anew; where they are not whole, those who answer for them are told in red."""

from __future__ import annotations

from collections.abc import Iterator

from core import Actor, Community, Todo, execute, now, rows, transaction
from plugins.revenue.ledger.verification import Break, verify
from plugins.revenue.texts import _

_KEEP = (
    "INSERT INTO revenue_check (community, at, seq) VALUES (?, ?, ?) "
    "ON CONFLICT (community) DO UPDATE SET at = excluded.at, seq = excluded.seq"
)


def check(actor: Actor) -> Break | None:
    """Compute the books of the actor's community anew and remember the first bad entry, 0 where there is none."""
    community = str(actor.community)
    found = verify(community)
    with transaction(community):
        execute(_KEEP, community, now(), found.seq if found else 0)
    return found


def broken_entry(community: str) -> int:
    """The first entry that the last check found not as it was written, 0 for none."""
    found = rows("SELECT seq FROM revenue_check WHERE community = ?", community)
    return int(found[0][0]) if found else 0


def todo_items(community: Community, actor: Actor) -> Iterator[Todo]:
    """For the bookkeeper, the director and the supervision committee."""
    if not actor.can("revenue.books") or not actor.roles & {"bookkeeper", "director", "supervisor"}:
        return
    seq = broken_entry(community.code)
    if seq:
        yield Todo(
            _("The books were changed behind the program's back: entry %(seq)d", seq=seq),
            f"/c/{community.code}/revenue/desk/books",
            detail=_("Stop posting, keep the computer as it is, and compare with the codes on printed notices."),
            icon="triangle-alert",
            permission="revenue.books",
        )
