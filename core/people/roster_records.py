"""The records of roster imports: the uploads of registers among all uploads, and what each of them changed."""

from __future__ import annotations

from typing import Any

from core.store.community import Community, CommunityModel
from core.store.db import Integer, Json, Text
from core.store.import_batches import ImportBatch

ROSTER = "core.roster"


class RosterImport(ImportBatch):
    """One uploaded register. What is `given` for all rows is their `estate`.

    `summary` holds the counts of the file, `estates` (their names) and, once imported, `done` (what was changed).
    """

    import_name = Text(default=ROSTER)

    kind = "core.roster_import"

    class Meta:
        table_name = "import_batch"

    @classmethod
    def of(cls, community: str | Community, *columns: Any) -> Any:
        """The registers among the uploads of one community."""
        return super().of(community, *columns).where(cls.import_name == ROSTER)

    @property
    def estate(self) -> str:
        """The estate of the rows that name none."""
        return str(self.given.get("estate", ""))


class RosterChange(CommunityModel):
    """A record that an import changed, with its values before; what it added carries its `import_id` instead."""

    import_id = Integer()
    record = Text()
    record_id = Integer()
    before = Json()

    class Meta:
        table_name = "roster_change"
