"""One booking as staff see it, and what they do with it: cancel with a reason, move. The organiser is called about both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from core import (
    BooleanField,
    Conflict,
    after_post,
    current_actor,
    page,
    status_of,
    toast,
    view,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.booking import move_form, renamed
from plugins.rooms.views.desk_forms import DeskCancelForm
from plugins.rooms.views.forms import MoveForm


class DeskMoveForm(MoveForm):
    """Another time or room, as agreed on the telephone or not yet."""

    told = BooleanField(_("They know already, no call is needed"))


def way_back(otherwise: str) -> str:
    """The desk page that sent us here, named in the address as `back`; only pages of this module's desk."""
    wanted = request.args.get("back", "")
    return wanted if wanted.startswith(f"{base()}/desk") and wanted.isprintable() else otherwise


@blueprint.get("/desk/bookings/<int:occurrence_id>")
@view("rooms.desk")
def desk_booking(occurrence_id: int) -> Response:
    """Everything about one booking."""
    actor = current_actor()
    line, keys = service.occurrence_line(actor, occurrence_id), service.key_loans(actor, occurrence_id)
    return page(
        "rooms/desk/booking.html",
        line=line,
        needed=service.needed_by(actor, occurrence_id),
        may_check_in=service.may_check_in(actor, line),
        keys=keys,
        key_out=next((key for key in keys if key.back_at is None), None),
        base=base(),
        back=_day_of(line),
    )


def _day_of(line: service.Line) -> str:
    return way_back(f"{base()}/desk?date={line.date.isoformat()}")


@blueprint.route("/desk/bookings/<int:occurrence_id>/cancel", methods=["GET", "POST"])
@view("rooms.booking.cancel")
def desk_cancel(occurrence_id: int) -> Response:
    """Cancel somebody's booking; the organiser goes on the list of calls unless they know."""
    actor, form = current_actor(), DeskCancelForm.from_request()
    line = service.occurrence_line(actor, occurrence_id)
    if form.act_on_submit(
        lambda: service.cancel(actor, occurrence_id, reason=form.reason.data, told=bool(form.told.data))
    ):
        toast(_("Withdrawn.") if line.state == "requested" else _("Cancelled. The room is free for others now."))
        return after_post(_day_of(line))
    return page("rooms/desk/cancel.html", line=line, form=form, base=base(), back=_day_of(line), status=status_of(form))


@blueprint.route("/desk/bookings/<int:occurrence_id>/title", methods=["GET", "POST"])
@view("rooms.desk")
def desk_retitle(occurrence_id: int) -> Response:
    """What somebody's booking is for; what is confidential only its organiser says."""
    return renamed(occurrence_id, "rooms/desk/rename.html", f"{base()}/desk/bookings/{occurrence_id}")


@blueprint.route("/desk/bookings/<int:occurrence_id>/move", methods=["GET", "POST"])
@view("rooms.desk")
def desk_move(occurrence_id: int) -> Response:
    """Another time or room for somebody's booking; a taken time is answered with free ones."""
    line = service.occurrence_line(current_actor(), occurrence_id)
    form = move_form(DeskMoveForm, line)
    taken = None
    try:
        if form.act_on_submit(lambda: _move(occurrence_id, form)):
            toast(_("Moved."))
            return after_post(_day_of(line))
    except Conflict as conflict:
        taken = conflict
    return page(
        "rooms/desk/move.html",
        line=line,
        form=form,
        taken=taken,
        again=again_at(taken, {"told": "y"} if request.form.get("told") else {}),
        base=base(),
        back=_day_of(line),
        status=409 if taken else status_of(form),
    )


def _move(occurrence_id: int, form: MoveForm) -> dict[str, Any]:
    return service.move(
        current_actor(),
        occurrence_id,
        room_id=form.room_id.data,
        date=form.date.data.isoformat(),
        start=form.start.data,
        end=form.end.data,
        told=bool(form.data.get("told")),
    ).as_json()


def again_at(taken: Conflict | None, kept: Mapping[str, str]) -> list[tuple[Any, str, dict[str, Any]]]:
    """Each free time instead, with the address and the fields that take it with one tap; `kept` goes along."""
    if taken is None or taken.alternatives is None:
        return []
    found = [*taken.alternatives.times, *([taken.alternatives.elsewhere] if taken.alternatives.elsewhere else [])]
    return [
        (
            offer,
            request.full_path.rstrip("?"),
            {"room_id": offer.room_id, "date": offer.date, "start": offer.start, "end": offer.end, **kept},
        )
        for offer in found
    ]
