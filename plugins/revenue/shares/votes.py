"""Whether a vote of the owners carried (《民法典》第二百七十八条): in whole numbers, by persons and by area, nothing rounded.

Who voted how is not kept here; the minutes and the lists are the owners' committee's.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import Invalid, Label
from plugins.revenue.texts import _

# Raising maintenance money, rebuilding, and using common parts for business: three quarters of those taking part. All else,
# such as using the maintenance money: more than half.
MATTERS = {
    "three_quarters": _("Doing business on common parts, or raising maintenance money"),
    "more_than_half": _("Using maintenance money, and all other matters"),
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
        return 4 * self.yes >= 3 * self.part if matter == "three_quarters" else 2 * self.yes > self.part


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
    if matter == "more_than_half":
        least = _("Not more than half of those taking part agreed, %(how)s.")
    against = tuple(least % {"how": how} for vote, how in counts if not vote.carries(matter))
    return Outcome(not against, "agreement" if against else "", against)
