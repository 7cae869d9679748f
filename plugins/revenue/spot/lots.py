"""What can be drawn: fixed in the transaction that locks a period's last month, and told in public before residents throw.

Then the entries, how many are wanted and a secret of the computer stand. Of the secret only its fingerprint is public, so that
nobody can work out what a number would draw, and nobody can take another secret afterwards (ledger/CHAIN.md).
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from core import (
    Actor,
    NotFound,
    execute,
    get_setting,
    now,
    record,
    rows,
    transactional,
)
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import Span, period_of
from plugins.revenue.spot.models import Announced, Lot, Spot
from plugins.revenue.spot.words import COUNT

_PAPERS = "SELECT day, count(*) FROM revenue_entry WHERE community = ? AND evidence <> '[]' AND day > ? GROUP BY day ORDER BY day"
_POOL = "SELECT seq FROM revenue_entry WHERE community = ? AND seq <= ? AND day BETWEEN ? AND ? AND evidence <> '[]' ORDER BY seq"


@dataclass(frozen=True)
class Waiting:
    """A lot whose vouchers nobody has drawn yet, with the notices that told of it, the newest last: that one holds."""

    lot: Lot
    notices: Sequence[Announced]

    @property
    def announced(self) -> Announced | None:
        """When and where residents throw; None until a notice told of it."""
        return self.notices[-1] if self.notices else None


def fingerprint(secret: str) -> str:
    """SHA-256 of a secret (64 hexadecimal digits, as text)."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transactional
def fix(actor: Actor, month: str, number: int) -> None:
    """The lock `number` of the register locked `month`: fix what can be drawn of every period that has ended by it.

    How long a period is and how many are wanted counts as it is set now. Days that no lot covers yet go with the next one.
    """
    community = str(actor.community)
    newest = rows("SELECT seq, digest FROM revenue_entry WHERE community = ? ORDER BY seq DESC LIMIT 1", community)
    for span, pool in _uncovered(community, month) if newest else ():
        secret = secrets.token_hex(32)
        made: Lot = Lot.create(
            community=community, period_id=number, first_day=span.first, last_day=span.last,
            wanted=int(get_setting(COUNT, community)), pool=pool, seq=newest[0][0], last=newest[0][1],
            fingerprint=fingerprint(secret), at=now(),
        )  # fmt: skip
        execute(
            "INSERT INTO revenue_spot_secret (community, lot_id, secret) VALUES (?, ?, ?)", community, made.id, secret
        )
        told = {"first_day": str(span.first), "last_day": str(span.last), "vouchers": made.wanted, "pool": pool}
        record(actor, "revenue.spot.fixed", made.ref, after={**told, "fingerprint": made.fingerprint})


def _uncovered(community: str, month: str) -> list[tuple[Span, int]]:
    """The ended periods with papers that no lot covers, with the number of these; the first begins where the last lot ended."""
    known = [each.last_day for each in [*Lot.of(community), *Spot.of(community)]]
    covered = max(known, default=datetime.date.min)
    papers = {datetime.date.fromisoformat(day): count for day, count in rows(_PAPERS, community, covered.isoformat())}
    found: list[tuple[Span, int]] = []
    for day in papers:
        period = period_of(deadlines.cycle(community), day)
        if (found and day <= found[-1][0].last) or period.months[1] > month:
            continue
        span = Span(max(period.first, covered + datetime.timedelta(days=1)), period.last)
        found.append((span, sum(count for each, count in papers.items() if span.first <= each <= span.last)))
    return found


def lot_of(community: str, lot_id: int) -> Lot:
    """A lot of the community; raises `NotFound`."""
    found: Lot = Lot.get_of(community, lot_id)
    return found


def waiting(community: str) -> list[Waiting]:
    """The lots nobody has drawn yet, the oldest first."""
    drawn = {each.lot_id for each in Spot.of(community)}
    told: dict[int, list[Announced]] = {}
    for each in Announced.of(community).order_by(Announced.id):
        told.setdefault(each.lot_id, []).append(each)
    lots = Lot.of(community).order_by(Lot.first_day)
    return [Waiting(each, told.get(each.id, [])) for each in lots if each.id not in drawn]


def pool_of(lot: Lot) -> list[int]:
    """The entries with papers that can be drawn, ascending."""
    found = rows(_POOL, lot.community, lot.seq, lot.first_day.isoformat(), lot.last_day.isoformat())
    return [row[0] for row in found]


def notices_of(lot: Lot) -> list[Announced]:
    """The notices that told of a lot, the newest last: that one holds."""
    return list(Announced.of(lot.community).where(Announced.lot_id == lot.id).order_by(Announced.id))


def announced_of(lot: Lot) -> Announced | None:
    """The notice that holds for a lot, None as long as there is none."""
    found = notices_of(lot)
    return found[-1] if found else None


def is_drawn(lot: Lot) -> bool:
    """Whether the vouchers of a lot are drawn."""
    return bool(Spot.of(lot.community).where(Spot.lot_id == lot.id).exists())


def secret_of(lot: Lot) -> str:
    """The secret of a lot. Only for what has been drawn. Raises `NotFound` for any other."""
    if not is_drawn(lot):
        raise NotFound
    found = rows("SELECT secret FROM revenue_spot_secret WHERE community = ? AND lot_id = ?", lot.community, lot.id)
    return str(found[0][0])
