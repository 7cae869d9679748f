"""Messages to residents: told once per subject, reason and person, delivered when they are due, until the person knows.

A message stands in the person's inbox on this site, on today's calls (residents are reached by people), on a printed slip
and, for somebody who waits in the hall, as a number on the screen. Lists are in `message_lists`, preferences in `contact`.
"""

from __future__ import annotations

import datetime
from typing import Any

from core.actor import Actor, community_of
from core.civic.reaching import calls, contact
from core.civic.reaching.message_records import MESSAGE, Message
from core.clock import day_text, local_day, today
from core.errors import Conflict, Invalid, NotFound, Refused
from core.people.account_records import ACCOUNT, Account
from core.people.directory import find_person
from core.people.person import Person
from core.plugin import registry as kernel
from core.plugin.declarations import Job
from core.store import audit
from core.store.db import now, transactional
from core.store.ref import Ref
from core.text import Label, _, is_storable

SEND = contact.ASK
TELL = "tell"
TOLD_HOW = {"call": _("on the telephone"), "in_person": _("in person"), "read": _("read on this website")}
# A message made after this moment was made while the clock was wrong: its time cannot be trusted, so it does not wait.
_CLOCK_SLACK_MS = 24 * 60 * 60_000
_MOST_AT_ONCE = 500
_LONGEST = {"title": 100, "text": 2000, "place": 200, "name": 100}


# --------------------------------------------------------------------------- telling


@transactional
def tell(
    actor: Actor,
    to: Ref | int,
    subject: Ref,
    reason_key: str,
    text: Label,
    *,
    title: Label = "",
    name: str = "",
    phone: str = "",
    due_at: int | None = None,
    know_by: datetime.date | None = None,
    start_min: int | None = None,
    end_min: int | None = None,
    place: str = "",
    in_hall: bool = False,
    required: bool = False,
    only_here: bool = False,
) -> Message:
    """Tell one person something about `subject`, for modules: once per `reason_key`, however often it is asked for.

    `to` is a resident (their number, as records keep it, or `core.person`), an account (`core.account`), or the record in
    which a guest left `name` and `phone`.
    It is delivered at once, or at `due_at` (ms UTC) and never before. `know_by` is the day by which the person should know
    (the day of delivery unless told). `start_min` and `end_min` (UTC minutes) make it an appointment to be kept in a
    calendar. `in_hall` gives a number of the day for the screen in the hall. `required`: the law makes us tell it whatever
    they prefer. `only_here`: it stands in the application and nobody is called. Returns the message there is when it was asked for before.

    Raises `Invalid` by field name, `NotFound` for a subject or person of another community.
    """
    community = community_of(actor)
    if subject.community != community or (isinstance(to, Ref) and to.community not in (community, None)):
        raise NotFound
    whom = _recipient(community, to, name, phone)
    found: Message | None = _about(subject, reason_key).where(Message.recipient == whom["recipient"]).first()
    if found is not None:
        return found
    words = {"title": str(title).strip() or str(_("Message")), "text": str(text).strip(), "place": place.strip()}
    _check(words | {"name": whom["name"]})
    if start_min is not None and (end_min is None or end_min <= start_min):
        raise Invalid({"end_min": [_("The end lies before the start.")]})
    moment = now()
    message = Message.create(
        community=community, subject=str(subject), reason_key=reason_key, **whom, **words, required=required,
        only_here=only_here,
        start_min=start_min, end_min=end_min if start_min is not None else None, in_hall=in_hall, know_by=know_by,
        due_at=moment if due_at is None else due_at, created_at=moment, by_account=actor.account,
        by_label=actor.signature,
    )  # fmt: skip
    told = {"subject": str(subject), "name": message.name, **words, "due_at": message.due_at}
    _record(actor, message, "told", after=told, permission=SEND)
    if message.due_at <= moment:
        _deliver(actor, message)
    return message


def _record(actor: Actor, message: Message, verb: str, **told: Any) -> None:
    """Write an act into the log. Of news that stand in the application only nothing is: they say who follows what."""
    if not message.only_here:
        audit.record(actor, f"core.message.{verb}", message.ref, **told)


