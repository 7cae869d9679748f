"""Reading the audit trail: pages of entries with plain sentences, the values before and after for those who may see them,
and the export. Writing it is in `core.store.audit`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor
from core.clock import local_text, utc_minute
from core.errors import NotFound
from core.operate.audit_words import ORIGINS, SENTENCES, SUBJECTS
from core.people.account_records import Account
from core.people.person import Person
from core.plugin.registry import Registry
from core.spreadsheet import Sheet, write_workbook
from core.store import audit
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import transaction
from core.store.ref import Ref
from core.text import LazyText, _

VIEW = "core.audit.view"
EXPORT = "core.export"
PAGE = 50
MOST_EXPORTED = 20_000


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
    what: LazyText | str
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
    names = _names(actor, rows)
    for row in rows:
        yield LogEntry(
            seq=row.seq,
            at=row.at,
            who=row.actor,
            what=_sentence(registry, actor, row),
            about=_about(registry, row.subject, names),
            on_behalf_of=names.get(f"core.person:{row.on_behalf_of}", "") if row.on_behalf_of else "",
            origin=str(ORIGINS.get(row.origin, row.origin)),
            reason=row.reason,
            has_detail=_may_see_detail(actor, row),
        )


def _sentence(registry: Registry, actor: Actor, row: AuditEntry) -> LazyText | str:
    """What happened: core's own words, else those of the plugin, else the name of the act."""
    if row.action in SENTENCES:
        return SENTENCES[row.action]
    plugin = row.action.partition(".")[0]
    if plugin in registry.plugins:
        said = registry.ask(plugin, "describe_audit", actor.community, entry=row)
        if said:
            return said
    return str(row.action)


def _names(actor: Actor, rows: list[AuditEntry]) -> dict[str, str]:
    """The names of accounts and, for those who may see residents, of people that the rows are about."""
    accounts, people = set(), {row.on_behalf_of for row in rows if row.on_behalf_of}
    for row in rows:
        kind, _colon, key = row.subject.partition(":")
        if kind == "core.account" and key.isdigit():
            accounts.add(int(key))
        if kind == "core.person" and key.isdigit():
            people.add(int(key))
    labels: Any = Account.select(Account.id, Account.label).where(Account.id.in_(accounts or [0])).tuples()
    found = {f"core.account:{key}": str(label) for key, label in labels}
    if people and actor.community and actor.can("core.people.view"):
        named: Any = Person.of(actor.community, Person.id, Person.name).where(Person.id.in_(people))
        found |= {f"core.person:{key}": str(name) for key, name in named.tuples()}
    return found


def _about(registry: Registry, subject: str, names: dict[str, str]) -> str:
    """The record in words: 账号 陈晓燕; of a plugin 活动室预约 17."""
    kind, _colon, key = subject.partition(":")
    plugin = registry.plugins.get(kind.partition(".")[0])
    word = str(plugin.meta.title if plugin is not None else SUBJECTS.get(kind, ""))
    name = names.get(subject)
    if name:
        return f"{word} {name}".strip()
    return f"{word} {key}".strip() if word else subject


# --------------------------------------------------------------------------- the values


@dataclass(frozen=True)
class LogDetail:
    """One entry with its values as (name, before, after); `erased`: they were deleted with a person's data."""

    entry: LogEntry
    permission: str
    values: tuple[tuple[str, str, str], ...]
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
    values = _values(json.loads(stored.payload)) if stored is not None else ()
    return LogDetail(next(iter(_told(registry, actor, [row]))), row.permission, values, stored is None)


def _values(payload: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    before, after = _flat(payload.get("before")), _flat(payload.get("after"))
    names = [*before, *(name for name in after if name not in before)]
    return tuple((name, before.get(name, ""), after.get(name, "")) for name in names)


def _flat(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        return {"": _text(value)}
    return {str(name): _text(each) for name, each in value.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --------------------------------------------------------------------------- the export


def export_log(registry: Registry, actor: Actor, wanted: LogFilter) -> bytes:
    """The filtered entries as .xlsx, newest first, at most 20,000; the export itself is entered in the log.

    Needs `core.audit.view` and `core.export`.
    """
    actor.require(VIEW)
    actor.require(EXPORT)
    rows = list(_query(_chain(actor), wanted).limit(MOST_EXPORTED))
    header = [_("No."), _("When"), _("Who"), _("What"), _("About"), _("On behalf of"), _("From where"), _("Reason")]
    lines = [
        [
            entry.seq,
            local_text(entry.at).replace(tzinfo=None),
            entry.who,
            str(entry.what),
            entry.about,
            entry.on_behalf_of,
            entry.origin,
            entry.reason,
        ]
        for entry in _told(registry, actor, rows)
    ]
    book = write_workbook([Sheet(str(_("Audit log")), [str(title) for title in header], lines)])
    with transaction(actor.community):
        asked = {"who": wanted.who, "action": wanted.action, "rows": len(lines)}
        subject = Ref("core.audit_log", actor.community, "export")
        audit.record(actor, "core.audit.exported", subject, after=asked, permission=EXPORT)
    return book
