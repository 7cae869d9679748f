"""What the desk of rooms does to a meeting: moved or cancelled there, and another time held in place of a room taken back."""

from __future__ import annotations

from typing import Any

from core import Actor, Ref, Refused, advance, get_service, record, system, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.arrivals import arrivals_of, set_arrivals, shift_arrivals, tell_again
from plugins.mediation.cases.assignment import ROOMS
from plugins.mediation.cases.sessions import as_committee, go_on, place_of, plan, room_service
from plugins.mediation.models import Case, Session
from plugins.mediation.rules import planned_session
from plugins.mediation.texts import _


def heard(community: str, event: Any) -> None:
    """A booking of a case was moved or cancelled, or what was held for it taken: the meeting follows, whoever did it. Told again
    it changes nothing."""
    if not str(getattr(event, "subject", "")).startswith(f"{Case.kind}:"):
        return
    actor = system(community, "mediation.rooms")
    if event.EVENT == "rooms.booking.cancelled/1":
        _lost(actor, event.occurrence_id)
    elif event.EVENT == "rooms.booking.moved/1":
        _follow(actor, event.occurrence_id)
    elif event.EVENT == "rooms.booking.confirmed/1":
        _taken_there(actor, event.occurrence_id, int(Ref.parse(event.subject, community).id))


def _planned(actor: Actor, occurrence_id: int) -> Session | None:
    """The meeting that has this occurrence, as its first or second room."""
    found: Session | None = _with(actor, occurrence_id).where(Session.state == "planned").first()
    return found


def _with(actor: Actor, occurrence_id: int) -> Any:
    mine = (Session.occurrence_id == occurrence_id) | (Session.second_occurrence_id == occurrence_id)
    return Session.of(str(actor.community)).where(mine)


@transactional
def _lost(actor: Actor, occurrence_id: int) -> None:
    planned = _planned(actor, occurrence_id)
    if planned is None:
        return
    if occurrence_id == planned.second_occurrence_id and _still_has(planned):
        return
    _withdraw(actor, planned)


def _still_has(planned: Session) -> bool:
    """The second room alone was given up: the meeting itself stands. Where it was moved from, `reschedule` has written it."""
    taken = room_service(planned.community).rooms_of(planned.community, planned.occurrence_id)
    return bool(taken) and taken[0].state in ("confirmed", "checked_in")


def _withdraw(actor: Actor, planned: Session) -> Case:
    planned.state = "withdrawn"
    planned.save()
    case: Case = Case.get_of(planned.community, planned.case_id)
    record(actor, "mediation.session.withdrawn", case.ref)
    return advance(actor, case, "unschedule", done=True)


@transactional
def _follow(actor: Actor, occurrence_id: int) -> None:
    planned = _planned(actor, occurrence_id)
    if planned is None:
        return
    before = (planned.start_min, planned.end_min, planned.place, planned.second_place)
    place_of(planned, room_service(planned.community).rooms_of(planned.community, planned.occurrence_id))
    if (planned.start_min, planned.end_min, planned.place, planned.second_place) == before:
        return
    planned.save()
    if planned.start_min != before[0]:
        shift_arrivals(planned, planned.start_min - before[0])
    else:
        tell_again(planned)
    record(actor, "mediation.session.moved", Ref(Case.kind, planned.community, planned.case_id))


# --------------------------------------------------------------------------- what is held instead


def held_for(case: Case) -> list[Any]:
    """The time that is held for the case because the community took its room back (`rooms.Reserved`), the first room first;
    empty where nothing is held."""
    rooms = get_service(ROOMS, case.community)
    return list(rooms.held_for(case.community, case.ref)) if rooms is not None else []


def place_held(case: Case) -> str:
    """Where the held time is."""
    rooms = room_service(case.community)
    return "、".join(rooms.room_name(case.community, each.room_id) for each in held_for(case))


@transactional
def take_held(actor: Actor, case_id: int) -> Session:
    """Take the time that is held: rooms, mediators and projector as they were, in one transaction. Raises `Refused`."""
    case, held = _held(actor, case_id)
    lost = planned_session(case)
    if lost is not None and lost.occurrence_id is not None and not _still_has(lost):
        # Taken back a moment ago: the news of it has not come yet.
        case = _withdraw(actor, lost)
    elif lost is not None:
        raise Refused(_("A meeting is arranged already."), advice=_("Give it another time instead."))
    taken = room_service(case.community).take(as_committee(actor), held.occurrence_id)
    made = _plan_as_before(case, taken)
    record(actor, "mediation.session.planned", case.ref, permission=WORK)
    go_on(actor, case)
    return made


@transactional
def _taken_there(actor: Actor, occurrence_id: int, case_id: int) -> None:
    """The desk of rooms has said for the committee that it takes what is held."""
    case: Case = Case.get_of(str(actor.community), case_id)
    if _with(actor, occurrence_id).exists() or planned_session(case) is not None:
        return
    taken = room_service(case.community).rooms_of(case.community, occurrence_id)
    if case.state not in ("assigned", "in_mediation") or not taken or taken[0].state != "confirmed":
        return
    _plan_as_before(case, taken[0])
    record(actor, "mediation.session.planned", case.ref)
    go_on(actor, case)


def _plan_as_before(case: Case, taken: Any) -> Session:
    """The meeting in the rooms that were taken; everybody comes as they were to come to the one that was lost."""
    before = _latest_lost(case)
    made = plan(case, taken, before.court_invited if before is not None else False)
    arrivals = arrivals_of(before) if before is not None else []
    later = {each.party_id: each.come_min - before.start_min for each in arrivals if before is not None}
    set_arrivals(case, made, later, frozenset(each.party_id for each in arrivals if each.apart))
    return made


def _held(actor: Actor, case_id: int) -> tuple[Case, Any]:
    case = own_case(actor, case_id)
    found = held_for(case)
    if not found:
        raise Refused(_("Nothing is held for this case any more."), advice=_("Please arrange a meeting anew."))
    return case, found[0]


def _latest_lost(case: Case) -> Session | None:
    """The meeting whose room was taken back."""
    gone = Session.of(case.community).where(
        Session.case_id == case.id, Session.state == "withdrawn", Session.occurrence_id.is_null(False)
    )
    found: Session | None = gone.order_by(Session.id.desc()).first()
    return found


@transactional
def leave_held(actor: Actor, case_id: int) -> None:
    """Do not take the time that is held: rooms and mediators are free at once. Raises `Refused`."""
    case, held = _held(actor, case_id)
    room_service(case.community).cancel(
        as_committee(actor), held.occurrence_id, str(_("The committee needs it no more."))
    )
    record(actor, "mediation.session.left", case.ref, permission=WORK)
