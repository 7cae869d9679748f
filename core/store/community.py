"""Communities, and the base of every record that belongs to one.

Queries on such records start from `Model.of(community)`, so that no query can forget whose data it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from core.errors import NotFound
from core.store.db import BaseModel, Integer, Text, Utc, now, rows
from core.store.ref import Ref


class Community(BaseModel):
    """A residents' community 社区. Its key is the official 12-digit code."""

    code = Text(primary_key=True)
    name = Text()
    office_name = Text(default="")
    address = Text(default="")
    duty_phone = Text(default="")
    office_hours = Text(default="")
    created_at = Utc(default=now)
    # Counts up with every change residents can see; cached pages are keyed by it.
    version = Integer(default=0)

    class Meta:
        table_name = "community"


class CommunityModel(BaseModel):
    """A record of one community. `kind` is the name its `Ref`s carry."""

    community = Text()
    kind: ClassVar[str] = ""
    if TYPE_CHECKING:
        id: Any  # peewee adds it to every model that names no key

    @classmethod
    def of(cls, community: str | Community, *columns: Any) -> Any:
        """The records of one community, as a peewee select; give columns to select less than whole records."""
        code = community.code if isinstance(community, Community) else community
        return cls.select(*columns).where(cls.community == code)

    @classmethod
    def get_of(cls, community: str | Community, key: int | str) -> Any:
        """One record of the community by its key; raises `NotFound` also when another community has it."""
        if isinstance(key, int) and not 0 <= key < 2**63:
            raise NotFound
        found = cls.of(community).where(cls._meta.primary_key == key).first()
        if found is None:
            raise NotFound
        return found

    @property
    def ref(self) -> Ref:
        """The reference to this record."""
        return Ref(self.kind, self.community, self.get_id())


def all_communities() -> list[Community]:
    """Every community of the installation, by code."""
    return list(Community.select().order_by(Community.code))


_COLUMNS = tuple(Community._meta.sorted_field_names)
_FIND = f"SELECT {', '.join(_COLUMNS)} FROM community WHERE code = ?"


def community_or_none(code: str) -> Community | None:
    """The community with this code, if there is one; asked by every request."""
    found = rows(_FIND, code)
    return Community(__no_default__=True, **dict(zip(_COLUMNS, found[0], strict=True))) if found else None


def find_community(code: str) -> Community:
    """The community with this code; raises `NotFound`."""
    found = community_or_none(code)
    if found is None:
        raise NotFound
    return found
