"""What operators had paid before the books began here lives on: deposits, money in advance, and what lay in 待分配."""

import pytest

from core.errors import Invalid, Refused
from plugins.revenue.dues import acts, allocatable, lists, opening, receiving, reviewing
from plugins.revenue.dues.models import Due
from plugins.revenue.giving import opening as balances
from plugins.revenue.ledger.verification import verify
from tests.plugins.revenue.dues.conftest import VOTE, month, rule

LINES = (
    ("1002.1", "deposits", 80_000), ("2209.deposits", "deposits", 50_000), ("2203", "deposits", 30_000),
    ("1002.1", "unallocated", 40_000), ("1901.1", "owners", 25_000),
)  # fmt: skip


@pytest.fixture
def begun(town):
    """The town with opening balances from before its first contract."""
    made = balances.start(town.bookkeeper, month(-4))
    for account, fund, fen in LINES:
        balances.set_line(town.bookkeeper, made.id, account, fund, fen)
    balances.add_evidence(town.bookkeeper, made.id, town.files(town.bookkeeper))
    balances.hand_in(town.bookkeeper, made.id)
    balances.approve(town.director, made.id)
    return town


def left(town):
    found = opening.unassigned(town.community)
    return found.deposits, found.advances, found.shares, found.owners


def test_a_deposit_from_before_is_held_set_off_and_given_back(begun):
    contract = begun.contract(deposit_fen=50_000)
    with pytest.raises(Refused):
        acts.enter(begun.bookkeeper, "deposit_opening", reason="旧合同押金", amount=50_001, contract_id=contract.id)
    begun.act("deposit_opening", amount=45_000, contract_id=contract.id)
    assert (acts.deposit(begun.community, contract.id), left(begun)) == (45_000, (5_000, 30_000, 40_000, 25_000))
    due = begun.reviewed(begun.due(contract), 300_000)
    begun.act("deposit_set_off", amount=30_000, due_id=due.id)
    begun.act("deposit_out", amount=15_000, contract_id=contract.id)
    assert acts.deposit(begun.community, contract.id) == 0
    # 50 000 less 30 000 set off and 15 000 given back; the 5 000 of somebody else are still there.
    assert (-begun.books("2209.deposits"), begun.income(contract), begun.books("1002.1")) == (5_000, 30_000, 105_000)
    assert verify(begun.community) is None


def test_an_advance_from_before_pays_the_next_share_and_comes_back_when_that_is_corrected(begun):
    contract = begun.contract()
    begun.act("credit_opening", amount=30_000, contract_id=contract.id)
    assert (receiving.credit(begun.community, contract.operator_id), left(begun)[1]) == (30_000, 0)
    due = begun.reviewed(begun.due(contract), 200_000)
    assert (due.state, begun.income(contract), -begun.books("2203")) == ("received", 20_000, 10_000)
    begun.declared(due, 150_000, reason="多报")
    reviewing.approve(begun.reviewer, due.id)
    assert (begun.income(contract), -begun.books("2203"), begun.books(fund="unallocated")) == (15_000, 15_000, 55_000)
    receipt = receiving.credits_of(begun.community, contract.operator_id)[0]
    begun.act("receipt_undo", receipt_id=receipt.id)
    # The opening balances stay; only what was made of the advance is undone.
    assert (begun.income(contract), -begun.books("2203"), begun.books(fund="deposits")) == (0, 30_000, 80_000)
    assert (begun.due(contract).state, left(begun)[1]) == ("due", 30_000) and verify(begun.community) is None


def test_money_that_lay_in_unallocated_pays_a_period_of_before_and_is_allocated(begun):
    contract = begun.contract()
    due = begun.reviewed(begun.due(contract), 400_000)
    begun.act("credit_opening", amount=40_000, due_id=due.id)
    assert (begun.due(contract).state, begun.income(contract), left(begun)[2]) == ("received", 0, 0)
    assert [part.source for part in lists.parts_of(due)] == ["opening"]
    (free,) = allocatable.allocatable(begun.community)
    assert (free.amount, free.split) == (40_000, {"give_back": 24_000, "operating": 16_000})
    begun.declared(due, 300_000, reason="多报")
    reviewing.approve(begun.reviewer, due.id)
    # Nothing moves in the books; what is too much waits for the operator's next period.
    assert (Due.get_by_id(due.id).received_fen, begun.books(fund="unallocated")) == (30_000, 40_000)
    assert begun.reviewed(begun.due(contract, 1), 60_000).state == "received"
    credit = receiving.credits_of(begun.community, contract.operator_id)[0]
    begun.act("credit_out", receipt_id=credit.id, amount=4_000)
    assert (begun.books(fund="unallocated"), begun.books("1002.1", "unallocated")) == (36_000, 36_000)
    assert sum(each.amount for each in allocatable.allocatable(begun.community)) == 36_000
    assert verify(begun.community) is None


def test_the_owners_money_from_before_pays_for_their_space_only(begun):
    to_owners = rule(split=[{"to": "owners", "weight": 1}])
    contract = begun.contract(owner_class="owners", approval_kind="vote", vote=VOTE, data=to_owners)
    with pytest.raises(Invalid):
        acts.enter(begun.bookkeeper, "credit_opening", reason="x", amount=1, account="1002.1", contract_id=contract.id)
    begun.act("credit_opening", amount=25_000, account="1901.1", contract_id=contract.id)
    assert begun.reviewed(begun.due(contract), 250_000).state == "received"
    assert (begun.books("1901.1"), -begun.books("2601"), left(begun)[3]) == (25_000, 25_000, 0)


def test_a_deposit_that_was_set_off_wrongly_is_there_again(town):
    contract = town.contract()
    town.act("deposit_in", amount=50_000, contract_id=contract.id)
    due = town.reviewed(town.due(contract), 300_000)
    town.act("deposit_set_off", amount=30_000, due_id=due.id)
    receipt = lists.receipts(town.community)[0][0]
    wrong = acts.enter(town.bookkeeper, "receipt_undo", reason="应先催缴", receipt_id=receipt.id)
    with pytest.raises(Refused):
        acts.decide(town.bookkeeper.with_rights("revenue.approve"), wrong.id, approved=True)
    acts.decide(town.director, wrong.id, approved=True)
    assert (acts.deposit(town.community, contract.id), -town.books("2209.deposits")) == (50_000, 50_000)
    assert (town.due(contract).state, town.income(contract), town.books(fund="unallocated")) == ("due", 0, 0)
    town.act("deposit_out", amount=50_000, contract_id=contract.id)
    assert town.books("1002.1") == 0 and verify(town.community) is None
