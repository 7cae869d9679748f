"""The retention job (《个人信息保护法》 §19, §47): what is over its time loses what tells of people, every day, rule by rule.

Rules are declared with `Retention`, core's own here. Nothing is cleared while the clock cannot be trusted: after a jump the job
rests until somebody says that the date is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import peewee

from core.actor import Actor, community_of
from core.civic.intake import CallIntake
from core.civic.reaching.calls import CallAttempt, CallTask
from core.civic.reaching.message_records import Message
from core.civic.threads import follows
from core.people.account_records import Installation
from core.people.permissions import PRIVACY
from core.people.view_log import PersonView
from core.plugin import current
from core.plugin.declarations import CLEARED, Job, Retention
from core.store import audit
from core.store.db import now, run_in_transaction, transactional
from core.store.ref import Ref
from core.text import LazyText, _

DAY_MS = 86_400_000
# An office may be closed over a long holiday; a clock that went further than this since it was last seen was set by hand.
FARTHEST_DAYS = 30
_AT_ONCE = 500
_MOST_ROUNDS = 200


# --------------------------------------------------------------------------- core's own rules


def _calls_over(community: str, before: int) -> list[CallIntake]:
    return list(
        CallIntake.of(community)
        .where(CallIntake.state != "open", CallIntake.finished_at < before, CallIntake.caller != CLEARED)
        .order_by(CallIntake.id)
        .limit(_AT_ONCE)
    )


def _clear_calls(actor: Actor, before: int) -> list[Ref]:
    found = _calls_over(community_of(actor), before)
    for call in found:
        CallIntake.update(
            caller=CLEARED, matter=CLEARED, place="", phone="", note=CLEARED if call.note else ""
        ).where(CallIntake.id == call.id).execute()  # fmt: skip
    return [call.ref for call in found]


def _tasks_over(community: str, before: int) -> list[CallTask]:
    return list(
        CallTask.of(community)
        .where(CallTask.state != "open", CallTask.created_at < before, CallTask.name != CLEARED)
        .order_by(CallTask.id)
        .limit(_AT_ONCE)
    )


def _clear_tasks(actor: Actor, before: int) -> list[Ref]:
    community = community_of(actor)
    found = _tasks_over(community, before)
    for task in found:
        note = CLEARED if task.note else ""
        CallTask.update(name=CLEARED, phone="", why=CLEARED, note=note).where(CallTask.id == task.id).execute()
        CallAttempt.update(note="").where(CallAttempt.community == community, CallAttempt.task_id == task.id).execute()
    return [task.ref for task in found]


def _messages_over(community: str, before: int) -> list[Message]:
    return list(
        Message.of(community)
        .where(
            Message.state != "waiting",
            peewee.fn.COALESCE(Message.delivered_at, Message.created_at) < before,
            Message.name != CLEARED,
        )
        .order_by(Message.id)
        .limit(_AT_ONCE)
    )


def _clear_messages(actor: Actor, before: int) -> list[Ref]:
    found = _messages_over(community_of(actor), before)
    for each in found:
        words = {"title": CLEARED, "text": CLEARED, "place": "", "note": CLEARED if each.note else ""}
        Message.update(name=CLEARED, phone="", **words).where(Message.id == each.id).execute()
    return [each.ref for each in found]


def _views_over(community: str, before: int) -> list[PersonView]:
    query = PersonView.of(community).where(PersonView.at < before)
    return list(query.order_by(PersonView.id).limit(_AT_ONCE))


def _clear_views(actor: Actor, before: int) -> list[Ref]:
    found = _views_over(community_of(actor), before)
    PersonView.delete().where(PersonView.id.in_([each.id for each in found])).execute()
    return [each.ref for each in found]


CORE_RULES: tuple[Retention, ...] = (
    Retention(
        "core.calls", _("Calls received: who, what, number"), 730, lambda community, before: len(_calls_over(community, before)),
        _clear_calls,
    ),
    Retention(
        "core.calls_to_make", _("Calls that were made: whom, what, number"), 730,
        lambda community, before: len(_tasks_over(community, before)), _clear_tasks,
    ),
    Retention(
        "core.messages", _("Messages to residents: to whom, what, number"), 730,
        lambda community, before: len(_messages_over(community, before)), _clear_messages,
    ),
    Retention(
        "core.person_views", _("Who looked at whose record"), 365,
        lambda community, before: len(_views_over(community, before)), _clear_views,
    ),
    follows.RETENTION,
)  # fmt: skip


# --------------------------------------------------------------------------- the job


class Due(NamedTuple):
    """A rule and how many records are over its time now; at most what one run clears. `days` is how long it is kept here."""

    rule: Retention
    records: int
    days: int


def rules() -> Iterator[Retention]:
    """Core's rules and those of every module, also of modules that are off: data do not age more slowly there."""
    yield from CORE_RULES
    for _plugin, rule in current.active().declared("retention"):
        yield rule