def _recipient(community: str, to: Ref | int, name: str, phone: str) -> dict[str, Any]:
    """Whom a message is for, as columns. The account of a resident is the resident."""
    person: Person | None = None
    account: Account | None = None
    if isinstance(to, int):
        person = Person.get_of(community, to)
    elif to.kind == ACCOUNT:
        account = Account.get_or_none((Account.id == to.id) & (Account.community == community))
        if account is None:
            raise NotFound
        if account.person_id is not None:
            person = Person.get_of(community, account.person_id)
    elif to.kind == Person.kind:
        person = find_person(community, str(to.id))
    if person is not None:
        return {
            "recipient": str(person.ref), "person_id": person.id, "account_id": None, "name": name.strip() or person.name,
            "phone": phone,
        }  # fmt: skip
    if account is not None:
        return {
            "recipient": str(to),
            "person_id": None,
            "account_id": account.id,
            "name": account.label,
            "phone": phone,
        }
    return {"recipient": str(to), "person_id": None, "account_id": None, "name": name.strip(), "phone": phone}


def _check(words: dict[str, str]) -> None:
    errors: dict[str, list[Label]] = {}
    for field, value in words.items():
        if not value and field != "place":
            errors[field] = [_("Please fill in this field.")]
        elif len(value) > _LONGEST[field]:
            errors[field] = [_("Please use at most %(most)d characters.", most=_LONGEST[field])]
        elif not is_storable(value):
            errors[field] = [_("This text has characters that cannot be stored.")]
    if errors:
        raise Invalid(errors)


# --------------------------------------------------------------------------- delivering


def _deliver(actor: Actor, message: Message) -> None:
    """Let a message take effect, in the caller's transaction: all of it or nothing."""
    silent = message.person_id is not None and not contact.may_be_told(message.community, message.person_id)
    changes: dict[str, Any] = {"state": "silent" if silent else "delivered", "delivered_at": now()}
    if not silent:
        changes["know_by"] = message.know_by or _know_by(message)
        if message.in_hall:
            changes |= {"hall_day": today(), "hall_number": _next_hall_number(message.community)}
    # Compare and set: a second process finds that it is delivered already.
    waiting = (Message.id == message.id) & (Message.community == message.community) & (Message.state == "waiting")
    if Message.update(**changes).where(waiting).execute() != 1:
        raise Conflict(_("Somebody else has just changed this."))
    for field, value in changes.items():
        setattr(message, field, value)
    if not silent:
        _ask_for_call(actor, message)
    _record(actor, message, "delivered", after={"state": message.state}, permission=SEND)


def _know_by(message: Message) -> datetime.date:
    """The day by which somebody should know: whoever reads messages here has a day for it before they are called."""
    way = contact.way_of(message.community, message.person_id)
    return today() + datetime.timedelta(days=1 if way == contact.IN_APP else 0)


def _next_hall_number(community: str) -> int:
    highest = Message.of(community, Message.hall_number).where(Message.hall_day == today())
    found = highest.order_by(Message.hall_number.desc()).limit(1).tuples().first()
    return int(found[0]) + 1 if found else 1


def _ask_for_call(actor: Actor, message: Message) -> None:
    """Put it on today's calls, unless the person wants to be left in peace or has an account and no other way (staff)."""
    way = contact.way_of(message.community, message.person_id)
    if message.only_here or message.account_id is not None or (way == contact.NONE and not message.required):
        return
    said = f"{message.title}：{message.text}"
    if way == contact.PAPER:
        said = str(_("Bring the printed notice: %(text)s", text=said))
    if message.is_late:
        said = str(_("(Late: it was to be told on %(day)s.) %(text)s", day=day_text(message.due_day), text=said))
    calls.ask_to_call(
        actor, message.ref, TELL, name=message.name, phone=message.phone, person_id=message.person_id, why=said,
        due_day=message.know_by,
    )  # fmt: skip


