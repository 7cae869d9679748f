"""What goes on when a contract has ended, and an advance that pays whatever is open, however it came about."""

import datetime

import pytest

from core.errors import Refused
from core.store.community import find_community
from plugins.revenue.dues import acts, contracts, declaring, front, lists, receiving, reviewing
from plugins.revenue.dues.models import Contract, Due
from plugins.revenue.ledger.verification import verify
from tests.plugins.revenue.dues.conftest import month, rule


def todos(town, actor):
    return [str(each.title) for each in front.todo_items(find_community(town.community), actor)]


def job(town):
    return town.store.actor("x", kind="system")


def test_a_chosen_period_takes_its_part_and_the_rest_goes_to_what_else_is_open(town):
    contract = town.contract()
    for number in (0, 1):
        town.reviewed(town.due(contract, number), 1_000_000)
    town.paid(150_000, dues=[town.due(contract, 1).id])
    assert [town.due(contract, number).received_fen for number in (1, 0)] == [100_000, 50_000]
    assert receiving.credit(town.community, contract.operator_id) == 0


def test_an_advance_pays_a_period_that_is_open_again_but_not_while_it_is_to_go_back(town):
    contract = town.contract()
    town.reviewed(town.due(contract), 1_000_000)
    wrong = town.paid(100_000)
    right = town.paid(60_000)  # in advance
    slip = town.files(town.bookkeeper)
    back = acts.enter(town.bookkeeper, "credit_out", reason="退回", receipt_id=right.id, amount=10_000, scans=slip)
    town.act("receipt_undo", receipt_id=wrong.id)
    assert (town.due(contract).received_fen, receiving.credit(town.community, contract.operator_id)) == (0, 60_000)
    acts.decide(town.director, back.id, approved=True)
    assert receiving.mark_overdue(job(town)) == 0
    assert (town.due(contract).received_fen, town.due(contract).state) == (50_000, "part_paid")
    assert (town.income(contract), -town.books("2203")) == (50_000, 0) and verify(town.community) is None


def test_an_end_that_is_entered_late_leaves_nothing_due_afterwards(town):
    contract = town.contract(months=4, estimate_fen=30_000)
    town.reviewed(town.due(contract), 1_000_000)
    estimated = declaring.estimate(job(town), town.due(contract, 2))
    reviewing.approve(town.reviewer, estimated.id)
    town.paid(130_000)
    last = month(-3) + datetime.timedelta(days=14)
    ended = contracts.end(town.clerk, contract.id, last, "停业")
    assert (ended.state, ended.ended_on, town.due(contract, 1).last_day) == ("ended", last, last)
    after = [due for due in Due.of(town.community).where(Due.contract_id == contract.id) if due.first_day > last]
    assert {due.state for due in after} == {"computed"} and len(after) == 3
    for due in after:
        assert lists.shares_of(due)[0].steps == ["这一期开始以前合同已经结束，不用缴。"]
        done = reviewing.approve(town.reviewer, due.id)
        assert (done.state, done.due_fen) == ("received", 0)
    # What was paid by the estimate is the operator's again.
    assert (town.income(contract), receiving.credit(town.community, contract.operator_id)) == (100_000, 30_000)
    assert declaring.estimate_missing(job(town)) == 1  # only the half month until the end
    assert {Due.get_by_id(due.id).state for due in after} == {"received"} and verify(town.community) is None


def test_a_contract_does_not_end_before_a_period_that_somebody_declared(town):
    contract = town.contract(months=4, data=rule(mode="cumulative"))
    for number in (0, 1):
        town.reviewed(town.due(contract, number), 500_000)
    with pytest.raises(Refused):
        contracts.end(town.clerk, contract.id, month(-4), "停业")
    with pytest.raises(Refused):
        contracts.end(town.clerk, contract.id, month(-3), "停业")
    assert contracts.end(town.clerk, contract.id, month(-2) - datetime.timedelta(days=1), "停业").state == "ended"
    assert reviewing.approve(town.reviewer, town.due(contract, 2).id).due_fen == 0


def test_what_is_left_after_the_end_is_asked_for(town):
    contract = town.contract()
    town.act("deposit_in", amount=50_000, contract_id=contract.id)
    town.paid(20_000)
    assert not any("押金" in each or "多缴" in each for each in todos(town, town.bookkeeper))
    contracts.end(town.clerk, contract.id, contract.starts_on, "停业")
    asked = [each for each in todos(town, town.bookkeeper) if "押金" in each or "多缴" in each]
    assert len(asked) == 2
    town.act("deposit_out", amount=50_000, contract_id=contract.id)
    town.act("credit_out", receipt_id=lists.receipts(town.community)[0][0].id, amount=20_000)
    assert not any("押金" in each or "多缴" in each for each in todos(town, town.bookkeeper))


def test_a_contract_that_was_renewed_is_not_asked_for_any_more(town):
    contract = town.contract()
    Contract.update(state="expiring").where(Contract.id == contract.id).execute()
    assert sum("续签" in each for each in todos(town, town.clerk)) == 1
    values = {**contracts.renewal_of(contract), "approval": "2026年6月居民会议纪要"}
    renewal = contracts.save_draft(town.clerk, None, values, renews=contract.id)
    assert sum("续签" in each for each in todos(town, town.clerk)) == 1
    contracts.add_rule(town.clerk, renewal.id, rule(), renewal.starts_on)
    contracts.sign(town.clerk, renewal.id, month(0), town.files(town.clerk))
    assert sum("续签" in each for each in todos(town, town.clerk)) == 0
