"""The past weeks of the demo's rooms: who came, who did not, and what nobody found, so that the monthly report says something.

All invented, and the same each time for one day.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from dataclasses import replace

from core import Actor, Refused, advance, begin, today, transaction
from plugins.rooms import service
from plugins.rooms.booking.making import Extras, add_booking
from plugins.rooms.booking.occurrences import need, take_slots
from plugins.rooms.booking.rules import Organiser, Wish
from plugins.rooms.booking.slots import Taken, run
from plugins.rooms.clock import hhmm
from plugins.rooms.models import Occurrence
from plugins.rooms.places.hours import load_plan

WEEKS = 9
# Room, weekdays, from, to, what for, how often of ten times, people.
HABITS: tuple[tuple[str, tuple[int, ...], int, int, str, int, int], ...] = (
    ("老年活动室", (0, 1, 2, 3, 4), 8, 11, "棋牌", 9, 22),
    ("老年活动室", (0, 2, 4), 13, 16, "戏曲", 8, 15),
    ("舞蹈排练室", (1, 3, 5), 14, 16, "广场舞排练", 9, 24),
    ("舞蹈排练室", (0, 1, 2, 3, 4), 18, 21, "健身操", 9, 26),
    ("多功能厅", (2, 5), 9, 11, "健康讲座", 9, 80),
    ("多功能厅", (0, 3), 18, 20, "合唱", 9, 45),
    ("书画室", (1, 3, 5), 13, 16, "书画班", 9, 12),
    ("图书阅览室", (0, 1, 2, 3, 4), 15, 18, "课后阅读", 9, 18),
    ("图书阅览室", (5, 6), 9, 12, "亲子阅读", 9, 18),
    ("儿童之家", (0, 1, 2, 3, 4), 16, 18, "四点半课堂", 9, 20),
    ("乒乓球室", (0, 1, 2, 3, 4), 18, 21, "乒乓球", 9, 8),
    ("议事厅", (2,), 14, 16, "居民议事会", 8, 16),
    ("社会组织孵化室", (1, 3), 9, 11, "项目例会", 8, 9),
)
GROUPS = {
    "棋牌": "棋友会",
    "戏曲": "越剧社",
    "广场舞排练": "红枫舞蹈队",
    "健身操": "健身队",
    "合唱": "夕阳红合唱团",
    "书画班": "陈老师",
}
# Weeks ago, weekday, hour, people at least, how often.
WANTED = (
    (1, 5, 19, 20, 4),
    (1, 6, 18, 0, 3),
    (2, 5, 19, 20, 5),
    (2, 1, 19, 50, 4),
    (3, 5, 19, 20, 3),
    (4, 1, 19, 0, 4),
)


def fill_past(actor: Actor, rooms: Mapping[str, int]) -> int:
    """Nine weeks of use, some of it unattended; returns how many times a room was used."""
    chance, used = random.Random(7), 0  # noqa: S311 -- a demo, the same each time
    community = str(actor.community)
    with transaction(community):
        for back in range(WEEKS * 7, 0, -1):
            day = today() - datetime.timedelta(days=back)
            for name, weekdays, start, end, title, often, people in HABITS:
                if day.weekday() in weekdays and chance.random() * 10 < often:
                    used += _came(actor, rooms[name], day, start, end, title, people + chance.randint(-4, 4), chance)
        monday = today() - datetime.timedelta(days=today().weekday())
        for weeks, weekday, hour, people, times in WANTED:
            day = monday + datetime.timedelta(days=weekday - 7 * weeks)
            run(
                "INSERT INTO rooms_unmet (community, kind, day, hour, people, features, count) "
                "VALUES (?, 'search', ?, ?, ?, '', ?)",
                community, day.isoformat(), hour, people, times,
            )  # fmt: skip
    _in_vain(actor, rooms["议事厅"])
    return used


def _came(
    actor: Actor, room_id: int, day: datetime.date, start: int, end: int, title: str, people: int, chance: random.Random
) -> int:
    """One time: most came, some left early, now and then nobody checked in."""
    group = GROUPS.get(title, "")
    if chance.random() < 0.12:
        _nobody_checked_in(actor, room_id, Wish(day, start * 60, end * 60), title, group or "居民")
        return 0
    left = end * 60 - (30 if chance.random() < 0.2 else 0)
    try:
        service.enter_past_use(
            actor,
            room_id,
            service.BookingRequest(
                date=day.isoformat(),
                start=hhmm(start * 60),
                end=hhmm(left),
                title=title,
                people=people,
                guest_name=group or "居民",
            ),
        )
    except Refused:
        return 0
    return 1


def _nobody_checked_in(actor: Actor, room_id: int, wish: Wish, title: str, name: str) -> None:
    plan = load_plan(str(actor.community), wish.day)
    organiser = Organiser("staff", name, account=actor.account)
    booking = add_booking(actor, organiser, Extras(title), "", confidential=False)
    occurrence = begin(
        actor,
        Occurrence(
            community=actor.community, booking_id=booking.id, room_id=room_id, start_min=wish.start_min,
            end_min=wish.end_min,
        ),
    )  # fmt: skip
    need(occurrence, plan.resources(room_id))
    try:
        take_slots(occurrence)
    except Taken:
        advance(actor, occurrence, "withdraw")
        return
    advance(actor, advance(actor, occurrence, "book"), "miss")


def _in_vain(actor: Actor, room_id: int) -> None:
    """An organisation that asked and got no room."""
    date = (today() + datetime.timedelta(days=2)).isoformat()
    asked = service.book(
        replace(actor, kind="anonymous"),
        room_id,
        service.BookingRequest(
            date=date, start="09:00", end="11:00", title="项目路演", guest_name="何老师", organisation="星光公益社"
        ),
    )
    service.refuse(actor, asked.occurrence_id, "当天有居民议事会")
