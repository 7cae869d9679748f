"""The records of roster imports: uploaded files, what they changed, and corrected columns that are remembered."""

from __future__ import annotations

from typing import Any

import peewee

from core.store.community import CommunityModel
from core.store.db import Integer, Json, Text, Utc

PREVIEWED, IMPORTED, TAKEN_BACK, DISCARDED = "previewed", "imported", "taken_back", "discarded"


class Blob(peewee.Field):
    """Bytes, on both engines."""

    field_type = "BLOB"

    def db_value(self, value: Any) -> Any:
        return None if value is None else bytes(value)

    def python_value(self, value: Any) -> bytes | None:
        return None if value is None else bytes(value)


class RosterImport(CommunityModel):
    """One uploaded register. `content` is the file itself, dropped when it is discarded or old.

    `summary` holds the counts of the file, `estates` (their names) and, once imported, `done` (what was changed).
    """

    filename = Text()
    sha256 = Text()
    content = Blob(null=True)
    estate = Text(default="")
    columns = Json()
    signature = Text()
    state = Text(default=PREVIEWED)
    summary = Json()
    by_account = Integer(null=True)
    by_label = Text()
    created_at = Utc()
    imported_at = Utc(null=True)
    taken_back_at = Utc(null=True)

    kind = "core.roster_import"

    class Meta:
        table_name = "roster_import"


class RosterChange(CommunityModel):
    """A record that an import changed, with its values before; what it added carries its `import_id` instead."""

    import_id = Integer()
    record = Text()
    record_id = Integer()
    before = Json()

    class Meta:
        table_name = "roster_change"


class RosterMapping(CommunityModel):
    """The columns staff assigned to files with these titles."""

    signature = Text()
    columns = Json()
    at = Utc()

    class Meta:
        table_name = "roster_mapping"
        primary_key = peewee.CompositeKey("community", "signature")
