"""A share that was allocated and turns out less: the money comes back from the funds that got it, by two people, for all to see."""

from __future__ import annotations

from dataclasses import replace

import peewee
import pytest

from core.actor import command
from core.clock import today
from core.errors import Refused
from core.people import accounts, permissions
from core.store.db import execute, transaction
from core.store.violations import violated
from plugins.revenue.dues import acts, allocatable, public, returning, reviewing
from plugins.revenue.dues.models import Due, MoneyAct
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.ledger.verification import verify
from plugins.revenue.spending import paying, proposing
from tests.plugins.revenue.dues.conftest import rule
from tests.plugins.revenue.spending.conftest import ROLES, Clock, House

SPLIT = [{"to": "give_back", "weight": 5}, {"to": "owners", "weight": 3}, {"to": "operating", "weight": 2}]


@pytest.fixture
def house(town, monkeypatch) -> House:
    return house_of(town, monkeypatch)


def house_of(town, monkeypatch) -> House:
    """Those who allocate, beside those who keep the dues."""
    made = House(town.store, Clock(monkeypatch))
    for name, roles in ROLES.items():
        account = accounts.create_staff(
            command(town.community), f"of{name}", f"{name}谁", None, grants=roles, must_change=False
        )
        actor = permissions.actor_of(account.id, town.community)
        assert actor is not None
        made.people[name] = replace(actor, session=f"t{account.id}")
    return made


def allocated(house: House, *dues: Due) -> None:
    wish = proposing.Wish("分配", "食堂上缴的钱")
    proposal = proposing.propose_allocation(house.actor("proposer"), wish, [due.id for due in dues])
    proposal = house.verified(house.signed(house.answered(house.published(house.decided(proposal)))))
    paying.allocate(house.actor("cashier"), proposal.id, key=f"allocate-{proposal.id}")


def funds(town) -> dict[str, int]:
    return {code: town.books(fund=code) for code in ("unallocated", "give_back", "owners", "operating", "deposits")}


def test_what_was_allocated_too_much_comes_back_from_its_funds_by_two_people(town, house):
    contract = town.contract(data=rule(split=SPLIT))
    first, second = (
        town.reviewed(town.due(contract, number), turnover) for number, turnover in ((0, 1_000_010), (1, 70_000))
    )
    town.paid(100_001)
    # 100 001 by 5 : 3 : 2 is 50 000.5, 30 000.3 and 20 000.2: the odd 分 goes to the largest remainder.
    allocated(house, first)
    assert funds(town) == {"unallocated": 0, "give_back": 50_001, "owners": 30_000, "operating": 20_000, "deposits": 0}
    town.paid(7_000)  # another period waits for its own allocation: nobody may take its money for this one
    town.declared(town.due(contract), 400_030, reason="漏记一张进货单")
    waits = reviewing.approve(town.reviewer, first.id)
    assert (waits.state, waits.due_fen) == ("computed", 100_001)
    act = returning.waiting(waits)
    assert (act.amount, act.by_account, act.reason) == (59_998, town.reviewer.account, "漏记一张进货单")
    with pytest.raises(Refused):  # it waits already
        reviewing.approve(town.reviewer, first.id)
    with pytest.raises(Refused):  # never the same person
        acts.decide(replace(town.director, account=town.reviewer.account), act.id, approved=True)
    acts.decide(town.director, act.id, approved=True)
    # 40 003 by 5 : 3 : 2 is 20 001.5, 12 000.9 and 8 000.6: the two odd 分 go to 0.9 and 0.6.
    assert funds(town) == {
        "unallocated": 59_998 + 7_000, "give_back": 20_001, "owners": 12_001, "operating": 8_001, "deposits": 0
    }  # fmt: skip
    assert (town.books("2601"), town.books("1901.1")) == (-12_001, 12_001)
    reviewing.approve(town.reviewer, first.id)
    corrected = town.due(contract)
    assert (corrected.state, corrected.due_fen, corrected.received_fen, corrected.allocated_fen) == (
        "received", 40_003, 40_003, 40_003
    )  # fmt: skip
    assert funds(town)["unallocated"] == 7_000 and -town.books("2203") == 59_998
    assert [(each.due_id, each.amount) for each in allocatable.allocatable(town.community)] == [(second.id, 7_000)]
    (shown,) = public.operator_shown(town.community, contract.id).periods[-1].returns
    assert shown.by_fund == [("反哺资金", 30_000), ("运营资金", 11_999), ("业主共有资金", 17_999)]
    assert "漏记" in shown.reason and "300.00" in shown.told
    allocated(house, second)
    assert funds(town)["unallocated"] == 0 and verify(town.community) is None


