"""Owners' money is spent by the owners' vote and by nobody else's decision (《民法典》 §278, §282)."""

from __future__ import annotations

from pathlib import Path

import peewee
import pytest

import plugins.revenue
from core.clock import today
from core.errors import Invalid
from core.store.db import database, transaction
from core.store.migrate import history_table, migrate
from core.store.violations import violated
from plugins.revenue.ledger.balances import balance
from plugins.revenue.shares.votes import MORE_THAN_HALF, THREE_QUARTERS, Vote
from plugins.revenue.spending import lists, notice_words, paying, proposing
from plugins.revenue.spending.models import Decision
from plugins.revenue.spending.proposing import Votes
from tests.plugins.revenue.spending.conftest import MONEY

CARRIED = Votes((300, 200, 101), (3_000_000, 2_000_000, 1_000_001))
# Of 201 owners with 20,000.01 m² who vote, three quarters are 150.75 owners and 15,000.0075 m².
THREE = Votes((300, 201, 151), (3_000_000, 2_000_001, 1_500_001))
EXACTLY = Votes((300, 200, 150), (3_000_000, 2_000_000, 1_500_000))


def decide(house, proposal, votes, matter, body="owners"):
    return proposing.decide(
        house.actor("decider"), proposal.id, body, today(), "同意", house.paper("decider"), votes, matter
    )


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
        decide(house, proposal, votes, MORE_THAN_HALF)
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


# --------------------------------------------------------------------------- matters that take three quarters


@pytest.mark.parametrize("votes", [EXACTLY, THREE], ids=["exactly three quarters", "the first whole number above"])
def test_three_quarters_by_persons_and_by_area_carry(house, votes):
    proposal = house.decided(house.project(fund="owners"), votes, THREE_QUARTERS)
    assert proposal.state == "decided" and lists.decisions(proposal)[0].matter == THREE_QUARTERS


@pytest.mark.parametrize(
    ("votes", "field", "said"),
    [
        (Votes((300, 200, 149), (3_000_000, 2_000_000, 2_000_000)), "persons_yes", ("按人数", "150 人")),
        (Votes((300, 200, 200), (3_000_000, 2_000_000, 1_499_999)), "area_yes", ("按面积", "15,000 平方米")),
        (Votes((300, 201, 150), (3_000_000, 2_000_001, 1_500_001)), "persons_yes", ("按人数", "151 人")),
        (Votes((300, 201, 151), (3_000_000, 2_000_001, 1_500_000)), "area_yes", ("按面积", "15,000.01 平方米")),
        (Votes((300, 199, 199), (3_000_000, 3_000_000, 3_000_000)), "persons_part", ("按人数",)),
    ],
    ids=["one person short", "0.01 m² short", "persons rounded down", "area rounded down", "too few persons"],
)
def test_one_vote_below_three_quarters_decides_nothing_and_says_what_it_takes(house, votes, field, said):
    proposal = house.project(fund="owners")
    with pytest.raises(Invalid) as found:
        house.decided(proposal, votes, THREE_QUARTERS)
    assert list(found.value.errors) == [field]
    message = str(found.value.errors[field][0])
    assert all(each in message for each in said), message
    assert house.again(proposal).state == "proposed" and not lists.decisions(proposal)


def test_a_vote_says_what_it_was_about(house):
    proposal = house.project(fund="owners")
    for unknown in ("", "all"):
        with pytest.raises(Invalid) as found:
            house.decided(proposal, THREE, unknown)
        assert list(found.value.errors) == ["matter"]


@pytest.mark.parametrize("body", ["meeting", "joint"])
def test_no_meeting_decides_what_takes_three_quarters_of_the_owners(house, body):
    proposal = house.project()
    with pytest.raises(Invalid) as found:
        decide(house, proposal, None, THREE_QUARTERS, body)
    assert list(found.value.errors) == ["body"]
    assert decide(house, proposal, None, "", body).state == "decided"


def test_the_least_number_that_carries_is_told_exactly():
    for part in range(1, 60):
        for matter in (MORE_THAN_HALF, THREE_QUARTERS):
            least = Vote(part, part, 0).least(matter)
            assert Vote(part, part, least).carries(matter) and not Vote(part, part, least - 1).carries(matter)


