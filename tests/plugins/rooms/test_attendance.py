"""Coming and leaving: who checks in when, what finishing frees, what nobody coming means, what the job does at the end."""

from __future__ import annotations

import datetime
import threading

import pytest

from core.actor import system
from core.errors import Forbidden, Invalid, Refused
from core.plugin.settings import set_setting
from core.store import db
from core.store.audit import AuditEntry
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.models import Occurrence
from tests.plugins.rooms.conftest import slots_of

START, END = 14 * 60, 16 * 60


@pytest.fixture
def booked(house):
    return house.book("棋牌室", "14:00", "16:00").occurrence_id


def stored(key):
    return Occurrence.get_by_id(key)


def times(house, key):
    return [(start - house.at(0), end - house.at(0)) for _resource, start, end in slots_of(key)]


def job(house):
    return service.finish_due(system(house.community, "rooms.finish"))


@pytest.mark.parametrize(
    ("minute", "allowed"), [(START - 16, False), (START - 15, True), (END - 1, True), (END, False)]
)
def test_check_in_opens_a_quarter_of_an_hour_before_and_closes_at_the_end(house, booked, clock, minute, allowed):
    clock(house.at(minute))
    if allowed:
        assert service.check_in(house.resident(), booked).state == "checked_in"
        assert stored(booked).checked_in_at == house.at(minute) * 60_000
    else:
        with pytest.raises(Refused):
            service.check_in(house.resident(), booked)
        assert stored(booked).state == "confirmed"


def test_the_community_sets_how_early(house, booked, clock):
    set_setting(house.store.actor("core.settings.edit"), "rooms.check_in_before", 60)
    clock(house.at(START - 60))
    assert service.check_in(house.resident(), booked).state == "checked_in"


def test_organiser_guest_with_the_code_and_staff_check_in_nobody_else(house, booked, clock):
    guest = house.book("会议室", "14:00", "16:00", house.staff, guest_name="张阿姨")
    hall = house.book("大厅", "14:00", "16:00")
    clock(house.at(START))
    for actor, fields in ((house.resident(2), {}), (house.visitor, {}), (house.visitor, {"code": "WRONG"})):
        with pytest.raises(Forbidden):
            service.check_in(actor, booked, **fields)
    assert service.check_in(house.visitor, guest.occurrence_id, code=guest.code).state == "checked_in"
    assert service.check_in(house.resident(), booked).state == "checked_in"
    assert service.check_in(house.staff, hall.occurrence_id).state == "checked_in"


