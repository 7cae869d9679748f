"""What the figures of a month say, in plain sentences: which rooms stand idle when, which hours to open or to close, whom no
room was found for. Nothing is counted here."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core import LazyText
from plugins.rooms.booking.slots import rows
from plugins.rooms.clock import day_bounds, hhmm
from plugins.rooms.finding.unmet import Demand
from plugins.rooms.finding.utilisation import NONE, Cell, Minutes, Utilisation
from plugins.rooms.texts import _, ngettext

IDLE = 0.1
"""A room or venue is idle in hours of which less than this part is used."""
SHORTEST_BAND = 2
LEAST_OFFERED = 4 * 60
LEAST_UNMET = 3
MOST = 5
WORKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
_DAYS = {WORKDAYS: _("Monday to Friday"), WEEKEND: _("on weekends")}


class Sentence(NamedTuple):
    """One finding. `kind` is what it is about: total, unconfirmed, idle, never, open, close, full or organisation."""

    kind: str
    text: LazyText


class Band(NamedTuple):
    """Hours of some weekdays, from `first` to `last` (exclusive), with their figures."""

    days: tuple[int, ...]
    first: int
    last: int
    minutes: Minutes


def sentences(found: Utilisation, demand: Sequence[Demand], without: Sequence[tuple[str, int]]) -> list[Sentence]:
    """The findings of a month, the most important first; `without` are organisations that got no room and how often."""
    total = found.of_venue()
    if not total.offered:
        return [Sentence("total", _("No room was open in this time, so there is nothing to count."))]
    return [
        *_total(total),
        *_idle(found),
        *_hours_to_close(found),
        *_demand(found, demand),
        *(
            Sentence(
                "organisation",
                ngettext(
                    "%(name)s asked for a room %(num)d time and got none.",
                    "%(name)s asked for a room %(num)d times and got none.",
                    count,
                    name=name,
                ),
            )
            for name, count in without[:MOST]
        ),
    ]


def in_hours(minutes: int) -> str:
    """Minutes as hours with at most one decimal: `12.5`."""
    return f"{minutes / 60:,.1f}".removesuffix(".0")


def _total(total: Minutes) -> list[Sentence]:
    words = _(
        "Rooms were open %(offered)s hours and used %(used)s hours: %(percent)d%%.",
        offered=in_hours(total.offered),
        used=in_hours(total.used),
        percent=total.percent or 0,
    )
    more = _("Another %(hours)s hours were booked, and nobody checked in.", hours=in_hours(total.unconfirmed))
    return [Sentence("total", words), *([Sentence("unconfirmed", more)] if total.unconfirmed else [])]


# --------------------------------------------------------------------------- idle rooms and hours


def bands(cells: Mapping[Cell, Minutes]) -> list[Band]:
    """Runs of hours that are offered and hardly used, on workdays and on weekends; each as long as it can be."""
    found = []
    for days in (WORKDAYS, WEEKEND):
        by_hour = [_at(cells, days, hour) for hour in range(24)]
        first = None
        for hour in range(25):
            idle = hour < 24 and by_hour[hour].offered > 0 and (by_hour[hour].rate or 0) < IDLE
            if idle and first is None:
                first = hour
            elif not idle and first is not None:
                minutes = _together(by_hour[first:hour])
                if hour - first >= SHORTEST_BAND and minutes.offered >= LEAST_OFFERED:
                    found.append(Band(days, first, hour, minutes))
                first = None
    return sorted(found, key=lambda band: band.minutes.used - band.minutes.offered)


def _at(cells: Mapping[Cell, Minutes], days: Iterable[int], hour: int) -> Minutes:
    return _together([cells.get((day, hour), NONE) for day in days])


def _together(found: Iterable[Minutes]) -> Minutes:
    total = NONE
    for each in found:
        total = total.plus(each)
    return total


def _idle(found: Utilisation) -> list[Sentence]:
    """Rooms nobody used at all, and the idlest time of each of the others; rooms of which the same is to be said together."""
    never, idle = [], []
    for room in found.counted():
        total = found.of_room(room.id)
        if total.offered >= LEAST_OFFERED and not total.used + total.unconfirmed:
            never.append((total.offered, room))
            continue
        for band in bands(found.cells.get(room.id, {}))[:1]:
            idle.append((band.minutes.offered - band.minutes.used, room, band))
    unused = [room.name for _offered, room in sorted(never, key=lambda each: (-each[0], each[1].id))]
    told = [Sentence("never", _("%(rooms)s: not used once.", rooms="、".join(unused)))] if unused else []
    alike: dict[tuple[Band, int], list[str]] = {}
    for _idle_minutes, room, band in sorted(idle, key=lambda each: (-each[0], each[1].id)):
        alike.setdefault((band._replace(minutes=NONE), band.minutes.percent or 0), []).append(room.name)
    return told + [
        Sentence(
            "idle",
            _(
                "%(room)s stands idle %(days)s from %(first)s to %(last)s: %(percent)d%% used.",
                room="、".join(names),
                days=_DAYS[band.days],
                first=hhmm(band.first * 60),
                last=hhmm(band.last * 60),
                percent=percent,
            ),
        )
        for (band, percent), names in list(alike.items())[:MOST]
    ]


def _hours_to_close(found: Utilisation) -> list[Sentence]:
    """错时: hours in which a whole venue is hardly used, while its doors are open."""
    told = []
    for venue_id, name in {room.venue_id: room.venue for room in found.counted()}.items():
        for band in bands(found.heat(venue_id))[:1]:
            told.append(
                Sentence(
                    "close",
                    _(
                        "%(venue)s is hardly used %(days)s from %(first)s to %(last)s. These hours could be given to others.",
                        venue=name,
                        days=_DAYS[band.days],
                        first=hhmm(band.first * 60),
                        last=hhmm(band.last * 60),
                    ),
                )
            )
    return told


# --------------------------------------------------------------------------- unmet demand


def _demand(found: Utilisation, demand: Sequence[Demand]) -> list[Sentence]:
    """When people found no room: then it was shut, which hours could mend, or everything was taken."""
    wanted: Counter[tuple[tuple[int, ...], int]] = Counter()
    for each in demand:
        wanted[WORKDAYS if each.day.weekday() in WORKDAYS else WEEKEND, each.hour] += each.times
    heat, told = found.heat(), []
    for (days, hour), count in sorted(wanted.items(), key=lambda each: (-each[1], each[0]))[:MOST]:
        if count < LEAST_UNMET:
            continue
        told.append(_wanted(days, hour, count, _at(heat, days, hour).offered > 0))
    return told


def _wanted(days: tuple[int, ...], hour: int, count: int, is_open: bool) -> Sentence:
    given = {"days": _DAYS[days], "first": hhmm(hour * 60), "last": hhmm(hour * 60 + 60), "count": count}
    if is_open:
        return Sentence(
            "full", _("%(days)s from %(first)s to %(last)s, %(count)d searches found no free room.", **given)
        )
    return Sentence(
        "open",
        _(
            "%(days)s from %(first)s to %(last)s, %(count)d searches found no room, because nothing is open then: opening "
            "would help.",
            **given,
        ),
    )


_ASKED = """
    SELECT b.organisation, COUNT(*),
        SUM(CASE WHEN o.state IN ('held', 'confirmed', 'checked_in', 'finished', 'unattended') THEN 1 ELSE 0 END)
    FROM rooms_occurrence o JOIN rooms_booking b ON b.community=o.community AND b.id=o.booking_id
    WHERE o.community=? AND o.start_min>=? AND o.start_min<? AND b.organisation<>'' AND b.confidential=0
        AND o.state NOT IN ('withdrawn', 'cancelled', 'requested')
    GROUP BY b.organisation ORDER BY COUNT(*) DESC, b.organisation
"""


def organisations_without(community: str, first: datetime.date, last: datetime.date) -> list[tuple[str, int]]:
    """Organisations that asked for a room in these days and had none, with how often they asked."""
    found = rows(_ASKED, community, day_bounds(first)[0], day_bounds(last)[1])
    return [(str(name), int(asked)) for name, asked, had in found if not had]
