"""What belongs to dues is taken back there, and a fund its rules name stays open."""

from dataclasses import replace

import pytest

from core.clock import today
from core.errors import Refused
from plugins.revenue.dues import contracts
from plugins.revenue.dues.models import Receipt
from plugins.revenue.ledger import chart, journal
from tests.plugins.revenue.dues.conftest import rule


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


def test_a_fund_that_the_rule_of_a_contract_names_stays_open(town):
    director = replace(town.director, permissions=town.director.permissions | {"revenue.approve"})
    fund = chart.open_fund_by_hand(director, "为老服务", "community", False, "助餐")
    assert chart.why_fund_stays(town.community, fund.code) is None
    draft = town.contract(data=rule(split=[{"to": fund.code, "weight": 1}]), signed=False)
    with pytest.raises(Refused):
        chart.close_fund_by_hand(director, fund.code, "不用了")
    contracts.drop(town.clerk, draft.id)
    chart.close_fund_by_hand(director, fund.code, "不用了")
