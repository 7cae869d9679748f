"""`revenue.LedgerService/1`: the ledger as other modules call it."""

from __future__ import annotations

from core import Actor
from plugins.revenue.ledger import balances, holds, posting


class Ledger:
    """See `plugins.revenue.contracts.LedgerService`."""

    post = staticmethod(posting.post)
    hold = staticmethod(holds.hold)
    balance = staticmethod(balances.balance)
    statement = staticmethod(balances.statement)
    reverse = staticmethod(posting.reverse)

    def release(self, actor: Actor, hold: int, *, key: str, reason: str, amount: int | None = None) -> None:
        """Release some of a hold, or the rest, once for each `key`."""
        holds.release(actor, hold, key=key, reason=reason, amount=amount)
