"""Events: versioned facts that are written with the change they tell of and delivered to other plugins after commit.

Delivery is at least once and in order per plugin and community. A plugin that keeps failing on one event is passed by
after five attempts, visibly, so that it does not wait for ever. Who listens is decided by `core.plugin.registry`.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform

import peewee

from core.actor import Actor
from core.errors import PluginError
from core.plugin.current import active, find_active
from core.plugin.declarations import Job
from core.store.community import all_communities
from core.store.db import (
    BaseModel,
    Integer,
    Json,
    Text,
    Utc,
    after_commit,
    canonical,
    execute,
    in_transaction,
    now,
    transaction,
)
from core.store.ref import Ref
from core.text import _

if TYPE_CHECKING:
    from core.plugin.registry import Registry

C = TypeVar("C", bound=type)

ATTEMPTS = 5
KEEP_DAYS = 90
BATCH = 100
_SEND = "INSERT INTO event_outbox (community, name, payload, at) VALUES (?, ?, ?, ?)"
# Events that answer events for ever, or a slow plugin, must not keep the caller: what is left waits for the job.
PORTIONS = 20
_PORTION_SECONDS = 20.0
_LEASE_MS = 60_000
_BACKOFF_MS = 60_000
# The classes of core's own events by name; those of plugins are declared.
_of_core: dict[str, type] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+/[1-9][0-9]*")


class EventOutbox(BaseModel):
    """An event as it happened; `payload` holds its fields. Within a community `id` is the order of commit."""

    id = Integer(primary_key=True)
    community = Text()
    name = Text()
    payload = Json()
    at = Utc()

    class Meta:
        table_name = "event_outbox"


class EventDelivery(BaseModel):
    """How far a plugin has got in a community: the last event it has dealt with, and failed attempts at the next one."""

    community = Text()
    plugin = Text()
    last_event = Integer()
    attempts = Integer(default=0)
    retry_at = Utc(default=0)

    class Meta:
        table_name = "event_delivery"
        primary_key = peewee.CompositeKey("community", "plugin")


class EventLease(BaseModel):
    """Who delivers in a community now, and until when nobody else may (ms UTC)."""

    community = Text()
    holder = Text()
    until = Utc()

    class Meta:
        table_name = "event_lease"
        primary_key = peewee.CompositeKey("community")


class EventSkipped(PluginError):
    """A plugin could not take an event and goes on without it."""


# --------------------------------------------------------------------------- declaring


@dataclass_transform(frozen_default=True)
def event(name: str) -> Callable[[C], C]:
    """Make a class an event: a frozen dataclass with the versioned name `<plugin>.<record>.<what>/<version>` as `EVENT`.

    Fields are JSON values, days and `Ref`s. Fields of a released version never change; a new shape gets a new version.
    """
    if not _NAME.fullmatch(name):
        raise PluginError(_("“%(name)s” is no event name such as rooms.booking.confirmed/1.", name=name))

    def declare(cls: C) -> C:
        cls.EVENT = name  # type: ignore[attr-defined]
        if "__dataclass_fields__" not in vars(cls):
            cls = cast(C, dataclass(frozen=True)(cls))
        elif not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise PluginError(_("The event %(name)s must be frozen.", name=name))
        if name.startswith("core."):
            _of_core[name] = cls
        return cls

    return declare


def name_of(event_type: Any) -> str:
    """The versioned name of an event or of its class; raises `PluginError` for anything else."""
    name = getattr(event_type, "EVENT", None)
    if not isinstance(name, str) or not dataclasses.is_dataclass(event_type):
        raise PluginError(_("%(name)s is no event: decorate its class with @event(…).", name=repr(event_type)))
    return name


class StoredEvent:
    """An event whose class is not there (its plugin is not installed) or has other fields now: the same by its names."""

    def __init__(self, name: str, fields: Mapping[str, Any]) -> None:
        self.EVENT = name
        self.__dict__.update(fields)

    def __repr__(self) -> str:
        return f"StoredEvent({self.EVENT!r})"


# --------------------------------------------------------------------------- writing


def emit(community: str, happened: Any) -> None:
    """Write an event of the community into the outbox, in the transaction of the change; delivered after commit.

    Raises `RuntimeError` outside a transaction and `PluginError` for an event that no plugin declares.
    """
    if not in_transaction():
        raise RuntimeError("emit outside a transaction")
    name = name_of(happened)
    registry = find_active()
    if registry is not None and not name.startswith("core.") and name not in registry.events():
        raise PluginError(_("Nobody declares the event “%(name)s”.", name=name))
    fields = {field.name: _encode(getattr(happened, field.name)) for field in dataclasses.fields(happened)}
    # On PostgreSQL the community's lock makes the order of ids the order of commits.
    with transaction(community):
        execute(_SEND, community, name, canonical(fields), now())
    if registry is not None:
        # Of several events of one transaction only the first delivery finds something to do.
        after_commit(partial(_deliver_now, registry, community))


def _deliver_now(registry: Registry, community: str) -> None:
    deliver(registry, community)


def _encode(value: Any) -> Any:
    """A field as JSON; what JSON does not know is marked with `$`."""
    if isinstance(value, Ref):
        return {"$ref": [value.kind, value.community, value.id]}
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return {"$day": value.isoformat()}
    if isinstance(value, (tuple, list)):
        return [_encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _encode(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"an event cannot carry {type(value).__name__}")


def _decode(value: Any) -> Any:
    """The reverse of `_encode`; lists come back as tuples."""
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    if set(value) == {"$ref"}:
        return Ref(*value["$ref"])
    if set(value) == {"$day"}:
        return datetime.date.fromisoformat(value["$day"])
    return {key: _decode(item) for key, item in value.items()}


def _restore(registry: Registry, row: EventOutbox) -> Any:
    fields = {key: _decode(item) for key, item in row.payload.items()}
    known = _of_core.get(row.name) or registry.events().get(row.name)
    if known is not None and {field.name for field in dataclasses.fields(known)} == set(fields):
        return known(**fields)
    return StoredEvent(row.name, fields)


# --------------------------------------------------------------------------- delivering


def deliver(registry: Registry, community: str | None = None) -> int:
    """Hand waiting events of a community (or of all) to the plugins enabled there; returns how many calls succeeded.

    One caller at a time delivers in a community, in any process; others return at once, because whoever holds the lease
    looks again after giving it back. An event is retried after 1, 2, 4, 8 minutes.
    """
    if in_transaction():
        raise RuntimeError("deliver inside a transaction")
    codes = [community] if community is not None else [found.code for found in all_communities()]
    return sum(_deliver_in(registry, code) for code in codes)


def _deliver_in(registry: Registry, community: str) -> int:
    delivered = 0
    for _portion in range(PORTIONS):
        if not _has_waiting(registry, community):
            break
        holder = secrets.token_hex(8)
        if not _take_lease(community, holder):
            break
        try:
            delivered += _deliver_batch(registry, community, holder)
        finally:
            _give_back(community, holder)
    return delivered


def _listeners(registry: Registry, community: str) -> list[str]:
    """The plugins that take events here. A paused plugin changes nothing, so its events wait."""
    implementations = registry.subscribers()
    return [
        name
        for name, state in registry.states(community).items()
        if name in implementations and state.enabled and not state.paused
    ]


def _progress(community: str) -> dict[str, EventDelivery]:
    return {row.plugin: row for row in EventDelivery.select().where(EventDelivery.community == community)}


def _last_event(community: str) -> int:
    query = EventOutbox.select(peewee.fn.MAX(EventOutbox.id)).where(EventOutbox.community == community)
    return int(query.scalar() or 0)


def _has_waiting(registry: Registry, community: str) -> bool:
    listeners = _listeners(registry, community)
    if not listeners:
        return False
    last, progress = _last_event(community), _progress(community)
    return any(_is_due(progress.get(name), last) for name in listeners)


def _is_due(row: EventDelivery | None, last: int) -> bool:
    """Whether a plugin has events waiting. A retry far ahead can only come from a clock that was wrong."""
    if row is None:
        return last > 0
    wait = row.retry_at - now()
    return bool(row.last_event < last and (wait <= 0 or wait > _BACKOFF_MS << ATTEMPTS))


def _take_lease(community: str, holder: str) -> bool:
    moment = now()
    free = (EventLease.until <= moment) | (EventLease.until > moment + _LEASE_MS)
    with transaction(community):
        changed = EventLease.update(holder=holder, until=moment + _LEASE_MS)
        if changed.where((EventLease.community == community) & free).execute():
            return True
        made = EventLease.insert(community=community, holder=holder, until=moment + _LEASE_MS)
        return bool(made.on_conflict_ignore().as_rowcount().execute())


def _give_back(community: str, holder: str) -> None:
    with transaction(community):
        EventLease.update(until=0).where(EventLease.community == community, EventLease.holder == holder).execute()


def _deliver_batch(registry: Registry, community: str, holder: str) -> int:
    """One portion of events for every plugin; stops when the lease was lost to somebody else meanwhile."""
    delivered = 0
    progress = _progress(community)
    last = _last_event(community)
    for plugin in _listeners(registry, community):
        row = progress.get(plugin)
        if not _is_due(row, last):
            continue
        row = row or EventDelivery(community=community, plugin=plugin, last_event=0)
        try:
            delivered += _deliver_to(registry, row)
        finally:
            kept = _keep(row, holder)
        if not kept:
            break
    return delivered


def _deliver_to(registry: Registry, row: EventDelivery) -> int:
    """Call one plugin with what waits for it, oldest first, until it fails; `row` is moved along, not yet stored."""
    implementation = registry.subscribers()[row.plugin]
    waiting = (
        EventOutbox.select()
        .where(EventOutbox.community == row.community, EventOutbox.id > row.last_event)
        .order_by(EventOutbox.id)
        .limit(BATCH)
    )
    delivered, started = 0, time.monotonic()
    for stored in list(waiting):
        if delivered and time.monotonic() - started > _PORTION_SECONDS:
            break  # the lease must be prolonged before it ends
        try:
            registry.invoke(implementation, "on_event", row.community, {"event": _restore(registry, stored)})
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            _note_failure(registry, row, stored, error)
            if registry.config.strict:
                raise
            if row.last_event < stored.id:
                return delivered
            continue
        row.last_event, row.attempts, row.retry_at = stored.id, 0, 0
        delivered += 1
    return delivered


def _note_failure(registry: Registry, row: EventDelivery, stored: EventOutbox, error: BaseException) -> None:
    """Count the attempt; the fifth passes the event by and says so."""
    registry.record_failure(row.plugin, row.community, f"on_event {stored.name}", error)
    row.attempts += 1
    if row.attempts < ATTEMPTS:
        row.retry_at = now() + (_BACKOFF_MS << (row.attempts - 1))
        return
    row.last_event, row.attempts, row.retry_at = stored.id, 0, 0
    skipped = EventSkipped(
        _("Event %(number)d (%(name)s) was passed by after %(attempts)d attempts.",
          number=stored.id, name=stored.name, attempts=ATTEMPTS)
    )  # fmt: skip
    registry.record_failure(row.plugin, row.community, f"on_event {stored.name}", skipped)


def _keep(row: EventDelivery, holder: str) -> bool:
    """Store how far a plugin has got and prolong the lease; False when another caller has taken it over."""
    with transaction(row.community):
        held = (EventLease.community == row.community) & (EventLease.holder == holder)
        if not EventLease.update(until=now() + _LEASE_MS).where(held).execute():
            return False
        _store(row)
    return True


def _store(row: EventDelivery) -> None:
    same = (EventDelivery.community == row.community) & (EventDelivery.plugin == row.plugin)
    values = {"last_event": row.last_event, "attempts": row.attempts, "retry_at": row.retry_at}
    if not EventDelivery.update(values).where(same).execute():
        EventDelivery.insert(community=row.community, plugin=row.plugin, **values).execute()


def start_from_now(plugin: str, community: str) -> None:
    """A plugin that is being enabled hears what happens from now on, not what happened before."""
    _store(EventDelivery(community=community, plugin=plugin, last_event=_last_event(community)))


# --------------------------------------------------------------------------- jobs


def forget_old() -> int:
    """Delete events older than `KEEP_DAYS`, delivered or not; returns how many."""
    with transaction():
        return int(EventOutbox.delete().where(EventOutbox.at < now() - KEEP_DAYS * 86_400_000).execute())


def _deliver_all(_actor: Actor) -> str:
    delivered = deliver(active())
    return str(delivered) if delivered else ""


def _forget(_actor: Actor) -> None:
    forget_old()


CORE_JOBS = (
    Job("core.events.deliver", _deliver_all, 1, _("Tell modules what happened in others"), "site"),
    Job("core.events.forget", _forget, 24 * 60, _("Clear what modules told each other long ago"), "site"),
)
