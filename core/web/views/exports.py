"""Exporting lists: one address for every list that core or a plugin declares, and what `ui.export` needs to know."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.operate import exports
from core.plugin import registry as kernel
from core.spreadsheet import XLSX
from core.web import ui
from core.web.forms import asked_text
from core.web.gate import current_actor, view

pages = Blueprint("exports", __name__)


@pages.post("/exports/<listed>.xlsx")
@view("core.export")
def export(listed: str) -> Response:
    """A list (`core.calls`, `rooms.day`) as a workbook, narrowed by the fields of the form; told to the audit log."""
    filters = {name: asked_text(name) for name in request.form}
    content, filename = exports.workbook_of(kernel.active(), current_actor(), listed, filters)
    return ui.download(content, XLSX, filename)


@pages.app_template_global()
def export_address(name: str) -> str:
    """Where this actor exports the list `name`; empty for whom it is not."""
    if not exports.may_export(kernel.active(), current_actor(), name):
        return ""
    return ui.url("c.exports.export", listed=name)
