"""playhouse's migration runner with our transaction and our checks. Which migrations are pending is asked in `migrate`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from playhouse.migrations import Runner

from core.store.db import database, transaction
from core.store.schema import check_schema


class OwnersRunner(Runner):
    """Runs the migrations of one owner; two processes starting at once run each file once."""

    def __init__(self, table: str, directory: Path) -> None:
        super().__init__(database.obj, str(directory), table_name=table)

    def _run(self, name: str, module: ModuleType, direction: str, fake: bool = False) -> None:
        with transaction():
            if self.History.select().where(self.History.name == name).exists():
                return
            module.up(self.migrator, self.database)
            check_schema(self.database)
            self.History.create(name=name)
