"""Opening hours: each weekday's, those of single dates, and whether they hold on statutory holidays."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any

from flask import Response, request

from core import (
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.clock import parse_day
from plugins.rooms.models import Opening, Room, Venue
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import DayHoursForm, WeekForm

MANAGE = "rooms.manage"
_COPIES = {"workdays": range(1, 5), "week": range(1, 7)}


@blueprint.route("/desk/hours/<int:venue_id>", methods=["GET", "POST"])
@view(MANAGE)
def desk_hours(venue_id: int) -> Response:
    """The weekly hours of a venue, its dates with hours of their own and the holiday switch."""
    venue = service.find_venue(current_community().code, venue_id)
    return _week_page(venue, None)


@blueprint.route("/desk/hours/<int:venue_id>/rooms/<int:room_id>", methods=["GET", "POST"])
@view(MANAGE)
def desk_room_hours(venue_id: int, room_id: int) -> Response:
    """The weekly hours of one room that differ from its venue's; empty means the venue's hold."""
    code = current_community().code
    return _week_page(service.find_venue(code, venue_id), service.find_room(code, room_id))


def _week_page(venue: Venue, room: Room | None) -> Response:
    actor, code, form = current_actor(), current_community().code, WeekForm.from_request()
    room_id = room.id if room else None
    own = service.weekly_hours(code, venue.id, room_id)
    if request.method == "GET":
        form.fill(own if any(own.values()) else service.weekly_hours(code, venue.id))
    elif "copy" in request.form:
        form.validate()
        form.copy_monday(_COPIES.get(request.form["copy"], ()))
    elif form.act_on_submit(lambda: service.set_week(actor, venue.id, form.week(), room_id=room_id)):
        toast(_("Saved. Bookings already made stay as they are."))
        return after_post(_address(venue.id, room_id))
    return page(
        "rooms/desk/hours.html",
        form=form,
        venue=venue,
        room=room,
        is_own=any(own.values()),
        rooms=service.rooms(code, venue.id),
        dates=_dates(venue) if room is None else [],
        outside=_outside(venue.id, room_id) if request.method == "GET" else [],
        base=base(),
        here=_address(venue.id, room_id),
        today=today(),
        status=status_of(form),
    )


def _outside(venue_id: int, room_id: int | None = None, day: datetime.date | None = None) -> list[service.Line]:
    """The bookings that the hours do not cover, for those who may see bookings."""
    actor = current_actor()
    found = service.outside_hours(actor, venue_id, day=day) if actor.can("rooms.desk") else []
    return [line for line in found if room_id is None or line.room_id == room_id]


def _address(venue_id: int, room_id: int | None) -> str:
    if room_id is None:
        return url(".desk_hours", venue_id=venue_id)
    return url(".desk_room_hours", venue_id=venue_id, room_id=room_id)


@blueprint.post("/desk/hours/<int:venue_id>/rooms/<int:room_id>/usual")
@view(MANAGE)
def desk_room_hours_usual(venue_id: int, room_id: int) -> Response:
    """The hours of the venue hold for the room again."""
    submit_once(lambda: service.set_week(current_actor(), venue_id, {}, room_id=room_id))
    toast(_("The hours of the venue hold for this room again."))
    return after_post(_address(venue_id, room_id))


@blueprint.post("/desk/hours/<int:venue_id>/holidays")
@view(MANAGE)
def desk_holidays(venue_id: int) -> Response:
    """Whether the usual hours hold on statutory holidays."""
    wanted = request.form.get("open") == "yes"
    submit_once(lambda: _set_holidays(venue_id, wanted))
    toast(_("Open on statutory holidays as usual.") if wanted else _("Closed on statutory holidays."))
    return after_post(url(".desk_hours", venue_id=venue_id))


def _set_holidays(venue_id: int, wanted: bool) -> None:
    service.edit_venue(current_actor(), venue_id, open_on_holidays=wanted)


# --------------------------------------------------------------------------- single dates


def _dates(venue: Venue) -> list[tuple[datetime.date, str, int, str, str]]:
    """Each date with hours of its own from today on: day, for which room, its key (0: the venue), hours, reason."""
    names = {room.id: room.name for room in service.rooms(venue.community, venue.id)}
    found = service.dated_hours(venue.community, venue.id, today())

    def one(item: Opening) -> tuple[datetime.date, int]:
        return item.day, item.room_id or 0

    return [
        (
            day,
            names.get(room_id, "") if room_id else str(_("The whole venue")),
            room_id,
            _hours_of([(item.start_min, item.end_min) for item in items if item.end_min > item.start_min]),
            items[0].reason,
        )
        for (day, room_id), items in ((key, list(group)) for key, group in groupby(sorted(found, key=one), key=one))
    ]


def _hours_of(intervals: list[tuple[int, int]]) -> str:
    return service.hours_text(intervals) if intervals else str(_("closed"))


@blueprint.route("/desk/hours/<int:venue_id>/dates", methods=["GET", "POST"])
@view(MANAGE)
def desk_date_hours(venue_id: int) -> Response:
    """Hours of its own for one date; bookings they no longer cover are shown, each one tap from being moved."""
    code = current_community().code
    venue = service.find_venue(code, venue_id)
    form = DayHoursForm.from_request(day=parse_day(request.args.get("day", "")), room_id=0)
    form.room_id.choices = [
        (0, _("The whole venue")),
        *((room.id, room.name) for room in service.rooms(code, venue_id)),
    ]
    if form.act_on_submit(lambda: _set_date(venue_id, form)):
        toast(_("Saved. Bookings already made stay as they are."))
        if _outside(venue_id, day=form.day.data):
            return after_post(url(".desk_date_hours", venue_id=venue_id, day=form.day.data.isoformat()))
        return after_post(url(".desk_hours", venue_id=venue_id))
    shown = form.day.data if request.method == "GET" else None
    return page(
        "rooms/desk/date_hours.html",
        form=form,
        venue=venue,
        outside=_outside(venue_id, day=shown) if shown else [],
        base=base(),
        here=request.full_path.rstrip("?"),
        status=status_of(form),
    )


def _set_date(venue_id: int, form: Any) -> None:
    service.set_day(
        current_actor(),
        venue_id,
        form.day.data,
        form.intervals("day"),
        room_id=form.room_id.data or None,
        reason=form.reason.data or "",
    )


@blueprint.post("/desk/hours/<int:venue_id>/dates/remove")
@view(MANAGE)
def desk_date_usual(venue_id: int) -> Response:
    """The usual hours hold on a date again."""
    day = parse_day(request.form.get("day", ""))
    if day is not None:
        room_id = request.form.get("room_id", 0, type=int) or None
        submit_once(lambda: service.set_day(current_actor(), venue_id, day, None, room_id=room_id))
        toast(_("The usual hours hold on that date again."))
    return after_post(url(".desk_hours", venue_id=venue_id))
