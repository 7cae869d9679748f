"""背对背: two rooms and each party's own time, taken, moved and freed together; each is told only its own. And the room that is held
when the community took the first one back."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from core.actor import command
from core.civic import sheets
from core.clock import moment_text, today, utc_minute
from core.errors import Conflict, Invalid, NotFound, Refused
from core.plugin import events
from core.plugin.settings import set_setting
from core.store.db import rows
from plugins.mediation import service
from plugins.mediation.models import Arrival, Case, Session
from plugins.rooms import service as rooms
from plugins.rooms.booking.check import check as check_rooms


def kinds(session: Session) -> list[str]:
    """What a meeting holds, by kind, in all its rooms."""
    found = rows(
        "SELECT r.kind FROM rooms_slot s JOIN rooms_resource r ON r.id=s.resource_id WHERE s.occurrence_id IN (?, ?)"
        " ORDER BY r.kind",
        session.occurrence_id, session.second_occurrence_id or 0,
    )  # fmt: skip
    return [kind for (kind,) in found]


def apart(committee, **changes):
    return dataclasses.replace(committee.meeting(), second_room=committee.other_room, **changes)


def told(session: Session) -> dict[str, tuple[int, str]]:
    """Each party's minutes after the start, and room."""
    case = Case.get_by_id(session.case_id)
    return {own.party.name: (own.come_min - session.start_min, own.place) for own in service.own_times(case, session)}


def test_both_rooms_mediators_and_projector_or_nothing(committee):
    set_setting(command(committee.community), "mediation.projector", True)
    head, case = committee.head, committee.assigned("first", "second")
    made = service.schedule(head, case.id, apart(committee, projector=True, stagger=30))
    assert kinds(made) == ["equipment", "person", "person", "room", "room"]
    assert told(made) == {"甲方": (0, "邻里中心 调解室一"), "乙方": (30, "邻里中心 调解室二")}
    assert check_rooms(committee.community) == []


@pytest.mark.parametrize("busy", ["room", "other_room", "mediator", "projector"])
def test_one_thing_taken_leaves_everything_as_it_was(committee, busy):
    set_setting(command(committee.community), "mediation.projector", True)
    head, case = committee.head, committee.assigned("first", "second")
    day = committee.meeting().day
    if busy in ("room", "other_room"):
        asked = rooms.BookingRequest(date=day.isoformat(), start="14:00", end="15:00")
        rooms.book(committee.people["director"], getattr(committee, busy), asked)
    else:
        spare = rooms.add_room(command(committee.community), rooms.rooms(committee.community)[0].venue_id, name="备用")
        taken = committee.assigned("second" if busy == "mediator" else "head")
        other = dataclasses.replace(committee.meeting(room=spare.id), projector=busy == "projector")
        service.schedule(head, taken.id, other)
    tables = ("rooms_occurrence", "rooms_booking", "mediation_session", "mediation_arrival")
    before = [rows(f"SELECT count(*) FROM {table}") for table in tables]
    with pytest.raises(Conflict):
        service.schedule(head, case.id, apart(committee, projector=True))
    assert [rows(f"SELECT count(*) FROM {table}") for table in tables] == before
    assert Case.get_by_id(case.id).state == "assigned"
    assert check_rooms(committee.community) == []


def test_moved_called_off_and_changed_together(committee):
    head, case = committee.head, committee.assigned()
    made = service.schedule(head, case.id, apart(committee))
    one, other = service.parties_of(case)
    for own in service.arrivals_of(made):
        service.mark_told(head, case.id, own.id)
    moved = service.reschedule(
        head,
        case.id,
        apart(committee, day=committee.meeting(days=4).day, later={one.id: 45}, apart=frozenset({one.id})),
    )
    assert told(moved) == {"甲方": (45, "邻里中心 调解室二"), "乙方": (0, "邻里中心 调解室一")}
    assert not any(own.is_told for own in service.own_times(case, moved))
    together = service.reschedule(head, case.id, committee.meeting(days=5))
    assert (together.second_room_id, together.second_place) == (None, "")
    assert {place for _minutes, place in told(together).values()} == {"邻里中心 调解室一"}
    again = service.reschedule(head, case.id, apart(committee, day=committee.meeting(days=5).day))
    assert again.second_place == "邻里中心 调解室二"
    service.call_off(head, case.id)
    assert kinds(Session.get_by_id(made.id)) == []
    assert check_rooms(committee.community) == []
    assert other.name == "乙方"


