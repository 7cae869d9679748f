"""What this part keeps about people: who entered and who decided a budget. Nothing of residents."""

from __future__ import annotations

from typing import Any

from core import PersonalField
from plugins.revenue.budget.models import Budget, BudgetLine
from plugins.revenue.texts import _

_BOOKS = _("As long as the books are kept: thirty years (《会计档案管理办法》).")
_WHY = _("So that money is planned by two people and everybody can be asked afterwards.")


def _field(model: type, fields: tuple[str, ...], label: Any, stays: Any) -> PersonalField:
    return PersonalField(model, fields, label, _WHY, "duty", _BOOKS, stays=stays)


PERSONAL = (
    _field(
        Budget, ("asked_label", "decided_label"), _("Who entered a budget, who decided it"),
        _("Who planned money and who agreed to it belongs to the books."),
    ),
    _field(
        Budget, ("why", "meeting"), _("Why a budget changed, which meeting decided it"),
        _("Why a budget changed and who met is public and says nothing about a person."),
    ),
    _field(
        BudgetLine, ("account", "fund", "purpose"), _("What a budget plans money for"),
        _("What money is planned for says nothing about a person."),
    ),
)  # fmt: skip
