"""What the funds have of a share stays covered: nothing is taken back that was allocated, and corrections find every part of it."""

from __future__ import annotations

import peewee
import pytest

from core.errors import Refused
from core.store.db import execute, transaction
from core.store.violations import violated
from plugins.revenue.dues import acts, allocatable, lists, returning, reviewing
from plugins.revenue.dues.models import Due, Receipt
from plugins.revenue.ledger.verification import verify
from plugins.revenue.spending.models import Proposal
from tests.plugins.revenue.dues.conftest import rule
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


def test_the_owners_part_comes_back_from_the_allocations_that_brought_it_the_newest_first(town, house):
    contract = town.contract(data=rule(split=[{"to": "owners", "weight": 5}, {"to": "operating", "weight": 5}]))
    due = town.reviewed(town.due(contract), 600_000)
    town.paid(60_000)
    allocated(house, due)
    corrected(town, due, 1_000_000)
    town.paid(40_000)
    allocated(house, town.due(contract))
    first, second = (f"5101.{each.number_text}" for each in Proposal.of(town.community).order_by(Proposal.id))
    assert (town.books(first), town.books(second)) == (30_000, 20_000)
    # 50 000 less the 10 000 of the new share come back: 20 000 of the second allocation, 20 000 of the first.
    corrected(town, due, 200_000)
    assert (town.books(first), town.books(second), town.books("2601")) == (10_000, 0, -10_000)
    # And once more: nothing is left of the second one.
    corrected(town, due, 100_000)
    assert (town.books(first), town.books(second), town.books("2601")) == (5_000, 0, -5_000)
    assert verify(town.community) is None


def corrected(town, due, turnover):
    """The period is declared anew and reviewed, whatever has to come back for it first."""
    town.declared(Due.get_by_id(due.id), turnover, reason="更正")
    reviewing.approve(town.reviewer, due.id)
    act = returning.waiting(Due.get_by_id(due.id))
    if act is not None:
        acts.decide(town.director, act.id, approved=True)
        reviewing.approve(town.reviewer, due.id)


def test_what_came_back_for_nothing_goes_where_it_was_and_is_not_split_anew(town, house):
    split = [{"to": "give_back", "weight": 5}, {"to": "owners", "weight": 3}, {"to": "operating", "weight": 2}]
    contract = town.contract(data=rule(split=split))
    due = town.reviewed(town.due(contract), 1_000_010)
    town.paid(100_001)
    allocated(house, due)
    whole = funds(town)
    town.declared(town.due(contract), 400_030, reason="多报")
    reviewing.approve(town.reviewer, due.id)
    acts.decide(town.director, returning.waiting(town.due(contract)).id, approved=True)
    reviewing.give_back(town.reviewer, due.id, "原来的数对")
    (free,) = allocatable.allocatable(town.community)
    # 50 001, 30 000 and 20 000 less the 20 001, 12 001 and 8 001 the funds kept; 59 998 by 5 : 3 : 2 would be something else.
    assert (free.amount, free.split) == (59_998, {"give_back": 30_000, "owners": 17_999, "operating": 11_999})
    allocated(house, town.due(contract))
    assert funds(town) == whole and verify(town.community) is None


def test_a_fund_that_holds_an_odd_fen_more_keeps_it(town, house):
    # 4 by 8 : 8 : 3 is 2, 2, 0 and leaves nothing odd; 3 is 1, 1, 1 by the largest remainder: the third fund has one 分 too much.
    split = [{"to": "give_back", "weight": 8}, {"to": "operating", "weight": 8}, {"to": "owners", "weight": 3}]
    contract = town.contract(data=rule(split=split))
    due = town.reviewed(town.due(contract), 30)
    town.paid(3)
    allocated(house, due)
    assert (funds(town)["give_back"], funds(town)["operating"], funds(town)["owners"]) == (1, 1, 1)
    corrected(town, due, 40)
    town.paid(1)
    (free,) = allocatable.allocatable(town.community)
    assert (free.amount, sorted(free.split.values())) == (1, [0, 0, 1]) and free.split["owners"] == 0
