"""Whether a vote of the owners carried (《民法典》第二百七十八条): in whole numbers, by persons and by area, nothing rounded.

Who voted how is not kept here; the minutes and the lists are the owners' committee's.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import Invalid, Label
from plugins.revenue.texts import _

# Raising maintenance money, rebuilding, and changing the use of common parts or using them for business (matters 6 to 8): three
# quarters of those taking part. All else (1 to 5 and 9), such as using the maintenance money: more than half.
MORE_THAN_HALF, THREE_QUARTERS = "more_than_half", "three_quarters"
MATTERS = {
    MORE_THAN_HALF: _("Using maintenance money, and all other matters"),
    THREE_QUARTERS: _("Raising maintenance money, rebuilding, or using common parts otherwise or for business"),
}
MAJORITIES = {
    MORE_THAN_HALF: _("more than half of those taking part"),
    THREE_QUARTERS: _("at least three quarters of those taking part"),
}


@dataclass(frozen=True)
class Vote:
    """One count of the same vote: of `total`, `part` took part and `yes` agreed (persons, or whole units of area)."""

    total: int
    part: int
    yes: int

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.part <= self.total or self.total < 1:
            raise Invalid(
                {
                    "yes": [
                        _(
                            "Of all owners some take part, and of these some agree: no number is larger than the one before it."
                        )
                    ]
                }
            )

    @property
    def has_quorum(self) -> bool:
        """At least two thirds take part."""
        return 3 * self.part >= 2 * self.total

    def carries(self, matter: str) -> bool:
        """At least three quarters, or more than half, of those taking part agree."""
        return 4 * self.yes >= 3 * self.part if matter == THREE_QUARTERS else 2 * self.yes > self.part

    def least(self, matter: str) -> int:
        """How many of those taking part had to agree: the smallest `yes` that `carries`."""
        return (3 * self.part + 3) // 4 if matter == THREE_QUARTERS else self.part // 2 + 1


@dataclass(frozen=True)
class Outcome:
    """Whether it carried; if not, `why` is `quorum` or `agreement`, and `reasons` say it for each count that fell short."""

    passed: bool
    why: str
    reasons: tuple[Label, ...]


def owners_vote(matter: str, persons: Vote, area: Vote) -> Outcome:
    """The outcome of a vote. `matter` is a key of `MATTERS`; raises `Invalid` for any other."""
    if matter not in MATTERS:
        raise Invalid({"matter": [_("Please choose what the vote is about.")]})
    counts = ((persons, _("by persons")), (area, _("by area")))
    missing = tuple(
        _("Fewer than two thirds took part, %(how)s.", how=how) for vote, how in counts if not vote.has_quorum
    )
    if missing:
        return Outcome(False, "quorum", missing)
    least = _("Fewer than three quarters of those taking part agreed, %(how)s.")
    if matter == MORE_THAN_HALF:
        least = _("Not more than half of those taking part agreed, %(how)s.")
    against = tuple(least % {"how": how} for vote, how in counts if not vote.carries(matter))
    return Outcome(not against, "agreement" if against else "", against)
