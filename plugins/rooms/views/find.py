"""Finding a room: the day, the week of one room, a search by time, and what is free right now."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

from flask import request

from core import (
    Invalid,
    Ref,
    current_actor,
    current_community,
    get_setting,
    notices_about,
    page,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.booking.rules import read_time
from plugins.rooms.clock import day_bounds
from plugins.rooms.finding import grid
from plugins.rooms.views.base import asked_day, base, blueprint, this_browser, times
from plugins.rooms.views.forms import FindForm

MOST_FEATURES = 20
FEW_ROOMS = 4
"""So many rooms are soon scrolled through on a phone; with more, links lead to each."""


def carried() -> str:
    """The part of an address that keeps for whom staff are looking."""
    person = request.args.get("for", "")
    return f"&for={quote(person, safe='')}" if person else ""


@blueprint.get("/day")
@view(public=True)
def day() -> Any:
    """Every room on one day; each free hour is one tap from being booked."""
    date = asked_day()
    days = service.day(current_actor(), date)
    hours = grid.hours_shown(days)
    step = get_setting("rooms.step", current_community().code)
    return page(
        "rooms/day.html",
        date=date,
        days=tuple(date_link(date + datetime.timedelta(days=offset), date) for offset in range(-1, 6)),
        hours=[f"{hour:02d}:00" for hour in hours],
        rows=grid.rows(days, hours, base(), step, carried()),
        jumps=tuple((each.room.id, each.room.name) for each in days) if len(days) > FEW_ROOMS else (),
        base=base(),
        carried=carried(),
        today=today(),
    )


def date_link(date: datetime.date, chosen: datetime.date) -> tuple[datetime.date, str, bool]:
    """A day of the strip above the grid: the day, its address, whether it is the one shown."""
    return date, f"{base()}/day?date={date.isoformat()}{carried()}", date == chosen


@blueprint.get("/<int:room_id>")
@view(public=True)
def room(room_id: int) -> Any:
    """One room: what it has, when it is open, and its week."""
    date = max(asked_day(), today())
    days = service.week(current_actor(), room_id, date)
    hours = grid.hours_shown(days)
    step = get_setting("rooms.step", current_community().code)
    first = days[0].day
    room = service.find_room(current_community().code, room_id)
    return page(
        "rooms/room.html",
        room=room,
        venue=service.find_venue(current_community().code, room.venue_id),
        photos=service.photos(current_community().code, room_id),
        place=service.place_of(current_community().code, room_id),
        notices=notices_about(current_actor(), Ref("rooms.room", current_community().code, room_id)),
        closed=_closed(room_id, days),
        first=first,
        before=(first - datetime.timedelta(days=7)).isoformat() if first > today() else None,
        after=(first + datetime.timedelta(days=7)).isoformat(),
        hours=[f"{hour:02d}:00" for hour in hours],
        rows=grid.rows(days, hours, base(), step, carried()),
        base=base(),
        today=today(),
    )


def _closed(room_id: int, days: list[service.RoomDay]) -> list[tuple[int, int, str]]:
    """The closures of the week shown, from–to in UTC minutes and why; asked for only where there are some."""
    if not any(part.kind == "closed" for each in days for part in each.taken):
        return []
    first, last = day_bounds(days[0].day)[0], day_bounds(days[-1].day)[1]
    found = service.closures(current_actor(), room_id)
    return [
        (each.start_min, each.end_min, each.reason) for each in found if each.start_min < last and each.end_min > first
    ]


@blueprint.get("/free")
@view(public=True)
def free() -> Any:
    """The rooms that are free for a time, the least used first."""
    asked = "start" in request.args
    form = (
        FindForm(request.args)
        if asked
        else FindForm(date=today() + datetime.timedelta(days=1), start="09:00", end="10:00")
    )
    for field in (form.start, form.end):
        field.choices = times(field.data)
    known = _features()
    form.features.data = (form.features.data or [])[:MOST_FEATURES]
    form.features.choices = [(each, each) for each in dict.fromkeys([*known, *form.features.data])]
    found: list[service.Found] | None = None
    lent: list[str] = []
    if asked and form.validate():
        try:
            found = service.find_free(
                current_actor(), form.date.data.isoformat(), form.start.data, form.end.data, form.people.data,
                form.features.data,
            )  # fmt: skip
        except Invalid as error:
            form.accept(error)
        else:
            _note_unmet(form, found, known)
            lent = service.free_equipment(
                current_actor(), read_time(form.date.data.isoformat(), form.start.data, form.end.data)
            )
    return page(
        "rooms/free.html",
        form=form,
        found=found,
        lent=lent,
        for_key=request.args.get("for", ""),
        query=f"date={form.date.data}&start={form.start.data}&end={form.end.data}{carried()}",
        wait_query="".join(f"&features={quote(each, safe='')}" for each in form.features.data or []),
        people=form.people.data,
        base=base(),
        status=422 if form.errors else 200,
    )


def _features() -> list[str]:
    """What rooms here have."""
    return list(dict.fromkeys(feature for room in service.rooms(current_community().code) for feature in room.features))


def _note_unmet(form: FindForm, found: list[service.Found], known: list[str]) -> None:
    """Count a search that found nothing, for the report on utilisation; who searched, and what they typed, is not kept."""
    if not found:
        wish = read_time(form.date.data.isoformat(), form.start.data, form.end.data)
        asked = [each for each in form.features.data or [] if each in known]
        service.no_room(current_community().code, "search", wish, form.people.data, asked, who=this_browser())


@blueprint.get("/now")
@view(public=True)
def free_now() -> Any:
    """Free now, walk in: for the poster at the door."""
    found = service.free_now(current_actor())
    opens = None if found else service.opens_next(current_community().code)
    return page("rooms/now.html", found=found, opens=opens, base=base(), find_url=url(".free"))
