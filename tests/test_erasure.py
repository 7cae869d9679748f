"""Erasing a person leaves no trace of name and number but where the register says why, and chains and counts stay whole."""

import datetime
import os
import signal
import subprocess
import sys

import pytest

from core.actor import Actor, command
from core.civic import intake
from core.civic.notices import publishing as notices
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.privacy import care_notes, consents, erasure, requests
from core.civic.privacy import register as privacy_register
from core.civic.reaching import calls
from core.clock import today
from core.errors import Conflict, Forbidden, NotFound, Refused
from core.people import accounts, residents, roles, roster
from core.people.account_records import Account, Session
from core.people.directory import EDIT
from core.people.permissions import PRIVACY
from core.people.person import Person
from core.people.sessions import open_session
from core.store import audit
from core.store.db import database, transaction
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import service
from plugins.rooms.models import Occurrence
from tests.core.web.office_cases import person

NAME, FORMER, PHONE, LANDLINE = "欧阳无迹", "欧阳有迹", "13812340000", "057387654321"
WORDS = "关于欧阳无迹家漏水的事"


@pytest.fixture
def registry(app):
    return app.extensions["linli_registry"]


@pytest.fixture
def room(app):
    """A room that anybody may book all day."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {day: [(480, 1260)] for day in range(7)})
    return service.add_room(actor, venue.id, name="书画室", seats=20).id


def chief(community=WEST_HILL, *permissions) -> Actor:
    held = frozenset({PRIVACY, EDIT, calls.TAKE, calls.WORK, *permissions})
    return Actor(kind="staff", account=902, community=community, label="周主任", origin="test", permissions=held)


def finish_calls() -> None:
    """Set aside what cancelling left to be told by telephone."""
    for task in list(calls.CallTask.of(WEST_HILL).where(calls.CallTask.state == "open")):
        calls.set_aside(command(WEST_HILL), task.id, WORDS)


def in_everything(room) -> tuple[Person, int]:
    """Somebody whom every part of the system knows, and their request; everything of theirs is finished."""
    actor = command(WEST_HILL)
    line = f"3-2-502,{FORMER},{PHONE},女,1950\n"
    roster.import_file(actor, f"{FORMER}.csv", f"房号,姓名,电话,性别,出生年份\n{line}".encode("utf-8-sig"), "海城名家")
    who = Person.get(Person.name == FORMER)
    residents.edit_person(actor, who.public_id, name=NAME, phone_2=LANDLINE, note=WORDS)
    account = accounts.open_account(actor, who.public_id, "830174")
    open_session(account, opened_with="pin", address="127.0.0.1", agent=NAME)
    resident = Actor(
        kind="resident", account=account.id, person=who.id, community=WEST_HILL, label=NAME, origin="test",
        permissions=frozenset({"rooms.book"}),
    )  # fmt: skip
    call = intake.take_call(actor, who=NAME, what=WORDS, where="3-2-502", phone=PHONE, person_id=who.id)
    intake.finish_intake(actor, call.id, "answer", WORDS)
    stranger = intake.take_call(actor, who=NAME, what=WORDS, phone=PHONE)
    intake.finish_intake(actor, stranger.id, "close", WORDS)
    task = calls.ask_to_call(resident, who.ref, "test", name=NAME, why=WORDS, person_id=who.id)
    calls.record_attempt(actor, task.id, "no_answer", note=WORDS)
    calls.set_aside(actor, task.id, WORDS)
    when = {"date": (today() + datetime.timedelta(days=2)).isoformat(), "title": WORDS, "purpose": WORDS, "people": 3}
    own = service.book(resident, room, service.BookingRequest(start="09:00", end="10:00", **when))
    service.cancel(resident, own.occurrence_id, reason=WORDS)
    guest = service.book(
        actor, room, service.BookingRequest(start="11:00", end="12:00", guest_name=NAME, guest_phone=PHONE, **when)
    )
    service.cancel(actor, guest.occurrence_id, reason=WORDS)
    _objects(resident)
    consents.answer(resident, care_notes.CARE, True)
    care_notes.write_care(actor, who.public_id, WORDS)
    child = person("小宝", "", "3-2-502", birth_year=today().year - 6)
    consents.answer_for_child(resident, child.public_id, "core.child", True, "parent")
    finish_calls()
    fixed = requests.ask(resident, "correct", WORDS)
    requests.answer(chief(), fixed.id, "fulfil", WORDS)
    requests.enter(chief(), who.public_id, "copy", WORDS, "paper", today())
    return Person.get_by_id(who.id), requests.ask(resident, "erase", WORDS).id


def _objects(resident: Actor) -> None:
    """An objection with an account, one on paper and words added to it, answered; and a draft."""
    actor = command(WEST_HILL)
    wording = notices.NoticeWording("general", "停水通知", "周六停水", "陆敏", objection_days=7)
    notice = notices.draft_notice(actor, wording)
    notices.publish_notice(actor, notice.id)
    filed = objections.file_objection(resident, notice.id, WORDS)
    paper = objections.enter_objection(actor, notice.id, WORDS, channel="paper", name=NAME, phone=PHONE)
    objections.add_word(resident, filed.objection_id, WORDS)
    for each in (filed, paper):
        objection_answers.answer_objection(
            actor, each.objection_id, wording="……漏水的事", outcome="stands", answer="已处理。"
        )
    objections.save_draft(resident, notice.id, WORDS)


def found_in(*words: str) -> set[tuple[str, str]]:
    """Every (table, column) of the database that holds one of the words, in text or bytes."""
    engine, found = database.obj, set()
    for table in engine.get_tables():
        for column in engine.get_columns(table):
            for (value,) in engine.execute_sql(f'SELECT "{column.name}" FROM "{table}"').fetchall():
                held = bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)
                if any(word in held for word in words):
                    found.add((table, column.name))
    return found


def lawful(registry) -> set[tuple[str, str]]:
    """The columns of which the register says why they stay."""
    return {
        (item.model._meta.table_name, name)
        for _group, item in privacy_register.declared(registry)
        if str(item.stays)
        for name in item.fields
    }


def test_no_trace_of_name_and_number_remains_but_where_the_register_says_why(app, registry, room):
    other = person("欧阳", "13900139000", "1-1-101")
    who, asked = in_everything(room)
    before = found_in(NAME, FORMER, PHONE, LANDLINE)
    assert {("person", "name"), ("former_name", "name"), ("call_attempt", "note"), ("rooms_booking", "guest_phone"),
            ("workflow_step", "by_label"), ("audit_detail", "payload"), ("import_batch", "content"),
            ("objector", "words"), ("objector", "name"), ("objection_word", "words"), ("objection_draft", "words"),
            ("rooms_booking", "title"), ("privacy_request", "wish"), ("account", "label"),
            ("care_note", "words"), ("separate_consent", "guardian"), ("separate_consent", "by_label")} <= before  # fmt: skip
    bookings = Occurrence.of(WEST_HILL).count()

    erasure.erase(chief(), registry, asked, f" {NAME} ")

    left = found_in(NAME, FORMER, PHONE, LANDLINE)
    assert left - lawful(registry) == set()
    assert left == {("audit_entry", "actor"), ("audit_entry", "reason")}
    assert audit.verify(WEST_HILL) is None
    assert Occurrence.of(WEST_HILL).count() == bookings
    assert Person.get_by_id(who.id).public_id == who.public_id
    assert Account.select().where(Account.person_id == who.id).count() == Session.select().count() == 0
    assert Person.get_by_id(other.id).name == "欧阳"
    entry = audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).first()
    assert (entry.action, entry.subject) == ("core.person.erased", f"core.person:{who.public_id}")


def test_the_pseudonym_leads_to_nobody_and_lists_still_open(app, registry, room):
    from core.people.directory import list_people, person_page

    who, asked = in_everything(room)
    erasure.erase(chief(), registry, asked, NAME)
    actor = command(WEST_HILL)
    assert list_people(actor, "欧阳").rows == list_people(actor, PHONE[-4:]).rows == ()
    page = person_page(actor, who.public_id)
    assert page.name.startswith("已删除") and page.phones == page.homes == page.former_names == ()
    assert (page.status, page.birth_year, page.note) == ("moved_away", None, "")
    assert list_people(actor).rows[-1].public_id == who.public_id


def test_the_preview_says_what_goes_and_what_stays_and_writes_nothing(app, registry, room):
    who, _asked = in_everything(room)
    before = found_in(NAME)
    said = erasure.preview(registry, WEST_HILL, who.id)
    assert str(said.goes[0][0]) == "居民花名册"
    assert any("操作记录" in why for _label, why in said.stays) and said.obstacles == ()
    assert found_in(NAME) == before
    with pytest.raises(NotFound):
        erasure.preview(registry, SOUTH_GARDEN, who.id)


@pytest.mark.parametrize("typed", ["", "欧阳", FORMER])
def test_another_name_erases_nobody(app, registry, room, typed):
    _who, asked = in_everything(room)
    before = found_in(NAME)
    with pytest.raises(Refused):
        erasure.erase(chief(), registry, asked, typed)
    assert found_in(NAME) == before


def test_only_whoever_may_and_only_what_was_asked(app, registry, room):
    who, asked = in_everything(room)
    with pytest.raises(Forbidden):
        erasure.erase(Actor(kind="staff", account=3, community=WEST_HILL), registry, asked, NAME)
    with pytest.raises(NotFound):
        erasure.erase(chief(SOUTH_GARDEN), registry, asked, NAME)
    copy = next(each.id for each in requests.PrivacyRequest.select() if each.ask == "copy")
    with pytest.raises(Refused):
        erasure.erase(chief(), registry, copy, NAME)
    erasure.erase(chief(), registry, asked, NAME)
    with pytest.raises((Refused, Conflict)):
        erasure.erase(chief(), registry, asked, Person.get_by_id(who.id).name)


def test_what_is_still_open_must_be_ended_first(app, registry, room):
    who, asked = in_everything(room)
    actor, owner = command(WEST_HILL), command(WEST_HILL)
    account = accounts.account_of_person(WEST_HILL, who.id)
    grant = roles.grant_role(owner, account.id, "steward")
    booked = service.book(
        actor.for_person(who.id),
        room,
        service.BookingRequest(
            date=(today() + datetime.timedelta(days=2)).isoformat(),
            start="15:00",
            end="16:00",
            title="书法",
            people=2,
            organiser=NAME,
        ),
    )
    task = calls.ask_to_call(actor, who.ref, "later", name=NAME, why="一件事", person_id=who.id)
    assert len(erasure.preview(registry, WEST_HILL, who.id).obstacles) == 2
    for end in (
        lambda: roles.end_role(owner, grant.id, "任满"),
        lambda: calls.set_aside(actor, task.id, "已当面说"),
        lambda: service.cancel(actor, booked.occurrence_id, reason="本人要求"),
        finish_calls,
    ):
        before = found_in(NAME)
        with pytest.raises(Refused):
            erasure.erase(chief(), registry, asked, NAME)
        assert found_in(NAME) == before
        end()
    erasure.erase(chief(), registry, asked, NAME)
    assert ("person", "name") not in found_in(NAME)


def test_a_module_that_is_off_erases_and_one_that_fails_stops_all(app, registry, room, monkeypatch):
    from plugins.rooms.about import privacy

    who, asked = in_everything(room)
    switch_off(command(WEST_HILL), "rooms")
    before = found_in(NAME)
    with monkeypatch.context() as patch:
        patch.setattr(privacy, "erase_bookings", lambda community, person: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasure.erase(chief(), registry, asked, NAME)
    assert found_in(NAME) == before and Person.get_by_id(who.id).name == NAME
    erasure.erase(chief(), registry, asked, NAME)
    assert ("rooms_booking", "organiser") not in found_in(NAME)


def test_a_namesake_keeps_the_values_in_the_log(app, registry, room):
    _who, asked = in_everything(room)
    twin = person(NAME, "13700137000", "9-9-909")
    seq = audit.AuditEntry.select().where(audit.AuditEntry.subject == str(twin.ref)).get().seq
    erasure.erase(chief(), registry, asked, NAME)
    assert audit.AuditDetail.select().where(audit.AuditDetail.seq == seq).count() == 1
    assert Person.get_by_id(twin.id).name == NAME


def test_history_can_lose_words_and_nothing_else(app, room):
    import peewee

    from core.civic.workflow.engine import WorkflowStep
    from core.store.violations import violated

    in_everything(room)
    for change in ({"reason": "x"}, {"by_label": "x"}, {"at": 1}, {"verb": ""}):
        with pytest.raises(peewee.IntegrityError) as error, transaction(WEST_HILL):
            WorkflowStep.update(**change).execute()
        assert violated(error.value) == "workflow_step_append_only"
    with pytest.raises(peewee.IntegrityError), transaction(WEST_HILL):
        WorkflowStep.delete().execute()
    with transaction(WEST_HILL):
        assert WorkflowStep.update(reason="", by_label="").execute() > 5


KILLED = """
import os, signal, sys
from pathlib import Path
from core.app import create_app
from core.civic.privacy import erasure
from core.config import load_config
from tests.test_erasure import chief
app = create_app(load_config(Path(sys.argv[1]), database=sys.argv[2] or None))
erasure.ERASERS.append(lambda actor, person: os.kill(os.getpid(), signal.SIGKILL))
erasure.erase(chief(), app.extensions["linli_registry"], int(sys.argv[3]), sys.argv[4])
"""


def test_killed_in_the_middle_nothing_is_erased(app, both_engines, registry, room):
    _who, asked = in_everything(room)
    before = found_in(NAME, PHONE)
    folder, url = str(both_engines.instance), both_engines.database or ""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, folder, url, str(asked), NAME], env={**os.environ, "LINLI_STRICT": "1"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert found_in(NAME, PHONE) == before
    assert audit.verify(WEST_HILL) is None
    erasure.erase(chief(), registry, asked, NAME)
    assert ("person", "name") not in found_in(NAME)


def test_what_is_told_of_somebody_with_a_longer_name_stays(app, registry):
    who, other = person("李伟", "13811110000", "3-2-501"), person("李伟民", "13811110001", "3-2-502")
    residents.edit_person(command(WEST_HILL), other.public_id, note="李伟民的备注")

    def told():
        return audit.AuditDetail.select().where(audit.AuditDetail.payload.contains("李伟民的备注")).count()

    assert told() == 1
    asked = requests.enter(chief(), who.public_id, "erase", "", "paper", today())
    erasure.erase(chief(), registry, asked.id, "李伟")
    assert told() == 1
    assert audit.verify(WEST_HILL) is None
