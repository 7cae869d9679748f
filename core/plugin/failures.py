"""What went wrong in plugins, kept compact for the administrator: one row per plugin, community, place and kind of error."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from dataclasses import dataclass

import peewee

from core.actor import Actor
from core.errors import LinliError
from core.store import audit
from core.store.db import BaseModel, Integer, Text, Utc, after_commit, in_transaction, now, transaction, transactional
from core.store.ref import Ref

_log = logging.getLogger("linli.plugins")

SWITCH = "core.plugins.switch"
_REASON_LENGTH = 300
_DETAIL_LENGTH = 8_000
_PAUSE_SECONDS = 10.0


class PluginFailure(BaseModel):
    """An error of a plugin and how often it came. `community` is empty for the site; `detail` is the last traceback."""

    plugin = Text()
    community = Text()
    place = Text()
    error = Text()
    reason = Text()
    detail = Text()
    first_at = Utc()
    at = Utc()
    count = Integer()

    class Meta:
        table_name = "plugin_failure"
        primary_key = peewee.CompositeKey("plugin", "community", "place", "error")


@dataclass
class _Pending:
    """Occurrences of one failure that are not in the table yet."""

    reason: str
    detail: str
    first_at: int
    at: int
    count: int = 0
    written: float = float("-inf")


class FailureLog:
    """Counts failures in memory and writes each at most every ten seconds, so that a broken block of a page that is read
    all day does not make every reading a write. Never raises: it is used where something has already gone wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str, str, str], _Pending] = {}

    def record(self, plugin: str, community: str | None, place: str, error: BaseException) -> None:
        """Remember `error`. Inside a transaction it is stored after commit; after a rollback with the next one."""
        reason = describe(error)
        _log.error("%s, %s: %s", plugin, place, reason, exc_info=error)
        detail = "".join(traceback.format_exception(error))[-_DETAIL_LENGTH:].replace("\x00", "�")
        moment = now()
        with self._lock:
            key = (plugin, community or "", place, type(error).__name__)
            pending = self._pending.setdefault(key, _Pending(reason, detail, moment, moment))
            pending.first_at = pending.first_at if pending.count else moment
            pending.reason, pending.detail, pending.at = reason, detail, moment
            pending.count += 1
        if in_transaction():
            after_commit(self.write)
        else:
            self.write()

    def write(self, everything: bool = False) -> None:
        """Store what is due, or everything that is not stored yet."""
        if in_transaction():
            return
        moment = time.monotonic()
        with self._lock:
            due = {
                key: _Pending(**vars(pending))
                for key, pending in self._pending.items()
                if pending.count and (everything or moment - pending.written >= _PAUSE_SECONDS)
            }
            for key in due:
                self._pending[key].count, self._pending[key].written = 0, moment
        if not due:
            return
        try:
            with transaction():
                for key, pending in due.items():
                    _store(key, pending)
        except (peewee.PeeweeException, LinliError):
            _log.exception("a plugin's failure could not be stored")
            with self._lock:
                for key, pending in due.items():
                    self._pending[key].count += pending.count

    def forget(self, plugin: str) -> None:
        """Drop what is pending for `plugin`."""
        with self._lock:
            self._pending = {key: pending for key, pending in self._pending.items() if key[0] != plugin}


def describe(error: BaseException) -> str:
    """An error in one line: what a person is told, or the kind of error with its first line."""
    text = (str(error).strip().splitlines() or [""])[0]
    shown = text if isinstance(error, LinliError) and text else f"{type(error).__name__}: {text}".rstrip(": ")
    return shown[:_REASON_LENGTH].replace("\x00", "�")


def _store(key: tuple[str, str, str, str], pending: _Pending) -> None:
    plugin, community, place, error = key
    same = (
        (PluginFailure.plugin == plugin)
        & (PluginFailure.community == community)
        & (PluginFailure.place == place)
        & (PluginFailure.error == error)
    )
    changed = PluginFailure.update(
        reason=pending.reason, detail=pending.detail, at=pending.at, count=PluginFailure.count + pending.count
    )
    if not changed.where(same).execute():
        PluginFailure.insert(
            plugin=plugin, community=community, place=place, error=error, reason=pending.reason, detail=pending.detail,
            first_at=pending.first_at, at=pending.at, count=pending.count,
        ).execute()  # fmt: skip


def read(plugin: str | None = None) -> list[PluginFailure]:
    """The failures of one plugin or of all, latest first."""
    query = PluginFailure.select().order_by(PluginFailure.at.desc(), PluginFailure.plugin, PluginFailure.place)
    return list(query if plugin is None else query.where(PluginFailure.plugin == plugin))


@transactional
def clear(actor: Actor, plugin: str) -> int:
    """Forget the failures of a plugin, once they are dealt with; returns how many rows. Needs `core.plugins.switch`."""
    actor.require(SWITCH)
    removed = PluginFailure.delete().where(PluginFailure.plugin == plugin).execute()
    subject = Ref("core.plugin", None, plugin)
    audit.record(actor, "core.plugin.failures_cleared", subject, after={"rows": removed}, permission=SWITCH)
    return int(removed)
