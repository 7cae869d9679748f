"""What belongs to dues is taken back there."""

import pytest

from core.clock import today
from core.errors import Refused
from plugins.revenue.dues.models import Receipt
from plugins.revenue.ledger import journal


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
