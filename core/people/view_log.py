"""Who looked at whose record, when and how: the trace that opening a page leaves (《个人信息保护法》 §51).

Whole numbers shown, changes and exports are acts and stand in the audit log, not here. What is read out of both is in
`view_report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.actor import Actor, community_of
from core.store.community import CommunityModel
from core.store.db import Integer, Text, Utc, now, transaction
from core.text import LazyText, _

PAGE, LIST, SEARCH, HOME = "page", "list", "search", "home"
WAYS: Mapping[str, LazyText] = {
    PAGE: _("opened the record"),
    LIST: _("saw in a list"),
    SEARCH: _("found by searching"),
    HOME: _("saw among the people of a home"),
}


class PersonView(CommunityModel):
    """One look, never changed. `person` is the public id of whose record was opened; of a list, `people` are those shown."""

    kind = "core.person_view"

    at = Utc(default=now)
    account = Integer()
    by_label = Text()
    way = Text()
    person = Text(default="")
    people = Text(default="")
    shown = Integer()

    class Meta:
        table_name = "person_view"


def seen(actor: Actor, way: str, public_ids: Sequence[str]) -> None:
    """Note that these people are about to be shown to `actor`: one insert in a transaction of its own.

    Call it before the answer is made, so that nothing is shown which is not noted. Commands have no account and leave none.
    """
    if actor.account is None or not public_ids:
        return
    one = public_ids[0] if way == PAGE else ""
    with transaction(actor.community):
        PersonView.insert(
            community=community_of(actor),
            account=actor.account,
            by_label=actor.label,
            way=way,
            person=one,
            people="" if one else " ".join(public_ids),
            shown=len(public_ids),
        ).execute()
