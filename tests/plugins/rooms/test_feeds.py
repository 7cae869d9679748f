"""Calendar feeds, read back as calendars read them: versions, cancellations, and that nothing private stands in public ones."""

from __future__ import annotations

import datetime
import random

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Forbidden, NotFound
from core.people.account_records import Account
from core.store.db import transaction
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.models import Occurrence
from plugins.rooms.states import BLOCKING

TITLE = "合唱，排练; 第\\3次\n" + "带谱架" * 20
ENDED = ("cancelled", "displaced", "lapsed")


def add_account(house, number=1):
    with transaction(house.community):
        Account.insert(
            id=100 + number, kind="resident", community=house.community, person_id=1000 + number, label=f"居民{number}"
        ).execute()


def own(house, number=1):
    """The token of resident `number`'s own feed."""
    add_account(house, number)
    return service.make_feed(house.resident(number), "own")[1]


def of_room(house, name="棋牌室"):
    return service.make_feed(house.staff, "room", house.rooms[name].id)[0]


def read(feed):
    """The events of a feed by UID; every line is short enough, and no UID comes twice."""
    text = service.feed_text(feed)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    found = {str(event["UID"]): event for event in events}
    assert len(found) == len(events)
    return found


def one(feed):
    (event,) = read(feed).values()
    return event


def facts(event):
    return str(event["SUMMARY"]), str(event["STATUS"]), int(event["SEQUENCE"])


# --------------------------------------------------------------------------- what stands in them


def test_ones_own_feed_shows_the_titles_and_follows_every_change(house):
    token = own(house)
    feed = service.find_feed(house.community, "own", token)
    booked = house.book("棋牌室", "14:00", "15:30", title=TITLE[:100])
    event = one(feed)
    assert facts(event) == (TITLE[:100].strip(), "CONFIRMED", 0)
    assert str(event["LOCATION"]) == "党群服务中心，棋牌室"
    assert event["DTSTART"].dt == datetime.datetime.fromtimestamp(house.at(840) * 60, datetime.UTC)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
    uid = str(event["UID"])
    service.move(house.resident(), booked.occurrence_id, date=house.day.isoformat(), start="16:00", end="17:00")
    event = one(feed)
    assert (str(event["UID"]), facts(event)[1:]) == (uid, ("CONFIRMED", 1))
    service.cancel(house.resident(), booked.occurrence_id)
    event = one(feed)
    assert (str(event["UID"]), facts(event)[1:]) == (uid, ("CANCELLED", 2))


def test_a_request_may_become_a_booking_and_a_refused_one_is_taken_back(house):
    feed = service.find_feed(house.community, "own", own(house))
    asked = house.book("会议室", "14:00", "15:00", title="例会")
    assert facts(one(feed))[1] == "TENTATIVE"
    assert read(of_room(house, "会议室")) == {}
    service.refuse(house.staff, asked.occurrence_id, "另有会议")
    assert facts(one(feed))[1:] == ("CANCELLED", 1)
    assert read(of_room(house, "会议室")) == {}


def test_feeds_of_rooms_and_venues_say_only_that_they_are_taken(house):
    house.edit("西厅", confidential=True)
    house.book(
        "东厅", "09:00", "10:00", house.visitor, title="离婚调解", guest_name="周阿姨", guest_phone="13600136000"
    )
    house.book("西厅", "10:00", "11:00", title="财产分割")
    house.book("棋牌室", "10:00", "11:00", title="象棋")
    hall, part = of_room(house, "大厅"), of_room(house, "东厅")
    venue = service.make_feed(house.staff, "venue", house.venue)[0]
    assert [len(read(feed)) for feed in (hall, part, venue)] == [2, 1, 3]
    for feed in (hall, part, venue):
        assert {str(event["SUMMARY"]) for event in read(feed).values()} == {"已占用"}
        text = "".join(service.feed_text(feed).split("\r\n "))
        assert not any(word in text for word in ("离婚", "财产", "象棋", "周阿姨", "1360013", "测试员"))


def test_a_confidential_booking_of_ones_own_has_no_title(house):
    feed = service.find_feed(house.community, "own", own(house))
    house.edit("棋牌室", confidential=True)
    house.book("棋牌室", "09:00", "10:00", title="离婚调解")
    assert facts(one(feed))[0] == "预约"


