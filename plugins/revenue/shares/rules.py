"""The rule of a contract as data: read strictly, or refused with one reason. What it comes to is `compute`'s business.

Nothing is guessed: an unknown or missing key, a number that is not exact, a rule that contradicts itself is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core import Invalid, Label
from plugins.revenue.texts import _

MODES = ("standalone", "cumulative")
LOSSES = ("none", "carry")
COMBINES = ("sum", "max")
NEGATIVES = ("credit", "pay")
STYLES = ("marginal", "whole")
PROFIT = "net_profit_fen"

# Ten thousand million yuan, and counts of things in the same range: more is a slip of the hand.
MOST = 10**12
MOST_COMPONENTS, MOST_TIERS, MOST_PARTS = 20, 20, 50

_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_FIGURE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_FUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)


class RuleError(Invalid):
    """A rule, or the figures for it, that cannot be computed; the message is the one reason."""

    def __init__(self, reason: Label) -> None:
        super().__init__({"rule": [reason]})


@dataclass(frozen=True)
class Amount:
    """So much a year (by the day) or in each period, in 分; exactly one of them is given."""

    annual_fen: int | None = None
    per_period_fen: int | None = None

    def over(self, year: Fraction, periods: int) -> Fraction:
        """分 for a span of this part of a year and so many periods."""
        return self.annual_fen * year if self.annual_fen is not None else Fraction((self.per_period_fen or 0) * periods)


@dataclass(frozen=True)
class Fixed:
    """A rent."""

    amount: Amount


@dataclass(frozen=True)
class Percent:
    """A rate of one figure."""

    of: str
    rate: str


@dataclass(frozen=True)
class Tier:
    """Up to and with `up_to_fen` (the last is open) at `rate`."""

    up_to_fen: int | None
    rate: str


@dataclass(frozen=True)
class Tiered:
    """Rates that change with the height of a figure: `marginal` each slice at its rate, `whole` all at the rate of its tier."""

    of: str
    style: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class PerUnit:
    """So many 分 (a decimal) for each of something counted."""

    of: str
    fen_per_unit: str


Component = Fixed | Percent | Tiered | PerUnit


@dataclass(frozen=True)
class Part:
    """A fund and its weight in the split."""

    to: str
    weight: int


@dataclass(frozen=True)
class Rule:
    """How a due is computed and split. Made by `parse` only, so every one there is can be computed."""

    mode: str
    loss: str
    combine: str
    negative: str
    components: tuple[Component, ...]
    minimum: Amount | None
    cap: Amount | None
    split: tuple[Part, ...]

    @staticmethod
    def parse(data: object) -> Rule:
        """The rule that this JSON value says; raises `RuleError` with the first thing that is wrong in it."""
        keys = ("mode", "loss", "combine", "negative", "components", "split")
        given = _object(data, _("The rule"), keys, optional=("minimum", "cap"))
        rule = Rule(
            mode=_choice(given, "mode", MODES),
            loss=_choice(given, "loss", LOSSES),
            combine=_choice(given, "combine", COMBINES),
            negative=_choice(given, "negative", NEGATIVES),
            components=tuple(_component(each) for each in _list(given["components"], "components", MOST_COMPONENTS)),
            minimum=_bound(given.get("minimum"), "minimum"),
            cap=_bound(given.get("cap"), "cap"),
            split=_split(given["split"]),
        )
        if rule.loss == "carry" and rule.mode == "cumulative":
            raise RuleError(
                _("Losses cannot be carried on where figures are summed over the year: the sum holds them already.")
            )
        if rule.minimum and rule.cap and _is_below(rule.cap, rule.minimum):
            raise RuleError(_("The most that is due is less than the least that is due."))
        return rule

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures it needs of each period, in the order of the components."""
        return tuple(dict.fromkeys(each.of for each in self.components if not isinstance(each, Fixed)))


def exact(text: str) -> Fraction:
    """A decimal string as the number it is."""
    return Fraction(text)


def _is_below(cap: Amount, minimum: Amount) -> bool:
    """Whether it shows without knowing the period; one a year and one a period are compared for each period."""
    if cap.annual_fen is not None and minimum.annual_fen is not None:
        return cap.annual_fen < minimum.annual_fen
    if cap.per_period_fen is not None and minimum.per_period_fen is not None:
        return cap.per_period_fen < minimum.per_period_fen
    return False


