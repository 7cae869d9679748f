"""The rooms of the demo community: a 4,300 m² centre with twelve zones, and a week in which it is used. All invented."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from core import (
    Actor,
    Community,
    Conflict,
    Invalid,
    NoticeWording,
    Ref,
    day_text,
    draft_notice,
    link,
    publish_notice,
    today,
)
from plugins.rooms import service
from plugins.rooms.booking.recurrence import Rule
from plugins.rooms.demo_past import fill_past
from plugins.rooms.texts import _

ROOMS: tuple[tuple[str, str, int, tuple[str, ...], dict[str, Any]], ...] = (
    ("多功能厅", "一楼", 120, ("投影", "音响", "话筒"), {}),
    ("调解室一", "一楼", 8, ("茶水",), {"confidential": True, "buffer_after": 15}),
    ("调解室二", "一楼", 8, ("茶水",), {"confidential": True, "buffer_after": 15}),
    ("老年活动室", "一楼", 40, ("棋牌桌",), {}),
    ("儿童之家", "一楼", 30, ("绘本", "软垫"), {"bookable_by": "residents"}),
    ("图书阅览室", "二楼", 36, ("无线网络",), {}),
    ("舞蹈排练室", "二楼", 30, ("镜墙", "音响"), {}),
    ("书画室", "二楼", 20, ("画案",), {}),
    ("议事厅", "二楼", 24, ("投影", "白板"), {"needs_approval": True}),
    ("社会组织孵化室", "三楼", 16, ("办公桌", "打印机"), {"bookable_by": "organisations"}),
    ("共享厨房", "三楼", 12, ("灶台", "烤箱"), {"needs_approval": True, "min_minutes": 60}),
    ("乒乓球室", "三楼", 16, ("球台",), {}),
)
USES: tuple[tuple[str, int, int, str, str], ...] = (
    ("老年活动室", 9, 11, "棋友会", "周阿姨"),
    ("舞蹈排练室", 14, 16, "广场舞排练", "红枫舞蹈队"),
    ("多功能厅", 9, 11, "健康讲座", "社区卫生服务站"),
    ("调解室一", 10, 11, "邻里调解", "社区"),
    ("书画室", 13, 15, "书画班", "陈老师"),
    ("乒乓球室", 18, 20, "乒乓球友谊赛", "球友会"),
    ("图书阅览室", 15, 17, "亲子阅读", "家长志愿者"),
)
WEEK = {day: [(8 * 60, 12 * 60), (13 * 60, 21 * 60)] if day < 5 else [(8 * 60, 17 * 60)] for day in range(7)}
DAYS = 7


def fill(community: Community, actor: Actor) -> Iterator[str]:
    """Make the centre and book a week of it."""
    venue = service.add_venue(
        actor, name="西山邻里中心", address=community.address, area_m2=4300, contact_name="陆敏",
        contact_phone="0573-87012345", owner=community.name,
    )  # fmt: skip
    service.set_week(actor, venue.id, WEEK)
    rooms = {
        name: service.add_room(actor, venue.id, name=name, floor=floor, seats=seats, features=list(features), **rest).id
        for name, floor, seats, features, rest in ROOMS
    }
    for name, by in (("移动投影仪", "residents"), ("便携音响", "anyone"), ("折叠桌 10 张", "staff")):
        service.add_equipment(actor, name=name, kept_at="一楼值班室", bookable_by=by)
    _repair(actor, rooms["共享厨房"])
    _wait(actor, rooms["乒乓球室"])
    used = fill_past(actor, rooms)
    _regularly(actor, rooms["多功能厅"], rooms["乒乓球室"])
    booked = sum(_book(actor, rooms[use[0]], *use[1:]) for use in USES)
    yield str(_("%(venue)s with %(rooms)d rooms, %(bookings)d bookings this week.", venue=venue.name, rooms=len(rooms),
                bookings=booked))  # fmt: skip
    yield str(_("%(count)d times rooms were used in the past weeks.", count=used))


def _regularly(actor: Actor, hall: int, table_tennis: int) -> None:
    """A choir that comes every week, one date left out, and the hour in which a room is cleaned."""
    monday = today() + datetime.timedelta(days=7 - today().weekday())
    choir = Rule(weekdays=((2, 0),), until=monday + datetime.timedelta(weeks=10))
    service.book_series(
        actor,
        hall,
        choir,
        service.BookingRequest(
            date=(monday + datetime.timedelta(days=2)).isoformat(),
            start="18:30",
            end="20:30",
            title="合唱排练",
            guest_name="夕阳红合唱队",
        ),
        skip={monday + datetime.timedelta(days=23)},
    )
    service.close_regularly(
        actor, table_tennis, Rule(weekdays=((1, 0),), count=12), date=(monday + datetime.timedelta(days=1)).isoformat(),
        start="08:00", end="09:00", reason="打扫",
    )  # fmt: skip


def _repair(actor: Actor, room_id: int) -> None:
    """One matter through its whole life: a booking, the repair that is in its way, the notice about it, another time."""
    room, date = service.find_room(str(actor.community), room_id), (today() + datetime.timedelta(days=9)).isoformat()
    made = service.book(
        actor,
        room_id,
        service.BookingRequest(date=date, start="09:00", end="11:00", title="腊八粥分发", guest_name="爱心厨房"),
    )
    service.move(actor, made.occurrence_id, date=date, start="14:00", end="16:00", told=True)
    service.close(actor, room_id, date=date, start="08:00", end="12:00", reason="检修燃气灶")
    body = f"{day_text(date)}上午检修燃气灶，共享厨房停用半天。当天上午的预约已改到下午。有不同意见请向社区提出。"
    said = NoticeWording("general", "共享厨房停用半天", body, "陆敏", objection_days=7)
    notice = publish_notice(actor, draft_notice(actor, said, subject=room.ref).id)
    link(actor, Ref("rooms.occurrence", str(actor.community), made.occurrence_id), "follows", notice.ref)


def _wait(actor: Actor, room_id: int) -> None:
    """Two people wait for one time; it becomes free and is held for the first, while the other still waits."""
    date = (today() + datetime.timedelta(days=4)).isoformat()
    taken = service.book(
        actor,
        room_id,
        service.BookingRequest(date=date, start="09:00", end="11:00", title="设备保养", guest_name="体育站"),
    )
    wish = service.WaitingWish(date, "09:00", "11:00", None, room_id)
    for name in ("许师傅", "郑阿姨"):
        service.join_waiting(actor, wish, who=service.Who(name), title="乒乓球", people=4)
    service.cancel(actor, taken.occurrence_id, reason="保养改期", told=True)


def _book(actor: Actor, room_id: int, start: int, end: int, title: str, guest: str) -> int:
    """Book every other day of the coming week; what lies in the past or on a closed hour is left out."""
    made = 0
    for offset in range(0, DAYS, 2):
        date = today() + datetime.timedelta(days=offset)
        try:
            service.book(
                actor,
                room_id,
                service.BookingRequest(
                    date=date.isoformat(), start=f"{start:02d}:00", end=f"{end:02d}:00", title=title, guest_name=guest
                ),
            )
        except (Invalid, Conflict):
            continue
        made += 1
    return made
