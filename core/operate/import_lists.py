"""Which lists can be brought in, by whom, and the empty tables for them. What becomes of an upload is in `imports`."""

from __future__ import annotations

from core.actor import Actor, community_of
from core.errors import NotFound, Refused
from core.plugin.declarations.imports import Import
from core.plugin.registry import Registry
from core.spreadsheet import Sheet, write_workbook
from core.text import _

IMPORT = "core.import"


def find_import(registry: Registry, actor: Actor, name: str, *, writing: bool = False) -> Import:
    """The list `name` of a plugin that is enabled in the actor's community, if the actor may bring it in.

    Raises `NotFound`, `Forbidden`, and `Refused` for `writing` while the plugin is paused.
    """
    community = community_of(actor)
    for plugin, item in registry.declared("imports"):
        if item.name == name and registry.is_enabled(community, plugin):
            actor.require(IMPORT)
            actor.require(item.permission)
            if writing and registry.states(community)[plugin].paused:
                raise Refused(_("This service is paused: you can read, but not change anything."))
            found: Import = item
            return found
    raise NotFound


def imports_for(registry: Registry, actor: Actor) -> list[Import]:
    """The lists the actor may bring in, in the order of the plugins."""
    community = community_of(actor)
    return [
        item
        for plugin, item in registry.declared("imports")
        if actor.can(IMPORT) and actor.can(item.permission) and registry.is_enabled(community, plugin)
    ]


def template(registry: Registry, actor: Actor, name: str) -> bytes:
    """An empty table for a list as .xlsx: titles, an example row, and a second sheet that says what goes where."""
    imported = find_import(registry, actor, name)
    titles = [str(column.label) for column in imported.columns]
    yes, no = str(_("yes")), str(_("no"))
    said = [
        [str(column.label), yes if column.is_needed else no, str(column.cell.says()), str(column.hint), column.example]
        for column in imported.columns
    ]
    said += [
        [],
        [str(_("An empty cell changes nothing that is stored. To clear something, write 无."))],
        [str(_("The example row is not imported as long as it is left as it is."))],
    ]
    heads = [str(_("Column")), str(_("Needed")), str(_("What may stand there")), str(_("Remark")), str(_("Example"))]
    return write_workbook(
        [
            Sheet(str(imported.label), titles, [[column.example for column in imported.columns]]),
            Sheet(str(_("Explanations")), heads, said),
        ]
    )