def _object(data: object, what: Label, keys: tuple[str, ...], optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise RuleError(_("%(what)s is not an object in braces.", what=what))
    for key in data:
        if key not in keys and key not in optional:
            raise RuleError(_("%(what)s has an entry that is not known: %(key)s", what=what, key=str(key)[:40]))
    for key in keys:
        if key not in data:
            raise RuleError(_("%(what)s lacks its entry %(key)s.", what=what, key=key))
    return data


def _list(data: object, key: str, most: int) -> list[Any]:
    if not isinstance(data, list) or not data:
        raise RuleError(_("%(key)s is not a list with at least one entry.", key=key))
    if len(data) > most:
        raise RuleError(_("%(key)s has more than %(most)d entries.", key=key, most=most))
    return data


def _choice(data: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
    value = data[key]
    if not isinstance(value, str) or value not in known:
        raise RuleError(_("%(key)s is one of %(known)s.", key=key, known=", ".join(known)))
    return value


def whole(value: object, key: str, least: int = 0) -> int:
    """A whole number from `least` on; a yes or no, a fraction and a text are none. Raises `RuleError`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleError(_("%(key)s is not a whole number.", key=key))
    if not least <= value <= MOST:
        raise RuleError(_("%(key)s is not between %(least)d and %(most)d.", key=key, least=least, most=MOST))
    return value


def _decimal(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise RuleError(_('%(key)s is written as a decimal number in quotation marks, such as "0.35".', key=key))
    return value


def _rate(data: Mapping[str, Any]) -> str:
    rate = _decimal(data, "rate")
    if exact(rate) > 1:
        raise RuleError(_('A rate is at most 1, which is all of the figure; 35 percent is written "0.35".'))
    return rate


def figure_name(value: object) -> str:
    """The name of a figure. Raises `RuleError`."""
    if not isinstance(value, str) or not _FIGURE.fullmatch(value):
        raise RuleError(_("A figure is named with small letters, digits and _, such as turnover_fen."))
    return value


def _amount(data: Mapping[str, Any], what: Label) -> Amount:
    annual, per_period = data.get("annual_fen"), data.get("per_period_fen")
    if (annual is None) == (per_period is None):
        raise RuleError(_("%(what)s is given either as annual_fen or as per_period_fen.", what=what))
    if annual is not None:
        return Amount(annual_fen=whole(annual, "annual_fen"))
    return Amount(per_period_fen=whole(per_period, "per_period_fen"))


def _bound(data: object, key: str) -> Amount | None:
    if data is None:
        return None
    return _amount(_object(data, key, (), optional=("annual_fen", "per_period_fen")), key)


def _component(data: object) -> Component:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    match kind:
        case "fixed":
            given = _object(data, "fixed", ("kind",), optional=("annual_fen", "per_period_fen"))
            return Fixed(_amount(given, "fixed"))
        case "percent":
            given = _object(data, "percent", ("kind", "of", "rate"))
            return Percent(figure_name(given["of"]), _rate(given))
        case "tiered":
            given = _object(data, "tiered", ("kind", "of", "style", "tiers"))
            return Tiered(figure_name(given["of"]), _choice(given, "style", STYLES), _tiers(given["tiers"]))
        case "per_unit":
            given = _object(data, "per_unit", ("kind", "of", "fen_per_unit"))
            return PerUnit(figure_name(given["of"]), _decimal(given, "fen_per_unit"))
    raise RuleError(_("The kind of a component is one of %(known)s.", known="fixed, percent, tiered, per_unit"))


def _tiers(data: object) -> tuple[Tier, ...]:
    given = _list(data, "tiers", MOST_TIERS)
    tiers: list[Tier] = []
    for each in given:
        tier = _object(each, _("A tier"), ("rate",), optional=("up_to_fen",))
        is_last = len(tiers) == len(given) - 1
        if is_last != (tier.get("up_to_fen") is None):
            raise RuleError(_("Every tier but the last says up_to_fen; the last is open."))
        lower = tiers[-1].up_to_fen if tiers else 0
        upper = None if is_last else whole(tier["up_to_fen"], "up_to_fen")
        if upper is not None and upper <= (lower or 0):
            raise RuleError(_("Each tier goes further than the one before it."))
        tiers.append(Tier(upper, _rate(tier)))
    return tuple(tiers)


def _split(data: object) -> tuple[Part, ...]:
    parts = []
    for each in _list(data, "split", MOST_PARTS):
        given = _object(each, "split", ("to", "weight"))
        if not isinstance(given["to"], str) or not _FUND.fullmatch(given["to"]):
            raise RuleError(_("A part of the split goes to the short name of a fund, such as give_back."))
        parts.append(Part(given["to"], whole(given["weight"], "weight")))
    names = [part.to for part in parts]
    if len(set(names)) < len(names):
        raise RuleError(_("A fund stands twice in the split."))
    if not any(part.weight for part in parts):
        raise RuleError(_("In the split at least one weight is more than 0."))
    return tuple(parts)
