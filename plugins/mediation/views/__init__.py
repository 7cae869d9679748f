"""The pages of the module: the desk's for those of the committee, and a party's own page behind a code."""

from plugins.mediation.views import (
    cases,
    enter,
    meetings,
    outcome,
    papers,
    parties,
    portal,
    reports,
    roster,
    steps,
    subsidy,
)
from plugins.mediation.views.base import blueprint

__all__ = [
    "blueprint",
    "cases",
    "enter",
    "meetings",
    "outcome",
    "papers",
    "parties",
    "portal",
    "reports",
    "roster",
    "steps",
    "subsidy",
]