@pytest.mark.parametrize(
    ("matter", "votes", "told"),
    [
        (MORE_THAN_HALF, CARRIED, ("使用维修资金", "过半数", "101 人", "10,000.01 平方米")),
        (THREE_QUARTERS, EXACTLY, ("筹集维修资金", "四分之三以上", "150 人", "15,000 平方米")),
    ],
)
def test_both_notices_tell_the_matter_and_the_majority_it_takes(house, matter, votes, told):
    proposal = house.published(house.decided(house.project(fund="owners"), votes, matter))
    for text in (notice_words.before(proposal)[1], notice_words.after(proposal)[1]):
        assert all(each in text for each in told), text
    assert "可以提出异议" in notice_words.before(proposal)[1]


# --------------------------------------------------------------------------- what the database itself refuses

COLUMNS = "community, proposal_id, round, body, held_on, words, persons_total, persons_part, persons_yes, area_total, area_part, area_yes, at, by_label"


def insert(proposal, votes, body="owners", **more):
    counts = ", ".join("NULL" if each is None else str(each) for each in (*votes.persons, *votes.area))
    names, values = "".join(f", {name}" for name in more), "".join(f", '{value}'" for value in more.values())
    with transaction():
        database.obj.execute_sql(
            f"INSERT INTO revenue_decision ({COLUMNS}{names}) VALUES ('{proposal.community}', {proposal.id}, 1, '{body}', "
            f"'{today()}', '同意', {counts}, 1, '某'{values})"
        )


@pytest.mark.parametrize(
    ("guard", "votes", "more"),
    [
        ("three_quarters", Votes((300, 200, 149), (3_000_000, 2_000_000, 2_000_000)), {}),
        ("three_quarters", Votes((300, 200, 200), (3_000_000, 2_000_000, 1_499_999)), {}),
        ("three_quarters", EXACTLY, {"body": "joint"}),
        ("passed", Votes((300, 199, 199), (3_000_000, 3_000_000, 3_000_000)), {}),
        ("passed", Votes((300, 200, 100), (3_000_000, 2_000_000, 1_500_000)), {"matter": MORE_THAN_HALF}),
        ("counted", Votes((300, 200, 150), (3_000_000, None, 1_500_000)), {}),
        ("counted", Votes((None, None, None), (None, None, None)), {"matter": MORE_THAN_HALF}),
        ("matter_known", EXACTLY, {"matter": "half"}),
    ],
)
def test_the_database_refuses_a_vote_that_misses_its_majority(house, guard, votes, more):
    proposal = house.project(fund="owners")
    with pytest.raises(peewee.IntegrityError) as found:
        insert(proposal, votes, **{"matter": THREE_QUARTERS, **more})
    assert violated(found.value) == f"revenue_decision_{guard}"
    insert(proposal, EXACTLY, matter=THREE_QUARTERS)
    insert(proposal, CARRIED)
    assert [each.matter for each in lists.decisions(proposal)] == [MORE_THAN_HALF, THREE_QUARTERS]


def test_the_matter_of_a_decision_never_changes(house):
    decision = lists.decisions(house.decided(house.project(fund="owners"), EXACTLY, THREE_QUARTERS))[0]
    with pytest.raises(peewee.IntegrityError) as found, transaction():
        Decision.update(matter=MORE_THAN_HALF).where(Decision.id == decision.id).execute()
    assert violated(found.value) == "revenue_decision_append_only"


def test_decisions_from_before_stay_valid_as_ordinary_matters(house):
    proposal = house.project(fund="owners")
    name, folder = "0014_owners_votes", Path(plugins.revenue.__file__).parent / "migrations"
    guard = "revenue_decision_counted" + ("_row" if house.store.engine == "postgresql" else "_insert")
    where = " ON revenue_decision" if house.store.engine == "postgresql" else ""
    with transaction():  # as the store was before
        for statement in (
            f"DROP TRIGGER {guard}{where}",
            f"DELETE FROM schema_guard WHERE name = '{guard}'",
            *(["DROP FUNCTION revenue_decision_counted()"] if where else []),
            "ALTER TABLE revenue_decision DROP COLUMN matter",
            f"DELETE FROM {history_table('revenue')} WHERE name = '{name}'",
        ):
            database.obj.execute_sql(statement)
    insert(proposal, CARRIED)
    insert(proposal, Votes((None, None, None), (None, None, None)), body="joint")
    assert migrate("revenue", folder) == [name]
    assert [each.matter for each in lists.decisions(proposal)] == [MORE_THAN_HALF, MORE_THAN_HALF]
    with pytest.raises(peewee.IntegrityError):
        insert(proposal, CARRIED, matter=THREE_QUARTERS)
