"""The desk's day: what happens in the rooms, and the requests that wait for a decision."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, request

from core import (
    Actor,
    Conflict,
    Invalid,
    Refused,
    after_post,
    asked_number,
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
from plugins.rooms.places.new_venue import CLOSES, OPENS
from plugins.rooms.texts import _
from plugins.rooms.views.base import asked_day, base, blueprint
from plugins.rooms.views.desk_forms import NewVenueForm, RefuseForm

PAGE = 50


@blueprint.get("/desk")
@view("rooms.desk")
def desk() -> Response:
    """The bookings of a day, venue by venue; without any venue, the way to the first one."""
    actor, date = current_actor(), asked_day()
    venues = service.venues(current_community().code)
    if not venues:
        return page("rooms/desk/first.html", form=_first_form(), base=base())
    chosen = _asked_venue(venues)
    lines = service.on_day(actor, date, chosen)
    return page(
        "rooms/desk/day.html",
        date=date,
        venues=[venue for venue in venues if chosen in (None, venue.id)],
        choices=venues,
        chosen=chosen,
        lines={venue.id: [line for line in lines if line.venue_id == venue.id] for venue in venues},
        days=[(each, _day_link(each, chosen), each == date) for each in _around(date)],
        coming={line.id for line in lines if service.may_check_in(actor, line)},
        keys=service.keys_out(actor) if date == today() else [],
        waiting=len(service.requests(actor)) if actor.can("rooms.booking.approve") else 0,
        base=base(),
        today=today(),
    )


def _first_form() -> NewVenueForm:
    return NewVenueForm(
        name=str(_("Community service centre")),
        address=current_community().address,
        opens=OPENS,
        closes=CLOSES,
        room=str(_("Activity room")),
        seats=30,
    )


def _asked_venue(venues: list[Any]) -> int | None:
    wanted = request.args.get("venue", type=int)
    return wanted if any(venue.id == wanted for venue in venues) else None


def _around(date: datetime.date) -> list[datetime.date]:
    return [date + datetime.timedelta(days=offset) for offset in range(-1, 6)]


def _day_link(date: datetime.date, venue: int | None) -> str:
    return f"{base()}/desk?date={date.isoformat()}" + (f"&venue={venue}" if venue else "")


# --------------------------------------------------------------------------- requests


@blueprint.get("/desk/requests")
@view("rooms.booking.approve")
def desk_requests() -> Response:
    """What waits for a decision, soonest first."""
    return _requests(current_actor())


def _requests(actor: Actor, taken: Conflict | None = None, line: service.Line | None = None) -> Response:
    behind = asked_number("after")
    after = service.occurrence_line(actor, behind) if behind else None
    lines = service.requests(actor, after, PAGE + 1)
    return page(
        "rooms/desk/requests.html",
        lines=lines[:PAGE],
        next_url=url(".desk_requests", after=lines[PAGE - 1].id) if len(lines) > PAGE else None,
        taken=taken,
        line=line,
        offers=_offers(taken),
        base=base(),
        today=today(),
        status=409 if taken else 200,
    )


def _offers(taken: Conflict | None) -> list[tuple[service.FreeTime, dict[str, Any]]]:
    """Each free time instead, with the fields that approve it there."""
    if taken is None or taken.alternatives is None:
        return []
    found = [*taken.alternatives.times, *([taken.alternatives.elsewhere] if taken.alternatives.elsewhere else [])]
    return [
        (offer, {"room_id": offer.room_id, "date": offer.date, "start": offer.start, "end": offer.end})
        for offer in found
    ]


@blueprint.post("/desk/requests/<int:occurrence_id>/approve")
@view("rooms.booking.approve")
def desk_approve(occurrence_id: int) -> Response:
    """Approve a request, at its own time or at the one agreed on instead; a taken time is answered with free ones."""
    actor = current_actor()
    line = service.occurrence_line(actor, occurrence_id)
    try:
        submit_once(lambda: _approve(actor, occurrence_id))
    except Conflict as conflict:
        if service.occurrence_line(actor, occurrence_id).state == "requested":
            return _requests(actor, conflict, line)
        raise
    except Invalid as error:
        raise Refused(str(error), advice=_("Please choose another time.")) from None
    if line.organiser_kind == "staff":
        toast(_("Approved."))
    else:
        toast(_("Approved. The organiser is on the list of calls."))
    return after_post(url(".desk_requests"))


def _approve(actor: Actor, occurrence_id: int) -> dict[str, Any]:
    room_id = request.form.get("room_id", type=int)
    if room_id is None:
        return service.approve(actor, occurrence_id).as_json()
    when = {name: request.form.get(name, "") for name in ("date", "start", "end")}
    return service.approve_at(actor, occurrence_id, room_id=room_id, **when).as_json()


@blueprint.route("/desk/requests/<int:occurrence_id>/refuse", methods=["GET", "POST"])
@view("rooms.booking.approve")
def desk_refuse(occurrence_id: int) -> Response:
    """Refuse a request; the organiser is told why."""
    actor, form = current_actor(), RefuseForm.from_request()
    line = service.occurrence_line(actor, occurrence_id)
    if request.method == "POST" and form.validate():
        try:
            to_tell = submit_once(lambda: service.refuse(actor, occurrence_id, form.reason.data))
        except Invalid as error:
            form.accept(error)
        else:
            toast(_("Refused. The organiser is on the list of calls.") if to_tell else _("Refused."))
            return after_post(url(".desk_requests"))
    return page("rooms/desk/refuse.html", form=form, line=line, base=base(), status=status_of(form))
