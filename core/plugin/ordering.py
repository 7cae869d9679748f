"""The order in which plugins are loaded: each after those it requires. Missing and circular requirements end here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeVar

from core.plugin.declarations import Meta
from core.text import LazyText, _


class Required(Protocol):
    """Something with a manifest."""

    @property
    def meta(self) -> Meta: ...


F = TypeVar("F", bound=Required)


def in_order(plugins: Mapping[str, F], faulty: Collection[str]) -> tuple[list[F], list[tuple[F, LazyText]]]:
    """Plugins in the order of loading, and those that cannot be loaded, with the reason.

    Plugins that only depend on such a one are in the first list: their turn comes after it, and then it is missing.
    `faulty` names plugins that are installed but have already failed.
    """
    ordered: list[str] = []
    unmet: dict[str, LazyText] = {}
    for name in sorted(plugins):
        if circle := _circle(plugins, name):
            unmet[name] = _("These plugins require each other in a circle: %(names)s", names=" → ".join(circle))
        else:
            reason = _missing(plugins, name, faulty)
            if reason is not None:
                unmet[name] = reason

    def place(name: str) -> None:
        if name in ordered or name in unmet or name not in plugins:
            return
        for required in plugins[name].meta.requires:
            place(required)
        ordered.append(name)

    for name in sorted(plugins):
        place(name)
    return [plugins[name] for name in ordered], [(plugins[name], reason) for name, reason in unmet.items()]


def _missing(plugins: Mapping[str, Required], name: str, faulty: Collection[str]) -> LazyText | None:
    for required in plugins[name].meta.requires:
        if required in plugins:
            continue
        if required in faulty:
            return _("It needs the plugin “%(name)s”, which is faulty.", name=required)
        return _("It needs the plugin “%(name)s”, which is not installed.", name=required)
    return None


def _circle(plugins: Mapping[str, Required], start: str) -> list[str] | None:
    """A way from a plugin back to itself along its requirements."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        found = plugins.get(way[-1])
        for required in found.meta.requires if found else ():
            if required == start:
                return [*way, start]
            if required not in seen:
                seen.add(required)
                ways.append([*way, required])
    return None
