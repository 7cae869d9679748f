"""The field register (《个人信息保护法》 §6, §17): every kind of personal data here, what for, on what ground, how long.

Each column is declared beside its model; here the lines of core and of the modules are brought together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.civic.privacy.personal_fields import PERSONAL as CIVIC
from core.people.personal_fields import PERSONAL as PEOPLE
from core.plugin.declarations import PersonalField
from core.plugin.registry import Registry
from core.text import LazyText, _

BASES: Mapping[str, LazyText] = {
    "duty": _("Needed for the committee's duties under the law"),
    "request": _("Needed for what you asked for"),
    "consent": _("With your consent"),
    "security": _("Needed to keep data safe, as the law asks"),
}
CORE_FIELDS: tuple[PersonalField, ...] = (*PEOPLE, *CIVIC)


class Line(NamedTuple):
    """A line of the register in words; columns of which the same is to be said share one."""

    label: str
    purpose: str
    basis: str
    kept: str
    sensitive: bool


def declared(registry: Registry, community: str | None = None) -> Iterator[tuple[str, PersonalField]]:
    """Every declared field with its heading; with a community, of plugins only the ones that were ever switched on there.

    A module that is off again keeps its data, so its lines stay.
    """
    for item in CORE_FIELDS:
        yield str(item.group), item
    states = registry.states(community) if community else {}
    for plugin, item in registry.declared("personal"):
        if community is None or states[plugin].at is not None:
            yield str(item.group or registry.plugins[plugin].meta.title), item


def register(registry: Registry, community: str) -> dict[str, list[Line]]:
    """The lines of a community by heading, in the order in which they are declared."""
    found: dict[str, list[Line]] = {}
    for group, item in declared(registry, community):
        lines = found.setdefault(group, [])
        line = Line(str(item.label), str(item.purpose), str(BASES[item.basis]), str(item.kept), item.sensitive)
        if line not in lines:
            lines.append(line)
    return found
