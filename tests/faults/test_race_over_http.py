"""Two phones and one room: client processes race for the same times over HTTP, against real servers on both engines."""

from __future__ import annotations

import datetime
import multiprocessing
import queue
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.app import open_instance
from core.clock import today
from core.config import load_config
from core.plugin.current import set_active
from core.store import db
from tests.faults.serving import CODE, Visitor, linli, served, set_up

pytestmark = pytest.mark.faults

CLIENTS = 8
DAYS = 20
TIMES = tuple(f"{hour:02d}:00" for hour in range(8, 18))
OVERLAPPING = 60
_FORM = re.compile(rf'<form[^>]*action="(/c/{CODE}/rooms/\d+/book)"[^>]*>(.*?)</form>', re.S)
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

Wish = tuple[int, str, str, str]  # room, date, start, end


@dataclass
class House:
    """The rooms of the race: `plain` is wanted at equal times, `rough` at times that overlap partly, `spare` by nobody."""

    instance: Path
    plain: int = 0
    rough: int = 0
    spare: int = 0
    residents: tuple[str, ...] = ()


@pytest.fixture
def house(both_engines):
    """An installation with three rooms and the sessions of four residents; its server is not running yet."""
    set_up(both_engines.instance, both_engines.database)
    return _furnish(both_engines.instance)


