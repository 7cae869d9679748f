"""The residents' first page, the office page, one's own things and what is held about people."""

from __future__ import annotations

from flask import Blueprint, Response

from core.civic import search
from core.civic.notices import lists as notice_lists
from core.civic.reaching import message_lists
from core.clock import today
from core.people import privacy_notice, view_report
from core.people.names import found_in, search_terms
from core.plugin import registry as kernel
from core.web import ui
from core.web.forms import asked_text
from core.web.gate import current_actor, current_community, view

pages = Blueprint("portal", __name__)
LONGEST = 100
NOTICES = 4


@pages.get("/")
@view(public=True)
def home() -> Response:
    """今天想办什么事? Tiles, the newest notices, what the plugins show today, and a search of what everybody may see."""
    query = asked_text("q", LONGEST)
    return ui.page(
        "portal/home.html",
        block="services",
        query=query,
        services=_services(query),
        groups=search.find(kernel.active(), current_actor(), query, "portal"),
        widgets=ui.widgets("portal"),
        notices=[] if query else notice_lists.up_now(current_community().code, limit=NOTICES),
        phases=notice_lists.PHASES,
        today=today(),
    )


def _services(query: str) -> list[ui.Nav]:
    """The tiles whose name or hint matches what was typed, in Chinese or by pinyin."""
    terms = search_terms(query)
    return [item for item in ui.plugin_navigation("portal") if found_in(terms, str(item.label), str(item.hint))]


@pages.get("/office")
@view(public=True)
def office() -> Response:
    """Where the office is and how to reach a person."""
    return ui.page("portal/office.html")


@pages.get("/mine")
@view(public=True)
def mine() -> Response:
    """One's own things: sign in, or what the plugins keep for me."""
    actor = current_actor()
    return ui.page(
        "portal/mine.html",
        items=ui.plugin_navigation("mine"),
        actor=actor,
        unread=message_lists.unread(actor),
        asks_consent=privacy_notice.is_asked(actor),
    )


@pages.get("/mine/looks")
@view(signed_in=True)
def my_looks() -> Response:
    """On which days somebody of the office opened my record, in which role and what for."""
    return ui.page("portal/my_views.html", looks=view_report.looks_at_me(current_actor()))
