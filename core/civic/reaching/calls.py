"""The list of calls to be made (今日要打的电话), which any module feeds. Calls that come in are in `intake`.

Residents are reached by people: nothing a module waits for may lapse before `contacted_at` gives a moment or a member
of staff has set the call aside. Names and numbers stand in the records and in the audit's erasable detail, nowhere else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor
from core.civic.inbox import deputies
from core.civic.reaching.message_records import ContactPreference
from core.clock import today
from core.errors import Conflict, Invalid, NotFound, Refused
from core.people import permissions
from core.people.account_records import Account
from core.people.directory import may_be_contacted
from core.people.person import DECEASED, Person
from core.people.phone import parse_phone
from core.people.reach import require_person, within
from core.plugin.declarations import CLEARED
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import Label, _, is_storable

TAKE = "core.calls.take"
WORK = "core.calls.work"

OUTCOMES: Mapping[str, Label] = {
    "told": _("Told"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
    "told_in_person": _("Told in person"),
}
_REACHED = ("told", "told_in_person")

# By kind of subject: what of core follows from having reached somebody, in the same transaction.
_followers: dict[str, Callable[[Actor, Ref, str, str], None]] = {}


class CallTask(CommunityModel):
    """A call to be made about `subject`. `due_day` is when the person should know, `next_day` when to try (again).

    `assigned_to` is the account that took it on or was given it, None: whoever works through the list.
    """

    kind = "core.call_task"

    subject = Text()
    reason_key = Text()
    person_id = Integer(null=True)
    name = Text()
    phone = Text(default="")
    why = Text()
    due_day = Day()
    next_day = Day()
    state = Text(default="open")
    tries = Integer(default=0)
    last_outcome = Text(default="")
    contacted_at = Utc(null=True)
    note = Text(default="")
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    assigned_to = Integer(null=True)

    class Meta:
        table_name = "call_task"


class CallAttempt(CommunityModel):
    """One try to reach somebody, never changed. `outcome` is one of `OUTCOMES`."""

    kind = "core.call_attempt"

    task_id = Integer()
    outcome = Text()
    note = Text(default="")
    next_day = Day(null=True)
    by_account = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "call_attempt"


@transactional
def ask_to_call(
    actor: Actor,
    subject: Ref,
    reason_key: str,
    *,
    name: str,
    why: Label,
    phone: str = "",
    person_id: int | None = None,
    due_day: datetime.date | None = None,
) -> CallTask:
    """Put a call on the list, for modules: one per subject and `reason_key`, however often it is asked for.

    `why` is what to say, `due_day` the day it should be said (today unless told). Without `phone` the number of the
    person is used; without either somebody has to go there. Raises `NotFound` when subject or person is of another
    community.
    """
    community = str(actor.community)
    if subject.community != community:
        raise NotFound
    found: CallTask | None = _tasks_of(subject).where(CallTask.reason_key == reason_key).first()
    if found is not None:
        return found
    person = find_person(community, person_id)
    day = due_day or today()
    task = CallTask.create(
        community=community,
        subject=str(subject),
        reason_key=reason_key,
        person_id=person_id,
        name=name.strip() or (person.name if person else ""),
        phone=phone or (person.phone if person else ""),
        why=str(why).strip(),
        due_day=day,
        next_day=day,
        by_account=actor.account,
        by_label=actor.signature,
    )
    asked = {"subject": str(subject), "name": task.name, "phone": task.phone, "why": task.why, "due_day": str(day)}
    audit.record(actor, "core.call.asked", task.ref, after=asked, permission=WORK)
    return task


@dataclass(frozen=True)
class Call:
    """A row of today's calls. `phone` is whole: it is shown to be dialled. `key` continues the list after this row.

    `assigned_to` is the name of the colleague who is to make it, `way` how the person wants to be reached, if they said.
    """

    id: int
    subject: str
    person_id: int | None
    name: str
    phone: str
    why: str
    due_day: datetime.date
    tries: int
    last_outcome: str
    assigned_to: str | None
    way: str | None

    @property
    def key(self) -> str:
        """What to give as `after` for the rows that follow."""
        return f"{self.due_day.isoformat()}.{self.id}"

    @property
    def is_late(self) -> bool:
        """Whether the person should have known before today."""
        return self.due_day < today()


def todays_calls(actor: Actor, after: str | None = None, limit: int = 50) -> list[Call]:
    """Open calls whose day has come, the latest overdue first; never one to somebody who has died or is out of reach.

    A number entered with the call comes before the person's own.
    """
    actor.require(WORK)
    preferred = (ContactPreference.community == CallTask.community) & (
        ContactPreference.person_id == CallTask.person_id
    )
    kept = Person.alias()  # a person may turn out to be a second record of somebody
    query: Any = (
        CallTask.select(
            CallTask.id, CallTask.subject, CallTask.person_id, CallTask.name, CallTask.phone, Person.phone,
            CallTask.why, CallTask.due_day, CallTask.tries, CallTask.last_outcome, Account.label,
            ContactPreference.way,
        )
        .join(Person, peewee.JOIN.LEFT_OUTER, on=(Person.id == CallTask.person_id))
        .join(kept, peewee.JOIN.LEFT_OUTER, on=(kept.id == Person.same_as))
        .join(Account, peewee.JOIN.LEFT_OUTER, on=(Account.id == CallTask.assigned_to))
        .join(ContactPreference, peewee.JOIN.LEFT_OUTER, on=preferred)
        .where(
            CallTask.community == actor.community,
            CallTask.state == "open",
            CallTask.next_day <= today(),
            peewee.fn.COALESCE(kept.status, Person.status, "") != DECEASED,
            seen_by(actor, CallTask),
        )
    )  # fmt: skip
    if after:
        query = query.where(beyond(CallTask.due_day, CallTask.id, after))
    rows = query.order_by(CallTask.due_day, CallTask.id).limit(limit).tuples()
    return [
        Call(key, subject, person_id, name, given or own or "", *rest)
        for key, subject, person_id, name, given, own, *rest in list(rows)
    ]


def record_attempt(
    actor: Actor, task_id: int, outcome: str, *, note: str = "", next_day: datetime.date | None = None
) -> CallTask:
    """Write down what came of a try. Told (by telephone or in person) ends the task; `no_answer` puts it off to
    `next_day` (tomorrow unless told); a wrong number stays on the list until it is corrected or somebody goes there.

    Raises `Conflict` when a contact was recorded already, `Refused` when the person has died, `Invalid`, `NotFound`.
    """
    if outcome not in OUTCOMES:
        raise Invalid({"outcome": [_("Please choose what came of the call.")]})
    if next_day is not None and next_day < today():
        raise Invalid({"next_day": [_("The next try cannot lie in the past.")]})
    if not is_storable(note):
        raise Invalid({"note": [_("This text has characters that cannot be stored.")]})
    return _record_attempt(actor, task_id, outcome, note.strip(), next_day)


@transactional
def _record_attempt(actor: Actor, task_id: int, outcome: str, note: str, next_day: datetime.date | None) -> CallTask:
    actor.require(WORK)
    task = _open_task(actor, task_id)
    actor = deputies.on_behalf(actor, task.assigned_to)
    if task.person_id is not None and not may_be_contacted(task.community, task.person_id):
        raise Refused(_("This person has died and is not to be called."))
    again = (next_day or today() + datetime.timedelta(days=1)) if outcome == "no_answer" else None
    moment = now()
    changes: dict[str, Any] = {"tries": task.tries + 1, "last_outcome": outcome}
    if outcome in _REACHED:
        changes |= {"state": "reached", "contacted_at": moment}
    elif again:
        changes |= {"next_day": again}
    _change(task, changes)
    CallAttempt.insert(
        community=task.community,
        task_id=task.id,
        outcome=outcome,
        note=note,
        next_day=again,
        by_account=actor.account,
        by_label=actor.signature,
        at=moment,
    ).execute()
    audit.record(actor, "core.call.attempted", task.ref, after={"outcome": outcome, "note": note}, permission=WORK)
    subject = Ref.parse(task.subject, task.community)
    if outcome in _REACHED and subject.kind in _followers:
        _followers[subject.kind](actor, subject, task.reason_key, note or str(OUTCOMES[outcome]))
    return task


def when_reached(kind: str, follow: Callable[[Actor, Ref, str, str], None]) -> None:
    """Let a kind of record of core follow a contact in the same transaction: `follow(actor, subject, reason_key, note)`.

    Modules need none: they read `contacted_at`.
    """
    _followers[kind] = follow


@transactional
def correct_phone(actor: Actor, task_id: int, phone: str) -> CallTask:
    """Give an open call another number; the person's own record stays as it is. Raises `Invalid`, `Conflict`."""
    actor.require(WORK)
    task = _open_task(actor, task_id)
    actor = deputies.on_behalf(actor, task.assigned_to)
    before = task.phone
    _change(task, {"phone": read_number(phone)})
    audit.record(
        actor,
        "core.call.phone_corrected",
        task.ref,
        before={"phone": before},
        after={"phone": task.phone},
        permission=WORK,
    )
    return task


