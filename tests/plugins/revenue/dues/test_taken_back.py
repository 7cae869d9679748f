"""What the funds have of a share stays covered: nothing is taken back that was allocated, and corrections find every part of it."""

from __future__ import annotations

import peewee
import pytest

from core.errors import Refused
from core.store.db import execute, transaction
from core.store.violations import violated
from plugins.revenue.dues import acts, lists, returning, reviewing
from plugins.revenue.dues.models import Receipt
from plugins.revenue.ledger.verification import verify
from tests.plugins.revenue.dues.test_returning import allocated, funds, house

__all__ = ["house"]


def test_a_receipt_of_which_the_funds_have_the_money_is_taken_back_only_after_a_correction(town, house):
    mine, other = town.contract(), town.contract(who="rival")
    due = town.reviewed(town.due(mine), 100_000)
    receipt = town.paid(10_000)
    allocated(house, due)
    town.reviewed(town.due(other), 100_000, actor=town.rival)
    town.paid(10_000, who="rival")
    with pytest.raises(Refused) as refused:
        acts.enter(town.bookkeeper, "receipt_undo", reason="记错", receipt_id=receipt.id)
    assert "100.00" in str(refused.value) and refused.value.advice
    assert (funds(town)["unallocated"], town.due(mine).received_fen) == (10_000, 10_000)
    # What the advice says: the share is corrected, the funds give the money back, and then the receipt goes.
    town.declared(town.due(mine), 0, reason="记错了到账")
    reviewing.approve(town.reviewer, due.id)
    acts.decide(town.director, returning.waiting(town.due(mine)).id, approved=True)
    reviewing.approve(town.reviewer, due.id)
    town.act("receipt_undo", receipt_id=receipt.id)
    town.declared(town.due(mine), 100_000, reason="更正回来")
    reviewing.approve(town.reviewer, due.id)
    assert (town.due(mine).open_fen, town.due(mine).allocated_fen) == (10_000, 0)
    assert funds(town) == {"unallocated": 10_000, "give_back": 0, "owners": 0, "operating": 0, "deposits": 0}
    allocated(house, town.due(other))
    assert funds(town)["unallocated"] == 0 and verify(town.community) is None


def test_a_deposit_that_was_set_off_and_allocated_is_not_paid_out_beside(town, house):
    contract = town.contract()
    town.act("deposit_in", amount=10_000, contract_id=contract.id)
    due = town.reviewed(town.due(contract), 100_000)
    town.act("deposit_set_off", amount=10_000, due_id=due.id)
    allocated(house, town.due(contract))
    (receipt,) = [each for each, *_rest in lists.receipts(town.community) if each.source == "deposit"]
    with pytest.raises(Refused):
        town.act("receipt_undo", receipt_id=receipt.id)
    with pytest.raises(Refused):
        town.act("deposit_out", amount=10_000, contract_id=contract.id)
    assert (town.due(contract).received_fen, town.books("1002.1")) == (10_000, 10_000)


def test_what_more_was_paid_than_allocated_can_go(town, house):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    town.paid(10_000)
    allocated(house, due)
    town.declared(town.due(contract), 150_000, reason="少报")
    reviewing.approve(town.reviewer, due.id)
    more = town.paid(5_000)
    town.act("receipt_undo", receipt_id=more.id)
    found = town.due(contract)
    assert (found.received_fen, found.allocated_fen, found.open_fen) == (10_000, 10_000, 5_000)


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("revenue_due_allocated_covered", "UPDATE revenue_due SET allocated_fen = 10001 WHERE id = {due}"),
        (
            "revenue_due_allocated_covered",
            "UPDATE revenue_due SET proposal = 'x', claimed_fen = 1 WHERE id = {due}",
        ),
        ("revenue_part_allocated", "UPDATE revenue_part SET undone_on = '2026-01-01' WHERE receipt_id = {receipt}"),
    ],
)
def test_the_database_keeps_what_was_allocated_covered(town, house, name, statement):
    due = town.reviewed(town.due(town.contract()), 100_000)
    receipt = town.paid(10_000)
    allocated(house, due)
    with transaction(town.community):  # the part counts only while it pays in full
        execute(f"UPDATE revenue_due SET state = 'part_paid' WHERE id = {due.id}")
    with pytest.raises(peewee.IntegrityError) as refused, transaction(town.community):
        execute(statement.format(due=due.id, receipt=receipt.id))
    assert violated(refused.value) == name


def test_the_database_lets_no_receipt_go_of_which_the_funds_have_the_money(town, house):
    """Not even while a correction waits, when its parts may be posted anew; such a period still says where its money arrived."""
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    receipt = town.paid(10_000)
    allocated(house, due)
    town.declared(town.due(contract), 40_000, reason="多报")
    reviewing.approve(town.reviewer, due.id)
    act = returning.waiting(town.due(contract))
    with transaction(town.community):
        execute(f"UPDATE revenue_part SET undone_on = '2026-01-01' WHERE receipt_id = {receipt.id}")
    with pytest.raises(peewee.IntegrityError) as refused, transaction(town.community):
        execute(f"UPDATE revenue_receipt SET undone_on = '2026-01-01' WHERE id = {receipt.id}")
    assert violated(refused.value) == "revenue_receipt_allocated"
    acts.decide(town.director, act.id, approved=True)
    assert (funds(town)["unallocated"], town.due(contract).allocated_fen) == (6_000, 4_000)
    assert Receipt.get_by_id(receipt.id).undone_on is None
