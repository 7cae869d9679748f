"""Eight processes want the same times: each is taken exactly once, and losing is the only thing that goes wrong."""

from __future__ import annotations

import datetime
import multiprocessing
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from core.civic.workflow.engine import install
from core.errors import Conflict
from core.plugin.registry import Registry
from core.store import db
from core.store.ref import Ref
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check
from plugins.rooms.booking.recurrence import Rule, days_of, read_rule
from plugins.rooms.models import Booking, Occurrence, Series, Skipped
from plugins.rooms.room_service import Rooms

PROCESSES = 8
ACTS = 40
DAYS = 10
STARTS = [f"{hour:02d}:{minute}" for hour in range(8, 18) for minute in ("00", "30")]


def contend(config, gate, results, act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """One process: waits for the others, then does what it came for; reports what came of it."""
    outcome: Counter[str] = Counter()
    try:
        db.open_database(config)
        registry = Registry(config).load().activate()
        install(*registry.workflows().values())
        gate.wait(240)
        act(outcome, *arguments)
    except BaseException as error:
        outcome[f"{type(error).__name__}: {error}"] += 1
        raise
    finally:
        results.put(dict(outcome))
        db.close_database()


def contest(house, act: Callable[..., None], arguments: Callable[[int], tuple[Any, ...]]) -> Counter[str]:
    """Let the processes contend, each with the arguments for its number; what came of it, all together."""
    spawn = multiprocessing.get_context("spawn")
    gate, results = spawn.Barrier(PROCESSES), spawn.Queue()
    workers = [
        spawn.Process(target=contend, args=(house.store.config, gate, results, act, arguments(number)))
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    outcomes = [results.get(timeout=300) for _worker in workers]
    for worker in workers:
        worker.join(30)
    return sum((Counter(outcome) for outcome in outcomes), Counter())


def want_everything(outcome, actor, room_id, first_day):
    """Try to book every time."""
    for offset in range(DAYS):
        date = (first_day + datetime.timedelta(days=offset)).isoformat()
        for start in STARTS:
            end = f"{start[:2]}:30" if start.endswith("00") else f"{int(start[:2]) + 1:02d}:00"
            try:
                service.book(actor, room_id, service.BookingRequest(date=date, start=start, end=end))
                outcome["booked"] += 1
            except Conflict as refused:
                outcome["refused" if refused.alternatives else "refused without alternatives"] += 1


def test_every_contested_time_is_booked_exactly_once(house):
    room = house.rooms["棋牌室"].id
    total = contest(house, want_everything, lambda number: (house.resident(number), room, house.day))
    wanted = DAYS * len(STARTS)
    assert total == {"booked": wanted, "refused": wanted * (PROCESSES - 1)}
    taken = slots.rows("SELECT start_min, end_min FROM rooms_slot WHERE resource_id=? ORDER BY start_min", room)
    assert len(taken) == len(set(taken)) == wanted
    assert check(house.community) == []


def want_all_kinds(outcome, seed, actor, rooms, resources, date):
    """Book rooms, the hall and its parts, with and without people and equipment; move and give up what was got."""
    chance, own, service_of_rooms = random.Random(seed), [], Rooms()
    for _act in range(ACTS):
        room, start = chance.choice(rooms), chance.randrange(480, 1080, 30)
        act = chance.choice(("book", "book with others", "move", "cancel")) if own else "book"
        try:
            if act == "book":
                own.append(service_of_rooms.book(actor, room, date, start, start + 90, title="").occurrence_id)
            elif act == "book with others":
                needs = chance.sample(resources, chance.randint(1, len(resources)))
                done = service_of_rooms.book(actor, room, date, start, start + 60, title="", resources=needs)
                own.append(done.occurrence_id)
            elif act == "move":
                service_of_rooms.move(actor, chance.choice(own), date, start, start + 60, room)
            else:
                service_of_rooms.cancel(actor, own.pop(chance.randrange(len(own))))
            outcome[act] += 1
        except Conflict:
            outcome["refused"] += 1


def test_halls_parts_people_and_equipment_are_taken_together_or_not_at_all(house):
    staff = house.staff
    mediator = Rooms().resource(staff, "person", "调解员", Ref("core.account", house.community, 7))
    projector = Rooms().resource(staff, "equipment", "投影仪", Ref("core.account", house.community, 8))
    rooms = [house.rooms[name].id for name in ("棋牌室", "大厅", "东厅", "西厅")]
    total = contest(
        house,
        want_all_kinds,
        lambda number: (number, house.staff, rooms, [mediator, projector], house.day),
    )
    assert set(total) <= {"book", "book with others", "move", "cancel", "refused"}, total
    assert min(total[each] for each in ("book", "book with others", "move", "cancel", "refused")) > 0
    assert sum(total.values()) == PROCESSES * ACTS
    assert check(house.community) == []
    held = slots.rows(
        "SELECT o.id FROM rooms_occurrence o WHERE o.state='confirmed' AND "
        "(SELECT count(*) FROM rooms_slot s WHERE s.occurrence_id=o.id) <> "
        "(SELECT count(*) FROM rooms_occurrence_resource n WHERE n.occurrence_id=o.id)"
    )
    assert held == [], "an occurrence holds only a part of what it needs"


def want_series(outcome, seed, actor, rooms, date):
    """Book series and single times in rooms, the hall and its parts; move, split, leave dates out, give up."""
    chance, own = random.Random(seed), []
    acts = ("series", "single", "move series", "end series")
    for _act in range(ACTS // 2):
        room, hour = chance.choice(rooms), chance.randrange(8, 18)
        first = date + datetime.timedelta(days=chance.randrange(7))
        time = {"start": f"{hour:02d}:00", "end": f"{hour + 2:02d}:00"}
        act = chance.choice(acts) if own else chance.choice(acts[:2])
        try:
            if act == "series":
                rule = Rule(freq=chance.choice(("DAILY", "WEEKLY")), count=6)
                own.append(book_what_is_free(actor, room, rule, {"date": first.isoformat(), **time}))
            elif act == "single":
                service.book(actor, room, service.BookingRequest(date=first.isoformat(), **time))
            elif act == "move series":
                move_half(chance, actor, own, room, time)
            else:
                service.cancel_series(actor, own.pop(chance.randrange(len(own))))
            outcome[act] += 1
        except Conflict:
            outcome["refused"] += 1


def book_what_is_free(actor, room, rule, time):
    """All of it, or what the answer says is free; raises `Conflict` when that has gone meanwhile or nothing is left."""
    try:
        return service.book_series(actor, room, rule, service.BookingRequest(**time)).booking_id
    except service.SeriesConflict as refused:
        skip = {each.day for each in refused.dates if not each.is_free}
        if len(skip) == len(refused.dates):
            raise
        return service.book_series(actor, room, rule, service.BookingRequest(**time), skip=skip).booking_id


def move_half(chance, actor, own, room, time):
    """Another room and time for a series from some date on, which splits it."""
    place = chance.randrange(len(own))
    page = service.series_page(actor, own[place])
    days = [datetime.date.fromisoformat(line.series_day) for line in page.ahead]
    since = chance.choice(days)
    chosen = {day for day in days if day >= since}
    change = service.SeriesChange(room_id=room, since=since, **time)
    own[place] = service.change_series(actor, own[place], chosen, change).booking_id


def test_series_against_series_and_single_bookings_all_or_nothing(house):
    rooms = [house.rooms[name].id for name in ("棋牌室", "大厅", "东厅")]
    total = contest(house, want_series, lambda number: (number, house.staff, rooms, house.day))
    acts = {"series", "single", "move series", "end series", "refused"}
    assert set(total) <= acts, total
    assert min(total[each] for each in acts) > 0
    assert sum(total.values()) == PROCESSES * (ACTS // 2)
    assert check(house.community) == []
    for booking in list(Booking.of(house.community).where(Booking.rule != "")):
        days = days_of(read_rule(booking.rule), Series.get_of(house.community, booking.id).first_day).days
        made = {each.series_day for each in Occurrence.of(house.community).where(Occurrence.booking_id == booking.id)}
        skipped = {each.day for each in Skipped.of(house.community).where(Skipped.booking_id == booking.id)}
        assert sorted(made | skipped) == list(days) and not made & skipped, booking.rule
