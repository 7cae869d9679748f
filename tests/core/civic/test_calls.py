"""Today's calls: asked for once, worked by staff, never lost before a recorded contact, never to somebody who has died."""

from __future__ import annotations

import datetime
import threading

import peewee
import pytest

from core.civic.reaching import calls
from core.clock import today
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from core.people.person import Person, new_public_id
from core.store import audit, db, violations
from core.store.ref import Ref


@pytest.fixture
def clerk(store):
    """A member of staff who makes calls."""
    return store.actor(calls.WORK, account=7)


def person(community, name="王桂英", phone="13800138000", status="living_here", **fields):
    """The id of a resident."""
    with db.transaction(community):
        made = Person.create(
            community=community,
            public_id=new_public_id(),
            name=name,
            phone=phone,
            status=status,
            sort_key=name,
            search_text=name,
            created_at=db.now(),
            updated_at=db.now(),
            **fields,
        )
    return made.id


def subject(actor, number=1):
    """A record of some module."""
    return Ref("rooms.booking", actor.community, number)


def ask(actor, number=1, key="confirmed", **fields):
    """A call that some module asks for."""
    given = {"name": "王桂英", "phone": "13800138000", "why": "调解室已订好,周三下午两点。"}
    return calls.ask_to_call(actor, subject(actor, number), key, **{**given, **fields})


def day(distance):
    """The day that many days from today."""
    return today() + datetime.timedelta(days=distance)


def listed(actor):
    """The names on today's list."""
    return [call.name for call in calls.todays_calls(actor)]


# --------------------------------------------------------------------------- asking


def test_a_module_asks_once_however_often_it_asks(clerk):
    first = ask(clerk)
    again = ask(clerk, why="别的话")
    other = ask(clerk, key="reminder")

    assert again.id == first.id
    assert again.why == first.why
    assert other.id != first.id
    assert len(calls.todays_calls(clerk)) == 2


