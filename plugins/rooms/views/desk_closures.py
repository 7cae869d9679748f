"""Closures 停用: which rooms are out of use and why; closing one, opening it again."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import MultiDict

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
from plugins.rooms.clock import hhmm, local_span
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import ClosureForm

MANAGE = "rooms.manage"


@blueprint.get("/desk/closures")
@view(MANAGE)
def desk_closures() -> Response:
    """What is closed now or will be; of what comes again and again, the next date."""
    closures = service.closures(current_actor())
    more = Counter(closed.series_id for closed in closures)
    first = {closed.series_id: closed.id for closed in reversed(closures)}
    found = [
        (closed, *_when(closed), more[closed.series_id] - 1 if closed.series_id else 0)
        for closed in closures
        if closed.series_id is None or first[closed.series_id] == closed.id
    ]
    return page("rooms/desk/closures.html", closures=found, base=base(), today=today())


def _when(closed: Any) -> tuple[Any, str, Any, str]:
    """First day and time, last day and time."""
    day, start, _end = local_span(closed.start_min, closed.start_min)
    last, _start, end = local_span(closed.end_min - 1, closed.end_min)
    return day, hhmm(start), last, hhmm(end)


@blueprint.route("/desk/closures/new", methods=["GET", "POST"])
@view(MANAGE)
def desk_closure_new() -> Response:
    """Close a room; bookings in the way are listed (409), each one tap from being moved or cancelled."""
    form = _form()
    in_the_way = None
    try:
        if form.act_on_submit(lambda: _close(form)):
            toast(_("The room is closed for that time."))
            return after_post(url(".desk_closures"))
    except service.BookingsInTheWay as error:
        in_the_way = error
    return page(
        "rooms/desk/closure_new.html",
        form=form,
        in_the_way=in_the_way,
        again=_again() if in_the_way else "",
        base=base(),
        status=409 if in_the_way else status_of(form),
    )


def _form() -> ClosureForm:
    usual = {"date": today().isoformat(), "start": "08:00", "end": "22:00"}
    form = ClosureForm(request.form if request.method == "POST" else MultiDict({**usual, **request.args.to_dict()}))
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
    return form


def _close(form: ClosureForm) -> None:
    last = form.last_date.data
    service.close(
        current_actor(),
        form.room_id.data,
        date=form.date.data.isoformat(),
        start=hhmm(form.start.data),
        # Midnight as an end is the end of that day, because a browser's field for times knows no 24:00.
        end=hhmm(form.end.data or 24 * 60),
        last_date=last.isoformat() if last else "",
        reason=form.reason.data,
    )


def _again() -> str:
    """The address of this form as it was filled in, to come back to once the bookings are out of the way."""
    kept = {name: request.form.get(name, "") for name in ("room_id", "date", "start", "last_date", "end", "reason")}
    return f"{base()}/desk/closures/new?{urlencode(kept)}"


@blueprint.post("/desk/closures/<int:closure_id>/lift")
@view(MANAGE)
def desk_closure_lift(closure_id: int) -> Response:
    """Open the room again."""
    submit_once(lambda: service.lift(current_actor(), closure_id))
    toast(_("The room can be booked again."))
    return after_post(url(".desk_closures"))
