"""The screens themselves, at a secret address: read-only, nobody's name on them, asking for news every 15 seconds."""

from __future__ import annotations

from flask import Response, request

from core import absolute_url, current_actor, current_community, hall_numbers, local_now, page, qr_svg, view
from plugins.rooms import service
from plugins.rooms.views.base import base, blueprint


@blueprint.get("/screen/<token>")
@view(public=True)
def screen(token: str) -> Response:
    """What is going on, what comes next and what is free; 304 while nothing has changed.

    404 once it is revoked or the module is off: the page on the wall then says so, and asks on (`data-gone`).
    """
    response = _shown(service.find_screen(current_community().code, token))
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _shown(found: service.Screen) -> Response:
    return _hall(found) if found.screen_kind == "hall" else _door(found)


def _hall(found: service.Screen) -> Response:
    venue = service.find_venue(found.community, found.venue_id) if found.venue_id else None
    shown = service.hall(current_actor(), found.venue_id)
    numbers = {
        "numbers": hall_numbers(found.community),
        "waiting_numbers": service.waiting_numbers(found.community),
    }
    return _page("rooms/screen_hall.html", "/now", hall=shown, venue=venue, **numbers)


def _door(found: service.Screen) -> Response:
    shown = service.door(current_actor(), service.find_room(found.community, found.room_id))
    return _page("rooms/screen_door.html", f"/{found.room_id}/here", door=shown)


def _page(template: str, path: str, **context: object) -> Response:
    moment = local_now()
    address = absolute_url(base() + path)
    return page(
        template,
        date=moment.date(),
        now=moment.strftime("%H:%M"),
        address=address,
        matrix=qr_svg(address),
        **context,
    )
