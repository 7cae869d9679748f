"""Pages: whole or one block for htmx, their shared context, messages and addresses. The only importer of htmx-flask.

A page is `page("rooms/day.html", block="main", **context)`; after a post comes `after_post(url)`.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote, urlsplit

import htmx_flask
from flask import Flask, Response, current_app, flash, g, get_flashed_messages, request, url_for
from markupsafe import Markup

from core.actor import Actor
from core.civic.inbox import todos
from core.civic.reaching import message_lists
from core.civic.scores import VALUES
from core.config import VERSION
from core.lan import reachable_url
from core.plugin import registry as kernel
from core.plugin.declarations import NavItem
from core.store.community import Community, all_communities
from core.text import Label, LazyText, _
from core.web import csrf, i18n, templating

SIZES = ("standard", "large", "huge")
THEMES = ("light", "dark", "contrast")


@dataclass(frozen=True)
class Prefs:
    """How this browser wants to read: text size, colours, language. Kept in cookies, no account needed."""

    size: str
    theme: str
    lang: str


@dataclass(frozen=True)
class Nav:
    """A place in the bottom bar or the side navigation, ready to show."""

    label: Label
    href: str
    icon: str
    current: bool = False
    count: int = 0
    group: Label = ""
    hint: Label = ""


def install(app: Flask) -> None:
    """Give the templates the macros `ui` and the globals they need; wire htmx."""
    htmx_flask.Htmx(app)
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        asset=app.extensions["assets"].url,
        csrf_token=csrf.csrf_token,
        new_request_key=new_request_key,
        phone_masked=_masked,
        score_word=VALUES.get,
    )
    templating.install(app)
    app.extensions["linli_nav_address"] = lru_cache(maxsize=1024)(_nav_address)


def prefs() -> Prefs:
    """The reading preferences of this browser."""
    found = g.get("prefs")
    if found is None:
        size, theme = request.cookies.get("linli_size"), request.cookies.get("linli_theme")
        found = Prefs(
            size if size in SIZES else SIZES[0],
            theme if theme in THEMES else THEMES[0],
            i18n.choose_language(request.cookies.get("linli_lang")),
        )
        g.prefs = found
    return found


def asset(name: str) -> str:
    """The hashed address of a static file."""
    return current_app.extensions["assets"].url(name)


def new_request_key() -> str:
    """A key that makes sending a form twice the same as sending it once."""
    return secrets.token_urlsafe(18)


def _masked(number: str | None) -> str:
    from core.people.phone import masked

    return masked(number or "")


def url(endpoint: str, **values: Any) -> str:
    """The address of an endpoint; `.name` is relative to the blueprint of the request."""
    return url_for(endpoint, **values)


def absolute_url(path: str) -> str:
    """A path of this site with the address under which phones reach this machine: for paper, QR codes and messages."""
    return reachable_url(request.host_url).rstrip("/") + path


def page(template: str, *, block: str = "", status: int = 200, **context: Any) -> Response:
    """Render a page; only `block` for an htmx request that is neither boosted nor a history restore.

    Templates in a folder called `desk` have the desk's face, all others the portal's.
    """
    chosen = current_app.jinja_env.get_template(template)
    values = {**shared("desk" if "desk" in template.split("/")[:-1] else "portal"), **context}
    htmx = htmx_flask.request.htmx
    if block and htmx and not htmx.boosted and not htmx.history_restore_request:
        html = "".join(chosen.blocks[block](chosen.new_context(values)))
    else:
        html = chosen.render(values)
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def after_post(target: str) -> Response:
    """Answer a form that was saved: 303 with Location, for htmx 201 with HX-Redirect."""
    if htmx_flask.request.htmx:
        response = htmx_flask.make_response("", redirect=target)
        response.status_code = 201
        response.headers["Location"] = target
        return response
    return Response(status=303, headers={"Location": target})


def download(content: bytes, mimetype: str, filename: str) -> Response:
    """A file to keep."""
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition("attachment", filename)})


def disposition(way: str, filename: str) -> str:
    """The header that names a file sent `inline` or as `attachment`.

    Its name may be Chinese: headers carry Latin letters only, so it travels as RFC 6266 says.
    """
    plain = re.sub(r'["\\\x00-\x1f\x7f]', "", filename.encode("ascii", "ignore").decode()).strip("-_ ") or "linli"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def toast(text: Label, kind: str = "ok", undo_url: str = "", undo_label: Label = "") -> None:
    """A message on the next page, with a button that takes the act back where there is one."""
    flash(json.dumps({"text": str(text), "undo_url": undo_url, "undo_label": str(undo_label)}), kind)


def _flashes() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(kind=kind, **json.loads(message))
        for kind, message in cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))
    ]


def quoted_here() -> str:
    """The address of this request, ready to be a `next` parameter."""
    return quote(request.full_path.rstrip("?"), safe="/")


def safe_target(target: str | None, otherwise: str) -> str:
    """`target` if it is a path of this site, else `otherwise` (no open redirects: `//x`, `/\\x`, other schemes)."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or "\\" in target:
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(char) < 33 for char in target):
        return otherwise
    return quote(target, safe="/?&=%:-_.~+#,@!$'()*;[]")


