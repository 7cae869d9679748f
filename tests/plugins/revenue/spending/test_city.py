"""What the city asks for the maintenance fund is kept of the owners' income until it is there, whoever decided what."""

from __future__ import annotations

import pytest

from core import Ref
from core.actor import command
from core.clock import today
from core.errors import Invalid, Refused
from core.plugin.settings import set_setting
from plugins.revenue.ledger.posting import Line, post, reverse
from plugins.revenue.shares.deadlines import CITY
from plugins.revenue.spending import city, proposing
from plugins.revenue.spending.proposing import Votes
from tests.plugins.revenue.spending.conftest import MONEY

CARRIED = Votes((300, 200, 101), (3_000_000, 2_000_000, 1_000_001))


@pytest.fixture
def shanghai(house):
    choose(house, "shanghai")
    return house


def choose(house, code):
    set_setting(command(house.store.west), CITY, code)


def move(house, fen):
    """Owners' income into the maintenance fund, as the journal posts it."""
    lines = [Line(fen, "1901.2", "1901.2", "owners", "maintenance"), Line(fen, "2601", "2601", "maintenance", "owners")]
    return post(command(house.store.west), key=f"move-{fen}", day=today(), purpose="补充维修资金", lines=lines)


def test_without_rules_of_a_city_nothing_is_kept(house):
    assert city.kept(house.store.west) is None
    choose(house, "qingyuan")
    assert city.kept(house.store.west) is None
    assert house.project(amount=MONEY, fund="owners").amount == MONEY


def test_more_than_half_of_the_owners_income_cannot_be_spent(shanghai):
    asked = city.kept(shanghai.store.west)
    assert (asked.income, asked.least, asked.given, asked.missing) == (MONEY, 500_001, 0, 500_001)
    with pytest.raises(Invalid) as refused:
        shanghai.project(amount=500_000, fund="owners")
    assert "上海市住宅物业管理规定" in str(refused.value.errors["amount"][0])
    assert shanghai.project(amount=499_999, fund="owners").state == "proposed"
    assert shanghai.project(amount=MONEY, fund="give_back").state == "proposed"


def test_what_has_gone_into_the_maintenance_fund_frees_the_rest(shanghai):
    moved = move(shanghai, 500_001)
    assert city.kept(shanghai.store.west).missing == 0
    assert shanghai.project(amount=499_999, fund="owners").state == "proposed"
    actor = command(shanghai.store.west)
    reverse(actor, moved.seq, key="back", day=today(), reason="记错了", approvals=("enter 甲", "approve 乙"))
    assert city.kept(shanghai.store.west).missing == 500_001


def test_it_is_asked_again_when_the_money_is_held(house):
    proposal = house.decided(house.project(amount=600_000, fund="owners"), CARRIED)
    choose(house, "huzhou")
    with pytest.raises(Refused, match="维修资金"):
        house.published(proposal)
    assert house.again(proposal).hold_id is None


def test_an_emergency_is_held_back_too(shanghai):
    with pytest.raises(Invalid):
        shanghai.project(amount=600_000, fund="owners", kind="emergency")


def test_an_allocation_to_the_owners_says_what_is_kept_of_it(shanghai, dues):
    wish = proposing.Wish("三月分成", "食堂三月的分成")
    proposal = proposing.propose_allocation(shanghai.actor("proposer"), wish, [3])
    asked = city.about(proposal, {"give_back": 60_001, "owners": 25_000, "operating": 15_000})
    assert (asked.income, asked.least, asked.missing) == (MONEY + 25_000, 512_501, 512_501)
    assert city.about(proposal, {"give_back": 100_001}) is None


def test_opening_balances_are_no_income(shanghai):
    before = city.kept(shanghai.store.west).income
    actor = command(shanghai.store.west)
    record = Ref("revenue.opening", shanghai.store.west, 9)
    post(
        actor,
        key="o",
        day=today(),
        purpose="期初",
        lines=[Line(70_000, "2601", "1901.2", "owners", "owners")],
        record=record,
    )
    assert city.kept(shanghai.store.west).income == before
