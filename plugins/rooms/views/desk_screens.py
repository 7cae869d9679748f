"""The screens of the community for staff: which there are, a new one with its secret address, switching one off."""

from __future__ import annotations

from typing import Any

from flask import Response, request, session

from core import (
    Invalid,
    NotFound,
    absolute_url,
    after_post,
    current_actor,
    current_community,
    page,
    qr_svg,
    status_of,
    submit_once,
    toast,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint
from plugins.rooms.views.desk_forms import ScreenForm

MANAGE = "rooms.manage"
_MADE = "rooms_screen"


@blueprint.route("/desk/screens", methods=["GET", "POST"])
@view(MANAGE)
def desk_screens() -> Response:
    """The screens in use, and the form for a new one."""
    form = ScreenForm.from_request()
    form.shows.choices = _choices()
    if request.method == "POST" and form.validate():
        made: dict[str, Any] = {}
        try:
            screen_id = submit_once(lambda: _add(form, made))
        except Invalid as error:
            form.accept(error)
        else:
            if made:
                # The address is only in this browser from now on: the store keeps a digest of it.
                session[_MADE] = [screen_id, made["token"]]
            return after_post(url(".desk_screen", screen_id=screen_id))
    return page(
        "rooms/desk/screens.html",
        form=form,
        screens=service.screens(current_actor()),
        base=base(),
        status=status_of(form),
    )


def _choices() -> list[tuple[str, Any]]:
    code = current_community().code
    return [
        ("hall", _("Hall: all venues")),
        *((f"hall-{venue.id}", _("Hall: %(name)s", name=venue.name)) for venue in service.venues(code)),
        *((f"door-{room.id}", _("Door: %(name)s", name=room.name)) for room in service.rooms(code)),
    ]


def _add(form: ScreenForm, made: dict[str, Any]) -> int:
    kind, _dash, key = form.shows.data.partition("-")
    shown = {"venue_id" if kind == "hall" else "room_id": int(key)} if key else {}
    screen, made["token"] = service.add_screen(current_actor(), kind, name=form.name.data or "", **shown)
    return int(screen.id)


@blueprint.get("/desk/screens/<int:screen_id>")
@view(MANAGE)
def desk_screen(screen_id: int) -> Response:
    """The address of a screen just made, to be typed or scanned at the screen; shown only in this browser."""
    known = session.get(_MADE) or [None, ""]
    address = ""
    if known[0] == screen_id:
        address = absolute_url(url(".screen", token=known[1]))
    return page(
        "rooms/desk/screen.html",
        screen=_line(screen_id),
        address=address,
        matrix=qr_svg(address) if address else None,
        base=base(),
    )


def _line(screen_id: int) -> Any:
    for line in service.screens(current_actor()):
        if line.id == screen_id:
            return line
    raise NotFound


@blueprint.route("/desk/screens/<int:screen_id>/revoke", methods=["GET", "POST"])
@view(MANAGE)
def desk_screen_revoke(screen_id: int) -> Response:
    """Switch a screen off, after one question."""
    if request.method == "POST":
        submit_once(lambda: service.revoke_screen(current_actor(), screen_id))
        toast(_("Switched off. Its address no longer works."))
        return after_post(url(".desk_screens"))
    return page("rooms/desk/screen_revoke.html", screen=_line(screen_id), base=base())
