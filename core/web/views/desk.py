"""The staff's first page: today's work, late things first; and the search box of the desk."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.civic import calendar, calls, notice_lists, todos
from core.clock import today
from core.people import directory, view_log
from core.people.disclosure import masked_view
from core.people.names import search_terms
from core.plugin import registry as kernel
from core.plugin.declarations import Hit
from core.text import _
from core.web import ui
from core.web.gate import current_actor, view

pages = Blueprint("desk", __name__)
MOST_HITS = 20


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
        calls=calls.todays_calls(actor, limit=6) if actor.can("core.calls.work") else None,
        widgets=ui.widgets("desk"),
    )


@pages.get("/search")
@view("core.search")
def search() -> Response:
    """People by name, pinyin, phone tail or door, and what the plugins find."""
    query = request.args.get("q", "").strip()
    return ui.page(
        "desk/search.html", block="results", query=query, groups=_found(query) if query else [], most=MOST_HITS
    )


def _found(query: str) -> list[tuple[object, list[Hit]]]:
    actor, registry = current_actor(), kernel.active()
    groups: list[tuple[object, list[Hit]]] = []
    if actor.can("core.people.view"):
        people = directory.list_people(masked_view(actor), query, limit=MOST_HITS)
        view_log.seen(actor, view_log.SEARCH, [row.public_id for row in people.rows])
        hits = [
            Hit(row.name, "、".join(row.homes), ui.url("c.people.detail", key=row.public_id), "user-round")
            for row in people.rows
        ]
        groups.append((_("Residents"), hits))
    groups.append((_("Notices"), notice_lists.hits(actor, notice_lists.words_of(query), MOST_HITS)))
    for name, plugin in registry.plugins.items():
        if registry.is_enabled(str(actor.community), name):
            for source in plugin.declaration.search:
                if actor.can(source.permission):
                    with registry.contained(name, actor.community, f"search {source.name}"):
                        groups.append((source.label, list(source.find(actor, search_terms(query), MOST_HITS))))
    return groups