@transactional
def assign_call(actor: Actor, task_id: int, account_id: int | None) -> CallTask:
    """Say which colleague makes an open call (None: whoever works through the list). Raises `NotFound`, `Conflict`, and
    `Refused` for somebody who does not make calls here."""
    actor.require(WORK)
    task = _open_task(actor, task_id)
    pass_on(deputies.on_behalf(actor, task.assigned_to), task, account_id, permission=WORK)
    return task


def pass_on(actor: Actor, task: CallTask, account_id: int | None, *, permission: str) -> None:
    """Give an open call to somebody else as part of an act whose caller has checked the right to it; in its transaction.

    Raises what `assign_call` raises.
    """
    if account_id is not None and account_id not in callers(task.community):
        raise Refused(_("This colleague does not make calls."), advice=_("Choose somebody who works through the list."))
    before = task.assigned_to
    if before == account_id:
        return
    _change(task, {"assigned_to": account_id})
    audit.record(
        actor, "core.call.assigned", task.ref,
        before={"assigned_to": before}, after={"assigned_to": account_id}, permission=permission,
    )  # fmt: skip


def callers(community: str) -> list[int]:
    """The accounts that make calls here."""
    return permissions.holders(community, WORK)


@transactional
def set_aside(actor: Actor, task_id: int, note: str) -> CallTask:
    """Staff decide that a call is not made; `note` says why. Raises `Invalid` without one, `Conflict` if it is over."""
    actor.require(WORK)
    if not note.strip():
        raise Invalid({"note": [_("Please write why this call is not made.")]})
    task = _open_task(actor, task_id)
    _set_aside(deputies.on_behalf(actor, task.assigned_to), task, note)
    return task


