"""人民调解月报表: the figures of a month, a quarter or a year beside those before and a year earlier. For the head and the clerk.

What each figure counts is told in `counting`; the sentences on top are in `monthly_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core import Actor, Label, today, yuan
from plugins.mediation.access import lead_of
from plugins.mediation.figures.counting import Figures, count, kept_since
from plugins.mediation.figures.periods import Period, period_with
from plugins.mediation.texts import _
from plugins.mediation.words import DISPUTES, PREVENTED, SOURCES

TREND_MONTHS = 12
NONE_BEFORE = {
    "month": _("none the month before"),
    "quarter": _("none the quarter before"),
    "year": _("none the year before"),
}
NONE_A_YEAR_AGO = {"month": _("none in that month last year"), "quarter": _("none in that quarter last year")}


@dataclass(frozen=True)
class Line:
    """A figure of the report. `unit` is `cases`, `people`, `fen` or `rate` (tenths of a percent, None: nothing came to an end).

    `before` and `last_year` are None also where cases were not kept all through it (see `Report`).
    """

    name: str
    label: Label
    unit: str
    now: int | None
    before: int | None
    last_year: int | None
    is_part: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing in any of the three."""
        return not (self.now or self.before or self.last_year)

    def shown(self, value: int | None) -> str:
        """A value as it is read: `12`, `1,800.00`, `91.7%`."""
        if value is None:
            return "—"
        if self.unit == "fen":
            return yuan(value)
        return f"{in_percent(value)}%" if self.unit == "rate" else f"{value:,}"

    def change(self, base: int | None, none: Label) -> str:
        """How it changed against `base`: `+50%`, `-2.5 points` for a rate. Against nothing no percentage can be given: then it
        says so (`none`); nothing in both is a dash."""
        if self.now is None:
            return "—"
        if not base:
            return str(none) if self.now else "—"
        if self.now == base:
            return str(_("the same"))
        if self.unit == "rate":
            return str(_("%(points)s points", points=_signed(self.now - base)))
        return f"{_signed(_tenths(self.now - base, base))}%"


def in_percent(tenths: int) -> str:
    """Tenths of a percent as it is read: `91.7`, `100`."""
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _tenths(part: int, whole: int) -> int:
    """A part in tenths of a percent, rounded half up in size, with its sign."""
    size = (abs(part) * 2000 + whole) // (2 * whole)
    return -size if part < 0 else size


def _signed(tenths: int) -> str:
    return f"{'-' if tenths < 0 else '+'}{in_percent(abs(tenths))}"


@dataclass(frozen=True)
class Report:
    """The report of a period; `before` and `last_year` are None where cases were not kept all through it: part of a year is
    nothing to compare a year with."""

    period: Period
    now: Figures
    before: Figures | None
    last_year: Figures | None
    groups: tuple[tuple[Label, tuple[Line, ...]], ...]

    def change_before(self, line: Line) -> str:
        """环比: against the period before."""
        return "—" if self.before is None else line.change(line.before, NONE_BEFORE[self.period.kind])

    def change_last_year(self, line: Line) -> str:
        """同比: against the same period a year earlier; of a whole year it is the period before."""
        if self.last_year is None or self.period.kind == "year":
            return self.change_before(line) if self.period.kind == "year" else "—"
        return line.change(line.last_year, NONE_A_YEAR_AGO[self.period.kind])

    @property
    def lines(self) -> Iterator[tuple[Label, Line]]:
        """Every line with the name of its group."""
        return ((group, line) for group, lines in self.groups for line in lines)


_RESULTS: tuple[tuple[str, Label, str, Callable[[Figures], int | None], bool], ...] = (
    ("accepted", _("Cases accepted"), "cases", lambda each: each.accepted, False),
    ("on_the_spot", _("of these settled on the spot"), "cases", lambda each: each.on_the_spot, True),
    ("succeeded", _("Cases settled"), "cases", lambda each: each.succeeded, False),
    ("written", _("of these in writing"), "cases", lambda each: each.written, True),
    ("oral", _("of these orally"), "cases", lambda each: each.oral, True),
    ("ended", _("Ended without agreement (cases)"), "cases", lambda each: each.ended, False),
    ("rate", _("Rate of success"), "rate", lambda each: each.rate, False),
    ("amount", _("Amount agreed (yuan)"), "fen", lambda each: each.amount, False),
    ("performed", _("Agreements kept (cases)"), "cases", lambda each: each.performed, False),
    ("confirmed", _("Confirmed by the court (cases)"), "cases", lambda each: each.confirmed, False),
)  # fmt: skip


def report(actor: Actor, period: Period) -> Report:
    """The report of a period (`mediation.report`; for the head and the clerk). Raises `Forbidden`."""
    lead_of(actor)
    community = str(actor.community)
    since = kept_since(community)
    now = count(community, period.first, period.last)
    before, last_year = (
        count(community, each.first, each.last) if each.first >= since else None
        for each in (period.before, period.year_before)
    )
    return Report(period, now, before, last_year, _groups((now, before, last_year)))


def _part(of: Callable[[Figures], Mapping[str, int]], code: str) -> Callable[[Figures], int]:
    return lambda each: of(each)[code]


def _groups(found: tuple[Figures, Figures | None, Figures | None]) -> tuple[tuple[Label, tuple[Line, ...]], ...]:
    def line(name: str, label: Label, unit: str, of: Callable[[Figures], int | None], *, is_part: bool = False) -> Line:
        now, before, last_year = (None if each is None else of(each) for each in found)
        return Line(name, label, unit, now, before, last_year, is_part)

    results = tuple(line(name, label, unit, of, is_part=part) for name, label, unit, of, part in _RESULTS)
    prevented = (
        line("prevented", _("Something worse prevented (cases)"), "cases", lambda each: each.prevented_cases),
        line("people", _("People concerned"), "people", lambda each: each.prevented_people),
        *(
            line(f"prevented.{code}", word, "cases", _part(lambda each: each.prevented_by, code), is_part=True)
            for code, word in PREVENTED.items()
        ),
    )
    sources = tuple(
        line(f"source.{code}", word, "cases", _part(lambda each: each.sources, code)) for code, word in SOURCES.items()
    )
    disputes = tuple(
        line(f"dispute.{code}", word, "cases", _part(lambda each: each.disputes, code))
        for code, word in DISPUTES.items()
    )
    return (
        (_("What became of them"), results),
        (_("Kept from becoming worse"), prevented),
        (_("Accepted, by where they came from"), sources),
        (_("Accepted, by kind of dispute"), disputes),
    )


def trend(actor: Actor, period: Period) -> list[tuple[Period, Figures]]:
    """The months up to the last one of the period that has begun, twelve at most, as far as cases were kept."""
    lead_of(actor)
    community = str(actor.community)
    since = kept_since(community)
    found: list[tuple[Period, Figures]] = []
    month = period_with(min(period.last, today()))
    while len(found) < TREND_MONTHS and month.last >= since:
        found.append((month, count(community, month.first, month.last)))
        month = month.before
    return found[::-1]
