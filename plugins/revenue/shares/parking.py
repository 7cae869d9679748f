"""What a stay on a parking space costs by a stepped tariff. Who parked when is the operator's to know; nothing is kept here."""

from __future__ import annotations

from dataclasses import dataclass

from core import Invalid
from plugins.revenue.texts import _

DAY_MINUTES = 24 * 60
# A year and a day: a stay beyond it is a slip of the hand.
LONGEST_STAY = 366 * DAY_MINUTES


@dataclass(frozen=True)
class Tariff:
    """The first `free_minutes` cost nothing; beyond them started hours count from the entry on.

    The first `first_hours` cost `first_fen_per_hour` each, further ones `then_fen_per_hour`, and 24 hours at most
    `cap_fen_per_24h` (None: no cap). Each 24 hours from the entry on are priced afresh.
    """

    free_minutes: int
    first_hours: int
    first_fen_per_hour: int
    then_fen_per_hour: int
    cap_fen_per_24h: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.free_minutes <= DAY_MINUTES:
            raise Invalid({"free_minutes": [_("The free time is between 0 minutes and 24 hours.")]})
        if not 0 <= self.first_hours <= DAY_MINUTES // 60:
            raise Invalid({"first_hours": [_("The first hours are between 0 and 24.")]})
        for name in ("first_fen_per_hour", "then_fen_per_hour", "cap_fen_per_24h"):
            if (getattr(self, name) or 0) < 0:
                raise Invalid({name: [_("A price is not less than 0.")]})


@dataclass(frozen=True)
class Stretch:
    """Up to 24 hours of a stay: its minutes, the started hours of each step, and what it costs in 分."""

    minutes: int
    first_hours: int
    then_hours: int
    before_cap_fen: int
    fen: int


def stretches(tariff: Tariff, minutes: int) -> list[Stretch]:
    """A stay of whole `minutes` in stretches of 24 hours from the entry on, each with its price. Raises `Invalid`."""
    if not 0 <= minutes <= LONGEST_STAY:
        raise Invalid({"minutes": [_("A stay is between 0 minutes and 366 days.")]})
    lengths = [DAY_MINUTES] * (minutes // DAY_MINUTES)
    if minutes % DAY_MINUTES or not lengths:
        lengths.append(minutes % DAY_MINUTES)
    return [_stretch(tariff, length) for length in lengths]


def price(tariff: Tariff, minutes: int) -> int:
    """What a stay costs, in 分."""
    return sum(each.fen for each in stretches(tariff, minutes))


def _stretch(tariff: Tariff, minutes: int) -> Stretch:
    started = -(-minutes // 60) if minutes > tariff.free_minutes else 0
    first = min(started, tariff.first_hours)
    full = first * tariff.first_fen_per_hour + (started - first) * tariff.then_fen_per_hour
    capped = full if tariff.cap_fen_per_24h is None else min(full, tariff.cap_fen_per_24h)
    return Stretch(minutes, first, started - first, full, capped)
