"""Which plugins a community has switched on: read with one small query, changed by `switch`.

There is no cache to go stale: a switch holds for the next request in every process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import peewee

from core.actor import Actor
from core.errors import NotFound, Refused
from core.plugin import events
from core.plugin.failures import SWITCH
from core.store import audit
from core.store.community import Community, find_community
from core.store.db import BaseModel, Flag, Text, Utc, database, now, transactional
from core.store.ref import Ref
from core.text import LazyText, _

if TYPE_CHECKING:
    from core.plugin.registry import LoadedPlugin, Registry
    from core.text import Label


class PluginState(BaseModel):
    """The switches of one plugin in one community, who set them last and when. No row: installed, not enabled."""

    community = Text()
    plugin = Text()
    enabled = Flag()
    published = Flag()
    paused = Flag()
    changed_by = Text()
    at = Utc()

    class Meta:
        table_name = "plugin_state"
        primary_key = peewee.CompositeKey("community", "plugin")


@dataclass(frozen=True, slots=True)
class SwitchState:
    """How a plugin stands in a community, as it takes effect.

    `enabled`: staff see it; `published`: residents too; `paused`: read-only. `by` and `at` (ms UTC) tell who switched
    last. `lacks` names required plugins that are not enabled here: then the plugin is off although it is switched on.
    """

    enabled: bool = False
    published: bool = False
    paused: bool = False
    by: str = ""
    at: int | None = None
    lacks: tuple[str, ...] = ()


_OFF = SwitchState()
_SELECT = "SELECT plugin, enabled, published, paused, changed_by, at FROM plugin_state WHERE community = {}"
_STATEMENTS = {mark: _SELECT.format(mark) for mark in ("?", "%s")}


def read(community: str, plugins: Iterable[LoadedPlugin]) -> dict[str, SwitchState]:
    """The state of every loaded plugin, in the order given (a plugin after those it requires)."""
    engine = database.obj
    rows = engine.execute_sql(_STATEMENTS[engine.param], (community,)).fetchall()
    switched = {row[0]: row for row in rows}
    states: dict[str, SwitchState] = {}
    for plugin in plugins:
        row = switched.get(plugin.name)
        if row is None:
            states[plugin.name] = _OFF
            continue
        __, enabled, published, paused, by, at = row
        lacks = tuple(name for name in plugin.meta.requires if enabled and not states[name].enabled)
        if lacks:
            enabled = published = paused = 0
        states[plugin.name] = SwitchState(bool(enabled), bool(published), bool(paused), by, at, lacks)
    return states


def was_switched_on(community: str, name: str) -> bool:
    """Whether a community has a plugin switched on, also one that is not loaded."""
    same = (PluginState.community == community) & (PluginState.plugin == name) & (PluginState.enabled == True)  # noqa: E712
    return bool(PluginState.select().where(same).exists())


def switch(
    registry: Registry, actor: Actor, name: str, enabled: bool | None, published: bool | None, paused: bool | None
) -> SwitchState:
    """See `Registry.switch`."""
    return transactional(_switch)(actor, registry, name, enabled, published, paused)


def _switch(
    actor: Actor, registry: Registry, name: str, enabled: bool | None, published: bool | None, paused: bool | None
) -> SwitchState:
    actor.require(SWITCH)
    plugin = registry.plugins.get(name)
    if plugin is None:
        raise NotFound(_("There is no working plugin called “%(name)s”.", name=name))
    community = find_community(actor.community or "")
    states = registry.states(community.code)
    before = _values(states[name])
    after = _wanted(before, enabled, published, paused)
    if after == before and not states[name].lacks:
        return states[name]
    if after["enabled"] and not before["enabled"]:
        _check_enabling(registry, plugin, states)
    if before["enabled"] and not after["enabled"]:
        _check_disabling(registry, plugin, community, states)
    _write(actor, community.code, name, after)
    subject = Ref("core.plugin", community.code, name)
    audit.record(actor, "core.plugin.switched", subject, before=before, after=after, permission=SWITCH)
    Community.update(version=Community.version + 1).where(Community.code == community.code).execute()
    if after["enabled"] and not before["enabled"]:
        events.start_from_now(name, community.code)
        registry.ask(name, "enabled", community, actor=actor)
    return registry.states(community.code)[name]


def _values(state: SwitchState) -> dict[str, bool]:
    return {"enabled": state.enabled, "published": state.published, "paused": state.paused}


def _wanted(
    before: dict[str, bool], enabled: bool | None, published: bool | None, paused: bool | None
) -> dict[str, bool]:
    """The switches after the act. Switching off also takes back publication, so that switching on again shows the plugin
    to staff first."""
    given = {"enabled": enabled, "published": published, "paused": paused}
    after: dict[str, bool] = {key: before[key] if value is None else value for key, value in given.items()}
    if after["enabled"]:
        return after
    if published or paused:
        raise Refused(_("Enable the plugin first."))
    return dict.fromkeys(after, False)


def _check_enabling(registry: Registry, plugin: LoadedPlugin, states: dict[str, SwitchState]) -> None:
    missing = [registry.plugins[name] for name in plugin.meta.requires if not states[name].enabled]
    if missing:
        raise Refused(
            _("“%(title)s” needs %(others)s.", title=plugin.meta.title, others=_titles(missing)),
            advice=_("Enable %(others)s first.", others=_titles(missing)),
        )


def _check_disabling(
    registry: Registry, plugin: LoadedPlugin, community: Community, states: dict[str, SwitchState]
) -> None:
    dependants = [
        other
        for other in registry.plugins.values()
        if plugin.name in other.meta.requires and states[other.name].enabled
    ]
    if dependants:
        raise Refused(
            _("“%(title)s” is needed by %(others)s.", title=plugin.meta.title, others=_titles(dependants)),
            advice=_("Disable %(others)s first.", others=_titles(dependants)),
        )
    reasons = reasons_against(registry, plugin.name, community)
    if reasons:
        raise Refused(
            _("“%(title)s” cannot be disabled now: %(reasons)s", title=plugin.meta.title, reasons=_joined(reasons)),
            advice=_("Pausing it keeps its pages readable and stops changes."),
        )


def reasons_against(registry: Registry, plugin: str, community: str | Community) -> tuple[Label, ...]:
    """Why a plugin says that it should not be disabled in the community now; an answer that is no text counts as a fault."""
    answer = registry.ask(plugin, "can_disable", community)
    code = community if isinstance(community, str) else community.code
    with registry.contained(plugin, code, "can_disable"):
        reasons = (answer,) if isinstance(answer, (str, LazyText)) else tuple(answer or ())
        if not all(isinstance(reason, (str, LazyText)) for reason in reasons):
            raise TypeError(f"reasons are texts, not {answer!r}")
        return reasons
    return ()


class _Listed:
    """Several texts in one, translated only when they are shown."""

    def __init__(self, texts: Iterable[Any], form: str) -> None:
        self.texts = tuple(texts)
        self.form = form

    def __str__(self) -> str:
        return " ".join(self.form % {"text": text} for text in self.texts)


def _titles(plugins: Iterable[LoadedPlugin]) -> Any:
    return _Listed((plugin.meta.title for plugin in plugins), "“%(text)s”")


def _joined(reasons: tuple[Label, ...]) -> Any:
    return _Listed(reasons, "%(text)s")


def _write(actor: Actor, community: str, name: str, values: dict[str, bool]) -> None:
    same = (PluginState.community == community) & (PluginState.plugin == name)
    row = {**values, "changed_by": actor.signature, "at": now()}
    if not PluginState.update(row).where(same).execute():
        PluginState.insert(community=community, plugin=name, **row).execute()
