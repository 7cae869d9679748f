"""Telling residents when and where they throw for a lot, and moving that meeting while nothing is drawn.

A notice cannot be unsaid: moving it is a further notice, the newest holds, and everybody sees them all. The lot, its secret and its
fingerprint stay as they were fixed with the lock, so whoever moves a meeting moves nothing of what can be drawn.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core import (
    Actor,
    Invalid,
    Label,
    NoticeWording,
    Refused,
    day_text,
    draft_notice,
    now,
    publish_notice,
    record,
    system,
    today,
    transactional,
)
from plugins.revenue.ledger.seals import seal
from plugins.revenue.spot import lots
from plugins.revenue.spot.models import Announced, Lot
from plugins.revenue.spot.people import why_not_here
from plugins.revenue.spot.words import SPOT, months_told
from plugins.revenue.texts import _

NOTICES = ("core.notices.write", "core.notices.publish")
MOST_AHEAD = 60
_LONGEST_PLACE = 100


@dataclass(frozen=True)
class Meeting:
    """When and where residents throw, and who answers for the notice that tells it."""

    on_day: datetime.date | None
    place: str
    responsible: str


@transactional
def announce(actor: Actor, lot_id: int, meeting: Meeting, instead_of: int | None = None) -> Announced:
    """Tell in public when and where residents throw, with the fingerprint of the secret.

    `instead_of` is the notice (its id in the register of these) known to whoever moves the meeting, None for the first one. The same
    told twice stays one notice. Raises `Invalid`, `Refused` (also when something else was told meanwhile), `NotFound`.
    """
    actor.require(SPOT)
    lot = lots.lot_of(str(actor.community), lot_id)
    reason = why_not_here(actor, lot.first_day, lot.last_day)
    if reason is not None:
        raise Refused(reason)
    known, place = lots.announced_of(lot), " ".join(meeting.place.split())
    is_same = known is not None and (known.on_day, known.place) == (meeting.on_day, place)
    if known is not None and known.id != instead_of:
        if is_same:
            return known
        raise Refused(
            _("Another notice has told of this meeting meanwhile."),
            advice=_("Open the page anew and look when and where residents meet now."),
        )
    if lots.is_drawn(lot):
        raise Refused(_("Drawn already."))
    errors = _wrong(meeting.on_day, place)
    if is_same:
        errors["on_day"] = [_("This day and place stand in the notice already.")]
    if errors or meeting.on_day is None:
        raise Invalid(errors)
    # That residents are told when they can throw is no choice of the board's.
    allowed = actor.with_rights(*NOTICES)
    title, body = _told(lot, meeting.on_day, place, known)
    wording = NoticeWording("money", title, body, " ".join(meeting.responsible.split()), objection_days=0)
    notice = publish_notice(allowed, draft_notice(allowed, wording, subject=lot.ref).id)
    seal(system(lot.community, "revenue.seals"), notice.id)
    made: Announced = Announced.create(
        community=lot.community, lot_id=lot.id, notice_id=notice.id, on_day=meeting.on_day, place=place,
        by_label=actor.signature, at=now(),
    )  # fmt: skip
    before = {"on_day": str(known.on_day), "place": known.place} if known is not None else None
    action = "revenue.spot.moved" if known is not None else "revenue.spot.announced"
    after = {"on_day": str(meeting.on_day), "place": place}
    record(actor, action, lot.ref, before=before, after=after, permission=SPOT)
    return made


def last_day() -> datetime.date:
    """The latest day a notice of today can tell."""
    return today() + datetime.timedelta(days=MOST_AHEAD)


def _wrong(on_day: datetime.date | None, place: str) -> dict[str, list[Label]]:
    errors: dict[str, list[Label]] = {}
    if on_day is None or not today() <= on_day <= last_day():
        errors["on_day"] = [
            _(
                "Please choose a day from today to %(last)s: residents are told at most %(days)d days ahead.",
                last=day_text(last_day()), days=MOST_AHEAD,
            )
        ]  # fmt: skip
    if not 0 < len(place) <= _LONGEST_PLACE:
        errors["place"] = [_("Please write where residents meet, in at most 100 characters.")]
    return errors


def _told(lot: Lot, on_day: datetime.date, place: str, before: Announced | None) -> tuple[str, str]:
    span = months_told(lot.first_day, lot.last_day)
    title = _("Spot check %(span)s: residents throw the lot", span=span)
    parts = [
        _("Residents throw the lot on %(day)s, %(place)s: six digits, by dice or called out by residents. Everybody may come.", day=day_text(on_day), place=place),
        _("These digits decide, together with a secret of the computer, which %(wanted)d of %(pool)d vouchers are looked at.", wanted=min(lot.wanted, lot.pool), pool=lot.pool),
        _("The secret was fixed when the books were locked and stays sealed until the digits are entered. Its fingerprint is:"),
    ]  # fmt: skip
    if before is not None:
        title = _("Spot check %(span)s: another day or place to throw the lot", span=span)
        moved = _(
            "This notice takes the place of the one that told of %(day)s, %(place)s. Nothing that can be drawn has changed: the vouchers and the fingerprints are the same.",
            day=day_text(before.on_day), place=before.place,
        )  # fmt: skip
        parts.insert(0, moved)
    sealed = _("The draw takes the books up to entry %(seq)d, whose fingerprint is:", seq=lot.seq)
    ends = _("Keep this notice: after the draw the secret is shown, and anybody can see that it fits.")
    return str(title), "\n\n".join([*map(str, parts), lot.fingerprint, str(sealed), lot.last, str(ends)])
