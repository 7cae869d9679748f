"""Series for residents and guests: typing the repetition, seeing every date before it is booked, adding a date back."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from flask import Response, request

from core import (
    Actor,
    Conflict,
    Invalid,
    Refused,
    after_post,
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
from plugins.rooms.booking.recurrence import Rule, days_of
from plugins.rooms.booking.rule_words import gap_words, rule_words
from plugins.rooms.booking.rules import read_time
from plugins.rooms.clock import parse_day
from plugins.rooms.texts import _
from plugins.rooms.views.base import base, blueprint, code_of, for_whom, remember_code, times
from plugins.rooms.views.booking import ask_what_is_needed, asked_of
from plugins.rooms.views.series_forms import SeriesForm, StaffSeriesForm, rule_of

USUAL_WEEKS = 8
# What a form carries for itself; everything else that was typed goes along to the next page.
_OWN = ("csrf_token", "idempotency_key", "step", "day")


@blueprint.route("/<int:room_id>/series", methods=["GET", "POST"])
@view(public=True)
def series_new(room_id: int) -> Any:
    """Book a room again and again: the form, then every date with its state (409 when one was taken meanwhile)."""
    actor, room = current_actor(), service.find_room(current_community().code, room_id)
    form, person, refused = series_form(actor, room), for_whom(actor), None
    step = request.form.get("step", "look") if request.method == "POST" else "form"
    status = 200
    if step != "form":
        status = 422
        try:
            if form.validate():
                rule = rule_of(form)
                acting = replace(actor, on_behalf_of=person.id) if person else actor
                return _dates(acting, room, form, rule, asked_of(form, person), step)
        except Invalid as error:
            form.accept(error)
        except Refused as error:
            status, refused = error.status, error
    address = f"{base()}/{room_id}/series"
    return page(
        "rooms/series_new.html", form=form, room=room, person=person, refused=refused, base=base(), here=address,
        status=status,
    )  # fmt: skip


def series_form(actor: Actor, room: Any) -> SeriesForm | StaffSeriesForm:
    """The form of a series: what was typed, or what a link or the booking form brings along."""
    kind = StaffSeriesForm if actor.can("rooms.desk") else SeriesForm
    typed = request.form if request.method == "POST" else request.args
    first = parse_day(typed.get("date", "")) or today()
    reach = max(first, today() + datetime.timedelta(days=room.ahead_days))
    usual = min(reach, first + datetime.timedelta(weeks=USUAL_WEEKS - 1))
    form = kind(typed, date=first, requested_on=today())
    if "every" not in typed:
        # The first look: the page before knew nothing of repetitions.
        form.until.data, form.every.data = usual, "week"
    for field in (form.start, form.end):
        field.choices = times(field.data)
    ask_what_is_needed(form, actor, [room])
    return form


def _dates(actor: Actor, room: Any, form: Any, rule: Rule, asked: service.BookingRequest, step: str) -> Response:
    """The page with every date, or the booking of those that were ticked."""
    taken: Conflict | None = None
    skip: set[datetime.date] = set()
    none_ticked = False
    if step == "book":
        skip = skipped_days(days_of(rule, form.date.data).days)
        try:
            return _booked(submit_once(lambda: service.book_series(actor, room.id, rule, asked, skip=skip).as_json()))
        except service.SeriesConflict as conflict:
            taken = conflict
        except Invalid as error:
            if "days" not in error.errors:
                raise
            none_ticked = True
    looked = service.look_at_series(actor, room.id, rule, asked, skip=skip)
    return page(
        "rooms/series_dates.html",
        room=room,
        dates=looked.dates,
        free=[date for date in looked.dates if date.is_free],
        ticked={date.day for date in looked.dates if date.is_free and date.day not in skip},
        gaps=gap_words(looked.gaps),
        equipment=[name for key, name in form.equipment.choices if key in (form.equipment.data or ())],
        rule=rule_words(rule, form.date.data),
        form=form,
        carried=kept_fields(),
        taken=taken,
        none_ticked=none_ticked,
        here=f"{base()}/{room.id}/series",
        base=base(),
        status=409 if taken else 422 if none_ticked else 200,
    )


def skipped_days(days: Any) -> set[datetime.date]:
    """The days that were shown and are not ticked: whoever sends the page has chosen to leave them out."""
    ticked = {parse_day(value) for value in request.form.getlist("day")}
    return {day for day in days if day not in ticked}


def kept_fields() -> list[tuple[str, str]]:
    """What was typed on the page before, to be sent along unseen."""
    return [(name, value) for name, values in request.form.lists() if name not in _OWN for value in values]


def _booked(result: dict[str, Any]) -> Response:
    if result["code"]:
        remember_code(f"s{result['booking_id']}", result["code"])
    toast(_("Booked.") if result["state"] == "confirmed" else _("Your request has been sent."))
    return after_post(url(".series", booking_id=result["booking_id"]))


# --------------------------------------------------------------------------- one series


@blueprint.get("/series/<int:booking_id>")
@view(public=True)
def series(booking_id: int) -> Response:
    """All dates of a series, for its organiser, a guest with the code, or the desk."""
    return _series_page(booking_id)


def _series_page(booking_id: int, taken: Conflict | None = None) -> Response:
    code = code_of(f"s{booking_id}")
    shown = service.series_page(current_actor(), booking_id, code)
    return page(
        "rooms/series.html",
        series=shown,
        needed=service.needed_by(current_actor(), shown.first.id),
        code=guest_codes.grouped(code) if code else "",
        taken=taken,
        again=add_instead(taken),
        base=base(),
        status=409 if taken else 200,
    )


def add_instead(taken: Conflict | None) -> list[tuple[Any, str, dict[str, Any]]]:
    """Each free time instead of a taken date, with the address and the fields that add the date there with one tap."""
    if taken is None or taken.alternatives is None:
        return []
    found = [*taken.alternatives.times, *([taken.alternatives.elsewhere] if taken.alternatives.elsewhere else [])]
    day = request.form.get("day", "")
    return [
        (
            each,
            request.path,
            {"day": day, "room_id": each.room_id, "date": each.date, "start": each.start, "end": each.end},
        )
        for each in found
    ]


def added_back(booking_id: int, code: str = "") -> dict[str, Any]:
    """Add the posted day of a series after all, where another time or room was chosen there; raises like `add_back`."""
    actor, typed = current_actor(), request.form
    service.series_page(actor, booking_id, code)
    day, room_id = parse_day(typed.get("day", "")), typed.get("room_id", type=int)
    if day is None:
        raise Refused(_("Please choose a date."))
    try:
        wish = read_time(*(typed.get(name, "") for name in ("date", "start", "end"))) if "date" in typed else None
    except Invalid as error:
        raise Refused(str(error)) from None
    return submit_once(
        lambda: service.add_back(actor, booking_id, day, room_id=room_id, wish=wish, code=code).as_json()
    )


@blueprint.post("/series/<int:booking_id>/add")
@view(public=True)
def series_add(booking_id: int) -> Response:
    """Add a left-out date after all; a taken one is answered with free times (409)."""
    try:
        result = added_back(booking_id, code_of(f"s{booking_id}"))
    except Conflict as conflict:
        return _series_page(booking_id, conflict)
    toast(_("Booked.") if result["state"] == "confirmed" else _("Your request has been sent."))
    return after_post(url(".series", booking_id=booking_id))


@blueprint.post("/series/<int:booking_id>/goes-on")
@view(public=True)
def series_goes_on(booking_id: int) -> Response:
    """The organiser says that it goes on."""
    submit_once(lambda: service.goes_on(current_actor(), booking_id, code=code_of(f"s{booking_id}")))
    toast(_("Thank you. The booking goes on."))
    return after_post(url(".series", booking_id=booking_id))
