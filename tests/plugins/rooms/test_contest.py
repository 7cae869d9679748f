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
                service.book(actor, room_id, date=date, start=start, end=end)
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
