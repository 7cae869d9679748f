"""The registry: loads every plugin of an instance, quarantines those that break a rule, and is the only caller of hooks.

How plugins are found lies in `discovery`, the rules in `checks`, the switches in `states`, faults in `failures`.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from core.actor import Actor
from core.config import API, Config
from core.errors import PluginError
from core.plugin import checks, failures, hookspecs, states
from core.plugin.current import active, set_active
from core.plugin.declarations import Declaration, Job, Meta, Permission, Service, Setting, Workflow
from core.plugin.discovery import SHIPPED, Candidate, discover, import_plugin
from core.plugin.events import name_of
from core.plugin.failures import FailureLog, PluginFailure
from core.plugin.ordering import in_order
from core.plugin.states import SwitchState
from core.store.community import Community, find_community
from core.store.db import in_transaction, transaction
from core.store.migrate import is_newer, migrate
from core.text import Label, _, add_domain

__all__ = ["ALWAYS", "API", "HookTooSlow", "LoadedPlugin", "Quarantine", "Registry", "active"]

_log = logging.getLogger("linli.plugins")

# Hooks that do not depend on a switch: privacy and history stay whole whatever is disabled.
ALWAYS = frozenset({"data_about", "erase_person", "describe_audit"})
SLOW_SECONDS = 5.0
REST_SECONDS = 60.0


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin that is installed and sound. `folder` is its package's; `source` is `shipped`, `package` or `unpacked`."""

    name: str
    meta: Meta
    declaration: Declaration
    module: ModuleType
    folder: Path
    source: str
    where: str


@dataclass(frozen=True)
class Quarantine:
    """A plugin that was left out: why, at which stage, and the traceback for whoever can repair it."""

    name: str
    reason: Label
    stage: str
    detail: str
    where: str


class HookTooSlow(PluginError):
    """A hook took longer than a page can wait."""


@dataclass(frozen=True)
class _Found:
    """A candidate whose module and manifest are sound."""

    candidate: Candidate
    module: ModuleType
    meta: Meta

    @property
    def name(self) -> str:
        return self.meta.name

    @property
    def folder(self) -> Path:
        return Path(str(self.module.__file__)).parent


