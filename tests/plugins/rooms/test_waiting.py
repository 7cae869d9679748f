"""The waiting list: who is offered a freed time, when the time to answer runs, and what becomes of the offer."""

from __future__ import annotations

import pytest

from core.civic.reaching import calls
from core.civic.reaching.message_records import Message
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.plugin.events import EventOutbox
from plugins.rooms import service
from plugins.rooms.booking.check import check
from plugins.rooms.models import Booking, Occurrence, Waiting
from tests.plugins.rooms.conftest import House, slots_of

HOURS = 60


def wait(house: House, number: int, room: str | None = "棋牌室", start="14:00", end="15:00", actor=None, **fields):
    """Put resident `number` on the list; returns the key of the entry."""
    who = service.Who(
        **{name: fields.pop(name) for name in ("guest_name", "guest_phone", "organisation") if name in fields}
    )
    wish = service.WaitingWish(
        house.day.isoformat(), start, end, fields.pop("minutes", None), house.rooms[room].id if room else None,
        fields.pop("features", ()),
    )  # fmt: skip
    return service.join_waiting(actor or house.resident(number), wish, who=who, **fields).waiting_id


def entry(key: int) -> Waiting:
    return Waiting.get_by_id(key)


def states(*keys: int) -> list[str]:
    return [entry(key).state for key in keys]


def reached(house: House, key: int) -> None:
    """A call told the person."""
    occurrence = Occurrence.get_by_id(entry(key).occurrence_id)
    message = Message.get((Message.subject == str(occurrence.ref)) & (Message.reason_key == "offered"))
    caller = house.store.actor("core.calls.work", "core.calls.take", account=1)
    task = calls.CallTask.get(calls.CallTask.subject == str(message.ref))
    calls.record_attempt(caller, task.id, "told")


@pytest.fixture
def taken(house):
    """棋牌室 is booked from 14 to 15 by resident 9."""
    return house.book("棋牌室", "14:00", "15:00", house.resident(9)).occurrence_id


def at(house, hour: int, minute: int = 0) -> int:
    return house.at(hour * 60 + minute)


# --------------------------------------------------------------------------- offering


def test_what_is_cancelled_is_held_for_the_first_in_the_same_transaction(house, taken):
    first, second = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    assert states(first, second) == ["offered", "waiting"]
    held = Occurrence.get_by_id(entry(first).occurrence_id)
    assert (held.state, held.start_min, held.end_min) == ("held", at(house, 14), at(house, 15))
    assert len(slots_of(held.id)) == 1
    assert [call.person_id for call in calls.todays_calls(house.store.actor("core.calls.work"))] == [1001]
    assert check(house.community) == []


def test_a_move_a_shortening_and_a_lifted_closure_free_a_time_too(house, taken, clock):
    service.close(
        house.staff, house.rooms["东厅"].id, date=house.day.isoformat(), start="09:00", end="10:00", reason="检修"
    )
    closed = wait(house, 3, "东厅", "09:00", "10:00")
    moved = wait(house, 1)
    service.move(house.resident(9), taken, date=house.day.isoformat(), start="16:00", end="18:00")
    shortened = wait(house, 2, start="17:00", end="18:00")
    service.move(house.resident(9), taken, date=house.day.isoformat(), start="16:00", end="17:00")
    service.lift(house.staff, service.closures(house.staff)[0].id)
    assert states(moved, shortened, closed) == ["offered"] * 3
    assert check(house.community) == []


def test_ending_early_frees_the_rest(house, taken, clock):
    rest = wait(house, 1, start="14:00", end="15:00", minutes=30)
    clock(at(house, 14, 25))
    service.finish(house.resident(9), taken)
    held = Occurrence.get_by_id(entry(rest).occurrence_id)
    assert (held.start_min, held.end_min) == (at(house, 14, 30), at(house, 15))


def test_whoever_moves_keeps_the_time_it_moves_to(house, taken):
    waiting = wait(house, 1)
    service.move(house.resident(9), taken, date=house.day.isoformat(), start="14:00", end="15:15")
    assert states(waiting) == ["waiting"]


def test_any_suitable_room_has_the_seats_and_the_equipment(house):
    house.add("放映室", seats=30, features=["投影"])
    for name in ("棋牌室", "放映室", "大厅"):
        house.book(name, "14:00", "15:00", house.resident(9))
    house.book("会议室", "14:00", "15:00", house.staff)
    many = wait(house, 1, None, people=25, features=("投影",))
    few = wait(house, 2, None, people=5)
    for line in service.my_bookings(house.resident(9)):
        service.cancel(house.resident(9), line.id)
    rooms = [Occurrence.get_by_id(entry(key).occurrence_id).room_id for key in (many, few)]
    assert rooms == [house.rooms["放映室"].id, house.rooms["棋牌室"].id]


