"""Exporting lists: one address for every list that core or a plugin declares, and what `ui.export` needs to know."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.operate import exports
from core.plugin import registry as kernel
from core.web import ui
from core.web.forms import asked_text
from core.web.gate import current_actor, view

pages = Blueprint("exports", __name__)


@pages.post("/exports/<listed>.<form>")
@view("core.export")
def export(listed: str, form: str) -> Response:
    """A list (`core.calls`, `rooms.day`) as .xlsx, .csv or .json, narrowed by the fields that were sent; told to the audit log."""
    filters = {name: asked_text(name) for name in request.form}
    made = exports.file_of(kernel.active(), current_actor(), listed, form, filters)
    return ui.download(made.content, made.media_type, made.filename)


@pages.app_template_global()
def export_address(name: str, form: str = "xlsx") -> str:
    """Where this actor exports the list `name`; empty for whom it is not."""
    if not exports.may_export(kernel.active(), current_actor(), name):
        return ""
    return ui.url("c.exports.export", listed=name, form=form)
