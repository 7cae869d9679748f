"""Separate consents 单独同意 (《个人信息保护法》 §14–16, §29, §31): asking each question by itself, answering, taking back.

A question is declared with `Consent`; what was said is in `core.people.consent_records`. Whoever declines loses no service.
Taking back hides the values at once, for `has_consented` is asked at every look, and clears them in the same breath; what
could not be cleared then (a module that failed) is cleared by the daily job.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, community_of
from core.civic.attachments import add_core_files, attach
from core.clock import day_text, today
from core.errors import Invalid, NotFound, Refused
from core.people import children, sessions
from core.people.account_records import Account, AccountSlip
from core.people.accounts import revoke_codes
from core.people.consent_records import ACCOUNT, CHILD, GUARDIAN, PAPER, RELATIONS, SeparateConsent, last_word
from core.people.directory import EDIT, person_of
from core.people.person import TAKE_BACK_BLOCKERS, Person
from core.people.person_data import subject_of
from core.plugin import current
from core.plugin.declarations import Consent, DataSubject, DataTable, FileKind, Job
from core.store import audit
from core.store.db import run_in_transaction, transactional
from core.store.ref import Ref
from core.text import Label, LazyText, _, is_storable

LONGEST_NAME = 60
SAID: dict[bool, LazyText] = {True: _("Agreed"), False: _("Declined")}
_CORE = "core"
_core_consents: list[Consent] = []


def add_core_consents(*questions: Consent) -> None:
    """Let core ask these; their names start with `core.`."""
    _core_consents.extend(questions)


@dataclass(frozen=True)
class Asked:
    """A question as it stands with one person; `last` is what was said last, about a child by a guardian (`by_guardian`)."""

    consent: Consent
    last: SeparateConsent | None
    by_guardian: bool

    @property
    def holds(self) -> bool:
        """Whether what it asks for may be kept now."""
        return not self.is_new and self.last is not None and bool(self.last.given)

    @property
    def is_new(self) -> bool:
        """Whether this question, as it is now, was never answered by whoever has to: at fourteen by the child itself."""
        if self.last is None or self.last.version != self.consent.version:
            return True
        return bool(self.last.relation) is not self.by_guardian


# --------------------------------------------------------------------------- looking


def has_consented(community: str, person_id: int, name: str) -> bool:
    """Whether this person agrees, today, to what the question `name` asks: before anything of it is kept or shown.

    For a child under fourteen it is a guardian's word that counts. Raises `NotFound` for a question nobody declares.
    """
    _plugin, consent = _declared(name)
    last = last_word(community, person_id, name)
    if last is None or not last.given:
        return False
    return Asked(consent, last, children.is_child(Person.get_of(community, person_id))).holds


def _declared(name: str) -> tuple[str, Consent]:
    found = next((each for each in _all(None) if each[1].name == name), None)
    if found is None:
        raise NotFound(_("Nobody asks this question here."))
    return found


def _all(community: str | None) -> Iterator[tuple[str, Consent]]:
    """Every question with its module; with a community without those of modules never switched on there."""
    for item in _core_consents:
        yield _CORE, item
    registry = current.find_active()
    if registry is None:
        return
    states = registry.states(community) if community else {}
    for plugin, item in registry.declared("consents"):
        if community is None or states[plugin].at is not None:
            yield plugin, item


def questions(person: Person) -> list[Asked]:
    """What a person is asked; the guardian's general word comes first with a child, and is not asked of anybody else."""
    is_child = children.is_child(person)
    return [
        Asked(item, last_word(person.community, person.id, item.name), is_child)
        for _plugin, item in _all(person.community)
        if is_child or item.name != CHILD
    ]


def question(person: Person, name: str) -> Asked:
    """One of them; raises `NotFound`."""
    return pick(questions(person), name)


def pick(asked: Sequence[Asked], name: str) -> Asked:
    """One of these questions by its name; raises `NotFound`."""
    found = next((each for each in asked if each.consent.name == name), None)
    if found is None:
        raise NotFound(_("Nobody asks this question here."))
    return found


def own_questions(actor: Actor) -> list[Asked]:
    """What the actor is asked; nothing of a child, for whom a guardian answers."""
    person = _own(actor)
    return [] if children.is_child(person) else questions(person)


def _own(actor: Actor) -> Person:
    if actor.person is None:
        raise NotFound(_("No resident is behind this account."))
    person: Person = Person.get_of(community_of(actor), actor.person)
    return person


# --------------------------------------------------------------------------- answering


def answer(actor: Actor, name: str, given: bool) -> None:
    """Agree or decline, signed in; declining what was agreed to takes it back. Raises `NotFound`, `Refused` for a child."""
    person = _own(actor)
    if children.is_child(person):
        raise Refused(
            _("Under 14 your father, mother or guardian answers this for you."),
            advice=_("They sign in with their own account, or come to the office."),
        )
    _answer(actor, person, name, given, way=ACCOUNT, asked_on=today())


