"""Messages: one per subject, reason and person; on the call list, in the inbox and on paper until the person knows."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.actor import Actor, system
from core.civic.reaching import calls, contact, message_lists, messages
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.clock import today, utc_minute
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people.account_records import Account
from core.people.person import Person, new_public_id
from core.store import audit, db, violations
from core.store.ref import Ref
from tests.core.civic.test_calls import person as person_id

DAY_MS = 86_400_000


@pytest.fixture
def clerk(store):
    """A member of staff who tells people things and makes calls."""
    return store.actor(messages.SEND, calls.WORK, account=7)


def somebody(community, **fields):
    """A resident as a record."""
    return Person.get_by_id(person_id(community, **fields))


def reader(who: Person) -> Actor:
    """The resident, signed in."""
    with db.transaction(who.community):
        account = Account.create(kind="resident", community=who.community, person_id=who.id, label=who.name)
    return Actor("resident", account=account.id, person=who.id, community=who.community, label=who.name)


def tell(actor, who, number=1, key="decided", **fields):
    """What some module tells a resident."""
    given = {"text": "周三下午两点的调解室订好了。", "title": "预约成功", **fields}
    return messages.tell(actor, who.ref, Ref("rooms.booking", actor.community, number), key, given.pop("text"), **given)


def called(actor):
    """What is to be said on today's calls."""
    return [call.why for call in calls.todays_calls(actor)]


# --------------------------------------------------------------------------- telling


def test_one_message_per_subject_reason_and_person(clerk):
    wang, li = somebody(clerk.community), somebody(clerk.community, name="李明", phone="13900139000")
    first = tell(clerk, wang)

    assert tell(clerk, wang, text="别的话").id == first.id
    assert len({first.id, tell(clerk, li).id, tell(clerk, wang, key="moved").id, tell(clerk, wang, number=2).id}) == 4
    assert called(clerk) == ["预约成功：周三下午两点的调解室订好了。"] * 4


def test_the_account_of_a_resident_is_the_resident(clerk):
    wang = somebody(clerk.community)
    account = reader(wang).account
    first = tell(clerk, wang)
    again = messages.tell(
        clerk, Ref("core.account", clerk.community, account), Ref("rooms.booking", clerk.community, 1), "decided", "x"
    )
    assert again.id == first.id


def test_a_guest_is_reached_by_the_number_they_left(clerk):
    booking = Ref("rooms.booking", clerk.community, 5)
    messages.tell(clerk, booking, booking, "decided", "订好了", name="周阿姨", phone="13600136000")
    [call] = calls.todays_calls(clerk)
    assert (call.name, call.phone) == ("周阿姨", "13600136000")


def test_refuses_what_belongs_to_another_community(store, clerk):
    there = somebody(store.south)
    here = Ref("rooms.booking", clerk.community, 1)
    with pytest.raises(NotFound):
        messages.tell(clerk, there.ref, here, "x", "x")
    with pytest.raises(NotFound):
        messages.tell(clerk, Ref("core.person", clerk.community, there.public_id), here, "x", "x")
    with pytest.raises(NotFound):
        messages.tell(clerk, here, Ref("rooms.booking", store.south, 1), "x", "x", name="王")
    with db.transaction():
        account = Account.create(kind="staff", community=store.south, username="nan", label="南")
    with pytest.raises(NotFound):
        messages.tell(clerk, Ref("core.account", clerk.community, account.id), here, "x", "x")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"text": "长" * 100_000}, "text"),
        ({"text": "\x00"}, "text"),
        ({"title": "长" * 101}, "title"),
        ({"place": "长" * 201}, "place"),
        ({"start_min": 10, "end_min": 10}, "end_min"),
    ],
)
def test_says_what_is_wrong_with_a_message(clerk, fields, field):
    with pytest.raises(Invalid) as caught:
        tell(clerk, somebody(clerk.community), **fields)
    assert field in caught.value.errors
    assert Message.select().count() == 0


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eabc\u202c", "👵🏽‍🦽", "a\u2028b", "=1+1"])
def test_keeps_texts_as_they_are(clerk, text):
    assert tell(clerk, somebody(clerk.community), text=text).text == text.strip()


