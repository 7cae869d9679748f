"""The bank accounts of the towns that crawling tests walk over (see `tests.town`)."""

from __future__ import annotations

from typing import Any

from core.actor import command
from core.clock import today


def add(town: Any) -> None:
    """A bank account with a statement: a line that is matched, a fee that waits, a count of cash, a file not taken in yet."""
    from core.people import account_list, accounts, permissions
    from plugins.revenue.bank import accounts as banks
    from plugins.revenue.bank import booking, cash, matching, pairs, statements
    from plugins.revenue.bank.models import Line
    from plugins.revenue.ledger.accounts import open_account
    from plugins.revenue.ledger.balances import balance
    from plugins.revenue.ledger.posting import Line as Movement
    from plugins.revenue.ledger.posting import post

    actor = command(town.code)
    account_list.open_staff(actor, f"clerk{town.code[-4:]}", f"{town.mark}会计", ["bookkeeper"])
    account = accounts.account_named(f"clerk{town.code[-4:]}")
    assert account
    me = permissions.actor_of(account.id, town.code)
    assert me
    open_account(actor, "1002.town", "银行存款：社区户", "asset")
    first = today().replace(day=1)
    bank = banks.register(me, account="1002.town", name="社区户", opens_on=first)
    box = banks.register(me, account="1001", name="库存现金", opens_on=first)
    moved = Movement(5_000, "4301", "1002.town", "unallocated", "unallocated")
    posted = post(me, key="town-bank", day=first, purpose="食堂分成", lines=[moved])
    lines = f"{first},50.00,{town.mark}食堂,分成\n{first},-1.00,,{town.mark}手续费\n{first},-3.00,{town.mark}店,货款\n{first},3.00,{town.mark}店,退汇"
    statement = statements.take_in(me, statements.upload(me, bank.id, typed=lines, closing=4_900, last_day=first))
    keys = [int(key) for (key,) in Line.of(town.code, Line.id).order_by(Line.id).tuples()]
    match = matching.match(me, bank.id, keys[:1], [posted.seq])
    fee = booking.ask_fee(me, keys[1], "unallocated", f"{town.mark}手续费")
    pair = pairs.ask_pair(me, keys[2], keys[3], f"{town.mark}户名写错，银行退回")
    there = balance(town.code, account="1001", as_of=first)
    counted = cash.count(actor, box.id, day=first, counted=there)
    waiting = statements.upload(me, bank.id, typed=f"{first},7.00,{town.mark}某,转账", closing=5_600, last_day=first)
    town.values.update(
        bank_id=[bank.id, box.id],
        statement_id=[statement.id],
        statement_upload_id=[waiting],
        line_id=keys,
        match_id=[match.id],
        bank_fee_id=[fee.id],
        bank_pair_id=[pair.id],
        cash_count_id=[counted.id],
    )
