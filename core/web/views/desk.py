"""The staff's first page: today's work, late things first; and the search box of the desk."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from core.civic import calendar, calls
from core.clock import today
from core.people import directory
from core.people.names import search_terms
from core.plugin import registry as kernel
from core.plugin.declarations import Hit, Todo
from core.text import _
from core.web import ui
from core.web.gate import current_actor, current_community, view

pages = Blueprint("desk", __name__)
MOST_HITS = 20


@pages.get("/desk")
@view("core.desk")
def home() -> Response:
    """Today: to-dos by due day, what the plugins show, the calls to make."""
    actor, day = current_actor(), today().isoformat()
    todos = sorted(_todos(), key=lambda todo: todo.due or "9999")
    return ui.page(
        "desk/home.html",
        today=today(),
        special=calendar.day_name(today()),
        missing_year=calendar.missing_year(today()),
        late=[todo for todo in todos if todo.due and todo.due < day],
        todos=[todo for todo in todos if not todo.due or todo.due >= day],
        calls=calls.todays_calls(actor, limit=6) if actor.can("core.calls.work") else None,
        widgets=ui.widgets("desk"),
    )


def _todos() -> list[Todo]:
    community, actor = current_community(), current_actor()
    registry, found = kernel.active(), []
    for plugin, todos in registry.call("todo_items", community.code, community=community, actor=actor):
        with registry.contained(plugin, community.code, "todo_items"):
            found += [_checked(todo) for todo in todos]
    return found


def _checked(todo: Todo) -> Todo:
    if not isinstance(todo, Todo) or not isinstance(todo.due, str):
        raise TypeError(f"a to-do is a Todo whose due day is a text, not {todo!r}")
    return replace(todo, title=str(todo.title), detail=str(todo.detail))


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
        people = directory.list_people(actor, query, limit=MOST_HITS)
        hits = [
            Hit(row.name, "、".join(row.homes), ui.url("c.people.detail", key=row.public_id), "user-round")
            for row in people.rows
        ]
        groups.append((_("Residents"), hits))
    for name, plugin in registry.plugins.items():
        if registry.is_enabled(str(actor.community), name):
            for source in plugin.declaration.search:
                if actor.can(source.permission):
                    with registry.contained(name, actor.community, f"search {source.name}"):
                        groups.append((source.label, list(source.find(actor, search_terms(query), MOST_HITS))))
    return groups
