"""The official administrative codes from province to community, loaded from a CSV. Estates and homes are not here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.cells import plain
from core.errors import Invalid
from core.store.db import BaseModel, Text, transaction
from core.text import LazyText, _, is_storable

# Digits of a code by level: the statistical codes 统计用区划代码 (12 digits, shortened where they end in zeros).
LEVELS = {"province": 2, "city": 4, "county": 6, "street": 9, "community": 12}
_MOST_ERRORS = 20
_ROWS_AT_ONCE = 500
_BODY = re.compile(r"(?:社区)?(?:居民委员会|居委会)$|(?:村民委员会|村委会)$")


class Division(BaseModel):
    """One administrative division; `parent_code` is None for a province."""

    code = Text(primary_key=True)
    name = Text()
    level = Text()
    parent_code = Text(null=True)

    class Meta:
        table_name = "division"


class DivisionChoice(NamedTuple):
    """A community to choose in set-up: 330481001009, 西山社区居委会, 西山社区, 硖石街道."""

    code: str
    name: str
    short_name: str
    street: str


def load_divisions(content: bytes) -> int:
    """Add or update the codes of a CSV with the columns code, name, level, parent_code; returns how many it holds.

    UTF-8 (with or without BOM) or GBK. Raises `Invalid` naming the lines that cannot be used; then nothing is changed.
    """
    rows, errors = _read(content)
    known = dict(Division.select(Division.code, Division.level).tuples())
    levels = known | {code: level for _line, code, _name, level, _parent in rows}
    for line, _code, _name, level, parent in rows:
        if problem := _parent_problem(level, parent, levels):
            errors.append((line, problem))
    if errors:
        raise _refusal(errors)
    # A parent before its children: the shorter code first.
    ordered = sorted(rows, key=lambda row: (len(row[1]), row[1]))
    with transaction():
        for start in range(0, len(ordered), _ROWS_AT_ONCE):
            chunk = [
                {"code": code, "name": name, "level": level, "parent_code": parent or None}
                for _line, code, name, level, parent in ordered[start : start + _ROWS_AT_ONCE]
            ]
            Division.insert_many(chunk).on_conflict(
                conflict_target=[Division.code], preserve=[Division.name, Division.level, Division.parent_code]
            ).execute()
    return len(rows)


def division_path(code: str) -> list[str]:
    """The names from the province down to the division with this code; empty when the code is not loaded."""
    names: list[str] = []
    current: str | None = code
    while current is not None:
        found = Division.select(Division.name, Division.parent_code).where(Division.code == current).tuples().first()
        if found is None:
            return []
        names.append(found[0])
        current = found[1]
    return names[::-1]


def community_divisions() -> list[DivisionChoice]:
    """Every division of the lowest level (社区 and 村), by code, for choosing one in set-up."""
    street = Division.alias()
    rows = (
        Division.select(Division.code, Division.name, street.name)
        .join(street, on=(street.code == Division.parent_code))
        .where(Division.level == "community")
        .order_by(Division.code)
    )
    return [DivisionChoice(code, name, short_name(name), above) for code, name, above in rows.tuples()]


def short_name(name: str) -> str:
    """What people say: 西山社区居委会 → 西山社区, 荷叶村委会 → 荷叶村."""
    ending = _BODY.search(name)
    if not ending:
        return name
    return _BODY.sub("", name) + ("村" if "村" in ending[0] else "社区")


Row = tuple[int, str, str, str, str]


def _read(content: bytes) -> tuple[list[Row], list[tuple[int, LazyText]]]:
    reader = csv.reader(io.StringIO(_decode(content), newline=""))
    header = [plain(cell).lower() for cell in next(reader, [])]
    missing = [title for title in ("code", "name", "level", "parent_code") if title not in header]
    if missing:
        raise Invalid(
            {"divisions": [_("The first line must name the columns code, name, level, parent_code; missing: %(names)s.",
                             names=", ".join(missing))]}
        )  # fmt: skip
    places = [header.index(title) for title in ("code", "name", "level", "parent_code")]
    rows: list[Row] = []
    errors: list[tuple[int, LazyText]] = []
    seen: set[str] = set()
    for line, cells in _lines(reader, errors):
        if not any(cell.strip() for cell in cells):
            continue
        code, name, level, parent = (plain(cells[place]) if place < len(cells) else "" for place in places)
        problem = _row_problem(code, name, level, seen)
        if problem:
            errors.append((line, problem))
        else:
            seen.add(code)
            rows.append((line, code, name, level, parent))
    if not rows and not errors:
        raise Invalid({"divisions": [_("The file holds no divisions.")]})
    return rows, errors


def _lines(reader: Any, errors: list[tuple[int, LazyText]]) -> Iterator[tuple[int, list[str]]]:
    """Pairs of line number and cells; a line the csv module cannot read ends the file as an error."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            errors.append((reader.line_num, _("this line cannot be read")))
            return
        yield reader.line_num, cells


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_storable(text):
            return text
    raise Invalid({"divisions": [_("The file is no CSV text in UTF-8 or GBK.")]})


def _row_problem(code: str, name: str, level: str, seen: set[str]) -> LazyText | None:
    if level not in LEVELS:
        return _("the level must be one of %(levels)s, not “%(level)s”", levels=", ".join(LEVELS), level=level[:30])
    if not (code.isascii() and code.isdigit() and len(code) == LEVELS[level]):
        return _("the code of this level has %(digits)d digits, not “%(code)s”", digits=LEVELS[level], code=code[:30])
    if code in seen:
        return _("the code %(code)s stands here a second time", code=code)
    if not name:
        return _("the name is missing")
    return None


def _parent_problem(level: str, parent: str, levels: dict[str, str]) -> LazyText | None:
    if level == "province":
        return _("a province has no parent_code") if parent else None
    if parent not in levels:
        return _("the parent_code “%(code)s” is not in the file", code=parent[:30])
    if LEVELS[levels[parent]] >= LEVELS[level]:
        return _("the parent_code “%(code)s” is not of a higher level", code=parent)
    return None


def _refusal(errors: list[tuple[int, LazyText]]) -> Invalid:
    errors.sort(key=lambda error: error[0])
    shown = [_("Line %(line)d: %(problem)s", line=line, problem=problem) for line, problem in errors[:_MOST_ERRORS]]
    return Invalid({"divisions": shown}, _("The list of divisions cannot be used. %(first)s", first=shown[0]))
