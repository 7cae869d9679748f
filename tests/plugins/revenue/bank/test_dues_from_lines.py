"""A line of a statement is what an operator owes: one act receives it for the due and matches both, on both engines."""

from __future__ import annotations

import pytest

from core.clock import today
from core.errors import Refused
from plugins.revenue.bank import accounts, booking, statements
from plugins.revenue.bank.models import Line, Statement
from plugins.revenue.dues import receiving, reviewing
from plugins.revenue.dues.models import Due, Receipt
from plugins.revenue.ledger.entries import entries_about
from tests.plugins.revenue.bank.conftest import TITLES
from tests.plugins.revenue.dues.conftest import Town, town

__all__ = ["town"]


def line_of(town: Town, amount: str, payer: str) -> Line:
    """The only line of a statement that came in today."""
    bank = accounts.register(
        town.bookkeeper, account="1002.1", name="社区户", opens_on=today().replace(day=1), opening=0
    )
    row = f"{today()},分成,,{amount},{amount},{payer},20260101"
    number = statements.upload(
        town.bookkeeper, bank.id, filename="流水.csv", data=f"{TITLES}\n{row}".encode("gbk"), last_day=None
    )
    statements.take_in(town.bookkeeper, number)
    (line,) = Line.of(town.community)
    return line


def test_the_due_of_the_operator_whose_name_the_line_bears_is_offered_first(town: Town) -> None:
    due = town.reviewed(town.due(town.contract()), 30_251_30)
    line = line_of(town, "3025.13", "好味餐饮公司")
    (offered,) = booking.dues_for(line)
    assert (offered.id, offered.operator, offered.open_fen, offered.is_likely) == (due.id, "好味餐饮公司", 302513, True)


def test_money_of_a_line_is_received_for_its_due_and_matched_at_once(town: Town) -> None:
    contract = town.contract()
    due = town.reviewed(town.due(contract), 30_251_30)
    line = line_of(town, "3025.13", "好味餐饮公司")
    booking.as_due(town.bookkeeper, line.id, due.id)
    assert Due.get_of(town.community, due.id).state == "received"
    assert town.income(contract) == 302513 and town.books(fund="unallocated") == 302513
    assert not booking.is_open(line) and booking.dues_for(line) == []
    with pytest.raises(Refused):
        booking.as_due(town.bookkeeper, line.id, due.id)


def test_money_of_nobody_known_is_kept_as_dues_keep_it(town: Town) -> None:
    line = line_of(town, "88.00", "某人")
    booking.as_unknown(town.bookkeeper, line.id)
    assert town.books(fund="unknown") == 8800 and town.books("2209.unknown") == -8800


def test_every_posting_of_the_money_rests_on_the_statement_it_came_by(town: Town) -> None:
    """Received of nobody known, assigned, and posted anew after a correction: the digest of the statement is in each entry."""
    due = town.reviewed(town.due(town.contract()), 100_000)
    line = line_of(town, "100.00", "某人")
    booking.as_unknown(town.bookkeeper, line.id)
    (receipt,) = receiving.unknown(town.community)
    receiving.recognise(town.bookkeeper, receipt.id, town.operators["boss"].id)
    town.declared(due, 60_000, reason="多记了")
    reviewing.approve(town.reviewer, due.id)
    (statement,) = Statement.of(town.community)
    made = entries_about(town.community, Receipt.get_of(town.community, receipt.id).ref)
    resting = [each.evidence for each in made if each.reverses is None]
    assert len(made) == 4 and resting == [(statement.sha256,)] * 3