def test_two_at_once_make_one_check_in(house, booked, clock):
    clock(house.at(START))
    gate, found = threading.Barrier(2), []

    def come(actor):
        try:
            gate.wait()
            found.append(service.check_in(actor, booked).state)
        finally:
            db.database.close()

    threads = [threading.Thread(target=come, args=(actor,)) for actor in (house.resident(), house.staff)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["checked_in", "checked_in"]
    assert AuditEntry.select().where(AuditEntry.action == "rooms.occurrence.check_in").count() == 1


def test_a_check_in_by_mistake_is_taken_back_by_staff(house, booked, clock):
    clock(house.at(START))
    service.check_in(house.staff, booked)
    with pytest.raises(Forbidden):
        service.undo_check_in(house.resident(), booked)
    service.undo_check_in(house.staff, booked)
    assert (stored(booked).state, stored(booked).checked_in_at) == ("confirmed", None)


def test_a_request_to_change_is_withdrawn_by_checking_in(house, clock):
    booked = house.book("会议室", "14:00", "15:00", house.staff, guest_name="张阿姨")
    wish = {"date": house.day.isoformat(), "start": "17:00", "end": "18:00"}
    asked = service.move(house.visitor, booked.occurrence_id, code=booked.code, **wish)
    clock(house.at(START))
    service.check_in(house.visitor, booked.occurrence_id, code=booked.code)
    assert (asked.state, stored(asked.occurrence_id).state) == ("requested", "withdrawn")


def test_whoever_is_checked_in_keeps_start_and_place_and_may_stay_longer(house, booked, clock):
    clock(house.at(START - 10))
    service.check_in(house.resident(), booked)
    date = house.day.isoformat()
    with pytest.raises(Refused):
        service.move(house.resident(), booked, date=date, start="15:00", end="16:00")
    with pytest.raises(Refused):
        service.cancel(house.resident(), booked)
    longer = service.move(house.resident(), booked, date=date, start="14:00", end="17:00")
    assert (longer.state, times(house, booked)) == ("checked_in", [(START, 17 * 60)])


def test_finishing_early_frees_the_rest_and_keeps_the_buffer(house, clock):
    house.edit("棋牌室", buffer_before=5, buffer_after=10)
    booked = house.book("棋牌室", "14:00", "16:00").occurrence_id
    clock(house.at(START))
    service.check_in(house.resident(), booked)
    clock(house.at(START + 30))
    done = service.finish(house.resident(), booked, people=12)
    assert (done.state, done.end_min) == ("finished", house.at(START + 30))
    assert times(house, booked) == [(START - 5, START + 40)]
    assert (stored(booked).end_min, stored(booked).people_came) == (house.at(END), 12)
    assert check(house.community) == []
    line = service.occurrence_line(house.resident(), booked)
    assert (line.left, line.overrun, line.is_over) == ("14:30", 0, True)
    assert [each.id for each in service.my_bookings(house.resident(), past=True)] == [booked]
    assert house.book("棋牌室", "15:00", "16:00", house.resident(2)).state == "confirmed"


def test_a_hall_left_early_is_free_in_all_its_parts(house, clock):
    booked = house.book("大厅", "14:00", "16:00").occurrence_id
    clock(house.at(START + 30))
    service.finish(house.staff, booked)
    assert times(house, booked) == [(START, START + 30)] * 2
    assert check(house.community) == []


def test_who_leaves_before_the_start_keeps_one_minute(house, booked, clock):
    clock(house.at(START - 10))
    service.check_in(house.resident(), booked)
    service.finish(house.resident(), booked)
    assert times(house, booked) == [(START, START + 1)]
    assert check(house.community) == []


def test_who_stays_longer_is_shown_and_keeps_the_booked_slot(house, booked, clock):
    clock(house.at(START))
    service.check_in(house.resident(), booked)
    clock(house.at(END + 12))
    line = service.occurrence_line(house.staff, booked)
    assert (line.overrun, line.may_finish, line.is_over, job(house)) == (12, True, False, 0)
    service.finish(house.staff, booked)
    line = service.occurrence_line(house.staff, booked)
    assert (line.state, line.left, line.overrun) == ("finished", "16:12", 12)
    assert times(house, booked) == [(START, END)]
    assert check(house.community) == []


def test_the_job_ends_what_is_over_checked_in_or_not(house, booked, clock):
    silent = house.book("会议室", "14:00", "16:00", house.staff).occurrence_id
    clock(house.at(START))
    service.check_in(house.resident(), booked)
    clock(house.at(END + 15))
    assert job(house) == 2
    assert (stored(booked).state, stored(booked).finished_at) == ("finished", house.at(END) * 60_000)
    assert (stored(silent).state, stored(silent).missed_at, stored(silent).finished_at) == ("unattended", None, None)
    assert (job(house), check(house.community)) == (0, [])
    assert times(house, silent) == [(START, END)]


def test_nobody_is_put_out_unless_the_community_wants_it(house, booked, clock):
    clock(house.at(START + 60))
    assert (job(house), stored(booked).state) == (0, "confirmed")
    set_setting(house.store.actor("core.settings.edit"), "rooms.release_after", 30)
    assert (job(house), stored(booked).state) == (1, "unattended")
    assert times(house, booked) == [(START, START + 60)]
    assert stored(booked).missed_at is not None
    assert check(house.community) == []
    told = slots.rows("SELECT text FROM message WHERE community=? AND person_id=?", house.community, 1001)
    assert len(told) == 1


def test_no_room_is_released_while_somebody_is_checked_in(house, booked, clock):
    set_setting(house.store.actor("core.settings.edit"), "rooms.release_after", 15)
    clock(house.at(START))
    service.check_in(house.resident(), booked)
    clock(house.at(START + 90))
    assert (job(house), stored(booked).state) == (0, "checked_in")


def test_staff_note_that_nobody_came_and_take_it_back(house, booked, clock):
    with pytest.raises(Refused):
        service.mark_missed(house.staff, booked)
    clock(house.at(START + 20))
    with pytest.raises(Forbidden):
        service.mark_missed(house.resident(), booked)
    service.mark_missed(house.staff, booked)
    assert (stored(booked).state, times(house, booked)) == ("unattended", [(START, START + 20)])
    service.undo_missed(house.staff, booked)
    assert (stored(booked).state, times(house, booked)) == ("confirmed", [(START, END)])
    assert service.check_in(house.resident(), booked).state == "checked_in"
    assert check(house.community) == []


def test_what_was_given_to_others_is_not_taken_back(house, booked, clock):
    clock(house.at(START + 20))
    service.mark_missed(house.staff, booked)
    house.book("棋牌室", "15:00", "16:00", house.resident(2))
    with pytest.raises(Refused):
        service.undo_missed(house.staff, booked)
    assert (stored(booked).state, times(house, booked)) == ("unattended", [(START, START + 20)])
    assert check(house.community) == []


def test_afterwards_staff_say_what_they_know(house, booked, clock):
    clock(house.at(END))
    job(house)
    service.mark_missed(house.staff, booked)
    with pytest.raises(Refused):
        service.attest(house.staff, booked)
    service.undo_missed(house.staff, booked)
    with pytest.raises(Refused):
        service.undo_missed(house.staff, booked)
    service.attest(house.staff, booked, people=8)
    assert (stored(booked).state, stored(booked).people_came) == ("finished", 8)
    service.note_people(house.staff, booked, 9)
    assert (stored(booked).people_came, check(house.community)) == (9, [])


@pytest.mark.parametrize("people", [0, -1, 10_000])
def test_a_number_of_people_is_believable(house, booked, clock, people):
    clock(house.at(START))
    with pytest.raises(Invalid):
        service.finish(house.staff, booked, people=people)
    assert stored(booked).state == "confirmed"


def test_a_room_in_use_now_is_closed_from_when_it_is_free(house, booked, clock):
    clock(house.at(START + 30))
    service.finish(house.resident(), booked)
    closed = service.close(
        house.staff, house.rooms["棋牌室"].id, date=house.day.isoformat(), start="08:00", end="18:00", reason="检修"
    )
    assert (closed.start_min, closed.end_min) == (house.at(START + 30), house.at(18 * 60))
    assert check(house.community) == []


def test_the_rules_hold_in_the_database_too(house, booked):
    for statement in (
        "UPDATE rooms_occurrence SET missed_at=1 WHERE id=?",
        "UPDATE rooms_occurrence SET state='checked_in' WHERE id=?",
        "UPDATE rooms_occurrence SET state='finished' WHERE id=?",
    ):
        with pytest.raises(Exception, match="rooms_occurrence_"), db.transaction():
            slots.run(statement, booked)


def test_the_past_of_another_day_stays_taken(house, booked, clock):
    clock(house.at(END))
    job(house)
    day = service.day(house.staff, house.day)
    assert [each.taken[0][:2] for each in day if each.room.name == "棋牌室"] == [(START, END)]
    assert service.on_day(house.staff, house.day + datetime.timedelta(days=1)) == []
