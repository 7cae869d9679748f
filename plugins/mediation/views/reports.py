"""What the committee reports, on the desk and on paper: the monthly report 人民调解月报表 and the register 登记簿."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import current_actor, page, today, view
from plugins.mediation import service
from plugins.mediation.access import REPORT
from plugins.mediation.figures.periods import Period, period_of, period_with
from plugins.mediation.texts import _
from plugins.mediation.views.base import base, blueprint

KINDS = {"month": _("By month"), "quarter": _("By quarter"), "year": _("By year")}
THIS = {"month": _("This month"), "quarter": _("This quarter"), "year": _("This year")}
BEFORE = {"month": _("Month before"), "quarter": _("Quarter before"), "year": _("Year before")}
AFTER = {"month": _("Month after"), "quarter": _("Quarter after"), "year": _("Year after")}
LAST_YEAR = {"month": _("Same month last year"), "quarter": _("Same quarter last year"), "year": _("Year before")}


def asked_period() -> Period:
    """The month, quarter or year of the address; this month unless it names one, and never one to come."""
    return period_of(request.args.get("period", "")) or period_with(today())


def around(period: Period, place: str) -> dict[str, Any]:
    """What the bar above a report needs: the period, its neighbours, and the same day as month, quarter and year. `place` is the
    tab: report, register or subsidy."""
    day = min(period.last, today())
    return {
        "period": period,
        "place": place,
        "before": period.before if period.before.year >= 2000 else None,
        "after": period.after if period.after.first <= today() else None,
        "kinds": [(KINDS[kind], period_with(day, kind).code, kind == period.kind) for kind in KINDS],
        "words": {"this": THIS[period.kind], "before": BEFORE[period.kind], "after": AFTER[period.kind], "last_year": LAST_YEAR[period.kind]},
        "base": base(),
    }  # fmt: skip


@blueprint.get("/desk/report")
@view(REPORT)
def report() -> Response:
    """A month, quarter or year in sentences and figures, beside the one before and a year earlier."""
    actor, period = current_actor(), asked_period()
    found = service.report(actor, period)
    return page(
        "mediation/desk/report.html", report=found, sentences=service.sentences(found), trend=service.trend(actor, period),
        in_percent=service.in_percent, **around(period, "report"),
    )  # fmt: skip


@blueprint.get("/desk/report/print")
@view(REPORT)
def report_print() -> Response:
    """The report on one A4 sheet."""
    period = asked_period()
    found = service.report(current_actor(), period)
    return page(
        "mediation/report_print.html", report=found, sentences=service.sentences(found), printed=today(),
        **around(period, "report"),
    )  # fmt: skip


@blueprint.get("/desk/register")
@view(REPORT)
def register() -> Response:
    """Which register to print, with how many cases: it names them, so that printing it is a look at each."""
    period = asked_period()
    number = service.registered(current_actor(), period)
    return page("mediation/desk/register.html", number=number, **around(period, "register"))


@blueprint.get("/desk/register/print")
@view(REPORT)
def register_print() -> Response:
    """The register of a period on A4 sheets across, numbered."""
    period = asked_period()
    lines = service.register_book(current_actor(), period)
    return page(
        "mediation/register_print.html", sheets=service.register_sheets(lines), number=len(lines), printed=today(),
        **around(period, "register"),
    )  # fmt: skip
