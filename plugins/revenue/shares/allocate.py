"""A total in 分 shared out by weights, to the last 分: the largest remainder 最大余数法. No rules, no funds, no database here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter


@dataclass(frozen=True)
class Portion:
    """What one of several gets: `fen` is `floor` of its exact `quota`, and one 分 more where it got a leftover one.

    For a negative total all of it is the mirror: `fen` and `quota` are negative, and `extra` is -1 or 0.
    """

    fen: int
    quota: Fraction
    extra: int

    @property
    def remainder(self) -> Fraction:
        """What the exact quota has beyond whole 分, at least 0 and below 1."""
        return abs(self.quota) % 1


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """The parts of `total` 分, one for each weight: whole 分 that sum to it exactly.

    Each gets floor(total × weight ÷ sum); what is left over goes, one 分 each, to the largest remainders, and of equal ones to
    the earlier listed. Weight 0 never receives; a negative total is the mirror of its opposite. Raises `ValueError` for a
    negative weight and where no weight is above 0.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are at least 0, and one of them is more")
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(total * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    left = total - sum(parts)
    # The sort is stable, so that of equal remainders the earlier listed comes first. There are always more remainders above
    # 0 than 分 left over, so none goes to a weight of 0.
    for place, _remainder in sorted(enumerate(remainders), key=itemgetter(1), reverse=True)[:left]:
        parts[place] += 1
    return parts


def portions(total: int, weights: Sequence[int]) -> list[Portion]:
    """The same with its reasons: the exact quota of each, and who got a 分 that was left over."""
    whole = sum(weights)
    found = []
    for fen, weight in zip(allocate(total, weights), weights, strict=True):
        quota = Fraction(total * weight, whole)
        found.append(Portion(fen, quota, fen - int(quota)))  # int() cuts towards 0, as the mirror wants
    return found
