"""Owners' money is spent by the owners' vote and by nobody else's decision (《民法典》 §278, §282)."""

from __future__ import annotations

import pytest

from core.clock import today
from core.errors import Invalid
from plugins.revenue.ledger.balances import balance
from plugins.revenue.spending import paying, proposing
from plugins.revenue.spending.proposing import Votes
from tests.plugins.revenue.spending.conftest import MONEY

CARRIED = Votes((300, 200, 101), (3_000_000, 2_000_000, 1_000_001))


def test_owners_money_needs_their_vote(house):
    proposal = house.project(fund="owners")
    for body in ("meeting", "joint"):
        with pytest.raises(Invalid):
            proposing.decide(house.actor("decider"), proposal.id, body, today(), "同意", house.paper("decider"))
    proposal = house.contracted(
        house.verified(house.signed(house.answered(house.published(house.decided(proposal, CARRIED)))))
    )
    paying.pay(house.actor("cashier"), proposal.id, house.instalment(300_000, account="1901.2"), key="payment-owners")
    west = house.store.west
    assert balance(west, account="1901.2") == MONEY - 300_000 and balance(west, account="2601") == -(MONEY - 300_000)
    assert balance(west, fund="owners") == MONEY - 300_000


@pytest.mark.parametrize(
    "votes",
    [
        Votes((300, 199, 199), (3_000_000, 3_000_000, 3_000_000)),
        Votes((300, 300, 300), (3_000_000, 1_999_999, 1_999_999)),
        Votes((300, 200, 100), (3_000_000, 2_000_000, 1_000_001)),
        Votes((300, 200, 101), (3_000_000, 2_000_000, 1_000_000)),
        Votes((300, 301, 200), (3_000_000, 2_000_000, 1_500_000)),
        None,
    ],
    ids=[
        "too few persons",
        "too little area",
        "half of the persons",
        "half of the area",
        "more than there are",
        "not counted",
    ],
)
def test_a_vote_that_did_not_carry_decides_nothing(house, votes):
    proposal = house.project(fund="owners")
    with pytest.raises(Invalid):
        proposing.decide(house.actor("decider"), proposal.id, "owners", today(), "同意", house.paper("decider"), votes)
    assert house.again(proposal).state == "proposed"


def test_minutes_a_day_and_words_are_asked_for(house):
    proposal = house.project()
    decider, minutes = house.actor("decider"), house.paper("decider")
    for wrong in (
        {"minutes": []},
        {"words": " "},
        {"body": "nobody"},
        {"held_on": today().replace(year=today().year + 1, day=1)},
    ):
        values = {"body": "joint", "held_on": today(), "words": "同意", "minutes": minutes, **wrong}
        with pytest.raises(Invalid):
            proposing.decide(decider, proposal.id, **values)


def test_dues_are_taken_once(house, dues):
    wish = proposing.Wish("分配", "食堂")
    proposing.propose_allocation(house.actor("proposer"), wish, [3])
    for wrong in ([3], [], [99]):
        with pytest.raises(Invalid):
            proposing.propose_allocation(house.actor("proposer"), wish, wrong)
