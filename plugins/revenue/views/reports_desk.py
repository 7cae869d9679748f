"""The desk's statements: 试算表 of a month or year and as of a day, the money of the funds, on the screen and on A4."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import current_community, page, today, view
from plugins.revenue.reports import statements
from plugins.revenue.reports.period import day_of, period_of, this_month
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint

BOOKS = "revenue.books"
LINES = 22
"""So many lines stand on one A4 sheet."""
KINDS = {
    "asset": _("Assets"),
    "liability": _("Debts"),
    "net_assets": _("Own funds"),
    "income": _("Income"),
    "expense": _("Expenses"),
}


@blueprint.get("/desk/statements")
@view(BOOKS)
def desk_statements() -> Response:
    """The trial balance and the funds of a month or year, or the balances at the end of a day."""
    return page("revenue/desk/statements.html", **_shown())


@blueprint.get("/desk/statements/print")
@view(BOOKS)
def desk_statements_print() -> Response:
    """The trial balance on A4, with period and number on every sheet."""
    shown = _shown()
    lines = shown["balance"].lines
    sheets = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    return page("revenue/statements_print.html", sheets=sheets, printed=today(), **shown)


def _shown() -> dict[str, Any]:
    community = current_community().code
    period = period_of(request.args.get("period", "")) or this_month()
    day = day_of(request.args.get("day", ""))
    found = statements.balances_on(community, day) if day else statements.trial_balance(community, period)
    return {
        "period": period,
        "day": day,
        "balance": found,
        "funds": [] if day else statements.money_of_funds(community, period),
        "kinds": KINDS,
        "before": period.before if period.before.year >= 2000 else None,
        "after": period.after if period.after.first <= today() else None,
        "base": f"/c/{community}/revenue",
    }
