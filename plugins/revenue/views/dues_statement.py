"""The statement of an operator 结算单: at the desk, on the operator's own pages, and on A4 to be signed by both."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import asked_number, current_actor, current_community, page, today, view
from plugins.revenue.dues.access import BOOKS, DECLARE, operators_of
from plugins.revenue.dues.models import Operator
from plugins.revenue.dues.operators import operator_names
from plugins.revenue.dues.statement import first_operator, operator_statement
from plugins.revenue.dues.words import ACTS, PERIODS
from plugins.revenue.reports.period import period_of, this_year
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint


def _shown(operator_id: int) -> dict[str, Any]:
    asked = asked_number("year")
    period = period_of(str(asked)) if asked is not None else None
    period = period or this_year()
    found = operator_statement(current_community().code, operator_id, period.year)
    return {
        "found": found, "period": period, "acts": ACTS, "terms": PERIODS, "printed": today(),
        "summary": [
            (_("Still to be paid"), found.owed), (_("Paid in advance"), found.credit),
            (_("Deposit held"), sum(each.held for each in found.contracts)),
        ],
    }  # fmt: skip


@blueprint.get("/desk/operators/<int:operator_id>/statement")
@view(BOOKS, kind=Operator, key="operator_id")
def operator_statement_desk(operator: Operator) -> Response:
    """A year of one operator."""
    here = f"/c/{operator.community}/revenue/desk/operators/{operator.id}/statement"
    return page("revenue/desk/operator_statement.html", here=here, **_shown(operator.id))


@blueprint.get("/desk/operators/<int:operator_id>/statement/print")
@view(BOOKS, kind=Operator, key="operator_id")
def operator_statement_print(operator: Operator) -> Response:
    """The same on A4."""
    back = f"/c/{operator.community}/revenue/desk/operators/{operator.id}/statement"
    return page("revenue/operator_statement_print.html", back=back, **_shown(operator.id))


@blueprint.get("/mine/statement")
@view(DECLARE)
def own_statement() -> Response:
    """A year of the operator for whom the actor acts; of several, the one asked for."""
    code = current_community().code
    mine = operators_of(current_actor())
    shown = _shown(first_operator(mine, asked_number("operator")))
    names = operator_names(code)
    return page(
        "revenue/own_statement.html", here=f"/c/{code}/revenue/mine/statement", others=[(key, names[key]) for key in mine], **shown
    )  # fmt: skip


@blueprint.get("/mine/statement/print")
@view(DECLARE)
def own_statement_print() -> Response:
    """The same on A4, to be stamped and brought back."""
    code = current_community().code
    shown = _shown(first_operator(operators_of(current_actor()), asked_number("operator")))
    return page("revenue/operator_statement_print.html", back=f"/c/{code}/revenue/mine/statement", **shown)
