"""The desk's part of coming and leaving: one tap for who came or did not, how many, keys, past use."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import (
    Refused,
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
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, times
from plugins.rooms.views.desk_booking import way_back
from plugins.rooms.views.desk_forms import CameForm, KeyForm, PastUseForm

DESK = "rooms.desk"


def _day_of(line: service.Line) -> str:
    return way_back(f"{base()}/desk?date={line.date.isoformat()}")


def _open(occurrence_id: int) -> str:
    return way_back(url(".desk_booking", occurrence_id=occurrence_id))


# --------------------------------------------------------------------------- one tap


@blueprint.post("/desk/bookings/<int:occurrence_id>/check-in")
@view(DESK)
def desk_check_in(occurrence_id: int) -> Response:
    """They have come; can be taken back."""
    line = service.occurrence_line(current_actor(), occurrence_id)
    submit_once(lambda: service.check_in(current_actor(), occurrence_id).as_json())
    toast(_("Checked in."), undo_url=url(".desk_undo_check_in", occurrence_id=occurrence_id))
    return after_post(_day_of(line))


@blueprint.post("/desk/bookings/<int:occurrence_id>/undo-check-in")
@view(DESK)
def desk_undo_check_in(occurrence_id: int) -> Response:
    """It was the wrong line."""
    submit_once(lambda: service.undo_check_in(current_actor(), occurrence_id))
    toast(_("Check-in taken back."))
    return after_post(_open(occurrence_id))


@blueprint.post("/desk/bookings/<int:occurrence_id>/missed")
@view(DESK)
def desk_missed(occurrence_id: int) -> Response:
    """没来; can be taken back."""
    submit_once(lambda: service.mark_missed(current_actor(), occurrence_id).as_json())
    toast(_("Noted: nobody came."), undo_url=url(".desk_undo_missed", occurrence_id=occurrence_id))
    return after_post(_open(occurrence_id))


@blueprint.post("/desk/bookings/<int:occurrence_id>/undo-missed")
@view(DESK)
def desk_undo_missed(occurrence_id: int) -> Response:
    """They may have come after all."""
    submit_once(lambda: service.undo_missed(current_actor(), occurrence_id).as_json())
    toast(_("Taken back."))
    return after_post(_open(occurrence_id))


# --------------------------------------------------------------------------- how many came


@blueprint.route("/desk/bookings/<int:occurrence_id>/came", methods=["GET", "POST"])
@view(DESK)
def desk_came(occurrence_id: int) -> Response:
    """How many came: ends what goes on, confirms what nobody checked in to, or corrects the number."""
    line = service.occurrence_line(current_actor(), occurrence_id)
    form = CameForm.from_request(people=line.people_came)
    if form.act_on_submit(lambda: _came(line, form.people.data)):
        toast(_("Noted."))
        return after_post(_open(occurrence_id))
    return page(
        "rooms/desk/came.html", line=line, form=form, base=base(), back=_open(occurrence_id), status=status_of(form)
    )


def _came(line: service.Line, people: int | None) -> None:
    actor = current_actor()
    if line.state == "finished":
        service.note_people(actor, line.id, people)
    elif line.state == "unattended":
        service.attest(actor, line.id, people=people)
    else:
        service.finish(actor, line.id, people=people)


# --------------------------------------------------------------------------- keys


@blueprint.route("/desk/bookings/<int:occurrence_id>/key", methods=["GET", "POST"])
@view(DESK)
def desk_key(occurrence_id: int) -> Response:
    """Hand the key out."""
    actor = current_actor()
    line = service.occurrence_line(actor, occurrence_id)
    form = KeyForm.from_request(taker=line.organiser)
    if form.act_on_submit(lambda: service.hand_out_key(actor, occurrence_id, form.taker.data or "").id):
        toast(_("The key is handed out."))
        return after_post(_open(occurrence_id))
    return page(
        "rooms/desk/key.html", line=line, form=form, base=base(), back=_open(occurrence_id), status=status_of(form)
    )


@blueprint.post("/desk/bookings/<int:occurrence_id>/key-back")
@view(DESK)
def desk_key_back(occurrence_id: int) -> Response:
    """The key is back; who was checked in has left."""
    if submit_once(lambda: service.take_key_back(current_actor(), occurrence_id)):
        toast(_("The key is back, and the booking is finished."))
    else:
        toast(_("The key is back."))
    return after_post(_open(occurrence_id))


# --------------------------------------------------------------------------- past use


@blueprint.route("/desk/past-use", methods=["GET", "POST"])
@view(DESK)
def desk_past_use() -> Response:
    """补录: a room was used and nobody had booked it."""
    form = PastUseForm.from_request(date=today(), start="09:00", end="10:00")
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
    for field in (form.start, form.end):
        field.choices = times(field.data)
    refused = None
    try:
        if form.act_on_submit(lambda: _enter(form)):
            toast(_("Entered."))
            return after_post(f"{base()}/desk?date={form.date.data.isoformat()}")
    except Refused as error:
        refused = error
    status = refused.status if refused else status_of(form)
    return page("rooms/desk/past_use.html", form=form, refused=refused, base=base(), status=status)


def _enter(form: PastUseForm) -> dict[str, Any]:
    used = service.BookingRequest(
        date=form.date.data.isoformat(),
        start=form.start.data,
        end=form.end.data,
        title=form.title.data or "",
        people=form.people.data,
        guest_name=form.guest_name.data or "",
    )
    return service.enter_past_use(current_actor(), form.room_id.data, used).as_json()
