"""Administration of one community: the jobs that run by themselves, and letting one run now."""

from __future__ import annotations

from flask import Blueprint, Response

from core.errors import Conflict
from core.operate import job_list
from core.plugin import registry as kernel
from core.text import _
from core.web import ui
from core.web.forms import submit_once
from core.web.gate import current_actor, view

pages = Blueprint("admin_jobs", __name__)


@pages.get("/admin/jobs")
@view(job_list.RUN)
def index() -> Response:
    """Every job: when it ran, what came of it, when it runs again; those in trouble first."""
    return ui.page("desk/admin/jobs.html", lines=job_list.job_lines(kernel.active(), current_actor()))


@pages.post("/admin/jobs/<job>/run")
@view(job_list.RUN)
def run(job: str) -> Response:
    """Let a job run within a minute."""
    try:
        label = submit_once(lambda: str(job_list.run_soon(current_actor(), kernel.active(), job)))
    except Conflict as error:
        ui.toast(error.message, kind="warn")
    else:
        ui.toast(_("“%(job)s” runs within a minute. Then load this page again.", job=label))
    return ui.after_post(ui.url(".index"))
