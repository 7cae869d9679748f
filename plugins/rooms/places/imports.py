"""阵地/在地资源清单 as a table: its columns, and venues and rooms brought in from it. The pages and taking back are core's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import (
    Actor,
    ChoiceCell,
    Import,
    ImportColumn,
    Invalid,
    NumberCell,
    Ref,
    Refused,
    Stored,
    TextCell,
    WordsCell,
    YesNoCell,
    parse_phone,
)
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import DAY_END, hhmm, parse_time
from plugins.rooms.models import Room, Venue
from plugins.rooms.places.new_venue import FirstHours
from plugins.rooms.places.places import (
    MANAGE,
    ROOM_FIELDS,
    add_room,
    add_venue,
    edit_room,
    remove_room,
    remove_venue,
    rooms,
    venues,
)
from plugins.rooms.places.set_hours import set_week
from plugins.rooms.texts import _
from plugins.rooms.views.desk_forms import BOOKABLE_BY


@dataclass(frozen=True)
class HoursCell(TextCell):
    """The hours of a new venue: `8:30-17:00` is every day, with 工作日 or 周一至周五 Monday to Friday.

    The value is [opens, closes, whether at the weekend too], in minutes of the day.
    """

    def read(self, text: str) -> Any:
        """The hours; raises `Invalid`."""
        times = re.findall(r"\d{1,2}[:：]\d{2}", text)
        found = [parse_time(time) for time in times]
        opens, closes = found if len(found) == 2 else (None, None)
        if opens is None or closes is None or not opens < closes <= DAY_END:
            raise Invalid(message=_("Please write hours like 8:30-17:00."))
        return [opens, closes, re.search("工作日|平日|周五|星期五|workday", text) is None]

    def show(self, value: Any) -> str:
        """The hours as they are written."""
        if not value:
            return ""
        opens, closes, weekend = value
        days = _("every day") if weekend else _("workdays")
        return f"{days} {hhmm(opens)}-{hhmm(closes)}"

    def says(self) -> Any:
        """How hours are written."""
        return _("8:30-17:00, or 工作日 8:30-17:00")


@dataclass(frozen=True)
class PhoneCell(TextCell):
    """A telephone number."""

    def read(self, text: str) -> Any:
        """The number as it is stored; raises `Invalid`."""
        found = parse_phone(text)
        if found is None:
            raise Invalid(message=_("This is no telephone number."))
        return found.number

    def says(self) -> Any:
        """What number is meant."""
        return _("A telephone number")


_WHO = ChoiceCell(
    choices=BOOKABLE_BY,
    also={
        "所有人": "anyone", "任何人": "anyone", "不限": "anyone", "公开": "anyone", "是": "anyone", "可以": "anyone",
        "居民": "residents", "本社区居民": "residents", "组织": "organisations", "社会组织": "organisations",
        "社团": "organisations", "否": "staff", "不可以": "staff", "不开放": "staff", "内部": "staff", "工作人员": "staff",
        "anyone": "anyone", "residents": "residents", "organisations": "organisations", "staff only": "staff",
    },
)  # fmt: skip

COLUMNS = (
    ImportColumn(
        "venue", _("Venue"), TextCell(60), ("阵地", "阵地名称", "场地", "场所", "场馆", "中心", "所属阵地", "所在阵地"),
        key=True, for_all=True, hint=_("One that is not there yet is made."), example="党群服务中心（示例）",
    ),
    ImportColumn(
        "name", _("Room"), TextCell(60), ("房间", "房间名称", "活动室", "功能室", "室名", "名称", "功能区", "资源名称"),
        key=True, example="书画室（示例）",
    ),
    ImportColumn(
        "part_of", _("Part of the hall"), TextCell(60), ("所属大厅", "属于", "大厅"),
        hint=_("Only for a part of a hall that stands above it in the table."),
    ),
    ImportColumn("floor", _("Floor"), TextCell(20), ("楼层", "所在楼层", "层"), example="2 楼"),
    ImportColumn(
        "seats", _("Seats"), NumberCell(least=1, most=100_000),
        ("座位", "座位数", "容纳人数", "可容纳人数", "人数", "规模", "容量"), example="30",
    ),
    ImportColumn(
        "area_m2", _("Floor area in m²"), NumberCell(least=1, most=1_000_000), ("面积", "建筑面积", "使用面积"), example="45"
    ),
    ImportColumn(
        "features", _("Equipment"), WordsCell(200), ("设备", "设施", "设施设备", "设备设施", "配套设备", "配置", "配套"),
        example="投影、音响、白板",
    ),
    ImportColumn("tags", _("Good for"), WordsCell(200), ("用途", "功能", "适合", "适用"), example="会议、书画"),
    ImportColumn("accessibility", _("Access without steps"), TextCell(100), ("无障碍",), example="有电梯，无台阶"),
    ImportColumn("bookable_by", _("Who may book"), _WHO, ("可预约", "开放对象", "预约对象", "是否开放", "居民可约")),
    ImportColumn("needs_approval", _("Approval"), YesNoCell(), ("审批", "是否审批", "需要审批")),
    ImportColumn("confidential", _("Confidential"), YesNoCell(), ("保密",)),
    ImportColumn(
        "min_minutes", _("Shortest booking in minutes"), NumberCell(least=5, most=1440), ("最短分钟",), example="30"
    ),
    ImportColumn(
        "max_minutes", _("Longest booking in minutes"), NumberCell(least=5, most=1440), ("最长分钟",), example="240"
    ),
    ImportColumn("ahead_days", _("How many days ahead"), NumberCell(least=0, most=731), ("提前天数",), example="60"),
    ImportColumn("buffer_before", _("Minutes kept free before"), NumberCell(least=0, most=240)),
    ImportColumn("buffer_after", _("Minutes kept free after"), NumberCell(least=0, most=240)),
    ImportColumn("contact_name", _("Contact person"), TextCell(30), ("联系人", "负责人", "管理员", "责任人")),
    ImportColumn(
        "contact_phone", _("Contact phone"), PhoneCell(30), ("联系电话", "联系人电话", "电话", "联系方式", "手机"),
        hint=_("Everybody can read it. An office number is best."),
    ),
    ImportColumn(
        "note", _("Rules and notes for users"), TextCell(500), ("备注", "说明", "须知", "收费说明", "收费", "使用须知"),
        hint=_("They stand on the poster at the door."),
    ),
    ImportColumn(
        "address", _("Address"), TextCell(120), ("地址", "阵地地址", "位置", "坐落"), only_new=True,
        hint=_("Of a venue that is not there yet."), example="海州路 1 号",
    ),
    ImportColumn(
        "hours", _("Opening hours"), HoursCell(), ("开放时间", "开放时段", "营业时间"), only_new=True,
        hint=_("Of a venue that is not there yet; without them it opens 08:00–21:00 every day."), example="工作日 8:30-17:00",
    ),
)  # fmt: skip


def listed(actor: Actor) -> Iterator[Stored]:
    """Every room in use with the values of its columns, each hall before its parts."""
    code = str(actor.community)
    of = {venue.id: venue for venue in venues(code)}
    found = rooms(code)
    names = {room.id: room.name for room in found}
    for room in found:
        venue = of[room.venue_id]
        values = {name: getattr(room, name) for name in ROOM_FIELDS}
        hall = names.get(room.part_of, "")
        yield Stored(
            room.ref, {**values, "venue": venue.name, "address": venue.address, "part_of": hall, "hours": None}
        )


_VENUES = "SELECT id, name FROM rooms_venue WHERE community=? AND removed_at IS NULL ORDER BY id"


def _add(actor: Actor, values: Mapping[str, Any]) -> Sequence[Ref]:
    made: list[Ref] = []
    known = rows(_VENUES, actor.community)
    venue = next((key for key, name in known if _same(name, values["venue"])), None)
    if venue is None:
        made.append(_start(actor, values).ref)
        venue = int(made[0].id)
    fields = {name: value for name, value in values.items() if name in ROOM_FIELDS}
    room = add_room(actor, venue, part_of=_hall(actor, venue, values.get("part_of", "")), **fields)
    return [room.ref, *made]


def _start(actor: Actor, values: Mapping[str, Any]) -> Venue:
    try:
        venue = add_venue(actor, name=values["venue"], address=values.get("address", ""))
    except Invalid as error:
        raise Invalid({{"name": "venue"}.get(field, field): texts for field, texts in error.errors.items()}) from None
    if values.get("hours"):
        set_week(actor, venue.id, FirstHours(*values["hours"]).week())
    return venue


def _hall(actor: Actor, venue: int, name: str) -> int | None:
    if not name:
        return None
    for room in rooms(str(actor.community), venue):
        if _same(room.name, name):
            return int(room.id)
    raise Invalid({"part_of": [_("There is no hall “%(name)s” in this venue.", name=name)]})


def _same(one: str, other: str) -> bool:
    """Whether two names are one, whatever their width, case and blanks: as core tells rooms apart."""
    first, second = (" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other))
    return first == second


def _change(actor: Actor, ref: Ref, values: Mapping[str, Any]) -> None:
    if "part_of" in values:
        raise Invalid({"part_of": [_("Which hall a room is part of cannot be changed by an import.")]})
    edit_room(actor, int(ref.id), **values)


_USED = """
    SELECT (SELECT count(*) FROM rooms_occurrence o WHERE o.community=? AND o.room_id=?)
        + (SELECT count(*) FROM rooms_occurrence_resource n WHERE n.community=? AND n.resource_id=?),
        (SELECT count(*) FROM rooms_closure c WHERE c.community=? AND c.room_id=?)
        + (SELECT count(*) FROM rooms_opening h WHERE h.community=? AND h.room_id=?)
        + (SELECT count(*) FROM rooms_quota q WHERE q.community=? AND q.room_id=?)
        + (SELECT count(*) FROM rooms_screen s WHERE s.community=? AND s.room_id=? AND s.revoked_at IS NULL)
"""


def _remove(actor: Actor, refs: Sequence[Ref]) -> None:
    """Take back a room, and the venue that was made for it; what has been done with the room since is in the way."""
    room: Room = Room.get_of(str(actor.community), int(refs[0].id))
    booked, arranged = rows(_USED, *([room.community, room.id] * 6))[0]
    if booked:
        raise Refused(_("It has been booked since."))
    if arranged:
        raise Refused(_("Hours, closures, quotas or a screen were entered for it since."))
    remove_room(actor, room.id)
    for ref in refs[1:]:
        remove_venue(actor, int(ref.id))


ROOMS = Import(
    "rooms.rooms",
    _("Venues and rooms"),
    MANAGE,
    COLUMNS,
    listed,
    _add,
    _change,
    _remove,
    hint=_("The list of your venues and rooms: one row for each room."),
    page="rooms/desk/venues",
)
