"""Locked months: a month that is locked takes no posting, nor does any before it. Nothing unlocks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core import Actor, Invalid, Label, Ref, Refused, record, rows, today, transactional
from plugins.revenue.ledger.register import enter
from plugins.revenue.texts import _

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")

# What speaks against locking a month, asked with (community, YYYY-MM): the other parts add their own.
lock_checks: list[Callable[[str, str], Iterable[Label]]] = []

# What follows at once, in the transaction of the lock, called with (actor, YYYY-MM, number in the register): the other parts add their own.
lock_follows: list[Callable[[Actor, str, int], None]] = []


@dataclass(frozen=True)
class Lock:
    """A month (YYYY-MM) up to which the books are locked, since when (ms UTC) and by whom."""

    month: str
    at: int
    by: str


def locked_until(community: str) -> str:
    """The last locked month, YYYY-MM, or empty."""
    return rows("SELECT COALESCE(max(month), '') FROM revenue_period WHERE community = ?", community)[0][0]


def is_locked(community: str, day: datetime.date) -> bool:
    """Whether nothing can be posted on this day any more."""
    return day.isoformat()[:7] <= locked_until(community)


def booking_day(community: str, day: datetime.date) -> datetime.date:
    """The day something is booked on: its own, or today where that month is locked already."""
    return today() if is_locked(community, day) else day


def locks(community: str) -> list[Lock]:
    """Every lock, the newest first."""
    found = rows("SELECT month, at, by_label FROM revenue_period WHERE community = ? ORDER BY id DESC", community)
    return [Lock(*row) for row in found]


def reasons_against(community: str, month: str) -> list[Label]:
    """Why a month cannot be locked now."""
    if month <= locked_until(community):
        return [_("The books of this month are locked.")]
    if month >= today().isoformat()[:7]:
        return [_("A month can be locked when it is over.")]
    return [reason for check in lock_checks for reason in check(community, month)]


@transactional
def lock(actor: Actor, month: str) -> None:
    """Lock a month (YYYY-MM) that is over, and all before it, for ever. Raises `Refused` with what speaks against it."""
    actor.require("revenue.close")
    community = str(actor.community)
    if not _MONTH.fullmatch(month):
        raise Invalid({"month": [_("Please choose a month.")]})
    reasons = reasons_against(community, month)
    if reasons:
        raise Refused(reasons[0], advice="\n".join(str(reason) for reason in reasons[1:]) or None)
    number = enter(actor, "period", {"month": month})
    record(
        actor,
        "revenue.period.locked",
        Ref("revenue.period", community, number),
        permission="revenue.close",
        after={"month": month},
    )
    for follow in lock_follows:
        follow(actor, month, number)
