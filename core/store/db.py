"""The database: one connection rule for SQLite (over apsw) and PostgreSQL, fields, transactions.

Every write happens inside `transaction()`. Models are bound to `database`, a proxy that `open_database` fills.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import peewee
from peewee import DatabaseProxy, Model

from core.actor import Actor
from core.config import Config
from core.errors import InstanceError, Unavailable
from core.store.database_file import refuse_unusable
from core.store.fair_lock import FairLock
from core.store.violations import original, sqlstate
from core.text import _

P = ParamSpec("P")
R = TypeVar("R")

database = DatabaseProxy()
_log = logging.getLogger(__name__)

# --------------------------------------------------------------------------- fields


class Text(peewee.TextField):
    """Text; NUL and lone surrogates are refused by the forms and by PostgreSQL."""


class Integer(peewee.BigIntegerField):
    """A 64-bit whole number."""


class Fen(peewee.BigIntegerField):
    """Money in 分, always a whole number; a float or Decimal raises `TypeError`."""

    def db_value(self, value: Any) -> Any:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"{self.name} takes whole 分, not {value!r}")
        return value


class Utc(peewee.BigIntegerField):
    """A moment: milliseconds since 1970-01-01 UTC."""


class Flag(peewee.BigIntegerField):
    """Yes or no, stored as 1 or 0 on both engines."""

    def db_value(self, value: Any) -> int | None:
        return None if value is None else int(bool(value))

    def python_value(self, value: Any) -> bool | None:
        return None if value is None else bool(value)


class Day(peewee.TextField):
    """A calendar day, stored as `YYYY-MM-DD`."""

    def db_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, datetime.date) else value

    def python_value(self, value: Any) -> datetime.date | None:
        return None if value is None else datetime.date.fromisoformat(value)


class Json(peewee.TextField):
    """A JSON value, stored in canonical form (sorted keys, no spaces)."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else canonical(value)

    def python_value(self, value: Any) -> Any:
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """The one JSON text of a value: what digests are computed over."""
    return _written(value)


_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def now() -> int:
    """This moment in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class BaseModel(Model):
    """A record of the installation as a whole; records of a community are `CommunityModel`s."""

    if TYPE_CHECKING:
        # peewee types every query as one of whole records, also those that select columns with `.tuples()`.
        @classmethod
        def select(cls, *fields: Any) -> Any: ...

    class Meta:
        database = database
        legacy_table_names = False


# --------------------------------------------------------------------------- opening

_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
    ("cache_size", -8000),
    ("temp_store", 2),
)
_BUSY_SECONDS = 20
_instance: Path | None = None


def open_database(config: Config) -> peewee.Database:
    """Bind `database` to the instance's store and connect once, so that a bad store is told at start.

    Raises `InstanceError` for a file that is not a database, cannot be opened, or a server that cannot be reached.
    """
    global _instance
    close_database()
    _instance = config.instance
    engine = _postgresql(config) if config.database else _sqlite(config)
    database.initialize(engine)
    try:
        engine.connect(reuse_if_open=True)
        engine.execute_sql("SELECT 1").fetchall()
        if engine_name() == "sqlite":
            engine.execute_sql("SELECT count(*) FROM sqlite_master").fetchall()
    except (peewee.PeeweeException, OSError) as error:
        close_database()
        raise InstanceError(
            _("The database %(name)s cannot be opened: %(reason)s", name=_shown(config), reason=_first_line(error)),
            advice=_("Nothing was changed. Restore a backup, or check the folder and the settings in config.toml."),
        ) from error
    return engine


def close_database() -> None:
    """Close this thread's connection and forget the store."""
    engine = database.obj
    if engine is not None:
        if not engine.is_closed():
            engine.close()
        if hasattr(engine, "close_all"):
            engine.close_all()
        database.obj = None


def instance_folder() -> Path:
    """The folder of the instance whose store is open."""
    if _instance is None:
        raise RuntimeError("no store is open")
    return _instance


def engine_name() -> str:
    """`sqlite` or `postgresql`."""
    return "sqlite" if isinstance(database.obj, peewee.SqliteDatabase) else "postgresql"