@pytest.mark.parametrize("status", ["deceased", "moved_away"])
def test_nobody_who_has_died_or_moved_away_is_contacted(clerk, status):
    gone = somebody(clerk.community, status=status)
    double = somebody(clerk.community, name="王桂英", same_as=gone.id)
    for each in (gone, double):
        assert tell(clerk, each, required=True).state == "silent"
    assert called(clerk) == []
    assert message_lists.slips_to_print(clerk) == []


def test_whoever_dies_before_the_day_is_not_contacted(clerk):
    wang = somebody(clerk.community)
    tell(clerk, wang, due_at=db.now() + DAY_MS)
    with db.transaction(clerk.community):
        Person.update(status="deceased").execute()
        db.database.execute_sql(f"UPDATE message SET due_at = {db.now() - 1}")
    assert messages.deliver_due(system(clerk.community, "test")) == "1"
    assert Message.get().state == "silent"
    assert called(clerk) == []


# --------------------------------------------------------------------------- preferences


def prefer(who, way):
    """What a resident asked for."""
    contact.prefer(reader(who), who.id, way)


def test_paper_is_brought_and_printed(clerk):
    wang, li = somebody(clerk.community), somebody(clerk.community, name="李明", phone="13900139000")
    prefer(wang, contact.PAPER)
    paper = tell(clerk, wang)
    tell(clerk, li)

    assert [slip.message.id for slip in message_lists.slips_to_print(clerk)] == [paper.id]
    assert called(clerk) == [
        "把通知单送上门：预约成功：周三下午两点的调解室订好了。",
        "预约成功：周三下午两点的调解室订好了。",
    ]
    assert messages.note_printed(clerk, [paper.id, paper.id + 99]) == 1
    assert message_lists.slips_to_print(clerk) == []
    assert [slip.message.id for slip in message_lists.slips_to_print(clerk, [paper.id])] == [paper.id]


def test_whom_nobody_can_call_gets_a_slip(clerk):
    wang = somebody(clerk.community, phone="")
    assert [slip.message.id for slip in message_lists.slips_to_print(clerk)] == []
    told = tell(clerk, wang)
    assert [slip.message.id for slip in message_lists.slips_to_print(clerk)] == [told.id]


def test_who_asked_to_be_left_in_peace_hears_what_the_law_requires_only(clerk):
    wang = somebody(clerk.community)
    prefer(wang, contact.NONE)
    tell(clerk, wang)
    assert called(clerk) == []
    tell(clerk, wang, key="statutory", required=True, title="法定告知")
    assert called(clerk) == ["法定告知：周三下午两点的调解室订好了。"]


def test_whoever_reads_here_in_time_is_not_called(clerk):
    wang = somebody(clerk.community)
    who = reader(wang)
    contact.prefer(who, wang.id, contact.IN_APP)
    told = tell(clerk, wang)

    assert called(clerk) == []
    assert CallTask.get().due_day == today() + datetime.timedelta(days=1)
    assert messages.told_at(Ref("rooms.booking", clerk.community, 1), "decided") is None
    messages.mark_read(who, told.id)
    assert (CallTask.get().state, CallTask.get().note) == ("set_aside", "本人在网页上看过了。")
    assert Message.get().told_how == "read"
    assert messages.told_at(Ref("rooms.booking", clerk.community, 1), "decided") is not None


def test_whoever_asked_to_be_called_is_called_even_after_reading(clerk):
    wang = somebody(clerk.community)
    who = reader(wang)
    told = tell(clerk, wang)
    messages.mark_read(who, told.id)
    assert len(called(clerk)) == 1
    calls.record_attempt(clerk, CallTask.get().id, "told", note="儿子接的")
    assert Message.get().told_how == "call"


def test_preferences_are_the_person_s_or_asked_for_at_the_counter_and_audited(clerk):
    wang, li = somebody(clerk.community), somebody(clerk.community, name="李明")
    contact.prefer(clerk, wang.id, contact.PAPER)
    contact.prefer(clerk, wang.id, contact.PAPER)
    prefer(wang, contact.IN_APP)
    assert contact.way_of(clerk.community, wang.id) == contact.IN_APP
    found = [entry.permission for entry in audit.AuditEntry.select() if entry.action == "core.contact.preferred"]
    assert found == [contact.ASK, ""]
    with pytest.raises(Forbidden):
        contact.prefer(reader(li), wang.id, contact.NONE)
    with pytest.raises(Invalid):
        contact.prefer(clerk, wang.id, "pigeon")


