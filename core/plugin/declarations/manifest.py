"""The manifest of a module, the smaller things it declares, and `Declaration`, which holds all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.text import Label

if TYPE_CHECKING:
    import click
    from flask import Blueprint

    from core.actor import Actor
    from core.plugin.declarations.imports import Import
    from core.plugin.declarations.pages import CallUse, SearchSource, Widget
    from core.plugin.declarations.privacy import Consent, PersonalField, Retention
    from core.plugin.declarations.records import FileKind, RecordKind, ScoreKind, SheetKind
    from core.plugin.declarations.workflows import Workflow
    from core.store.community import CommunityModel


@dataclass(frozen=True)
class Meta:
    """A plugin's manifest: the module attribute `META`.

    `api` is the range of `core.API` versions it works with. `requires` names plugins it cannot run without, `uses` those
    whose absence it answers with plain text. `data_held` says in a sentence what personal data it keeps.
    """

    name: str
    title: Label
    version: str
    api: str = ">=1,<2"
    requires: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    description: Label = ""
    data_held: Label = ""
    icon: str = "puzzle"


@dataclass(frozen=True)
class Permission:
    """One thing a role may be allowed to do; `roles` hold it by default, a community may change that."""

    name: str
    label: Label
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """A typed setting. `scope` is `site` or `community`; `choices` are (value, label) pairs; numbers have bounds."""

    name: str
    label: Label
    type: type = str
    default: Any = ""
    scope: str = "community"
    hint: Label = ""
    choices: tuple[tuple[str, Label], ...] = ()
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Service:
    """An implementation of a Protocol under a versioned name (`rooms.RoomService/1`)."""

    name: str
    protocol: type
    implementation: Any


@dataclass(frozen=True)
class Job:
    """Something done every `every_minutes`, per community (or once for the site). Late rather than twice."""

    name: str
    run: Callable[[Actor], object]
    every_minutes: int
    label: Label = ""
    scope: str = "community"


@dataclass(frozen=True)
class Export:
    """A list of one community as a workbook: `rows(actor, filters)` gives rows of cells under `columns`, read as taken.

    Offered to holders of `permission` who may also export (`core.export`). `filters` are the form fields that narrow it:
    only these reach `rows`, as text, and only when something was given. `phones` are the columns (counted from 0) of
    telephone numbers, written whole for holders of `core.people.phone` only.
    """

    name: str
    label: Label
    permission: str
    columns: tuple[Label, ...]
    rows: Callable[[Actor, Mapping[str, str]], Iterable[Sequence[Any]]]
    filters: tuple[str, ...] = ()
    phones: tuple[int, ...] = ()


@dataclass(frozen=True)
class AuditWords:
    """How the audit log names a plugin's records and what was recorded of them before and after.

    `subjects` are the words for kinds of records (`garden.bed`) without a `RecordKind`, which has its own; `names` those for
    values, `values` those for what is stored as a code, by name of the value. `tell(community, name, value)` says what none
    of these can (a number that stands for a record, minutes), None for all else. The sentences are told by the hook
    `describe_audit`; all of it also while the plugin is off.
    """

    subjects: Mapping[str, Label] = field(default_factory=dict)
    names: Mapping[str, Label] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Label]] = field(default_factory=dict)
    tell: Callable[[str, str, Any], Label | None] | None = None


@dataclass(frozen=True)
class Declaration:
    """What `declare()` returns: all that core needs to know of a plugin besides its hooks."""

    models: tuple[type[CommunityModel], ...] = ()
    blueprint: Blueprint | None = None
    permissions: tuple[Permission, ...] = ()
    settings: tuple[Setting, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    events: tuple[type, ...] = ()
    services: tuple[Service, ...] = ()
    jobs: tuple[Job, ...] = ()
    commands: tuple[click.Command, ...] = ()
    exports: tuple[Export, ...] = ()
    imports: tuple[Import, ...] = ()
    search: tuple[SearchSource, ...] = ()
    calls: tuple[CallUse, ...] = ()
    widgets: tuple[Widget, ...] = ()
    files: tuple[FileKind, ...] = ()
    scores: tuple[ScoreKind, ...] = ()
    sheets: tuple[SheetKind, ...] = ()
    records: tuple[RecordKind, ...] = ()
    personal: tuple[PersonalField, ...] = ()
    consents: tuple[Consent, ...] = ()
    retention: tuple[Retention, ...] = ()
    audit: AuditWords = field(default_factory=AuditWords)
    migrations: Path | None = None