# --------------------------------------------------------------------------- the context every page has


def shared(face: str = "portal") -> dict[str, Any]:
    """The context of every page (see templates/_ui.html). `face` chooses the navigation: portal, desk or bare."""
    community, actor = g.get("community"), g.get("actor") or Actor()
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    g.page_context = {
        "actor": actor,
        "community": community or (_only_community() if face == "portal" else None),
        "prefs": prefs(),
        "flashes": _flashes(),
        "here": here,
        "urls": _urls(community, actor, here),
        "nav": _FACES[face](),
        "version": VERSION if actor.is_staff else "",
    }
    return g.page_context


def _only_community() -> Community | None:
    """Pages of the whole site (sign-in, slips, refusals) name the office too, where there is only one."""
    known = all_communities()
    return known[0] if len(known) == 1 else None


def _urls(community: Any, actor: Actor, here: str) -> dict[str, str | None]:
    base = f"/c/{community.code}" if community else None
    back = quote(here, safe="/")
    desk = base and actor.is_staff
    return {
        "home": "/",
        "portal": f"{base}/" if base else None,
        "desk": f"{base}/desk" if desk else None,
        "search": f"{base}/search" if desk and actor.can("core.search") else None,
        "login": f"/login?next={back}",
        "logout": "/logout",
        "me": "/me" if actor.is_signed_in else None,
        "switch_user": f"/switch?next={back}" if desk else None,
        "hide": "/hide" if desk else None,
        "calls_new": f"{base}/calls/new" if desk and actor.can("core.calls.take") else None,
        "prefs": "/prefs",
        "privacy": f"{base}/privacy" if base else None,
    }


def portal_navigation() -> list[Nav]:
    """At most four places: home, the first service of a plugin, one's own things, the office."""
    community = g.get("community")
    if community is None:
        return []
    base, path = f"/c/{community.code}", request.path
    items = [Nav(_("Home"), f"{base}/", "house", path == f"{base}/")]
    items += plugin_navigation("portal")[:1]
    unread = message_lists.unread(g.actor)
    items.append(Nav(_("Mine"), f"{base}/mine", "user-round", path == f"{base}/mine", unread))
    items.append(Nav(_("Office"), f"{base}/office", "phone", path == f"{base}/office"))
    return items


def desk_navigation() -> list[Nav]:
    """Today's work first, then people, then the plugins' pages, then administration; only what the actor may open."""
    community, actor = g.get("community"), g.actor
    if community is None:
        return [Nav(label, href, icon, request.path.startswith(href)) for label, href, icon in _site_places(actor)]
    base = f"/c/{community.code}"
    first, later = _core_navigation(base, actor.permissions)
    if actor.can("core.desk"):
        first = tuple(
            replace(nav, count=todos.count(actor).all) if nav.href == f"{base}/inbox" else nav for nav in first
        )
    return _marked([*first, *plugin_navigation("desk"), *later])


@lru_cache(maxsize=256)
def _core_navigation(base: str, permissions: frozenset[str]) -> tuple[tuple[Nav, ...], tuple[Nav, ...]]:
    """Core's places that holders of `permissions` may open: those of the first group, and those after the plugins'."""
    allowed = [
        tuple(
            Nav(label, base + path, icon, group=group)
            for label, path, icon, permission in places
            if permission in permissions
        )
        for group, places in _CORE_PLACES
    ]
    later = [nav for group in allowed[1:] for nav in group]
    if "core.site.admin" in permissions:
        later.append(Nav(_("Communities"), "/admin/communities", "building-2", group=_("Administration")))
    return allowed[0], tuple(later)


def _marked(items: list[Nav]) -> list[Nav]:
    """The same places with the one that is shown marked: the one that covers this page, else the longest address it lies
    under."""
    path = request.path
    covering = [item.href for item in items if item.current]
    under = [item.href for item in items if path == item.href or path.startswith(item.href + "/")]
    here = max(covering or under, key=len, default="")
    return [replace(item, current=item.href == here) for item in items]


def _site_places(actor: Actor) -> list[tuple[LazyText, str, str]]:
    if not actor.can("core.site.admin"):
        return []
    return [
        (_("Communities"), "/admin/communities", "building-2"),
        (_("Plugins"), "/admin/plugins", "puzzle"),
        (_("Accounts"), "/admin/accounts", "key-round"),
    ]


_Place = tuple[LazyText, str, str, str]


