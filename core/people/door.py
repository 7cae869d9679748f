"""Doors: the building, unit and room of a home, read from the notations people use and written in one.

The estate a door belongs to, and whether such a home exists, are not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.cells import plain, split_remarks

_NUMERALS = "零〇○一二两三四五六七八九十百"
_SIDES = "东西南北中甲乙丙丁"
_MARKERS = "幢栋座楼号单元梯门室户房间层第附之#"
_SEP = r"[\s\-_/\\.,~]"
_BUILDING_MARK = r"(?:号楼|号幢|号栋|号座|\#楼|\#幢|\#栋|幢楼|栋楼|幢|栋|座|楼|号|\#)"
_UNIT_MARK = r"(?:单元|单|梯|门|号|\#)"

# Three digits without a marker at most, so that 2026-10-08 and telephone numbers are no doors.
_BUILDING = rf"""
    (?:第?(?P<marked_building>[A-Z]{{0,2}}\d{{1,4}}[A-Z]{{0,2}}|[A-Z]{{1,2}}|[{_NUMERALS}]{{1,5}}|[{_SIDES}])\s?{_BUILDING_MARK}{_SEP}{{0,3}}
      |(?P<bare_building>[A-Z]{{0,2}}\d{{1,3}}[A-Z]{{0,2}}|[A-Z]{{1,2}}|[{_SIDES}]){_SEP}{{1,3}})"""
_UNIT = rf"""
    (?:第?(?P<marked_unit>[A-Z]?\d{{1,2}}[A-Z]?|[A-Z]|[{_NUMERALS}]{{1,3}}|[{_SIDES}])\s?{_UNIT_MARK}{_SEP}{{0,3}}
      |(?P<bare_unit>[A-Z]?\d{{1,2}}[A-Z]?|[A-Z]|[{_SIDES}]){_SEP}{{1,3}})"""
_ROOM = rf"""
    (?:\d{{1,2}}[层楼]{_SEP}{{0,3}})?
    (?P<room>[A-Z]{{0,2}}\d{{1,5}}[A-Z]{{0,2}}[东西南北中]?|[{_NUMERALS}]{{1,6}}|附\d{{1,3}})
    (?P<first_mark>\s?(?:室|户|房间|房|号))?
    (?:\s?[附之\-]\s?(?P<part>\d{{1,2}}))?
    (?P<last_mark>\s?(?:室|户|房间|房|号))?"""

_FLAGS = re.VERBOSE | re.ASCII | re.IGNORECASE
# Compiled by `re` at first use: most starts of the program read no door for a long while.
_DOOR = rf"{_BUILDING}(?:{_UNIT})?{_ROOM}"
_ADDRESS = rf"(?P<place>.*?[\u3400-\u9fff)])\s?{_SEP}{{0,3}}(?:{_DOOR})"
_PARTIAL = rf"{_BUILDING}(?:{_UNIT})?"
_NO_UNIT = re.compile(r"0+|无|没有|[-/\\]+")
_LONGEST = 100


@dataclass(frozen=True)
class Door:
    """One door: `unit` is empty where a building has none, the others never are. `str()` gives 3-2-501."""

    building: str
    unit: str
    room: str

    @property
    def text(self) -> str:
        """The canonical form, which `parse_door` reads back: 3-2-501; without a unit 3-501 or, if short, 3-12室."""
        if self.unit:
            return f"{self.building}-{self.unit}-{self.room}"
        return f"{self.building}-{self.room}" + ("" if _speaks_for_itself(self.room) else "室")

    @property
    def sort_key(self) -> tuple[tuple[tuple[int, int, str], ...], ...]:
        """Orders doors as people walk: 2-1-101 before 10-1-101, 3-2-501 before 3-2-1201, 12 before 12A."""
        return (_natural(self.building), _natural(self.unit), _natural(self.room))

    def __str__(self) -> str:
        return self.text


def parse_door(text: str) -> Door | None:
    """Read `3-2-501`, `3幢2单元501室`, `3#2-501`, `3号楼2单元501` and their relatives; None if it is no complete door.

    Two numbers alone are a building and a room only when the second has three digits (3-501) or says so (3-12室);
    otherwise they may be a building and a unit. A remark in brackets is ignored.
    """
    cleaned = _tidy(text)
    match = re.fullmatch(_DOOR, cleaned, _FLAGS) if len(cleaned) <= _LONGEST else None
    return _door(match) if match else None


def parse_address(text: str) -> tuple[str, Door | None]:
    """Read a door that may follow an estate or street: `海城名家3幢2单元501室` → (`海城名家`, Door 3-2-501).

    The first part is empty when there is only a door; (``, None) when no complete door is found.
    """
    door = parse_door(text)
    if door is not None:
        return "", door
    # Only a remark at the end is one: 海城名家(二期) is another estate than 海城名家.
    cleaned = re.sub(r"\s?\([^()]*\)$", "", plain(text[: 4 * _LONGEST]))
    if len(cleaned) <= _LONGEST:
        match = re.fullmatch(_ADDRESS, cleaned, _FLAGS)
        found = _door(match) if match else None
        if match and found and re.search(rf"[^\W\dA-Za-z{_MARKERS}{_NUMERALS}]", match["place"]):
            return match["place"].strip(), found
    return "", None


def join_door(building: str, unit: str, room: str) -> Door | None:
    """A door from separate cells, with or without their words (3 or 3幢, 2 or 2单元, 501 or 501室); None if incomplete.

    A cell may already hold its neighbour's part (3幢2单元 | 501, or the whole door beside its building).
    """
    building, unit, room = _tidy(building), _tidy(unit), _tidy(room)
    if _NO_UNIT.fullmatch(unit):
        unit = ""
    if not room:
        return None
    marked = room if re.search("[室户房号间]$", room) else room + "室"
    door = parse_door("-".join(part for part in (building, unit, marked) if part))
    if door is not None and building:
        return door
    whole = parse_door(room)
    beside = parse_door(f"{building}-101室") if building else whole
    return whole if whole and beside and whole.building == beside.building else None


def door_prefix(text: str) -> str | None:
    """The canonical beginning of an unfinished door: `3幢` → `3-`, `3幢2单元` → `3-2-`; None for anything else."""
    cleaned = _tidy(text)
    if len(cleaned) > _LONGEST:
        return None
    match = re.fullmatch(_PARTIAL, cleaned, _FLAGS)
    if not match or not match["marked_building"]:
        match = (
            re.fullmatch(_PARTIAL, cleaned + "-", _FLAGS)
            if re.fullmatch(rf"[A-Z\d]+{_SEP}[A-Z\d]+", cleaned, _FLAGS)
            else match
        )
    if not match:
        return None
    building, unit = _parts(match)
    return f"{building}-{unit}-" if unit else f"{building}-"


def _tidy(text: str) -> str:
    return split_remarks(plain(text[: 4 * _LONGEST]))[0]


def _parts(match: re.Match[str]) -> tuple[str, str]:
    building = _number(match["marked_building"] or match["bare_building"])
    unit = _number(match["marked_unit"] or match["bare_unit"] or "")
    return building, "" if unit == "0" else unit


def _door(match: re.Match[str]) -> Door | None:
    building, unit = _parts(match)
    room = _number(match["room"])
    marked = bool(match["first_mark"] or match["last_mark"])
    if match["part"]:
        # 3-2-5-02 is a floor and a number in some registers and a half of a flat in others: not guessed.
        if not re.search(r"\d{3}", room):
            return None
        room += "附" + _number(match["part"])
    complete = bool(unit) or marked or _speaks_for_itself(room)
    if not complete or building == "0" or room == "0":
        return None
    return Door(building, unit, room)


def _speaks_for_itself(room: str) -> bool:
    return re.search(r"\d{3}", room) is not None


def _number(text: str) -> str:
    """Digits without leading zeros; Chinese numerals as digits (二十三 → 23, 五〇一 → 501, 一百零一 → 101)."""
    if text and all(character in _NUMERALS for character in text):
        text = _from_numerals(text)
    return re.sub(r"(?<!\d)0+(?=\d)", "", text).upper()


def _from_numerals(text: str) -> str:
    values = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
    if "十" not in text and "百" not in text:
        return "".join(str(values[character]) for character in text)
    total, digit = 0, None
    for character in text:
        if character in "十百":
            total += (1 if digit is None else digit) * (10 if character == "十" else 100)
            digit = None
        else:
            digit = values[character]
    return str(total + (digit or 0))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", text))
