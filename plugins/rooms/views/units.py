"""Spaces that units opened: their steward decides on the requests; staff choose who that is."""

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
)
from plugins.rooms import service
from plugins.rooms.places.units import DECIDE_UNIT
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import RefuseForm


@blueprint.get("/unit")
@view(DECIDE_UNIT)
def unit() -> Response:
    """What waits for my decision in the rooms of my venues."""
    return _shown()


def _shown(taken: Conflict | None = None) -> Response:
    lines = service.unit_requests(current_actor())
    return page("rooms/unit.html", lines=lines, taken=taken, base=base(), status=409 if taken else 200)


@blueprint.post("/unit/<int:occurrence_id>/approve")
@view(DECIDE_UNIT)
def unit_approve(occurrence_id: int) -> Response:
    """Approve a request for a room of mine."""
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
    actor, line, form = current_actor(), service.unit_request(current_actor(), occurrence_id), RefuseForm.from_request()
    if form.act_on_submit(lambda: service.refuse(actor, occurrence_id, form.reason.data or "")):
        toast(_("Refused. The office tells the organiser."))
        return after_post(url(".unit"))
    return page("rooms/unit_refuse.html", line=line, form=form, base=base(), status=status_of(form))


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