def test_a_window_takes_the_first_start_that_fits(house):
    booked = house.book("棋牌室", "13:00", "17:00", house.resident(9)).occurrence_id
    waiting = wait(house, 1, start="13:00", end="17:00", minutes=60)
    service.move(house.resident(9), booked, date=house.day.isoformat(), start="13:00", end="15:30")
    held = Occurrence.get_by_id(entry(waiting).occurrence_id)
    assert (held.start_min, held.end_min) == (at(house, 15, 30), at(house, 16, 30))


def test_a_room_that_needs_approval_is_offered_by_staff_only(house):
    booked = house.book("会议室", "14:00", "15:00", house.staff).occurrence_id
    waiting = wait(house, 1, "会议室")
    service.cancel(house.staff, booked, reason="不用了")
    assert states(waiting) == ["waiting"]
    service.offer_waiting(house.staff, waiting)
    assert states(waiting) == ["offered"]
    service.take_hold(house.resident(1), entry(waiting).occurrence_id)
    assert states(waiting) == ["taken"]


# --------------------------------------------------------------------------- fairness


def test_first_comes_who_got_least_lately_and_among_equals_who_asked_first(house, taken):
    house.book("东厅", "09:00", "10:00", house.resident(1))
    often, first, second = wait(house, 1), wait(house, 2), wait(house, 3)
    office = wait(house, 0, actor=house.staff)
    service.cancel(house.resident(9), taken)
    assert states(often, first, second, office) == ["waiting", "offered", "waiting", "waiting"]
    assert [
        service.before_me(house.staff, service.waiting_line(house.staff, key)) for key in (second, often, office)
    ] == [0, 1, 2]


def test_whoever_is_over_a_quota_is_passed_by(house, taken):
    service.set_quota(house.staff, house.rooms["棋牌室"].id, "person", "week", bookings=1)
    house.book("棋牌室", "09:00", "10:00", house.resident(1))
    house.book("东厅", "09:00", "10:00", house.resident(2))
    over, within = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    assert states(over, within) == ["waiting", "offered"]


# --------------------------------------------------------------------------- answering


def test_nothing_lapses_before_somebody_was_told(house, taken, clock):
    first, second = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    clock(at(house, 13, 59))
    service.tend_waiting(house.staff)
    assert states(first, second) == ["offered", "waiting"]


def test_the_time_to_answer_runs_from_the_call_and_then_the_next_one_is_asked(house, taken, clock):
    clock(at(house, 8))
    first, second = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    reached(house, first)
    clock(at(house, 9, 59))
    service.tend_waiting(house.staff)
    assert states(first, second) == ["offered", "waiting"]
    clock(at(house, 10))
    service.tend_waiting(house.staff)
    assert states(first, second) == ["lapsed", "offered"]
    with pytest.raises(Refused):
        service.take_hold(house.resident(1), entry(first).occurrence_id)
    assert Occurrence.get_by_id(entry(first).occurrence_id).state == "lapsed"
    assert check(house.community) == []


def test_whoever_opens_the_page_knows_and_is_not_called(house, taken, clock):
    clock(at(house, 8))
    first = wait(house, 1)
    service.cancel(house.resident(9), taken)
    held = entry(first).occurrence_id
    service.note_opened(house.staff, held)
    assert entry(first).contacted_at is None
    service.note_opened(house.resident(1), held)
    assert entry(first).contacted_at == at(house, 8) * 60_000
    assert Occurrence.get_by_id(held).held_until == at(house, 10) * 60_000
    assert calls.todays_calls(house.store.actor("core.calls.work")) == []


def test_told_shortly_before_it_begins_the_time_to_answer_ends_with_the_start(house, taken, clock):
    first = wait(house, 1)
    service.cancel(house.resident(9), taken)
    clock(at(house, 13, 30))
    service.told_waiting(house.staff, first)
    assert Occurrence.get_by_id(entry(first).occurrence_id).held_until == at(house, 14) * 60_000
    with pytest.raises(Refused):
        service.told_waiting(house.staff, first)


def test_taking_and_declining(house, taken):
    first, second = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    service.leave_waiting(house.resident(1), first)
    assert states(first, second) == ["declined", "offered"]
    held = entry(second).occurrence_id
    with pytest.raises(Forbidden):
        service.take_hold(house.resident(1), held)
    assert service.take_hold(house.resident(2), held).state == "confirmed"
    assert states(second) == ["taken"]
    assert calls.todays_calls(house.store.actor("core.calls.work")) == []