def test_a_cancellation_stands_for_a_month(house, clock, monkeypatch):
    feed = service.find_feed(house.community, "own", own(house))
    house.edit("棋牌室", ahead_days=200)
    far = (house.day + datetime.timedelta(days=90)).isoformat()
    service.cancel(house.resident(), house.book("棋牌室", "09:00", "10:00", date=far).occurrence_id)
    changed = slots.rows("SELECT changed_at FROM rooms_occurrence")[0][0]
    month = 30 * 24 * 60
    clock(changed // 60_000 + month - 1)
    assert facts(one(feed))[1] == "CANCELLED"
    clock(changed // 60_000 + month + 1)
    assert read(feed) == {}


def test_the_stamp_is_when_it_last_changed(house):
    feed = of_room(house)
    booked = house.book("棋牌室", "14:00", "15:00").occurrence_id
    slots.run("UPDATE rooms_occurrence SET changed_at=? WHERE id=?", 1_700_000_000_000, booked)
    text = service.feed_text(feed)
    assert one(feed)["LAST-MODIFIED"].dt == datetime.datetime.fromtimestamp(1_700_000_000, datetime.UTC)
    assert text == service.feed_text(feed)
    slots.run("UPDATE rooms_booking SET title=?", "改了名")
    assert one(feed)["LAST-MODIFIED"].dt.timestamp() > 1_700_000_000


# --------------------------------------------------------------------------- other rooms, closures


def entries(feed):
    """What a feed says of each time: (local start, end, words, state, version)."""
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return sorted(
        (
            event["DTSTART"].dt.astimezone(zone).strftime("%H:%M"),
            event["DTEND"].dt.astimezone(zone).strftime("%H:%M"),
            *facts(event),
        )
        for event in read(feed).values()
    )


def to(house, booked, room, start="14:00", end="15:00"):
    service.move(
        house.staff,
        booked.occurrence_id,
        room_id=house.rooms[room].id,
        date=house.day.isoformat(),
        start=start,
        end=end,
    )


def test_a_booking_that_moves_out_is_cancelled_in_the_old_rooms_feed_and_new_in_the_new_ones(house):
    old, new = of_room(house), of_room(house, "东厅")
    venue = service.make_feed(house.staff, "venue", house.venue)[0]
    booked = house.book("棋牌室", "14:00", "15:00", title="象棋")
    assert (entries(old), entries(new)) == ([("14:00", "15:00", "已占用", "CONFIRMED", 0)], [])
    to(house, booked, "东厅", "16:00", "17:00")
    assert entries(old) == [("14:00", "15:00", "已占用", "CANCELLED", 1)]
    assert entries(new) == entries(venue) == [("16:00", "17:00", "已占用", "CONFIRMED", 1)]
    assert list(read(old)) == list(read(new)), "it keeps its name"
    assert str(one(old)["LOCATION"]).endswith("棋牌室")
    assert service.feed_text(old) == service.feed_text(old), "nothing has changed, so nothing changes"
    to(house, booked, "棋牌室", "10:00", "11:00")
    assert entries(old) == [("10:00", "11:00", "已占用", "CONFIRMED", 2)]
    assert entries(new) == [("16:00", "17:00", "已占用", "CANCELLED", 2)]
    to(house, booked, "会议室", "10:00", "11:00")
    to(house, booked, "西厅", "10:00", "11:00")
    assert entries(old) == [("10:00", "11:00", "已占用", "CANCELLED", 3)]


def test_within_a_hall_a_move_is_none_for_the_hall(house):
    hall, west = of_room(house, "大厅"), of_room(house, "西厅")
    booked = house.book("大厅", "14:00", "15:00")
    assert entries(west) == [("14:00", "15:00", "已占用", "CONFIRMED", 0)]
    to(house, booked, "东厅")
    assert entries(hall) == [("14:00", "15:00", "已占用", "CONFIRMED", 1)]
    assert entries(west) == [("14:00", "15:00", "已占用", "CANCELLED", 1)]


def test_what_never_took_the_room_is_not_cancelled_there(house, clock):
    old = of_room(house, "会议室")
    asked = house.book("会议室", "14:00", "15:00")
    to(house, asked, "棋牌室")
    assert entries(old) == []
    booked = house.book("西厅", "14:00", "15:00")
    to(house, booked, "东厅")
    west = of_room(house, "西厅")
    assert len(entries(west)) == 1
    clock(slots.rows("SELECT left_at FROM rooms_left")[0][0] // 60_000 + 30 * 1440 + 1)
    assert entries(west) == []


def closing(house, room, start="08:00", end="12:00"):
    times = {"date": house.day.isoformat(), "start": start, "end": end}
    return service.close(house.staff, house.rooms[room].id, reason="刷墙", **times)


def test_closures_stand_in_the_feeds_of_room_hall_and_venue_with_their_reason(house):
    closing(house, "东厅")
    hall, east, west = (of_room(house, name) for name in ("大厅", "东厅", "西厅"))
    venue = service.make_feed(house.staff, "venue", house.venue)[0]
    for feed in (hall, east, venue):
        assert entries(feed) == [("08:00", "12:00", "已关闭", "CONFIRMED", 0)]
        assert str(one(feed)["DESCRIPTION"]) == "刷墙"
    assert entries(west) == []
    closing(house, "大厅", "18:00", "20:00")
    assert entries(west) == [("18:00", "20:00", "已关闭", "CONFIRMED", 0)]
    assert (
        entries(
            service.make_feed(
                house.store.actor("rooms.manage", community=house.store.south, account=3), "room", house.south.id
            )[0]
        )
        == []
    )


def test_a_lifted_closure_is_cancelled_and_one_that_ends_early_ends_there(house, clock):
    lifted, shortened = closing(house, "东厅"), closing(house, "棋牌室")
    east, chess = of_room(house, "东厅"), of_room(house)
    service.lift(house.staff, lifted.id)
    assert entries(east) == [("08:00", "12:00", "已关闭", "CANCELLED", 1)]
    clock(house.at(10 * 60))
    service.lift(house.staff, shortened.id)
    assert entries(chess) == [("08:00", "10:00", "已关闭", "CONFIRMED", 1)]


# --------------------------------------------------------------------------- any history


acts = st.lists(
    st.tuples(st.sampled_from(["book", "move", "cancel", "take back", "title"]), st.integers(0, 20), st.integers(8, 18)),
    min_size=3, max_size=12,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_after_any_history_a_calendar_that_came_by_each_time_agrees(house, history):
    venue = service.make_feed(house.staff, "venue", house.venue)[0]
    seen: dict[str, tuple[int, object, str]] = {}
    for act, which, hour in history:
        _act(house, act, which, hour)
        events = read(venue)
        for uid, event in events.items():
            version = int(event["SEQUENCE"])
            content = (event["DTSTART"].dt, event["DTEND"].dt, str(event["LOCATION"]), str(event["STATUS"]))
            known = seen.get(uid)
            assert known is None or version > known[0] or (version == known[0] and content == known[1]), uid
            seen[uid] = (version, content, str(event["STATUS"]))
        stored = {f"rooms-occurrence-{each.id}@linli": each for each in Occurrence.of(house.community)}
        taken = {uid for uid, each in stored.items() if each.state in BLOCKING}
        assert {uid for uid, event in events.items() if str(event["STATUS"]) == "CONFIRMED"} == taken
        assert {uid for uid, each in stored.items() if each.state in ENDED} == set(events) - taken


def _act(house, act, which, hour):
    staff, times = house.staff, {"start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00", "date": house.day.isoformat()}
    room = list(house.rooms.values())[which % len(house.rooms)]
    open_ones = [each.id for each in Occurrence.of(house.community).where(Occurrence.state == "confirmed")]
    chosen = random.Random(which).choice(open_ones) if open_ones else None
    try:
        if act == "book" or chosen is None:
            service.book(staff, room.id, service.BookingRequest(title="合唱", **times))
        elif act == "move":
            service.move(staff, chosen, room_id=room.id, **times)
        elif act == "title":
            slots.run("UPDATE rooms_booking SET title=? WHERE id>0", f"改名{which}")
        else:
            service.cancel(staff, chosen, reason="不用了")
    except Conflict:
        pass


# --------------------------------------------------------------------------- addresses


def test_only_digests_are_stored_and_a_new_address_ends_the_old_one(house):
    first = own(house)
    stored = repr(slots.rows("SELECT * FROM rooms_feed"))
    assert first not in stored
    second = service.make_feed(house.resident(), "own")[1]
    with pytest.raises(NotFound):
        service.find_feed(house.community, "own", first)
    feed = service.find_feed(house.community, "own", second)
    service.revoke_feed(house.resident(), feed.id)
    service.revoke_feed(house.resident(), feed.id)
    with pytest.raises(NotFound):
        service.find_feed(house.community, "own", second)


def test_an_address_opens_one_thing_in_one_community(house):
    _feed, token = service.make_feed(house.staff, "room", house.rooms["东厅"].id)
    for community, kind, key in (
        (house.community, "room", house.rooms["西厅"].id),
        (house.community, "venue", house.venue),
        (house.community, "own", None),
        (house.store.south, "room", house.rooms["东厅"].id),
    ):
        with pytest.raises(NotFound):
            service.find_feed(community, kind, token, key)


def test_a_closed_account_and_a_room_out_of_use_have_no_feed(house):
    token = own(house)
    _feed, of_chess = service.make_feed(house.staff, "room", house.rooms["棋牌室"].id)
    Account.update(person_id=1002).where(Account.id == 101).execute()
    with pytest.raises(NotFound):
        service.find_feed(house.community, "own", token)
    Account.update(person_id=1001).where(Account.id == 101).execute()
    assert service.find_feed(house.community, "own", token).person == 1001
    Account.update(status="frozen").where(Account.id == 101).execute()
    service.remove_room(house.staff, house.rooms["棋牌室"].id)
    with pytest.raises(NotFound):
        service.find_feed(house.community, "own", token)
    with pytest.raises(NotFound):
        service.find_feed(house.community, "room", of_chess, house.rooms["棋牌室"].id)


def test_who_may_make_and_revoke_which(house):
    feed = of_room(house)
    add_account(house)
    mine = service.make_feed(house.resident(), "own")[0]
    for act in (
        lambda: service.make_feed(house.resident(), "room", feed.room_id),
        lambda: service.revoke_feed(house.resident(), feed.id),
        lambda: service.feeds(house.resident()),
        lambda: service.make_feed(house.visitor, "own"),
    ):
        with pytest.raises(Forbidden):
            act()
    south = house.store.actor("rooms.manage", community=house.store.south, account=9)
    for act in (
        lambda: service.revoke_feed(house.resident(2), mine.id),
        lambda: service.revoke_feed(south, feed.id),
        lambda: service.make_feed(south, "room", feed.room_id),
    ):
        with pytest.raises(NotFound):
            act()
