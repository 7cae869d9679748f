"""Booking a room, and what can be done with a booking: see, print, move, cancel, end early, put into a calendar."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from core import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    absolute_url,
    after_post,
    current_actor,
    current_community,
    guest_codes,
    page,
    qr_svg,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.about import ratings
from plugins.rooms.booking.rules import read_time
from plugins.rooms.finding import ics
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, for_whom, own_line, remember_code, this_browser, times
from plugins.rooms.views.forms import BookForm, MoveForm, ReasonForm, RenameForm, StaffBookForm

_WAITED = (
    "date",
    "start",
    "end",
    "title",
    "people",
    "organisation",
    "guest_name",
    "guest_phone",
    "requested_on",
    "for",
)


@blueprint.route("/<int:room_id>/book", methods=["GET", "POST"])
@view(public=True)
def book(room_id: int) -> Any:
    """Book a room; a taken time is answered with free ones, each one tap away (409)."""
    actor, room = current_actor(), service.find_room(current_community().code, room_id)
    person = for_whom(actor)
    form = _book_form(actor, room)
    status, taken, refused = 200, None, None
    if request.method == "POST":
        status, readable = 422, form.validate()
        acting = replace(actor, on_behalf_of=person.id) if person else actor
        asked = asked_of(form, person)
        try:
            if readable:
                return _booked(submit_once(lambda: service.book(acting, room_id, asked).as_json()))
            service.check_booking(acting, room_id, asked)
        except Conflict as conflict:
            status, taken = 409, conflict
            wish = read_time(asked.date, asked.start, asked.end)
            service.no_room(room.community, "collision", wish, asked.people, who=this_browser())
        except Refused as error:
            status, refused = error.status, error
        except Invalid as error:
            form.accept(error)
    return page(
        "rooms/book.html",
        status=status,
        form=form,
        room=room,
        person=person,
        taken=taken,
        refused=refused,
        again=_again(form, taken),
        wait=_wait(room_id) if taken and not taken.alternatives.equipment else None,
        base=base(),
    )


def _wait(room_id: int) -> dict[str, Any]:
    """What was typed, as the fields of the form that waits for the taken time."""
    return {
        **{name: value for name, value in request.form.items() if name in _WAITED},
        "room_id": room_id,
        "minutes": 0,
    }


def _book_form(actor: Actor, room: Any) -> BookForm:
    kind = StaffBookForm if actor.can("rooms.desk") else BookForm
    if request.method == "POST":
        form = kind(request.form)
    else:
        query = request.args
        form = kind(query, requested_on=today()) if "date" in query else kind(date=today(), requested_on=today())
    for field in (form.start, form.end):
        field.choices = times(field.data)
    ask_what_is_needed(form, actor, [room])
    return form


def ask_what_is_needed(form: Any, actor: Actor, rooms: Iterable[Any]) -> None:
    """Leave out of a form what this actor is not asked: a name when it is known, an organisation where none is needed."""
    if "equipment" in form:
        form.equipment.choices = [(str(item.id), item.name) for item in service.offered_equipment(actor)]
    if actor.is_signed_in and not actor.can("rooms.desk"):
        del form.guest_name, form.guest_phone
    if not actor.can("rooms.desk") and not any(room.bookable_by == "organisations" for room in rooms):
        del form.organisation


def asked_of(form: BookForm, person: Any) -> service.BookingRequest:
    """What was typed as the service takes it; what cannot be read is empty."""
    typed = form.data
    date, asked = typed["date"], typed.get("requested_on")
    return service.BookingRequest(
        **{
            name: typed.get(name) or ""
            for name in ("start", "end", "title", "organisation", "guest_name", "guest_phone")
        },
        date=date.isoformat() if date else "",
        people=typed["people"],
        organiser=person.name if person else "",
        requested_on=asked.isoformat() if asked else "",
        # Far more digits than a key has are no number at all: `int` gives up on some thousands.
        equipment=[int(key) for key in typed["equipment"] or () if key.isdecimal() and len(key) < 19],
    )


def _booked(result: dict[str, Any]) -> Response:
    if result["code"]:
        remember_code(result["occurrence_id"], result["code"])
    toast(_("Booked.") if result["state"] == "confirmed" else _("Your request has been sent."))
    return after_post(url(".booking", occurrence_id=result["occurrence_id"]))


def _again(form: BookForm, taken: Conflict | None) -> list[tuple[Any, str, dict[str, str]]]:
    """Each alternative with the address and the fields of the form that takes it with one tap."""
    if taken is None or taken.alternatives is None:
        return []
    offers = [*taken.alternatives.times, *([taken.alternatives.elsewhere] if taken.alternatives.elsewhere else [])]
    kept = {name: request.form.get(name, "") for name in form.data if name not in ("date", "start", "end")}
    kept["for"] = request.form.get("for", "")
    kept["equipment"] = ",".join(form.equipment.data or ())
    return [
        (offer, f"{base()}/{offer.room_id}/book", {**kept, "date": offer.date, "start": offer.start, "end": offer.end})
        for offer in offers
    ]


@blueprint.get("/booking/<int:occurrence_id>")
@view(public=True)
def booking(occurrence_id: int) -> Any:
    """One booking, for its organiser, a guest with the code, or the desk."""
    actor, line, code = current_actor(), own_line(occurrence_id), code_of(occurrence_id)
    offered = None
    if line.state == "held":
        service.note_opened(actor, occurrence_id, code)
        offered = service.offered_line(actor, occurrence_id)
    shown = guest_codes.grouped(code) if code else ""
    instead = service.held_instead(line, current_community().code)
    if code and instead is not None:
        remember_code(instead, code)
    may_rate = ratings.may_rate(actor, line)
    return page(
        "rooms/booking.html",
        line=line,
        instead=instead,
        offered=offered,
        needed=service.needed_by(actor, occurrence_id),
        code=shown,
        base=base(),
        once_more=_once_more(line) if line.state_shown.final or line.is_over else "",
        may_rate=may_rate,
        may_check_in=service.may_check_in(actor, line),
    )


def _once_more(line: service.Line) -> str:
    """The address that books the same again, on the next such weekday; empty where the room is no longer in use."""
    try:
        service.find_room(current_community().code, line.room_id)
    except NotFound:
        return ""
    date = today() + datetime.timedelta(days=(line.date.weekday() - today().weekday()) % 7 or 7)
    typed = {"date": date.isoformat(), "start": line.start, "end": line.end, "people": line.people or ""}
    return f"{base()}/{line.room_id}/book?{urlencode(typed)}"


@blueprint.get("/booking/<int:occurrence_id>/slip")
@view(public=True)
def slip(occurrence_id: int) -> Any:
    """The booking on paper, with its code."""
    line, code = own_line(occurrence_id), code_of(occurrence_id)
    address = absolute_url(url(".code"))
    return page("rooms/slip.html", line=line, code=guest_codes.grouped(code) if code else "", matrix=qr_svg(address))


@blueprint.get("/booking/<int:occurrence_id>/calendar.ics")
@view(public=True)
def calendar(occurrence_id: int) -> Response:
    """The booking for the phone's calendar."""
    line = own_line(occurrence_id)
    text = ics.calendar_text([line])
    headers = {"Content-Disposition": f'attachment; filename="booking-{line.id}.ics"'}
    return Response(text, mimetype="text/calendar", headers=headers)


