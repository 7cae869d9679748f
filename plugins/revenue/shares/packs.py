"""City packs 城市规则包: how often a city wants the income published, and the least share of the maintenance fund. Data, not code.

One file per city in `city_packs/`; a pack says only what its source says, and null where the source says nothing. What is
published and what is late is `deadlines`' business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

from core import Invalid, Label, NotFound
from plugins.revenue.texts import _

FOLDER = Path(__file__).with_name("city_packs")
# Months of a publication cycle.
CYCLES = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
CYCLE_WORDS: dict[str, Label] = {
    "month": _("every month"),
    "quarter": _("every quarter"),
    "half_year": _("every half-year"),
    "year": _("every year"),
}


@dataclass(frozen=True)
class Pack:
    """What a city asks. `share` of the owners' income goes to the maintenance fund: at least, or with `strict` more than it.

    With `fund_below` that is asked only while the fund holds less than this part of what was first paid into it.
    `is_confirmed` says whether somebody compared the pack with the text in force.
    """

    code: str
    name: str
    cycle: str | None
    share: Fraction | None
    strict: bool
    fund_below: Fraction | None
    document: str
    said: str
    is_confirmed: bool


@cache
def packs() -> tuple[Pack, ...]:
    """All that are delivered, by code."""
    return tuple(read(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json")))


def pack(code: str) -> Pack:
    """The pack of a city; raises `NotFound`."""
    for each in packs():
        if each.code == code:
            return each
    raise NotFound(_("There is no pack of a city with this code."))


def read(data: dict[str, object]) -> Pack:
    """A pack from its file; raises `ValueError` or `KeyError` for one that is not as it should be."""
    maintenance, source = data["maintenance"], data["source"]
    if set(data) != {"code", "name", "cycle", "maintenance", "source"} or not isinstance(source, dict):
        raise ValueError(f"entries of a pack: {sorted(data)}")
    cycle = data["cycle"]
    if cycle is not None and cycle not in CYCLES:
        raise ValueError(f"no cycle: {cycle}")
    share, strict, below = None, False, None
    if isinstance(maintenance, dict):
        share, strict = Fraction(maintenance["share"]), bool(maintenance["more_than"])
        below = Fraction(maintenance["fund_below"]) if maintenance["fund_below"] else None
        if not 0 < share < 1:
            raise ValueError(f"no share: {share}")
    return Pack(
        str(data["code"]), str(data["name"]), None if cycle is None else str(cycle), share, strict, below,
        str(source["document"]), str(source["says"]), bool(source["confirmed"]),
    )  # fmt: skip


def legal_minimum(total: int, share: Fraction, *, strict: bool) -> int:
    """The least 分 of `total` that is at least `share` of it; with `strict` more than `share`. Of nothing it is nothing.

    Raises `Invalid` for a negative total.
    """
    if total < 0:
        raise Invalid({"total": [_("An income to share is not less than 0.")]})
    exact = total * share
    least = exact.numerator // exact.denominator + 1 if strict else -(-exact.numerator // exact.denominator)
    return min(least, total)


def least_for_maintenance(chosen: Pack, total: int, *, fund: int, first_paid: int) -> int:
    """What of the owners' income of `total` 分 the city wants in the maintenance fund.

    `fund` is what the fund holds, `first_paid` what was paid into it at first; 0 for it means that it is not known, and then
    the share is asked.
    """
    if chosen.share is None:
        return 0
    if chosen.fund_below is not None and first_paid and fund >= chosen.fund_below * first_paid:
        return 0
    return legal_minimum(total, chosen.share, strict=chosen.strict)


# --------------------------------------------------------------------------- periods of publication


@dataclass(frozen=True)
class Span:
    """A period to be published, whole months: `first` and `last` are its days, both included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[str, str]:
        """Its first and last month, `YYYY-MM`."""
        return f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"


def period_of(cycle: str, day: date) -> Span:
    """The period of the cycle in which a day lies; cycles follow the calendar year."""
    months = CYCLES[cycle]
    begin = (day.month - 1) // months * months
    first = date(day.year, begin + 1, 1)
    after = date(day.year + (begin + months) // 12, (begin + months) % 12 + 1, 1)
    return Span(first, after - timedelta(days=1))


def periods_between(cycle: str, first: date, last: date) -> list[Span]:
    """The periods of the cycle from the one in which `first` lies to the latest that has ended on `last` or before."""
    found, each = [], period_of(cycle, first)
    while each.last <= last:
        found.append(each)
        each = period_of(cycle, each.last + timedelta(days=1))
    return found


def publication_due(chosen: Pack, period_end: date, within_days: int, *, cycle: str = "quarter") -> date:
    """The last day on which the period that holds `period_end` is to be published.

    `within_days` after its end is the community's own decision: the packs' sources, as far as they are known here, do not say.
    `cycle` counts where the pack says none.
    """
    return period_of(chosen.cycle or cycle, period_end).last + timedelta(days=within_days)
