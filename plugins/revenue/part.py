"""What each part of the module (`ledger`, `shares`, `dues`, …) adds, in one shape. `__init__.py` only joins them.

A part is a folder; its `declared.py` holds one `PART`. It is data for core: no rule of the part lives there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from core import Actor, AuditWords, Community, DataSubject, DataTable, Declaration, NavItem, NoticeMark, Ref, Todo


class Part:
    """The hooks of one part; each answers nothing unless the part has something to say. See `core.plugin.hookspecs`."""

    def declaration(self) -> Declaration:
        """The part's own models, permissions, workflows, exports, … without blueprint and migrations."""
        return Declaration()

    def nav_items(self, community: Community, actor: Actor) -> Iterable[NavItem]:
        """Entries of the portal and of the desk."""
        return ()

    def todo_items(self, community: Community, actor: Actor) -> Iterable[Todo]:
        """What waits for this actor."""
        return ()

    def on_event(self, community: Community, event: Any) -> None:
        """Something happened in the community; asked at least once, so the answer is idempotent."""

    def enabled(self, community: Community, actor: Actor) -> None:
        """The module was switched on: defaults, idempotently."""

    def can_disable(self, community: Community) -> Iterable[str]:
        """Why the module should not be switched off now."""
        return ()

    def data_about(self, community: Community, person: DataSubject) -> Iterable[DataTable]:
        """What the part holds about a person."""
        return ()

    def erase_person(self, community: Community, person: DataSubject) -> Iterable[Ref]:
        """Takes a person out of the part's records; gives those records."""
        return ()

    def describe_audit(self, entry: Any) -> str | None:
        """The sentence of an audit entry of this part."""
        return None

    def notice_marks(self, community: Community, notice: Ref) -> Iterable[NoticeMark]:
        """What the part vouched for when a notice was published."""
        return ()

    def fill_demo(self, community: Community, actor: Actor) -> Iterator[str]:
        """`linli demo`: believable records, and a sentence on what was made."""
        yield from ()


def joined(declarations: Iterable[Declaration], **own: Any) -> Declaration:
    """One declaration of all: tuples one after the other, the words of the audit log together, `own` for what a part lacks."""
    found = list(declarations)
    values: dict[str, Any] = {}
    for field in fields(Declaration):
        given = [getattr(each, field.name) for each in found]
        if all(isinstance(value, tuple) for value in given):
            values[field.name] = tuple(item for value in given for item in value)
    values["audit"] = _words([each.audit for each in found])
    return Declaration(**{**values, **own})


def _words(parts: list[AuditWords]) -> AuditWords:
    def tell(community: str, name: str, value: Any) -> Any:
        return next(
            (said for part in parts if part.tell and (said := part.tell(community, name, value)) is not None), None
        )

    return AuditWords(
        subjects={key: word for part in parts for key, word in part.subjects.items()},
        names={key: word for part in parts for key, word in part.names.items()},
        values={
            name: {key: word for part in parts for key, word in part.values.get(name, {}).items()}
            for name in {name for part in parts for name in part.values}
        },
        tell=tell,
    )
