"""The desk's search box: people, doors, calls, accounts and what the plugins find, for whom each is."""

from __future__ import annotations

from flask import Blueprint, Response

from core.civic import search
from core.plugin import registry as kernel
from core.web import ui
from core.web.forms import asked_text
from core.web.gate import current_actor, view

pages = Blueprint("search", __name__)
LONGEST = 200


@pages.get("/search")
@view(search.SEARCH)
def index() -> Response:
    """Everything that matches, by kind; live while it is typed."""
    query, actor, registry = asked_text("q", LONGEST), current_actor(), kernel.active()
    return ui.page(
        "desk/search.html",
        block="results",
        query=query,
        groups=search.find(registry, actor, query),
        kinds=search.searchable(registry, actor),
    )
