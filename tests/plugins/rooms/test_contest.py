"""Eight processes want the same 200 times: each is booked exactly once, and losing is the only thing that goes wrong."""

from __future__ import annotations

import datetime
import multiprocessing
from collections import Counter

from core.civic.workflow.engine import install
from core.errors import Conflict
from core.plugin.registry import Registry
from core.store import db
from plugins.rooms import service
from plugins.rooms.booking import slots
from plugins.rooms.booking.check import check

PROCESSES = 8
DAYS = 10
STARTS = [f"{hour:02d}:{minute}" for hour in range(8, 18) for minute in ("00", "30")]


def want_everything(config, actor, room_id, first_day, gate, results):
    """One process: waits for the others, then tries to book every time; reports what came of it."""
    outcome: Counter[str] = Counter()
    try:
        db.open_database(config)
        registry = Registry(config).load().activate()
        install(*registry.workflows().values())
        gate.wait(240)
        for offset in range(DAYS):
            date = (first_day + datetime.timedelta(days=offset)).isoformat()
            for start in STARTS:
                end = f"{start[:2]}:30" if start.endswith("00") else f"{int(start[:2]) + 1:02d}:00"
                try:
                    service.book(actor, room_id, date=date, start=start, end=end)
                    outcome["booked"] += 1
                except Conflict as refused:
                    outcome["refused" if refused.alternatives else "refused without alternatives"] += 1
    except BaseException as error:
        outcome[f"{type(error).__name__}: {error}"] += 1
        raise
    finally:
        results.put(dict(outcome))
        db.close_database()


def test_every_contested_time_is_booked_exactly_once(house):
    spawn = multiprocessing.get_context("spawn")
    gate, results = spawn.Barrier(PROCESSES), spawn.Queue()
    room = house.rooms["棋牌室"].id
    workers = [
        spawn.Process(
            target=want_everything,
            args=(house.store.config, house.resident(number), room, house.day, gate, results),
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    outcomes = [results.get(timeout=300) for _worker in workers]
    for worker in workers:
        worker.join(30)
    total = sum((Counter(outcome) for outcome in outcomes), Counter())
    wanted = DAYS * len(STARTS)
    assert total == {"booked": wanted, "refused": wanted * (PROCESSES - 1)}
    taken = slots.rows("SELECT start_min, end_min FROM rooms_slot WHERE resource_id=? ORDER BY start_min", room)
    assert len(taken) == len(set(taken)) == wanted
    assert check(house.community) == []