@transactional
def call_not_needed(actor: Actor, subject: Ref, reason_key: str, note: Label) -> bool:
    """Take calls off the list, for modules whose reason has gone (the booking was cancelled). False: none was open.

    Closes what was asked for under `reason_key` or under it and a dot: `moved` also closes `moved.1764000000000`.
    """
    if subject.community != actor.community:
        raise NotFound
    same = (CallTask.reason_key == reason_key) | CallTask.reason_key.startswith(f"{reason_key}.")
    found = list(_tasks_of(subject).where(same, CallTask.state == "open"))
    for task in found:
        _set_aside(actor, task, str(note))
    return bool(found)


def _set_aside(actor: Actor, task: CallTask, note: str) -> None:
    _change(task, {"state": "set_aside", "note": note.strip()})
    audit.record(actor, "core.call.set_aside", task.ref, after={"note": task.note}, permission=WORK)


def forget_calls(actor: Actor, subject: Ref) -> None:
    """Take names, numbers and reasons out of every call about `subject`, in the caller's transaction, and its values out of the
    log: what it was about is kept elsewhere. The calls are over before."""
    if subject.community != actor.community:
        raise NotFound
    for task in list(_tasks_of(subject)):
        note = CLEARED if task.note else ""
        same = CallTask.id == task.id
        CallTask.update(name=CLEARED, phone="", why=CLEARED, note=note, person_id=None).where(same).execute()
        CallAttempt.update(note="").where(
            CallAttempt.community == task.community, CallAttempt.task_id == task.id
        ).execute()
        audit.erase_details_of(task.ref)


