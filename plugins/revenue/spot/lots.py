"""What can be drawn: fixed in the transaction that locks a period's last month, and told in public before residents throw.

Then the entries, how many are wanted and a secret of the computer stand. Of the secret only its fingerprint is public, so that
nobody can work out what a number would draw, and nobody can take another secret afterwards (ledger/CHAIN.md).
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from core import (
    Actor,
    Invalid,
    Label,
    NotFound,
    NoticeWording,
    Refused,
    day_text,
    draft_notice,
    execute,
    get_setting,
    now,
    publish_notice,
    record,
    rows,
    system,
    today,
    transactional,
)
from plugins.revenue.ledger.seals import seal
from plugins.revenue.shares import deadlines
from plugins.revenue.shares.packs import Span, period_of
from plugins.revenue.spot.models import Announced, Lot, Spot
from plugins.revenue.spot.people import why_not_here
from plugins.revenue.spot.words import COUNT, SPOT, months_told
from plugins.revenue.texts import _

NOTICES = ("core.notices.write", "core.notices.publish")
_PAPERS = "SELECT day, count(*) FROM revenue_entry WHERE community = ? AND evidence <> '[]' AND day > ? GROUP BY day ORDER BY day"
_POOL = "SELECT seq FROM revenue_entry WHERE community = ? AND seq <= ? AND day BETWEEN ? AND ? AND evidence <> '[]' ORDER BY seq"


@dataclass(frozen=True)
class Waiting:
    """A lot whose vouchers nobody has drawn yet; `announced` is None until a notice told of it."""

    lot: Lot
    announced: Announced | None


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
    told = {each.lot_id: each for each in Announced.of(community)}
    lots = Lot.of(community).order_by(Lot.first_day)
    return [Waiting(each, told.get(each.id)) for each in lots if each.id not in drawn]


def pool_of(lot: Lot) -> list[int]:
    """The entries with papers that can be drawn, ascending."""
    found = rows(_POOL, lot.community, lot.seq, lot.first_day.isoformat(), lot.last_day.isoformat())
    return [row[0] for row in found]


def announced_of(lot: Lot) -> Announced | None:
    """The notice that told of a lot, None as long as there is none."""
    found: Announced | None = Announced.of(lot.community).where(Announced.lot_id == lot.id).first()
    return found


def secret_of(lot: Lot) -> str:
    """The secret of a lot. Only for what has been drawn. Raises `NotFound` for any other."""
    if not Spot.of(lot.community).where(Spot.lot_id == lot.id).exists():
        raise NotFound
    found = rows("SELECT secret FROM revenue_spot_secret WHERE community = ? AND lot_id = ?", lot.community, lot.id)
    return str(found[0][0])


@transactional
def announce(actor: Actor, lot_id: int, on_day: datetime.date | None, place: str, responsible: str) -> Announced:
    """Tell in public when and where residents throw, with the fingerprint of the secret; told once, it stays.

    Raises `Invalid`, `Refused`, `NotFound`.
    """
    actor.require(SPOT)
    lot = lot_of(str(actor.community), lot_id)
    known = announced_of(lot)
    if known is not None:
        return known
    reason = why_not_here(actor, lot.first_day, lot.last_day)
    if reason is not None:
        raise Refused(reason)
    place, responsible = " ".join(place.split()), " ".join(responsible.split())
    errors: dict[str, list[Label]] = {}
    if on_day is None or on_day < today():
        errors["on_day"] = [_("Please choose today or a day to come.")]
    if not 0 < len(place) <= 100:
        errors["place"] = [_("Please write where residents meet, in at most 100 characters.")]
    if errors or on_day is None:
        raise Invalid(errors)
    # That residents are told when they can throw is no choice of the board's.
    allowed = actor.with_rights(*NOTICES)
    title, body = _told(lot, on_day, place)
    draft = draft_notice(allowed, NoticeWording("money", title, body, responsible, objection_days=0), subject=lot.ref)
    notice = publish_notice(allowed, draft.id)
    seal(system(lot.community, "revenue.seals"), notice.id)
    made: Announced = Announced.create(
        community=lot.community, lot_id=lot.id, notice_id=notice.id, on_day=on_day, place=place,
        by_label=actor.signature, at=now(),
    )  # fmt: skip
    record(actor, "revenue.spot.announced", lot.ref, after={"on_day": str(on_day), "place": place}, permission=SPOT)
    return made


def _told(lot: Lot, on_day: datetime.date, place: str) -> tuple[str, str]:
    span = months_told(lot.first_day, lot.last_day)
    parts = [
        _("Residents throw the lot on %(day)s, %(place)s: six digits, by dice or called out by residents. Everybody may come.", day=day_text(on_day), place=place),
        _("These digits decide, together with a secret of the computer, which %(wanted)d of %(pool)d vouchers are looked at.", wanted=min(lot.wanted, lot.pool), pool=lot.pool),
        _("The secret was fixed when the books were locked and stays sealed until the digits are entered. Its fingerprint is:"),
    ]  # fmt: skip
    sealed = _("The draw takes the books up to entry %(seq)d, whose fingerprint is:", seq=lot.seq)
    ends = _("Keep this notice: after the draw the secret is shown, and anybody can see that it fits.")
    body = [*map(str, parts), lot.fingerprint, str(sealed), lot.last, str(ends)]
    return str(_("Spot check %(span)s: residents throw the lot", span=span)), "\n\n".join(body)
