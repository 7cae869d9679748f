"""My bookings, with an account or with a guest's code."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import NotFound, after_post, current_actor, guest_codes, page, throttle, today, url, view
from plugins.rooms import service
from plugins.rooms.finding import ics
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, known_codes, remember_code
from plugins.rooms.views.forms import CodeForm


@blueprint.get("/mine")
@view(public=True)
def mine() -> Any:
    """What I have booked: to come and past; for guests what this browser has a code for."""
    actor = current_actor()
    lines = service.my_bookings(actor)
    shown = {line.id for line in lines}
    lines += [line for line in _guest_lines() if line.id not in shown]
    return page(
        "rooms/mine.html",
        ahead=sorted(lines, key=lambda line: line.start_min),
        past=service.my_bookings(actor, past=True),
        base=base(),
        today=today(),
    )


def _guest_lines() -> list[service.Line]:
    found = []
    for code in dict.fromkeys(known_codes().values()):
        try:
            found += service.booking_by_code(current_actor(), code)
        except NotFound:
            continue
    return found


@blueprint.get("/mine.ics")
@view("rooms.book")
def mine_calendar() -> Response:
    """My bookings to come, for the phone's calendar."""
    text = ics.calendar_text(service.my_bookings(current_actor()))
    return Response(text, mimetype="text/calendar", headers={"Content-Disposition": 'attachment; filename="linli.ics"'})


@blueprint.route("/code", methods=["GET", "POST"])
@view(public=True)
def code() -> Any:
    """A guest types the code from the slip."""
    form = CodeForm.from_request()
    if request.method == "POST" and form.validate():
        typed = guest_codes.normalised(form.code.data)
        attempt = throttle.begin(throttle.claim_key("rooms.code", typed), request.remote_addr or "")
        try:
            lines = service.booking_by_code(current_actor(), typed)
        except NotFound:
            form.code.errors = [
                *form.code.errors,
                str(_("No booking has this code. Please compare it with your slip, letter by letter.")),
            ]
        else:
            throttle.succeeded(attempt)
            for line in lines:
                remember_code(line.id, typed)
            return after_post(url(".booking", occurrence_id=lines[0].id))
    return page("rooms/code.html", form=form, base=base(), status=422 if form.errors else 200)
