"""Meetings: room, mediators and projector in one transaction, moved and freed together, and what the desk of rooms does."""

from __future__ import annotations

import pytest

from core.actor import command
from core.civic.calendar.days import add_working_days
from core.clock import today
from core.errors import Conflict, NotFound, Refused
from core.plugin import events
from core.plugin.settings import set_setting
from core.store.db import rows
from core.testing import switch_off
from plugins.mediation import service
from plugins.mediation.models import Case, Session
from plugins.rooms import service as rooms
from plugins.rooms.booking.check import check as check_rooms


def slots(session: Session) -> list[tuple[str, int, int]]:
    """What a meeting holds: (kind of resource, from, to)."""
    found = rows(
        "SELECT r.kind, s.start_min, s.end_min FROM rooms_slot s JOIN rooms_resource r ON r.id=s.resource_id"
        " WHERE s.occurrence_id=? ORDER BY r.kind, r.id",
        session.occurrence_id,
    )
    return [(kind, start, end) for kind, start, end in found]


def fresh(session: Session) -> Session:
    return Session.get_by_id(session.id)


def test_takes_the_room_every_mediator_and_the_projector(committee):
    set_setting(command(committee.community), "mediation.projector", True)
    case = committee.assigned("first", "second")
    meeting = committee.meeting()
    made = service.schedule(
        committee.head, case.id, service.Meeting(meeting.room_id, meeting.day, 840, 930, projector=True)
    )
    assert [kind for kind, _start, _end in slots(made)] == ["equipment", "person", "person", "room"]
    assert made.place == "邻里中心 调解室一"
    assert Case.get_by_id(case.id).state == "scheduled"


def test_a_busy_mediator_leaves_everything_as_it_was(committee):
    one, other = committee.assigned("first"), committee.assigned("second", "first")
    service.schedule(committee.head, one.id, committee.meeting())
    before = rows("SELECT count(*) FROM rooms_occurrence"), rows("SELECT count(*) FROM mediation_session")
    with pytest.raises(Conflict) as refused:
        service.schedule(committee.head, other.id, committee.meeting(room=committee.other_room))
    assert "某" not in str(refused.value)
    assert (rows("SELECT count(*) FROM rooms_occurrence"), rows("SELECT count(*) FROM mediation_session")) == before
    assert Case.get_by_id(other.id).state == "assigned"
    assert service.schedule(committee.head, other.id, committee.meeting(start=960, end=1020)).state == "planned"


def test_another_time_moves_all_of_it(committee):
    case = committee.assigned("first", "second")
    made = service.schedule(committee.head, case.id, committee.meeting())
    moved = service.reschedule(
        committee.head, case.id, committee.meeting(days=3, start=600, end=660, room=committee.other_room)
    )
    assert {(start, end) for _kind, start, end in slots(made)} == {(moved.start_min, moved.end_min)}
    assert moved.place == "邻里中心 调解室二"
    assert check_rooms(committee.community) == []


def test_calling_off_frees_all_of_it(committee):
    case = committee.assigned("first")
    made = service.schedule(committee.head, case.id, committee.meeting())
    assert service.call_off(committee.head, case.id).state == "assigned"
    assert slots(made) == [] and fresh(made).state == "withdrawn"
    with pytest.raises(Refused):
        service.call_off(committee.head, case.id)


def test_any_mediator_of_the_case_may_move_what_another_arranged(committee):
    case = committee.assigned("first", "second")
    service.schedule(committee.people["first"], case.id, committee.meeting())
    assert service.reschedule(committee.people["second"], case.id, committee.meeting(days=4)).state == "planned"
    with pytest.raises(NotFound):
        service.reschedule(committee.people["stranger"], case.id, committee.meeting(days=5))


def test_the_desk_of_rooms_sees_a_number_and_no_mediator(committee):
    case = committee.assigned("first")
    service.schedule(committee.people["first"], case.id, committee.meeting())
    (line,) = rooms.on_day(committee.people["director"], committee.meeting().day)
    assert line.confidential and "1" in line.title
    assert "first某" not in repr(line) and "甲方" not in repr(line)
    assert rooms.my_bookings(committee.people["first"]) == []


def test_what_the_desk_of_rooms_changes_comes_back(committee, plugins):
    case = committee.assigned("first")
    made = service.schedule(committee.head, case.id, committee.meeting())
    director = committee.people["director"]
    day = committee.meeting(days=6).day
    rooms.move(director, made.occurrence_id, date=day.isoformat(), start="10:00", end="11:00", told=True)
    events.deliver(plugins, committee.community)
    moved = fresh(made)
    assert moved.start_min > made.start_min and moved.end_min - moved.start_min == 60
    rooms.cancel(director, made.occurrence_id, reason="停电")
    events.deliver(plugins, committee.community)
    assert fresh(made).state == "withdrawn"
    assert Case.get_by_id(case.id).state == "assigned"
    events.deliver(plugins, committee.community)
    assert Case.get_by_id(case.id).state == "assigned"


def test_a_meeting_elsewhere_needs_no_room(committee, clock):
    case = committee.assigned("first")
    met = committee.meeting().day
    from core.clock import utc_minute

    made = service.meet_elsewhere(committee.head, case.id, utc_minute(met, 600), utc_minute(met, 660), "甲方家里")
    assert made.occurrence_id is None
    with pytest.raises(Refused):
        service.reschedule(committee.head, case.id, committee.meeting())
    assert service.call_off(committee.head, case.id).state == "assigned"


def test_without_the_module_of_rooms_a_case_waits_with_the_reason(committee, plugins):
    case = committee.assigned("first")
    with pytest.raises(Refused):
        plugins.switch(command(committee.community), "rooms", enabled=False)
    switch_off(command(committee.community), "rooms")
    with pytest.raises(Refused):
        service.schedule(committee.head, case.id, committee.meeting())
    assert service.dues(Case.get_by_id(case.id))


def test_a_mediator_is_not_assigned_or_replaced_behind_a_meeting(committee):
    case = committee.assigned("first")
    service.schedule(committee.head, case.id, committee.meeting())
    with pytest.raises(Refused):
        service.assign(committee.head, case.id, committee.mediators["second"].id, "committee", True)
    ((assignment, _mediator),) = service.assigned_to(case)
    with pytest.raises(Refused):
        service.replace_mediator(committee.head, case.id, assignment.id, "kin", "当事人要求")


def test_the_month_counts_from_acceptance(committee):
    case = committee.accepted()
    found = service.dues(case)
    assert found[0].day == case.complete_by and add_working_days(today(), 1) <= case.complete_by
