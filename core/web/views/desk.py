"""The staff's first page: today's work, late things first."""

from __future__ import annotations

from flask import Blueprint, Response

from core.civic.calendar import days as calendar
from core.civic.inbox import deputies, todos
from core.civic.reaching import calls, contact
from core.clock import today
from core.operate import job_list
from core.plugin import registry as kernel
from core.web import ui
from core.web.gate import current_actor, view

pages = Blueprint("desk", __name__)


@pages.get("/desk")
@view("core.desk")
def home() -> Response:
    """Today: to-dos by due day, what the plugins show, the calls to make."""
    actor = current_actor()
    found = todos.waiting(actor)
    return ui.page(
        "desk/home.html",
        today=today(),
        special=calendar.day_name(today()),
        missing_year=calendar.missing_year(today()),
        late=[todo for todo in found if todo.is_late],
        todos=[todo for todo in found if not todo.is_late],
        absences=[each for each in deputies.absences_of(str(actor.community), actor.account) if each.is_today],
        stood_in_for=deputies.stood_in_for(str(actor.community), actor.account),
        resting=contact.resting_until(str(actor.community)),
        calls=calls.todays_calls(actor, limit=6) if actor.can("core.calls.work") else None,
        widgets=ui.widgets("desk"),
        failing=job_list.failing(kernel.active(), actor),
    )
