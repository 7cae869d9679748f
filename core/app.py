"""`create_app`: puts the floors together. Wiring, nothing else."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, session
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from core import clock
from core.civic.inbox import handover_sheet, handover_sources, own_todos, todos
from core.civic.notices import todos as notice_todos
from core.civic.privacy import requests as privacy_requests
from core.civic.threads import records, stories
from core.civic.workflow import engine as workflow
from core.civic.workflow import shape as workflow_shape
from core.config import Config, load_config
from core.operate import backup
from core.people import permissions
from core.plugin.declarations import Declaration
from core.plugin.registry import Registry
from core.store import db
from core.store.migrate import CORE, migrate
from core.web import assets, errors, gate, i18n, memory, routing, ui

ROOT = Path(__file__).parent.parent
SITE_VIEWS = ("prefs", "signin", "setup", "site_admin")
COMMUNITY_VIEWS = (
    "portal",
    "desk",
    "inbox",
    "away",
    "search",
    "messages",
    "own_messages",
    "people",
    "areas",
    "roster",
    "slips",
    "calls",
    "notices",
    "notice_desk",
    "notice_lengths",
    "admin",
    "admin_modules",
    "admin_person",
    "handovers",
    "admin_audit",
    "admin_privacy",
    "my_data",
    "privacy_notice",
    "consents",
    "admin_calendar",
    "objections",
    "desk_objections",
    "admin_jobs",
    "exports",
    "imports",
    "files",
    "admin_files",
    "admin_deadlines",
    "sheets",
    "threads",
)
BODY_LIMIT = 12 * 1024 * 1024

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(config: Config | None = None) -> Flask:
    """The application of one instance: opens its store, migrates it, loads the plugins and mounts every page.

    Raises `InstanceError` for an instance that cannot be used; a plugin that cannot be used is quarantined.
    """
    config = config or load_config()
    registry = open_instance(config)
    app = Flask("linli", root_path=str(ROOT / "core"), static_folder=None, template_folder=None)
    app.url_map.converters["int"] = gate.Key
    app.secret_key = config.secret_key()
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="linli_messages",
        SESSION_COOKIE_SAMESITE="Lax",
        TESTING=config.testing,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.session_interface = memory.BrowserMemory()
    app.url_rule_class = routing.LateRule
    app.jinja_options = {"cache_size": -1}  # all templates: a bounded cache takes a lock at every look
    app.extensions.update(linli_config=config, linli_registry=registry)
    app.extensions["assets"] = assets.Assets(
        {name: plugin.folder / "static" for name, plugin in registry.plugins.items()}
    )
    app.jinja_loader = _templates(config, registry)
    ui.install(app)
    i18n.install(app, set(registry.plugins))
    errors.install(app)
    _mount_views(app, registry, config)
    app.after_request(_finish)
    app.teardown_appcontext(_release)
    return app


def open_instance(config: Config) -> Registry:
    """Open and migrate the store and load the plugins: what pages, commands and jobs all need first."""
    clock.set_zone(config.timezone)
    engine = db.open_database(config)
    backup.refuse_newer(config)
    migrate("core", CORE, before=lambda: backup.before_migration(config))
    if config.engine == "sqlite":
        (config.instance / "created").touch()
    registry = Registry(
        config,
        reserved=frozenset({*SITE_VIEWS, *COMMUNITY_VIEWS, *RESERVED}),
        core_permissions={permission.name for permission in permissions.CORE_PERMISSIONS},
    )
    registry.load(check=_check, before_migration=lambda: backup.before_migration(config))
    registry.activate()
    workflow.install(*registry.workflows().values())
    own_todos.install()
    records.add_core_records(*stories.CORE_RECORDS)
    notice_todos.install()
    handover_sources.install()
    handover_sheet.install()
    privacy_requests.install_todos()
    permissions.use(permissions.PermissionTable(plugins=registry.permissions().values()))
    if config.engine == "postgresql":
        engine.close()
    return registry


def _check(declaration: Declaration) -> None:
    """What the floors above the kernel require of a plugin: pages that can be mounted, workflows that hold together."""
    if declaration.blueprint is not None:
        gate.check_blueprint(declaration.blueprint)
    for each in declaration.workflows:
        workflow_shape.check(each)


RESERVED = (
    "board", "search", "static", "c", "me", "login", "logout", "switch", "hide", "slip", "office", "mine",
    "privacy", "plugin", "user", "serve", "demo", "verify", "accounts", "core", "api",
)  # fmt: skip


def _mount_views(app: Flask, registry: Registry, config: Config) -> None:
    import_module("core.web.views.setup").install(app)
    parent = gate.community_parent()
    for name in COMMUNITY_VIEWS:
        module = import_module(f"core.web.views.{name}")
        parent.register_blueprint(module.pages)
    gate.mount(app, registry, parent, config)
    for name in SITE_VIEWS:
        app.register_blueprint(import_module(f"core.web.views.{name}").pages)


def _templates(config: Config, registry: Registry) -> ChoiceLoader:
    """Site overrides first, then the shell, then each plugin's own folder under its own name."""
    plugins = {name: FileSystemLoader(plugin.folder / "templates" / name) for name, plugin in registry.plugins.items()}
    return ChoiceLoader(
        [FileSystemLoader(config.instance / "templates"), FileSystemLoader(ROOT / "templates"), PrefixLoader(plugins)]
    )


def _finish(response: Response) -> Response:
    if request.method == "POST" and g.get("community") is not None:
        todos.forget_counts(g.community.code)
    headers = response.headers
    for name, value in _HEADERS.items():
        if name not in headers:
            headers.add(name, value)
    actor = g.get("actor")
    if "Cache-Control" not in headers:
        # A guest's booking codes are in the session: those pages are personal as well.
        personal = (actor is not None and actor.is_signed_in) or any(key != "_flashes" for key in session)
        headers.add("Cache-Control", "no-store" if personal or request.method != "GET" else "no-cache")
    return response


def _release(_error: Any) -> None:
    # A SQLite connection stays with its thread; PostgreSQL's goes back to the pool.
    engine = db.database.obj
    if engine is not None and db.engine_name() == "postgresql" and not engine.is_closed() and not db.in_transaction():
        engine.close()
