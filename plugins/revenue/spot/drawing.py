"""Drawing: residents throw six digits, which are entered once; then the computer opens its secret, and both draw the vouchers.

Nobody chooses: whoever enters the digits does not know the secret, whoever could know the secret does not throw, and all else
was fixed when the period was locked (`lots`). Anybody can repeat the draw (ledger/CHAIN.md, static/verify_ledger.py).
"""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import peewee

from core import Actor, Invalid, Label, Refused, record, rows, today, transactional, violated
from plugins.revenue.ledger.heads import HEAD_COLUMNS, Head
from plugins.revenue.spot import lots
from plugins.revenue.spot.models import Lot, Spot, Voucher
from plugins.revenue.spot.people import why_not_here
from plugins.revenue.spot.words import SPOT
from plugins.revenue.texts import _

_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Thrown:
    """Six digits as residents threw them, when, and on what occasion (everybody reads that)."""

    number: str
    thrown_on: datetime.date | None
    occasion: str


def seed(last: str, secret: str, number: str) -> str:
    """What draws: SHA-256 over the digest of the newest entry at the lock, the secret and the digits, with a space between."""
    return hashlib.sha256(f"{last} {secret} {number}".encode()).hexdigest()


def draw(digest: str, pool: Sequence[int], wanted: int) -> list[int]:
    """The entries drawn from `pool` (ascending numbers) by a digest, in the order drawn: see CHAIN.md."""
    left, found = list(pool), []
    for number in range(min(wanted, len(left))):
        value = int(hashlib.sha256(f"{digest} {number}".encode()).hexdigest(), 16)
        found.append(left.pop(value % len(left)))
    return found


def head_of(spot: Spot) -> Head:
    """The head on the notice that told of the draw; of a draw from before there were lots, the one that drew."""
    columns = ", ".join(HEAD_COLUMNS)
    found = rows(
        f"SELECT {columns} FROM revenue_head WHERE community = ? AND id = ?", spot.community, spot.head_id
    )  # fmt: skip
    return Head(*found[0])


def lot_of(spot: Spot) -> Lot | None:
    """What was fixed for a draw at the lock; None for a draw from before there were lots."""
    return lots.lot_of(spot.community, spot.lot_id) if spot.lot_id is not None else None


@transactional
def begin(actor: Actor, lot_id: int, thrown: Thrown) -> Spot:
    """Enter what residents threw, and draw. Once: drawn already, it gives that draw. Raises `Invalid`, `Refused`, `NotFound`."""
    actor.require(SPOT)
    lot = lots.lot_of(str(actor.community), lot_id)
    known: Spot | None = Spot.of(lot.community).where(Spot.lot_id == lot.id).first()
    if known is not None:
        return known
    reason = why_not_here(actor, lot.first_day, lot.last_day)
    if reason is not None:
        raise Refused(reason)
    told = lots.announced_of(lot)
    if told is None:
        raise Refused(_("No notice has told residents of this draw."), advice=_("Publish the notice first."))
    number, occasion = unicodedata.normalize("NFKC", thrown.number).replace(" ", ""), " ".join(thrown.occasion.split())
    errors: dict[str, list[Label]] = {}
    if not _DIGITS.fullmatch(number):
        errors["number"] = [_("Please write exactly six digits, as they were thrown.")]
    if not 0 < len(occasion) <= 200:
        errors["occasion"] = [_("Please write how the digits came about, in at most 200 characters; no names.")]
    if thrown.thrown_on is None or not told.on_day <= thrown.thrown_on <= today():
        errors["thrown_on"] = [_("The day lies between the one told in the notice and today.")]
    if errors:
        raise Invalid(errors)
    head_id = rows(
        "SELECT head_id FROM revenue_seal WHERE community = ? AND notice_id = ?", lot.community, told.notice_id
    )[0][0]
    try:
        made: Spot = Spot.create(
            community=lot.community, head_id=head_id, first_day=lot.first_day, last_day=lot.last_day, lot_id=lot.id,
            wanted=lot.wanted, pool=lot.pool, number=number, occasion=occasion, thrown_on=str(thrown.thrown_on),
            drawn_by=actor.account, drawn_person=actor.person, drawn_label=actor.signature,
        )  # fmt: skip
    except peewee.IntegrityError as error:
        if violated(error) == "revenue_spot_people":
            raise Refused(
                _("You have entered, approved, paid or signed something in this period: somebody else takes over.")
            ) from error
        raise
    drawn = draw(seed(lot.last, lots.secret_of(lot), number), lots.pool_of(lot), lot.wanted)
    for place, seq in enumerate(drawn, 1):
        Voucher.create(community=lot.community, spot_id=made.id, place=place, seq=seq)
    after = {"first_day": str(made.first_day), "last_day": str(made.last_day), "vouchers": len(drawn), "number": number}
    record(actor, "revenue.spot.drawn", made.ref, after=after, permission=SPOT)
    return made


def draws_told(community: str) -> list[dict[str, object]]:
    """Every draw as the checking program repeats it: what was fixed, the secret, the digits, and the entries drawn."""
    drawn: dict[int, list[int]] = {}
    for each in Voucher.of(community).order_by(Voucher.place):
        drawn.setdefault(each.spot_id, []).append(each.seq)
    return [
        {
            "first_day": each.first_day.isoformat(), "last_day": each.last_day.isoformat(), "count": each.wanted,
            "drawn": drawn.get(each.id, []), **_seed_told(each),
        }
        for each in Spot.of(community).order_by(Spot.first_day)
    ]  # fmt: skip


def _seed_told(spot: Spot) -> dict[str, object]:
    lot = lot_of(spot)
    if lot is None:
        return {"digest": head_of(spot).digest}
    return {
        "seq": lot.seq, "last": lot.last, "fingerprint": lot.fingerprint, "secret": lots.secret_of(lot), "number": spot.number,
    }  # fmt: skip