def deliver_due(actor: Actor) -> str:
    """Deliver every message of the actor's community whose time has come, in that order, each in a transaction of its own.

    Late rather than twice: what was due while the computer slept is delivered now and says that it is late; whoever is
    killed in the middle has delivered some messages whole and the others not at all. A message that cannot be delivered is
    recorded as a fault and does not hold up those behind it. Returns how many, in words, for the page of jobs.
    """
    passed_by: list[int] = []
    done = 0
    while done < _MOST_AT_ONCE and (key := _next_due(str(actor.community), passed_by)) is not None:
        try:
            done += _deliver_one(actor, key)
        except Exception as error:
            kernel.active().record_failure("core", actor.community, "outbox", error)
            passed_by.append(key)
    return str(done) if done else ""


def _next_due(community: str, without: list[int]) -> int | None:
    moment = now()
    query = Message.of(community, Message.id).where(
        Message.state == "waiting",
        (Message.due_at <= moment) | (Message.created_at > moment + _CLOCK_SLACK_MS),
        Message.id.not_in(without),
    )
    found = query.order_by(Message.due_at, Message.id).limit(1).tuples().first()
    return int(found[0]) if found else None


@transactional
def _deliver_one(actor: Actor, message_id: int) -> int:
    """Deliver a message unless another process has done so meanwhile; returns how many were."""
    message = Message.of(str(actor.community)).where(Message.id == message_id, Message.state == "waiting").first()
    if message is None:
        return 0
    _deliver(actor, message)
    return 1


CORE_JOBS = (Job("core.messages.deliver", deliver_due, 1, _("Send residents the messages that are due")),)


# --------------------------------------------------------------------------- what becomes of them


@transactional
def not_needed(actor: Actor, subject: Ref, reason_key: str, note: Label) -> int:
    """Withdraw messages whose reason has gone, for modules: what still waits is not delivered, nobody is called any more.

    Those told under `reason_key` or under it and a dot: `moved` also withdraws `moved.1764000000000`. Whoever could read
    it sees that it no longer holds. Returns how many there were.
    """
    if subject.community != actor.community:
        raise NotFound
    same = (Message.reason_key == reason_key) | Message.reason_key.startswith(f"{reason_key}.")
    about = Message.of(str(subject.community)).where(Message.subject == str(subject), same)
    found = list(about.where(Message.state.in_(("waiting", "delivered"))))
    for message in found:
        _withdraw(actor, message, str(note))
    return len(found)


@transactional
def withdraw(actor: Actor, message_id: int, note: str) -> None:
    """The same for one message, by staff; `note` says why. Raises `Invalid`, `NotFound`, `OutOfReach`, `Refused`."""
    message = message_for(actor, message_id)
    if not note.strip():
        raise Invalid({"note": [_("Please write why it is withdrawn.")]})
    if message.state not in ("waiting", "delivered"):
        raise Refused(_("This message is over."))
    _withdraw(actor, message, note.strip()[:200])


def _withdraw(actor: Actor, message: Message, note: str) -> None:
    _change(message, state="withdrawn", note=note)
    calls.call_not_needed(actor, message.ref, TELL, note)
    audit.record(actor, "core.message.withdrawn", message.ref, after={"note": note}, permission=SEND)


@transactional
def mark_read(actor: Actor, message_id: int) -> Message:
    """The person has read a message of their own; whoever asked for messages here is not called about it any more.

    Raises `NotFound` for somebody else's.
    """
    message: Message | None = of_reader(actor).where(Message.id == message_id).first()
    if message is None:
        raise NotFound
    if message.read_at is None and message.state == "delivered":
        _read(actor, message)
    return message


@transactional
def mark_all_read(actor: Actor) -> int:
    """The same for all of them; returns how many were unread."""
    unread = list(of_reader(actor).where(Message.read_at.is_null(), Message.state == "delivered"))
    for message in unread:
        _read(actor, message)
    return len(unread)


def _read(actor: Actor, message: Message) -> None:
    changes: dict[str, Any] = {"read_at": now()}
    if message.only_here or contact.way_of(message.community, message.person_id) in (contact.IN_APP, contact.NONE):
        changes |= {"told_at": changes["read_at"], "told_how": "read"} if message.told_at is None else {}
        calls.call_not_needed(actor, message.ref, TELL, _("Read on this website."))
    _change(message, **changes)
    _record(actor, message, "read")