def test_somebody_of_another_community_cannot_be_asked(store, clerk):
    with pytest.raises(NotFound):
        contact.prefer(clerk, somebody(store.south).id, contact.PAPER)


# --------------------------------------------------------------------------- reading and telling


def test_nobody_reads_the_messages_of_another(store, clerk):
    wang, li = somebody(clerk.community), somebody(clerk.community, name="李明")
    told, neighbour = tell(clerk, wang), reader(li)
    assert message_lists.read_by(neighbour) == []
    assert message_lists.unread(neighbour) == 0
    with pytest.raises(NotFound):
        messages.mark_read(neighbour, told.id)
    abroad = Actor("resident", account=neighbour.account, person=wang.id, community=store.south)
    assert message_lists.read_by(abroad) == []
    assert message_lists.read_by(Actor(community=clerk.community)) == []


def test_unread_ones_are_counted_until_they_are_read(clerk):
    wang = somebody(clerk.community)
    who = reader(wang)
    ids = [tell(clerk, wang, number=number).id for number in (1, 2, 3)]
    tell(clerk, wang, number=4, due_at=db.now() + DAY_MS)
    assert [row.id for row in message_lists.read_by(who)] == ids[::-1]
    assert message_lists.unread(who) == 3
    messages.mark_read(who, ids[0])
    messages.mark_read(who, ids[0])
    assert message_lists.unread(who) == 2
    assert messages.mark_all_read(who) == 2
    assert message_lists.unread(who) == 0


def test_told_at_the_counter_ends_the_call(clerk):
    told = tell(clerk, somebody(clerk.community), in_hall=True)
    assert message_lists.hall_numbers(clerk.community) == [1]
    messages.told_here(clerk, told.id)
    assert called(clerk) == []
    assert message_lists.hall_numbers(clerk.community) == []
    with pytest.raises(Refused):
        messages.told_here(clerk, told.id)


def test_numbers_of_the_hall_count_up_within_the_day_and_the_community(store, clerk):
    ids = [tell(clerk, somebody(clerk.community), number=number, in_hall=True).id for number in (1, 2, 3)]
    other = store.actor(messages.SEND, community=store.south)
    tell(other, somebody(store.south), in_hall=True)
    assert message_lists.hall_numbers(clerk.community) == [1, 2, 3]
    assert message_lists.hall_numbers(store.south) == [1]
    messages.withdraw(clerk, ids[1], "弄错了")
    assert message_lists.hall_numbers(clerk.community) == [1, 3]


def test_what_has_lost_its_reason_is_withdrawn(clerk):
    wang = somebody(clerk.community)
    who, subject = reader(wang), Ref("rooms.booking", clerk.community, 1)
    tell(clerk, wang)
    tell(clerk, wang, key="reminder", due_at=db.now() + DAY_MS)
    assert messages.not_needed(clerk, subject, "decided", "预约已取消") == 1
    assert messages.not_needed(clerk, subject, "reminder", "预约已取消") == 1
    assert messages.not_needed(clerk, subject, "reminder", "预约已取消") == 0
    assert called(clerk) == []
    [seen] = message_lists.read_by(who)
    assert (seen.state, seen.note) == ("withdrawn", "预约已取消")
    assert messages.deliver_due(system(clerk.community, "test")) == ""


def test_an_appointment_can_be_kept_in_a_calendar(clerk):
    import icalendar

    start = utc_minute(today(), 14 * 60)
    told = tell(
        clerk, somebody(clerk.community), start_min=start, end_min=start + 60, place="二楼；调解室", text="带上\n房产证"
    )
    [event] = icalendar.Calendar.from_ical(message_lists.appointment_of(told)).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), str(event["DESCRIPTION"])) == (
        "预约成功", "二楼；调解室", "带上\n房产证",
    )  # fmt: skip
    with pytest.raises(Invalid):
        message_lists.appointment_of(tell(clerk, somebody(clerk.community), key="other"))


