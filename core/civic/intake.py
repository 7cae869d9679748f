"""Call intake 来电登记: a call in four fields (who, what, where, call back?) and what became of it.

Calls to be made are in `calls`; an intake that wants a call back puts one there.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from core.actor import Actor, name_of
from core.civic.attachments import add_core_files, files_of, remove_file
from core.civic.reaching.calls import (
    TAKE,
    WORK,
    ask_to_call,
    beyond,
    call_not_needed,
    find_person,
    forget_calls,
    list_number,
    read_number,
    require_seen,
    seen_by,
    when_reached,
)
from core.civic.sheets import MOST_SCANS, SCAN, add_core_sheets
from core.civic.workflow.engine import advance, begin, install
from core.clock import day_text, today
from core.errors import Conflict, Invalid
from core.plugin.declarations import (
    CLEARED,
    FileKind,
    SheetContent,
    SheetKind,
    State,
    Todo,
    Transition,
    Workflow,
    WorkflowTodos,
)
from core.store import audit
from core.store.community import CommunityModel
from core.store.db import Day, Flag, Integer, Text, Utc, now, transactional
from core.store.ref import Ref
from core.text import Label, _, is_storable

CALL_BACK = "call_back"


class CallIntake(CommunityModel):
    """A call that came in. `requested_on` is the day of the call, `entered_at` the moment of entry (never changed)."""

    kind = "core.call_intake"

    caller = Text()
    matter = Text()
    place = Text(default="")
    phone = Text(default="")
    call_back = Flag(default=False)
    person_id = Integer(null=True)
    requested_on = Day()
    entered_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()
    state = Text()
    note = Text(default="")
    finished_at = Utc(null=True)

    class Meta:
        table_name = "call_intake"


def _todo(call: CallIntake) -> Todo:
    """The call as what waits for an answer, due on the day it came."""
    return Todo(
        _("Answer the call of %(who)s", who=call.caller),
        f"/c/{call.community}/calls/{call.id}",
        due=call.requested_on.isoformat(),
        detail=call.matter,
        icon="phone-incoming",
        permission=WORK,
    )


def _waits_for(actor: Actor) -> Any:
    """Whoever wants to be called back stands among the calls to make."""
    return seen_by(actor, CallIntake) & (CallIntake.call_back == False)  # noqa: E712


INTAKE = Workflow(
    "core.call_intake",
    CallIntake,
    states=(
        State("open", _("Not answered yet"), "phone-incoming", "warn"),
        State("answered", _("Answered"), "check", "ok", final=True),
        State("closed", _("Closed without an answer"), "circle-x", "plain", final=True),
    ),
    transitions=(
        Transition("answer", "open", "answered", WORK, _("Mark as answered"), required=("note",)),
        Transition("close", "open", "closed", WORK, _("Close without an answer"), required=("note",)),
    ),
    initial="open",
    todos=WorkflowTodos(_todo, _waits_for),
)
install(INTAKE)


@transactional
def take_call(
    actor: Actor,
    *,
    who: str,
    what: str,
    where: str = "",
    call_back: bool = False,
    phone: str = "",
    requested_on: datetime.date | None = None,
    person_id: int | None = None,
) -> CallIntake:
    """Enter a call (来电登记): who, what, where, call back? With `call_back` it also stands on the list of calls.

    `requested_on` is the day of the call (today unless told, never later). Raises `Invalid` by field name, `NotFound`
    for a person of another community.
    """
    actor.require(TAKE)
    community = str(actor.community)
    day = requested_on or today()
    number = _check_intake(who, what, where, phone, day)
    person = find_person(community, person_id)
    record = CallIntake(
        community=community,
        caller=who.strip(),
        matter=what.strip(),
        place=where.strip(),
        phone=number or (person.phone if person else ""),
        call_back=call_back,
        person_id=person_id,
        requested_on=day,
        by_account=actor.account,
        by_label=actor.signature,
    )
    begin(actor.for_person(person_id) if person_id else actor, record)
    if call_back:
        ask_to_call(
            actor,
            record.ref,
            CALL_BACK,
            name=record.caller,
            phone=record.phone,
            person_id=person_id,
            why=record.matter,
            due_day=today(),
        )
    return record


def _check_intake(who: str, what: str, where: str, phone: str, day: datetime.date) -> str:
    """Raise `Invalid` for fields that cannot be used; returns the telephone number in its one form."""
    errors: dict[str, list[Label]] = {}
    for name, text, most in (("who", who, 100), ("what", what, 2000), ("where", where, 200)):
        if not text.strip() and name != "where":
            errors[name] = [_("Please fill in this field.")]
        elif len(text.strip()) > most:
            errors[name] = [_("Please use at most %(most)d characters.", most=most)]
        elif not is_storable(text):
            errors[name] = [_("This text has characters that cannot be stored.")]
    if day > today():
        errors["requested_on"] = [_("The day of the call cannot lie in the future.")]
    number = ""
    if phone.strip():
        try:
            number = read_number(phone)
        except Invalid as error:
            errors.update(error.errors)
    if errors:
        raise Invalid(errors)
    return number


def open_intakes(actor: Actor, after: str | None = None, limit: int = 50) -> list[CallIntake]:
    """Calls nobody has answered yet, the oldest day first. `after` is the `key_of` the last one shown."""
    if not actor.can(TAKE):
        actor.require(WORK)
    query = CallIntake.of(str(actor.community)).where(CallIntake.state == "open", seen_by(actor, CallIntake))
    if after:
        query = query.where(beyond(CallIntake.requested_on, CallIntake.id, after))
    return list(query.order_by(CallIntake.requested_on, CallIntake.id).limit(limit))


def finished_intakes(actor: Actor, before: str | None = None, limit: int = 50) -> list[CallIntake]:
    """Calls that were answered or closed, the latest first. `before` is the `finished_key` of the last one shown."""
    if not actor.can(TAKE):
        actor.require(WORK)
    query = CallIntake.of(str(actor.community)).where(CallIntake.state != "open", seen_by(actor, CallIntake))
    if before:
        moment, _dot, number = before.partition(".")
        try:
            last_moment, last_id = list_number(moment), list_number(number)
        except ValueError as error:
            raise Invalid(message=_("This list cannot be continued there.")) from error
        same = (CallIntake.finished_at == last_moment) & (CallIntake.id < last_id)
        query = query.where((CallIntake.finished_at < last_moment) | same)
    return list(query.order_by(CallIntake.finished_at.desc(), CallIntake.id.desc()).limit(limit))


def find_intakes(actor: Actor, terms: Sequence[str], limit: int) -> list[CallIntake]:
    """Calls in whose caller, matter or place all terms of a search are found, unanswered ones first, then the latest."""
    if not actor.can(TAKE):
        actor.require(WORK)
    text = peewee.fn.LOWER(CallIntake.caller.concat(" ").concat(CallIntake.matter).concat(" ").concat(CallIntake.place))
    query = CallIntake.of(str(actor.community)).where(
        *(text.contains(term.strip()) for term in terms), seen_by(actor, CallIntake)
    )
    return list(query.order_by(CallIntake.state != "open", CallIntake.id.desc()).limit(limit))


def finished_key(intake: CallIntake) -> str:
    """What to give `finished_intakes` as `before` for the rows that follow."""
    return f"{intake.finished_at}.{intake.id}"


@transactional
def finish_intake(actor: Actor, intake_id: int, verb: str, note: str) -> CallIntake:
    """Mark a call as answered (`verb` "answer") or closed ("close"), with a note; its call-back is no longer needed.

    Raises `NotFound` and what `workflow.advance` raises.
    """
    record: CallIntake = CallIntake.get_of(str(actor.community), intake_id)
    require_seen(actor, record)
    advance(actor, record, verb, note=note.strip(), finished_at=now())
    call_not_needed(actor, record.ref, CALL_BACK, note)
    return record


# --------------------------------------------------------------------------- for modules that make something of a call


@dataclass(frozen=True)
class CallTold:
    """What a call said, for a form of a module; `phone` as it was noted."""

    id: int
    caller: str
    phone: str
    place: str
    matter: str
    requested_on: datetime.date


def call_told(actor: Actor, intake_id: int) -> CallTold:
    """What somebody who called said, while nobody has answered; raises `Forbidden`, `NotFound`, `OutOfReach`, `Conflict`."""
    actor.require(TAKE)
    call: CallIntake = CallIntake.get_of(str(actor.community), intake_id)
    require_seen(actor, call)
    if call.state != "open":
        raise Conflict(
            _("This call is closed already."), advice=_("If something is still to be done, enter it without the call.")
        )
    return CallTold(call.id, call.caller, call.phone, call.place, call.matter, call.requested_on)


@transactional
def take_over_call(actor: Actor, intake_id: int) -> None:
    """A module has taken over what a call was about and keeps it to itself: the call is closed, and who called about what stands
    nowhere any more, neither in its calls back nor in its signed sheets nor in the values of the log.

    Raises `Conflict` for a call that is closed, `Forbidden`, `NotFound`, `OutOfReach`.
    """
    told = call_told(actor, intake_id)
    call: CallIntake = CallIntake.get_of(str(actor.community), told.id)
    note = str(_("Passed on; nothing more of it is kept here."))
    # Passing on is part of taking calls.
    helper = actor.with_rights(WORK)
    advance(helper, call, "answer", note=note, finished_at=now())
    call_not_needed(helper, call.ref, CALL_BACK, note)
    for sheet in files_of(call.ref, SCAN):
        remove_file(helper, call.ref, sheet.id, permission=TAKE)
    same = CallIntake.id == call.id
    CallIntake.update(caller=CLEARED, matter=CLEARED, place="", phone="", person_id=None, note=note).where(
        same
    ).execute()
    forget_calls(actor, call.ref)
    audit.erase_details_of(call.ref)


def key_of(intake: CallIntake) -> str:
    """What to give `open_intakes` as `after` for the rows that follow."""
    return f"{intake.requested_on.isoformat()}.{intake.id}"


def _answered_by_calling_back(actor: Actor, subject: Ref, reason_key: str, note: str) -> None:
    """The call back was the answer: staff need not write it down twice."""
    record = CallIntake.of(str(subject.community)).where(CallIntake.id == subject.id).first()
    if record is not None and record.state == "open" and reason_key == CALL_BACK:
        advance(actor, record, "answer", note=note, finished_at=now())


when_reached(CallIntake.kind, _answered_by_calling_back)


def _on_paper(actor: Actor, subject: Ref) -> SheetContent:
    """What the form of a call or visit says; whoever came in signs it."""
    record: CallIntake = CallIntake.get_of(str(subject.community), subject.id)
    require_seen(actor, record)
    facts = [
        (_("Who called or came"), record.caller),
        (_("Day of the call"), day_text(record.requested_on, with_year=True)),
        (_("What is it about"), record.matter),
        (_("Where is it"), record.place),
        (_("Number to call back"), record.phone),
        (_("Taken by"), name_of(record.by_label)),
        (_("Answer or reason"), record.note),
    ]
    return SheetContent(
        facts=tuple((label, str(value)) for label, value in facts if value),
        blanks=() if record.note else ((_("What was done about it"), 4),),
        signatures=(_("Who called or came"), _("Taken by"), _("Person responsible")),
    )


def _may_see(actor: Actor, subject: Ref) -> bool:
    """Whether somebody may see the signed sheets of a call: who takes calls, of the people they reach."""
    if not actor.can(TAKE):
        return False
    require_seen(actor, CallIntake.get_of(str(subject.community), subject.id))
    return True


add_core_files(
    FileKind(CallIntake.kind, SCAN, _may_see, most=MOST_SCANS, takes=("picture", "document"), keep_days=None)
)
add_core_sheets(SheetKind("core.call_record", CallIntake.kind, _("Record of a call or visit"), "来访", TAKE, _on_paper))