def rows(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """The rows of a fixed statement written with `?` marks, on either engine.

    For pages that are opened all day: peewee takes ten times as long to write a statement as SQLite to answer it.
    """
    return _run(statement, params).fetchall()


def execute(statement: str, *params: Any) -> int:
    """Run a fixed statement written with `?` marks that gives no rows, for what is written all day; how many rows it changed."""
    return int(database.obj.rows_affected(_run(statement, params)))


def _run(statement: str, params: tuple[Any, ...]) -> Any:
    engine = database.obj
    return engine.execute_sql(statement if engine.param == "?" else statement.replace("?", "%s"), params)


def _shown(config: Config) -> str:
    """What to call the store in a message: never the password in a URL."""
    return re.sub(r"//[^@/]*@", "//", config.database) if config.database else str(config.database_path)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _sqlite(config: Config) -> peewee.Database:
    import apsw
    from playhouse.apsw_ext import APSWDatabase

    class Database(APSWDatabase):
        def _connect(self) -> Any:
            connection = super()._connect()
            connection.convert_binding = _sqlite_binding
            # A plan that may depend on the values bound is made anew at every execution: 40 µs instead of 6 for a session.
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
            return connection

    def _sqlite_binding(cursor: Any, number: int, value: Any) -> Any:
        if isinstance(value, (datetime.date, datetime.datetime)):
            return value.isoformat()
        raise TypeError(f"cannot store {type(value).__name__}")

    path = config.database_path
    refuse_unusable(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    return Database(str(path), pragmas=_PRAGMAS, timeout=_BUSY_SECONDS, flags=flags)


def _postgresql(config: Config) -> peewee.Database:
    try:
        from playhouse.pool import PooledPostgresqlDatabase
    except ImportError as error:  # pragma: no cover - playhouse ships with peewee
        raise InstanceError(str(error)) from error
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise InstanceError(_('PostgreSQL needs the extra package: pip install "linli[postgres]"')) from error
    return PooledPostgresqlDatabase(
        config.database,
        prefer_psycopg3=True,
        max_connections=32,
        stale_timeout=600,
        timeout=_BUSY_SECONDS,
        connect_timeout=5,
    )


# --------------------------------------------------------------------------- transactions


_write_lock = FairLock()


class _State(threading.local):
    depth = 0
    callbacks: list[Callable[[], None]]
    closing: list[Callable[[], object]]

    def __init__(self) -> None:
        self.callbacks, self.closing = [], []


_state = _State()


@contextmanager
def transaction(community: str | None = None) -> Iterator[None]:
    """Everything inside is stored together or not at all; joins a transaction that is already open (as a savepoint).

    On SQLite the write lock is taken at once (BEGIN IMMEDIATE) behind one fair lock; on PostgreSQL the advisory lock of
    the community (or of the site) serialises writers. Raises `Unavailable` when the store cannot write now.
    """
    engine = database.obj
    if _state.depth:
        if engine_name() == "postgresql":
            _lock_community(community)
        mark, closing = len(_state.callbacks), list(_state.closing)
        _state.depth += 1
        try:
            with engine.savepoint():
                yield
        except BaseException:
            del _state.callbacks[mark:]
            _state.closing[:] = closing
            raise
        finally:
            _state.depth -= 1
        return
    callbacks: list[Callable[[], None]] = []
    with _outermost(engine, community):
        _state.depth, _state.callbacks, _state.closing = 1, callbacks, []
        try:
            yield
            while _state.closing:
                _state.closing.pop(0)()
        finally:
            _state.depth, _state.callbacks, _state.closing = 0, [], []
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # The change is stored: an error raised now would make the caller believe that it is not, and try again.
            _log.exception("a callback after commit failed")


@contextmanager
def _outermost(engine: peewee.Database, community: str | None) -> Iterator[None]:
    try:
        if engine_name() == "postgresql":
            with engine.atomic():
                _lock_community(community)
                yield
            return
        if not _write_lock.acquire(_BUSY_SECONDS):
            raise Unavailable
        try:
            with engine.transaction("IMMEDIATE"):
                yield
        finally:
            _write_lock.release()
    except peewee.OperationalError as error:
        if cannot_write(error):
            raise Unavailable from error
        raise


def _lock_community(community: str | None) -> None:
    # The site is lock 0; a community's lock is its 12-digit code.
    database.obj.execute_sql("SELECT pg_advisory_xact_lock(%s)", (int(community or 0),))


def in_transaction() -> bool:
    """Whether this thread is inside `transaction()`."""
    return _state.depth > 0


def after_commit(callback: Callable[[], None]) -> None:
    """Call `callback` once what is being written is safe; dropped on rollback; at once outside a transaction."""
    if _state.depth:
        _state.callbacks.append(callback)
    else:
        callback()


def before_commit(act: Callable[[], object]) -> None:
    """Call `act` at the end of this transaction, inside it: what it writes is stored together with the rest, or not at all.

    Asked for twice it is done once; dropped when the savepoint it was asked for in is rolled back. `act` may ask for more.
    """
    if not _state.depth:
        raise RuntimeError("before_commit outside a transaction")
    if act not in _state.closing:
        _state.closing.append(act)


def transactional(
    function: Callable[Concatenate[Actor, P], R],
) -> Callable[Concatenate[Actor, P], R]:
    """A service function that runs in one transaction of its actor's community (see `run_in_transaction`)."""

    @wraps(function)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return run_in_transaction(actor.community, lambda: function(actor, *args, **kwargs))

    return run


def run_in_transaction(community: str | None, act: Callable[[], R]) -> R:
    """Call `act` in a transaction; a PostgreSQL deadlock or serialisation victim (40P01, 40001) is run again, thrice at most."""
    for attempt in (1, 2, 3):
        try:
            with transaction(community):
                return act()
        except peewee.OperationalError as error:
            if _state.depth or attempt == 3 or sqlstate(error) not in ("40P01", "40001"):
                raise
    raise AssertionError("unreachable")


# Busy, full or read-only disk, lost file; on PostgreSQL: connection lost, out of resources, shutting down.
_SQLITE_UNAVAILABLE = ("BusyError", "LockedError", "FullError", "IOError", "ReadOnlyError", "CantOpenError")
_POSTGRESQL_UNAVAILABLE = ("08", "53", "57")


def cannot_write(error: peewee.PeeweeException) -> bool:
    """Whether the store itself is at fault for now, rather than the statement."""
    if engine_name() == "sqlite":
        return type(original(error)).__name__ in _SQLITE_UNAVAILABLE
    state = sqlstate(error)
    return state is None or state.startswith(_POSTGRESQL_UNAVAILABLE)
