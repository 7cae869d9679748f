"""After the agreement: duties done or not, the court's confirmation, the follow-up visit."""

from __future__ import annotations

import datetime
from typing import Any

from core import Actor, Invalid, NotFound, Refused, advance, record, system, today, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.intake import still_open
from plugins.mediation.models import Case, Confirmation, Duty, FollowUp, Obligation
from plugins.mediation.rules import obligations_of
from plugins.mediation.texts import _
from plugins.mediation.words import PERFORMANCE, SATISFACTION


@transactional
def mark(actor: Actor, case_id: int, obligation_id: int, verb: str) -> Case:
    """Say what became of a duty: `fulfil`, `breach` (its day has passed), `waive` or `sue`. The case follows: when all are
    settled the agreement is kept, when one was broken the committee urges (《人民调解法》 §31). Raises `Refused`, `NotFound`."""
    case = own_case(actor, case_id)
    found: Obligation = Obligation.get_of(case.community, obligation_id)
    if found.case_id != case.id:
        raise NotFound
    if case.state not in ("performing", "breached"):
        raise Refused(_("The agreement is settled already."))
    fields: dict[str, Any] = {} if verb == "breach" else {"settled_on": today()}
    advance(actor, found, verb, **fields)
    states = {each.state for each in obligations_of(case)}
    if case.state == "performing" and "breached" in states:
        return advance(actor, case, "breach")
    if not states & {"open", "breached"}:
        return _kept(actor, case)
    return case


@transactional
def fulfil_all(actor: Actor, case_id: int) -> Case:
    """An agreement without duties that have a day is kept. Raises `Refused` while a duty is open."""
    return _kept(actor, own_case(actor, case_id))


def _kept(actor: Actor, case: Case) -> Case:
    """Nothing is left to do. Performed 履行 is an agreement of which every duty was done: none waived, none taken to court."""
    done = all(each.state == "fulfilled" for each in obligations_of(case))
    return advance(actor, case, "fulfil", performed_on=today() if done else None)


def duty_words(case: Case) -> dict[int, Duty]:
    """The duties behind the obligations of a case, by number."""
    ids = [each.duty_id for each in obligations_of(case)]
    return {duty.id: duty for duty in Duty.of(case.community).where(Duty.id.in_(ids))}


# --------------------------------------------------------------------------- judicial confirmation


def confirmation_of(case: Case) -> Confirmation | None:
    """The latest confirmation of a case."""
    mine = Confirmation.of(case.community).where(Confirmation.case_id == case.id)
    found: Confirmation | None = mine.order_by(Confirmation.id.desc()).first()
    return found


@transactional
def confirm_step(
    actor: Actor, case_id: int, verb: str, *, court: str = "", on: datetime.date | None = None
) -> Confirmation:
    """Enter that both parties asked the court (`apply`, in time), what it decided (`confirm`, `reject`), or that nobody asked
    until the last day (`lapse`). Raises `Invalid`, `Refused`, `NotFound`.

    The kinds of agreement a court does not confirm are named on the page; they are no obstacle here (《民诉法解释》 §355).
    """
    case, day = own_case(actor, case_id), on or today()
    found = confirmation_of(case)
    if found is None:
        raise NotFound
    if day > today() or (case.effective_on is not None and day < case.effective_on):
        raise Invalid({"on": [_("Between the day it took effect and today.")]})
    if verb == "apply":
        if not court.strip():
            raise Invalid({"court": [_("Please write the court.")]})
        if day > found.last_day:
            raise Invalid({"on": [_("The thirty days were over then.")]})
        found.court = court.strip()
        found.save(only=[Confirmation.court])
        return advance(actor, found, "apply", applied_on=day)
    if verb not in ("confirm", "reject", "lapse"):
        raise NotFound
    fields: dict[str, Any] = {} if verb == "lapse" else {"decided_on": day}
    return advance(actor, found, verb, **fields)


def lapse_confirmations(actor: Actor) -> int:
    """Close the confirmations nobody asked for in time; a job. Returns how many."""
    over = Confirmation.of(str(actor.community)).where(Confirmation.state == "open", Confirmation.last_day < today())
    found = list(over.limit(200))
    for each in found:
        advance(system(str(actor.community), actor.origin), each, "lapse")
    return len(found)


# --------------------------------------------------------------------------- follow-up


@transactional
def follow_up(
    actor: Actor,
    case_id: int,
    *,
    performance: str,
    satisfaction: str,
    hidden_risk: bool,
    words: str = "",
    on: datetime.date | None = None,
) -> None:
    """Write down a visit or call after the agreement. Raises `Invalid`, `Refused`."""
    case, day = own_case(actor, case_id), on or today()
    still_open(case)
    errors = {}
    if case.effective_on is None:
        raise Refused(_("There is no agreement in force yet."))
    if not case.effective_on <= day <= today():
        errors["on"] = [_("Between the day it took effect and today.")]
    if performance not in PERFORMANCE:
        errors["performance"] = [_("Please choose one of the given answers.")]
    if satisfaction not in SATISFACTION:
        errors["satisfaction"] = [_("Please choose one of the given answers.")]
    if errors:
        raise Invalid(errors)
    FollowUp.insert(
        community=case.community, case_id=case.id, visited_on=day, performance=performance, satisfaction=satisfaction,
        hidden_risk=hidden_risk, words=words.strip(), by_label=actor.signature,
    ).execute()  # fmt: skip
    record(actor, "mediation.case.followed_up", case.ref, permission=WORK)


def followups_of(case: Case) -> list[FollowUp]:
    """The visits of a case, the latest first."""
    return list(FollowUp.of(case.community).where(FollowUp.case_id == case.id).order_by(FollowUp.id.desc()))
