"""Terms that come to their end: a contract that ends soon says so, one whose last day is over is ended."""

from __future__ import annotations

import datetime

from core import Actor, advance, today, transactional
from plugins.revenue.dues.contracts import ENDS_SOON, open_periods
from plugins.revenue.dues.models import Contract
from plugins.revenue.texts import _


@transactional
def watch_terms(actor: Actor) -> int:
    """Move contracts whose end is near or past; gives how many."""
    moved = 0
    day = today()
    for contract in list(Contract.of(str(actor.community)).where(Contract.state.in_(("active", "expiring")))):
        if contract.ends_on < day:
            open_periods(actor, contract)
            reason = str(_("Its term is over"))
            advance(actor, contract, "end", ended_on=contract.ends_on, ended_why=reason, reason=reason)
            moved += 1
        elif contract.state == "active" and contract.ends_on <= day + datetime.timedelta(days=ENDS_SOON):
            advance(actor, contract, "near")
            moved += 1
    return moved
