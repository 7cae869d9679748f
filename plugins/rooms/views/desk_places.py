"""Venues, rooms, parts of halls and quotas, as the office keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from core import (
    Actor,
    Invalid,
    Refused,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.models import Venue
from plugins.rooms.places.new_venue import CLOSES, OPENS
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import NewVenueForm, QuotaForm, RoomForm, VenueForm

MANAGE = "rooms.manage"


# --------------------------------------------------------------------------- venues


@blueprint.get("/desk/venues")
@view(MANAGE)
def desk_venues() -> Response:
    """Every venue with its rooms."""
    code = current_community().code
    rooms = service.rooms(code)
    return page(
        "rooms/desk/venues.html",
        venues=[(venue, [room for room in rooms if room.venue_id == venue.id]) for venue in service.venues(code)],
        base=base(),
    )


@blueprint.route("/desk/venues/new", methods=["GET", "POST"])
@view(MANAGE)
def desk_venue_new() -> Response:
    """A venue with its hours and first room: bookable at once."""
    form = NewVenueForm.from_request(opens=OPENS, closes=CLOSES)
    if request.method == "POST" and form.validate():
        try:
            room = submit_once(lambda: _start(current_actor(), form))
        except Invalid as error:
            form.accept(error)
        else:
            toast(_("Entered. Residents can book this room now; print its poster next."))
            return after_post(url(".desk_poster", room_id=room))
    return page("rooms/desk/venue_new.html", form=form, base=base(), status=status_of(form))


def _start(actor: Actor, form: NewVenueForm) -> int:
    hours = service.FirstHours(form.opens.data, form.closes.data, bool(form.weekend.data))
    room = service.start_venue(
        actor,
        name=form.name.data,
        address=form.address.data or "",
        hours=hours,
        room=form.room.data,
        seats=form.seats.data,
    )
    return int(room.id)


@blueprint.route("/desk/venues/<int:venue_id>/edit", methods=["GET", "POST"])
@view(MANAGE)
def desk_venue_edit(venue_id: int) -> Response:
    """What is told of a venue."""
    venue = service.find_venue(current_community().code, venue_id)
    form = VenueForm(request.form) if request.method == "POST" else VenueForm(obj=venue)
    if form.act_on_submit(lambda: _edit_venue(venue, form)):
        toast(_("Saved."))
        return after_post(url(".desk_venues"))
    return page("rooms/desk/venue_edit.html", form=form, venue=venue, base=base(), status=status_of(form))


def _edit_venue(venue: Venue, form: VenueForm) -> None:
    values = {name: "" if value is None and name != "area_m2" else value for name, value in form.data.items()}
    service.edit_venue(current_actor(), venue.id, **values)


@blueprint.route("/desk/venues/<int:venue_id>/remove", methods=["GET", "POST"])
@view(MANAGE)
def desk_venue_remove(venue_id: int) -> Response:
    """Take a venue out of use, after one question."""
    venue = service.find_venue(current_community().code, venue_id)
    return _remove(venue.name, lambda: service.remove_venue(current_actor(), venue_id))


# --------------------------------------------------------------------------- rooms


@blueprint.route("/desk/venues/<int:venue_id>/rooms/new", methods=["GET", "POST"])
@view(MANAGE)
def desk_room_new(venue_id: int) -> Response:
    """A room, or a part of the hall named by `part_of`."""
    code = current_community().code
    venue, part_of = service.find_venue(code, venue_id), request.args.get("part_of", type=int)
    hall = service.find_room(code, part_of) if part_of else None
    form = RoomForm(request.form) if request.method == "POST" else _new_room_form()
    if form.act_on_submit(lambda: service.add_room(current_actor(), venue_id, part_of=part_of, **form.values()).id):
        toast(_("Entered. Residents can find this room now."))
        return after_post(url(".desk_venues"))
    return page(
        "rooms/desk/room_edit.html", form=form, venue=venue, hall=hall, room=None, base=base(), status=status_of(form)
    )


def _new_room_form() -> RoomForm:
    return RoomForm(
        min_minutes=30, max_minutes=240, ahead_days=60, buffer_before=0, buffer_after=0, bookable_by="anyone"
    )


@blueprint.route("/desk/rooms/<int:room_id>/edit", methods=["GET", "POST"])
@view(MANAGE)
def desk_room_edit(room_id: int) -> Response:
    """Everything about a room."""
    code = current_community().code
    room = service.find_room(code, room_id)
    form = RoomForm(request.form) if request.method == "POST" else RoomForm.of(room)
    if form.act_on_submit(lambda: _edit_room(room_id, form)):
        toast(_("Saved. Bookings already made keep their time."))
        return after_post(url(".desk_venues"))
    return page(
        "rooms/desk/room_edit.html",
        form=form,
        room=room,
        venue=service.find_venue(code, room.venue_id),
        hall=service.find_room(code, room.part_of) if room.part_of else None,
        base=base(),
        status=status_of(form),
    )


def _edit_room(room_id: int, form: RoomForm) -> None:
    service.edit_room(current_actor(), room_id, **form.values())


@blueprint.route("/desk/rooms/<int:room_id>/remove", methods=["GET", "POST"])
@view(MANAGE)
def desk_room_remove(room_id: int) -> Response:
    """Take a room out of use, after one question."""
    room = service.find_room(current_community().code, room_id)
    return _remove(room.name, lambda: service.remove_room(current_actor(), room_id))


def _remove(name: str, act: Callable[[], None]) -> Response:
    """Ask whether `name` is to be taken out of use; `act` does it, and what is in its way is said on the same page."""
    refused = None
    if request.method == "POST":
        try:
            submit_once(act)
        except Refused as error:
            refused = error
        else:
            toast(_("Taken out of use. Its history is kept."))
            return after_post(url(".desk_venues"))
    status = refused.status if refused else 200
    return page("rooms/desk/remove.html", name=name, action=request.path, refused=refused, base=base(), status=status)


# --------------------------------------------------------------------------- quotas


@blueprint.route("/desk/rooms/<int:room_id>/quotas", methods=["GET", "POST"])
@view(MANAGE)
def desk_quotas(room_id: int) -> Response:
    """How much of a room one person or organisation may take."""
    code = current_community().code
    room, form = service.find_room(code, room_id), QuotaForm.from_request()
    if request.method == "GET":
        form.fill(service.quotas(code, room_id))
    elif form.act_on_submit(lambda: _set_quotas(room_id, form.limits())):
        toast(_("Saved. It counts for new bookings."))
        return after_post(url(".desk_venues"))
    return page("rooms/desk/quotas.html", form=form, room=room, base=base(), status=status_of(form))


def _set_quotas(room_id: int, limits: list[tuple[Any, ...]]) -> None:
    service.set_quotas(current_actor(), room_id, limits)