def _furnish(instance: Path) -> House:
    from core.actor import command
    from core.people import accounts, residents, sessions
    from plugins.rooms import service

    actor = command(CODE)
    open_instance(load_config(instance, strict=True))
    try:
        venue = service.add_venue(actor, name="邻里中心")
        service.set_week(actor, venue.id, {day: [(8 * 60, 20 * 60)] for day in range(7)})
        rooms = [service.add_room(actor, venue.id, name=name, seats=40).id for name in ("棋牌室", "舞蹈室", "会议室")]
        tokens = []
        for number in range(CLIENTS // 2):
            person = residents.add_person(actor, name=f"居民{'甲乙丙丁'[number]}")
            account = accounts.open_account(actor, person.public_id, f"86{number}957")
            tokens.append(sessions.open_session(account, address="127.0.0.1", agent="test", opened_with="pin"))
        return House(instance, *rooms, residents=tuple(tokens))
    finally:
        db.close_database()
        set_active(None)


def _day(offset: int) -> str:
    return (today() + datetime.timedelta(days=2 + offset)).isoformat()


def _wishes(house: House) -> list[Wish]:
    """200 times that everybody wants alike, and among them some that overlap in part (half hours, one to three hours)."""
    wanted = [(house.plain, _day(day), start, f"{int(start[:2]) + 1:02d}:00") for day in range(DAYS) for start in TIMES]
    dice = random.Random(20261121)
    for _number in range(OVERLAPPING):
        start = dice.randrange(8 * 60, 17 * 60, 15)
        end = start + dice.choice((30, 45, 60, 90, 180))
        wish = (
            house.rough,
            _day(dice.randrange(4)),
            f"{start // 60:02d}:{start % 60:02d}",
            f"{end // 60:02d}:{end % 60:02d}",
        )
        wanted.insert(dice.randrange(len(wanted)), wish)
    return wanted


def _form(wish: Wish, visitor: Visitor) -> dict[str, Any]:
    _room, date, start, end = wish
    guest = {} if visitor.session else {"guest_name": "钱多多", "guest_phone": ""}
    return {"date": date, "start": start, "end": end, "title": "合唱排练", "people": "5", **guest}


def _address(room: int) -> str:
    return f"/c/{CODE}/rooms/{room}/book"


def _offers(text: str) -> list[tuple[str, dict[str, str]]]:
    """The one-tap forms of a page: address and fields."""
    return [
        (address, {name: unescape(value) for name, value in _FIELD.findall(inner)})
        for address, inner in _FORM.findall(text)
        if 'name="start" value="' in inner
    ]


def _client(port: int, session: str, wishes: list[Wish], gate: Any, results: Any) -> None:
    """One client process: waits for the others, tries every wish once, reports each answer."""
    answers: list[tuple[Wish, int, str, int]] = []
    failure = ""
    try:
        visitor = Visitor(port, session)
        assert visitor.get(_address(wishes[0][0])).status == 200
        gate.wait(60)
        for wish in wishes:
            answer = visitor.post(_address(wish[0]), **_form(wish, visitor))
            answers.append((wish, answer.status, answer.location, len(_offers(answer.text))))
    except BaseException as error:
        failure = f"{type(error).__name__}: {error}"
        gate.abort()
    results.put((answers, failure))


def _race(ports: list[int], house: House, wishes: list[Wish]) -> list[tuple[Wish, int, str, int]]:
    spawn = multiprocessing.get_context("spawn")
    gate, results = spawn.Barrier(CLIENTS), spawn.Queue()
    sessions = [*house.residents, *[""] * (CLIENTS - len(house.residents))]
    clients = [
        spawn.Process(target=_client, args=(ports[number % len(ports)], session, wishes, gate, results))
        for number, session in enumerate(sessions)
    ]
    for client in clients:
        client.start()
    try:
        found = [results.get(timeout=400) for _client in clients]
    except queue.Empty:
        raise AssertionError("a client did not come to an end") from None
    finally:
        for client in clients:
            client.join(10)
            if client.is_alive():
                client.kill()
    assert [failure for _answers, failure in found if failure] == []
    return [answer for answers, _failure in found for answer in answers]


def _taken(house: House, room: int) -> list[tuple[int, int]]:
    """The slots of a room as the database holds them, by start."""
    db.open_database(load_config(house.instance))
    try:
        mark = "?" if db.engine_name() == "sqlite" else "%s"
        sql = f"SELECT start_min, end_min FROM rooms_slot WHERE resource_id={mark} ORDER BY start_min, end_min"
        return [tuple(row) for row in db.database.execute_sql(sql, (room,)).fetchall()]
    finally:
        db.close_database()


def _minutes(wish: Wish) -> tuple[int, int]:
    from core.clock import utc_minute

    day = datetime.date.fromisoformat(wish[1])
    at = [utc_minute(day, int(text[:2]) * 60 + int(text[3:])) for text in wish[2:]]
    return at[0], at[1]


def test_of_eight_processes_one_gets_each_time_and_the_others_are_offered_another(house, engine):
    wishes = _wishes(house)
    with served(house.instance, processes=2 if engine == "postgresql" else 1) as ports:
        answers = _race(ports, house, wishes)
        assert len(answers) == CLIENTS * len(wishes)
        statuses = Counter(status for _wish, status, _location, _offers in answers)
        assert set(statuses) == {303, 409}, statuses
        assert [answer for answer in answers if answer[1] == 409 and not answer[3]] == [], "a loser was offered nothing"

        won = Counter(wish for wish, status, _location, _offers in answers if status == 303)
        plain = [wish for wish in wishes if wish[0] == house.plain]
        assert {won[wish] for wish in plain} == {1} and len(plain) == 200
        locations = [location for _wish, status, location, _offers in answers if status == 303]
        assert len(set(locations)) == len(locations)

        assert _taken(house, house.plain) == sorted(_minutes(wish) for wish in plain)
        _assert_fair(house, wishes, won)
        _take_an_offer(ports, house, plain[0])
    checked = linli(house.instance, "rooms", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _assert_fair(house: House, wishes: list[Wish], won: Counter[Wish]) -> None:
    """In the room of overlapping wishes: no two slots overlap, and nobody was turned away from a time that is free."""
    slots = _taken(house, house.rough)
    assert all(first[1] <= second[0] for first, second in pairwise(slots))
    rough = {wish for wish in wishes if wish[0] == house.rough}
    assert slots == sorted(_minutes(wish) for wish in rough if won[wish])
    assert sum(won[wish] for wish in rough) == len(slots) < len(rough)
    for start, end in map(_minutes, rough):
        assert any(first < end and start < last for first, last in slots)


def _take_an_offer(ports: list[int], house: House, wish: Wish) -> None:
    """A late visitor is refused, and one tap on the first free time books it."""
    visitor = Visitor(ports[0])
    visitor.get(_address(house.plain))
    refused = visitor.post(_address(house.plain), **_form(wish, visitor))
    assert refused.status == 409
    offers = _offers(refused.text)
    assert {address for address, _fields in offers} > {_address(house.plain)}, "a free room at this time is missing"
    address, fields = offers[0]
    assert fields["guest_name"] == "钱多多"
    booked = visitor.post(address, **fields)
    assert booked.status == 303
    assert visitor.get(booked.location).status == 200


def test_a_double_tap_makes_one_booking_and_one_answer(house):
    wish = (house.spare, _day(1), "09:00", "10:30")
    with served(house.instance) as ports:
        visitor = Visitor(ports[0])
        visitor.get(_address(house.spare))
        form = _form(wish, visitor) | {"idempotency_key": "a-tap-that-bounced-20"}
        answers = _at_once(20, lambda: visitor.same().post(_address(house.spare), **form))
        assert {(answer.status, answer.location) for answer in answers} == {(303, answers[0].location)}
        assert re.fullmatch(rf"/c/{CODE}/rooms/booking/\d+", answers[0].location)
        assert _taken(house, house.spare) == [_minutes(wish)]

        other = visitor.post(_address(house.spare), **form | {"start": "13:00", "end": "14:00"})
        assert other.status == 409
        stranger = Visitor(ports[0])
        stranger.get(_address(house.spare))
        assert stranger.post(_address(house.spare), **form | {"start": "15:00", "end": "16:00"}).status == 303
        assert len(_taken(house, house.spare)) == 2
    assert linli(house.instance, "rooms", "check").returncode == 0


def _at_once(count: int, act: Any) -> list[Any]:
    gate, answers = threading.Barrier(count), []

    def run() -> None:
        gate.wait(30)
        answers.append(act())

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == count
    return answers
