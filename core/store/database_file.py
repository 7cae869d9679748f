"""Which SQLite file may be opened as the store: never an empty one where data existed, never somebody else's, never a
damaged one. The file is only read here.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from core.config import Config
from core.errors import InstanceError
from core.text import LazyText, _

MARKER = "created"
_MAGIC = b"SQLite format 3\x00"


def refuse_unusable(config: Config) -> None:
    """Raise `InstanceError` unless the store's file is absent in a new instance, empty there, or a whole Linli store.

    A file that cannot be one is left as it is, byte for byte.
    """
    path = config.database_path
    existed = (config.instance / MARKER).exists()
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except FileNotFoundError:
        if existed or _wal(path).exists():
            raise InstanceError(
                _lost(path),
                advice=_("Nothing was changed. Put the file back or restore a backup; never start empty here."),
            ) from None
        return
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head and existed:
        raise InstanceError(_lost(path), advice=_("Nothing was changed. Restore a backup."))
    if head and head != _MAGIC:
        raise _foreign(path)
    if head:
        _read_tables(path)


def _read_tables(path: Path) -> None:
    """Look at the list of tables without a lock and without touching the file: core's own must be among them."""
    import apsw

    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        connection = apsw.Connection(f"file:{quote(str(path))}?immutable=1", flags=flags)
        try:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        finally:
            connection.close()
    except apsw.Error as error:
        if _holds_changes(_wal(path)):
            return  # a crash may leave the file torn until SQLite puts the log back; opening it will tell
        raise _unreadable(path, error) from error
    # The table of guards is the first one in every store, so a store that has tables has it.
    if tables and "schema_guard" not in tables:
        raise _foreign(path)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _holds_changes(wal: Path) -> bool:
    return wal.exists() and wal.stat().st_size > 0


def _unreadable(path: Path, error: Exception) -> InstanceError:
    return InstanceError(
        _("The database %(name)s cannot be opened: %(reason)s", name=str(path), reason=str(error)),
        advice=_("Nothing was changed. Restore a backup, or check the folder and the settings in config.toml."),
    )


def _foreign(path: Path) -> InstanceError:
    return InstanceError(
        _("%(file)s is not a Linli database.", file=str(path)),
        advice=_("Nothing was changed. Put back the right file, or restore a backup."),
    )


def _lost(path: Path) -> LazyText:
    return _("The database file %(file)s existed before and is missing or empty now.", file=str(path))