def test_a_time_of_arrival_lies_within_the_meeting(committee):
    case = committee.assigned()
    for minutes in (90, 121, -5):
        with pytest.raises(Invalid):
            service.schedule(committee.head, case.id, apart(committee, stagger=minutes))
    with pytest.raises(Invalid):
        service.schedule(committee.head, case.id, apart(committee, room_id=committee.other_room))


def test_each_party_is_told_its_own_time_and_room_alone(committee):
    head, case = committee.head, committee.assigned()
    made = service.schedule(head, case.id, apart(committee, stagger=30))
    one, other = service.parties_of(case)
    for party, place, not_place, minutes in (
        (one, "调解室一", "调解室二", 0), (other, "调解室二", "调解室一", 30),
    ):  # fmt: skip
        own = service.own_of(made, party)
        paper = sheets.form_of(head, "mediation.notice", own.arrival_id).content
        page = service.by_code(committee.community, service.issue_code(head, case.id, party.id))
        code = service.issue_code(head, case.id, party.id)
        calendar = service.own_calendar(committee.community, code)
        assert page.come_at == made.start_min + minutes
        for text in (repr(paper), repr(page), calendar):
            assert place in text and not_place not in text
        assert moment_text(page.come_at * 60_000) in repr(paper)
        hidden = other.name if party is one else one.name
        assert hidden not in repr(paper) + repr(page) + calendar
        assert "调解" not in calendar.replace("调解室", "") and "mediation" not in calendar
    with pytest.raises(NotFound):
        sheets.form_of(committee.people["stranger"], "mediation.notice", own.arrival_id)
    with pytest.raises(NotFound):
        service.mark_told(head, committee.applied().id, own.arrival_id)
    with pytest.raises(NotFound):
        service.own_calendar(committee.community, "ACDEFHJK")


def test_what_the_desk_of_rooms_moves_or_cancels_takes_both_along(committee, plugins):
    head, case = committee.head, committee.assigned()
    made = service.schedule(head, case.id, apart(committee, stagger=15))
    director = committee.people["director"]
    service.mark_told(head, case.id, service.arrivals_of(made)[0].id)
    day = committee.meeting(days=6).day
    rooms.move(director, made.second_occurrence_id, date=day.isoformat(), start="10:00", end="11:00", told=True)
    events.deliver(plugins, committee.community)
    moved = Session.get_by_id(made.id)
    assert moved.start_min == utc_minute(day, 600)
    assert told(moved) == {"甲方": (0, "邻里中心 调解室一"), "乙方": (15, "邻里中心 调解室二")}
    assert not Arrival.select().where(Arrival.told_on.is_null(False)).count()
    rooms.cancel(director, made.occurrence_id, reason="停电")
    events.deliver(plugins, committee.community)
    assert Session.get_by_id(made.id).state == "withdrawn"
    assert kinds(moved) == [] and Case.get_by_id(case.id).state == "assigned"


# --------------------------------------------------------------------------- taken back by the community


@pytest.fixture
def displaced(committee, plugins):
    """A meeting in two rooms whose first one was taken back; a third room is held. `(case, what was arranged)`."""
    head, case = committee.head, committee.assigned("first", "second")
    made = service.schedule(head, case.id, apart(committee, stagger=15))
    third = rooms.add_room(
        command(committee.community), rooms.rooms(committee.community)[0].venue_id, name="调解室三", seats=8
    )
    director = dataclasses.replace(
        committee.people["director"],
        permissions=committee.people["director"].permissions | {"rooms.booking.displace", "rooms.booking.approve"},
    )
    rooms.displace(
        director, made.occurrence_id, reason="防汛会商", room_id=third.id, date=committee.meeting().day.isoformat(),
        start="16:00", end="17:30",
    )  # fmt: skip
    return case, made


