"""What operators had paid before the books began here lives on: deposits, money in advance, and what lay in 待分配."""

import peewee
import pytest

from core.errors import Invalid, Refused
from core.store.db import execute, transaction
from core.store.violations import violated
from plugins.revenue.dues import acts, allocatable, lists, opening, receiving, reviewing
from plugins.revenue.dues.models import Due, MoneyAct, Receipt
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
    due = begun.reviewed(begun.due(contract), 200_000)
    theirs = {"account": "1901.1", "due_id": due.id}
    for asked in ({"contract_id": contract.id, "account": "1901.1", "amount": 1}, {**theirs, "amount": 20_001}):
        with pytest.raises(Refused):  # no period, or more than is to be paid for it
            acts.enter(begun.bookkeeper, "credit_opening", reason="x", **asked)
    begun.act("credit_opening", amount=20_000, **theirs)
    assert begun.due(contract).state == "received"
    assert (begun.books("1901.1"), -begun.books("2601"), left(begun)[3]) == (25_000, 25_000, 5_000)


def test_only_what_a_correction_freed_of_the_owners_money_from_before_goes_back(begun):
    to_owners = rule(split=[{"to": "owners", "weight": 1}])
    contract = begun.contract(owner_class="owners", approval_kind="vote", vote=VOTE, data=to_owners)
    due = begun.reviewed(begun.due(contract), 250_000)
    begun.act("credit_opening", amount=25_000, account="1901.1", due_id=due.id)
    begun.declared(due, 200_000, reason="多报")
    reviewing.approve(begun.reviewer, due.id)
    (receipt,) = receiving.credits_of(begun.community, contract.operator_id)
    assert opening.may_go_back(receipt) == 5_000
    begun.act("credit_out", receipt_id=receipt.id, amount=3_000)
    with pytest.raises(Refused):
        begun.act("credit_out", receipt_id=receipt.id, amount=2_001)
    assert (begun.books("1901.1"), begun.books(fund="owners")) == (22_000, 22_000)


def test_the_owners_money_from_before_that_paid_nothing_is_nobodys_to_take(begun):
    """As it could be entered before: without a period. Neither the pages nor the database let it go out."""
    contract = begun.contract(owner_class="owners", approval_kind="vote", vote=VOTE)
    receipt = Receipt.create(
        community=begun.community, operator_id=contract.operator_id, owner_class="owners", amount=20_000, arrived_on=month(-4),
        account="1901.1", opening_fund="owners", seq=balances.current(begun.community).seq, by_account=1, by_label="谁",
    )  # fmt: skip
    with pytest.raises(Refused):
        begun.act("credit_out", receipt_id=receipt.id, amount=20_000)
    with pytest.raises(peewee.IntegrityError) as refused, transaction(begun.community):
        MoneyAct.create(
            community=begun.community, act_kind="credit_out", receipt_id=receipt.id, amount=1, on_day=month(0), reason="x",
            by_account=1, by_label="谁", decision="approved", decided_by=2, decided_at=1, seq=1,
        )  # fmt: skip
        execute(f"UPDATE revenue_receipt SET given_back_fen = 1 WHERE id = {receipt.id}")
    assert violated(refused.value) == "revenue_receipt_opening_back"
    with pytest.raises(peewee.IntegrityError) as refused, transaction(begun.community):
        Receipt.create(
            community=begun.community, operator_id=contract.operator_id, owner_class="owners", amount=5_001, arrived_on=month(-4),
            account="1901.1", opening_fund="owners", seq=receipt.seq, by_account=1, by_label="谁",
        )  # fmt: skip
    assert violated(refused.value) == "revenue_receipt_opening_there"


def corrected(town, account, fund, fen):
    """A correction of the opening balances with one other line, not handed in yet."""
    made = balances.correct(town.bookkeeper, "抄错了")
    balances.set_line(town.bookkeeper, made.id, account, fund, fen)
    balances.add_evidence(town.bookkeeper, made.id, town.files(town.bookkeeper))
    return made


def test_opening_balances_are_not_corrected_below_what_was_assigned_of_them(begun):
    contract = begun.contract(deposit_fen=50_000)
    made = corrected(begun, "2209.deposits", "deposits", 10_000)
    balances.hand_in(begun.bookkeeper, made.id)
    begun.act("deposit_opening", amount=45_000, contract_id=contract.id)  # while the correction waits
    with pytest.raises(Refused) as refused:
        balances.approve(begun.director, made.id)
    assert all(word in str(refused.value) for word in ("450.00", "100.00")) and refused.value.advice
    balances.give_back(begun.director, made.id, "押金已认定")
    with pytest.raises(Refused):
        balances.hand_in(begun.bookkeeper, made.id)
    balances.set_line(begun.bookkeeper, made.id, "2209.deposits", "deposits", 45_000)
    balances.hand_in(begun.bookkeeper, made.id)
    balances.approve(begun.director, made.id)
    assert left(begun) == (0, 30_000, 40_000, 25_000) and verify(begun.community) is None