def test_a_fund_that_has_spent_it_says_how_much_it_lacks_and_the_earlier_share_stands(town, house):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    town.paid(10_000)
    allocated(house, due)
    post(town.bookkeeper, key="spent", day=due.first_day, purpose="修灯", lines=[Line(5_000, "1002.1", "5101", "give_back", "give_back")])  # fmt: skip
    town.declared(town.due(contract), 40_000, reason="漏记")
    reviewing.approve(town.reviewer, due.id)
    act = returning.waiting(town.due(contract))
    with pytest.raises(Refused) as refused:
        acts.decide(town.director, act.id, approved=True)
    # 6 000 went there and 2 400 stay: 3 600 are to come back, 1 000 are left.
    assert "36.00" in str(refused.value) and "10.00" in str(refused.value) and "26.00" in str(refused.value.advice)
    assert town.due(contract).due_fen == 10_000
    # The correction is returned: nothing waits any more, and the period is as it was.
    reviewing.give_back(town.reviewer, due.id, "再查一遍")
    assert (town.due(contract).state, returning.waiting(town.due(contract))) == ("received", None)
    assert MoneyAct.get_by_id(act.id).decision == "refused"


def test_figures_declared_again_meanwhile_ask_for_the_new_sum(town, house):
    contract = town.contract()
    due = town.reviewed(town.due(contract), 100_000)
    town.paid(10_000)
    allocated(house, due)
    town.declared(town.due(contract), 40_000, reason="漏记")
    reviewing.approve(town.reviewer, due.id)
    old = returning.waiting(town.due(contract))
    reviewing.give_back(town.reviewer, due.id, "再查一遍")
    with pytest.raises(Refused):
        acts.decide(town.director, old.id, approved=True)
    town.declared(town.due(contract), 50_000, reason="漏记")
    reviewing.approve(town.reviewer, due.id)
    new = returning.waiting(town.due(contract))
    assert (new.amount, MoneyAct.get_by_id(old.id).decision) == (5_000, "refused")
    decided = (
        f"UPDATE revenue_act SET decision = 'approved', decided_by = 0, decided_at = 1, seq = 1 WHERE id = {new.id}"
    )
    with pytest.raises(peewee.IntegrityError) as refused, transaction(town.community):
        execute(f"UPDATE revenue_due SET allocated_fen = 4999 WHERE id = {due.id}")
        execute(decided)
    assert violated(refused.value) == "revenue_act_return_covered"
    acts.decide(town.director, new.id, approved=True)
    reviewing.approve(town.reviewer, due.id)
    assert (town.due(contract).due_fen, funds(town)["give_back"], funds(town)["operating"]) == (5_000, 3_000, 2_000)


def test_a_later_period_in_an_allocation_is_declared_again_once_that_is_over(town, house):
    data = rule(mode="cumulative", components=[{"kind": "tiered", "of": "turnover_fen", "style": "marginal", "tiers": [
        {"up_to_fen": 100_000, "rate": "0.10"}, {"rate": "0.20"}]}])  # fmt: skip
    first = today().replace(year=today().year - 1, month=1, day=1)
    contract = town.contract(data=data, starts_on=first, ends_on=first.replace(year=first.year + 2), declare_days=120)
    town.reviewed(town.due(contract), 100_000)  # 10 %: 10 000
    later = town.reviewed(town.due(contract, 1), 100_000)  # the rest at 20 %: 20 000
    assert later.due_fen == 20_000
    town.paid(30_000)
    wish = proposing.Wish("分配", "二月")
    proposal = proposing.propose_allocation(house.actor("proposer"), wish, [later.id])
    town.declared(town.due(contract), 60_000, reason="多报")
    reviewing.approve(town.reviewer, town.due(contract).id)
    assert town.due(contract, 1).state == "received"  # its money is in an allocation
    proposing.end(house.actor("director"), proposal.id, "先更正")
    again = town.due(contract, 1)
    assert again.state == "computed"
    # 160 000 in all: 10 000 + 12 000, less the 6 000 of January.
    assert reviewing.approve(town.reviewer, again.id).due_fen == 16_000
