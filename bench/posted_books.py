"""A community's books with any number of movements, for the benchmarks of revenue: five years, eight operators, four funds.

Every entry is posted as the product posts it, with all triggers, digests and the chain; only the transactions hold many.
"""

from __future__ import annotations

import datetime

from core.actor import Actor, system
from core.store.community import Community
from core.store.db import transaction
from plugins.revenue.ledger.accounts import open_account, open_chart
from plugins.revenue.ledger.funds import open_funds
from plugins.revenue.ledger.posting import Line, post

CODE = "330481001009"
FIRST, DAYS = datetime.date(2021, 1, 1), 1826
LINES = 20
OPERATORS, FUNDS = 8, ("give_back", "operating", "reserve", "general")
_AT_ONCE = 500


def open_books() -> Actor:
    """A community with the accounts and funds everybody begins with and one account of income for each operator."""
    Community.create(code=CODE, name="西山社区")
    actor = system(CODE, "bench")
    with transaction(CODE):
        open_chart(actor)
        open_funds(actor)
        for operator in range(1, OPERATORS + 1):
            open_account(actor, f"4301.{operator}", f"经营者 {operator}", "income")
    return actor


def fill(actor: Actor, movements: int) -> int:
    """Post `movements`, `LINES` in each entry; gives the number of entries."""
    entries = movements // LINES
    for begin in range(0, entries, _AT_ONCE):
        with transaction(CODE):
            for number in range(begin, min(begin + _AT_ONCE, entries)):
                day = FIRST + datetime.timedelta(number * DAYS // entries)
                post(actor, key=f"bench {number}", day=day, purpose="经营者分成", lines=lines(number))
    return entries


def lines(number: int) -> list[Line]:
    """What one entry moves: of four movements three bring money and one spends less than these brought."""
    fund = FUNDS[number % len(FUNDS)]
    came = [
        Line(1_000 + each + number % 97, f"4301.{(number + each) % OPERATORS + 1}", "1002", fund, fund)
        for each in range(LINES * 3 // 4)
    ]
    spent = [Line(500 + each, "1002", ("5101", "5201")[each % 2], fund, fund) for each in range(LINES // 4)]
    return came + spent
