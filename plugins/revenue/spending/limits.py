"""The days a community sets for spending, and whether the street approves."""

from __future__ import annotations

from core import Setting, get_setting
from plugins.revenue.texts import _

PUBLISH_DAYS = "revenue.spending.publish_days"
EMERGENCY_DAYS = "revenue.spending.emergency_days"
AFTER_DAYS = "revenue.spending.after_days"
SCORE_DAYS = "revenue.spending.score_days"
CONTEST_DAYS = "revenue.spending.contest_days"
STREET_APPROVES = "revenue.spending.street"

SETTINGS = (
    Setting(
        PUBLISH_DAYS, _("Days from a decision on money until its first publication"), int, 7, minimum=1, maximum=60,
        hint=_("Later than that, residents read “overdue, not made public” beside it."),
    ),
    Setting(
        EMERGENCY_DAYS, _("Days from an emergency repair until it is made public"), int, 3, minimum=1, maximum=15,
        hint=_("The repair is done first; residents learn of it within these days."),
    ),
    Setting(AFTER_DAYS, _("Days from the last payment until the second publication"), int, 15, minimum=1, maximum=90),
    Setting(
        SCORE_DAYS, _("Days in which residents rate a finished project"), int, 10, minimum=1, maximum=60,
        hint=_("Then what is left of the money goes back to the fund and the result is made public."),
    ),
    Setting(
        CONTEST_DAYS, _("Days in which a signature entered from paper can be contested"), int, 3, minimum=1, maximum=15,
        hint=_("Nothing is paid on it before these days are over."),
    ),
    Setting(STREET_APPROVES, _("The street approves before money is paid or allocated"), bool, False),
)  # fmt: skip


def days(name: str, community: str) -> int:
    """A number of days of a community."""
    return int(get_setting(name, community))


def street_approves(community: str) -> bool:
    """Whether the street has to approve there."""
    return bool(get_setting(STREET_APPROVES, community))