@pytest.mark.parametrize(
    ("account", "fund", "name"),
    [("2203", "deposits", "advances"), ("1002.1", "unallocated", "shares"), ("1901.1", "owners", "owners")],
)
def test_each_part_of_the_opening_balances_holds_what_was_assigned_of_it(begun, account, fund, name):
    data = rule(split=[{"to": "owners", "weight": 1}])
    contract = (
        begun.contract(owner_class="owners", approval_kind="vote", vote=VOTE, data=data)
        if fund == "owners"
        else begun.contract()
    )
    due = begun.reviewed(begun.due(contract), 200_000)
    about = {"contract_id": contract.id} if name == "advances" else {"due_id": due.id}
    begun.act("credit_opening", amount=20_000, account="1901.1" if fund == "owners" else "1002.1", **about)
    made = corrected(begun, account, fund, 19_999)
    with pytest.raises(Refused) as refused:
        balances.hand_in(begun.bookkeeper, made.id)
    assert "200.00" in str(refused.value) and "199.99" in str(refused.value)
    execute(f"UPDATE revenue_opening SET state = 'handed_in' WHERE id = {made.id}")
    execute(f"UPDATE revenue_opening SET state = 'reversed' WHERE id = {made.replaces}")
    with pytest.raises(peewee.IntegrityError) as lacking, transaction(begun.community):
        execute(f"UPDATE revenue_opening SET state = 'posted', decided_by = 0, seq = 1 WHERE id = {made.id}")
    assert violated(lacking.value) == "revenue_opening_assigned"


def test_a_deposit_assigned_to_the_wrong_contract_is_taken_back_by_two_people(begun):
    wrong, right = begun.contract(deposit_fen=50_000), begun.contract(who="rival", deposit_fen=50_000)
    begun.act("deposit_opening", amount=50_000, contract_id=wrong.id)
    for contract, amount in ((wrong, 50_001), (right, 1)):
        with pytest.raises(Refused):
            acts.enter(begun.bookkeeper, opening.UNDO, reason="认错", amount=amount, contract_id=contract.id)
    undo = acts.enter(begun.bookkeeper, opening.UNDO, reason="认错", amount=50_000, contract_id=wrong.id)
    with pytest.raises(Refused):
        acts.decide(begun.bookkeeper.with_rights("revenue.approve"), undo.id, approved=True)
    before = begun.books("2209.deposits")
    acts.decide(begun.director, undo.id, approved=True)
    assert (acts.deposit(begun.community, wrong.id), left(begun)[0], begun.books("2209.deposits")) == (
        0,
        50_000,
        before,
    )
    begun.act("deposit_opening", amount=50_000, contract_id=right.id)
    begun.act("deposit_out", amount=50_000, contract_id=right.id)
    assert verify(begun.community) is None


def test_a_deposit_from_before_that_was_used_is_not_taken_back(begun):
    contract = begun.contract(deposit_fen=50_000)
    begun.act("deposit_opening", amount=50_000, contract_id=contract.id)
    undo = acts.enter(begun.bookkeeper, opening.UNDO, reason="认错", amount=50_000, contract_id=contract.id)
    begun.act("deposit_out", amount=20_000, contract_id=contract.id)
    with pytest.raises(Refused):
        acts.decide(begun.director, undo.id, approved=True)
    decided = "decision = 'approved', decided_by = 0, decided_at = 1, seq = 1"
    with pytest.raises(peewee.IntegrityError) as refused, transaction(begun.community):
        execute(f"UPDATE revenue_act SET {decided} WHERE id = {undo.id}")
    assert violated(refused.value) == "revenue_act_deposit_covered"
    begun.act("deposit_in", amount=30_000, contract_id=contract.id)
    more = MoneyAct.create(
        community=begun.community, act_kind=opening.UNDO, contract_id=contract.id, amount=50_001, on_day=month(0), reason="x",
        by_account=1, by_label="谁",
    )  # fmt: skip
    with pytest.raises(peewee.IntegrityError) as refused, transaction(begun.community):
        execute(f"UPDATE revenue_act SET {decided} WHERE id = {more.id}")
    assert violated(refused.value) == "revenue_act_opening_undone"


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
