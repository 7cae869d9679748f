"""The rows of the form in which a rule is written and tried: components, tiers, funds and periods, each added or taken out.

Plain texts as they are typed, read from a request and written back; what they mean is `rule_form`'s business.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from core import yuan
from plugins.revenue.shares.compute import Period
from plugins.revenue.shares.rules import MOST_COMPONENTS, MOST_PARTS, MOST_TIERS, RuleError, figure_name
from plugins.revenue.views.dues_forms import VOTE_FIELDS

MOST_PERIODS = 24
_TIERS_AT_FIRST = 3
_ONE = (
    "combine",
    "mode",
    "loss",
    "negative",
    "minimum",
    "minimum_per",
    "cap",
    "cap_per",
    "carried",
    "from_day",
    "reason",
    "approval",
    *VOTE_FIELDS,
)
_MOST = {"c": MOST_COMPONENTS, "f": MOST_PARTS, "p": MOST_PERIODS}
_PARTS = {"fixed": ("amount", "per"), "percent": ("of", "rate"), "tiered": ("of", "style"), "per_unit": ("of", "price")}

Row = dict[str, str]


@dataclass
class Sheet:
    """What stands in the form. `components` each have their `kind`, a tiered one also `tiers`; `periods` hold figures by name."""

    components: list[dict[str, Any]] = field(default_factory=list)
    funds: list[Row] = field(default_factory=list)
    periods: list[Row] = field(default_factory=list)
    one: Row = field(default_factory=dict)

    @staticmethod
    def read(typed: Mapping[str, str]) -> Sheet:
        """What was sent: rows are counted from 1 as long as there is one, other fields are left out."""
        sheet = Sheet(one={name: typed.get(name, "") for name in _ONE})
        for row in _rows(typed, "c"):
            kind = row.get("kind", "")
            if kind in _PARTS:
                kept: dict[str, Any] = {"kind": kind, **{name: row.get(name, "") for name in _PARTS[kind]}}
                if kind == "tiered":
                    kept["tiers"] = [
                        {name: each.get(name, "") for name in ("upto", "rate")} for each in _rows(row, "t", MOST_TIERS)
                    ]
                sheet.components.append(kept)
        sheet.funds = [{name: row.get(name, "") for name in ("to", "weight")} for row in _rows(typed, "f")]
        sheet.periods = _rows(typed, "p")
        return sheet

    @staticmethod
    def of_rule(rule: Mapping[str, Any]) -> Sheet:
        """The rows of a rule that is known already, as JSON; without periods."""
        one = {name: str(rule[name]) for name in ("combine", "mode", "loss", "negative")}
        for name in ("minimum", "cap"):
            one[name], one[f"{name}_per"] = _amount(rule.get(name) or {})
        components = [_component(each) for each in rule["components"]]
        return Sheet(components, [{"to": each["to"], "weight": str(each["weight"])} for each in rule["split"]], [], one)

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that the components ask of each period, in order; what cannot be the name of one is left out."""
        named = (each["of"] for each in self.components if each.get("of"))
        return tuple(dict.fromkeys(each for each in named if _is_figure(each)))

    def values(self) -> Row:
        """All fields by the names they have in the page."""
        found = dict(self.one)
        for number, row in enumerate(self.components, 1):
            found |= {f"c{number}_{name}": value for name, value in row.items() if name != "tiers"}
            for nth, tier in enumerate(row.get("tiers", ()), 1):
                found |= {f"c{number}_t{nth}_{name}": value for name, value in tier.items()}
        for letter, rows in (("f", self.funds), ("p", self.periods)):
            for number, row in enumerate(rows, 1):
                found |= {f"{letter}{number}_{name}": value for name, value in row.items()}
        return found

    def edited(self, step: str) -> str | None:
        """Carries out a button of the form (`add:tiered`, `add:tier:2`, `drop:c3`, `add:year`); gives the field to go on with.

        None where the step is none of these, or there is no room for more.
        """
        verb, _colon, what = step.partition(":")
        if verb == "drop":
            return "" if self._dropped(what) else None
        if verb != "add":
            return None
        if what in _PARTS and len(self.components) < _MOST["c"]:
            self.components.append(_blank(what))
            return f"c{len(self.components)}_{_PARTS[what][0]}"
        if what == "fund" and len(self.funds) < _MOST["f"]:
            self.funds.append({"to": "", "weight": ""})
            return f"f{len(self.funds)}_to"
        if what in ("period", "year"):
            return self._more_periods(whole_year=what == "year")
        return self._more_tiers(what.removeprefix("tier:"))

    def _more_tiers(self, number: str) -> str | None:
        row = _nth(self.components, number)
        if row is None or "tiers" not in row or len(row["tiers"]) >= MOST_TIERS:
            return None
        row["tiers"].append({"upto": "", "rate": ""})
        return f"c{number}_t{len(row['tiers'])}_upto"

    def _more_periods(self, *, whole_year: bool) -> str | None:
        before = len(self.periods)
        while len(self.periods) < MOST_PERIODS:
            span = next_span(self.periods[-1]) if self.periods else None
            if self.periods and span is None:
                break
            if whole_year and span and self.periods[-1]["last"][:4] != span[1].isoformat()[:4]:
                break
            first, last = span or (None, None)
            self.periods.append({"first": str(first or ""), "last": str(last or "")})
            if not whole_year or span is None:
                break
        return f"p{before + 1}_first" if len(self.periods) > before else None

    def _dropped(self, what: str) -> bool:
        rows: Any = {"c": self.components, "f": self.funds, "p": self.periods}.get(what[:1])
        if rows is None or _nth(rows, what[1:]) is None:
            return False
        del rows[int(what[1:]) - 1]
        return True


