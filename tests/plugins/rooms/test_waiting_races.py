"""The waiting list under contention, both engines: one hold per freed time, accept against lapse, a process that is killed."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter

from core.civic.workflow.engine import install
from core.errors import Conflict, Forbidden, Refused
from core.plugin.registry import Registry
from core.store import db
from plugins.rooms import service
from plugins.rooms.booking import offering, slots
from plugins.rooms.booking.check import check
from plugins.rooms.models import Occurrence, Waiting

STARTS = [f"{hour:02d}:00" for hour in range(9, 15)]


def end_of(start: str) -> str:
    return f"{int(start[:2]) + 1:02d}:00"


def work(config, acts, gate, results):
    """One process: waits for the others, then does its acts one after the other; counts what came of them."""
    outcome: Counter[str] = Counter()
    try:
        db.open_database(config)
        registry = Registry(config).load().activate()
        install(*registry.workflows().values())
        gate.wait(240)
        for name, args, kwargs in acts:
            try:
                getattr(service, name)(*args, **kwargs)
                outcome[name] += 1
            except (Conflict, Refused, Forbidden) as refused:
                outcome[f"{name} {type(refused).__name__}"] += 1
    except BaseException as error:
        outcome[f"{type(error).__name__}: {error}"] += 1
        raise
    finally:
        results.put(dict(outcome))
        db.close_database()


def run(house, *workers) -> Counter[str]:
    spawn = multiprocessing.get_context("spawn")
    gate, results = spawn.Barrier(len(workers)), spawn.Queue()
    started = [spawn.Process(target=work, args=(house.store.config, acts, gate, results)) for acts in workers]
    for each in started:
        each.start()
    outcomes = [results.get(timeout=300) for _each in started]
    for each in started:
        each.join(30)
    return sum((Counter(outcome) for outcome in outcomes), Counter())


def join(house, number: int, start: str) -> int:
    room = house.rooms["棋牌室"].id
    wish = service.WaitingWish(house.day.isoformat(), start, end_of(start), None, room)
    return service.join_waiting(house.resident(number), wish, who=service.Who()).waiting_id


def held_and_offered(house) -> list[tuple[int, int]]:
    """Every hold with the entry it belongs to, checked both ways."""
    held = [each.id for each in Occurrence.of(house.community).where(Occurrence.state == "held")]
    offered = {each.occurrence_id: each.id for each in Waiting.of(house.community).where(Waiting.state == "offered")}
    assert sorted(held) == sorted(offered)
    return sorted(offered.items())


def test_what_several_cancel_at_once_is_held_once_each_and_nobody_comes_between(house):
    booked = [house.book("棋牌室", start, end_of(start), house.staff).occurrence_id for start in STARTS]
    for start in STARTS:
        for number in (1, 2):
            join(house, number, start)
    room, date = house.rooms["棋牌室"].id, house.day.isoformat()
    cancels = [("cancel", (house.staff, each), {"reason": "不用了"}) for each in booked]
    wishes = [service.BookingRequest(date=date, start=at, end=end_of(at)) for at in STARTS * 2]
    grabs = [("book", (house.resident(5), room, wish), {}) for wish in wishes]
    tends = [("tend_waiting", (house.staff,), {})] * len(STARTS)
    total = run(house, cancels, cancels[::-1], grabs, tends)
    assert total["cancel"] == total["cancel Refused"] == len(STARTS)
    assert total["book Conflict"] == len(STARTS) * 2 and total["book"] == 0
    assert len(held_and_offered(house)) == len(STARTS)
    assert check(house.community) == []


def test_accepting_against_lapsing_ends_in_one_of_both(house):
    booked = [house.book("棋牌室", start, end_of(start), house.staff).occurrence_id for start in STARTS]
    entries = [join(house, 1, start) for start in STARTS]
    for each in booked:
        service.cancel(house.staff, each, reason="不用了")
    holds = [Waiting.get_by_id(key).occurrence_id for key in entries]
    Waiting.update(contacted_at=1).where(Waiting.id.in_(entries)).execute()
    Occurrence.update(held_until=db.now() + 2_000).where(Occurrence.id.in_(holds)).execute()
    takes = [("take_hold", (house.resident(1), each), {}) for each in holds] * 3
    skips = [("skip_waiting", (house.staff, each), {}) for each in entries]
    total = run(house, takes, skips[::-1], [("tend_waiting", (house.staff,), {})] * 20)
    states = Counter(Waiting.get_by_id(key).state for key in entries)
    assert total["take_hold"] == states["taken"]
    taken = [each for each in holds if Occurrence.get_by_id(each).state == "confirmed"]
    assert len(taken) == states["taken"] and held_and_offered(house) == []
    assert check(house.community) == []


def cancel_and_die(config, actor, occurrence_id):
    """Cancel a booking, and be gone in the middle of the transaction: the offer is made, but not stored."""
    db.open_database(config)
    registry = Registry(config).load().activate()
    install(*registry.workflows().values())
    offering.tell_organiser = lambda *_args: os._exit(9)  # type: ignore[attr-defined]
    service.cancel(actor, occurrence_id, reason="不用了")


def test_a_killed_process_leaves_all_or_nothing(house):
    booked = house.book("棋牌室", "09:00", "10:00", house.staff).occurrence_id
    waiting = join(house, 1, "09:00")
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=cancel_and_die, args=(house.store.config, house.staff, booked))
    process.start()
    process.join(120)
    assert process.exitcode == 9
    assert Occurrence.get_by_id(booked).state == "confirmed"
    assert Waiting.get_by_id(waiting).state == "waiting" and held_and_offered(house) == []
    assert len(slots.rows("SELECT 1 FROM rooms_slot WHERE occurrence_id=?", booked)) == 1
    service.cancel(house.staff, booked, reason="不用了")
    assert Waiting.get_by_id(waiting).state == "offered"
    assert check(house.community) == []
