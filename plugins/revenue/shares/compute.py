"""What is due by a rule for given figures: exact fractions, one rounding, and the trace of every step.

The trace is what is stored with a due and told as sentences (`sentences`). Nothing is read or written here.

A trace is JSON; money in it is 分, exact values are texts "n/d":

    {"version": 1, "from", "to", "first_day", "mode", "loss", "combine", "negative", "period": 1, "periods": 1,
     "figures": {name: as given}, "bases": [{"name", "given", "summed", "set_off", "base"}], "year": [[2025, 108, 365]],
     "year_fraction": "108/365", "components": [{…the component, "base", "slices": […], "amount": "n/d"}], "combined": "n/d",
     "minimum": null | {"annual_fen" or "per_period_fen", "amount", "applied"}, "cap": the same, "unrounded": "n/d", "rounded_fen",
     "already_due_fen", "credited_fen", "due_fen", "carried_in_fen", "carried_loss_fen",
     "split": [{"to", "weight", "quota": "n/d", "extra", "fen"}]}
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from plugins.revenue.shares.allocate import portions
from plugins.revenue.shares.rules import (
    MOST,
    PROFIT,
    Amount,
    Component,
    Fixed,
    Percent,
    PerUnit,
    Rule,
    RuleError,
    Tiered,
    exact,
    figure_name,
)
from plugins.revenue.texts import _

# 分 of one due; beyond it a figure is a slip of the hand and not money of a community.
MOST_DUE = 10**15


@dataclass(frozen=True)
class Period:
    """A span of days, both ends included, and what happened in it: 分 or counts by name. Made by `parse`."""

    first: date
    last: date
    figures: Mapping[str, int]

    @staticmethod
    def parse(data: object) -> Period:
        """`{"from": "2025-01-01", "to": "2025-12-31", "figures": {…}}`; raises `RuleError`."""
        if not isinstance(data, Mapping) or set(data) != {"from", "to", "figures"}:
            raise RuleError(_("A period has exactly the entries from, to and figures."))
        first, last = _day(data["from"]), _day(data["to"])
        if last < first:
            raise RuleError(_("A period ends before it begins."))
        if not isinstance(data["figures"], Mapping):
            raise RuleError(_("The figures of a period are an object in braces."))
        return Period(first, last, {figure_name(name): _figure(name, value) for name, value in data["figures"].items()})


@dataclass(frozen=True)
class State:
    """What goes on from one period to the next within an accounting year, also where the rule's version changes in between.

    A new version takes it over: under `cumulative` the new rule is applied to the sums of the year so far, and what was due by
    the earlier versions is taken off; under `standalone` only the carried loss matters.
    """

    carried_loss_fen: int = 0
    already_due_fen: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    periods: int = 0

    def next_year(self) -> State:
        """What the next accounting year begins with: losses that are carried on, and no sums."""
        return State(carried_loss_fen=self.carried_loss_fen, last=self.last)

    def as_json(self) -> dict[str, Any]:
        """To be stored with a due."""
        kept = asdict(self)
        return {**kept, "first": self.first and self.first.isoformat(), "last": self.last and self.last.isoformat()}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> State:
        """As `as_json` wrote it."""
        days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("first", "last")}
        return State(**{**data, **days})


@dataclass(frozen=True)
class Result:
    """A due of one period. `unrounded` is exact 分 before rounding (under `cumulative`: of the year so far)."""

    due_fen: int
    unrounded: Fraction
    carried_loss_fen: int
    split: Mapping[str, int]
    trace: Mapping[str, Any]
    state: State

    def as_json(self) -> dict[str, Any]:
        """What `linli revenue compute` prints of it."""
        return {
            "due_fen": self.due_fen,
            "unrounded": ratio(self.unrounded),
            "carried_loss_fen": self.carried_loss_fen,
            "split": dict(self.split),
        }


def compute(rule: Rule, periods: Sequence[Period], state: State | None = None) -> list[Result]:
    """What is due for the periods of one accounting year, in their order, each with its trace.

    `state` goes on from earlier periods. Raises `RuleError` for figures that are missing, periods that overlap, or a cap that
    is below the minimum in one of them.
    """
    results: list[Result] = []
    for period in periods:
        before = results[-1].state if results else state or State()
        if before.last is not None and period.first <= before.last:
            raise RuleError(_("The periods are in order, and none begins before the one before it has ended."))
        results.append(_due(rule, period, before))
    return results


def compute_data(data: object) -> list[Result]:
    """The same for `{"rule": …, "periods": […]}` as a file holds it; raises `RuleError`."""
    if not isinstance(data, Mapping) or set(data) != {"rule", "periods"}:
        raise RuleError(_("The file has exactly the entries rule and periods."))
    if not isinstance(data["periods"], list):
        raise RuleError(_("periods is a list."))
    return compute(Rule.parse(data["rule"]), [Period.parse(each) for each in data["periods"]])


def rounded(value: Fraction) -> int:
    """Half up to whole 分."""
    return int((value + Fraction(1, 2)) // 1)


def ratio(value: Fraction) -> str:
    """An exact value as text, `n/d`."""
    return f"{value.numerator}/{value.denominator}"


def year_days(first: date, last: date) -> list[tuple[int, int, int]]:
    """How many days of a span, both ends included, lie in each calendar year, and how many the year has."""
    found = []
    for year in range(first.year, last.year + 1):
        begin, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        found.append((year, (end - begin).days + 1, 366 if calendar.isleap(year) else 365))
    return found


def year_fraction(first: date, last: date) -> Fraction:
    """The part of a year that a span is: of each calendar year its days ÷ 365 or 366, summed."""
    return sum((Fraction(days, length) for _year, days, length in year_days(first, last)), Fraction(0))


# --------------------------------------------------------------------------- one due


@dataclass(frozen=True)
class _Span:
    """The days and figures a rule is applied to."""

    first: date
    last: date
    periods: int
    bases: Sequence[Mapping[str, Any]]

    @property
    def year(self) -> Fraction:
        return year_fraction(self.first, self.last)

    def base(self, name: str) -> int:
        return next(int(each["base"]) for each in self.bases if each["name"] == name)


def _due(rule: Rule, period: Period, before: State) -> Result:
    is_summed = rule.mode == "cumulative"
    sums = {**before.sums}
    for name, value in period.figures.items():
        sums[name] = sums.get(name, 0) + value
    bases, carried = _bases(rule, period, sums, before.carried_loss_fen)
    first = before.first if is_summed and before.first else period.first
    span = _Span(first, period.last, before.periods + 1 if is_summed else 1, bases)

    steps = [_component(each, span) for each in rule.components]
    values = [value for value, _step in steps]
    combined = max(values) if rule.combine == "max" else sum(values, Fraction(0))
    minimum, cap = _over(rule.minimum, span), _over(rule.cap, span)
    if minimum is not None and cap is not None and cap < minimum:
        raise RuleError(_("The most that is due is less than the least that is due."))
    exact_due = combined if minimum is None else max(combined, minimum)
    exact_due = exact_due if cap is None else min(exact_due, cap)

    total = rounded(exact_due)
    already = before.already_due_fen if is_summed else 0
    due = total - already
    credited = -due if due < 0 and rule.negative == "credit" else 0
    due += credited
    if abs(due) > MOST_DUE:
        raise RuleError(_("So much money cannot be due. Please check the figures."))
    shares = portions(due, [part.weight for part in rule.split])
    trace = {
        "version": 1, "from": period.first.isoformat(), "to": period.last.isoformat(), "first_day": span.first.isoformat(),
        "mode": rule.mode, "loss": rule.loss, "combine": rule.combine, "negative": rule.negative,
        "period": before.periods + 1, "periods": span.periods, "figures": dict(period.figures), "bases": bases,
        "year": [list(each) for each in year_days(span.first, span.last)], "year_fraction": ratio(span.year),
        "components": [step for _value, step in steps], "combined": ratio(combined),
        "minimum": _bound(rule.minimum, minimum, minimum is not None and minimum > combined),
        "cap": _bound(rule.cap, cap, cap is not None and cap < max(combined, minimum or combined)),
        "unrounded": ratio(exact_due), "rounded_fen": total, "already_due_fen": already, "credited_fen": credited,
        "due_fen": due, "carried_in_fen": before.carried_loss_fen, "carried_loss_fen": carried,
        "split": [
            {"to": part.to, "weight": part.weight, "quota": ratio(each.quota), "extra": each.extra, "fen": each.fen}
            for part, each in zip(rule.split, shares, strict=True)
        ],
    }  # fmt: skip
    after = State(
        carried, before.already_due_fen + due, sums, before.first or period.first, period.last, before.periods + 1
    )
    split = {part.to: each.fen for part, each in zip(rule.split, shares, strict=True)}
    return Result(due, exact_due, carried, split, trace, after)


def _bases(rule: Rule, period: Period, sums: Mapping[str, int], carried: int) -> tuple[list[dict[str, Any]], int]:
    """What each figure counts as, and the loss that is carried on."""
    names = list(rule.figures)
    if rule.loss == "carry" and PROFIT in period.figures and PROFIT not in names:
        names.append(PROFIT)
    found, loss = [], carried if rule.loss == "carry" else 0
    for name in names:
        if name not in period.figures:
            raise RuleError(_("A period lacks the figure %(name)s that the rule needs.", name=name))
        given = period.figures[name]
        value = sums[name] if rule.mode == "cumulative" else given
        set_off = 0
        if rule.loss == "carry" and name == PROFIT:
            if value < 0:
                loss -= value
            else:
                set_off = min(loss, value)
                loss -= set_off
        found.append(
            {"name": name, "given": given, "summed": value, "set_off": set_off, "base": max(value - set_off, 0)}
        )
    return found, loss


def _over(amount: Amount | None, span: _Span) -> Fraction | None:
    return None if amount is None else amount.over(span.year, span.periods)


def _bound(amount: Amount | None, value: Fraction | None, applied: bool) -> dict[str, Any] | None:
    return None if amount is None or value is None else {**_given(amount), "amount": ratio(value), "applied": applied}


# --------------------------------------------------------------------------- components


def _component(component: Component, span: _Span) -> tuple[Fraction, dict[str, Any]]:
    """The exact 分 of one component, and its step of the trace."""
    match component:
        case Fixed(amount):
            value = amount.over(span.year, span.periods)
            return value, {"kind": "fixed", **_given(amount), "amount": ratio(value)}
        case Percent(of, rate):
            value = exact(rate) * span.base(of)
            return value, {"kind": "percent", "of": of, "rate": rate, "base": span.base(of), "amount": ratio(value)}
        case PerUnit(of, price):
            value = exact(price) * span.base(of)
            return value, {
                "kind": "per_unit",
                "of": of,
                "fen_per_unit": price,
                "base": span.base(of),
                "amount": ratio(value),
            }
        case Tiered():
            slices = _slices(component, span.base(component.of))
            value = sum((exact(each["rate"]) * each["fen"] for each in slices), Fraction(0))
            return value, {
                "kind": "tiered", "of": component.of, "style": component.style, "base": span.base(component.of),
                "slices": slices, "amount": ratio(value),
            }  # fmt: skip
    raise AssertionError(component)


def _given(amount: Amount) -> dict[str, Any]:
    return {name: value for name, value in asdict(amount).items() if value is not None}


def _slices(tiered: Tiered, base: int) -> list[dict[str, Any]]:
    """What part of the base counts at which rate; tiers are (lower, upper], so the upper bound itself belongs to its tier."""
    found: list[dict[str, Any]] = []
    lower = 0
    for tier in tiered.tiers:
        upper = base if tier.up_to_fen is None else min(base, tier.up_to_fen)
        if tiered.style == "marginal":
            if upper > lower:
                found.append({"from_fen": lower, "fen": upper - lower, "rate": tier.rate})
        elif tier.up_to_fen is None or base <= tier.up_to_fen:
            return [{"from_fen": lower, "fen": base, "rate": tier.rate}]
        lower = tier.up_to_fen or lower
    return found


# --------------------------------------------------------------------------- reading


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:  # `fromisoformat` also reads days of weeks
        raise RuleError(_("A day is written such as 2025-01-31."))
    return day


def _figure(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleError(_("The figure %(name)s is not a whole number (分, or a count).", name=str(name)[:40]))
    if abs(value) > MOST:
        raise RuleError(_("The figure %(name)s is too large to be true.", name=str(name)[:40]))
    return value
