"""Who mediates: chosen by the committee or the parties after a warning about kin and neighbours; recusal and replacement."""

from __future__ import annotations

from core import Actor, Invalid, NotFound, Refused, advance, get_service, nearness, now, record, transactional
from plugins.mediation.access import WORK, is_lead, own_case
from plugins.mediation.cases.steps import write_note
from plugins.mediation.models import Assignment, Case, Mediator, Party
from plugins.mediation.rules import SIDES, parties_of, planned_session
from plugins.mediation.texts import _
from plugins.mediation.words import CHOSEN_BY, ENDED_WHY

ROOMS = "rooms.RoomService/1"
MEDIATES = ("head", "mediator")
_OPEN = ("accepted", "assigned", "scheduled", "in_mediation", "awaiting_signatures", "performing", "breached", "closed",
         "fulfilled", "terminated")  # fmt: skip


def assigned_to(case: Case) -> list[tuple[Assignment, Mediator]]:
    """The mediators of a case today, the first one assigned first."""
    mine = (Assignment.case_id == case.id) & Assignment.ended_at.is_null()
    found = list(Assignment.of(case.community).where(mine).order_by(Assignment.id))
    people = {
        each.id: each for each in Mediator.of(case.community).where(Mediator.id.in_([a.mediator_id for a in found]))
    }
    return [(each, people[each.mediator_id]) for each in found]


def warnings(case: Case, mediator: Mediator) -> list[str]:
    """What speaks against a mediator, as codes of `words.WARNINGS`: is a party, shares a home or a building with one, or had an
    earlier case of one. Without an entry among the residents there is nothing to compare."""
    found: set[str] = set()
    for party in parties_of(case, *SIDES):
        if party.person is not None and mediator.person is not None:
            found.add(nearness(case.community, mediator.person, party.person))
        if _met_before(case, mediator, party):
            found.add("earlier")
    return [code for code in ("person", "home", "building", "earlier") if code in found]


def _met_before(case: Case, mediator: Mediator, party: Party) -> bool:
    """Whether the mediator had an earlier case of the same person, or was of it, by number or by name and telephone number."""
    same = (Party.name == party.name) & (Party.phone == party.phone) & (Party.phone != "")
    if party.person is not None:
        same |= Party.person == party.person
    earlier = Party.of(case.community, Party.case_id).where(same, Party.case_id != case.id)
    mine = Assignment.of(case.community, Assignment.id).where(
        Assignment.mediator_id == mediator.id, Assignment.case_id.in_(earlier)
    )
    if mine.count():
        return True
    was = Party.of(case.community, Party.id).where(Party.person == mediator.person, Party.case_id.in_(earlier))
    return mediator.person is not None and bool(was.count())


def free_mediators(case: Case) -> list[tuple[Mediator, list[str]]]:
    """Who of the roster could be assigned, each with what speaks against it; those without warnings first."""
    known = {mediator.id for _assignment, mediator in assigned_to(case)}
    serving = Mediator.of(case.community).where(Mediator.left_at.is_null(), Mediator.office.in_(MEDIATES))
    found = [(each, warnings(case, each)) for each in serving if each.id not in known]
    found = [pair for pair in found if "person" not in pair[1]]
    return sorted(found, key=lambda pair: (bool(pair[1]), pair[0].name))


@transactional
def assign(
    actor: Actor, case_id: int, mediator_id: int, chosen_by: str, declared: bool, *, in_spite: bool = False
) -> Case:
    """Give a case to a mediator who has declared no conflict (《人民调解法》 §19, §23; 《人民调解工作若干规定》 on recusal).

    By the head, the clerk, or whoever looks after the case so far. What speaks against it is stored with it; then it needs
    `in_spite`. Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    mediator: Mediator = Mediator.get_of(case.community, mediator_id)
    if "person" in warnings(case, mediator):
        raise Refused(_("%(name)s is a party to this case.", name=mediator.name))
    if case.state not in _OPEN:
        raise Refused(_("Mediators are assigned once the case is accepted."))
    if not (is_lead(actor) or case.state in ("accepted", "assigned")):
        raise Refused(_("The head of the committee decides about it now."))
    if mediator.left_at is not None or mediator.office not in MEDIATES:
        raise NotFound
    found = warnings(case, mediator)
    _check(chosen_by, declared, found, in_spite)
    _check_no_time_taken(case)
    if any(each.id == mediator.id for _assignment, each in assigned_to(case)):
        raise Refused(_("%(name)s has this case already.", name=mediator.name))
    made: Assignment = Assignment.create(
        community=case.community, case_id=case.id, mediator_id=mediator.id, chosen_by=chosen_by, declared=True,
        warnings=found, by_label=actor.signature,
    )  # fmt: skip
    told = {"mediator_id": made.mediator_id, "chosen_by": chosen_by}
    record(actor, "mediation.case.given", case.ref, after=told, permission=WORK)
    return advance(actor, case, "assign", done=True) if case.state == "accepted" else case


def _check_no_time_taken(case: Case) -> None:
    """The time of the mediators there are is taken for a meeting, or held for one whose room was taken back."""
    if planned_session(case) is not None:
        raise Refused(
            _("A meeting is arranged with the mediators there are."),
            advice=_("Call it off, assign, and arrange it again: then everybody's time is taken together."),
        )
    rooms = get_service(ROOMS, case.community)
    if rooms is not None and rooms.held_for(case.community, case.ref):
        raise Refused(_("Another room is held with the mediators there are."), advice=_("Take it or leave it first."))


def _check(chosen_by: str, declared: bool, found: list[str], in_spite: bool) -> None:
    errors = {}
    if chosen_by not in CHOSEN_BY:
        errors["chosen_by"] = [_("Please choose who chose.")]
    if not declared:
        errors["declared"] = [_("The mediator has to declare that nothing stands against it.")]
    if found and not in_spite:
        errors["in_spite"] = [_("Something speaks against it. Ask the parties, or choose somebody else.")]
    if errors:
        raise Invalid(errors)


@transactional
def replace_mediator(actor: Actor, case_id: int, assignment_id: int, why: str, words: str) -> None:
    """Take a case from a mediator: kin, interest, another relation, or on a party's request (《人民调解法》 §23). It is written
    down; the mediator does not see the case any more. Raises `Invalid`, `Refused`, `NotFound`."""
    case = own_case(actor, case_id)
    found: Assignment = Assignment.get_of(case.community, assignment_id)
    if found.case_id != case.id or found.ended_at is not None:
        raise NotFound
    if why not in ENDED_WHY:
        raise Invalid({"why": [_("Please choose the reason.")]})
    _check_no_time_taken(case)
    if case.state != "assigned" and len(assigned_to(case)) == 1:
        raise Refused(_("Somebody has to have the case."), advice=_("Assign the new mediator first."))
    write_note(actor, case, "recusal", words)
    found.ended_at, found.ended_why = now(), why
    found.save()
    told = {"mediator_id": found.mediator_id}
    record(actor, "mediation.case.taken", case.ref, before=told, permission=WORK)
