"""The feeds themselves, at secret addresses, and the pages where residents and the desk make, renew and revoke them."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, session

from core import (
    absolute_url,
    after_post,
    current_actor,
    current_community,
    page,
    qr_svg,
    submit_once,
    toast,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint

MANAGE = "rooms.manage"
_MADE = "rooms_feed"


# --------------------------------------------------------------------------- read by calendars


@blueprint.get("/<int:room_id>/calendar.ics")
@view(public=True)
def room_feed(room_id: int) -> Response:
    """When a room is taken; 404 for a wrong or revoked token."""
    return _feed("room", room_id)


@blueprint.get("/venues/<int:venue_id>/calendar.ics")
@view(public=True)
def venue_feed(venue_id: int) -> Response:
    """When the rooms of a venue are taken."""
    return _feed("venue", venue_id)


@blueprint.get("/mine/calendar.ics")
@view(public=True)
def own_feed() -> Response:
    """Somebody's own bookings, for a calendar that has no account here."""
    return _feed("own", None)


def _feed(kind: str, key: int | None) -> Response:
    """304 while nothing has changed: the text is made of what is stored, so an equal text is an equal calendar."""
    found = service.find_feed(current_community().code, kind, request.args.get("token", ""), key)
    response = Response(service.feed_text(found), mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.add_etag()
    response.make_conditional(request)
    return response


# --------------------------------------------------------------------------- one's own


@blueprint.route("/mine/calendar", methods=["GET", "POST"])
@view("rooms.book")
def my_calendar() -> Response:
    """我的日历订阅: make the address, or a new one in place of it."""
    if request.method == "POST":
        made: dict[str, str] = {}
        feed_id = submit_once(lambda: _make("own", None, made))
        _remember(feed_id, made)
        return after_post(url(".my_calendar"))
    feed = service.own_feed(current_actor())
    address = _address(feed.id, ".own_feed") if feed else ""
    return page(
        "rooms/calendar.html", feed=feed, address=address, matrix=qr_svg(address) if address else None, base=base()
    )


@blueprint.route("/mine/calendar/revoke", methods=["GET", "POST"])
@view("rooms.book")
def my_calendar_revoke() -> Response:
    """Switch one's own feed off, after one question."""
    feed = service.own_feed(current_actor())
    if request.method == "POST":
        if feed is not None:
            submit_once(lambda: service.revoke_feed(current_actor(), feed.id))
        toast(_("Switched off. Its address no longer works."))
        return after_post(url(".my_calendar"))
    return page("rooms/calendar_revoke.html", base=base())


def _make(kind: str, key: int | None, made: dict[str, str]) -> int:
    feed, made["token"] = service.make_feed(current_actor(), kind, key)
    return int(feed.id)


def _remember(feed_id: int, made: dict[str, str]) -> None:
    """The address is only in this browser from now on: the store keeps a digest of it."""
    if made:
        session[_MADE] = [feed_id, made["token"]]


def _address(feed_id: int, endpoint: str, **values: Any) -> str:
    known = session.get(_MADE) or [None, ""]
    return absolute_url(url(endpoint, token=known[1], **values)) if known[0] == feed_id else ""


# --------------------------------------------------------------------------- rooms and venues


@blueprint.get("/desk/calendars")
@view(MANAGE)
def desk_calendars() -> Response:
    """Which rooms and venues have a feed."""
    return page("rooms/desk/calendars.html", lines=service.feeds(current_actor()), base=base())


@blueprint.route("/desk/calendars/room/<int:room_id>", methods=["GET", "POST"])
@view(MANAGE)
def desk_room_calendar(room_id: int) -> Response:
    """The feed of a room: make, renew, see the new address."""
    return _desk_calendar("room", room_id)


@blueprint.route("/desk/calendars/venue/<int:venue_id>", methods=["GET", "POST"])
@view(MANAGE)
def desk_venue_calendar(venue_id: int) -> Response:
    """The feed of a venue: make, renew, see the new address."""
    return _desk_calendar("venue", venue_id)


def _desk_calendar(kind: str, key: int) -> Response:
    here = url(f".desk_{kind}_calendar", **{f"{kind}_id": key})
    if request.method == "POST":
        made: dict[str, str] = {}
        if request.form.get("act") == "revoke":
            submit_once(lambda: _revoke(kind, key))
            toast(_("Switched off. Its address no longer works."))
        else:
            _remember(submit_once(lambda: _make(kind, key, made)), made)
        return after_post(here)
    line = _line(kind, key)
    address = _address(line.feed_id, f".{kind}_feed", **{f"{kind}_id": key}) if line.feed_id else ""
    return page(
        "rooms/desk/calendar.html",
        line=line,
        here=here,
        address=address,
        matrix=qr_svg(address) if address else None,
        base=base(),
    )


def _line(kind: str, key: int) -> Any:
    found = [line for line in service.feeds(current_actor()) if (line.kind, line.key) == (kind, key)]
    return found[0] if found else abort(404)


def _revoke(kind: str, key: int) -> None:
    line = _line(kind, key)
    if line.feed_id is not None:
        service.revoke_feed(current_actor(), line.feed_id)