@transactional
def told_here(actor: Actor, message_id: int) -> Message:
    """Somebody of the office has told it in person, at the counter or by handing over the slip.

    Raises `NotFound`, `OutOfReach`, `Refused` for one that is not delivered or that the person knows of already.
    """
    message = message_for(actor, message_id)
    if message.state != "delivered" or message.told_at is not None:
        raise Refused(_("This message is over."))
    _change(message, told_at=now(), told_how="in_person")
    calls.call_not_needed(actor, message.ref, TELL, _("Told in person."))
    audit.record(actor, "core.message.told_in_person", message.ref, permission=SEND)
    return message


def _told_by_call(actor: Actor, subject: Ref, reason_key: str, note: str) -> None:
    """A call reached the person."""
    message = Message.of(str(subject.community)).where(Message.id == subject.id).first()
    if message is not None and reason_key == TELL and message.told_at is None:
        _change(message, told_at=now(), told_how="call")


calls.when_reached(MESSAGE, _told_by_call)


@transactional
def note_told(actor: Actor, subject: Ref, reason_key: str, how: str) -> int:
    """Somebody knows now, for modules: they opened the page of `subject` (`how` is `read`), or were told at the counter
    (`in_person`). They are not called about it any more. Returns how many did not know before; `NotFound` elsewhere.
    """
    if subject.community != actor.community:
        raise NotFound
    fresh = [each for each in _about(subject, reason_key) if each.state == "delivered" and each.told_at is None]
    for message in fresh:
        _change(message, told_at=now(), told_how=how)
        note = _("Read on this website.") if how == "read" else _("Told in person.")
        calls.call_not_needed(actor, message.ref, TELL, note)
        _record(actor, message, "read" if how == "read" else "told_in_person")
    return len(fresh)


def told_at(subject: Ref, reason_key: str) -> int | None:
    """When somebody was first told, or read it (ms UTC), None before: until then nothing may lapse."""
    found = [each.told_at or each.read_at for each in _about(subject, reason_key) if each.is_told]
    return min(found, default=None)


@transactional
def note_printed(actor: Actor, message_ids: list[int]) -> int:
    """Remember that the slips of these messages were printed; returns how many were not before."""
    actor.require(SEND)
    chosen = Message.of(community_of(actor)).where(
        Message.id.in_(message_ids), Message.printed_at.is_null(), Message.state == "delivered",
        calls.seen_by(actor, Message),
    )  # fmt: skip
    found = list(chosen)
    for message in found:
        _change(message, printed_at=now())
    if found:
        subject = Ref("core.message_slips", actor.community, local_day(now()).isoformat())
        audit.record(actor, "core.message.printed", subject, after={"count": len(found)}, permission=SEND)
    return len(found)


# --------------------------------------------------------------------------- shared with the lists


def message_for(actor: Actor, message_id: int) -> Message:
    """A message as the office may see it: none that stands in the application only, which is nobody else's.

    Raises `Forbidden`, `NotFound`, `OutOfReach`.
    """
    actor.require(SEND)
    message: Message = Message.get_of(community_of(actor), message_id)
    if message.only_here:
        raise NotFound
    calls.require_seen(actor, message)
    return message


def of_reader(actor: Actor, *columns: Any) -> Any:
    """The messages that somebody who has signed in may read as theirs: delivered ones, and those withdrawn afterwards."""
    own = []
    if actor.person is not None:
        own.append(Message.person_id == actor.person)
    if actor.account is not None:
        own.append(Message.account_id == actor.account)
    if not own:
        raise NotFound
    whose = own[0] if len(own) == 1 else own[0] | own[1]
    return Message.of(community_of(actor), *columns).where(
        whose, Message.delivered_at.is_null(False), Message.state != "silent"
    )


def _about(subject: Ref, reason_key: str) -> Any:
    return Message.of(str(subject.community)).where(Message.subject == str(subject), Message.reason_key == reason_key)


def _change(message: Message, **changes: Any) -> None:
    Message.update(**changes).where(Message.id == message.id, Message.community == message.community).execute()
    for field, value in changes.items():
        setattr(message, field, value)