def test_grid_officers_see_messages_to_people_of_their_grid_only(store):
    from core.people import grids, residents
    from core.people.areas import add_estate

    actor = store.actor("core.people.edit", messages.SEND)
    inside, outside = (add_estate(actor, name) for name in ("海城名家", "西山苑"))
    one, two = (
        residents.add_person(actor, name=name, estate_id=estate, door="1-1-101")
        for name, estate in (("张三", inside), ("李四", outside))
    )
    ids = [tell(actor, each).id for each in (one, two)]
    grid = grids.add_grid(actor, "第一网格")
    grids.assign_grid(actor, grid, [inside])
    officer = store.actor(messages.SEND, reach=grids.areas_of_grids(store.west, [grid]))
    assert [row.name for row in message_lists.messages_of(officer)] == ["张三"]
    assert [slip.message.name for slip in message_lists.slips_to_print(officer)] == ["张三"]
    assert [slip.home for slip in message_lists.slips_to_print(officer)] == ["海城名家 1-1-101"]
    for act in (messages.message_for, messages.told_here, lambda who, key: messages.withdraw(who, key, "x")):
        with pytest.raises(Forbidden):
            act(officer, ids[1])
    assert messages.note_printed(officer, ids) == 1
    with pytest.raises(Forbidden):
        contact.prefer(officer, two.id, contact.PAPER)


def test_lists_continue_where_they_stopped(clerk):
    wang = somebody(clerk.community)
    for number in range(5):
        tell(clerk, wang, number=number)
    first = message_lists.messages_of(clerk, limit=3)
    rest = message_lists.messages_of(clerk, after=message_lists.key_of(first[-1]))
    assert [row.subject for row in first + rest] == [f"rooms.booking:{number}" for number in range(5)]
    with pytest.raises(Invalid):
        message_lists.messages_of(clerk, after="nonsense")
    with pytest.raises(Forbidden):
        message_lists.messages_of(Actor(community=clerk.community))


# --------------------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("clock", "until"),
    [("08:59", "09:00"), ("09:00", ""), ("11:59", ""), ("12:00", "14:00"), ("13:59", "14:00"), ("14:00", ""),
     ("19:59", ""), ("20:00", "09:00"), ("23:59", "09:00")],
)  # fmt: skip
def test_people_are_left_in_peace_early_at_noon_and_late(store, monkeypatch, clock, until):
    hour, minute = map(int, clock.split(":"))
    monkeypatch.setattr(contact, "local_now", lambda: datetime.datetime(2026, 11, 22, hour, minute))
    assert contact.resting_until(store.west) == until


def test_a_community_sets_its_own_hours(store, monkeypatch):
    chief = store.actor("core.settings.edit")
    contact.set_call_hours(chief, 480, 720, 720, 1260)
    monkeypatch.setattr(contact, "local_now", lambda: datetime.datetime(2026, 11, 22, 12, 30))
    assert contact.resting_until(store.west) == ""
    assert contact.resting_until(store.south) == "14:00"
    assert contact.hours_text(store.west) == "08:00–21:00"
    for wrong in ((540, 500, 840, 1200), (540, 840, 720, 1200), (540, 720, 840, 800), (600, 600, 600, 600)):
        with pytest.raises(Invalid):
            contact.set_call_hours(chief, *wrong)
    with pytest.raises(Forbidden):
        contact.set_call_hours(store.actor(), 480, 720, 720, 1260)


# --------------------------------------------------------------------------- what the database keeps


@pytest.mark.parametrize(
    "change",
    [
        "delivered_at = delivered_at + 1",
        "recipient = 'core.person:p0'",
        "reason_key = 'x'",
        "subject = 'rooms.booking:9'",
    ],
)
def test_the_database_keeps_whom_it_was_for_and_when_it_was_delivered(clerk, change):
    tell(clerk, somebody(clerk.community))
    for statement in (f"UPDATE message SET {change}", "DELETE FROM message"):
        with pytest.raises(peewee.PeeweeException) as caught, db.transaction(clerk.community):
            db.database.execute_sql(statement)
        assert violations.violated(caught.value) == "message_kept"


def test_the_database_refuses_a_second_message_about_the_same(clerk):
    told = tell(clerk, somebody(clerk.community))
    values = {name: value for name, value in told.__data__.items() if name != "id"}
    with pytest.raises(peewee.IntegrityError) as caught, db.transaction(clerk.community):
        Message.create(**values)
    assert violations.violated(caught.value) == "message_community_subject_reason_key_recipient_unique"
    assert new_public_id().startswith("p")
