"""The community needs a room that is booked: the reason, what it is needed for, and what is offered instead, on one page."""

from __future__ import annotations

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
        _("What the community needs the room for"),
        longest=60,
        description=_("It is booked for this at once. Leave it empty, and the room is closed for this time."),
    )


@blueprint.route("/desk/bookings/<int:occurrence_id>/displace", methods=["GET", "POST"])
@view("rooms.booking.displace")
def desk_displace(occurrence_id: int) -> Response:
    """Take a booked room back and hold another time for whoever loses it."""
    line = service.occurrence_line(current_actor(), occurrence_id)
    back = way_back(f"{base()}/desk/bookings/{occurrence_id}")
    form, taken = _form(line), None
    try:
        if form.act_on_submit(lambda: _displace(occurrence_id, form)):
            toast(_("The room is the community's. The organiser is on the list of calls."))
            return after_post(f"{base()}/desk?date={line.date.isoformat()}")
    except Conflict as conflict:
        taken = conflict
    kept = {"reason": form.reason.data or "", "title": form.title.data or ""}
    return page(
        "rooms/desk/displace.html",
        line=line,
        form=form,
        taken=taken,
        again=again_at(taken, kept),
        base=base(),
        back=back,
        status=409 if taken else status_of(form),
    )


def _form(line: service.Line) -> DisplaceForm:
    """What was sent, or the best offer."""
    if request.method == "POST":
        form = DisplaceForm(request.form)
    else:
        offers = service.offers_instead(current_actor(), line)
        best = offers[0] if offers else None
        form = DisplaceForm(
            room_id=best.room_id if best else line.room_id,
            date=parse_day(best.date) if best else line.date,
            start=best.start if best else line.start,
            end=best.end if best else line.end,
        )
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
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
