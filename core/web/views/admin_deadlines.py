"""The deadlines of a community's procedures, to be read together and changed one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core.civic.workflow import deadlines
from core.civic.workflow.deadlines import LONGEST_REASON, MOST_DAYS
from core.civic.workflow.versions import OVERRIDE
from core.text import _
from core.web import ui
from core.web.forms import Form, IntegerField, RadioField, StringField, status_of
from core.web.gate import current_actor, view

pages = Blueprint("admin_deadlines", __name__)


class DeadlineForm(Form):
    """How many days, of which kind, and why."""

    days = IntegerField(_("How many days"), required=True, minimum=1, maximum=MOST_DAYS)
    kind = RadioField(
        _("Which days"),
        required=True,
        choices=[("working", _("Working days, by the holiday calendar")), ("calendar", _("Every day of the calendar"))],
    )
    reason = StringField(_("Reason"), required=True, longest=LONGEST_REASON)


@pages.get("/admin/deadlines")
@view(OVERRIDE)
def index() -> Response:
    """Every deadline with what holds now."""
    return ui.page("desk/admin/deadlines.html", deadlines=deadlines.deadlines(current_actor()))


@pages.route("/admin/deadlines/<workflow>/<verb>", methods=["GET", "POST"])
@view(OVERRIDE)
def edit(workflow: str, verb: str) -> Response:
    """One deadline: change it, and what was decided about it before."""
    deadline = deadlines.find_deadline(current_actor(), workflow, verb)
    form = DeadlineForm.from_request(days=deadline.clock.days, kind="working" if deadline.clock.working else "calendar")
    if form.act_on_submit(lambda: _save(form, workflow, verb)):
        ui.toast(_("Saved. It holds for what begins from now on."))
        return ui.after_post(ui.url(".index"))
    return ui.page(
        "desk/admin/deadline.html",
        form=form,
        deadline=deadline,
        changes=deadlines.changes(current_actor(), deadline),
        status=status_of(form),
    )


def _save(form: Any, workflow: str, verb: str) -> None:
    deadlines.set_deadline(
        current_actor(), workflow, verb, form.days.data, form.kind.data == "working", form.reason.data
    )
