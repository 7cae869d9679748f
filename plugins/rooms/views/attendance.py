"""At the door: checking in by the code on the poster, and ending a booking. For whoever booked; nobody else learns whose it is."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import after_post, current_actor, current_community, page, submit_once, toast, url, view
from plugins.rooms import service
from plugins.rooms.clock import hhmm, local_span
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, known_codes, own_line


@blueprint.get("/<int:room_id>/here")
@view(public=True)
def here(room_id: int) -> Any:
    """What the code at a door leads to: one's own booking of this room to check in to, and whether the room is free."""
    actor, room = current_actor(), service.find_room(current_community().code, room_id)
    mine = service.coming_here(actor, room_id, list(known_codes().values()))
    free = [each for each in service.free_now(actor) if each.room_id == room_id]
    return page(
        "rooms/here.html",
        room=room,
        door=service.door(actor, room),
        mine=[(line, service.may_check_in(actor, line), _opens(line)) for line in mine],
        free=free[0] if free else None,
        base=base(),
    )


def _opens(line: service.Line) -> str:
    """From when it can be checked in to, `HH:MM`."""
    minute = service.opens_at(current_community().code, line.start_min)
    return hhmm(local_span(minute, minute)[1])


@blueprint.post("/booking/<int:occurrence_id>/check-in")
@view(public=True)
def check_in(occurrence_id: int) -> Response:
    """签到: one tap."""
    own_line(occurrence_id)
    submit_once(lambda: service.check_in(current_actor(), occurrence_id, code=code_of(occurrence_id)).as_json())
    toast(_("Checked in. Enjoy your time."))
    return after_post(url(".booking", occurrence_id=occurrence_id))


@blueprint.post("/booking/<int:occurrence_id>/end")
@view(public=True)
def end(occurrence_id: int) -> Response:
    """They have left, so that others can use the rest."""
    own_line(occurrence_id)
    submit_once(lambda: service.finish(current_actor(), occurrence_id, code=code_of(occurrence_id)).as_json())
    toast(_("Ended. Thank you for leaving the rest of the time to others."))
    return after_post(url(".booking", occurrence_id=occurrence_id))
