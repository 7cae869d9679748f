"""Erasing a person at their request (《个人信息保护法》 §47): one transaction over core and every module, all or nothing.

Ledgers, published notices and the audit chain stay whole: the row stays under a pseudonym, the log keeps who did what and loses
the values. What stays, and why, is declared in the field register (`PersonalField.stays`) and shown beforehand. A module of
core adds its own with one line in `ERASERS`; plugins have the hook `erase_person`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import peewee

from core.actor import Actor, community_of
from core.civic import scores
from core.civic.intake import CallIntake
from core.civic.objections import privacy as objection_privacy
from core.civic.privacy import care_notes, consents, person_data
from core.civic.privacy import register as privacy_register
from core.civic.privacy.requests import ERASE, PrivacyRequest
from core.civic.reaching import message_privacy
from core.civic.reaching.calls import CallAttempt, CallTask
from core.civic.threads import follows
from core.civic.workflow.engine import WorkflowStep, advance
from core.errors import Refused
from core.people import person_erasure, privacy_notice
from core.people.account_records import Account
from core.people.permissions import PRIVACY
from core.people.person import Person
from core.people.person_data import subject_of
from core.plugin.declarations import CLEARED, DataSubject
from core.plugin.events import EventOutbox
from core.plugin.registry import Registry
from core.store import audit
from core.store.db import canonical, now, run_in_transaction
from core.store.files import FileUse
from core.store.links import Link
from core.store.ref import Ref
from core.text import Label, _

_AT_ONCE = 500


class Preview(NamedTuple):
    """What an erasure would do: what is held now (title, lines), what stays (what, why), and what must be ended first."""

    goes: tuple[tuple[Label, int], ...]
    stays: tuple[tuple[str, str], ...]
    obstacles: tuple[Label, ...]


def preview(registry: Registry, community: str, person_id: int) -> Preview:
    """What goes and what stays; writes nothing. Raises `NotFound`."""
    gathered = person_data.gather(registry, community, person_id)
    stays = dict.fromkeys(
        (str(item.label), str(item.stays))
        for _group, item in privacy_register.declared(registry, community)
        if str(item.stays)
    )
    goes = tuple((table.title, len(table.rows)) for table in gathered.tables if table.title is not scores.TITLE)
    return Preview(goes, tuple(stays), tuple(_obstacles(registry, community, subject_of(community, person_id))))


def _obstacles(registry: Registry, community: str, person: DataSubject) -> Iterable[Label]:
    for each in registry.quarantined.values():
        yield _("“%(name)s” is faulty, so that nothing can be erased there. Have it repaired first.", name=each.name)
    yield from person_erasure.obstacles(community, person)
    open_calls = (
        CallTask.of(community).where(CallTask.state == "open", _calls_of(CallTask, CallTask.name, person)).exists()
    )
    open_intakes = (
        CallIntake.of(community)
        .where(CallIntake.state == "open", _calls_of(CallIntake, CallIntake.caller, person))
        .exists()
    )
    if open_calls or open_intakes:
        yield _("A call received or to be made is still open. Finish it first.")
    if objection_privacy.are_open(community, person):
        yield _("An objection still waits for its answer. Answer it first.")


def erase(actor: Actor, registry: Registry, request_id: int, typed: str) -> None:
    """Erase whoever asked for it; `typed` is the name once more, so that nobody is erased by a slip of the hand.

    Raises `Refused` when something must be ended first, the name is another, or it was not asked for; `Forbidden`,
    `NotFound`, `Conflict`, and what a module raises: then nothing is erased at all.
    """
    run_in_transaction(actor.community, lambda: _erase(actor, registry, request_id, typed))


def _erase(actor: Actor, registry: Registry, request_id: int, typed: str) -> None:
    actor.require(PRIVACY)
    community = community_of(actor)
    asked: PrivacyRequest = PrivacyRequest.get_of(community, request_id)
    if asked.ask != ERASE:
        raise Refused(_("Erasure was not asked for."))
    person = subject_of(community, asked.person_id)
    if typed.strip() != person.names[0]:
        raise Refused(_("This is not the name of the person. Nothing was erased."))
    for reason in _obstacles(registry, community, person):
        raise Refused(reason)
    account = Account.get_or_none((Account.community == community) & (Account.person_id == person.id))
    doubles = [each.id for each in Person.of(community, Person.id).where(Person.same_as == person.id)]
    # Every step of this act is told without the name: it was read before, and the log is cleared at the end.
    advance(actor, asked, "fulfil", answer=str(_("Erased.")), answered_at=now())
    refs: list[Ref] = []
    for each in (person, *(replace(subject_of(community, key), pseudonym=person.pseudonym) for key in doubles)):
        for eraser in ERASERS:
            refs += eraser(actor, each)
        for found in registry.demand("erase_person", community, person=each):
            refs += found
    _erase_history(actor, community, person, refs)
    _erase_messages(community, person)
    details = _erase_details(community, person, refs, account.id if account is not None else None, doubles)
    subject = Ref(Person.kind, community, person.public_id)
    audit.record(
        actor, "core.person.erased", subject, after={"records": len(set(refs)), "details": details}, permission=PRIVACY
    )


# --------------------------------------------------------------------------- calls and requests


def _calls_of(model: type[CallTask] | type[CallIntake], name: peewee.Field, person: DataSubject) -> peewee.Expression:
    """Calls of a person; also those nobody tied to the register, under the same name and number."""
    alike = model.person_id.is_null() & name.in_(person.names) & model.phone.in_(person.phones or ("—",))
    return (model.person_id == person.id) | alike


def _erase_calls(actor: Actor, person: DataSubject) -> list[Ref]:
    community = community_of(actor)
    tasks = list(CallTask.of(community).where(_calls_of(CallTask, CallTask.name, person)))
    intakes = list(CallIntake.of(community).where(_calls_of(CallIntake, CallIntake.caller, person)))
    for task in tasks:
        note = CLEARED if task.note else ""
        label = person.pseudonym if task.by_label in person.names else task.by_label
        CallTask.update(name=person.pseudonym, phone="", why=CLEARED, note=note, by_label=label).where(
            CallTask.id == task.id
        ).execute()  # fmt: skip
        CallAttempt.update(note="").where(CallAttempt.community == community, CallAttempt.task_id == task.id).execute()
    for call in intakes:
        CallIntake.update(
            caller=person.pseudonym, matter=CLEARED, place="", phone="", note=CLEARED if call.note else ""
        ).where(CallIntake.id == call.id).execute()  # fmt: skip
    return [each.ref for each in (*tasks, *intakes)]


def _erase_requests(actor: Actor, person: DataSubject) -> list[Ref]:
    found = list(PrivacyRequest.of(community_of(actor)).where(PrivacyRequest.person_id == person.id))
    for each in found:
        label = person.pseudonym if each.by_label in person.names else each.by_label
        answer = each.answer if each.ask == ERASE else CLEARED if each.answer else ""
        PrivacyRequest.update(wish="", answer=answer, by_label=label).where(PrivacyRequest.id == each.id).execute()
    return [each.ref for each in found]


Eraser = Callable[[Actor, DataSubject], list[Ref]]
ERASERS: list[Eraser] = [
    _erase_calls, message_privacy.erase, objection_privacy.erase, follows.erase, _erase_requests, privacy_notice.erase,
    care_notes.clear, consents.erase, person_erasure.erase,
]  # fmt: skip


# --------------------------------------------------------------------------- what every record has


def _erase_history(actor: Actor, community: str, person: DataSubject, refs: list[Ref]) -> None:
    """Empty the words in the history of the records and of their links, and end the use of their files."""
    for subjects in _some(refs):
        steps = WorkflowStep.of(community).where(WorkflowStep.subject.in_(subjects))
        for step in list(steps):
            label = "" if step.by_label in person.names else step.by_label
            WorkflowStep.update(reason="", by_label=label).where(WorkflowStep.id == step.id).execute()
        ended = (Link.community == community) & Link.ended_at.is_null(False)
        Link.update(ended_reason=CLEARED).where(ended, Link.src.in_(subjects) | Link.dst.in_(subjects)).execute()
        uses = (FileUse.community == community) & FileUse.subject.in_(subjects)
        FileUse.update(caption=CLEARED).where(uses).execute()
        FileUse.update(ended_at=now(), ended_by=actor.signature).where(
            uses, FileUse.ended_at.is_null()
        ).execute()  # fmt: skip


def _erase_messages(community: str, person: DataSubject) -> None:
    """Forget the messages between modules that tell of the person; they have been delivered, or tell of what is no more."""
    for words in _telling(community, person):
        text = EventOutbox.payload.cast("text")
        query = EventOutbox.select(EventOutbox.id, text).where(
            EventOutbox.community == community, text.contains(canonical(words)[1:-1])
        )  # fmt: skip
        for key in _really(community, words, query):
            EventOutbox.delete().where(EventOutbox.id == key).execute()


def _erase_details(
    community: str, person: DataSubject, refs: list[Ref], account: int | None, doubles: list[int]
) -> int:
    """Delete the values of every entry about the records, by or on behalf of the person, or with the name or number in it."""
    entry, detail = audit.AuditEntry, audit.AuditDetail
    which = entry.on_behalf_of.in_([person.id, *doubles])
    if account is not None:
        which |= entry.account == account
    found = {seq for (seq,) in entry.select(entry.seq).where(entry.chain == community, which).tuples()}
    for subjects in _some(refs):
        about = entry.select(entry.seq).where(entry.chain == community, entry.subject.in_(subjects))
        found |= {seq for (seq,) in about.tuples()}
    for words in _telling(community, person):
        holding = detail.select(detail.seq, detail.payload).where(
            detail.chain == community, detail.payload.contains(canonical(words)[1:-1])
        )  # fmt: skip
        found |= set(_really(community, words, holding))
    for seq in found:
        audit.erase_detail(community, seq)
    return len(found)


def _telling(community: str, person: DataSubject) -> list[str]:
    """The numbers, and the names nobody else has: what tells of a namesake keeps its values."""
    others = Person.of(community, Person.name).where(Person.id != person.id, Person.name.in_(person.names))
    shared = {name for (name,) in others.tuples()}
    return [*person.phones, *(name for name in person.names if name not in shared)]


def _really(community: str, words: str, query: Any) -> list[int]:
    """The keys of texts that tell of `words` also when longer names of others in which it is contained are left out."""
    longer = [
        canonical(name)[1:-1]
        for (name,) in Person.of(community, Person.name)
        .where(Person.name.contains(words), Person.name != words)
        .tuples()
    ]
    found = []
    for key, text in list(query.tuples()):
        left = text
        for each in sorted(longer, key=len, reverse=True):
            left = left.replace(each, "")
        if canonical(words)[1:-1] in left:
            found.append(key)
    return found


def _some(refs: list[Ref]) -> Iterable[list[str]]:
    subjects = sorted({str(ref) for ref in refs})
    for start in range(0, len(subjects), _AT_ONCE):
        yield subjects[start : start + _AT_ONCE]