def contacted_at(subject: Ref, reason_key: str | None = None) -> int | None:
    """When somebody was first told about `subject` (ms UTC), None when nobody was. Before that nothing may lapse."""
    query = _tasks_of(subject, CallTask.contacted_at).where(CallTask.contacted_at.is_null(False))
    if reason_key is not None:
        query = query.where(CallTask.reason_key == reason_key)
    rows = list(query.order_by(CallTask.contacted_at).limit(1).tuples())
    return rows[0][0] if rows else None


def was_set_aside(subject: Ref, reason_key: str) -> bool:
    """Whether staff decided, or its module, that this call is not made."""
    query = _tasks_of(subject).where(CallTask.reason_key == reason_key, CallTask.state == "set_aside")
    return bool(query.exists())


def attempts(actor: Actor, task_id: int) -> list[CallAttempt]:
    """Every try of one call, the first one first; raises `NotFound`, `OutOfReach`."""
    actor.require(WORK)
    require_seen(actor, CallTask.get_of(str(actor.community), task_id))
    query = CallAttempt.of(str(actor.community)).where(CallAttempt.task_id == task_id)
    return list(query.order_by(CallAttempt.id))


# --------------------------------------------------------------------------- shared with call intake


def seen_by(actor: Actor, model: Any) -> peewee.ColumnBase:
    """A condition on calls received or to be made: those of people within reach, and of others whom the actor entered."""
    return within(actor, model.person_id) | (model.person_id.is_null() & (model.by_account == actor.eyes))


def require_seen(actor: Actor, record: Any) -> None:
    """Raise `OutOfReach` for a call that `seen_by` leaves out."""
    if record.person_id is not None or actor.account is None or record.by_account != actor.account:
        require_person(actor, record.person_id)


def _tasks_of(subject: Ref, *columns: Any) -> Any:
    return CallTask.of(str(subject.community), *columns).where(CallTask.subject == str(subject))


def _open_task(actor: Actor, task_id: int) -> CallTask:
    task: CallTask = CallTask.get_of(str(actor.community), task_id)
    require_seen(actor, task)
    if task.state != "open":
        raise _over()
    return task


def _change(task: CallTask, changes: Mapping[str, Any]) -> None:
    """Change an open task; whoever comes second finds that it is over."""
    same = (CallTask.id == task.id) & (CallTask.community == task.community) & (CallTask.state == "open")
    if CallTask.update(**changes).where(same).execute() != 1:
        raise _over()
    for name, value in changes.items():
        setattr(task, name, value)


def _over() -> Conflict:
    return Conflict(_("Somebody else has already dealt with this call."))


def read_number(phone: str) -> str:
    """A number in its one form; raises `Invalid` under `phone`."""
    found = parse_phone(phone)
    if found is None:
        raise Invalid({"phone": [_("This is no telephone number. Example: 13800138000 or 0573-87000001.")]})
    return found.number


def find_person(community: str, person_id: int | None) -> Person | None:
    """A person of the community; None without one. Raises `NotFound` for another community's."""
    return None if person_id is None else Person.get_of(community, person_id)


def list_number(text: str) -> int:
    """A number in a place of a list, as an id column can hold it; raises `ValueError`."""
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text[:40])
    return int(text)


def beyond(day: Any, key: Any, after: str) -> peewee.Expression:
    """The rows behind `after` (`2026-10-01.17`) in a list by day and key; raises `Invalid` for anything else."""
    last_day, last_key = place_of(after)
    return (day > last_day) | ((day == last_day) & (key > last_key))


def place_of(after: str) -> tuple[datetime.date, int]:
    """The day and the key of a place in a list (`2026-10-01.17`); raises `Invalid` for anything else."""
    first, _dot, second = after.partition(".")
    try:
        return datetime.date.fromisoformat(first), list_number(second)
    except ValueError as error:
        raise Invalid(message=_("This list cannot be continued there.")) from error
