"""The desk's search box at 20,000 residents, against one full scan of their table; the wait of a person is 300 ms at most."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator

from flask import Flask

from core.actor import Actor, command
from core.app import create_app
from core.civic import search
from core.config import load_config
from core.people import areas
from core.people.door import Door
from core.people.names import search_text
from core.people.person import Person, PersonHome, name_sort_key, new_public_id
from core.plugin.registry import Registry
from core.store.community import Community
from core.store.db import close_database, now, rows, transaction

CODE = "330481001009"
RESIDENTS, ROUNDS = 20_000, 15
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
_GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国玉梅丹志红文辉力健俊飞鹏云峰雪松林宇浩然子轩"
# What people type: a surname (thousands of finds), a name, initials, pinyin, the end of a number, a door, nobody.
QUERIES = ("张", "张三丰", "zsf", "zhangsanfeng", "5678", "3-2-501", "李 501", "无此人")
_SCAN = "SELECT COUNT(*) FROM person WHERE community = ? AND search_text LIKE '%@%'"


def figures() -> Iterator[str]:
    """Milliseconds until everything is found, median of rounds in which questions and scans take turns, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        app: Flask = create_app(load_config(folder))
        registry: Registry = app.extensions["linli_registry"]
        fill()
        scan, found = measure(registry)
        yield f"one full scan of {RESIDENTS} residents: {scan:.1f} ms"
        for query, took in found.items():
            yield f"“{query}”: {took:.1f} ms, {took / scan:.2f} × the scan (goal: answered within 300 ms)"
        close_database()


def fill() -> None:
    """Residents with a phone and a home each, three to a door, in twenty estates; one of them is 张三丰 behind 3-2-501."""
    Community.create(code=CODE, name="西山社区")
    chance, actor, moment = random.Random(1), command(CODE), now()
    with transaction(CODE):
        estates = [(areas.add_estate(actor, f"{name}苑"), f"{name}苑") for name in _GIVEN[:20]]
        homes = [
            (areas.ensure_home(CODE, key, door), name, str(door))
            for key, name in estates
            for number in range(RESIDENTS // 60)
            for door in [
                Door(str(number // 36 + 1), str(number // 12 % 3 + 1), f"{number % 12 // 2 + 1}0{number % 2 + 1}")
            ]
        ]
        for start in range(0, RESIDENTS, 500):
            people, stays = [], []
            for key in range(start + 1, start + 501):
                home, estate, door = homes[key % len(homes)]
                named = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))
                name = "张三丰" if key == 1 else named
                phone = "13812345678" if key == 1 else f"13{chance.randrange(10**9):09d}"
                people.append({
                    "id": key, "community": CODE, "public_id": new_public_id(), "name": name, "phone": phone,
                    "sort_key": name_sort_key(name), "created_at": moment, "updated_at": moment,
                    "search_text": search_text(name, (), (phone,), (estate, door)),
                })  # fmt: skip
                stays.append({"community": CODE, "person_id": key, "home_id": home})
            Person.insert_many(people).execute()
            PersonHome.insert_many(stays).execute()


def measure(registry: Registry) -> tuple[float, dict[str, float]]:
    """Median milliseconds of a scan and of each question, for somebody who may see everything."""
    actor: Actor = command(CODE)
    times: dict[str, list[float]] = {query: [] for query in ("", *QUERIES)}
    for _round in range(ROUNDS):
        times[""].append(_milliseconds(lambda: rows(_SCAN, CODE)))
        for query in QUERIES:
            times[query].append(_milliseconds(lambda query=query: search.find(registry, actor, query)))  # type: ignore[misc]
    scan, *found = (statistics.median(each) for each in times.values())
    return scan, dict(zip(QUERIES, found, strict=True))


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1e3
