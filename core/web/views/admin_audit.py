"""Administration of one community: the audit log, page by page."""

from __future__ import annotations

import datetime

from flask import Blueprint, Response, request

from core.clock import today
from core.operate import audit_log
from core.operate.audit_log import LogFilter
from core.operate.audit_words import GROUPS
from core.plugin import registry as kernel
from core.web import ui
from core.web.forms import parse_day
from core.web.gate import current_actor, view

pages = Blueprint("admin_audit", __name__)


@pages.get("/admin/audit")
@view("core.audit.view")
def audit() -> Response:
    """Who did what and when, newest first."""
    wanted = _filter()
    page = audit_log.log_page(kernel.active(), current_actor(), wanted, request.args.get("after", type=int))
    chosen = {
        "who": wanted.who or None,
        "action": wanted.action or None,
        "from": wanted.from_day.isoformat() if wanted.from_day else None,
        "until": wanted.until_day.isoformat() if wanted.until_day else None,
    }
    plugins = [(f"{name}.", plugin.meta.title) for name, plugin in kernel.active().plugins.items()]
    return ui.page(
        "desk/admin/audit.html",
        page=page,
        wanted=wanted,
        groups=[*GROUPS, *plugins],
        following=ui.url(".audit", **chosen, after=page.after) if page.after else None,
    )


def _filter() -> LogFilter:
    return LogFilter(
        who=request.args.get("who", "").strip()[:40],
        action=request.args.get("action", "").strip()[:60],
        from_day=_day("from"),
        until_day=_day("until"),
    )


def _day(name: str) -> datetime.date | None:
    text = request.args.get(name, "")
    return parse_day(text, today()) if text else None


@pages.get("/admin/audit/<int:seq>")
@view("core.audit.view")
def audit_entry(seq: int) -> Response:
    """One act with the values before and after."""
    return ui.page("desk/admin/audit_entry.html", detail=audit_log.log_detail(kernel.active(), current_actor(), seq))