def dry_run(actor: Actor) -> list[Due]:
    """What the next run would clear; writes nothing. Raises `Forbidden`."""
    actor.require(PRIVACY)
    community, moment = community_of(actor), now()
    found = []
    for rule in rules():
        days = rule.kept(community)
        found.append(Due(rule, rule.overdue(community, moment - days * DAY_MS), days))
    return found


def run(actor: Actor) -> LazyText | None:
    """The daily job of one community: says how many records were cleared, or why it rests."""
    community = community_of(actor)
    if not run_in_transaction(community, lambda: _trust_clock(community)):
        return _("The clock jumped: nothing is cleared until somebody says that the date is right.")
    count = 0
    for rule in rules():
        for _round in range(_MOST_ROUNDS):
            cleared = run_in_transaction(community, lambda rule=rule: _clear(actor, rule))  # type: ignore[misc]
            count += cleared
            if cleared < _AT_ONCE:
                break
    return _("%(count)d records are over their time and were cleared.", count=count) if count else None


def _clear(actor: Actor, rule: Retention) -> int:
    refs = rule.clear(actor, now() - rule.kept(community_of(actor)) * DAY_MS)
    if not refs:
        return 0
    community = community_of(actor)
    for subjects in _some(refs):
        entry = audit.AuditEntry
        about = entry.select(entry.seq).where(entry.chain == community, entry.subject.in_(subjects)).tuples()
        for (seq,) in list(about):
            audit.erase_detail(community, seq)
    told = {"rule": rule.name, "records": len(refs)}
    subject = Ref("core.list", community, rule.name.replace(".", "-"))
    audit.record(actor, "core.retention.cleared", subject, after=told)
    return len(refs)


def _some(refs: Iterable[Ref]) -> Iterator[list[str]]:
    subjects = sorted({str(ref) for ref in refs})
    for start in range(0, len(subjects), _AT_ONCE):
        yield subjects[start : start + _AT_ONCE]


# --------------------------------------------------------------------------- the clock


def rests(community: str) -> bool:
    """Whether the job rests because the clock jumped."""
    return Installation.get_or_none(Installation.key == _key(community, "rests")) is not None


@transactional
def trust_date(actor: Actor) -> None:
    """Say that the date of this computer is right, so that the job goes on. Raises `Forbidden`."""
    actor.require(PRIVACY)
    community = community_of(actor)
    if not rests(community):
        return
    Installation.delete().where(Installation.key == _key(community, "rests")).execute()
    _set(_key(community, "seen"), now())
    audit.record(actor, "core.retention.resumed", Ref("core.community", community, community), permission=PRIVACY)


def _trust_clock(community: str) -> bool:
    """Whether the clock goes on from where it was last seen; if not, the job rests from now on."""
    if rests(community):
        return False
    moment, seen = now(), _last_known(community)
    if seen is not None and not -DAY_MS <= moment - seen <= FARTHEST_DAYS * DAY_MS:
        _set(_key(community, "rests"), moment)
        return False
    _set(_key(community, "seen"), moment)
    return True


def _last_known(community: str) -> int | None:
    """The latest moment this community's records know of: the job's own last look, or the last entry of the log before."""
    noted = Installation.get_or_none(Installation.key == _key(community, "seen"))
    if noted is not None:
        return int(noted.value)
    entry = audit.AuditEntry
    last = entry.select(entry.at).where(entry.chain == community).order_by(entry.seq.desc()).limit(1).tuples()
    return next((at for (at,) in last), None)


def _key(community: str, what: str) -> str:
    return f"retention.{community}.{what}"


def _set(key: str, moment: int) -> None:
    Installation.delete().where(Installation.key == key).execute()
    Installation.insert(key=key, value=str(moment)).execute()


JOB = Job("core.retention", run, 24 * 60, _("Clear personal data whose time is over"))
