"""The modules of a community as its office sees them: what each does, how it stands, what is wrong, why it cannot be
switched off. The switches themselves are in `core.plugin.registry`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.actor import Actor
from core.plugin.declarations import NavItem
from core.plugin.failures import PluginFailure
from core.plugin.registry import LoadedPlugin, Quarantine, Registry
from core.plugin.states import SwitchState, reasons_against
from core.store.community import Community, all_communities, find_community
from core.text import Label, _

SWITCH = "core.plugins.switch"
SITE = "core.site.admin"


@dataclass(frozen=True)
class ModuleCard:
    """One module in one community. `pages` are those residents get; `why_not_off` are reasons against disabling it now,
    `why_not_on` against enabling it; `failures` those of this community."""

    plugin: LoadedPlugin
    state: SwitchState
    pages: tuple[NavItem, ...]
    why_not_off: tuple[Label, ...]
    why_not_on: tuple[Label, ...]
    failures: tuple[PluginFailure, ...]


def module_cards(registry: Registry, actor: Actor) -> list[ModuleCard]:
    """Every working module, as it stands in the actor's community. Needs `core.plugins.switch`."""
    actor.require(SWITCH)
    community = find_community(actor.community or "")
    states = registry.states(community.code)
    failures = registry.failures()
    cards = []
    for name, plugin in registry.plugins.items():
        state = states[name]
        cards.append(
            ModuleCard(
                plugin,
                state,
                _pages(registry, name, community, actor),
                _why_not_off(registry, plugin, actor, states) if state.enabled else (),
                () if state.enabled else _why_not_on(registry, plugin, states),
                tuple(each for each in failures if each.plugin == name and each.community in ("", community.code)),
            )
        )
    return cards


def _pages(registry: Registry, plugin: str, community: Community, actor: Actor) -> tuple[NavItem, ...]:
    pages = registry.ask(plugin, "nav_items", community, community=community, actor=actor)
    with registry.contained(plugin, community.code, "nav_items"):
        return tuple(replace(page, label=str(page.label)) for page in pages or () if page.place == "portal")
    return ()


def _why_not_off(
    registry: Registry, plugin: LoadedPlugin, actor: Actor, states: dict[str, SwitchState]
) -> tuple[Label, ...]:
    needed = [
        _("“%(title)s” needs it; switch that off first.", title=other.meta.title)
        for other in registry.plugins.values()
        if plugin.name in other.meta.requires and states[other.name].enabled
    ]
    return (*needed, *reasons_against(registry, plugin.name, find_community(actor.community or "")))


def _why_not_on(registry: Registry, plugin: LoadedPlugin, states: dict[str, SwitchState]) -> tuple[Label, ...]:
    return tuple(
        _("It needs “%(title)s”; switch that on first.", title=registry.plugins[name].meta.title)
        for name in plugin.meta.requires
        if not states[name].enabled
    )


@dataclass(frozen=True)
class InstalledModule:
    """One module of the installation; `used_in` names the communities that have it switched on."""

    plugin: LoadedPlugin
    used_in: tuple[str, ...]
    failures: tuple[PluginFailure, ...]


@dataclass(frozen=True)
class Installed:
    """All modules of the installation: working ones, and those left out with the reason."""

    modules: tuple[InstalledModule, ...]
    quarantined: tuple[Quarantine, ...]


def installed(registry: Registry, actor: Actor) -> Installed:
    """What is installed, where it is used and what went wrong. Needs `core.site.admin`."""
    actor.require(SITE)
    states = [(community, registry.states(community.code)) for community in all_communities()]
    failures = registry.failures()
    return Installed(
        tuple(
            InstalledModule(
                plugin,
                tuple(community.name for community, found in states if found[name].enabled),
                tuple(each for each in failures if each.plugin == name),
            )
            for name, plugin in registry.plugins.items()
        ),
        tuple(registry.quarantined.values()),
    )
