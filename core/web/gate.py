"""The one gate: which community a request is for, who asks, whether the plugin is on there and whether they may.

Every view declares its access with `@view`. Nothing else in the code asks "is it enabled?" or "who is this?".
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

from flask import Blueprint, Flask, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from core.actor import Actor
from core.config import Config
from core.errors import Forbidden, LinliError, NotFound, Refused, SignInRequired
from core.people import permissions
from core.plugin import registry as kernel
from core.plugin.registry import Registry
from core.store.community import Community, CommunityModel, community_or_none
from core.text import _
from core.web import csrf
from core.web.routing import LateRule

PARENT = "c"
SESSION_COOKIE = "linli_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# The most that a form with several photos may bring; the server refuses more by itself at 48 MB.
UPLOAD_LIMIT = 40 * 1024 * 1024


@dataclass(frozen=True)
class Access:
    """Who may use a view: everyone (`public`), whoever has signed in, or holders of `permission`.

    `own` is a rule `(actor, record) -> bool` that lets people at their own records without the permission. `uploads`: its
    form may bring several files.
    """

    permission: str = ""
    public: bool = False
    signed_in: bool = False
    own: Callable[[Actor, Any], bool] | None = None
    uploads: bool = False


class WrongHost(LinliError):
    """The request names a host that is not this machine (DNS rebinding)."""

    status = 400
    message = _("This address does not belong to this computer.")


class PluginOff(NotFound):
    """The plugin is not enabled here: the page does not exist."""


class NotPublished(Forbidden):
    """Staff are still preparing this module."""

    message = _("This service is not open to residents yet.")
    advice = _("Please ask at the service hall, or look again in a few days.")


class Stopped(LinliError):
    """The module is switched on here and was left out because of a fault: whoever comes with a paper is told, not sent away."""

    status = 503
    message = _("This service is stopped because of a fault.")
    advice = _(
        "Its data are kept. Please ask the staff at the service hall or call the duty phone. If you hold a paper with a code, keep it and check it later."
    )


class Paused(Refused):
    """The module is read-only for now."""

    message = _("This service is paused: you can read, but not change anything.")
    advice = _("Please try again later, or ask at the service hall.")


def view(
    permission: str = "",
    *,
    public: bool = False,
    signed_in: bool = False,
    kind: type[CommunityModel] | None = None,
    key: str = "",
    own: Callable[[Actor, Any], bool] | None = None,
    uploads: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare who may use a view, and load the record it is about inside the community.

    Exactly one of `permission`, `public` and `signed_in`. With `kind=Booking, key="booking_id"` the URL's `booking_id`
    becomes the argument `booking`; a record of another community is `NotFound`. An exception in `own` denies. With `uploads`
    somebody who has signed in may send several files at once (`UPLOAD_LIMIT`).
    """
    if bool(permission) + public + signed_in != 1:
        raise ValueError("a view is public, for the signed-in, or for a permission: say exactly one")
    access = Access(permission, public, signed_in, own, uploads)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def guarded(**arguments: Any) -> Any:
            actor = current_actor()
            if kind is None:
                authorise(access, actor, None)
                return _run(function, arguments)
            if access.own is None:
                authorise(access, actor, None)
            record = kind.get_of(g.community.code, arguments.pop(key))
            authorise(access, actor, record)
            arguments[key.removesuffix("_id")] = record
            return _run(function, arguments)

        guarded.access = access  # type: ignore[attr-defined]
        guarded.record_kind = kind  # type: ignore[attr-defined]
        return guarded

    return decorate


def _run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        return function(**arguments)
    except SystemExit as error:  # it would end the thread that answers, and the browser would wait for ever
        raise RuntimeError("the page raised SystemExit") from error


def authorise(access: Access, actor: Actor, record: Any) -> None:
    """Raise `SignInRequired` or `Forbidden` unless `actor` may use the view (on `record`, if it has one)."""
    if access.public:
        return
    if access.own is not None and record is not None and _owns(access.own, actor, record):
        return
    if not actor.is_signed_in and not actor.can(access.permission):
        raise SignInRequired
    if access.permission:
        actor.require(access.permission)


def _owns(rule: Callable[[Actor, Any], bool], actor: Actor, record: Any) -> bool:
    try:
        return rule(actor, record) is True
    except Exception as error:  # an error in a rule denies (QUALITY.md, security 36)
        plugin = plugin_of_request()
        if plugin:
            kernel.active().record_failure(plugin, g.community.code, "permission rule", error)
        return False


def current_actor() -> Actor:
    """Who asks, in the community of this request."""
    return g.actor


def current_community() -> Community:
    """The community of this request; raises `NotFound` where the page belongs to none."""
    found = g.get("community")
    if found is None:
        raise NotFound
    return found


