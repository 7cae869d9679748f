"""The jobs of core itself, from all floors that have something to do now and then; plugins declare theirs."""

from __future__ import annotations

from core.actor import Actor
from core.civic import attachments
from core.civic.notices import news as notice_news
from core.civic.notices import reads as notice_reads
from core.civic.privacy import consents, retention
from core.civic.reaching import messages
from core.people import sessions, throttle
from core.plugin import events
from core.plugin.declarations import Job
from core.store import request_key
from core.text import _


def core_jobs() -> tuple[Job, ...]:
    """All of them; messages are delivered in each community, the others run once for the whole site."""
    return (
        *events.CORE_JOBS,
        *messages.CORE_JOBS,
        notice_news.JOB,
        Job(
            "core.sessions_seen", lambda actor: sessions.write_seen(), 1, _("Note when accounts were last used"), "site"
        ),
        Job(
            "core.notice_reads",
            lambda actor: notice_reads.write_counts(),
            1,
            _("Count how often notices are read"),
            "site",
        ),
        Job("core.files", attachments.tidy, 24 * 60, _("Remove photos and files that were taken away"), "site"),
        retention.JOB,
        consents.JOB,
        Job("core.forget", _forget, 24 * 60, _("Clear old records of signing in and of sent forms"), "site"),
    )


def _forget(actor: Actor) -> int:
    return request_key.forget_old() + sessions.forget_old() + throttle.forget_old()
