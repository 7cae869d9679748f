"""What belongs to dues is taken back there, and a share that was allocated is corrected as soon as there is money for it."""

import pytest

from core.clock import today
from core.errors import Refused
from core.store.ref import Ref
from plugins.revenue.dues import allocatable, reviewing
from plugins.revenue.dues.models import Receipt
from plugins.revenue.ledger import journal
from plugins.revenue.ledger.posting import Line, post


def test_receipts_and_deposits_are_taken_back_on_their_own_pages(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    receipt = town.paid(10_000)
    deposit = town.act("deposit_in", amount=50_000, contract_id=contract.id)
    for seq in (receipt.seq, deposit.seq):
        with pytest.raises(Refused) as refused:
            journal.request_reversal(town.bookkeeper, seq, "记错")
        assert refused.value.advice
    assert (town.due(contract).state, due.due_fen) == ("received", 10_000)
    town.act("receipt_undo", receipt_id=receipt.id)
    assert (town.due(contract).state, Receipt.get_by_id(receipt.id).undone_on) == ("due", today())


def test_a_correction_of_what_was_allocated_waits_for_money_and_says_how_much(town):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    town.paid(10_000)
    proposal = Ref("revenue.proposal", town.community, 1)
    allocatable.claim(town.secretary, [due.id], proposal)
    line = Line(10_000, "1002.1", "1002.1", "unallocated", "give_back")
    post(town.bookkeeper, key="allocated", day=today(), purpose="分配", lines=[line], record=proposal)
    allocatable.mark_allocated(town.secretary, proposal)
    town.declared(town.due(contract), 40_000, reason="漏记一张进货单")
    with pytest.raises(Refused) as refused:
        reviewing.approve(town.reviewer, due.id)
    assert (
        "60.00" in str(refused.value) and "60.00" in str(refused.value.advice) and "0.00" in str(refused.value.advice)
    )
    assert town.due(contract).due_fen == 10_000
    # The next month comes in: now there is money for it, and the operator has it to their credit.
    town.reviewed(town.due(contract, 1), 70_000)
    town.paid(7_000)
    reviewing.approve(town.reviewer, due.id)
    corrected = town.due(contract)
    assert (corrected.due_fen, corrected.received_fen, corrected.state) == (4_000, 4_000, "received")
    assert (town.books(fund="unallocated"), town.books("2203")) == (1_000, -6_000)
