"""Posters for doors and halls: A4, a QR code to the page of its door, its rules and hours. One room, or a whole venue at once."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import absolute_url, current_community, page, qr_svg, view
from plugins.rooms import service
from plugins.rooms.clock import span
from plugins.rooms.models import Room, Venue
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, length_text
from plugins.rooms.views.desk_forms import WEEKDAYS


@blueprint.get("/desk/posters")
@view("rooms.desk")
def desk_posters() -> Response:
    """Which posters can be printed."""
    code = current_community().code
    rooms = service.rooms(code)
    return page(
        "rooms/desk/posters.html",
        venues=[(venue, [room for room in rooms if room.venue_id == venue.id]) for venue in service.venues(code)],
        address=_reach(""),
        base=base(),
    )


@blueprint.get("/desk/posters/rooms/<int:room_id>")
@view("rooms.desk")
def desk_poster(room_id: int) -> Response:
    """The poster of one room."""
    room = service.find_room(current_community().code, room_id)
    return _print([_room_sheet(room)], service.find_venue(room.community, room.venue_id))


@blueprint.get("/desk/posters/venues/<int:venue_id>")
@view("rooms.desk")
def desk_venue_posters(venue_id: int) -> Response:
    """The posters of a venue: what is free now for its hall, then one for each of its rooms."""
    venue = service.find_venue(current_community().code, venue_id)
    rooms = service.rooms(venue.community, venue_id)
    return _print([_hall_sheet(venue), *(_room_sheet(room) for room in rooms)], venue)


def _print(sheets: list[dict[str, Any]], venue: Venue) -> Response:
    return page("rooms/poster.html", sheets=sheets, venue=venue, base=base(), length_text=length_text)


def _hall_sheet(venue: Venue) -> dict[str, Any]:
    address = _reach("/now")
    return {
        "room": None,
        "title": venue.name,
        "address": address,
        "matrix": qr_svg(address),
        "hours": _week_words(service.weekly_hours(venue.community, venue.id)),
    }


def _room_sheet(room: Room) -> dict[str, Any]:
    address = _reach(f"/{room.id}/here")
    own = service.weekly_hours(room.community, room.venue_id, room.id)
    hours = own if any(own.values()) else service.weekly_hours(room.community, room.venue_id)
    return {
        "room": room,
        "title": room.name,
        "address": address,
        "matrix": qr_svg(address),
        "hours": _week_words(hours),
    }


def _reach(path: str) -> str:
    """An address of the module as a phone on the LAN can open it."""
    return absolute_url(base() + path)


def _week_words(week: dict[int, list[tuple[int, int]]]) -> list[tuple[str, list[str]]]:
    """The weekly hours in few lines: days that have the same hours one after the other stand together."""
    lines: list[tuple[int, int, list[tuple[int, int]]]] = []
    for weekday in range(7):
        if lines and lines[-1][2] == week[weekday]:
            lines[-1] = (lines[-1][0], weekday, week[weekday])
        else:
            lines.append((weekday, weekday, week[weekday]))
    return [
        (
            str(WEEKDAYS[first]) if first == last else f"{WEEKDAYS[first]}–{WEEKDAYS[last]}",
            [span(*interval) for interval in hours] or [str(_("closed"))],
        )
        for first, last, hours in lines
    ]
