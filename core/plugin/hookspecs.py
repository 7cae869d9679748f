"""The hooks of plugins. Hooks return declarations or values; core performs the effects.

A hook exists only when a shipped plugin uses it; `core.plugin.registry.call` is the only caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from core.actor import Actor
    from core.plugin.declarations import DataSubject, DataTable, Declaration, NavItem, NoticeMark, Todo
    from core.store.community import Community
    from core.store.ref import Ref

PROJECT = "linli"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def declare() -> Declaration:  # type: ignore[empty-body]
    """At start: everything the plugin adds."""


@hookspec
def nav_items(community: Community, actor: Actor) -> list[NavItem]:  # type: ignore[empty-body]
    """Entries of the portal and the desk; core filters them by permission."""


@hookspec
def todo_items(community: Community, actor: Actor) -> list[Todo]:  # type: ignore[empty-body]
    """What waits for this actor today."""


@hookspec
def on_event(community: Community, event: Any) -> None:
    """Something happened in the community: after commit, at least once, so the answer must be idempotent."""


@hookspec
def can_disable(community: Community) -> list[str]:  # type: ignore[empty-body]
    """Reasons why the plugin should not be switched off now."""


@hookspec
def enabled(community: Community, actor: Actor) -> None:
    """The plugin was switched on: set defaults, idempotently."""


@hookspec
def fill_demo(community: Community, actor: Actor) -> list[str]:  # type: ignore[empty-body]
    """`linli demo` builds its community: add believable records of the plugin; returns sentences on what was made."""


@hookspec
def data_about(community: Community, person: DataSubject) -> list[DataTable]:  # type: ignore[empty-body]
    """Everything the plugin holds about a person, for that person to read and take along; works also while it is disabled."""


@hookspec
def erase_person(community: Community, person: DataSubject) -> list[Ref]:  # type: ignore[empty-body]
    """Erase a person from the plugin's records, also while it is disabled; an error stops the whole erasure. Returns the records."""


@hookspec
def describe_audit(entry: Any) -> str | None:
    """The plain sentence of an audit entry whose action is the plugin's own; works also while it is disabled."""


@hookspec
def notice_marks(community: Community, notice: Ref) -> list[NoticeMark]:  # type: ignore[empty-body]
    """What the plugin has vouched for when a notice was published: it stands with its code on the notice's pages and its A4 sheet."""
