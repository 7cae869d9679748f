"""Heads: one digest over all entries and the register, printed on notices as a short code. Published ones are kept for ever."""

from __future__ import annotations

from dataclasses import dataclass

from core import Actor, NotFound, rows, system, transactional
from plugins.revenue.ledger.canonical import GENESIS, head_digest, merkle_root, short_code
from plugins.revenue.ledger.register import enter, newest
from plugins.revenue.ledger.tree import root_and_total

_NEWEST = "SELECT seq, digest FROM revenue_entry WHERE community = ? ORDER BY seq DESC LIMIT 1"
HEAD_COLUMNS = ("seq", "total", "last", "root", "digest", "code", "records", "register", "at", "by_label", "id")
_PUBLISHED = f"SELECT {', '.join(HEAD_COLUMNS)} FROM revenue_head WHERE community = ?"
_EVERY = "SELECT digest, total FROM revenue_entry WHERE community = ? ORDER BY seq"


@dataclass(frozen=True)
class Head:
    """All entries up to `seq`: the sum of their amounts in 分, the last digest, the root of the tree, and the newest row of the
    register (`records`, `register`). `code` is what is printed. `at` (ms UTC) and `by` say when a published one was published,
    `number` is its row in the register (0 for one that is not published).
    """

    seq: int
    total: int
    last: str
    root: str
    digest: str
    code: str
    records: int
    register: str
    at: int = 0
    by: str = ""
    number: int = 0


# Heads that only stand on a notice are recorded by the program; publishing the income is an act of the office.
BY_ITSELF = system(None, "").signature


def head(community: str) -> Head:
    """The head of the chain as it stands now."""
    newest_entry = rows(_NEWEST, community)
    seq, last = newest_entry[0] if newest_entry else (0, GENESIS)
    records, register = newest(community)
    try:
        root, total = root_and_total(community, seq)
    except NotFound:  # a number is missing: the head is that of what is there
        found = rows(_EVERY, community)
        seq, root, total = len(found), merkle_root(row[0] for row in found), sum(row[1] for row in found)
    digest = head_digest(community, seq, total, last, root, records, register)
    return Head(seq, total, last, root, digest, short_code(digest), records, register)


@transactional
def record_head(actor: Actor) -> Head:
    """Keep the head as it stands, because it is being published; where nothing has changed, the one published last.

    One that so far only stands on a notice is published once more when the office publishes it.
    """
    community = str(actor.community)
    now_standing = head(community)
    before = heads(community, limit=1)
    # A published head stands in the register itself, right after what it covers.
    unchanged = before and (before[0].seq, before[0].records + 1) == (now_standing.seq, now_standing.records)
    if unchanged and (before[0].by != BY_ITSELF or actor.signature == BY_ITSELF):
        return before[0]
    values = {
        "seq": now_standing.seq,
        "total": now_standing.total,
        "last": now_standing.last,
        "root": now_standing.root,
        "records": now_standing.records,
        "register": now_standing.register,
        "digest": now_standing.digest,
        "code": now_standing.code,
    }
    enter(actor, "head", values)
    return heads(community, limit=1)[0]


def heads(community: str, before: int | None = None, limit: int = 1000) -> list[Head]:
    """The published heads, the newest first; those before the moment `before` (ms UTC)."""
    older, values = (" AND at < ?", [before]) if before is not None else ("", [])
    return [Head(*row) for row in rows(f"{_PUBLISHED}{older} ORDER BY id DESC LIMIT ?", community, *values, limit)]


def published(community: str, code: str) -> Head | None:
    """The published head with a code, however old; of several the newest, None if there is none."""
    found = rows(f"{_PUBLISHED} AND code = ? ORDER BY id DESC LIMIT 1", community, code)
    return Head(*found[0]) if found else None


def published_until(community: str) -> str:
    """The last month (YYYY-MM) that was locked when the office itself published the state of the books, or empty.

    Heads that only stand on notices do not count, and what is not locked may still change: it is not published yet.
    """
    found = rows(
        "SELECT COALESCE(max(month), '') FROM revenue_period WHERE community = ? AND id < "
        "(SELECT COALESCE(max(id), 0) FROM revenue_head WHERE community = ? AND by_label <> ?)",
        community,
        community,
        BY_ITSELF,
    )
    return str(found[0][0])
