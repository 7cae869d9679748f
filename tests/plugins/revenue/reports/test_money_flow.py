"""Where each yuan went: the links are exact, whatever way the money took, and the picture is drawn in their proportion."""

import random
from collections import defaultdict

import pytest

from plugins.revenue.reports.money_flow import BEFORE, BOOKED, FUND, LEFT, SOURCE, USE, Flow, Node, money_flow
from plugins.revenue.reports.sankey import draw

ASSETS = ("1001", "1002")


def found(flows, before=None):
    """The links as readable tuples."""
    links = money_flow([Flow(*flow) for flow in flows], ASSETS, before or {}).links
    return {(source.code, target.code, source.layer): amount for (source, target), amount in links.items()}


def test_a_due_is_followed_from_the_operator_to_the_project():
    assert found([
        ("4301.canteen", "unallocated", "1002", "unallocated", 10_000),
        ("1002", "unallocated", "1002", "give_back", 6_000),
        ("1002", "unallocated", "1002", "operating", 4_000),
        ("1002", "give_back", "5101.bench", "give_back", 2_500),
    ]) == {
        ("4301.canteen", "unallocated", SOURCE): 10_000,
        ("unallocated", "give_back", BOOKED): 6_000,
        ("unallocated", "operating", BOOKED): 4_000,
        ("give_back", "5101.bench", FUND): 2_500,
        ("give_back", LEFT, FUND): 3_500,
        ("operating", LEFT, FUND): 4_000,
    }  # fmt: skip


def test_what_was_reversed_or_paid_back_is_taken_off():
    links = found([
        ("4301", "general", "1002", "general", 900),
        ("1002", "general", "4301", "general", 900),
        ("4101", "general", "1001", "general", 500),
        ("1001", "general", "1002", "general", 500),
        ("1002", "general", "5201", "general", 300),
        ("5201", "general", "1002", "general", 120),
    ])  # fmt: skip
    assert links == {
        ("4101", "general", SOURCE): 500,
        ("general", "general", BOOKED): 500,
        ("general", "5201", FUND): 180,
        ("general", LEFT, FUND): 320,
    }


def test_a_deposit_of_last_year_that_is_set_off_is_income_now_and_less_of_the_deposit():
    assert found([
        ("4301.canteen", "unallocated", "2209.deposits", "deposits", 60),
        ("1002", "deposits", "1002", "unallocated", 60),
        ("1002", "unallocated", "1002", "operating", 60),
    ], {"deposits": 100}) == {
        (BEFORE, "deposits", SOURCE): 100,
        ("4301.canteen", "unallocated", SOURCE): 60,
        ("deposits", "deposits", BOOKED): 100,
        ("unallocated", "operating", BOOKED): 60,
        ("deposits", "2209.deposits", FUND): 60,
        ("deposits", LEFT, FUND): 40,
        ("operating", LEFT, FUND): 60,
    }  # fmt: skip


def test_money_of_last_year_is_a_source_of_its_own():
    assert found([("1002", "reserve", "5201", "reserve", 40)], {"reserve": 100}) == {
        (BEFORE, "reserve", SOURCE): 100,
        ("reserve", "reserve", BOOKED): 100,
        ("reserve", "5201", FUND): 40,
        ("reserve", LEFT, FUND): 60,
    }


def test_a_fund_that_only_passes_money_on_is_left_out_of_its_way():
    links = found([
        ("4101", "a", "1002", "a", 100),
        ("1002", "a", "1002", "b", 70),
        ("1002", "b", "1002", "c", 50),
        ("1002", "c", "1002", "a", 10),
    ])  # fmt: skip
    assert links[("a", "b", BOOKED)] == 20
    assert links[("a", "c", BOOKED)] == 40
    assert links[("a", "a", BOOKED)] == 40


def test_more_passed_on_than_there_was_shows():
    with pytest.raises(ValueError, match="more than it had"):
        found([("1002", "a", "1002", "b", 70)])


@pytest.mark.parametrize("seed", range(200))
def test_random_years_lose_no_fen(seed):
    chance = random.Random(seed)
    funds = ["f0", "f1", "f2", "f3"]
    money = {fund: chance.randrange(2) * chance.randrange(1, 10**6) for fund in funds}
    before, net, flows = dict(money), defaultdict(int), []
    for _step in range(40):
        fund, other = chance.choice(funds), chance.choice(funds)
        amount = chance.randrange(1, 10**6)
        account = chance.choice(["4101", "4301.1", "5101.1", "2209"])
        if chance.random() < 0.5:
            flows.append(Flow(account, fund, "1002", fund, amount))
            money[fund] += amount
            net[account] += amount
        elif money[fund] >= amount and fund != other:
            flows.append(Flow("1002", fund, "1001", other, amount))
            money[fund] -= amount
            money[other] += amount
        elif money[fund] >= amount:
            flows.append(Flow("1001", fund, account, fund, amount))
            money[fund] -= amount
            net[account] -= amount
    year = money_flow(flows, ASSETS, before)
    assert all(amount > 0 for amount in year.links.values())
    for layer in (BOOKED, FUND):
        into, out_of = defaultdict(int), defaultdict(int)
        for (source, target), amount in year.links.items():
            into[target] += amount
            out_of[source] += amount
        assert {node: amount for node, amount in into.items() if node.layer == layer} == {
            node: amount for node, amount in out_of.items() if node.layer == layer
        }
    left = {fund: year.links.get((Node(FUND, fund), Node(USE, LEFT)), 0) for fund in funds}
    assert left == money
    for account, amount in net.items():
        came = sum(fen for (source, _target), fen in year.links.items() if source == Node(SOURCE, account))
        gone = sum(fen for (_source, target), fen in year.links.items() if target == Node(USE, account))
        assert came - gone == amount


def test_bars_keep_room_for_their_words_and_bands_their_proportion():
    links = {("a", "x"): 7_500, ("a", "y"): 2_500, ("b", "y"): 1}
    picture = draw([["a", "b"], ["x", "y"]], links, width=320)
    bars = {bar.key: bar for bar in picture.bars}
    assert bars["a"].height > 3 * bars["y"].height > 0 and bars["b"].height == 1
    assert bars["b"].label_y - bars["a"].label_y >= 44
    assert {bar.side for bar in picture.bars if bar.key in "xy"} == {"end"}
    assert all(bar.y >= 0 and bar.y + bar.height <= picture.height for bar in picture.bars)
    assert [(band.source, band.target) for band in picture.bands] == [("a", "x"), ("a", "y"), ("b", "y")]


def test_a_year_without_money_is_an_empty_picture():
    assert money_flow([], ASSETS, {}).total == 0
    assert draw([[], []], {}, width=320).height == 0
