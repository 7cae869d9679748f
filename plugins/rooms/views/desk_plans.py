"""The plans of a venue, and pointing at a room on one of them."""

from __future__ import annotations

from flask import Response

from core import (
    NotFound,
    after_post,
    asked_number,
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
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import PinForm, PlansForm

MANAGE = "rooms.manage"
WIDEST = 640  # CSS pixels in which a plan is shown for pointing: a click tells its pixels, not its share


@blueprint.route("/desk/venues/<int:venue_id>/plans", methods=["GET", "POST"])
@view(MANAGE, uploads=True)
def desk_plans(venue_id: int) -> Response:
    """The plans a venue has, and adding some: first they are chosen, then each gets its words."""
    code = current_community().code
    venue, plans = service.find_venue(code, venue_id), service.plans(code, venue_id)
    form = PlansForm.from_request()
    form.plans.most = service.MOST_PLANS - len(plans)
    if form.act_on_submit(lambda: service.add_plans(current_actor(), venue_id, form.plans.data)):
        toast(_("Added. Now point at each room on it."))
        return after_post(url(".desk_plans", venue_id=venue_id))
    rooms = [(room, service.place_of(code, room.id)) for room in service.rooms(code, venue_id)]
    return page(
        "rooms/desk/plans.html", form=form, venue=venue, plans=plans, rooms=rooms, base=base(), status=status_of(form)
    )


@blueprint.post("/desk/venues/<int:venue_id>/plans/<int:plan_id>/remove")
@view(MANAGE)
def desk_plan_remove(venue_id: int, plan_id: int) -> Response:
    """Show a plan no longer; the next page offers to take that back."""
    submit_once(lambda: service.remove_plan(current_actor(), venue_id, plan_id))
    toast(_("The plan is no longer shown."), undo_url=url(".desk_plan_put_back", venue_id=venue_id, plan_id=plan_id))
    return after_post(url(".desk_plans", venue_id=venue_id))


@blueprint.post("/desk/venues/<int:venue_id>/plans/<int:plan_id>/put-back")
@view(MANAGE)
def desk_plan_put_back(venue_id: int, plan_id: int) -> Response:
    """Take the removal of a plan back."""
    submit_once(lambda: service.put_back_plan(current_actor(), venue_id, plan_id))
    toast(_("The plan is shown again."))
    return after_post(url(".desk_plans", venue_id=venue_id))


@blueprint.route("/desk/rooms/<int:room_id>/pin", methods=["GET", "POST"])
@view(MANAGE)
def desk_pin(room_id: int) -> Response:
    """Where a room is: by a tap on a plan, or in percent for whoever has no mouse."""
    code = current_community().code
    room, place = service.find_room(code, room_id), service.place_of(code, room_id)
    plans = service.plans(code, room.venue_id)
    given = {"plan": place.plan.id, "left": place.x // 10, "top": place.y // 10} if place else {}
    form = PinForm.from_request(**given)
    form.plan.choices = [(plan.id, plan.caption) for plan in plans]
    if form.act_on_submit(lambda: service.set_pin(current_actor(), room_id, *form.pin())):
        return _pinned(room_id)
    return page(
        "rooms/desk/pin.html",
        form=form,
        room=room,
        place=place,
        plans=[(plan, min(plan.width, WIDEST)) for plan in plans],
        base=base(),
        status=status_of(form),
    )


@blueprint.post("/desk/rooms/<int:room_id>/pin/<int:plan_id>")
@view(MANAGE)
def desk_pin_here(room_id: int, plan_id: int) -> Response:
    """A tap on a plan: `at.x` and `at.y` in the pixels in which it was shown, as browsers send them without scripts."""
    code = current_community().code
    room = service.find_room(code, room_id)
    picture = next((each for each in service.plans(code, room.venue_id) if each.id == plan_id), None)
    if picture is None:
        raise NotFound
    wide = min(picture.width, WIDEST)
    high = max(1, wide * picture.height // picture.width)
    x, y = asked_number("at.x") or 0, asked_number("at.y") or 0
    at = min(service.WHOLE, x * service.WHOLE // wide), min(service.WHOLE, y * service.WHOLE // high)
    submit_once(lambda: service.set_pin(current_actor(), room_id, plan_id, *at))
    return _pinned(room_id)


@blueprint.post("/desk/rooms/<int:room_id>/pin/remove")
@view(MANAGE)
def desk_pin_remove(room_id: int) -> Response:
    """Forget where a room is."""
    submit_once(lambda: service.remove_pin(current_actor(), room_id))
    toast(_("The place is no longer shown."))
    return after_post(url(".desk_pin", room_id=room_id))


def _pinned(room_id: int) -> Response:
    toast(_("Saved. Residents see it on the room's page."))
    return after_post(url(".desk_pin", room_id=room_id))