def answer_for_child(actor: Actor, public_id: str, name: str, given: bool, relation: str) -> None:
    """Say it as the guardian of a child of one's own home. Raises `Invalid` (relation), `NotFound` for any other child."""
    child = children.own_child(actor, public_id)
    if relation not in RELATIONS:
        raise Invalid({"relation": [_("Please say what you are to the child.")]})
    _answer(
        actor.for_person(child.id), child, name, given, way=GUARDIAN, asked_on=today(),
        guardian=_own(actor).name, guardian_id=actor.person, relation=relation,
    )  # fmt: skip


def enter(
    actor: Actor,
    public_id: str,
    name: str,
    given: bool,
    asked_on: datetime.date,
    *,
    guardian: str = "",
    relation: str = "",
    scans: Sequence[tuple[str, str]] = (),
) -> None:
    """Enter what was said on paper, with its day and scans; for a child what `guardian` said as `relation`.

    Raises `Invalid` (asked_on, guardian, relation), `Forbidden`, `NotFound`.
    """
    actor.require(EDIT)
    person = person_of(actor, public_id)
    last = question(person, name).last
    errors: dict[str, list[Label]] = {}
    if asked_on > today():
        errors["asked_on"] = [_("The day it was asked cannot lie in the future.")]
    elif last is not None and asked_on < last.asked_on:
        held = _("Something was said on a later day: %(day)s. It holds.", day=day_text(last.asked_on))
        errors["asked_on"] = [held]
    spoke = {"guardian": "", "relation": ""}
    if children.is_child(person):
        spoke = {"guardian": guardian.strip(), "relation": relation}
        if not spoke["guardian"] or len(spoke["guardian"]) > LONGEST_NAME or not is_storable(guardian):
            errors["guardian"] = [_("Please write the name of the father, mother or guardian who signed.")]
        if relation not in RELATIONS:
            errors["relation"] = [_("Please choose what they are to the child.")]
    if errors:
        raise Invalid(errors)
    _answer(actor.for_person(person.id), person, name, given, way=PAPER, asked_on=asked_on, scans=scans, **spoke)


def _answer(
    actor: Actor, person: Person, name: str, given: bool, *, scans: Sequence[tuple[str, str]] = (), **said: Any
) -> None:
    """Store what was said; a no clears what is held, in a step of its own: that a module fails there must not undo the no."""
    asked = question(person, name)
    run_in_transaction(actor.community, lambda: _store(actor, person, asked, given, scans, said))
    if not given:
        _clear(actor, person.community, person.id, name)


def _store(
    actor: Actor, person: Person, asked: Asked, given: bool, scans: Sequence[tuple[str, str]], said: dict[str, Any]
) -> None:
    consent = asked.consent
    told = "\n".join(str(text) for text in (consent.question, consent.purpose, consent.kept, consent.without))
    made = SeparateConsent.create(
        community=person.community, person_id=person.id, name=consent.name, version=consent.version, given=given,
        question=told, by_account=actor.account, by_label=actor.signature, **said,
    )  # fmt: skip
    verb = "given" if given else "taken_back" if asked.holds else "declined"
    audit.record(actor, _VERBS[verb], made.ref, after={"question": str(consent.question), "way": made.way})
    if scans:
        attach(actor, made.ref, "scan", scans, permission=EDIT)


_VERBS = {
    "given": "core.separate_consent.given",
    "taken_back": "core.separate_consent.taken_back",
    "declined": "core.separate_consent.declined",
}


@transactional
def say_turned_fourteen(actor: Actor, public_id: str) -> None:
    """Note that somebody has turned fourteen. Raises `Refused` unless that may be this year, `Forbidden`, `NotFound`."""
    actor.require(EDIT)
    person = person_of(actor, public_id)
    if not children.may_be_either(person.birth_year):
        raise Refused(_("The year of birth says already whether %(name)s is fourteen.", name=person.name))
    if not children.has_turned(person):
        children.TurnedFourteen.insert(
            community=person.community, person_id=person.id, said_on=today(), by_account=actor.account,
            by_label=actor.signature,
        ).execute()  # fmt: skip
        audit.record(actor, "core.person.turned_fourteen", person.ref, permission=EDIT)


# --------------------------------------------------------------------------- clearing


def _clear(actor: Actor, community: str, person_id: int, name: str) -> int:
    """Let whoever asked remove what is held, with the values in the log; returns how many records it was."""
    plugin, consent = _declared(name)
    person, done = subject_of(community, person_id), [0]
    with current.active().contained(plugin, community, f"consent {name}"):
        done[0] = run_in_transaction(community, lambda: _cleared(actor, consent, person))
    return done[0]


