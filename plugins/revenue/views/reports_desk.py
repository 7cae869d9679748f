"""The desk's statements: 试算表 of a period and as of a day, one fund or account, 收支表; on the screen and on A4."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import current_community, page, today, view
from plugins.revenue.ledger.accounts import accounts
from plugins.revenue.ledger.funds import funds
from plugins.revenue.reports import movements, statements
from plugins.revenue.reports.exports import column_beside
from plugins.revenue.reports.income import income_statement, totals
from plugins.revenue.reports.period import Period, day_of, period_of, this_month
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint
from plugins.revenue.views.paper import paper_seal

BOOKS = "revenue.books"
LINES = 22
"""So many lines stand on one A4 sheet."""
LAST_LINES = 17
"""And so many above the state of the books at the foot of the last one."""
KINDS = {
    "asset": _("Assets"),
    "liability": _("Debts"),
    "net_assets": _("Own funds"),
    "income": _("Income"),
    "expense": _("Expenses"),
}


def asked_period() -> Period:
    """The period of the address; without one, or for one that is none, this month."""
    return period_of(request.args.get("period", "")) or this_month()


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
    if len(sheets[-1]) > LAST_LINES:
        sheets[-1:] = [sheets[-1][:LAST_LINES], sheets[-1][LAST_LINES:]]
    return page("revenue/statements_print.html", sheets=sheets, printed=today(), seal=paper_seal(), **shown)


def _shown() -> dict[str, Any]:
    community = current_community().code
    period = asked_period()
    day = day_of(request.args.get("day", ""))
    found = statements.balances_on(community, day) if day else statements.trial_balance(community, period)
    return {
        "period": period,
        "day": day,
        "balance": found,
        "funds": [] if day else statements.money_of_funds(community, period),
        "kinds": KINDS,
        "base": f"/c/{community}/revenue",
    }


# --------------------------------------------------------------------------- one fund or account


@blueprint.get("/desk/statement")
@view(BOOKS)
def desk_statement() -> Response:
    """A fund or an account over a period, the newest movement first; without a choice the first fund."""
    community = current_community().code
    found = movements.statement(community, *_chosen(), asked_period())
    lines, older = movements.newest(found, request.args.get("before"))
    return page(
        "revenue/desk/statement.html", found=found, lines=lines, older=older, period=asked_period(), funds=funds(community),
        accounts=accounts(community), base=f"/c/{community}/revenue",
    )  # fmt: skip


@blueprint.get("/desk/statement/print")
@view(BOOKS)
def desk_statement_print() -> Response:
    """The same on A4 from the first day to the last, with the period on every page."""
    community = current_community().code
    found = movements.statement(community, *_chosen(), asked_period())
    return page(
        "revenue/statement_print.html", found=found, lines=list(movements.lines(found)), period=found.period, printed=today(),
        seal=paper_seal(), base=f"/c/{community}/revenue",
    )  # fmt: skip


def _chosen() -> tuple[str, str]:
    """What the address asks for: a fund or an account, and its code; the first fund where it says nothing."""
    for what in movements.WHAT:
        code = request.args.get(what, "")
        if code:
            return what, code
    return "fund", next((each.code for each in funds(current_community().code)), "")


# --------------------------------------------------------------------------- income and expenses


def income_shown() -> dict[str, Any]:
    """What the desk, the page for everybody and the paper say of income and expenses."""
    found = income_statement(current_community().code, asked_period())
    parts = [
        (_("Income"), _("Income together"), found.income, totals(found.income)),
        (_("What was spent"), _("Expenses together"), found.expense, totals(found.expense)),
        (
            _("Besides: deposits, money in advance, money kept for others"),
            _("Besides together"),
            found.besides,
            totals(found.besides),
        ),
    ]
    return {
        "found": found, "period": found.period, "parts": [part for part in parts if part[2] or part[0] != parts[2][0]], "beside": column_beside(found.period), "printed": today(),
        "base": f"/c/{current_community().code}/revenue",
    }  # fmt: skip


@blueprint.get("/desk/statements/income")
@view(BOOKS)
def desk_income() -> Response:
    """收支表 at the desk, to be printed and exported."""
    return page("revenue/desk/income.html", **income_shown())
