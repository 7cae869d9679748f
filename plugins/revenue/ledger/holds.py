"""Holds: money of a fund that is promised. A fund never has less money than is held in it; the database sees to it."""

from __future__ import annotations

from dataclasses import dataclass

import peewee

from core import Actor, Invalid, NotFound, Ref, Refused, rows, transaction, transactional, violated
from plugins.revenue.ledger.funds import fund as fund_of
from plugins.revenue.ledger.register import enter
from plugins.revenue.texts import _

_RELEASED = (
    "COALESCE((SELECT sum(r.amount) FROM revenue_hold_release r WHERE r.community = h.community AND r.hold = h.id), 0)"
)
_SELECT = f"SELECT h.id, h.fund, h.amount, {_RELEASED}, h.record, h.purpose, h.at, h.by_label FROM revenue_hold h WHERE h.community = ?"


@dataclass(frozen=True)
class HoldLine:
    """A hold: `amount` 分 when it was placed, `open` 分 that is still held; `at` ms UTC."""

    id: int
    fund: str
    amount: int
    open: int
    record: Ref
    purpose: str
    at: int
    by: str


@transactional
def hold(actor: Actor, *, key: str, fund: str, amount: int, record: Ref, purpose: str) -> int:
    """Hold money of a fund for a record; gives the number of the hold.

    The same `key` with the same content is the same hold. Raises `Refused` where the fund has not that much left.
    """
    community, purpose = str(actor.community), purpose.strip()
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise TypeError(f"a hold takes whole 分, not {amount!r}")
    if amount <= 0:
        raise Invalid({"amount": [_("Each amount must be more than zero.")]})
    if record.community != community:
        raise NotFound
    if not fund_of(community, fund).is_open:
        raise Refused(_("An account or a fund does not exist, or is closed."))
    values = {"key": key, "fund": fund, "amount": amount, "record": str(record), "purpose": purpose}
    found = rows(
        "SELECT id, fund, amount, record, purpose FROM revenue_hold WHERE community = ? AND key = ?", community, key
    )
    if found:
        if list(found[0][1:]) != [fund, amount, str(record), purpose]:
            raise Refused(_("Something else has been posted under this number already."))
        return found[0][0]
    try:
        with transaction(community):
            return enter(actor, "hold", values)
    except peewee.IntegrityError as error:
        if violated(error) != "revenue_fund_covered":
            raise
        raise Refused(_("There is not enough money in this fund, or it is held for something else.")) from error


@transactional
def release(actor: Actor, hold_id: int, *, reason: str, amount: int | None = None, key: str = "") -> None:
    """Give back what is held: `amount` 分, or the rest. A hold that is all released stays so.

    With a `key` it happens once, however often it is asked for. Raises `NotFound`, and `Refused` for more than is still held.
    """
    community = str(actor.community)
    found = rows(f"{_SELECT} AND h.id = ?", community, hold_id)
    if not found:
        raise NotFound
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why.")]})
    if key and _released_before(community, key, hold_id, amount):
        return
    rest = found[0][2] - int(found[0][3])
    if amount is None and not rest:
        return
    amount = rest if amount is None else amount
    if not 0 < amount <= rest:
        raise Refused(_("Less than that is still held."))
    if not key:
        times = rows("SELECT count(*) FROM revenue_hold_release WHERE community = ? AND hold = ?", community, hold_id)
        key = f"hold {hold_id}, {times[0][0] + 1}"
    enter(actor, "release", {"key": key, "hold": hold_id, "amount": amount, "reason": reason.strip()})


def _released_before(community: str, key: str, hold_id: int, amount: int | None) -> bool:
    found = rows("SELECT hold, amount FROM revenue_hold_release WHERE community = ? AND key = ?", community, key)
    if found and (found[0][0] != hold_id or amount not in (None, found[0][1])):
        raise Refused(_("Something else has been posted under this number already."))
    return bool(found)


def holds(community: str, fund: str | None = None, only_open: bool = True) -> list[HoldLine]:
    """The holds of a community or of one fund, the oldest first."""
    where, values = (" AND h.fund = ?", [fund]) if fund is not None else ("", [])
    lines = [
        HoldLine(row[0], row[1], row[2], row[2] - int(row[3]), Ref.parse(row[4], community), *row[5:])
        for row in rows(f"{_SELECT}{where} ORDER BY h.id", community, *values)
    ]
    return [line for line in lines if line.open or not only_open]


def held(community: str, fund: str) -> int:
    """How much of a fund is held, in 分."""
    found = rows("SELECT held FROM revenue_fund_total WHERE community = ? AND fund = ?", community, fund)
    return found[0][0] if found else 0
