"""Meetings: the rooms, the mediators and the projector are taken together or not at all; moved, called off, recorded.

Times and rooms are kept by the module of rooms (`rooms.RoomService/1`), which knows a meeting as a confidential booking under
the number of the case. What is changed there comes back as an event (`heard`).
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from core import Actor, Invalid, NotFound, Ref, Refused, advance, get_service, get_setting, now, record, transactional
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.arrivals import set_arrivals, tell_again
from plugins.mediation.cases.assignment import ROOMS, assigned_to
from plugins.mediation.cases.register import register_text
from plugins.mediation.models import Attendance, Case, Session
from plugins.mediation.rules import SIDES, parties_of, planned_session
from plugins.mediation.texts import _

PROJECTOR = "mediation.projector"
LATEST = 120
_OFFICE = frozenset({"rooms.book", "rooms.desk", "rooms.booking.cancel", "rooms.booking.approve"})


def room_service(community: str) -> Any:
    """The module of rooms; raises `Refused` while it is off."""
    found = get_service(ROOMS, community)
    if found is None:
        raise Refused(
            _("The module of room bookings is off."),
            advice=_("Ask the director to switch it on; the case stays as it is."),
        )
    return found


def as_committee(actor: Actor) -> Actor:
    """Rooms are booked in the name of the committee: what the actor may do with the case was asked before, and the calendar
    of rooms shall not tell who mediates what."""
    label = str(_("Mediation committee"))
    return dataclasses.replace(
        actor, account=None, person=None, on_behalf_of=None, label=label, stands_in_for="", kind="staff",
        permissions=_OFFICE,
    )  # fmt: skip


def free_rooms(actor: Actor, day: datetime.date, start: int, end: int) -> list[Any]:
    """The rooms that are free at that time (minutes of the day), for everybody who is to come."""
    return list(room_service(str(actor.community)).find_free(str(actor.community), day, start, end))


def has_projector(community: str) -> bool:
    """Whether the committee has a projector that can be taken along."""
    return bool(get_setting(PROJECTOR, community))


@dataclasses.dataclass(frozen=True)
class Meeting:
    """When and where: minutes of the local day. With a `second_room` the sides sit apart (背对背).

    `later` are the minutes after the start at which single parties come, by number; `stagger` those for the other side
    unless it is named there. `apart` are the parties in the second room; nobody named means the other side.
    """

    room_id: int
    day: datetime.date
    start: int
    end: int
    projector: bool = False
    stagger: int = 0
    court_invited: bool = False
    second_room: int | None = None
    later: Mapping[int, int] = dataclasses.field(default_factory=dict)
    apart: frozenset[int] = frozenset()


@transactional
def schedule(actor: Actor, case_id: int, meeting: Meeting) -> Session:
    """Take the room (or both), every mediator and the projector for a meeting, all in one transaction.

    A time that is still held for the case is given up with it. Raises `Conflict` (with free times) when anything is taken,
    `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    people = _to_arrange(case)
    _check(meeting)
    office, rooms = as_committee(actor), room_service(case.community)
    for held in rooms.held_for(case.community, case.ref)[:1]:
        rooms.cancel(office, held.occurrence_id, str(_("The committee needs it no more.")))
    needed = [rooms.resource(office, "person", each.name, each.ref) for _assignment, each in people]
    if meeting.projector and has_projector(case.community):
        own = Ref("mediation.projector", case.community, 1)
        needed.append(rooms.resource(office, "equipment", str(_("Projector of the mediation committee")), own))
    booked = rooms.book(
        office, meeting.room_id, meeting.day, meeting.start, meeting.end,
        title=str(_("Mediation %(number)s", number=register_text(case))), subject=case.ref, resources=needed, confidential=True,
        second_room=meeting.second_room,
    )  # fmt: skip
    made = plan(case, booked, meeting.court_invited)
    set_arrivals(case, made, *_who_comes(case, meeting))
    record(actor, "mediation.session.planned", case.ref, permission=WORK)
    go_on(actor, case)
    return made


def _to_arrange(case: Case) -> list[Any]:
    """The mediators of a case for which a meeting can be arranged now; raises `Refused`."""
    people = assigned_to(case)
    if not people:
        raise Refused(_("Nobody is assigned yet."))
    if planned_session(case) is not None:
        raise Refused(_("A meeting is arranged already."), advice=_("Give it another time instead."))
    return people


def plan(case: Case, booked: Any, court_invited: bool) -> Session:
    """The meeting of what was booked (`rooms.Reserved`), in the caller's transaction. Raises `Refused` where a room is not
    given at once."""
    rooms = room_service(case.community)
    taken = rooms.rooms_of(case.community, booked.occurrence_id)
    if any(each.state != "confirmed" for each in taken):
        raise Refused(_("This room is not given at once."), advice=_("Please choose another room."))
    made = Session(community=case.community, case_id=case.id, state="planned", court_invited=court_invited)
    place_of(made, taken)
    made.save(force_insert=True)
    return made


def place_of(session: Session, taken: Sequence[Any]) -> None:
    """Write when and where a meeting is from what is booked for it, the first room first; not stored yet."""
    first, second = taken[0], taken[1] if len(taken) > 1 else None
    rooms = room_service(session.community)
    session.occurrence_id, session.room_id = first.occurrence_id, first.room_id
    session.start_min, session.end_min = first.start_min, first.end_min
    session.place = rooms.room_name(session.community, first.room_id)
    session.second_occurrence_id = second.occurrence_id if second is not None else None
    session.second_room_id = second.room_id if second is not None else None
    session.second_place = rooms.room_name(session.community, second.room_id) if second is not None else ""


def go_on(actor: Actor, case: Case) -> None:
    """A meeting is arranged, in the caller's transaction: the case is not suspended any more."""
    advance(actor, case, "schedule", done=True)
    if case.suspended_until is not None:
        case.suspended_until = None
        case.save(only=[Case.suspended_until])


def _who_comes(case: Case, meeting: Meeting) -> tuple[dict[int, int], frozenset[int]]:
    """Minutes after the start by party, and who goes to the second room."""
    others = frozenset(party.id for party in parties_of(case, "respondent"))
    later = {**dict.fromkeys(others, meeting.stagger), **meeting.later}
    return later, (meeting.apart or others) if meeting.second_room is not None else frozenset()


@transactional
def meet_elsewhere(
    actor: Actor, case_id: int, start_min: int, end_min: int, place: str, *, court_invited: bool = False
) -> Session:
    """A meeting without a booked room: at once, at somebody's home, or one that took place before it is entered (补录).

    Times are UTC minutes. Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    _to_arrange(case)
    errors = {}
    if not start_min < end_min <= start_min + 1440:
        errors["end"] = [_("The end must be later than the start, on the same day.")]
    if not place.strip():
        errors["place"] = [_("Please write where.")]
    if errors:
        raise Invalid(errors)
    made: Session = Session.create(
        community=case.community, case_id=case.id, state="planned", place=place.strip(), start_min=start_min,
        end_min=end_min, court_invited=court_invited,
    )  # fmt: skip
    set_arrivals(case, made, {}, frozenset())
    record(actor, "mediation.session.planned", case.ref, permission=WORK)
    go_on(actor, case)
    return made


def _check(meeting: Meeting) -> None:
    errors = {}
    if not 0 <= meeting.start < meeting.end <= 1440:
        errors["end"] = [_("The end must be later than the start, on the same day.")]
    if not all(0 <= minutes <= LATEST for minutes in (meeting.stagger, *meeting.later.values())):
        errors["stagger"] = [_("Two hours at most.")]
    elif max((meeting.stagger, *meeting.later.values())) >= meeting.end - meeting.start:
        errors["stagger"] = [_("Somebody would come when the meeting is over.")]
    if meeting.second_room == meeting.room_id:
        errors["second_room"] = [_("Please choose two different rooms.")]
    if errors:
        raise Invalid(errors)


@transactional
def reschedule(actor: Actor, case_id: int, meeting: Meeting) -> Session:
    """Give the meeting another time or other rooms: everything that was taken moves with it, or nothing does. Raises as
    `schedule`."""
    case = own_case(actor, case_id)
    planned = planned_session(case)
    if planned is None:
        raise Refused(_("No meeting is arranged."))
    if planned.occurrence_id is None:
        raise Refused(
            _("This meeting has no room of ours."), advice=_("Call it off and arrange it anew, then a room is taken.")
        )
    _check(meeting)
    rooms = room_service(case.community)
    moved = rooms.move_rooms(
        as_committee(actor), planned.occurrence_id, meeting.day, meeting.start, meeting.end, meeting.room_id,
        meeting.second_room,
    )  # fmt: skip
    taken = rooms.rooms_of(case.community, moved.occurrence_id)
    if moved.occurrence_id != planned.occurrence_id or any(each.state != "confirmed" for each in taken):
        raise Refused(_("This room is not given at once."), advice=_("Please choose another room."))
    rooms_before = (planned.room_id, planned.second_room_id)
    place_of(planned, taken)
    planned.court_invited = meeting.court_invited
    planned.save()
    set_arrivals(case, planned, *_who_comes(case, meeting))
    if (planned.room_id, planned.second_room_id) != rooms_before:
        tell_again(planned)
    record(actor, "mediation.session.moved", case.ref, permission=WORK)
    return planned


@transactional
def call_off(actor: Actor, case_id: int) -> Case:
    """Call the meeting off: rooms and people are free at once. Raises `Refused`."""
    case = own_case(actor, case_id)
    planned = planned_session(case)
    if planned is None:
        raise Refused(_("No meeting is arranged."))
    if planned.occurrence_id is not None and planned.start_min > now() // 60_000:
        room_service(case.community).cancel(
            as_committee(actor), planned.occurrence_id, str(_("The committee needs it no more."))
        )
    planned.state = "withdrawn"
    planned.save()
    record(actor, "mediation.session.withdrawn", case.ref, permission=WORK)
    return advance(actor, case, "unschedule", done=True)


# --------------------------------------------------------------------------- the record


@dataclasses.dataclass(frozen=True)
class Attended:
    """A party at a meeting: whether they came, and signed the record."""

    party_id: int
    came: bool
    signed: bool = False


@transactional
def write_record(
    actor: Actor,
    case_id: int,
    attended: Sequence[Attended],
    words: str,
    *,
    recorder: str,
    invitees: str = "",
    invitees_agreed: bool = False,
) -> Case:
    """Write the record of the meeting that was arranged (《人民调解法》 §27), or that a side stayed away.

    Where a party of either side stayed away, the meeting counts as missed and another one is arranged. Somebody invited to
    help (§20) was agreed to by both sides (`invitees_agreed`). Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    planned = planned_session(case)
    if planned is None:
        raise Refused(_("No meeting is arranged."))
    if planned.start_min > now() // 60_000:
        raise Refused(_("The meeting has not begun yet."), advice=_("Give it another time if it took place before."))
    parties = {party.id for party in parties_of(case, *SIDES)}
    if {each.party_id for each in attended} != parties:
        raise Invalid({"came": [_("Say of everybody whether they came.")]})
    held = all(each.came for each in attended)
    if held and not words.strip():
        raise Invalid({"words": [_("Please write what was said.")]})
    if invitees.strip() and not invitees_agreed:
        raise Invalid({"invitees_agreed": [_("Somebody is invited to help only when both sides agree.")]})
    for each in attended:
        Attendance.insert(
            community=case.community, session_id=planned.id, party_id=each.party_id, came=each.came,
            signed=each.signed and each.came,
        ).execute()  # fmt: skip
    planned.state = "held" if held else "missed"
    planned.words, planned.recorder, planned.invitees = words.strip(), recorder.strip(), invitees.strip()
    planned.invitees_agreed = bool(invitees.strip())
    planned.recorded_at = now()
    planned.save()
    record(actor, "mediation.session.recorded", case.ref, permission=WORK)
    return advance(actor, case, "hold" if held else "unschedule", done=True)


def sessions_of(case: Case) -> list[Session]:
    """The meetings of a case, the latest first."""
    return list(Session.of(case.community).where(Session.case_id == case.id).order_by(Session.id.desc()))


def session_of(case: Case, session_id: int) -> Session:
    """One meeting of the case; raises `NotFound`."""
    found: Session = Session.get_of(case.community, session_id)
    if found.case_id != case.id:
        raise NotFound
    return found


def attendance_of(session: Session) -> list[Attendance]:
    """Who came to a meeting."""
    return list(Attendance.of(session.community).where(Attendance.session_id == session.id))
