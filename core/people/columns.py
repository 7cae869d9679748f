"""The columns of a register: which fields there are, what offices write above them, and where the titles stand.

Assigning columns by their contents is the business of `guess`, reading the rows that of `roster_file`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from core.people.names import looks_like_name
from core.text import LazyText, _
from core.titles import DEEPEST_HEADER, best_line, is_error_title, title_key

FIELD_LABELS: dict[str, LazyText] = {
    "estate": _("Estate"),
    "building": _("Building"),
    "unit": _("Unit"),
    "room": _("Room number"),
    "door": _("Door (building, unit and room in one column)"),
    "name": _("Name"),
    "phone": _("Phone"),
    "phone2": _("Second phone"),
    "note": _("Note"),
    "sex": _("Sex"),
    "birth_year": _("Year of birth"),
    "grid": _("Grid"),
}
FIELDS = tuple(FIELD_LABELS)
# Read where they are found, and never asked for: rows are told apart and imported without them.
PARTICULARS = ("sex", "birth_year", "grid")


@dataclass(frozen=True)
class Columns:
    """The zero-based column of each field, None where the file has none. Name and phone may share a column."""

    estate: int | None = None
    building: int | None = None
    unit: int | None = None
    room: int | None = None
    door: int | None = None
    name: int | None = None
    phone: int | None = None
    phone2: int | None = None
    note: int | None = None
    sex: int | None = None
    birth_year: int | None = None
    grid: int | None = None

    def as_dict(self) -> dict[str, int | None]:
        """Field → column, for storing; `from_dict` reads it back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, object]) -> Columns:
        """Columns from stored or posted values; unknown fields and what is no column number are left out."""
        known: dict[str, int | None] = {}
        for field in FIELDS:
            value = mapping.get(field)
            if isinstance(value, (int, str)) and re.fullmatch(r"\d{1,4}", str(value)):
                known[field] = int(value)
        return cls(**known)

    def missing(self) -> tuple[str, ...]:
        """The fields without which nothing can be imported: `name`, and `door` or what lacks of building and room."""
        wanted = [] if self.name is not None else ["name"]
        if self.door is None and (self.building is None or self.room is None):
            if self.building is None and self.room is None:
                wanted.append("door")
            else:
                wanted.append("building" if self.building is None else "room")
        return tuple(wanted)


# What offices write above a column. `home` is a door or, beside a building column, a room: the contents decide.
_TITLES: dict[str, str] = {
    "estate": "小区 苑 楼盘 小区名称 小区名 楼盘名称 所属小区 所在小区 居住小区 项目 项目名称 苑区 园区 estate",
    "building": "幢 楼 栋 座 楼栋 楼幢 栋号 幢号 楼号 座号 楼栋号 楼幢号 栋数 幢数 楼宇 楼座 所在楼栋 building",
    "unit": "单元 单元号 单元名称 梯 梯号 门洞 unit",
    "home": "房号 门牌 门牌号 门牌号码 房屋 房屋号 房屋编号 房屋编码 房屋地址 房屋信息 房屋坐落 地址 详细地址 室号 室 "
    "户号 户室 户室号 房间 房间号 房产 住址 家庭住址 居住地址 现住址 现居住地址 坐落 住房 门号 房室号 门室号 "
    "room roomnumber door address",
    "name": "姓名 业主 户主 住户 业主姓名 户主姓名 产权人 产权人姓名 住户姓名 居民姓名 居民 名字 权利人 房主 房东 "
    "客户姓名 客户名称 业主名称 人员姓名 name",
    "phone": "电话 手机 联系方式 联系电话 手机号码 手机号 电话号码 联系手机 联系号码 业主电话 移动电话 本人电话 "
    "户主电话 手机或座机 phone mobile tel",
    "note": "备注 说明 附注 备考 备注说明 remark remarks note notes",
    "sex": "性别 男女 户主性别 业主性别 本人性别 sex gender",
    "birth_year": "出生年份 出生年 出生年月 出生年月日 出生日期 出生时间 出生 生日 生年 户主出生年份 户主出生年月 户主出生日期 "
    "业主出生年份 业主出生年月 业主出生日期 yearofbirth birthyear dateofbirth birthday birthdate",
    "grid": "网格 所属网格 所在网格 网格名称 网格名 网格号 网格编号 网格化 综合网格 基础网格 微网格 所属微网格 所在微网格 微网格名称 "
    "grid gridname microgrid",
}
_EXACT = {title: field for field, titles in _TITLES.items() for title in titles.split()}
# Whatever else such a title contains, it holds none of our fields.
_OTHER = re.compile(
    "面积|紧急|物业|人口|人数|网格|性别|年龄|出生|生日|身份证|证件|序号|户数|日期|时间|楼层|层数|类型|类别|性质|关系|籍贯|民族|户籍|"
    "(?<!联系)单位|车位|车牌|费|金额|错误原因|原因|状态|签[名字]|编号|婚|学历|职业|政治|照片|邮箱|微信|qq"
)
_PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("phone", re.compile("电话|手机|座机|固话|宅电|联系方式|phone|mobile|tel")),
    ("home", re.compile("[幢栋楼].*[室房户]|房号|门牌|地址|住址|室号|户号|坐落|房间")),
    ("name", re.compile("姓名|业主|户主|住户|产权人|权利人|联系人|租户|租客|居民")),
    ("estate", re.compile("小区|楼盘")),
    ("unit", re.compile("单元")),
    ("building", re.compile("楼栋|楼号|[幢栋]")),
    ("note", re.compile("备注|说明")),
)


def is_about_something_else(title: str) -> bool:
    """Whether a title names something that is none of our fields (area, age, licence plate …)."""
    text = title_key(title)
    return (text not in _EXACT and _OTHER.search(text) is not None) or is_error_title(title)


def field_of(title: str) -> tuple[str, int] | None:
    """The field a title names and how plainly (2 the usual word, 1 contains it); None when it names none of ours."""
    text = title_key(title)
    field = _EXACT.get(text)
    if field:
        return field, 2
    if not text or len(text) > 20 or is_error_title(title):
        return None
    parts = re.split("[/或及和与-]", text)
    if len(parts) > 1 and {_EXACT.get(part) for part in parts} == {"name", "phone"}:
        return "name+phone", 2
    if re.search("姓名.*(电话|手机)", text):
        return "name+phone", 1
    if _OTHER.search(text):
        return None
    return next(((name, 1) for name, pattern in _PARTS if pattern.search(text)), None)


def find_header(table: Sequence[Sequence[str]]) -> int | None:
    """The line (1-based) whose cells name the most fields, two at least; else a line of words above lines of digits."""
    found = best_line(table, _named_fields)
    if found is not None:
        return found
    for line, row in enumerate(table[:DEEPEST_HEADER], 1):
        filled = [cell for cell in row if cell]
        if len(filled) < 2:
            continue
        below = table[line : line + 3]
        wordy = not any(re.search(r"\d{2}", cell) or len(cell) > 20 for cell in filled)
        titled = any(field_of(cell) for cell in filled)
        has_people = any(looks_like_name(cell) for cell in filled)
        numbers = any(re.search(r"\d", cell) for each in below for cell in each)
        return line if wordy and numbers and (titled or not has_people) else None
    return None


def _named_fields(row: Sequence[str]) -> int:
    named = {field[0] for cell in row if cell and (field := field_of(cell))}
    return len(named) + ("name+phone" in named)
