"""An independent computation of dues, written from the specification alone, and seeded random rules for it.

It shares no code with the module: other data types, other order, its own year fraction, rounding and split.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor


def part_of_year(first: date, last: date) -> Fraction:
    """Day by day, so that no shortcut of the module is repeated."""
    total, day = Fraction(0), first
    while day <= last:
        total += Fraction(1, (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days)
        day += timedelta(days=1)
    return total


def split_of(total: int, weights: list[int]) -> list[int]:
    """One 分 after the other to whoever lacks most of the exact share."""
    if total < 0:
        return [-part for part in split_of(-total, weights)]
    quotas = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [floor(quota) for quota in quotas]
    while sum(parts) < total:
        lacks = [quota - part for quota, part in zip(quotas, parts, strict=True)]
        parts[lacks.index(max(lacks))] += 1
    return parts


def expected(rule: dict, periods: list[dict]) -> list[dict]:
    """What the specification says is due."""
    loss, already, so_far, found = 0, 0, {}, []
    start = date.fromisoformat(periods[0]["from"])
    for number, period in enumerate(periods, start=1):
        for name, value in period["figures"].items():
            so_far[name] = so_far.get(name, 0) + value
        summed = rule["mode"] == "cumulative"
        figures = so_far if summed else period["figures"]
        bases = {name: max(value, 0) for name, value in figures.items()}
        if rule["loss"] == "carry" and "net_profit_fen" in figures:
            profit = figures["net_profit_fen"]
            bases["net_profit_fen"] = max(profit - loss, 0)
            loss = max(loss - profit, 0)
        first = start if summed else date.fromisoformat(period["from"])
        year = part_of_year(first, date.fromisoformat(period["to"]))
        count = number if summed else 1

        def over(amount: dict, year: Fraction = year, count: int = count) -> Fraction:
            if "annual_fen" in amount:
                return Fraction(amount["annual_fen"]) * year
            return Fraction(amount["per_period_fen"] * count)

        amounts = [_amount(each, bases, over) for each in rule["components"]]
        value = max(amounts) if rule["combine"] == "max" else sum(amounts)
        if rule["minimum"]:
            value = max(value, over(rule["minimum"]))
        if rule["cap"]:
            value = min(value, over(rule["cap"]))
        due = floor(2 * value + 1) // 2
        if summed:
            due -= already
            if due < 0 and rule["negative"] == "credit":
                due = 0
            already += due
        parts = split_of(due, [part["weight"] for part in rule["split"]])
        found.append(
            {
                "due_fen": due,
                "unrounded": f"{Fraction(value).numerator}/{Fraction(value).denominator}",
                "carried_loss_fen": loss,
                "split": {part["to"]: fen for part, fen in zip(rule["split"], parts, strict=True)},
            }
        )
    return found


def _amount(component: dict, bases: dict, over) -> Fraction:
    if component["kind"] == "fixed":
        return over({key: value for key, value in component.items() if key != "kind"})
    base = bases[component["of"]]
    if component["kind"] == "percent":
        return Fraction(Decimal(component["rate"])) * base
    if component["kind"] == "per_unit":
        return Fraction(Decimal(component["fen_per_unit"])) * base
    bounds = [(tier.get("up_to_fen"), Fraction(Decimal(tier["rate"]))) for tier in component["tiers"]]
    if component["style"] == "whole":
        return base * next(rate for upper, rate in bounds if upper is None or base <= upper)
    # The marginal amount is what the base has above each lower bound, at the change of the rate there.
    total, lower, before = Fraction(0), 0, Fraction(0)
    for upper, rate in bounds:
        total += max(base - lower, 0) * (rate - before)
        lower, before = upper or 0, rate
    return total


# --------------------------------------------------------------------------- random rules


def random_rule(chance: random.Random) -> dict:
    """Any valid rule."""
    mode = chance.choice(("standalone", "cumulative"))
    return {
        "mode": mode,
        "loss": "none" if mode == "cumulative" else chance.choice(("none", "carry")),
        "combine": chance.choice(("sum", "max")),
        "negative": chance.choice(("credit", "pay")),
        "components": [_random_component(chance) for _each in range(chance.randint(1, 4))],
        **_random_bounds(chance),
        "split": [
            {"to": f"fund_{place}", "weight": chance.choice((0, 1, 7, 25, 6000)) if place else chance.randint(1, 9999)}
            for place in range(chance.randint(1, 6))
        ],
    }


def _rate(chance: random.Random) -> str:
    return chance.choice(("0", "1", "0.35", "0.035", "0.123456789", f"0.{chance.randint(0, 9999):04d}"))


def _random_component(chance: random.Random) -> dict:
    of = chance.choice(("net_profit_fen", "turnover_fen", "orders"))
    match chance.choice(("fixed", "percent", "tiered", "per_unit")):
        case "fixed":
            return {"kind": "fixed", chance.choice(("annual_fen", "per_period_fen")): chance.randrange(10**7)}
        case "percent":
            return {"kind": "percent", "of": of, "rate": _rate(chance)}
        case "per_unit":
            return {"kind": "per_unit", "of": of, "fen_per_unit": chance.choice(("50", "0", "12.5", "0.333"))}
    bounds = sorted(chance.sample(range(1, 10**7), chance.randint(0, 4)))
    tiers = [{"up_to_fen": bound, "rate": _rate(chance)} for bound in bounds]
    style = chance.choice(("marginal", "whole"))
    return {"kind": "tiered", "of": of, "style": style, "tiers": [*tiers, {"rate": _rate(chance)}]}


def _random_bounds(chance: random.Random) -> dict:
    kind = chance.choice(("annual_fen", "per_period_fen"))
    low, high = sorted((chance.randrange(10**7), chance.randrange(10**7)))
    return {
        "minimum": {kind: low} if chance.random() < 0.4 else None,
        "cap": {kind: high} if chance.random() < 0.4 else None,
    }


def random_periods(chance: random.Random) -> list[dict]:
    """One to five periods in order, over the turn of a year and the 29th of February; figures on and about bounds."""
    day, found = date(2023, 11, 1) + timedelta(days=chance.randrange(500)), []
    for _each in range(chance.randint(1, 5)):
        last = day + timedelta(days=chance.choice((0, 29, 90, chance.randrange(400))))
        figures = {
            "net_profit_fen": chance.randint(-(10**7), 10**7),
            "turnover_fen": chance.choice((0, chance.randrange(2 * 10**7), chance.randint(-(10**6), 10**6))),
            "orders": chance.randrange(1000),
        }
        found.append({"from": day.isoformat(), "to": last.isoformat(), "figures": figures})
        day = last + timedelta(days=1)
    return found
