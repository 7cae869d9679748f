"""The waiting list for residents: putting oneself on it, one's place, taking or giving up what is offered."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from flask import Response, request

from core import (
    Actor,
    Invalid,
    Refused,
    after_post,
    asked_number,
    current_actor,
    current_community,
    guest_codes,
    page,
    submit_once,
    toast,
    today,
    url,
    view,
)
from plugins.rooms import service
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, for_whom, length_text, own_line, remember_code, times
from plugins.rooms.views.booking import ask_what_is_needed
from plugins.rooms.views.forms import StaffWaitForm, WaitForm

_LENGTHS = (30, 60, 90, 120, 180, 240)


def waiting_code(waiting_id: int) -> str:
    """The code this browser knows for an entry, else empty."""
    return code_of(f"w{waiting_id}")


def remember_waiting(waiting_id: int, code: str) -> None:
    """Keep a guest's code for an entry in this browser."""
    remember_code(f"w{waiting_id}", code)


@blueprint.route("/wait", methods=["GET", "POST"])
@view(public=True)
def wait() -> Any:
    """Wait for a room and time, or for any suitable room; from a page that says a time is taken it is one tap."""
    actor = current_actor()
    person, form = for_whom(actor), _form(actor)
    status, refused = 200, None
    if request.method == "POST":
        status, readable = 422, form.validate()
        acting = replace(actor, on_behalf_of=person.id) if person else actor
        if readable:
            try:
                return _joined(submit_once(lambda: _join(acting, form, person)))
            except Refused as error:
                status, refused = error.status, error
            except Invalid as error:
                form.accept(error)
    return page("rooms/wait.html", form=form, person=person, refused=refused, base=base(), status=status)


def _form(actor: Actor) -> WaitForm:
    kind = StaffWaitForm if actor.can("rooms.desk") else WaitForm
    if request.method == "POST":
        form = kind(request.form)
    elif "date" in request.args:
        form = kind(request.args, requested_on=today())
    else:
        # Nine o'clock of today is mostly past.
        tomorrow = today() + datetime.timedelta(days=1)
        form = kind(
            room_id=asked_number("room_id") or 0, date=tomorrow, start="09:00", end="10:00", requested_on=today()
        )
    rooms = service.rooms(current_community().code)
    form.room_id.choices = [(0, str(_("Any suitable room"))), *((room.id, room.name) for room in rooms)]
    form.minutes.choices = [(0, str(_("The whole of that time"))), *((each, length_text(each)) for each in _LENGTHS)]
    features = dict.fromkeys(feature for room in rooms for feature in room.features)
    form.features.choices = [(feature, feature) for feature in features]
    for field in (form.start, form.end):
        field.choices = times(field.data)
    ask_what_is_needed(form, actor, rooms)
    return form


def _join(actor: Actor, form: WaitForm, person: Any) -> dict[str, Any]:
    typed = form.data
    asked = typed.get("requested_on")
    organisation = typed.get("organisation") or ""
    if typed["room_id"] and not actor.can("rooms.desk"):
        room = service.find_room(current_community().code, typed["room_id"])
        # As in the form that books it: elsewhere a name would only step around what each person may have.
        organisation = organisation if room.bookable_by == "organisations" else ""
    joined = service.join_waiting(
        actor,
        service.WaitingWish(
            typed["date"].isoformat(), typed["start"], typed["end"], typed["minutes"] or None,
            typed["room_id"] or None, () if typed["room_id"] else tuple(typed["features"]),
        ),
        who=service.Who(
            typed.get("guest_name") or "", typed.get("guest_phone") or "", organisation,
            person.name if person else "",
        ),
        title=typed["title"] or "",
        people=typed["people"],
        requested_on=asked.isoformat() if asked else "",
    )  # fmt: skip
    return {"id": joined.waiting_id, "number": joined.number, "code": joined.code}


def _joined(result: dict[str, Any]) -> Response:
    if result["code"]:
        remember_waiting(result["id"], result["code"])
    toast(_("On the waiting list, number %(number)d.", number=result["number"]))
    return after_post(url(".waiting", waiting_id=result["id"]))


@blueprint.get("/waiting/<int:waiting_id>")
@view(public=True)
def waiting(waiting_id: int) -> Any:
    """One entry, for its person, a guest with the code, or the desk: the place in the list, or what is held."""
    actor, code = current_actor(), waiting_code(waiting_id)
    line = service.waiting_line(actor, waiting_id, code)
    if code and line.occurrence_id is not None:
        remember_code(line.occurrence_id, code)
    return page(
        "rooms/waiting.html",
        line=line,
        before=service.before_me(actor, line),
        code=guest_codes.grouped(code) if code else "",
        base=base(),
    )


@blueprint.route("/waiting/<int:waiting_id>/leave", methods=["GET", "POST"])
@view(public=True)
def waiting_leave(waiting_id: int) -> Any:
    """Leave the list or give up what is held, after one question."""
    code = waiting_code(waiting_id)
    line = service.waiting_line(current_actor(), waiting_id, code)
    if request.method == "POST":
        submit_once(lambda: service.leave_waiting(current_actor(), waiting_id, code=code))
        toast(_("Taken off the waiting list."))
        return after_post(url(".waiting", waiting_id=waiting_id))
    return page("rooms/waiting_leave.html", line=line, base=base())


@blueprint.post("/booking/<int:occurrence_id>/take")
@view(public=True)
def take(occurrence_id: int) -> Response:
    """Take the time that is held: the person, a guest with the code, or staff who have them on the telephone."""
    own_line(occurrence_id)
    submit_once(lambda: service.take_hold(current_actor(), occurrence_id, code=code_of(occurrence_id)).as_json())
    toast(_("Booked."))
    by_staff = request.form.get("back") == "desk" and current_actor().can("rooms.desk")
    return after_post(url(".desk_waiting") if by_staff else url(".booking", occurrence_id=occurrence_id))
