"""Reading a holiday list as people write it: typed lines, sentences of the notice, or the rows of a table.

`2027-02-05..2027-02-11 春节 放假` and `2月14日（周六）、2月28日（周六）上班` are understood alike. Nothing is stored here; what a
list may hold is decided in `holiday_list`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.cells import plain
from core.civic.calendar.days import Period
from core.civic.calendar.holiday_list import LONGEST_LIST, problem_of
from core.errors import Invalid
from core.text import LazyText, _

MOST_LINES = 400

_REMARK = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_DATE = re.compile(
    r"(?<!\d)(?:(?P<all>\d{8})|(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})"
    r"|(?P<only>\d{1,2})(?=\s*[日号]))(?!\d)\s*[日号]?"
)
_RANGE = re.compile(r"\s*(?:\.{2,}|~+|-+|至|到)\s*")
_WORK = r"上班|补班|工作日|work(?:ing)?(?: ?day)?"
_OFF = r"放假|放休|休假|休息日?|法定节?假日|节假日|(?:day )?off|holiday"
_KIND = re.compile(rf"(?P<work>{_WORK})|(?P<off>{_OFF})", re.IGNORECASE)
# What stands beside the name of a holiday in notices and tables.
_NOISE = re.compile(
    r"调休|补休|正常|照常|公休|为期|共?\s*\d+\s*天|与?周末连休|(?:周|星期|礼拜)[一二三四五六日天]|^\s*(?:[一二三四五六七八九十]+、|\d+[.、)])"
)
_MARKS = " ,，、;；:：.。~-—至到和及与|/"


@dataclass(frozen=True)
class Line:
    """One line as it was written, with what was understood, or with the reason why it cannot be."""

    number: int
    text: str
    periods: tuple[Period, ...] = ()
    problem: LazyText | None = None


@dataclass(frozen=True)
class Reading:
    """All lines of a list that are not empty."""

    lines: tuple[Line, ...]

    @property
    def refused(self) -> list[Line]:
        """The lines that cannot be understood or that contradict one before."""
        return [line for line in self.lines if line.problem is not None]

    @property
    def periods(self) -> list[Period]:
        """What was understood, in the order of days."""
        found = [period for line in self.lines for period in line.periods]
        return sorted(found, key=lambda period: (period.first, period.last))


def read_lines(text: str, year: int) -> Reading:
    """Read the list of a year; days written without a year lie in it. Raises `Invalid` for a text that is no list."""
    written = text.splitlines()
    if len(text) > LONGEST_LIST or len(written) > MOST_LINES:
        raise Invalid({"lines": [_("At most %(most)d lines make a list.", most=MOST_LINES)]})
    kinds: dict[datetime.date, str] = {}
    lines = []
    for number, raw in enumerate(written, 1):
        if not raw.strip():
            continue
        try:
            periods = tuple(_periods(raw, year))
            if not periods:
                raise _Unclear(_("There is no day in this line."))
            for period in periods:
                for day in period:
                    if kinds.setdefault(day, period.kind) != period.kind:
                        raise _Unclear(_("%(day)s cannot be both off and worked.", day=day.isoformat()))
        except _Unclear as error:
            lines.append(Line(number, raw.strip(), (), error.reason))
        else:
            lines.append(Line(number, raw.strip(), periods))
    return Reading(tuple(lines))


class _Unclear(Exception):
    """A line that cannot be understood."""

    def __init__(self, reason: LazyText) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _periods(raw: str, year: int) -> Iterator[Period]:
    """The periods of one line; it may hold several sentences, each of days off or of days worked."""
    name = ""
    for sentence in re.split(r"[。;；]", _without_remarks(plain(raw))):
        if not sentence.strip(_MARKS):
            continue
        for clause, kind in _clauses(sentence):
            spans = list(_spans(clause, year))
            if not spans:
                raise _Unclear(_("There is no day in this line."))
            name = _name(clause) or name
            for first, last in spans:
                period = Period(first, last, kind, name)
                problem = problem_of(year, period)
                if problem is not None:
                    raise _Unclear(problem)
                yield period


def _without_remarks(text: str) -> str:
    previous = None
    while previous != text:
        previous = text
        text = _REMARK.sub("", text)
    return text


def _clauses(sentence: str) -> Iterator[tuple[str, str]]:
    """The parts of a sentence with their kind; what follows the last word of kind belongs to it."""
    words = list(_KIND.finditer(sentence))
    if not words:
        if not any(_DATE.finditer(sentence)):
            raise _Unclear(_("There is no day in this line."))
        raise _Unclear(_("Is it off or worked? Write 放假 or 上班."))
    kinds = ["work" if word["work"] else "off" for word in words]
    if len(set(kinds)) == 1:
        yield sentence, kinds[0]
        return
    start = 0
    for index, word in enumerate(words):
        end = len(sentence) if index == len(words) - 1 else word.end()
        yield sentence[start:end], kinds[index]
        start = end


def _spans(clause: str, year: int) -> Iterator[tuple[datetime.date, datetime.date]]:
    """First and last day of everything a clause names; `1月1日至3日` and `1月4日、10日` say the month once."""
    found: list[list[datetime.date]] = []
    last_end, latest = 0, None
    for match in _DATE.finditer(clause):
        latest = _day(match, year, latest)
        if found and len(found[-1]) == 1 and _RANGE.fullmatch(clause[last_end : match.start()]):
            found[-1].append(latest)
        else:
            found.append([latest])
        last_end = match.end()
    for span in found:
        yield span[0], span[-1]


def _day(match: re.Match[str], year: int, before: datetime.date | None) -> datetime.date:
    try:
        if match["all"]:
            return datetime.datetime.strptime(match["all"], "%Y%m%d").date()  # noqa: DTZ007 - a day, no moment
        if match["only"]:
            if before is None:
                raise _Unclear(_("“%(text)s” needs its month.", text=match[0].strip()))
            return before.replace(day=int(match["only"]))
        named = match["year"] or (before.year if before is not None else year)
        return datetime.date(int(named), int(match["month"]), int(match["day"]))
    except ValueError:
        raise _Unclear(_("There is no such day: %(text)s", text=match[0].strip())) from None


def _name(clause: str) -> str:
    """What is left of a clause without its days and words of kind."""
    rest = _NOISE.sub(" ", _KIND.sub(" ", _DATE.sub(" ", clause)))
    return " ".join(rest.strip(_MARKS).split()).strip(_MARKS)


# --------------------------------------------------------------------------- tables

# What the title of a column says about its cells.
_TITLES = (
    ("skip", re.compile(r"天数|星期|周几|备注|序号|年份|说明")),
    ("to", re.compile(r"结束|截止|止|到|end|to\b", re.IGNORECASE)),
    ("from", re.compile(r"开始|起|从|start|from", re.IGNORECASE)),
    ("kind", re.compile(r"类型|类别|性质|状态|是否|kind|type", re.IGNORECASE)),
    ("work", re.compile(r"上班|补班|调班")),
    ("off", re.compile(r"放假|休假|假期|时间")),
    ("name", re.compile(r"节|名称|假日|name|holiday", re.IGNORECASE)),
    ("day", re.compile(r"日期|day|date", re.IGNORECASE)),
)
_KIND_CELLS = {"休": "放假", "假": "放假", "节": "放假", "法定": "放假", "班": "上班", "补": "上班", "调休": "放假"}
_NOT_SAID = re.compile(r"\d{1,3}天?|(?:周|星期)?[一二三四五六日天]|无|-+|/")


def lines_of_table(table: Sequence[Sequence[str]]) -> str:
    """The rows of a table as lines, one for its days off and one for its workdays; columns are guessed by their titles.

    Without titles the cells stand as they are, two whole dates as from and to.
    """
    roles: dict[int, str] = {}
    lines: list[str] = []
    for row in table:
        cells = [plain(cell) for cell in row]
        if not any(_DATE.search(cell) for cell in cells):
            found = _roles(cells)
            if len(found) > 1 and not lines:
                roles = found
            elif any(cells) and roles:
                lines.append(" ".join(filter(None, cells)))
            continue
        lines += _titled(cells, roles) if roles else [_untitled(cells)]
    return "\n".join(lines)


def _roles(cells: Sequence[str]) -> dict[int, str]:
    return {
        column: next(role for role, pattern in _TITLES if pattern.search(cell))
        for column, cell in enumerate(cells)
        if any(pattern.search(cell) for _role, pattern in _TITLES)
    }


def _titled(cells: Sequence[str], roles: dict[int, str]) -> Iterator[str]:
    """The lines of a row whose columns have titles."""
    by_role: dict[str, str] = {}
    for column, cell in enumerate(cells):
        role = roles.get(column, "day" if _DATE.search(cell) else "skip")
        if (cell and not _NOT_SAID.fullmatch(cell)) or role == "kind":
            by_role[role] = f"{by_role[role]}、{cell}" if role in by_role else cell
    name, kind = by_role.get("name", ""), by_role.get("kind", "")
    kind = _KIND_CELLS.get(kind, kind)
    days = by_role.get("day", "")
    if "from" in by_role:
        days = "..".join(filter(None, (by_role["from"], by_role.get("to", ""))))
    if days:
        yield " ".join(filter(None, (days, name, kind or _default_kind(by_role))))
    if "off" in by_role:
        yield " ".join((by_role["off"], name, kind if kind and not days else "放假"))
    if "work" in by_role:
        yield " ".join(filter(None, (by_role["work"], name, "上班")))


def _default_kind(by_role: dict[str, str]) -> str:
    """A table with a column of workdays has days off in the others."""
    return "放假" if "work" in by_role else ""


def _untitled(cells: Sequence[str]) -> str:
    dates = [cell for cell in cells if _DATE.fullmatch(cell)]
    others = [_KIND_CELLS.get(cell, cell) for cell in cells if cell not in dates and not _NOT_SAID.fullmatch(cell)]
    return " ".join(filter(None, ("..".join(dates) if len(dates) == 2 else "、".join(dates), *others)))
