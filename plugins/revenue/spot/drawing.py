"""Drawing: which head seeds the spot check of a period, which vouchers it draws, and who may draw.

Nobody chooses: the head is the first that was published after the period was locked, each period is drawn once, and the draw
can be repeated by anybody (ledger/CHAIN.md, static/verify_ledger.py).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import peewee

from core import Actor, Label, Refused, get_setting, record, rows, today, transactional, violated
from plugins.revenue.ledger.heads import HEAD_COLUMNS, Head
from plugins.revenue.ledger.models import Entry
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import Span, periods_between
from plugins.revenue.spot.models import Spot, Voucher
from plugins.revenue.spot.words import COUNT, SPOT
from plugins.revenue.texts import _

# Who keeps the books, pays or approves postings does not draw what of them is looked at.
KEEPERS = (
    "revenue.post", "revenue.approve", "revenue.pay", "revenue.close", "revenue.receive", "revenue.give", "revenue.petty",
)  # fmt: skip
_POOL = "SELECT seq FROM revenue_entry WHERE community = ? AND seq <= ? AND day BETWEEN ? AND ? AND evidence <> '[]' ORDER BY seq"


@dataclass(frozen=True)
class Drawable:
    """A locked period that nobody has drawn yet. `head` is None as long as no head was published since it was locked."""

    span: Span
    head: Head | None
    pool: int


def draw(digest: str, pool: Sequence[int], wanted: int) -> list[int]:
    """The entries drawn from `pool` (ascending numbers) by the digest of a head, in the order drawn: see CHAIN.md."""
    left, found = list(pool), []
    for number in range(min(wanted, len(left))):
        value = int(hashlib.sha256(f"{digest} {number}".encode()).hexdigest(), 16)
        found.append(left.pop(value % len(left)))
    return found


def pool_of(community: str, head: Head, span: Span) -> list[int]:
    """The entries with evidence of a period that a head covers, ascending."""
    found = rows(_POOL, community, head.seq, span.first.isoformat(), span.last.isoformat())
    return [row[0] for row in found]


def head_for(community: str, span: Span) -> Head | None:
    """The first head that was published after the period was locked; None as long as there is none."""
    columns = ", ".join(f"h.{name}" for name in HEAD_COLUMNS)
    found = rows(
        f"SELECT {columns} FROM revenue_head h WHERE h.community = ? AND h.id > (SELECT min(p.id) FROM revenue_period p "
        "WHERE p.community = h.community AND p.month >= ?) ORDER BY h.id LIMIT 1",
        community,
        span.months[1],
    )
    return Head(*found[0]) if found else None


def head_of(spot: Spot) -> Head:
    """The head that seeded a draw."""
    columns = ", ".join(HEAD_COLUMNS)
    found = rows(
        f"SELECT {columns} FROM revenue_head WHERE community = ? AND id = ?", spot.community, spot.head_id
    )  # fmt: skip
    return Head(*found[0])


def drawable(community: str) -> list[Drawable]:
    """The locked periods without a draw that have vouchers to look at, the oldest first."""
    begun = Entry.of(community, Entry.at).order_by(Entry.seq).limit(1).scalar()
    locked = rows("SELECT COALESCE(max(month), '') FROM revenue_period WHERE community = ?", community)[0][0]
    if begun is None or not locked:
        return []
    drawn = {each.first_day for each in Spot.of(community)}
    first = rows("SELECT min(day) FROM revenue_entry WHERE community = ? AND evidence <> '[]'", community)[0][0]
    if first is None:
        return []
    found = []
    for span in periods_between(deadlines.cycle(community), datetime.date.fromisoformat(first), today()):
        if span.months[1] <= locked and span.first not in drawn:
            head = head_for(community, span)
            count = len(pool_of(community, head, span)) if head is not None else 0
            if head is None or count:
                found.append(Drawable(span, head, count))
    return found


def why_not(actor: Actor) -> Label | None:
    """Why this actor may not draw, None if they may."""
    if actor.account is None or actor.kind in ("command", "system"):
        return _("Only somebody who has signed in with an account of their own can do this.")
    if any(actor.can(name) for name in KEEPERS):
        return _("Whoever keeps the books, approves postings or pays does not draw: the supervision committee does.")
    return None


@transactional
def begin(actor: Actor, first_day: str) -> Spot:
    """Draw the vouchers of the period that begins on this day. Raises `Refused`; drawn already, it gives that draw."""
    actor.require(SPOT)
    community = str(actor.community)
    reason = why_not(actor)
    if reason is not None:
        raise Refused(reason)
    known = next((each for each in Spot.of(community) if each.first_day.isoformat() == first_day), None)
    if known is not None:
        return known
    asked = next((each for each in drawable(community) if each.span.first.isoformat() == first_day), None)
    if asked is None:
        raise Refused(_("This period is not locked yet, or it has no vouchers to look at."))
    if asked.head is None:
        raise Refused(
            _("No state of the books was published since this period was locked."),
            advice=_("It is published with the next notice, or at the desk under “Locked months”."),
        )
    pool, wanted = pool_of(community, asked.head, asked.span), int(get_setting(COUNT, community))
    drawn = draw(asked.head.digest, pool, wanted)
    try:
        made: Spot = Spot.create(
            community=community, head_id=asked.head.number, first_day=asked.span.first, last_day=asked.span.last,
            wanted=wanted, pool=len(pool), drawn_by=actor.account, drawn_person=actor.person, drawn_label=actor.signature,
        )  # fmt: skip
    except peewee.IntegrityError as error:
        if violated(error) == "revenue_spot_people":
            raise Refused(
                _("You have entered, approved or paid something in this period: somebody else draws.")
            ) from error
        raise
    for place, seq in enumerate(drawn, 1):
        Voucher.create(community=community, spot_id=made.id, place=place, seq=seq)
    told = {"first_day": first_day, "last_day": str(made.last_day), "vouchers": len(drawn), "code": asked.head.code}
    record(actor, "revenue.spot.drawn", made.ref, after=told, permission=SPOT)
    return made


def draws_told(community: str) -> list[dict[str, object]]:
    """Every draw as the checking program repeats it: the head's digest, the days, how many were wanted, and the entries drawn."""
    drawn: dict[int, list[int]] = {}
    for each in Voucher.of(community).order_by(Voucher.place):
        drawn.setdefault(each.spot_id, []).append(each.seq)
    return [
        {
            "digest": head_of(each).digest, "first_day": each.first_day.isoformat(), "last_day": each.last_day.isoformat(),
            "count": each.wanted, "drawn": drawn.get(each.id, []),
        }
        for each in Spot.of(community).order_by(Spot.first_day)
    ]  # fmt: skip