def next_span(row: Row) -> tuple[datetime.date, datetime.date] | None:
    """The period that follows one: as many whole months, or as many days; None where its days cannot be read."""
    try:
        first, last = datetime.date.fromisoformat(row["first"]), datetime.date.fromisoformat(row["last"])
        begin = last + datetime.timedelta(days=1)
        if last < first:
            return None
        if first.day == 1 and begin.day == 1:
            months = (begin.year - first.year) * 12 + begin.month - first.month
            number = begin.month - 1 + months
            end = datetime.date(begin.year + number // 12, number % 12 + 1, 1) - datetime.timedelta(days=1)
        else:
            end = begin + (last - first)
    except (KeyError, ValueError, OverflowError):
        return None
    return begin, end


def period_row(period: Period) -> Row:
    """A period as it is typed."""
    return {
        "first": period.first.isoformat(), "last": period.last.isoformat(),
        **{name: plain_yuan(value) if name.endswith("_fen") else str(value) for name, value in period.figures.items()},
    }  # fmt: skip


def plain_yuan(fen: int) -> str:
    """A sum as it is typed: `86432.17`."""
    return yuan(fen).replace(",", "")


def _rows(typed: Mapping[str, str], letter: str, most: int = 0) -> list[Row]:
    """The fields `letter1_…`, `letter2_…` by row, without their prefix, until a number has none."""
    found: list[Row] = []
    while len(found) < (most or _MOST[letter]):
        prefix = f"{letter}{len(found) + 1}_"
        row = {name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)}
        if not row:
            break
        found.append(row)
    return found


def _nth(rows: Sequence[Any], number: str) -> Any:
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else 0
    return rows[at - 1] if 0 < at <= len(rows) else None


def _blank(kind: str) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind, **dict.fromkeys(_PARTS[kind], "")}
    if kind == "tiered":
        row["tiers"] = [{"upto": "", "rate": ""} for _each in range(_TIERS_AT_FIRST)]
    return row


def _is_figure(name: str) -> bool:
    try:
        figure_name(name)
    except RuleError:
        return False
    return True


def _component(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given["kind"]
    if kind == "fixed":
        amount, per = _amount(given)
        return {"kind": kind, "amount": amount, "per": per}
    if kind == "percent":
        return {"kind": kind, "of": given["of"], "rate": _moved(given["rate"], 2)}
    if kind == "per_unit":
        return {"kind": kind, "of": given["of"], "price": _moved(given["fen_per_unit"], -2)}
    tiers = [
        {
            "upto": plain_yuan(each["up_to_fen"]) if each.get("up_to_fen") is not None else "",
            "rate": _moved(each["rate"], 2),
        }
        for each in given["tiers"]
    ]
    return {"kind": kind, "of": given["of"], "style": given["style"], "tiers": tiers}


def _amount(given: Mapping[str, Any]) -> tuple[str, str]:
    """A sum a year or a period as it is typed, and which of the two."""
    if given.get("annual_fen") is not None:
        return plain_yuan(given["annual_fen"]), "year"
    if given.get("per_period_fen") is not None:
        return plain_yuan(given["per_period_fen"]), "period"
    return "", "year"


def _moved(text: str, places: int) -> str:
    """A decimal text moved by so many places: `_moved("0.125", 2)` is `12.5`."""
    value = Fraction(text) * Fraction(10) ** places
    digits = 12
    shown = f"{value.numerator * 10**digits // value.denominator:0{digits + 1}d}"
    return f"{shown[:-digits]}.{shown[-digits:]}".rstrip("0").rstrip(".")