_CORE_PLACES: tuple[tuple[LazyText, list[_Place]], ...] = (
    (
        _("Daily work"),
        [
            (_("Today"), "/desk", "sun", "core.desk"),
            (_("To-dos"), "/inbox", "list-todo", "core.desk"),
            (_("Calls to make"), "/calls/today", "phone-outgoing", "core.calls.work"),
            (_("Calls received"), "/calls", "phone-incoming", "core.calls.take"),
            (_("Notices"), "/notices/desk", "megaphone", "core.notices.write"),
            (_("Objections"), "/objections", "message-square-text", "core.objections.enter"),
            (_("Tell residents"), "/messages", "mail", "core.messages.send"),
        ],
    ),
    (
        _("People"),
        [
            (_("Residents"), "/people", "users", "core.people.view"),
            (_("Estates and doors"), "/areas", "building-2", "core.people.view"),
            (_("Import a roster"), "/roster", "file-up", "core.roster.import"),
            (_("Account slips"), "/slips", "ticket", "core.slips.print"),
        ],
    ),
    (
        _("Administration"),
        [
            (_("Accounts and roles"), "/admin/accounts", "key-round", "core.accounts.manage"),
            (_("Who may do what"), "/admin/roles", "shield-check", "core.roles.manage"),
            (_("Modules"), "/admin/plugins", "puzzle", "core.plugins.switch"),
            (_("Community details"), "/admin/community", "house", "core.community.edit"),
            (_("Bring lists in"), "/imports", "file-spreadsheet", "core.import"),
            (_("Holiday calendar"), "/admin/calendar", "calendar-days", "core.calendar.edit"),
            (_("Personal data"), "/admin/privacy", "shield-check", "core.privacy.manage"),
            (_("Automatic jobs"), "/admin/jobs", "clock", "core.jobs.run"),
            (_("Audit log"), "/admin/audit", "scroll-text", "core.audit.view"),
        ],
    ),
)


def plugin_navigation(place: str) -> list[Nav]:
    """The entries of the plugins that this actor may see here; `place` is `portal` or `desk`."""
    community, actor = g.community, g.actor
    cached = g.setdefault("plugin_navigation", {})
    if place in cached:
        return cached[place]
    found: list[tuple[int, Nav]] = []
    states = kernel.active().states(community.code)
    registry = kernel.active()
    for plugin, items in registry.call("nav_items", community.code, community=community, actor=actor):
        state = states.get(plugin)
        if place == "portal" and state is not None and not state.published and not actor.is_staff:
            continue
        with registry.contained(plugin, community.code, "nav_items"):
            found += [(int(item.order), _nav(plugin, item)) for item in _visible(items, place, actor)]
    cached[place] = [nav for _order, nav in sorted(found, key=lambda pair: pair[0])]
    return cached[place]


def _visible(items: Sequence[NavItem], place: str, actor: Actor) -> list[NavItem]:
    return [item for item in items if item.place == place and (not item.permission or actor.can(item.permission))]


def _nav(plugin: str, item: NavItem) -> Nav:
    address = current_app.extensions["linli_nav_address"]
    href = address(g.community.code, f"c.{plugin}.{item.endpoint}", tuple(item.values.items()))
    covered = {f"c.{plugin}.{endpoint}" for endpoint in item.covers}
    if unknown := covered - current_app.view_functions.keys():
        raise LookupError(f"{item.endpoint} covers pages that do not exist: {', '.join(sorted(unknown))}")
    is_here = request.path == href or request.endpoint in covered
    # Put into words here, so that a text that cannot be shown is left out together with its plugin.
    return Nav(str(item.label), href, item.icon, is_here, group=str(item.group), hint=str(item.hint))


def _nav_address(community: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    """The address of a place; kept by `install`, for every page shows several and they never change."""
    return url_for(endpoint, community=community, **dict(values))


_FACES: dict[str, Callable[[], list[Nav]]] = {
    "portal": portal_navigation,
    "desk": desk_navigation,
    "bare": list,
}


@lru_cache(maxsize=64)
def qr_svg(text: str) -> tuple[bytearray, ...]:
    """The modules of a QR code for `ui.qr`: rows of 0 and 1."""
    import segno

    return segno.make(text, error="m").matrix


def widgets(place: str) -> list[Markup]:
    """The blocks that the plugins of this community put on the `portal` or the `desk`; one that fails is left out."""
    community, actor, registry = g.community, g.actor, kernel.active()
    if "page_context" not in g:
        shared(place)
    found: list[tuple[int, Markup]] = []
    states = registry.states(community.code)
    for name, plugin in registry.plugins.items():
        state = states.get(name)
        if state is None or not state.enabled or not (state.published or actor.is_staff):
            continue
        for widget in plugin.declaration.widgets:
            if widget.place == place and (not widget.permission or actor.can(widget.permission)):
                with registry.contained(name, community.code, f"widget {widget.name}"):
                    answer = widget.render(community, actor)
                    if answer is not None:
                        template = current_app.jinja_env.get_template(answer[0])
                        found.append((widget.order, Markup(template.render({**g.page_context, **answer[1]}))))  # noqa: S704
    return [html for _order, html in sorted(found, key=lambda pair: pair[0])]
