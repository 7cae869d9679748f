"""Reminders the day before: who is told, of what and how, once, and what becomes of it when the booking changes."""

from __future__ import annotations

import pytest

from core.civic.reaching import contact, messages
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.plugin.settings import set_setting
from core.store.community import Community
from plugins.rooms import service
from plugins.rooms.booking import reminding
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.finding import lists

DAY = 1440
MORNING, DAWN = 9 * 60 + 5, 7 * 60


@pytest.fixture
def eve(house, clock):
    """`eve(minute)` sets the time to a minute of the day before the house's day."""
    return lambda minute=MORNING: clock(house.at(minute) - DAY)


def job(house):
    return service.remind(house.store.actor(kind="system"))


def said(house):
    """(person, state, text) of every reminder."""
    found = Message.of(house.community).where(Message.reason_key.startswith("reminder.")).order_by(Message.id)
    return [(each.person_id, each.state, each.text) for each in found]


def calls(house):
    return [
        (task.person_id or task.name, task.state, task.phone)
        for task in CallTask.of(house.community).order_by(CallTask.id)
    ]


def test_the_organiser_is_told_once_the_day_before_from_the_hour_of_calls_on(house, eve):
    house.book("棋牌室", "14:00", "15:00", title="象棋")
    eve(DAWN)
    assert (job(house), said(house)) == ("", [])
    told = []
    for minute in range(3):
        eve(MORNING + minute)
        told.append(job(house))
    assert told == ["1", "", ""]
    [(name, state, text)] = said(house)
    assert (name, state) == (1001, "delivered")
    assert "棋牌室" in text and "14:00–15:00" in text and "象棋" not in text
    assert calls(house) == [(1001, "open", "")]


def test_it_is_an_appointment_due_when_calls_begin(house, eve):
    house.book("棋牌室", "14:00", "15:00")
    eve(13 * 60)  # the rest at noon: what is due stands on the list, which says when people may be called
    job(house)
    message = Message.get(Message.reason_key.startswith("reminder."))
    assert (message.start_min, message.end_min) == (house.at(840), house.at(900))
    assert message.due_at == (house.at(9 * 60) - DAY) * 60_000
    assert message.place.endswith("棋牌室") and not message.required
    set_setting(house.store.actor("core.settings.edit"), "core.calls.from", 14 * 60)
    house.book("棋牌室", "16:00", "17:00")
    assert job(house) == ""


def test_people_are_reached_as_they_like_it(house, eve):
    for number, way in enumerate((contact.PHONE, contact.IN_APP, contact.PAPER, contact.NONE)):
        contact.prefer(
            house.store.actor(kind="resident", account=100 + number, person=1000 + number), 1000 + number, way
        )
        house.book("棋牌室", f"{10 + number}:00", f"{11 + number}:00", house.resident(number))
    eve()
    assert job(house) == "4"
    due = {task.person_id: (task.due_day - house.day).days for task in CallTask.of(house.community)}
    assert due == {1000: -1, 1001: 0, 1002: -1}, "who reads messages has the day for it; who wants peace has it"


def test_a_guest_is_called_at_the_number_they_left(house, eve):
    house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="张阿姨", guest_phone="13800138000")
    eve()
    job(house)
    assert calls(house) == [("张阿姨", "open", "13800138000")]


def test_who_booked_or_moved_on_the_same_day_and_the_office_know(house, clock):
    house.book("棋牌室", "09:00", "10:00", house.staff)
    house.book("会议室", "09:00", "10:00")  # a request
    tomorrow = {"date": (house.day.fromordinal(house.day.toordinal() - 2)).isoformat()}
    house.book("棋牌室", "14:00", "15:00", **tomorrow)
    clock(house.at(MORNING) - 3 * DAY)
    assert (job(house), said(house)) == ("", [])


def test_a_cancelled_booking_reminds_nobody_and_takes_the_call_back(house, eve):
    kept = house.book("棋牌室", "14:00", "15:00")
    lost = house.book("东厅", "14:00", "15:00")
    early = house.book("西厅", "14:00", "15:00")
    service.cancel(house.resident(), early.occurrence_id)
    eve()
    assert job(house) == "2"
    service.cancel(house.resident(), lost.occurrence_id)
    assert [state for _name, state, _text in said(house)] == ["delivered", "withdrawn"]
    assert [state for _name, state, _phone in calls(house)] == ["open", "set_aside"]
    eve(MORNING + 1)
    assert (job(house), len(said(house))) == ("", 2)
    assert service.occurrence_line(house.resident(), kept.occurrence_id).state == "confirmed"


