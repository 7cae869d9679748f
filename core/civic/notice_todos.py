"""The to-dos of notices: drafts that wait for a signature."""

from __future__ import annotations

from collections.abc import Iterator

from core.actor import Actor, community_of
from core.civic import todos
from core.civic.notice_categories import PUBLISH
from core.civic.notice_lists import COLUMNS, lines
from core.civic.notice_records import Notice
from core.plugin.declarations import Todo
from core.text import _

MOST = 100


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


def install() -> None:
    """Make these sources known."""
    todos.add_source("notices to sign", to_sign)