def test_parallel_requests_make_one_call(store, clerk):
    made, barrier = [], threading.Barrier(6)

    def request():
        barrier.wait()
        made.append(ask(clerk).id)
        db.database.close()

    threads = [threading.Thread(target=request) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1


def test_takes_name_and_number_from_the_person(clerk):
    ask(clerk, name="", phone="", person_id=person(clerk.community))

    [call] = calls.todays_calls(clerk)
    assert (call.name, call.phone) == ("王桂英", "13800138000")


def test_the_number_given_with_the_call_comes_first(clerk):
    ask(clerk, phone="0573-87000001", person_id=person(clerk.community))
    assert calls.todays_calls(clerk)[0].phone == "0573-87000001"


def test_a_call_to_somebody_without_a_telephone_is_listed_too(clerk):
    ask(clerk, phone="")
    assert calls.todays_calls(clerk)[0].phone == ""


def test_refuses_records_and_people_of_another_community(store, clerk):
    with pytest.raises(NotFound):
        calls.ask_to_call(clerk, Ref("rooms.booking", store.south, 1), "x", name="王桂英", why="…")
    with pytest.raises(NotFound):
        ask(clerk, person_id=person(store.south))
    assert calls.todays_calls(clerk) == []


# --------------------------------------------------------------------------- the list


def test_lists_what_is_due_with_the_longest_overdue_first(clerk):
    ask(clerk, 1, name="今天", due_day=day(0))
    ask(clerk, 2, name="明天", due_day=day(1))
    ask(clerk, 3, name="上周", due_day=day(-7))

    assert listed(clerk) == ["上周", "今天"]
    assert [call.is_late for call in calls.todays_calls(clerk)] == [True, False]


def test_never_lists_somebody_who_has_died(clerk):
    gone = person(clerk.community, status="deceased")
    task = ask(clerk, person_id=gone)
    ask(clerk, 2, name="搬走的", person_id=person(clerk.community, "李明", status="moved_away"))

    assert listed(clerk) == ["搬走的"]
    with pytest.raises(Refused):
        calls.record_attempt(clerk, task.id, "told")
    assert calls.contacted_at(subject(clerk)) is None


def test_a_second_record_of_somebody_who_has_died_is_not_listed_either(clerk):
    kept = person(clerk.community, status="deceased")
    ask(clerk, person_id=person(clerk.community, same_as=kept))
    assert listed(clerk) == []


def test_continues_after_the_last_row_shown(clerk):
    for number in range(7):
        ask(clerk, number, name=f"住户{number}", due_day=day(-(number % 2)))
    seen, after = [], None
    while page := calls.todays_calls(clerk, after, limit=3):
        assert len(page) <= 3
        seen += [call.name for call in page]
        after = page[-1].key
    assert seen == ["住户1", "住户3", "住户5", "住户0", "住户2", "住户4", "住户6"]


@pytest.mark.parametrize(
    "after", ["nonsense", "2026-01-01", "2026-01-01.", "2026-01-01.-1", "2026-13-01.1", f"2026-01-01.{'9' * 30}"]
)
def test_refuses_to_continue_at_a_place_that_is_none(clerk, after):
    with pytest.raises(Invalid):
        calls.todays_calls(clerk, after)


def test_another_community_sees_and_touches_nothing(store, clerk):
    task = ask(clerk)
    stranger = store.actor(calls.WORK, community=store.south)

    assert calls.todays_calls(stranger) == []
    for act in (
        lambda: calls.attempts(stranger, task.id),
        lambda: calls.record_attempt(stranger, task.id, "told"),
        lambda: calls.correct_phone(stranger, task.id, "13900139000"),
        lambda: calls.set_aside(stranger, task.id, "不打了"),
        lambda: calls.call_not_needed(stranger, subject(clerk), "confirmed", "取消"),
    ):
        with pytest.raises(NotFound):
            act()
    assert len(calls.todays_calls(clerk)) == 1


def test_working_the_list_needs_its_permission(store, clerk):
    task, visitor = ask(clerk), store.actor(calls.TAKE)
    for act in (
        lambda: calls.todays_calls(visitor),
        lambda: calls.record_attempt(visitor, task.id, "told"),
        lambda: calls.correct_phone(visitor, task.id, "13900139000"),
        lambda: calls.set_aside(visitor, task.id, "不打了"),
        lambda: calls.attempts(visitor, task.id),
    ):
        with pytest.raises(Forbidden):
            act()


# --------------------------------------------------------------------------- attempts


@pytest.mark.parametrize("outcome", ["told", "told_in_person"])
def test_telling_somebody_ends_the_call_and_records_the_contact(clerk, outcome):
    task = ask(clerk)
    assert calls.contacted_at(subject(clerk)) is None
    calls.record_attempt(clerk, task.id, outcome, note="本人接的")

    assert calls.todays_calls(clerk) == []
    moment = calls.contacted_at(subject(clerk))
    assert moment is not None
    assert calls.contacted_at(subject(clerk), "confirmed") == moment
    assert calls.contacted_at(subject(clerk), "reminder") is None
    [attempt] = calls.attempts(clerk, task.id)
    assert (attempt.outcome, attempt.note, attempt.by_account, attempt.at) == (outcome, "本人接的", 7, moment)


def test_no_answer_puts_the_call_off_to_the_next_try(clerk):
    tomorrow, later = ask(clerk, 1), ask(clerk, 2)
    calls.record_attempt(clerk, tomorrow.id, "no_answer")
    calls.record_attempt(clerk, later.id, "no_answer", next_day=day(3))

    assert calls.todays_calls(clerk) == []
    assert calls.CallTask.get_by_id(tomorrow.id).next_day == day(1)
    assert calls.CallTask.get_by_id(later.id).next_day == day(3)
    assert calls.contacted_at(subject(clerk)) is None


def test_a_call_that_was_not_answered_comes_back_and_keeps_its_tries(clerk):
    task = ask(clerk)
    calls.record_attempt(clerk, task.id, "no_answer", next_day=today())
    calls.record_attempt(clerk, task.id, "no_answer", next_day=today())

    [call] = calls.todays_calls(clerk)
    assert (call.tries, call.last_outcome) == (2, "no_answer")
    assert [attempt.next_day for attempt in calls.attempts(clerk, task.id)] == [today(), today()]


def test_a_wrong_number_stays_on_the_list_until_it_is_corrected(clerk):
    task = ask(clerk)
    calls.record_attempt(clerk, task.id, "wrong_number")
    [call] = calls.todays_calls(clerk)
    assert call.last_outcome == "wrong_number"

    calls.correct_phone(clerk, task.id, "139 0013 9000")
    assert calls.todays_calls(clerk)[0].phone == "13900139000"
    with pytest.raises(Invalid):
        calls.correct_phone(clerk, task.id, "12")


def test_refuses_a_second_outcome_after_the_contact(clerk):
    task = ask(clerk)
    calls.record_attempt(clerk, task.id, "told")
    with pytest.raises(Conflict):
        calls.record_attempt(clerk, task.id, "told_in_person")
    assert len(calls.attempts(clerk, task.id)) == 1


@pytest.mark.parametrize(
    ("outcome", "fields", "field"),
    [
        ("shouted", {}, "outcome"),
        ("no_answer", {"next_day": datetime.date(2020, 1, 1)}, "next_day"),
        ("told", {"note": "a\x00b"}, "note"),
    ],
)
def test_refuses_attempts_that_make_no_sense_by_field(clerk, outcome, fields, field):
    task = ask(clerk)
    with pytest.raises(Invalid) as caught:
        calls.record_attempt(clerk, task.id, outcome, **fields)
    assert set(caught.value.errors) == {field}
    assert calls.attempts(clerk, task.id) == []


def test_staff_set_a_call_aside_with_a_reason(clerk):
    task = ask(clerk)
    with pytest.raises(Invalid):
        calls.set_aside(clerk, task.id, " ")
    calls.set_aside(clerk, task.id, "家属已来过大厅")

    assert calls.todays_calls(clerk) == []
    assert calls.was_set_aside(subject(clerk), "confirmed")
    assert calls.contacted_at(subject(clerk)) is None
    with pytest.raises(Conflict):
        calls.record_attempt(clerk, task.id, "told")


def test_a_module_takes_its_call_back(clerk):
    ask(clerk)
    assert calls.call_not_needed(clerk, subject(clerk), "confirmed", "预约已取消")
    assert not calls.call_not_needed(clerk, subject(clerk), "confirmed", "预约已取消")
    assert calls.todays_calls(clerk) == []


# --------------------------------------------------------------------------- what stays


def test_every_act_is_audited_without_a_name_or_number_outside_the_detail(clerk):
    task = ask(clerk)
    calls.record_attempt(clerk, task.id, "wrong_number", note="王桂英不住这里")
    calls.correct_phone(clerk, task.id, "13900139000")
    calls.record_attempt(clerk, task.id, "no_answer")
    calls.set_aside(clerk, task.id, "王桂英来过了")

    entries = list(audit.AuditEntry.select().order_by(audit.AuditEntry.seq))
    assert [entry.action for entry in entries] == [
        "core.call.asked",
        "core.call.attempted",
        "core.call.phone_corrected",
        "core.call.attempted",
        "core.call.set_aside",
    ]
    told = " ".join(f"{entry.reason} {entry.subject} {entry.actor}" for entry in entries)
    assert "王桂英" not in told
    assert "13900139000" not in told
    assert "13900139000" in audit.AuditDetail.get(audit.AuditDetail.seq == 3).payload
    assert audit.verify(clerk.community) is None


ATTACKS = {
    "sqlite": ("UPDATE {} SET note = 'x'", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"),
    "postgresql": ("UPDATE {} SET note = 'x'", "DELETE FROM {}", "TRUNCATE {}"),
}


def test_attempts_are_append_only_in_raw_sql(clerk):
    calls.record_attempt(clerk, ask(clerk).id, "told")
    for attack in ATTACKS[db.engine_name()]:
        with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
            db.database.execute_sql(attack.format("call_attempt"))
        assert violations.violated(caught.value) == "call_attempt_append_only"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("state = 'reached'", "call_task_contact_recorded"),
        ("contacted_at = 1", "call_task_contact_recorded"),
        ("state = 'lapsed'", "call_task_state_known"),
        ("state = 'set_aside'", "call_task_set_aside_why"),
        ("name = ''", "call_task_name_given"),
    ],
)
def test_the_database_lets_no_call_lapse_without_a_contact_or_a_decision(clerk, change, name):
    ask(clerk)
    with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
        db.database.execute_sql(f"UPDATE call_task SET {change}")
    assert violations.violated(caught.value) == name


def test_a_deleted_person_leaves_the_call_standing(clerk):
    ask(clerk, person_id=person(clerk.community))
    with db.transaction(clerk.community):
        db.database.execute_sql("DELETE FROM person")
    assert listed(clerk) == ["王桂英"]
