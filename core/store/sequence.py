"""Gap-free numbers per community, year and kind, as printed on forms. A number belongs to the transaction that took it."""

from __future__ import annotations

import peewee

from core.store.db import BaseModel, Integer, Text, in_transaction


class SequenceNumber(BaseModel):
    """The last number given."""

    community = Text()
    year = Integer()
    kind = Text()
    last = Integer()

    class Meta:
        table_name = "sequence_number"
        primary_key = peewee.CompositeKey("community", "year", "kind")


def next_number(community: str, year: int, kind: str) -> int:
    """The next number, from 1. Given back when the transaction is rolled back, so there are no gaps."""
    if not in_transaction():
        raise RuntimeError("next_number outside a transaction")
    same = (SequenceNumber.community == community) & (SequenceNumber.year == year) & (SequenceNumber.kind == kind)
    if SequenceNumber.update(last=SequenceNumber.last + 1).where(same).execute():
        return int(SequenceNumber.get(same).last)
    SequenceNumber.insert(community=community, year=year, kind=kind, last=1).execute()
    return 1
