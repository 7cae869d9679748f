"""Links between records of one community, as rows: added, ended, read. They are never deleted.

Which records may be linked and what a relation means is decided above, in `core.civic.threads.links`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import peewee

from core.actor import Actor
from core.errors import Refused
from core.store.community import CommunityModel
from core.store.db import Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.store.violations import violated
from core.text import _

_AT_ONCE = 200


class Link(CommunityModel):
    """`src` stands in the relation `rel` to `dst`: both the text forms of `Ref`s of this community. Open until `ended_at`."""

    kind = "core.link"

    src = Text()
    rel = Text()
    dst = Text()
    at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    ended_at = Utc(null=True)
    ended_by = Text(default="")
    ended_reason = Text(default="")

    class Meta:
        table_name = "link"

    @property
    def ends(self) -> tuple[Ref, Ref]:
        """Both records: from which, to which."""
        return Ref.parse(self.src, self.community), Ref.parse(self.dst, self.community)


def find_open(src: Ref, rel: str, dst: Ref) -> Link | None:
    """The open link of this relation between two records, if there is one."""
    same = (Link.src == str(src)) & (Link.rel == rel) & (Link.dst == str(dst))
    found: Link | None = Link.of(str(src.community)).where(same, Link.ended_at.is_null()).first()
    return found


@transactional
def add(actor: Actor, src: Ref, rel: str, dst: Ref) -> Link:
    """Store a link. Raises `Refused` where the same one is open already."""
    try:
        made: Link = Link.create(
            community=src.community, src=str(src), rel=rel, dst=str(dst), by_account=actor.account,
            by_label=actor.signature,
        )  # fmt: skip
    except peewee.IntegrityError as error:
        if violated(error) != "link_community_src_rel_dst_unique":
            raise
        raise Refused(_("These two are linked already.")) from error
    return made


@transactional
def end(actor: Actor, link: Link, reason: str) -> bool:
    """End an open link for a reason; False when it was ended meanwhile."""
    same = (Link.community == link.community) & (Link.id == link.id) & Link.ended_at.is_null()
    changes: dict[str, Any] = {"ended_at": now(), "ended_by": actor.signature, "ended_reason": reason}
    return Link.update(**changes).where(same).execute() == 1


def open_links(community: str, refs: Collection[Ref]) -> list[Link]:
    """The open links at either end of these records, the oldest first."""
    subjects = [str(ref) for ref in refs]
    found: dict[int, Link] = {}
    for start in range(0, len(subjects), _AT_ONCE):
        some = subjects[start : start + _AT_ONCE]
        query = Link.of(community).where(Link.ended_at.is_null(), Link.src.in_(some) | Link.dst.in_(some))
        found |= {each.id: each for each in query}
    return [found[key] for key in sorted(found)]
