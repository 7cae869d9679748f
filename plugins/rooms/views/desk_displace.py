"""The community needs a room that is booked: the reason, what it is needed for, and what is offered instead, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from core import (
    Conflict,
    StringField,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    toast,
    view,
)
from plugins.rooms import service
from plugins.rooms.clock import parse_day
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, times
from plugins.rooms.views.desk_booking import again_at, way_back
from plugins.rooms.views.forms import MoveForm


class DisplaceForm(MoveForm):
    """Why, what for, and the offer."""

    reason = StringField(
        _("Why"), required=True, longest=200, description=_("The organiser is told this, by telephone or in person.")
    )
    title = StringField(
        _("What the room is needed for"),
        longest=60,
        description=_("It is booked for this at once. Leave it empty, and the room is closed for this time."),
    )


@blueprint.route("/desk/bookings/<int:occurrence_id>/displace", methods=["GET", "POST"])
@view("rooms.booking.displace")
def desk_displace(occurrence_id: int) -> Response:
    """Take a booked room back and hold another time for whoever loses it."""
    line = service.occurrence_line(current_actor(), occurrence_id)
    rooms = service.rooms(current_community().code)
    there = f"{base()}/desk?date={line.date.isoformat()}"
    back = way_back(f"{base()}/desk/bookings/{occurrence_id}")
    return take_back(line, rooms, "rooms/desk/displace.html", back, there)


def take_back(line: service.Line, rooms: Sequence[Any], template: str, back: str, there: str) -> Response:
    """The page with the reason and the offer in one of `rooms`; `there` is where it leads once the room is taken back."""
    form, taken = _form(line, rooms), None
    try:
        if form.act_on_submit(lambda: _displace(line.id, form)):
            toast(_("The room is taken back. The organiser is on the list of calls."))
            return after_post(there)
    except Conflict as conflict:
        taken = conflict
    kept = {"reason": form.reason.data or "", "title": form.title.data or ""}
    known = {room.id for room in rooms}
    return page(
        template,
        line=line,
        form=form,
        taken=taken,
        again=[offer for offer in again_at(taken, kept) if offer[0].room_id in known],
        base=base(),
        back=back,
        status=409 if taken else status_of(form),
    )


def _form(line: service.Line, rooms: Sequence[Any]) -> DisplaceForm:
    """What was sent, or the best offer."""
    if request.method == "POST":
        form = DisplaceForm(request.form)
    else:
        known = {room.id for room in rooms}
        offers = service.offers_instead(current_actor(), line)
        best = next((offer for offer in offers if offer.room_id in known), None)
        form = DisplaceForm(
            room_id=best.room_id if best else line.room_id,
            date=parse_day(best.date) if best else line.date,
            start=best.start if best else line.start,
            end=best.end if best else line.end,
        )
    form.room_id.choices = [(room.id, room.name) for room in rooms]
    for field in (form.start, form.end):
        field.choices = times(field.data)
    return form


def _displace(occurrence_id: int, form: DisplaceForm) -> dict[str, Any]:
    return service.displace(
        current_actor(),
        occurrence_id,
        reason=form.reason.data or "",
        title=form.title.data or "",
        room_id=form.room_id.data,
        date=form.date.data.isoformat(),
        start=form.start.data,
        end=form.end.data,
    ).as_json()
