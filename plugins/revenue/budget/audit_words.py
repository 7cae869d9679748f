"""The plain words for this part's acts in the audit log, and the names of what they record."""

from __future__ import annotations

from typing import Any

from core import AuditWords, yuan
from plugins.revenue.ledger.funds import funds
from plugins.revenue.texts import _

SENTENCES = {
    "revenue.budget.begin": _("Began to write a budget"),
    "revenue.budget.line_set": _("Wrote a line of the budget"),
    "revenue.budget.line_removed": _("Took out a line of the budget"),
    "revenue.budget.meeting_set": _("Entered the meeting that decided the budget"),
    "revenue.budget.hand_in": _("Handed in the budget"),
    "revenue.budget.decide": _("Put the budget in force"),
    "revenue.budget.give_back": _("Gave the budget back to be corrected"),
    "revenue.budget.drop": _("Threw away a budget that was being written"),
    "revenue.budget.replace": _("Replaced the budget by a newer version"),
}
NAMES = {
    "year": _("Year"),
    "version": _("Version"),
    "meeting": _("Meeting"),
    "met_on": _("Day of the meeting"),
}


def tell(community: str, name: str, value: Any) -> str | None:
    """Sums as yuan; funds by their names."""
    if name == "amount" and isinstance(value, int):
        return f"{yuan(value)} {_('yuan')}"
    if name == "fund":
        return next((each.name for each in funds(community) if each.code == value), None)
    return None


WORDS = AuditWords(subjects={"revenue.budget_line": _("Line of the budget")}, names=NAMES, tell=tell)


def describe(entry: Any) -> str | None:
    """The sentence of an entry, None for an act that is not this part's."""
    found = SENTENCES.get(entry.action)
    return str(found) if found is not None else None
