"""Everything a plugin can declare, as frozen dataclasses. Pages, docs, the gate and the tests read these; core acts on them.

Lists that can be brought in from tables, with their columns, are in `import_declarations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.text import LazyText

if TYPE_CHECKING:
    import datetime

    import click
    from flask import Blueprint

    from core.actor import Actor
    from core.plugin.import_declarations import Import
    from core.store.community import CommunityModel
    from core.store.db import BaseModel
    from core.store.ref import Ref

Label = LazyText | str


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
class Clock:
    """How long a step may take: `days` calendar days, or with `working` so many working days by the holiday calendar.

    The day on which it starts is not counted. With `roll_over` a last day that is no working day gives way to the next one
    (《民法典》 §203).
    """

    days: int
    working: bool = False
    roll_over: bool = False


@dataclass(frozen=True)
class Transition:
    """`source` → `target` by `verb`, for holders of `permission` ("" = the guards alone decide).

    `guards` are functions `(actor, record, fields) -> reason | None`; when a page only lists the next actions, `fields` is
    empty. `required` names the fields that must be given. An `event` of this type is emitted in the same transaction: its
    fields are filled from the given fields and the record, unless the caller of `advance` hands a factory. `clock_days`
    sets the record's due day: a `Clock`, or a number of calendar days (None: no due day); it may be overridden per community
    as a versioned row.
    """

    verb: str
    source: str | tuple[str, ...]
    target: str
    permission: str = ""
    label: Label = ""
    guards: tuple[Callable[[Any, Any, Mapping[str, Any]], Label | None], ...] = ()
    required: tuple[str, ...] = ()
    clock_days: Clock | int | None = None
    event: type | None = None


@dataclass(frozen=True)
class State:
    """A state with its word, icon and tint (`ok`, `warn`, `bad`, `info`, `plain`)."""

    name: str
    label: Label
    icon: str = "circle"
    tint: str = "plain"
    final: bool = False


@dataclass(frozen=True)
class Workflow:
    """A state machine over the `state` column of `model`; `initial` is where new records start.

    With `todos` its records are to-dos of those who may take the next step. A model may also have the columns `due_day`
    (needed by clocks) and `workflow_version` (then each record keeps the overrides it started under). `clock_days` is the
    clock of the initial state: a `Clock`, or a number of calendar days. Where it has a `label`, a community may change its
    clocks on the page of deadlines.
    """

    name: str
    model: type[CommunityModel]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    initial: str
    clock_days: Clock | int | None = None
    todos: WorkflowTodos | None = None
    label: Label = ""


@dataclass(frozen=True)
class WorkflowTodos:
    """That records of a workflow are to-dos: each in a state which the actor may lead on, until the state is final.

    `tell(record)` gives the `Todo`; without a due day of its own it is due on the record's `due_day`. `seen(actor)` is a
    condition on the model that leaves out what the actor must not see, or what is a to-do elsewhere.
    """

    tell: Callable[[Any], Todo]
    seen: Callable[[Actor], Any] | None = None


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
class SearchSource:
    """What a search box finds: `find(actor, terms, limit)` gives at most `limit` `Hit`s, the most useful first.

    `terms` are what was typed, as `search_terms` puts it; all of them must be found. `place` is the `desk`, where it runs
    only for holders of `permission`, or the residents' `portal`, where "" means everybody: public things only.
    """

    name: str
    label: Label
    permission: str
    find: Callable[[Actor, Sequence[str], int], Sequence[Hit]]
    place: str = "desk"


@dataclass(frozen=True)
class Hit:
    """One line of search results; `href` is an address of this site (`/c/<community>/…`), `ref` the record it is, if any."""

    title: Label
    detail: Label
    href: str
    icon: str = "search"
    ref: Ref | None = None


@dataclass(frozen=True)
class NavItem:
    """An entry of the portal's tiles or the desk's side navigation. `place` is `portal` or `desk`.

    `endpoint` is relative to the plugin's blueprint (`day`). Shown to holders of `permission` ("" = everyone). The entry is
    marked on its own page, on those whose addresses lie under it, and on those of the endpoints it `covers`.
    """

    label: Label
    endpoint: str
    icon: str
    place: str = "portal"
    permission: str = ""
    hint: Label = ""
    group: Label = ""
    order: int = 100
    values: Mapping[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Todo:
    """Something that waits for the actor, derived from records, never stored. `due` is `YYYY-MM-DD` or empty.

    `permission` says that whoever holds it may do this, `account` that it is the work of this account alone. `href` is a
    path of this site.
    """

    title: Label
    href: str
    due: str = ""
    detail: Label = ""
    icon: str = "circle-check"
    permission: str = ""
    account: int | None = None


@dataclass(frozen=True)
class Widget:
    """A block of the portal's or the desk's first page: `render(community, actor)` returns (template, context) or None."""

    name: str
    place: str
    permission: str
    render: Callable[[Any, Actor], tuple[str, dict[str, Any]] | None]
    order: int = 100


@dataclass(frozen=True)
class Moment:
    """Something that happened to a record, `at` ms UTC: a few words, what was said with it, and who did it.

    `tone` is `ok`, `warn`, `bad` or empty.
    """

    at: int
    text: Label
    detail: Label = ""
    who: Label = ""
    tone: str = ""


@dataclass(frozen=True)
class RecordKind:
    """Records of `model` that can be named, opened, linked with others and told in threads (来龙去脉). Keys are numbers.

    `titles(actor, refs)` names them as this actor may read it, without those the actor may not know of; the audit log asks
    for it, also while the plugin is off. `path(actor, ref)` is the address of the actor's page about one, below that of the
    community. Kinds with a `story` stand in threads: what happened to a record, as this actor may read it, asked only
    where `may_see(actor, ref)` is True (an error denies). `related(community, refs)` gives what follows from the records
    themselves and is not stored as a link: every (record, relation, record) in which one of `refs`, of whatever kind, is
    an end. `askers(ref)` are the people who asked for a record, as (person, account): they follow it from the beginning.
    """

    model: type[CommunityModel]
    word: Label
    icon: str
    titles: Callable[[Actor, Sequence[Ref]], Mapping[Ref, Label]]
    path: Callable[[Actor, Ref], str]
    may_see: Callable[[Actor, Ref], bool]
    story: Callable[[Actor, Ref], Iterable[Moment]] | None = None
    related: Callable[[str, Sequence[Ref]], Iterable[tuple[Ref, str, Ref]]] | None = None
    askers: Callable[[Ref], Iterable[tuple[int | None, int | None]]] | None = None


@dataclass(frozen=True)
class ScoreKind:
    """Records of a `kind` (`garden.bed`) that households rate from 1 to 5; `question` stands above the five answers.

    `closes(ref, person_id)` gives the last day on which the household of that person may rate the record or change its
    score; None where it has no say in it.
    """

    kind: str
    question: Label
    closes: Callable[[Ref, int], datetime.date | None]


@dataclass(frozen=True)
class FileKind:
    """Files that records of a `kind` (`garden.bed`) may have, as `photo`, `scan` or `attachment` (the `role`).

    `may_see(actor, ref)` says who may fetch those of a record; anything but True, and an error, denies. It is asked for
    somebody who has not signed in as well, and while the plugin is off nobody may. A record has at most `most` of them;
    `takes` are `picture`, `document` or both. `keep_days` after the last use ended the contents are removed from the disk
    (None: never).
    """

    kind: str
    role: str
    may_see: Callable[[Actor, Ref], bool]
    most: int = 6
    takes: tuple[str, ...] = ("picture",)
    keep_days: int | None = 30


@dataclass(frozen=True)
class SheetContent:
    """What an A4 form says of one record: printed `facts` (label, value), then `remarks` in whole sentences.

    `blanks` are left for handwriting: (label, number of lines). `signatures` name who signs, each with a line and a date.
    """

    facts: tuple[tuple[Label, str], ...]
    remarks: tuple[Label, ...] = ()
    blanks: tuple[tuple[Label, int], ...] = ()
    signatures: tuple[Label, ...] = ()


@dataclass(frozen=True)
class SheetKind:
    """An A4 form about a record of `kind`, numbered when it is first printed and with a code back to the record.

    `word` begins its number: 来访〔2026〕3号. The code leads to the `path` of its `RecordKind`. Only holders of `permission`
    print it; `content(actor, ref)` raises `NotFound` for a record that is not there or that the actor may not see.
    """

    name: str
    kind: str
    title: Label
    word: str
    permission: str
    content: Callable[[Actor, Ref], SheetContent]


@dataclass(frozen=True)
class PersonalField:
    """Columns of `model` that say something about people: what it is, what for, on what ground, for how long.

    `label`, `purpose` and `kept` stand on the public privacy page as they are. `basis` is `duty` (what the law gives the
    committee to do), `request` (what the person asked for), `consent` or `security` (《个人信息保护法》 §13). `sensitive`
    marks what its §28 calls so; on the ground of `consent` it names the `Consent` that is asked for it. `group` is the
    heading; a plugin's own title unless given. `stays` says why it is not erased with the person, empty where it is.
    """

    model: type[BaseModel]
    fields: tuple[str, ...]
    label: Label
    purpose: Label
    basis: str
    kept: Label
    group: Label = ""
    sensitive: bool = False
    stays: Label = ""
    consent: str = ""


@dataclass(frozen=True)
class Consent:
    """A question of its own, asked before something sensitive of a person is kept (《个人信息保护法》 §29).

    `question` is what is asked, `purpose` and `kept` say what for and for how long, `without` what follows from declining:
    never the loss of a service. What is kept are the `PersonalField`s that name it; nothing may be kept or shown unless
    `has_consented` says so. When the consent is taken back, `clear(actor, person)` removes it at once and returns the
    records; it is called again every day, and has nothing to do then. With a higher `version` everybody is asked anew.
    """

    name: str
    question: Label
    purpose: Label
    kept: Label
    without: Label
    clear: Callable[[Actor, DataSubject], list[Ref]]
    version: int = 1


CLEARED = "—"
"""What stands where personal words were: they were erased, or their time was over."""


@dataclass(frozen=True)
class Retention:
    """How long something personal is kept: `days` after it was over, then the daily job clears it.

    `overdue(community, before)` counts what was over before that moment (ms UTC); `clear(actor, before)` takes names, numbers
    and words out of it and returns the records. Both may stop at 500 at a time: the rest goes the next day.
    """

    name: str
    label: Label
    days: int
    overdue: Callable[[str, int], int]
    clear: Callable[[Actor, int], list[Ref]]


@dataclass(frozen=True)
class DataSubject:
    """Whose data are asked for: the number, names and telephone numbers by which records know this person.

    `pseudonym` is what stands for the name where an erasure leaves a record.
    """

    id: int
    public_id: str
    names: tuple[str, ...]
    phones: tuple[str, ...] = ()
    pseudonym: str = ""


@dataclass(frozen=True)
class DataTable:
    """What is held about one person in one place, as that person reads it; cells are text, numbers, days or None."""

    title: Label
    columns: tuple[Label, ...]
    rows: tuple[tuple[Any, ...], ...]


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