@blueprint.route("/booking/<int:occurrence_id>/cancel", methods=["GET", "POST"])
@view(public=True)
def cancel(occurrence_id: int) -> Any:
    """Give up a booking, after one question."""
    actor, line = current_actor(), own_line(occurrence_id)
    own, form = is_own(actor, line), ReasonForm.from_request()
    if form.act_on_submit(
        lambda: service.cancel(actor, occurrence_id, reason=form.reason.data or "", code=code_of(occurrence_id))
    ):
        toast(_("Withdrawn.") if line.state == "requested" else _("Cancelled. The room is free for others now."))
        return after_post(url(".booking", occurrence_id=occurrence_id))
    return page("rooms/cancel.html", line=line, own=own, form=form, base=base(), status=422 if form.errors else 200)


def is_own(actor: Actor, line: service.Line) -> bool:
    """Whether the booking is the visitor's: by person, by account, or by a code this browser knows."""
    mine = (line.person is not None and line.person == actor.person) or (
        line.account is not None and line.account == actor.account
    )
    return mine or bool(code_of(line.id))


@blueprint.route("/booking/<int:occurrence_id>/move", methods=["GET", "POST"])
@view(public=True)
def move(occurrence_id: int) -> Any:
    """Another time or another room for a booking."""
    line = own_line(occurrence_id)
    form = move_form(MoveForm, line)
    status, taken = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                moved = submit_once(lambda: _move(occurrence_id, form))
            except Conflict as conflict:
                status, taken = 409, conflict
            except Invalid as error:
                form.accept(error)
            else:
                toast(_("Moved.") if moved["state"] == "confirmed" else _("Your request has been sent."))
                return after_post(url(".booking", occurrence_id=moved["occurrence_id"]))
    address = url(".move", occurrence_id=occurrence_id)
    again = [
        (offer, address, {"room_id": offer.room_id, "date": offer.date, "start": offer.start, "end": offer.end})
        for offer in ([*taken.alternatives.times, taken.alternatives.elsewhere] if taken else [])
        if offer
    ]
    return page("rooms/move.html", line=line, form=form, taken=taken, again=again, base=base(), status=status)


def move_form(kind: type[MoveForm], line: service.Line) -> MoveForm:
    """The form that moves a booking: what was sent, or where and when the booking is."""
    form = (
        kind(request.form)
        if request.method == "POST"
        else kind(room_id=line.room_id, date=line.date, start=line.start, end=line.end)
    )
    form.room_id.choices = [(room.id, room.name) for room in service.rooms(current_community().code)]
    for field in (form.start, form.end):
        field.choices = times(field.data)
    return form


@blueprint.route("/booking/<int:occurrence_id>/title", methods=["GET", "POST"])
@view(public=True)
def retitle(occurrence_id: int) -> Response:
    """What a booking is for: of a regular one, this date only."""
    return renamed(occurrence_id, "rooms/rename.html", url(".booking", occurrence_id=occurrence_id))


def renamed(occurrence_id: int, template: str, back: str) -> Response:
    """The page on which a booking gets other words, and the way `back` once it has them."""
    actor, line = current_actor(), own_line(occurrence_id)
    # What a confidential booking is for is read by nobody at the desk, and written by nobody there (`service.rename`).
    hidden = line.confidential and not is_own(actor, line)
    form = RenameForm.from_request(title="" if hidden else line.title)
    words = form.title.data or ""
    if form.act_on_submit(lambda: service.rename(actor, occurrence_id, words, code=code_of(occurrence_id))):
        toast(_("Saved."))
        return after_post(back)
    return page(template, line=line, form=form, base=base(), back=back, status=status_of(form))


def _move(occurrence_id: int, form: MoveForm) -> dict[str, Any]:
    return service.move(
        current_actor(),
        occurrence_id,
        room_id=form.room_id.data,
        date=form.date.data.isoformat(),
        start=form.start.data,
        end=form.end.data,
        code=code_of(occurrence_id),
    ).as_json()