def test_a_guest_waits_and_answers_with_the_code(house, taken):
    joined = service.join_waiting(
        house.visitor,
        service.WaitingWish(house.day.isoformat(), "14:00", "15:00", None, house.rooms["棋牌室"].id),
        who=service.Who("王阿姨", "13600136000"),
    )
    line = service.waiting_by_code(house.visitor, joined.code)
    assert (line.id, line.organiser) == (joined.waiting_id, "王阿姨")
    service.cancel(house.resident(9), taken)
    held = entry(joined.waiting_id).occurrence_id
    with pytest.raises(Forbidden):
        service.take_hold(house.visitor, held, code="AAAAAAAA")
    service.note_opened(house.visitor, held, joined.code)
    assert entry(joined.waiting_id).contacted_at is not None
    service.take_hold(house.visitor, held, code=joined.code)
    assert service.booking_by_code(house.visitor, joined.code)[0].state == "confirmed"


# --------------------------------------------------------------------------- staff


def test_staff_skip_somebody_nobody_reaches_and_offer_by_hand_later(house, taken):
    first, second = wait(house, 1), wait(house, 2)
    service.cancel(house.resident(9), taken)
    service.skip_waiting(house.staff, first)
    assert states(first, second) == ["waiting", "offered"]
    with pytest.raises(Refused):
        service.offer_waiting(house.staff, first)
    service.remove_waiting(house.staff, second, "已约到别处")
    assert states(first, second) == ["waiting", "removed"]
    service.offer_waiting(house.staff, first)
    assert states(first) == ["offered"]
    assert Booking.select().where(Booking.person == 1001).count() == 1
    assert check(house.community) == []


def test_removing_needs_a_reason_and_the_right(house, taken):
    first = wait(house, 1)
    with pytest.raises(Invalid):
        service.remove_waiting(house.staff, first, " ")
    for act in (
        lambda: service.remove_waiting(house.resident(1), first, "x"),
        lambda: service.skip_waiting(house.resident(1), first),
        lambda: service.offer_waiting(house.resident(1), first),
        lambda: service.told_waiting(house.resident(1), first),
        lambda: service.leave_waiting(house.resident(2), first),
        lambda: service.waiting_line(house.resident(2), first),
        lambda: service.all_waiting(house.resident(1)),
    ):
        with pytest.raises(Forbidden):
            act()
    south = house.store.actor("rooms.desk", "rooms.waiting.decide", community=house.store.south)
    for act in (service.skip_waiting, service.offer_waiting, service.leave_waiting, service.waiting_line):
        with pytest.raises(NotFound):
            act(south, first)


def test_a_screen_gets_numbers_of_those_who_do_not_know_yet(house, taken):
    first = wait(house, 1)
    assert service.waiting_numbers(house.community) == []
    service.cancel(house.resident(9), taken)
    assert service.waiting_numbers(house.community) == [entry(first).number]
    service.told_waiting(house.staff, first)
    assert service.waiting_numbers(house.community) == []


# --------------------------------------------------------------------------- getting on it, and its end


def test_nobody_waits_for_what_is_free_or_twice(house, taken):
    with pytest.raises(Refused):
        wait(house, 1, start="10:00", end="11:00")
    wait(house, 1)
    for room in ("棋牌室", None):
        with pytest.raises(Refused):
            wait(house, 1, room, start="14:30", end="15:30") if room else wait(house, 1, None)
    with pytest.raises(Invalid) as wrong:
        wait(house, 2, start="14:00", end="15:00", minutes=90, people=500)
    assert set(wrong.value.errors) == {"minutes", "people"}
    assert Waiting.select().count() == 1


def test_who_was_never_offered_anything_counts_as_unmet(house, taken, clock):
    never, skipped = wait(house, 1, people=4), wait(house, 2)
    Waiting.update(offered_at=1, skipped_at=1).where(Waiting.id == skipped).execute()
    clock(at(house, 14, 1))
    service.tend_waiting(house.staff)
    assert states(never, skipped) == ["unmet", "unmet"]
    told = [event.payload for event in EventOutbox.select().where(EventOutbox.name == "rooms.waiting.unmet/1")]
    assert [(each["waiting_id"], each["people"], each["from_min"]) for each in told] == [(never, 4, at(house, 14))]


def test_the_job_offers_what_became_free_by_longer_hours(house):
    service.set_week(house.staff, house.venue, {house.day.weekday(): [(480, 720)]})
    house.book("棋牌室", "10:00", "12:00", house.resident(9))
    waiting = wait(house, 1, start="10:00", end="14:00", minutes=120)
    service.set_week(house.staff, house.venue, {house.day.weekday(): [(480, 1200)]})
    assert states(waiting) == ["waiting"]
    service.tend_waiting(house.staff)
    assert states(waiting) == ["offered"]