def plugin_of_request() -> str | None:
    """The plugin whose page is asked for, None for core's own pages."""
    parts = (request.endpoint or "").split(".")
    return parts[1] if len(parts) > 2 and parts[0] == PARENT and parts[1] in kernel.active().plugins else None


# --------------------------------------------------------------------------- mounting


class Key(IntegerConverter):
    """The key of a record in an address: what a 64-bit column holds."""

    regex = r"\d{1,18}"


def community_parent() -> Blueprint:
    """The parent of everything under `/c/<community>/`; made anew for every app."""
    parent = Blueprint(PARENT, __name__, url_prefix="/c/<community>")

    @parent.url_value_preprocessor
    def _resolve(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.community_code = (values or {}).pop("community", None)

    @parent.url_defaults
    def _fill(endpoint: str, values: dict[str, Any]) -> None:
        if "community" not in values and g.get("community_code"):
            values["community"] = g.community_code

    return parent


def mount(app: Flask, registry: Registry, parent: Blueprint, config: Config) -> None:
    """Nest every plugin's blueprint under the community parent and put the gate before every request."""
    for plugin in registry.plugins.values():
        blueprint = plugin.declaration.blueprint
        if blueprint is not None:
            parent.register_blueprint(blueprint, url_prefix=f"/{plugin.meta.name}", name=plugin.meta.name)
    app.register_blueprint(parent)
    own_names = _own_names(config)

    @app.before_request
    def _gate() -> None:
        check_host(own_names)
        if "\x00" in request.path or b"%00" in request.query_string:
            raise NotFound  # PostgreSQL would refuse the question, SQLite find nothing
        _open(registry)
        access = getattr(app.view_functions.get(request.endpoint or ""), "access", None)
        if access is not None and access.uploads and g.actor.is_signed_in:
            request.max_content_length = UPLOAD_LIMIT
        csrf.protect()

    @app.after_request
    def _remember(response: Any) -> Any:
        return csrf.remember(response)


def check_blueprint(blueprint: Blueprint) -> None:
    """Register a plugin's blueprint on a scratch app, so that endpoint clashes are found before it is mounted."""
    scratch = Flask("scratch", static_folder=None)
    scratch.url_rule_class = LateRule
    parent = community_parent()
    parent.register_blueprint(blueprint, url_prefix="/x", name="x")
    scratch.register_blueprint(parent)
    for endpoint, function in scratch.view_functions.items():
        if not hasattr(function, "access"):
            raise ValueError(f"the view {endpoint.removeprefix('c.x.')} does not declare its access with @view")


def _open(registry: Registry) -> None:
    """Find community and actor, and close pages of plugins that are off; also before 404, 405 and 308 are answered."""
    code = g.get("community_code")
    plugin, asked = plugin_of_request(), ""
    if request.routing_exception is not None:
        parts = request.path.split("/")
        if len(parts) > 2 and parts[1] == PARENT:
            code, asked = parts[2], parts[3] if len(parts) > 3 else ""
            plugin = asked if asked in registry.plugins else None
    g.community = community_or_none(code) if code else None
    g.community_code = g.community.code if g.community else None  # the links of an error page need it as well
    g.actor = permissions.actor_for(
        request.cookies.get(SESSION_COOKIE), g.community.code if g.community else None, request.remote_addr or ""
    )
    if code and g.community is None:
        raise NotFound(_("There is no community with this number here."))
    if plugin is not None:
        _check_plugin(registry, plugin, g.community.code)
    elif asked and registry.is_stopped(g.community.code, asked):
        raise Stopped


def _check_plugin(registry: Registry, plugin: str, code: str) -> None:
    state = registry.states(code).get(plugin)
    if state is None or not state.enabled:
        raise PluginOff
    if request.routing_exception is not None:
        return
    if not state.published and not g.actor.is_staff:
        raise NotPublished
    if state.paused and request.method not in _SAFE:
        raise Paused


# --------------------------------------------------------------------------- hosts


def _own_names(config: Config) -> frozenset[str]:
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local", *(host.lower() for host in config.trusted_hosts)})


def check_host(own_names: frozenset[str]) -> None:
    """Refuse a Host that is neither an IP address nor one of our names.

    A page on the internet can make its own name point here (DNS rebinding), but not an IP address; so every literal
    address is trusted and the machine may change its address without a restart.
    """
    host = request.host.rpartition(":")[0] if request.host.count(":") == 1 else request.host
    host = host.strip("[]").lower().rstrip(".")
    if host not in own_names and not _is_address(host.partition("]")[0]):
        raise WrongHost


@lru_cache(maxsize=64)
def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def failed_plugin() -> str | None:
    """The plugin in whose view the present error arose, for the fault list."""
    try:
        return plugin_of_request()
    except (RuntimeError, HTTPException):
        return None


__all__ = [
    "Access", "authorise", "check_blueprint", "community_parent", "current_actor", "current_community",
    "failed_plugin", "mount", "plugin_of_request", "view",
]  # fmt: skip
