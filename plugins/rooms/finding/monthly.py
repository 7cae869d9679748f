"""The monthly report on the use of rooms: figures, unmet demand, sentences, the trend. What each means is told where it is made."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core import Actor, today
from plugins.rooms.finding.unmet import Demand, unmet_demand
from plugins.rooms.finding.utilisation import Minutes, Utilisation, by_month, measure
from plugins.rooms.finding.utilisation_words import Sentence, organisations_without, sentences

VIEW = "rooms.utilisation.view"
TREND_MONTHS = 12
_MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")


@dataclass(frozen=True)
class Monthly:
    """One month: `trend` are the figures of the months up to it, by `YYYY-MM`, from the first in use."""

    first: datetime.date
    last: datetime.date
    found: Utilisation
    demand: list[Demand]
    sentences: list[Sentence]
    trend: dict[str, Minutes]


def month_of(text: str) -> datetime.date | None:
    """The first day of a month typed as `YYYY-MM`; None for anything else and for months to come."""
    found = _MONTH.match(text)
    if found is None:
        return None
    first = datetime.date(int(found[1]), int(found[2]), 1)
    return first if first <= today() else None


def monthly(actor: Actor, first: datetime.date, venue_id: int | None = None) -> Monthly:
    """The report of the month that begins on `first` (`rooms.utilisation.view`); the trend of one venue, or of all rooms."""
    actor.require(VIEW)
    community = str(actor.community)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    found, demand = measure(community, first, last), unmet_demand(community, first, last)
    without = organisations_without(community, first, last)
    since = first
    for _month in range(TREND_MONTHS - 1):
        since = (since - datetime.timedelta(days=1)).replace(day=1)
    trend = _since_used(by_month(community, since, last, venue_id))
    return Monthly(first, last, found, demand, sentences(found, demand, without), trend)


def _since_used(trend: dict[str, Minutes]) -> dict[str, Minutes]:
    """The months from the first on in which anything was used: before, nobody kept book here."""
    known = [month for month, minutes in trend.items() if minutes.used + minutes.unconfirmed]
    return {month: minutes for month, minutes in trend.items() if known and month >= known[0]}


def room_rows(actor: Actor, first: datetime.date) -> Iterator[tuple[str, str, bool, Minutes]]:
    """Venue, room, whether it is a hall (whose parts follow), and the figures of a month; for the workbook."""
    found = monthly(actor, first).found
    for room in found.plan.rooms.values():
        yield room.venue, room.name, room.id in found.plan.parts, found.of_room(room.id)
