"""Keys out and in: who took the key of a room, when, and when it came back. A key that is late becomes a to-do."""

from __future__ import annotations

from typing import NamedTuple

from core import Actor, Invalid, Refused, now, record, transactional
from plugins.rooms.booking.attendance import DESK, check_in, finish, opens_at
from plugins.rooms.booking.occurrences import load
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import now_minute
from plugins.rooms.models import KeyLoan, Occurrence
from plugins.rooms.texts import _

LATE = 30
"""Minutes after the end of a booking from which its key is late."""
TAKER_LENGTH = 60


class KeyOut(NamedTuple):
    """A key that is not back: whose booking's, who took it, when (ms), whether it is late."""

    id: int
    occurrence_id: int
    room: str
    venue_id: int
    taker: str
    out_at: int
    end_min: int
    is_late: bool


@transactional
def hand_out_key(actor: Actor, occurrence_id: int, taker: str) -> KeyLoan:
    """`taker` has the key (`rooms.desk`). Who comes for the key has come: within the time to check in they are checked in.

    Raises `Invalid` (taker), `Refused` for a key that is out already and for what is not confirmed, `Forbidden`.
    """
    actor.require(DESK)
    taker = taker.strip()
    if not 1 <= len(taker) <= TAKER_LENGTH:
        raise Invalid({"taker": [_("Please write who took the key.")]})
    occurrence, _booking = load(actor, occurrence_id)
    if occurrence.state not in ("confirmed", "checked_in") or occurrence.end_min <= now_minute():
        raise Refused(_("No key is handed out for this booking."), advice=_("It is over, or not confirmed."))
    if _out(occurrence) is not None:
        raise Refused(_("The key is out already."), advice=_("Note first that it came back."))
    if occurrence.state == "confirmed" and opens_at(occurrence.community, occurrence.start_min) <= now_minute():
        check_in(actor, occurrence_id)
    loan: KeyLoan = KeyLoan.create(
        community=actor.community, occurrence_id=occurrence.id, taker=taker, out_by=actor.account
    )
    record(actor, "rooms.key.handed_out", occurrence.ref, after={"taker": taker}, permission=DESK)
    return loan


@transactional
def take_key_back(actor: Actor, occurrence_id: int) -> bool:
    """The key is back (`rooms.desk`), and so whoever was checked in has left: returns whether that finished the booking.

    Raises `Refused` when no key is out.
    """
    actor.require(DESK)
    occurrence, _booking = load(actor, occurrence_id)
    loan = _out(occurrence)
    if loan is None:
        raise Refused(_("The key is back already."))
    moment = now()
    KeyLoan.update(back_at=max(moment, loan.out_at), back_by=actor.account).where(
        KeyLoan.id == loan.id, KeyLoan.community == actor.community
    ).execute()
    record(actor, "rooms.key.taken_back", occurrence.ref, after={"taker": loan.taker}, permission=DESK)
    if occurrence.state != "checked_in" or occurrence.start_min > now_minute():
        return False
    finish(actor, occurrence_id)
    return True


def _out(occurrence: Occurrence) -> KeyLoan | None:
    found: KeyLoan | None = (
        KeyLoan.of(occurrence.community)
        .where(KeyLoan.occurrence_id == occurrence.id, KeyLoan.back_at.is_null())
        .first()
    )
    return found


def key_loans(actor: Actor, occurrence_id: int) -> list[KeyLoan]:
    """The keys handed out for a booking, the last first (`rooms.desk`)."""
    actor.require(DESK)
    return list(KeyLoan.of(actor.community).where(KeyLoan.occurrence_id == occurrence_id).order_by(KeyLoan.id.desc()))


_KEYS_OUT = """
    SELECT k.id, o.id, r.name, r.venue_id, k.taker, k.out_at, o.end_min
    FROM rooms_key_loan k JOIN rooms_occurrence o ON o.community=k.community AND o.id=k.occurrence_id
        JOIN rooms_room r ON r.community=o.community AND r.id=o.room_id
    WHERE k.community=? AND k.back_at IS NULL ORDER BY o.end_min, k.id LIMIT 200
"""


def keys_out(actor: Actor) -> list[KeyOut]:
    """The keys that are not back (`rooms.desk`), the latest first."""
    actor.require(DESK)
    minute = now_minute()
    return [KeyOut._make((*row, row[-1] + LATE <= minute)) for row in rows(_KEYS_OUT, actor.community)]
