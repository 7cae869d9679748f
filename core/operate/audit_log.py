"""Reading the audit trail: pages of entries with plain sentences, and the values before and after for those who may see
them. Writing it is in `core.store.audit`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, name_of
from core.civic.threads import records
from core.clock import utc_minute
from core.errors import NotFound
from core.operate.audit_values import Teller, job_labels, subject_word
from core.operate.audit_words import LISTS, NAMELESS, ORIGINS, SENTENCES
from core.people.account_records import Account
from core.people.permissions import ROLES
from core.people.person import Person
from core.people.reach import within
from core.plugin.registry import Registry
from core.plugin.settings import declared_settings
from core.store import audit
from core.store.audit import AuditDetail, AuditEntry
from core.text import Label

VIEW = "core.audit.view"
PAGE = 50
# Before the number of a person on whose behalf somebody acted, among the names of records.
_WISH = "wish of "


@dataclass(frozen=True)
class LogFilter:
    """What to show: acts of somebody whose name holds `who`, of one kind (`action` or its beginning), between two days."""

    who: str = ""
    action: str = ""
    from_day: datetime.date | None = None
    until_day: datetime.date | None = None


@dataclass(frozen=True)
class LogEntry:
    """One act as people read it. `about` names the record; `has_detail`: the reader may open the values."""

    seq: int
    at: int
    who: str
    what: Label
    about: str
    on_behalf_of: str
    origin: str
    reason: str
    has_detail: bool


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first; `after` starts the next page, None on the last."""

    entries: tuple[LogEntry, ...]
    after: int | None


def log_page(
    registry: Registry, actor: Actor, wanted: LogFilter, after: int | None = None, limit: int = PAGE
) -> LogPage:
    """A page of the chain of the actor's community. Needs `core.audit.view`."""
    actor.require(VIEW)
    query = _query(_chain(actor), wanted)
    if after is not None:
        query = query.where(AuditEntry.seq < after)
    rows = list(query.limit(limit + 1))
    shown = rows[:limit]
    return LogPage(tuple(_told(registry, actor, shown)), shown[-1].seq if len(rows) > limit else None)


def _chain(actor: Actor) -> str:
    return actor.community or audit.SITE


def _query(chain: str, wanted: LogFilter) -> Any:
    query = AuditEntry.select().where(AuditEntry.chain == chain).order_by(AuditEntry.seq.desc())
    if wanted.who:
        query = query.where(_like(AuditEntry.actor, f"%{_escaped(wanted.who)}%"))
    if wanted.action:
        query = query.where(_like(AuditEntry.action, f"{_escaped(wanted.action)}%"))
    if wanted.from_day:
        query = query.where(AuditEntry.at >= utc_minute(wanted.from_day, 0) * 60_000)
    if wanted.until_day:
        query = query.where(AuditEntry.at < utc_minute(wanted.until_day + datetime.timedelta(days=1), 0) * 60_000)
    return query


def _like(column: Any, pattern: str) -> peewee.NodeList:
    return peewee.NodeList((column, peewee.SQL("LIKE"), peewee.Value(pattern), peewee.SQL("ESCAPE '!'")))


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


# --------------------------------------------------------------------------- in words


def _told(registry: Registry, actor: Actor, rows: list[AuditEntry]) -> Iterable[LogEntry]:
    names = _names(registry, actor, rows) | _lists(registry)
    whole = _with_values(rows)
    for row in rows:
        yield LogEntry(
            seq=row.seq,
            at=row.at,
            who=_who(row),
            what=_sentence(registry, actor, row),
            about=_about(registry, row.subject, names),
            on_behalf_of=names.get(f"{_WISH}{row.on_behalf_of}", "") if row.on_behalf_of and row.seq in whole else "",
            origin=_origin(registry, row.origin),
            reason=row.reason,
            has_detail=_may_see_detail(actor, row),
        )


def _with_values(rows: list[AuditEntry]) -> set[int]:
    """The entries whose values are kept: where they were erased, for whom something was entered is not told either."""
    wished = [row.seq for row in rows if row.on_behalf_of]
    if not wished:
        return set()
    kept: Any = AuditDetail.select(AuditDetail.seq).where(
        AuditDetail.chain == rows[0].chain, AuditDetail.seq.in_(wished)
    )
    return {seq for (seq,) in kept.tuples()}


def _sentence(registry: Registry, actor: Actor, row: AuditEntry) -> Label:
    """What happened: core's own words, else those of the plugin, else the name of the act."""
    if row.action in SENTENCES:
        return SENTENCES[row.action]
    plugin = row.action.partition(".")[0]
    if plugin in registry.plugins:
        said = registry.ask(plugin, "describe_audit", actor.community, entry=row)
        if said:
            return said
    return str(row.action)


def _who(row: AuditEntry) -> str:
    """Who did it; somebody without a name by what they are."""
    return str(name_of(row.actor)) if row.account is None else str(row.actor)