class Registry:
    """The plugins of one instance. Made once per application; `load()` fills it, `activate()` makes it the process's own.

    `reserved` are further names a plugin cannot have (commands, first parts of core's URLs). `core_permissions` are the
    names of core's permissions; without them their use is not checked. `shipped` is the folder of shipped plugins.
    """

    def __init__(
        self,
        config: Config,
        reserved: Collection[str] = (),
        *,
        core_permissions: Collection[str] | None = None,
        shipped: Path | None = SHIPPED,
    ) -> None:
        self.config = config
        self.reserved = frozenset(reserved)
        self.plugins: dict[str, LoadedPlugin] = {}
        self.quarantined: dict[str, Quarantine] = {}
        self._core_permissions = None if core_permissions is None else frozenset(core_permissions)
        self._shipped = shipped
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._failures = FailureLog()
        self._calls: dict[str, dict[str, pluggy.HookImpl]] = {}
        self._resting: dict[tuple[str, str], float] = {}
        self._running: dict[tuple[str, str], dict[int, float]] = {}

    # ----------------------------------------------------------------------- loading

    def load(
        self, check: Callable[[Declaration], None] | None = None, before_migration: Callable[[], None] | None = None
    ) -> Registry:
        """Find, check and migrate every plugin; returns the registry itself.

        `check` is what higher floors know of a declaration (its pages, its workflows): it raises what is wrong with it.
        `before_migration` is called before an existing schema changes. A plugin that fails is quarantined with those that require it, or, with
        `LINLI_STRICT`, its error is raised. Nothing is loaded with `--safe`.
        """
        if self.config.safe:
            return self
        ordered, unmet = in_order(self._find(), self.quarantined)
        for found, reason in unmet:
            self._quarantine(found.candidate, "requires", PluginError(reason))
        for found in ordered:
            self._try_loading(found, check, before_migration)
        self._calls = self._collect_calls()
        return self

    def activate(self) -> Registry:
        """Make this the registry that `active()`, services, settings and events use in this process."""
        set_active(self)
        return self

    def _find(self) -> dict[str, _Found]:
        """Import every candidate and read its manifest; of two with one name the first is kept."""
        result: dict[str, _Found] = {}
        for candidate in discover(self.config, self._shipped):
            stage = "discovery"
            try:
                if candidate.name in result:
                    taken = result[candidate.name].candidate.where
                    raise PluginError(_("The name is already taken by the plugin in %(where)s.", where=taken))
                stage = "import"
                module = import_plugin(candidate)
                stage = "meta"
                meta = checks.check_meta(module, candidate.name, self.reserved)
                result[meta.name] = _Found(candidate, module, meta)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._quarantine(candidate, stage, error)
        return result

    def _try_loading(
        self, found: _Found, check: Callable[[Declaration], None] | None, before: Callable[[], None] | None
    ) -> None:
        """Declare, check and migrate one plugin; it becomes visible only when all of it was sound."""
        stage = "requires"
        try:
            for name in found.meta.requires:
                if name not in self.plugins:
                    raise PluginError(_("It needs the plugin “%(name)s”, which is faulty.", name=name))
            stage = "hooks"
            declare = checks.check_hooks(found.module)
            stage = "declare"
            offered = self._offered(found.meta)
            declaration = checks.check_declaration(
                found.name, declare(), lambda name: name in offered or self._is_core_permission(name)
            )
            if check is not None:
                check(declaration)
            stage = "migration"
            self._migrate(found, declaration, before)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._quarantine(found.candidate, stage, error)
            return
        add_domain(found.name, found.folder / "translations")
        self._manager.register(found.module, found.name)
        self.plugins[found.name] = LoadedPlugin(
            found.name,
            found.meta,
            declaration,
            found.module,
            found.folder,
            found.candidate.source,
            found.candidate.where,
        )

    def _offered(self, meta: Meta) -> set[str]:
        """Permissions of the plugins it requires."""
        return {permission.name for name in meta.requires for permission in self.plugins[name].declaration.permissions}

    def _is_core_permission(self, name: str) -> bool:
        return name.startswith("core.") if self._core_permissions is None else name in self._core_permissions

    def _migrate(self, found: _Found, declaration: Declaration, before: Callable[[], None] | None) -> None:
        folder = declaration.migrations or found.folder / "migrations"
        if not folder.is_dir():
            if declaration.migrations is not None:
                raise PluginError(_("Its folder of migrations %(folder)s does not exist.", folder=str(folder)))
            return
        if newer := is_newer(found.name, folder):
            raise PluginError(
                _(
                    "Its data were written by a newer version (%(migration)s). Install that version.",
                    migration=newer[-1],
                )
            )
        migrate(found.name, folder, before)

    def _quarantine(self, candidate: Candidate, stage: str, error: BaseException) -> None:
        """Leave a plugin out and remember why; with `LINLI_STRICT` raise it."""
        reason: Label = failures.describe(error)
        if isinstance(error, PluginError):
            reason = error.message
        elif stage == "import":
            reason = _("It cannot be imported. %(error)s", error=reason)
        elif stage == "migration":
            reason = _("Its migration failed, and its data are as they were. %(error)s", error=reason)
        elif stage != "meta":
            reason = _("Its declaration failed. %(error)s", error=reason)
        if self.config.strict:
            raise PluginError(f"{candidate.name}: {reason}") from error
        _log.error("plugin %s (%s) is quarantined: %s", candidate.name, candidate.where, reason, exc_info=error)
        key = candidate.name
        if key in self.quarantined or stage == "discovery":
            key = f"{candidate.name} ({candidate.where})"
        detail = "".join(traceback.format_exception(error))
        self.quarantined[key] = Quarantine(candidate.name, reason, stage, detail, candidate.where)

    def _collect_calls(self) -> dict[str, dict[str, pluggy.HookImpl]]:
        """For each hook its implementation in each plugin, in the order of loading."""
        calls: dict[str, dict[str, pluggy.HookImpl]] = {}
        for name in vars(self._manager.hook):
            if name.startswith("_"):
                continue
            found = {impl.plugin_name: impl for impl in getattr(self._manager.hook, name).get_hookimpls()}
            calls[name] = {plugin: found[plugin] for plugin in self.plugins if plugin in found}
        return calls

    # ----------------------------------------------------------------------- what is declared

    def declared(self, kind: str) -> list[tuple[str, Any]]:
        """Every item of one field of `Declaration` (`widgets`, `jobs`, `exports`, …) as (plugin, item)."""
        return [(name, item) for name, plugin in self.plugins.items() for item in getattr(plugin.declaration, kind)]

    def permissions(self) -> dict[str, Permission]:
        """The permissions plugins declare, by name."""
        return {item.name: item for _name, item in self.declared("permissions")}

    def check_permission(self, name: str) -> None:
        """Raise `PluginError` for a permission nobody declares: a typing error must not become an open or shut door."""
        if not self._is_core_permission(name) and name not in self.permissions():
            raise PluginError(_("Nobody declares the permission “%(name)s”.", name=name))

    def settings(self) -> dict[str, Setting]:
        """The settings plugins declare, by name."""
        return {item.name: item for _name, item in self.declared("settings")}

    def workflows(self) -> dict[str, Workflow]:
        """The workflows plugins declare, by name."""
        return {item.name: item for _name, item in self.declared("workflows")}

    def events(self) -> dict[str, type]:
        """The classes of events plugins declare, by versioned name."""
        return {name_of(item): item for _name, item in self.declared("events")}

    def services(self) -> dict[str, tuple[str, Service]]:
        """The services plugins declare, by versioned name, with the plugin."""
        return {item.name: (name, item) for name, item in self.declared("services")}

    def jobs(self) -> list[tuple[str, Job]]:
        """The jobs plugins declare, with the plugin."""
        return self.declared("jobs")

    # ----------------------------------------------------------------------- switches

    def states(self, community: str) -> dict[str, SwitchState]:
        """How every loaded plugin stands in the community with this code, as it takes effect now."""
        return states.read(community, self.plugins.values())

    def is_enabled(self, community: str, plugin: str) -> bool:
        """Whether a plugin is loaded and enabled in the community."""
        state = self.states(community).get(plugin)
        return state is not None and state.enabled

    def is_stopped(self, community: str, plugin: str) -> bool:
        """Whether a plugin that the community has switched on was left out because of a fault, or in safe mode."""
        left_out = self.config.safe or plugin in {each.name for each in self.quarantined.values()}
        return left_out and plugin not in self.plugins and states.was_switched_on(community, plugin)

    def switch(
        self,
        actor: Actor,
        plugin: str,
        *,
        enabled: bool | None = None,
        published: bool | None = None,
        paused: bool | None = None,
    ) -> SwitchState:
        """Set switches of a plugin in the actor's community (None: as it is); returns how it stands then.

        Needs `core.plugins.switch`; audited; holds at once. Raises `Refused` when a required plugin is not enabled, an
        enabled one requires it, or it gives reasons against being disabled now; `NotFound` for an unknown plugin.
        """
        return states.switch(self, actor, plugin, enabled, published, paused)

    # ----------------------------------------------------------------------- calling

    def call(self, hook: str, community: str | Community | None, /, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a hook in every plugin enabled in the community; returns (plugin, result) without the Nones.

        Hooks in `ALWAYS` are called in all plugins. `community` is a code or a `Community`, None for the site. Each call
        has its own `try`, and its own savepoint inside a transaction; a failure is recorded and the others go on. A hook
        that took over 5 s is left out for a minute, and nobody follows a caller who is stuck in it.
        """
        implementations = self._implementations(hook)
        if not implementations:
            return []
        code = community.code if isinstance(community, Community) else community
        everywhere = hook in ALWAYS or code is None
        enabled = (
            self.plugins if everywhere else [name for name, state in self.states(str(code)).items() if state.enabled]
        )
        results = []
        for plugin in enabled:
            if plugin in implementations and not self._rests(plugin, hook, code):
                result = self.ask(plugin, hook, community, **arguments)
                if result is not None:
                    results.append((plugin, result))
        return results

    def ask(self, plugin: str, hook: str, community: str | Community | None, /, **arguments: Any) -> Any:
        """Call a hook in one plugin, whether enabled or not; None when it has none or fails. See `call`."""
        implementation = self._implementations(hook).get(plugin)
        if implementation is None:
            return None
        code = community.code if isinstance(community, Community) else community
        try:
            return self.invoke(implementation, hook, community, arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.record_failure(plugin, code, hook, error)
            if self.config.strict:
                raise
            return None

    def demand(self, hook: str, community: str, /, **arguments: Any) -> list[Any]:
        """Call a hook in every plugin that has it, whatever is switched; an error goes on to the caller. See `erase_person`."""
        return [self.invoke(each, hook, community, dict(arguments)) for each in self._implementations(hook).values()]

    def offering(self, hook: str) -> list[str]:
        """The names of the plugins that have a hook."""
        return list(self._implementations(hook))

    def subscribers(self) -> dict[str, pluggy.HookImpl]:
        """The implementations of `on_event`, by plugin."""
        return self._implementations("on_event")

    def invoke(
        self, implementation: pluggy.HookImpl, hook: str, community: str | Community | None, arguments: dict[str, Any]
    ) -> Any:
        """Call one implementation by its argument names and pass its errors on."""
        code = community.code if isinstance(community, Community) else community
        if "community" in implementation.argnames and "community" not in arguments:
            arguments["community"] = find_community(community) if isinstance(community, str) else community
        running = self._running.setdefault((implementation.plugin_name, hook), {})
        started = running[threading.get_ident()] = time.monotonic()
        try:
            with transaction(code) if in_transaction() else nullcontext():
                return implementation.function(*(arguments[name] for name in implementation.argnames))
        finally:
            running.pop(threading.get_ident(), None)
            took = time.monotonic() - started
            if took > SLOW_SECONDS:
                self._rest(implementation.plugin_name, hook, code, took)

    def _implementations(self, hook: str) -> dict[str, pluggy.HookImpl]:
        if hook not in self._calls and not hasattr(self._manager.hook, hook):
            raise PluginError(f"there is no hook {hook}")
        return self._calls.get(hook, {})

    def _rests(self, plugin: str, hook: str, community: str | None) -> bool:
        """Whether the hook is left out for now, because it was too slow or because another thread is stuck in it."""
        moment = time.monotonic()
        if self._resting.get((plugin, hook), moment) > moment:
            return True
        running = list(self._running.get((plugin, hook), {}).values())
        if not running or moment - min(running) <= SLOW_SECONDS:
            return False
        self._rest(plugin, hook, community, moment - min(running))
        return True

    def _rest(self, plugin: str, hook: str, community: str | None, seconds: float) -> None:
        self._resting[plugin, hook] = time.monotonic() + REST_SECONDS
        error = HookTooSlow(_("It took %(seconds)d s and is left out for a minute.", seconds=int(seconds)))
        self.record_failure(plugin, community, hook, error)

    # ----------------------------------------------------------------------- failures

    @contextmanager
    def contained(self, plugin: str, community: str | None, place: str) -> Iterator[None]:
        """Around what core does with a plugin's answer: an error there is recorded as the plugin's, and goes no further.

        With `LINLI_STRICT` it is raised.
        """
        try:
            yield
        except (Exception, SystemExit) as error:
            self.record_failure(plugin, community, place, error)
            if self.config.strict:
                raise

    def record_failure(self, plugin: str, community: str | None, place: str, error: BaseException) -> None:
        """Show an error of a plugin to the administrator. `place` is a hook, an endpoint or a job. Never raises."""
        self._failures.record(plugin, community, place, error)

    def failures(self, plugin: str | None = None) -> list[PluginFailure]:
        """What went wrong in one plugin or in all, latest first, with counts."""
        self._failures.write(everything=True)
        return failures.read(plugin)

    def clear_failures(self, actor: Actor, plugin: str) -> int:
        """Forget the failures of a plugin; returns how many rows there were. Needs `core.plugins.switch`."""
        self._failures.forget(plugin)
        return failures.clear(actor, plugin)
