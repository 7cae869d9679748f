"""Votes on the very edge of a threshold, and tariffs and stays that make no sense."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from plugins.revenue.shares.parking import LONGEST_STAY, Tariff, price, stretches
from plugins.revenue.shares.votes import Vote, owners_vote

ALL = Vote(300, 300, 300)


@pytest.mark.parametrize(
    ("matter", "vote", "passed", "why"),
    [
        pytest.param("more_than_half", Vote(300, 200, 101), True, "", id="two-thirds-just-met"),
        pytest.param("more_than_half", Vote(300, 199, 199), False, "quorum", id="two-thirds-just-missed"),
        pytest.param("more_than_half", Vote(300, 200, 100), False, "agreement", id="half-is-not-more"),
        pytest.param("three_quarters", Vote(300, 200, 150), True, "", id="three-quarters-just-met"),
        pytest.param("three_quarters", Vote(300, 200, 149), False, "agreement", id="three-quarters-just-missed"),
    ],
)
def test_both_counts_must_reach_the_threshold(matter, vote, passed, why):
    for counts in ((vote, ALL), (ALL, vote)):
        outcome = owners_vote(matter, *counts)
        assert (outcome.passed, outcome.why, bool(outcome.reasons)) == (passed, why, not passed)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((0, 0, 0), id="nobody"),
        pytest.param((10, 11, 1), id="more-than-all"),
        pytest.param((10, 5, 6), id="more-than-took-part"),
        pytest.param((10, 5, -1), id="negative"),
    ],
)
def test_counts_that_cannot_be_are_refused(numbers):
    with pytest.raises(Invalid):
        Vote(*numbers)


def test_an_unknown_matter_is_refused():
    with pytest.raises(Invalid):
        owners_vote("all", ALL, ALL)


def test_each_24_hours_are_capped_and_add_up():
    tariff = Tariff(30, 2, 300, 200, 1500)
    found = stretches(tariff, 2 * 24 * 60 + 31)
    assert [each.fen for each in found] == [1500, 1500, 300]
    assert price(tariff, 2 * 24 * 60 + 31) == 3300
    assert price(tariff, 30) == 0


@pytest.mark.parametrize("minutes", [pytest.param(-1, id="negative"), pytest.param(LONGEST_STAY + 1, id="too-long")])
def test_stays_that_cannot_be_are_refused(minutes):
    with pytest.raises(Invalid):
        price(Tariff(30, 2, 300, 200), minutes)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((-1, 2, 300, 200, None), id="free-negative"),
        pytest.param((1441, 2, 300, 200, None), id="free-beyond-a-day"),
        pytest.param((0, 25, 300, 200, None), id="first-hours"),
        pytest.param((0, 2, -1, 200, None), id="first-price"),
        pytest.param((0, 2, 300, -1, None), id="then-price"),
        pytest.param((0, 2, 300, 200, -1), id="cap"),
    ],
)
def test_tariffs_that_cannot_be_are_refused(values):
    with pytest.raises(Invalid):
        Tariff(*values)
