"""What followers hear of new notices, as soon as they may see them: at publication, or on the day a notice goes up."""

from __future__ import annotations

import datetime

from core.actor import Actor, community_of
from core.civic.notices.records import Notice
from core.civic.threads.follows import tell_followers
from core.clock import local_day, today
from core.plugin.declarations import Job
from core.text import _

# A computer that was switched off for longer tells nobody of notices that went up meanwhile: they are no news any more.
LATEST_DAYS = 14


def tell_published(actor: Actor, notice: Notice) -> int:
    """Tell whoever follows what the notice is about, or a notice before it; each once. Returns how many were told."""
    words = _("A notice about it was published: %(title)s", title=notice.title)
    return tell_followers(actor, notice.ref, "published", words)


def tell_gone_up(actor: Actor) -> str:
    """Do so for notices that were published before their first day. Returns how many people were told, for the job page."""
    since = today() - datetime.timedelta(days=LATEST_DAYS)
    up = Notice.of(community_of(actor)).where(Notice.state == "published", Notice.publish_from.between(since, today()))
    told = sum(
        tell_published(actor, notice) for notice in list(up) if local_day(notice.published_at) < notice.publish_from
    )
    return str(told) if told else ""


JOB = Job("core.notices.up", tell_gone_up, 60, _("Tell followers of notices that go up today"))
