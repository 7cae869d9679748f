"""Lists as files: finds what core or a plugin declares, checks who asks, writes .xlsx, .csv or .json, tells the audit log.

What core's own lists hold is in `export_lists`; those of plugins come from their declarations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from core.actor import Actor, community_of
from core.clock import today
from core.errors import LinliError, NotFound
from core.operate.export_lists import CORE_EXPORTS
from core.people import phone as phones
from core.people.directory import PHONE
from core.plugin.declarations import Export
from core.plugin.registry import Registry
from core.spreadsheet import XLSX, Sheet, write_csv, write_workbook
from core.store import audit
from core.store.db import transactional
from core.store.ref import Ref
from core.text import _

EXPORT = "core.export"
# What an office PC writes in a few seconds and a person can still read; the workbook says when there was more.
MOST_ROWS = 20_000


_CORE = {item.name: item for item in CORE_EXPORTS}


def find_export(registry: Registry, community: str, name: str) -> Export | None:
    """The list `name` (`core.calls`, `rooms.day`), if core declares it or a plugin that is enabled in the community."""
    if name in _CORE:
        return _CORE[name]
    for plugin, item in registry.declared("exports"):
        if item.name == name and registry.is_enabled(community, plugin):
            return item
    return None


def may_export(registry: Registry, actor: Actor, name: str) -> bool:
    """Whether there is such a list in the actor's community and the actor may export it."""
    if actor.community is None or not actor.can(EXPORT):
        return False
    found = find_export(registry, actor.community, name)
    return found is not None and actor.can(found.permission)


@dataclass(frozen=True)
class Exported:
    """A list as a file: its name is 居民-2026-11-22.xlsx."""

    content: bytes
    media_type: str
    filename: str


def file_of(registry: Registry, actor: Actor, name: str, form: str, filters: Mapping[str, str]) -> Exported:
    """The list `name` of the actor's community as `form`, one of `FORMS`. Nothing is stored: it is made and handed over.

    `filters` are what the list is narrowed by; what its declaration does not name, or is empty, counts as not given. Of a
    list of more than `MOST_ROWS` rows the first are written, and both its last row and its name say so. Raises `NotFound`
    for a form there is not, a list nobody declares or one of a plugin that is off, `Forbidden` without `core.export` and the
    list's permission.
    """
    export = find_export(registry, community_of(actor), name)
    if export is None or form not in FORMS:
        raise NotFound
    actor.require(EXPORT)
    actor.require(export.permission)
    wanted = {each: filters[each] for each in export.filters if filters.get(each)}
    rows, is_cut = _read(registry, actor, export, wanted)
    lines: list[Sequence[Any]] = [*rows]
    named = f"{export.label}-{today().isoformat()}"
    if is_cut:
        lines.append(
            [str(_("There are more: only the first %(most)d rows are here. Narrow the list.", most=MOST_ROWS))]
        )
        first = _("first %(most)d rows", most=MOST_ROWS)
        named += f"-{first}"
    media_type, write = FORMS[form]
    content = write(str(export.label), [str(title) for title in export.columns], lines)
    _record(actor, export, form, wanted, len(rows), is_cut)
    return Exported(content, media_type, f"{named}.{form}")


def _as_workbook(title: str, columns: list[str], rows: list[Sequence[Any]]) -> bytes:
    return write_workbook([Sheet(title, columns, rows)])


def _as_csv(_title: str, columns: list[str], rows: list[Sequence[Any]]) -> bytes:
    return write_csv([columns, *rows])


def _as_json(_title: str, columns: list[str], rows: list[Sequence[Any]]) -> bytes:
    """A list of objects by column, for other programs; days and moments as ISO text."""
    listed = [dict(zip(columns, row, strict=False)) for row in rows]
    return json.dumps(listed, ensure_ascii=False, indent=1, default=str).encode()


FORMS: Mapping[str, tuple[str, Callable[[str, list[str], list[Sequence[Any]]], bytes]]] = {
    "xlsx": (XLSX, _as_workbook),
    "csv": ("text/csv; charset=utf-8", _as_csv),
    "json": ("application/json", _as_json),
}


def _read(
    registry: Registry, actor: Actor, export: Export, wanted: Mapping[str, str]
) -> tuple[list[Sequence[Any]], bool]:
    """The rows, and whether there were more than are taken; a fault of a plugin is shown to the administrator."""
    try:
        found: Iterable[Sequence[Any]] = islice(export.rows(actor, wanted), MOST_ROWS + 1)
        if export.phones and not actor.can(PHONE):
            found = (_masked(row, export.phones) for row in found)
        rows = list(found)
    except LinliError:
        raise
    except Exception as error:
        plugin = export.name.partition(".")[0]
        if plugin in registry.plugins:
            registry.record_failure(plugin, actor.community, f"export {export.name}", error)
        raise
    return rows[:MOST_ROWS], len(rows) > MOST_ROWS


def _masked(row: Sequence[Any], columns: tuple[int, ...]) -> list[Any]:
    """The row with its numbers masked, where the list did not do so itself."""
    cells = list(row)
    for column in columns:
        number = str(cells[column] or "")
        cells[column] = phones.masked(number) if number and "*" not in number else number
    return cells


@transactional
def _record(actor: Actor, export: Export, form: str, wanted: Mapping[str, str], count: int, is_cut: bool) -> None:
    told: dict[str, Any] = {**wanted, "list": export.name, "form": form, "rows": count}
    if export.phones:
        told["whole_numbers"] = actor.can(PHONE)
    if is_cut:
        told["cut"] = True
    subject = Ref("core.list", actor.community, export.name.replace(".", "-"))
    audit.record(actor, "core.list.exported", subject, after=told, permission=EXPORT)