def _origin(registry: Registry, origin: str) -> str:
    """Where from: an address, the computer itself, or the work that runs by itself."""
    first, _blank, job = origin.partition(" ")
    if first == "job":
        return next((str(known.label) for _plugin, known in registry.jobs() if known.name == job), job)
    plugin = registry.plugins.get(origin.partition(".")[0])
    return str(plugin.meta.title) if plugin is not None else str(ORIGINS.get(origin, origin))


def _names(registry: Registry, actor: Actor, rows: list[AuditEntry]) -> dict[str, str]:
    """The names of what the rows are about: accounts, records of plugins and, for those who may see them, residents."""
    keys: dict[str, set[str]] = {}
    for row in rows:
        keys.setdefault(row.subject.partition(":")[0], set()).add(row.subject.partition(":")[2])
    accounts = [int(key) for key in keys.get("core.account", ()) if key.isdigit()]
    labels: Any = Account.select(Account.id, Account.label).where(Account.id.in_(accounts or [0])).tuples()
    found = {f"core.account:{key}": str(label) for key, label in labels}
    if actor.community and actor.can("core.people.view"):
        public = Person.public_id.in_(sorted(keys.get("core.person", ())) or [""])
        wished = Person.id.in_(sorted({row.on_behalf_of for row in rows if row.on_behalf_of}) or [0])
        named: Any = (
            Person.of(actor.community, Person.id, Person.public_id, Person.name)
            .where(public | wished, within(actor, Person.id))
            .tuples()
        )
        for number, key, name in named:
            found |= {f"core.person:{key}": str(name), f"{_WISH}{number}": str(name)}
    return (
        found | _titles(registry, actor, rows) | {f"core.role:{name}": str(role.label) for name, role in ROLES.items()}
    )


def _titles(registry: Registry, actor: Actor, rows: list[AuditEntry]) -> dict[str, str]:
    """What records are called, and the names of the plugins and settings themselves."""
    found = {f"core.plugin:{name}": str(plugin.meta.title) for name, plugin in registry.plugins.items()}
    found |= {f"core.setting:{name.replace('.', '-')}": str(one.label) for name, one in declared_settings().items()}
    found |= {f"core.job:{name.replace('.', '-')}": label for name, label in job_labels(registry).items()}
    if actor.community:
        found |= records.titles_of(registry, actor, sorted({row.subject for row in rows}))
    return found


def _lists(registry: Registry) -> dict[str, str]:
    """The names of the lists that can be exported, by the subject of the entry that tells of it."""
    labels = {**LISTS, **{item.name: item.label for _plugin, item in registry.declared("exports")}}
    return {f"core.list:{name.replace('.', '-')}": str(label) for name, label in labels.items()}


def _about(registry: Registry, subject: str, names: dict[str, str]) -> str:
    """The record in words: 账号 陈晓燕, 房间 舞蹈室; what has no name by its number."""
    kind, _colon, key = subject.partition(":")
    plugin = registry.plugins.get(kind.partition(".")[0])
    word = subject_word(registry, kind) or (plugin.meta.title if plugin else "")
    name = names.get(subject) or ("" if kind in NAMELESS else key)
    return f"{word} {name}".strip() if word else subject


# --------------------------------------------------------------------------- the values

Values = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class LogDetail:
    """One entry with its values as (name, before, after); `erased`: they were deleted with a person's data."""

    entry: LogEntry
    permission: str
    values: Values
    erased: bool


def _may_see_detail(actor: Actor, row: AuditEntry) -> bool:
    """The values may be confidential: whoever could do the act may see them, and nobody else."""
    return bool(not row.permission or actor.can(row.permission))


def log_detail(registry: Registry, actor: Actor, seq: int) -> LogDetail:
    """One entry with its values; raises `NotFound`, and `Forbidden` for values of acts that are not the actor's to do."""
    actor.require(VIEW)
    chain = _chain(actor)
    row = AuditEntry.get_or_none((AuditEntry.chain == chain) & (AuditEntry.seq == seq))
    if row is None:
        raise NotFound
    if not _may_see_detail(actor, row):
        actor.require(row.permission)
    stored = AuditDetail.get_or_none((AuditDetail.chain == chain) & (AuditDetail.seq == seq))
    values = _values(registry, actor, row, stored)
    return LogDetail(next(iter(_told(registry, actor, [row]))), row.permission, values, stored is None)


def _values(registry: Registry, actor: Actor, row: AuditEntry, stored: AuditDetail | None) -> Values:
    """The values in words; what the words of a faulty plugin cannot tell is recorded as its fault and left out."""
    told: Values = ()
    if stored is not None:
        with registry.contained(row.action.partition(".")[0], actor.community, "audit words"):
            told = Teller(registry, actor, row).values(json.loads(stored.payload))
    return told
