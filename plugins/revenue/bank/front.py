"""What waits for whoever keeps the books: statements at the beginning of a month, lines, fees and counts, a month to close."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from core import Actor, Todo, today
from plugins.revenue.bank import cash
from plugins.revenue.bank.accounts import CLOSE, COUNT, MATCH, banks, last_statement, unexplained_count
from plugins.revenue.bank.booking import APPROVE
from plugins.revenue.bank.models import BankAccount, BankPair, Fee
from plugins.revenue.bank.reconciling import has_moved, may_not_close, next_month, reasons_open
from plugins.revenue.bank.statements import month_end
from plugins.revenue.ledger.periods import locked_until
from plugins.revenue.texts import _

# The bank's statement is there in the first days of a month.
STATEMENT_BY = 5
CLOSE_BY = 15


def todo_items(community: str, actor: Actor) -> Iterator[Todo]:
    """The work of this part for this actor."""
    if not any(actor.can(name) for name in (MATCH, CLOSE, COUNT, APPROVE)):
        return
    base = f"/c/{community}/revenue/desk/bank"
    this_month = today().replace(day=1)
    before = this_month - datetime.timedelta(days=1)
    if actor.can(MATCH):
        yield from _for_bookkeeper(community, base, before)
    if actor.can(COUNT):
        yield from _for_cashier(community, base, before)
    if actor.can(APPROVE):
        waiting = int(Fee.of(community).where(Fee.decided_at.is_null()).count())
        if waiting:
            yield Todo(
                _("Fees of the bank to approve: %(count)d", count=waiting),
                f"{base}/fees",
                icon="receipt",
                permission=APPROVE,
            )
        going_back = int(BankPair.of(community).where(BankPair.decided_at.is_null()).count())
        if going_back:
            yield Todo(
                _("Money that came and went back, to confirm: %(count)d", count=going_back),
                f"{base}/fees",
                icon="undo-2",
                permission=APPROVE,
            )
    if actor.can(CLOSE):
        for each in cash.waiting(community):
            if each.counted_by != actor.account:
                yield Todo(
                    _("Look at a count of the cash box"), f"{base}/{each.bank_id}", due=each.day.isoformat(), icon="wallet",
                    permission=CLOSE,
                )  # fmt: skip
        yield from _to_close(community, actor, base, before)


def _for_bookkeeper(community: str, base: str, before: datetime.date) -> Iterator[Todo]:
    due = (before + datetime.timedelta(days=STATEMENT_BY)).isoformat()
    for bank in banks(community, also_closed=False):
        if bank.is_cash:
            continue
        last = last_statement(bank)
        if bank.opens_on <= before and (last is None or last.last_day < before):
            yield Todo(
                _("Take in the statement of %(name)s", name=bank.name), f"{base}/{bank.id}/import", due=due, icon="file-up",
                permission=MATCH,
            )  # fmt: skip
        waiting = unexplained_count(bank)
        if waiting:
            yield Todo(
                _("%(name)s: %(count)d lines to match", name=bank.name, count=waiting), f"{base}/{bank.id}/match", due=due,
                icon="link", permission=MATCH,
            )  # fmt: skip


def _for_cashier(community: str, base: str, before: datetime.date) -> Iterator[Todo]:
    end, locked = before.isoformat(), locked_until(community)
    for bank in banks(community, also_closed=False):
        if _is_to_be_counted(bank, end, locked):
            yield Todo(
                _("Count the cash: %(name)s", name=bank.name), f"{base}/{bank.id}/count",
                due=(before + datetime.timedelta(days=STATEMENT_BY)).isoformat(), icon="wallet", permission=COUNT,
            )  # fmt: skip


def _is_to_be_counted(bank: BankAccount, end: str, locked: str) -> bool:
    return bool(bank.is_cash) and has_moved(bank, end, locked) and not cash.counted_well(bank, end)


def _to_close(community: str, actor: Actor, base: str, before: datetime.date) -> Iterator[Todo]:
    month = next_month(community)
    if not month or month > before.strftime("%Y-%m") or may_not_close(actor, month) or reasons_open(community, month):
        return
    first = datetime.date.fromisoformat(f"{month}-01")
    due = month_end(first) + datetime.timedelta(days=CLOSE_BY)
    yield Todo(
        _("Close the books of %(month)s", month=month),
        f"{base}/close",
        due=due.isoformat(),
        icon="lock",
        permission=CLOSE,
    )
