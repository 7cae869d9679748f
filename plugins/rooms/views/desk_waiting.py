"""The waiting list on the desk: who waits for what, what is held for whom, and what staff decide about it."""

from __future__ import annotations

from flask import Response

from core import after_post, current_actor, page, status_of, submit_once, toast, url, view
from plugins.rooms import service
from plugins.rooms.states import DECIDE
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import RemoveWaitingForm


@blueprint.get("/desk/waiting")
@view("rooms.desk")
def desk_waiting() -> Response:
    """Everybody who waits, by the time they wait for; what is held first."""
    lines = service.all_waiting(current_actor())
    return page(
        "rooms/desk/waiting.html",
        offered=[line for line in lines if line.state == "offered"],
        waiting=[line for line in lines if line.state == "waiting"],
        base=base(),
    )


@blueprint.post("/desk/waiting/<int:waiting_id>/offer")
@view(DECIDE)
def desk_waiting_offer(waiting_id: int) -> Response:
    """Offer a time now, in turn or not."""
    submit_once(lambda: service.offer_waiting(current_actor(), waiting_id))
    toast(_("A time is held. The person is on the list of calls."))
    return after_post(url(".desk_waiting"))


@blueprint.post("/desk/waiting/<int:waiting_id>/told")
@view(DECIDE)
def desk_waiting_told(waiting_id: int) -> Response:
    """The person stands at the counter and was told."""
    submit_once(lambda: service.told_waiting(current_actor(), waiting_id))
    toast(_("Noted. The time to answer runs from now."))
    return after_post(url(".desk_waiting"))


@blueprint.post("/desk/waiting/<int:waiting_id>/skip")
@view(DECIDE)
def desk_waiting_skip(waiting_id: int) -> Response:
    """Nobody can be reached: the next one is asked."""
    submit_once(lambda: service.skip_waiting(current_actor(), waiting_id))
    toast(_("Skipped. The next one in turn is asked."))
    return after_post(url(".desk_waiting"))


@blueprint.route("/desk/waiting/<int:waiting_id>/remove", methods=["GET", "POST"])
@view(DECIDE)
def desk_waiting_remove(waiting_id: int) -> Response:
    """Take somebody off the list, with a reason."""
    actor, form = current_actor(), RemoveWaitingForm.from_request()
    line = service.waiting_line(actor, waiting_id)
    if form.act_on_submit(lambda: service.remove_waiting(actor, waiting_id, form.reason.data or "")):
        toast(_("Taken off the waiting list."))
        return after_post(url(".desk_waiting"))
    return page("rooms/desk/waiting_remove.html", line=line, form=form, base=base(), status=status_of(form))
