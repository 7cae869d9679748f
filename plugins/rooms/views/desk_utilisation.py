"""利用率: how the rooms are used, month by month, on the desk and on paper."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, request

from core import current_actor, page, today, view
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import WEEKDAYS

PERMISSION = "rooms.utilisation.view"
LEVELS = (0.0, 0.1, 0.3, 0.5, 0.7)
"""The shades of the heat map begin at these rates."""


@blueprint.get("/desk/utilisation")
@view(PERMISSION)
def desk_utilisation() -> Response:
    """A month in sentences, the heat map, the rooms, and what nobody found."""
    return page("rooms/desk/utilisation.html", **_shown(_asked_month()))


@blueprint.get("/desk/utilisation/print")
@view(PERMISSION)
def desk_utilisation_print() -> Response:
    """The month on A4."""
    return page("rooms/utilisation_print.html", printed=today(), **_shown(_asked_month()))


def _asked_month() -> datetime.date:
    """The first day of the month of the address; this month unless it names one, and never one to come."""
    return service.month_of(request.args.get("month", "")) or today().replace(day=1)


def _shown(first: datetime.date) -> dict[str, Any]:
    actor = current_actor()
    venue_id = _number_of("v")
    report = service.monthly(actor, first, venue_id)
    found = report.found
    venues = {room.venue_id: room.venue for room in found.plan.rooms.values()}
    chosen = found.plan.rooms.get(_number_of("") or 0)
    heat = found.heat(venue_id=venue_id if venue_id in venues else None, room_id=chosen.id if chosen else None)
    hours = sorted({hour for _day, hour in heat})
    return {
        "report": report,
        "first": first,
        "before": (first - datetime.timedelta(days=1)).replace(day=1),
        "after": report.last + datetime.timedelta(days=1) if first < today().replace(day=1) else None,
        "total": found.of_venue(),
        "rooms": [(room, found.of_room(room.id), room.id in found.plan.parts) for room in found.plan.rooms.values()],
        "venues": list(venues.items()),
        "chosen": chosen.name if chosen else venues.get(venue_id or 0),
        "where": request.args.get("room", ""),
        "hours": _span(hours),
        "heat": [(name, [_cell(heat.get((day, hour))) for hour in _span(hours)]) for day, name in enumerate(WEEKDAYS)],
        "unmet": _unmet(report.demand),
        "in_hours": service.in_hours,
        "base": base(),
    }


def _number_of(mark: str) -> int | None:
    """What the page is asked to look at: a room by its number, a venue (`mark` is `v`) by `v` and its number."""
    asked = request.args.get("room", "")
    number = asked.removeprefix(mark)
    return (
        int(number) if asked.startswith(mark) and number.isascii() and number.isdecimal() and len(number) < 10 else None
    )


def _span(hours: list[int]) -> range:
    return range(hours[0], hours[-1] + 1) if hours else range(0)


def _cell(minutes: service.Minutes | None) -> tuple[int | None, int]:
    """The percentage of a field of the heat map (None: not open then) and its shade, 0 for hardly used."""
    if minutes is None or minutes.rate is None:
        return None, 0
    return minutes.percent, max(number for number, least in enumerate(LEVELS) if minutes.rate >= least)


def _unmet(demand: list[service.Demand]) -> list[tuple[str, str, int, str, int]]:
    """Unmet demand by weekday, hour, size and equipment, the most wanted first."""
    found: dict[tuple[int, int, int, str], int] = {}
    for each in demand:
        key = (each.day.weekday(), each.hour, each.people, each.features)
        found[key] = found.get(key, 0) + each.times
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (str(WEEKDAYS[day]), f"{hour:02d}:00", people, features or str(_("nothing special")), count)
        for (day, hour, people, features), count in ranked[:20]
    ]
