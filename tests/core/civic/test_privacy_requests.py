"""What people ask of their own data: entered by themselves or by staff, answered with a reason, a to-do until then."""

import datetime
import json

import peewee
import pytest

from core.actor import command
from core.civic import intake
from core.civic.calendar.days import add_working_days
from core.civic.inbox import todos
from core.civic.privacy import person_data, requests
from core.civic.privacy.requests import PrivacyRequest
from core.civic.reaching import calls
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import residents
from core.people.directory import EDIT
from core.people.permissions import PRIVACY
from core.spreadsheet import read_table, sheet_names
from core.store import audit
from core.store.db import transaction
from core.store.violations import violated
from core.testing import SOUTH_GARDEN, WEST_HILL, switch_off
from plugins.rooms import service
from tests.core.web.office_cases import person

HOSTILE = "<script>alert(1)</script>\u202e😀" + "长" * 500


@pytest.fixture
def registry(app):
    return app.extensions["linli_registry"]


@pytest.fixture
def who(app):
    return person()


@pytest.fixture
def room(app):
    """A room that anybody may book all day."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, {day: [(480, 1260)] for day in range(7)})
    return service.add_room(actor, venue.id, name="书画室", seats=20).id


def resident(who, **fields):
    """The person, signed in."""
    from core.actor import Actor

    return Actor(kind="resident", account=901, person=who.id, community=who.community, label=who.name, **fields)


def chief(community=WEST_HILL):
    from core.actor import Actor

    return Actor(kind="staff", account=902, community=community, label="主任", permissions=frozenset({PRIVACY, EDIT}))


def test_a_request_waits_fifteen_working_days_and_is_a_to_do(who):
    asked = requests.ask(resident(who), "correct", "电话换了")
    assert (asked.state, asked.way, asked.requested_on) == ("open", "account", today())
    assert asked.due_day == add_working_days(today(), 15)
    [todo] = [each for each in todos.waiting(chief()) if "privacy" in each.href]
    assert who.name in todo.title and todo.due == asked.due_day
    assert not [each for each in todos.waiting(chief(SOUTH_GARDEN)) if "privacy" in each.href]
    assert not list(requests.waiting(resident(who)))
    requests.answer(chief(), asked.id, "fulfil", "已更正")
    assert not list(requests.waiting(chief()))
    [mine] = requests.own_requests(resident(who))
    assert (mine.state, mine.answer) == ("done", "已更正")
    assert audit.verify(WEST_HILL) is None


def test_what_is_asked_twice_waits_once(who):
    requests.ask(resident(who), "copy")
    with pytest.raises(Refused):
        requests.ask(resident(who), "copy")
    requests.ask(resident(who), "erase")
    assert PrivacyRequest.select().count() == 2


@pytest.mark.parametrize(
    "what, wish, field", [("correct", " ", "wish"), ("sell", "x", "ask"), ("copy", "长" * 1001, "wish"), ("copy", "\x00", "wish")]
)  # fmt: skip
def test_what_cannot_be_used_is_said_at_its_field(who, what, wish, field):
    with pytest.raises(Invalid) as error:
        requests.ask(resident(who), what, wish)
    assert list(error.value.errors) == [field]


def test_staff_enter_what_was_asked_on_paper_with_its_day(who):
    day = today() - datetime.timedelta(days=3)
    asked = requests.enter(chief(), who.public_id, "correct", "名字写错了", "paper", day)
    assert (asked.requested_on, asked.way, asked.by_label) == (day, "paper", "主任")
    entry = audit.AuditEntry.select().where(audit.AuditEntry.action == "core.privacy_request.begin").get()
    assert entry.on_behalf_of == who.id
    for way, requested_on, field in (("dream", day, "way"), ("paper", today() + datetime.timedelta(1), "requested_on")):
        with pytest.raises(Invalid) as error:
            requests.enter(chief(), who.public_id, "copy", "", way, requested_on)
        assert list(error.value.errors) == [field]
    with pytest.raises(Forbidden):
        requests.enter(resident(who), who.public_id, "copy", "", "paper", today())
    with pytest.raises(NotFound):
        requests.enter(chief(SOUTH_GARDEN), who.public_id, "copy", "", "paper", today())


def test_a_refusal_says_why_and_only_whoever_may_answers(who):
    asked = requests.ask(resident(who), "erase", "")
    with pytest.raises(Invalid):
        requests.answer(chief(), asked.id, "refuse", " ")
    with pytest.raises(Forbidden):
        requests.answer(resident(who), asked.id, "refuse", "x")
    with pytest.raises(NotFound):
        requests.answer(chief(SOUTH_GARDEN), asked.id, "refuse", "x")
    with pytest.raises(Refused):
        requests.answer(chief(), asked.id, "fulfil", "已删除")
    assert requests.answer(chief(), asked.id, "refuse", "案件未结").state == "refused"


def test_what_was_asked_and_when_is_kept_by_the_database(who):
    requests.ask(resident(who), "copy")
    for change in ({"ask": "erase"}, {"requested_on": "2020-01-01"}, {"entered_at": 1}, {"way": "paper"}):
        with pytest.raises(peewee.IntegrityError) as error, transaction(WEST_HILL):
            PrivacyRequest.update(**change).execute()
        assert violated(error.value) == "privacy_request_kept"
    with pytest.raises(peewee.IntegrityError) as error, transaction(WEST_HILL):
        PrivacyRequest.delete().execute()
    assert violated(error.value) == "privacy_request_kept"


# --------------------------------------------------------------------------- what is held


def furnish(who, room) -> None:
    """A call, a call to make, a booking with and one without an account, a request."""
    actor = command(WEST_HILL)
    intake.take_call(actor, who=who.name, what=HOSTILE, phone=who.phone, person_id=who.id)
    calls.ask_to_call(actor, who.ref, "test", name=who.name, why="楼道灯修好了", person_id=who.id)
    day = (today() + datetime.timedelta(days=3)).isoformat()
    when = {"date": day, "title": "合唱排练", "people": 3}
    service.book(
        actor.for_person(who.id), room, service.BookingRequest(start="09:00", end="10:00", organiser=who.name, **when)
    )
    service.book(
        actor,
        room,
        service.BookingRequest(start="11:00", end="12:00", guest_name=who.name, guest_phone=who.phone, **when),
    )
    requests.ask(resident(who), "correct", "改一改")


def test_everything_is_found_in_core_and_in_modules_that_are_off(registry, who, room):
    other = person("李四", "13900139000", "1-1-101")
    furnish(who, room)
    residents.edit_person(command(WEST_HILL), who.public_id, name="张君宝", note="队长")
    for is_off in (False, True):
        if is_off:
            switch_off(command(WEST_HILL), "rooms")
        found = person_data.gather(registry, WEST_HILL, who.id)
        text = repr(found.tables)
        for words in (
            "张君宝",
            "张三丰",
            "138 0013 8000",
            "队长",
            "3-2-501",
            "楼道灯修好了",
            "合唱排练",
            "改一改",
            "长长长",
        ):
            assert words in text, words
        assert found.silent == ()
        theirs = repr(person_data.gather(registry, WEST_HILL, other.id).tables)
        assert "李四" in theirs and "合唱" not in theirs and "13800138000" not in theirs
    with pytest.raises(NotFound):
        person_data.gather(registry, SOUTH_GARDEN, who.id)


def test_the_copies_can_be_read_again_and_hold_the_same(registry, who, room):
    furnish(who, room)
    found = person_data.gather(registry, WEST_HILL, who.id)
    again = json.loads(person_data.as_json(found))
    assert list(again) == [str(table.title) for table in found.tables]
    assert HOSTILE in repr(again).encode().decode() or HOSTILE in json.dumps(again, ensure_ascii=False)
    content = person_data.as_workbook(found)
    for name, table in zip(sheet_names(content, "x.xlsx"), found.tables, strict=True):
        assert len(read_table(content, "x.xlsx", sheet=name)) == len(table.rows) + 1


def test_a_module_that_fails_is_named_and_the_rest_is_told(registry, who, monkeypatch):
    from dataclasses import replace

    from plugins.rooms.about import privacy

    monkeypatch.setattr(registry, "config", replace(registry.config, strict=False))
    monkeypatch.setattr(privacy, "bookings_of", lambda community, person: 1 / 0)
    found = person_data.gather(registry, WEST_HILL, who.id)
    assert [str(name) for name in found.silent] == ["活动室预约"]
    assert "张三丰" in repr(found.tables)
    monkeypatch.setattr(privacy, "bookings_of", lambda community, person: ["nonsense"])
    assert len(person_data.gather(registry, WEST_HILL, who.id).silent) == 1


def test_a_copy_is_noted_and_nobody_takes_that_of_another(who):
    requests.note_copy(resident(who), who.id, "json")
    requests.note_copy(chief(), who.id, "xlsx")
    actions = [entry.action for entry in audit.AuditEntry.select()]
    assert actions.count("core.person.copied") == 2
    with pytest.raises(Forbidden):
        requests.note_copy(resident(person("李四", "13900139000", "1-1-101")), who.id, "json")
