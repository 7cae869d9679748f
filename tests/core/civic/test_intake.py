"""Call intake: four fields, the day of the call beside the moment of entry, and a call back that answers it."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.civic import intake
from core.civic.reaching import calls
from core.civic.workflow import engine as wf
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store import audit, db, violations
from tests.core.civic.test_calls import person


@pytest.fixture
def clerk(store):
    """A member of staff at the telephone."""
    return store.actor(calls.TAKE, calls.WORK, account=7)


def take(actor, **fields):
    """A call that came in."""
    given = {"who": "李阿姨", "what": "楼道灯坏了", "where": "3 幢 2 单元", "phone": "138 0013 8000"}
    return intake.take_call(actor, **{**given, **fields})


def test_keeps_the_day_of_the_call_beside_the_moment_of_entry(clerk):
    yesterday = today() - datetime.timedelta(days=1)
    before = db.now()
    take(clerk, requested_on=yesterday)

    [record] = intake.open_intakes(clerk)
    assert (record.caller, record.matter, record.place) == ("李阿姨", "楼道灯坏了", "3 幢 2 单元")
    assert (record.requested_on, record.phone, record.by_account) == (yesterday, "13800138000", 7)
    assert before <= record.entered_at <= db.now()
    assert not record.call_back


def test_without_a_call_back_nobody_is_called(clerk):
    take(clerk)
    assert calls.todays_calls(clerk) == []


def test_a_wish_to_be_called_back_stands_on_todays_list(clerk):
    record = take(clerk, call_back=True)

    [call] = calls.todays_calls(clerk)
    assert (call.name, call.phone, call.why) == ("李阿姨", "13800138000", "楼道灯坏了")
    assert call.subject == str(record.ref)


def test_calling_back_answers_the_call(clerk):
    record = take(clerk, call_back=True)
    calls.record_attempt(clerk, calls.todays_calls(clerk)[0].id, "told", note="明天来修")

    assert intake.open_intakes(clerk) == []
    done = intake.CallIntake.get_by_id(record.id)
    assert (done.state, done.note) == ("answered", "明天来修")
    assert [step.verb for step in wf.history(done)] == ["begin", "answer"]


def test_a_try_in_vain_leaves_the_call_open(clerk):
    take(clerk, call_back=True)
    calls.record_attempt(clerk, calls.todays_calls(clerk)[0].id, "no_answer")
    assert len(intake.open_intakes(clerk)) == 1


@pytest.mark.parametrize(("verb", "state"), [("answer", "answered"), ("close", "closed")])
def test_is_answered_or_closed_with_a_note_and_leaves_the_call_list(clerk, verb, state):
    record = take(clerk, call_back=True)
    with pytest.raises(Invalid) as caught:
        intake.finish_intake(clerk, record.id, verb, "  ")
    assert set(caught.value.errors) == {"note"}

    done = intake.finish_intake(clerk, record.id, verb, "已报物业")
    assert (done.state, done.note) == (state, "已报物业")
    assert done.finished_at is not None
    assert calls.todays_calls(clerk) == []
    assert intake.open_intakes(clerk) == []


def test_is_finished_once(clerk):
    record = take(clerk)
    intake.finish_intake(clerk, record.id, "answer", "已报物业")
    with pytest.raises(Refused):
        intake.finish_intake(clerk, record.id, "close", "重复")
    assert intake.CallIntake.get_by_id(record.id).note == "已报物业"


def test_knows_the_person_who_called(clerk):
    number = person(clerk.community, phone="0573-87000002")
    record = take(clerk, phone="", person_id=number)

    assert record.phone == "0573-87000002"
    entry = audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).get()
    assert (entry.action, entry.on_behalf_of) == ("core.call_intake.begin", number)


def test_refuses_a_person_of_another_community(store, clerk):
    with pytest.raises(NotFound):
        take(clerk, person_id=person(store.south))
    assert intake.open_intakes(clerk) == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"who": " "}, {"who"}),
        ({"what": ""}, {"what"}),
        ({"who": "", "what": ""}, {"who", "what"}),
        ({"who": "李" * 101}, {"who"}),
        ({"what": "灯" * 2001}, {"what"}),
        ({"where": "楼" * 201}, {"where"}),
        ({"what": "a\x00b"}, {"what"}),
        ({"phone": "12345"}, {"phone"}),
        ({"requested_on": datetime.date(2999, 1, 1)}, {"requested_on"}),
    ],
)
def test_names_the_fields_that_cannot_be_used(clerk, fields, named):
    with pytest.raises(Invalid) as caught:
        take(clerk, **fields)
    assert set(caught.value.errors) == named
    assert intake.open_intakes(clerk) == []


def test_lists_open_calls_by_day_and_continues_after_the_last_one(clerk):
    for number in range(5):
        take(clerk, who=f"住户{number}", requested_on=today() - datetime.timedelta(days=number % 2))
    first = intake.open_intakes(clerk, limit=3)
    rest = intake.open_intakes(clerk, intake.key_of(first[-1]), limit=3)
    assert [record.caller for record in (*first, *rest)] == ["住户1", "住户3", "住户0", "住户2", "住户4"]


def test_lists_finished_calls_with_the_latest_first(clerk):
    for number in range(5):
        record = take(clerk, who=f"住户{number}")
        intake.finish_intake(clerk, record.id, "answer", "已答复")
    take(clerk, who="还没答复的")
    first = intake.finished_intakes(clerk, limit=3)
    rest = intake.finished_intakes(clerk, intake.finished_key(first[-1]), limit=3)
    assert [record.caller for record in (*first, *rest)] == [f"住户{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("place", ["nonsense", "1.", ".1", f"1.{'9' * 30}", f"{'9' * 30}.1"])
def test_refuses_to_continue_at_a_place_that_is_none(clerk, place):
    with pytest.raises(Invalid):
        intake.finished_intakes(clerk, place)
    with pytest.raises(Invalid):
        intake.open_intakes(clerk, place)


def test_another_community_sees_and_touches_nothing(store, clerk):
    record = take(clerk)
    stranger = store.actor(calls.TAKE, calls.WORK, community=store.south)
    assert intake.open_intakes(stranger) == []
    with pytest.raises(NotFound):
        intake.finish_intake(stranger, record.id, "answer", "x")


def test_entering_listing_and_answering_need_their_permissions(store, clerk):
    record = take(clerk)
    with pytest.raises(Forbidden):
        take(store.actor(calls.WORK))
    with pytest.raises(Forbidden):
        intake.open_intakes(store.actor())
    with pytest.raises(Forbidden):
        intake.finish_intake(store.actor(calls.TAKE), record.id, "answer", "x")
    assert len(intake.open_intakes(store.actor(calls.TAKE))) == 1


def test_names_and_numbers_stand_only_in_the_erasable_detail(clerk):
    record = take(clerk, call_back=True)
    intake.finish_intake(clerk, record.id, "answer", "李阿姨说好了")

    for entry in audit.AuditEntry.select():
        told = f"{entry.reason} {entry.subject} {entry.actor} {entry.action}"
        assert "李阿姨" not in told
        assert "13800138000" not in told
    assert all("李阿姨" not in step.reason for step in wf.WorkflowStep.select())
    assert "李阿姨" in audit.AuditDetail.get(audit.AuditDetail.seq == 1).payload
    assert audit.verify(clerk.community) is None


@pytest.mark.parametrize("change", ["entered_at = 1", "by_label = 'x'", "by_account = 1", "community = community"])
def test_who_entered_a_call_and_when_cannot_be_changed(clerk, change):
    take(clerk)
    with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
        db.database.execute_sql(f"UPDATE call_intake SET {change}")
    assert violations.violated(caught.value) == "call_intake_entered_once"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("state = 'answered'", "call_intake_finished"),
        ("state = 'lost', finished_at = 1", "call_intake_state_known"),
        ("caller = ''", "call_intake_caller_given"),
        ("call_back = 2", "call_intake_call_back_flag"),
        ("matter = NULL", "call_intake_matter_required"),
    ],
)
def test_the_database_refuses_what_makes_no_sense_by_name(clerk, change, name):
    take(clerk)
    with pytest.raises(peewee.IntegrityError) as caught, db.transaction():
        db.database.execute_sql(f"UPDATE call_intake SET {change}")
    assert violations.violated(caught.value) == name