def test_a_moved_booking_is_reminded_of_anew(house, eve, clock):
    booked = house.book("棋牌室", "14:00", "15:00").occurrence_id
    eve()
    job(house)
    later = house.day.fromordinal(house.day.toordinal() + 2)
    service.move(house.resident(), booked, date=later.isoformat(), start="16:00", end="17:00")
    assert [state for _name, state, _text in said(house)] == ["withdrawn"]
    clock(house.at(MORNING) + DAY)
    assert job(house) == "1"
    assert "16:00–17:00" in said(house)[1][2] and said(house)[1][1] == "delivered"


def test_a_computer_that_slept_tells_on_the_day_itself_and_not_afterwards(house, clock):
    house.book("棋牌室", "14:00", "15:00")
    house.book("东厅", "08:00", "09:00")
    clock(house.at(10 * 60))
    assert job(house) == "1"
    [(_name, _state, text)] = said(house)
    assert "14:00" in text
    (task,) = CallTask.of(house.community)
    assert task.due_day == house.day and task.why.startswith("（迟了")


def test_whoever_came_or_is_over_is_not_called_any_more(house, eve, clock):
    came, missed = (house.book(room, "14:00", "15:00").occurrence_id for room in ("棋牌室", "东厅"))
    eve()
    job(house)
    clock(house.at(840))
    service.check_in(house.resident(), came)
    assert [state for _name, state, _phone in calls(house)] == ["set_aside", "open"]
    clock(house.at(901))
    service.finish_due(house.staff)
    assert [state for _name, state, _phone in calls(house)] == ["set_aside", "set_aside"]
    assert service.occurrence_line(house.resident(), missed).state == "unattended"


def test_whoever_was_told_stays_told(house, eve, clock):
    booked = house.book("棋牌室", "14:00", "15:00").occurrence_id
    eve()
    job(house)
    message = Message.get(Message.reason_key.startswith("reminder."))
    messages.told_here(house.store.actor("core.messages.send"), message.id)
    clock(house.at(840))
    service.check_in(house.resident(), booked)
    assert said(house)[0][1] == "delivered"


def test_of_a_regular_booking_a_message_stands_on_the_website_and_nobody_is_called(house, clock):
    weekly, times = Rule(freq="WEEKLY", count=3), {"date": house.day.isoformat(), "start": "14:00", "end": "15:00"}
    for actor, room, name in ((house.resident(), "棋牌室", ""), (house.visitor, "东厅", "合唱队")):
        asked = service.BookingRequest(**times, guest_name=name)
        service.book_series(actor, house.rooms[room].id, weekly, asked)
    clock(house.at(MORNING) + 6 * DAY)
    assert job(house) == "1"
    assert [name for name, _state, _text in said(house)] == [1001]
    assert calls(house) == []


@pytest.mark.parametrize(("how", "told", "called"), [(0, 0, 0), (1, 1, 0), (2, 2, 2)])
def test_a_community_sets_how_people_are_reminded(house, eve, how, told, called):
    set_setting(house.store.actor("core.settings.edit"), "rooms.remind", how)
    house.book("棋牌室", "14:00", "15:00")
    house.book("东厅", "14:00", "15:00", house.visitor, guest_name="张阿姨", guest_phone="13800138000")
    eve()
    job(house)
    assert (len(said(house)), len(calls(house))) == (told, called)


def test_one_that_fails_loses_none_of_the_others(house, eve, monkeypatch):
    for hour in (10, 11, 12):
        house.book("棋牌室", f"{hour}:00", f"{hour + 1}:00")
    eve()
    tell, asked = service.remind.__globals__["tell"], []

    def killed(*given, **more):
        asked.append(given)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return tell(*given, **more)

    monkeypatch.setitem(service.remind.__globals__, "tell", killed)
    with pytest.raises(KeyboardInterrupt):
        job(house)
    assert len(said(house)) == 1
    eve(MORNING + 1)
    assert job(house) == "2"
    assert len(said(house)) == len(calls(house)) == 3


def test_communities_remind_their_own(house, eve):
    house.book("棋牌室", "14:00", "15:00")
    eve()
    assert service.remind(house.store.actor(kind="system", community=house.store.south)) == ""
    assert said(house) == []
    assert Community.select().count() == 2 and lists.rows("SELECT count(*) FROM message") == [(0,)]


def test_what_is_cancelled_while_others_are_told_is_not_told(house, eve, monkeypatch):
    house.book("棋牌室", "14:00", "15:00")
    lost = house.book("东厅", "14:00", "15:00").occurrence_id
    eve()
    tell = reminding.tell

    def tell_while_somebody_cancels(*args, **fields):
        message = tell(*args, **fields)
        if service.occurrence_line(house.resident(), lost).state == "confirmed":
            service.cancel(house.resident(), lost)
        return message

    monkeypatch.setattr(reminding, "tell", tell_while_somebody_cancels)
    assert job(house) == "1"
    assert ["棋牌室" in text for _person, _state, text in said(house)] == [True]
