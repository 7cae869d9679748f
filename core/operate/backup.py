"""Copies of the store before it changes shape, and the refusal of data that come from a newer version.

On PostgreSQL the copies are the business of that server's own backups. Photos and files (`files/`) are not copied here: a
migration changes no content, and the manual says that whoever copies the instance by hand copies that folder as well.
"""

from __future__ import annotations

import logging

from core import clock
from core.config import Config
from core.errors import InstanceError
from core.store import db
from core.store.migrate import CORE, is_newer
from core.text import _

KEEP = 10
log = logging.getLogger("linli")


def refuse_newer(config: Config) -> None:
    """Raise `InstanceError` when the store was migrated by a newer Linli than this one."""
    unknown = is_newer("core", CORE)
    if unknown:
        raise InstanceError(
            _(
                "The data in %(folder)s come from a newer version of Linli (%(name)s).",
                folder=str(config.instance),
                name=unknown[-1],
            ),
            advice=_("Nothing was changed. Start the newer version, or restore an older backup."),
        )


def before_migration(config: Config) -> None:
    """Copy the SQLite store into `backups/` before a migration; the oldest copies beyond `KEEP` go."""
    if config.engine != "sqlite":
        log.info("migrating PostgreSQL; its backups are made by its own server")
        return
    import apsw

    folder = config.folder("backups")
    stamp = clock.local_now().strftime("%Y%m%d-%H%M%S-%f")
    target = folder / f"before-migration-{stamp}.db"
    copy = apsw.Connection(str(target))
    try:
        with copy.backup("main", db.database.obj.connection(), "main") as backup:
            backup.step()
    finally:
        copy.close()
    for old in sorted(folder.glob("before-migration-*.db"))[:-KEEP]:
        old.unlink()
