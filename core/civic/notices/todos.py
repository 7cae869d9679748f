"""The to-dos of notices: drafts that wait for a signature, and second notices that should be written."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from core.actor import Actor, community_of
from core.civic.inbox import todos
from core.civic.notices import pairs as notice_pairs
from core.civic.notices.categories import PUBLISH, WRITE
from core.civic.notices.lists import COLUMNS, lines
from core.civic.notices.records import Notice
from core.civic.threads.records import publishes
from core.clock import day_text
from core.plugin.declarations import Todo
from core.text import _

MOST = 100
# How long after the first notice came down the second should hang; a matter of manners, no law.
DAYS_TO_FOLLOW = 7


def to_sign(actor: Actor) -> Iterator[Todo]:
    """The drafts that were handed in for the signature of whoever publishes, the first one first."""
    if not actor.can(PUBLISH):
        return
    query = Notice.of(community_of(actor), *COLUMNS).where(Notice.state == "draft", Notice.submitted_at.is_null(False))
    for each in lines(query.order_by(Notice.submitted_at).limit(MOST)):
        detail = _("%(category)s, responsible: %(name)s", category=each.label, name=each.responsible)
        yield Todo(
            _("Sign and publish: %(title)s", title=each.title),
            each.desk_href,
            detail=detail,
            icon="signature",
            permission=PUBLISH,
        )


def second_notices(actor: Actor) -> Iterator[Todo]:
    """The pairs whose first notice has come down and whose second one is not begun, and is for no module to write."""
    if not actor.can(WRITE):
        return
    for pair, first, last in notice_pairs.waiting_for_second(actor):
        if publishes(first.subject):
            continue
        yield Todo(
            _("Write the second notice: %(title)s", title=pair.title),
            f"/c/{pair.community}/notices/desk/{first.id}",
            due=(last + datetime.timedelta(days=DAYS_TO_FOLLOW)).isoformat(),
            detail=_("The first one came down on %(day)s.", day=day_text(last)),
            icon="megaphone",
            permission=WRITE,
        )


def install() -> None:
    """Make these sources known."""
    todos.add_source("notices to sign", to_sign)
    todos.add_source("second notices", second_notices)