@pytest.mark.parametrize("news", [True, False])
def test_takes_up_the_time_that_is_held_with_everybody(committee, plugins, displaced, news):
    case, before = displaced
    if news:
        events.deliver(plugins, committee.community)
        assert Case.get_by_id(case.id).state == "assigned"
        assert any("另" in str(due.what) for due in service.dues(Case.get_by_id(case.id)))
    assert len(service.held_for(case)) == 2
    made = service.take_held(committee.head, case.id)
    events.deliver(plugins, committee.community)
    made = Session.get_by_id(made.id)
    assert (made.state, made.place, made.second_place) == ("planned", "邻里中心 调解室三", "邻里中心 调解室二")
    assert made.start_min == utc_minute(committee.meeting().day, 960)
    assert kinds(made) == ["person", "person", "room", "room"]
    assert told(made) == {"甲方": (0, "邻里中心 调解室三"), "乙方": (15, "邻里中心 调解室二")}
    assert Case.get_by_id(case.id).state == "scheduled"
    assert Session.get_by_id(before.id).state == "withdrawn"
    assert service.held_for(case) == [] and check_rooms(committee.community) == []
    with pytest.raises(Refused):
        service.take_held(committee.head, case.id)


@pytest.mark.parametrize("which", [0, 1])
def test_what_the_desk_of_rooms_takes_for_the_committee_is_its_meeting(committee, plugins, displaced, which):
    """Otherwise rooms and mediators would be booked for a case that knows of no meeting."""
    case, _before = displaced
    events.deliver(plugins, committee.community)
    taken = service.held_for(case)[which].occurrence_id
    rooms.take_hold(committee.people["director"], taken)
    for _again in range(2):
        events.deliver(plugins, committee.community)
    made = service.planned_session(Case.get_by_id(case.id))
    assert {made.place, made.second_place} == {"邻里中心 调解室三", "邻里中心 调解室二"}
    assert Case.get_by_id(case.id).state == "scheduled" and len(told(made)) == 2
    assert service.call_off(committee.head, case.id).state == "assigned"
    events.deliver(plugins, committee.community)
    assert service.planned_session(case) is None and kinds(made) == []


def test_while_a_room_is_held_the_mediators_stay(committee, plugins, displaced):
    """Otherwise the meeting would be arranged with the time of somebody who is not of the case any more."""
    case, _before = displaced
    events.deliver(plugins, committee.community)
    gone = service.assigned_to(case)[0][0]
    with pytest.raises(Refused):
        service.replace_mediator(committee.head, case.id, gone.id, "kin", "当事人要求")
    with pytest.raises(Refused):
        service.assign(committee.head, case.id, committee.mediators["head"].id, "committee", True, in_spite=True)
    service.leave_held(committee.head, case.id)
    service.replace_mediator(committee.head, case.id, gone.id, "kin", "当事人要求")


def test_what_is_held_is_left_and_everybody_is_free(committee, plugins, displaced):
    case, _before = displaced
    events.deliver(plugins, committee.community)
    with pytest.raises(NotFound):
        service.leave_held(committee.people["stranger"], case.id)
    service.leave_held(committee.head, case.id)
    assert service.held_for(case) == []
    day = committee.meeting().day
    again = dataclasses.replace(committee.meeting(start=960, end=1020), day=day, second_room=committee.other_room)
    assert service.schedule(committee.head, case.id, again).state == "planned"


def test_another_meeting_lets_go_of_what_is_held(committee, plugins, displaced):
    case, _before = displaced
    events.deliver(plugins, committee.community)
    # At the held time itself: the mediators are free for the case's own meeting.
    made = service.schedule(committee.head, case.id, committee.meeting(start=960, end=1020))
    assert service.held_for(case) == [] and made.state == "planned"
    assert check_rooms(committee.community) == []


def test_nothing_is_taken_once_the_hold_has_lapsed(committee, plugins, displaced, clock):
    case, before = displaced
    events.deliver(plugins, committee.community)
    clock(utc_minute(committee.meeting().day, 961))
    with pytest.raises(Refused):
        service.take_held(committee.head, case.id)
    assert Case.get_by_id(case.id).state == "assigned"
    assert before.start_min < utc_minute(today() + datetime.timedelta(days=2), 961)
