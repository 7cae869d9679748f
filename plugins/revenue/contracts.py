"""What other modules may rely on: the Protocol of the service `revenue.LedgerService/1`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Protocol

from core import Actor, Ref
from plugins.revenue.ledger.balances import StatementPage
from plugins.revenue.ledger.posting import Line, Posted

__all__ = ["LedgerService", "Line", "Posted", "StatementPage"]


class LedgerService(Protocol):
    """The community's ledger for other modules; sums are 分 > 0, accounts and funds are named by code.

    Every act has an idempotency `key`: the same key with the same content is the same act, with other content `Refused`.
    The caller's own page has asked for permission, and the act joins the caller's transaction.
    """

    def post(
        self,
        actor: Actor,
        *,
        key: str,
        day: datetime.date,
        purpose: str,
        lines: Sequence[Line],
        record: Ref | None = None,
        evidence: Sequence[str] = (),
        approvals: Sequence[str] = (),
    ) -> Posted:
        """Post one entry. Raises `Refused` for a locked month, a fund without cover, unknown or closed accounts."""
        ...

    def hold(self, actor: Actor, *, key: str, fund: str, amount: int, record: Ref, purpose: str) -> int:
        """Hold money of a fund for a record; gives the number of the hold. Raises `Refused` without cover."""
        ...

    def release(self, actor: Actor, hold: int, *, key: str, reason: str, amount: int | None = None) -> None:
        """Release some of a hold, or the rest. Raises `Refused` for more than is held."""
        ...

    def balance(
        self,
        community: str,
        account: str | None = None,
        fund: str | None = None,
        as_of: datetime.date | None = None,
    ) -> int:
        """What stands in an account or a fund, debit positive."""
        ...

    def statement(
        self,
        community: str,
        *,
        account: str | None = None,
        fund: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> StatementPage:
        """A page of movements, newest first, with running balances and the cursor of the older ones."""
        ...

    def reverse(
        self,
        actor: Actor,
        seq: int,
        *,
        key: str,
        day: datetime.date,
        reason: str,
        approvals: Sequence[str],
        fresh: Sequence[Line] = (),
    ) -> tuple[Posted, Posted | None]:
        """Reverse an entry by its full mirror, and post `fresh` in its place. At most once for each entry."""
        ...
