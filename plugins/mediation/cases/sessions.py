"""Meetings: the room, the mediators and the projector are taken together or not at all; moved, called off, recorded.

Times and rooms are kept by the module of rooms (`rooms.RoomService/1`), which knows a meeting as a confidential booking under
the number of the case. What is changed there comes back as an event.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from core import (
    Actor,
    Invalid,
    NotFound,
    Ref,
    Refused,
    advance,
    get_service,
    get_setting,
    now,
    record,
    system,
    transactional,
)
from plugins.mediation.access import WORK, own_case
from plugins.mediation.cases.assignment import assigned_to
from plugins.mediation.cases.register import register_text
from plugins.mediation.models import Attendance, Case, Session
from plugins.mediation.rules import SIDES, parties_of, planned_session
from plugins.mediation.texts import _

ROOMS = "rooms.RoomService/1"
PROJECTOR = "mediation.projector"
_OFFICE = frozenset({"rooms.book", "rooms.desk", "rooms.booking.cancel", "rooms.booking.approve"})


def _rooms(community: str) -> Any:
    found = get_service(ROOMS, community)
    if found is None:
        raise Refused(
            _("The module of room bookings is off."),
            advice=_("Ask the director to switch it on; the case stays as it is."),
        )
    return found


def _as_committee(actor: Actor) -> Actor:
    """Rooms are booked in the name of the committee: what the actor may do with the case was asked before, and the calendar
    of rooms shall not tell who mediates what."""
    label = str(_("Mediation committee"))
    return dataclasses.replace(
        actor, account=None, person=None, on_behalf_of=None, label=label, stands_in_for="", kind="staff",
        permissions=_OFFICE,
    )  # fmt: skip


def free_rooms(actor: Actor, day: datetime.date, start: int, end: int) -> list[Any]:
    """The rooms that are free at that time (minutes of the day), for everybody who is to come."""
    return list(_rooms(str(actor.community)).find_free(str(actor.community), day, start, end))


def has_projector(community: str) -> bool:
    """Whether the committee has a projector that can be taken along."""
    return bool(get_setting(PROJECTOR, community))


@dataclasses.dataclass(frozen=True)
class Meeting:
    """When and where: minutes of the local day. `stagger` lets the other side come so many minutes later."""

    room_id: int
    day: datetime.date
    start: int
    end: int
    projector: bool = False
    stagger: int = 0
    court_invited: bool = False


@transactional
def schedule(actor: Actor, case_id: int, meeting: Meeting) -> Session:
    """Take the room, every mediator and the projector for a meeting, all in one transaction.

    Raises `Conflict` (with free times) when anything is taken, `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    people = assigned_to(case)
    if not people:
        raise Refused(_("Nobody is assigned yet."))
    if planned_session(case) is not None:
        raise Refused(_("A meeting is arranged already."), advice=_("Give it another time instead."))
    _check(meeting)
    office, rooms = _as_committee(actor), _rooms(case.community)
    needed = [rooms.resource(office, "person", each.name, each.ref) for _assignment, each in people]
    if meeting.projector and has_projector(case.community):
        own = Ref("mediation.projector", case.community, 1)
        needed.append(rooms.resource(office, "equipment", str(_("Projector of the mediation committee")), own))
    booked = rooms.book(
        office, meeting.room_id, meeting.day, meeting.start, meeting.end,
        title=str(_("Mediation %(number)s", number=register_text(case))), subject=case.ref, resources=needed, confidential=True,
    )  # fmt: skip
    if booked.state != "confirmed":
        raise Refused(_("This room is not given at once."), advice=_("Please choose another room."))
    made: Session = Session.create(
        community=case.community, case_id=case.id, state="planned", occurrence_id=booked.occurrence_id, room_id=booked.room_id,
        place=rooms.room_name(case.community, booked.room_id), start_min=booked.start_min, end_min=booked.end_min,
        stagger_min=meeting.stagger, court_invited=meeting.court_invited,
    )  # fmt: skip
    record(actor, "mediation.session.planned", case.ref, permission=WORK)
    advance(actor, case, "schedule", done=True)
    return made


@transactional
def meet_elsewhere(actor: Actor, case_id: int, start_min: int, end_min: int, place: str) -> Session:
    """A meeting without a booked room: at once, at somebody's home, or one that took place before it is entered (补录).

    Times are UTC minutes. Raises `Invalid`, `Refused`.
    """
    case = own_case(actor, case_id)
    if not assigned_to(case):
        raise Refused(_("Nobody is assigned yet."))
    if planned_session(case) is not None:
        raise Refused(_("A meeting is arranged already."), advice=_("Give it another time instead."))
    errors = {}
    if not start_min < end_min <= start_min + 1440:
        errors["end"] = [_("The end must be later than the start, on the same day.")]
    if not place.strip():
        errors["place"] = [_("Please write where.")]
    if errors:
        raise Invalid(errors)
    made: Session = Session.create(
        community=case.community, case_id=case.id, state="planned", place=place.strip(), start_min=start_min,
        end_min=end_min,
    )  # fmt: skip
    record(actor, "mediation.session.planned", case.ref, permission=WORK)
    advance(actor, case, "schedule", done=True)
    return made


def _check(meeting: Meeting) -> None:
    errors = {}
    if not 0 <= meeting.start < meeting.end <= 1440:
        errors["end"] = [_("The end must be later than the start, on the same day.")]
    if not 0 <= meeting.stagger <= 120:
        errors["stagger"] = [_("Two hours at most.")]
    if errors:
        raise Invalid(errors)


@transactional
def reschedule(actor: Actor, case_id: int, meeting: Meeting) -> Session:
    """Give the meeting another time or room: everything that was taken moves with it, or nothing does. Raises as `schedule`."""
    case = own_case(actor, case_id)
    planned = planned_session(case)
    if planned is None:
        raise Refused(_("No meeting is arranged."))
    if planned.occurrence_id is None:
        raise Refused(
            _("This meeting has no room of ours."), advice=_("Call it off and arrange it anew, then a room is taken.")
        )
    _check(meeting)
    rooms = _rooms(case.community)
    moved = rooms.move(
        _as_committee(actor), planned.occurrence_id, meeting.day, meeting.start, meeting.end, meeting.room_id
    )
    if moved.occurrence_id != planned.occurrence_id or moved.state != "confirmed":
        raise Refused(_("This room is not given at once."), advice=_("Please choose another room."))
    planned.start_min, planned.end_min = moved.start_min, moved.end_min
    planned.room_id, planned.place = moved.room_id, rooms.room_name(case.community, moved.room_id)
    planned.stagger_min, planned.court_invited = meeting.stagger, meeting.court_invited
    planned.save()
    record(actor, "mediation.session.moved", case.ref, permission=WORK)
    return planned


@transactional
def call_off(actor: Actor, case_id: int) -> Case:
    """Call the meeting off: room and people are free at once. Raises `Refused`."""
    case = own_case(actor, case_id)
    planned = planned_session(case)
    if planned is None:
        raise Refused(_("No meeting is arranged."))
    if planned.occurrence_id is not None and planned.start_min > now() // 60_000:
        _rooms(case.community).cancel(
            _as_committee(actor), planned.occurrence_id, str(_("The committee needs it no more."))
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
    actor: Actor, case_id: int, attended: Sequence[Attended], words: str, *, recorder: str, invitees: str = ""
) -> Case:
    """Write the record of the meeting that was arranged (《人民调解法》 §27), or that a side stayed away.

    Where a party of either side stayed away, the meeting counts as missed and another one is arranged. Somebody invited to
    help (§20) was agreed to by the parties. Raises `Invalid`, `Refused`.
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
    for each in attended:
        Attendance.insert(
            community=case.community, session_id=planned.id, party_id=each.party_id, came=each.came,
            signed=each.signed and each.came,
        ).execute()  # fmt: skip
    planned.state = "held" if held else "missed"
    planned.words, planned.recorder, planned.invitees = words.strip(), recorder.strip(), invitees.strip()
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


# --------------------------------------------------------------------------- what happens at the desk of rooms


def heard(community: str, event: Any) -> None:
    """A booking of a case was moved or cancelled: the meeting follows, whoever did it. Told again it changes nothing."""
    if not str(getattr(event, "subject", "")).startswith(f"{Case.kind}:"):
        return
    actor = system(community, "mediation.rooms")
    if event.EVENT == "rooms.booking.cancelled/1":
        _lost(actor, event.occurrence_id)
    elif event.EVENT == "rooms.booking.moved/1":
        _follow(actor, event)


def _planned(actor: Actor, occurrence_id: int) -> Session | None:
    found: Session | None = (
        Session.of(str(actor.community))
        .where(Session.occurrence_id == occurrence_id, Session.state == "planned")
        .first()
    )
    return found


@transactional
def _lost(actor: Actor, occurrence_id: int) -> None:
    planned = _planned(actor, occurrence_id)
    if planned is None:
        return
    planned.state = "withdrawn"
    planned.save()
    case: Case = Case.get_of(planned.community, planned.case_id)
    record(actor, "mediation.session.withdrawn", case.ref)
    advance(actor, case, "unschedule", done=True)


@transactional
def _follow(actor: Actor, event: Any) -> None:
    planned = _planned(actor, event.occurrence_id)
    if planned is None:
        return
    place = _rooms(planned.community).room_name(planned.community, event.room_id)
    if (planned.start_min, planned.end_min, planned.place) == (event.start_min, event.end_min, place):
        return
    planned.start_min, planned.end_min, planned.place = event.start_min, event.end_min, place
    planned.room_id = event.room_id
    planned.save()
    record(actor, "mediation.session.moved", Ref(Case.kind, planned.community, planned.case_id))
