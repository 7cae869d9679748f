"""Personal data as the office looks after it: who looked at whose record."""

from __future__ import annotations

from flask import Blueprint, Response

from core.people import view_report
from core.people.permissions import PRIVACY
from core.web import ui
from core.web.forms import asked_number, asked_text
from core.web.gate import current_actor, view

pages = Blueprint("admin_privacy", __name__)
PAGE = 50


@pages.get("/admin/privacy/views")
@view(PRIVACY)
def views() -> Response:
    """What every account looked at in a time, what stands out first; below, look by look."""
    actor, account, after = current_actor(), asked_number("account"), asked_text("after") or None
    days = asked_number("days")
    days = days if days in view_report.DAYS else 30
    found = view_report.looks(actor, days, account=account, after=after, limit=PAGE + 1)
    more = found[PAGE - 1].key if len(found) > PAGE else None
    return ui.page(
        "desk/admin/views.html",
        habits=[] if account or after else view_report.habits(actor, days),
        looks=found[:PAGE],
        days=days,
        choices=view_report.DAYS,
        account=account,
        next_url=ui.url(".views", days=days, account=account, after=more) if more else None,
    )
