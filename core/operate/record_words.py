"""The records of plugins in words, for staff: 房间 棋牌室. Never a resident, never a key."""

from __future__ import annotations

from core.plugin.registry import Registry


def record_words(registry: Registry, community: str, subject: str) -> str:
    """The record with the text form `subject` (`rooms.room:5`) in words; empty when its plugin is off or does not know it."""
    kind = subject.partition(":")[0]
    name = kind.partition(".")[0]
    plugin = registry.plugins.get(name)
    if plugin is None or not registry.is_enabled(community, name) or plugin.declaration.audit.titles is None:
        return ""
    titles: dict[str, str] = {}
    with registry.contained(name, community, "audit words"):
        titles = dict(plugin.declaration.audit.titles(community, [subject]))
    word = plugin.declaration.audit.subjects.get(kind, "")
    return f"{word} {titles[subject]}".strip() if titles.get(subject) else ""
