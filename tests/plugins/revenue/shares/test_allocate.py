"""Sharing out to the last 分: 200,000 seeded totals, and what must hold of every one of them."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from plugins.revenue.shares.allocate import allocate, portions

SPLITS, SEED = 200_000, 20_260_101


def splits() -> list[tuple[int, list[int]]]:
    """Totals from nothing to a hundred million yuan, weights of every kind: alike, nought, huge beside tiny."""
    chance = random.Random(SEED)
    found = []
    for _each in range(SPLITS):
        total = chance.choice((chance.randrange(20), chance.randrange(10**6), chance.randrange(10**10)))
        most = chance.choice((1, 3, 100, 10_000, 10**9))
        weights = [0 if chance.random() < 0.15 else chance.randint(0, most) for _one in range(chance.randint(1, 8))]
        if not any(weights):
            weights[chance.randrange(len(weights))] = 1
        found.append((total, weights))
    return found


def test_two_hundred_thousand_splits_are_exact_within_quota_and_mirrored():
    for total, weights in splits():
        parts, whole = allocate(total, weights), sum(weights)
        assert sum(parts) == total
        left = total - sum(total * weight // whole for weight in weights)
        extra = 0
        for part, weight in zip(parts, weights, strict=True):
            floor, rest = divmod(total * weight, whole)
            assert floor <= part <= floor + (1 if rest else 0)
            assert weight or part == 0
            extra += part - floor
        assert extra == left
        assert allocate(-total, weights) == [-part for part in parts]


def test_whoever_got_a_leftover_fen_has_no_smaller_remainder_and_of_equal_ones_stands_first():
    for total, weights in splits()[:5_000]:
        parts, whole = allocate(total, weights), sum(weights)
        order = [
            (-(total * weight % whole), place, part - total * weight // whole)
            for place, (part, weight) in enumerate(zip(parts, weights, strict=True))
        ]
        given = [extra for _rest, _place, extra in sorted(order)]
        assert given == sorted(given, reverse=True)


def test_portions_tell_the_exact_quota_and_the_extra_fen():
    found = portions(3_025_126, [6000, 2500, 1500])
    assert [each.fen for each in found] == [1_815_076, 756_281, 453_769]
    assert [each.extra for each in found] == [1, 0, 1]
    assert [each.quota for each in found] == [Fraction(9_075_378, 5), Fraction(1_512_563, 2), Fraction(4_537_689, 10)]
    assert found[0].remainder == Fraction(3, 5)


def test_portions_of_a_negative_total_are_the_mirror():
    there, back = portions(1001, [2, 1]), portions(-1001, [2, 1])
    assert [(each.fen, each.extra, each.quota) for each in back] == [
        (-each.fen, -each.extra, -each.quota) for each in there
    ]


@pytest.mark.parametrize(
    "weights", [pytest.param([], id="none"), pytest.param([0, 0], id="nought"), pytest.param([2, -1], id="negative")]
)
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)
