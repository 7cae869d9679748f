"""Spaces that units opened: their steward decides for these rooms as the office does; staff choose who that is.

The second of two taps finds that what it decides on does not wait any more: it is led back like the first.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from core import (
    Conflict,
    Form,
    SelectMultipleField,
    after_post,
    current_actor,
    current_community,
    page,
    status_of,
    submit_once,
    toast,
    url,
    view,
    was_submitted,
)
from plugins.rooms import service
from plugins.rooms.places.units import DECIDE_UNIT
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_displace import take_back
from plugins.rooms.views.desk_forms import RefuseForm, RemoveWaitingForm
from plugins.rooms.views.desk_series import decide_on, refuse_all


@blueprint.get("/unit")
@view(DECIDE_UNIT)
def unit() -> Response:
    """What waits for my decision in the rooms of my venues, and what is to come there."""
    return _shown()


def _shown(taken: Conflict | None = None) -> Response:
    actor = current_actor()
    return page(
        "rooms/unit.html",
        lines=service.unit_requests(actor),
        waiting=service.unit_waiting(actor),
        bookings=service.unit_bookings(actor),
        taken=taken,
        base=base(),
        status=409 if taken else 200,
    )


@blueprint.post("/unit/<int:occurrence_id>/approve")
@view(DECIDE_UNIT)
def unit_approve(occurrence_id: int) -> Response:
    """Approve a request for a room of mine."""
    if was_submitted():
        return after_post(url(".unit"))
    service.unit_request(current_actor(), occurrence_id)
    try:
        submit_once(lambda: service.approve(current_actor(), occurrence_id).as_json())
    except Conflict as conflict:
        return _shown(conflict)
    toast(_("Approved. The office tells the organiser."))
    return after_post(url(".unit"))


@blueprint.route("/unit/<int:occurrence_id>/refuse", methods=["GET", "POST"])
@view(DECIDE_UNIT)
def unit_refuse(occurrence_id: int) -> Response:
    """Refuse a request for a room of mine, with a reason."""
    if was_submitted():
        return after_post(url(".unit"))
    actor, line, form = current_actor(), service.unit_request(current_actor(), occurrence_id), RefuseForm.from_request()
    if form.act_on_submit(lambda: service.refuse(actor, occurrence_id, form.reason.data or "")):
        toast(_("Refused. The office tells the organiser."))
        return after_post(url(".unit"))
    return page("rooms/unit_refuse.html", line=line, form=form, base=base(), status=status_of(form))


@blueprint.route("/unit/series/<int:booking_id>/decide", methods=["GET", "POST"])
@view(DECIDE_UNIT)
def unit_series(booking_id: int) -> Response:
    """Approve the ticked dates of a series in a room of mine."""
    if was_submitted():
        return after_post(url(".unit"))
    return decide_on(service.unit_series(current_actor(), booking_id), "rooms/unit_series.html", url(".unit"))


@blueprint.route("/unit/series/<int:booking_id>/refuse", methods=["GET", "POST"])
@view(DECIDE_UNIT)
def unit_series_refuse(booking_id: int) -> Response:
    """Refuse all that waits of a series in a room of mine."""
    if was_submitted():
        return after_post(url(".unit"))
    return refuse_all(service.unit_series(current_actor(), booking_id), "rooms/unit_series_refuse.html", url(".unit"))


@blueprint.route("/unit/bookings/<int:occurrence_id>/displace", methods=["GET", "POST"])
@view(DECIDE_UNIT)
def unit_displace(occurrence_id: int) -> Response:
    """The unit needs a room of its own that is booked: another time in one of its rooms is held for whoever loses it."""
    if was_submitted():
        return after_post(url(".unit"))
    actor, line = current_actor(), service.unit_booking(current_actor(), occurrence_id)
    return take_back(line, service.unit_rooms(actor), "rooms/unit_displace.html", url(".unit"), url(".unit"))


# --------------------------------------------------------------------------- the waiting list for a steward's rooms


@blueprint.post("/unit/waiting/<int:waiting_id>/offer")
@view(DECIDE_UNIT)
def unit_waiting_offer(waiting_id: int) -> Response:
    """Offer a time in a room of mine now, in turn or not."""
    service.unit_waiting_line(current_actor(), waiting_id)
    submit_once(lambda: service.offer_waiting(current_actor(), waiting_id))
    toast(_("A time is held. The person is on the list of calls."))
    return after_post(url(".unit"))


@blueprint.post("/unit/waiting/<int:waiting_id>/told")
@view(DECIDE_UNIT)
def unit_waiting_told(waiting_id: int) -> Response:
    """The person was told in person."""
    service.unit_waiting_line(current_actor(), waiting_id)
    submit_once(lambda: service.told_waiting(current_actor(), waiting_id))
    toast(_("Noted. The time to answer runs from now."))
    return after_post(url(".unit"))


@blueprint.post("/unit/waiting/<int:waiting_id>/skip")
@view(DECIDE_UNIT)
def unit_waiting_skip(waiting_id: int) -> Response:
    """Nobody can be reached: the next one is asked."""
    service.unit_waiting_line(current_actor(), waiting_id)
    submit_once(lambda: service.skip_waiting(current_actor(), waiting_id))
    toast(_("Skipped. The next one in turn is asked."))
    return after_post(url(".unit"))


@blueprint.route("/unit/waiting/<int:waiting_id>/remove", methods=["GET", "POST"])
@view(DECIDE_UNIT)
def unit_waiting_remove(waiting_id: int) -> Response:
    """Take somebody off the list for a room of mine, with a reason."""
    if was_submitted():
        return after_post(url(".unit"))
    actor, line = current_actor(), service.unit_waiting_line(current_actor(), waiting_id)
    form = RemoveWaitingForm.from_request()
    if form.act_on_submit(lambda: service.remove_waiting(actor, waiting_id, form.reason.data or "")):
        toast(_("Taken off the waiting list."))
        return after_post(url(".unit"))
    return page("rooms/unit_waiting_remove.html", line=line, form=form, base=base(), status=status_of(form))


# --------------------------------------------------------------------------- who that is


class StewardsForm(Form):
    """Who decides for a venue."""

    stewards = SelectMultipleField(_("Who decides on its requests"), choices=[])


@blueprint.route("/desk/venues/<int:venue_id>/stewards", methods=["GET", "POST"])
@view("rooms.manage")
def desk_stewards(venue_id: int) -> Response:
    """Choose the accounts of the unit that decide on requests for this venue."""
    actor, venue = current_actor(), service.find_venue(current_community().code, venue_id)
    known = service.stewards(actor, venue_id)
    form: Any = StewardsForm.from_request(stewards=[str(account) for account, _name, chosen in known if chosen])
    form.stewards.choices = [(str(account), name) for account, name, _chosen in known]
    if form.act_on_submit(
        lambda: service.set_stewards(actor, venue_id, [int(key) for key in form.stewards.data or ()])
    ):
        toast(_("Saved."))
        return after_post(url(".desk_venue_edit", venue_id=venue_id))
    return page("rooms/desk/stewards.html", venue=venue, form=form, base=base(), status=status_of(form))