def _cleared(actor: Actor, consent: Consent, person: DataSubject) -> int:
    refs = consent.clear(actor, person)
    for ref in refs:
        audit.erase_details_of(ref)
    return len(refs)


def clear_left(actor: Actor) -> int:
    """The daily job of one community: clear once more what no yes stands behind any more; returns how many records it was."""
    community = community_of(actor)
    known = {item.name for _plugin, item in _all(None)}
    latest: dict[tuple[int, str], bool] = {}
    rows: Any = SeparateConsent.of(
        community, SeparateConsent.person_id, SeparateConsent.name, SeparateConsent.given
    ).order_by(SeparateConsent.id)
    for person_id, name, given in rows.tuples():
        latest[person_id, name] = bool(given)
    left = [key for key, given in latest.items() if not given and key[1] in known]
    return sum(_clear(actor, community, person_id, name) for person_id, name in left)


JOB = Job("core.consents", clear_left, 24 * 60, _("Clear what residents took their consent back for"))


def _clear_child(actor: Actor, person: DataSubject) -> list[Ref]:
    """Without a guardian's word no slip of a child works and nobody is signed in as the child (nor can sign in: `refuse_child`);
    what the register must have stays."""
    community = community_of(actor)
    if not children.is_child(Person.get_of(community, person.id)):
        return []
    revoke_codes((AccountSlip.community == community) & (AccountSlip.person_id == person.id))
    account = Account.get_or_none(
        (Account.community == community) & (Account.person_id == person.id) & (Account.kind == "resident")
    )
    if account is not None:
        sessions.revoke_all(account.id)
    return []


add_core_consents(
    Consent(
        CHILD,
        _("May the office use the data of this child?"),
        _("To do for the child what you ask for: name, year of birth, home, and an account if you want one."),
        _("Until you take it back or the child turns 14; then we ask the child."),
        _("The child gets no account. What the law makes us keep in the register stays. The family loses no service."),
        _clear_child,
    )
)


# --------------------------------------------------------------------------- the person's data


def tables(community: str, person: DataSubject) -> list[DataTable]:
    """What was said about this person's data, by them or by a guardian; and by them as a guardian."""
    mine = (SeparateConsent.person_id == person.id) | (SeparateConsent.guardian_id == person.id)
    rows = tuple(
        (each.asked_on, each.question.partition("\n")[0], str(SAID[bool(each.given)]), _speaker(each))
        for each in SeparateConsent.of(community).where(mine).order_by(SeparateConsent.id)
    )
    columns = (_("Day"), _("What was asked"), _("What was said"), _("By whom"))
    return [DataTable(_("Separate consents"), columns, rows)]


def _speaker(said: SeparateConsent) -> str:
    return f"{said.guardian}（{RELATIONS[said.relation]}）" if said.relation else ""


def erase(actor: Actor, person: DataSubject) -> list[Ref]:
    """Forget the names under which it was said; that it was said stays."""
    community = community_of(actor)
    mine = list(SeparateConsent.of(community).where(
        (SeparateConsent.person_id == person.id) | (SeparateConsent.guardian_id == person.id)
    ))  # fmt: skip
    for each in mine:
        own = each.person_id == person.id
        SeparateConsent.update(
            guardian="—" if each.guardian and (own or each.guardian_id == person.id) else each.guardian,
            by_label="" if each.by_label in person.names else each.by_label,
        ).where(SeparateConsent.id == each.id).execute()
    turned = children.TurnedFourteen
    turned.delete().where(turned.community == community, turned.person_id == person.id).execute()
    return [each.ref for each in mine if each.person_id == person.id]


def _rests_on_consent(community: str, person_ids: list[int], _home_ids: list[int]) -> Label | None:
    """Why these people cannot be taken back or declared doubles: they were asked, and what they said must be kept."""
    found = SeparateConsent.of(community).where(SeparateConsent.person_id.in_(person_ids)).exists()
    return _("One of them was asked for consent; what was said must be kept.") if found else None


TAKE_BACK_BLOCKERS.append(_rests_on_consent)


def may_see_scan(actor: Actor, ref: Ref) -> bool:
    """Whether somebody may see the paper with an answer: whoever may open the record, a child's those who look after children."""
    if not actor.can(EDIT) or actor.reach is not None:
        return False
    said: SeparateConsent = SeparateConsent.get_of(str(ref.community), ref.id)
    return actor.can(children.SEE) or not children.is_child(Person.get_of(said.community, said.person_id))


add_core_files(
    FileKind(
        SeparateConsent.kind,
        "scan",
        may_see=may_see_scan,
        most=5,
        takes=("picture", "document"),
        keep_days=None,
    )
)
